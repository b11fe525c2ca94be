//! Several files of a folder changed together: all of them or none, whatever ends the program or the machine meanwhile.
//!
//! In: a folder, and what its files are to hold. Out: the files. Each new text is written and synced beside its place first.
//! Then a journal in the folder, `.baimo-update`, says which part takes which place; once it is synced the change is
//! made, and the parts take their places one after the other. Where that comes to no end, the next program that opens the folder
//! finishes it ([`finish`]). A journal that a running program holds is waited for. The limit: other programs may see some files
//! changed and others not yet.

// What happens to files.
mod disk;
// Which part takes which place, written down.
mod journal;

use super::files::{named, parts as named_parts, remove_stale_in, unwritable};
use crate::error::{Error, Result};
use crate::held::HeldFile;
use crate::store::pack::checksum::checksum;
use disk::{Disk, System};
use journal::{JOURNAL, Journal, Move, PATIENCE, busy, held, is_locked, read, sum_of, text_of, unreadable};
use std::io;
use std::path::{Path, PathBuf};
use std::time::Instant;

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
mod tests;
