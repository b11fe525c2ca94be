//! Files: written whole or not at all, their links and modes, those that cannot be read or written.

use super::*;

#[test]
fn output_goes_to_a_file_whole_or_not_at_all() {
    let folder = Folder::new().with("old.csv", "old");
    assert_eq!(baimo_in(&folder, &["query", "-o", "old.csv", "SELECT (1 AS ?n) {}"]).ok(), "");
    assert_eq!(folder.read("old.csv"), "n\r\n1\r\n");
    baimo_in(&folder, &["query", "-o", "old.csv", "SELECT nonsense"]).failed(1);
    assert_eq!(folder.read("old.csv"), "n\r\n1\r\n", "a failure leaves the file alone");
    baimo_in(&folder, &["query", "-o", "graph.nt", "CONSTRUCT WHERE { vendor:baidu rdfs:label ?n }"]).ok();
    assert!(folder.read("graph.nt").starts_with("<https://w3id.org/baimo/vendor/baidu>"));
    baimo_in(&folder, &["query", "-o", "x.csv", "-F", "tsv", "SELECT (1 AS ?n) {}"]).ok();
    assert_eq!(folder.read("x.csv"), "?n\n1\n", "--format wins");
    let left: Vec<_> = std::fs::read_dir(&folder.0).unwrap().map(|e| e.unwrap().file_name()).collect();
    assert!(left.iter().all(|name| !name.to_string_lossy().contains("part")), "{left:?}");
    baimo_in(&folder, &["query", "-o", ".", "ASK {}"]).failed(3);
    baimo_in(&folder, &["query", "-o", "no/such/folder.csv", "ASK {}"]).failed(3);
    assert_eq!(baimo_in(&folder, &["query", "-o", "/dev/null", "ASK {}"]).ok(), "");
    assert_eq!(baimo_in(&folder, &["query", "-o", "-", "ASK {}"]).ok(), "true\n");
}

#[cfg(unix)]
#[test]
fn a_file_keeps_its_links_and_modes_and_may_be_compressed() {
    use std::os::unix::fs::PermissionsExt;
    let folder = Folder::new().with("real.csv", "old");
    let real = folder.0.join("real.csv");
    std::fs::set_permissions(&real, std::fs::Permissions::from_mode(0o640)).unwrap();
    std::os::unix::fs::symlink("real.csv", folder.0.join("link.csv")).unwrap();
    baimo_in(&folder, &["query", "-o", "link.csv", "SELECT (1 AS ?n) {}"]).ok();
    assert_eq!(folder.read("real.csv"), "n\r\n1\r\n");
    assert!(folder.0.join("link.csv").is_symlink());
    assert_eq!(std::fs::metadata(&real).unwrap().permissions().mode() & 0o777, 0o640);
    let count = "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }";
    for name in ["all.nt.gz", "all.ttl.bz2"] {
        baimo_in(&folder, &["export", "-o", name]).ok();
        assert_eq!(baimo_in(&folder, &["query", "--data", name, count]).ok(), baimo(&["query", count]).ok());
    }
    assert_eq!(std::fs::read(folder.0.join("all.nt.gz")).unwrap()[..2], [0x1F, 0x8B]);
}

#[cfg(unix)]
#[test]
fn files_that_may_not_be_read_or_written_are_named() {
    use std::os::unix::fs::PermissionsExt;
    let folder = Folder::new().with("secret.ttl", "").with("secret.rq", "ASK {}");
    for name in ["secret.ttl", "secret.rq"] {
        std::fs::set_permissions(folder.0.join(name), std::fs::Permissions::from_mode(0o000)).unwrap();
    }
    if std::fs::read(folder.0.join("secret.rq")).is_ok() {
        eprintln!("not tested: this user, perhaps root, may read every file");
        return;
    }
    for (option, name) in [("--data", "secret.ttl"), ("-f", "secret.rq")] {
        let words =
            if option == "-f" { vec!["query", option, name] } else { vec!["query", option, name, "ASK {}"] };
        let error = baimo_in(&folder, &words).failed(1);
        assert!(error.contains(name) && error.contains("permission"), "{error}");
    }
    baimo_in(&folder, &["query", "-o", "/baimo.csv", "ASK {}"]).failed(3);
}

#[test]
fn a_place_in_a_file_is_named_with_its_line() {
    let folder = Folder::new().with("q.rq", "SELECT ?s\nWHERE { ?s nope:p ?o }\n");
    let error = baimo_in(&folder, &["query", "-f", "q.rq"]).failed(1);
    assert!(error.contains("--> q.rq:2:12"), "{error}");
    assert!(error.contains("2 | WHERE { ?s nope:p ?o }"), "{error}");
}

#[test]
fn a_file_that_cannot_hold_an_answer_is_left_as_it_was() {
    // XML 1.0 has no U+0001, not even escaped.
    let folder = Folder::new().with("x.xml", "old");
    let said = baimo_in(&folder, &["query", "-F", "xml", "-o", "x.xml", "SELECT ('a\\u0001b' AS ?x) {}"]);
    assert_eq!((said.code, folder.read("x.xml").as_str()), (1, "old"), "{said:?}");
    // Elsewhere what was written by then has no end, and no reader takes it for an answer.
    let rows = "SELECT ?x { VALUES ?x { 'a' 'b\\u0001' 'c' } }";
    let said = baimo_in(&folder, &["query", "-F", "xml", rows]);
    assert!(said.code == 1 && said.out.ends_with("<literal>a</literal></binding></result>"), "{said:?}");
    assert!(said.err.contains("row 2 holds U+0001"), "{said:?}");
    let said = baimo_in(&folder, &["query", "-F", "xml", "--max-rows", "1", rows]);
    assert!(said.code == 4 && said.out.ends_with("</results></sparql>\n"), "{said:?}");
    let error = baimo_in(&folder, &["query", "-o", "x.xlsx", "SELECT (1 AS ?x) {}"]).failed(2);
    assert!(error.contains("no format ends in .xlsx") && error.contains("csv"), "{error}");
    assert!(!folder.0.join("x.xlsx").exists());
}

#[cfg(unix)]
#[test]
fn a_full_disk_is_an_error_of_every_text() {
    let folder = Folder::new();
    for words in ["--help", "--version", "queries", "man", "export", "query 'ASK {}'", "run timeline --help"]
    {
        let said = shell(&folder, &format!("baimo {words} > /dev/full"));
        assert_eq!(said.code, 3, "{words}: {said:?}");
    }
}
