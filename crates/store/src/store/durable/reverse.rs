//! What a transaction did, the other way round.
//!
//! In: the rows of a transaction on record, or the pack of what a load added, and the graph that it is taken back from. Out: the
//! changed graph, and the rows of a transaction that did that. The rows are read from the record whenever they are wanted: of each
//! is held only whether taking it back changed anything. What is held beside is the graph's own changes.

use super::frame::{Part, RowSource, Rows, put_if_full, write_numbered};
use super::patch::{ADDED, REMOVED};
use crate::error::Result;
use crate::store::Graph as _;
use crate::store::memory::Memory;
use crate::store::pack::{Pack, Watch};
use crate::terms::Quad;

/// So many rows are taken back together.
const AT_ONCE: usize = if cfg!(test) { 5 } else { 1 << 15 };

/// What taking a transaction back did. See the module.
pub struct Reverse {
    of: Record,
    /// Of each row, in the order of the record, whether taking it back changed anything.
    changed: Vec<bool>,
    added: u64,
    removed: u64,
}

/// What a transaction did.
enum Record {
    Rows(Rows),
    /// It added what a pack holds.
    Added(Box<Pack>),
}

impl Reverse {
    /// Takes rows back: no quad is in two of them, so that their order does not matter.
    ///
    /// # Errors
    /// Where they or the graph cannot be read, and where `watch` stops it: then the graph is changed in part. See
    /// [`Memory::change_without_record`].
    pub fn of_rows(rows: Rows, memory: &mut Memory, watch: Watch<'_>) -> Result<Self> {
        let (added, removed) = rows.counts();
        let mut changed = vec![false; usize::try_from(added + removed).unwrap_or_default()];
        let (mut part, mut from): (Vec<(bool, Quad)>, _) = (Vec::new(), 0);
        let mut take_back = |part: &mut Vec<(bool, Quad)>| {
            let quads = part.iter().map(|(comes, quad)| (*comes, quad.as_ref()));
            let done = memory.set_quads_telling(quads, watch, &mut |place| {
                changed.iter_mut().skip(from + place).take(1).for_each(|changed| *changed = true);
            });
            from += part.len();
            part.clear();
            done
        };
        rows.each(watch, &mut |added, quad| {
            part.push((!added, quad));
            if part.len() < AT_ONCE { Ok(()) } else { take_back(&mut part) }
        })?;
        take_back(&mut part)?;
        Self { of: Record::Rows(rows), changed, added: 0, removed: 0 }.counted(watch)
    }

    /// Takes back that all quads of a pack were added.
    ///
    /// # Errors
    /// As [`Self::of_rows`].
    pub fn of_pack(pack: Pack, memory: &mut Memory, watch: Watch<'_>) -> Result<Self> {
        let mut changed = Vec::with_capacity(usize::try_from(pack.len()).unwrap_or_default());
        memory.set_pack_telling(&pack, false, watch, &mut |effective| changed.push(effective))?;
        let removed = changed.iter().filter(|changed| **changed).count() as u64;
        Ok(Self { of: Record::Added(Box::new(pack)), changed, added: 0, removed })
    }

    /// Whether nothing was changed.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.added + self.removed == 0
    }

    /// Counts what changed.
    fn counted(self, watch: Watch<'_>) -> Result<Self> {
        let (mut added, mut removed) = (0, 0);
        self.each_text(watch, &mut |was_added, _| {
            *(if was_added { &mut removed } else { &mut added }) += 1;
            Ok(())
        })?;
        Ok(Self { added, removed, ..self })
    }

    /// Gives each row of the record that was taken back, where it has rows.
    fn each_text(&self, watch: Watch<'_>, each: &mut dyn FnMut(bool, &str) -> Result<()>) -> Result<()> {
        let Record::Rows(rows) = &self.of else { return Ok(()) };
        let mut changed = self.changed.iter();
        rows.each_text(watch, &mut |added, text| match changed.next() {
            Some(true) => each(added, text),
            _ => Ok(()),
        })
    }
}

impl RowSource for Reverse {
    fn counts(&self) -> (u64, u64) {
        (self.added, self.removed)
    }

    fn write(&self, watch: Watch<'_>, put: Part<'_>) -> Result<()> {
        if let Record::Added(pack) = &self.of {
            let mut changed = self.changed.iter();
            return write_numbered(watch, put, &mut |each| {
                for name in pack.graphs()? {
                    for triple in pack.scan(name, [None; 3]).triples() {
                        let triple = triple?;
                        if changed.next() == Some(&true) {
                            each(pack.as_ref(), false, name, triple)?;
                        }
                    }
                }
                Ok(())
            });
        }
        let mut text = Vec::new();
        // What goes stands before what comes.
        for (letter, of_added, count) in [(REMOVED, true, self.removed), (ADDED, false, self.added)] {
            if count == 0 {
                continue;
            }
            self.each_text(watch, &mut |added, row| {
                if added == of_added {
                    text.extend_from_slice(letter.as_bytes());
                    text.extend_from_slice(row.as_bytes());
                    text.push(b'\n');
                }
                put_if_full(&mut text, &mut *put)
            })?;
        }
        put(&text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Error;
    use crate::store::durable::{Store, Transaction};
    use crate::store::pack::Builder;
    use crate::store::quads_of;
    use crate::terms::{GraphName, Literal, NamedNode};
    use std::collections::BTreeSet;
    use std::ops::Range;
    use std::sync::atomic::{AtomicUsize, Ordering};

    fn quad(n: usize) -> Quad {
        let name = |text: String| NamedNode::new_unchecked(format!("http://example.org/{text}"));
        let graph = if n.is_multiple_of(3) { GraphName::DefaultGraph } else { name("g".to_owned()).into() };
        Quad::new(name(format!("s{}", n % 7)), name(format!("p{}", n % 2)), Literal::from(n as i64), graph)
    }

    fn held(memory: &Memory) -> BTreeSet<String> {
        let names = memory.graphs().unwrap().into_iter();
        names.flat_map(|name| quads_of(memory, name)).map(|quad| quad.unwrap().to_string()).collect()
    }

    fn texts(numbers: Range<usize>) -> BTreeSet<String> {
        numbers.map(|n| quad(n).to_string()).collect()
    }

    fn change(store: &mut Store, memory: &mut Memory, goes: Range<usize>, comes: Range<usize>) {
        let quads: Vec<(bool, Quad)> =
            goes.map(|n| (false, quad(n))).chain(comes.map(|n| (true, quad(n)))).collect();
        let quads = quads.iter().map(|(comes, quad)| (*comes, quad.as_ref()));
        store.begin().unwrap();
        let work = |memory: &mut Memory| memory.set_quads(quads, Watch::nobody());
        let keep = |changes: &crate::store::memory::Changes<'_>| {
            store.commit(&mut Transaction::default(), changes, Watch::nobody())
        };
        memory.change_and_keep(work, keep).unwrap();
    }

    fn on_record(store: &Store, number: u64) -> Rows {
        let mut rows = None;
        let each = &mut |transaction: Transaction| {
            rows = rows.take().or((transaction.number == number).then_some(transaction.rows));
            Ok(())
        };
        store.history(number, Watch::nobody(), each).unwrap();
        rows.unwrap()
    }

    /// The second of three transactions is taken back, of which the third did a part already.
    #[test]
    fn taking_back_is_stopped_anywhere_without_a_change_and_then_comes_to_its_end() {
        let folder = std::env::temp_dir().join(format!("baimo-reverse-{}", std::process::id()));
        let (mut store, content) = Store::open(&folder).unwrap();
        let mut memory = content.graph;
        change(&mut store, &mut memory, 0..0, 0..40);
        change(&mut store, &mut memory, 0..9, 40..80);
        change(&mut store, &mut memory, 40..50, 0..3);
        let (before, mut stops) = (held(&memory), 0);
        let journal = || std::fs::read(folder.join("journal-1.rdfp")).unwrap();
        let bytes = journal();
        let about = loop {
            let left = AtomicUsize::new(stops);
            let check = || match left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |n| n.checked_sub(1))
            {
                Ok(_) => Ok(()),
                Err(_) => Err(Error::data("stopped")),
            };
            let watch = Watch::asking(&check);
            let mut about = Transaction { undoes: Some(2), ..Transaction::default() };
            let done = memory.change_without_record(|memory| {
                let reverse = Reverse::of_rows(on_record(&store, 2), memory, watch)?;
                store.commit_reverse(&mut about, &reverse, watch)
            });
            match done {
                Ok(()) => break about,
                Err(error) => assert_eq!(error.diagnostic.message, "stopped"),
            }
            assert!(held(&memory) == before && journal() == bytes, "check {stops}");
            assert!(store.is_writing() && store.begin().unwrap().is_none(), "check {stops}");
            stops += 1;
        };
        assert!(stops > 20, "{stops}");
        assert_eq!((about.number, about.counts()), (4, (6, 30)));
        assert_eq!(held(&memory), texts(0..40));
        let (store, content) = Store::open(&folder).unwrap();
        assert_eq!(held(&content.graph), texts(0..40));
        let mut kinds = Vec::new();
        on_record(&store, 4)
            .each(Watch::nobody(), &mut |added, quad| {
                assert!(texts(if added { 3..9 } else { 50..80 }).contains(&quad.to_string()));
                kinds.push(added);
                Ok(())
            })
            .unwrap();
        assert!(kinds.len() == 36 && kinds.is_sorted(), "what goes stands before what comes");
        std::fs::remove_dir_all(&folder).unwrap();
    }

    #[test]
    fn of_a_pack_that_was_added_what_is_there_still_is_taken_away() {
        let packed = |numbers: Range<usize>| {
            let mut builder = Builder::keeping_labels();
            numbers.for_each(|n| builder.add(quad(n).as_ref()));
            builder.finish()
        };
        let mut memory = Memory::over(packed(20..60));
        let terms = (10..20).map(quad).collect::<Vec<_>>();
        memory.set_quads(terms.iter().map(|quad| (true, quad.as_ref())), Watch::nobody()).unwrap();
        let reverse = Reverse::of_pack(packed(0..40), &mut memory, Watch::nobody()).unwrap();
        assert_eq!(reverse.counts(), (0, 30));
        assert_eq!(held(&memory), texts(40..60));
        let mut text = Vec::new();
        let put = &mut |part: &[u8]| {
            text.extend_from_slice(part);
            Ok(())
        };
        reverse.write(Watch::nobody(), put).unwrap();
        let rows: BTreeSet<String> = String::from_utf8(text).unwrap().lines().map(str::to_owned).collect();
        let expected = (10..40).map(|n| format!("{REMOVED}{} .", quad(n)));
        assert_eq!(rows, expected.collect());
    }
}
