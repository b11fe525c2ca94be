//! Tests of the RDF/XML reader: what real files hold, and what must be refused with its place.

use super::*;
use crate::sources::xml::Fault;

/// The triples of a document as sorted lines of N-Triples, or the fault.
fn document(text: &str) -> std::result::Result<Vec<String>, Fault> {
    let mut lines = Vec::new();
    let read = read(text.as_bytes(), Some("http://b/d/f"), false, &mut Prefixes::new(), &mut |quad| {
        lines.push(quad.to_string());
        Ok(())
    });
    match read {
        Ok(count) => assert_eq!(count, lines.len() as u64),
        Err(Stop::Fault(fault)) => return Err(*fault),
        Err(other) => panic!("{other:?}"),
    }
    lines.sort();
    Ok(lines)
}

const OPEN: &str = "<rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#' xmlns:e='http://e/'>";

fn triples(body: &str) -> Vec<String> {
    document(&format!("{OPEN}{body}</rdf:RDF>")).unwrap_or_else(|fault| panic!("{body}: {fault:?}"))
}

fn objects(body: &str) -> Vec<String> {
    let of = |line: &String| line.splitn(3, ' ').nth(2).unwrap().to_owned();
    triples(&format!("<e:T rdf:about='http://e/a'>{body}</e:T>"))
        .iter()
        .filter(|line| line.starts_with("<http://e/a> <http://e/p>"))
        .map(of)
        .collect()
}

fn refused(text: &str) -> Fault {
    document(text).map(|lines| panic!("{text}: read as {lines:?}")).unwrap_err()
}

#[test]
fn a_file_cut_anywhere_is_refused() {
    // XML 1.0 2.1 and 1.2: what is not well-formed is a fatal error.
    let whole = format!(
        "<?xml version='1.0'?>\n<!-- c -->{OPEN}<e:A rdf:about='http://e/a'/>\n<rdf:Description rdf:about='http://e/b'>\
         <e:p xml:lang='en'>x &amp; 百</e:p><e:q rdf:parseType='Literal'><b>x</b><![CDATA[y]]></e:q></rdf:Description></rdf:RDF>"
    );
    assert_eq!(document(&whole).unwrap().len(), 3);
    for cut in (0..whole.len()).filter(|cut| whole.is_char_boundary(*cut)) {
        refused(&whole[..cut]);
    }
    let fault = refused(&whole[..whole.len() - "</rdf:Description></rdf:RDF>".len()]);
    assert!(fault.what.contains("</rdf:Description>, </rdf:RDF>"), "{fault:?}");
    assert!(refused("").hint.contains("empty"));
    assert!(refused("<!-- only this -->").what.contains("no element"));
}

#[test]
fn an_unknown_parse_type_is_a_literal() {
    // RDF/XML 7.2.20: all parseType values not named are Literal.
    for kind in ["Literal", "literal", "daml:collection", "Statements", ""] {
        let have = objects(&format!("<e:p rdf:parseType='{kind}'><b>x</b></e:p>"));
        assert_eq!(have, ["\"<b>x</b>\"^^<http://www.w3.org/1999/02/22-rdf-syntax-ns#XMLLiteral>"], "{kind}");
    }
    assert_eq!(objects("<e:p rdf:parseType='Literal'/>"), objects("<e:p rdf:parseType='Literal'></e:p>"));
}

#[test]
fn languages_are_taken_away_and_given_again() {
    let body = "<rdf:Description rdf:about='http://e/a' xml:lang='EN-us'><e:p xml:lang=''>1</e:p><e:p>2</e:p>\
        <e:p xml:lang='zh-Hans'>3</e:p><e:q xml:lang='' rdf:resource='http://e/b' e:r='4'/></rdf:Description>";
    let have = triples(body).join("\n");
    for wanted in ["\"1\"\n", "\"2\"@en-us", "\"3\"@zh-hans", "<http://e/r> \"4\""] {
        assert!(format!("{have}\n").contains(wanted), "{wanted}: {have}");
    }
    let fault = refused(&format!("{OPEN}\n<e:A e:p='x'\n xml:lang='en_US'/></rdf:RDF>"));
    assert_eq!(
        (fault.place, fault.hint.contains("en-us")),
        (Place { line: 2, column: 1 }, true),
        "{fault:?}"
    );
}

#[test]
fn bases_are_relative_to_the_base_around_them() {
    // XML Base 3, RDF/XML 5.3. The base outside all is the file's own IRI, http://b/d/f here.
    let cases = [
        ("", "x", "http://b/d/x"),
        ("", "", "http://b/d/f"),
        ("", "#x", "http://b/d/f#x"),
        ("xml:base=''", "", "http://b/d/f"),
        ("xml:base='sub/'", "x", "http://b/d/sub/x"),
        ("xml:base='../up#part'", "#x", "http://b/up#x"),
        ("xml:base='http://other/p/q?r'", "", "http://other/p/q?r"),
        ("xml:base='//host'", "/x", "http://host/x"),
    ];
    for (base, about, wanted) in cases {
        let have = triples(&format!(
            "<rdf:Description {base}><e:n xml:base=''><e:T rdf:about='{about}'/></e:n></rdf:Description>"
        ));
        assert!(
            have.iter().any(|line| line.contains(&format!("<{wanted}> <http://www.w3.org/1999"))),
            "{base} {about}: {have:?}"
        );
    }
}

#[test]
fn five_attributes_count_as_rdfs_without_a_prefix() {
    // RDF/XML 6.1.4: their support is required; other names without a namespace are forbidden.
    assert_eq!(
        triples("<rdf:Description about='http://e/a'><e:p resource='http://e/b'/></rdf:Description>"),
        ["<http://e/a> <http://e/p> <http://e/b>"]
    );
    assert_eq!(triples("<rdf:Description ID='x' type='http://e/T'/>").len(), 1);
    assert_eq!(objects("<e:p parseType='Literal'>x</e:p>").len(), 1);
    for bad in ["nodeID='x'", "datatype='http://e/d'", "name='x'"] {
        let fault = refused(&format!("{OPEN}\n<rdf:Description {bad}/></rdf:RDF>"));
        assert!(fault.place.line == 1 && fault.what.contains("no prefix"), "{fault:?}");
    }
    let both =
        refused(&format!("{OPEN}<rdf:Description about='http://e/a' rdf:about='http://e/a'/></rdf:RDF>"));
    assert!(both.what.contains("with and without"), "{both:?}");
}

#[test]
fn entities_are_read_in_either_quote_and_to_any_use() {
    let doctype = "<!DOCTYPE rdf:RDF [ <!-- > ]> --> <!ENTITY e 'http://e/'>\n<!ENTITY deep \"&e;deep\"><!ENTITY gt2 \"> it's\">\
        <!ENTITY e 'second, does not count'> <!ENTITY thing \"<rdf:Description rdf:about='&deep;'/>\">\
        <!ELEMENT rdf:RDF ANY><!ENTITY % p SYSTEM 'p'> %p; <?pi ]>?> ]>";
    let text = format!(
        "{doctype}{OPEN}<e:T rdf:about=\"&e;a\"><e:p>&gt2; &#x767E;&#27169;&lt;</e:p><e:q>&thing;</e:q></e:T></rdf:RDF>"
    );
    let have = document(&text).unwrap();
    assert_eq!(have[0], "<http://e/a> <http://e/p> \"> it's 百模<\"");
    assert_eq!(have[1], "<http://e/a> <http://e/q> <http://e/deep>");
    let fault = refused(&format!("{OPEN}\n<e:T e:p='&owl;x'/></rdf:RDF>"));
    assert!(fault.place.line == 1 && fault.what.contains("&owl; is not declared"), "{fault:?}");
    let fault = refused(&format!(
        "<!DOCTYPE r [<!ENTITY x SYSTEM 'file:///etc/passwd'>]>{OPEN}<e:T><e:p>&x;</e:p></e:T></rdf:RDF>"
    ));
    assert!(fault.what.contains("another file"), "{fault:?}");
}

#[test]
fn a_default_of_the_internal_subset_counts() {
    // XML 1.0 5.1: a processor that reads no other file still adds these.
    let text = format!(
        "<!DOCTYPE rdf:RDF [<!ATTLIST e:T rdf:about CDATA 'http://e/d' xmlns:f CDATA #FIXED 'http://f/'\n e:k (a|b) #IMPLIED>]>{OPEN}<e:T><f:p>x</f:p></e:T></rdf:RDF>"
    );
    assert!(document(&text).unwrap().contains(&"<http://e/d> <http://f/p> \"x\"".to_owned()));
}

#[test]
fn xml_literals_are_exclusive_canonical_xml_with_comments() {
    // RDF/XML 7.2.17. The namespaces rdf: and e: are not used inside, and so not written.
    let cases = [
        (
            "<p xmlns=\"http://h/\">hi <b>x</b><!-- c --></p>",
            "<p xmlns=\"http://h/\">hi <b>x</b><!-- c --></p>",
        ),
        ("<br />", "<br></br>"),
        ("a &lt; <![CDATA[b > & c]]> &#13;&quot;", "a &lt; b &gt; &amp; c &#xD;\""),
        ("<e:x b='2' a=\"1&#10;'\"/>", "<e:x xmlns:e=\"http://e/\" a=\"1&#xA;'\" b=\"2\"></e:x>"),
        (
            "<x xmlns='http://h/'><y xmlns=''/></x><?t  d?>",
            "<x xmlns=\"http://h/\"><y xmlns=\"\"></y></x><?t d?>",
        ),
        ("<x e:a='1' xml:lang='en'/>", "<x xmlns:e=\"http://e/\" e:a=\"1\" xml:lang=\"en\"></x>"),
        (
            "<e:x><e:y/></e:x><e:z/>",
            "<e:x xmlns:e=\"http://e/\"><e:y></e:y></e:x><e:z xmlns:e=\"http://e/\"></e:z>",
        ),
        ("", ""),
    ];
    for (inside, wanted) in cases {
        let have = objects(&format!("<e:p rdf:parseType='Literal'>{inside}</e:p>"));
        let wanted = Literal::new_typed_literal(wanted, rdf::XML_LITERAL).to_string();
        assert_eq!(have, [wanted], "{inside}");
    }
}

#[test]
fn a_text_said_to_have_a_language_has_it_or_is_refused() {
    let lang = "rdf:datatype='http://www.w3.org/1999/02/22-rdf-syntax-ns#langString'";
    assert_eq!(objects(&format!("<e:p {lang} xml:lang='en'>hi</e:p>")), ["\"hi\"@en"]);
    let fault = refused(&format!("{OPEN}\n<e:T>\n <e:p {lang}>hi</e:p></e:T></rdf:RDF>"));
    assert!(fault.place == Place { line: 2, column: 1 } && fault.hint.contains("xml:lang"), "{fault:?}");
}

#[test]
fn an_id_comes_once_for_each_base() {
    let twice = format!("{OPEN}<e:T rdf:ID='x'/>\n<e:T><e:p rdf:ID='x'>1</e:p></e:T></rdf:RDF>");
    let fault = refused(&twice);
    assert!(fault.place.line == 1 && fault.what.contains("http://b/d/f#x"), "{fault:?}");
    assert_eq!(triples("<e:T rdf:ID='x'/><e:T xml:base='http://c/' rdf:ID='x'/>").len(), 2);
    assert!(refused(&format!("{OPEN}<e:T rdf:ID='1x'/></rdf:RDF>")).what.contains("not a name"));
}

/// Wrong documents: what stands between the root's tags, the line and column of the fault, and what is said.
const WRONG: &[(&str, u64, u64, &str)] = &[
    ("\n<e:T rdf:about='http://e/a?x=1&y=2'/>", 1, 30, "bare `&`"),
    ("\n<foaf:T/>", 1, 0, "prefix `foaf:` is not declared"),
    ("<e:T>\n words</e:T>", 1, 1, "the text `words`"),
    ("<e:T>\n<e:p>text<e:U/></e:p></e:T>", 1, 9, "a thing beside text"),
    ("<e:T>\n<e:p><e:U/>text</e:p></e:T>", 1, 11, "the text `text`"),
    ("<e:T>\n<e:p><e:U/><e:U/></e:p></e:T>", 1, 11, "a second thing"),
    ("<e:T>\n<e:p rdf:resource='x'>t</e:p></e:T>", 1, 22, "the text `t`"),
    ("<e:T>\n<e:p rdf:resource='x' rdf:nodeID='y'/></e:T>", 1, 0, "do not go together"),
    ("<e:T rdf:ID='x' rdf:about='y'/>", 0, 85, "here are two"),
    ("\n<e:T rdf:about='a b'/>", 1, 5, "space in an IRI"),
    ("\n<e:T></e:U>", 1, 5, "</e:U> closes nothing"),
    ("\n<e:T e:p=x/>", 1, 9, "not in quotes"),
    ("\n<e:T e:p='1' e:p='2'/>", 1, 13, "stands twice"),
    ("\n<e:T e:p='<'/>", 1, 10, "`<` must not stand"),
    ("\n<e:T><e:p>\u{1}</e:p></e:T>", 1, 10, "U+0001"),
    ("\n<e:T><e:p>1 < 2</e:p></e:T>", 1, 12, "begins no tag"),
    ("\n<e:T><e:p>]]></e:p></e:T>", 1, 12, "]]>"),
    ("\n<!-- a -- b -->", 1, 9, "inside a comment"),
    ("\n<rdf:li/>", 1, 0, "rdf:li is a property"),
    ("<e:T>\n<rdf:Description/></e:T>", 1, 0, "cannot be a property"),
    ("\n<e:T rdf:bagID='x'/>", 1, 5, "taken out"),
    ("\n<T/>", 1, 0, "no namespace"),
];

#[test]
fn what_is_wrong_is_named_with_its_line_and_column() {
    let mut wrong = Vec::new();
    for (body, line, column, words) in WRONG {
        let fault = refused(&format!("{OPEN}{body}</rdf:RDF>"));
        let place = Place { line: *line, column: *column };
        if fault.place != place || !fault.what.contains(words) || fault.hint.is_empty() {
            wrong.push(format!("{body:?}: {fault:?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn other_xml_is_told_apart() {
    let owl = "<Ontology xmlns='http://www.w3.org/2002/07/owl#' ontologyIRI='http://e/'/>";
    assert!(refused(owl).what.contains("OWL/XML"));
    assert!(refused("<rss version='2.0'/>").what.contains("`rss`"));
    assert!(refused("\n<?xml version='1.0'?><a/>").what.contains("very beginning"));
    let two = format!("{OPEN}</rdf:RDF>\n{OPEN}</rdf:RDF>");
    assert_eq!(refused(&two).place.line, 1);
    assert!(refused(&format!("{OPEN}</rdf:RDF>\nleft over")).what.contains("after the end"));
}

#[test]
fn entity_bombs_meet_a_limit() {
    let laughs = |value: &str, depth: usize| -> String {
        let all: String = (1..depth)
            .map(|n| format!("<!ENTITY e{n} \"{}\">", format!("&e{};", n - 1).repeat(10)))
            .collect();
        format!("<!DOCTYPE r [<!ENTITY e0 \"{value}\">{all}]>")
    };
    let uses = |n: usize| [format!("<e:T><e:p>&e{n};</e:p></e:T>"), format!("<e:T e:p='&e{n};'/>")];
    for value in ["ha", "", "<e:T/>"] {
        for body in uses(9) {
            let fault = refused(&format!("{}{OPEN}\n{body}</rdf:RDF>", laughs(value, 10)));
            assert_eq!(fault.place.line, 1, "{fault:?}");
        }
    }
    for body in uses(3) {
        assert!(
            document(&format!("{}{OPEN}{body}</rdf:RDF>", laughs("ha", 4)))
                .unwrap()
                .iter()
                .any(|line| line.len() > 1000)
        );
    }
    for body in uses(0) {
        let fault =
            refused(&format!("<!DOCTYPE r [<!ENTITY e0 '&e1;'><!ENTITY e1 '&e0;'>]>{OPEN}{body}</rdf:RDF>"));
        assert!(fault.what.contains("holds itself"), "{fault:?}");
    }
}

#[test]
fn deep_documents_are_read_in_their_length_and_deeper_ones_refused() {
    let nest = |depth: usize| {
        let pair = "<e:T xmlns:x='http://x/' xml:base='y/'><e:p>";
        format!("{OPEN}{}{}</rdf:RDF>", pair.repeat(depth), "</e:p></e:T>".repeat(depth))
    };
    let plain = |depth| nest(depth).replace(" xml:base='y/'", "");
    assert_eq!(document(&plain(4_999)).unwrap().len(), 2 * 4_999);
    assert!(refused(&plain(60_000)).what.contains("deep"));
    // A base that grows with each level, and a long namespace, would make much of little.
    assert!(document(&nest(500)).is_ok());
    assert!(refused(&nest(4_999)).what.contains("longer"));
    let long = format!("<x:T xmlns:x='http://x/{}/'/>", "y".repeat(5_000));
    assert!(refused(&format!("{OPEN}{long}</rdf:RDF>")).what.contains("longer"));
}

#[test]
fn rdf_1_2_says_triple_terms_annotations_and_directions() {
    let body = "<rdf:Description rdf:about='http://e/a' rdf:version='1.2' xmlns:its='http://www.w3.org/2005/11/its' its:version='2.0'>\
        <e:p rdf:parseType='Triple'><rdf:Description rdf:about='http://e/s' e:q='o'/></e:p>\
        <e:r xml:lang='ar' its:dir='rtl' rdf:annotation='http://e/r'>x</e:r></rdf:Description>";
    assert_eq!(
        triples(body),
        [
            "<http://e/a> <http://e/p> <<( <http://e/s> <http://e/q> \"o\" )>>",
            "<http://e/a> <http://e/r> \"x\"@ar--rtl",
            "<http://e/r> <http://www.w3.org/1999/02/22-rdf-syntax-ns#reifies> <<( <http://e/a> <http://e/r> \"x\"@ar--rtl )>>",
        ]
    );
}
