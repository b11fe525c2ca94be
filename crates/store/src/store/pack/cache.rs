//! Which chunks of a pack stay in memory: as many as a budget of bytes allows, those that were asked for lately first.
//!
//! In: chunks as they were read. Out: the same again, as long as they are kept. The budget is a part of the file, less where the
//! process holds much beside, and less where a limit of memory asks for it (`room.rs`). Chunks are given up by the clock (Corbató, A paging
//! experiment with the Multics system, 1968): one that was asked for since the hand passed gets another round, one that was read
//! once goes first, so that a scan does not push out what lookups need. A chunk that somebody still reads lives until they are done,
//! and counts until then. A large chunk lies in pages of its own, beside the heap: there it would keep what queries used and gave back
//! from being given back to the system.

use crate::room::{self, Holder};
use memmap2::MmapMut;
use std::cell::Cell;
use std::ops::{Deref, DerefMut};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// A budget is no smaller, but for a quarter of a limit: some chunks of every part of a pack.
const LEAST: usize = 8 << 20;
/// One part in so many of a limit is left to what is allocated between two looks at it.
const MARGIN: usize = 16;
/// Without a budget from outside, all chunks of a file up to this size are kept.
const SMALL: u64 = 32 << 20;

/// From this size on a chunk lies in pages of its own.
const LARGE: usize = 64 << 10;
/// As long as there are no more of these: Linux lets a process have 65 530 maps.
const MOST_MAPS: usize = 1 << 14;

/// How many bytes lie beside the heap.
static MAPPED: AtomicUsize = AtomicUsize::new(0);
/// In how many maps.
static MAPS: AtomicUsize = AtomicUsize::new(0);

/// How many bytes of all packs lie in pages of their own, which no counting allocator sees.
pub fn mapped_bytes() -> usize {
    MAPPED.load(Ordering::Relaxed)
}

thread_local! {
    /// How many bytes this thread has read from files.
    static READ: Cell<u64> = const { Cell::new(0) };
}

/// How many bytes of packs this thread has read from files so far: two looks at it tell what was read between them.
pub fn read_bytes() -> u64 {
    READ.get()
}

/// Counts what was read.
pub(super) fn count_read(bytes: usize) {
    READ.set(READ.get().wrapping_add(bytes as u64));
}

/// Room for a chunk.
#[derive(Debug)]
pub(super) enum Room {
    Heap(Box<[u8]>),
    Pages(MmapMut),
}

impl Room {
    /// Of so many bytes, all zero.
    pub fn of(length: usize) -> Self {
        let is_large = length >= LARGE && MAPS.load(Ordering::Relaxed) < MOST_MAPS;
        let pages = if is_large { MmapMut::map_anon(length).ok() } else { None };
        let Some(pages) = pages else { return Self::Heap(vec![0; length].into_boxed_slice()) };
        MAPPED.fetch_add(length, Ordering::Relaxed);
        MAPS.fetch_add(1, Ordering::Relaxed);
        Self::Pages(pages)
    }
}

impl Drop for Room {
    fn drop(&mut self) {
        if let Self::Pages(pages) = self {
            MAPPED.fetch_sub(pages.len(), Ordering::Relaxed);
            MAPS.fetch_sub(1, Ordering::Relaxed);
        }
    }
}

impl Deref for Room {
    type Target = [u8];

    #[inline]
    fn deref(&self) -> &[u8] {
        match self {
            Self::Heap(bytes) => bytes,
            Self::Pages(pages) => pages,
        }
    }
}

impl DerefMut for Room {
    fn deref_mut(&mut self) -> &mut [u8] {
        match self {
            Self::Heap(bytes) => bytes,
            Self::Pages(pages) => pages,
        }
    }
}

/// The bytes of a chunk, for as long as somebody needs them.
#[derive(Debug, Clone)]
pub(in super::super) enum Part {
    Static(&'static [u8]),
    Held(Arc<Counted>),
}

impl Default for Part {
    fn default() -> Self {
        Self::Static(&[])
    }
}

impl Deref for Part {
    type Target = [u8];

    #[inline]
    fn deref(&self) -> &[u8] {
        match self {
            Self::Static(bytes) => bytes,
            Self::Held(held) => &held.bytes,
        }
    }
}

/// Bytes in memory that count as long as they live.
#[derive(Debug)]
pub(in super::super) struct Counted {
    bytes: Room,
    counter: Arc<AtomicUsize>,
    /// Those among them that cannot be given up, where it is one.
    pinned: Option<Arc<AtomicUsize>>,
}

impl Drop for Counted {
    fn drop(&mut self) {
        for counter in std::iter::once(&self.counter).chain(&self.pinned) {
            counter.fetch_sub(self.bytes.len(), Ordering::Relaxed);
        }
    }
}

/// A chunk that is kept, and whether it was asked for again since the hand passed.
#[derive(Default)]
struct Slot {
    held: Option<Arc<Counted>>,
    used: bool,
}

/// See the module.
pub(super) struct Cache {
    slots: Vec<Mutex<Slot>>,
    counter: Arc<AtomicUsize>,
    pinned: Arc<AtomicUsize>,
    share: Share,
    /// The slot that the clock looks at next.
    hand: Mutex<usize>,
}

impl Cache {
    /// For so many chunks of a file of so many bytes.
    pub fn new(chunks: usize, bytes: u64) -> Arc<Self> {
        let cache = Arc::new(Self::with(chunks, Share::of_file(bytes)));
        room::add(&cache);
        cache
    }

    fn with(chunks: usize, share: Share) -> Self {
        Self {
            slots: std::iter::repeat_with(Mutex::default).take(chunks).collect(),
            counter: Arc::default(),
            pinned: Arc::default(),
            share,
            hand: Mutex::new(0),
        }
    }

    /// How many bytes are held, by the cache or by who reads them.
    pub fn held(&self) -> usize {
        self.counter.load(Ordering::Relaxed)
    }

    /// Counts bytes that are kept as long as somebody has them, whatever the budget.
    pub fn pin(&self, bytes: Room) -> Part {
        let held = self.hold(bytes, Some(Arc::clone(&self.pinned)));
        self.give_way(0);
        Part::Held(held)
    }

    /// A chunk: the one that is kept, or what `read` gives. Who asks for the same at the same time waits for the first.
    pub fn get<E>(&self, number: usize, read: impl FnOnce() -> Result<Room, E>) -> Result<Part, E> {
        let Some(slot) = self.slots.get(number) else {
            return read().map(|bytes| Part::Held(self.hold(bytes, None)));
        };
        let mut slot = open(slot);
        if let Some(held) = &slot.held {
            let part = Part::Held(Arc::clone(held));
            slot.used = true;
            return Ok(part);
        }
        let held = self.hold(read()?, None);
        *slot = Slot { held: Some(Arc::clone(&held)), used: false };
        drop(slot);
        self.give_way(0);
        Ok(Part::Held(held))
    }

    fn hold(&self, bytes: Room, pinned: Option<Arc<AtomicUsize>>) -> Arc<Counted> {
        let counter = Arc::clone(&self.counter);
        for counter in std::iter::once(&counter).chain(&pinned) {
            counter.fetch_add(bytes.len(), Ordering::Relaxed);
        }
        Arc::new(Counted { bytes, counter, pinned })
    }

    /// How many bytes may be held where so many more are wanted for something else. Beside what cannot be given up, which may be more
    /// than the budget, a few chunks are kept: else each look-up would read one.
    fn most(&self, more: usize) -> usize {
        let beside = room::used().saturating_sub(self.held()).saturating_add(more);
        let (budget, least) = self.share.budget(beside, room::limit());
        budget.max(self.pinned.load(Ordering::Relaxed).saturating_add(least))
    }

    /// Gives chunks up until no more than so many bytes are held, or all of them are in use.
    fn keep_within(&self, bytes: usize) {
        if self.held() <= bytes {
            return;
        }
        let mut hand = self.hand.lock().unwrap_or_else(PoisonError::into_inner);
        // The first round may find all of them used, the second none.
        for _ in 0..2 * self.slots.len() {
            if self.held() <= bytes {
                return;
            }
            *hand = (*hand + 1) % self.slots.len();
            // One that is being read or given out is in use.
            let Some(Ok(mut slot)) = self.slots.get(*hand).map(Mutex::try_lock) else { continue };
            let is_free = slot.held.as_ref().is_some_and(|held| Arc::strong_count(held) == 1);
            if is_free && !std::mem::take(&mut slot.used) {
                slot.held = None;
            }
        }
    }
}

impl Holder for Cache {
    fn give_way(&self, more: usize) {
        self.keep_within(self.most(more));
    }
}

/// How much of a file may be held in memory.
#[derive(Debug, Clone, Copy)]
struct Share {
    /// Whatever else the process holds.
    most: usize,
    /// Together with that.
    together: usize,
    /// However much that is.
    least: usize,
}

impl Share {
    /// All of a small file. Of another three quarters, and four fifths together with what queries hold, but no less than half: so a
    /// process that asks takes about as much as the file has.
    fn of_file(bytes: u64) -> Self {
        let part = |part: u64| usize::try_from(part.max(SMALL)).unwrap_or(usize::MAX);
        if bytes <= SMALL {
            return Self { together: usize::MAX, ..Self::exactly(part(bytes)) };
        }
        Self { most: part(bytes / 4 * 3), together: part(bytes / 5 * 4), least: part(bytes / 2) }
    }

    fn exactly(bytes: usize) -> Self {
        Self { most: bytes, together: usize::MAX, least: bytes }
    }

    /// How many bytes of chunks may be held beside so many of other things, within a limit of all; and how many chunks are kept whatever
    /// cannot be given up. Half of a limit is left to others.
    fn budget(&self, beside: usize, limit: usize) -> (usize, usize) {
        let own = self.most.min(self.together.saturating_sub(beside).max(self.least));
        let least = LEAST.min(limit / 4);
        let within = (limit - limit / MARGIN).saturating_sub(beside).min(limit / 2);
        (own.min(within.max(least)), least)
    }
}

fn open(slot: &Mutex<Slot>) -> MutexGuard<'_, Slot> {
    slot.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::convert::Infallible;

    const EACH: usize = 1 << 20;

    fn filled(number: usize, length: usize) -> Room {
        let mut room = Room::of(length);
        room.fill(number as u8);
        room
    }

    #[test]
    fn what_is_large_lies_in_pages_of_its_own() {
        let (large, small) = (filled(7, LARGE), filled(7, LARGE - 1));
        assert!(matches!(&large, Room::Pages(_)) && matches!(&small, Room::Heap(_)));
        assert!(large.iter().chain(&*small).all(|byte| *byte == 7));
        assert!(mapped_bytes() >= large.len());
    }

    /// A cache of a hundred chunks of a megabyte, and how many were read.
    struct Asked {
        cache: Cache,
        reads: Cell<usize>,
    }

    impl Asked {
        fn of(budget: usize) -> Self {
            Self { cache: Cache::with(100, Share::exactly(budget)), reads: Cell::new(0) }
        }

        fn get(&self, number: usize) -> Part {
            let read = || {
                self.reads.set(self.reads.get() + 1);
                Ok::<_, Infallible>(filled(number, EACH))
            };
            let Ok(part) = self.cache.get(number, read);
            assert_eq!((part.len(), part.last()), (EACH, Some(&(number as u8))));
            part
        }
    }

    #[test]
    fn no_more_is_held_than_the_budget_allows() {
        for budget in [10 * EACH, 30 * EACH, 70 * EACH] {
            let asked = Asked::of(budget);
            for n in 0..1000_usize {
                asked.get(n.wrapping_mul(0x9e37_79b9) % 100);
                assert!(asked.cache.held() <= budget, "{} over {budget}", asked.cache.held());
            }
            assert!(asked.cache.held() > budget - EACH, "and no less");
            asked.cache.keep_within(8 * EACH);
            assert!(asked.cache.held() <= 8 * EACH);
        }
    }

    #[test]
    fn what_others_hold_and_limits_make_a_budget_smaller() {
        let share = Share::of_file(100 * EACH as u64);
        let budget = |beside: usize, limit| share.budget(beside * EACH, limit).0;
        let free = usize::MAX;
        let parts = [budget(0, free), budget(5, free), budget(20, free), budget(300, free)];
        for (part, wanted) in parts.into_iter().zip([75, 75, 60, 50]) {
            assert!(part.abs_diff(wanted * EACH) < 100, "{part} for {wanted} of 100");
        }
        assert_eq!(budget(0, 80 * EACH), 40 * EACH, "half of a limit");
        assert_eq!(budget(50, 80 * EACH), 25 * EACH, "what is left of it, but for the margin");
        assert_eq!(budget(80, 80 * EACH), 8 * EACH, "a few chunks");
        assert_eq!(share.budget(20 * EACH, 16 * EACH), (4 * EACH, 4 * EACH), "fewer within a small one");
        let small = Share::of_file(SMALL);
        assert_eq!(small.budget(300 * EACH, free).0, SMALL as usize);
        assert_eq!(small.budget(50 * EACH, 60 * EACH).0, 8 * EACH);
    }

    #[test]
    fn what_is_kept_is_not_read_again_and_a_scan_takes_the_place_of_scans() {
        let asked = Asked::of(20 * EACH);
        for _ in 0..3 {
            (0..10).for_each(|n| drop(asked.get(n)));
        }
        assert_eq!(asked.reads.get(), 10);
        for n in 10..100 {
            asked.get(n);
            // Lookups go on beside the scan.
            asked.get(n % 10);
        }
        assert_eq!(asked.reads.get(), 100, "none of the ten was given up");
    }

    #[test]
    fn a_chunk_in_use_lives_on_and_counts() {
        let asked = Asked::of(10 * EACH);
        let all: Vec<Part> = (0..40).map(|n| asked.get(n)).collect();
        assert_eq!(asked.cache.held(), 40 * EACH);
        assert!(all.iter().enumerate().all(|(n, part)| part.first() == Some(&(n as u8))));
        assert_eq!(asked.reads.get(), 40);
        drop(all);
        asked.get(50);
        assert!(asked.cache.held() <= 10 * EACH);
    }

    #[test]
    fn what_is_pinned_takes_room_of_the_others() {
        let asked = Asked::of(20 * EACH);
        (0..20).for_each(|n| drop(asked.get(n)));
        let pinned = asked.cache.pin(filled(0, 12 * EACH));
        assert!(asked.cache.held() <= 20 * EACH && pinned.len() == 12 * EACH);
        asked.get(70);
        assert!(asked.cache.held() <= 20 * EACH);
    }

    #[test]
    fn what_is_pinned_beyond_the_budget_leaves_room_for_a_few() {
        let asked = Asked::of(20 * EACH);
        let _pinned = asked.cache.pin(filled(0, 30 * EACH));
        let few = LEAST / EACH;
        for _ in 0..3 {
            (0..few).for_each(|n| drop(asked.get(n)));
        }
        assert_eq!(asked.reads.get(), few, "each is read once");
        (0..100).for_each(|n| drop(asked.get(n)));
        assert!(asked.cache.held() <= 30 * EACH + LEAST);
    }

    #[test]
    fn what_cannot_be_read_is_not_kept() {
        let asked = Asked::of(20 * EACH);
        assert!(asked.cache.get(3, || Err::<Room, _>("cut")).is_err());
        assert_eq!(asked.cache.held(), 0);
        asked.get(3);
    }

    #[test]
    fn several_threads_get_what_they_ask_for() {
        let cache = Cache::with(100, Share::exactly(10 * EACH));
        std::thread::scope(|scope| {
            for thread in 0..4_usize {
                let cache = &cache;
                scope.spawn(move || {
                    for n in 0..300 {
                        let number = (n * 7 + thread * n) % 100;
                        let Ok(part) = cache.get(number, || Ok::<_, Infallible>(filled(number, EACH)));
                        assert_eq!(
                            (part.first(), part.last()),
                            (Some(&(number as u8)), Some(&(number as u8)))
                        );
                    }
                });
            }
        });
        drop(cache.get(0, || Ok::<_, Infallible>(filled(0, EACH))));
        assert!(cache.held() <= 10 * EACH);
    }
}
