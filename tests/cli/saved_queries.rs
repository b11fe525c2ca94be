//! Saved queries: run, listed, found, helped with.

use super::*;

#[test]
fn the_users_own_queries_stand_beside_the_graphs() {
    let folder = Folder::new();
    let own = folder.0.join(".local/share/baimo/queries");
    std::fs::create_dir_all(&own).unwrap();
    std::fs::write(own.join("mine.rq"), "#+ summary: Mine\nSELECT (7 AS ?n) {}").unwrap();
    assert_eq!(baimo_in(&folder, &["run", "mine"]).ok(), "?n\n7\n");
    assert!(baimo_in(&folder, &["queries", "-F", "csv"]).ok().contains("mine,Mine"));
    let moved =
        Said::of(command(&folder.0, &["run", "mine"]).env("XDG_DATA_HOME", "/nonexistent").output().unwrap());
    moved.failed(2);
}

#[test]
fn saved_queries_are_run_with_parameters() {
    let named = baimo(&["run", "timeline", "--vendor", "百度", "-F", "csv"]).ok();
    assert!(named.lines().count() > 1 && named.lines().skip(1).all(|line| line.contains("百度")), "{named}");
    for words in [
        &["run", "timeline", "--param", "vendor=百度", "--format=csv"][..],
        &["run", "-F", "csv", "timeline", "-p", "vendor=vendor:baidu"],
        &["-F", "csv", "run", "timeline", "vendor=Baidu"],
        &["run", "timeline", "百度", "-Fcsv"],
        &["run", "timeline", "--vendor=https://w3id.org/baimo/vendor/baidu", "-F", "csv"],
    ] {
        assert_eq!(baimo(words).ok(), named, "{words:?}");
    }
    let english = baimo(&["run", "timeline", "--vendor", "百度", "--lang", "en"]).ok();
    assert!(english.contains("\"Baidu\"@en"), "{english}");
}

#[test]
fn a_saved_query_has_a_help_of_its_own() {
    let help = baimo(&["run", "timeline", "--help"]).ok();
    for part in ["--vendor", "--lang", "default: zh", "bm:Vendor", "Usage: baimo run timeline"] {
        assert!(help.contains(part), "{part}: {help}");
    }
    let english = baimo(&["--lang", "en", "run", "timeline", "--help"]).ok();
    assert!(english.contains("Every release, in order of time"), "{english}");
}

#[test]
fn wrong_names_and_parameters_are_met_with_the_nearest() {
    let error = baimo(&["run", "timelin"]).failed(2);
    assert!(error.contains("`timeline`"), "{error}");
    let error = baimo(&["run", "timeline", "--vendro", "百度"]).failed(2);
    assert!(error.contains("--vendor"), "{error}");
    let error = baimo(&["run", "timeline", "--param", "vendro=百度"]).failed(2);
    assert!(error.contains("vendor"), "{error}");
    let error = baimo(&["run", "timeline", "--vendor", "nobody at all"]).failed(2);
    assert!(error.contains("nobody at all"), "{error}");
    baimo(&["run", "timeline", "--vendor"]).failed(2);
    baimo(&["run", "timeline", "--vendor", "百度", "--param", "vendor=谷歌"]).failed(2);
    baimo(&["run", "timeline", "百度", "谷歌"]).failed(2);
    baimo(&["run"]).failed(2);
}

#[test]
fn no_parameter_can_change_the_query() {
    for value in ["百度' } DROP ALL #", "\"@zh . ?s ?p ?o", "vendor:baidu> . <x:y", "?x", "<>", ""] {
        let said = baimo(&["run", "search", "--text", value]);
        assert!(said.code == 0 || said.code == 2, "{value}: {said:?}");
        assert!(said.out.lines().count() <= 1 || value.is_empty(), "{value}: {said:?}");
    }
}

#[test]
fn saved_queries_are_listed_found_shown_and_exported() {
    let all = baimo(&["queries", "-F", "csv"]).ok();
    assert!(all.contains("timeline,"), "{all}");
    let some = baimo(&["queries", "备案", "-F", "csv"]).ok();
    assert!(some.lines().count() > 1 && some.lines().count() < all.lines().count());
    assert!(some.contains("registrations,"), "{some}");
    let none = baimo(&["queries", "no-such-thing"]);
    assert!(none.code == 0 && none.err.contains("`baimo queries` lists all"), "{none:?}");
    let text = baimo(&["queries", "show", "timeline"]).ok();
    assert!(text.starts_with("#+ summary: Every release, in order of time\n"), "{text}");
    baimo(&["queries", "show", "timelin"]).failed(2);
    let graph = baimo(&["queries", "export", "-F", "nt"]).ok();
    assert!(graph.contains("http://www.w3.org/ns/shacl#SPARQLExecutable"), "{graph}");
}
