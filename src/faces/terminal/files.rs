//! Files written whole or not at all, whichever face writes them.
//!
//! In: a path, and what writes. Out: the file, replaced or made longer when all is written, and left as
//! it was where anything fails. A part that an ended program would leave behind is known, for
//! [`abandon`]; against a power cut or SIGKILL nothing here helps.

use crate::error::{Error, Kind, Result};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::Mutex;

/// The parts being written now.
static PARTS: Mutex<Vec<PathBuf>> = Mutex::new(Vec::new());

/// Removes every part being written: the program ends before they are whole.
pub fn abandon() {
    if let Ok(mut parts) = PARTS.lock() {
        for part in parts.drain(..) {
            let _ = std::fs::remove_file(part);
        }
    }
}

/// The error for a file that cannot be written.
fn unwritable(path: &Path) -> impl Fn(io::Error) -> Error {
    let message = format!("cannot write {}", path.display());
    move |cause| Error::store(message.clone()).because(cause).hint("choose another file")
}

/// Writes a file under another name and renames it when it is complete. An answer cut short by a
/// limit is complete: that it is cut is said elsewhere.
///
/// # Errors
/// Where `write` fails, or the file cannot be written; the old one is left as it was.
pub fn replace(path: &Path, write: impl FnOnce(&mut dyn Write) -> Result<()>) -> Result<()> {
    let failed = unwritable(path);
    let Some(part) = Part::beside(path)? else { return straight(path, write) };
    let (done, part) = part.fill(write)?;
    if let Ok(old) = std::fs::metadata(&part.whole) {
        let _ = std::fs::set_permissions(&part.name, old.permissions());
    }
    std::fs::rename(&part.name, &part.whole).map_err(failed)?;
    done
}

/// Makes a file longer by what `write` writes, all of it or nothing.
///
/// # Errors
/// As [`replace`].
pub fn append(path: &Path, write: impl FnOnce(&mut dyn Write) -> Result<()>) -> Result<()> {
    let failed = unwritable(path);
    let Some(part) = Part::beside(path)? else { return straight(path, write) };
    let (done, part) = part.fill(write)?;
    let mut more = std::fs::File::open(&part.name).map_err(&failed)?;
    let mut whole =
        std::fs::OpenOptions::new().append(true).create(true).open(&part.whole).map_err(&failed)?;
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

/// A file under another name, removed where it is dropped before it has taken its place.
struct Part {
    name: PathBuf,
    whole: PathBuf,
}

impl Part {
    /// One beside `path`; nothing where that is a device or a pipe.
    fn beside(path: &Path) -> Result<Option<Self>> {
        if path.is_dir() {
            return Err(Error::store(format!("cannot write {}: it is a folder", path.display()))
                .hint("name a file in it, as in  answer.csv"));
        }
        if path.exists() && !path.is_file() {
            return Ok(None);
        }
        // A link stays a link: what it leads to is replaced.
        let whole = std::fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
        let mut name = std::ffi::OsString::from(".");
        name.push(whole.file_name().unwrap_or_default());
        name.push(format!(".{}.part", std::process::id()));
        Ok(Some(Self { name: whole.with_file_name(name), whole }))
    }

    /// Fills it. What is given back beside it is how an answer ended early.
    fn fill(self, write: impl FnOnce(&mut dyn Write) -> Result<()>) -> Result<(Result<()>, Self)> {
        let failed = unwritable(&self.whole);
        if let Ok(mut parts) = PARTS.lock() {
            parts.push(self.name.clone());
        }
        let file = io::BufWriter::new(std::fs::File::create(&self.name).map_err(&failed)?);
        match packed(&self.whole, file, write, failed) {
            Err(error) if !matches!(error.kind, Kind::Limit | Kind::Interrupted) => Err(error),
            done => Ok((done, self)),
        }
    }
}

impl Drop for Part {
    fn drop(&mut self) {
        if let Ok(mut parts) = PARTS.lock() {
            parts.retain(|part| *part != self.name);
        }
        let _ = std::fs::remove_file(&self.name);
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
        let files = || std::fs::read_dir(&folder).unwrap().count();
        assert_eq!(files(), 1, "nothing else is left");
        // The program ends in the middle.
        let other = folder.join("y.csv");
        let ended = replace(&other, |_| {
            assert_eq!(files(), 2);
            abandon();
            assert_eq!(files(), 1);
            Ok(())
        });
        assert!(ended.is_err());
        std::fs::remove_dir_all(folder).unwrap();
    }
}
