//! Crashes between any two file operations, writes that come to the disk in part, operations that fail, bits that flip.
//!
//! A run of transactions and merges is recorded, operation by operation. For a crash after any of them the disk may hold
//! much: what was synced for certain; of what was not, any part, sector by sector, and any number of the changes of names
//! in their order. Such a disk is made, opened and compared with what had been acknowledged. `BAIMO_CRASHES=10000` says
//! how many, `BAIMO_SEED` where their numbers begin, both when this is compiled.

mod disk;
mod reads;
mod usage;

use super::files::{Disk, Files};
use super::repair::repair;
use super::{Content, Durability, Store, Transaction, manifest};
use crate::error::Result;
use crate::store::memory::Memory;
use crate::store::pack::{Builder, Watch};
use crate::store::{Graph as _, quads_of};
use crate::terms::{BlankNode, GraphName, Literal, NamedNode, Prefixes, Quad};
use disk::{Dice, Folder, Recorder, Step, disk_after};
use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::Path;
use std::sync::Arc;
use usage::{Use, recorded, shown};

fn quad(n: usize) -> Quad {
    let iri = |n: usize| NamedNode::new_unchecked(format!("http://example.org/{n}"));
    let text = if n.is_multiple_of(7) { "long ".repeat(200) } else { format!("0{n}\n") };
    let graph = if n.is_multiple_of(3) { GraphName::from(iri(90)) } else { GraphName::DefaultGraph };
    match n % 2 {
        0 => Quad::new(iri(n), iri(50), Literal::new_simple_literal(text), graph),
        _ => Quad::new(BlankNode::new_unchecked(format!("b{n}")), iri(51), iri(n), graph),
    }
}

type State = BTreeSet<String>;

fn state(memory: &Memory) -> Result<State> {
    let quads = memory.graphs()?.into_iter().flat_map(|name| quads_of(memory, name));
    quads.map(|quad| Ok(quad?.to_string())).collect()
}

/// What somebody sees of a store: quads, empty graphs, prefixes.
fn seen(memory: &Memory, prefixes: &Prefixes) -> State {
    let empty = memory.empty_graphs();
    let empty = empty.iter().map(|name| format!("{EMPTY} {name}"));
    let prefixes = prefixes.iter().map(|(name, namespace)| format!("prefix {name}: {namespace}"));
    state(memory).unwrap().into_iter().chain(empty).chain(prefixes).collect()
}

/// How a line of a state begins that names an empty graph.
const EMPTY: &str = "empty";

/// Checks that a folder holds one of some states, that it can go on, and that nothing else is left in it but what was set aside.
fn goes_on(folder: &Path, allowed: &[State], what: &str) {
    let (store, Content { graph, prefixes, .. }) =
        Store::open(folder).unwrap_or_else(|error| panic!("{what}: {error}"));
    let found = seen(&graph, &prefixes);
    assert!(allowed.contains(&found), "{what}: found {found:#?}\nallowed {allowed:#?}");
    is_on_record(&store, &found, what);
    drop(store);
    let recorder = Recorder::default();
    let mut used = Use::of(folder, &recorder).unwrap();
    used.begin().unwrap_or_else(|error| panic!("{what}: {error}"));
    assert_eq!(used.seen(), found, "{what}: a writer finds what a reader finds");
    used.change(&mut Dice::of(77)).unwrap();
    let expected = used.seen();
    drop(used);
    assert_eq!(shown(folder), expected, "{what}");
    let (store, _) = Store::open(folder).unwrap();
    let mut own: BTreeSet<String> = store.state().unwrap().manifest.files().map(str::to_owned).collect();
    own.extend([manifest::NAME.to_owned(), super::lock::NAME.to_owned()]);
    let names: BTreeSet<String> = Disk.names(folder).unwrap().into_iter().collect();
    let names: BTreeSet<String> = names.into_iter().filter(|name| !name.contains(".damaged-")).collect();
    assert_eq!(names, own, "{what}: nothing else is left");
}

/// Checks that the transactions on record are what the store holds, where all are and none of them is a pack that is gone.
fn is_on_record(store: &Store, found: &State, what: &str) {
    if !store.exists() || store.first_on_record().unwrap() > 1 {
        return;
    }
    let (mut graph, mut is_known) = (Memory::over(Builder::keeping_labels().finish()), true);
    let each = &mut |transaction: Transaction| match transaction.pack.map(|(name, _)| store.added_pack(&name))
    {
        None => transaction.rows.each(Watch::nobody(), &mut |added, quad| {
            let changed = if added { graph.insert(quad) } else { graph.remove(&quad) };
            assert!(changed? || !is_known, "{what}: a transaction says what it changed");
            Ok(())
        }),
        Some(Ok(pack)) => graph.set_pack(&pack, true, Watch::nobody()).map(drop),
        Some(Err(_)) => {
            is_known = false;
            Ok(())
        }
    };
    store.history(1, Watch::nobody(), each).unwrap_or_else(|error| panic!("{what}: the record: {error}"));
    let quads: State = found.iter().filter(|line| line.starts_with(['<', '_'])).cloned().collect();
    let recorded = state(&graph).unwrap();
    assert!(!is_known || recorded == quads, "{what}: the record has {recorded:#?}\nthe store {quads:#?}");
}

fn crashes() -> usize {
    option_env!("BAIMO_CRASHES").and_then(|count| count.parse().ok()).unwrap_or(160)
}

fn first() -> u64 {
    option_env!("BAIMO_SEED").and_then(|seed| seed.parse().ok()).unwrap_or(0)
}

#[test]
fn after_a_crash_every_acknowledged_transaction_is_there_whole_and_no_other() {
    let (mut made, mut rebuilt) = (0, 0);
    for seed in first() + 1.. {
        let (steps, states) = recorded(seed);
        let mut dice = Dice::of(seed ^ 0x5555);
        for _ in 0..40 {
            if made == crashes() {
                assert!(rebuilt > crashes() / 40, "{rebuilt}");
                return;
            }
            made += 1;
            let end = dice.below(steps.len() + 1);
            let left = disk_after(&steps[..end], Some(&mut dice));
            let folder = Folder::of(&left.files);
            let what = format!("seed {seed}, after step {end} of {}, {}", steps.len(), left.by_power);
            let mut allowed = allowed(&steps[..], (end, left.by_power), &states, false);
            let is_doubtful = left.by_power && is_told(&steps[..end]);
            if is_doubtful && Store::open(&folder.0).is_err() {
                // What did not wait for the disk may be damaged by its loss, and is cut.
                repair(&folder.0, true).unwrap_or_else(|error| panic!("{what}: {error}"));
            }
            match dice.below(6) {
                0 if left.files.contains_key(manifest::NAME) => {
                    repair(&folder.0, true).unwrap_or_else(|error| panic!("{what}: {error}"));
                }
                1 if !is_doubtful && left.files.contains_key(manifest::NAME) => {
                    allowed = self::allowed(&steps, (end, left.by_power), &states, true);
                    lose_manifest(&folder.0, &mut allowed, &what, &mut dice);
                    rebuilt += 1;
                }
                _ => {}
            }
            goes_on(&folder.0, &allowed, &what);
        }
    }
}

/// The manifest of a store is lost or damaged: the store is refused until it is made anew. What was empty is not known then.
fn lose_manifest(folder: &Path, allowed: &mut [State], what: &str, dice: &mut Dice) {
    let path = folder.join(manifest::NAME);
    let is_lost = dice.below(2) == 0;
    if is_lost {
        std::fs::remove_file(&path).unwrap();
    } else {
        let mut bytes = std::fs::read(&path).unwrap();
        let byte = dice.below(bytes.len());
        bytes[byte] ^= 1 << dice.below(8);
        std::fs::write(&path, bytes).unwrap();
    }
    let empty = State::new();
    let before = Disk.names(folder).unwrap().len();
    let may_be_new = is_lost && allowed.contains(&empty);
    assert!(may_be_new || Store::open(folder).is_err(), "{what}: a store without its manifest");
    repair(folder, false).unwrap_or_else(|error| panic!("{what}: {error}"));
    assert_eq!(Disk.names(folder).unwrap().len(), before, "{what}: nothing is written");
    repair(folder, true).unwrap_or_else(|error| panic!("{what}: {error}"));
    let (_, Content { graph, prefixes, .. }) = Store::open(folder).unwrap();
    let found = seen(&graph, &prefixes);
    let without =
        |state: &State| -> State { state.iter().filter(|line| !line.starts_with(EMPTY)).cloned().collect() };
    let same = allowed.iter().position(|state| without(state) == without(&found));
    let Some(same) = same else { panic!("{what}: after a repair {found:#?}\nallowed {allowed:#?}") };
    allowed[same] = found;
}

/// Whether something was acknowledged last by a process that does not wait for the disk.
fn is_told(steps: &[Step]) -> bool {
    let last = steps.iter().rev().find(|step| matches!(step, Step::Told(_) | Step::Acknowledged(_)));
    matches!(last, Some(Step::Told(_)))
}

/// A process is killed at each operation of a merge in turn, another one goes on, and then the power is cut: what the second
/// one acknowledged builds on what the first made and perhaps never made safe. The second is a new one, or one that changed
/// the store before.
#[test]
fn what_a_killed_process_left_is_made_safe_before_it_is_built_upon() {
    for (killed_at, is_new) in (0..16).flat_map(|killed_at| [(killed_at, true), (killed_at, false)]) {
        let (folder, recorder) = (Folder::new(), Recorder::default());
        let mut waiting = Use::of(&folder.0, &recorder).unwrap();
        waiting.act_once(7);
        let mut used = Use::another(&folder.0, &recorder).unwrap();
        used.store.begin().unwrap();
        recorder.fail(Some((killed_at, io::ErrorKind::Other, true)));
        let merge = used.store.prepare_merge(Prefixes::new(), Vec::new()).unwrap();
        let done = merge.write(&used.graph.snapshot().unwrap(), Watch::nobody());
        let _ = done.and_then(|()| used.store.finish_merge(merge));
        recorder.fail(None);
        drop(used);
        let mut other = if is_new { waiting.restart(&folder.0) } else { waiting };
        other.act_once(11);
        is_safe(&other, &format!("killed at {killed_at}, a new process goes on: {is_new}"));
    }
}

/// A store is unmade and made again, an operation fails, and it is tried once more: what is acknowledged then is safe.
#[test]
fn a_store_that_could_not_be_made_is_made_safe_by_the_next_try() {
    for fails in 0..10 {
        let (folder, recorder) = (Folder::new(), Recorder::default());
        let mut used = Use::of(&folder.0, &recorder).unwrap();
        used.store.begin().unwrap();
        used.store.unmake().unwrap();
        recorder.fail(Some((fails, io::ErrorKind::Other, false)));
        let _ = used.store.begin();
        recorder.fail(None);
        used.act_once(7);
        is_safe(&used, &format!("operation {fails} fails"));
    }
}

/// Another process changed the store, an operation fails where it is read again for a change, and that is tried once more:
/// the change builds on what the other one acknowledged, and on nothing that is not safe.
#[test]
fn what_could_not_be_built_upon_is_read_again_by_the_next_try() {
    for fails in 0..8 {
        let (folder, recorder) = (Folder::new(), Recorder::default());
        let mut waiting = Use::of(&folder.0, &recorder).unwrap();
        waiting.act_once(7);
        Use::another(&folder.0, &recorder).unwrap().act_once(11);
        recorder.fail(Some((fails, io::ErrorKind::Other, false)));
        let _ = waiting.begin();
        recorder.fail(None);
        waiting.act_once(13);
        is_safe(&waiting, &format!("operation {fails} fails"));
    }
}

/// Another process changed the store, and an operation fails where it is read again for a change: what was handed out before is
/// all that is known, and a merge of that takes nothing away.
#[test]
fn a_begin_that_fails_leaves_what_is_known_and_a_merge_loses_nothing() {
    let mut refused = 0;
    for fails in 0..8 {
        let (folder, recorder) = (Folder::new(), Recorder::default());
        let mut waiting = Use::of(&folder.0, &recorder).unwrap();
        waiting.act_once(7);
        let before = waiting.seen();
        Use::another(&folder.0, &recorder).unwrap().act_once(11);
        let (expected, mark) = (shown(&folder.0), waiting.store.mark());
        assert_ne!(before, expected);
        recorder.fail(Some((fails, io::ErrorKind::Other, false)));
        let begun = waiting.begin();
        recorder.fail(None);
        let what = format!("operation {fails} fails");
        let merge = waiting.store.prepare_merge(waiting.declared.clone(), Vec::new());
        if begun.is_err() {
            refused += 1;
            assert_eq!(waiting.store.mark(), mark, "{what}");
            assert!(merge.is_err() && !waiting.store.is_certain(), "{what}");
            // The same mark as one that was prepared before.
            waiting.store.doubtful = false;
            let merge = waiting.store.prepare_merge(waiting.declared.clone(), Vec::new()).unwrap();
            waiting.store.doubtful = true;
            merge.write(&waiting.graph.snapshot().unwrap(), Watch::nobody()).unwrap();
            waiting.begin().unwrap();
            assert!(waiting.store.finish_merge(merge).unwrap(), "{what}");
        }
        assert_eq!(waiting.seen(), expected, "{what}");
        assert_eq!(shown(&folder.0), expected, "{what}");
    }
    assert!(refused > 2, "{refused} were refused");
}

/// A process was killed before the sync of what it wrote, and the sync of the next one fails: the system shows what it will never
/// write. The try after that builds on a copy of it.
#[test]
fn what_a_sync_lost_is_written_again_before_it_is_built_upon() {
    let mut lost = 0;
    for fails in 0..8 {
        let (folder, recorder) = (Folder::new(), Recorder::default());
        let mut waiting = Use::of(&folder.0, &recorder).unwrap();
        waiting.act_once(7);
        let mut killed = Use::another(&folder.0, &recorder).unwrap();
        killed.begin().unwrap();
        // Its rows are written at once, and their sync is the next operation.
        recorder.fail(Some((1, io::ErrorKind::Other, true)));
        let store = &mut killed.store;
        let keep = |changes: &crate::store::memory::Changes<'_>| {
            store.commit(&mut Transaction::default(), changes, Watch::nobody())
        };
        killed.graph.change_and_keep(|graph| graph.insert(quad(100)), keep).unwrap_err();
        drop(killed);
        recorder.fail(Some((fails, io::ErrorKind::Other, false)));
        let begun = waiting.begin();
        recorder.fail(None);
        lost += usize::from(recorder.steps().iter().any(|step| matches!(step, Step::Lost(_))));
        assert!(begun.is_err() || fails > 1, "operation {fails} fails");
        waiting.act_once(13);
        assert_eq!(waiting.store.mark().number, 3, "operation {fails} fails: what was killed is built upon");
        is_safe(&waiting, &format!("operation {fails} fails"));
    }
    assert_eq!(lost, 1, "a sync failed");
}

/// Cuts the power now: what was acknowledged last is there.
fn is_safe(used: &Use, what: &str) {
    let (steps, states, known) = (used.recorder.steps(), used.recorder.states(), used.recorder.known());
    assert_eq!(known, states.len() - 1, "{what}: it was acknowledged");
    for seed in 0..24 {
        let left = Folder::of(&disk_after(&steps, Some(&mut Dice::of(seed))).files);
        goes_on(&left.0, &states[known..], &format!("{what}, seed {seed}"));
    }
}

/// How many transactions are acknowledged after some steps: with a loss of power, by processes that wait for the disk.
fn acknowledged(steps: &[Step], by_power: bool) -> usize {
    let last = steps.iter().rev().find_map(|step| match step {
        Step::Acknowledged(n) => Some(*n),
        Step::Told(n) if !by_power => Some(*n),
        _ => None,
    });
    last.unwrap_or(0)
}

/// The next transaction that is acknowledged.
fn next(steps: &[Step]) -> Option<usize> {
    steps.iter().find_map(|step| match step {
        Step::Acknowledged(n) | Step::Told(n) => Some(*n),
        _ => None,
    })
}

/// What may be found after some steps: what was acknowledged last, and all that is on its way until something is
/// acknowledged again, without what was told to have come to nothing, but where that counts too.
fn allowed(steps: &[Step], (end, by_power): (usize, bool), states: &[State], undone_too: bool) -> Vec<State> {
    let range = acknowledged(&steps[..end], by_power)..=next(&steps[end..]).unwrap_or(states.len() - 1);
    let first = *range.start();
    let undone = |n: &usize| {
        *n > first && steps[..end].iter().any(|step| matches!(step, Step::Undone(undone) if undone == n))
    };
    range.filter(|n| undone_too || !undone(n)).map(|n| states[n].clone()).collect()
}

#[test]
fn a_copy_taken_meanwhile_is_of_one_moment_or_refused() {
    let (mut opened, mut refused) = (0, 0);
    for seed in first()..first() + crashes() as u64 / 4 {
        let (steps, states) = recorded(seed % 40 + 1);
        let mut dice = Dice::of(seed + 77);
        let begin = dice.below(steps.len());
        let end = (begin + dice.below(60)).min(steps.len());
        // Names as they were in the beginning, in any order, each file as it is when it is its turn.
        let mut names: Vec<String> = disk_after(&steps[..begin], None).files.into_keys().collect();
        let (mut copy, mut now) = (BTreeMap::new(), begin);
        while !names.is_empty() {
            let name = names.swap_remove(dice.below(names.len()));
            now += dice.below((end - now) / (names.len() + 1) + 1);
            if let Some(bytes) = disk_after(&steps[..now], None).files.remove(&name) {
                copy.insert(name, bytes);
            }
        }
        let folder = Folder::of(&copy);
        let first = acknowledged(&steps[..begin], false);
        match Store::open(&folder.0).map(|(_, content)| seen(&content.graph, &content.prefixes)) {
            Ok(found) => {
                opened += 1;
                let allowed = &states[first..=next(&steps[now..]).unwrap_or(states.len() - 1)];
                // A copy without a manifest is no store.
                assert!(allowed.contains(&found) || !copy.contains_key(manifest::NAME), "seed {seed}");
            }
            Err(_) => refused += 1,
        }
    }
    assert!(opened > refused, "{opened} were opened, {refused} refused");
}

#[test]
fn an_operation_that_fails_loses_nothing() {
    let kinds = [
        io::ErrorKind::StorageFull,
        io::ErrorKind::PermissionDenied,
        io::ErrorKind::ReadOnlyFilesystem,
        io::ErrorKind::Other,
    ];
    let mut noticed = 0;
    for n in 0..crashes() / 2 {
        let (kind, for_ever, fails) = (kinds[n % kinds.len()], n % 8 >= 4, n / 8);
        let (folder, recorder, mut dice) = (Folder::new(), Recorder::default(), Dice::of(first() + n as u64));
        recorder.fail(Some((fails % 150, kind, for_ever)));
        let what = format!("{kind} at operation {fails}, for ever: {for_ever}, case {n}");
        let mut used = Use::of(&folder.0, &recorder).unwrap();
        let mut failed = 0;
        for _ in 0..14 {
            let before = recorder.known();
            // What it may hold where the disk says neither yes nor no.
            let (trial, declared) = (used.graph.clone(), used.declared.clone());
            if let Err(error) = used.act(None, &mut dice) {
                assert_eq!(error.kind, crate::error::Kind::Store, "{what}: {error}");
                failed += 1;
                let uncertain = error.hints.iter().any(|hint| hint.to_string().contains("opened again"));
                used.store.end();
                if !uncertain && recorder.known() == before {
                    assert_eq!(used.seen(), seen(&trial, &declared), "{what}: nothing was changed");
                }
                if uncertain {
                    // It is read anew: either of the two is right.
                    recorder.know(shown(&folder.0));
                }
            }
        }
        noticed += usize::from(failed > 0);
        drop(used);
        if let Err(error) = Store::open(&folder.0).map(drop) {
            panic!("{what}: {error}: {:#?}", recorder.steps());
        }
        assert_eq!(shown(&folder.0), recorder.states()[recorder.known()], "{what}");
    }
    assert!(noticed > crashes() / 4, "{noticed} failures were told");
}

#[test]
fn a_changed_bit_is_never_another_answer() {
    let (steps, _) = recorded(3);
    let whole = disk_after(&steps, None).files;
    let folder = Folder::of(&whole);
    let all = || -> Result<(State, Vec<String>)> {
        let (store, content) = Store::open(&folder.0)?;
        let mut history = Vec::new();
        store.history(0, Watch::nobody(), &mut |transaction| {
            history.push(format!("{transaction:?}"));
            Ok(())
        })?;
        Ok((state(&content.graph)?, history))
    };
    let before = all().unwrap();
    let mut refused = 0;
    let mut dice = Dice::of(first() + 9);
    for _ in 0..crashes() {
        let (name, bytes) = whole.iter().nth(dice.below(whole.len())).unwrap();
        let mut changed = bytes.clone();
        let Some(byte) = (!bytes.is_empty()).then(|| dice.below(bytes.len())) else { continue };
        changed[byte] ^= 1 << dice.below(8);
        std::fs::write(folder.0.join(name), &changed).unwrap();
        match all() {
            Ok(found) => assert_eq!(found, before, "{name} {byte}"),
            Err(_) => refused += 1,
        }
        std::fs::write(folder.0.join(name), bytes).unwrap();
    }
    assert!(refused > crashes() / 4, "{refused} were noticed");
}

#[test]
fn a_journal_that_was_not_synced_is_not_promised() {
    let (folder, recorder) = (Folder::new(), Recorder::default());
    let mut used = Use::of(&folder.0, &recorder).unwrap();
    used.store.durability = Durability::Unsynced;
    // The store itself is made safe.
    used.act_once(4);
    let made = recorder.steps().len();
    (5..10).for_each(|seed| used.act_once(seed));
    let synced = |step: &Step| matches!(step, Step::Sync(_) | Step::SyncFolder | Step::SyncAbove(_));
    assert!(!recorder.steps().iter().skip(made).any(synced));
    assert_eq!(shown(&folder.0), *recorder.states().last().unwrap());
}

/// Who made a new store where the manifest is lost would take the pack and the journal for leavings.
#[test]
fn a_store_without_its_manifest_is_refused_until_it_is_made_anew() {
    for merged in [false, true] {
        let (folder, recorder) = (Folder::new(), Recorder::default());
        let mut used = Use::of(&folder.0, &recorder).unwrap();
        used.act_once(7);
        if merged {
            used.begin().unwrap();
            let merge = used.store.prepare_merge(used.declared.clone(), Vec::new()).unwrap();
            merge.write(&used.graph.snapshot().unwrap(), Watch::nobody()).unwrap();
            assert!(used.store.finish_merge(merge).unwrap());
        }
        used.act_once(11);
        let expected = used.seen();
        std::fs::remove_file(folder.0.join(manifest::NAME)).unwrap();
        let names = || Disk.names(&folder.0).unwrap().into_iter().collect::<BTreeSet<String>>();
        let before = names();
        for error in [used.begin().unwrap_err(), Store::open(&folder.0).map(drop).unwrap_err()] {
            assert!(error.message.contains("baimo-store is missing"), "{error}");
            assert!(matches!(error.hints.as_slice(), [crate::error::Hint::RepairStore(_)]), "{error:?}");
        }
        assert_eq!(names(), before, "nothing is touched");
        repair(&folder.0, true).unwrap();
        assert_eq!(shown(&folder.0), expected);
        // What holds nothing is no store that could be lost.
        let empty = Folder::of(&BTreeMap::from([("journal-1.rdfp".to_owned(), Vec::new())]));
        Use::of(&empty.0, &Recorder::default()).unwrap().act_once(7);
    }
}

/// On a disk that syncs no folders a store is made, changed, merged and taken away; on one where that fails it is not made.
#[test]
fn a_disk_that_syncs_no_folder_can_have_a_store() {
    use io::ErrorKind::{InvalidInput, Other, Unsupported};
    for (kind, durability) in [InvalidInput, Unsupported, Other]
        .into_iter()
        .flat_map(|kind| [Durability::Synced, Durability::Unsynced].map(|durability| (kind, durability)))
    {
        let (folder, recorder) = (Folder::new(), Recorder::default());
        let home = folder.0.join("store");
        let mut used = Use::of(&home, &recorder).unwrap();
        used.store.durability = durability;
        recorder.0.lock().unwrap().syncs_no_folder = Some(kind);
        if kind == Other {
            assert!(used.begin().is_err());
            continue;
        }
        used.begin().unwrap();
        used.store.unmake().unwrap();
        assert!(!home.exists(), "{kind}");
        used.act_once(7);
        used.begin().unwrap();
        let merge = used.store.prepare_merge(used.declared.clone(), Vec::new()).unwrap();
        merge.write(&used.graph.snapshot().unwrap(), Watch::nobody()).unwrap();
        assert!(used.store.finish_merge(merge).unwrap(), "{kind}");
        assert_eq!(shown(&home), used.seen(), "{kind}");
    }
}

/// A journal lost its end, and more: not even the transaction that its pack was loaded with is whole.
#[test]
fn a_journal_that_lost_its_first_transaction_is_mended() {
    for left in [0, 9] {
        let (folder, recorder) = (Folder::new(), Recorder::default());
        let mut used = Use::of(&folder.0, &recorder).unwrap();
        used.act_once(7);
        used.begin().unwrap();
        used.load(&mut Dice::of(1)).unwrap();
        let expected = used.seen();
        let journal = folder.0.join(&used.store.state().unwrap().manifest.journal);
        drop(used);
        let whole = std::fs::read(&journal).unwrap();
        std::fs::write(&journal, &whole[..left]).unwrap();
        assert!(Store::open(&folder.0).is_err());
        let names = Disk.names(&folder.0).unwrap().len();
        assert_eq!(repair(&folder.0, false).unwrap().len(), 1);
        assert_eq!(Disk.names(&folder.0).unwrap().len(), names, "nothing is written");
        assert_eq!(repair(&folder.0, true).unwrap().len(), 1);
        assert_eq!(shown(&folder.0), expected, "the pack has it all");
        assert!(repair(&folder.0, true).unwrap().is_empty());
        goes_on(&folder.0, &[expected], "mended");
    }
}

/// No changed bit makes a journal one that holds nothing, which a new store would take the place of.
#[test]
fn a_damaged_journal_alone_is_refused_and_kept() {
    let (folder, recorder) = (Folder::new(), Recorder::default());
    Use::of(&folder.0, &recorder).unwrap().act_once(7);
    let journal = std::fs::read(folder.0.join("journal-1.rdfp")).unwrap();
    for byte in 0..journal.len() {
        let mut damaged = journal.clone();
        damaged[byte] ^= 1 << (byte % 8);
        let alone = Folder::of(&BTreeMap::from([("journal-1.rdfp".to_owned(), damaged.clone())]));
        let error = Store::open(&alone.0).map(drop).unwrap_err();
        assert!(error.message.contains("journal-1.rdfp is there"), "byte {byte}: {error}");
        assert_eq!(std::fs::read(alone.0.join("journal-1.rdfp")).unwrap(), damaged);
        if byte % 64 == 0 {
            repair(&alone.0, true).unwrap();
            let kept = std::fs::read(alone.0.join("journal-1.rdfp.damaged-1")).unwrap();
            assert_eq!(kept, damaged, "byte {byte}");
            Use::of(&alone.0, &Recorder::default()).unwrap().act_once(7);
        }
    }
}

/// A first load fails late: what it left, and the store that was made for it, are taken away.
#[test]
fn a_load_that_fails_at_any_operation_leaves_no_new_store() {
    let (mut failed, mut fails) = (0, 0);
    loop {
        let (folder, recorder) = (Folder::new(), Recorder::default());
        let home = folder.0.join("store");
        let mut used = Use::of(&home, &recorder).unwrap();
        used.begin().unwrap();
        recorder.fail(Some((fails, io::ErrorKind::Other, false)));
        let mut builder = Builder::keeping_labels();
        builder.add(quad(1).as_ref());
        let (pack, mut about) = (builder.finish(), Transaction::default());
        let done = used.store.install(&pack, &Prefixes::new(), Watch::nobody(), &mut about);
        let is_over = recorder.0.lock().unwrap().fails.is_some();
        recorder.fail(None);
        match done {
            Err(error) if !error.hints.iter().any(|hint| hint.to_string().contains("opened again")) => {
                failed += 1;
                used.store.unmake().unwrap();
                assert!(!home.exists(), "operation {fails}: {:?}", Disk.names(&home));
            }
            // Its manifest has its name, or all is done.
            _ => {
                used.store.unmake().unwrap();
                assert_eq!(Store::open(&home).unwrap().1.graph.len(), 1, "operation {fails}");
            }
        }
        if is_over {
            break;
        }
        fails += 1;
    }
    assert!(failed > 5, "{failed} failed");
}

/// A reader sees a transaction that is on its way, whose sync fails then: another one of the same length takes its place.
#[test]
fn what_was_seen_and_taken_back_is_not_built_upon() {
    let (folder, recorder) = (Folder::new(), Recorder::default());
    let journal = folder.0.join("journal-1.rdfp");
    let mut used = Use::of(&folder.0, &recorder).unwrap();
    used.act_once(7);
    let before = std::fs::read(&journal).unwrap();
    let insert = |used: &mut Use, n: usize| {
        used.begin().unwrap();
        let store = &mut used.store;
        let keep = |changes: &crate::store::memory::Changes<'_>| {
            store.commit(&mut Transaction::default(), changes, Watch::nobody())
        };
        used.graph.change_and_keep(|graph| graph.insert(quad(n)), keep).unwrap();
        used.store.end();
    };
    insert(&mut used, 100);
    let (mut merging, mut waiting) =
        (Use::another(&folder.0, &recorder).unwrap(), Use::another(&folder.0, &recorder).unwrap());
    let length = std::fs::read(&journal).unwrap().len();
    drop(used);
    std::fs::write(&journal, &before).unwrap();
    let merge = merging.store.prepare_merge(Prefixes::new(), Vec::new()).unwrap();
    merge.write(&merging.graph.snapshot().unwrap(), Watch::nobody()).unwrap();
    insert(&mut Use::another(&folder.0, &recorder).unwrap(), 104);
    assert_eq!(std::fs::read(&journal).unwrap().len(), length, "both are as long");
    waiting.begin().unwrap();
    assert!(state(&waiting.graph).unwrap().contains(&quad(104).to_string()));
    waiting.store.end();
    merging.begin().unwrap();
    assert!(!merging.store.finish_merge(merge).unwrap(), "its pack has what was taken back");
    merging.store.end();
    let now = shown(&folder.0);
    assert!(now.contains(&quad(104).to_string()) && !now.contains(&quad(100).to_string()), "{now:?}");
}

/// The folder of a store is taken away while a session has it open: no new store takes its place without a word.
#[test]
fn a_store_that_is_gone_is_not_made_anew_by_who_had_it_open() {
    let (folder, recorder) = (Folder::new(), Recorder::default());
    let home = folder.0.join("store");
    let mut used = Use::of(&home, &recorder).unwrap();
    used.act_once(7);
    for leaves_folder in [false, true] {
        let _ = std::fs::remove_dir_all(&home);
        if leaves_folder {
            std::fs::create_dir(&home).unwrap();
        }
        let error = used.begin().unwrap_err();
        assert!(error.message.contains("is no longer there"), "{error}");
        assert!(!leaves_folder || Disk.names(&home).unwrap().is_empty());
        assert_eq!(home.exists(), leaves_folder);
    }
}

#[test]
fn a_store_is_read_again_where_a_torn_write_is_taken_back_meanwhile() {
    let (folder, recorder) = (Folder::new(), Recorder::default());
    let mut used = Use::of(&folder.0, &recorder).unwrap();
    used.store.begin().unwrap();
    used.change(&mut Dice::of(5)).unwrap();
    let (expected, journal) = (state(&used.graph).unwrap(), folder.0.join("journal-1.rdfp"));
    drop(used);
    let whole = std::fs::read(&journal).unwrap();
    std::fs::write(&journal, [&whole[..], b"# baimo 2 9999\nTX .\n"].concat()).unwrap();
    recorder.0.lock().unwrap().taken_back = Some(whole.len() as u64);
    let (_, content) = Store::open_on(&folder.0, Arc::new(recorder.clone())).unwrap();
    assert_eq!((state(&content.graph).unwrap(), content.torn), (expected, 0));
    assert!(recorder.0.lock().unwrap().taken_back.is_none(), "it was taken back");
    // What is wrong both times is wrong.
    let mut damaged = whole;
    *damaged.last_mut().unwrap() = b' ';
    std::fs::write(&journal, &damaged).unwrap();
    let error = Store::open_on(&folder.0, Arc::new(recorder)).map(drop).unwrap_err();
    assert!(error.message.contains("its checksum is wrong"), "{error}");
}

/// Temporary files have no names, and are written by the sort beside a pack: any operation on them fails, in a merge and in a large
/// load.
#[test]
fn a_disk_that_fills_up_while_a_store_sorts_is_named_and_leaves_the_store_as_it_was() {
    use crate::store::pack::faults;
    let folder = Folder::new();
    let (mut store, _) = Store::open(&folder.0).unwrap();
    store.begin().unwrap();
    let pack = |from: usize| {
        let mut builder = Builder::keeping_labels();
        (from..from + 3000).for_each(|n| builder.add(quad(n).as_ref()));
        builder.finish()
    };
    store.install(&pack(0), &Prefixes::new(), Watch::nobody(), &mut Transaction::default()).unwrap();
    let mut graph = Memory::over(pack(0));
    graph
        .change_and_keep(
            |graph| graph.remove(&quad(1)),
            |changes| store.commit(&mut Transaction::default(), changes, Watch::nobody()),
        )
        .unwrap();
    store.sorting = 1;
    let names = || Disk.names(&folder.0).unwrap().into_iter().collect::<BTreeSet<String>>();
    let (before, more) = (names(), pack(2000));
    let mark = store.mark();
    for loads in [false, true] {
        for operations in 0.. {
            faults::fail_in(&folder.0, operations, io::ErrorKind::StorageFull);
            let done = match loads {
                false => {
                    let merge = store.prepare_merge(Prefixes::new(), Vec::new()).unwrap();
                    merge.write(&graph.snapshot().unwrap(), Watch::nobody())
                }
                true => {
                    let (others, mut about) = ((&Prefixes::new(), Vec::new()), Transaction::default());
                    store
                        .install_more(
                            (&graph.snapshot().unwrap(), &more),
                            others,
                            Watch::nobody(),
                            &mut about,
                        )
                        .map(drop)
                }
            };
            let failed = faults::stop(&folder.0);
            let Err(error) = done else {
                assert!(!failed && operations > 3, "{operations}");
                // The merge is not put in its place.
                for name in names().difference(&before).filter(|name| name.starts_with("merge-")) {
                    Disk.remove(&folder.0.join(name)).unwrap();
                }
                break;
            };
            let said = format!("{error} {:?}", error.hints);
            assert!(failed && said.contains("is full") && said.contains("nothing was changed"), "{said}");
            assert_eq!((names(), store.mark()), (before.clone(), mark.clone()));
            let (_, content) = Store::open(&folder.0).unwrap();
            assert_eq!(content.graph.len(), 2999);
        }
    }
    assert_eq!(Store::open(&folder.0).unwrap().1.graph.len(), 4999, "the load came to its end");
}
