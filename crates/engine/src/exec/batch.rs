//! Rows in columns: what operators pass to each other.
//!
//! In: a column for each variable: numbers of terms, or what was computed and has no number ([`Column`]). Out: the same, selected,
//! gathered, appended. A batch has at most some thousand rows. [`NONE`] in a column is "unbound"; a row stands for as many
//! solutions as its count says. **Only who says that it takes a computed column is given one** (`build.rs`).

use super::context::Context;
use crate::error::{Error, Result};
pub use crate::expr::column::{Column, gather};
use crate::store::{Id, NONE};

/// How many rows a full batch has.
pub const ROWS: usize = 4096;

/// So many of its columns are copied without a look at the limits.
const WIDE: usize = 64;

/// The columns that are made of some things, one each, with a look at the limits in between where they are many.
///
/// # Errors
/// Once a limit is met.
pub fn columns<T, C>(of: &[T], cx: &Context<'_>, make: impl Fn(&T) -> C) -> Result<Vec<C>> {
    let mut columns = Vec::with_capacity(of.len());
    for part in of.chunks(WIDE) {
        columns.extend(part.iter().map(&make));
        if of.len() > WIDE {
            cx.check()?;
        }
    }
    Ok(columns)
}

/// The computed texts of a column that is passed on have about so many bytes at most, where they are more than one.
const TEXT: usize = 1 << 20;

/// Some rows of the same columns.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Batch {
    /// A column for each variable of the operator's output, all of the same length.
    pub columns: Vec<Column>,
    /// How many solutions each row stands for; nothing where it is one each.
    pub counts: Option<Vec<u64>>,
    /// How many rows there are. Without columns there is no other way to tell.
    pub len: usize,
}

impl Batch {
    /// One row without columns, which stands for `count` solutions.
    pub fn unit(count: u64) -> Self {
        Self { columns: Vec::new(), counts: Some(vec![count]), len: 1 }
    }

    /// Of columns of equal length.
    pub fn of<C: Into<Column>>(columns: Vec<C>, len: usize) -> Self {
        Self { columns: columns.into_iter().map(Into::into).collect(), counts: None, len }
    }

    /// A column by the numbers of its terms; an empty one where there is none of this number.
    pub fn column(&self, n: usize) -> &[Id] {
        self.columns.get(n).map_or(&[], numbered)
    }

    /// A column, numbers or not; an empty one where there is none of this number.
    pub fn cells(&self, n: usize) -> &Column {
        static NOTHING: Column = Column::Ids(Vec::new());
        self.columns.get(n).unwrap_or(&NOTHING)
    }

    /// All columns by the numbers of their terms.
    pub fn slices(&self) -> Vec<&[Id]> {
        self.columns.iter().map(numbered).collect()
    }

    /// A cell; unbound where there is none.
    #[inline]
    pub fn cell(&self, column: usize, row: usize) -> Id {
        self.column(column).get(row).copied().unwrap_or(NONE)
    }

    /// How many solutions a row stands for.
    #[inline]
    pub fn count(&self, row: usize) -> u64 {
        self.counts.as_ref().and_then(|counts| counts.get(row)).copied().unwrap_or(1)
    }

    /// The rows at these places, in this order.
    #[must_use]
    pub fn gather(&self, rows: &[u32]) -> Self {
        Self {
            columns: self.columns.iter().map(|column| column.gather(rows)).collect(),
            counts: self.counts.as_ref().map(|counts| {
                rows.iter().map(|row| counts.get(*row as usize).copied().unwrap_or(1)).collect()
            }),
            len: rows.len(),
        }
    }

    /// Rows of several batches of the same columns, each by the number of its batch and its place there. Where a column has numbers of terms
    /// in one and not in another, all of it gets them.
    ///
    /// # Errors
    /// Where a term cannot be numbered.
    pub fn of_rows(batches: &[&Self], rows: &[(u32, u32)], cx: &mut Context<'_>) -> Result<Self> {
        let width = batches.iter().map(|batch| batch.columns.len()).max().unwrap_or_default();
        let mut columns = Vec::with_capacity(width);
        for n in 0..width {
            let parts: Vec<&Column> = batches.iter().map(|batch| batch.cells(n)).collect();
            columns.push(match Column::of_cells(&parts, rows) {
                Some(column) => column,
                // Only those that are taken get numbers, each once.
                None => {
                    let mut numbered = Vec::with_capacity(parts.len());
                    for (batch, part) in (0..).zip(parts) {
                        let own = rows.iter().filter(|(of, _)| *of == batch).map(|(_, row)| *row);
                        let own: Vec<u32> = own.collect();
                        numbered.push(part.gather(&own).into_ids(cx)?.into_iter());
                    }
                    let next = |(batch, _): &(u32, u32)| numbered.get_mut(*batch as usize)?.next();
                    Column::Ids(rows.iter().map(next).map(|id| id.unwrap_or(NONE)).collect())
                }
            });
        }
        let count =
            |(batch, row): &(u32, u32)| batches.get(*batch as usize).map_or(1, |it| it.count(*row as usize));
        let has_counts = batches.iter().any(|batch| batch.counts.is_some());
        let counts = has_counts.then(|| rows.iter().map(count).collect());
        Ok(Self { columns, counts, len: rows.len() })
    }

    /// [`Self::gather`] for any number of rows.
    ///
    /// # Errors
    /// Once a limit is met, or where there is no room for them.
    pub fn gather_within(&self, rows: &[u32], cx: &mut Context<'_>) -> Result<Self> {
        let mut all = self.gather(&[]);
        for part in rows.chunks(ROWS) {
            all.append_within(&self.gather(part), cx)?;
        }
        Ok(all)
    }

    /// Rows of a join: these rows' `kept` columns, then the `new` ones. Where `found` is given, each row stands for so
    /// many times the solutions of the row that it came from.
    ///
    /// # Errors
    /// Where there are more than 2^64 solutions, and once a limit is met.
    pub fn extended(
        &self,
        rows: &[u32],
        (kept, new, found): (&[usize], Vec<Vec<Id>>, &[u64]),
        cx: &Context<'_>,
    ) -> Result<Self> {
        let mut columns = columns(kept, cx, |column| self.cells(*column).gather(rows))?;
        columns.extend(new.into_iter().map(Column::Ids));
        let mut counts = self
            .counts
            .as_ref()
            .map(|_| -> Vec<u64> { rows.iter().map(|row| self.count(*row as usize)).collect() });
        if found.iter().any(|count| *count != 1) {
            let mut product = counts.unwrap_or_else(|| vec![1; rows.len()]);
            for (count, more) in product.iter_mut().zip(found) {
                *count = times(*count, *more)?;
            }
            counts = Some(product);
        }
        Ok(Self { columns, counts, len: rows.len() })
    }

    /// The rows that `keep` marks.
    #[must_use]
    pub fn filter(&self, keep: &[bool]) -> Self {
        let rows: Vec<u32> = (0..).zip(keep).filter(|(_, keep)| **keep).map(|(row, _)| row).collect();
        self.gather(&rows)
    }

    /// These columns, in this order; nothing in place of a column stands for one of unbound cells.
    #[must_use]
    pub fn select(mut self, columns: &[Option<usize>]) -> Self {
        let mut uses = vec![0_usize; self.columns.len()];
        for n in columns.iter().flatten() {
            if let Some(uses) = uses.get_mut(*n) {
                *uses += 1;
            }
        }
        let selected = columns
            .iter()
            .map(|n| match n.and_then(|n| Some((self.columns.get_mut(n)?, uses.get(n)?))) {
                Some((column, 1)) => std::mem::take(column),
                Some((column, _)) => column.clone(),
                None => Column::Ids(vec![NONE; self.len]),
            })
            .collect();
        Self { columns: selected, ..self }
    }

    /// The rows from `from` on, at most `len`.
    #[must_use]
    pub fn part(&self, from: usize, len: usize) -> Self {
        Self {
            columns: self.columns.iter().map(|column| column.part(from, len)).collect(),
            counts: self.counts.as_ref().map(|counts| counts.iter().copied().skip(from).take(len).collect()),
            len: self.len.saturating_sub(from).min(len),
        }
    }

    /// The rows from `from` on that make a batch: fewer where their texts are long, for who passes them on copies them.
    #[must_use]
    pub fn next_part(&self, from: usize) -> Self {
        let within = |column: &Column| match column {
            Column::Texts(texts) => texts.within(from, TEXT).max(1),
            Column::Ids(_) | Column::Numbers(_) => ROWS,
        };
        self.part(from, self.columns.iter().map(within).fold(ROWS, usize::min))
    }

    /// Adds the rows of `other`, which has the same columns. Where one side of a column has numbers of terms and the other has
    /// not, all of it gets them.
    ///
    /// # Errors
    /// Where a term cannot be numbered.
    pub fn append(&mut self, other: &Self, cx: &mut Context<'_>) -> Result<()> {
        if self.columns.is_empty() && self.len == 0 {
            self.columns = vec![Column::default(); other.columns.len()];
        }
        for (column, more) in self.columns.iter_mut().zip(&other.columns) {
            if !column.append(more) {
                let mut ids = std::mem::take(column).into_ids(cx)?;
                ids.extend(more.clone().into_ids(cx)?);
                *column = ids.into();
            }
        }
        if let Some(more) = &other.counts {
            let counts = self.counts.get_or_insert_with(|| vec![1; self.len]);
            counts.extend_from_slice(more);
        } else if let Some(counts) = &mut self.counts {
            counts.resize(self.len + other.len, 1);
        }
        self.len += other.len;
        Ok(())
    }

    /// [`Self::append`], where there is room for it.
    ///
    /// # Errors
    /// Once a limit is met, or where what is held would pass the limit of memory.
    pub fn append_within(&mut self, other: &Self, cx: &mut Context<'_>) -> Result<()> {
        let columns = self.columns.iter().zip(&other.columns);
        let mut bytes = match self.columns.len() {
            0 => other.bytes(),
            _ => columns.map(|(column, more)| column.growth(more)).sum(),
        };
        if other.counts.is_some() || self.counts.is_some() {
            let (len, capacity) = (self.len + other.len, self.counts.as_ref().map_or(0, Vec::capacity));
            let grows = if len > capacity { len.max(2 * capacity) - capacity } else { 0 };
            bytes += grows * size_of::<u64>();
        }
        if bytes > 0 {
            // A column that grows is there twice while it is copied, one after the other.
            let copied = self.columns.iter().map(Column::bytes).max();
            cx.room(bytes + copied.unwrap_or_default())?;
        }
        self.append(other, cx)?;
        cx.work(other.len)
    }

    /// About how many bytes it holds.
    pub fn bytes(&self) -> usize {
        self.columns.iter().map(Column::bytes).sum::<usize>()
            + self.counts.as_ref().map_or(0, |counts| counts.capacity() * size_of::<u64>())
    }
}

/// Where a place of the pattern gets its term.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum From {
    /// A constant.
    Term(Id),
    /// A column of the input.
    Column(usize),
    /// Nowhere: it is found.
    New,
}

impl From {
    /// The term for a row; nothing where it is to be found.
    #[inline]
    pub fn get(self, batch: &Batch, row: usize) -> Option<Id> {
        match self {
            Self::Term(id) => Some(id),
            Self::Column(column) => Some(batch.cell(column, row)),
            Self::New => None,
        }
    }
}

/// The numbers of a column that was not computed.
#[inline]
fn numbered(column: &Column) -> &[Id] {
    debug_assert!(column.ids().is_some(), "a computed column where one of numbers was asked for");
    column.ids().unwrap_or_default()
}

/// The product of two counts.
///
/// # Errors
/// Where there are more than 2^64 solutions.
#[inline]
pub fn times(a: u64, b: u64) -> Result<u64> {
    a.checked_mul(b).ok_or_else(too_many)
}

/// The sum of two counts.
///
/// # Errors
/// Where there are more than 2^64 solutions.
#[inline]
pub fn plus(a: u64, b: u64) -> Result<u64> {
    a.checked_add(b).ok_or_else(too_many)
}

#[cold]
fn too_many() -> Error {
    Error::query("there are more solutions than can be counted (2^64)")
        .hint("join the parts of the query by a common variable")
}

/// Gives the rows of a batch of any size once, in batches of the usual size.
#[derive(Debug, Default)]
pub struct Parts {
    batch: Batch,
    from: usize,
}

impl std::convert::From<Batch> for Parts {
    fn from(batch: Batch) -> Self {
        Self { batch, from: 0 }
    }
}

impl Parts {
    /// The next ones; nothing once all were given.
    pub fn next_batch(&mut self) -> Option<Batch> {
        if self.from == 0 && self.batch.len <= ROWS {
            return Some(std::mem::take(&mut self.batch)).filter(|batch| batch.len > 0);
        }
        let part = self.batch.next_part(self.from);
        self.from += part.len;
        if part.len == 0 {
            *self = Self::default();
        }
        Some(part).filter(|part| part.len > 0)
    }

    /// About how many bytes it holds.
    pub fn bytes(&self) -> usize {
        self.batch.bytes()
    }
}

/// Gives each solution of counted batches a row of its own, a batch at a time.
#[derive(Debug, Default)]
pub struct Expander {
    batch: Batch,
    row: usize,
    given: u64,
}

impl Expander {
    /// Takes the next batch; what was left of the one before is dropped.
    pub fn fill(&mut self, batch: Batch) {
        *self = Self { batch, row: 0, given: 0 };
    }

    /// Some of the solutions; nothing once all were given.
    pub fn take(&mut self) -> Option<Batch> {
        let counts = self.batch.counts.as_ref();
        let Some(counts) = counts else {
            let batch = std::mem::take(&mut self.batch);
            return (batch.len > 0).then_some(batch);
        };
        let mut rows: Vec<u32> = Vec::new();
        while rows.len() < ROWS
            && let Some(count) = counts.get(self.row)
        {
            let open = count - self.given;
            let more = open.min((ROWS - rows.len()) as u64);
            rows.extend(std::iter::repeat_n(self.row as u32, more as usize));
            self.given += more;
            if more == open {
                (self.row, self.given) = (self.row + 1, 0);
            }
        }
        let mut batch = self.batch.gather(&rows);
        batch.counts = None;
        (batch.len > 0).then_some(batch)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exec::fixture::context;
    use crate::expr::fast::Fast;

    fn batch() -> Batch {
        Batch { counts: Some(vec![1, 0, 5000]), ..Batch::of(vec![vec![1, 2, 3], vec![4, NONE, 6]], 3) }
    }

    #[test]
    fn rows_of_several_batches_are_what_they_are_in_one() {
        let (graph, governor) = context();
        let mut cx = Context::new(&graph, &governor, None);
        let mut texts = crate::expr::Texts::default();
        [Some("b"), None, Some("")].iter().for_each(|text| texts.push(*text));
        let one = Some(Fast::Integer(1));
        let numbers = || Column::Numbers(vec![one, None, Some(Fast::Integer(2))]);
        let forms = [Column::Ids(vec![4, NONE, 6]), numbers(), Column::Texts(texts)];
        let rows = [(1, 2), (0, 0), (0, 1), (2, 0), (1, 0), (0, 0)];
        for (a, b) in forms.iter().flat_map(|a| forms.iter().map(move |b| (a, b))) {
            let batch =
                |column: &Column, counts| Batch { counts, ..Batch::of(vec![column.clone(), numbers()], 3) };
            let batches = [batch(a, Some(vec![7, 8, 9])), batch(b, None), batch(a, None), Batch::default()];
            let (mut all, starts) = (Batch::default(), [0, 3, 6]);
            batches.iter().for_each(|batch| all.append(batch, &mut cx).unwrap());
            let places: Vec<u32> = rows.iter().map(|(batch, row)| starts[*batch as usize] + row).collect();
            let batches: Vec<&Batch> = batches.iter().collect();
            assert_eq!(Batch::of_rows(&batches, &rows, &mut cx).unwrap(), all.gather(&places));
        }
    }

    #[test]
    fn rows_are_selected_with_their_counts() {
        let picked = batch().gather(&[2, 0, 2]);
        assert_eq!(picked.columns, [[3, 1, 3], [6, 4, 6]]);
        assert_eq!(picked.counts, Some(vec![5000, 1, 5000]));
        assert_eq!(batch().filter(&[false, true, false]).columns, [[2], [NONE]]);
        let selected = batch().select(&[Some(1), None, Some(1)]);
        assert_eq!(selected.columns, [[4, NONE, 6], [NONE, NONE, NONE], [4, NONE, 6]]);
    }

    #[test]
    fn rows_with_long_texts_are_passed_on_a_few_at_a_time() {
        let mut texts = crate::expr::Texts::default();
        let text = "x".repeat(TEXT / 3);
        (0..7).for_each(|_| texts.push(Some(&text)));
        texts.push(Some(&"y".repeat(3 * TEXT)));
        (0..ROWS).for_each(|_| texts.push(None));
        let whole = Batch::of(vec![Column::Texts(texts)], 8 + ROWS);
        let (mut at, mut lens, mut all) = (0, Vec::new(), Batch::default());
        while at < whole.len {
            let part = whole.next_part(at);
            at += part.len;
            lens.push(part.len);
            assert!(all.columns.is_empty() || all.columns[0].append(&part.columns[0]));
            all = if all.columns.is_empty() { part } else { all };
        }
        assert_eq!(lens, [3, 3, 1, 1, ROWS]);
        assert_eq!(all.columns, whole.columns);
    }

    #[test]
    fn appending_keeps_counts_of_either_side() {
        let (graph, governor) = context();
        let mut cx = Context::new(&graph, &governor, None);
        let plain = Batch::of(vec![vec![7], vec![8]], 1);
        let mut sum = plain.clone();
        sum.append(&batch(), &mut cx).unwrap();
        assert_eq!(sum.counts, Some(vec![1, 1, 0, 5000]));
        sum.append(&plain, &mut cx).unwrap();
        assert_eq!((sum.counts, sum.len), (Some(vec![1, 1, 0, 5000, 1]), 5));
        let mut empty = Batch::default();
        empty.append(&plain, &mut cx).unwrap();
        assert_eq!(empty, plain);
    }

    #[test]
    fn what_was_computed_gets_numbers_where_it_meets_numbers() {
        let (graph, governor) = context();
        let mut cx = Context::new(&graph, &governor, None);
        let one = cx.intern(&crate::exec::integer(1)).unwrap();
        let computed = Batch::of(vec![Column::Numbers(vec![Some(Fast::Integer(1)), None])], 2);
        let mut sum = computed.clone();
        sum.append_within(&computed, &mut cx).unwrap();
        assert_eq!((sum.cells(0).ids(), sum.len), (None, 4));
        sum.append_within(&Batch::of(vec![vec![7, one]], 2), &mut cx).unwrap();
        sum.append_within(&computed, &mut cx).unwrap();
        assert_eq!(sum.columns, [[one, NONE, one, NONE, 7, one, one, NONE]]);
    }

    #[test]
    fn expanding_gives_each_solution_a_row() {
        let mut expander = Expander::default();
        expander.fill(batch());
        let (first, second) = (expander.take().unwrap(), expander.take().unwrap());
        assert_eq!((first.len, second.len), (ROWS, 5001 - ROWS));
        assert_eq!(first.column(0).iter().filter(|id| **id == 1).count(), 1);
        assert!(first.column(0).iter().chain(second.column(0)).all(|id| *id != 2), "no solution, no row");
        assert!(expander.take().is_none());
    }

    #[test]
    fn counts_that_do_not_fit_are_an_error() {
        assert!(times(u64::MAX, 2).is_err() && plus(u64::MAX, 1).is_err());
    }
}
