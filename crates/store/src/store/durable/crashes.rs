//! Crashes between any two file operations, writes that come to the disk in part, operations that fail, bits that flip.
//!
//! A run of transactions and merges is recorded, operation by operation. For a crash after any of them the disk may hold
//! much: what was synced for certain; of what was not, any part, sector by sector, and any number of the changes of names
//! in their order. Such a disk is made, opened and compared with what had been acknowledged. `BAIMO_CRASHES=10000` says
//! how many, `BAIMO_SEED` where their numbers begin, both when this is compiled.

use super::files::{Disk, Files, Handle};
use super::{Content, Durability, Store, Transaction, manifest};
use crate::error::{Error, Result};
use crate::store::memory::Memory;
use crate::store::pack::{Builder, Watch};
use crate::store::{Graph as _, quads_of};
use crate::terms::{BlankNode, GraphName, Literal, NamedNode, Prefixes, Quad};
use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};

/// A file operation that was carried out, or a transaction that was acknowledged.
#[derive(Debug, Clone)]
enum Step {
    Create(String),
    Write(String, Vec<u8>),
    Cut(String, u64),
    Sync(String),
    /// A sync that failed: the system forgets what it could not write, and a later sync does not tell.
    Lost(String),
    Rename(String, String),
    Remove(String),
    SyncFolder,
    /// The number of the state that is acknowledged.
    Acknowledged(usize),
    /// The number of a state that was on its way, and is told to have come to nothing.
    Undone(usize),
}

#[derive(Default)]
struct Log {
    steps: Vec<Step>,
    /// How many operations go well until one fails, and whether all after it fail too.
    fails: Option<(usize, io::ErrorKind, bool)>,
    /// To what length another process cuts the next file of which it is asked how long it is, after that was told.
    taken_back: Option<u64>,
}

/// The files of a folder, recorded; some operation may fail.
#[derive(Clone, Default)]
struct Recorder(Arc<Mutex<Log>>);

impl Recorder {
    fn note(&self, step: Step) {
        self.0.lock().unwrap().steps.push(step);
    }

    /// Whether the next operation is to fail.
    fn may(&self) -> io::Result<()> {
        let mut log = self.0.lock().unwrap();
        match &mut log.fails {
            None => Ok(()),
            Some((0, kind, for_ever)) => {
                let kind = *kind;
                if !*for_ever {
                    log.fails = None;
                }
                Err(kind.into())
            }
            Some((left, ..)) => {
                *left -= 1;
                Ok(())
            }
        }
    }
}

fn name(path: &Path) -> String {
    path.file_name().unwrap().to_string_lossy().into_owned()
}

impl Files for Recorder {
    fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        Disk.read(path)
    }

    fn length(&self, path: &Path) -> io::Result<u64> {
        let length = Disk.length(path)?;
        if let Some(left) = self.0.lock().unwrap().taken_back.take() {
            std::fs::OpenOptions::new().write(true).open(path)?.set_len(left)?;
        }
        Ok(length)
    }

    fn names(&self, folder: &Path) -> io::Result<Vec<String>> {
        Disk.names(folder)
    }

    fn make_folder(&self, folder: &Path) -> io::Result<()> {
        self.may()?;
        Disk.make_folder(folder)
    }

    fn create(&self, path: &Path) -> io::Result<Box<dyn Handle>> {
        self.may()?;
        self.note(Step::Create(name(path)));
        Ok(Box::new(Recorded { name: name(path), recorder: self.clone(), file: Disk.create(path)? }))
    }

    fn append(&self, path: &Path) -> io::Result<Box<dyn Handle>> {
        self.may()?;
        Ok(Box::new(Recorded { name: name(path), recorder: self.clone(), file: Disk.append(path)? }))
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        self.may()?;
        self.note(Step::Rename(name(from), name(to)));
        Disk.rename(from, to)
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        self.may()?;
        self.note(Step::Remove(name(path)));
        Disk.remove(path)
    }

    fn sync_folder(&self, folder: &Path) -> io::Result<()> {
        self.may()?;
        self.note(Step::SyncFolder);
        Disk.sync_folder(folder)
    }
}

struct Recorded {
    name: String,
    recorder: Recorder,
    file: Box<dyn Handle>,
}

impl Write for Recorded {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if let Err(error) = self.recorder.may() {
            // Half of it comes to the file all the same.
            let half = &bytes[..bytes.len() / 2];
            self.file.write_all(half)?;
            self.recorder.note(Step::Write(self.name.clone(), half.to_vec()));
            return Err(error);
        }
        self.file.write_all(bytes)?;
        self.recorder.note(Step::Write(self.name.clone(), bytes.to_vec()));
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

impl Handle for Recorded {
    fn sync(&mut self) -> io::Result<()> {
        if let Err(error) = self.recorder.may() {
            // Where all fails from here on, the process was killed before the system was asked.
            if self.recorder.0.lock().unwrap().fails.is_none() {
                self.recorder.note(Step::Lost(self.name.clone()));
            }
            return Err(error);
        }
        self.recorder.note(Step::Sync(self.name.clone()));
        self.file.sync()
    }

    fn cut(&mut self, length: u64) -> io::Result<()> {
        self.recorder.may()?;
        self.recorder.note(Step::Cut(self.name.clone(), length));
        self.file.cut(length)
    }
}

/// Numbers that look random, the same for the same seed.
struct Dice(u64);

impl Dice {
    /// Seeds that are alike give numbers that are not.
    fn of(seed: u64) -> Self {
        Self(seed.wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33) as usize % end.max(1)
    }
}

/// A file of the disk: what is safe, and what the system shows.
#[derive(Debug, Clone, Default)]
struct Inode {
    safe: Vec<u8>,
    shown: Vec<u8>,
    /// From where on what is shown will never come to the disk: a sync of it failed.
    lost: Option<std::ops::Range<usize>>,
}

impl Inode {
    /// What the disk would have if all that can be written were.
    fn written(&self) -> Vec<u8> {
        let mut written = self.shown.clone();
        if let Some(lost) = &self.lost {
            let end = lost.end.min(written.len());
            written[lost.start.min(end)..end].fill(0);
        }
        written
    }

    fn lose(&mut self) {
        let same = self.safe.iter().zip(&self.shown).take_while(|(a, b)| a == b).count();
        self.lost = (same < self.shown.len()).then_some(same..self.shown.len());
    }

    fn cut(&mut self, length: usize) {
        self.shown.truncate(length);
        self.lost = self.lost.take().filter(|lost| lost.start < length);
    }

    /// What may be left of it after a crash.
    fn left(&self, dice: &mut Dice) -> Vec<u8> {
        let written = self.written();
        match dice.below(4) {
            0 => self.safe.clone(),
            1 => written,
            _ if !written.starts_with(&self.safe) => {
                // It was cut: the cut may have come to the disk, and some of what followed it.
                let same = self.safe.iter().zip(&written).take_while(|(a, b)| a == b).count();
                torn(&written, same, dice)
            }
            _ => torn(&written, self.safe.len(), dice),
        }
    }
}

/// The first `same` bytes, and of the others some sectors.
fn torn(written: &[u8], same: usize, dice: &mut Dice) -> Vec<u8> {
    let end = same + dice.below(written.len() - same + 1);
    let mut left = written[..end].to_vec();
    let mut at = same;
    while at < end {
        let next = (at / 512 * 512 + 512).min(end);
        // A part that reaches into what was safe is written as a whole, or not at all.
        if at.is_multiple_of(512) && dice.below(3) == 0 {
            left[at..next].fill(0);
        }
        at = next;
    }
    left
}

/// The disk after some steps, the power gone, or, without dice, the process killed.
fn disk_after(steps: &[Step], dice: Option<&mut Dice>) -> BTreeMap<String, Vec<u8>> {
    let mut inodes: Vec<Inode> = Vec::new();
    let mut shown: BTreeMap<String, usize> = BTreeMap::new();
    let mut safe = shown.clone();
    // Names as they were after each change of them since the folder was synced.
    let mut pending = Vec::new();
    for step in steps {
        match step {
            Step::Create(name) => {
                inodes.push(Inode::default());
                shown.insert(name.clone(), inodes.len() - 1);
                pending.push(shown.clone());
            }
            Step::Write(name, bytes) => inodes[shown[name]].shown.extend_from_slice(bytes),
            Step::Cut(name, length) => inodes[shown[name]].cut(*length as usize),
            Step::Sync(name) => {
                let inode = &mut inodes[shown[name]];
                inode.safe = inode.written();
            }
            Step::Lost(name) => inodes[shown[name]].lose(),
            Step::Rename(from, to) => {
                let inode = shown.remove(from).unwrap();
                shown.insert(to.clone(), inode);
                pending.push(shown.clone());
            }
            Step::Remove(name) => {
                shown.remove(name);
                pending.push(shown.clone());
            }
            Step::SyncFolder => {
                safe = shown.clone();
                pending.clear();
            }
            Step::Acknowledged(_) | Step::Undone(_) => {}
        }
    }
    let Some(dice) = dice.and_then(|dice| (dice.below(4) > 0).then_some(dice)) else {
        // The process was killed, and the system goes on.
        return shown.into_iter().map(|(name, inode)| (name, inodes[inode].shown.clone())).collect();
    };
    let names = match dice.below(pending.len() + 1) {
        0 => safe,
        n => pending.swap_remove(n - 1),
    };
    names.into_iter().map(|(name, inode)| (name, inodes[inode].left(dice))).collect()
}

/// An empty folder, removed when dropped.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Self {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let path = std::env::temp_dir().join(format!("baimo-crash-{}-{number}", std::process::id()));
        let _ = std::fs::remove_dir_all(&path);
        std::fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    fn of(files: &BTreeMap<String, Vec<u8>>) -> Self {
        let folder = Self::new();
        for (name, bytes) in files {
            std::fs::write(folder.0.join(name), bytes).unwrap();
        }
        folder
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

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

/// A store in use: what it holds, and all that it held or would have held after each transaction.
struct Use {
    store: Store,
    graph: Memory,
    states: Vec<State>,
    /// The number of the state that was acknowledged last.
    known: usize,
    recorder: Recorder,
}

impl Use {
    fn of(folder: &Path, recorder: &Recorder) -> Result<Self> {
        let (store, Content { graph, .. }) = Store::open_on(folder, Arc::new(recorder.clone()))?;
        let states = vec![state(&graph)?];
        Ok(Self { store, graph, states, known: 0, recorder: recorder.clone() })
    }

    /// Notes what it holds if what is to be done now comes to its end.
    fn try_for(&mut self, graph: &Memory) {
        self.states.push(state(graph).unwrap());
    }

    fn acknowledge(&mut self) {
        self.states.push(state(&self.graph).unwrap());
        self.known = self.states.len() - 1;
        self.recorder.note(Step::Acknowledged(self.known));
    }

    /// Something that a program would do to it.
    fn act(&mut self, dice: &mut Dice) -> Result<()> {
        if let Some(content) = self.store.begin()? {
            self.graph = content.graph;
        }
        let first = self.store.mark().number == 0;
        if dice.below(8) == 0 {
            // A change came to nothing: what was made for it goes, what was there stays.
            let before = self.store.mark();
            self.store.unmake()?;
            assert!(self.store.mark() == before || (first && !self.store.exists()));
            return Ok(());
        }
        match dice.below(10) {
            0 if first => {
                let mut builder = Builder::keeping_labels();
                (0..20).for_each(|n| builder.add(quad(n).as_ref()));
                let pack = builder.finish();
                self.states.push((0..20).map(|n| quad(n).to_string()).collect());
                self.store.install(&pack, &Prefixes::new(), Watch::nobody(), &mut Transaction::default())?;
                self.graph = Memory::over(pack);
                self.acknowledge();
            }
            1 | 2 => {
                let graph = self.graph.snapshot().unwrap();
                let merge = self.store.prepare_merge(Prefixes::new(), Vec::new())?;
                // What is committed while a merge goes on stays in the journal.
                if dice.below(2) == 0 {
                    self.change(dice)?;
                }
                merge.write(&graph, Watch::nobody())?;
                if dice.below(2) == 0 {
                    self.change(dice)?;
                }
                assert!(self.store.finish_merge(merge)?);
            }
            3 if !first => self.load(dice)?,
            _ => self.change(dice)?,
        }
        if dice.below(3) == 0 {
            self.store.end();
        }
        Ok(())
    }

    /// A large load: some of what it brings is there already.
    fn load(&mut self, dice: &mut Dice) -> Result<()> {
        let mut builder = Builder::keeping_labels();
        let from = dice.below(40);
        (from..from + 8).for_each(|n| builder.add(quad(n).as_ref()));
        let (held, graph, mut about) =
            (builder.finish(), self.graph.snapshot().unwrap(), Transaction::default());
        // In memory, or where it did not fit, beside the store.
        let spooled = match dice.below(2) {
            0 => Some(self.store.spooled(&mut |out| held.write(out).map(drop))?),
            _ => None,
        };
        let added = spooled.as_ref().map_or(&held, |spooled| &spooled.pack);
        let mut expected = self.graph.clone();
        expected.set_pack(added, true, Watch::nobody())?;
        self.try_for(&expected);
        let others = (&Prefixes::new(), Vec::new());
        let count = self.store.install_more((&graph, added), others, Watch::nobody(), &mut about)?;
        assert_eq!(count, expected.len() - self.graph.len());
        if count > 0 {
            self.graph = expected;
            self.acknowledge();
            let fresh = self.store.added_pack(&about.pack.unwrap_or_default().0)?;
            assert_eq!(fresh.len(), count, "what the load added is on record");
            let mut before = self.graph.clone();
            before.set_pack(&fresh, false, Watch::nobody())?;
            assert_eq!(before.len(), self.graph.len() - count, "and can be taken back");
        }
        Ok(())
    }

    /// One change by a process that others follow.
    fn act_once(&mut self, seed: u64) {
        if let Some(content) = self.store.begin().unwrap() {
            self.graph = content.graph;
        }
        self.change(&mut Dice::of(seed)).unwrap();
        self.store.end();
    }

    fn change(&mut self, dice: &mut Dice) -> Result<()> {
        let seed = dice.0;
        let change = |graph: &mut Memory| {
            let mut dice = Dice(seed);
            for _ in 0..1 + dice.below(5) {
                let quad = quad(dice.below(40));
                if dice.below(3) == 0 {
                    graph.remove(&quad)?
                } else {
                    graph.insert(quad)?
                };
            }
            Ok(())
        };
        dice.below(2);
        let mut expected = self.graph.clone();
        change(&mut expected)?;
        self.try_for(&expected);
        let store = &mut self.store;
        self.graph.change_and_keep(change, |changes| {
            store.commit(&mut Transaction::default(), changes, Watch::nobody())
        })?;
        self.acknowledge();
        Ok(())
    }
}

impl Use {
    /// Another process goes on where this one ended.
    fn restart(self, folder: &Path) -> Self {
        let Self { recorder, mut states, .. } = self;
        let used = Self::of(folder, &recorder).unwrap();
        // What was on its way when the last process ended may be there, and is built upon; nobody was told.
        let now = used.states.first().cloned().unwrap_or_default();
        if states.last() != Some(&now) {
            states.push(now);
        }
        Self { known: states.len() - 1, states, ..used }
    }

    /// Acts while the operation after some others fails, and with `for_ever` all after that one.
    fn act_badly(&mut self, dice: &mut Dice, for_ever: bool) {
        self.recorder.0.lock().unwrap().fails = Some((dice.below(14), io::ErrorKind::Other, for_ever));
        let before = self.states.len();
        let done = self.act(dice);
        self.recorder.0.lock().unwrap().fails = None;
        self.store.end();
        let told = |error: Error| !error.hints.iter().any(|hint| hint.to_string().contains("opened again"));
        // What another process would find is asked there.
        if !for_ever && done.is_err_and(told) {
            (before..self.states.len()).for_each(|n| self.recorder.note(Step::Undone(n)));
        }
    }
}

/// Some use of a new store, with its steps. Processes end between two changes or are killed in the middle of one, and
/// operations fail.
fn recorded(seed: u64) -> (Vec<Step>, Vec<State>) {
    let (folder, recorder, mut dice) = (Folder::new(), Recorder::default(), Dice::of(seed));
    let mut used = Use::of(&folder.0, &recorder).unwrap();
    for _ in 0..12 {
        match dice.below(8) {
            0 => used = used.restart(&folder.0),
            1 => {
                used.act_badly(&mut dice, true);
                used = used.restart(&folder.0);
            }
            2 => {
                used.act_badly(&mut dice, false);
                let (_, content) = Store::open(&folder.0).unwrap();
                let now = state(&content.graph).unwrap();
                if used.states.last() != Some(&now) {
                    used.states.push(now);
                }
            }
            _ => {}
        }
        used.act(&mut dice).unwrap();
    }
    let steps = recorder.0.lock().unwrap().steps.clone();
    (steps, used.states)
}

/// Checks that a folder holds one of some states, that it can go on, and that nothing else is left in it.
fn goes_on(folder: &Path, allowed: &[State], what: &str) {
    let (store, content) = Store::open(folder).unwrap_or_else(|error| panic!("{what}: {error}"));
    let found = state(&content.graph).unwrap_or_else(|error| panic!("{what}: {error}"));
    assert!(allowed.contains(&found), "{what}: found {found:#?}\nallowed {allowed:#?}");
    drop(store);
    let recorder = Recorder::default();
    let mut used = Use::of(folder, &recorder).unwrap();
    if let Some(content) = used.store.begin().unwrap_or_else(|error| panic!("{what}: {error}")) {
        assert_eq!(state(&content.graph).unwrap(), found, "{what}: a writer finds what a reader finds");
        used.graph = content.graph;
    }
    used.change(&mut Dice::of(77)).unwrap();
    let expected = used.states.last().unwrap().clone();
    drop(used);
    let (store, content) = Store::open(folder).unwrap_or_else(|error| panic!("{what}: {error}"));
    assert_eq!(state(&content.graph).unwrap(), expected, "{what}");
    let mut own: BTreeSet<String> = store.state().unwrap().manifest.files().map(str::to_owned).collect();
    own.extend([manifest::NAME.to_owned(), super::lock::NAME.to_owned()]);
    let names: BTreeSet<String> = Disk.names(folder).unwrap().into_iter().collect();
    assert_eq!(names, own, "{what}: nothing else is left");
}

fn crashes() -> usize {
    option_env!("BAIMO_CRASHES").and_then(|count| count.parse().ok()).unwrap_or(160)
}

fn first() -> u64 {
    option_env!("BAIMO_SEED").and_then(|seed| seed.parse().ok()).unwrap_or(0)
}

#[test]
fn after_a_crash_every_acknowledged_transaction_is_there_whole_and_no_other() {
    let mut made = 0;
    for seed in first() + 1.. {
        let (steps, states) = recorded(seed);
        let mut dice = Dice::of(seed ^ 0x5555);
        for _ in 0..40 {
            if made == crashes() {
                return;
            }
            made += 1;
            let end = dice.below(steps.len() + 1);
            let folder = Folder::of(&disk_after(&steps[..end], Some(&mut dice)));
            let what = format!("seed {seed}, after step {end} of {}", steps.len());
            goes_on(&folder.0, &allowed(&steps, end, &states), &what);
        }
    }
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
        let mut used = Use::of(&folder.0, &recorder).unwrap();
        used.store.begin().unwrap();
        recorder.0.lock().unwrap().fails = Some((killed_at, io::ErrorKind::Other, true));
        let merge = used.store.prepare_merge(Prefixes::new(), Vec::new()).unwrap();
        let done = merge.write(&used.graph.snapshot().unwrap(), Watch::nobody());
        let _ = done.and_then(|()| used.store.finish_merge(merge));
        recorder.0.lock().unwrap().fails = None;
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
        recorder.0.lock().unwrap().fails = Some((fails, io::ErrorKind::Other, false));
        let _ = used.store.begin();
        recorder.0.lock().unwrap().fails = None;
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
        Use::of(&folder.0, &recorder).unwrap().act_once(11);
        recorder.0.lock().unwrap().fails = Some((fails, io::ErrorKind::Other, false));
        if let Ok(Some(content)) = waiting.store.begin() {
            waiting.graph = content.graph;
        }
        recorder.0.lock().unwrap().fails = None;
        waiting.act_once(13);
        is_safe(&waiting, &format!("operation {fails} fails"));
    }
}

/// Cuts the power now: what was acknowledged last is there.
fn is_safe(used: &Use, what: &str) {
    let steps = used.recorder.0.lock().unwrap().steps.clone();
    let last = used.states.len() - 1;
    assert_eq!(used.known, last, "{what}: it was acknowledged");
    for seed in 0..24 {
        let left = Folder::of(&disk_after(&steps, Some(&mut Dice::of(seed))));
        goes_on(&left.0, &used.states[last..], &format!("{what}, seed {seed}"));
    }
}

/// How many transactions are acknowledged after some steps.
fn acknowledged(steps: &[Step]) -> usize {
    let last = steps.iter().rev().find_map(|step| match step {
        Step::Acknowledged(n) => Some(*n),
        _ => None,
    });
    last.unwrap_or(0)
}

/// What may be found after some steps: what was acknowledged last, and all that is on its way until something is
/// acknowledged again, without what was told to have come to nothing.
fn allowed(steps: &[Step], end: usize, states: &[State]) -> Vec<State> {
    let next = steps[end..].iter().find_map(|step| match step {
        Step::Acknowledged(n) => Some(*n),
        _ => None,
    });
    let range = acknowledged(&steps[..end])..=next.unwrap_or(states.len() - 1);
    let first = *range.start();
    let undone = |n: &usize| {
        *n > first && steps[..end].iter().any(|step| matches!(step, Step::Undone(undone) if undone == n))
    };
    range.filter(|n| !undone(n)).map(|n| states[n].clone()).collect()
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
        let mut names: Vec<String> = disk_after(&steps[..begin], None).into_keys().collect();
        let (mut copy, mut now) = (BTreeMap::new(), begin);
        while !names.is_empty() {
            let name = names.swap_remove(dice.below(names.len()));
            now += dice.below((end - now) / (names.len() + 1) + 1);
            if let Some(bytes) = disk_after(&steps[..now], None).remove(&name) {
                copy.insert(name, bytes);
            }
        }
        let folder = Folder::of(&copy);
        let first = acknowledged(&steps[..begin]);
        match Store::open(&folder.0).and_then(|(_, content)| state(&content.graph)) {
            Ok(found) => {
                opened += 1;
                let last = steps[now..].iter().find_map(|step| match step {
                    Step::Acknowledged(n) => Some(*n),
                    _ => None,
                });
                let allowed = &states[first..=last.unwrap_or(states.len() - 1)];
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
        recorder.0.lock().unwrap().fails = Some((fails % 150, kind, for_ever));
        let what = format!("{kind} at operation {fails}, for ever: {for_ever}, case {n}");
        let mut used = Use::of(&folder.0, &recorder).unwrap();
        let (mut failed, mut possible) = (0, used.states[0].clone());
        for _ in 0..14 {
            let before = used.known;
            // What it may hold where the disk says neither yes nor no.
            let trial = used.graph.clone();
            if let Err(error) = used.act(&mut dice) {
                assert_eq!(error.kind, crate::error::Kind::Store, "{what}: {error}");
                failed += 1;
                let uncertain = error.hints.iter().any(|hint| hint.to_string().contains("opened again"));
                used.store.end();
                if !uncertain && used.known == before {
                    assert_eq!(
                        state(&used.graph).unwrap(),
                        state(&trial).unwrap(),
                        "{what}: nothing was changed"
                    );
                }
                if uncertain {
                    // It is read anew: either of the two is right.
                    let (_, content) = Store::open(&folder.0).unwrap();
                    possible = state(&content.graph).unwrap();
                    used.states.push(possible.clone());
                    used.known = used.states.len() - 1;
                    continue;
                }
            }
            possible = used.states[used.known].clone();
        }
        noticed += usize::from(failed > 0);
        drop(used);
        let (_, content) = Store::open(&folder.0).unwrap_or_else(|error| panic!("{what}: {error}"));
        assert_eq!(state(&content.graph).unwrap(), possible, "{what}");
    }
    assert!(noticed > crashes() / 4, "{noticed} failures were told");
}

#[test]
fn a_changed_bit_is_never_another_answer() {
    let (steps, _) = recorded(3);
    let whole = disk_after(&steps, None);
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
    for _ in 0..5 {
        used.act(&mut Dice::of(5)).unwrap();
    }
    let synced = |step: &Step| matches!(step, Step::Sync(_) | Step::SyncFolder);
    assert!(!recorder.0.lock().unwrap().steps.iter().any(synced));
    assert_eq!(state(&Store::open(&folder.0).unwrap().1.graph).unwrap(), *used.states.last().unwrap());
}

#[test]
fn a_store_is_read_again_where_a_torn_write_is_taken_back_meanwhile() {
    let (folder, recorder) = (Folder::new(), Recorder::default());
    let mut used = Use::of(&folder.0, &recorder).unwrap();
    used.store.begin().unwrap();
    used.change(&mut Dice::of(5)).unwrap();
    let (expected, journal) = (used.states.last().unwrap().clone(), folder.0.join("journal-1.rdfp"));
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
