//! What the variables of a query can be, by the triple patterns that bind them.
//!
//! In: a pattern and the graph. Out: which variables are never but IRIs, and which are texts of which predicate. Only the
//! first hundred values of a predicate are looked at, and nothing is evaluated.

use crate::advise::Knowledge;
use crate::engine::syntax::algebra::{GraphPattern, NamedNodePattern, TermPattern, children};
use crate::terms::{NamedNode, Term, xsd};
use std::collections::{BTreeMap, BTreeSet};

/// How many values of a predicate are looked at.
const VALUES: usize = 100;

/// The kinds of variables.
#[derive(Default)]
pub(super) struct Values {
    /// Variables that are never but IRIs or blank nodes.
    iris: BTreeSet<String>,
    /// Variables whose values are texts, each with its predicate.
    texts: BTreeMap<String, String>,
}

impl Values {
    pub(super) fn of(pattern: &GraphPattern, known: &Knowledge<'_>) -> Self {
        let mut values = Self::default();
        values.pattern(pattern, known);
        values
    }

    /// Whether a variable is never but an IRI or a blank node.
    pub(super) fn are_iris(&self, variable: &str) -> bool {
        self.iris.contains(variable)
    }

    /// The predicate whose values, all of them texts, a variable is.
    pub(super) fn texts_of(&self, variable: &str) -> Option<&str> {
        self.texts.get(variable).map(String::as_str)
    }

    fn pattern(&mut self, pattern: &GraphPattern, known: &Knowledge<'_>) {
        if let GraphPattern::Bgp { patterns } = pattern {
            for triple in patterns {
                if let TermPattern::Variable(subject) = &triple.subject {
                    self.iris.insert(subject.as_str().to_owned());
                }
                match (&triple.predicate, &triple.object) {
                    (NamedNodePattern::Variable(predicate), _) => {
                        self.iris.insert(predicate.as_str().to_owned());
                    }
                    (NamedNodePattern::NamedNode(predicate), TermPattern::Variable(object)) => {
                        self.objects(predicate, object.as_str(), known);
                    }
                    _ => {}
                }
            }
        }
        children(pattern).for_each(|inner| self.pattern(inner, known));
    }

    fn objects(&mut self, predicate: &NamedNode, object: &str, known: &Knowledge<'_>) {
        let graph = known.graph;
        let Some(id) = graph.id(predicate.as_ref().into()) else { return };
        let triples = graph.scan_all([None, Some(id), None]).take(VALUES);
        let terms: Vec<Term> = triples.map(|[.., value]| graph.term(value)).collect();
        if terms.is_empty() {
            return;
        }
        if terms.iter().all(|term| matches!(term, Term::NamedNode(_) | Term::BlankNode(_))) {
            self.iris.insert(object.to_owned());
        }
        let is_text = |term: &Term| {
            let Term::Literal(literal) = term else { return false };
            literal.language().is_some() || literal.datatype() == xsd::STRING
        };
        if terms.iter().all(is_text) {
            self.texts
                .entry(object.to_owned())
                .or_insert_with(|| known.prefixes.show(predicate.as_ref().into()));
        }
    }
}
