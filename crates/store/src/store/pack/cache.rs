//! Which chunks of a pack stay in memory: as many as a budget of bytes allows, those that were asked for lately first.
//!
//! In: chunks as they were read. Out: the same again, as long as they are kept. Chunks are given up by the clock (Corbató, A paging
//! experiment with the Multics system, 1968): one that was asked for since the hand passed gets another round, one that was read
//! once goes first, so that a scan does not push out what lookups need. A chunk that somebody still reads lives until they are done,
//! and counts until then. A large chunk lies in pages of its own, beside the heap: there it would keep what queries used and gave back
//! from being given back to the system.

use memmap2::MmapMut;
use std::ops::{Deref, DerefMut};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// A budget is no smaller: some chunks of every part of a pack.
const LEAST: usize = 8 << 20;
/// Without a budget from outside, all chunks of a file up to this size are kept.
const SMALL: u64 = 32 << 20;

/// From this size on a chunk lies in pages of its own.
const LARGE: usize = 64 << 10;

/// How many bytes lie beside the heap.
static MAPPED: AtomicUsize = AtomicUsize::new(0);

/// How many bytes of all packs lie in pages of their own, which no counting allocator sees.
pub fn mapped_bytes() -> usize {
    MAPPED.load(Ordering::Relaxed)
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
        let pages = if length < LARGE { None } else { MmapMut::map_anon(length).ok() };
        let Some(pages) = pages else { return Self::Heap(vec![0; length].into_boxed_slice()) };
        MAPPED.fetch_add(length, Ordering::Relaxed);
        Self::Pages(pages)
    }
}

impl Drop for Room {
    fn drop(&mut self) {
        if let Self::Pages(pages) = self {
            MAPPED.fetch_sub(pages.len(), Ordering::Relaxed);
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
    Held(Arc<Held>),
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
pub(in super::super) struct Held {
    bytes: Room,
    counter: Arc<AtomicUsize>,
    /// Those among them that cannot be given up, where it is one.
    pinned: Option<Arc<AtomicUsize>>,
}

impl Drop for Held {
    fn drop(&mut self) {
        for counter in std::iter::once(&self.counter).chain(&self.pinned) {
            counter.fetch_sub(self.bytes.len(), Ordering::Relaxed);
        }
    }
}

/// A chunk that is kept, and whether it was asked for again since the hand passed.
#[derive(Default)]
struct Slot {
    held: Option<Arc<Held>>,
    used: bool,
}

/// See the module.
pub(super) struct Cache {
    slots: Vec<Mutex<Slot>>,
    counter: Arc<AtomicUsize>,
    pinned: Arc<AtomicUsize>,
    budget: AtomicUsize,
    /// The budget where nobody gives another.
    most: usize,
    /// The slot that the clock looks at next.
    hand: Mutex<usize>,
}

impl Cache {
    /// For so many chunks of a file of so many bytes: three quarters of it are kept, all of a small one.
    pub fn new(chunks: usize, bytes: u64) -> Self {
        let budget = if bytes <= SMALL { bytes } else { (bytes / 4 * 3).max(SMALL) };
        let most = usize::try_from(budget).unwrap_or(usize::MAX);
        Self {
            slots: std::iter::repeat_with(Mutex::default).take(chunks).collect(),
            counter: Arc::default(),
            pinned: Arc::default(),
            budget: AtomicUsize::new(most),
            most,
            hand: Mutex::new(0),
        }
    }

    /// How many bytes are held, by the cache or by who reads them.
    pub fn held(&self) -> usize {
        self.counter.load(Ordering::Relaxed)
    }

    /// How many may be.
    pub fn budget(&self) -> usize {
        self.budget.load(Ordering::Relaxed)
    }

    /// Keeps no more than so many bytes from now on, nor more than without this.
    pub fn keep_within(&self, bytes: usize) {
        self.budget.store(bytes.max(LEAST).min(self.most), Ordering::Relaxed);
        self.evict();
    }

    /// Counts bytes that are kept as long as somebody has them, whatever the budget.
    pub fn pin(&self, bytes: Room) -> Part {
        let held = self.hold(bytes, Some(Arc::clone(&self.pinned)));
        self.evict();
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
        self.evict();
        Ok(Part::Held(held))
    }

    fn hold(&self, bytes: Room, pinned: Option<Arc<AtomicUsize>>) -> Arc<Held> {
        let counter = Arc::clone(&self.counter);
        for counter in std::iter::once(&counter).chain(&pinned) {
            counter.fetch_add(bytes.len(), Ordering::Relaxed);
        }
        Arc::new(Held { bytes, counter, pinned })
    }

    /// Whether chunks are to be given up. Beside what cannot be, which may be more than the budget, a few are kept: else each
    /// look-up would read one.
    fn is_over(&self) -> bool {
        let pinned = self.pinned.load(Ordering::Relaxed);
        self.held() > self.budget().max(pinned.saturating_add(LEAST))
    }

    /// Gives chunks up until what is held is within the budget, or all of it is in use.
    fn evict(&self) {
        if !self.is_over() {
            return;
        }
        let mut hand = self.hand.lock().unwrap_or_else(PoisonError::into_inner);
        // The first round may find all of them used, the second none.
        for _ in 0..2 * self.slots.len() {
            if !self.is_over() {
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

fn open(slot: &Mutex<Slot>) -> MutexGuard<'_, Slot> {
    slot.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::cell::Cell;
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
            let cache = Cache::new(100, 100 * EACH as u64);
            cache.keep_within(budget);
            Self { cache, reads: Cell::new(0) }
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
            asked.cache.keep_within(10 * EACH);
            assert!(asked.cache.held() <= 10 * EACH);
            asked.cache.keep_within(usize::MAX);
            assert_eq!(asked.cache.budget(), 75 * EACH, "three quarters of the file");
        }
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
        let cache = Cache::new(100, 100 * EACH as u64);
        cache.keep_within(10 * EACH);
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
