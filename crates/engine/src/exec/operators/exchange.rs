//! Both cores: copies of some operators, each over parts of the data, their rows put together again in the order of the parts.
//!
//! In: copies of a tree of operators, one for each thread, whose scan reads the part that the context names. Out: the rows that one
//! of them would give over all parts, in the same order, whatever ran where: an exchange (Graefe, Encapsulation of parallelism in the Volcano
//! query processing system, SIGMOD 1990) over morsels, which each thread takes when it is free (Leis, Boncz, Kemper, Neumann, Morsel-driven
//! parallelism, SIGMOD 2014). How the data are cut depends on them alone. Threads live as long as a round, in which some
//! parts are read; **between two calls none runs**, so that nothing goes on once a query is stopped or given up. Rounds grow, up to
//! [`HELD`] bytes of rows: what reads the first rows alone waits for two parts at most. A part of more rows than that is read over
//! several rounds.

use crate::error::{Error, Result};
use crate::exec::batch::Batch;
use crate::exec::context::{Context, Measure};
use crate::exec::{Operator, Running};
use crate::store::pack::read_bytes;
use std::collections::{BTreeMap, VecDeque};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

/// A round ends once its rows take so many bytes.
const HELD: usize = 32 << 20;
/// Or one part in so many of a limit of memory.
const PART_OF_LIMIT: usize = 16;

/// What must be done once before the first part is read: tables made that all copies share.
pub type Prepare<'a> = Box<dyn FnOnce(&mut Context<'_>) -> Result<()> + Send + 'a>;

/// A copy of the operators, with a context of its own.
pub struct Worker<'a> {
    /// The topmost of them.
    pub root: Running<'a>,
    /// What they share.
    pub cx: Context<'a>,
}

/// Copies at work. See the module.
pub struct Exchange<'a> {
    workers: Vec<Worker<'a>>,
    /// Which part each of them is in the middle of.
    begun: Vec<Option<usize>>,
    prepare: Vec<Prepare<'a>>,
    parts: usize,
    /// After which part none is wanted: all, until one failed.
    end: usize,
    /// The first part that was not begun yet.
    next: usize,
    /// The part whose rows come next.
    given: usize,
    /// How many parts the next round begins.
    round: usize,
    /// See [`HELD`].
    held: usize,
    ready: VecDeque<Batch>,
    /// What was read of that part and of later ones.
    waiting: BTreeMap<usize, Piece>,
    /// What ended the reading, to be said after the rows that came before it.
    failed: Option<Error>,
    /// The numbers under which this operator and the first of the copied ones are measured.
    numbers: (usize, usize),
}

/// Rows of a part, in order.
#[derive(Default)]
struct Piece {
    batches: Vec<Batch>,
    /// Whether the part was read to its end, or failed.
    is_over: bool,
    error: Option<Error>,
}

/// What one thread found: parts in ascending order.
type Found = Vec<(usize, Piece)>;

/// What the threads of a round share.
struct Round {
    /// The next part to take, and the first that belongs to the next round.
    next: AtomicUsize,
    end: usize,
    bytes: AtomicUsize,
    held: usize,
    failed: AtomicBool,
}

impl Round {
    fn is_full(&self) -> bool {
        self.bytes.load(Ordering::Relaxed) >= self.held
    }
}

impl<'a> Exchange<'a> {
    /// Over so many parts; `numbers` are those under which it and the first copied operator are measured.
    pub fn new(
        workers: Vec<Worker<'a>>,
        prepare: Vec<Prepare<'a>>,
        parts: usize,
        numbers: (usize, usize),
    ) -> Self {
        Self {
            begun: vec![None; workers.len()],
            round: workers.len(),
            workers,
            prepare,
            parts,
            end: parts,
            next: 0,
            given: 0,
            held: HELD,
            ready: VecDeque::new(),
            waiting: BTreeMap::new(),
            failed: None,
            numbers,
        }
    }

    /// How many bytes wait for the rows of parts before them.
    fn waiting_bytes(&self) -> usize {
        self.waiting.values().flat_map(|piece| &piece.batches).map(Batch::bytes).sum()
    }

    /// Reads some parts.
    fn run_round(&mut self, cx: &mut Context<'_>) {
        let end = self.end.min(self.next.saturating_add(self.round));
        let limit = cx.governor().limits().max_memory.unwrap_or(usize::MAX);
        let round = Round {
            next: AtomicUsize::new(self.next),
            end,
            bytes: AtomicUsize::new(0),
            held: self.held.min(limit / PART_OF_LIMIT).max(1),
            failed: AtomicBool::new(false),
        };
        // Where much waits already, the part that it waits for is read, and no other.
        let is_crowded = self.waiting_bytes() > round.held / 2;
        let (given, jobs) = (self.given, end.saturating_sub(self.next) + self.begun.iter().flatten().count());
        let is_first = |begun: &Option<usize>| *begun == Some(given);
        let has_first = self.begun.iter().any(is_first);
        let only_first = has_first && (is_crowded || jobs == 1);
        let mut at_work: Vec<_> = self.workers.iter_mut().zip(&mut self.begun).collect();
        at_work.sort_by_key(|(_, begun)| !is_first(begun));
        at_work.truncate(if only_first { 1 } else { jobs.max(1) });
        let (mut found, before) = (Found::new(), read_bytes());
        std::thread::scope(|scope| {
            let (round, mut at_work) = (&round, at_work.into_iter());
            let Some((first, own)) = at_work.next() else { return };
            let helpers: Vec<_> = at_work
                // Where no thread can be started, fewer do the same.
                .filter_map(|(worker, begun)| {
                    std::thread::Builder::new().spawn_scoped(scope, || worker.read(begun, round)).ok()
                })
                .collect();
            found = first.read(own, round);
            for helper in helpers {
                found.extend(helper.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)));
            }
        });
        // What this thread read as a worker is measured in the worker's context.
        cx.read_below += read_bytes().wrapping_sub(before);
        self.next = round.next.into_inner().min(end);
        // The bytes that it may hold end a round before it reads many parts, however many rounds there are.
        self.round = self.round.saturating_mul(2).min(self.parts);
        self.gather(found, cx);
    }

    /// Puts in order what the threads found, up to what failed.
    fn gather(&mut self, found: Found, cx: &mut Context<'_>) {
        for (part, found) in found {
            if found.error.is_some() {
                self.end = self.end.min(part + 1);
            }
            let piece = self.waiting.entry(part).or_default();
            piece.batches.extend(found.batches);
            (piece.is_over, piece.error) = (found.is_over, found.error);
        }
        while let Some(piece) = self.waiting.get_mut(&self.given) {
            self.ready.extend(std::mem::take(&mut piece.batches));
            if !piece.is_over {
                break;
            }
            self.failed = piece.error.take();
            self.waiting.remove(&self.given);
            self.given += 1;
            if self.failed.is_some() {
                break;
            }
        }
        let (own, first) = self.numbers;
        if let Some(measure) = cx.measures.get_mut(own) {
            measure.parts = Some((self.parts, self.workers.len()));
        }
        for worker in &mut self.workers {
            for (sum, measure) in cx.measures.iter_mut().zip(&mut worker.cx.measures).skip(first) {
                sum.add(std::mem::take::<Measure>(measure));
            }
        }
    }
}

impl Worker<'_> {
    /// Reads on in the part that was begun, and then parts of a round as long as there are any. Of a part of many rows the rest is left to
    /// another round.
    fn read(&mut self, begun: &mut Option<usize>, round: &Round) -> Found {
        let mut found = Found::new();
        while !round.failed.load(Ordering::Relaxed) && !round.is_full() {
            let part = begun.take().unwrap_or_else(|| round.next.fetch_add(1, Ordering::Relaxed));
            if part >= round.end {
                break;
            }
            self.cx.part = part;
            let mut piece = Piece::default();
            while !piece.is_over {
                match self.root.next(&mut self.cx) {
                    Ok(Some(batch)) => {
                        round.bytes.fetch_add(batch.bytes(), Ordering::Relaxed);
                        piece.batches.push(batch);
                        if round.is_full() {
                            *begun = Some(part);
                            break;
                        }
                    }
                    Ok(None) => piece.is_over = true,
                    Err(error) => {
                        (piece.is_over, piece.error) = (true, Some(error));
                        round.failed.store(true, Ordering::Relaxed);
                    }
                }
            }
            found.push((part, piece));
        }
        found
    }
}

impl Operator for Exchange<'_> {
    fn next(&mut self, cx: &mut Context<'_>) -> Result<Option<Batch>> {
        for prepare in std::mem::take(&mut self.prepare) {
            if let Err(error) = prepare(cx) {
                // Without its tables nothing can be read.
                self.end = 0;
                return Err(error);
            }
        }
        loop {
            if let Some(batch) = self.ready.pop_front() {
                return Ok(Some(batch));
            }
            if let Some(error) = self.failed.take() {
                self.end = 0;
                return Err(error);
            }
            if self.given >= self.end {
                return Ok(None);
            }
            self.run_round(cx);
            cx.check()?;
        }
    }

    fn bytes(&self) -> usize {
        self.ready.iter().map(Batch::bytes).sum::<usize>() + self.waiting_bytes()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Kind;
    use crate::exec::fixture::context;
    use crate::store::Id;

    /// Some batches for each part: as many as its number says. It fails at one of them.
    struct Parts {
        begun: Option<usize>,
        left: usize,
        fails: usize,
    }

    impl Operator for Parts {
        fn next(&mut self, cx: &mut Context<'_>) -> Result<Option<Batch>> {
            if self.begun != Some(cx.part) {
                (self.begun, self.left) = (Some(cx.part), cx.part % 5);
            }
            if cx.part == self.fails && self.left == 1 {
                return Err(Error::new(Kind::Limit, "stopped"));
            }
            let Some(left) = self.left.checked_sub(1) else { return Ok(None) };
            self.left = left;
            Ok(Some(Batch::of(vec![vec![cx.part as Id, left as Id]], 2)))
        }
    }

    fn exchanged(threads: usize, parts: usize, fails: usize) -> (Vec<Id>, Option<Kind>) {
        exchanged_holding(HELD, threads, parts, fails)
    }

    fn exchanged_holding(held: usize, threads: usize, parts: usize, fails: usize) -> (Vec<Id>, Option<Kind>) {
        let (graph, governor) = context();
        let mut cx = Context::new(&graph, &governor, None);
        let worker =
            |_| Worker { root: Box::new(Parts { begun: None, left: 0, fails }), cx: cx.twin(&graph) };
        let workers = (0..threads).map(worker).collect();
        let mut exchange = Exchange { held, ..Exchange::new(workers, Vec::new(), parts, (0, 1)) };
        let mut found = Vec::new();
        loop {
            match exchange.next(&mut cx) {
                Ok(Some(batch)) => found.extend_from_slice(batch.column(0)),
                Ok(None) => return (found, None),
                Err(error) => {
                    assert!(exchange.next(&mut cx).unwrap().is_none(), "nothing comes after an error");
                    return (found, Some(error.kind));
                }
            }
        }
    }

    #[test]
    fn rows_come_in_the_order_of_the_parts() {
        for parts in [0, 1, 2, 7, 300] {
            let one = exchanged(1, parts, usize::MAX);
            assert_eq!(one.0.len(), (0..parts).map(|part| part % 5 * 2).sum::<usize>());
            for _ in 0..20 {
                assert_eq!(exchanged(2, parts, usize::MAX), one);
                assert_eq!(exchanged(5, parts, usize::MAX), one);
            }
        }
    }

    #[test]
    fn rounds_that_hold_little_go_on_to_the_end() {
        // A round reads a part or two, so that there are far more rounds than doublings of a number.
        for threads in [1, 2, 3] {
            assert_eq!(exchanged_holding(1, threads, 600, usize::MAX), exchanged(1, 600, usize::MAX));
        }
    }

    #[test]
    fn of_parts_with_many_rows_few_are_held() {
        struct Long {
            begun: Option<usize>,
            left: usize,
        }
        impl Operator for Long {
            fn next(&mut self, cx: &mut Context<'_>) -> Result<Option<Batch>> {
                if self.begun != Some(cx.part) {
                    (self.begun, self.left) = (Some(cx.part), 300);
                }
                let Some(left) = self.left.checked_sub(1) else { return Ok(None) };
                self.left = left;
                Ok(Some(Batch::of(vec![vec![cx.part as Id, left as Id]], 2)))
            }
        }
        let (graph, governor) = context();
        let mut cx = Context::new(&graph, &governor, None);
        let worker =
            |_| Worker { root: Box::new(Long { begun: None, left: 0 }) as Running<'_>, cx: cx.twin(&graph) };
        let workers = (0..2).map(worker).collect();
        let each = Batch::of(vec![vec![0, 0]], 2).bytes();
        let mut exchange = Exchange { held: 10 * each, ..Exchange::new(workers, Vec::new(), 7, (0, 1)) };
        let mut rows = (0..7).flat_map(|part| (0..300).rev().map(move |left| [part, left]));
        while let Some(batch) = exchange.next(&mut cx).unwrap() {
            assert_eq!(batch.column(0), rows.next().unwrap());
            // What waits is half at most before a round of all, which adds as much as it may hold and a batch of each thread;
            // none of that may be of the first part, whose own round comes to as much again.
            let most = (5 + 10 + 2) + (10 + 1);
            assert!(exchange.bytes() <= most * each, "{}", exchange.bytes() / each);
        }
        assert_eq!(rows.next(), None);
    }

    #[test]
    fn nothing_is_read_where_a_table_could_not_be_made() {
        let (graph, governor) = context();
        let mut cx = Context::new(&graph, &governor, None);
        let worker = |_| Worker {
            root: Box::new(Parts { begun: None, left: 0, fails: usize::MAX }) as Running<'_>,
            cx: cx.twin(&graph),
        };
        let workers = (0..2).map(worker).collect();
        let prepare: Prepare<'_> = Box::new(|_| Err(Error::new(Kind::Limit, "stopped")));
        let mut exchange = Exchange::new(workers, vec![prepare], 9, (0, 1));
        assert_eq!(exchange.next(&mut cx).unwrap_err().kind, Kind::Limit);
        assert!(exchange.next(&mut cx).unwrap().is_none());
    }

    #[test]
    fn what_came_before_an_error_is_given_and_nothing_after_it() {
        let one = exchanged(1, 300, 123);
        assert_eq!(one.1, Some(Kind::Limit));
        for _ in 0..50 {
            assert_eq!(exchanged(2, 300, 123), one);
        }
    }

    #[test]
    #[should_panic(expected = "on another thread")]
    fn a_panic_is_not_swallowed() {
        struct Panics;
        impl Operator for Panics {
            fn next(&mut self, _: &mut Context<'_>) -> Result<Option<Batch>> {
                panic!("on another thread")
            }
        }
        let (graph, governor) = context();
        let mut cx = Context::new(&graph, &governor, None);
        let workers = vec![
            Worker { root: Box::new(Parts { begun: None, left: 0, fails: usize::MAX }), cx: cx.twin(&graph) },
            Worker { root: Box::new(Panics), cx: cx.twin(&graph) },
        ];
        let mut exchange = Exchange::new(workers, Vec::new(), 100_000, (0, 1));
        while exchange.next(&mut cx).unwrap().is_some() {}
    }
}
