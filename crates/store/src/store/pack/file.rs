//! A pack as a file, or as bytes in the binary: what is in which chunk.
//!
//! In: a graph in memory. Out: its file, the same bytes for the same graph; and the graph back, opened in
//! constant time. The layout is `docs/pack-format.md`.

use super::chunks::{ChunkWriter, Chunks, MAGIC, numbers};
use super::dictionary::{NO_CHUNK, PARTS};
use super::pairs::PackedPairs;
use super::records::Records;
use super::watch::Watch;
use super::{Dictionary, Pack};
use crate::error::{Error, Result};
use crate::store::Id;
use crate::store::directory::Directory;
use crate::store::kinds::{KINDS, Kinds};
use crate::store::sets::StoredSets;
use crate::store::table::Table;
use crate::terms::Prefixes;
use std::fs::File;
use std::io::{Read as _, Write};
use std::path::Path;
use std::sync::Arc;

/// How many numbers the root has: the counts of kinds, those of the dictionary, 6 of the directory, 3 for each order of
/// pairs, 4 for each end's characteristic sets, the chunk of the prefixes.
const ROOT: usize = KINDS + PARTS + 6 + 3 + 3 + 4 + 4 + 1;
/// How many it has where there is no column of language tags.
const OLDER_ROOT: usize = ROOT - 2;

impl Pack {
    /// Whether a file begins as a pack does, of whatever version.
    pub fn is_one(path: &Path) -> bool {
        let mut head = [0; 7];
        let mut read = |path: &Path| -> std::io::Result<()> { File::open(path)?.read_exact(&mut head) };
        // A pipe or a device would lose what is read here.
        path.is_file() && read(path).is_ok() && MAGIC.starts_with(&head)
    }

    /// Writes the graph as a pack.
    ///
    /// # Errors
    /// Where it cannot be written, or read.
    pub fn write<W: Write>(&self, out: W) -> Result<W> {
        self.write_with(&self.prefixes, out)
    }

    /// Writes the graph as a pack that declares `prefixes`.
    ///
    /// # Errors
    /// As [`Self::write`].
    pub fn write_with<W: Write>(&self, prefixes: &Prefixes, out: W) -> Result<W> {
        self.write_within(prefixes, out, Watch::nobody())
    }

    /// As [`Self::write_with`], until `watch` stops it.
    ///
    /// # Errors
    /// As [`Self::write`], and where it was stopped.
    pub fn write_within<W: Write>(&self, prefixes: &Prefixes, out: W, watch: Watch<'_>) -> Result<W> {
        let mut out = ChunkWriter::new(out)?;
        let dictionary = self.dictionary.write(&mut out, watch)?;
        let table = self.table.write(&mut out, watch)?;
        finish(out, self.dictionary.kinds().counts(), dictionary, table, prefixes)
    }

    /// Opens a pack that is always there.
    ///
    /// # Errors
    /// Where the bytes are not a whole pack of this version.
    pub fn from_static(bytes: &'static [u8]) -> Result<Self> {
        Self::from_chunks(Chunks::of_static(bytes)?)
    }

    /// Opens a pack file. Only its table of contents is read; every other part when it is first needed.
    ///
    /// # Errors
    /// Where it cannot be read, or is not a whole pack of this version.
    pub fn open(path: &Path) -> Result<Self> {
        let name = path.display().to_string();
        let file =
            File::open(path).map_err(|error| Error::data(format!("cannot open {name}")).because(error))?;
        Self::from_chunks(Chunks::of_file(file, &name)?)
    }

    pub(super) fn from_chunks(chunks: Chunks) -> Result<Self> {
        let chunks = Arc::new(chunks);
        let last = chunks.len().checked_sub(1).and_then(|last| u32::try_from(last).ok());
        let root = chunks.get(last.ok_or_else(|| chunks.damaged())?)?;
        let root = if chunks.has_languages() { numbers(root) } else { older_root(root) };
        let mut root: std::array::IntoIter<u64, ROOT> = root.ok_or_else(|| chunks.damaged())?.into_iter();
        let counts: [Option<Id>; KINDS] = take(&mut root).map(|count| Id::try_from(count).ok());
        let counts = counts.map(|count| count.ok_or_else(|| chunks.damaged()));
        let mut kinds = [0; KINDS];
        for (kind, count) in kinds.iter_mut().zip(counts) {
            *kind = count?;
        }
        let dictionary = Dictionary::of_pack(&chunks, Kinds::of_counts(kinds), take(&mut root))?;
        let directory = Directory::Packed(
            Records::open(&chunks, take(&mut root))?,
            Records::open(&chunks, take(&mut root))?,
            Records::open(&chunks, take(&mut root))?,
        );
        let pairs = [take(&mut root), take(&mut root)].map(|places| PackedPairs::open(&chunks, places));
        let [subjects, objects] = pairs;
        let sets = StoredSets::new(&chunks, [take(&mut root), take(&mut root)])?;
        let table = Table::of_pack(directory, [subjects?, objects?], sets);
        let [prefixes] = take(&mut root);
        let prefixes = u32::try_from(prefixes).map_err(|_| chunks.damaged())?;
        let prefixes = read(chunks.get(prefixes)?).ok_or_else(|| chunks.damaged())?;
        Ok(Self { prefixes, chunks: Some(chunks), ..Self::of(dictionary, table) })
    }
}

/// The root of a pack that was written before there was a column of language tags, as one without.
fn older_root(bytes: &[u8]) -> Option<[u64; ROOT]> {
    let older: [u64; OLDER_ROOT] = numbers(bytes)?;
    let (before, after) = older.split_at_checked(KINDS + PARTS - 2)?;
    [before, &[NO_CHUNK; 2], after].concat().try_into().ok()
}

/// Ends a pack whose parts are written: how many terms there are of each kind, where the dictionary and the table lie.
pub(super) fn finish<W: Write>(
    mut out: ChunkWriter<W>,
    counts: [Id; KINDS],
    dictionary: [u64; PARTS],
    table: Vec<u64>,
    prefixes: &Prefixes,
) -> Result<W> {
    let mut root: Vec<u64> = counts.into_iter().map(u64::from).collect();
    root.extend(dictionary);
    root.extend(table);
    root.push(out.add(&written(prefixes))?.into());
    let root: Vec<u8> = root.into_iter().flat_map(u64::to_le_bytes).collect();
    out.finish(&root)
}

/// Prefixes and namespaces, each with a zero after it, which none can hold.
fn written(prefixes: &Prefixes) -> Vec<u8> {
    let pairs = prefixes.iter().flat_map(|(name, namespace)| [name, namespace]);
    pairs.flat_map(|text| text.bytes().chain([0])).collect()
}

/// What [`written`] wrote.
fn read(bytes: &[u8]) -> Option<Prefixes> {
    let mut prefixes = Prefixes::new();
    let mut texts = std::str::from_utf8(bytes).ok()?.split_terminator('\0');
    while let Some(name) = texts.next() {
        prefixes.insert(name, texts.next()?);
    }
    Some(prefixes)
}

/// The next numbers; zeros where there are no more.
fn take<const COUNT: usize>(numbers: &mut impl Iterator<Item = u64>) -> [u64; COUNT] {
    std::array::from_fn(|_| numbers.next().unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::pack::Builder;
    use crate::store::{End, Graph, GraphId, Indexed, Kind, PairCursor, Scratch};
    use crate::terms::{BlankNode, GraphName, Literal, NamedNode, Quad, Term, Triple, xsd};
    use std::fmt::Write as _;

    fn iri(n: usize) -> NamedNode {
        NamedNode::new_unchecked(format!("http://example.org/{n}"))
    }

    /// A graph with terms of every sort in which a predicate has `size` triples.
    fn pack(size: usize) -> Pack {
        let mut builder = Builder::new();
        let mut add = |s: NamedNode, p: usize, o: Term, graph: GraphName| {
            builder.add(Quad::new(s, iri(p), o, graph).as_ref());
        };
        let part = |n: usize| Triple::new(iri(n), iri(1), BlankNode::new_unchecked("x"));
        for n in 0..size {
            let mixed = n.wrapping_mul(0x9e37_79b9) >> 3;
            add(iri(n), 1, iri(mixed % size).into(), GraphName::DefaultGraph);
            add(iri(n / 3), 2, Literal::from(n as i64 % 50).into(), GraphName::DefaultGraph);
            if n < 4 || n % 9 == 0 {
                let tag = ["en", "de", "zh-hans"][(n + n / 9) % 3];
                let tagged = Literal::new_language_tagged_literal_unchecked(format!("text {}", n % 4), tag);
                add(iri(n / 3), 2, tagged.into(), GraphName::DefaultGraph);
            }
            add(
                iri(mixed % 7),
                3,
                Literal::new_simple_literal(format!("text {}", n % 9)).into(),
                iri(9).into(),
            );
            add(iri(n), 4, iri(0).into(), iri(n % 5).into());
        }
        for (n, text) in ["2024-01-01", "-0044-03-15Z", "no date"].into_iter().enumerate() {
            let date = Literal::new_typed_literal(text, xsd::DATE);
            add(iri(n), 5, date.into(), GraphName::DefaultGraph);
            add(iri(n), 6, part(n).into(), GraphName::DefaultGraph);
            add(iri(n), 7, Triple::new(iri(3), iri(4), part(n)).into(), iri(8).into());
        }
        for n in 8..30 {
            add(iri(n % 4), n, Literal::from(n as f64 / 4.0).into(), GraphName::DefaultGraph);
        }
        let mut prefixes = Prefixes::new();
        prefixes.insert("ex", "http://example.org/");
        prefixes.insert("", "http://example.org/1");
        builder.finish().with_prefixes(prefixes)
    }

    fn bytes(size: usize) -> Vec<u8> {
        pack(size).write(Vec::new()).unwrap()
    }

    fn opened(bytes: Vec<u8>) -> Result<Pack> {
        Pack::from_static(Vec::leak(bytes))
    }

    /// Everything that a pack says, as text.
    fn dump(pack: &Pack) -> Result<String> {
        let (mut out, mut scratch) = (format!("{:?}{:?}\n", pack.kinds(), pack.prefixes()), Scratch::new());
        for id in 0..pack.term_count() {
            let lexical = pack.lexical(id, &mut scratch)?;
            let languages = pack.languages()?;
            let tag = languages.place(id).and_then(|place| languages.tags().get(place).copied());
            let (number, epoch) = (pack.numbers()?.get(id), pack.epochs()?.get(id));
            let _ = writeln!(out, "{lexical:?} {number:?} {epoch:?} {tag:?}");
            let term = pack.term(id)?;
            let _ = writeln!(out, "{:?}", pack.id(term.as_ref())?);
        }
        for name in pack.graphs()? {
            let Some(view) = pack.view(name)? else { return Err(Error::data("a graph is gone")) };
            let _ = writeln!(out, "{name:?} {:?}", view.statistics()?);
            for by in [End::Subject, End::Object] {
                for count in view.predicates()? {
                    let mut cursor = view.pairs(count.predicate, by)?;
                    while let Some(block) = cursor.next_block()? {
                        let _ = writeln!(out, "{block:?}");
                    }
                }
                for id in 0..pack.term_count() {
                    let _ = write!(out, "{:?}", view.predicates_of(id, by)?);
                }
            }
        }
        let _ = writeln!(out, "{:?}", pack.prefixed(Kind::Iri, "http://example.org/1")?);
        Ok(out)
    }

    #[test]
    fn a_file_says_what_the_graph_in_memory_says_and_is_the_same_each_time() {
        for size in [0, 1, 40, 3000] {
            let memory = pack(size);
            let file = opened(bytes(size)).unwrap();
            assert!(dump(&file).unwrap() == dump(&memory).unwrap());
            assert_eq!(file.len(), memory.len());
            assert!(bytes(size) == file.write(Vec::new()).unwrap(), "a pack of a pack is the same pack");
        }
    }

    /// Both of the cursors over the pairs of one predicate must say the same, wherever they are asked.
    fn agree(raw: &mut PairCursor<'_>, packed: &mut PairCursor<'_>, limit: Id) {
        assert_eq!(raw.len(), packed.len());
        let mixed = (0..500u32).map(|n| n.wrapping_mul(0x9e37_79b9) % limit);
        for first in mixed.chain(0..100).chain((0..100).rev()) {
            assert_eq!(raw.lookup(first).unwrap(), packed.lookup(first).unwrap());
            assert_eq!(raw.count(first).unwrap(), packed.count(first).unwrap());
            assert_eq!(raw.first_from(first).unwrap(), packed.first_from(first).unwrap());
            let second = raw.lookup(first).unwrap().last().map_or(first, |last| last - first % 2);
            assert_eq!(raw.contains(first, second).unwrap(), packed.contains(first, second).unwrap());
        }
        let near: Vec<Id> = (0..3 * limit.min(500)).map(|n| n / 3).collect();
        let far: Vec<Id> = (0..limit).step_by(400).take(500).collect();
        for (keys, most) in [(&near, 10), (&near, 4096), (&far, 4096)] {
            let (found, merged) = packed.joined(keys, most);
            assert_eq!(found, raw.joined(keys, most).0);
            assert!(keys.len() < raw.len() || most < 4096 || merged > 0 || found.is_empty());
            let (mut counts, mut expected) = (Vec::new(), Vec::new());
            packed.counts(keys, &mut counts).unwrap();
            raw.counts(keys, &mut expected).unwrap();
            assert_eq!(counts, expected);
        }
        for range in [0..Id::MAX, limit / 3..limit / 2, 5..5, limit - 1..limit] {
            assert_eq!(raw.range(range.clone()).unwrap(), packed.range(range).unwrap());
            assert_eq!(pairs(raw), pairs(packed));
            assert_eq!(raw.range(0..limit / 2).unwrap(), packed.range(0..limit / 2).unwrap());
            assert_eq!(firsts(raw), firsts(packed));
        }
        for first in [limit / 2, 0, limit / 3] {
            raw.range(0..Id::MAX).unwrap();
            packed.range(0..Id::MAX).unwrap();
            raw.seek(first).unwrap();
            packed.seek(first).unwrap();
            assert_eq!(pairs(raw), pairs(packed));
        }
    }

    fn firsts(cursor: &mut PairCursor<'_>) -> Vec<Id> {
        let mut firsts = Vec::new();
        while let Some(more) = cursor.next_firsts().unwrap() {
            firsts.extend_from_slice(more);
        }
        firsts
    }

    fn pairs(cursor: &mut PairCursor<'_>) -> Vec<(Id, Id)> {
        let mut pairs = Vec::new();
        while let Some((firsts, seconds)) = cursor.next_block().unwrap() {
            pairs.extend(firsts.iter().copied().zip(seconds.iter().copied()));
        }
        pairs
    }

    #[test]
    fn packed_pairs_of_several_chunks_are_read_as_those_in_memory() {
        let memory = pack(70_000);
        let file = opened(memory.write(Vec::new()).unwrap()).unwrap();
        let graphs: Vec<GraphId> =
            vec![None, file.id(iri(9).as_ref().into()).unwrap(), file.id(iri(3).as_ref().into()).unwrap()];
        for graph in graphs {
            let (raw, packed) = (memory.view(graph).unwrap().unwrap(), file.view(graph).unwrap().unwrap());
            for count in raw.predicates().unwrap() {
                for by in [End::Subject, End::Object] {
                    let mut raw = raw.pairs(count.predicate, by).unwrap();
                    let mut packed = packed.pairs(count.predicate, by).unwrap();
                    agree(&mut raw, &mut packed, memory.term_count());
                }
            }
        }
    }

    #[test]
    fn a_file_with_any_byte_changed_is_refused_or_answers_right() {
        let whole = bytes(9);
        let expected = dump(&opened(whole.clone()).unwrap()).unwrap();
        for place in 0..whole.len() {
            let mut flipped = whole.clone();
            flipped[place] ^= 1 << (place % 8);
            if let Ok(said) = opened(flipped).and_then(|pack| dump(&pack)) {
                assert!(said == expected, "byte {place}");
            }
        }
    }

    #[test]
    fn a_pack_of_the_layout_before_is_read_on_and_written_anew() {
        // The same chunks, with a root that knows no language tags; version 3 had none.
        let whole = bytes(40);
        let chunks = Chunks::of_static(Vec::leak(whole.clone())).unwrap();
        let mut out = ChunkWriter::new(Vec::new()).unwrap();
        let last = chunks.len() as u32 - 1;
        (0..last).for_each(|n| assert_eq!(out.add(chunks.get(n).unwrap()).unwrap(), n));
        let mut root: [u64; ROOT] = numbers(chunks.get(last).unwrap()).unwrap();
        root[KINDS + PARTS - 2..].rotate_left(2);
        let root: Vec<u8> = root[..OLDER_ROOT].iter().flat_map(|n| n.to_le_bytes()).collect();
        let mut older = out.finish(&root).unwrap();
        let end = older.len();
        (older[7], older[end - 8]) = (3, 3);
        let pack = opened(older.clone()).unwrap();
        assert!(pack.languages().unwrap().tags().is_empty());
        let id = pack.kinds().range(Kind::LangString).start;
        assert_eq!(pack.term(id).unwrap(), opened(whole.clone()).unwrap().term(id).unwrap());
        let again = opened(pack.write(Vec::new()).unwrap()).unwrap();
        assert!(dump(&again).unwrap() == dump(&opened(whole).unwrap()).unwrap());
        // Each version has its own end.
        older[7] = 4;
        assert!(opened(older).is_err());
    }

    #[test]
    fn a_file_that_is_cut_or_longer_or_none_of_ours_is_refused() {
        let whole = bytes(9);
        for length in 0..whole.len() {
            assert!(opened(whole[..length].to_vec()).is_err(), "{length} bytes");
        }
        assert!(opened([whole.clone(), vec![0]].concat()).is_err());
        assert!(opened(b"<a> <b> <c> .".to_vec()).is_err());
    }
}
