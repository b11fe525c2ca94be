//! Memory that is held for speed alone gives way: to the limits of queries, and to what queries hold.
//!
//! In: limits, as long as they hold, and how the process counts its memory; those who hold such memory, or what one of them
//! keeps ([`Kept`]). Out: how much there is left. All of it is of the process as a whole: which query holds what is not
//! known here. Of several limits the least holds for all.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

/// Who holds memory for speed alone.
pub trait Holder: Send + Sync {
    /// Gives some up where so many bytes more are wanted for something else.
    fn give_way(&self, more: usize);
}

static LIMITS: Limits = Limits { all: Mutex::new(Vec::new()), least: AtomicUsize::new(usize::MAX) };
static HOLDERS: Mutex<Vec<Weak<dyn Holder>>> = Mutex::new(Vec::new());

static SLOTS: Mutex<Slots> = Mutex::new(Slots { all: Vec::new(), most: 0 });

/// What is kept anywhere, as a graph keeps each of its many lists.
struct Slots {
    all: Vec<Weak<dyn Gives>>,
    /// At so many those are looked for that nobody has any more.
    most: usize,
}

/// A holder of one thing.
trait Gives: Send + Sync {
    /// As [`Holder::give_way`].
    fn give(&self, more: usize);
    /// Whether it was not given up.
    fn is_held(&self) -> bool;
}

/// How many bytes the process has allocated.
type Used = fn() -> usize;

/// Those that hold, and the least of them.
struct Limits {
    all: Mutex<Vec<(usize, Used)>>,
    least: AtomicUsize,
}

impl Limits {
    fn change(&self, change: impl FnOnce(&mut Vec<(usize, Used)>)) {
        let mut all = open(&self.all);
        change(&mut all);
        let least = all.iter().map(|(most, _)| *most).min();
        self.least.store(least.unwrap_or(usize::MAX), Ordering::Relaxed);
    }

    fn add(&self, most: usize, used: Used) {
        self.change(|all| all.push((most, used)));
    }

    fn remove(&self, most: usize, used: Used) {
        self.change(|all| {
            let is_it = |other: &(usize, Used)| other.0 == most && std::ptr::fn_addr_eq(other.1, used);
            if let Some(place) = all.iter().position(is_it) {
                all.remove(place);
            }
        });
    }

    /// What the latest of them says.
    fn used(&self) -> usize {
        let latest = open(&self.all).last().map(|(_, used)| *used);
        latest.map_or(0, |used| used())
    }
}

fn open<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A limit of the bytes that the process may have, as long as this lives.
#[derive(Debug)]
pub struct Limit {
    most: usize,
    used: Used,
}

impl Limit {
    /// From now on, by what `used` counts; `usize::MAX` bytes limit nothing, and let others know what is used.
    #[must_use]
    pub fn of(most: usize, used: fn() -> usize) -> Self {
        LIMITS.add(most, used);
        Self { most, used }
    }
}

impl Drop for Limit {
    fn drop(&mut self) {
        LIMITS.remove(self.most, self.used);
    }
}

/// How many bytes the process has allocated, as the latest limit counts them; none where there is none.
pub fn used() -> usize {
    LIMITS.used()
}

/// The least of the limits that hold.
pub fn limit() -> usize {
    LIMITS.least.load(Ordering::Relaxed)
}

/// Whether so many bytes more are within every limit, once others gave way to them. Who makes something for speed alone asks before.
pub fn is_there_for(bytes: usize) -> bool {
    if is_free_for(bytes) {
        return true;
    }
    want(bytes);
    is_free_for(bytes)
}

/// Whether so many bytes more are within every limit as it is, so that nobody has to give way.
pub fn is_free_for(bytes: usize) -> bool {
    let limit = limit();
    limit == usize::MAX || used().saturating_add(bytes) <= limit
}

/// Adds a holder, for as long as anybody has it.
pub fn add(holder: &Arc<impl Holder + 'static>) {
    let holder: Weak<dyn Holder> = Arc::downgrade(holder) as _;
    let mut holders = open(&HOLDERS);
    holders.retain(|holder| holder.strong_count() > 0);
    holders.push(holder);
}

/// Has all holders give way to so many bytes more. While one does, others may be added, and ask. What is kept is looked at only
/// where memory is short: this is asked often.
pub fn want(more: usize) {
    let holders: Vec<Arc<dyn Holder>> = open(&HOLDERS).iter().filter_map(Weak::upgrade).collect();
    for holder in holders {
        holder.give_way(more);
    }
    let limit = limit();
    if limit == usize::MAX || !is_short(limit, used().saturating_add(more)) {
        return;
    }
    let kept: Vec<Arc<dyn Gives>> = open(&SLOTS).all.iter().filter_map(Weak::upgrade).collect();
    if !kept.is_empty() {
        kept.iter().for_each(|slot| slot.give(more));
        open(&SLOTS).all.retain(|slot| slot.upgrade().is_some_and(|slot| slot.is_held()));
    }
}

impl Slots {
    /// Adds one. To look for those that are gone takes no longer than it took to add as many.
    fn add(&mut self, slot: Weak<dyn Gives>) {
        if self.all.len() >= self.most {
            self.all.retain(|slot| slot.strong_count() > 0);
            self.most = 64.max(2 * self.all.len());
        }
        self.all.push(slot);
    }
}

/// Whether so many bytes are over a limit, or nearly so.
fn is_short(limit: usize, wanted: usize) -> bool {
    wanted > limit - limit / MARGIN
}

/// One part in so many of a limit is left to what is allocated between two looks at it.
const MARGIN: usize = 16;

/// Something that was made for speed alone and can be made again: kept until memory is wanted. Clones share it.
#[derive(Debug)]
pub struct Kept<T>(Mutex<Option<Arc<Slot<T>>>>);

/// What is kept, for as long as it is.
#[derive(Debug)]
struct Slot<T>(Mutex<Option<Arc<T>>>);

impl<T> Slot<T> {
    fn of(value: Arc<T>) -> Arc<Self> {
        Arc::new(Self(Mutex::new(Some(value))))
    }

    /// Drops it where so many bytes and more are over a limit, or nearly so. Who reads it keeps it until they are done.
    fn keep_within(&self, limit: usize, wanted: usize) {
        if is_short(limit, wanted) {
            let given_up = open(&self.0).take();
            drop(given_up);
        }
    }
}

impl<T: Send + Sync> Gives for Slot<T> {
    fn give(&self, more: usize) {
        let limit = limit();
        if limit < usize::MAX {
            self.keep_within(limit, used().saturating_add(more));
        }
    }

    fn is_held(&self) -> bool {
        open(&self.0).is_some()
    }
}

impl<T> Default for Kept<T> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<T> Clone for Kept<T> {
    fn clone(&self) -> Self {
        Self(Mutex::new(open(&self.0).clone()))
    }
}

impl<T: Send + Sync + 'static> Kept<T> {
    /// Of what somebody else has anyway: to give it up would free nothing.
    pub fn of_another(value: Arc<T>) -> Self {
        Self(Mutex::new(Some(Slot::of(value))))
    }

    /// What is kept.
    pub fn get(&self) -> Option<Arc<T>> {
        open(&self.0).as_ref().and_then(|slot| open(&slot.0).clone())
    }

    /// Keeps it, unless somebody was quicker: then what they made is given back.
    pub fn keep(&self, value: T) -> Arc<T> {
        let mut slot = open(&self.0);
        if let Some(known) = slot.as_ref().and_then(|slot| open(&slot.0).clone()) {
            return known;
        }
        let value = Arc::new(value);
        let new = Slot::of(Arc::clone(&value));
        let kept: Weak<Slot<T>> = Arc::downgrade(&new);
        *slot = Some(new);
        drop(slot);
        open(&SLOTS).add(kept);
        value
    }

    /// Takes it out: it is not kept here any more.
    pub fn take(&mut self) -> Option<Arc<T>> {
        let slot = open(&self.0).take()?;
        open(&slot.0).clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_kept_gives_way_where_memory_is_short() {
        let mut kept = Kept::default();
        assert!(kept.get().is_none());
        assert_eq!((*kept.keep(7), *kept.keep(8)), (7, 7), "the first one counts");
        let copy = kept.clone();
        let slot = || open(&copy.0).clone().unwrap();
        slot().keep_within(1600, 1500);
        assert_eq!((kept.get(), copy.get()), (Some(Arc::new(7)), Some(Arc::new(7))));
        let read = kept.get().unwrap();
        slot().keep_within(1600, 1501);
        assert_eq!((kept.get(), copy.get(), *read), (None, None, 7), "who reads it goes on");
        assert_eq!(Arc::strong_count(&read), 1);
        assert_eq!((*kept.keep(9), copy.get()), (9, None), "it is made again");
        assert_eq!((kept.take(), kept.get()), (Some(Arc::new(9)), None));
        assert_eq!(Kept::of_another(read).get(), Some(Arc::new(7)));
    }

    #[test]
    fn what_is_gone_is_forgotten_by_the_time_there_is_twice_as_much() {
        let mut slots = Slots { all: Vec::new(), most: 0 };
        let there: Vec<_> = (0..100).map(|n| Slot::of(Arc::new(n))).collect();
        let mut longest = 0;
        for n in 0..10_000 {
            // A weak reference to what goes at once.
            let passing: Weak<Slot<i32>> = Arc::downgrade(&Slot::of(Arc::new(n)));
            slots.add(passing);
            if let Some(slot) = there.get(n as usize) {
                let kept: Weak<Slot<i32>> = Arc::downgrade(slot);
                slots.add(kept);
            }
            longest = longest.max(slots.all.len());
        }
        assert_eq!(slots.all.iter().filter(|slot| slot.strong_count() > 0).count(), 100);
        assert!(longest <= 256, "{longest}");
    }

    #[test]
    fn of_several_limits_the_least_holds() {
        let limits = Limits { all: Mutex::default(), least: AtomicUsize::new(usize::MAX) };
        let least = || limits.least.load(Ordering::Relaxed);
        let (few, many): (Used, Used) = (|| 3, || 7000);
        assert_eq!(limits.used(), 0);
        limits.add(30, few);
        limits.add(10, many);
        limits.add(10, few);
        assert_eq!((least(), limits.used()), (10, 3));
        limits.remove(10, few);
        assert_eq!((least(), limits.used()), (10, 7000), "the other of the two");
        limits.remove(10, many);
        assert_eq!((least(), limits.used()), (30, 3), "nobody counts for who is gone");
        limits.remove(30, few);
        assert_eq!((least(), limits.used()), (usize::MAX, 0));
    }

    #[test]
    fn a_holder_that_gives_way_keeps_nobody_waiting() {
        struct Adds(Mutex<Vec<Arc<Self>>>, AtomicUsize);
        impl Holder for Adds {
            fn give_way(&self, more: usize) {
                self.1.fetch_max(more, Ordering::Relaxed);
                if more == 11 && self.0.lock().unwrap().is_empty() {
                    // As who opens a pack at the same time does, or who asks again.
                    let other = Arc::new(Self(Mutex::default(), AtomicUsize::new(0)));
                    add(&other);
                    self.0.lock().unwrap().push(other);
                    want(12);
                }
            }
        }
        let adds = Arc::new(Adds(Mutex::default(), AtomicUsize::new(0)));
        add(&adds);
        want(11);
        let other = adds.0.lock().unwrap().pop().unwrap();
        assert!(other.1.load(Ordering::Relaxed) >= 12 && adds.1.load(Ordering::Relaxed) >= 12);
    }

    #[test]
    fn holders_are_asked_as_long_as_they_live() {
        struct Asked(AtomicUsize);
        impl Holder for Asked {
            fn give_way(&self, more: usize) {
                self.0.fetch_max(more, Ordering::Relaxed);
            }
        }
        let (one, other) = (Arc::new(Asked(AtomicUsize::new(0))), Arc::new(Asked(AtomicUsize::new(0))));
        add(&one);
        add(&other);
        drop(other);
        want(7);
        // Others may want more at the same time.
        assert!(one.0.load(Ordering::Relaxed) >= 7);
    }
}
