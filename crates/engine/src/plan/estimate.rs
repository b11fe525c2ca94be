//! How many rows of two inputs of a join agree, where more is asked than counts of single predicates.
//!
//! In: at which ends of which predicates a variable stands on either side. Out: what part of all pairs of rows agrees in it. Where
//! both sides have it at the same end it is a star, and the characteristic sets tell (Neumann and Moerkotte, ICDE 2011); where it is
//! the same end of the same predicate, and else, the join of two predicates is sampled by its index (Leis, Radke, Gubichev, Kemper and Neumann, Cardinality estimation done right:
//! index-based join sampling, CIDR 2017). Filters are taken to be independent of both. Asking takes microseconds, so
//! that it is done only for plans that are expected to take long.

use super::logical::{Pattern, Reach, Slot, Step};
use super::physical::{Node, Op};
use super::statistics::Statistics;
use super::variables::Var;
use crate::store::{End, Id};

/// An end of the triples with a predicate, or of those of them with a known node at the other end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Leg {
    /// Of which graph; nothing for the default one.
    pub graph: Option<Id>,
    /// The predicate.
    pub predicate: Id,
    /// The end.
    pub end: End,
    /// The node at the other end, where that is known.
    pub other: Option<Id>,
}

impl Leg {
    /// How many triples it has.
    pub fn triples(&self, statistics: &dyn Statistics) -> f64 {
        let pattern = match self.end {
            End::Subject => [None, Some(self.predicate), self.other],
            End::Object => [self.other, Some(self.predicate), None],
        };
        statistics.count(self.graph, pattern)
    }
}

/// The ends at which variables stand, in what was joined.
pub type Legs = Vec<(Var, Leg)>;

/// How triples of one leg meet those of another in their nodes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Meeting {
    /// How many triples of the other leg each of the one meets, in the mean.
    pub each: f64,
    /// Which part of them meets any.
    pub some: f64,
}

/// How the rows of two inputs agree in a variable.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Agreement {
    /// Which part of all pairs of rows does.
    pub pairs: f64,
    /// Which part of the left rows does with any right one.
    pub some: f64,
}

/// The ends of a pattern whose predicate is known.
pub fn legs_of(pattern: &Pattern) -> Legs {
    let (Some([first, Some(predicate), last]), Some(graph)) = (pattern.ids(), pattern.source.number()) else {
        return Legs::new();
    };
    let [subject, _, object] = &pattern.slots;
    let leg = |end, other| Leg { graph, predicate, end, other };
    let subject = subject.var().map(|var| (var, leg(End::Subject, last)));
    let object = object.var().map(|var| (var, leg(End::Object, first)));
    subject.into_iter().chain(object).collect()
}

/// The ends of a path of steps by one known predicate: it begins at the one end of a triple and leads to the other end of one.
pub fn legs_of_path(reach: &Reach) -> Legs {
    let (link, is_back) = match &reach.step {
        Step::Link(link) => (link, false),
        Step::Back(link) => (link, true),
        _ => return Legs::new(),
    };
    let (Some(predicate), Some(graph)) = (link.id, reach.source.number()) else { return Legs::new() };
    let ends = if is_back { [End::Object, End::Subject] } else { [End::Subject, End::Object] };
    let leg = |(slot, end): (&Slot, End)| Some((slot.var()?, Leg { graph, predicate, end, other: None }));
    reach.ends.iter().zip(ends).filter_map(leg).collect()
}

/// About how many different values a column takes at most, by the predicates at whose ends it stands; nothing where these do not tell. MIN, MAX and
/// SAMPLE give values of what they are of, and what is computed has no more values than what it is computed of.
pub fn values_of(node: &Node, var: Var, statistics: &dyn Statistics) -> Option<f64> {
    values_within(node, var, statistics, &mut 0)
}

/// Columns that are computed of two others each are one of many by the time that the first is reached: after so many steps nothing is told.
const STEPS: u32 = 256;

fn values_within(mut node: &Node, mut var: Var, statistics: &dyn Statistics, steps: &mut u32) -> Option<f64> {
    let values = |leg: &Leg| match leg.other {
        None => statistics.distinct(leg.graph, Some(leg.predicate), leg.end.place()),
        Some(_) => leg.triples(statistics),
    };
    loop {
        *steps += 1;
        if *steps > STEPS {
            return None;
        }
        let legs = node.legs.iter().filter(|(of, _)| *of == var).map(|(_, leg)| values(leg));
        if let Some(values) = legs.min_by(f64::total_cmp) {
            return Some(values);
        }
        match &node.op {
            Op::Group(_, aggregates, _) => {
                if let Some(aggregate) = aggregates.iter().find(|aggregate| aggregate.var == var) {
                    var = aggregate.member_of()?;
                }
            }
            Op::Extend(computed, formula) if *computed == var => {
                let input = node.inputs.first()?;
                return formula.vars.iter().map(|var| values_within(input, var, statistics, steps)).product();
            }
            Op::EachGraph(name) if *name == var => return Some(statistics.graphs()),
            // How many values it takes in all graphs together the mean of one does not tell.
            Op::EachGraph(_) => {
                let legs = node.inputs.first()?.legs.iter().filter(|(of, _)| *of == var);
                let values = legs.filter_map(|(_, leg)| statistics.among_graphs(leg.predicate, leg.end));
                return values.min_by(f64::total_cmp);
            }
            Op::Union => return None,
            _ => {}
        }
        node = node.inputs.iter().find(|input| input.output.contains(&var))?;
    }
}

/// The same where nothing else is known: as many as there are rows.
pub fn distinct_in(node: &Node, var: Var, statistics: &dyn Statistics) -> f64 {
    let rows = node.rows.max(1.0);
    values_of(node, var, statistics).map_or(rows, |values| values.clamp(1.0, rows))
}

/// How rows agree in a variable, by the legs of both sides that have no known node at the other end; nothing where the statistics do not tell: which
/// nodes have the class `Person` says much of which have an age, so that to take the two for independent errs more than to take the ones for
/// some of the others.
pub fn agreement(
    var: Var,
    left: &[(Var, Leg)],
    right: &[(Var, Leg)],
    statistics: &dyn Statistics,
) -> Option<Agreement> {
    let of = |legs: &[(Var, Leg)]| -> Vec<Leg> {
        let legs = legs.iter().filter(|(of, leg)| *of == var && leg.other.is_none());
        legs.map(|(_, leg)| *leg).collect()
    };
    let (left, right) = (of(left), of(right));
    let graph = left.first().or(right.first())?.graph;
    if left.iter().chain(&right).any(|leg| leg.graph != graph) {
        return None;
    }
    for end in [End::Subject, End::Object] {
        let at = |legs: &[Leg]| -> Vec<Id> {
            legs.iter().filter(|leg| leg.end == end).map(|leg| leg.predicate).collect()
        };
        let (a, b) = (at(&left), at(&right));
        // Of a predicate with itself the sets know the mean alone, and what is met twice is the square of what is met: where few nodes
        // have most of the triples, a sample finds them.
        let is_square = a.iter().any(|predicate| b.contains(predicate));
        if !a.is_empty()
            && !b.is_empty()
            && !is_square
            && let Some(star) = of_star(graph, end, (a, b), statistics)
        {
            return Some(star);
        }
    }
    // The rarest say most.
    let rows = |leg: &Leg| leg.triples(statistics);
    let rarest = |legs: &[Leg]| legs.iter().copied().min_by(|a, b| rows(a).total_cmp(&rows(b)));
    let (a, b) = (rarest(&left)?, rarest(&right)?);
    let meeting = statistics.meeting(a, b)?;
    Some(Agreement { pairs: meeting.each / rows(&b).max(1.0), some: meeting.some })
}

/// How two stars with the same centre make one.
fn of_star(
    graph: Option<Id>,
    end: End,
    (a, b): (Vec<Id>, Vec<Id>),
    statistics: &dyn Statistics,
) -> Option<Agreement> {
    let star = |mut predicates: Vec<Id>| {
        predicates.sort_unstable();
        statistics.star(graph, end, &predicates)
    };
    let whole = star([a.as_slice(), b.as_slice()].concat())?;
    let (a, b) = (star(a)?, star(b)?);
    // Of what was never seen together there may be one since.
    let some = whole.nodes.max(1.0) / a.nodes.max(1.0);
    (a.rows > 0.0 && b.rows > 0.0)
        .then(|| Agreement { pairs: whole.rows.max(1.0) / (a.rows * b.rows), some: some.min(1.0) })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Result;
    use crate::store::Star;
    use crate::terms::{NamedNode, Term};

    /// A thousand nodes have predicate 1, of which ten have predicate 2 as well; three triples of each. The objects of
    /// predicate 3 are all subjects of predicate 1.
    struct Made;

    impl Statistics for Made {
        fn id(&self, _: &Term) -> Result<Option<Id>> {
            Ok(None)
        }

        fn has_graph(&self, _: &NamedNode) -> Result<bool> {
            Ok(false)
        }

        fn count(&self, _: Option<Id>, [_, predicate, _]: [Option<Id>; 3]) -> f64 {
            if predicate == Some(1) { 3000.0 } else { 30.0 }
        }

        fn distinct(&self, _: Option<Id>, _: Option<Id>, _: usize) -> f64 {
            1.0
        }

        fn star(&self, _: Option<Id>, end: End, predicates: &[Id]) -> Option<Star> {
            match (end, predicates) {
                (End::Subject, [1]) => Some(Star { nodes: 1000.0, rows: 3000.0 }),
                (End::Subject, [2]) => Some(Star { nodes: 10.0, rows: 30.0 }),
                (End::Subject, [1, 2]) => Some(Star { nodes: 10.0, rows: 90.0 }),
                _ => None,
            }
        }

        fn meeting(&self, a: Leg, b: Leg) -> Option<Meeting> {
            let found = (a.predicate, a.end, b.predicate, b.end) == (3, End::Object, 1, End::Subject);
            found.then_some(Meeting { each: 3.0, some: 1.0 })
        }
    }

    fn leg(predicate: Id, end: End) -> [(Var, Leg); 1] {
        [(7, Leg { graph: None, predicate, end, other: None })]
    }

    #[test]
    fn a_star_is_what_the_sets_say() {
        let (one, two) = (leg(1, End::Subject), leg(2, End::Subject));
        let found = agreement(7, &one, &two, &Made).unwrap();
        assert_eq!(found, Agreement { pairs: 90.0 / (3000.0 * 30.0), some: 0.01 });
        assert_eq!(agreement(7, &two, &one, &Made).unwrap().some, 1.0, "all of the few have the other one");
        assert_eq!(agreement(8, &one, &two, &Made), None, "of another variable nothing is known");
    }

    #[test]
    fn what_is_no_star_is_sampled() {
        let (three, one) = (leg(3, End::Object), leg(1, End::Subject));
        assert_eq!(agreement(7, &three, &one, &Made), Some(Agreement { pairs: 3.0 / 3000.0, some: 1.0 }));
        let elsewhere = [(7, Leg { graph: Some(5), predicate: 1, end: End::Subject, other: None })];
        assert_eq!(agreement(7, &three, &elsewhere, &Made), None, "two graphs are not compared");
    }
}
