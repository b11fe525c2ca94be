//! EXISTS with a condition of which either part is enough, `FILTER(?later > ?date || ?later = ?date && ?a > ?b)`, as one join for each part.
//!
//! In: the two sides of an EXISTS that is a join, and its conditions on pairs. Out: joins one after the other, where each part alone is
//! decided by something better than a look at all pairs: an inequality by the greatest or the least of each key, an equality by a
//! further key. A pair counts where the condition is true of it, and `||` is true where either side is, whatever the other is, an error
//! included (SPARQL 1.1, section 17.2); so there is such a pair where there is one for either part.

use super::Lowering;
use super::access::filtered;
use super::keyed::{WORTH_KEYS, with_column};
use crate::plan::Planned;
use crate::plan::cost;
use crate::plan::equality::comparison;
use crate::plan::logical::{Existence, Formula, Logical};
use crate::plan::physical::{Bag, JoinKind, Node};
use crate::plan::translate::conjuncts;
use crate::plan::variables::{Var, VarSet};
use crate::syntax::algebra::Expression;

/// At most so many joins are made of one.
const MOST: usize = 4;

/// The two sides of a join.
type Sides<'n> = (&'n Node, &'n Node);

impl Lowering<'_> {
    /// The conditions of each part of the only disjunction among these, where joins by them are far cheaper than one that judges all
    /// pairs.
    pub(super) fn alternatives(
        &mut self,
        (left, right): Sides<'_>,
        conditions: &[Formula],
    ) -> Option<Vec<Vec<Formula>>> {
        if conditions.iter().any(Formula::is_volatile) {
            return None;
        }
        let is_either = |condition: &Formula| matches!(&*condition.expression, Expression::Or(..));
        let place = conditions.iter().position(is_either)?;
        let (either, others) =
            (conditions.get(place)?, conditions.iter().enumerate().filter(|(n, _)| *n != place));
        let others: Vec<Formula> = others.map(|(_, condition)| condition.clone()).collect();
        let parts = disjuncts(&either.expression);
        if parts.len() > MOST {
            return None;
        }
        let alternatives = parts.into_iter().map(|part| {
            let own = conjuncts(part).into_iter().map(|part| Formula::new(part.clone(), self.names));
            own.chain(others.iter().cloned()).collect::<Vec<Formula>>()
        });
        let alternatives: Vec<Vec<Formula>> = alternatives.collect();
        let is_quick = |conditions: &Vec<Formula>| match conditions.as_slice() {
            [only] if only.as_inequality().is_some() => true,
            several => several.iter().any(|condition| comparison(condition).is_some()),
        };
        if !alternatives.iter().all(is_quick) {
            return None;
        }
        let each = right.cost + cost::classes(left.rows + right.rows);
        let (judged, apart) = (cost::judged(self.pairs((left, right))), each * alternatives.len() as f64);
        let pays = self.statistics.is_worth_a_look(judged)
            && self.statistics.is_far_better(apart, judged, WORTH_KEYS);
        pays.then_some(alternatives)
    }

    /// EXISTS as a join for each of these alternatives.
    pub(super) fn exists_either(
        &mut self,
        (left, right): (Node, Node),
        body: &Logical,
        alternatives: &[Vec<Formula>],
        existence: Existence,
        (need, bag): (&VarSet, Bag),
    ) -> Planned<Node> {
        let live = need.union(&left.columns());
        let (mut node, mut marks) = (left, Vec::new());
        for conditions in alternatives {
            let kind = if existence == Existence::Forbidden {
                JoinKind::Anti
            } else {
                let mark = self.names.fresh("exists");
                marks.push(mark);
                JoinKind::Mark(mark)
            };
            let live = marks.iter().fold(live.clone(), |mut live, mark| {
                live.insert(*mark);
                live
            });
            let join = (kind, conditions.as_slice(), true);
            node = self.looked_up_or_hashed((node, right.clone()), body, join, &live, bag)?;
        }
        let node = match existence {
            Existence::Forbidden => node,
            Existence::Required => {
                let any = self.any_of(&marks);
                filtered(node, any.into_iter().collect(), [&[], &[]], self.statistics)
            }
            Existence::Marked(var) => match self.any_of(&marks) {
                Some(any) => with_column(node, var, any),
                None => node,
            },
        };
        Ok(node.pruned(need))
    }

    /// Whether one of these is true.
    fn any_of(&mut self, marks: &[Var]) -> Option<Formula> {
        let marks = marks.iter().map(|mark| Expression::Variable(self.names.variable(*mark)));
        let any = marks.reduce(|any, mark| Expression::Or(Box::new(any), Box::new(mark)))?;
        Some(Formula::new(any, self.names))
    }
}

/// The parts of a disjunction, however nested, in order.
fn disjuncts(expression: &Expression) -> Vec<&Expression> {
    let (mut parts, mut open) = (Vec::new(), vec![expression]);
    while let Some(part) = open.pop() {
        match part {
            Expression::Or(left, right) => open.extend([&**right, &**left]),
            _ => parts.push(part),
        }
    }
    parts
}

#[cfg(test)]
mod tests {
    use crate::fixture::answered;

    /// SPARQL 1.1, section 17.2: `||` is true where either side is, also beside an error, and an error beside what is not true.
    #[test]
    fn either_part_is_enough() {
        let cells = |text: &str, every_way: bool| {
            let (rows, labels) = answered(text, every_way);
            let is_join = |label: &&String| label.contains("emi-join") || label.contains("nti-join");
            (rows, labels.iter().filter(is_join).count())
        };
        for (condition, parts) in [
            ("?z > ?y || (?z = ?y && STR(?b) > STR(?a))", 2),
            ("(?y = ?z && ?a != ?b) || ?y > ?z", 2),
            ("?z > ?y || STR(?z) = STR(?a)", 2),
            ("STRLEN(?z) = ?y || ?z > ?y", 2),
            ("?z > ?y || ?y > ?z", 2),
            ("?z > ?y || ?z < ?y || ?z + 1 = ?y", 3),
            ("?z > ?y || STR(?b) > STR(?a)", 1),
            ("?z > ?y || 1 / 0 = 1", 1),
        ] {
            for exists in ["FILTER EXISTS", "FILTER NOT EXISTS"] {
                let text = format!(
                    "SELECT ?a ?y {{ ?a :kind ?k ; :year ?y {exists} {{ ?b :kind ?k ; :year ?z FILTER({condition}) }} }}"
                );
                let (apart, joins) = cells(&text, true);
                assert_eq!(joins, parts, "{text}");
                let (whole, joins) = cells(&text, false);
                assert_eq!(joins, 1, "{text}");
                assert_eq!(apart, whole, "{text}");
                assert!(!whole.is_empty() || exists.contains("NOT"), "{text}");
            }
            let text = format!(
                "SELECT ?a (EXISTS {{ ?b :kind ?k ; :year ?z FILTER({condition}) }} AS ?e) {{ ?a :kind ?k ; :year ?y }}"
            );
            assert_eq!(cells(&text, true).0, cells(&text, false).0, "{text}");
        }
    }
}
