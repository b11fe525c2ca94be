//! A sorted map whose copies share what they have in common.
//!
//! In: keys with values, in any order. Out: the same by key, and all keys from one on. A copy costs one counter for some
//! two hundred entries; the first change after it copies the run that holds the key and no other.

use std::sync::Arc;

/// The most entries of a run; one that grows further becomes two.
const MOST: usize = 256;

/// A sorted map. See the module.
#[derive(Debug, Clone)]
pub(super) struct Sorted<K, V> {
    runs: Vec<Run<K, V>>,
}

#[derive(Debug, Clone)]
struct Run<K, V> {
    /// The least key of the run.
    head: K,
    entries: Arc<Vec<(K, V)>>,
}

impl<K, V> Default for Sorted<K, V> {
    fn default() -> Self {
        Self { runs: Vec::new() }
    }
}

impl<K: Copy + Ord, V: Clone> Sorted<K, V> {
    /// The run in which a key is, or would be.
    fn run_of(&self, key: &K) -> usize {
        self.runs.partition_point(|run| run.head <= *key).saturating_sub(1)
    }

    /// The value of a key.
    pub fn get(&self, key: &K) -> Option<&V> {
        let entries = &self.runs.get(self.run_of(key))?.entries;
        let place = entries.binary_search_by(|(have, _)| have.cmp(key)).ok()?;
        entries.get(place).map(|(_, value)| value)
    }

    /// The value of a key, to change.
    pub fn get_mut(&mut self, key: &K) -> Option<&mut V> {
        let run = self.run_of(key);
        let entries = &mut self.runs.get_mut(run)?.entries;
        let place = entries.binary_search_by(|(have, _)| have.cmp(key)).ok()?;
        Arc::make_mut(entries).get_mut(place).map(|(_, value)| value)
    }

    /// Gives a key a value, and says which it had.
    pub fn insert(&mut self, key: K, value: V) -> Option<V> {
        let at = self.run_of(&key);
        let Some(run) = self.runs.get_mut(at) else {
            self.runs.push(Run { head: key, entries: Arc::new(vec![(key, value)]) });
            return None;
        };
        let entries = Arc::make_mut(&mut run.entries);
        let place = match entries.binary_search_by(|(have, _)| have.cmp(&key)) {
            Ok(place) => {
                return entries.get_mut(place).map(|entry| std::mem::replace(&mut entry.1, value));
            }
            Err(place) => place,
        };
        run.head = run.head.min(key);
        if entries.len() < MOST {
            entries.insert(place, (key, value));
            return None;
        }
        // What comes in order leaves full runs behind.
        let half = if place == MOST { MOST } else { MOST / 2 };
        let mut upper = Vec::with_capacity(MOST);
        upper.extend(entries.drain(half..));
        match place.checked_sub(half) {
            Some(place) => upper.insert(place, (key, value)),
            None => entries.insert(place, (key, value)),
        }
        if let Some((head, _)) = upper.first() {
            self.runs.insert(at + 1, Run { head: *head, entries: Arc::new(upper) });
        }
        None
    }

    /// Takes a key out. Says whether it was there.
    pub fn remove(&mut self, key: &K) -> bool {
        let at = self.run_of(key);
        let Some(run) = self.runs.get_mut(at) else { return false };
        let Ok(place) = run.entries.binary_search_by(|(have, _)| have.cmp(key)) else { return false };
        let entries = Arc::make_mut(&mut run.entries);
        entries.remove(place);
        match entries.first() {
            Some((head, _)) => run.head = *head,
            None => drop(self.runs.remove(at)),
        }
        true
    }

    /// All entries in order.
    pub fn iter(&self) -> impl Iterator<Item = &(K, V)> {
        self.runs.iter().flat_map(|run| run.entries.iter())
    }

    /// The entries in order from the first key that is at least `key`.
    pub fn from(&self, key: K) -> impl Iterator<Item = &(K, V)> {
        let at = self.run_of(&key);
        let runs = self.runs.get(at..).unwrap_or_default();
        let skip = runs.first().map_or(0, |run| run.entries.partition_point(|(have, _)| *have < key));
        runs.iter().flat_map(|run| run.entries.iter()).skip(skip)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeMap;

    proptest! {
        #![proptest_config(ProptestConfig { cases: 20, failure_persistence: None, ..Default::default() })]
        #[test]
        fn it_holds_what_a_map_holds(steps in prop::collection::vec((0..4u8, 0..900u32), 0..3000)) {
            let (mut sorted, mut map) = (Sorted::default(), BTreeMap::new());
            let mut copies = Vec::new();
            for (n, (step, key)) in steps.into_iter().enumerate() {
                match step {
                    0 | 1 => {
                        prop_assert_eq!(sorted.insert(key, n), map.insert(key, n));
                    }
                    2 => prop_assert_eq!(sorted.remove(&key), map.remove(&key).is_some()),
                    _ => {
                        if let Some(value) = sorted.get_mut(&key) {
                            *value = n;
                            map.insert(key, n);
                        }
                    }
                }
                prop_assert_eq!(sorted.get(&key), map.get(&key));
                if n % 500 == 0 {
                    copies.push((sorted.clone(), map.clone()));
                }
            }
            copies.push((sorted, map));
            for (sorted, map) in copies {
                prop_assert!(sorted.iter().map(|(key, value)| (key, value)).eq(map.iter()));
                for key in [0, 1, 450, 899, 900] {
                    prop_assert!(sorted.from(key).map(|(key, value)| (key, value)).eq(map.range(key..)));
                }
            }
        }
    }

    #[test]
    fn keys_in_order_fill_their_runs() {
        let mut sorted = Sorted::default();
        (0..10_000u32).for_each(|key| assert!(sorted.insert(key, ()).is_none()));
        assert_eq!((sorted.iter().count(), sorted.runs.len()), (10_000, 10_000_usize.div_ceil(MOST)));
    }
}
