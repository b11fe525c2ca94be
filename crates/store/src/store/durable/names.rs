//! The names of the files of a store.
//!
//! In: numbers, names. Out: names, and which are those that a store alone gives.

use super::manifest;

/// How the names of packs begin that are being written.
const WORK: [&str; 2] = ["merge-", "load-"];
/// How the name of a copy of the journal ends until it is whole.
pub(super) const COPY: &str = ".new";
/// How the names of files end that are locked meanwhile.
pub(super) const LOCKED: &str = "lock";

/// Whether a name is that of a pack which a process writes, such as `merge-4711-0.pack`, or of the lock beside it: nobody's `load-2024.pack`.
pub(super) fn is_work(name: &str) -> bool {
    let rest = WORK.iter().find_map(|what| name.strip_prefix(what));
    let numbers = rest.and_then(|rest| rest.strip_suffix(".pack").or_else(|| rest.strip_suffix(".lock")));
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    numbers
        .and_then(|numbers| numbers.split_once('-'))
        .is_some_and(|(process, number)| is_number(process) && is_number(number))
}

/// The name of the journal that is begun with a pack.
pub(super) fn journal_of(generation: u64) -> String {
    format!("journal-{generation}.rdfp")
}

/// The name of a pack.
pub(super) fn pack_of(generation: u64) -> String {
    format!("graph-{generation}.pack")
}

/// The number in the name of a file that only a store writes; 0 for a manifest or pack that was never published.
pub(super) fn generation(name: &str) -> Option<u64> {
    if name == manifest::NEW || is_work(name) {
        return Some(0);
    }
    if let Some(copied) = name.strip_suffix(COPY).filter(|name| name.starts_with("journal-")) {
        return generation(copied).map(|_| 0);
    }
    let pack = name.strip_prefix("graph-").or_else(|| name.strip_prefix("added-"));
    let pack = pack.and_then(|rest| rest.strip_suffix(".pack"));
    let journal = || name.strip_prefix("journal-").and_then(|rest| rest.strip_suffix(".rdfp"));
    pack.or_else(journal)?.parse().ok()
}
