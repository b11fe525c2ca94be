//! Joins of two inputs by the variables they share: inner, left, semi, anti, MINUS, and the mark of EXISTS.
//!
//! In: two inputs; the right one is held in memory, the left one streams. Out: pairs of compatible rows, or the left rows that
//! have a partner, or have none (SPARQL 1.1, section 18.5: Join, LeftJoin, Minus). Keys that both sides always bind are hashed;
//! other shared variables are compared by section 18.3: unbound is compatible with anything. Without keys one of these is hashed,
//! and rows are looked for with its value and with none. Where nothing is shared every pair is looked at, or those that ranges of
//! numbers leave (`bands.rs`). Where the keys of one
//! column lie close together they are places of a table (`dense.rs`), a bit each where only whether there is a partner matters;
//! where a partner must be less or greater than something of the left row, only the least or greatest of each key is held. Where
//! no condition judges pairs, the held rows lie sorted by that key, so that the partners of a row lie together and, where nothing
//! else is compared, are copied as one piece of each column.
//!
//! It is the simple hash join of DeWitt, Katz, Olken, Shapiro, Stonebraker, Wood (Implementation techniques for main memory
//! database systems, SIGMOD 1984) where the table has room in one piece, and no other: what has none within the limits is an
//! error.

use crate::aside::set_aside;
use crate::error::{Error, Result};
use crate::exec::bands::{Banding, Bands};
use crate::exec::batch::{Batch, ROWS, columns, gather, times};
use crate::exec::context::Context;
use crate::exec::dense::{KeySet, RowsByKey};
use crate::exec::extremes::extremes;
use crate::exec::formula::Compiled;
use crate::exec::rows_index::{Chain, RowsIndex, all_hashes, hashes};
use crate::exec::{Operator, Running, boolean, drain};
use crate::plan::physical::JoinKind;
use crate::store::{AHEAD, Id, NONE};
use std::ops::Range;
use std::sync::{Arc, OnceLock};

/// The first batch has at most so many pairs: a LIMIT above may need no more.
const FIRST_ROWS: usize = 64;

/// So few held rows are all looked at sooner than some of them are found.
const FEW: usize = 8;

/// Of so many held rows the caches of a core hold no more than a part.
const LARGE: usize = 1 << 16;

/// What a join is asked for. Columns are given by their places in the inputs.
pub struct Shape {
    /// Of which sort.
    pub kind: JoinKind,
    /// Columns of the left and right that must be equal.
    pub keys: Vec<(usize, usize)>,
    /// Columns of the left and right that must be equal where both are bound.
    pub loose: Vec<(usize, usize)>,
    /// What must be true of a pair, over `pair`.
    pub conditions: Vec<Compiled>,
    /// The columns that the conditions read.
    pub pair: Vec<Side>,
    /// Where the only condition compares a column of the right with one of the left: that column, and whether the greatest of
    /// it fulfils the condition where any does, or else the least.
    pub extreme: Option<(usize, bool)>,
    /// Where nothing is shared: conditions by which partners may be found.
    pub banding: Option<Banding>,
    /// The columns of the output.
    pub output: Vec<Side>,
}

/// Where a column of a pair comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// A column of the left input.
    Left(usize),
    /// A column of the right input.
    Right(usize),
    /// Of the left where it is bound there, else of the right.
    Either(usize, usize),
    /// Whether there is a partner.
    Mark,
}

/// How the held rows of a key are found.
enum Index {
    /// By its hash.
    Hashed(RowsIndex),
    /// By its number.
    ByKey(RowsByKey),
    /// By its number, and the rows themselves lie in the order of their keys.
    InOrder(RowsByKey),
    /// They are not: only which keys there are matters.
    Keys(KeySet),
    /// Nothing is shared: by the range in which a number of the left is.
    Banded(Bands),
}

impl Default for Index {
    fn default() -> Self {
        Self::Hashed(RowsIndex::default())
    }
}

impl Index {
    /// The held rows with a key, where they are found by its number.
    #[inline]
    fn partners(&self, key: Id) -> Partners<'_> {
        match self {
            Self::ByKey(rows) => Partners::Rows(rows.rows(key)),
            Self::InOrder(rows) => Partners::Places(rows.places(key)),
            Self::Banded(bands) => Partners::Rows(bands.rows(key)),
            Self::Hashed(_) | Self::Keys(_) => Partners::Rows(&[]),
        }
    }

    fn bytes(&self) -> usize {
        match self {
            Self::Hashed(index) => index.bytes(),
            Self::ByKey(rows) | Self::InOrder(rows) => rows.bytes(),
            Self::Keys(keys) => keys.bytes(),
            Self::Banded(bands) => bands.bytes(),
        }
    }
}

/// Held rows that are looked at, one after the other.
enum Search<'h> {
    /// Those of the hash of a key.
    Of(Chain<'h>),
    /// Those of the hash of a cell that is bound, of which those with a bound cell are sought, or of the hash of an unbound one.
    Bound { chain: Chain<'h>, cells: &'h [Id], unbound: bool },
    /// All: nothing is bound that could be sought.
    All(Range<u32>),
}

impl Search<'_> {
    fn next(&mut self) -> Option<u32> {
        match self {
            Self::Of(chain) | Self::Bound { chain, .. } => chain.next(),
            Self::All(rows) => rows.next(),
        }
    }

    /// Whether this row is one of those, and not one of another hash that is the same.
    fn is_sought(&self, row: u32) -> bool {
        match self {
            Self::Bound { cells, unbound, .. } => (cells.get(row as usize) == Some(&NONE)) == *unbound,
            Self::Of(_) | Self::All(_) => true,
        }
    }

    /// Whether rows with an unbound cell may follow.
    fn has_more(&self) -> bool {
        matches!(self, Self::Bound { .. })
    }

    /// Where a later search goes on.
    fn place(&self) -> u32 {
        match self {
            Self::Of(chain) | Self::Bound { chain, .. } => chain.place(),
            Self::All(rows) => rows.start,
        }
    }
}

/// The held rows of one key.
enum Partners<'a> {
    Rows(&'a [u32]),
    /// All from one place to another.
    Places(Range<usize>),
}

impl Partners<'_> {
    #[inline]
    fn len(&self) -> usize {
        match self {
            Self::Rows(rows) => rows.len(),
            Self::Places(places) => places.len(),
        }
    }

    /// The one of this number.
    #[inline]
    fn row(&self, number: usize) -> u32 {
        match self {
            Self::Rows(rows) => rows.get(number).copied().unwrap_or_default(),
            Self::Places(places) => (places.start + number) as u32,
        }
    }
}

/// A column of the left and one of the held side.
type Loose<'a> = (&'a [Id], &'a [Id]);

/// Whether two cells may be of one solution (SPARQL 1.1, section 18.3).
#[inline]
fn compatible(a: Option<&Id>, b: Option<&Id>) -> bool {
    match (a, b) {
        (Some(a), Some(b)) => a == b || *a == NONE || *b == NONE,
        _ => true,
    }
}

/// Rows of the left and of the held side that go together.
type Pairs = (Vec<u32>, Vec<u32>);

/// The right side of a join, its rows found by their keys.
#[derive(Default)]
pub struct Held {
    rows: Batch,
    index: Index,
    /// Where no column must be equal: one of the left and one of the right that must be where both are bound, by which rows are
    /// found.
    loose: Option<(usize, usize)>,
    /// The hash of a cell of it that is not bound.
    unbound: u32,
    /// The values of each key, with its column on the left, where they are few and only left rows that have one matter.
    keys: Vec<(usize, Vec<Id>)>,
    /// There is no row, so that a join that gives what has a partner need not read its left side.
    nothing: bool,
}

/// So few values of a key are told to the left input.
const FEW_KEYS: usize = 1024;

impl Held {
    /// All rows of an input, as a join of this shape looks for them.
    ///
    /// # Errors
    /// As the input's, or where there is no room for them.
    pub fn of(input: Running<'_>, shape: &Shape, cx: &mut Context<'_>) -> Result<Self> {
        let mut held = Self::default();
        held.rows = drain(input, cx)?;
        held.nothing = held.rows.len == 0;
        held.leave_extremes(shape, cx)?;
        if matches!(shape.kind, JoinKind::Inner | JoinKind::Semi) && held.rows.len <= FEW_KEYS {
            let values = |(left, right): &(usize, usize)| {
                let mut ids = held.rows.column(*right).to_vec();
                ids.sort_unstable();
                ids.dedup();
                (*left, ids)
            };
            held.keys = shape.keys.iter().map(values).collect();
        }
        if let &[(_, key)] = shape.keys.as_slice()
            && held.index_by_number(key, shape, cx)?
        {
            return Ok(held);
        }
        if let Some(banding) = &shape.banding
            && let Some(bands) = banding.of(&held.rows, cx)?
        {
            held.index = Index::Banded(bands);
            return Ok(held);
        }
        if shape.keys.is_empty() && held.rows.len > FEW {
            let unbound = |(_, right): &(usize, usize)| {
                held.rows.column(*right).iter().filter(|id| **id == NONE).count()
            };
            held.loose = shape.loose.iter().copied().min_by_key(unbound);
            held.unbound = hashes(&[&[NONE]], 1).first().copied().unwrap_or_default();
        }
        let by = shape.keys.iter().chain(&held.loose);
        let columns: Vec<&[Id]> = by.map(|(_, right)| held.rows.column(*right)).collect();
        let hashes = all_hashes(&columns, held.rows.len, cx.governor())?;
        held.index = Index::Hashed(RowsIndex::over(hashes, cx.governor())?);
        Ok(held)
    }

    /// Where a partner must be less or greater than something of the left row, and nothing else: leaves those of each key
    /// that decide it.
    fn leave_extremes(&mut self, shape: &Shape, cx: &Context<'_>) -> Result<()> {
        let Some((value, greatest)) = shape.extreme else { return Ok(()) };
        let keys: Vec<usize> = shape.keys.iter().map(|(_, right)| *right).collect();
        if !shape.kind.gives_pairs()
            && shape.loose.is_empty()
            && let Some(rows) = extremes(&self.rows, (&keys, value, greatest), cx)?
        {
            self.let_go();
            self.rows = rows;
        }
        Ok(())
    }

    /// Finds rows by the number in their only key, where these lie close together; whether they do.
    fn index_by_number(&mut self, key: usize, shape: &Shape, cx: &mut Context<'_>) -> Result<bool> {
        let (once, alone) = (!shape.kind.gives_pairs(), shape.loose.is_empty());
        if once && alone && shape.conditions.is_empty() {
            let Some(keys) = KeySet::of(self.rows.column(key), cx.governor())? else { return Ok(false) };
            self.index = Index::Keys(keys);
            self.let_go();
            return Ok(true);
        }
        let Some(mut rows) = RowsByKey::of(self.rows.column(key), cx.governor())? else { return Ok(false) };
        if once || !shape.conditions.is_empty() {
            self.index = Index::ByKey(rows);
            return Ok(true);
        }
        let order = rows.take_order();
        if !self.rows.column(key).is_sorted() {
            let sorted = self.rows.gather_within(&order, cx)?;
            self.let_go();
            self.rows = sorted;
        }
        self.index = Index::InOrder(rows);
        Ok(true)
    }

    /// Drops the rows.
    fn let_go(&mut self) {
        let rows = std::mem::take(&mut self.rows);
        let bytes = rows.bytes();
        set_aside(rows, bytes);
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        let held = (std::mem::take(&mut self.rows), std::mem::take(&mut self.index));
        let bytes = held.0.bytes() + held.1.bytes();
        set_aside(held, bytes);
    }
}

/// The right side of a join, to be read or read already.
pub enum Right<'a> {
    /// Rows.
    Input(Running<'a>),
    /// What several joins hold together: somebody else reads it before any of them asks for a row.
    Shared(Arc<OnceLock<Arc<Held>>>),
}

/// A join in progress. See the module.
pub struct HashJoin<'a> {
    shape: Shape,
    left: Running<'a>,
    right: Option<Right<'a>>,
    held: Arc<Held>,
    batch: Batch,
    hashes: Vec<u32>,
    /// Which rows of the left batch have a partner.
    matched: Vec<bool>,
    /// The left row being matched, and where in its chain, or how many of its partners were given.
    row: usize,
    place: Option<u32>,
    /// Which partners are looked for where one column must be equal where bound: those with its value, or those that have none.
    unbound: bool,
    /// Whether all pairs of the batch were looked at.
    paired: bool,
    /// Whether the conditions are known to be true for the pairs that are found.
    decided: bool,
    cap: usize,
    /// What stands for true and false in a mark's column, once needed.
    marks: Option<[Id; 2]>,
}

impl<'a> HashJoin<'a> {
    /// Of two inputs.
    pub fn new(shape: Shape, left: Running<'a>, right: Right<'a>) -> Self {
        Self {
            shape,
            left,
            right: Some(right),
            held: Arc::default(),
            batch: Batch::default(),
            hashes: Vec::new(),
            matched: Vec::new(),
            row: 0,
            place: None,
            unbound: false,
            paired: true,
            decided: false,
            cap: FIRST_ROWS,
            marks: None,
        }
    }

    fn hold(&mut self, cx: &mut Context<'_>) -> Result<()> {
        match self.right.take() {
            None => return Ok(()),
            Some(Right::Input(input)) => self.held = Arc::new(Held::of(input, &self.shape, cx)?),
            Some(Right::Shared(table)) => {
                let held = table.get().ok_or_else(|| Error::query("a join ran before its table was made"))?;
                self.held = Arc::clone(held);
            }
        }
        for (column, ids) in &self.held.keys {
            self.left.only(*column, ids);
        }
        Ok(())
    }

    /// Takes the next batch of the left.
    fn advance(&mut self, cx: &mut Context<'_>) -> Result<bool> {
        if self.held.nothing && matches!(self.shape.kind, JoinKind::Inner | JoinKind::Semi) {
            return Ok(false);
        }
        let Some(batch) = self.left.next(cx)? else { return Ok(false) };
        let key = self.shape.keys.first().map_or(&[][..], |(left, _)| batch.column(*left));
        (self.row, self.place, self.unbound, self.paired) = (0, None, false, false);
        match &self.held.index {
            Index::Keys(keys) => {
                self.matched = key.iter().map(|key| keys.contains(*key)).collect();
                self.paired = true;
                cx.work(batch.len)?;
            }
            Index::ByKey(_) | Index::InOrder(_) | Index::Banded(_) => self.matched = vec![false; batch.len],
            Index::Hashed(_) => {
                let by = self.shape.keys.iter().chain(&self.held.loose);
                let keys: Vec<&[Id]> = by.map(|(left, _)| batch.column(*left)).collect();
                self.hashes = hashes(&keys, batch.len);
                self.matched = vec![false; batch.len];
            }
        }
        self.decided =
            matches!(&self.held.index, Index::Banded(bands) if bands.decide(batch.column(bands.left)));
        self.batch = batch;
        Ok(true)
    }

    /// Whether partners are wanted once only for each row of the left.
    fn once(&self) -> bool {
        !self.shape.kind.gives_pairs()
    }

    /// Some pairs that agree in keys and loose columns, as rows of the left and of the held side.
    fn pairs(&mut self, cx: &mut Context<'_>) -> Result<Pairs> {
        match &self.held.index {
            Index::Hashed(_) => self.pairs_by_hash(cx),
            _ => self.pairs_by_number(cx),
        }
    }

    /// The same, where rows are found by the number in their only key, or by a range.
    fn pairs_by_number(&mut self, cx: &mut Context<'_>) -> Result<Pairs> {
        let (mut lefts, mut rights) = (Vec::new(), Vec::new());
        let (mut given, mut row, once) = (self.place.take().unwrap_or(0) as usize, self.row, self.once());
        let by = match &self.held.index {
            Index::Banded(bands) => Some(bands.left),
            _ => self.shape.keys.first().map(|(left, _)| *left),
        };
        let keys = by.map_or(&[][..], |left| self.batch.column(left));
        let loose: Vec<Loose<'_>> = self.shape.loose.iter().map(|pair| self.loose(*pair)).collect();
        let (mut work, mut warm) = (0, row);
        while let Some(key) = keys.get(row) {
            if row >= warm && !loose.is_empty() {
                warm = keys.len().min(row + AHEAD);
                self.warm(keys.get(row..warm).unwrap_or_default());
            }
            let settled = once && self.matched.get(row) == Some(&true);
            let partners = if settled { Partners::Rows(&[]) } else { self.held.index.partners(*key) };
            while given < partners.len() && lefts.len() < self.cap && work < ROWS * 4 {
                let right = partners.row(given);
                (given, work) = (given + 1, work + 1);
                if loose.iter().all(|(a, b)| compatible(a.get(row), b.get(right as usize))) {
                    lefts.push(row as u32);
                    rights.push(right);
                }
            }
            if given < partners.len() {
                break;
            }
            work += 1;
            (row, given) = (row + 1, 0);
            if lefts.len() >= self.cap || work >= ROWS * 4 {
                break;
            }
        }
        self.row = row;
        self.paired = self.row >= self.batch.len;
        self.place = (given > 0).then_some(given as u32);
        cx.work(work)?;
        Ok((lefts, rights))
    }

    /// The columns of a pair that must be equal where both are bound.
    fn loose(&self, (left, right): (usize, usize)) -> Loose<'_> {
        (self.batch.column(left), self.held.rows.column(right))
    }

    /// Reads ahead what rows with these keys will be compared with: no read depends on another, so their waits for memory overlap.
    fn warm(&self, keys: &[Id]) {
        let Index::InOrder(index) = &self.held.index else { return };
        if self.held.rows.len < LARGE {
            return;
        }
        for (_, right) in &self.shape.loose {
            let column = self.held.rows.column(*right);
            let cell = |key: &Id| column.get(index.places(*key).start).copied().unwrap_or(0);
            // The value is not used; without this the reads would be optimised away.
            std::hint::black_box(keys.iter().map(cell).fold(0, |all, cell| all ^ cell));
        }
    }

    /// The same, where rows are found by the hash of their keys.
    fn pairs_by_hash(&mut self, cx: &mut Context<'_>) -> Result<Pairs> {
        let held = Arc::clone(&self.held);
        let (mut lefts, mut rights) = (Vec::new(), Vec::new());
        let once = self.once() && self.shape.conditions.is_empty();
        let mut work = 0;
        while self.row < self.batch.len {
            let mut settled = self.once() && self.matched.get(self.row) == Some(&true);
            while !settled && let Some(mut search) = self.search(&held) {
                while let Some(right) = search.next() {
                    work += 1;
                    if search.is_sought(right) && self.agree(self.row, right as usize) {
                        lefts.push(self.row as u32);
                        rights.push(right);
                        settled = once;
                        if settled {
                            break;
                        }
                    }
                    if lefts.len() >= self.cap || work >= ROWS * 4 {
                        self.place = Some(search.place());
                        cx.work(work)?;
                        return Ok((lefts, rights));
                    }
                }
                self.place = None;
                if self.unbound || !search.has_more() {
                    break;
                }
                self.unbound = true;
            }
            work += 1;
            (self.row, self.place, self.unbound) = (self.row + 1, None, false);
        }
        self.paired = true;
        cx.work(work)?;
        Ok((lefts, rights))
    }

    /// The held rows among which partners of the row at hand are.
    fn search<'h>(&self, held: &'h Held) -> Option<Search<'h>> {
        let Index::Hashed(index) = &held.index else { return None };
        let chain = |hash| match self.place {
            Some(place) => Chain::from(index, hash, place),
            None => index.rows(hash),
        };
        let hash = self.hashes.get(self.row).copied().unwrap_or_default();
        let Some((left, right)) = held.loose else { return Some(Search::Of(chain(hash))) };
        let cells = held.rows.column(right);
        if self.batch.cell(left, self.row) == NONE {
            return Some(Search::All(self.place.unwrap_or(0)..held.rows.len as u32));
        }
        let hash = if self.unbound { held.unbound } else { hash };
        Some(Search::Bound { chain: chain(hash), cells, unbound: self.unbound })
    }

    fn agree(&self, left: usize, right: usize) -> bool {
        let keys = self.shape.keys.iter();
        let mut equal = keys.map(|(a, b)| (self.batch.cell(*a, left), self.held.rows.cell(*b, right)));
        if !equal.all(|(a, b)| a == b) {
            return false;
        }
        let mut shared = !self.shape.keys.is_empty();
        for (a, b) in &self.shape.loose {
            let (a, b) = (self.batch.cell(*a, left), self.held.rows.cell(*b, right));
            if a != NONE && b != NONE {
                if a != b {
                    return false;
                }
                shared = true;
            }
        }
        shared || self.shape.kind != JoinKind::Minus
    }

    /// Some pairs where held rows lie in the order of their keys: for each row of the left the places of its partners.
    fn ranges(&mut self, cx: &mut Context<'_>) -> Result<Batch> {
        let Index::InOrder(index) = &self.held.index else { return Ok(Batch::default()) };
        let keys = self.shape.keys.first().map_or(&[][..], |(left, _)| self.batch.column(*left));
        let (before, mut given) = (self.row, self.place.take().unwrap_or(0) as usize);
        let (mut ranges, mut len) = (Vec::new(), 0);
        for key in keys.get(self.row..).unwrap_or_default() {
            let all = index.places(*key);
            let from = all.start + given;
            let until = all.end.min(from + self.cap - len);
            if from < until {
                ranges.push((self.row, from..until));
                len += until - from;
                if let Some(matched) = self.matched.get_mut(self.row) {
                    *matched = true;
                }
            }
            if until < all.end {
                given += until - from;
                break;
            }
            (self.row, given) = (self.row + 1, 0);
            if len >= self.cap {
                break;
            }
        }
        self.paired = self.row >= self.batch.len;
        self.place = (given > 0).then_some(given as u32);
        cx.work(self.row - before + len)?;
        self.copied(&ranges, len, cx)
    }

    /// The batch of rows of the left with ranges of held rows.
    fn copied(&self, ranges: &[(usize, Range<usize>)], len: usize, cx: &Context<'_>) -> Result<Batch> {
        let one_each = ranges.len() == len;
        let column = |side: &Side| {
            let mut cells = Vec::with_capacity(len);
            match side {
                // Reads that depend on nothing: their waits for memory overlap.
                Side::Left(column) | Side::Either(column, _) if one_each => {
                    let column = self.batch.column(*column);
                    let cell = |(row, _): &(usize, _)| column.get(*row).copied().unwrap_or(NONE);
                    cells.extend(ranges.iter().map(cell));
                }
                Side::Right(column) if one_each => {
                    let column = self.held.rows.column(*column);
                    let cell = |(_, range): &(_, Range<usize>)| column.get(range.start).copied();
                    cells.extend(ranges.iter().map(|range| cell(range).unwrap_or(NONE)));
                }
                Side::Left(column) | Side::Either(column, _) => {
                    let column = self.batch.column(*column);
                    for (row, range) in ranges {
                        let cell = column.get(*row).copied().unwrap_or(NONE);
                        cells.extend(std::iter::repeat_n(cell, range.len()));
                    }
                }
                Side::Right(column) => {
                    let column = self.held.rows.column(*column);
                    for (_, range) in ranges {
                        cells.extend_from_slice(column.get(range.clone()).unwrap_or_default());
                    }
                }
                Side::Mark => cells.resize(len, NONE),
            }
            cells
        };
        let mut batch = Batch::of(columns(&self.shape.output, cx, column)?, len);
        if self.batch.counts.is_some() || self.held.rows.counts.is_some() {
            let mut counts = Vec::with_capacity(len);
            for (row, range) in ranges {
                for right in range.clone() {
                    counts.push(times(self.batch.count(*row), self.held.rows.count(right))?);
                }
            }
            batch.counts = Some(counts);
        }
        Ok(batch)
    }

    /// The pairs for which the conditions are true.
    fn conditioned(&mut self, pairs: Pairs, cx: &mut Context<'_>) -> Result<Pairs> {
        if self.shape.conditions.is_empty() || self.decided || pairs.0.is_empty() {
            return Ok(pairs);
        }
        let (lefts, rights) = pairs;
        let columns = self.shape.pair.iter().map(|side| self.cells(*side, &lefts, &rights)).collect();
        let batch = Batch::of(columns, lefts.len());
        let mut keep = vec![true; batch.len];
        for condition in &mut self.shape.conditions {
            for (keep, truth) in keep.iter_mut().zip(condition.truths(&batch, cx)?) {
                *keep &= truth;
            }
        }
        let kept =
            |rows: Vec<u32>| rows.into_iter().zip(&keep).filter(|row| *row.1).map(|row| row.0).collect();
        Ok((kept(lefts), kept(rights)))
    }

    fn cells(&self, side: Side, lefts: &[u32], rights: &[u32]) -> Vec<Id> {
        match side {
            Side::Left(column) => gather(self.batch.column(column), lefts),
            Side::Right(column) => gather(self.held.rows.column(column), rights),
            Side::Either(left, right) => {
                let left = gather(self.batch.column(left), lefts);
                let right = gather(self.held.rows.column(right), rights);
                left.into_iter().zip(right).map(|(a, b)| if a == NONE { b } else { a }).collect()
            }
            Side::Mark => vec![NONE; lefts.len()],
        }
    }

    /// The batch of these pairs.
    fn joined(&self, lefts: &[u32], rights: &[u32], cx: &Context<'_>) -> Result<Batch> {
        let columns = columns(&self.shape.output, cx, |side| self.cells(*side, lefts, rights))?;
        let mut counts = None;
        if self.batch.counts.is_some() || self.held.rows.counts.is_some() {
            let mut product = Vec::with_capacity(lefts.len());
            for (left, right) in lefts.iter().zip(rights) {
                product.push(times(self.batch.count(*left as usize), self.held.rows.count(*right as usize))?);
            }
            counts = Some(product);
        }
        Ok(Batch { counts, ..Batch::of(columns, lefts.len()) })
    }

    /// What becomes of the left rows once all their pairs are known.
    fn rest(&mut self, cx: &mut Context<'_>) -> Result<Batch> {
        let marks = match self.shape.kind {
            JoinKind::Inner => return Ok(Batch::default()),
            JoinKind::Mark(_) => self.marks(cx)?,
            _ => [NONE; 2],
        };
        let matched = (0..).zip(&self.matched).filter(|(_, matched)| self.shape.kind.gives_alone(**matched));
        let (rows, truths): (Vec<u32>, Vec<bool>) = matched.unzip();
        let column = |side: &Side| match side {
            Side::Left(column) | Side::Either(column, _) => gather(self.batch.column(*column), &rows),
            Side::Right(_) => vec![NONE; rows.len()],
            Side::Mark => {
                truths.iter().map(|truth| marks.get(usize::from(*truth)).copied().unwrap_or(NONE)).collect()
            }
        };
        let columns = columns(&self.shape.output, cx, column)?;
        let counts = self.batch.counts.as_ref();
        let counts = counts.map(|_| rows.iter().map(|row| self.batch.count(*row as usize)).collect());
        self.batch = Batch::default();
        self.matched.clear();
        Ok(Batch { counts, ..Batch::of(columns, rows.len()) })
    }

    fn marks(&mut self, cx: &mut Context<'_>) -> Result<[Id; 2]> {
        if let Some(marks) = self.marks {
            return Ok(marks);
        }
        let marks = [cx.intern(&boolean(false))?, cx.intern(&boolean(true))?];
        self.marks = Some(marks);
        Ok(marks)
    }
}

impl Operator for HashJoin<'_> {
    fn next(&mut self, cx: &mut Context<'_>) -> Result<Option<Batch>> {
        self.hold(cx)?;
        loop {
            while !self.paired {
                if matches!(self.held.index, Index::InOrder(_)) && self.shape.loose.is_empty() {
                    let batch = self.ranges(cx)?;
                    self.cap = (self.cap * 2).min(ROWS);
                    if batch.len > 0 {
                        return Ok(Some(batch));
                    }
                    continue;
                }
                let pairs = self.pairs(cx)?;
                let (lefts, rights) = self.conditioned(pairs, cx)?;
                for row in &lefts {
                    if let Some(matched) = self.matched.get_mut(*row as usize) {
                        *matched = true;
                    }
                }
                self.cap = (self.cap * 2).min(ROWS);
                if !self.once() && !lefts.is_empty() {
                    return Ok(Some(self.joined(&lefts, &rights, cx)?));
                }
            }
            let rest = self.rest(cx)?;
            if rest.len > 0 {
                return Ok(Some(rest));
            }
            if !self.advance(cx)? {
                return Ok(None);
            }
        }
    }

    fn bytes(&self) -> usize {
        self.held.rows.bytes() + self.held.index.bytes() + self.batch.bytes()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exec::fixture::{Batches, run};

    /// Left rows (key, other), right rows (key, other, value): joined by the first, and by the second where both are bound.
    fn joined(kind: JoinKind, output: &[Side], loose: bool) -> (Vec<Vec<Id>>, Option<Vec<u64>>) {
        let mut left = Batch::of(vec![vec![1, 2, 3, 1], vec![NONE, 5, 5, 6]], 4);
        left.counts = Some(vec![2, 1, 1, 1]);
        let right = Batch::of(vec![vec![1, 1, 3], vec![6, 7, 9], vec![20, 21, 22]], 3);
        let shape = Shape {
            kind,
            keys: vec![(0, 0)],
            loose: if loose { vec![(1, 1)] } else { Vec::new() },
            conditions: Vec::new(),
            banding: None,
            pair: Vec::new(),
            extreme: None,
            output: output.to_vec(),
        };
        run(|_| {
            Box::new(HashJoin::new(shape, Batches::new(vec![left]), Right::Input(Batches::new(vec![right]))))
        })
    }

    #[test]
    fn pairs_agree_in_their_keys_and_counts_are_multiplied() {
        let (columns, counts) = joined(JoinKind::Inner, &[Side::Left(0), Side::Right(2)], false);
        assert_eq!(columns, [[1, 1, 3, 1, 1], [20, 21, 22, 20, 21]]);
        assert_eq!(counts, Some(vec![2, 2, 1, 1, 1]));
    }

    #[test]
    fn unbound_is_compatible_with_anything() {
        // SPARQL 1.1, section 18.3: compatible where every variable that both bind has the same value.
        let (columns, _) = joined(JoinKind::Inner, &[Side::Either(1, 1), Side::Right(2)], true);
        assert_eq!(columns, [[6, 7, 6], [20, 21, 20]]);
    }

    #[test]
    fn keys_far_apart_and_close_together_give_the_same_pairs() {
        // One key has more partners than a batch has rows, and most of them differ in the loose column.
        let (lefts, rights) = (300_u32, 9_000_u32);
        let pairs = |apart: Id, kind: JoinKind| {
            let left = |n: u32| (n * 7 % 150 * apart, if n.is_multiple_of(3) { NONE } else { n % 40 });
            let right = |n: u32| {
                (
                    if n.is_multiple_of(2) { 7 } else { n % 140 } * apart,
                    if n.is_multiple_of(5) { NONE } else { n % 40 },
                )
            };
            let batch = |rows: u32, row: &dyn Fn(u32) -> (Id, Id)| {
                let (keys, other): (Vec<Id>, Vec<Id>) = (0..rows).map(row).unzip();
                Batch::of(vec![keys, other, (0..rows).collect()], rows as usize)
            };
            let shape = Shape {
                kind,
                keys: vec![(0, 0)],
                loose: vec![(1, 1)],
                conditions: Vec::new(),
                banding: None,
                pair: Vec::new(),
                extreme: None,
                output: if kind.gives_pairs() {
                    vec![Side::Left(2), Side::Right(2)]
                } else {
                    vec![Side::Left(2)]
                },
            };
            let (left, right) =
                (Batches::new(vec![batch(lefts, &left)]), Batches::new(vec![batch(rights, &right)]));
            let columns = run(|_| Box::new(HashJoin::new(shape, left, Right::Input(right)))).0;
            let mut rows: Vec<Vec<Id>> =
                (0..columns[0].len()).map(|row| columns.iter().map(|column| column[row]).collect()).collect();
            rows.sort_unstable();
            rows
        };
        for kind in [JoinKind::Inner, JoinKind::Left, JoinKind::Semi, JoinKind::Anti, JoinKind::Minus] {
            let (near, far) = (pairs(1, kind), pairs(1 << 20, kind));
            assert_eq!(near, far, "{kind:?}");
            assert!(near.len() > 50 && near.windows(2).all(|rows| rows[0] != rows[1]));
        }
    }

    #[test]
    fn without_keys_rows_are_found_by_what_may_be_unbound() {
        let cell = |n: u32, unbound: u32, of: u32| if n.is_multiple_of(unbound) { NONE } else { n % of };
        let row = |n: u32| [cell(n, 11, 50), cell(n, 3, 7)];
        let (lefts, rights) = (400_u32, 700_u32);
        let column = |rows: u32, place: usize| (0..rows).map(|n| row(n)[place]).collect::<Vec<Id>>();
        let batch = |rows: u32| {
            let columns = vec![column(rows, 0), column(rows, 1), (0..rows).collect()];
            Batch::of(columns, rows as usize)
        };
        // SPARQL 1.1, section 18.3, compared pair by pair.
        let agrees = |l: u32, r: u32| {
            let cells = row(l).into_iter().zip(row(r));
            let both: Vec<bool> =
                cells.filter(|(a, b)| *a != NONE && *b != NONE).map(|(a, b)| a == b).collect();
            (both.iter().all(|equal| *equal), !both.is_empty())
        };
        for kind in [JoinKind::Inner, JoinKind::Left, JoinKind::Semi, JoinKind::Anti, JoinKind::Minus] {
            let pairs = kind.gives_pairs();
            let shape = Shape {
                kind,
                keys: Vec::new(),
                loose: vec![(0, 0), (1, 1)],
                conditions: Vec::new(),
                banding: None,
                pair: Vec::new(),
                extreme: None,
                output: if pairs { vec![Side::Left(2), Side::Right(2)] } else { vec![Side::Left(2)] },
            };
            let (left, right) = (Batches::new(vec![batch(lefts)]), Batches::new(vec![batch(rights)]));
            let columns = run(|_| Box::new(HashJoin::new(shape, left, Right::Input(right)))).0;
            let mut found: Vec<Vec<Id>> = (0..columns.first().map_or(0, Vec::len))
                .map(|row| columns.iter().map(|column| column[row]).collect())
                .collect();
            found.sort_unstable();
            let mut expected = Vec::new();
            for l in 0..lefts {
                let fits = |r: &u32| {
                    matches!(
                        (agrees(l, *r), kind),
                        ((true, true), _)
                            | ((true, _), JoinKind::Inner | JoinKind::Left | JoinKind::Semi | JoinKind::Anti)
                    )
                };
                let partners: Vec<u32> = (0..rights).filter(fits).collect();
                match (pairs, partners.is_empty()) {
                    (true, true) if kind == JoinKind::Left => expected.push(vec![l, NONE]),
                    (true, _) => expected.extend(partners.iter().map(|r| vec![l, *r])),
                    (false, none) => expected.extend((none != (kind == JoinKind::Semi)).then(|| vec![l])),
                }
            }
            assert!(!expected.is_empty() || kind == JoinKind::Anti || kind == JoinKind::Minus);
            assert_eq!(found, expected, "{kind:?}");
        }
    }

    #[test]
    fn rows_without_a_partner_stay_or_go() {
        let (columns, counts) = joined(JoinKind::Left, &[Side::Left(0), Side::Right(2)], true);
        assert_eq!(columns, [[1, 1, 1, 2, 3], [20, 21, 20, NONE, NONE]]);
        assert_eq!(counts, Some(vec![2, 2, 1, 1, 1]));
        assert_eq!(joined(JoinKind::Semi, &[Side::Left(0)], true), (vec![vec![1, 1]], Some(vec![2, 1])));
        assert_eq!(joined(JoinKind::Anti, &[Side::Left(0)], true), (vec![vec![2, 3]], Some(vec![1, 1])));
    }

    #[test]
    fn minus_removes_nothing_where_no_variable_is_shared() {
        // SPARQL 1.1, section 18.5: Minus keeps a solution whose domain is disjoint from that of the other.
        let minus = |value: Id| {
            let shape = Shape {
                kind: JoinKind::Minus,
                keys: Vec::new(),
                loose: vec![(0, 0)],
                conditions: Vec::new(),
                banding: None,
                pair: Vec::new(),
                extreme: None,
                output: vec![Side::Left(0)],
            };
            let left = Batches::new(vec![Batch::of(vec![vec![1, NONE, 2]], 3)]);
            let right = Batches::new(vec![Batch::of(vec![vec![value]], 1)]);
            run(|_| Box::new(HashJoin::new(shape, left, Right::Input(right)))).0
        };
        assert_eq!(minus(1), [[NONE, 2]]);
        assert_eq!(minus(NONE), [[1, NONE, 2]]);
    }

    #[test]
    fn a_mark_is_true_where_there_is_a_partner() {
        let (columns, _) = joined(JoinKind::Mark(0), &[Side::Left(0), Side::Mark], true);
        assert_eq!(columns[0], [1, 2, 3, 1]);
        assert_eq!((columns[1][0], columns[1][1]), (columns[1][3], columns[1][2]));
        assert_ne!(columns[1][0], columns[1][1]);
    }
}
