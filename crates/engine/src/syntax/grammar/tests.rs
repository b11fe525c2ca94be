//! What the grammar takes and what it refuses, rule by rule. The whole of it stands beside another parser in `tests/grammar.rs`.

use super::Why;
use crate::fixture::prefixes;
use crate::syntax::parse;
use crate::terms::Prefixes;

/// The algebra of a text, which must be a query.
fn algebra(text: &str) -> String {
    parse::query(text, &prefixes(), None).unwrap_or_else(|error| panic!("{text}: {error:?}")).to_sse()
}

/// What is refused in a text, and why.
fn refused(text: &str) -> (&str, Why) {
    let error = match text.contains("DATA") || text.contains("DELETE") {
        true => parse::update(text, &prefixes(), None).err(),
        false => parse::query(text, &prefixes(), None).err(),
    };
    let refusal = parse::refusal(&error.unwrap_or_else(|| panic!("{text} is taken"))).unwrap();
    (&text[refusal.at..], refusal.why)
}

/// SPARQL 1.1, 19.8: `-0` is the token INTEGER_NEGATIVE, the longest match; in `- 0` and `-(0)` the sign is that of UnaryExpression.
#[test]
fn a_sign_right_before_a_number_is_part_of_it() {
    for (text, algebra) in [
        ("-0", "\"-0\"^^xsd:integer"),
        ("+01", "\"+01\"^^xsd:integer"),
        ("-.5", "\"-.5\"^^xsd:decimal"),
        ("-1E0", "\"-1E0\"^^xsd:double"),
        ("?x - -0", "(- ?x \"-0\"^^xsd:integer)"),
        ("?x -0", "(- ?x \"0\"^^xsd:integer)"),
        ("(?x)-0", "(- ?x \"0\"^^xsd:integer)"),
        ("?x-1*2", "(- ?x (* \"1\"^^xsd:integer \"2\"^^xsd:integer))"),
        ("- 0", "(- \"0\"^^xsd:integer)"),
        ("--0", "(- \"-0\"^^xsd:integer)"),
        ("-#0\n0", "(- \"0\"^^xsd:integer)"),
        ("-(0)", "(- \"0\"^^xsd:integer)"),
        ("-((1.50))", "(- \"1.50\"^^xsd:decimal)"),
        ("-\"00\"^^xsd:integer", "(- \"00\"^^xsd:integer)"),
        ("IF(true, -00, - 0)", "(if \"true\"^^xsd:boolean \"-00\"^^xsd:integer (- \"0\"^^xsd:integer))"),
        ("IF(true, -0, - 0)", "(if \"true\"^^xsd:boolean \"-0\"^^xsd:integer (- \"0\"^^xsd:integer))"),
        ("!-1", "(! \"-1\"^^xsd:integer)"),
        ("-?x", "(- ?x)"),
        ("-\"a\"", "(- \"a\")"),
    ] {
        let query =
            format!("SELECT ({text} AS ?y) {{ VALUES ?x {{ -0 }} FILTER NOT EXISTS {{ FILTER(-1 = 1) }} }}");
        let sse = parse::query(&query, &prefixes(), None).unwrap().to_sse();
        let sse = sse.replace("<http://www.w3.org/2001/XMLSchema#", "xsd:").replace('>', "");
        assert!(sse.contains(&format!("((?y {algebra}))")), "{text}: {sse}");
        assert!(sse.contains("(= \"-1\""), "within EXISTS: {sse}");
    }
    // Behind a predicate as well: in `:p+` and a blank the plus is of a path.
    assert!(algebra("ASK { ?s :p+5, +.5 }").contains("(triple ?s <http://example.org/p> \"+5\"^^"));
    assert!(algebra("ASK { ?s :p+ 5 }").contains("path+"));
    // The grammar has no blank within a number.
    assert_eq!(refused("SELECT * { VALUES ?x { - 1 } }"), ("- 1 } }", Why::Unexpected));
}

/// SPARQL 1.1, 19.8: "tokens are matched ... the longest match is used": `.5` is DECIMAL, `<<` a sign of its own.
#[test]
fn a_dot_before_a_digit_and_two_brackets_are_one_token() {
    for (text, at) in [
        ("ASK { ?s ?p ?o .5 :p 1 }", ".5 :p"),
        ("ASK { ?s ?p ?o.5 :p 1 }", ".5 :p"),
        ("INSERT DATA { :s :p :o .5 }", ".5 }"),
        ("ASK { FILTER(?a<<http://e/x>) }", "<<http"),
        ("ASK { FILTER(?a<<<(:s :p :o)>>) }", "<<<("),
    ] {
        let (place, why) = refused(text);
        assert!(place.starts_with(at) && why == Why::Unexpected, "{text}: {why:?} at {place}");
    }
    // A literal may be a subject of a pattern (section 19.8, VarOrTerm), and needs no dot behind a group.
    assert!(algebra("ASK { { ?s ?p ?o } .5 :p 1 }").contains("(triple \".5\"^^"));
    assert!(algebra("ASK { FILTER(?a < <http://e/x>) FILTER(?b< <<(:s :p :o)>>) }").contains("(< ?a"));
}

/// SPARQL 1.1, 11.4: variables that are no keys "can only be projected or used in select expressions if they are aggregated".
#[test]
fn bound_and_coalesce_take_no_variable_that_is_not_grouped() {
    for text in [
        "SELECT (BOUND(?o) AS ?b) { ?s ?p ?o } GROUP BY ?s",
        "SELECT (COUNT(*) AS ?n) (COALESCE(?o, 1) AS ?c) { ?s ?p ?o }",
        "SELECT (IF(BOUND(?o), 1, 0) AS ?c) { ?s ?p ?o } GROUP BY ?s",
    ] {
        assert_eq!(refused(text).1, Why::Ungrouped, "{text}");
    }
    for text in [
        "SELECT (BOUND(?s) AS ?b) (COALESCE(SUM(?o), ?s) AS ?c) { ?s ?p ?o } GROUP BY ?s",
        "SELECT (COUNT(*) AS ?n) (BOUND(?n) AS ?b) (EXISTS { ?s ?q ?o } AS ?e) { ?s ?p ?o }",
    ] {
        algebra(text);
    }
}

/// The last declaration of a prefix is in force, and many take no time in proportion to their square.
#[test]
fn many_prefixes() {
    let declared: String = (0..50_000).map(|n| format!("PREFIX p{n}: <http://e/{n}#> ")).collect();
    let used: String = (0..50_000).map(|n| format!("p{n}:x ")).collect();
    let begun = std::time::Instant::now();
    assert!(algebra(&format!("{declared} ASK {{ VALUES ?x {{ {used} }} }}")).contains("<http://e/49999#x>"));
    assert!(begun.elapsed().as_secs() < 20, "{:?}", begun.elapsed());
    assert!(
        algebra("PREFIX p: <http://a/> PREFIX p: <http://b/> ASK { p:x ?p ?o }").contains("<http://b/x>")
    );
}

/// SPARQL 1.1, 19.8: aggregates "may only be used in SELECT, HAVING and ORDER BY clauses", and none within another.
#[test]
fn aggregates_stand_in_select_having_and_order_by() {
    for text in [
        "SELECT (COUNT(*) + SUM(?o) AS ?n) { ?s ?p ?o }",
        "SELECT ?s { ?s ?p ?o } GROUP BY ?s HAVING(COUNT(*) > 1) ORDER BY DESC(COUNT(*))",
        "SELECT (SUM(?n) AS ?all) { { SELECT ?s (COUNT(*) AS ?n) { ?s ?p ?o } GROUP BY ?s } }",
        "SELECT (SUM(?n) AS ?all) { ?s ?p ?n FILTER EXISTS { { SELECT (MAX(?o) AS ?m) { ?s ?q ?o } } } }",
        "SELECT (SUM(IF(BOUND(?o), 1, 0)) AS ?n) { ?s ?p ?o }",
        "SELECT (GROUP_CONCAT(DISTINCT ?o ; SEPARATOR = '|') AS ?n) { ?s ?p ?o } HAVING(COUNT(?o) > 1)(MAX(?o) > 2)",
    ] {
        algebra(text);
    }
    for (text, at, why) in [
        ("SELECT (SUM(COUNT(?s)) AS ?n) { ?s ?p ?o }", "COUNT(?s)) AS", Why::AggregateInAggregate),
        ("SELECT (MAX(1 + COUNT(*)) AS ?m) { ?s ?p ?o }", "COUNT(*))", Why::AggregateInAggregate),
        (
            "SELECT ?s { ?s ?p ?o } GROUP BY ?s HAVING(MAX(COUNT(?o)) > 1)",
            "COUNT(?o)",
            Why::AggregateInAggregate,
        ),
        ("SELECT (COUNT(?s) AS ?n) { ?s ?p ?o FILTER(COUNT(?o) > 1) }", "COUNT(?o)", Why::AggregateInPattern),
        ("SELECT (COUNT(?s) AS ?n) { ?s ?p ?o BIND(COUNT(?o) AS ?m) }", "COUNT(?o)", Why::AggregateInPattern),
        (
            "SELECT (1 AS ?n) { OPTIONAL { ?s ?q ?r FILTER(?r < MAX(?o)) } }",
            "MAX(?o)",
            Why::AggregateInPattern,
        ),
        (
            "SELECT (1 AS ?n) { FILTER EXISTS { ?s ?q ?r FILTER(?r < MAX(?o)) } }",
            "MAX(?o)",
            Why::AggregateInPattern,
        ),
        ("SELECT (COUNT(?s) AS ?n) { ?s ?p ?o } GROUP BY COUNT(?o)", "COUNT(?o)", Why::AggregateInPattern),
        (
            "SELECT (COUNT(?s) AS ?n) { ?s ?p ?o } GROUP BY (1 + COUNT(?o) AS ?m)",
            "COUNT(?o)",
            Why::AggregateInPattern,
        ),
        ("ASK { FILTER(SUM(?o) > 1) }", "SUM(?o)", Why::AggregateInPattern),
    ] {
        let (place, found) = refused(text);
        assert!(place.starts_with(at) && found == why, "{text}: {found:?} at {place}");
    }
}

/// SPARQL 1.1, 19.8: AskQuery, ConstructQuery and DescribeQuery have a SolutionModifier, in which GROUP BY and HAVING stand.
#[test]
fn every_form_may_group() {
    for text in [
        "ASK { ?s :p ?o } GROUP BY ?s HAVING (COUNT(*) > 1)",
        "CONSTRUCT { ?s :n ?k } FROM :g WHERE { ?s :p ?o } GROUP BY ?s (STR(?o) AS ?k) ORDER BY MAX(?o) LIMIT 2 # {",
        "DESCRIBE * WHERE { ?s :p ?o } GROUP BY ?s VALUES ?s { :a }",
        "CONSTRUCT FROM :g WHERE { ?s :p ?o ; :q 1 } GROUP BY ?s HAVING (COUNT(*) > 1)",
        "ASK {} HAVING (COUNT(*) > 0)",
    ] {
        assert!(algebra(text).contains("(group ("), "{text}");
    }
    assert!(
        algebra("DESCRIBE * { ?s ?p ?o } GROUP BY ?s STR(?o)").contains("(project (?s)"),
        "a key without a name is not described"
    );
    assert_eq!(
        refused("SELECT * { ?s ?p ?o } GROUP BY ?s"),
        ("* { ?s ?p ?o } GROUP BY ?s", Why::StarOfGroups)
    );
    assert_eq!(refused("SELECT ?s ?o { ?s :p ?o } GROUP BY ?s").1, Why::Ungrouped);
}

/// SPARQL 1.1, 16.1.2: an expression of SELECT may use a variable "defined earlier in the SELECT clause", in groups as well: 11.4
/// speaks of "variables that appear in the query pattern".
#[test]
fn a_column_may_be_computed_from_one_before_it() {
    algebra("SELECT (COUNT(*) AS ?n) (?n * 2 AS ?m) { ?s ?p ?o }");
    algebra("SELECT (1 AS ?n) (?n + 1 AS ?m) {}");
    assert_eq!(
        refused("SELECT (?n * 2 AS ?m) (COUNT(*) AS ?n) { ?s ?p ?o }"),
        ("?m) (COUNT(*) AS ?n) { ?s ?p ?o }", Why::Ungrouped)
    );
    assert_eq!(refused("SELECT (1 AS ?s) { ?s ?p ?o }"), ("?s) { ?s ?p ?o }", Why::ColumnOfKnown));
    assert_eq!(refused("SELECT ?s (2 AS ?s) {}"), ("?s) {}", Why::ColumnTwice));
    assert_eq!(refused("SELECT (1 AS ?n) (2 AS ?n) {}"), ("?n) {}", Why::ColumnTwice));
    // 18.2.4.4: the variables of a projection are a set.
    assert_eq!(algebra("SELECT ?s ?s { ?s ?p ?o }"), algebra("SELECT ?s { ?s ?p ?o }"));
}

/// SPARQL 1.1, 19.8, PathNegatedPropertySet: `!()` excludes nothing.
#[test]
fn an_empty_set_excludes_nothing() {
    let same = algebra("ASK { ?s ! ( # any\n ) ?o FILTER(!(1 = 2)) }");
    assert_eq!(algebra("ASK { ?s !() ?o FILTER(!(1 = 2)) }"), same);
    assert!(parse::update("DELETE { ?s ?p ?o } WHERE { ?s !() ?o ; ?p ?o }", &prefixes(), None).is_ok());
    assert_eq!(refused("ASK { FILTER(!()) }"), (")) }", Why::Unexpected));
}

/// SPARQL 1.1, 5.1.1: a label stands in one basic graph pattern. FILTER ends none (5.2.2), BIND does (10.1).
#[test]
fn a_label_stands_in_one_basic_graph_pattern() {
    for text in [
        "ASK { _:a :p ?o FILTER(?o > 1) _:a :q ?r }",
        "ASK { _:a :p ?o FILTER EXISTS { ?o :q _:b } _:a :q ?r }",
        "ASK { _:a :p _:a . _:a.b :p 1 }",
        "CONSTRUCT { _:a :p ?o } WHERE { _:a :p ?o }",
    ] {
        algebra(text);
    }
    for text in [
        "ASK { _:a :p ?o OPTIONAL { ?o :q ?r } _:a :q ?r }",
        "ASK { _:a :p ?o BIND(1 AS ?one) _:a :q ?r }",
        "ASK { { _:a :p ?o } UNION { ?x :p 2 . _:a :q ?r } }",
        "ASK { _:a :p ?o FILTER EXISTS { ?x :r 2 . _:a :q ?r } }",
        "ASK { FILTER EXISTS { _:a :p ?o } _:a :q ?r }",
    ] {
        let (place, why) = refused(text);
        assert!(
            place.starts_with("_:a :q ?r") && why == Why::LabelInTwoPatterns || place.starts_with("_:a :"),
            "{text}: {place}"
        );
        assert_eq!(why, Why::LabelInTwoPatterns, "{text}");
    }
    let (place, why) = refused("INSERT DATA { _:a :p 1 } ; INSERT DATA { :x :p _:a }");
    assert_eq!((place, why), ("_:a }", Why::LabelInTwoOperations));
    assert!(parse::update("INSERT DATA { _:a :p _:a GRAPH :g { _:a :p 1 } }", &prefixes(), None).is_ok());
}

/// SPARQL 1.1, 19.8: keywords in any letter case but `a`, run together with what follows where that makes no prefixed name.
#[test]
fn keywords_are_told_from_names() {
    let same = algebra("SELECT DISTINCT ?s WHERE { ?s a :C FILTER NOT EXISTS { ?s :p true } } LIMIT 1");
    assert_eq!(
        algebra("selectdistinct?s{?s a:C filternot exists{?s:p TRUE}}limit1".replace("a:C", "a :C").as_str()),
        same
    );
    assert_eq!(
        algebra("ASK { FILTER NOTEXISTS { ?s ?p 1 } }"),
        algebra("ASK { FILTER(NOT EXISTS { ?s ?p 1 }) }")
    );
    assert_eq!(algebra("ASK { :s :q true.:s :p 5 }"), algebra("ASK { :s :q true . :s :p 5 }"));
    let mut known = Prefixes::new();
    for name in ["optional", "select", "filter.b", "a", "true", "limit-x", "str"] {
        known.insert(name, "http://e/");
    }
    for text in [
        "SELECT * { optional:x a select:y . filter.b:z a:b true:c ; limit-x: 1 }",
        "SELECT (str:f(1) AS ?x) { BIND(true:x AS ?y) }",
    ] {
        parse::query(text, &known, None).unwrap_or_else(|error| panic!("{text}: {error:?}"));
    }
    assert_eq!(refused("ASK { ?s A :C }"), ("A :C }", Why::Unexpected));
}

/// 19.8, PN_LOCAL and PN_PREFIX: dots within, none at the end; escapes; percent signs; letters of all scripts.
#[test]
fn names_of_all_spellings() {
    let mut known = Prefixes::new();
    known.insert("p", "http://e/");
    known.insert("", "http://e/");
    known.insert("a.b-c", "http://e/");
    known.insert("百", "http://e/");
    let iri = |text: &str| {
        let query = parse::query(&format!("ASK {{ ?s ?p {text} }}"), &known, None);
        query.map(|query| {
            query.to_sse().split("http://e/").nth(1).unwrap_or_default().split('>').next().map(str::to_owned)
        })
    };
    for (text, local) in [
        ("p:x", "x"),
        (":x.", "x"),
        ("p:x.y.z.", "x.y.z"),
        ("a.b-c:1-2_:", "1-2_:"),
        ("百:度·1", "度·1"),
        (r"p:\~a\#b\%41", "~a#b%41"),
        ("p:%41", "%41"),
        ("p:", ""),
        ("p:a..b", "a..b"),
    ] {
        assert_eq!(iri(text).unwrap().as_deref(), Some(local), "{text}");
    }
    for text in ["p:-x", "q:x", "p.:x", r"p:\a", "p:%4", "1p:x", "-:x"] {
        assert!(iri(text).is_err(), "{text}");
    }
}

#[test]
fn literals_of_all_spellings() {
    let literal = |text: &str| {
        let query = parse::query(&format!("ASK {{ ?s ?p {text} }}"), &prefixes(), None).ok()?;
        let sse = query.to_sse();
        Some(sse.split_once("?p ")?.1.strip_suffix("))").unwrap_or(&sse).trim_end_matches(')').to_owned())
    };
    for (text, value) in [
        (r#"'a"b'"#, r#""a\"b""#),
        (r#"'''a'b''c'''"#, r#""a'b''c""#),
        (
            r#""""a
""b""""#,
            r#""a\n\"\"b""#,
        ),
        (r#""""""""#, r#""""#),
        (r#"'\t\b\n\r\f\"\'\\\u767e\U0001F600'"#, r#""\t\b\n\r\f\"'\\百😀""#),
        ("'a'@EN-gb", "\"a\"@en-gb"),
        ("'a' @ar--rtl", "\"a\"@ar--rtl"),
    ] {
        assert_eq!(literal(text).as_deref(), Some(value), "{text}");
    }
    for text in [
        r"'\x'",
        r"'\uD800'",
        r"'\u12'",
        "'a\nb'",
        "'a",
        "'''a''",
        "'a'@",
        "'a'@en--up",
        "'a'@toolonglanguage",
        "1.5e",
        "'\\",
    ] {
        assert_eq!(literal(text), None, "{text}");
    }
}

/// Whatever makes a tree deeper is counted, so that no stack is used up: neither by what is taken nor by letting go of what is refused.
#[test]
fn very_many_parts_are_answered_or_refused() {
    let many = |part: &str| part.repeat(100_000);
    let numbered =
        |n: usize, part: &str| (0..n).map(|n| part.replace('□', &n.to_string())).collect::<String>();
    for text in [
        format!("SELECT * {{ {} }}", many("?s :p* ?o . ")),
        format!("SELECT * {{ {} }} nonsense", many("?s :p* ?o . ")),
        format!("DESCRIBE {}", many("<a:a> ")),
        format!("DESCRIBE {} nonsense", many("<a:a> ")),
        format!("ASK {{ ?s ?p {} }}", vec!["( 1 )"; 100_000].join(", ")),
        format!("ASK {{ ?s {}:p ?o }}", many(":p/")),
        format!("ASK {{ ?s {}:p ?o }}", many("^:p/:q|")),
        format!("ASK {{ FILTER({}1) }}", many("!")),
        format!("ASK {{ FILTER({}1) }}", many("1 - ")),
        format!("ASK {{ {} }}", many("BIND(1 AS ?x) ")),
        format!("SELECT {} {{}}", numbered(100_000, "(1 AS ?x□) ")),
        format!("SELECT ?x {{}} GROUP BY {}", many("(1 + 1) ")),
        format!("ASK {{}} HAVING {}", many("(1 = 1) ")),
        format!("ASK {{ ?s {}:p {}1 }}", ":p/".repeat(15_000), "1,".repeat(15_000)),
        format!("ASK {{ {} {} }}", many("_:a :p 1 . "), "FILTER(true) ".repeat(19_000)),
        format!("ASK {{ {} {} }}", many("?s :p ?o . "), numbered(19_000, "BIND(1 AS ?x□) ")),
        format!("ASK {{ LATERAL {{ {} }} }}", numbered(19_000, "BIND(1 AS ?x□) ")),
        format!("SELECT {} {{}}", numbered(50_000, "?x□ ")),
        format!("SELECT (1 AS ?x) {{}} GROUP BY {}", numbered(50_000, "?x□ ")),
        format!("SELECT (CONCAT({}'') AS ?x) {{}}", numbered(50_000, "SUM(?x□), ")),
    ] {
        let _ = parse::query(&text, &prefixes(), None);
    }
    let graphs = many("GRAPH :g { ?s ?p ?o } ");
    for text in [
        format!("DELETE WHERE {{ {graphs} }}"),
        format!("DELETE WHERE {{ {graphs} }} nonsense"),
        format!("INSERT {{ {graphs} }} WHERE {{ ?s ?p ?o }}"),
        many("CLEAR ALL ; "),
    ] {
        let _ = parse::update(&text, &prefixes(), None);
    }
    for plain in [many("?s :p ?o . "), format!("GRAPH :g {{ {} }}", many("?s :p ?o . "))] {
        let text = format!("DELETE WHERE {{ {plain} }}");
        let error = parse::update(&text, &prefixes(), None).unwrap_err();
        assert!(error.message.contains("are to be joined"), "one basic graph pattern, and no chain: {error}");
    }
    let slip = format!("INSERT DATA {{ {} :a :b ; }}", many(":a :b -1 . "));
    assert_eq!(refused(&slip), ("; }", Why::Unexpected), "signs of numbers are no operators");
}

/// What can only be wrong at the end of the text may be completed by more.
#[test]
fn what_is_missing_is_missing_at_the_end() {
    for text in [
        "ASK { ?s ?p '''a",
        "ASK { ?s ?p <http://e",
        "SELECT (1 AS",
        "ASK { ?s ?p 'a",
        "SELECT * {} ORDER BY",
    ] {
        assert_eq!(refused(text).0, "", "{text}");
    }
}

/// SPARQL 1.1, 18.2.1: what BIND names must not be in scope; in a filter the variables of its group are (8.3.3), and no others. VALUES and
/// sub-selects are joined (18.2.2.6).
#[test]
fn exists_gives_values_to_variables_of_its_own() {
    for text in [
        "ASK { ?s ?p ?x FILTER EXISTS { BIND(1 AS ?y) } }",
        "ASK { ?s ?p ?x FILTER EXISTS { VALUES ?x { 1 } } }",
        "ASK { ?s ?p ?x FILTER EXISTS { { SELECT (1 AS ?x) {} } } }",
        "ASK { ?s ?p ?x FILTER EXISTS { SELECT (MAX(?o) AS ?x) { ?s ?q ?o } } }",
        "ASK { ?s ?p ?x FILTER EXISTS { { SELECT ?s { ?s ?q ?o BIND(1 AS ?x) } } } }",
        "ASK { ?s ?p ?x { ?s ?q ?o FILTER EXISTS { BIND(1 AS ?x) } } }",
        "ASK { ?s ?p ?o FILTER EXISTS { BIND(1 AS ?y) } FILTER EXISTS { BIND(1 AS ?y) } }",
        "ASK { { ?s ?p ?o FILTER EXISTS { BIND(1 AS ?y) } } UNION { ?s ?p ?y } }",
        "SELECT ?s { { SELECT ?s { ?s ?p ?x } } FILTER EXISTS { BIND(1 AS ?x) } }",
        "ASK { ?s ?p ?o MINUS { ?s ?p ?x } FILTER EXISTS { BIND(1 AS ?x) } }",
    ] {
        algebra(text);
    }
    let update = "DELETE { ?s ?p ?x } WHERE { ?s ?p ?x FILTER EXISTS { BIND(1 AS ?x) } }";
    assert!(parse::update(update, &prefixes(), None).is_err());
}

#[test]
fn what_is_wrong_is_refused_where_it_is() {
    for (text, place, why) in [
        ("ASK { ?s :p ?o } GROUP BY", "", Why::Unexpected),
        ("ASK { ?s nope:x ?o }", "nope:x ?o }", Why::UnknownPrefix),
        ("ASK { ?s <x> ?o }", "<x> ?o }", Why::RelativeIri),
        ("ASK { ?s <http://e:port/> ?o }", "<http://e:port/> ?o }", Why::Iri),
        ("ASK { ?s ?p < }", " }", Why::Unexpected),
        ("SELECT (1 AS ?n) { ?s ?p ?o } GROUP BY (STR(?o) AS ?o)", "?o)", Why::ColumnOfKnown),
        ("SELECT (1 AS ?n) { ?s ?p ?o } GROUP BY (?s AS ?x) (?o AS ?x)", "?x)", Why::ColumnOfKnown),
        ("ASK { BIND(1 AS ?x) BIND(2 AS ?x) }", "?x) }", Why::BindOfKnown),
        ("ASK { ?s ?p ?x LATERAL { BIND(2 AS ?x) } }", "LATERAL { BIND(2 AS ?x) } }", Why::LateralOfKnown),
        ("ASK { ?s ?p ?x FILTER EXISTS { BIND(1 AS ?x) } }", "?x) } }", Why::ExistsOfKnown),
        (
            "ASK { FILTER NOT EXISTS { { ?a ?b 1 BIND(1 AS ?x) } } ?s ?p ?x }",
            "?x) } } ?s ?p ?x }",
            Why::ExistsOfKnown,
        ),
        (
            "ASK { ?s ?p ?x BIND(EXISTS { ?s ?q ?o BIND(1 AS ?x) } AS ?y) }",
            "?x) } AS ?y) }",
            Why::ExistsOfKnown,
        ),
        (
            "SELECT (EXISTS { BIND(1 AS ?o) } AS ?y) { ?s ?p ?o }",
            "?o) } AS ?y) { ?s ?p ?o }",
            Why::ExistsOfKnown,
        ),
        (
            "ASK { ?s ?p ?x FILTER EXISTS { ?s ?q ?y FILTER EXISTS { BIND(1 AS ?x) } } }",
            "?x) } } }",
            Why::ExistsOfKnown,
        ),
        (
            "ASK { ?s ?p ?x OPTIONAL { ?s ?q ?y FILTER EXISTS { BIND(1 AS ?x) } } }",
            "?x) } } }",
            Why::ExistsOfKnown,
        ),
        ("ASK { VALUES (?a ?b) { (1 2) (3) } }", ") } }", Why::RowLength),
        ("ASK { VALUES (?a ?b) { (1 2 3) } }", "3) } }", Why::RowLength),
        ("ASK { VALUES (?a ?a) { (1 2) } }", "?a) { (1 2) } }", Why::VariableTwice),
        ("ASK {} LIMIT 99999999999999999999", "99999999999999999999", Why::Rows),
        ("ASK { FILTER(:f(DISTINCT ?x)) }", "DISTINCT ?x)) }", Why::DistinctInCall),
        ("ASK { ?s :p|:q ?o ~:r }", "?o ~:r }", Why::ReifierOfPath),
        ("ASK { FILTER(STRLEN(?a, ?b)) }", ", ?b)) }", Why::Unexpected),
        ("ASK { FILTER(SUBSTR(?a)) }", ")) }", Why::Unexpected),
        ("ASK { ?s ?p ?o , }", "}", Why::Unexpected),
        ("ASK { ?s ?p }", "}", Why::Unexpected),
        ("SELECT { ?s ?p ?o }", "{ ?s ?p ?o }", Why::Unexpected),
        ("DELETE DATA { _:a :p 1 }", "_:a :p 1 }", Why::BlankInDelete),
        ("INSERT DATA { :a :p 1 . ?a :p 1 }", "?a :p 1 }", Why::VariableInData),
        ("INSERT DATA { GRAPH ?g { } }", "?g { } }", Why::VariableInData),
        ("INSERT DATA { :a :p 1 . 1 :p 2 }", "1 :p 2 }", Why::LiteralSubject),
        ("INSERT DATA { <<( :a :p 1 )>> :p 2 }", "<<( :a :p 1 )>> :p 2 }", Why::LiteralSubject),
        ("DELETE WHERE { _:a :p 1 }", "_:a :p 1 }", Why::BlankInDelete),
    ] {
        assert_eq!(refused(text), (place, why), "{text}");
    }
}
