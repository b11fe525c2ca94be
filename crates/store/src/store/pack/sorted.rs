//! What lies sorted already, read once from front to back: the terms of a pack or of changes, and lists of pairs by new numbers.
//!
//! In: packs, changes, the new numbers of terms. Out: one term or pair after the other, and several lists of pairs as one. Of a
//! pack in a file no more is held than was read lately.

use super::Pack;
use super::sort::compare_bytes;
use super::terms::decode;
use crate::error::Result;
use crate::store::kinds::Kind;
use crate::store::port::{FIRST_FOREIGN, Id, Indexed};
use crate::store::{Changed, Lexical, PairCursor, Scratch};
use crate::value::order::SortKey;
use std::cmp::Ordering;

/// When so many bytes of a pack's file were read, they are forgotten before more is.
/// Tests are to meet that too.
pub(super) const WINDOW: usize = if cfg!(test) { 0 } else { 16 << 20 };

/// The order of two terms of one kind whose keys are equal.
pub(super) fn order(kind: Kind, a: &[u8], b: &[u8]) -> Ordering {
    match kind {
        Kind::Blank | Kind::Iri | Kind::String => a.cmp(b),
        _ => compare_bytes(a, b),
    }
}

/// A pack that is read once, from front to back: what was read is forgotten now and then.
pub(super) struct Reading<'a> {
    given: &'a Pack,
    /// The same again, where it is worth that.
    own: Option<Box<Pack>>,
}

impl<'a> Reading<'a> {
    pub fn of(given: &'a Pack) -> Result<Self> {
        Ok(Self { given, own: given.again(WINDOW)?.map(Box::new) })
    }

    pub fn pack(&self) -> &Pack {
        self.own.as_deref().unwrap_or(self.given)
    }

    /// Forgets what was read, where it is much.
    pub fn forget(&mut self) -> Result<()> {
        if self.own.as_ref().is_some_and(|own| own.held() > WINDOW) {
            self.own = self.given.again(WINDOW)?.map(Box::new);
        }
        Ok(())
    }
}

pub(super) enum Origin<'a> {
    /// A pack, and which of its terms are used.
    Pack(Reading<'a>, &'a [bool]),
    /// Terms that the changes brought, in order.
    Changes(&'a Changed, &'a [Id]),
}

/// Terms in order, but for triple terms: the one that is at hand, and the new numbers of those before it.
pub(super) struct Terms<'a> {
    from: Origin<'a>,
    at: usize,
    pub end: usize,
    pub is_there: bool,
    pub key: SortKey,
    pub bytes: Vec<u8>,
    /// Its place among the numbers.
    pub place: usize,
    pub numbers: Vec<Id>,
    scratch: Scratch,
    /// The kind of the terms of a pack at hand, and up to which number they are of it.
    kind: (Option<Kind>, Id),
}

impl<'a> Terms<'a> {
    pub fn of(from: Origin<'a>) -> Self {
        let (end, count) = match &from {
            Origin::Pack(reading, _) => {
                (reading.given.kinds().range(Kind::Triple).start as usize, reading.given.kinds().total())
            }
            Origin::Changes(changed, ids) => (ids.len(), changed.more_terms()),
        };
        let (key, bytes) = (SortKey { kind: Kind::Blank, prefix: 0 }, Vec::new());
        let (numbers, scratch) = (vec![0; count as usize], Scratch::new());
        Self { from, at: 0, end, is_there: false, key, bytes, place: 0, numbers, scratch, kind: (None, 0) }
    }

    /// Takes the next term at hand, where there is one.
    pub fn step(&mut self) -> Result<()> {
        self.bytes.clear();
        let kind = match &mut self.from {
            Origin::Pack(reading, used) => {
                let unused = used.get(self.at..self.end).unwrap_or_default();
                self.at += unused.iter().take_while(|used| !**used).count();
                self.is_there = self.at < self.end;
                if !self.is_there {
                    return Ok(());
                }
                self.place = self.at;
                let id = self.at as Id;
                reading.forget()?;
                let pack = reading.pack();
                self.bytes.extend_from_slice(pack.dictionary.bytes(id, &mut self.scratch)?);
                if id >= self.kind.1 {
                    let kind = pack.kinds().of(id);
                    self.kind = (kind, kind.map_or(id, |kind| pack.kinds().range(kind).end));
                }
                self.kind.0
            }
            Origin::Changes(changed, ids) => {
                let Some(id) = ids.get(self.at) else {
                    self.is_there = false;
                    return Ok(());
                };
                self.is_there = true;
                self.place = (id - FIRST_FOREIGN) as usize;
                self.bytes.extend_from_slice(changed.foreign_bytes(*id)?);
                changed.kind(*id)
            }
        };
        self.at += 1;
        let kind = kind.unwrap_or(Kind::Other);
        self.key = match (kind, decode_value(kind, &self.bytes)) {
            (_, Some(key)) => key,
            (kind, None) => SortKey { kind, prefix: 0 },
        };
        Ok(())
    }

    pub fn compare(&self, other: &Self) -> Ordering {
        self.key.cmp(&other.key).then_with(|| order(self.key.kind, &self.bytes, &other.bytes))
    }
}

/// The key of a term whose bytes do not compare as it does.
fn decode_value(kind: Kind, bytes: &[u8]) -> Option<SortKey> {
    if matches!(kind, Kind::Blank | Kind::Iri | Kind::String) {
        return None;
    }
    decode(bytes).as_ref().and_then(Lexical::as_term).map(SortKey::of)
}

/// Pairs in the order of their new numbers.
pub(super) struct Ordered<'a> {
    pub cursor: Option<PairCursor<'a>>,
    pub numbers: &'a [Id],
    pub of: u8,
    pub held: Vec<u64>,
    pub at: usize,
}

impl Ordered<'_> {
    /// The next pair.
    fn head(&mut self) -> Result<Option<u64>> {
        while self.at >= self.held.len() {
            let Some(cursor) = &mut self.cursor else { return Ok(None) };
            let Some((firsts, seconds)) = cursor.next_block()? else {
                self.cursor = None;
                return Ok(None);
            };
            self.at = 0;
            self.held.clear();
            let number = |id: Id| self.numbers.get(id as usize).copied().map(u64::from);
            // Those of other terms stand apart, and their numbers are past all of these.
            let pairs = firsts.iter().zip(seconds);
            self.held.extend(pairs.filter_map(|(a, b)| Some(number(*a)? << 32 | number(*b)?)));
        }
        Ok(self.held.get(self.at).copied())
    }
}

/// Takes some pairs in order, and what they are of.
type Taker<'t> = &'t mut dyn FnMut(&[u64], u8) -> Result<()>;

/// Gives all pairs of some lists in order, each once, as many at a time as are of the same.
pub(super) fn merge(lists: &mut [Ordered<'_>], each: Taker<'_>) -> Result<()> {
    loop {
        // The least head, how many have it, and the least of the others.
        let (mut least, mut next) = (None, None);
        for list in &mut *lists {
            let Some(head) = list.head()? else { continue };
            match least {
                None => least = Some(head),
                Some(found) if head < found => (least, next) = (Some(head), least),
                Some(_) if next.is_none_or(|next| head < next) => next = Some(head),
                Some(_) => {}
            }
        }
        let Some(least) = least else { return Ok(()) };
        if next == Some(least) {
            let mut of = 0;
            for list in &mut *lists {
                if list.head()? == Some(least) {
                    of |= list.of;
                    list.at += 1;
                }
            }
            each(&[least], of)?;
            continue;
        }
        for list in &mut *lists {
            if list.head()? == Some(least) {
                let rest = list.held.get(list.at..).unwrap_or_default();
                let run = next.map_or(rest.len(), |next| rest.partition_point(|pair| *pair < next));
                each(rest.get(..run).unwrap_or_default(), list.of)?;
                list.at += run;
                break;
            }
        }
    }
}
