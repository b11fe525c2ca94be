//! A parameter is a term whatever it holds: the row that comes back has the very value.
#![no_main]

use baimo::engine::answer::Answer;
use baimo::catalog::{Origin, SavedQuery};
use baimo::session::{Session, Source};
use baimo::terms::{Literal, Term};
use libfuzzer_sys::fuzz_target;
use std::collections::BTreeMap;
use std::sync::LazyLock;

static SESSION: LazyLock<Session> = LazyLock::new(|| baimo::embedded::open(&Source::Embedded).expect("the graph opens"));

fuzz_target!(|value: &str| {
    let text = "#+ params:\n#+   t: {type: string}\nSELECT ?x { BIND(?_t AS ?x) }";
    let query = SavedQuery::read("fuzzed".into(), text.into(), Origin::Project);
    let given = BTreeMap::from([("t".to_owned(), value.to_owned())]);
    let bindings = SESSION.bindings(&query, &given).expect("any text is a string");
    let Ok(Answer::Rows(rows)) = SESSION.query(&query.text, &bindings) else { panic!("no rows") };
    let rows: Vec<_> = rows.rows.map(|row| row.expect("no limit is set")).collect();
    assert_eq!(rows, [vec![Some(Term::from(Literal::new_simple_literal(value)))]]);
});
