//! One pack of what is sorted already: a pack with its changes, and another pack whose quads come to it.
//!
//! In: a graph that was changed, perhaps a pack to add. Out: the pack that a builder of all their quads would have made, as
//! bytes or in memory. Dictionaries and lists of pairs are merged as they lie (Knuth, The art of computer programming,
//! vol. 3, 5.4); only the terms that the changes brought, and the pairs with them, are sorted. What is held is a number for
//! each term, the columns of values, the triple terms, of each list the pairs whose terms the changes brought, and of packs in
//! files no more than was read since the last list, or the last 16 MB of terms.

use super::chunks::ChunkWriter;
use super::dictionary::ColumnWriter;
use super::external::{Flat, NESTED, check_room, parts};
use super::halves::{self, HalfWriter};
use super::sorted::{Ordered, Origin, Reading, Terms, WINDOW, merge, order};
use super::terms::{decode, encode_triple};
use super::texts::TextWriter;
use super::watch::{STRIDE, Step, Watch};
use super::{Dictionary, Pack, file};
use crate::error::Result;
use crate::store::kinds::{KINDS, Kind, Kinds};
use crate::store::port::{End, FIRST_FOREIGN, Graph as _, GraphId, Id, Indexed};
use crate::store::table::{Half, Table};
use crate::store::{Changed, Lexical, PairCursor, Scratch};
use crate::terms::Prefixes;
use crate::value::order::SortKey;
use std::io::Write;
use std::path::Path;
use std::thread;

/// That a quad is in the graph that was changed.
const HERE: u8 = 1;
/// That a quad is in the pack that is added.
const ADDED: u8 = 2;

/// Graphs that become one. See the module.
pub(in super::super) struct Union<'a> {
    changed: Changed,
    added: Option<&'a Pack>,
    /// Of the pack that was changed, and of the terms that the changes brought: which are in a quad. Where it says nothing
    /// of one, that is.
    used: [Vec<bool>; 2],
    /// The new numbers: of the pack's terms, of those that the changes brought, of those of the pack that is added.
    numbers: [Vec<Id>; 3],
    /// The lists of pairs in their new order.
    lists: Vec<ListOf>,
}

/// The pairs of one predicate of one graph, by their new numbers (the graph's and one, 0 for the default graph) and by the old.
struct ListOf {
    graph: Id,
    predicate: Id,
    is_added: bool,
    old: (GraphId, Id),
}

/// Takes a list (graph and one, predicate), some of its pairs in order, and what these are of.
type ListTaker<'t> = &'t mut dyn FnMut(u64, &[u64], u8) -> Result<()>;

impl<'a> Union<'a> {
    /// What a changed graph and a pack hold together. Blank nodes of equal labels are one.
    ///
    /// # Errors
    /// Where the graph is damaged, or `watch` stops it.
    pub fn of(changed: &Changed, added: Option<&'a Pack>, watch: Watch<'_>) -> Result<Self> {
        let used = used(&changed.again(WINDOW)?, watch)?;
        Ok(Self {
            changed: changed.again(WINDOW)?,
            added,
            used,
            numbers: Default::default(),
            lists: Vec::new(),
        })
    }

    /// Writes the pack of all of it. Temporary files go beside a file where `memory` bytes do not suffice. Tells of each quad
    /// of the pack that is added, in its order, whether the graph had it already.
    ///
    /// # Errors
    /// Where it cannot be written or read, there are too many terms, or `watch` stops it.
    pub fn write<W: Write>(
        mut self,
        prefixes: &Prefixes,
        out: W,
        (beside, memory): (&Path, usize),
        watch: Watch<'_>,
    ) -> Result<(W, Vec<bool>)> {
        let mut out = ChunkWriter::new(out)?;
        let (mut texts, mut columns) = (TextWriter::default(), ColumnWriter::default());
        let counts = self.merge_terms(watch, &mut |kind, bytes| {
            columns.push(kind, bytes);
            texts.push(bytes, &mut out)
        })?;
        let texts = texts.finish(&mut out)?;
        let [a, b, c, places, tags] = columns.write(&mut out)?;
        let mut known = Vec::new();
        let mut half = |by| {
            let mut writer = HalfWriter::new(by, beside, memory / 4);
            self.each_row(by, watch, &mut |list, pairs, of| {
                if of & ADDED != 0 && by == End::Subject {
                    known.resize(known.len() + pairs.len(), of & HERE != 0);
                }
                writer.push_all(list, pairs, &mut out, watch)
            })?;
            writer.finish(&mut out, watch)
        };
        let halves = [half(End::Subject)?, half(End::Object)?];
        let table = halves::finish(halves, &mut out, watch)?;
        Ok((file::finish(out, counts, [texts, a, b, c, places, tags], table, prefixes)?, known))
    }

    /// The pack of all of it, in memory.
    ///
    /// # Errors
    /// Where it cannot be read, there are too many terms, or `watch` stops it.
    pub fn into_pack(mut self, watch: Watch<'_>) -> Result<Pack> {
        let (mut starts, mut text, mut columns) = (vec![0], Vec::new(), ColumnWriter::default());
        let counts = self.merge_terms(watch, &mut |kind, bytes| {
            columns.push(kind, bytes);
            text.extend_from_slice(bytes);
            starts.push(text.len() as u64);
            Ok(())
        })?;
        let room = usize::try_from(self.changed.len()).unwrap_or_default();
        let half = |by| -> Result<Half> {
            let mut half = Half::with_room(room);
            self.each_row(by, watch, &mut |list, pairs, _| {
                pairs.iter().for_each(|pair| half.push(u128::from(list) << 64 | u128::from(*pair)));
                Ok(())
            })?;
            Ok(half)
        };
        let halves = thread::scope(|scope| {
            let objects = thread::Builder::new().spawn_scoped(scope, || half(End::Object));
            let subjects = half(End::Subject)?;
            // A thread that could not run leaves its work to this one.
            let objects = objects.ok().and_then(|handle| handle.join().ok());
            Ok::<_, crate::error::Error>([subjects, objects.unwrap_or_else(|| half(End::Object))?])
        });
        let dictionary = Dictionary::of_sorted(Kinds::of_counts(counts), starts, text, columns);
        let [subjects, objects] = halves?;
        Ok(Pack::of(dictionary, Table::of_halves(subjects, objects)))
    }

    /// Gives each term as it is to be stored, in order, and numbers all of them. Tells how many there are of each kind.
    fn merge_terms(
        &mut self,
        watch: Watch<'_>,
        each: &mut dyn FnMut(Kind, &[u8]) -> Result<()>,
    ) -> Result<[Id; KINDS]> {
        let foreign = self.foreign(watch)?;
        let [base_used, _] = &self.used;
        let mut streams = vec![Terms::of(Origin::Pack(Reading::of(self.changed.base())?, base_used))];
        streams.push(Terms::of(Origin::Changes(&self.changed, &foreign)));
        if let Some(pack) = self.added {
            streams.push(Terms::of(Origin::Pack(Reading::of(pack)?, &[])));
        }
        let total = streams.iter().map(|stream| stream.end).sum();
        streams.iter_mut().try_for_each(Terms::step)?;
        let (mut next, mut counts, mut term) = (0, [0; KINDS], Vec::new());
        while let Some(least) = streams.iter().filter(|stream| stream.is_there).min_by(|a, b| a.compare(b)) {
            check_room(next)?;
            term.clone_from(&least.bytes);
            let kind = least.key.kind;
            each(kind, &term)?;
            if let Some(count) = counts.get_mut(kind as usize) {
                *count += 1;
            }
            for stream in streams.iter_mut().filter(|stream| stream.is_there && stream.bytes == term) {
                if let Some(number) = stream.numbers.get_mut(stream.place) {
                    *number = next;
                }
                stream.step()?;
            }
            next += 1;
            if (next as usize).is_multiple_of(STRIDE) {
                watch.tell(Step::Dictionary, next as usize, total)?;
            }
        }
        for (numbers, stream) in self.numbers.iter_mut().zip(streams) {
            *numbers = stream.numbers;
        }
        let triples = self.merge_triples(next, watch)?;
        let mut bytes = Vec::new();
        for triple in &triples {
            check_room(next)?;
            encode_triple(parts(triple, &triples, next), &mut bytes);
            each(Kind::Triple, &bytes)?;
        }
        if let Some(count) = counts.get_mut(Kind::Triple as usize) {
            *count = triples.len() as Id;
        }
        check_room(next.saturating_add(triples.len() as Id))?;
        self.lists = self.lists()?;
        Ok(counts)
    }

    /// The terms that the changes brought and that are in a quad, but for triple terms, in order.
    fn foreign(&self, watch: Watch<'_>) -> Result<Vec<Id>> {
        let [_, used] = &self.used;
        let mut terms: Vec<(SortKey, &[u8], Id)> = Vec::new();
        for (id, _) in (FIRST_FOREIGN..).zip(used).filter(|(_, used)| **used) {
            let bytes = self.changed.foreign_bytes(id)?;
            if let Some(term) = decode(bytes).as_ref().and_then(Lexical::as_term) {
                terms.push((SortKey::of(term), bytes, id));
            }
        }
        super::radix::sort_by(&mut terms, watch, |a, b| {
            a.0.cmp(&b.0).then_with(|| order(a.0.kind, a.1, b.1))
        })?;
        Ok(terms.into_iter().map(|(.., id)| id).collect())
    }

    /// The new number of a term.
    fn number(&self, is_added: bool, id: Id) -> Id {
        let [base, foreign, added] = &self.numbers;
        let (numbers, place) = match id.checked_sub(FIRST_FOREIGN) {
            Some(place) => (foreign, place),
            None if is_added => (added, id),
            None => (base, id),
        };
        numbers.get(place as usize).copied().unwrap_or_default()
    }

    /// All triple terms by the new numbers of their parts, in order; they are numbered from `first` on.
    fn merge_triples(&mut self, first: Id, watch: Watch<'_>) -> Result<Vec<Flat>> {
        let [base_used, foreign_used] = &self.used;
        let of_base = self.changed.kinds().range(Kind::Triple);
        let of_base = of_base.filter(|id| base_used.get(*id as usize).is_none_or(|used| *used));
        let of_foreign = (FIRST_FOREIGN..).zip(foreign_used).filter(|(_, used)| **used).map(|(id, _)| id);
        let of_foreign = of_foreign.filter(|id| self.changed.kind(*id) == Some(Kind::Triple));
        let mut all: Vec<(Flat, bool, Id)> = Vec::new();
        for id in of_base.chain(of_foreign) {
            all.push((self.flatten(&self.changed, false, id)?, false, id));
        }
        if let Some(pack) = self.added {
            for id in pack.kinds().range(Kind::Triple) {
                all.push((self.flatten(pack, true, id)?, true, id));
            }
        }
        let mut sorted: Vec<&(Flat, bool, Id)> = all.iter().collect();
        super::radix::sort_by(&mut sorted, watch, |a, b| a.cmp(b))?;
        let mut triples: Vec<Flat> = Vec::new();
        let [base, foreign, added] = &mut self.numbers;
        for (flat, is_added, id) in sorted {
            if triples.last() != Some(flat) {
                triples.push(flat.clone());
            }
            let (numbers, place) = match id.checked_sub(FIRST_FOREIGN) {
                Some(place) => (&mut *foreign, place as usize),
                None if *is_added => (&mut *added, *id as usize),
                None => (&mut *base, *id as usize),
            };
            if let Some(number) = numbers.get_mut(place) {
                *number = first + triples.len() as Id - 1;
            }
        }
        Ok(triples)
    }

    /// A triple term by the new numbers of its parts, those of one within it after [`NESTED`].
    fn flatten(&self, graph: &dyn Indexed, is_added: bool, id: Id) -> Result<Flat> {
        let (mut flat, mut next, mut scratch) = (Vec::new(), Some(id), Scratch::new());
        while let Some(id) = next.take() {
            let Lexical::Triple([s, p, o]) = graph.lexical(id, &mut scratch)? else { break };
            flat.extend([self.number(is_added, s), self.number(is_added, p)]);
            if graph.kind(o) == Some(Kind::Triple) {
                flat.push(NESTED);
                next = Some(o);
            } else {
                flat.push(self.number(is_added, o));
            }
        }
        Ok(flat.into_boxed_slice())
    }

    fn lists(&self) -> Result<Vec<ListOf>> {
        let mut lists = Vec::new();
        let added = self.added.map(|pack| (pack as &dyn Indexed, true));
        for (graph, is_added) in [(&self.changed as &dyn Indexed, false)].into_iter().chain(added) {
            for name in graph.graphs()? {
                let Some(view) = graph.view(name)? else { continue };
                let number = name.map_or(0, |name| self.number(is_added, name) + 1);
                lists.extend(view.predicates()?.into_iter().map(|count| ListOf {
                    graph: number,
                    predicate: self.number(is_added, count.predicate),
                    is_added,
                    old: (name, count.predicate),
                }));
            }
        }
        lists.sort_unstable_by_key(|list| (list.graph, list.predicate, list.is_added));
        Ok(lists)
    }

    /// Gives all quads in order, some at a time: as numbers a list (graph and one, predicate), its pairs (first, second), and what these are of.
    fn each_row(&self, by: End, watch: Watch<'_>, each: ListTaker<'_>) -> Result<()> {
        let (total, mut done) = (2 * usize::try_from(self.changed.len()).unwrap_or_default(), 0);
        let mut changed = self.changed.again(WINDOW)?;
        let mut added = self.added.map(Reading::of).transpose()?;
        for lists in self.lists.chunk_by(|a, b| (a.graph, a.predicate) == (b.graph, b.predicate)) {
            let Some(ListOf { graph, predicate, .. }) = lists.first() else { continue };
            let list = u64::from(*graph) << 32 | u64::from(*predicate);
            if changed.base().held() > WINDOW {
                changed = self.changed.again(WINDOW)?;
            }
            added.as_mut().map_or(Ok(()), Reading::forget)?;
            let graphs = (&changed, added.as_ref().map(Reading::pack));
            let mut open = Vec::new();
            for list in lists {
                self.open(list, graphs, by, &mut open)?;
            }
            let mut asked = 0;
            merge(&mut open, &mut |pairs, of| {
                asked += pairs.len();
                if asked >= STRIDE {
                    done += std::mem::take(&mut asked);
                    watch.check()?;
                }
                each(list, pairs, of)
            })?;
            done += asked;
            watch.tell(Step::Pairs, done.min(total), total)?;
        }
        Ok(())
    }

    /// The pairs of a list, in one piece or, where the changes brought terms to it, two.
    fn open<'s>(
        &'s self,
        list: &ListOf,
        (changed, added): (&'s Changed, Option<&'s Pack>),
        by: End,
        open: &mut Vec<Ordered<'s>>,
    ) -> Result<()> {
        let (graph, predicate) = list.old;
        let view = match added.filter(|_| list.is_added) {
            Some(pack) => pack.view(graph)?,
            None => changed.view(graph)?,
        };
        let Some(view) = view else { return Ok(()) };
        let of = if list.is_added { ADDED } else { HERE };
        let [base, _, of_added] = &self.numbers;
        let numbers = if list.is_added { of_added.as_slice() } else { base };
        let mut apart = Vec::new();
        if !list.is_added && changed.more_terms() > 0 && changed.is_touched(graph, predicate) {
            let mut cursor = view.pairs(predicate, by)?;
            while let Some((firsts, seconds)) = cursor.next_block()? {
                for (first, second) in firsts.iter().zip(seconds) {
                    if (first | second) >= FIRST_FOREIGN {
                        let pair = [*first, *second].map(|id| u64::from(self.number(false, id)));
                        let [first, second] = pair;
                        apart.push(first << 32 | second);
                    }
                }
            }
            apart.sort_unstable();
        }
        let cursor = Some(view.pairs(predicate, by)?);
        open.push(Ordered { cursor, numbers, of, held: Vec::new(), at: 0 });
        if !apart.is_empty() {
            open.push(Ordered { cursor: None, numbers, of, held: apart, at: 0 });
        }
        open.retain_mut(|list| list.at < list.held.len() || list.cursor.is_some());
        Ok(())
    }
}

/// To look for a term in a list takes as long as reading so many of its pairs.
const LOOK: usize = if cfg!(test) { 1 } else { 64 };

/// Which terms of a changed graph are in quads, or in triple terms that are: those of its pack, those that the changes
/// brought.
fn used(changed: &Changed, watch: Watch<'_>) -> Result<[Vec<bool>; 2]> {
    let mut used = Used {
        // Where nothing was taken away all are still there.
        base: if changed.has_lost() { vec![false; changed.term_count() as usize] } else { Vec::new() },
        foreign: vec![false; changed.more_terms() as usize],
        open: Vec::new(),
    };
    if used.base.is_empty() && used.foreign.is_empty() {
        return Ok([used.base, used.foreign]);
    }
    let has_triples = !changed.kinds().range(Kind::Triple).is_empty();
    if !used.base.is_empty() && !has_triples {
        used.doubt_changed(changed, watch)?;
    }
    let mut same = Vec::new();
    for name in changed.graphs()? {
        let Some(view) = changed.view(name)? else { continue };
        name.into_iter().for_each(|name| used.mark(name));
        for counts in view.predicates()? {
            used.mark(counts.predicate);
            if changed.is_touched(name, counts.predicate) || (has_triples && !used.base.is_empty()) {
                used.mark_all(view.pairs(counts.predicate, End::Subject)?, watch)?;
            } else {
                same.push((name, counts.predicate));
            }
        }
    }
    used.mark_same(changed, &same, watch)?;
    let (triples, mut scratch) = (changed.kinds().range(Kind::Triple), Scratch::new());
    while let Some(id) = used.open.pop() {
        if id < FIRST_FOREIGN && !triples.contains(&id) {
            continue;
        }
        if let Lexical::Triple(parts) = changed.lexical(id, &mut scratch)? {
            parts.into_iter().for_each(|part| used.mark(part));
        }
    }
    Ok([used.base, used.foreign])
}

struct Used {
    base: Vec<bool>,
    foreign: Vec<bool>,
    /// Terms that were found to be used and may have parts.
    open: Vec<Id>,
}

impl Used {
    /// Takes all terms of the pack for used but those of the lists that are no longer as they were: only these may be used no more.
    fn doubt_changed(&mut self, changed: &Changed, watch: Watch<'_>) -> Result<()> {
        self.base.fill(true);
        let pack = changed.base();
        for name in pack.graphs()? {
            let Some(view) = pack.view(name)? else { continue };
            for counts in view.predicates()? {
                if !changed.is_touched(name, counts.predicate) && !changed.is_cleared(name) {
                    continue;
                }
                name.into_iter().chain([counts.predicate]).for_each(|id| self.doubt(id));
                let mut cursor = view.pairs(counts.predicate, End::Subject)?;
                while let Some((subjects, objects)) = cursor.next_block()? {
                    subjects.iter().chain(objects).for_each(|id| self.doubt(*id));
                    watch.check()?;
                }
            }
        }
        Ok(())
    }

    fn doubt(&mut self, id: Id) {
        if let Some(used) = self.base.get_mut(id as usize) {
            *used = false;
        }
    }

    /// Marks what a list has.
    fn mark_all(&mut self, mut list: PairCursor<'_>, watch: Watch<'_>) -> Result<()> {
        while let Some((subjects, objects)) = list.next_block()? {
            subjects.iter().chain(objects).for_each(|id| self.mark(*id));
            watch.check()?;
        }
        Ok(())
    }

    /// Marks the terms of the pack that are in lists which are as they were: looked for one by one, where few are in doubt.
    fn mark_same(&mut self, changed: &Changed, lists: &[(GraphId, Id)], watch: Watch<'_>) -> Result<()> {
        let in_doubt: Vec<Id> = (0..).zip(&self.base).filter(|(_, used)| !**used).map(|(id, _)| id).collect();
        if in_doubt.is_empty() {
            return Ok(());
        }
        for (name, predicate) in lists {
            let Some(view) = changed.view(*name)? else { continue };
            let mut subjects = view.pairs(*predicate, End::Subject)?;
            if in_doubt.len() * LOOK >= subjects.len() {
                self.mark_all(subjects, watch)?;
                continue;
            }
            let mut objects = view.pairs(*predicate, End::Object)?;
            for id in &in_doubt {
                if subjects.count(*id)? > 0 || objects.count(*id)? > 0 {
                    self.mark(*id);
                }
            }
            watch.check()?;
        }
        Ok(())
    }

    fn mark(&mut self, id: Id) {
        let (used, place) = match id.checked_sub(FIRST_FOREIGN) {
            Some(place) => (&mut self.foreign, place),
            None => (&mut self.base, id),
        };
        if let Some(used @ false) = used.get_mut(place as usize) {
            *used = true;
            self.open.push(id);
        }
    }
}
