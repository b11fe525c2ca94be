//! Building a pack that does not fit into memory: an external sort (Knuth, The art of computer programming, vol. 3, 5.4).
//!
//! In: builders, one after the other, each as large as memory allows. Out: the bytes that one builder of all would have
//! written. Each becomes a run: its terms sorted, its quads with the numbers of that order. The runs' terms are merged into
//! the dictionary, which gives each run its new numbers; quads are renumbered, sorted in runs again, and merged once for
//! each order. Triple terms, the columns of values, the directory of graphs and predicates and the different characteristic
//! sets are held in memory.

use super::build::Builder;
use super::chunks::ChunkWriter;
use super::dictionary::{ColumnWriter, PARTS};
use super::file;
use super::halves::{self, Half, HalfWriter};
use super::merge::{Sorter, TermHead};
use super::spill::{Spill, SpillReader};
use super::terms::{decode, encode_triple};
use super::texts::TextWriter;
use super::watch::{STRIDE, Step, Watch};
use super::{sort, varint};
use crate::error::Result;
use crate::store::Lexical;
use crate::store::kinds::{KINDS, Kind};
use crate::store::port::{End, FIRST_FOREIGN, Id};
use crate::terms::Prefixes;
use std::collections::BinaryHeap;
use std::collections::binary_heap::PeekMut;
use std::io::Write;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::thread;

/// Stands before the parts of a triple term that is the object of another: above all numbers, as triple terms are above
/// all other terms.
pub(super) const NESTED: Id = Id::MAX;
/// How many bytes are written at a time.
const BUFFER: usize = 1 << 18;
/// A triple term by the numbers of all its parts; see [`NESTED`].
pub(super) type Flat = Box<[Id]>;

/// The part of one builder. See the module.
struct Run {
    /// How many terms it has that are no triple terms.
    terms: Id,
    texts: Range<u64>,
    triples: Vec<Flat>,
    /// Quads of the default graph (12 bytes each), then of named graphs (16).
    quads: [Range<u64>; 2],
}

/// What was written of several builders. See the module.
pub(in super::super) struct Runs {
    beside: PathBuf,
    memory: usize,
    terms: Spill,
    quads: Spill,
    runs: Vec<Run>,
}

impl Runs {
    /// None yet. Temporary files go beside a file; `memory` is how many bytes may be used.
    pub fn new(beside: &Path, memory: usize) -> Result<Self> {
        let (terms, quads) = (Spill::beside(beside)?, Spill::beside(beside)?);
        Ok(Self { beside: beside.to_owned(), memory, terms, quads, runs: Vec::new() })
    }

    /// How many there are.
    #[cfg(test)]
    pub fn count(&self) -> usize {
        self.runs.len()
    }

    /// Writes all that a builder has, and empties it.
    pub fn add(&mut self, builder: &mut Builder, watch: Watch<'_>) -> Result<()> {
        let (order, kinds) = sort::sorted(&builder.terms, watch)?;
        let mut ids = vec![0; order.len()];
        for (new, old) in (0..).zip(&order) {
            if let Some(id) = ids.get_mut(*old as usize) {
                *id = new;
            }
        }
        let simple = kinds.range(Kind::Triple).start;
        let (texts, triples) = order.split_at(simple as usize);
        let texts = self.write_texts(builder, texts, watch)?;
        let flat = |old: &Id| flatten(builder, *old, &ids);
        let triples = triples.iter().map(flat).collect();
        let quads = self.write_quads(builder, &ids, watch)?;
        self.runs.push(Run { terms: simple, texts, triples, quads });
        builder.clear();
        Ok(())
    }

    fn write_texts(&mut self, builder: &Builder, order: &[Id], watch: Watch<'_>) -> Result<Range<u64>> {
        let (start, mut bytes, mut last) = (self.terms.len(), Vec::new(), &b""[..]);
        for (place, old) in order.iter().enumerate() {
            let term = builder.terms.get(*old);
            let shared = term.iter().zip(last).take_while(|(a, b)| a == b).count();
            let rest = term.get(shared..).unwrap_or_default();
            varint::write(shared as u64, &mut bytes);
            varint::write(rest.len() as u64, &mut bytes);
            bytes.extend_from_slice(rest);
            last = term;
            if bytes.len() >= BUFFER {
                self.terms.append(&bytes)?;
                bytes.clear();
                watch.tell(Step::Terms, place, order.len())?;
            }
        }
        self.terms.append(&bytes)?;
        Ok(start..self.terms.len())
    }

    fn write_quads(&mut self, builder: &Builder, ids: &[Id], watch: Watch<'_>) -> Result<[Range<u64>; 2]> {
        let id = |old: Id| ids.get(old as usize).copied().unwrap_or_default();
        let mut ranges = [0..0, 0..0];
        for (range, is_named) in ranges.iter_mut().zip([false, true]) {
            let (start, mut bytes) = (self.quads.len(), Vec::new());
            builder.quads.each(&mut |graph, triple| {
                if graph.is_some() != is_named {
                    return Ok(());
                }
                bytes.extend(graph.map(id).into_iter().chain(triple.map(id)).flat_map(u32::to_le_bytes));
                if bytes.len() >= BUFFER {
                    self.quads.append(&bytes)?;
                    bytes.clear();
                    watch.check()?;
                }
                Ok(())
            })?;
            self.quads.append(&bytes)?;
            *range = start..self.quads.len();
        }
        Ok(ranges)
    }

    /// Writes the pack of all runs.
    pub fn write<W: Write>(mut self, prefixes: &Prefixes, out: W, watch: Watch<'_>) -> Result<W> {
        let mut out = ChunkWriter::new(out)?;
        let (counts, dictionary, numbers) = self.merge_terms(&mut out, watch)?;
        let [subjects, objects] = self.sorted(&numbers, watch)?;
        // What is no longer needed gives its room on the disk back.
        let Self { beside, memory, terms, quads, runs } = self;
        drop((numbers, terms, quads, runs));
        let total = subjects.len();
        let mut half = |by, sorter: Sorter, before: usize| -> Result<Half> {
            let (mut writer, mut merge) = (HalfWriter::new(by, &beside, memory / 16), sorter.merged()?);
            let mut done = before;
            while let Some(row) = merge.next()? {
                done += 1;
                if done.is_multiple_of(STRIDE) {
                    watch.tell(Step::Pairs, done, 2 * total)?;
                }
                writer.push(row, &mut out, watch)?;
            }
            writer.finish(&mut out, watch)
        };
        let halves = [half(End::Subject, subjects, 0)?, half(End::Object, objects, total)?];
        let table = halves::finish(halves, &mut out, watch)?;
        file::finish(out, counts, dictionary, table, prefixes)
    }

    /// Merges the terms of all runs into the dictionary. Gives how many there are of each kind, where the dictionary lies,
    /// and the new numbers of each run's terms.
    fn merge_terms<W: Write>(
        &mut self,
        out: &mut ChunkWriter<W>,
        watch: Watch<'_>,
    ) -> Result<([Id; KINDS], [u64; PARTS], Numbers)> {
        let mut numbers = Numbers::new(&self.beside, &self.runs)?;
        let buffer = (self.memory / 16 / self.runs.len().max(1)).clamp(1 << 12, BUFFER);
        let read = |run: &Run| self.terms.reader(run.texts.clone(), buffer);
        let mut readers: Vec<SpillReader<'_>> = self.runs.iter().map(read).collect();
        let mut heads = BinaryHeap::new();
        for (place, reader) in readers.iter_mut().enumerate() {
            heads.extend(TermHead::first(place, reader)?);
        }
        let (mut texts, mut columns, mut counts) =
            (TextWriter::default(), ColumnWriter::default(), [0; KINDS]);
        let (total, mut done, mut next) = (self.runs.iter().map(|run| run.terms as usize).sum(), 0, 0);
        let mut last = Vec::new();
        while let Some(mut head) = heads.peek_mut() {
            if next == 0 || last != head.bytes {
                check_room(next)?;
                texts.push(&head.bytes, out)?;
                columns.push(head.kind(), &head.bytes);
                if let Some(count) = counts.get_mut(head.kind() as usize) {
                    *count += 1;
                }
                last.clone_from(&head.bytes);
                next += 1;
            }
            numbers.push(head.run, next - 1)?;
            let reader = readers.get_mut(head.run);
            if !reader.map_or(Ok(false), |reader| head.read(reader))? {
                PeekMut::pop(head);
            }
            done += 1;
            if done % STRIDE == 0 {
                watch.tell(Step::Dictionary, done, total)?;
            }
        }
        drop(readers);
        numbers.finish()?;
        numbers.first = next;
        numbers.triples = self.merge_triples(&numbers, watch)?;
        let mut bytes = Vec::new();
        for triple in &numbers.triples {
            check_room(next)?;
            encode_triple(parts(triple, &numbers.triples, numbers.first), &mut bytes);
            texts.push(&bytes, out)?;
            next += 1;
        }
        if let Some(count) = counts.get_mut(Kind::Triple as usize) {
            *count = numbers.triples.len() as Id;
        }
        let texts = texts.finish(out)?;
        let [a, b, c, places, tags] = columns.write(out)?;
        Ok((counts, [texts, a, b, c, places, tags], numbers))
    }

    /// The triple terms of all runs by their new numbers, in order. Those of each run are renumbered in place.
    fn merge_triples(&mut self, numbers: &Numbers, watch: Watch<'_>) -> Result<Vec<Flat>> {
        let mut all: Vec<Flat> = Vec::new();
        for (place, run) in self.runs.iter_mut().enumerate().filter(|(_, run)| !run.triples.is_empty()) {
            let ids = numbers.of_run(place, run, watch)?;
            for triple in &mut run.triples {
                for id in triple.iter_mut().filter(|id| **id != NESTED) {
                    *id = ids.get(*id as usize).copied().unwrap_or_default();
                }
                all.push(triple.clone());
            }
            watch.check()?;
        }
        let mut order: Vec<&Flat> = all.iter().collect();
        super::radix::sort_by(&mut order, watch, |a, b| a.cmp(b))?;
        order.dedup();
        Ok(order.into_iter().cloned().collect())
    }

    /// The quads of all runs with their new numbers, in both orders.
    fn sorted(&self, numbers: &Numbers, watch: Watch<'_>) -> Result<[Sorter; 2]> {
        let sorted = |flip: bool| self.sorted_by(flip, numbers, watch);
        thread::scope(|scope| {
            let objects = thread::Builder::new().spawn_scoped(scope, || sorted(true));
            let subjects = sorted(false)?;
            // A thread that could not run leaves its work to this one.
            let objects = objects.ok().and_then(|handle| handle.join().ok());
            Ok([subjects, objects.unwrap_or_else(|| sorted(true))?])
        })
    }

    fn sorted_by(&self, flip: bool, numbers: &Numbers, watch: Watch<'_>) -> Result<Sorter> {
        let mut sorter = Sorter::new(&self.beside, self.memory / 4);
        let (total, mut done) = (self.quads.len() as usize, 0);
        for (place, run) in self.runs.iter().enumerate() {
            let ids = numbers.of_run(place, run, watch)?;
            let id = |old: [u8; 4]| {
                u128::from(ids.get(u32::from_le_bytes(old) as usize).copied().unwrap_or_default())
            };
            let [default, named] = &run.quads;
            let (mut rows, mut row) = (self.quads.reader(default.clone(), BUFFER), [[0; 4]; 4]);
            let triples = (default.end - default.start) / 12;
            for n in 0..triples + (named.end - named.start) / 16 {
                if n == triples {
                    rows = self.quads.reader(named.clone(), BUFFER);
                }
                let (graph, triple) = row.split_at_mut(1);
                let of_graph = if n < triples {
                    0
                } else {
                    rows.fill(graph.as_flattened_mut())?;
                    graph.first().map_or(0, |graph| id(*graph) + 1)
                };
                rows.fill(triple.as_flattened_mut())?;
                let [_, s, p, o] = row.map(id);
                let (first, second) = if flip { (o, s) } else { (s, o) };
                sorter.push(of_graph << 96 | p << 64 | first << 32 | second, watch)?;
                if (n as usize).is_multiple_of(STRIDE) {
                    watch.tell(Step::Triples, done + 12 * n as usize, total)?;
                }
            }
            done += (named.end - default.start) as usize;
        }
        sorter.finish(watch)?;
        Ok(sorter)
    }
}

/// A term's parts as the numbers of `ids`, those of a triple term within it after [`NESTED`].
fn flatten(builder: &Builder, old: Id, ids: &[Id]) -> Flat {
    let (mut flat, mut next) = (Vec::new(), Some(old));
    let id = |old: Id| ids.get(old as usize).copied().unwrap_or_default();
    while let Some(Lexical::Triple([s, p, o])) = next.take().and_then(|old| decode(builder.terms.get(old))) {
        flat.extend([id(s), id(p)]);
        if let Some(Lexical::Triple(_)) = decode(builder.terms.get(o)) {
            flat.push(NESTED);
            next = Some(o);
        } else {
            flat.push(id(o));
        }
    }
    flat.into_boxed_slice()
}

/// The parts of a triple term, given all in order and the number of the first.
pub(super) fn parts(flat: &[Id], all: &[Flat], first: Id) -> [Id; 3] {
    let mut parts = [0; 3];
    parts.iter_mut().zip(flat).for_each(|(part, number)| *part = *number);
    if let ([_, _, object], Some(inner @ [_, ..])) = (&mut parts, flat.get(3..)) {
        *object = first + all.partition_point(|have| **have < *inner) as Id;
    }
    parts
}

pub(super) fn check_room(terms: Id) -> Result<()> {
    if terms < FIRST_FOREIGN { Ok(()) } else { Err(Builder::too_many_terms()) }
}

/// The numbers in the dictionary of each run's terms.
struct Numbers {
    spill: Spill,
    /// Where those of each run begin, how many bytes are written, and what is not written yet.
    runs: Vec<(u64, u64, Vec<u8>)>,
    /// All triple terms in order, and the number of the first.
    triples: Vec<Flat>,
    first: Id,
}

impl Numbers {
    fn new(beside: &Path, runs: &[Run]) -> Result<Self> {
        let mut start = 0;
        let place = |run: &Run| {
            let place = (start, 0, Vec::new());
            start += 4 * u64::from(run.terms);
            place
        };
        let runs = runs.iter().map(place).collect();
        Ok(Self { spill: Spill::beside(beside)?, runs, triples: Vec::new(), first: 0 })
    }

    /// The number of the next term of a run.
    fn push(&mut self, run: usize, number: Id) -> Result<()> {
        let Some((start, written, bytes)) = self.runs.get_mut(run) else { return Ok(()) };
        bytes.extend(number.to_le_bytes());
        if bytes.len() >= BUFFER / 32 {
            self.spill.write_at(*start + *written, bytes)?;
            *written += bytes.len() as u64;
            bytes.clear();
        }
        Ok(())
    }

    /// Writes what is left.
    fn finish(&mut self) -> Result<()> {
        for (start, written, bytes) in &mut self.runs {
            self.spill.write_at(*start + *written, bytes)?;
            *written += bytes.len() as u64;
            *bytes = Vec::new();
        }
        Ok(())
    }

    /// The numbers of all terms of a run.
    fn of_run(&self, place: usize, run: &Run, watch: Watch<'_>) -> Result<Vec<Id>> {
        let (start, length) = self.runs.get(place).map_or((0, 0), |(start, length, _)| (*start, *length));
        let mut reader = self.spill.reader(start..start + length, BUFFER);
        let (mut ids, mut bytes) = (Vec::with_capacity(run.terms as usize + run.triples.len()), [0; 4]);
        for n in 0..run.terms {
            reader.fill(&mut bytes)?;
            ids.push(u32::from_le_bytes(bytes));
            if (n as usize).is_multiple_of(STRIDE) {
                watch.check()?;
            }
        }
        let number = |triple: &Flat| self.first + self.triples.partition_point(|have| have < triple) as Id;
        ids.extend(run.triples.iter().map(number));
        Ok(ids)
    }
}
