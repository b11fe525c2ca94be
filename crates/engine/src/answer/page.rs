//! Some rows of an answer as texts that lie side by side: what writers read instead of a `Term` for each cell.
//!
//! In: terms, or their texts in a dictionary. Out: the same by row and column, borrowed. Equal terms of a column may share
//! their text. A page is filled again and again, so that nothing is allocated once it has grown; it holds what one batch
//! holds.

use crate::answer::Row;
use crate::store::{FIRST_FOREIGN, Id, Lexical, Tag};
use crate::terms::{
    BaseDirection, BlankNodeRef, LiteralRef, NamedNodeRef, NamedOrBlankNode, Term, TermRef, Triple, xsd,
};
use std::ops::Range;

/// Some rows. See the module.
#[derive(Debug, Default)]
pub struct Page {
    text: String,
    /// Datatypes and language tags.
    names: Vec<String>,
    triples: Vec<Term>,
    columns: Vec<Vec<Cell>>,
    len: usize,
    /// The numbers of each column's terms, where somebody asks for them and there are any.
    numbers: Option<Vec<Vec<Id>>>,
}

/// Where the text of a cell is, and of what kind it is.
#[derive(Debug, Clone, Copy)]
pub struct Cell {
    start: usize,
    end: usize,
    kind: Kind,
}

#[derive(Debug, Clone, Copy)]
enum Kind {
    Unbound,
    Blank,
    Iri,
    /// A literal with the datatype of this number among the names.
    Typed(u32),
    /// One with this language tag, and perhaps a direction.
    Tagged(u32, Option<BaseDirection>),
    /// The triple term of this number.
    Triple(u32),
}

impl Page {
    /// Makes it empty, with so many columns.
    pub fn clear(&mut self, width: usize) {
        self.text.clear();
        self.names.clear();
        self.triples.clear();
        self.len = 0;
        self.columns.iter_mut().for_each(Vec::clear);
        self.columns.resize_with(width, Vec::new);
        if let Some(numbers) = &mut self.numbers {
            numbers.iter_mut().for_each(Vec::clear);
            numbers.resize_with(width, Vec::new);
        }
    }

    /// Asks who fills it to note the numbers of terms beside their texts, from now on.
    pub fn note_numbers(&mut self) {
        self.numbers.get_or_insert_default();
    }

    /// Notes the numbers of a column's terms, where that is asked for.
    pub fn set_numbers(&mut self, column: usize, ids: &[Id]) {
        if let Some(numbers) = self.numbers.as_mut().and_then(|numbers| numbers.get_mut(column)) {
            numbers.clear();
            numbers.extend_from_slice(ids);
        }
    }

    /// The number of a cell's term in the dictionary of the graph's pack; nothing where it is no term of that, or nobody asked.
    pub fn number(&self, row: usize, column: usize) -> Option<Id> {
        let id = *self.numbers.as_ref()?.get(column)?.get(row)?;
        Some(id).filter(|id| *id < FIRST_FOREIGN)
    }

    /// About how many bytes it takes.
    pub fn bytes(&self) -> usize {
        let cells: usize = self.columns.iter().map(Vec::capacity).sum();
        self.text.capacity() + cells * size_of::<Cell>() + self.triples.len() * size_of::<Triple>()
    }

    /// How many columns there are.
    pub fn width(&self) -> usize {
        self.columns.len()
    }

    /// How many rows there are.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// How many bytes of text it holds.
    pub fn text_len(&self) -> usize {
        self.text.len()
    }

    /// Leaves out all rows but the first so many.
    pub fn truncate(&mut self, len: usize) {
        self.len = self.len.min(len);
    }

    /// Says that all columns have so many cells.
    pub fn set_len(&mut self, len: usize) {
        self.len = len;
    }

    /// A cell without a term.
    pub fn unbound() -> Cell {
        Cell { start: 0, end: 0, kind: Kind::Unbound }
    }

    /// Takes the cells of a column away, for who fills it in no order; [`Self::put_cells`] brings them back.
    pub fn take_cells(&mut self, column: usize) -> Vec<Cell> {
        self.columns.get_mut(column).map(std::mem::take).unwrap_or_default()
    }

    /// Makes these the cells of a column.
    pub fn put_cells(&mut self, column: usize, cells: Vec<Cell>) {
        if let Some(column) = self.columns.get_mut(column) {
            *column = cells;
        }
    }

    /// Adds a cell at the foot of a column.
    pub fn push(&mut self, column: usize, cell: Cell) {
        if let Some(cells) = self.columns.get_mut(column) {
            cells.push(cell);
        }
    }

    /// Puts a text in, for cells to share; nothing for a triple term, of which a text knows numbers alone.
    pub fn text(&mut self, lexical: Lexical<'_>) -> Option<Cell> {
        let kind = match lexical {
            Lexical::Blank(_) => Kind::Blank,
            Lexical::Iri(_) => Kind::Iri,
            Lexical::Literal(_, Tag::Datatype(datatype)) => Kind::Typed(self.name(datatype)),
            Lexical::Literal(_, Tag::Language(tag)) => Kind::Tagged(self.name(tag), None),
            Lexical::Literal(_, Tag::Directed(tag, direction)) => {
                Kind::Tagged(self.name(tag), Some(direction))
            }
            Lexical::Triple(_) => return None,
        };
        let start = self.text.len();
        self.text.push_str(lexical.text()?);
        Some(Cell { start, end: self.text.len(), kind })
    }

    /// Puts a term in, for cells to share.
    pub fn term(&mut self, term: &Term) -> Cell {
        self.borrowed(term.as_ref())
    }

    /// The same of a term that is borrowed.
    pub fn borrowed(&mut self, term: TermRef<'_>) -> Cell {
        let lexical = match term {
            TermRef::BlankNode(node) => Lexical::Blank(node.as_str()),
            TermRef::NamedNode(iri) => Lexical::Iri(iri.as_str()),
            TermRef::Literal(literal) => Lexical::Literal(
                literal.value(),
                match (literal.language(), literal.direction()) {
                    (Some(tag), Some(direction)) => Tag::Directed(tag, direction),
                    (Some(tag), None) => Tag::Language(tag),
                    (None, _) => Tag::Datatype(literal.datatype().as_str()),
                },
            ),
            TermRef::Triple(_) => {
                self.triples.push(term.into_owned());
                let kind = Kind::Triple((self.triples.len() - 1) as u32);
                return Cell { start: 0, end: 0, kind };
            }
        };
        self.text(lexical).unwrap_or_else(Self::unbound)
    }

    /// Adds a row of terms.
    pub fn push_row(&mut self, row: &Row) {
        for (column, term) in row.iter().enumerate() {
            let cell = term.as_ref().map_or_else(Self::unbound, |term| self.term(term));
            self.push(column, cell);
        }
        self.len += 1;
    }

    /// The number of a datatype or tag; there are few of them.
    fn name(&mut self, name: &str) -> u32 {
        let known = self.names.iter().position(|known| known == name);
        known.unwrap_or_else(|| {
            self.names.push(name.to_owned());
            self.names.len() - 1
        }) as u32
    }

    /// The term of a cell; nothing where it is unbound.
    pub fn get(&self, row: usize, column: usize) -> Option<TermRef<'_>> {
        let Cell { start, end, kind } = *self.columns.get(column)?.get(row)?;
        let text = self.text.get(Range { start, end }).unwrap_or_default();
        let name = |number: u32| self.names.get(number as usize).map_or(xsd::STRING.as_str(), String::as_str);
        Some(match kind {
            Kind::Unbound => return None,
            Kind::Blank => BlankNodeRef::new_unchecked(text).into(),
            Kind::Iri => NamedNodeRef::new_unchecked(text).into(),
            Kind::Typed(datatype) => {
                LiteralRef::new_typed_literal(text, NamedNodeRef::new_unchecked(name(datatype))).into()
            }
            Kind::Tagged(tag, None) => {
                LiteralRef::new_language_tagged_literal_unchecked(text, name(tag)).into()
            }
            Kind::Tagged(tag, Some(direction)) => {
                LiteralRef::new_directional_language_tagged_literal_unchecked(text, name(tag), direction)
                    .into()
            }
            Kind::Triple(number) => self.triples.get(number as usize)?.as_ref(),
        })
    }

    /// The IRI or the lexical form of a cell; nothing where it is another term, or unbound.
    #[inline]
    pub fn plain(&self, row: usize, column: usize) -> Option<&str> {
        let Cell { start, end, kind } = *self.columns.get(column)?.get(row)?;
        match kind {
            Kind::Iri | Kind::Typed(_) | Kind::Tagged(..) => self.text.get(start..end),
            Kind::Unbound | Kind::Blank | Kind::Triple(_) => None,
        }
    }

    /// A row of subject, predicate and object as a triple; nothing where it is none.
    pub fn triple(&self, row: usize) -> Option<Triple> {
        let subject: NamedOrBlankNode = match self.get(row, 0)? {
            TermRef::NamedNode(iri) => iri.into_owned().into(),
            TermRef::BlankNode(node) => node.into_owned().into(),
            TermRef::Literal(_) | TermRef::Triple(_) => return None,
        };
        let TermRef::NamedNode(predicate) = self.get(row, 1)? else { return None };
        Some(Triple { subject, predicate: predicate.into_owned(), object: self.get(row, 2)?.into_owned() })
    }

    /// A row as terms.
    pub fn row(&self, row: usize) -> Row {
        (0..self.columns.len()).map(|column| self.get(row, column).map(TermRef::into_owned)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::terms::{BlankNode, Literal, NamedNode};

    #[test]
    fn a_page_gives_back_the_rows_that_were_put_in() {
        let iri = NamedNode::new_unchecked("http://example.org/é");
        let terms: Vec<Option<Term>> = vec![
            Some(iri.clone().into()),
            None,
            Some(BlankNode::new_unchecked("b").into()),
            Some(Literal::from("text").into()),
            Some(Literal::from(5).into()),
            Some(Literal::new_language_tagged_literal_unchecked("Wort", "de").into()),
            Some(
                Literal::new_directional_language_tagged_literal_unchecked("w", "ar", BaseDirection::Rtl)
                    .into(),
            ),
            Some(Triple::new(iri.clone(), iri, Literal::from("")).into()),
        ];
        let mut page = Page::default();
        for _ in 0..2 {
            page.clear(2);
            let rows: Vec<Row> = terms.chunks(2).map(<[_]>::to_vec).collect();
            rows.iter().for_each(|row| page.push_row(row));
            assert_eq!(page.len(), rows.len());
            for (n, row) in rows.iter().enumerate() {
                assert_eq!(&page.row(n), row);
                for (column, term) in row.iter().enumerate() {
                    let plain = match term {
                        Some(Term::NamedNode(iri)) => Some(iri.as_str()),
                        Some(Term::Literal(literal)) => Some(literal.value()),
                        _ => None,
                    };
                    assert_eq!(page.plain(n, column), plain);
                }
            }
            page.truncate(1);
            assert_eq!(page.len(), 1);
        }
    }
}
