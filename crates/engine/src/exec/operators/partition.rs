//! Groups on several threads: each takes the rows whose keys fall to it, and has their groups to itself.
//!
//! In: rows; copies of an operator that makes one row for each value of some keys, each over an [`Inbox`], which adds the number
//! of the row as the last column; they must give the number of the first row of each group as their last column. Out: their rows,
//! in the order of these numbers, without them: what one copy gives over all rows, in its order. Every row of a group is added by
//! one thread in the order in which rows come, so that texts are put together and `xsd:double` added up as on one thread
//! (partitioned aggregation: Graefe, Query evaluation techniques for large databases, ACM Computing Surveys 1993, section 10.3,
//! without its local phase). The threads live while the input is read: **between two calls none runs**. At most [`AHEAD`] batches
//! wait for the slowest.

use crate::error::{Error, Result};
use crate::exec::batch::{Batch, Column, ROWS};
use crate::exec::context::{Context, Measure};
use crate::exec::rows_index::hashes;
use crate::exec::{Operator, Running};
use crate::store::pack::read_bytes;
use crate::store::{Id, NONE};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::time::{Duration, Instant};

/// How many batches may wait for a thread.
const AHEAD: usize = 8;

/// A copy of the operator, and how it gets its rows.
pub struct Share<'a> {
    root: Running<'a>,
    cx: Context<'a>,
    outlet: Option<SyncSender<Arc<Batch>>>,
    /// Nanoseconds that it waited for rows.
    waited: Arc<AtomicU64>,
    /// Groups at hand, and how many of them were given.
    batch: Batch,
    given: usize,
}

/// Gives the rows that fall to one of the copies, each with its number.
pub struct Inbox {
    inlet: Receiver<Arc<Batch>>,
    keys: Vec<usize>,
    /// Which of how many copies.
    share: (usize, usize),
    /// How many rows came so far.
    rows: u64,
    waited: Arc<AtomicU64>,
}

/// The way from an input to one of its copies.
pub struct Way {
    outlet: SyncSender<Arc<Batch>>,
    waited: Arc<AtomicU64>,
}

/// Groups being made. See the module.
pub struct Partition<'a> {
    input: Option<Running<'a>>,
    shares: Vec<Share<'a>>,
    /// The numbers under which this operator and the copied one are measured; the input follows.
    numbers: (usize, usize),
}

impl Inbox {
    /// The rows that fall to one of so many copies by these columns, and the way on which they come.
    pub fn new(keys: Vec<usize>, share: (usize, usize)) -> (Self, Way) {
        let (outlet, inlet) = sync_channel(AHEAD);
        let waited = Arc::<AtomicU64>::default();
        let way = Way { outlet, waited: Arc::clone(&waited) };
        (Self { inlet, keys, share, rows: 0, waited }, way)
    }

    /// The places of the rows of a batch that fall to this copy.
    fn chosen(&self, batch: &Batch) -> Vec<u32> {
        let columns: Vec<&[Id]> = self.keys.iter().map(|key| batch.column(*key)).collect();
        let (own, of) = self.share;
        // By the upper bits: tables of groups go by the lower ones.
        let share = |hash: u32| (u64::from(hash) * of as u64) >> 32;
        let hashes = hashes(&columns, batch.len);
        (0..).zip(hashes).filter(|(_, hash)| share(*hash) == own as u64).map(|(row, _)| row).collect()
    }
}

impl Operator for Inbox {
    fn next(&mut self, cx: &mut Context<'_>) -> Result<Option<Batch>> {
        loop {
            let begun = Instant::now();
            let received = self.inlet.recv();
            self.waited.fetch_add(begun.elapsed().as_nanos() as u64, Ordering::Relaxed);
            let Ok(batch) = received else { return Ok(None) };
            let rows = self.chosen(&batch);
            let mut chosen = batch.gather(&rows);
            let number = |row: &u32| Id::try_from(self.rows + u64::from(*row)).ok().filter(|id| *id < NONE);
            let numbers: Option<Vec<Id>> = rows.iter().map(number).collect();
            let numbers = numbers.ok_or_else(|| {
                Error::query("there are more rows than can be grouped on several threads (2^32)")
            })?;
            chosen.columns.push(Column::Ids(numbers));
            self.rows += batch.len as u64;
            cx.work(batch.len)?;
            if chosen.len > 0 {
                return Ok(Some(chosen));
            }
        }
    }
}

impl<'a> Share<'a> {
    /// A copy over an [`Inbox`], with the way to it.
    pub fn new(root: Running<'a>, cx: Context<'a>, way: Way) -> Self {
        let Way { outlet, waited } = way;
        Self { root, cx, outlet: Some(outlet), waited, batch: Batch::default(), given: 0 }
    }

    /// Takes the next groups, where all at hand were given.
    fn advance(&mut self) -> Result<()> {
        if self.given >= self.batch.len {
            self.batch = self.root.next(&mut self.cx)?.unwrap_or_default();
            self.given = 0;
        }
        Ok(())
    }

    /// The number of the first row of the next group; nothing where there is none.
    fn first(&self) -> Option<Id> {
        self.batch.columns.last()?.ids()?.get(self.given).copied()
    }
}

impl<'a> Partition<'a> {
    /// Of the rows of `input`; `numbers` are those under which it and the copied operator are measured.
    pub fn new(input: Running<'a>, shares: Vec<Share<'a>>, numbers: (usize, usize)) -> Self {
        Self { input: Some(input), shares, numbers }
    }

    /// Reads the input, while other threads make groups of its rows.
    fn run(&mut self, mut input: Running<'a>, cx: &mut Context<'_>) -> Result<()> {
        let outlets: Vec<_> = self.shares.iter_mut().filter_map(|share| share.outlet.take()).collect();
        let done = std::thread::scope(|scope| {
            let mut threads = Vec::with_capacity(outlets.len());
            for share in &mut self.shares {
                let thread = std::thread::Builder::new().spawn_scoped(scope, move || share.advance());
                threads.push(
                    thread
                        .map_err(|error| Error::query("no second thread could be started").because(error))?,
                );
            }
            let fed = feed(input.as_mut(), outlets, cx);
            let joined: Vec<Result<()>> = threads
                .into_iter()
                .map(|thread| thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
                .collect();
            fed.and(joined.into_iter().collect())
        });
        self.measure(cx);
        done
    }

    /// Adds up what the copies did. What they waited for is the input's time.
    fn measure(&mut self, cx: &mut Context<'_>) {
        let (own, copied) = self.numbers;
        let mut sum = Measure::default();
        for share in &mut self.shares {
            let mut done = share.cx.measures.get_mut(copied).map(std::mem::take).unwrap_or_default();
            let waited = Duration::from_nanos(share.waited.swap(0, Ordering::Relaxed));
            done.time = done.time.saturating_sub(waited);
            sum.bytes += done.bytes;
            sum.add(Measure { bytes: 0, ..done });
        }
        let input = cx.measures.get(copied + 1).map_or(Duration::ZERO, |input| input.time);
        let threads = self.shares.len();
        if let Some(measure) = cx.measures.get_mut(own) {
            measure.parts = Some((threads, threads));
        }
        if let Some(measure) = cx.measures.get_mut(copied) {
            if measure.time.is_zero() {
                sum.time += input;
            }
            measure.add(sum);
        }
    }
}

/// Gives all batches of an input to every copy, until one of them wants no more.
fn feed(
    input: &mut (dyn Operator + '_),
    outlets: Vec<SyncSender<Arc<Batch>>>,
    cx: &mut Context<'_>,
) -> Result<()> {
    while let Some(batch) = input.next(cx)? {
        let batch = Arc::new(batch);
        for outlet in &outlets {
            if outlet.send(Arc::clone(&batch)).is_err() {
                return Ok(());
            }
        }
    }
    Ok(())
}

impl Operator for Partition<'_> {
    fn next(&mut self, cx: &mut Context<'_>) -> Result<Option<Batch>> {
        if let Some(input) = self.input.take() {
            self.run(input, cx)?;
        }
        let before = read_bytes();
        let advanced = self.shares.iter_mut().try_for_each(Share::advance);
        // It is measured in the contexts of the shares.
        cx.read_below += read_bytes().wrapping_sub(before);
        advanced?;
        let mut order = Vec::new();
        while order.len() < ROWS {
            let firsts =
                (0..).zip(&mut self.shares).filter_map(|(n, share)| Some((share.first()?, n, share)));
            let Some((_, n, share)) = firsts.min_by_key(|(first, ..)| *first) else { break };
            order.push((n, share.given as u32));
            share.given += 1;
            if share.given >= share.batch.len {
                break;
            }
        }
        cx.work(order.len())?;
        let batches: Vec<&Batch> = self.shares.iter().map(|share| &share.batch).collect();
        let mut batch = Batch::of_rows(&batches, &order, cx)?;
        batch.columns.pop();
        self.measure(cx);
        Ok((batch.len > 0).then_some(batch))
    }

    fn bytes(&self) -> usize {
        self.shares.iter().map(|share| share.batch.bytes()).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Kind;
    use crate::exec::fixture::{Batches, context};

    /// Gives each different value of the first column once, with the number of its first row.
    struct Firsts(Inbox);

    impl Operator for Firsts {
        fn next(&mut self, cx: &mut Context<'_>) -> Result<Option<Batch>> {
            let (mut keys, mut firsts) = (Vec::new(), Vec::new());
            while let Some(batch) = self.0.next(cx)? {
                for row in 0..batch.len {
                    if !keys.contains(&batch.cell(0, row)) {
                        keys.push(batch.cell(0, row));
                        firsts.push(batch.cell(1, row));
                    }
                }
            }
            let len = keys.len();
            Ok((len > 0).then(|| Batch::of(vec![keys, firsts], len)))
        }
    }

    fn partitioned(threads: usize, input: Running<'_>) -> Result<Vec<Id>> {
        let (graph, governor) = context();
        let mut cx = Context::new(&graph, &governor, None);
        let share = |share| {
            let (inbox, way) = Inbox::new(vec![0], (share, threads));
            Share::new(Box::new(Firsts(inbox)), cx.twin(&graph), way)
        };
        let shares: Vec<Share<'_>> = (0..threads).map(share).collect();
        let mut partition = Partition::new(input, shares, (0, 1));
        let mut found = Vec::new();
        while let Some(batch) = partition.next(&mut cx)? {
            assert_eq!(batch.columns.len(), 1, "without the numbers of rows");
            found.extend_from_slice(batch.column(0));
        }
        Ok(found)
    }

    #[test]
    fn groups_come_in_the_order_of_their_first_rows() {
        let keys: Vec<Id> = (0..9000_u32).map(|n| n.wrapping_mul(2_654_435_761) % 700).collect();
        let batches = |size| {
            let parts = keys.chunks(size).map(|part| Batch::of(vec![part.to_vec()], part.len()));
            Batches::new(parts.collect())
        };
        let mut expected = Vec::new();
        keys.iter().for_each(|key| {
            if !expected.contains(key) {
                expected.push(*key)
            }
        });
        for threads in [1, 2, 3] {
            for size in [1, 100, 9000] {
                assert_eq!(partitioned(threads, batches(size)).unwrap(), expected);
            }
            assert!(partitioned(threads, Batches::new(Vec::new())).unwrap().is_empty());
        }
    }

    #[test]
    fn an_error_of_the_input_is_that_of_the_query() {
        struct Fails(usize);
        impl Operator for Fails {
            fn next(&mut self, _: &mut Context<'_>) -> Result<Option<Batch>> {
                self.0 += 1;
                if self.0 == 50 {
                    return Err(Error::new(Kind::Limit, "stopped"));
                }
                Ok(Some(Batch::of(vec![vec![self.0 as Id]], 1)))
            }
        }
        assert_eq!(partitioned(2, Box::new(Fails(0))).unwrap_err().kind, Kind::Limit);
    }
}
