//! Bad input: wrong words, bytes that are not text, missing surroundings, each with its exit code and remedy.

use super::*;

#[test]
fn bad_input_ends_in_a_clear_error() {
    let folder = Folder::new()
        .with("broken.ttl", "@prefix : <http://example.org/> .\n:a :b :c\n:d :e :f .")
        .with("rubbish.ttl", [0u8, 159, 146, 150, 255, 254])
        .with("rubbish.rq", [0u8, 159, 146, 150, 255, 254])
        .with("empty.rq", " \n\t")
        .with("some.ttl", "<urn:a> <urn:b> 1 .")
        .with("some.csv", "a,b")
        .with("some.rq", "#+ summary: x\nASK {}")
        .with("number.nt", "<urn:a> <urn:b> 1 .")
        .with("quotes.ttl", "<urn:a> <urn:b> “x” .")
        .with("stop.ttl", "<urn:a> <urn:b> 1。")
        .with("tag.nq", "<urn:a> <urn:b> \"x\"@zh_CN .")
        .with("digits.ttl", "<urn:a> <urn:b> 5_000 .")
        .with("blank.nt", "_b1 <urn:p> <urn:o> .")
        .with("blank.ttl", "<urn:a> <urn:b> _foo .")
        .with("paper.nt", "%PDF-1.7\n")
        .with("picture", b"\x89PNG\r\n".as_slice())
        .with("wide.nt", b"<\0u\0".as_slice())
        .with("broad.ttl", b"\0<\0u".as_slice())
        .with("no.pack", "<urn:a> <urn:b> 1 .")
        .with("latin.ttl", b"<http://e/a> <http://e/b> \"caf\xe9\" .".as_slice());
    std::fs::create_dir(folder.0.join("st")).unwrap();
    std::fs::write(folder.0.join("st/baimo-store"), "").unwrap();
    let cases: &[(&[&str], i32, &str)] = &[
        (&["query", "--data", "broken.ttl", "ASK {}"], 1, "broken.ttl:3:"),
        (&["query", "--data", "st", "ASK {}"], 1, "to ask it: --store st"),
        (
            &["pack", "some.ttl", "number.nt", "-o", "number.nt"],
            2,
            "number.nt is one of the files to be packed",
        ),
        (&["query", "--data", "rubbish.ttl", "ASK {}"], 1, "rubbish.ttl"),
        (&["query", "--data", "latin.ttl", "ASK {}"], 1, "latin.ttl"),
        (&["query", "--data", "wide.nt", "ASK {}"], 1, "iconv -f utf-16le -t utf-8"),
        (&["query", "--data", "broad.ttl", "ASK {}"], 1, "iconv -f utf-16be -t utf-8"),
        (&["query", "--data", "none.ttl", "ASK {}"], 1, "none.ttl"),
        (&["query", "--data", ".", "ASK {}"], 1, "."),
        (&["query", "-f", "."], 1, "it is a folder"),
        (&["query", "-f", "none.rq"], 1, "cannot read none.rq: no such file or directory"),
        (&["query", "-f", "rubbish.rq"], 1, "not UTF-8"),
        (&["query", "-f", "empty.rq"], 2, "empty"),
        (&["query", ""], 2, "empty"),
        (&["query"], 2, "empty"),
        (&["query", "empty.rq"], 2, "is a file"),
        (&["query", "some.ttl"], 2, "baimo --data some.ttl"),
        (&["query", "-f", "some.ttl"], 2, "some.ttl is a graph, not a query"),
        (&["schema", "of", "models"], 2, "usage: baimo schema"),
        (&["help", "qery"], 2, "did you mean query"),
        (&["man", "exprt"], 2, "did you mean export"),
        (&["run", "releases-of-year", "--year", "abc"], 2, "for example --year 2023"),
        (
            &["--data", "https://e/x.ttl?a=b", "query", "ASK {}"],
            1,
            "download it first:  curl -LO 'https://e/x.ttl?a=b'",
        ),
        (&["load", "--store", "s", "http://e/x.ttl"], 1, "`http://e/x.ttl` is on the web"),
        (&["explain", "DELETE { ?s ?p ?o } WHERE { ?s ?p ?o }"], 1, "SELECT * WHERE"),
        (&["explain", "-f", "some.csv"], 2, "some.csv is not a query"),
        (&["query", "none.rq"], 2, "there is no file none.rq"),
        (&["query", "--data", "some.rq", "ASK {}"], 1, "baimo query -f some.rq"),
        (&["query", "--data", "some.csv", "ASK {}"], 1, "some.csv is a table, not RDF"),
        (&["query", "--data", "paper.nt", "ASK {}"], 1, "paper.nt is a PDF document, not RDF"),
        (&["query", "--data", "picture", "ASK {}"], 1, "picture is an image, not RDF"),
        (&["query", "--data", "number.nt", "ASK {}"], 1, "call the file .ttl"),
        (&["query", "--data", "quotes.ttl", "ASK {}"], 1, "type `\"` with an English keyboard layout"),
        (&["query", "--data", "stop.ttl", "ASK {}"], 1, "`。` is not the `.` of RDF"),
        (&["query", "--data", "tag.nq", "ASK {}"], 1, "\"text\"@zh-CN"),
        (&["query", "--data", "digits.ttl", "ASK {}"], 1, "unexpected character"),
        (&["query", "--data", "blank.nt", "ASK {}"], 1, "a blank node is written `_:name`"),
        (&["query", "--data", "blank.ttl", "ASK {}"], 1, "a blank node is written `_:name`"),
        (&["query", "--data", "no.pack", "ASK {}"], 1, "no.pack is not a pack"),
        (&["query", "--data", "elsewhere.jsonld", "ASK {}"], 1, "check its name and folder"),
        (&["query", "--store", "none", "ASK {}"], 3, "`baimo load --store none FILE...` makes one"),
        (&["repair", "some.ttl"], 3, "some.ttl is a file: a store is a folder"),
        (&["query", "--max-memory", "5", "ASK {}"], 4, "stopped at 5 B of memory"),
        (&["update", "--store", "s", ""], 2, "the update is empty"),
        (&["update", "--store", "s", "INSRT DATA {}"], 1, "update:1:1"),
        (&["update", "--store", "s", "LOAD <some.ttl>"], 1, "file:///"),
        (&["load", "some.rq", "-o", "x.ttl"], 1, "some.rq is a SPARQL query, not a graph"),
        (&["export", "some.ttl"], 2, "is a file, not a saved query"),
        (&["run", "some.rq"], 2, "baimo query -f some.rq"),
        (&["run", "relases-per-month"], 2, "did you mean `releases-per-month`"),
        (&["query", "ASK { SERVICE <urn:x> { ?s ?p ?o } }"], 1, "query:1:7"),
        (&["query", "查询 百度"], 1, ""),
        (&["query", "SELECT * { ?s ?p"], 1, ""),
        (&["query", "--timeout", "soon", "ASK {}"], 2, "`soon` is not a time"),
        (&["query", "--max-memory", "much", "ASK {}"], 2, "`much` is not a size"),
        (&["query", "--max-rows", "-1", "ASK {}"], 2, ""),
        (&["query", "--color", "red", "ASK {}"], 2, "auto"),
        (&["query", "ASK", "{}"], 2, "one word too many"),
        (&["query", "--fromat", "csv", "ASK {}"], 2, "--format"),
        (&["qurey", "ASK {}"], 2, "did you mean query"),
        (&["SELECT * { ?s ?p ?o }"], 2, "baimo query 'SELECT"),
        (&["query", "-q", "ASK {}", "-f", "empty.rq"], 2, "exclude each other"),
        (&["timeline"], 2, "baimo run timeline"),
        (&["query", "--format"], 2, "--format needs a value"),
        (&["describe"], 2, "usage: baimo describe"),
        (&["search", "--limit", "x", "y"], 2, "`x` is not a whole number"),
        (&["export", "--depth", "2"], 2, "--about is missing"),
        (&["completions", "tcsh"], 2, "bash"),
        (&["man", "nothing"], 2, "nothing"),
    ];
    for (words, code, part) in cases {
        let said = baimo_in(&folder, words);
        let error = said.failed(*code);
        assert!(error.contains(part), "{words:?}: {error}");
    }
}

#[test]
fn arguments_need_not_be_text() {
    #[cfg(unix)]
    {
        use std::os::unix::ffi::OsStrExt;
        let folder = Folder::new();
        for words in [&["query"][..], &["run"], &["run", "timeline", "--vendor"], &["describe"], &[]] {
            let mut command = command(&folder.0, words);
            command.arg(std::ffi::OsStr::from_bytes(b"\xff\xfe"));
            Said::of(command.output().unwrap()).failed(2);
        }
    }
}

#[test]
fn no_home_and_no_terminal_type_are_no_trouble() {
    let folder = Folder::new();
    for home in [None, Some("/nonexistent"), Some("/proc"), Some("")] {
        let mut command = command(&folder.0, &["run", "timeline"]);
        match home {
            None => command.env_remove("HOME"),
            Some(home) => command.env("HOME", home),
        };
        Said::of(command.output().unwrap()).ok();
    }
}

#[test]
fn numbers_are_checked_where_they_are_read() {
    let error = baimo(&["query", "--timeout", "9223372036854775807s", "ASK {}"]).failed(2);
    assert!(error.contains("longer than a year"), "{error}");
    let all = baimo(&["describe", "--depth", "18446744073709551615", "-F", "nt", "vendor:baidu"]);
    assert!(all.code == 0 && all.out.lines().count() > 20, "{all:?}");
    let said = baimo(&["export", "--max-rows", "7", "-F", "nt"]);
    assert_eq!((said.code, said.out.lines().count()), (4, 7), "{}", said.err);
    assert!(said.err.contains("partial answer: 7 triples"), "{}", said.err);
}
