//! The journal of a change: which part takes which place, written down before the first one does.
//!
//! In: a folder, moves. Out: the journal, locked by this process; what one says that was left. What is not said whole in it was
//! not said.

use crate::error::{Error, Result};
use crate::held::HeldFile;
use crate::store::pack::checksum::checksum;
use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, Read as _, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// The name of the journal.
pub(super) const JOURNAL: &str = ".baimo-update";
/// How long another program that changes the folder is waited for.
pub(super) const PATIENCE: Duration = Duration::from_secs(2);
const PAUSE: Duration = Duration::from_millis(10);
/// The first line of what the journal says; it may say more later, which then holds.
const HEAD: &str = "baimo update 1\n";

/// The journal of a folder, locked by this process until it is dropped.
pub(super) struct Journal {
    pub(super) path: PathBuf,
    pub(super) held: HeldFile,
}

impl Journal {
    /// Writes to its end, and makes that safe.
    pub(super) fn append(&self, bytes: &[u8]) -> io::Result<()> {
        let mut file = &self.held.file;
        file.seek(SeekFrom::End(0))?;
        file.write_all(bytes)?;
        file.sync_all()
    }

    /// All that it holds.
    pub(super) fn bytes(&self) -> io::Result<Vec<u8>> {
        let (mut file, mut bytes) = (&self.held.file, Vec::new());
        file.seek(SeekFrom::Start(0))?;
        file.read_to_end(&mut bytes)?;
        Ok(bytes)
    }
}

/// A part that takes a place, or a place that becomes empty. What a file holds is told by its checksum.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Move {
    pub(super) place: PathBuf,
    pub(super) part: Option<PathBuf>,
    pub(super) from: Option<u64>,
    pub(super) to: Option<u64>,
}

impl Move {
    /// Whether it has yet to be made.
    pub(super) fn is_open(&self) -> bool {
        match &self.part {
            Some(part) => part.exists(),
            None => self.from.is_some() && sum_of(&self.place) == self.from,
        }
    }
}

/// What a file holds; nothing where it is not there or cannot be read.
pub(super) fn sum_of(path: &Path) -> Option<u64> {
    std::fs::read(path).ok().map(|bytes| checksum(&bytes))
}

/// Whether a journal is locked by this process now, of what the system said to that. Where a file system has no locks nobody waits
/// for others, and each is taken to have it.
///
/// # Errors
/// Where it cannot be known whether another program holds it.
pub(super) fn is_locked(tried: std::result::Result<(), TryLockError>, path: &Path) -> Result<bool> {
    match tried {
        Ok(()) => Ok(true),
        Err(TryLockError::WouldBlock) => Ok(false),
        Err(TryLockError::Error(error)) if error.kind() == io::ErrorKind::Unsupported => Ok(true),
        Err(TryLockError::Error(error)) => Err(Error::store(format!("cannot lock {}", path.display()))
            .because(error)
            .hint("let baimo write this file, and the file system lock it; then try again")),
    }
}

pub(super) fn busy(root: &Path) -> Error {
    Error::store(format!("another process is changing the files of {}", root.display()))
        .hint("try again when it is done")
}

/// What the journal says of some moves.
pub(super) fn text_of(root: &Path, moves: &[Move]) -> Result<String> {
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
pub(super) fn read(root: &Path, text: &str) -> Vec<Vec<Move>> {
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

/// The journal, where there is one that no running program holds.
pub(super) fn held(root: &Path, path: &Path) -> Result<Option<Journal>> {
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

pub(super) fn unreadable(path: &Path) -> impl Fn(io::Error) -> Error {
    let message = format!("cannot read {}", path.display());
    move |cause| Error::store(message.clone()).because(cause)
}
