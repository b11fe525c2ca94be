//! The dictionary of a pack: the text of every term, sorted by value, and the values beside it.
//!
//! In: sorted terms. Out: the text of a number, the number of a term, columns of values and of language tags. Damage is an error.

use super::chunks::{ChunkWriter, Chunks};
use super::intern::Interner;
use super::terms::{decode, encode, encode_triple};
use super::texts::{BLOCK, PackedTexts, TextWriter};
use super::values;
use super::watch::{Step, Watch};
use crate::error::{Error, Result};
use crate::store::columns::{Epochs, Number, Numbers};
use crate::store::kinds::{KINDS, Kind, Kinds};
use crate::store::languages::{self, LanguageWriter, Languages};
use crate::store::standing::compare_decimals;
use crate::store::triple_terms::{self, TripleTerms};
use crate::store::{AHEAD, Id, Lexical, Scratch, Tag};
use crate::terms::{NamedOrBlankNode, Term, TermRef, Triple, xsd};
use crate::value::order;
use std::cmp::Ordering;
use std::io::Write;
use std::ops::Range;
use std::sync::Arc;

/// How deep a triple term may nest: deeper ones are taken for damage.
const DEEPEST: usize = 1000;

/// Terms by number. See the module.
pub(in super::super) struct Dictionary {
    kinds: Kinds,
    texts: Texts,
    values: Values,
    tagged: Tagged,
    triples: TripleTerms,
}

/// Where the texts lie.
enum Texts {
    /// In memory: where each term begins in the text, and the end; the text.
    Memory(Vec<u64>, Vec<u8>),
    Packed(PackedTexts),
}

/// Tags and payloads of numbers, instants of dates.
type Columns<'a> = (&'a [u8], &'a [[u8; 8]], &'a [[u8; 8]]);

/// Where the values lie.
enum Values {
    /// In memory: tags and payloads of numbers, instants of dates.
    Memory(Vec<u8>, Vec<[u8; 8]>, Vec<[u8; 8]>),
    /// In these chunks of a pack, in the same order.
    Packed(Arc<Chunks>, [u32; 3]),
}

/// Where the language tags lie.
enum Tagged {
    /// In memory: the place of each string's tag, and the tags.
    Memory(Vec<u8>, Vec<u8>),
    /// In these chunks of a pack; nothing in one of an older layout.
    Packed(Arc<Chunks>, Option<[u32; 2]>),
}

/// How many numbers tell where a dictionary lies: the first chunk of texts, chunks of tags, payloads and instants of values, of the
/// places of language tags and of these.
pub(super) const PARTS: usize = 6;

/// In the place of the chunks of language tags, where there are none.
pub(super) const NO_CHUNK: u64 = u64::MAX;

/// The columns while they are made.
#[derive(Default)]
pub(in super::super) struct ColumnWriter {
    tags: Vec<u8>,
    payloads: Vec<[u8; 8]>,
    micros: Vec<[u8; 8]>,
    languages: LanguageWriter,
}

impl ColumnWriter {
    /// Adds the value of the next term, where its kind has one.
    pub fn push(&mut self, kind: Kind, bytes: &[u8]) {
        // What cannot be read has a place all the same: the numbers of terms count.
        let lexical = || decode(bytes).unwrap_or(Lexical::Blank(""));
        match kind {
            Kind::Number => {
                let (tag, payload) = values::number(lexical()).pack();
                self.tags.push(tag);
                self.payloads.push(payload);
            }
            Kind::DateTime | Kind::Date => self.micros.push(values::epoch(lexical()).to_le_bytes()),
            Kind::LangString => self.languages.push(lexical()),
            _ => {}
        }
    }

    fn held(self) -> (Values, Tagged) {
        let (places, tags) = self.languages.into_bytes();
        (Values::Memory(self.tags, self.payloads, self.micros), Tagged::Memory(places, tags))
    }

    /// Writes them into a pack, and gives their chunks.
    pub fn write<W: Write>(self, out: &mut ChunkWriter<W>) -> Result<[u64; 5]> {
        let [a, b, c] = write_columns((&self.tags, &self.payloads, &self.micros), out)?;
        let (places, tags) = self.languages.into_bytes();
        Ok([a, b, c, out.add(&places)?.into(), out.add(&tags)?.into()])
    }
}

fn write_columns<W: Write>(
    (tags, payloads, micros): Columns<'_>,
    out: &mut ChunkWriter<W>,
) -> Result<[u64; 3]> {
    let [a, b, c] = [tags, payloads.as_flattened(), micros.as_flattened()].map(|bytes| out.add(bytes));
    Ok([a?.into(), b?.into(), c?.into()])
}

/// See [`Dictionary::by_value`].
struct ByValue<'a> {
    value: Number,
    numbers: Numbers<'a>,
    range: Range<Id>,
}

impl ByValue<'_> {
    /// The order of a stored number and this one; nothing where they are equal, or not both integers or decimals.
    fn compare(&self, id: Id) -> Option<Ordering> {
        let have = self.numbers.get(id)?;
        let order = match (have, self.value) {
            (Number::Integer(have), Number::Integer(want)) => have.cmp(&want),
            (have, want) => compare_decimals(have, want)?,
        };
        Some(order).filter(|order| order.is_ne())
    }
}

/// The kind of a term where terms of that kind sort as their bytes do.
fn kind_by_bytes(term: TermRef<'_>) -> Option<Kind> {
    match term {
        TermRef::BlankNode(_) => Some(Kind::Blank),
        TermRef::NamedNode(_) => Some(Kind::Iri),
        TermRef::Literal(literal) => (literal.datatype() == xsd::STRING).then_some(Kind::String),
        TermRef::Triple(_) => None,
    }
}

/// A stored byte is not what was written.
fn damaged() -> Error {
    Error::data("the packed graph is damaged")
        .hint("make the pack anew from its sources, or take it from a backup")
}

impl Dictionary {
    /// One without terms.
    pub fn empty() -> Self {
        Self::of_sorted(Kinds::of_counts([0; KINDS]), vec![0], Vec::new(), ColumnWriter::default())
    }

    /// From terms, the order they are to stand in, and the new number of each.
    ///
    /// # Errors
    /// Where `watch` stops it.
    pub fn of(terms: &Interner, order: &[u32], ids: &[Id], kinds: Kinds, watch: Watch<'_>) -> Result<Self> {
        let mut starts = Vec::with_capacity(order.len() + 1);
        let mut text = Vec::with_capacity(terms.text_len());
        let triples = kinds.range(Kind::Triple);
        let renumber = |id: u32| ids.get(id as usize).copied().unwrap_or_default();
        let mut triple = Vec::new();
        for (id, old) in (0..).zip(order) {
            if id % 8192 == 0 {
                watch.check()?;
            }
            starts.push(text.len() as u64);
            let bytes = terms.get(*old);
            if triples.contains(&id)
                && let Some(Lexical::Triple(parts)) = decode(bytes)
            {
                encode_triple(parts.map(renumber), &mut triple);
                text.extend_from_slice(&triple);
            } else {
                text.extend_from_slice(bytes);
            }
        }
        starts.push(text.len() as u64);
        let mut columns = ColumnWriter::default();
        for kind in [Kind::Number, Kind::DateTime, Kind::Date, Kind::LangString] {
            for id in kinds.range(kind) {
                columns.push(kind, cut(&starts, &text, id));
                if id % 8192 == 0 {
                    watch.check()?;
                }
            }
        }
        Ok(Self::of_sorted(kinds, starts, text, columns))
    }

    /// From terms in order: where each begins in the text, and the end; the text; their columns.
    pub fn of_sorted(kinds: Kinds, starts: Vec<u64>, text: Vec<u8>, columns: ColumnWriter) -> Self {
        let (values, tagged) = columns.held();
        Self { kinds, texts: Texts::Memory(starts, text), values, tagged, triples: TripleTerms::default() }
    }

    /// From the parts of a pack: the first chunk of texts, the chunks of the values and of the language tags.
    pub fn of_pack(
        chunks: &Arc<Chunks>,
        kinds: Kinds,
        [texts, a, b, c, places, tags]: [u64; PARTS],
    ) -> Result<Self> {
        let chunk = |number: u64| u32::try_from(number).map_err(|_| chunks.damaged());
        let texts = Texts::Packed(PackedTexts::open(chunks, texts, kinds.total())?);
        let values = Values::Packed(Arc::clone(chunks), [chunk(a)?, chunk(b)?, chunk(c)?]);
        let tagged = if places == NO_CHUNK { None } else { Some([chunk(places)?, chunk(tags)?]) };
        let tagged = Tagged::Packed(Arc::clone(chunks), tagged);
        Ok(Self { kinds, texts, values, tagged, triples: TripleTerms::default() })
    }

    /// Writes it into a pack.
    pub fn write<W: Write>(&self, out: &mut ChunkWriter<W>, watch: Watch<'_>) -> Result<[u64; PARTS]> {
        let (mut writer, mut done) = (TextWriter::default(), 0);
        let (mut columns, strings) = (ColumnWriter::default(), self.kinds.range(Kind::LangString));
        self.each(&mut |bytes| {
            // A pack of an older layout has no column to copy.
            if strings.contains(&(done as Id)) {
                columns.push(Kind::LangString, bytes);
            }
            done += 1;
            if done % 8192 == 0 {
                watch.tell(Step::Dictionary, done, self.kinds.total() as usize)?;
            }
            writer.push(bytes, out)
        })?;
        let texts = writer.finish(out)?;
        let [a, b, c] = write_columns(self.columns()?, out)?;
        let (places, tags) = columns.languages.into_bytes();
        Ok([texts, a, b, c, out.add(&places)?.into(), out.add(&tags)?.into()])
    }

    /// The numbers that have an instant.
    fn dates(&self) -> Range<Id> {
        self.kinds.range(Kind::DateTime).start..self.kinds.range(Kind::Date).end
    }

    /// Where each kind begins.
    pub fn kinds(&self) -> &Kinds {
        &self.kinds
    }

    /// A term as it is stored.
    pub(super) fn bytes<'a>(&'a self, id: Id, scratch: &'a mut Scratch) -> Result<&'a [u8]> {
        match &self.texts {
            Texts::Memory(starts, text) => Ok(cut(starts, text, id)),
            Texts::Packed(texts) => texts.get(id, scratch),
        }
    }

    /// Whether a term is stored as these bytes.
    fn is_at(&self, id: Id, bytes: &[u8]) -> Result<bool> {
        match &self.texts {
            Texts::Memory(starts, text) => Ok(cut(starts, text, id) == bytes),
            Texts::Packed(texts) => texts.is_at(id, bytes),
        }
    }

    /// Gives every term as it is stored, in order.
    pub fn each(&self, each: &mut dyn FnMut(&[u8]) -> Result<()>) -> Result<()> {
        let mut scratch = Scratch::new();
        (0..self.kinds.total()).try_for_each(|id| each(self.bytes(id, &mut scratch)?))
    }

    /// See [`crate::store::Indexed::warm`].
    pub fn warm(&self, ids: &[Id]) {
        if let Texts::Packed(texts) = &self.texts {
            texts.warm(ids);
        }
    }

    /// The text of a term.
    pub fn lexical<'a>(&'a self, id: Id, scratch: &'a mut Scratch) -> Result<Lexical<'a>> {
        decode(self.bytes(id, scratch)?).ok_or_else(damaged)
    }

    /// See [`crate::store::Indexed::lexicals`]. All of a block that is asked for is decoded at once, by its last term.
    pub fn lexicals(
        &self,
        ids: &[Id],
        scratch: &mut Scratch,
        each: &mut dyn FnMut(usize, Lexical<'_>) -> Result<()>,
    ) -> Result<()> {
        let (mut place, is_packed) = (0, matches!(self.texts, Texts::Packed(_)));
        let block = |id: &Id| *id as usize / BLOCK;
        for part in ids.chunks(AHEAD) {
            self.warm(part);
            for neighbours in part.chunk_by(|a, b| a < b && block(a) == block(b)) {
                if let [_, .., last] = neighbours
                    && is_packed
                {
                    self.bytes(*last, scratch)?;
                }
                for id in neighbours {
                    each(place, self.lexical(*id, scratch)?)?;
                    place += 1;
                }
            }
        }
        Ok(())
    }

    /// The term of a number.
    pub fn term(&self, id: Id) -> Result<Term> {
        self.term_within(id, DEEPEST, &mut Scratch::new())
    }

    fn term_within(&self, id: Id, depth: usize, scratch: &mut Scratch) -> Result<Term> {
        let lexical = self.lexical(id, scratch)?;
        let Lexical::Triple([s, p, o]) = lexical else { return lexical.to_term().ok_or_else(damaged) };
        let depth = depth.checked_sub(1).ok_or_else(damaged)?;
        let subject = match self.term_within(s, depth, scratch)? {
            Term::NamedNode(iri) => NamedOrBlankNode::from(iri),
            Term::BlankNode(node) => node.into(),
            Term::Literal(_) | Term::Triple(_) => return Err(damaged()),
        };
        let Term::NamedNode(predicate) = self.term_within(p, depth, scratch)? else { return Err(damaged()) };
        Ok(Triple::new(subject, predicate, self.term_within(o, depth, scratch)?).into())
    }

    /// The order of a stored term and another of its kind, which is no triple term.
    fn compare(&self, id: Id, term: TermRef<'_>, scratch: &mut Scratch) -> Result<Ordering> {
        let have = self.lexical(id, scratch)?.as_term().ok_or_else(damaged)?;
        Ok(order::compare(have, term))
    }

    /// Where a term stands: all numbers before the range sort before it, all after the range after it.
    pub fn position(&self, term: TermRef<'_>) -> Result<Range<Id>> {
        if let TermRef::Triple(triple) = term {
            return self.position_of_triple(triple);
        }
        if let Some(kind) = kind_by_bytes(term) {
            let mut bytes = Vec::new();
            encode(term, &mut bytes);
            return self.position_of_bytes(kind, &bytes);
        }
        let by_value = self.by_value(term)?;
        let range =
            by_value.as_ref().map_or_else(|| self.narrowed(term), |by_value| Ok(by_value.range.clone()));
        let Range { start: mut low, end: mut high } = range?;
        let (mut scratch, mut bytes) = (Scratch::new(), Vec::new());
        if by_value.is_some() {
            encode(term, &mut bytes);
        }
        while low < high {
            let middle = low + (high - low) / 2;
            // Where the value does not tell, the text does: mostly it is the very term.
            let order = match by_value.as_ref().map(|by_value| by_value.compare(middle)) {
                Some(Some(order)) => Ok(order),
                Some(None) if self.is_at(middle, &bytes)? => Ok(Ordering::Equal),
                _ => self.compare(middle, term, &mut scratch),
            };
            match order? {
                Ordering::Less => low = middle + 1,
                Ordering::Greater => high = middle,
                Ordering::Equal => return Ok(middle..middle + 1),
            }
        }
        Ok(low..low)
    }

    /// The same of a triple term, by where its parts stand.
    fn position_of_triple(&self, triple: &Triple) -> Result<Range<Id>> {
        // Triple terms nest in their objects only: a loop, so that no depth can exhaust the stack.
        let mut nested = vec![triple];
        let mut inner = triple;
        while let Term::Triple(object) = &inner.object {
            nested.push(object);
            inner = object;
        }
        let mut object = self.position(inner.object.as_ref())?;
        for triple in nested.into_iter().rev() {
            let subject = self.position(triple.subject.as_ref().into())?;
            let predicate = self.position(triple.predicate.as_ref().into())?;
            object = self.triples.position(self, &[subject, predicate, object], Watch::nobody())?;
        }
        Ok(object)
    }

    /// The triple terms.
    pub fn triples(&self) -> &TripleTerms {
        &self.triples
    }

    /// What tells the order of a term and those of its kind by their values; nothing where only their texts do.
    fn by_value(&self, term: TermRef<'_>) -> Result<Option<ByValue<'_>>> {
        let TermRef::Literal(literal) = term else { return Ok(None) };
        if order::kind(term) != Kind::Number {
            return Ok(None);
        }
        let tag = Tag::Datatype(literal.datatype().as_str());
        let value = values::number(Lexical::Literal(literal.value(), tag));
        Ok(Some(ByValue { value, numbers: self.numbers()?, range: self.kinds.range(Kind::Number) }))
    }

    /// Where the bytes of a term stand, of a kind in the order of its bytes.
    fn position_of_bytes(&self, kind: Kind, bytes: &[u8]) -> Result<Range<Id>> {
        let Range { start: mut low, end: mut high } = self.kinds.range(kind);
        if let Texts::Packed(texts) = &self.texts {
            // The block first, by the terms that need not be decoded.
            let each = BLOCK as Id;
            let (mut from, mut to) = (low.div_ceil(each), high.div_ceil(each));
            while from < to {
                let middle = from + (to - from) / 2;
                if texts.head(middle, |head| Ok(head <= bytes))?.ok_or_else(damaged)? {
                    from = middle + 1;
                } else {
                    to = middle;
                }
            }
            // The heads before `from` are not greater, that of `from` is.
            if let Some(block) = from.checked_sub(1).filter(|block| block * each >= low) {
                let (less, is_it) = texts.search(block, bytes)?;
                // Terms of another kind may follow in the block.
                let place = (block * each + less).min(high);
                return Ok(place..place + Id::from(is_it && place < high));
            }
            high = (from * each).min(high);
        }
        let mut scratch = Scratch::new();
        while low < high {
            let middle = low + (high - low) / 2;
            match self.bytes(middle, &mut scratch)?.cmp(bytes) {
                Ordering::Less => low = middle + 1,
                Ordering::Greater => high = middle,
                Ordering::Equal => return Ok(middle..middle + 1),
            }
        }
        Ok(low..low)
    }

    /// The numbers among which a term stands: those of its kind, of a pack those of one block, found by the terms that need
    /// not be decoded.
    fn narrowed(&self, term: TermRef<'_>) -> Result<Range<Id>> {
        let kind = order::kind(term);
        let range = self.kinds.range(kind);
        let Texts::Packed(texts) = &self.texts else { return Ok(range) };
        let each = BLOCK as Id;
        let (mut low, mut high) = (range.start.div_ceil(each), range.end.div_ceil(each));
        while low < high {
            let middle = low + (high - low) / 2;
            let order = texts.head(middle, |head| {
                let head = decode(head);
                let head = head.as_ref().and_then(Lexical::as_term).ok_or_else(damaged)?;
                Ok(order::compare(head, term))
            })?;
            match order.ok_or_else(damaged)? {
                Ordering::Less => low = middle + 1,
                Ordering::Greater => high = middle,
                Ordering::Equal => return Ok(middle * each..middle * each + 1),
            }
        }
        // The heads before `low` are less, that of `low` is greater.
        let start = low.checked_sub(1).map_or(range.start, |before| (before * each).max(range.start));
        Ok(start..(low * each).min(range.end))
    }

    /// The terms of one kind, sorted by text, that start with `prefix`.
    pub fn prefixed(&self, kind: Kind, prefix: &str) -> Result<Range<Id>> {
        let range = self.kinds.range(kind);
        if !matches!(kind, Kind::Blank | Kind::Iri | Kind::String | Kind::LangString) {
            return Ok(range.start..range.start);
        }
        let start = self.first_where(range.clone(), |text| text >= prefix)?;
        let end = self.first_where(start..range.end, |text| text >= prefix && !text.starts_with(prefix))?;
        Ok(start..end)
    }

    /// The first number of a range from which on a condition on the text holds.
    fn first_where(&self, range: Range<Id>, holds: impl Fn(&str) -> bool) -> Result<Id> {
        let Range { start: mut low, end: mut high } = range;
        let mut scratch = Scratch::new();
        while low < high {
            let middle = low + (high - low) / 2;
            if holds(self.lexical(middle, &mut scratch)?.text().unwrap_or_default()) {
                high = middle;
            } else {
                low = middle + 1;
            }
        }
        Ok(low)
    }

    /// The column of numbers.
    pub fn numbers(&self) -> Result<Numbers<'_>> {
        let (tags, payloads, _) = self.columns()?;
        Ok(Numbers::new(self.kinds.range(Kind::Number).start, tags, payloads))
    }

    /// The column of instants.
    pub fn epochs(&self) -> Result<Epochs<'_>> {
        Ok(Epochs::new(self.dates().start, self.columns()?.2))
    }

    /// The column of language tags; an empty one where the pack has none.
    pub fn languages(&self) -> Result<Languages<'_>> {
        let (places, tags): (&[u8], &[u8]) = match &self.tagged {
            Tagged::Memory(places, tags) => (places, tags),
            Tagged::Packed(_, None) => return Ok(Languages::default()),
            Tagged::Packed(chunks, Some([places, tags])) => (chunks.get(*places)?, chunks.get(*tags)?),
        };
        let tags = languages::tags(tags).ok_or_else(damaged)?;
        Ok(Languages::new(self.kinds.range(Kind::LangString).start, places, tags))
    }

    fn columns(&self) -> Result<Columns<'_>> {
        match &self.values {
            Values::Memory(tags, payloads, micros) => Ok((tags, payloads, micros)),
            Values::Packed(chunks, [tags, payloads, micros]) => {
                let (tags, payloads) = (chunks.get(*tags)?, chunks.get(*payloads)?.as_chunks().0);
                Ok((tags, payloads, chunks.get(*micros)?.as_chunks().0))
            }
        }
    }
}

impl triple_terms::Texts for Dictionary {
    fn kinds(&self) -> &Kinds {
        &self.kinds
    }

    fn text<'a>(&'a self, id: Id, scratch: &'a mut Scratch) -> Result<Lexical<'a>> {
        self.lexical(id, scratch)
    }

    fn damaged(&self) -> Error {
        damaged()
    }
}

/// A term in memory; no bytes for a number that is none of its.
fn cut<'a>(starts: &[u64], text: &'a [u8], id: Id) -> &'a [u8] {
    let at = |place: usize| starts.get(place).map_or(0, |start| *start as usize);
    text.get(at(id as usize)..at(id as usize + 1)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::pack::{Builder, Pack};
    use crate::store::{Graph as _, Indexed as _};
    use crate::terms::{GraphName, Literal, NamedNode, Quad, xsd};

    #[test]
    fn a_number_stands_where_its_value_and_then_its_text_say() {
        let mut numbers = Vec::new();
        for n in -6..6_i32 {
            let big = format!("{n}00000000000000000000");
            for (text, datatype) in [
                (format!("{n}"), xsd::INTEGER),
                (format!("{}0{}", if n < 0 { "-" } else { "" }, n.abs()), xsd::INT),
                (format!("{n}.0"), xsd::DECIMAL),
                (format!("{n}.50"), xsd::DECIMAL),
                (format!("{n}.25e0"), xsd::DOUBLE),
                (format!("{n}"), xsd::FLOAT),
                (big.clone(), xsd::INTEGER),
                (format!("{big}.125"), xsd::DECIMAL),
            ] {
                numbers.push(Term::from(Literal::new_typed_literal(text, datatype)));
            }
        }
        numbers.push(Literal::new_typed_literal("NaN", xsd::DOUBLE).into());
        let node = NamedNode::new_unchecked("http://example.org/");
        let mut builder = Builder::new();
        for term in numbers.iter().step_by(2) {
            builder
                .add(Quad::new(node.clone(), node.clone(), term.clone(), GraphName::DefaultGraph).as_ref());
        }
        let pack = builder.finish();
        let written = Pack::from_static(Vec::leak(pack.write(Vec::new()).unwrap())).unwrap();
        for pack in [pack, written] {
            let range = pack.kinds().range(Kind::Number);
            for (place, term) in numbers.iter().enumerate() {
                let less = range
                    .clone()
                    .filter(|id| order::compare(pack.term(*id).unwrap().as_ref(), term.as_ref()).is_lt());
                let start = range.start + less.count() as Id;
                let is_there = numbers.iter().step_by(2).any(|have| have == term);
                assert!(is_there || place % 2 == 1);
                let expected = start..start + Id::from(is_there);
                assert_eq!(pack.position(term.as_ref()).unwrap(), expected, "{term}");
            }
        }
    }
}
