//! A session in Chinese.

use super::*;

/// The words of a text that are English sentences: two and more in a row, what is quoted aside.
fn english_words(text: &str) -> Vec<String> {
    let mut outside = String::new();
    let mut quoted = false;
    for c in text.chars() {
        match c {
            '`' => quoted = !quoted,
            '“' => quoted = true,
            '”' => quoted = false,
            c if !quoted => outside.push(c),
            _ => {}
        }
    }
    let is_word = |word: &str| word.len() > 1 && word.chars().all(|c| c.is_ascii_lowercase());
    let lines = outside
        .lines()
        .filter(|line| !line.contains('|') && !line.contains("  ") && !line.contains("格式："));
    let sentences = lines.filter(|line| {
        let words: Vec<bool> =
            line.split(' ').map(|word| is_word(word.trim_matches([',', ':', ';', '.', '?']))).collect();
        words.windows(3).any(|three| three.iter().all(|word| *word))
    });
    sentences.map(str::to_owned).collect()
}

#[test]
fn a_session_in_chinese_says_nothing_in_english() {
    let folder =
        Folder::new().with("some.ttl", "<urn:a> <urn:b> 1 .").with("some.rq", "ASK {}").with("c.csv", "a,b");
    let cases: &[&[&str]] = &[
        &["run", "relases-per-month"],
        &["run", "xyzzy"],
        &["run", "timeline", "--vendor", "Nobody at all"],
        &["run", "releases-of-year", "--year", "soon"],
        &["run", "timeline", "a", "b", "c", "d"],
        &["query", "some.ttl"],
        &["query", "-f", "c.csv"],
        &["query", "--data", "some.rq", "ASK {}"],
        &["query", "-f", "none.rq"],
        &["query", "-o", "x.xlsx", "ASK {}"],
        &["query", "-F", "ttl", "ASK {}"],
        &["query", "--timeout", "soon", "ASK {}"],
        &["query", "--max-rows", "2", "SELECT * { ?s ?p ?o }"],
        &["query", "--why", "ASK { ?x a bm:vendor }"],
        &["query", "--why", "SELECT ?x { ?x a bm:Vendor ; rdfs:label \"百度\" }"],
        &["query", "--why", "SELECT ?x { ?x a bm:Vendor FILTER STRSTARTS(?x, 'https') }"],
        &["query", "--why", "SELECT (SUM(?l) AS ?n) { ?x rdfs:label ?l }"],
        &["query", "--why", "SELECT ?x { ?x bm:vendor ?y . ?y bm:date ?z }"],
        &["query", "ASK { SERVICE <urn:x> { ?s ?p ?o } }"],
        &["query", "DESCRIBE vendor:baidoo"],
        &["query", "releases per month"],
        &["query", "xyzzy"],
        &["query", "--chart", "bar", "SELECT ?x { ?x a bm:Vendor }"],
        &["describe", "Baidoo"],
        &["search", "qqqqqqqqqqqqqqqq"],
        &["queries", "relases"],
        &["queries", "no-such-thing"],
        &["schema", "qqqqqqqq"],
        &["schema", "Vendro"],
        &["schema", "百度"],
        &["export", "--about", "Nobody"],
        &["update", "INSERT DATA { <urn:a> <urn:b> 1 }"],
        &["nonsense-verb"],
    ];
    for words in cases {
        let words: Vec<&str> = words.iter().copied().chain(["--lang", "zh"]).collect();
        let said = baimo_in(&folder, &words);
        let english = english_words(&said.err);
        assert!(english.is_empty() && !said.err.is_empty(), "{words:?}: {english:?} in\n{}", said.err);
        assert!(said.err.contains(['，', '：', '。']), "{words:?}: {}", said.err);
    }
}

#[test]
fn manual_pages_and_repairs_are_chinese_too() {
    let folder = Folder::new();
    let page = baimo_in(&folder, &["man", "update", "--lang", "zh"]).ok();
    assert!(page.contains(".SH 名称") && page.contains("只说明") && !page.contains(".SH NAME"), "{page}");
    baimo_in(&folder, &["man", "--folder", "pages", "--lang", "zh"]).ok();
    let page = std::fs::read_to_string(folder.0.join("pages/baimo-load.1")).unwrap();
    assert!(page.contains(".SH 选项") && !page.contains(".SH OPTIONS"), "{page}");
    assert!(baimo_in(&folder, &["man", "update"]).ok().contains(".SH NAME"));
    baimo_in(&folder, &["update", "--store", "s", "INSERT DATA { <x:a> <x:b> 1 }"]);
    let mut journal =
        std::fs::OpenOptions::new().append(true).open(folder.0.join("s/journal-1.rdfp")).unwrap();
    std::io::Write::write_all(&mut journal, b"# half").unwrap();
    let said = baimo_in(&folder, &["repair", "s", "--lang", "zh"]);
    assert!(said.out.contains("  待处理：截去 6 字节：事务 2"), "{said:?}");
    assert!(said.err.contains("有一处问题；未作任何改动"), "{said:?}");
    assert!(baimo_in(&folder, &["repair", "s"]).err.contains("one thing is wrong; nothing was changed"));
}
