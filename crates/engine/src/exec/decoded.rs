//! The rows of a running query as terms, or a batch at a time as texts.
//!
//! In: batches of ids and of computed cells. Out: rows for who reads terms, pages for who writes texts; rows are taken from pages.
//! Of a page each different term of a column is read once, in the order of the dictionary, where neighbours share their decoding.

use super::Running;
use super::batch::{Batch, Column, Expander, ROWS};
use super::context::Context;
use crate::answer::page::Page;
use crate::answer::{Row, RowSource};
use crate::error::Result;
use crate::store::{Id, Lexical, NONE, Scratch, Tag};
use crate::terms::xsd;
use std::ops::Range;

/// The first page has at most so many rows: nobody knows yet how long their texts are.
pub(super) const FIRST_ROWS: usize = 16;
/// A page with so many bytes of text takes a millisecond to write.
const MUCH: usize = 1 << 20;
/// A page of so many cells takes some milliseconds to fill and to write.
const CELLS: usize = 1 << 14;

/// An answer in progress. See the module.
pub struct Decoded<'a> {
    root: Running<'a>,
    cx: Context<'a>,
    expander: Expander,
    batch: Batch,
    row: usize,
    width: usize,
    ended: bool,
    scratch: Scratch,
    /// How many rows the next page takes: fewer where texts are long.
    rows: usize,
    /// For who reads terms: the page that they are taken from, how many of its rows were, and how many rows came before there was one.
    page: Page,
    taken: usize,
    first: usize,
}

impl<'a> Decoded<'a> {
    /// Of an operator whose first `width` columns are the answer's.
    pub fn new(root: Running<'a>, cx: Context<'a>, width: usize) -> Self {
        Self {
            root,
            cx,
            expander: Expander::default(),
            batch: Batch::default(),
            row: 0,
            width,
            ended: false,
            scratch: Scratch::new(),
            rows: FIRST_ROWS,
            page: Page::default(),
            taken: 0,
            first: 0,
        }
    }

    fn advance(&mut self) -> Result<bool> {
        while self.row >= self.batch.len {
            if let Some(batch) = self.expander.take() {
                (self.batch, self.row) = (batch, 0);
                continue;
            }
            let Some(batch) = self.root.next(&mut self.cx)? else { return Ok(false) };
            self.expander.fill(batch);
        }
        Ok(true)
    }

    /// The current row by itself: for a few rows a page takes longer.
    fn terms(&mut self) -> Result<Row> {
        // Collecting results would not know how many there are.
        let mut row = Row::with_capacity(self.width);
        for column in 0..self.width {
            let cells = self.batch.cells(column);
            row.push(match cells.ids().and_then(|ids| ids.get(self.row)) {
                Some(id) if *id != NONE && self.cx.locals.place(*id).is_none() => {
                    let term = self.cx.graph.lexical(*id, &mut self.scratch)?.to_term();
                    // The parts of a triple term are other terms.
                    Some(term.map_or_else(|| self.cx.graph.term(*id), Ok)?)
                }
                _ => cells.term(self.row, &self.cx)?,
            });
        }
        self.row += 1;
        Ok(row)
    }

    /// One of the first rows; nothing where there is none.
    fn first_row(&mut self) -> Option<Result<Row>> {
        if self.ended {
            return None;
        }
        self.first += 1;
        let row = self.advance().and_then(|more| if more { self.terms().map(Some) } else { Ok(None) });
        self.ended = !matches!(row, Ok(Some(_)));
        row.transpose()
    }

    /// Fills a page with the next rows; whether there are any.
    fn fill(&mut self, page: &mut Page) -> Result<bool> {
        page.clear(self.width);
        if self.ended {
            return Ok(false);
        }
        let filled = self.advance().and_then(|more| {
            if more {
                (0..self.width).try_for_each(|column| self.column(column, page))?;
                let len = self.rows.min(self.batch.len - self.row);
                page.set_len(len);
                self.row += len;
                self.rows = rows_after(self.rows, page, self.width);
            }
            Ok(more)
        });
        self.ended = !matches!(filled, Ok(true));
        if self.ended {
            page.clear(self.width);
        }
        filled
    }

    /// Fills a column of a page with the terms of the rows from the current one on.
    fn column(&mut self, column: usize, page: &mut Page) -> Result<()> {
        let cells = self.batch.cells(column);
        let Some(ids) = cells.ids() else {
            let rows = self.row..self.batch.len.min(self.row.saturating_add(self.rows));
            write_computed(cells, rows, column, page);
            return Ok(());
        };
        let ids = ids.get(self.row..).unwrap_or_default();
        let ids = ids.get(..self.rows).unwrap_or(ids);
        write_ids(ids, column, page, &self.cx, &mut self.scratch)
    }
}

/// How many rows the page after this one takes: fewer where texts are long.
pub(super) fn rows_after(rows: usize, page: &Page, width: usize) -> usize {
    match page.text_len() {
        ..MUCH => (rows * 2).min(ROWS).min((CELLS / width.max(1)).max(1)),
        _ => (rows / 2).max(1),
    }
}

/// Writes terms by number into a page.
///
/// # Errors
/// Where the graph is damaged.
pub(super) fn write_ids(
    ids: &[Id],
    column: usize,
    page: &mut Page,
    cx: &Context<'_>,
    scratch: &mut Scratch,
) -> Result<()> {
    page.set_numbers(column, ids);
    let mut cells = page.take_cells(column);
    cells.clear();
    cells.resize(ids.len(), Page::unbound());
    // Number and row in one, so that they are sorted by one comparison.
    let mut places: Vec<u64> = (0_u64..).zip(ids).map(|(row, id)| u64::from(*id) << 32 | row).collect();
    if !ids.is_sorted() {
        places.sort_unstable();
    }
    let id_of = |place: &u64| (place >> 32) as Id;
    places.truncate(places.partition_point(|place| id_of(place) != NONE));
    let (known, computed) =
        places.split_at(places.partition_point(|place| cx.locals.place(id_of(place)).is_none()));
    let mut different: Vec<Id> = known.iter().map(id_of).collect();
    different.dedup();
    let mut shared = Vec::with_capacity(different.len());
    let graph = cx.graph;
    graph.lexicals(&different, scratch, &mut |place, lexical| {
        let cell = page.text(lexical);
        // The parts of a triple term are other terms.
        shared.push(match (cell, different.get(place)) {
            (Some(cell), _) => cell,
            (None, Some(id)) => page.term(&graph.term(*id)?),
            (None, None) => Page::unbound(),
        });
        Ok(())
    })?;
    let is_equal = |a: &u64, b: &u64| id_of(a) == id_of(b);
    for (run, cell) in known.chunk_by(is_equal).zip(shared) {
        run.iter().for_each(|place| set(&mut cells, *place as u32, cell));
    }
    for run in computed.chunk_by(is_equal) {
        let cell = run.first().and_then(|place| cx.locals.with(id_of(place), |term| page.term(term)));
        let cell = cell.unwrap_or_else(Page::unbound);
        run.iter().for_each(|place| set(&mut cells, *place as u32, cell));
    }
    page.put_cells(column, cells);
    Ok(())
}

/// Writes computed cells straight into a page.
fn write_computed(cells: &Column, rows: Range<usize>, column: usize, page: &mut Page) {
    let mut written = String::new();
    for row in rows {
        let lexical = match cells {
            Column::Numbers(numbers) => numbers.get(row).copied().flatten().map(|number| {
                written.clear();
                // Writing to memory does not fail.
                let _ = number.write(&mut written);
                Lexical::Literal(&written, Tag::Datatype(number.datatype().as_str()))
            }),
            Column::Texts(texts) => {
                texts.get(row).map(|text| Lexical::Literal(text, Tag::Datatype(xsd::STRING.as_str())))
            }
            Column::Ids(_) => None,
        };
        let cell = lexical.and_then(|lexical| page.text(lexical)).unwrap_or_else(Page::unbound);
        page.push(column, cell);
    }
}

fn set<T>(cells: &mut [T], row: u32, cell: T) {
    if let Some(place) = cells.get_mut(row as usize) {
        *place = cell;
    }
}

impl Iterator for Decoded<'_> {
    type Item = Result<Row>;

    fn next(&mut self) -> Option<Result<Row>> {
        if self.first < FIRST_ROWS {
            return self.first_row();
        }
        if self.taken >= self.page.len() {
            let mut page = std::mem::take(&mut self.page);
            let filled = self.fill(&mut page);
            (self.page, self.taken) = (page, 0);
            match filled {
                Ok(true) => {}
                Ok(false) => return None,
                Err(error) => return Some(Err(error)),
            }
        }
        let row = self.page.row(self.taken);
        self.taken += 1;
        Some(Ok(row))
    }
}

impl RowSource for Decoded<'_> {
    fn page(&mut self, page: &mut Page) -> Result<bool> {
        // What was read for rows that nobody took is read again: it is of the batch at hand.
        self.row -= self.page.len().saturating_sub(self.taken).min(self.row);
        self.page.clear(0);
        self.fill(page)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exec::fixture::{Batches, context};
    use crate::store::{FIRST_FOREIGN, Indexed as _};

    #[test]
    fn rows_and_pages_together_give_each_row_once() {
        let (graph, governor) = context();
        let cx = Context::new(&graph, &governor, None);
        let terms = graph.term_count();
        let ids: Vec<Id> = (0..400).map(|n| if n % 7 == 0 { NONE } else { n * 131 % terms }).collect();
        assert!(ids.iter().all(|id| *id < FIRST_FOREIGN || *id == NONE));
        let expected: Vec<Row> = ids.iter().map(|id| vec![cx.term(*id).unwrap()]).collect();
        let batches = ids.chunks(90).map(|ids| Batch::of(vec![ids.to_vec()], ids.len())).collect();
        let mut decoded = Decoded::new(Batches::new(batches), cx, 1);
        let (mut found, mut page) = (Vec::new(), Page::default());
        for many in [5, 0, 1, 20, 3, 100, 400] {
            found.extend(decoded.by_ref().take(many).map(|row| row.unwrap()));
            if decoded.page(&mut page).unwrap() {
                found.extend((0..page.len()).map(|row| page.row(row)));
            }
        }
        assert_eq!(found, expected);
    }
}
