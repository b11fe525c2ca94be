//! Several files of a folder changed together: all of them or none, whatever ends the program or the machine meanwhile.
//!
//! In: a folder, and what its files are to hold. Out: the files. Each new text is written and synced beside its place first.
//! Then a journal in the folder, `.baimo-update`, says which part takes which place; once it is synced the change is
//! made, and the parts take their places one after the other. Where that comes to no end, the next program that opens the folder
//! finishes it ([`finish`]). A journal that a running program holds is waited for. The limit: other programs may see some files
//! changed and others not yet.

use super::files::{named, parts as named_parts, remove_stale_in, unwritable};
use crate::error::{Error, Result};
use crate::held::HeldFile;
use crate::store::pack::checksum::checksum;
use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, Read as _, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// The name of the journal.
const JOURNAL: &str = ".baimo-update";
/// How long another program that changes the folder is waited for.
const PATIENCE: Duration = Duration::from_secs(2);
const PAUSE: Duration = Duration::from_millis(10);
/// The first line of what the journal says; it may say more later, which then holds.
const HEAD: &str = "baimo update 1\n";

/// A file that changes together with others.
pub struct Change<'a> {
    /// Where it is.
    pub path: &'a Path,
    /// What it holds, as far as is known; nothing where it is not there.
    pub before: Option<&'a [u8]>,
    /// What it is to hold.
    pub after: &'a [u8],
}

/// What was left of a change that came to no end.
#[derive(Debug, PartialEq, Eq)]
pub enum Left {
    /// Nothing.
    Nothing,
    /// Some files had not taken their places, and did now: the names of all of the change.
    Finished(Vec<String>),
    /// The files are as they were before it: somebody had put them back.
    Dropped(Vec<String>),
}

/// What happens to files, so that a test can stop between any two operations.
trait Disk {
    /// Makes an empty file where there is none.
    fn create(&mut self, path: &Path) -> io::Result<File>;
    /// Writes to the end of a file, which is made where it is not there, and makes that safe.
    fn write(&mut self, path: &Path, bytes: &[u8]) -> io::Result<()>;
    /// The same of a journal that is held, through its own handle: on Windows a lock keeps out all others, those of this process too.
    fn write_held(&mut self, journal: &Journal, bytes: &[u8]) -> io::Result<()>;
    fn rename(&mut self, from: &Path, to: &Path) -> io::Result<()>;
    fn remove(&mut self, path: &Path) -> io::Result<()>;
    /// Makes the names in a folder safe.
    fn sync_folder(&mut self, folder: &Path) -> io::Result<()>;
    /// The number of the process, by which its parts are known.
    fn process(&self) -> u32 {
        std::process::id()
    }
}

/// The journal of a folder, locked by this process until it is dropped.
struct Journal {
    path: PathBuf,
    held: HeldFile,
}

impl Journal {
    /// Writes to its end, and makes that safe.
    fn append(&self, bytes: &[u8]) -> io::Result<()> {
        let mut file = &self.held.file;
        file.seek(SeekFrom::End(0))?;
        file.write_all(bytes)?;
        file.sync_all()
    }

    /// All that it holds.
    fn bytes(&self) -> io::Result<Vec<u8>> {
        let (mut file, mut bytes) = (&self.held.file, Vec::new());
        file.seek(SeekFrom::Start(0))?;
        file.read_to_end(&mut bytes)?;
        Ok(bytes)
    }
}

/// The files of the system.
struct System;

impl Disk for System {
    fn create(&mut self, path: &Path) -> io::Result<File> {
        OpenOptions::new().read(true).write(true).create_new(true).open(path)
    }

    fn write(&mut self, path: &Path, bytes: &[u8]) -> io::Result<()> {
        let mut file = OpenOptions::new().append(true).create(true).open(path)?;
        file.write_all(bytes)?;
        file.sync_all()
    }

    fn write_held(&mut self, journal: &Journal, bytes: &[u8]) -> io::Result<()> {
        journal.append(bytes)
    }

    fn rename(&mut self, from: &Path, to: &Path) -> io::Result<()> {
        std::fs::rename(from, to)
    }

    fn remove(&mut self, path: &Path) -> io::Result<()> {
        std::fs::remove_file(path)
    }

    fn sync_folder(&mut self, folder: &Path) -> io::Result<()> {
        // Elsewhere a folder cannot be opened as a file.
        if cfg!(unix) { File::open(folder)?.sync_all() } else { Ok(()) }
    }
}

/// A part that takes a place, or a place that becomes empty. What a file holds is told by its checksum.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Move {
    place: PathBuf,
    part: Option<PathBuf>,
    from: Option<u64>,
    to: Option<u64>,
}

impl Move {
    /// Whether it has yet to be made.
    fn is_open(&self) -> bool {
        match &self.part {
            Some(part) => part.exists(),
            None => self.from.is_some() && sum_of(&self.place) == self.from,
        }
    }
}

/// What a file holds; nothing where it is not there or cannot be read.
fn sum_of(path: &Path) -> Option<u64> {
    std::fs::read(path).ok().map(|bytes| checksum(&bytes))
}

/// Changes files of the folder `root`: all of them, or none.
///
/// # Errors
/// Where one cannot be written, may not be, or holds something else by now; all are left as they were.
pub fn replace_all(root: &Path, changes: &[Change<'_>]) -> Result<()> {
    replace_on(&mut System, root, changes)
}

/// Finishes a change of the folder `root` that came to no end, where there is one.
///
/// # Errors
/// Where a file cannot be written, or was changed by others since: then nothing is touched.
pub fn finish(root: &Path) -> Result<Left> {
    finish_on(&mut System, root)
}

fn replace_on(disk: &mut dyn Disk, root: &Path, changes: &[Change<'_>]) -> Result<()> {
    let journal = take(disk, root, &root.join(JOURNAL))?;
    let mut parts = Vec::new();
    let ready = prepared(disk, changes, &mut parts)
        .and_then(|moves| written(disk, root, &journal, &moves).map(|()| moves));
    // From here on no signal takes the parts away.
    let ready =
        ready.and_then(|moves| if forget(&journal.path, &parts) { Ok(moves) } else { Err(ended(root)) });
    let moves = match ready {
        Ok(moves) => moves,
        Err(error) => return Err(given_up(disk, root, (&journal.path, &parts), error)),
    };
    let Err((place, error)) = carried_out(disk, &moves) else {
        return ended_well(disk, root, &journal.path);
    };
    let error = unwritable(&place)(error);
    match taken_back(disk, root, &journal, (&moves, changes)) {
        Ok(()) => Err(given_up(disk, root, (&journal.path, &parts), error)),
        Err(_) => {
            Err(error.hint("the next start of baimo in this folder finishes the change, or takes it back"))
        }
    }
}

/// The journal, made and held by this process. Others that hold one are waited for, and what they left is finished.
fn take(disk: &mut dyn Disk, root: &Path, path: &Path) -> Result<Journal> {
    let begun = Instant::now();
    while begun.elapsed() < PATIENCE {
        let mut known = named_parts();
        match disk.create(path) {
            // Another program may have found it before it was locked, and took it for one that was left: it is that program's then.
            Ok(file) => {
                let held = HeldFile::of(file);
                match is_locked(held.file.try_lock(), path) {
                    Ok(true) if held.is_at(path) => {
                        // No earlier: a signal removes what is remembered, which is to be nobody else's.
                        known.remember(path);
                        return Ok(Journal { path: path.to_owned(), held });
                    }
                    Ok(_) => {}
                    Err(error) => {
                        if held.is_at(path) {
                            let _ = disk.remove(path);
                        }
                        return Err(error);
                    }
                }
            }
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                drop(known);
                finish_on(disk, root)?;
            }
            Err(error) => return Err(unwritable(path)(error)),
        }
    }
    Err(busy(root))
}

/// Whether a journal is locked by this process now, of what the system said to that. Where a file system has no locks nobody waits
/// for others, and each is taken to have it.
///
/// # Errors
/// Where it cannot be known whether another program holds it.
fn is_locked(tried: std::result::Result<(), TryLockError>, path: &Path) -> Result<bool> {
    match tried {
        Ok(()) => Ok(true),
        Err(TryLockError::WouldBlock) => Ok(false),
        Err(TryLockError::Error(error)) if error.kind() == io::ErrorKind::Unsupported => Ok(true),
        Err(TryLockError::Error(error)) => Err(Error::store(format!("cannot lock {}", path.display()))
            .because(error)
            .hint("let baimo write this file, and the file system lock it; then try again")),
    }
}

fn busy(root: &Path) -> Error {
    Error::store(format!("another process is changing the files of {}", root.display()))
        .hint("try again when it is done")
}

/// A signal came while the change was made ready.
fn ended(root: &Path) -> Error {
    Error::new(crate::error::Kind::Interrupted, format!("the files of {} are as they were", root.display()))
}

/// Writes each text beside its place, and requires that the places hold what is known of them.
fn prepared(disk: &mut dyn Disk, changes: &[Change<'_>], parts: &mut Vec<PathBuf>) -> Result<Vec<Move>> {
    let mut moves = Vec::new();
    for change in changes {
        let place = place_of(change.path)?;
        let part = beside(&place, "", disk.process());
        let _ = std::fs::remove_file(&part);
        parts.push(part.clone());
        named(&part, || disk.write(&part, change.after)).map_err(unwritable(change.path))?;
        if let Ok(old) = std::fs::metadata(&place) {
            let _ = std::fs::set_permissions(&part, old.permissions());
        }
        let (from, to) = (change.before.map(checksum), Some(checksum(change.after)));
        moves.push(Move { place, part: Some(part), from, to });
    }
    for (change, step) in changes.iter().zip(&moves) {
        if std::fs::read(&step.place).ok().as_deref() != change.before {
            return Err(Error::store(format!("{} has changed meanwhile", change.path.display()))
                .hint("nothing was written; try again"));
        }
    }
    Ok(moves)
}

/// Where a file really is: a link stays a link, and what it leads to is replaced.
fn place_of(path: &Path) -> Result<PathBuf> {
    if std::fs::metadata(path).is_ok_and(|file| file.permissions().readonly()) {
        return Err(Error::store(format!("{} is read-only", path.display()))
            .hint("nothing was written; chmod u+w lets it be changed"));
    }
    if path.exists() && !path.is_file() {
        return Err(Error::store(format!("{} is not a plain file", path.display())));
    }
    Ok(std::fs::canonicalize(path).unwrap_or_else(|_| path.to_owned()))
}

/// The name of a part beside a file: of its new text, or of the old one that comes back.
fn beside(place: &Path, back: &str, process: u32) -> PathBuf {
    let mut name = std::ffi::OsString::from(".");
    name.push(place.file_name().unwrap_or_default());
    name.push(format!("{back}.{process}.part"));
    place.with_file_name(name)
}

/// Says in the journal what is to be done. Once this returns it will be done.
fn written(disk: &mut dyn Disk, root: &Path, journal: &Journal, moves: &[Move]) -> Result<()> {
    folders(moves)
        .into_iter()
        .try_for_each(|folder| disk.sync_folder(folder))
        .map_err(unwritable(&journal.path))?;
    let text = text_of(root, moves)?;
    disk.write_held(journal, text.as_bytes())
        .and_then(|()| disk.sync_folder(root))
        .map_err(unwritable(&journal.path))
}

/// The folders in which names change.
fn folders(moves: &[Move]) -> Vec<&Path> {
    let mut folders: Vec<&Path> = moves.iter().filter_map(|step| step.place.parent()).collect();
    folders.sort_unstable();
    folders.dedup();
    folders
}

/// Makes the moves that are open.
fn carried_out(disk: &mut dyn Disk, moves: &[Move]) -> std::result::Result<(), (PathBuf, io::Error)> {
    for step in moves.iter().filter(|step| step.is_open()) {
        let done = match &step.part {
            Some(part) => disk.rename(part, &step.place),
            None => disk.remove(&step.place),
        };
        done.map_err(|error| (step.place.clone(), error))?;
    }
    let synced = |folder: &Path| (folder.to_owned(), disk.sync_folder(folder));
    for (folder, done) in folders(moves).into_iter().map(synced) {
        done.map_err(|error| (folder, error))?;
    }
    Ok(())
}

/// Some moves were made, and no more can be: says in the journal that they are to be taken back, and does it.
fn taken_back(
    disk: &mut dyn Disk,
    root: &Path,
    journal: &Journal,
    (moves, changes): (&[Move], &[Change<'_>]),
) -> Result<()> {
    let mut back = Vec::new();
    for (step, change) in moves.iter().zip(changes).filter(|(step, _)| !step.is_open()) {
        let part = match change.before {
            Some(before) => {
                let part = beside(&step.place, ".back", disk.process());
                disk.write(&part, before).map_err(unwritable(change.path))?;
                if let Ok(now) = std::fs::metadata(&step.place) {
                    let _ = std::fs::set_permissions(&part, now.permissions());
                }
                Some(part)
            }
            None => None,
        };
        back.push(Move { place: step.place.clone(), part, from: step.to, to: step.from });
    }
    written(disk, root, journal, &back)?;
    carried_out(disk, &back).map_err(|(place, error)| unwritable(&place)(error))
}

/// Takes away what was made ready. What cannot be removed is told.
fn given_up(disk: &mut dyn Disk, root: &Path, (journal, parts): (&Path, &[PathBuf]), error: Error) -> Error {
    // Where they stay another program may take them over: from here on no signal takes them away.
    forget(journal, parts);
    // The journal first: parts without one are nothing.
    if journal.exists() && disk.remove(journal).and_then(|()| disk.sync_folder(root)).is_err() {
        return error.hint("the next start of baimo in this folder finishes the change, or takes it back");
    }
    for part in parts.iter().filter(|part| part.exists()) {
        let _ = disk.remove(part);
    }
    error
}

/// The change is made: nothing is left to be done. A journal that comes back after a crash has no part left.
fn ended_well(disk: &mut dyn Disk, root: &Path, journal: &Path) -> Result<()> {
    let _ = disk.remove(journal).and_then(|()| disk.sync_folder(root));
    Ok(())
}

/// Whether no signal has taken these away: from now on none does.
fn forget(journal: &Path, parts: &[PathBuf]) -> bool {
    named_parts().forget(|path| path == journal || parts.iter().any(|part| part == path)) > 0
}

/// What the journal says of some moves.
fn text_of(root: &Path, moves: &[Move]) -> Result<String> {
    let root = std::fs::canonicalize(root).unwrap_or_else(|_| root.to_owned());
    let name = |path: &Path| {
        let shown = path.strip_prefix(&root).unwrap_or(path).to_str();
        shown.filter(|name| !name.contains(['\t', '\n'])).map(str::to_owned).ok_or_else(|| {
            Error::usage(format!("{} has a name that cannot be written down", path.display()))
                .hint("give it another name; nothing was written")
        })
    };
    let sum = |sum: Option<u64>| sum.map_or_else(|| "-".to_owned(), |sum| format!("{sum:016x}"));
    let mut text = HEAD.to_owned();
    for step in moves {
        let part = step.part.as_deref().map_or_else(|| Ok("-".to_owned()), name)?;
        text += &format!("{}\t{part}\t{}\t{}\n", name(&step.place)?, sum(step.from), sum(step.to));
    }
    let end = format!("sum {:016x}\n", checksum(text.as_bytes()));
    Ok(text + &end)
}

/// What a journal says, part by part. What is not whole was not said.
fn read(root: &Path, text: &str) -> Vec<Vec<Move>> {
    let mut said = Vec::new();
    for part in text.split(HEAD).skip(1) {
        let Some((body, sum)) = part.rsplit_once("sum ") else { break };
        let whole = format!("{HEAD}{body}");
        if sum.trim_end() != format!("{:016x}", checksum(whole.as_bytes())) || !sum.ends_with('\n') {
            break;
        }
        said.push(body.lines().filter_map(|line| read_line(root, line)).collect());
    }
    said
}

fn read_line(root: &Path, line: &str) -> Option<Move> {
    let mut fields = line.split('\t');
    let place = root.join(fields.next()?);
    let part = fields.next()?;
    let part = (part != "-").then(|| root.join(part));
    let sum = |text: &str| u64::from_str_radix(text, 16).ok();
    Some(Move { place, part, from: sum(fields.next()?), to: sum(fields.next()?) })
}

fn finish_on(disk: &mut dyn Disk, root: &Path) -> Result<Left> {
    let Some(journal) = held(root, &root.join(JOURNAL))? else { return Ok(Left::Nothing) };
    let bytes = journal.bytes().map_err(unreadable(&journal.path))?;
    let said = read(root, &String::from_utf8_lossy(&bytes));
    let failed = |error| interrupted(root, said.last().map_or(&[], Vec::as_slice)).because(error);
    let shown = |moves: &[Move]| moves.iter().map(|step| shown(root, &step.place)).collect();
    let left = match said.last() {
        Some(last) if last.iter().any(Move::is_open) => {
            let holds = |step: &Move| sum_of(&step.place);
            if last.iter().any(|step| !step.is_open()) && last.iter().all(|step| holds(step) == step.from) {
                Left::Dropped(shown(last))
            } else if last.iter().all(|step| holds(step) == if step.is_open() { step.from } else { step.to })
            {
                carried_out(disk, last).map_err(|(_, error)| failed(error))?;
                Left::Finished(shown(last))
            } else {
                return Err(changed_since(root, last));
            }
        }
        _ => Left::Nothing,
    };
    disk.remove(&journal.path).and_then(|()| disk.sync_folder(root)).map_err(failed)?;
    for part in said.iter().flatten().filter_map(|step| step.part.as_ref()).filter(|part| part.exists()) {
        let _ = disk.remove(part);
    }
    // Parts of a journal that came to nothing.
    ["ontology", "data"].iter().for_each(|part| remove_stale_in(&root.join(part), |_| true));
    Ok(left)
}

/// The journal, where there is one that no running program holds.
fn held(root: &Path, path: &Path) -> Result<Option<Journal>> {
    let begun = Instant::now();
    loop {
        let held = match opened(path) {
            Ok(file) => HeldFile::of(file),
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(unreadable(path)(error)),
        };
        match is_locked(held.file.try_lock(), path)? {
            true if held.is_at(path) => return Ok(Some(Journal { path: path.to_owned(), held })),
            true => {}
            false if begun.elapsed() < PATIENCE => std::thread::sleep(PAUSE),
            false => return Err(busy(root)),
        }
    }
}

/// Opens a journal for writing too, without which NFS gives no lock; where that is not allowed, for reading.
fn opened(path: &Path) -> io::Result<File> {
    match OpenOptions::new().read(true).write(true).open(path) {
        Err(error)
            if matches!(
                error.kind(),
                io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem
            ) =>
        {
            File::open(path)
        }
        done => done,
    }
}

fn unreadable(path: &Path) -> impl Fn(io::Error) -> Error {
    let message = format!("cannot read {}", path.display());
    move |cause| Error::store(message.clone()).because(cause)
}

fn shown(root: &Path, path: &Path) -> String {
    path.strip_prefix(root).unwrap_or(path).display().to_string()
}

/// The names of some files, with those that the change has come to.
fn interrupted(root: &Path, moves: &[Move]) -> Error {
    let (open, done): (Vec<&Move>, Vec<&Move>) = moves.iter().partition(|step| step.is_open());
    let names = |moves: &[&Move]| {
        let names: Vec<String> = moves.iter().map(|step| shown(root, &step.place)).collect();
        if names.is_empty() { "-".to_owned() } else { names.join(", ") }
    };
    Error::store(format!(
        "an update of several files was interrupted: {} changed, {} did not",
        names(&done),
        names(&open)
    ))
}

/// Somebody changed a file between the interruption and now: whose text is meant, only a person knows.
fn changed_since(root: &Path, moves: &[Move]) -> Error {
    interrupted(root, moves)
        .hint("they were changed since by others, so that nothing is done about it")
        .hint(format!("put the files in order by hand, then remove {JOURNAL}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::{BTreeMap, BTreeSet};
    use std::sync::atomic::{AtomicU32, Ordering};

    /// What a file holds before and after the change; the last one is new.
    const FILES: [(&str, Option<&str>, &str); 4] = [
        ("data/a.ttl", Some("old a"), "new a, longer"),
        ("data/b.ttl", Some("old b"), "new"),
        ("ontology/c.ttl", Some("old c"), ""),
        ("data/d.ttl", None, "new d"),
    ];
    const LATER: &str = "the next start of baimo";

    #[derive(Debug, Clone)]
    enum Op {
        Create(PathBuf),
        Write(PathBuf, Vec<u8>),
        Rename(PathBuf, PathBuf),
        Remove(PathBuf),
        Sync(PathBuf),
    }

    /// Files of the system, recorded; some operation fails, of writing after half of the bytes.
    #[derive(Default)]
    struct Faulty {
        root: PathBuf,
        done: Vec<Op>,
        /// How many operations go well until one fails, and whether all after it do.
        fails: Option<(usize, bool)>,
    }

    impl Faulty {
        fn of(root: &Path, fails: Option<(usize, bool)>) -> Self {
            Self { root: std::fs::canonicalize(root).unwrap(), done: Vec::new(), fails }
        }

        fn may(&mut self) -> io::Result<()> {
            match &mut self.fails {
                None => Ok(()),
                Some((0, for_ever)) => {
                    if !*for_ever {
                        self.fails = None;
                    }
                    Err(io::ErrorKind::StorageFull.into())
                }
                Some((left, _)) => {
                    *left -= 1;
                    Ok(())
                }
            }
        }

        fn name(&self, path: &Path) -> PathBuf {
            path.strip_prefix(&self.root).unwrap().to_owned()
        }
    }

    /// A number that no process has: what a program leaves is seen as the next one sees it, when it is gone.
    const GONE: u32 = u32::MAX;

    impl Disk for Faulty {
        fn process(&self) -> u32 {
            GONE
        }

        fn create(&mut self, path: &Path) -> io::Result<File> {
            self.may()?;
            let file = System.create(path)?;
            self.done.push(Op::Create(self.name(path)));
            Ok(file)
        }

        fn write(&mut self, path: &Path, bytes: &[u8]) -> io::Result<()> {
            let may = self.may();
            let bytes = if may.is_ok() { bytes } else { &bytes[..bytes.len() / 2] };
            OpenOptions::new().append(true).create(true).open(path)?.write_all(bytes)?;
            self.done.push(Op::Write(self.name(path), bytes.to_vec()));
            may
        }

        fn write_held(&mut self, journal: &Journal, bytes: &[u8]) -> io::Result<()> {
            let may = self.may();
            let bytes = if may.is_ok() { bytes } else { &bytes[..bytes.len() / 2] };
            journal.append(bytes)?;
            self.done.push(Op::Write(self.name(&journal.path), bytes.to_vec()));
            may
        }

        fn rename(&mut self, from: &Path, to: &Path) -> io::Result<()> {
            self.may()?;
            self.done.push(Op::Rename(self.name(from), self.name(to)));
            System.rename(from, to)
        }

        fn remove(&mut self, path: &Path) -> io::Result<()> {
            self.may()?;
            self.done.push(Op::Remove(self.name(path)));
            System.remove(path)
        }

        fn sync_folder(&mut self, folder: &Path) -> io::Result<()> {
            self.may()?;
            self.done.push(Op::Sync(self.name(folder)));
            Ok(())
        }
    }

    fn temp() -> PathBuf {
        std::fs::canonicalize(std::env::temp_dir()).unwrap()
    }

    type Image = BTreeMap<PathBuf, Vec<u8>>;

    /// A folder, removed when dropped.
    struct Folder(PathBuf);

    impl Folder {
        fn of(image: &Image) -> Self {
            static NUMBER: AtomicU32 = AtomicU32::new(0);
            let number = NUMBER.fetch_add(1, Ordering::Relaxed);
            let path = temp().join(format!("baimo-together-{}-{number}", std::process::id()));
            let _ = std::fs::remove_dir_all(&path);
            for part in ["ontology", "data"] {
                std::fs::create_dir_all(path.join(part)).unwrap();
            }
            image.iter().for_each(|(name, bytes)| std::fs::write(path.join(name), bytes).unwrap());
            Self(path)
        }

        fn before() -> Self {
            Self::of(&image_before())
        }

        /// Whether all files are as after the change; that none or all are is required.
        fn is_changed(&self, what: &str) -> bool {
            let now = FILES.map(|(name, ..)| std::fs::read_to_string(self.0.join(name)).ok());
            let before = FILES.map(|(_, before, _)| before.map(str::to_owned));
            let after = FILES.map(|(.., after)| Some(after.to_owned()));
            assert!(now == before || now == after, "{what}: {now:?}");
            now == after
        }

        fn change(&self, disk: &mut dyn Disk) -> Result<()> {
            let paths = FILES.map(|(name, ..)| self.0.join(name));
            let all = FILES.iter().zip(&paths);
            let changes: Vec<_> = all
                .map(|((_, before, after), path)| Change {
                    path,
                    before: before.map(str::as_bytes),
                    after: after.as_bytes(),
                })
                .collect();
            replace_on(disk, &self.0, &changes)
        }

        /// What it holds beside the files of the change.
        fn others(&self) -> BTreeSet<String> {
            let entries = ["", "data", "ontology"]
                .iter()
                .flat_map(|part| std::fs::read_dir(self.0.join(part)).unwrap());
            let names = entries.map(|entry| entry.unwrap().path()).filter(|path| path.is_file());
            let names = names.map(|path| path.strip_prefix(&self.0).unwrap().display().to_string());
            names.filter(|name| FILES.iter().all(|(file, ..)| file != name)).collect()
        }
    }

    impl Drop for Folder {
        fn drop(&mut self) {
            let _ = std::fs::remove_dir_all(&self.0);
        }
    }

    /// How many operations a change takes.
    fn operations() -> usize {
        let folder = Folder::before();
        let mut disk = Faulty::of(&folder.0, None);
        folder.change(&mut disk).unwrap();
        assert!(folder.is_changed("nothing fails") && folder.others().is_empty());
        disk.done.len()
    }

    #[test]
    fn an_operation_that_fails_changes_all_or_nothing() {
        let (mut told, mut later) = (0, 0);
        for (fails, for_ever) in (0..operations()).flat_map(|n| [(n, false), (n, true)]) {
            let what = format!("operation {fails}, for ever: {for_ever}");
            let folder = Folder::before();
            let done = folder.change(&mut Faulty::of(&folder.0, Some((fails, for_ever))));
            let is_later = done
                .as_ref()
                .is_err_and(|error| error.hints.iter().any(|hint| hint.to_string().contains(LATER)));
            later += usize::from(is_later);
            if !is_later {
                assert_eq!(folder.is_changed(&what), done.is_ok(), "{what}: {done:?}");
            }
            assert!(!is_remembered(&folder), "{what}: a signal would remove what is left to others");
            // The next program, with a number of its own.
            finish_on(&mut System, &folder.0).unwrap();
            let is_changed = folder.is_changed(&what);
            assert!(is_later || is_changed == done.is_ok(), "{what}");
            told += usize::from(done.is_err());
            // What the program could not remove goes with it, of the way back too.
            assert!(folder.others().is_empty(), "{what}: {:?}", folder.others());
        }
        assert!(told > operations() && later > 4, "{told} {later}");
    }

    /// Whether a signal would remove something of a folder.
    fn is_remembered(folder: &Folder) -> bool {
        named_parts().forget(|path| path.starts_with(&folder.0)) > 0
    }

    /// Another program takes each journal for its own as soon as it is made, and keeps it.
    struct Taken(Vec<File>);

    impl Disk for Taken {
        fn create(&mut self, path: &Path) -> io::Result<File> {
            let ours = System.create(path)?;
            System.remove(path)?;
            let theirs = System.create(path)?;
            theirs.lock()?;
            self.0.push(theirs);
            Ok(ours)
        }

        fn write(&mut self, path: &Path, bytes: &[u8]) -> io::Result<()> {
            System.write(path, bytes)
        }

        fn write_held(&mut self, journal: &Journal, bytes: &[u8]) -> io::Result<()> {
            System.write_held(journal, bytes)
        }

        fn rename(&mut self, from: &Path, to: &Path) -> io::Result<()> {
            System.rename(from, to)
        }

        fn remove(&mut self, path: &Path) -> io::Result<()> {
            System.remove(path)
        }

        fn sync_folder(&mut self, folder: &Path) -> io::Result<()> {
            System.sync_folder(folder)
        }
    }

    #[cfg(unix)]
    #[test]
    fn a_journal_that_became_anothers_is_left_to_it() {
        let folder = Folder::before();
        let error = folder.change(&mut Taken(Vec::new())).unwrap_err();
        assert!(error.message.starts_with("another process is changing the files"), "{error}");
        assert!(folder.0.join(JOURNAL).exists() && !is_remembered(&folder));
        assert!(!folder.is_changed("nothing was done"));
    }

    #[test]
    fn only_a_file_system_without_locks_goes_without_them() {
        let is_locked =
            |kind: io::ErrorKind| is_locked(Err(TryLockError::Error(kind.into())), Path::new("x"));
        assert!(is_locked(io::ErrorKind::Unsupported).unwrap());
        for kind in [io::ErrorKind::Other, io::ErrorKind::PermissionDenied, io::ErrorKind::Interrupted] {
            let error = is_locked(kind).unwrap_err();
            assert!(error.message == "cannot lock x" && !error.hints.is_empty(), "{error}");
        }
        assert!(!super::is_locked(Err(TryLockError::WouldBlock), Path::new("x")).unwrap());
    }

    /// NFS locks only what is open for writing (flock(2), "NFS details").
    #[test]
    fn a_journal_is_opened_for_writing_and_used_through_one_handle() {
        let folder = Folder::before();
        let path = folder.0.join(JOURNAL);
        std::fs::write(&path, "one ").unwrap();
        let journal = held(&folder.0, &path).unwrap().unwrap();
        assert_eq!(journal.bytes().unwrap(), b"one ");
        journal.append(b"two").unwrap();
        assert_eq!(journal.bytes().unwrap(), b"one two");
        drop(journal);
        // Read all the same where it may not be written.
        let mut permissions = std::fs::metadata(&path).unwrap().permissions();
        permissions.set_readonly(true);
        std::fs::set_permissions(&path, permissions).unwrap();
        assert_eq!(held(&folder.0, &path).unwrap().unwrap().bytes().unwrap(), b"one two");
    }

    type Names = BTreeMap<PathBuf, usize>;

    /// What a disk may hold after a loss of power: all that was written, since that is synced at once, and of the names that
    /// changed in a folder since it was synced, any number in their order.
    #[derive(Default)]
    struct Power {
        inodes: Vec<Vec<u8>>,
        /// The names of each folder after each change, from the last sync on.
        folders: BTreeMap<PathBuf, Vec<Names>>,
    }

    impl Power {
        fn of(image: &Image) -> Self {
            let mut power = Self::default();
            for folder in ["", "data", "ontology"] {
                power.folders.insert(folder.into(), vec![Names::new()]);
            }
            for (name, bytes) in image {
                power.apply(&Op::Write(name.clone(), bytes.clone()));
            }
            for names in power.folders.values_mut() {
                names.drain(..names.len() - 1);
            }
            power
        }

        fn change(&mut self, path: &Path, change: impl FnOnce(&mut Names)) {
            let states = self.folders.get_mut(path.parent().unwrap()).unwrap();
            let mut now = states.last().unwrap().clone();
            change(&mut now);
            states.push(now);
        }

        fn inode(&mut self, name: &Path) -> usize {
            let known = self.folders[name.parent().unwrap()].last().unwrap().get(name).copied();
            known.unwrap_or_else(|| {
                self.inodes.push(Vec::new());
                let number = self.inodes.len() - 1;
                self.change(name, |names| {
                    names.insert(name.to_owned(), number);
                });
                number
            })
        }

        fn apply(&mut self, op: &Op) {
            match op {
                Op::Create(name) => drop(self.inode(name)),
                Op::Write(name, bytes) => {
                    let inode = self.inode(name);
                    self.inodes[inode].extend(bytes);
                }
                Op::Rename(from, to) => {
                    let inode = self.inode(from);
                    self.change(from, |names| {
                        names.remove(from);
                        names.insert(to.clone(), inode);
                    });
                }
                Op::Remove(name) => self.change(name, |names| {
                    names.remove(name);
                }),
                Op::Sync(folder) => {
                    let states = self.folders.get_mut(folder).unwrap();
                    states.drain(..states.len() - 1);
                }
            }
        }

        fn images(&self) -> Vec<Image> {
            let mut images = vec![Image::new()];
            for states in self.folders.values() {
                let of = |(name, inode): (&PathBuf, &usize)| (name.clone(), self.inodes[*inode].clone());
                let with = |image: &Image, names: &Names| {
                    image.clone().into_iter().chain(names.iter().map(of)).collect::<Image>()
                };
                images = images
                    .iter()
                    .flat_map(|image| states.iter().map(move |names| with(image, names)))
                    .collect();
            }
            images.dedup();
            images
        }
    }

    /// The disks after each number of operations, the last one of them done by half too.
    fn disks(before: &Image, done: &[Op]) -> Vec<(usize, Image)> {
        let (mut power, mut disks) = (Power::of(before), Vec::new());
        for (number, op) in done.iter().enumerate() {
            if let Op::Write(name, bytes) = op {
                let mut half = Power { inodes: power.inodes.clone(), folders: power.folders.clone() };
                half.apply(&Op::Write(name.clone(), bytes[..bytes.len() / 2].to_vec()));
                disks.extend(half.images().into_iter().map(|image| (number, image)));
            }
            power.apply(op);
            disks.extend(power.images().into_iter().map(|image| (number + 1, image)));
        }
        disks
    }

    fn image_before() -> Image {
        let file = |(name, before, _): &(&str, Option<&str>, &str)| Some(((*name).into(), (*before)?.into()));
        FILES.iter().filter_map(file).collect()
    }

    /// A change that was acknowledged is there whole; one that was on its way is there whole, or nothing of it. What finishes it
    /// may lose power itself.
    #[test]
    fn a_loss_of_power_leaves_all_or_nothing() {
        let folder = Folder::before();
        let mut disk = Faulty::of(&folder.0, None);
        folder.change(&mut disk).unwrap();
        let (mut changed, mut unchanged) = (0, 0);
        for (number, image) in disks(&image_before(), &disk.done) {
            let left = Folder::of(&image);
            let mut second = Faulty::of(&left.0, None);
            finish_on(&mut second, &left.0).unwrap();
            let is_changed = left.is_changed(&format!("{number} operations, {image:?}"));
            assert!(is_changed || number < disk.done.len(), "what was acknowledged is kept: {image:?}");
            changed += usize::from(is_changed);
            unchanged += usize::from(!is_changed);
            for (number, image) in disks(&image, &second.done) {
                let left = Folder::of(&image);
                finish_on(&mut Faulty::of(&left.0, None), &left.0).unwrap();
                let what = format!("power lost twice, {number} operations, {image:?}");
                assert_eq!(left.is_changed(&what), is_changed, "{what}");
            }
        }
        assert!(changed > 10 && unchanged > 10, "{changed} {unchanged}");
    }

    #[test]
    fn what_others_changed_since_is_left_to_them() {
        // Killed after the first file took its place.
        let killed = || {
            let folder = Folder::before();
            let ops = {
                let mut disk = Faulty::of(&folder.0, None);
                folder.change(&mut disk).unwrap();
                disk.done.iter().position(|op| matches!(op, Op::Rename(..))).unwrap()
            };
            let folder = Folder::before();
            folder.change(&mut Faulty::of(&folder.0, Some((ops + 1, true)))).unwrap_err();
            assert_eq!(std::fs::read_to_string(folder.0.join("data/a.ttl")).unwrap(), FILES[0].2);
            folder
        };
        let folder = killed();
        std::fs::write(folder.0.join("data/a.ttl"), "mine").unwrap();
        let error = finish(&folder.0).unwrap_err();
        assert!(
            error.message.contains("data/a.ttl changed, data/b.ttl, ontology/c.ttl, data/d.ttl did not"),
            "{error}"
        );
        assert_eq!(std::fs::read_to_string(folder.0.join("data/a.ttl")).unwrap(), "mine");
        assert!(folder.change(&mut System).is_err(), "nor is another change made over it");
        // Put back by version control.
        let folder = killed();
        std::fs::write(folder.0.join("data/a.ttl"), "old a").unwrap();
        let names = FILES.map(|(name, ..)| name.to_owned());
        assert_eq!(finish(&folder.0).unwrap(), Left::Dropped(names.to_vec()));
        assert!(!folder.is_changed("put back") && folder.others().is_empty());
        // Left as it is.
        let folder = killed();
        assert_eq!(finish(&folder.0).unwrap(), Left::Finished(names.to_vec()));
        assert!(folder.is_changed("finished") && folder.others().is_empty());
        assert_eq!(finish(&folder.0).unwrap(), Left::Nothing);
    }

    #[test]
    fn a_journal_that_a_running_program_holds_is_waited_for() {
        let folder = Folder::before();
        let journal = folder.0.join(JOURNAL);
        let file = System.create(&journal).unwrap();
        file.lock().unwrap();
        std::thread::scope(|scope| {
            let waits = scope.spawn(|| finish(&folder.0));
            std::thread::sleep(Duration::from_millis(100));
            assert!(!waits.is_finished());
            std::fs::remove_file(&journal).unwrap();
            drop(file);
            // On a machine that does much else it may have lost its patience by then.
            let waited = waits.join().unwrap().or_else(|error| {
                assert_eq!(error.message, busy(&folder.0).message);
                finish(&folder.0)
            });
            assert_eq!(waited.unwrap(), Left::Nothing);
        });
        folder.change(&mut System).unwrap();
        assert!(folder.is_changed("then it is made") && folder.others().is_empty());
    }
}
