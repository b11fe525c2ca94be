//! Numbers that sort as terms do, for sorts and for MIN and MAX.
//!
//! In: ids of the graph, which sort by themselves but for those that it came to have since its dictionary was made, and of
//! computed terms, which do not. Out: a rank for each, equal where the values are equal: `1` and `1.0` are neither less nor greater than each other
//! (SPARQL 1.1, section 15.1), so that the next key decides. Unbound comes first, then blank nodes,
//! IRIs, literals by kind.

use super::batch::ROWS;
use super::context::Context;
use super::sorting;
use crate::error::Result;
use crate::store::standing::{equal_values, of_term};
use crate::store::{FIRST_FOREIGN, Id, Indexed, NONE, Standing};
use crate::terms::Term;
use baimo_store::value::order::compare;
use rustc_hash::FxHashMap;
use std::cmp::Ordering;

/// The rank of a term. Unbound is 0.
pub type Rank = u64;

/// Room between the places of two terms of the dictionary for those that fall there.
const BETWEEN: u32 = 30;

/// Terms looked at without a look at the clock.
const STRETCH: usize = 1 << 16;

/// Ranks of terms. See the module.
#[derive(Debug, Default)]
pub struct Ranks {
    unsorted: FxHashMap<Id, Rank>,
}

impl Ranks {
    /// Ranks for what stands in `columns`.
    ///
    /// # Errors
    /// Where the graph is damaged.
    pub fn of<'c>(columns: impl Iterator<Item = &'c [Id]>, cx: &Context<'_>) -> Result<Self> {
        let mut found: Vec<Id> = Vec::new();
        for part in columns.flat_map(|column| column.chunks(STRETCH)) {
            found.extend(part.iter().copied().filter(|id| is_unsorted(*id)));
            cx.check()?;
        }
        sorting::sort(&mut found, cx.governor(), &Ord::cmp)?;
        found.dedup();
        let mut placed: Vec<(Standing, Id)> = Vec::with_capacity(found.len());
        for part in found.chunks(ROWS) {
            for id in part {
                placed.push((standing(*id, cx)?, *id));
                // A text may be very long.
                cx.check()?;
            }
        }
        sorting::sort(&mut placed, cx.governor(), &Ord::cmp)?;
        let mut ranks = Self::default();
        for together in placed.chunk_by(|a, b| a.0 == b.0) {
            ranks.add(together, cx)?;
        }
        Ok(ranks)
    }

    /// Ranks for terms that stand at the same place. Only where these are several are they read.
    fn add(&mut self, together: &[(Standing, Id)], cx: &Context<'_>) -> Result<()> {
        let Some((at, _)) = together.first() else { return Ok(()) };
        let mut rank = of_standing(*at);
        if together.len() == 1 || at.is_known() {
            self.unsorted.extend(together.iter().map(|(_, id)| (*id, rank)));
            return Ok(());
        }
        let mut terms: Vec<(Term, Id)> = Vec::with_capacity(together.len());
        for part in together.chunks(ROWS) {
            for (_, id) in part {
                terms.extend(cx.term(*id)?.map(|term| (term, *id)));
            }
            cx.check()?;
        }
        let mut order: Vec<u32> = (0..terms.len() as u32).collect();
        sorting::sort_slowly(&mut order, cx.governor(), &|a: &u32, b: &u32| {
            let term = |n: &u32| terms.get(*n as usize).map(|(term, _)| term.as_ref());
            term(a).zip(term(b)).map_or(Ordering::Equal, |(a, b)| compare(a, b))
        })?;
        let mut last: Option<&Term> = None;
        for (n, (term, id)) in order.iter().filter_map(|n| terms.get(*n as usize)).enumerate() {
            if n.is_multiple_of(ROWS) {
                cx.check()?;
            }
            rank += u64::from(last.is_some_and(|last| !equal_values(last, term)));
            self.unsorted.insert(*id, rank);
            last = Some(term);
        }
        Ok(())
    }

    /// The ranks of cells. Only numbers, booleans, dateTimes and dates are asked for terms of the same value, each not again while it repeats.
    ///
    /// # Errors
    /// Where the graph is damaged.
    pub fn ranks(&self, ids: &[Id], cx: &Context<'_>, ranks: &mut Vec<Rank>) -> Result<()> {
        let (graph, valued) = (cx.graph, cx.graph.kinds().valued());
        // Booleans lie side by side, and their texts are read to tell which are equal.
        let mut last = [(NONE, 0); 4];
        for id in ids {
            let is_alone = *id < FIRST_FOREIGN && !valued.contains(id);
            let known = last.get_mut(*id as usize % 4).filter(|_| !is_alone);
            ranks.push(match known {
                None => of_standing(Standing::at(*id)),
                Some((known, rank)) => {
                    if known != id {
                        cx.look_at(*id)?;
                        (*known, *rank) = (*id, self.rank(*id, graph)?);
                    }
                    *rank
                }
            });
        }
        Ok(())
    }

    /// The rank of a cell.
    ///
    /// # Errors
    /// Where the graph is damaged.
    #[inline]
    pub fn rank(&self, id: Id, graph: &dyn Indexed) -> Result<Rank> {
        match id {
            NONE => Ok(0),
            FIRST_FOREIGN.. => Ok(self.unsorted.get(&id).copied().unwrap_or(0)),
            _ => Ok(of_standing(graph.standing(id)?)),
        }
    }
}

/// Compares terms one by one, as their ranks compare: for MIN and MAX, which see a batch at a time. Unbound comes first.
#[derive(Debug, Default)]
pub struct Ranking {
    /// Where computed terms stand.
    computed: FxHashMap<Id, Standing>,
}

impl Ranking {
    /// The order of two terms.
    ///
    /// # Errors
    /// Where the graph is damaged.
    pub fn compare(&mut self, a: Id, b: Id, cx: &Context<'_>) -> Result<Ordering> {
        if a == b || a == NONE || b == NONE {
            return Ok((a != NONE).cmp(&(b != NONE)));
        }
        cx.look_at(a)?;
        let (at_a, at_b) = (self.standing(a, cx)?, self.standing(b, cx)?);
        if at_a != at_b || at_a.is_known() {
            return Ok(at_a.cmp(&at_b));
        }
        // Between the same two terms of the dictionary.
        let (Some(a), Some(b)) = (cx.term(a)?, cx.term(b)?) else { return Ok(Ordering::Equal) };
        Ok(if equal_values(&a, &b) { Ordering::Equal } else { compare(a.as_ref(), b.as_ref()) })
    }

    #[inline]
    fn standing(&mut self, id: Id, cx: &Context<'_>) -> Result<Standing> {
        if cx.locals.place(id).is_none() {
            return cx.graph.standing(id);
        }
        if let Some(known) = self.computed.get(&id) {
            return Ok(*known);
        }
        cx.check()?;
        let standing = cx.locals.with(id, |term| of_term(term.as_ref(), cx.graph));
        let standing = standing.transpose()?.unwrap_or_default();
        self.computed.insert(id, standing);
        Ok(standing)
    }
}

/// Where a term that is in no order stands.
fn standing(id: Id, cx: &Context<'_>) -> Result<Standing> {
    match cx.locals.with(id, |term| of_term(term.as_ref(), cx.graph)) {
        Some(standing) => standing,
        None => cx.graph.standing(id),
    }
}

fn is_unsorted(id: Id) -> bool {
    (FIRST_FOREIGN..NONE).contains(&id)
}

fn of_standing(standing: Standing) -> Rank {
    (standing.0 + 1) << BETWEEN
}
