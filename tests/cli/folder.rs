//! A project's folder changed by updates: shown as a patch, written in place, left alone where anything is wrong.

use super::{Folder, baimo_in, command};
use std::process::{Command, Stdio};

const VENDORS: &str = "# 厂商\n@prefix e: <http://e/#> .\n\ne:a\n    a e:Vendor ; # a vendor\n    e:name \"甲\"@zh .\n\ne:b a e:Vendor .\n";

fn folder() -> Folder {
    let folder = Folder::new();
    std::fs::create_dir_all(folder.0.join("data")).unwrap();
    folder
        .with("baimo.toml", "name = \"t\"\nbase = \"http://e/\"\n[prefixes]\ne = \"http://e/#\"\n")
        .with("data/vendors.ttl", VENDORS)
        .with("data/graphs.trig", "@prefix e: <http://e/#> .\ne:g { e:x e:p 1 }\ne:h { e:x e:p 2 }\n")
}

#[test]
fn an_update_is_shown_as_a_patch_and_written_where_that_is_wanted() {
    let folder = folder();
    let update = "DELETE { e:a e:name ?n } INSERT { e:a e:name '乙'@zh } WHERE { e:a e:name ?n } ; INSERT DATA { e:b e:p 1 }";
    let shown = baimo_in(&folder, &["update", update]);
    assert_eq!(shown.code, 0, "{}", shown.err);
    let patch = "--- a/data/vendors.ttl\n+++ b/data/vendors.ttl\n@@ -3,6 +3,7 @@\n \n e:a\n     a e:Vendor ; # a vendor\n-    e:name \"甲\"@zh .\n\
                 +    e:name \"乙\"@zh .\n \n-e:b a e:Vendor .\n+e:b a e:Vendor ;\n+    e:p 1 .\n";
    assert_eq!(shown.out, patch);
    assert!(
        shown.err.contains("1 triple would be removed, 2 added, in 1 file; nothing was written"),
        "{}",
        shown.err
    );
    assert_eq!(folder.read("data/vendors.ttl"), VENDORS, "nothing is touched");
    let written = baimo_in(&folder, &["update", "--write", update]);
    assert_eq!((written.code, written.out.as_str()), (0, patch), "{}", written.err);
    assert!(written.err.contains("wrote data/vendors.ttl"), "{}", written.err);
    let after = VENDORS.replace('甲', "乙").replace("e:b a e:Vendor .", "e:b a e:Vendor ;\n    e:p 1 .");
    assert_eq!(folder.read("data/vendors.ttl"), after);
    let again = baimo_in(&folder, &["update", "--write", "INSERT DATA { e:b e:p 1 }"]);
    assert!(again.out.is_empty() && again.err.contains("nothing changes"), "{}", again.err);
    // Below the folder too; other verbs ask the files as they are now.
    assert_eq!(baimo_in(&folder, &["query", "ASK { e:b e:p 1 }"]).out, "true\n");
    // With another place for the graph it is as before.
    let out = baimo_in(&folder, &["update", "-F", "nq", "DELETE WHERE { ?s ?p ?o }"]).ok();
    assert!(!out.contains("Vendor") && folder.read("data/vendors.ttl") == after, "{out}");
    assert!(baimo_in(&folder, &["update", "--dry-run", update]).err.contains("nothing was changed"));
}

#[test]
fn the_patch_is_one_that_patch_takes() {
    if Command::new("patch").arg("--version").stdout(Stdio::null()).status().is_err() {
        return;
    }
    let folder = folder();
    let update =
        "DELETE { ?s ?p ?o } INSERT { ?s e:q ?o , 'new' } WHERE { ?s ?p ?o } ; INSERT DATA { e:fresh e:p 1 }";
    let words = ["update", "--into", "data/new.ttl", update];
    let shown = baimo_in(&folder, &words);
    assert_eq!(shown.code, 0, "{}", shown.err);
    std::fs::write(folder.0.join("the.patch"), &shown.out).unwrap();
    let status =
        Command::new("patch").args(["-p1", "-s", "-i", "the.patch"]).current_dir(&folder.0).status().unwrap();
    assert!(status.success());
    assert_eq!(folder.read("data/new.ttl"), "@prefix e: <http://e/#> .\n\ne:fresh\n    e:p 1 .\n");
    let graph = baimo_in(&folder, &["export", "-F", "nq"]).ok();
    assert_eq!(graph.lines().filter(|line| line.contains("/#q>")).count(), 5, "{graph}");
}

#[test]
fn what_cannot_be_written_leaves_every_file_as_it_was() {
    let folder = folder().with("data/more.ttl", "<#a> <#p> [ <#q> 1 ] .\n");
    // The first file could change, the second cannot.
    let error =
        baimo_in(&folder, &["update", "--write", "DELETE WHERE { e:b ?p ?o } ; DELETE WHERE { e:a e:p ?o }"])
            .failed(1);
    assert!(error.contains("data/more.ttl:1:") && error.contains("nothing was written"), "{error}");
    let error = baimo_in(&folder, &["update", "INSERT DATA { e:new e:p 1 }"]).failed(2);
    assert!(error.contains("--into FILE") && error.contains("new_subjects"), "{error}");
    let error =
        baimo_in(&folder, &["update", "--into", "elsewhere.ttl", "INSERT DATA { e:new e:p 1 }"]).failed(2);
    assert!(error.contains("is not a file that the folder reads"), "{error}");
    baimo_in(&folder, &["update", "--write", "INSERT nonsense"]).failed(1);
    baimo_in(
        &folder,
        &["update", "--write", "--timeout", "0.0001", "DELETE { ?s ?p ?o } WHERE { ?s ?p ?o . ?a ?b ?c }"],
    )
    .failed(4);
    for words in [
        &["update", "--write", "--data", "data/more.ttl", "CLEAR ALL"][..],
        &["update", "--write", "-F", "nt", "CLEAR ALL"],
        &["update", "--write", "--store", "s", "CLEAR ALL"],
    ] {
        let error = baimo_in(&folder, words).failed(2);
        assert!(error.contains("baimo.toml"), "{error}");
    }
    assert_eq!(folder.read("data/vendors.ttl"), VENDORS);
    let mut permissions = std::fs::metadata(folder.0.join("data/vendors.ttl")).unwrap().permissions();
    permissions.set_readonly(true);
    std::fs::set_permissions(folder.0.join("data/vendors.ttl"), permissions).unwrap();
    let error = baimo_in(&folder, &["update", "--write", "DELETE WHERE { e:b ?p ?o }"]).failed(3);
    assert!(error.contains("read-only"), "{error}");
    assert_eq!(folder.read("data/vendors.ttl"), VENDORS);
    assert!(std::fs::read_dir(folder.0.join("data")).unwrap().count() == 3, "no parts are left");
}

/// The files are what is changed by all verbs that manage graphs, SPARQL 1.1 Update, section 3.2.
#[test]
fn graphs_of_a_folder_are_managed_too() {
    let counts = |folder: &Folder| {
        let query = "SELECT (COUNT(*) AS ?n) ?g { GRAPH ?g { ?s ?p ?o } } GROUP BY ?g ORDER BY ?g";
        baimo_in(folder, &["query", "-F", "csv", query]).ok().replace("\r\n", " ").replace("http://e/#", "")
    };
    for (update, code, expected) in [
        ("COPY e:g TO e:h", 0, "n,g 1,g 1,h "),
        ("MOVE e:g TO e:h", 0, "n,g 1,h "),
        ("ADD e:g TO e:h", 0, "n,g 1,g 2,h "),
        ("COPY e:no TO e:h", 1, "n,g 1,g 1,h "),
        ("COPY SILENT e:no TO e:h ; MOVE SILENT e:no TO e:g ; ADD SILENT e:no TO DEFAULT", 0, "n,g 1,g 1,h "),
        ("COPY e:g TO e:g", 0, "n,g 1,g 1,h "),
        ("DROP GRAPH e:no", 1, "n,g 1,g 1,h "),
        ("DROP SILENT GRAPH e:no ; CLEAR GRAPH e:h", 0, "n,g 1,g "),
        ("CLEAR NAMED", 0, "n,g "),
    ] {
        let folder = folder();
        let done = baimo_in(&folder, &["update", "--write", "--into", "data/graphs.trig", update]);
        assert_eq!(done.code, code, "{update}: {}", done.err);
        assert_eq!(counts(&folder), expected, "{update}: {}", folder.read("data/graphs.trig"));
    }
}

#[test]
fn the_prompt_writes_files_too_and_keeps_its_graph_in_step() {
    let folder = folder();
    let script = ".update --write 'INSERT DATA { e:b e:p 5 }'\nASK { e:b e:p 5 }\nINSERT DATA { e:b e:p 6 }\n.begin\n.update --write 'INSERT DATA { e:b e:p 7 }'\n";
    std::fs::write(folder.0.join("script"), script).unwrap();
    let input = std::fs::File::open(folder.0.join("script")).unwrap();
    let done = super::command(&folder.0, &["--keep-going"]).stdin(input).output().unwrap();
    let (out, err) = (String::from_utf8(done.stdout).unwrap(), String::from_utf8(done.stderr).unwrap());
    assert!(out.contains("+    e:p 5 .") && out.contains("true"), "{out}\n{err}");
    assert!(err.contains("a transaction is open"), "{err}");
    let text = folder.read("data/vendors.ttl");
    assert!(text.contains("e:p 5") && !text.contains("e:p 6") && !text.contains("e:p 7"), "{text}");
}

#[test]
fn what_differs_each_time_is_the_same_in_files_and_at_the_prompt() {
    let folder = folder();
    let script = ".update --write 'INSERT { e:b e:id ?id } WHERE { BIND(STRUUID() AS ?id) }'\nSELECT ?id { e:b e:id ?id }\n";
    std::fs::write(folder.0.join("script"), script).unwrap();
    let input = std::fs::File::open(folder.0.join("script")).unwrap();
    let done = super::command(&folder.0, &["-F", "csv"]).stdin(input).output().unwrap();
    let out = String::from_utf8(done.stdout).unwrap();
    let id = out.lines().last().unwrap();
    assert_eq!(id.len(), 36, "{out}");
    assert!(folder.read("data/vendors.ttl").contains(id), "{out}");
}

#[test]
fn it_is_said_in_chinese_too() {
    let folder = folder();
    let said = baimo_in(&folder, &["update", "--lang", "zh", "INSERT DATA { e:b e:p 1 }"]).err;
    assert!(
        said.contains("将删去 0 条三元组，添加 1，涉及 1 个文件；未写入任何内容")
            && said.contains("加 --write 即写入"),
        "{said}"
    );
    let said = baimo_in(&folder, &["update", "--lang", "zh", "INSERT DATA { e:new e:p 1 }"]).err;
    assert!(said.contains("没有为新主语指定文件") && !said.contains("name one"), "{said}");
}

/// Killed at any moment: all files have changed, or none has, for the next command that reads them.
#[cfg(unix)]
#[test]
fn a_kill_leaves_all_files_changed_or_none() {
    let runs: u64 = std::env::var("BAIMO_KILLS").ok().and_then(|runs| runs.parse().ok()).unwrap_or(6);
    let folder = folder();
    for n in 0..12 {
        std::fs::write(folder.0.join(format!("data/part-{n}.ttl")), format!("<#part{n}> <#holds> 0 .\n"))
            .unwrap();
    }
    let update = "DELETE { ?part e:holds ?n } INSERT { ?part e:holds ?m } WHERE { ?part e:holds ?n BIND(?n + 1 AS ?m) }";
    let (mut held, mut kept, mut finished) = (0, 0, 0);
    for run in 0..runs {
        let mut child = command(&folder.0, &["update", "--write", update])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        // Once the journal is there, the files take their places.
        let begun = std::time::Instant::now();
        let journal = folder.0.join(".baimo-update");
        while run % 4 > 0 && !journal.exists() && begun.elapsed().as_secs() < 5 {
            std::thread::yield_now();
        }
        std::thread::sleep(std::time::Duration::from_micros(
            run * 7919 % if run % 4 > 0 { 3000 } else { 60_000 },
        ));
        child.kill().unwrap();
        let acknowledged = child.wait().unwrap().success();
        let asked = baimo_in(&folder, &["query", "-F", "csv", "SELECT DISTINCT ?n { ?part e:holds ?n }"]);
        // What the killed program left is put in order first, and said.
        finished += u64::from(asked.err.contains("finished an update"));
        assert!(
            asked.code == 0 && (asked.err.is_empty() || asked.err.starts_with("note: ")),
            "run {run}: {asked:?}"
        );
        let [_, n] = asked.out.lines().collect::<Vec<_>>()[..] else { panic!("run {run}: {asked:?}") };
        let n: u64 = n.parse().unwrap();
        assert!(n == held + 1 || (n == held && !acknowledged), "run {run}: {n} after {held}");
        (held, kept) = (n, kept + n - held);
    }
    println!("{runs} kills: {kept} updates kept, {finished} of them finished by the next command");
    let done = baimo_in(&folder, &["update", "--write", update]);
    assert_eq!(done.code, 0, "{}", done.err);
    for part in ["", "data"] {
        for entry in std::fs::read_dir(folder.0.join(part)).unwrap() {
            let name = entry.unwrap().file_name().into_string().unwrap();
            assert!(!name.starts_with('.'), "{name} is left");
        }
    }
}
