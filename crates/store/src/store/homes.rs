//! In which named graphs of a table terms stand, so that a pattern with a constant is searched there alone.
//!
//! In: a table, a pattern. Out: the graphs that may match it, from a sorted list of terms and graphs for each place of a triple. A
//! list is made once as many graphs were searched without it as take as long to search, so that both together never take more than
//! twice as long as the better of them. It is held for speed alone, 8 bytes for each term and each graph that has it there, and gives
//! way where memory is short. **It tells of the table alone**, and nothing of what was changed since.

use super::pack::{Watch, radix};
use super::port::{End, Id, Pattern};
use super::table::Table;
use crate::error::Result;
use crate::room::{self, Kept};
use std::sync::atomic::{AtomicUsize, Ordering};

/// To search a graph takes as long as to put so many of its triples into a list.
const SEARCH: usize = 64;

/// So few graphs are searched one after the other.
const FEW: usize = 2;

/// Bytes held for each term of a predicate of a graph while a list is made: the list, what sorts it, the terms of one graph.
const MAKING: usize = 2 * size_of::<u64>() + size_of::<Id>();

/// Lists of terms and graphs, the term in the upper half of the number: of subjects, predicates and objects.
#[derive(Default)]
pub(super) struct Homes {
    lists: [Place; 3],
}

#[derive(Default)]
struct Place {
    list: Kept<Vec<u64>>,
    /// How many graphs were searched without it.
    searched: AtomicUsize,
}

/// The part of a list that is of one term.
fn part(list: &[u64], id: Id) -> &[u64] {
    let start = list.partition_point(|entry| entry >> 32 < u64::from(id));
    let rest = list.get(start..).unwrap_or_default();
    rest.get(..rest.partition_point(|entry| entry >> 32 == u64::from(id))).unwrap_or_default()
}

fn entry(id: Id, place: usize) -> u64 {
    u64::from(id) << 32 | place as u64
}

/// The places of the named graphs that may have triples which match a pattern, sorted, where else so many graphs are searched.
/// Nothing where all of them may, or it is not worth knowing.
///
/// # Errors
/// Where the stored bytes are damaged, and where `watch` stops it.
pub(super) fn places(
    table: &Table,
    homes: &Homes,
    pattern: Pattern,
    graphs: usize,
    watch: Watch<'_>,
) -> Result<Option<Vec<usize>>> {
    if graphs <= FEW {
        return Ok(None);
    }
    let [subject, predicate, object] = pattern;
    let [subjects, predicates, objects] = &homes.lists;
    let mut found: Option<Vec<usize>> = None;
    // Subjects are in the fewest graphs, predicates in the most.
    let by_ends = [(subject, subjects, Some(End::Subject)), (object, objects, Some(End::Object))];
    for (id, place, end) in by_ends.into_iter().chain([(predicate, predicates, None)]) {
        let Some(id) = id.filter(|_| found.as_ref().is_none_or(|found| found.len() > FEW)) else { continue };
        let list = match place.list.get() {
            Some(list) => list,
            None => {
                let searched = place.searched.fetch_add(graphs, Ordering::Relaxed).saturating_add(graphs);
                if searched.saturating_mul(SEARCH) < table.named_count(end)? {
                    continue;
                }
                match make(table, end, watch)? {
                    Some(list) => place.list.keep(list),
                    None => continue,
                }
            }
        };
        let own = part(&list, id);
        match &mut found {
            None => found = Some(own.iter().map(|entry| *entry as u32 as usize).collect()),
            Some(found) => found.retain(|place| own.binary_search(&entry(id, *place)).is_ok()),
        }
    }
    Ok(found)
}

/// The list of one end, or of predicates; nothing where there is no room for it.
fn make(table: &Table, end: Option<End>, watch: Watch<'_>) -> Result<Option<Vec<u64>>> {
    let terms = table.named_terms(end, watch)?;
    if !room::is_there_for(terms.saturating_mul(MAKING)) {
        return Ok(None);
    }
    let (mut list, mut of_graph, mut last) = (Vec::new(), Vec::new(), 0);
    let flush = |of_graph: &mut Vec<Id>, place: usize, list: &mut Vec<u64>| {
        of_graph.sort_unstable();
        of_graph.dedup();
        list.extend(of_graph.drain(..).map(|id| entry(id, place)));
    };
    table.each_of_named(end, watch, &mut |place, ids| {
        if place != last {
            flush(&mut of_graph, last, &mut list);
            last = place;
        }
        for id in ids {
            if of_graph.last() != Some(id) {
                of_graph.push(*id);
            }
        }
    })?;
    flush(&mut of_graph, last, &mut list);
    list.shrink_to_fit();
    radix::sort(&mut list, watch)?;
    Ok(Some(list))
}

#[cfg(test)]
mod tests {
    use super::super::table::Quads;
    use super::*;

    /// Forty graphs, 100 to 139, each with a subject of its own, one of ten objects, and a predicate that all or some have.
    fn table() -> Table {
        let mut quads = Quads::default();
        for n in 0..40 {
            quads.push(Some(100 + n), [n, 90, 50 + n % 10]);
            quads.push(Some(100 + n), [n, 90, 60]);
            quads.push(Some(100 + n), [n, 91 + n % 3, 60]);
            quads.push(None, [n, 90, 99]);
        }
        Table::of_quads(quads, &(0..200).collect::<Vec<Id>>(), Watch::nobody()).unwrap()
    }

    #[test]
    fn a_constant_leads_to_the_graphs_that_have_it() {
        let table = table();
        let of = |pattern: Pattern| table.homes(pattern, 40, Watch::nobody()).unwrap();
        assert_eq!(of([Some(7), None, None]), Some(vec![107]));
        assert_eq!(of([None, None, Some(53)]), Some(vec![103, 113, 123, 133]));
        // Of 3, 13, 23 and 33 only 13 leaves a rest of 1.
        assert_eq!(of([None, Some(92), Some(53)]), Some(vec![113]));
        assert_eq!(of([None; 3]), None, "no constant");
        assert_eq!(of([Some(99), None, None]), Some(Vec::new()), "no subject");
        assert_eq!(of([None, None, Some(99)]), Some(Vec::new()), "the default graph is none of them");
        assert_eq!(of([None, Some(90), None]), Some((100..140).collect()));
        assert_eq!(
            table.homes([Some(7), None, None], FEW, Watch::nobody()).unwrap(),
            None,
            "not worth a look"
        );
    }

    #[test]
    fn a_list_is_made_once_it_pays() {
        let mut quads = Quads::default();
        (0..1000).for_each(|n| quads.push(Some(2000 + n % 4), [n, 1500, 1501]));
        let table = Table::of_quads(quads, &(0..2004).collect::<Vec<Id>>(), Watch::nobody()).unwrap();
        let of = || table.homes([Some(7), None, None], 4, Watch::nobody()).unwrap();
        assert_eq!((of(), of(), of(), of()), (None, None, None, Some(vec![2003])));
        assert_eq!(of(), Some(vec![2003]));
    }

    #[test]
    fn who_stops_it_is_heard() {
        let stop = || Err(crate::error::Error::query("stopped"));
        assert!(table().homes([Some(7), None, None], 40, Watch::asking(&stop)).is_err());
    }
}
