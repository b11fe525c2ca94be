//! Files written whole or not at all, whichever face writes them.
//!
//! In: a path, and what writes. Out: the file, replaced or made longer when all is written, and left as
//! it was where anything fails. On Linux what is being written has no name until it is whole, so that nothing is left
//! of it whatever ends the program, SIGKILL too. Elsewhere, and on file systems without such files, it is a
//! `.NAME.PID.part` beside the file: [`abandon`] removes it, and the next write one whose program is gone. A power
//! cut is not provided for, but by `together`.

use crate::error::{Error, Hint, Kind, Result};
use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::io::{self, Seek as _, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError, TryLockError};
use std::time::{Duration, Instant};

/// The parts that have a name now. Names are given and taken away under this lock alone, so that whoever ends the program
/// meets each part whole in its place, or known here, or not yet there.
static PARTS: Mutex<Vec<PathBuf>> = Mutex::new(Vec::new());

/// The right to give parts their names, and to take them away.
#[derive(Debug)]
pub struct Parts(MutexGuard<'static, Vec<PathBuf>>);

/// Waits until nobody else names a part; nobody does while the value is held.
pub(super) fn parts() -> Parts {
    // A list of names stays right, whatever its holder panicked over.
    Parts(PARTS.lock().unwrap_or_else(PoisonError::into_inner))
}

impl Parts {
    /// Notes a part for [`abandon`]: before it has its name, or while nobody can end the program.
    pub(super) fn remember(&mut self, part: &Path) {
        self.0.push(part.to_owned());
    }

    /// Forgets the parts of which `is` holds: how many they were.
    pub(super) fn forget(&mut self, is: impl Fn(&Path) -> bool) -> usize {
        let before = self.0.len();
        self.0.retain(|part| !is(part));
        before - self.0.len()
    }
}

/// Makes a file under the name of a part. It is known to [`abandon`] as soon as it is there.
pub(super) fn named<T>(part: &Path, make: impl FnOnce() -> io::Result<T>) -> io::Result<T> {
    let mut parts = parts();
    parts.remember(part);
    make()
}

/// How long the end of the program waits for whoever names a part, or makes a file longer: a disk may never answer.
const PATIENCE: Duration = Duration::from_secs(1);
const PAUSE: Duration = Duration::from_millis(1);

/// Removes every part that has a name: the program ends before they are whole. Nobody gives another one a name
/// while what is given back is held; the program is to end with it. Nothing where a disk does not answer: what it leaves
/// is removed by the next program that writes there.
pub fn abandon() -> Option<Parts> {
    abandon_those(|_| true)
}

/// As [`abandon`], of the parts that are meant.
fn abandon_those(meant: impl Fn(&Path) -> bool) -> Option<Parts> {
    let mut parts = parts_until(Instant::now() + PATIENCE)?;
    for part in parts.0.extract_if(.., |part| meant(part)) {
        let _ = std::fs::remove_file(part);
    }
    Some(parts)
}

/// As [`parts`], for as long as there is time.
fn parts_until(end: Instant) -> Option<Parts> {
    loop {
        match PARTS.try_lock() {
            Ok(parts) => return Some(Parts(parts)),
            Err(TryLockError::Poisoned(poisoned)) => return Some(Parts(poisoned.into_inner())),
            Err(TryLockError::WouldBlock) if Instant::now() < end => std::thread::sleep(PAUSE),
            Err(TryLockError::WouldBlock) => return None,
        }
    }
}

/// The error for a file that cannot be written.
pub(super) fn unwritable(path: &Path) -> impl Fn(io::Error) -> Error {
    let message = format!("cannot write {}", path.display());
    move |cause| Error::store(message.clone()).because(cause).hint("choose another file")
}

/// Whether a file can be at `path` at all, as far as that can be told before anything is written.
///
/// # Errors
/// Where a folder is there, or none for it to be in.
pub fn can_be_at(path: &Path) -> Result<()> {
    if path.is_dir() {
        return Err(Error::store(format!("cannot write {}: it is a folder", path.display()))
            .hint("name a file in it, as in  answer.csv"));
    }
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    folder.filter(|folder| !folder.exists()).map_or(Ok(()), |folder| {
        let message = format!("cannot write {}: there is no folder {}", path.display(), folder.display());
        Err(Error::store(message).hint("make the folder first, or choose another file"))
    })
}

/// Writes a file under another name and renames it when it is complete. An answer cut short by a
/// limit is complete: that it is cut is said elsewhere.
///
/// # Errors
/// Where `write` fails, or the file cannot be written; the old one is left as it was.
pub fn replace(path: &Path, write: impl FnOnce(&mut dyn Write) -> Result<()>) -> Result<()> {
    let Some(part) = PartialFile::beside(path)? else { return straight(path, write) };
    part.replace(path, write)
}

/// As [`replace`], of an answer. One that is not all of it, where nobody asked for a part, leaves the file as it was: it goes to
/// the file that [`partial`] names, so that no program takes it for the whole.
///
/// # Errors
/// As [`replace`]; the error that cut the answer short is given back too.
pub fn replace_by_answer(path: &Path, write: impl FnOnce(&mut dyn Write) -> Result<()>) -> Result<()> {
    let Some(part) = PartialFile::beside(path)? else { return straight(path, write) };
    part.replace_or(path, |cut| is_unwanted(cut).then(|| partial(path)), write)
}

/// Where a part of an answer goes that was to be in a file: `answer.csv.partial`.
pub fn partial(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".partial");
    name.into()
}

/// Whether the error that ends an answer leaves a part of it that nobody asked for: as many rows as were asked for are wanted.
pub fn is_unwanted(cut: &Error) -> bool {
    matches!(cut.kind, Kind::Limit | Kind::Interrupted) && !cut.hints.contains(&Hint::RaiseMaxRows)
}

/// Makes a file longer by what `write` writes, all of it or nothing.
///
/// # Errors
/// As [`replace`].
pub fn append(path: &Path, write: impl FnOnce(&mut dyn Write) -> Result<()>) -> Result<()> {
    let failed = unwritable(path);
    let Some(part) = PartialFile::beside(path)? else { return straight(path, write) };
    let (done, part, mut more) = part.fill(write)?;
    let mut whole =
        std::fs::OpenOptions::new().append(true).create(true).open(&part.whole).map_err(&failed)?;
    // Whoever ends the program waits until all of it is there, for as long as it waits for anything.
    let _nobody_ends = parts();
    let before = whole.metadata().map_err(&failed)?.len();
    if let Err(error) = io::copy(&mut more, &mut whole).and_then(|_| whole.flush()) {
        let _ = whole.set_len(before);
        return Err(failed(error));
    }
    done
}

/// Into a device or a pipe, which cannot be renamed over.
fn straight(path: &Path, write: impl FnOnce(&mut dyn Write) -> Result<()>) -> Result<()> {
    let failed = unwritable(path);
    let mut out = io::BufWriter::new(std::fs::OpenOptions::new().write(true).open(path).map_err(&failed)?);
    let done = write(&mut out);
    done.and(out.flush().map_err(failed))
}

/// A file without a name, or under another one, which is removed where it is dropped before it has taken its place.
struct PartialFile {
    name: PathBuf,
    whole: PathBuf,
    unnamed: Option<File>,
}

impl PartialFile {
    /// One beside `path`; nothing where that is a device or a pipe.
    fn beside(path: &Path) -> Result<Option<Self>> {
        can_be_at(path)?;
        if path.exists() && !path.is_file() {
            return Ok(None);
        }
        // A link stays a link: what it leads to is replaced.
        let whole = std::fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
        let mut name = OsString::from(".");
        name.push(whole.file_name().unwrap_or_default());
        remove_stale(&whole, &name);
        name.push(format!(".{}.part", std::process::id()));
        let folder = whole.parent().filter(|folder| !folder.as_os_str().is_empty());
        let unnamed = unnamed(folder.unwrap_or(Path::new(".")));
        Ok(Some(Self { name: whole.with_file_name(name), whole, unnamed }))
    }

    /// Fills it and puts it in place of the file.
    fn replace(self, path: &Path, write: impl FnOnce(&mut dyn Write) -> Result<()>) -> Result<()> {
        self.replace_or(path, |_| None, write)
    }

    /// Fills it and puts it in place of the file, or where the answer is cut short perhaps elsewhere.
    fn replace_or(
        self,
        path: &Path,
        elsewhere: impl Fn(&Error) -> Option<PathBuf>,
        write: impl FnOnce(&mut dyn Write) -> Result<()>,
    ) -> Result<()> {
        let failed = unwritable(path);
        let (done, part, file) = self.fill(write)?;
        part.take_name(file).map_err(&failed)?;
        let elsewhere = done.as_ref().err().and_then(elsewhere);
        part.take_place(elsewhere.as_deref()).map_err(failed)?;
        done
    }

    /// Fills it. What is given back beside it is how an answer ended early, and the file from its beginning.
    fn fill(self, write: impl FnOnce(&mut dyn Write) -> Result<()>) -> Result<(Result<()>, Self, File)> {
        let failed = unwritable(&self.whole);
        let file = match &self.unnamed {
            Some(file) => file.try_clone().map_err(&failed)?,
            None => {
                let mut options = std::fs::OpenOptions::new();
                options.read(true).write(true).create(true).truncate(true);
                named(&self.name, || options.open(&self.name)).map_err(&failed)?
            }
        };
        let mut whole = file.try_clone().map_err(&failed)?;
        match packed(&self.whole, io::BufWriter::new(file), write, &failed) {
            Err(error) if !matches!(error.kind, Kind::Limit | Kind::Interrupted) => Err(error),
            done => {
                whole.rewind().map_err(failed)?;
                Ok((done, self, whole))
            }
        }
    }

    /// Gives what was filled its name beside the file, and the permissions of that.
    fn take_name(&self, file: File) -> io::Result<()> {
        if self.unnamed.is_some() {
            self.give_name(file)?;
        }
        if let Ok(old) = std::fs::metadata(&self.whole) {
            let _ = std::fs::set_permissions(&self.name, old.permissions());
        }
        Ok(())
    }

    /// Gives the file without a name one. Where the system cannot, a copy gets it.
    fn give_name(&self, mut file: File) -> io::Result<()> {
        if named(&self.name, || link(&file, &self.name)).is_ok() {
            return Ok(());
        }
        io::copy(&mut file, &mut named(&self.name, || File::create(&self.name))?).map(drop)
    }

    /// Puts what is whole in place of the file, or elsewhere.
    fn take_place(&self, elsewhere: Option<&Path>) -> io::Result<()> {
        let mut parts = parts();
        std::fs::rename(&self.name, elsewhere.unwrap_or(&self.whole))?;
        parts.forget(|part| part == self.name);
        Ok(())
    }
}

/// A file in a folder that has no name; nothing where there are none such.
#[cfg(target_os = "linux")]
fn unnamed(folder: &Path) -> Option<File> {
    use rustix::fs::{Mode, OFlags};
    let mode = Mode::from_raw_mode(0o666);
    let flags = OFlags::TMPFILE | OFlags::RDWR | OFlags::CLOEXEC;
    rustix::fs::open(folder, flags, mode).map(File::from).ok()
}

#[cfg(not(target_os = "linux"))]
fn unnamed(_: &Path) -> Option<File> {
    None
}

/// Gives a file a name, under which there must be none yet.
#[cfg(target_os = "linux")]
fn link(file: &File, name: &Path) -> io::Result<()> {
    use rustix::fs::{AtFlags, CWD};
    use std::os::fd::AsRawFd as _;
    let _ = std::fs::remove_file(name);
    let number = format!("/proc/self/fd/{}", file.as_raw_fd());
    Ok(rustix::fs::linkat(CWD, number, CWD, name, AtFlags::SYMLINK_FOLLOW)?)
}

#[cfg(not(target_os = "linux"))]
fn link(_: &File, _: &Path) -> io::Result<()> {
    Err(io::ErrorKind::Unsupported.into())
}

/// Removes the parts of a file that programs left which are gone: where that can be told, by their numbers.
fn remove_stale(whole: &Path, dotted: &OsStr) {
    let folder = whole.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    remove_stale_in(folder, |name| {
        name.as_encoded_bytes().strip_prefix(dotted.as_encoded_bytes()).is_some_and(|rest| {
            rest.strip_prefix(b".").is_some_and(|rest| rest.iter().filter(|byte| **byte == b'.').count() == 1)
        })
    });
}

/// Removes the parts in a folder of which `may` holds, where their program is gone.
pub(super) fn remove_stale_in(folder: &Path, may: impl Fn(&OsStr) -> bool) {
    let (Ok(entries), true) = (std::fs::read_dir(folder), Path::new("/proc/self").exists()) else { return };
    for name in entries.flatten().map(|entry| entry.file_name()).filter(|name| may(name)) {
        if part_of(&name).is_some_and(|number| !Path::new("/proc").join(number.to_string()).exists()) {
            let _ = std::fs::remove_file(folder.join(name));
        }
    }
}

/// The number of the process whose part has this name: `.NAME.NUMBER.part`.
fn part_of(name: &OsStr) -> Option<u32> {
    let (dotted, number) = name.to_str()?.strip_suffix(".part")?.rsplit_once('.')?;
    if dotted.starts_with('.') { number.parse().ok() } else { None }
}

impl Drop for PartialFile {
    fn drop(&mut self) {
        let mut parts = parts();
        if parts.forget(|part| part == self.name) > 0 {
            let _ = std::fs::remove_file(&self.name);
        }
    }
}

/// Writes through the compression that the ending of `path` names, and closes it properly.
fn packed(
    path: &Path,
    mut file: impl Write,
    write: impl FnOnce(&mut dyn Write) -> Result<()>,
    failed: impl Fn(io::Error) -> Error,
) -> Result<()> {
    let done = match path.extension().and_then(|ending| ending.to_str()) {
        Some("gz") => {
            let mut out = flate2::write::GzEncoder::new(&mut file, flate2::Compression::default());
            let done = write(&mut out);
            out.finish().map_err(&failed)?;
            done
        }
        Some("bz2") => {
            let mut out = bzip2::write::BzEncoder::new(&mut file, bzip2::Compression::default());
            let done = write(&mut out);
            out.finish().map_err(&failed)?;
            done
        }
        _ => write(&mut file),
    };
    file.flush().map_err(failed)?;
    done
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder(name: &str) -> PathBuf {
        let folder = std::env::temp_dir().join(format!("baimo-files-{}-{name}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        folder
    }

    fn text(text: &'static str) -> impl FnOnce(&mut dyn Write) -> Result<()> {
        move |out| out.write_all(text.as_bytes()).map_err(|error| Error::store("unwritten").because(error))
    }

    fn broken(kind: Kind) -> impl FnOnce(&mut dyn Write) -> Result<()> {
        move |out| text("half")(out).and(Err(Error::new(kind, "broken")))
    }

    #[test]
    fn a_file_is_whole_or_as_it_was() {
        let folder = folder("whole");
        let file = folder.join("x.csv");
        let holds = || std::fs::read_to_string(&file).unwrap();
        replace(&file, text("one\n")).unwrap();
        for kind in [Kind::Data, Kind::Store, Kind::Query, Kind::Usage] {
            replace(&file, broken(kind)).unwrap_err();
            append(&file, broken(kind)).unwrap_err();
            assert_eq!(holds(), "one\n", "{kind:?}");
        }
        append(&file, text("two\n")).unwrap();
        assert_eq!(holds(), "one\ntwo\n");
        replace(&file, broken(Kind::Limit)).unwrap_err();
        assert_eq!(holds(), "half", "an answer cut by a limit is kept");
        replace(&file, text("one\n")).unwrap();
        for kind in [Kind::Limit, Kind::Interrupted] {
            replace_by_answer(&file, broken(kind)).unwrap_err();
            assert_eq!(holds(), "one\n", "what is not all is no answer");
            assert_eq!(std::fs::read_to_string(partial(&file)).unwrap(), "half", "{kind:?}");
            std::fs::remove_file(partial(&file)).unwrap();
        }
        let asked_for = Error::new(Kind::Limit, "so many").hint(Hint::RaiseMaxRows);
        replace_by_answer(&file, |out| text("half")(out).and(Err(asked_for))).unwrap_err();
        assert_eq!(holds(), "half", "so many rows were asked for");
        replace_by_answer(&file, text("two\n")).unwrap();
        assert_eq!(holds(), "two\n");
        let files = || std::fs::read_dir(&folder).unwrap().count();
        assert_eq!(files(), 1, "nothing else is left");
        // The program ends in the middle, where files have names from the start.
        let other = folder.join("y.csv");
        let named = || {
            let mut part = PartialFile::beside(&other).unwrap().unwrap();
            part.unnamed = None;
            part
        };
        let ended = named().replace(&other, |_| {
            assert_eq!(files(), 2);
            drop(abandon_those(|part| part.starts_with(&folder)));
            assert_eq!(files(), 1);
            Ok(())
        });
        assert!(ended.is_err());
        named().replace(&other, text("named")).unwrap();
        assert_eq!((files(), std::fs::read_to_string(&other).unwrap().as_str()), (2, "named"));
        std::fs::remove_dir_all(folder).unwrap();
    }

    /// Whenever the program is ended, a file is whole or not there, and no part of it is left.
    #[test]
    fn the_end_of_the_program_meets_no_part() {
        let folder = folder("ending");
        let file = folder.join("x.csv");
        let names = || -> Vec<_> {
            std::fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().file_name()).collect()
        };
        let written = std::sync::atomic::AtomicUsize::new(0);
        let count = || written.load(std::sync::atomic::Ordering::SeqCst);
        std::thread::scope(|scope| {
            scope.spawn(|| {
                while count() < 2000 {
                    // It fails where its part was taken away.
                    let _ = replace(&file, text("whole"));
                    written.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
                }
            });
            while count() < 2000 {
                let Some(_ended) = abandon_those(|part| part.starts_with(&folder)) else { continue };
                assert!(names().iter().all(|name| name == "x.csv"), "{:?}", names());
                assert!(!file.exists() || std::fs::read(&file).unwrap() == b"whole");
            }
        });
        std::fs::remove_dir_all(folder).unwrap();
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn nothing_is_left_of_a_file_that_was_not_finished() {
        let folder = folder("unnamed");
        let file = folder.join("x.csv");
        let names = || {
            let mut names: Vec<_> =
                std::fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().file_name()).collect();
            names.sort();
            names
        };
        // What SIGKILL would leave at this point.
        replace(&file, |out| {
            assert!(names().is_empty(), "{:?}", names());
            text("whole")(out)
        })
        .unwrap();
        // Parts of a program that is gone, of one that runs, and what only looks like one. No process has number 0.
        for name in [".x.csv.0.part", ".x.csv.1.part", ".x.csv.part", ".y.csv.0.part"] {
            std::fs::write(folder.join(name), "").unwrap();
        }
        replace(&file, text("again")).unwrap();
        assert_eq!(names(), [".x.csv.1.part", ".x.csv.part", ".y.csv.0.part", "x.csv"]);
        assert_eq!(std::fs::read_to_string(&file).unwrap(), "again");
        std::fs::remove_dir_all(folder).unwrap();
    }
}
