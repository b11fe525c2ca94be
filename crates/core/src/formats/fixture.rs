//! A graph and rows with terms of all kinds, for the tests of writers.
//!
//! In: nothing. Out: a graph in memory, some terms of which are beside its dictionary; rows, and what a writer makes of them.

use super::rows::RowWriter;
use crate::engine::answer::Row;
use crate::engine::answer::page::Page;
use crate::sources::rdf;
use crate::store::memory::Memory;
use crate::store::pack::Builder;
use crate::terms::{
    BaseDirection, BlankNode, GraphName, Literal, NamedNode, Prefixes, Quad, Term, Triple, Variable,
};

/// Terms of all kinds, whose texts begin alike, with escapes; blank nodes that look alike, triple terms that hold some.
const DATA: &str = r#"@prefix : <http://example.org/> . @prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
    :a :p :a-b, :a, :ab, "a", "a"@en, "a"@en-GB, "a"@en--rtl, "a"^^:t, "a b", "a\"b\\\n\t\u0001\u007Fé😀", "", "0"^^xsd:int ;
        :q 1, 1.0, 01, 1e0, true, "x"^^xsd:integer, "2023-01-01"^^xsd:date, "PT1S"^^xsd:duration, "2023"^^xsd:gYear .
    <http://example.org/a\u00E9> :p _:x, _:y, _:z . _:x :q _:y . _:y :q _:x . _:z :q [ :p [] ] .
    :t :says <<( :a :p "a"@en )>>, <<( _:x :p <<( :a :q _:z )>> )>> .
    :g { :a :p :a . _:x :p :b } _:h { :a :p :a }"#;

pub(super) fn memory() -> Memory {
    let mut builder = Builder::new();
    let format = rdf::format_named("trig").unwrap();
    rdf::read("data", format, None, DATA.as_bytes(), &mut Prefixes::new(), &mut |quad| {
        builder.add(quad.as_ref());
        Ok(())
    })
    .unwrap();
    let mut memory = Memory::over(builder.finish());
    // Terms beside the dictionary, in no order.
    let iri = |name: &str| NamedNode::new_unchecked(format!("http://example.org/{name}"));
    for name in ["z", "a0", "a!"] {
        let object = Literal::new_language_tagged_literal_unchecked(name, "en");
        memory.insert(Quad::new(iri(name), iri("p"), object, GraphName::DefaultGraph)).unwrap();
    }
    memory
}

/// Rows of two columns with terms of all kinds, empty and unbound ones, and these texts.
pub(super) fn rows(iri: &str, texts: [&str; 2]) -> Vec<Row> {
    let iri = NamedNode::new_unchecked(iri);
    let [one, other] = texts.map(|text| Some(Literal::from(text).into()));
    let directed = Literal::new_directional_language_tagged_literal_unchecked("w", "ar", BaseDirection::Rtl);
    let terms: Vec<Option<Term>> = vec![
        Some(iri.clone().into()),
        None,
        Some(BlankNode::new_unchecked("b").into()),
        one,
        other,
        Some(Literal::from("").into()),
        None,
        None,
        Some(Literal::from(5).into()),
        Some(Literal::new_language_tagged_literal_unchecked("Wort", "de").into()),
        Some(directed.into()),
        Some(Triple::new(iri.clone(), iri, Literal::from("<")).into()),
    ];
    terms.chunks(2).map(<[_]>::to_vec).collect()
}

/// What a writer of rows makes of rows.
pub(super) fn document(writer: &mut dyn RowWriter, variables: &[Variable], rows: &[Row]) -> String {
    let (mut text, mut page) = (writer.head(variables), Page::default());
    for row in rows {
        page.clear(variables.len());
        page.push_row(row);
        writer.row(&page, 0, &mut text).unwrap();
    }
    text + writer.foot()
}
