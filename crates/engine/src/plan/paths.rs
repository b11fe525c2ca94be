//! Property paths: what is a join or a union becomes one, the rest a search.
//!
//! In: `spargebra`'s path expressions. Out: a [`Logical`] tree, by section 18.2.2.4 and 18.4 of SPARQL 1.1: sequences
//! are joins, alternatives unions and negated sets filtered patterns, all with their duplicates; `*`, `+` and `?`
//! give each pair of ends once, so that what is repeated is a set and can be simplified as one.

use super::Planned;
use super::logical::{Formula, Logical, Pattern, Reach, Slot, Step};
use super::translate::Translator;
use crate::syntax::algebra::{Expression, PropertyPathExpression as Path};
use crate::terms::NamedNode;

impl Translator<'_> {
    /// A path between two ends.
    ///
    /// # Errors
    /// As [`Translator::pattern`].
    pub(super) fn path(&mut self, start: Slot, path: &Path, end: Slot) -> Planned<Logical> {
        Ok(match path {
            Path::NamedNode(iri) => self.link(start, iri, end)?,
            Path::Reverse(inner) => self.path(end, inner, start)?,
            Path::Sequence(..) => self.sequence(start, path, end)?,
            Path::Alternative(..) => {
                let parts = flat(path, |path| match path {
                    Path::Alternative(a, b) => Some((a, b)),
                    _ => None,
                });
                let parts = parts.into_iter().map(|part| self.path(start.clone(), part, end.clone()));
                Logical::union(parts.collect::<Planned<_>>()?)
            }
            Path::NegatedPropertySet(excluded) => self.negated(start, excluded, end),
            Path::ZeroOrMore(inner) => self.reach(start, inner, end, (true, true))?,
            Path::OneOrMore(inner) => self.reach(start, inner, end, (false, true))?,
            Path::ZeroOrOne(inner) => self.reach(start, inner, end, (true, false))?,
        })
    }

    fn link(&self, start: Slot, predicate: &NamedNode, end: Slot) -> Planned<Logical> {
        let predicate = Slot::Term(self.constant(predicate.clone().into())?);
        Ok(Logical::pattern(Pattern { slots: [start, predicate, end], source: self.source().clone() }))
    }

    /// A chain of steps: the nodes between them are variables that nobody sees.
    fn sequence(&mut self, start: Slot, path: &Path, end: Slot) -> Planned<Logical> {
        let steps = flat(path, |path| match path {
            Path::Sequence(a, b) => Some((a, b)),
            _ => None,
        });
        let last = steps.len().saturating_sub(1);
        let mut joined = Vec::with_capacity(steps.len());
        let mut from = start;
        for (n, step) in steps.into_iter().enumerate() {
            let to = if n == last { end.clone() } else { Slot::Var(self.fresh("node")) };
            joined.push(self.path(from, step, to.clone())?);
            from = to;
        }
        Ok(Logical::join(joined))
    }

    /// Any predicate but these; each triple counts (section 18.2.2.4).
    fn negated(&mut self, start: Slot, excluded: &[NamedNode], end: Slot) -> Logical {
        let predicate = self.fresh("predicate");
        let slots = [start, Slot::Var(predicate), end];
        let pattern = Logical::pattern(Pattern { slots, source: self.source().clone() });
        let variable = self.names().variable(predicate);
        let other = |iri: &NamedNode| {
            let there = Expression::Variable(variable.clone());
            Expression::Not(Box::new(Expression::SameTerm(Box::new(there), Box::new(iri.clone().into()))))
        };
        let others = excluded.iter().map(|iri| Formula::new(other(iri), self.names())).collect();
        pattern.filter(others)
    }

    fn reach(&self, start: Slot, inner: &Path, end: Slot, (zero, many): (bool, bool)) -> Planned<Logical> {
        Ok(match repeated(self.step(inner)?, zero, many) {
            Step::Repeat(step, zero, many) => {
                let source = self.source().clone();
                Logical::reach(Reach { ends: [start, end], step: *step, zero, many, source })
            }
            // What simplifies to something else is still a set.
            step => {
                let source = self.source().clone();
                Logical::reach(Reach { ends: [start, end], step, zero: false, many: false, source })
            }
        })
    }

    /// A path inside of a repeated one: a relation between nodes, a set.
    fn step(&self, path: &Path) -> Planned<Step> {
        let constant = |iri: &NamedNode| self.constant(iri.clone().into());
        Ok(match path {
            Path::NamedNode(iri) => Step::Link(constant(iri)?),
            Path::Reverse(inner) => inverse(self.step(inner)?),
            Path::Sequence(..) => {
                let parts = flat(path, |path| match path {
                    Path::Sequence(a, b) => Some((a, b)),
                    _ => None,
                });
                Step::Sequence(parts.into_iter().map(|part| self.step(part)).collect::<Planned<_>>()?)
            }
            Path::Alternative(..) => {
                let parts = flat(path, |path| match path {
                    Path::Alternative(a, b) => Some((a, b)),
                    _ => None,
                });
                Step::Either(parts.into_iter().map(|part| self.step(part)).collect::<Planned<_>>()?)
            }
            Path::NegatedPropertySet(excluded) => {
                Step::Not(excluded.iter().map(constant).collect::<Planned<_>>()?, false)
            }
            Path::ZeroOrMore(inner) => repeated(self.step(inner)?, true, true),
            Path::OneOrMore(inner) => repeated(self.step(inner)?, false, true),
            Path::ZeroOrOne(inner) => repeated(self.step(inner)?, true, false),
        })
    }
}

/// A chain of a binary operator as a list. A chain may be very long: it is walked, not descended.
fn flat<'p>(path: &'p Path, split: fn(&'p Path) -> Option<(&'p Path, &'p Path)>) -> Vec<&'p Path> {
    let (mut parts, mut open) = (Vec::new(), vec![path]);
    while let Some(part) = open.pop() {
        match split(part) {
            Some((left, right)) => open.extend([right, left]),
            None => parts.push(part),
        }
    }
    parts
}

/// The relation read backwards.
fn inverse(step: Step) -> Step {
    match step {
        Step::Link(predicate) => Step::Back(predicate),
        Step::Back(predicate) => Step::Link(predicate),
        Step::Not(excluded, back) => Step::Not(excluded, !back),
        Step::Either(parts) => Step::Either(parts.into_iter().map(inverse).collect()),
        Step::Sequence(parts) => Step::Sequence(parts.into_iter().rev().map(inverse).collect()),
        Step::Repeat(step, zero, many) => Step::Repeat(Box::new(inverse(*step)), zero, many),
    }
}

/// A relation repeated, without repetitions of repetitions: `(p*)*` is `p*`, and where every part of a sequence may be
/// left out, `(p*/q*)*` is `(p|q)*`. Both sides are the same set; the left ones take a search for every node found.
/// `(p*/q*)+` is not: what stands between the parts is a variable, so that a term that the graph lacks does not reach itself
/// (sections 18.2.2.4 and 18.4).
fn repeated(step: Step, zero: bool, many: bool) -> Step {
    match step {
        Step::Repeat(inner, inner_zero, inner_many) => {
            repeated_once(*inner, zero || inner_zero, many || inner_many)
        }
        Step::Sequence(parts) if zero && many && parts.iter().all(Step::is_nullable) => {
            let parts = parts.into_iter().map(without_zero).collect();
            repeated(Step::Either(parts), true, true)
        }
        Step::Either(parts) if many => {
            let zero = zero || parts.iter().any(|part| matches!(part, Step::Repeat(_, true, _)));
            let parts = parts.into_iter().map(once).collect();
            repeated_once(Step::Either(parts), zero, many)
        }
        step => repeated_once(step, zero, many),
    }
}

fn repeated_once(step: Step, zero: bool, many: bool) -> Step {
    if !zero && !many {
        return step;
    }
    Step::Repeat(Box::new(step), zero, many)
}

/// What a nullable part does beside nothing: `p` of `p?`, `p+` of `p*`.
fn without_zero(step: Step) -> Step {
    match step {
        Step::Repeat(step, true, many) => repeated_once(*step, false, many),
        step => step,
    }
}

/// What is repeated anyway needs to be there once: `p` of `p*`, `p+` and `p?`.
fn once(step: Step) -> Step {
    match step {
        Step::Repeat(step, ..) => *step,
        step => step,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::logical::Constant;

    fn link(name: &str) -> Step {
        Step::Link(Constant { term: NamedNode::new_unchecked(name).into(), id: None })
    }

    fn many(step: Step) -> Step {
        repeated(step, true, true)
    }

    #[test]
    fn repetitions_of_repetitions_are_one() {
        assert_eq!(many(many(link("p"))), many(link("p")));
        assert_eq!(repeated(repeated(link("p"), false, true), true, false), many(link("p")));
        assert_eq!(repeated(repeated(link("p"), true, false), false, true), many(link("p")));
        let both = many(Step::Sequence(vec![many(link("p")), many(link("q"))]));
        assert_eq!(both, many(Step::Either(vec![link("p"), link("q")])));
        let plain = Step::Sequence(vec![link("p"), many(link("q"))]);
        let sequence = Step::Sequence(vec![many(link("p")), many(link("q"))]);
        let once_or_more = repeated(sequence.clone(), false, true);
        assert_eq!(once_or_more, Step::Repeat(Box::new(sequence), false, true), "not at every term");
        assert_eq!(many(plain.clone()), Step::Repeat(Box::new(plain), true, true), "p cannot be left out");
    }

    #[test]
    fn a_chain_is_read_backwards_from_its_end() {
        let chain = Step::Sequence(vec![link("p"), Step::Not(Vec::new(), false), inverse(link("q"))]);
        let back = Step::Sequence(vec![link("q"), Step::Not(Vec::new(), true), inverse(link("p"))]);
        assert_eq!(inverse(chain), back);
    }
}
