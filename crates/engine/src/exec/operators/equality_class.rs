//! One more column: for each value the class of terms that may be equal to it, so that `=` can be joined on.
//!
//! In: rows, an expression. Out: the rows with a term for the class of its value: two values that `=` (SPARQL 1.1, 17.4.1.7, and
//! the operators of 17.3) finds equal have the same one; two that have the same one need not be equal. An error has a class too,
//! since the row may have to stay; each side has one of its own, as an error is equal to nothing. Strings, IRIs and blank nodes
//! are their own class.
//!
//! Numbers of exact types are told apart by their values, and where there are doubles by the double next to them: what is
//! compared with one is rounded to one first (F&O 3.1, 4.3; XPath 3.1, B.1). With `xsd:float` about there is no class smaller than
//! "a number": exact numbers on either side of the middle between two floats are equal to another float each and both to the
//! double in the middle, so that all numbers hang together.

use crate::error::Result;
use crate::exec::batch::Batch;
use crate::exec::context::Context;
use crate::exec::formula::Compiled;
use crate::exec::{Operator, Running};
use crate::expr::Value;
use crate::expr::value::Operand;
use crate::plan::equality::Inexact;
use crate::store::{Id, Kind};
use crate::terms::{Literal, NamedNode, Term};
use baimo_store::value::datatype::Datatype;
use baimo_store::value::number::Number;
use rustc_hash::FxHashMap;

/// A column of classes in progress. See the module.
pub struct EqualityClass<'a> {
    formula: Compiled,
    input: Running<'a>,
    /// Of which of the two sides that are compared.
    first: bool,
    known: FxHashMap<Id, Id>,
}

impl<'a> EqualityClass<'a> {
    /// Of the values of `formula` over `input`, the `first` or the second of the sides that are compared.
    pub fn new(formula: Compiled, input: Running<'a>, first: bool) -> Self {
        Self { formula, input, first, known: FxHashMap::default() }
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
            None => cx.intern(&name(if self.first { "first error" } else { "second error" }))?,
            Some(term) => match class_of(term, cx.inexact()?) {
                Some(class) => cx.intern(&class)?,
                None => id,
            },
        };
        cx.room(4 * size_of::<Id>())?;
        self.known.insert(id, class);
        Ok(class)
    }
}

/// The class of a term where numbers may be of these types; nothing where that is the term itself.
fn class_of(term: Term, inexact: Inexact) -> Option<Term> {
    let value = Value::Term(term);
    Some(match value.operand() {
        Operand::Iri(_) | Operand::Blank(_) | Operand::String(_) | Operand::Other(..) => return None,
        Operand::Boolean(value) => Literal::from(value).into(),
        Operand::LangString(text, ..) => Literal::new_simple_literal(text).into(),
        Operand::Number(number) => class_of_number(&number, inexact),
        Operand::Moment(moment, datatype) => {
            let kind = if datatype == Datatype::DateTimeStamp { Datatype::DateTime } else { datatype };
            name(&format!("{kind:?} {}", moment.instant()))
        }
        Operand::Duration(duration, _) => {
            name(&format!("duration {} {}", duration.months, duration.attoseconds))
        }
        // Equal triple terms have equal parts (SPARQL 1.2, 17.4.1.7).
        Operand::Triple(triple) => {
            let object = &triple.object;
            let class = class_of(object.clone(), inexact).unwrap_or_else(|| object.clone());
            name(&format!("triple {} {} {class}", triple.subject, triple.predicate))
        }
    })
}

fn class_of_number(number: &Number, inexact: Inexact) -> Term {
    match (inexact, number.as_exact()) {
        (Inexact::None, Some(exact)) => {
            Literal::new_typed_literal(exact.to_string(), crate::terms::xsd::DECIMAL).into()
        }
        // Zeros of either sign are equal: the sum of zero and the negative one is zero.
        (Inexact::Double, _) if !matches!(number, Number::Float(_)) => {
            name(&format!("number {:e}", number.to_f64() + 0.0))
        }
        _ => name("number"),
    }
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
    use super::{class_of, class_of_number};
    use crate::answer::Answer;
    use crate::exec::fixture::solutions;
    use crate::expr::Value;
    use crate::fixture::answered;
    use crate::plan::equality::Inexact;
    use crate::store::pack::Builder;
    use crate::syntax::parse;
    use crate::terms::{GraphName, Literal, NamedNode, Quad, Term, Triple, xsd};
    use crate::{DefaultGraph, Governor};
    use baimo_store::value::number::Number;
    use std::cmp::Ordering;

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
    fn triple_terms_are_joined_by_their_parts() {
        let of = |node: &str, predicate: &str, objects: &[&str]| -> String {
            objects.iter().map(|object| format!("{node} {predicate} <<( :s :r {object} )>> . ")).collect()
        };
        let nested = "<<( :s :r 1 )>>";
        let (first, second) = (
            of(":a", ":p", &["1", "1.0", "\"x\"", ":o", nested]),
            of(":b", ":q", &["01", "2", "\"x\"@en", ":o", "<<( :s :r 1.0 )>>"]),
        );
        let other = ":b :q <<( :s :t 1 )>> . :b :q <<( :t :r 1 )>> . ";
        // SPARQL 1.2, 17.4.1.7: the parts are compared as by `=`.
        assert_eq!(agree(&format!("{first}{second}{other}"), "?a = ?b"), 4);
        assert_eq!(agree(&format!("{first}{second}{other}"), "SAMETERM(?a, ?b)"), 1);
        let class = |object: i64| {
            let node = NamedNode::new_unchecked("http://example.org/s");
            class_of(Triple::new(node.clone(), node, Literal::from(object)).into(), Inexact::None).unwrap()
        };
        assert_ne!(class(1), class(2));
    }

    /// SPARQL 1.1, 17.3 and 18.5: a comparison is judged as it stands, whether it is a key of the join as well or not; what is an error on both
    /// sides is equal to nothing.
    #[test]
    fn what_is_compared_beside_a_shared_variable_changes_no_answer() {
        let count = |text: &str, every_way: bool| answered(text, every_way).0;
        for compared in [
            "STRLEN(STR(?a)) = STRLEN(STR(?b))",
            "STR(?a) = STR(?b)",
            "?y * 2 = ?z * 2.0 && STR(?b) = STR(?a)",
            "STRLEN(?a) = STRLEN(?b)",
            "SAMETERM(?y + 1, ?z + 1)",
            "?y = ?z && ?a != ?b",
        ] {
            for group in [
                format!("?a :kind ?k ; :year ?y . ?b :kind ?k ; :year ?z FILTER({compared})"),
                format!("?a :kind ?k ; :year ?y OPTIONAL {{ ?b :kind ?k ; :year ?z FILTER({compared}) }}"),
                format!(
                    "?a :kind ?k ; :year ?y FILTER EXISTS {{ ?b :kind ?k ; :year ?z FILTER({compared}) }}"
                ),
                format!(
                    "?a :kind ?k ; :year ?y FILTER NOT EXISTS {{ ?b :kind ?k ; :year ?z FILTER({compared}) }}"
                ),
                format!("?a :kind ?k ; :year ?y MINUS {{ ?b :kind ?k ; :year ?z FILTER({compared}) }}"),
                format!(
                    ":r7 :year ?y . BIND(:r7 AS ?a) ?b :kind ?k . ?c :kind ?k . ?b :year ?z FILTER({compared})"
                ),
            ] {
                let text = format!("SELECT (COUNT(*) AS ?n) (COUNT(?b) AS ?m) (SUM(?y) AS ?s) {{ {group} }}");
                assert_eq!(count(&text, true), count(&text, false), "{text}");
            }
        }
    }

    #[test]
    fn numbers_that_are_rounded_before_they_are_compared() {
        // F&O 3.1, 4.3.1: 0.1 is rounded to the xsd:float next to it, which is another number; neither equals the xsd:double.
        let mixed = ":a :p 0.1 . :a :p 16777217 . :b :q \"0.1\"^^xsd:float . :b :q 0.1e0 . :b :q 16777216.0e0 . \
                     :b :q \"16777216\"^^xsd:float";
        assert_eq!(agree(mixed, "?a = ?b"), 3);
    }

    /// Lexical forms, at the borders of what the types tell apart.
    const FORMS: [(&str, &str); 21] = [
        ("0", "0"),
        ("-0", "-0"),
        ("1", "1"),
        ("-1", "-1"),
        ("0.1", "1e-1"),
        ("0.100000001490116119384765625", "0.100000001490116119384765625"),
        ("0.3", "0.30000000000000004"),
        ("0.5", "5e-1"),
        ("16777216", "16777216"),
        ("16777217", "16777217"),
        ("16777217.0000000000000001", "16777217.0000000000000001"),
        ("16777216.9999999999999999", "16777216.9999999999999999"),
        ("16777218", "16777218"),
        ("9007199254740992", "9007199254740992"),
        ("9007199254740993", "9007199254740993"),
        ("9007199254740994", "9007199254740994"),
        ("100000000000000000000000", "1e23"),
        ("99999999999999991611392", "9.999999999999999e22"),
        ("-255", "-255"),
        ("18446744073709551615", "18446744073709551616"),
        ("0.000000000000000000000000000000000000000000001", "1e-45"),
    ];

    /// These in every type that has them, and what only the inexact ones have.
    fn numbers() -> Vec<Term> {
        let of = |text: &str, datatype: &NamedNode| Literal::new_typed_literal(text, datatype.clone());
        let mut found: Vec<Literal> = Vec::new();
        for (exact, inexact) in FORMS {
            let derived =
                |name: &str| NamedNode::new_unchecked(format!("http://www.w3.org/2001/XMLSchema#{name}"));
            found.push(of(exact, &xsd::DECIMAL.into_owned()));
            found.push(of(inexact, &xsd::DOUBLE.into_owned()));
            found.push(of(inexact, &xsd::FLOAT.into_owned()));
            if !exact.contains('.') {
                let integers = ["integer", "byte", "unsignedLong", "negativeInteger"];
                found.extend(integers.map(|name| of(exact, &derived(name))));
            }
        }
        for text in ["INF", "-INF", "NaN", "1e400", "-0.0e0"] {
            found.push(of(text, &xsd::DOUBLE.into_owned()));
            found.push(of(text, &xsd::FLOAT.into_owned()));
        }
        let terms = found.into_iter().map(Term::from);
        terms.filter(|term| Value::Term(term.clone()).number().is_some()).collect()
    }

    #[test]
    fn numbers_that_are_equal_are_of_one_class() {
        // F&O 3.1, 4.3.1 op:numeric-equal over what XPath 3.1, B.1 promotes; SPARQL 1.1, 17.4.1.8: a term is the same as itself.
        let terms = numbers();
        assert!(terms.len() > 60, "{}", terms.len());
        let number = |term: &Term| Value::Term(term.clone()).number().unwrap();
        for inexact in [Inexact::None, Inexact::Double, Inexact::Float] {
            let fits = |term: &Term| match number(term) {
                Number::Integer(_) | Number::Decimal(_) => true,
                Number::Double(_) => inexact >= Inexact::Double,
                Number::Float(_) => inexact == Inexact::Float,
            };
            let about: Vec<&Term> = terms.iter().filter(|term| fits(term)).collect();
            let mut apart = 0;
            for a in &about {
                for b in &about {
                    let equal = number(a).compare(&number(b)) == Some(Ordering::Equal);
                    let class = |term: &Term| class_of(term.clone(), inexact).unwrap();
                    assert!(!equal && a != b || class(a) == class(b), "{a} and {b} with {inexact:?}");
                    apart += usize::from(class(a) != class(b));
                }
            }
            // Most are told apart where that may be.
            assert_eq!(apart > about.len() * about.len() / 2, inexact != Inexact::Float);
        }
        assert_eq!(
            class_of_number(&Number::Double(-0.0), Inexact::Double).to_string(),
            "<equality class: number 0e0>"
        );
    }

    #[test]
    fn numbers_of_all_types_are_joined_as_they_compare() {
        let triples = |fits: &dyn Fn(&str) -> bool| {
            let terms = numbers().into_iter().map(|term| term.to_string()).filter(|text| fits(text));
            terms.map(|text| format!(":a :p {text} . :b :q {text} . ")).collect::<String>()
        };
        let exact = triples(&|text| !text.contains("#double") && !text.contains("#float"));
        let doubles = triples(&|text| !text.contains("#float"));
        let filters = [
            "?a = ?b",
            "SAMETERM(?a, ?b)",
            "?a * 1e0 = ?b",
            "?a = xsd:double(?b)",
            "xsd:float(?a) = ?b",
            "?a = STRDT(STR(?b), xsd:float)",
            "?a = STRDT(STR(?b), IRI(CONCAT(STR(xsd:integer), \"\")))",
            "-?a = ABS(?b) * -1",
            "?a + 1 = ?b + 1.0",
            "?a / 3 = ?b / 3",
            "IF(?a > 0, ?a, -1) = COALESCE(1 / ?b, 1)",
            "xsd:integer(?a) = FLOOR(?b)",
            "xsd:byte(?a) = STRLEN(STR(?b))",
        ];
        for triples in [&exact, &doubles, &triples(&|_| true)] {
            for filter in filters {
                assert!(agree(triples, filter) > 0, "{filter}");
            }
        }
    }

    #[test]
    fn errors_are_equal_to_nothing() {
        let triples = ":a :p 2 . :a :p \"two\" . :a :p 0 . :b :q 2 . :b :q \"two\" . :b :q 0";
        // SPARQL 1.1, 17.2: a FILTER does away with solutions for which its expression is an error.
        assert_eq!(agree(triples, "?a * 2 = ?b * 2"), 2);
        assert_eq!(agree(triples, "4 / ?a = 4 / ?b"), 1);
        let query = |form: &str| solutions(&format!("SELECT ?o ?x {{ ?p :order ?o {form} }} ORDER BY ?o ?x"));
        // 18.5, LeftJoin and 17.4.1.4, NOT EXISTS: where nothing is joined the solution stays.
        let other = "?x :order ?y FILTER(?y = 1 / (?o - 1))";
        assert_eq!(query(&format!("OPTIONAL {{ {other} }}")), ["1 -", "2 p1", "3 -"]);
        assert_eq!(query(&format!("FILTER NOT EXISTS {{ {other} }}")), ["1 -", "3 -"]);
        assert_eq!(query(&format!("FILTER EXISTS {{ {other} }}")), ["2 -"]);
    }

    #[test]
    fn what_is_grouped_is_joined() {
        let found = solutions(
            "SELECT ?x ?y { { SELECT ?x (COUNT(*) AS ?c) { ?x :order ?z } GROUP BY ?x } \
             { SELECT ?y (COUNT(*) AS ?d) { ?y :order ?z } GROUP BY ?y } FILTER(?c = ?d && STR(?x) < STR(?y)) } ORDER BY ?x ?y",
        );
        assert_eq!(found, ["p1 p2", "p1 p3", "p2 p3"]);
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
