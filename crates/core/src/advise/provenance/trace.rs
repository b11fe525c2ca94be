//! The triples that the solutions behind a part of an answer are made of.
//!
//! In: a pattern, and what its variables are. Out: triples of the graph, added to what was found. At most a few hundred
//! solutions behind one row are looked at.

use super::{SOLUTIONS, Tracer};
use crate::engine::answer::{Answer, Row};
use crate::engine::syntax::algebra::{
    self, GraphPattern, NamedNodePattern, Query, TermPattern, TriplePattern, children, children_mut,
};
use crate::engine::{self, Bindings};
use crate::error::Result;
use crate::terms::{NamedNode, NamedOrBlankNode, Term, Triple, Variable};

/// What the variables of a template's triple are, where it gave `triple`.
pub(super) fn unify(pattern: &TriplePattern, triple: &Triple) -> Option<Bindings> {
    let mut bindings = Bindings::new();
    let mut bind = |variable: &Variable, term: Term| {
        bindings.insert(variable.clone(), term.clone()).is_none_or(|old| old == term)
    };
    let mut term = |pattern: &TermPattern, term: Term| match pattern {
        TermPattern::Variable(variable) => bind(variable, term),
        TermPattern::BlankNode(_) => matches!(term, Term::BlankNode(_)),
        TermPattern::Triple(_) => false,
        other => Term::try_from(other.clone()).is_ok_and(|have| have == term),
    };
    let subject: Term = triple.subject.clone().into();
    let fits = term(&pattern.subject, subject) && term(&pattern.object, triple.object.clone());
    let fits = fits
        && match &pattern.predicate {
            NamedNodePattern::NamedNode(node) => *node == triple.predicate,
            NamedNodePattern::Variable(variable) => bind(variable, triple.predicate.clone().into()),
        };
    fits.then_some(bindings)
}

impl Tracer<'_> {
    /// Adds the triples behind the solutions of `pattern` in which the variables are as bound.
    pub(super) fn behind(&mut self, pattern: &GraphPattern, bindings: &Bindings, most: usize) -> Result<()> {
        let (core, grouped) = core(pattern);
        let wanted = |variable: &Variable| grouped.is_none_or(|group| group.contains(variable));
        let bindings: Bindings =
            bindings.iter().filter(|(v, _)| wanted(v)).map(|(v, term)| (v.clone(), term.clone())).collect();
        let mut core = core.clone();
        name_blanks(&mut core);
        let mut variables = Vec::new();
        core.on_in_scope_variable(|variable| {
            if !variables.contains(variable) {
                variables.push(variable.clone());
            }
        });
        for row in self.solutions(&core, &variables, &bindings, most)? {
            let pairs = variables.iter().zip(row);
            let solution: Bindings = pairs.filter_map(|(v, term)| Some((v.clone(), term?))).collect();
            self.collect(&core, &solution)?;
        }
        Ok(())
    }

    fn solutions(
        &mut self,
        core: &GraphPattern,
        variables: &[Variable],
        bindings: &Bindings,
        most: usize,
    ) -> Result<Vec<Row>> {
        let project = GraphPattern::Project { inner: Box::new(core.clone()), variables: variables.to_vec() };
        let query = Query::Select {
            dataset: self.query.dataset().cloned(),
            pattern: project,
            base_iri: self.query.base_iri().cloned(),
        };
        // A blank node in a pattern means anything: such values are compared afterwards.
        let constants = bindings
            .iter()
            .filter(|(v, term)| {
                variables.contains(v) && matches!(term, Term::NamedNode(_) | Term::Literal(_))
            })
            .map(|(v, term)| (v.clone(), term.clone()))
            .collect();
        let query = engine::passes::bind::bind(&query, &constants)?;
        let Answer::Rows(rows) =
            engine::answer(self.known.graph.graph(), &query, self.default_graph, self.governor)?
        else {
            return Ok(Vec::new());
        };
        let mut found = Vec::new();
        for row in rows.rows {
            let row = row?;
            let same = |(v, have): (&Variable, &Option<Term>)| {
                have.is_none() || bindings.get(v).is_none_or(|wanted| Some(wanted) == have.as_ref())
            };
            if !variables.iter().zip(&row).all(same) {
                continue;
            }
            if found.len() == most {
                self.found.partial = true;
                break;
            }
            found.push(row);
        }
        Ok(found)
    }

    /// Adds the triples that `pattern` is made of in one solution. A branch that did not match
    /// gives no triple, because the graph does not have it.
    pub(super) fn collect(&mut self, pattern: &GraphPattern, solution: &Bindings) -> Result<()> {
        match pattern {
            GraphPattern::Bgp { patterns } => {
                for triple in patterns.iter().filter_map(|pattern| instance(pattern, solution)) {
                    self.add(triple);
                }
                Ok(())
            }
            GraphPattern::Path { subject, path, object } => {
                if let (Some(start), Some(end)) = (value(subject, solution), value(object, solution)) {
                    let mut triples = Vec::new();
                    if self.walk(&start, path, &end, &mut triples) {
                        triples.into_iter().for_each(|triple| self.add(triple));
                    }
                }
                Ok(())
            }
            GraphPattern::Minus { left, .. } => self.collect(left, solution),
            // What another server found is not in this graph.
            GraphPattern::Service { .. } => Ok(()),
            subquery if algebra::is_subquery(subquery) => self.behind(subquery, solution, SOLUTIONS),
            whole => children(whole).try_for_each(|part| self.collect(part, solution)),
        }
    }
}

/// The WHERE clause under projections, orders and groups; and what it is grouped by, if it is.
fn core(pattern: &GraphPattern) -> (&GraphPattern, Option<&[Variable]>) {
    match pattern {
        GraphPattern::Group { inner, variables, .. } => (inner, Some(variables)),
        GraphPattern::Project { inner, .. }
        | GraphPattern::Distinct { inner }
        | GraphPattern::Reduced { inner }
        | GraphPattern::OrderBy { inner, .. }
        | GraphPattern::Slice { inner, .. } => core(inner),
        GraphPattern::Extend { inner, .. } | GraphPattern::Filter { inner, .. }
            if algebra::group(inner).is_some() =>
        {
            core(inner)
        }
        other => (other, None),
    }
}

/// Turns the blank nodes of a pattern into variables, so that solutions tell what they were.
fn name_blanks(pattern: &mut GraphPattern) {
    let name = |term: &mut TermPattern| {
        if let TermPattern::BlankNode(node) = term {
            *term = Variable::new_unchecked(format!("blank_{}", node.as_str())).into();
        }
    };
    match pattern {
        GraphPattern::Bgp { patterns } => patterns.iter_mut().for_each(|triple| {
            name(&mut triple.subject);
            name(&mut triple.object);
        }),
        GraphPattern::Path { subject, object, .. } => {
            name(subject);
            name(object);
        }
        GraphPattern::Minus { left, .. } => name_blanks(left),
        GraphPattern::Service { .. } => {}
        // A subquery is looked into by itself.
        subquery if algebra::is_subquery(subquery) => {}
        whole => children_mut(whole).for_each(name_blanks),
    }
}

pub(super) fn value(term: &TermPattern, solution: &Bindings) -> Option<Term> {
    match term {
        TermPattern::Variable(variable) => solution.get(variable).cloned(),
        TermPattern::NamedNode(node) => Some(node.clone().into()),
        TermPattern::Literal(literal) => Some(literal.clone().into()),
        TermPattern::BlankNode(_) | TermPattern::Triple(_) => None,
    }
}

fn instance(pattern: &TriplePattern, solution: &Bindings) -> Option<Triple> {
    let predicate = match &pattern.predicate {
        NamedNodePattern::NamedNode(node) => node.clone(),
        NamedNodePattern::Variable(variable) => match solution.get(variable)? {
            Term::NamedNode(node) => node.clone(),
            _ => return None,
        },
    };
    triple(value(&pattern.subject, solution)?, predicate, value(&pattern.object, solution)?)
}

pub(super) fn triple(subject: Term, predicate: NamedNode, object: Term) -> Option<Triple> {
    let subject = match subject {
        Term::NamedNode(node) => NamedOrBlankNode::from(node),
        Term::BlankNode(node) => node.into(),
        Term::Literal(_) | Term::Triple(_) => return None,
    };
    Some(Triple::new(subject, predicate, object))
}
