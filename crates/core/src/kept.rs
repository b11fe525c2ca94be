//! Rows of an answer kept in memory, to be read again: numbers of terms, not terms.
//!
//! In: pages of an answer that note numbers, and the pack whose numbers these are. Out: the rows and triples again. A term of the
//! pack takes four bytes, whatever its text; what a query computed, and what a changed graph has beside its pack, is kept as text.

use crate::engine::answer::page::{Cell, Page};
use crate::engine::answer::{Answer, Row, RowSource, Rows, TripleSource};
use crate::error::Result;
use crate::store::pack::Pack;
use crate::store::{FIRST_FOREIGN, Graph as _, Id, Indexed as _, NONE, Scratch};
use crate::terms::{NamedOrBlankNode, Term, Triple, Variable};
use std::fmt;
use std::sync::Arc;

/// A page that is read again has so many rows.
const ROWS: usize = 1024;

/// Rows that are kept. See the module.
pub struct Kept {
    pack: Arc<Pack>,
    /// Numbers of the pack's terms; from [`FIRST_FOREIGN`] on the places of others; [`NONE`] where nothing is bound.
    columns: Vec<Vec<Id>>,
    /// Terms that are none of the pack's: a column of texts.
    others: Page,
    len: usize,
}

impl fmt::Debug for Kept {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} rows kept", self.len)
    }
}

impl Kept {
    /// No row yet, of so many columns; `pack` is the one whose numbers pages note.
    #[must_use]
    pub fn new(pack: Arc<Pack>, width: usize) -> Self {
        let mut others = Page::default();
        others.clear(1);
        Self { pack, columns: vec![Vec::new(); width], others, len: 0 }
    }

    /// How many rows there are.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// About how many bytes it takes.
    pub fn bytes(&self) -> usize {
        self.others.bytes()
            + self.columns.iter().map(|column| column.capacity() * size_of::<Id>()).sum::<usize>()
    }

    /// Adds a row of a page.
    pub fn push(&mut self, page: &Page, row: usize) {
        for (place, column) in self.columns.iter_mut().enumerate() {
            column.push(match (page.number(row, place), page.get(row, place)) {
                (Some(id), _) => id,
                (None, None) => NONE,
                (None, Some(term)) => {
                    let cell = self.others.borrowed(term);
                    self.others.push(0, cell);
                    let id = FIRST_FOREIGN.saturating_add(self.others.len() as Id);
                    self.others.set_len(self.others.len() + 1);
                    id
                }
            });
        }
        self.len += 1;
    }

    fn term(&self, id: Id) -> Result<Option<Term>> {
        match id.checked_sub(FIRST_FOREIGN) {
            _ if id == NONE => Ok(None),
            Some(place) => Ok(self.others.get(place as usize, 0).map(|term| term.into_owned())),
            None => self.pack.term(id).map(Some),
        }
    }

    /// A row; nothing past the last.
    ///
    /// # Errors
    /// Where the pack is damaged.
    pub fn row(&self, row: usize) -> Result<Option<Row>> {
        if row >= self.len {
            return Ok(None);
        }
        let ids = self.columns.iter().map(|column| column.get(row).copied().unwrap_or(NONE));
        ids.map(|id| self.term(id)).collect::<Result<Row>>().map(Some)
    }

    /// A row of subject, predicate and object as a triple; nothing past the last.
    ///
    /// # Errors
    /// As [`Self::row`].
    pub fn triple(&self, row: usize) -> Result<Option<Triple>> {
        Ok(self.row(row)?.and_then(triple))
    }

    /// The rows as an answer again.
    pub fn rows(&self, variables: Vec<Variable>) -> Rows<'_> {
        Rows { variables, rows: Box::new(Reader { kept: self, row: 0, scratch: Scratch::new() }) }
    }

    /// The triples as an answer again.
    pub fn graph(&self) -> Answer<'_> {
        Answer::Graph(Box::new(Triples(Reader { kept: self, row: 0, scratch: Scratch::new() })))
    }
}

fn triple(row: Row) -> Option<Triple> {
    let [subject, predicate, object] = <[Option<Term>; 3]>::try_from(row).ok()?;
    let subject = match subject? {
        Term::NamedNode(iri) => NamedOrBlankNode::from(iri),
        Term::BlankNode(node) => node.into(),
        Term::Literal(_) | Term::Triple(_) => return None,
    };
    let Term::NamedNode(predicate) = predicate? else { return None };
    Some(Triple { subject, predicate, object: object? })
}

/// Kept rows being read.
struct Reader<'a> {
    kept: &'a Kept,
    row: usize,
    scratch: Scratch,
}

impl Reader<'_> {
    fn fill(&mut self, page: &mut Page) -> Result<bool> {
        page.clear(self.kept.columns.len());
        let rows = self.row..self.kept.len.min(self.row + ROWS);
        for (place, column) in self.kept.columns.iter().enumerate() {
            for id in column.get(rows.clone()).unwrap_or_default() {
                let cell = self.cell(*id, page)?;
                page.push(place, cell);
            }
        }
        page.set_len(rows.len());
        self.row = rows.end;
        Ok(!rows.is_empty())
    }

    fn cell(&mut self, id: Id, page: &mut Page) -> Result<Cell> {
        if id < FIRST_FOREIGN {
            let lexical = self.kept.pack.lexical(id, &mut self.scratch)?;
            if let Some(cell) = page.text(lexical) {
                return Ok(cell);
            }
        }
        // The parts of a triple term are other terms.
        Ok(self.kept.term(id)?.map_or_else(Page::unbound, |term| page.term(&term)))
    }
}

impl Iterator for Reader<'_> {
    type Item = Result<Row>;

    fn next(&mut self) -> Option<Result<Row>> {
        let row = self.kept.row(self.row).transpose()?;
        self.row = if row.is_ok() { self.row + 1 } else { self.kept.len };
        Some(row)
    }
}

impl RowSource for Reader<'_> {
    fn page(&mut self, page: &mut Page) -> Result<bool> {
        let filled = self.fill(page);
        if filled.is_err() {
            (self.row, _) = (self.kept.len, page.clear(0));
        }
        filled
    }
}

struct Triples<'a>(Reader<'a>);

impl Iterator for Triples<'_> {
    type Item = Result<Triple>;

    fn next(&mut self) -> Option<Result<Triple>> {
        loop {
            match self.0.next()? {
                Ok(row) => {
                    if let Some(triple) = triple(row) {
                        return Some(Ok(triple));
                    }
                }
                Err(error) => return Some(Err(error)),
            }
        }
    }
}

impl TripleSource for Triples<'_> {
    fn page(&mut self, page: &mut Page) -> Result<bool> {
        RowSource::page(&mut self.0, page)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::pack::Builder;
    use crate::terms::{BlankNode, GraphName, Literal, NamedNode};

    #[test]
    fn rows_come_back_as_they_were_whether_the_pack_has_their_terms_or_not() {
        let iri = |n: usize| NamedNode::new_unchecked(format!("http://example.org/{n}"));
        let nested = Triple::new(iri(1), iri(0), BlankNode::new_unchecked("b"));
        let mut builder = Builder::new();
        for n in 1..2000 {
            let object: Term =
                if n % 500 == 0 { nested.clone().into() } else { Literal::from(n as i64).into() };
            builder.add(Triple::new(iri(n), iri(0), object).in_graph(GraphName::DefaultGraph).as_ref());
        }
        let pack = Arc::new(builder.finish());
        let (mut kept, mut page) = (Kept::new(Arc::clone(&pack), 3), Page::default());
        page.note_numbers();
        let mut expected: Vec<Row> = Vec::new();
        for part in 0..3 {
            page.clear(3);
            let ids: Vec<Id> = (0..pack.term_count()).skip(part * 900).take(900).collect();
            for id in &ids {
                let term = pack.term(*id).unwrap();
                let other = match id % 4 {
                    0 => Some(Literal::from(f64::from(*id)).into()),
                    1 => Some(nested.clone().into()),
                    2 => Some(Literal::new_language_tagged_literal_unchecked("Wort", "de").into()),
                    _ => None,
                };
                expected.push(vec![Some(term), other, None]);
            }
            let from = expected.len() - ids.len();
            expected[from..].iter().for_each(|row| page.push_row(row));
            page.set_numbers(0, &ids);
            (0..page.len()).for_each(|row| kept.push(&page, row));
        }
        assert_eq!(kept.len(), expected.len());
        assert_eq!(kept.rows(Vec::new()).rows.collect::<Result<Vec<Row>>>().unwrap(), expected);
        let (mut rows, mut found) = (kept.rows(Vec::new()), Vec::new());
        while rows.rows.page(&mut page).unwrap() {
            found.extend((0..page.len()).map(|row| page.row(row)));
        }
        assert_eq!(found, expected);
        assert_eq!(kept.row(7).unwrap().as_ref(), expected.get(7));
        assert_eq!(kept.row(expected.len()).unwrap(), None);
        let numbers = 3 * 4 * expected.len();
        let beside = expected.iter().filter(|row| row[1].is_some()).count();
        assert!(kept.bytes() < 2 * numbers + 200 * beside, "{}", kept.bytes());
    }
}
