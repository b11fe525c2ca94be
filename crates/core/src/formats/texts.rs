//! The terms of a document as their texts, side by side, in the order in which people read.
//!
//! In: texts as they come. Out: a text by its number. IRIs come first, then literals (numbers by value, then texts without a
//! language, then by language), triple terms, blank nodes by their labels. A term takes 16 bytes beside its text, which is
//! shorter than 4 GB.

use super::numbered::{Number, lexical_of};
use crate::error::Result;
use crate::store::pack::{Watch, sort_watched};
use crate::store::{Lexical, Tag};
use crate::terms::{BaseDirection, NamedOrBlankNode, Term, TermRef, Triple, is_bare, xsd};
use std::cmp::Ordering;
use std::collections::HashMap;
use std::ops::Range;

/// See the module.
#[derive(Default)]
pub(crate) struct Texts {
    text: String,
    cells: Vec<Cell>,
    /// Datatypes and language tags.
    names: Vec<String>,
    known: HashMap<String, u32>,
    triples: Vec<[Number; 3]>,
    iris: Range<Number>,
    blanks: Range<Number>,
}

/// Where the text of a term begins, with its kind in the lowest three bits; how long it is; the number of its datatype or
/// tag, or of the triple term.
#[derive(Clone, Copy)]
struct Cell {
    place: u64,
    len: u32,
    name: u32,
}

const IRI: u64 = 0;
const TYPED: u64 = 1;
const TAGGED: u64 = 2;
const LEFT_TO_RIGHT: u64 = 3;
const RIGHT_TO_LEFT: u64 = 4;
const TRIPLE: u64 = 5;
const BLANK: u64 = 6;

impl Cell {
    fn kind(self) -> u64 {
        self.place & 7
    }
}

fn language(tag: Tag<'_>) -> Option<&str> {
    match tag {
        Tag::Datatype(_) => None,
        Tag::Language(tag) | Tag::Directed(tag, _) => Some(tag),
    }
}

impl Texts {
    /// One term with its parts, and its number.
    pub(crate) fn of(term: TermRef<'_>) -> (Self, Number) {
        let mut texts = Self::default();
        let number = texts.add(term);
        // Nobody stops it.
        let (texts, ranks) = texts.sorted(Watch::nobody()).unwrap_or_default();
        (texts, ranks.get(number as usize).copied().unwrap_or_default())
    }

    /// How many bytes it holds, about.
    pub(crate) fn bytes(&self) -> usize {
        let triples = self.triples.capacity() * size_of::<[Number; 3]>();
        self.text.capacity() + self.cells.capacity() * size_of::<Cell>() + triples
    }

    fn add(&mut self, term: TermRef<'_>) -> Number {
        let lexical = match (lexical_of(term), term) {
            (None, TermRef::Triple(triple)) => Lexical::Triple([
                self.add(triple.subject.as_ref().into()),
                self.add(triple.predicate.as_ref().into()),
                self.add(triple.object.as_ref()),
            ]),
            (lexical, _) => lexical.unwrap_or(Lexical::Blank("")),
        };
        self.push(lexical);
        self.len() - 1
    }

    /// Adds a term. The parts of a triple term are terms that were added before.
    pub(crate) fn push(&mut self, lexical: Lexical<'_>) {
        let (kind, name) = match lexical {
            Lexical::Iri(_) => (IRI, 0),
            Lexical::Blank(_) => (BLANK, 0),
            Lexical::Literal(_, Tag::Datatype(datatype)) => (TYPED, self.name(datatype)),
            Lexical::Literal(_, Tag::Language(tag)) => (TAGGED, self.name(tag)),
            Lexical::Literal(_, Tag::Directed(tag, BaseDirection::Ltr)) => (LEFT_TO_RIGHT, self.name(tag)),
            Lexical::Literal(_, Tag::Directed(tag, BaseDirection::Rtl)) => (RIGHT_TO_LEFT, self.name(tag)),
            Lexical::Triple(parts) => {
                self.triples.push(parts);
                (TRIPLE, self.triples.len() as u32 - 1)
            }
        };
        let text = lexical.text().unwrap_or_default();
        let place = (self.text.len() as u64) << 3 | kind;
        self.text.push_str(text);
        self.cells.push(Cell { place, len: text.len() as u32, name });
    }

    fn name(&mut self, name: &str) -> u32 {
        if let Some(number) = self.known.get(name) {
            return *number;
        }
        let number = self.names.len() as u32;
        self.names.push(name.to_owned());
        self.known.insert(name.to_owned(), number);
        number
    }

    /// How many terms there are.
    pub(crate) fn len(&self) -> Number {
        self.cells.len() as Number
    }

    fn cell(&self, number: Number) -> Cell {
        self.cells.get(number as usize).copied().unwrap_or(Cell { place: BLANK, len: 0, name: 0 })
    }

    fn text(&self, cell: Cell) -> &str {
        let start = (cell.place >> 3) as usize;
        self.text.get(start..start + cell.len as usize).unwrap_or_default()
    }

    /// The text of a term.
    pub(crate) fn get(&self, number: Number) -> Lexical<'_> {
        let cell = self.cell(number);
        let text = self.text(cell);
        let name = || self.names.get(cell.name as usize).map_or("", String::as_str);
        match cell.kind() {
            IRI => Lexical::Iri(text),
            TYPED => Lexical::Literal(text, Tag::Datatype(name())),
            TAGGED => Lexical::Literal(text, Tag::Language(name())),
            LEFT_TO_RIGHT => Lexical::Literal(text, Tag::Directed(name(), BaseDirection::Ltr)),
            RIGHT_TO_LEFT => Lexical::Literal(text, Tag::Directed(name(), BaseDirection::Rtl)),
            TRIPLE => Lexical::Triple(self.triples.get(cell.name as usize).copied().unwrap_or_default()),
            _ => Lexical::Blank(text),
        }
    }

    /// The text of an IRI, a literal without what it is of, the label of a blank node.
    pub(crate) fn plain(&self, number: Number) -> &str {
        self.text(self.cell(number))
    }

    /// Datatypes and language tags, each once.
    pub(crate) fn names(&self) -> &[String] {
        &self.names
    }

    /// Which of the names the datatype of a literal is.
    pub(crate) fn datatype(&self, number: Number) -> Option<usize> {
        let cell = self.cell(number);
        (cell.kind() == TYPED).then_some(cell.name as usize)
    }

    /// The IRIs, once all are sorted.
    pub(crate) fn iris(&self) -> Range<Number> {
        self.iris.clone()
    }

    /// Literals and triple terms, once all are sorted.
    pub(crate) fn others(&self) -> Range<Number> {
        self.iris.end..self.blanks.start
    }

    /// The blank nodes, once all are sorted.
    pub(crate) fn blanks(&self) -> Range<Number> {
        self.blanks.clone()
    }

    /// The number of an IRI, once all are sorted.
    pub(crate) fn find(&self, iri: &str) -> Option<Number> {
        let cells = self.cells.get(..self.iris.end as usize)?;
        cells.binary_search_by(|cell| self.text(*cell).cmp(iri)).ok().map(|place| place as Number)
    }

    /// The number of a blank node by its label, once all are sorted.
    pub(crate) fn find_blank(&self, label: &str) -> Option<Number> {
        let cells = self.cells.get(self.blanks.start as usize..)?;
        let place = cells.binary_search_by(|cell| self.text(*cell).cmp(label)).ok()?;
        Some(self.blanks.start + place as Number)
    }

    /// A term.
    pub(crate) fn term(&self, number: Number) -> Option<Term> {
        match self.get(number) {
            Lexical::Triple(parts) => Some(self.triple(parts)?.into()),
            lexical => lexical.to_term(),
        }
    }

    /// A triple of terms; nothing where they cannot be one.
    pub(crate) fn triple(&self, [subject, predicate, object]: [Number; 3]) -> Option<Triple> {
        let subject: NamedOrBlankNode = match self.term(subject)? {
            Term::NamedNode(iri) => iri.into(),
            Term::BlankNode(node) => node.into(),
            Term::Literal(_) | Term::Triple(_) => return None,
        };
        let Term::NamedNode(predicate) = self.term(predicate)? else { return None };
        Some(Triple { subject, predicate, object: self.term(object)? })
    }

    /// The same terms in the order in which people read, and for each number that before it was sorted.
    ///
    /// # Errors
    /// Where `watch` stops it.
    pub(crate) fn sorted(mut self, watch: Watch<'_>) -> Result<(Self, Vec<Number>)> {
        let order = self.order(watch)?;
        let (mut ranks, mut pace) = (vec![0; order.len()], watch.pace());
        for (rank, number) in (0..).zip(&order) {
            if let Some(slot) = ranks.get_mut(*number as usize) {
                *slot = rank;
            }
            pace.step()?;
        }
        let rank = |number: Number| ranks.get(number as usize).copied().unwrap_or_default();
        self.triples.iter_mut().for_each(|parts| *parts = parts.map(rank));
        let mut cells = Vec::with_capacity(order.len());
        for number in order {
            cells.push(self.cell(number));
            pace.step()?;
        }
        self.cells = cells;
        let upto = |kinds: &[u64]| self.cells.partition_point(|cell| kinds.contains(&cell.kind())) as Number;
        self.iris = 0..upto(&[IRI]);
        let blank = self.cells.partition_point(|cell| cell.kind() != BLANK) as Number;
        self.blanks = blank..self.cells.len() as Number;
        Ok((self, ranks))
    }

    /// The numbers in the order of the module.
    fn order(&self, watch: Watch<'_>) -> Result<Vec<Number>> {
        let mut pace = watch.pace();
        let (mut iris, mut numbers, mut literals) = (Vec::new(), Vec::new(), Vec::new());
        let (mut triples, mut blanks) = (Vec::new(), Vec::new());
        for (number, cell) in (0..).zip(&self.cells) {
            pace.step()?;
            match cell.kind() {
                IRI => iris.push(number),
                TRIPLE => triples.push(number),
                BLANK => blanks.push(number),
                _ => match self.value(number) {
                    Some(value) => numbers.push((value, number)),
                    None => literals.push(number),
                },
            }
        }
        let text = |number: &Number| self.plain(*number);
        // Nearly sorted, where they come from a dictionary.
        sort_watched(&mut iris, watch, |a, b| text(a).cmp(text(b)))?;
        sort_watched(&mut numbers, watch, |(x, a), (y, b)| x.cmp(y).then_with(|| self.compare(*a, *b)))?;
        sort_watched(&mut literals, watch, |a, b| self.compare(*a, *b))?;
        triples.sort_by_cached_key(|number| self.line(*number));
        sort_watched(&mut blanks, watch, |a, b| text(a).cmp(text(b)))?;
        let mut order = iris;
        for (_, number) in numbers {
            order.push(number);
            pace.step()?;
        }
        order.extend(literals.into_iter().chain(triples).chain(blanks));
        Ok(order)
    }

    /// The value of a number that Turtle writes bare, so that values compare as numbers do.
    fn value(&self, number: Number) -> Option<i64> {
        let Lexical::Literal(text, Tag::Datatype(datatype)) = self.get(number) else { return None };
        let value = is_bare(text, datatype).then(|| text.parse::<f64>().ok()).flatten()?;
        // As `f64::total_cmp` has it.
        let bits = value.to_bits() as i64;
        Some(bits ^ (((bits >> 63) as u64) >> 1) as i64)
    }

    /// Compares two literals: by language, by text, by how N-Triples writes the rest.
    fn compare(&self, a: Number, b: Number) -> Ordering {
        let (Lexical::Literal(x, of_x), Lexical::Literal(y, of_y)) = (self.get(a), self.get(b)) else {
            return a.cmp(&b);
        };
        let rest = |tag| match tag {
            Tag::Datatype(datatype) if datatype == xsd::STRING.as_str() => String::new(),
            Tag::Datatype(datatype) => format!("{datatype}>"),
            Tag::Language(_) => String::new(),
            Tag::Directed(_, direction) => direction.to_string(),
        };
        language(of_x).cmp(&language(of_y)).then_with(|| x.cmp(y)).then_with(|| rest(of_x).cmp(&rest(of_y)))
    }

    /// A term as N-Triples writes it.
    pub(crate) fn line(&self, number: Number) -> String {
        match self.get(number) {
            Lexical::Triple([s, p, o]) => {
                format!("<<( {} {} {} )>>", self.line(s), self.line(p), self.line(o))
            }
            lexical => lexical.as_term().map(|term| term.to_string()).unwrap_or_default(),
        }
    }
}
