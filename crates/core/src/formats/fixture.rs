//! A graph with terms of all kinds, for the tests of writers.
//!
//! In: nothing. Out: a graph in memory, some terms of which are beside its dictionary.

use crate::sources::rdf;
use crate::store::memory::Memory;
use crate::store::pack::Builder;
use crate::terms::{GraphName, Literal, NamedNode, Prefixes, Quad};

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
