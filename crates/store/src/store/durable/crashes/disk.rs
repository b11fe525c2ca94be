//! A disk of which each operation is recorded, and what a crash after any of them may leave on it.
//!
//! In: the operations of [`Files`], each of which may be told to fail. Out: their record, and from it folders as a loss of power
//! or the end of a process leaves them. The limit: of the changes of names in a folder that was not synced a crash keeps the first
//! ones, as a file system with a log of them does.

use super::super::files::{Disk, Files, Handle, Readable};
use super::State;
use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Read, Seek, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};

/// A file operation that was carried out, or a transaction that was acknowledged.
#[derive(Debug, Clone)]
pub(super) enum Step {
    Create(String),
    Write(String, Vec<u8>),
    Cut(String, u64),
    Sync(String),
    /// A sync that failed: the system forgets what it could not write, and a later sync does not tell.
    Lost(String),
    Rename(String, String),
    Remove(String),
    SyncFolder,
    /// The folder of the store, or one above it, was made.
    MakeFolder(PathBuf),
    /// A folder above that of the store was synced.
    SyncAbove(PathBuf),
    /// The number of the state that is acknowledged.
    Acknowledged(usize),
    /// The same, by a process that does not wait for the disk.
    Told(usize),
    /// The number of a state that was on its way, and is told to have come to nothing.
    Undone(usize),
}

#[derive(Default)]
pub(super) struct Log {
    pub steps: Vec<Step>,
    /// How many operations go well until one fails, and whether all after it fail too.
    pub fails: Option<(usize, io::ErrorKind, bool)>,
    /// With what every sync of a folder fails.
    pub syncs_no_folder: Option<io::ErrorKind>,
    /// How many times something is read until that fails once.
    pub reading_fails: Option<usize>,
    /// Whether all that is read after it fails too.
    pub reads_nothing: bool,
    /// How many reads failed.
    pub unread: usize,
    /// To what length another process cuts the next file of which it is asked how long it is, after that was told.
    pub taken_back: Option<u64>,
    /// All that the store held or would have held after each transaction.
    pub states: Vec<State>,
    /// The number of the state that was acknowledged last.
    pub known: usize,
    /// The folder of the store.
    pub home: PathBuf,
}

/// The files of a folder, recorded; some operation may fail.
#[derive(Clone, Default)]
pub(super) struct Recorder(pub Arc<Mutex<Log>>);

impl Recorder {
    pub fn note(&self, step: Step) {
        self.0.lock().unwrap().steps.push(step);
    }

    pub fn steps(&self) -> Vec<Step> {
        self.0.lock().unwrap().steps.clone()
    }

    pub fn states(&self) -> Vec<State> {
        self.0.lock().unwrap().states.clone()
    }

    pub fn known(&self) -> usize {
        self.0.lock().unwrap().known
    }

    /// Lets an operation after some others fail, and with `for_ever` all after that one; or none any more.
    pub fn fail(&self, fails: Option<(usize, io::ErrorKind, bool)>) {
        self.0.lock().unwrap().fails = fails;
    }

    /// Notes what the store holds if what is to be done now comes to its end.
    pub fn try_for(&self, state: State) {
        self.0.lock().unwrap().states.push(state);
    }

    /// Notes that the store holds this for certain.
    pub fn know(&self, state: State) -> usize {
        let mut log = self.0.lock().unwrap();
        log.states.push(state);
        log.known = log.states.len() - 1;
        log.known
    }

    /// Notes what the store is found to hold, where nobody was told.
    pub fn find(&self, now: State) {
        let mut log = self.0.lock().unwrap();
        if log.states.last() != Some(&now) {
            log.states.push(now);
        }
        log.known = log.states.len() - 1;
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

    fn may_read(&self) -> io::Result<()> {
        let mut log = self.0.lock().unwrap();
        log.reading_fails = match log.reading_fails {
            Some(0) => {
                log.reading_fails = log.reads_nothing.then_some(0);
                log.unread += 1;
                return Err(io::Error::other("the disk does not answer"));
            }
            left => left.map(|left| left - 1),
        };
        Ok(())
    }
}

/// A file that is read, as long as reads go well.
struct Watched(Box<dyn Readable>, Recorder);

impl Read for Watched {
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        self.1.may_read()?;
        self.0.read(bytes)
    }
}

impl Seek for Watched {
    fn seek(&mut self, to: io::SeekFrom) -> io::Result<u64> {
        self.1.may_read()?;
        self.0.seek(to)
    }
}

fn name(path: &Path) -> String {
    path.file_name().unwrap().to_string_lossy().into_owned()
}

impl Files for Recorder {
    fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        self.may_read()?;
        Disk.read(path)
    }

    fn open(&self, path: &Path) -> io::Result<Box<dyn Readable>> {
        self.may_read()?;
        Ok(Box::new(Watched(Disk.open(path)?, self.clone())))
    }

    fn length(&self, path: &Path) -> io::Result<u64> {
        self.may_read()?;
        let length = Disk.length(path)?;
        if let Some(left) = self.0.lock().unwrap().taken_back.take() {
            std::fs::OpenOptions::new().write(true).open(path)?.set_len(left)?;
        }
        Ok(length)
    }

    fn names(&self, folder: &Path) -> io::Result<Vec<String>> {
        self.may_read()?;
        Disk.names(folder)
    }

    fn make_folder(&self, folder: &Path) -> io::Result<()> {
        self.may()?;
        let missing: Vec<&Path> = folder.ancestors().take_while(|folder| !folder.exists()).collect();
        missing.into_iter().rev().for_each(|folder| self.note(Step::MakeFolder(folder.to_owned())));
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
        if let Some(kind) = self.0.lock().unwrap().syncs_no_folder {
            return Err(kind.into());
        }
        let is_home = self.0.lock().unwrap().home == folder;
        self.note(if is_home { Step::SyncFolder } else { Step::SyncAbove(folder.to_owned()) });
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
pub(super) struct Dice(pub u64);

impl Dice {
    /// Seeds that are alike give numbers that are not.
    pub fn of(seed: u64) -> Self {
        Self(seed.wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    pub fn below(&mut self, end: usize) -> usize {
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

/// What a crash left.
pub(super) struct Left {
    pub files: BTreeMap<String, Vec<u8>>,
    /// Whether the power was gone: else only the process ended.
    pub by_power: bool,
}

/// The names and the files of a folder, while its steps are carried out.
#[derive(Default)]
struct Image {
    inodes: Vec<Inode>,
    shown: BTreeMap<String, usize>,
    safe: BTreeMap<String, usize>,
    /// Names as they were after each change of them since the folder was synced.
    pending: Vec<BTreeMap<String, usize>>,
    /// Folders whose own names are not safe.
    folders: BTreeSet<PathBuf>,
}

impl Image {
    fn step(&mut self, step: &Step) {
        match step {
            Step::Create(name) => {
                self.inodes.push(Inode::default());
                self.shown.insert(name.clone(), self.inodes.len() - 1);
                self.pending.push(self.shown.clone());
            }
            Step::Write(name, bytes) => self.inode(name).shown.extend_from_slice(bytes),
            Step::Cut(name, length) => self.inode(name).cut(*length as usize),
            Step::Sync(name) => {
                let inode = self.inode(name);
                inode.safe = inode.written();
            }
            Step::Lost(name) => self.inode(name).lose(),
            Step::Rename(from, to) => {
                let inode = self.shown.remove(from).unwrap();
                self.shown.insert(to.clone(), inode);
                self.pending.push(self.shown.clone());
            }
            Step::Remove(name) => {
                self.shown.remove(name);
                self.pending.push(self.shown.clone());
            }
            Step::SyncFolder => {
                self.safe = self.shown.clone();
                self.pending.clear();
            }
            Step::MakeFolder(path) => drop(self.folders.insert(path.clone())),
            Step::SyncAbove(path) => self.folders.retain(|folder| folder.parent() != Some(path)),
            Step::Acknowledged(_) | Step::Told(_) | Step::Undone(_) => {}
        }
    }

    fn inode(&mut self, name: &str) -> &mut Inode {
        &mut self.inodes[self.shown[name]]
    }
}

/// The disk after some steps, the power gone, or, without dice, the process killed.
pub(super) fn disk_after(steps: &[Step], dice: Option<&mut Dice>) -> Left {
    let mut image = Image::default();
    steps.iter().for_each(|step| image.step(step));
    let Image { inodes, shown, safe, mut pending, folders } = image;
    let Some(dice) = dice.and_then(|dice| (dice.below(4) > 0).then_some(dice)) else {
        // The process was killed, and the system goes on.
        let files = shown.into_iter().map(|(name, inode)| (name, inodes[inode].shown.clone())).collect();
        return Left { files, by_power: false };
    };
    if !folders.is_empty() && dice.below(2) == 0 {
        return Left { files: BTreeMap::new(), by_power: true };
    }
    let names = match dice.below(pending.len() + 1) {
        0 => safe,
        n => pending.swap_remove(n - 1),
    };
    let files = names.into_iter().map(|(name, inode)| (name, inodes[inode].left(dice))).collect();
    Left { files, by_power: true }
}

/// An empty folder, removed when dropped.
pub(super) struct Folder(pub PathBuf);

impl Folder {
    pub fn new() -> Self {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let path = std::env::temp_dir().join(format!("baimo-crash-{}-{number}", std::process::id()));
        let _ = std::fs::remove_dir_all(&path);
        std::fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    pub fn of(files: &BTreeMap<String, Vec<u8>>) -> Self {
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
