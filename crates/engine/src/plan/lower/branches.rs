//! A part with branches joined with the others branch by branch: UNION, VALUES whose rows bind different variables, and the solutions
//! of any part that bind a variable which others share and those that do not, `BIND(IRI(?text) AS ?x)`.
//!
//! In: the parts and filters of a group, and the plan that joins the part as one. Out: that plan, or a union of one plan for each branch
//! where these are far cheaper: each is ordered by itself, so that a branch of two rows leads, and looks up by what is bound in all of its
//! rows. Join and FILTER distribute over UNION, and no solution is found more or less often (Schmidt, Meier and Lausen, Foundations of SPARQL
//! query optimization, ICDT 2010). LeftJoin and Minus do so on their left alone, which is not done.

use super::Lowering;
use super::conjunction::{Group, shared_by};
use crate::plan::Planned;
use crate::plan::exists::is_drawn_anew;
use crate::plan::logical::{Formula, Kind, Logical};
use crate::plan::order::Wish;
use crate::plan::physical::{Bag, Node};
use crate::plan::variables::{Var, VarSet, VariableNames};
use crate::syntax::algebra::Expression;
use std::borrow::Cow;
use std::collections::BTreeMap;

/// What has more branches is joined as one.
const MOST: usize = 4;

/// So many parts with branches are tried, and of no more than so many one within the other: each try plans the others anew.
const TRIED: usize = 2;

/// So many plans of a branch are made for a query.
const PLANS: usize = 64;

/// What takes less, in nanoseconds, for each part of the group is not planned again.
const WORTH_PLANNING: f64 = 50_000.0;

/// A union of plans is taken where it is expected to take so many times less.
const WORTH_BRANCHES: f64 = 2.0;

/// How far parts are joined branch by branch.
#[derive(Default)]
pub(super) struct Branches {
    /// How many parts around are.
    depth: usize,
    /// How many branches were planned so far.
    plans: usize,
}

impl Lowering<'_> {
    /// The cheaper of `whole` and a union with one plan of the group for each branch of one of its parts.
    pub(super) fn branches_or(
        &mut self,
        whole: Node,
        group: &Group<'_>,
        (wish, need): (&Wish, &VarSet),
        bag: Bag,
    ) -> Planned<Node> {
        let all = self.cost_as_wished(&whole, wish);
        let worth = WORTH_PLANNING * group.parts.len() as f64;
        if self.branches.depth >= TRIED || !self.statistics.is_far_better(worth, all, 1.0) {
            return Ok(whole);
        }
        let shared = shared_by(group.parts.iter().map(|part| &part.possible));
        let mut tried: Vec<(usize, &Logical, Vec<Cow<'_, Logical>>)> = Vec::new();
        for (place, part) in group.parts.iter().enumerate() {
            tried.extend(branches(part, &shared, self.names).map(|branches| (place, *part, branches)));
        }
        // VALUES leaves least. Of many parts each is tried by itself alone.
        tried.sort_by_key(|(_, part, _)| !matches!(part.kind, Kind::Values(..)));
        let within = if tried.len() > TRIED { TRIED } else { 1 };
        let mut best: Option<(f64, Node)> = None;
        for (place, part, branches) in tried.into_iter().take(TRIED) {
            let mut others = group.parts.clone();
            others.swap_remove(place);
            // The others are planned and asked for once a branch, which must give the same each time.
            if !others.iter().any(|other| shares(other, part))
                || !others.iter().all(|other| is_the_same(other))
            {
                continue;
            }
            self.branches.plans += branches.len();
            if self.branches.plans > PLANS {
                break;
            }
            self.branches.depth += within;
            let of_branch = Wish { first: wish.first, ..Wish::default() };
            let inputs = branches.iter().map(|branch| {
                let mut group = Group { parts: others.clone(), conditions: group.conditions.clone() };
                group.add_part(branch);
                self.wish = of_branch.clone();
                self.grouped(group, None, need, bag)
            });
            let inputs: Planned<Vec<Node>> = inputs.collect();
            self.branches.depth -= within;
            let node = self.union_of(inputs?);
            let cost = self.cost_as_wished(&node, wish);
            if best.as_ref().is_none_or(|(least, _)| cost < *least) {
                best = Some((cost, node));
            }
        }
        let Some((cost, node)) = best else { return Ok(whole) };
        if !self.statistics.is_far_better(cost, all, WORTH_BRANCHES) {
            return Ok(whole);
        }
        Ok(node.chosen(format!("joined branch by branch, cost {cost:.0}; as one {all:.0}")))
    }
}

/// What a part is the union of, where that is a few: the groups of UNION, the rows of VALUES that bind the same variables, the solutions
/// that bind one of the `shared` ones and those that do not.
fn branches<'l>(
    part: &'l Logical,
    shared: &VarSet,
    names: &mut VariableNames,
) -> Option<Vec<Cow<'l, Logical>>> {
    let branches: Vec<Cow<'_, Logical>> = match &part.kind {
        Kind::Union(parts) => parts.iter().map(Cow::Borrowed).collect(),
        Kind::Values(vars, rows) => {
            let mut alike: BTreeMap<Vec<bool>, Vec<_>> = BTreeMap::new();
            for row in rows {
                let bound = row.iter().map(Option::is_some).collect();
                alike.entry(bound).or_default().push(row.iter().flatten().cloned().map(Some).collect());
                if alike.len() > MOST {
                    return None;
                }
            }
            let of = |(bound, rows): (Vec<bool>, _)| {
                let vars = vars.iter().zip(bound).filter_map(|(var, bound)| bound.then_some(*var));
                Cow::Owned(Logical::values(vars.collect(), rows))
            };
            alike.into_iter().map(of).collect()
        }
        _ => {
            let var = part.possible.without(&part.certain).intersection(shared).iter().next()?;
            by_boundness(part, var, names)?.into_iter().map(Cow::Owned).collect()
        }
    };
    (2..=MOST).contains(&branches.len()).then_some(branches)
}

/// The solutions of a part that bind a variable, and the others, which have no such column. Both are asked for, so that they must be the same
/// each time; of a group it matters alone whether it binds the variable.
fn by_boundness(part: &Logical, var: Var, names: &mut VariableNames) -> Option<[Logical; 2]> {
    let mut below = part;
    while let Kind::Project(input, _) | Kind::Filter(input, _) | Kind::Group(input, ..) = &below.kind {
        below = input;
    }
    if !is_the_same(below) {
        return None;
    }
    let is_bound = Expression::Bound(names.variable(var));
    let mut bound = part.clone().filter(vec![Formula::new(is_bound.clone(), names)]);
    bound.certain.insert(var);
    let not_bound = Formula::new(Expression::Not(Box::new(is_bound)), names);
    let mut kept = part.possible.clone();
    kept.remove(var);
    let unbound = part.clone().filter(vec![not_bound]).project(kept.iter().collect());
    Some([bound, unbound])
}

fn shares(part: &Logical, other: &Logical) -> bool {
    !part.possible.intersection(&other.possible).is_empty()
}

/// Whether a part has the same solutions however it is planned: none drawn by chance, chosen by their order, or numbered.
fn is_the_same(part: &Logical) -> bool {
    let mut open = vec![part];
    while let Some(part) = open.pop() {
        if matches!(part.kind, Kind::Slice(..) | Kind::Numbered(..) | Kind::Group(..) | Kind::Lateral(..)) {
            return false;
        }
        open.extend(part.parts());
    }
    !is_drawn_anew(part)
}

#[cfg(test)]
mod tests {
    use crate::fixture::answered;

    /// Section 18.3: a solution that does not bind a variable goes together with any value of it.
    #[test]
    fn what_may_be_unbound_is_joined_branch_by_branch() {
        let cells = |text: &str, every_way: bool| {
            let (rows, labels) = answered(text, every_way);
            (rows, labels.iter().filter(|label| *label == "Union").count())
        };
        for group in [
            "?a :year ?y BIND(IF(?y = 2001, ?a, 1 / 0) AS ?x) ?x :kind ?k",
            "VALUES ?n { 1 2 9 } BIND(IRI(CONCAT(\"http://example.org/p\", STR(?n))) AS ?x) ?x :order ?k",
            "VALUES ?n { 1 2 9 } BIND(IF(?n = 2, 1 / 0, ?n) AS ?k) ?x :order ?k",
            "?a :kind :integration OPTIONAL { ?a :order ?k } ?x :order ?k",
            "{ SELECT (SAMPLE(?z) AS ?x) { ?z :order 2 } } ?x a ?k",
            "{ SELECT (MAX(?z) AS ?x) { ?z :order 7 } } ?x :order ?k",
            "{ SELECT ?k (MIN(?z) AS ?x) { ?y :kind ?k OPTIONAL { ?z :order ?y } } GROUP BY ?k } ?x :order ?o",
            "?a :kind ?k BIND(IF(?k = :launch, 1 / 0, ?a) AS ?x) ?x (:year|^:year)+ ?y",
        ] {
            let text = format!("SELECT * {{ {group} }}");
            let ((apart, unions), (whole, none)) = (cells(&text, true), cells(&text, false));
            assert_eq!(apart, whole, "{text}");
            assert!(unions == 1 && none == 0 && !whole.is_empty(), "{text}: {unions} {none}");
        }
    }
}
