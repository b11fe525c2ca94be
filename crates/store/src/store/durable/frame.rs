//! One transaction as one checksummed frame of the journal: an RDF Patch with a first and a last line of our own.
//!
//! In: what was changed, when and by what. Out: the bytes of a frame; and a transaction from them, or what is wrong with
//! them. Both lines are comments to other readers of RDF Patch. The layout is in `docs/store.md`.

use super::frames::InFile;
use super::patch::{ADDED, REMOVED, read_quad, read_term, write_string, write_term};
use crate::error::{Error, Result};
use crate::store::memory::Changes;
use crate::store::pack::Watch;
use crate::store::pack::checksum::{Sum, checksum};
use crate::store::{GraphId, Id, Indexed, NONE, Scratch, Triple};
use crate::terms::{GraphName, NamedNode, Quad, Term};
use memchr::memmem;

/// How the first line of a frame begins.
const HEAD: &str = "# baimo ";
/// How the last line of a frame begins.
const FOOT: &str = "# sum ";
/// How long the last line is.
pub(super) const FOOT_LENGTH: usize = FOOT.len() + 16 + 1;
/// How the rows of a frame end.
pub(super) const END: &[u8] = b"TC .\n";
/// So many bytes of rows are written at once.
const PART: usize = 1 << 18;
/// What the disk loses, it loses in pieces of so many bytes.
const SECTOR: usize = 512;

/// Takes a part of a text.
pub(super) type Part<'a> = &'a mut dyn FnMut(&[u8]) -> Result<()>;
/// Gives all of a text in parts.
pub(super) type Parts<'a> = &'a dyn Fn(Part<'_>) -> Result<()>;

/// A transaction.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Transaction {
    /// Its number: the first transaction of a store is 1, each other one more than that before it.
    pub number: u64,
    /// A name that no other transaction of any store has.
    pub id: String,
    /// When it was made safe, in UTC.
    pub time: String,
    /// What it was: the beginning of an update's text, or the files that were loaded.
    pub what: String,
    /// The transaction that it takes back, where it does.
    pub undoes: Option<u64>,
    /// The pack that holds what it added, where that is not among the changes; and how many quads that are.
    pub pack: Option<(String, u64)>,
    /// Prefixes that the loaded files declared: name, namespace.
    pub prefixes: Vec<(String, String)>,
    /// Graphs that were made, holding nothing (true), or are no longer kept where they hold nothing.
    pub empty: Vec<(bool, GraphName)>,
    /// Quads added and removed. None is in it twice.
    pub rows: Rows,
}

/// Quads added and removed, as they stand in a frame: what is removed first. Of a transaction that is being written the rows
/// are made when they are written, and only counted here.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Rows {
    text: Text,
    added: u64,
    removed: u64,
}

/// Where rows are.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Text {
    Held(Vec<u8>),
    InFile(InFile),
}

impl Default for Text {
    fn default() -> Self {
        Self::Held(Vec::new())
    }
}

impl Rows {
    /// Of a transaction with so many rows that are added, and removed.
    pub(super) fn counted((added, removed): (u64, u64)) -> Self {
        Self { text: Text::default(), added, removed }
    }

    /// The same, which stand in a file.
    pub(super) fn in_file(self, place: InFile) -> Self {
        Self { text: Text::InFile(place), ..self }
    }

    /// How many are added, and how many are removed.
    #[must_use]
    pub fn counts(&self) -> (u64, u64) {
        (self.added, self.removed)
    }

    /// Gives each quad, with whether it was added.
    ///
    /// # Errors
    /// Where a row cannot be read, or is none that is written here, where `watch` stops it, and what `each` reports.
    pub fn each(&self, watch: Watch<'_>, each: &mut dyn FnMut(bool, Quad) -> Result<()>) -> Result<()> {
        self.each_text(watch, &mut |added, text| {
            each(added, read_quad(text).ok_or_else(|| unreadable(text))?)
        })
    }

    /// Gives each row as it stands, without its letter, with whether it was added.
    ///
    /// # Errors
    /// As [`Self::each`].
    pub(super) fn each_text(
        &self,
        watch: Watch<'_>,
        each: &mut dyn FnMut(bool, &str) -> Result<()>,
    ) -> Result<()> {
        let mut of_line = |line: &str| {
            let (added, text) = row(line).ok_or_else(|| unreadable(line))?;
            each(added, text)
        };
        match &self.text {
            Text::InFile(place) => place.each_line(watch, &mut of_line),
            Text::Held(text) => {
                let text = std::str::from_utf8(text).map_err(|error| unreadable("").because(error))?;
                text.lines().try_for_each(of_line)
            }
        }
    }

    /// Counts one more.
    pub(super) fn count(&mut self, added: bool) {
        *(if added { &mut self.added } else { &mut self.removed }) += 1;
    }

    fn push(&mut self, added: bool, line: &str) {
        self.count(added);
        if let Text::Held(text) = &mut self.text {
            text.extend_from_slice(line.as_bytes());
            text.push(b'\n');
        }
    }
}

/// A row without its letter, and whether it is one that is added; nothing where a line is no row.
pub(super) fn row(line: &str) -> Option<(bool, &str)> {
    let added = line.strip_prefix(ADDED).map(|text| (true, text));
    added.or_else(|| line.strip_prefix(REMOVED).map(|text| (false, text)))
}

/// The error for a line that is none that is written here.
pub(super) fn unreadable(line: &str) -> Error {
    Error::store(unreadable_line(line))
}

/// What is said of such a line.
pub(super) fn unreadable_line(line: &str) -> String {
    format!("this line cannot be read: {}", line.chars().take(200).collect::<String>())
}

impl Transaction {
    /// Whether it changes anything: one that does not is not written.
    #[must_use]
    pub fn says_something(&self) -> bool {
        let Rows { added, removed, .. } = self.rows;
        !(self.empty.is_empty() && self.prefixes.is_empty()) || added + removed > 0
    }

    /// Takes note of how many quads some changes add and remove, of which none is in them twice.
    pub fn count(&mut self, net: &Changes<'_>) {
        self.rows = Rows::counted(net.counts());
    }

    /// How many quads it added, and how many it removed.
    #[must_use]
    pub fn counts(&self) -> (u64, u64) {
        let packed = self.pack.as_ref().map_or(0, |(_, count)| *count);
        (packed + self.rows.added, self.rows.removed)
    }

    /// Writes its frame in parts; gives how long it is. `rows` gives the rows of quads in parts, twice. The id is made here, of
    /// the one before it and all that this one says.
    ///
    /// # Errors
    /// Those of `rows` and `out`.
    pub(super) fn write_frame(&mut self, previous: &str, rows: Parts<'_>, out: Part<'_>) -> Result<u64> {
        let (begin, mut of_rows) = (self.begin(), Sum::default());
        of_rows.add(&begin);
        rows(&mut |part| {
            of_rows.add(part);
            Ok(())
        })?;
        of_rows.add(END);
        self.id = id([previous, &self.time, &self.what], self.number, of_rows.finish());
        let body = self.body(previous);
        let length = body.len() as u64 + of_rows.len();
        let mut sum = Sum::default();
        let mut put = |part: &[u8]| {
            sum.add(part);
            out(part)
        };
        let mut head = format!("{HEAD}{} {length}\n", self.number).into_bytes();
        head.extend_from_slice(&body);
        head.extend_from_slice(&begin);
        put(&head)?;
        rows(&mut put)?;
        put(END)?;
        out(foot(sum.finish()).as_bytes())?;
        Ok(sum.len() + FOOT_LENGTH as u64)
    }

    /// Its frame, with the rows that it has.
    ///
    /// # Errors
    /// Where these stand in a file: they are written by [`Self::write_frame`].
    pub(super) fn frame(&mut self, previous: &str) -> Result<Vec<u8>> {
        let Text::Held(text) = &mut self.rows.text else {
            return Err(Error::store("these rows are on record already"));
        };
        let (text, mut frame) = (std::mem::take(text), Vec::with_capacity(512));
        let written = self.write_frame(previous, &|put| put(&text), &mut |part| {
            frame.extend_from_slice(part);
            Ok(())
        });
        self.rows.text = Text::Held(text);
        written.map(|_| frame)
    }

    /// The lines of its frame between the first one and the rows.
    fn body(&self, previous: &str) -> Vec<u8> {
        let mut body = Vec::with_capacity(512);
        header("id", &NamedNode::new_unchecked(&self.id).into(), &mut body);
        if !previous.is_empty() {
            header("prev", &NamedNode::new_unchecked(previous).into(), &mut body);
        }
        text_header("time", &self.time, &mut body);
        text_header("what", &self.what, &mut body);
        if let Some(number) = self.undoes {
            text_header("undoes", &number.to_string(), &mut body);
        }
        if let Some((name, count)) = &self.pack {
            text_header("pack", name, &mut body);
            text_header("added", &count.to_string(), &mut body);
        }
        for (made, name) in &self.empty {
            let term = match name {
                GraphName::NamedNode(name) => Term::from(name.clone()),
                GraphName::BlankNode(name) => name.clone().into(),
                GraphName::DefaultGraph => continue,
            };
            header(if *made { "graph" } else { "no-graph" }, &term, &mut body);
        }
        body
    }

    /// The beginning of its rows.
    fn begin(&self) -> Vec<u8> {
        let mut rows = b"TX .\n".to_vec();
        for (name, namespace) in &self.prefixes {
            rows.extend_from_slice(b"PA ");
            write_string(name, &mut rows);
            rows.push(b' ');
            write_term(NamedNode::new_unchecked(namespace).as_ref().into(), &mut rows);
            rows.extend_from_slice(b" .\n");
        }
        rows
    }

    /// A transaction from the body of its frame; where it does not hold what is written here, what is said of the line that is wrong.
    fn of_body(number: u64, body: &str) -> std::result::Result<Self, String> {
        let mut read = Self { number, ..Self::default() };
        for line in body.lines() {
            read.line(line).ok_or_else(|| unreadable_line(line))?;
        }
        Ok(read)
    }

    /// Takes a line of its body; nothing where that is none that is written here.
    pub(super) fn line(&mut self, line: &str) -> Option<()> {
        if let Some((added, _)) = row(line) {
            self.rows.push(added, line);
        } else if let Some(row) = line.strip_prefix("H ") {
            let (key, value) = row.strip_suffix(" .")?.split_once(' ')?;
            self.header(key, read_term(value)?)?;
        } else if let Some(row) = line.strip_prefix("PA ") {
            let (name, namespace) = row.strip_suffix(" .")?.split_once(' ')?;
            let (Term::Literal(name), Term::NamedNode(namespace)) = (read_term(name)?, read_term(namespace)?)
            else {
                return None;
            };
            self.prefixes.push((name.value().to_owned(), namespace.into_string()));
        } else if line != "TX ." && line != "TC ." {
            return None;
        }
        Some(())
    }

    fn header(&mut self, key: &str, value: Term) -> Option<()> {
        let number = |text: &str| text.parse::<u64>().ok();
        match (key, value) {
            ("id", Term::NamedNode(id)) => self.id = id.into_string(),
            ("time", Term::Literal(time)) => time.value().clone_into(&mut self.time),
            ("what", Term::Literal(what)) => what.value().clone_into(&mut self.what),
            ("undoes", Term::Literal(text)) => self.undoes = Some(number(text.value())?),
            ("pack", Term::Literal(name)) => self.pack = Some((name.value().to_owned(), 0)),
            ("added", Term::Literal(text)) => self.pack.as_mut()?.1 = number(text.value())?,
            ("graph" | "no-graph", name) => {
                let name = match name {
                    Term::NamedNode(name) => name.into(),
                    Term::BlankNode(name) => name.into(),
                    Term::Literal(_) | Term::Triple(_) => return None,
                };
                self.empty.push((key == "graph", name));
            }
            // Of a later version, or known from elsewhere, as `prev`.
            _ => {}
        }
        Some(())
    }
}

fn header(key: &str, value: &Term, out: &mut Vec<u8>) {
    out.extend_from_slice(format!("H {key} ").as_bytes());
    write_term(value.as_ref(), out);
    out.extend_from_slice(b" .\n");
}

fn text_header(key: &str, value: &str, out: &mut Vec<u8>) {
    out.extend_from_slice(format!("H {key} ").as_bytes());
    write_string(value, out);
    out.extend_from_slice(b" .\n");
}

/// What the rows of a transaction are made of: no quad is in two of them.
pub(super) trait RowSource {
    /// How many quads come, and how many go.
    fn counts(&self) -> (u64, u64);

    /// Gives the rows in parts, those that go first.
    ///
    /// # Errors
    /// Where what they are made of cannot be read, where `watch` stops it, and those of `put`.
    fn write(&self, watch: Watch<'_>, put: Part<'_>) -> Result<()>;
}

impl RowSource for Changes<'_> {
    fn counts(&self) -> (u64, u64) {
        self.counts()
    }

    fn write(&self, watch: Watch<'_>, put: Part<'_>) -> Result<()> {
        write_numbered(watch, put, &mut |each| {
            self.each(&mut |graph, added, name, triple| each(graph, added, name, triple))
        })
    }
}

/// Takes a quad by the numbers of a graph, with whether it is added.
type Numbered<'a> = &'a mut dyn FnMut(&dyn Indexed, bool, GraphId, Triple) -> Result<()>;

/// Writes the rows of quads that are given by numbers, in parts.
///
/// # Errors
/// Where the graph cannot be read, where `watch` stops it, and those of `quads` and `put`.
pub(super) fn write_numbered(
    watch: Watch<'_>,
    put: Part<'_>,
    quads: &mut dyn FnMut(Numbered<'_>) -> Result<()>,
) -> Result<()> {
    let (mut text, mut seen) = (Vec::new(), 0_u64);
    // Each place of a row by itself, since neighbours share what is decoded.
    let mut scratch: [Scratch; 4] = Default::default();
    let mut written = Written::default();
    quads(&mut |graph, added, name, [s, p, o]| {
        seen += 1;
        if seen.is_multiple_of(1 << 12) {
            watch.check()?;
        }
        text.extend_from_slice(if added { ADDED } else { REMOVED }.as_bytes());
        for (place, (id, scratch)) in [s, p, o].into_iter().chain(name).zip(&mut scratch).enumerate() {
            // Rows come by subject: these are hardly ever met again.
            if place == 0 || seen < Written::FROM {
                write_number(id, graph, scratch, &mut text)?;
            } else {
                written.write(id, graph, scratch, &mut text)?;
            }
            text.push(b' ');
        }
        text.extend_from_slice(b".\n");
        put_if_full(&mut text, &mut *put)
    })?;
    put(&text)
}

/// Writes the term of a number.
fn write_number(id: Id, graph: &dyn Indexed, scratch: &mut Scratch, text: &mut Vec<u8>) -> Result<()> {
    match graph.lexical(id, scratch)?.as_term() {
        Some(term) => write_term(term, text),
        None => write_term(graph.term(id)?.as_ref(), text),
    }
    Ok(())
}

/// The texts of terms of one graph that were written lately: predicates and objects come again and again, and to decode a term of a pack takes
/// many times as long as to copy it.
#[derive(Default)]
struct Written {
    /// The text of a term stands where its number says.
    slots: Vec<(Id, Vec<u8>)>,
}

impl Written {
    const SLOTS: usize = 1 << 10;
    /// Fewer rows than these remember nothing.
    const FROM: u64 = 64;
    /// Longer texts are not remembered.
    const LONGEST: usize = 256;

    fn write(
        &mut self,
        id: Id,
        graph: &dyn Indexed,
        scratch: &mut Scratch,
        text: &mut Vec<u8>,
    ) -> Result<()> {
        if self.slots.is_empty() {
            self.slots.resize(Self::SLOTS, (NONE, Vec::new()));
        }
        let Some((known, kept)) = self.slots.get_mut(id as usize % Self::SLOTS) else { return Ok(()) };
        if *known == id {
            text.extend_from_slice(kept);
            return Ok(());
        }
        let start = text.len();
        write_number(id, graph, scratch, text)?;
        let new = text.get(start..).unwrap_or_default();
        if new.len() <= Self::LONGEST {
            *known = id;
            kept.clear();
            kept.extend_from_slice(new);
        }
        Ok(())
    }
}

/// Writes a part once it is long enough, and begins another one.
///
/// # Errors
/// Those of `put`.
pub(super) fn put_if_full(text: &mut Vec<u8>, put: Part<'_>) -> Result<()> {
    if text.len() >= PART {
        put(text)?;
        text.clear();
    }
    Ok(())
}

/// A UUID of version 8 (RFC 9562, 5.8), made of all that tells a transaction from others: of the rows their checksum.
fn id(texts: [&str; 3], number: u64, rows: u64) -> String {
    let mut said = texts.join("\n").into_bytes();
    said.extend_from_slice(&number.to_le_bytes());
    let first = checksum(&said);
    said.extend_from_slice(&rows.to_le_bytes());
    let bits = u128::from(first) << 64 | u128::from(checksum(&said));
    let bits = bits & !(0xf << 76) & !(0b11 << 62) | 0x8 << 76 | 0b10 << 62;
    let digits = format!("{bits:032x}");
    let part = |range: std::ops::Range<usize>| digits.get(range).unwrap_or_default();
    format!("urn:uuid:{}-{}-{}-{}-{}", part(0..8), part(8..12), part(12..16), part(16..20), part(20..32))
}

/// What stands at a place of a journal.
#[derive(Debug)]
pub(super) enum Found {
    /// A whole frame, and where the next one begins.
    Frame(Box<Transaction>, usize),
    /// The end of the journal.
    End,
    /// The beginning of a frame whose writing did not come to its end: no transaction that was told to be safe.
    Torn,
    /// A frame that was whole once, with what is wrong now.
    Damaged(String),
}

/// What stands at `at`, where transaction `number` is expected.
pub(super) fn found(journal: &[u8], at: usize, number: u64) -> Found {
    match found_in(journal.get(at..).unwrap_or_default(), at, number) {
        Found::Frame(transaction, length) => Found::Frame(transaction, at + length),
        other => other,
    }
}

/// The same of the rest of a journal, which begins at a place of it. A frame ends at its own length.
pub(super) fn found_in(rest: &[u8], at: usize, number: u64) -> Found {
    if rest.is_empty() {
        return Found::End;
    }
    match whole(rest) {
        Some((have, body, length)) if have == number => match Transaction::of_body(number, body) {
            Ok(transaction) => Found::Frame(Box::new(transaction), length),
            Err(what) => Found::Damaged(what),
        },
        Some((have, ..)) => Found::Damaged(format!("transaction {number} was expected, and {have} found")),
        None if later(rest) => Found::Damaged("its checksum is wrong, and transactions follow it".to_owned()),
        None if was_complete(rest) && !has_lost_sectors(rest, at) => {
            Found::Damaged("its checksum is wrong, and it was whole once".to_owned())
        }
        None => Found::Torn,
    }
}

/// The number, body and length of the frame that some bytes begin with, where its checksum is right.
fn whole(bytes: &[u8]) -> Option<(u64, &str, usize)> {
    let (number, start, end) = head(bytes)?;
    let foot = bytes.get(end..end.checked_add(FOOT_LENGTH)?)?;
    (self::foot(checksum(bytes.get(..end)?)).as_bytes() == foot).then_some(())?;
    Some((number, std::str::from_utf8(bytes.get(start..end)?).ok()?, end + FOOT_LENGTH))
}

/// The last line of a frame with a checksum.
pub(super) fn foot(sum: u64) -> String {
    format!("{FOOT}{sum:016x}\n")
}

/// What the first line of a frame says: its number, where its body begins, where that ends.
pub(super) fn head(bytes: &[u8]) -> Option<(u64, usize, usize)> {
    let line = bytes.get(..memchr::memchr(b'\n', bytes.get(..bytes.len().min(64))?)?)?;
    let (number, length) = std::str::from_utf8(line).ok()?.strip_prefix(HEAD)?.split_once(' ')?;
    let start = line.len() + 1;
    Some((number.parse().ok()?, start, start.checked_add(length.parse().ok()?)?))
}

/// The number in the first line of the frame at a place.
pub(super) fn number_at(journal: &[u8], at: usize) -> Option<u64> {
    head(journal.get(at..)?).map(|(number, ..)| number)
}

/// Whether a frame is of the transaction after one with a number and an id.
pub(super) fn follows(frame: &[u8], number: u64, id: &str) -> bool {
    let mut previous = Vec::new();
    if !id.is_empty() {
        header("prev", &NamedNode::new_unchecked(id).into(), &mut previous);
    }
    let third = frame.split_inclusive(|byte| *byte == b'\n').nth(2).unwrap_or_default();
    let is_first = || !third.starts_with(b"H prev ");
    number_at(frame, 0) == Some(number + 1) && if id.is_empty() { is_first() } else { third == previous }
}

/// Whether a whole frame begins anywhere after the first byte.
pub(super) fn later(bytes: &[u8]) -> bool {
    memmem::find_iter(bytes, "\n# baimo ").any(|at| bytes.get(at + 1..).and_then(whole).is_some())
}

/// Whether a frame that is not whole was written to its end: by the length in its first line, or by its last line.
fn was_complete(bytes: &[u8]) -> bool {
    let by_head = head(bytes).and_then(|(.., end)| end.checked_add(FOOT_LENGTH));
    let last = bytes.len().checked_sub(FOOT_LENGTH).and_then(|start| bytes.get(start..)).unwrap_or_default();
    by_head.is_some_and(|end| end <= bytes.len())
        || (last.starts_with(FOOT.as_bytes()) && last.ends_with(b"\n"))
}

/// Whether a part as large as a sector of the disk, at the place of one, is zeros: it was never written there.
fn has_lost_sectors(bytes: &[u8], at: usize) -> bool {
    let first = (SECTOR - at % SECTOR).min(bytes.len());
    let (head, rest) = bytes.split_at(first);
    std::iter::once(head).chain(rest.chunks(SECTOR)).any(|part| part.iter().all(|byte| *byte == 0))
}

#[cfg(test)]
mod tests {
    use super::super::patch::write_row;
    use super::*;
    use crate::terms::{BlankNode, Literal};

    fn iri(name: &str) -> NamedNode {
        NamedNode::new_unchecked(format!("http://example.org/{name}"))
    }

    fn transaction() -> Transaction {
        let quad = |n: i32| {
            Quad::new(BlankNode::new_unchecked("b"), iri("p"), Literal::from(n), GraphName::from(iri("g")))
        };
        Transaction {
            number: 7,
            time: "2026-11-25T23:30:00.000000Z".to_owned(),
            what: "load \"a\n.ttl\" ".repeat(40),
            undoes: Some(3),
            prefixes: vec![("ex".to_owned(), "http://example.org/".to_owned())],
            empty: vec![(true, iri("new").into()), (false, iri("old").into())],
            rows: rows(&[(false, quad(1)), (true, quad(2))]),
            ..Transaction::default()
        }
    }

    fn rows(quads: &[(bool, Quad)]) -> Rows {
        let mut rows = Rows::default();
        for (added, quad) in quads {
            let mut line = Vec::new();
            write_row(*added, quad, &mut line);
            rows.push(*added, std::str::from_utf8(&line).unwrap().trim_end());
        }
        rows
    }

    #[test]
    fn a_frame_gives_the_transaction_back() {
        let mut first = transaction();
        let frame = first.frame("urn:uuid:before").unwrap();
        let Found::Frame(read, end) = found(&frame, 0, 7) else { panic!("no frame") };
        assert_eq!((*read, end), (first.clone(), frame.len()));
        let text = String::from_utf8(frame.clone()).unwrap();
        assert!(
            text.starts_with("# baimo 7 ") && text.contains("\nTX .\n") && text.contains("\nTC .\n# sum ")
        );
        let same = transaction().frame("urn:uuid:before").unwrap();
        assert_eq!(same, frame);
        let mut other = transaction();
        other.frame("urn:uuid:another").unwrap();
        assert_ne!(other.id, first.id);
        let version = |id: &str| id.as_bytes()[23] as char;
        assert_eq!((version(&first.id), first.id.len()), ('8', 45));
    }

    #[test]
    fn a_frame_that_was_cut_is_torn_and_one_that_was_changed_is_damaged() {
        let frame = transaction().frame("").unwrap();
        for length in 1..frame.len() {
            assert!(matches!(found(&frame[..length], 0, 7), Found::Torn), "{length}");
        }
        for byte in 0..frame.len() {
            for bit in 0..8 {
                let mut changed = frame.clone();
                changed[byte] ^= 1 << bit;
                assert!(matches!(found(&changed, 0, 7), Found::Damaged(_)), "{byte} {bit}");
            }
        }
        let mut lost = frame.clone();
        lost.resize(frame.len().next_multiple_of(SECTOR) + SECTOR, b'\n');
        lost[SECTOR..].fill(0);
        assert!(matches!(found(&lost, 0, 7), Found::Torn), "a sector that was never written");
        let two = [&frame[..100], &frame].concat();
        assert!(matches!(found(&two, 0, 7), Found::Damaged(_)), "its end is there");
        let two = [&frame[..100], b"\n", &frame[..]].concat();
        assert!(matches!(found(&two, 0, 7), Found::Damaged(_)), "something follows");
        assert!(matches!(found(&frame, 0, 8), Found::Damaged(_)), "one is missing");
    }
}
