//! Which held rows a number may go with, by ranges of numbers: for joins by comparisons alone, as `?age >= ?least && ?age <
//! ?next`.
//!
//! In: conditions over one column of the left and some of the held rows. Out: [`Bands`], which give for a number of the left
//! the held rows with which the conditions may be true. What is known of ranges is exact (`expr::verdicts`), but **a term near
//! a bound, or beside the dictionary, must be judged** with each of its rows.

use super::batch::Batch;
use super::context::Context;
use crate::error::Result;
use crate::expr::verdicts::{Verdicts, variable_of};
use crate::store::{Id, NONE};
use crate::syntax::algebra::{Expression, operands_mut};
use crate::terms::{Term, Variable};
use std::ops::Range;
use std::sync::Arc;

/// For more held rows there are none: to find out what is known of one takes some ten microseconds.
const MOST_ROWS: usize = 1 << 10;

/// So many places in lists of held rows there are at most.
const MOST_PLACES: usize = 1 << 18;

/// A condition, with the columns of the held rows that it reads.
pub type Condition = (Arc<Expression>, Vec<(Variable, usize)>);

/// Numbers with which conditions are true or, where that is said beside them, may be.
type Passing = Vec<(Range<Id>, bool)>;

/// Conditions over a column of the left and columns of the held rows.
#[derive(Debug)]
pub struct Banding {
    /// The column of the left.
    pub left: usize,
    /// Each with the columns of its other variables.
    pub conditions: Vec<Condition>,
    /// Whether these are all conditions of the join.
    pub is_whole: bool,
}

/// Held rows by ranges of numbers. See the module.
#[derive(Debug)]
pub struct Bands {
    /// Where the left has its numbers.
    pub left: usize,
    /// Where ranges begin, in order; the first one begins at 0.
    begins: Vec<Id>,
    /// Where the rows of each range begin, and the end.
    starts: Vec<u32>,
    rows: Vec<u32>,
    /// The first number of which a condition may have to be judged.
    judged: Id,
}

impl Banding {
    /// The bands of some rows; nothing where they would tell nothing, or take too much.
    ///
    /// # Errors
    /// Once a limit is met, or where the graph is damaged.
    pub fn of(&self, rows: &Batch, cx: &Context<'_>) -> Result<Option<Bands>> {
        if !(2..=MOST_ROWS).contains(&rows.len) {
            return Ok(None);
        }
        let mut ranges: Vec<(Range<Id>, u32)> = Vec::new();
        let mut judged = if self.is_whole { NONE } else { 0 };
        for row in 0..rows.len {
            let Some(passing) = self.passing(rows, row, cx)? else { return Ok(None) };
            for (range, is_open) in passing {
                judged = if is_open { judged.min(range.start) } else { judged };
                ranges.push((range, row as u32));
            }
            // Terms near a border may be judged one by one.
            if ranges.len() > MOST_PLACES {
                return Ok(None);
            }
        }
        let mut begins: Vec<Id> = ranges.iter().flat_map(|(range, _)| [range.start, range.end]).collect();
        begins.push(0);
        begins.sort_unstable();
        begins.dedup();
        let spans = |range: &Range<Id>| {
            let place = |id: Id| begins.partition_point(|begin| *begin < id);
            place(range.start)..place(range.end)
        };
        let spans: Vec<(Range<usize>, u32)> =
            ranges.iter().map(|(range, row)| (spans(range), *row)).collect();
        let mut lists: Vec<Vec<u32>> = vec![Vec::new(); begins.len()];
        let mut places = 0;
        for (span, row) in &spans {
            places += span.len();
            if places > MOST_PLACES {
                return Ok(None);
            }
            for list in lists.get_mut(span.clone()).unwrap_or_default() {
                list.push(*row);
            }
        }
        let mut starts: Vec<u32> = vec![0];
        for list in &lists {
            starts.push(starts.last().copied().unwrap_or(0) + list.len() as u32);
        }
        Ok(Some(Bands { left: self.left, begins, starts, rows: lists.concat(), judged }))
    }

    /// The ranges of numbers with which all conditions are true for a row or, where it is said beside them, may be; nothing
    /// where that is not known.
    fn passing(&self, rows: &Batch, row: usize, cx: &Context<'_>) -> Result<Option<Passing>> {
        let mut known: Option<Verdicts> = None;
        for (condition, columns) in &self.conditions {
            let mut terms: Vec<(&Variable, Term)> = Vec::with_capacity(columns.len());
            for (variable, column) in columns {
                let id = rows.cell(*column, row);
                let Some(term) = (if id == NONE { None } else { cx.term(id)? }) else { return Ok(None) };
                terms.push((variable, term));
            }
            let Some(condition) = with_terms(condition, &terms) else { return Ok(None) };
            let verdicts = Verdicts::of(&condition, cx.graph, &|| cx.governor().check())?;
            known = Some(match known {
                Some(known) => known.and(&verdicts),
                None => verdicts,
            });
        }
        Ok(known.map(|known| known.passing()))
    }
}

impl Bands {
    /// The rows with which the conditions may be true for a number, in order; none where nothing is bound, of which any
    /// comparison is an error.
    #[inline]
    pub fn rows(&self, id: Id) -> &[u32] {
        if id == NONE {
            return &[];
        }
        let range = self.begins.partition_point(|begin| *begin <= id);
        let start = range.checked_sub(1).and_then(|range| self.starts.get(range));
        let rows = start.zip(self.starts.get(range)).map(|(start, end)| *start as usize..*end as usize);
        rows.and_then(|rows| self.rows.get(rows)).unwrap_or_default()
    }

    /// Whether the conditions are true for all rows that these numbers are given.
    pub fn decide(&self, ids: &[Id]) -> bool {
        ids.iter().all(|id| *id < self.judged || *id == NONE)
    }

    /// How many bytes they hold.
    pub fn bytes(&self) -> usize {
        size_of_val(self.begins.as_slice())
            + size_of_val(self.starts.as_slice())
            + size_of_val(self.rows.as_slice())
    }
}

/// A condition with terms in place of variables; nothing where no ranges are known of it then.
fn with_terms(condition: &Expression, terms: &[(&Variable, Term)]) -> Option<Expression> {
    let mut condition = condition.clone();
    let mut open = vec![&mut condition];
    while let Some(part) = open.pop() {
        if let Expression::Variable(variable) = part {
            match terms.iter().find(|(known, _)| *known == variable).map(|(_, term)| term) {
                None => {}
                Some(Term::NamedNode(node)) => *part = Expression::NamedNode(node.clone()),
                Some(Term::Literal(literal)) => *part = Expression::Literal(literal.clone()),
                Some(Term::BlankNode(_) | Term::Triple(_)) => return None,
            }
        } else {
            open.extend(operands_mut(part));
        }
    }
    variable_of(&condition)?;
    Some(condition)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::answer::Answer;
    use crate::exec::fixture::context;
    use crate::store::{Graph as _, Indexed as _};
    use crate::syntax::parse;
    use crate::terms::Literal;
    use crate::{DefaultGraph, Governor};

    /// The rows of a query, each way of planning taken where it can be.
    fn solutions(query: &str) -> Vec<String> {
        let (graph, _) = context();
        let governor = Governor::unlimited().planning_every_way();
        let query = parse::query(query, &crate::fixture::prefixes(), None).unwrap();
        let Answer::Rows(rows) = crate::answer(&graph, &query, DefaultGraph::Alone, &governor).unwrap()
        else {
            panic!("no rows")
        };
        let mut found: Vec<String> = rows.gather().rows.iter().map(|row| format!("{row:?}")).collect();
        found.sort();
        found
    }

    #[test]
    fn rows_are_found_by_ranges_as_comparisons_find_them() {
        // SPARQL 1.1, 17.3: numbers by value, an error is not true (17.2); terms of any kind stand on either side.
        let rows = "(1999 2001 1) (2001 2003 2) (2002.5 UNDEF 3) (2000 2000 4) (2001e0 2005.0 5) (\"a\" \"z\" 6) \
                    (<x:a> <x:b> 7) (2003 1990 8) (:integration :launch 9)";
        let full = rows.replace("UNDEF", "7");
        for condition in [
            "?y >= ?lo && ?y < ?hi",
            "?y > ?lo && ?hi > ?y && ?n != 2",
            "?lo = ?y",
            "?lo < ?y || ?hi = ?y",
            "!(?y < ?lo)",
            "sameTerm(?y, ?lo)",
            "?y < ?lo || ?n = 4",
            "?y != ?lo && ?y + 1 > ?hi",
        ] {
            for (pattern, rows) in
                [("?x :year ?y", &full), ("?x :year|:kind|a ?y", &full), ("?x :year ?y", &rows.to_owned())]
            {
                let found = |filter: &str| {
                    let values = format!("VALUES (?lo ?hi ?n) {{ {rows} }}");
                    solutions(&format!("SELECT ?x ?y ?lo ?hi ?n {{ {pattern} {values} {filter} }}"))
                };
                // What a column of its own says is judged row by row.
                let right = found(&format!("BIND({condition} AS ?is) FILTER(?is)"));
                assert_eq!(found(&format!("FILTER({condition})")), right, "{condition} of {pattern}");
                assert!(!right.is_empty(), "{condition} of {pattern}");
            }
        }
    }

    #[test]
    fn a_number_is_in_the_bands_whose_bounds_are_around_it() {
        let (graph, governor) = context();
        let mut cx = Context::new(&graph, &governor, None);
        let mut number = |n: i64| cx.intern(&Literal::from(n).into()).unwrap();
        let [a, b, c, d] = [1999, 2001, 2002, 2004].map(&mut number);
        let rows = Batch::of(vec![vec![a, b, a, d], vec![b, d, c, a]], 4);
        let variable = |name: &str| Variable::new_unchecked(name.to_owned());
        let parts = |name: &str| {
            (Box::new(Expression::Variable(variable("y"))), Box::new(Expression::Variable(variable(name))))
        };
        let ((y, lo), (also_y, hi)) = (parts("lo"), parts("hi"));
        let conditions = vec![
            (Arc::new(Expression::GreaterOrEqual(y, lo)), vec![(variable("lo"), 0)]),
            (Arc::new(Expression::Less(also_y, hi)), vec![(variable("hi"), 1)]),
        ];
        let bands = Banding { left: 0, conditions, is_whole: true }.of(&rows, &cx).unwrap().unwrap();
        for (n, expected) in [(2000, &[0, 2][..]), (2001, &[1, 2]), (2002, &[1]), (2003, &[1])] {
            let id = graph.id(Term::from(Literal::from(n)).as_ref()).unwrap().unwrap();
            assert_eq!(bands.rows(id), expected, "{n}");
        }
        let numbers = [a, b, c, d].map(|id| id.min(graph.term_count() - 1));
        assert!(bands.decide(&numbers) && bands.decide(&[NONE]) && !bands.decide(&[graph.term_count()]));
        assert!(bands.rows(NONE).is_empty() && bands.bytes() > 0);
    }
}
