//! One more column: for each value the class of terms that may be equal to it, so that `=` can be joined on.
//!
//! In: rows, an expression. Out: the rows with a term for the class of its value: two values that `=` (SPARQL 1.1, 17.4.1.7, and the
//! operators of 17.3) finds equal have the same one; two that have the same one need not be equal. An error has a class too, since
//! the row may have to stay. Strings, IRIs and blank nodes are their own class.
//!
//! Numbers of exact types are told apart by their values. Between those and `xsd:float` or `xsd:double` equality is not transitive
//! (F&O 3.1, 4.3.1: the exact one is rounded first), so that no class smaller than "a number" is right once the graph has some.

use crate::error::Result;
use crate::exec::batch::Batch;
use crate::exec::context::Context;
use crate::exec::formula::Compiled;
use crate::exec::{Operator, Running};
use crate::expr::Value;
use crate::expr::value::Operand;
use crate::store::{Id, Kind};
use crate::terms::{Literal, NamedNode, Term};
use baimo_store::value::datatype::Datatype;
use rustc_hash::FxHashMap;

/// A column of classes in progress. See the module.
pub struct EqualityClass<'a> {
    formula: Compiled,
    input: Running<'a>,
    known: FxHashMap<Id, Id>,
}

impl<'a> EqualityClass<'a> {
    /// Of the values of `formula` over `input`.
    pub fn new(formula: Compiled, input: Running<'a>) -> Self {
        Self { formula, input, known: FxHashMap::default() }
    }

    fn class(&mut self, id: Id, cx: &mut Context<'_>) -> Result<Id> {
        if let Some(Kind::Iri | Kind::Blank | Kind::String) = cx.graph.kind(id) {
            return Ok(id);
        }
        if let Some(known) = self.known.get(&id) {
            return Ok(*known);
        }
        let term = cx.term(id)?;
        let class = match term {
            None => cx.intern(&name("error"))?,
            Some(term) => match class_of(term, cx)? {
                Some(class) => cx.intern(&class)?,
                None => id,
            },
        };
        cx.room(4 * size_of::<Id>())?;
        self.known.insert(id, class);
        Ok(class)
    }
}

/// The class of a term; nothing where that is the term itself.
fn class_of(term: Term, cx: &mut Context<'_>) -> Result<Option<Term>> {
    let value = Value::Term(term);
    Ok(Some(match value.operand() {
        Operand::Iri(_) | Operand::Blank(_) | Operand::String(_) | Operand::Other(..) => return Ok(None),
        Operand::Boolean(value) => Literal::from(value).into(),
        Operand::LangString(text, ..) => Literal::new_simple_literal(text).into(),
        Operand::Number(number) => match number.as_exact() {
            Some(exact) if cx.numbers_are_exact()? => {
                Literal::new_typed_literal(exact.to_string(), crate::terms::xsd::DECIMAL).into()
            }
            _ => name("number"),
        },
        Operand::Moment(moment, datatype) => {
            let kind = if datatype == Datatype::DateTimeStamp { Datatype::DateTime } else { datatype };
            name(&format!("{kind:?} {}", moment.instant()))
        }
        Operand::Duration(duration, _) => {
            name(&format!("duration {} {}", duration.months, duration.attoseconds))
        }
        Operand::Triple(_) => name("triple term"),
    }))
}

/// The name of a class that is no term of any graph: it has a space in it.
fn name(class: &str) -> Term {
    NamedNode::new_unchecked(format!("equality class: {class}")).into()
}

impl Operator for EqualityClass<'_> {
    fn next(&mut self, cx: &mut Context<'_>) -> Result<Option<Batch>> {
        let Some(mut batch) = self.input.next(cx)? else { return Ok(None) };
        let mut column = self.formula.ids(&batch, cx)?;
        for id in &mut column {
            *id = self.class(*id, cx)?;
        }
        cx.work(batch.len)?;
        batch.columns.push(column.into());
        Ok(Some(batch))
    }

    fn bytes(&self) -> usize {
        self.known.capacity() * 3 * size_of::<Id>()
    }
}

#[cfg(test)]
mod tests {
    use crate::answer::Answer;
    use crate::exec::fixture::solutions;
    use crate::store::pack::Builder;
    use crate::syntax::parse;
    use crate::terms::{GraphName, Quad, Term};
    use crate::{DefaultGraph, Governor};

    /// How many pairs of values of `:p` and `:q` a filter keeps; the same by a filter that no join can help with.
    fn agree(triples: &str, filter: &str) -> usize {
        let mut builder = Builder::new();
        let query =
            parse::query(&format!("CONSTRUCT {{ {triples} }} {{}}"), &crate::fixture::prefixes(), None)
                .unwrap();
        let empty = Builder::new().finish();
        let answer = crate::answer(&empty, &query, DefaultGraph::Alone, &Governor::unlimited()).unwrap();
        let Answer::Graph(found) = answer else { panic!("no graph") };
        for triple in found {
            let triple = triple.unwrap();
            builder.add(
                Quad::new(triple.subject, triple.predicate, triple.object, GraphName::DefaultGraph).as_ref(),
            );
        }
        let graph = builder.finish();
        let count = |filter: &str| {
            let text = format!("SELECT (COUNT(*) AS ?n) {{ ?x :p ?a . ?y :q ?b FILTER({filter}) }}");
            let query = parse::query(&text, &crate::fixture::prefixes(), None).unwrap();
            let answer = crate::answer(&graph, &query, DefaultGraph::Alone, &Governor::unlimited()).unwrap();
            let Answer::Rows(rows) = answer else { panic!("no rows") };
            let Some(Some(Term::Literal(count))) = rows.gather().rows[0].first().cloned() else {
                panic!("no count")
            };
            count.value().parse::<usize>().unwrap()
        };
        let joined = count(filter);
        assert_eq!(joined, count(&format!("({filter}) || ?a = ?x")), "{filter} over {triples}");
        joined
    }

    #[test]
    fn what_is_equal_is_joined() {
        let exact =
            ":a :p 1 . :a :p 1.0 . :a :p \"01\"^^xsd:int . :b :q 1 . :b :q 1.00 . :b :q 2 . :b :q \"1\"";
        assert_eq!(agree(exact, "?a = ?b"), 6);
        assert_eq!(agree(exact, "SAMETERM(?a, ?b)"), 1);
        assert_eq!(agree(exact, "STR(?b) = STR(?a)"), 2);
        let others = ":a :p \"x\"@en . :a :p \"x\" . :a :p true . :a :p \"2024-01-01T12:00:00+01:00\"^^xsd:dateTime . \
                      :b :q \"x\"@EN . :b :q \"x\" . :b :q \"1\"^^xsd:boolean . :b :q \"2024-01-01T11:00:00Z\"^^xsd:dateTime";
        assert_eq!(agree(others, "?a = ?b"), 4);
    }

    #[test]
    fn numbers_that_are_rounded_before_they_are_compared() {
        // F&O 3.1, 4.3.1: 0.1 is rounded to the xsd:float next to it, which is another number; neither equals the xsd:double.
        let mixed = ":a :p 0.1 . :a :p 16777217 . :b :q \"0.1\"^^xsd:float . :b :q 0.1e0 . :b :q 16777216.0e0 . \
                     :b :q \"16777216\"^^xsd:float";
        assert_eq!(agree(mixed, "?a = ?b"), 3);
    }

    #[test]
    fn optional_and_exists_compare_in_the_same_way() {
        let query = |form: &str| solutions(&format!("SELECT ?o ?x {{ ?p :order ?o {form} }} ORDER BY ?o ?x"));
        assert_eq!(
            query("FILTER EXISTS { ?x2 :year ?y FILTER(STRLEN(STR(?y)) = STRLEN(STR(?p))) }").len(),
            0
        );
        assert_eq!(query("FILTER NOT EXISTS { ?q :order ?y FILTER(?y = ?o) }").len(), 0);
        assert_eq!(query("OPTIONAL { ?x :order ?y FILTER(?y = ?o) }"), ["1 p1", "2 p2", "3 p3"]);
        assert_eq!(query("OPTIONAL { ?x :year ?y FILTER(?y = ?o) }"), ["1 -", "2 -", "3 -"]);
    }
}
