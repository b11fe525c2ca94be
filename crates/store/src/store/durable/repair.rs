//! What is wrong with a store, and what can be saved of it.
//!
//! In: the folder of a store that may be damaged. Out: findings in words; and, where it is wanted, a store that opens, with
//! copies of what was changed kept beside it. Nothing is taken away that is not kept in a copy. What a damaged pack
//! held cannot be saved: that takes a backup.

use super::files::{Disk, Files, sync_names};
use super::frame::{Found, found, later};
use super::lock::{Lock, unwritable};
use super::manifest::{self, Added, Manifest, PackFile};
use super::names::{generation, journal_of, pack_of};
use super::read::{is_there, unreadable};
use super::{Store, Transaction};
use crate::error::{Error, Hint, Result};
use crate::store::pack::{Pack, Watch};
use std::cmp::Ordering;
use std::collections::BTreeSet;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

/// What was found in a store.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// What is wrong, with the file and the place.
    pub wrong: String,
    /// What would be done, or was; nothing where nothing can be.
    pub remedy: Option<String>,
}

/// Looks a store through, byte by byte, and with `write` puts in order what can be. Nothing found is nothing wrong.
///
/// # Errors
/// Where it cannot be read, or, to write, another process changes it or the folder cannot be written to.
pub fn repair(folder: &Path, write: bool) -> Result<Vec<Finding>> {
    repair_on(folder, write, &Disk)
}

/// The same on some files.
pub(super) fn repair_on(folder: &Path, write: bool, files: &dyn Files) -> Result<Vec<Finding>> {
    if folder.is_file() {
        return Err(Error::store(format!("{} is a file: a store is a folder", folder.display()))
            .hint(Hint::AskFile(folder.display().to_string())));
    }
    let _lock = write.then(|| Lock::take(folder)).transpose()?;
    let mut work = Work { folder, files, write, findings: Vec::new() };
    let manifest = match work.bytes(manifest::NAME)?.map(|bytes| Manifest::read(&bytes, folder)) {
        Some(Ok(manifest)) => manifest,
        Some(Err(error)) if Manifest::is_of_other_version(&error) => return Err(error),
        Some(Err(_)) | None => work.manifest()?,
    };
    work.pack(&manifest)?;
    if work.lost_its_begin(&manifest)? {
        return Ok(work.findings);
    }
    work.journal(&manifest)?;
    work.past(&manifest)?;
    Ok(work.findings)
}

/// What speaks for a pack and its journal, where no manifest does.
struct Worth {
    /// Their last transaction, and its id.
    last: (u64, String),
    /// Whether that is certain: a journal without a transaction does not tell how far its pack goes.
    is_certain: bool,
}

impl Worth {
    /// Whether it is rather the store than one of an earlier generation. That one has more, or equally much for certain, where this
    /// one was a merge or a load that was ended in the middle while transactions went on there; and what is another transaction of the
    /// same number here was such a load.
    fn is_better_than(&self, earlier: &Self) -> bool {
        match self.last.0.cmp(&earlier.last.0) {
            Ordering::Equal => (self.is_certain || !earlier.is_certain) && self.last.1 == earlier.last.1,
            order => order.is_gt(),
        }
    }
}

struct Work<'a> {
    folder: &'a Path,
    files: &'a dyn Files,
    write: bool,
    findings: Vec<Finding>,
}

impl Work<'_> {
    fn path(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    /// The bytes of a file; nothing where it is not there. One that is there and cannot be read may be whole: nothing is
    /// done about it, and nothing without it.
    fn bytes(&self, name: &str) -> Result<Option<Vec<u8>>> {
        let path = self.path(name);
        match self.files.read(&path) {
            Ok(bytes) => Ok(Some(bytes)),
            Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => {
                Ok(None)
            }
            Err(error) => Err(unreadable(&path, error)),
        }
    }

    /// What is wrong with a pack; nothing where it is whole.
    fn harm(&self, name: &str) -> Result<Option<Error>> {
        let path = self.path(name);
        match self.files.open(&path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(unreadable(&path, error)),
            _ => Ok(Pack::open(&path).and_then(|pack| pack.each_quad(&mut |_| Ok(()))).err()),
        }
    }

    fn note(&mut self, wrong: String, remedy: Option<String>) {
        self.findings.push(Finding { wrong, remedy });
    }

    /// A name for a file beside another one, which no writer takes for a leaving.
    fn beside(&self, name: &str) -> Result<String> {
        let mut number = 1;
        loop {
            let beside = format!("{name}.damaged-{number}");
            if !is_there(&self.path(&beside))? {
                return Ok(beside);
            }
            number += 1;
        }
    }

    /// Keeps a copy of a file beside it; gives its name.
    fn copy(&self, name: &str) -> Result<String> {
        let copy = self.beside(name)?;
        let failed = |error| unwritable(self.folder, error);
        let mut from =
            self.files.open(&self.path(name)).map_err(|error| unreadable(&self.path(name), error))?;
        let mut to = self.files.create(&self.path(&copy)).map_err(failed)?;
        io::copy(&mut from, &mut to).map_err(failed)?;
        to.sync().map_err(failed)?;
        // Before what it is a copy of is changed.
        sync_names(self.files, self.folder).map_err(failed)?;
        Ok(copy)
    }

    /// How long a file is; nothing where it is not there.
    fn length(&self, name: &str) -> Result<Option<u64>> {
        match self.files.length(&self.path(name)) {
            Ok(length) => Ok(Some(length)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(unreadable(&self.path(name), error)),
        }
    }

    /// A manifest in the place of one that is lost or damaged: of the pack that with the journal beside it has the last transaction.
    fn manifest(&mut self) -> Result<Manifest> {
        let names = self.files.names(self.folder).map_err(|error| unreadable(self.folder, error))?;
        let mut generations: Vec<u64> = names.iter().filter_map(|name| generation(name)).collect();
        generations.sort_unstable();
        generations.dedup();
        let name = self.folder.display();
        let mut known: Option<(Worth, Manifest)> = None;
        for generation in generations.iter().copied().filter(|generation| *generation > 0) {
            let Some(found) = self.generation(generation)? else { continue };
            if known.as_ref().is_none_or(|(worth, _)| found.0.is_better_than(worth)) {
                known = Some(found);
            }
        }
        let Some((_, manifest)) = known else {
            return Err(match generations.is_empty() {
                true => Error::store(format!("there is no store in {name}"))
                    .hint("no pack or journal of one is there"),
                false => Error::store(format!(
                    "the store {name} has no pack that is whole with its journal beside it"
                ))
                .hint("take the folder from a backup"),
            });
        };
        let wrong = format!("{} is missing or damaged", self.path(manifest::NAME).display());
        let from = manifest.pack.as_ref().map_or("no pack", |pack| pack.name.as_str());
        let journal = &manifest.journal;
        let remedy =
            format!("a new one is made of {from} and {journal}; which graphs were empty in it is not known");
        // What the new manifest does not name the next writer would remove.
        let own: BTreeSet<&str> = manifest.files().collect();
        let is_left =
            |name: &&String| generation(name).is_some_and(|g| g > 0) && !own.contains(name.as_str());
        let left: Vec<String> = names.iter().filter(is_left).cloned().collect();
        if self.write && is_there(&self.path(manifest::NAME))? {
            self.copy(manifest::NAME)?;
        }
        self.note(wrong, Some(remedy));
        for name in left {
            let aside = self.beside(&name)?;
            if self.write {
                let failed = |error| unwritable(self.folder, error);
                self.files.rename(&self.path(&name), &self.path(&aside)).map_err(failed)?;
            }
            let wrong = format!("{} is named by no manifest that could be read", self.path(&name).display());
            self.note(wrong, Some(format!("it is set aside as {aside}")));
        }
        if self.write {
            // Once there is a manifest, the next writer removes what still has its old name.
            sync_names(self.files, self.folder).map_err(|error| unwritable(self.folder, error))?;
            self.publish(&manifest)?;
        }
        Ok(manifest)
    }

    /// Puts a manifest in the place of the one that is there.
    fn publish(&self, manifest: &Manifest) -> Result<()> {
        let failed = |error| unwritable(self.folder, error);
        let mut new = self.files.create(&self.path(manifest::NEW)).map_err(failed)?;
        new.write_all(&manifest.write()).and_then(|()| new.sync()).map_err(failed)?;
        self.files.rename(&self.path(manifest::NEW), &self.path(manifest::NAME)).map_err(failed)?;
        sync_names(self.files, self.folder).map_err(failed)
    }

    /// The manifest of a pack and the journal that was begun with it, and what speaks for it. A merge or a load that was ended in
    /// the middle left a pack that was never the store, while transactions went on in the journal before.
    fn generation(&self, generation: u64) -> Result<Option<(Worth, Manifest)>> {
        let journal = journal_of(generation);
        let Some(bytes) = self.bytes(&journal)? else { return Ok(None) };
        let name = pack_of(generation);
        let pack = match self.length(&name)? {
            Some(_) if self.harm(&name)?.is_some() => return Ok(None),
            Some(length) => Some(PackFile { name, length }),
            None if generation == 1 => None,
            None => return Ok(None),
        };
        let mut manifest = Manifest { pack, journal, ..Manifest::default() };
        let begun = first_frame(&bytes);
        let is_begun = begun.is_some();
        match begun {
            Some((Transaction { number, id, time, pack: Some(_), .. }, end)) => {
                (manifest.packed, manifest.id, manifest.merged, manifest.start) =
                    (number, id, time, end as u64);
            }
            Some((Transaction { number, time, .. }, _)) => {
                (manifest.packed, manifest.merged) = (number.saturating_sub(1), time);
            }
            None => {
                // All is in the pack: the journal before it ends with the same transaction.
                if let Some((_, last)) = self.newest_frames(generation)? {
                    (manifest.packed, manifest.id, manifest.merged) = (last.number, last.id, last.time);
                }
            }
        }
        let mut first = manifest.packed + u64::from(manifest.start == 0);
        for generation in (1..generation).rev() {
            let Some((begin, last)) = self.frames(generation)? else { continue };
            if begin >= first || last.number + 1 < first {
                break;
            }
            let name = journal_of(generation);
            manifest.past.insert(0, super::manifest::Past { name, numbers: [begin, first - 1] });
            first = begin;
        }
        manifest.added = self.added(manifest.first_on_record())?;
        let last =
            if is_begun { self.frames(generation)?.map(|(_, last)| (last.number, last.id)) } else { None };
        let last = last.unwrap_or_else(|| (manifest.packed, manifest.id.clone()));
        let is_certain = is_begun || manifest.pack.is_none();
        Ok(Some((Worth { last, is_certain }, manifest)))
    }

    /// What the newest journal before a generation has.
    fn newest_frames(&self, generation: u64) -> Result<Option<(u64, Transaction)>> {
        for generation in (1..generation).rev() {
            if let Some(frames) = self.frames(generation)? {
                return Ok(Some(frames));
            }
        }
        Ok(None)
    }

    /// The packs of what loads added, from a transaction on.
    fn added(&self, first: u64) -> Result<Vec<Added>> {
        let mut added = Vec::new();
        for name in self.files.names(self.folder).map_err(|error| unreadable(self.folder, error))? {
            let Some(generation) = generation(&name).filter(|_| name.starts_with("added-")) else { continue };
            let journal = self.bytes(&journal_of(generation))?.unwrap_or_default();
            let Some((Transaction { number, pack, .. }, _)) = first_frame(&journal) else { continue };
            if number >= first && pack.is_some_and(|(pack, _)| pack == name) {
                added.push(Added { name, number });
            }
        }
        added.sort_unstable_by_key(|added| added.number);
        Ok(added)
    }

    /// The number of the first transaction of a journal, and the last transaction that is whole.
    fn frames(&self, generation: u64) -> Result<Option<(u64, Transaction)>> {
        let bytes = self.bytes(&journal_of(generation))?.unwrap_or_default();
        let Some((mut last, mut at)) = first_frame(&bytes) else { return Ok(None) };
        let first = last.number;
        while let Found::Frame(transaction, end) = found(&bytes, at, last.number + 1) {
            (last, at) = (*transaction, end);
        }
        Ok(Some((first, last)))
    }

    fn pack(&mut self, manifest: &Manifest) -> Result<()> {
        let Some(PackFile { name, length }) = &manifest.pack else { return Ok(()) };
        let path = self.path(name);
        let found = self.length(name)?.unwrap_or(0);
        let wrong = match self.harm(name)? {
            None if found == *length => return Ok(()),
            None => format!("{} has {found} bytes, and had {length}", path.display()),
            Some(error) => error.message.clone(),
        };
        self.note(wrong, None);
        Ok(())
    }

    /// Whether a journal is shorter than the transaction that its pack was loaded with. Nothing follows that then: an empty one takes
    /// its place, and the record begins with it.
    fn lost_its_begin(&mut self, manifest: &Manifest) -> Result<bool> {
        let Some(length) = self.length(&manifest.journal)?.filter(|length| *length < manifest.start) else {
            return Ok(false);
        };
        let (file, number) = (self.path(&manifest.journal).display().to_string(), manifest.packed + 1);
        let wrong = format!("{file} is shorter than it was: transactions from {number} on are missing");
        let remedy =
            format!("an empty one takes its place; those up to {} leave the record", manifest.packed);
        if self.write {
            let failed = |error| unwritable(self.folder, error);
            for name in manifest.files().filter(|name| !manifest.pack.iter().any(|pack| pack.name == *name)) {
                if self.length(name)?.is_some_and(|length| length > 0) {
                    self.copy(name)?;
                }
            }
            if length > 0 {
                let mut journal = self.files.append(&self.path(&manifest.journal)).map_err(failed)?;
                journal.cut(0).and_then(|()| journal.sync()).map_err(failed)?;
            }
            let (past, added) = (Vec::new(), Vec::new());
            self.publish(&Manifest { start: 0, least: 0, past, added, ..manifest.clone() })?;
        }
        self.note(wrong, Some(remedy));
        Ok(true)
    }

    fn journal(&mut self, manifest: &Manifest) -> Result<()> {
        let name = &manifest.journal;
        let Some(bytes) = self.bytes(name)? else {
            self.note(format!("{} is missing", self.path(name).display()), None);
            return Ok(());
        };
        let mut at = usize::try_from(manifest.start).unwrap_or(usize::MAX);
        let mut number = manifest.packed + 1;
        let (what, is_torn) = loop {
            match found(&bytes, at, number) {
                Found::Frame(transaction, end) => {
                    match transaction.rows.each(Watch::nobody(), &mut |_, _| Ok(())) {
                        Ok(()) => (at, number) = (end, number + 1),
                        Err(error) => break (error.message.clone(), false),
                    }
                }
                Found::End if (bytes.len() as u64) < manifest.least => {
                    let file = self.path(name).display().to_string();
                    let wrong =
                        format!("{file} is shorter than it was: transactions from {number} on are missing");
                    self.note(wrong, Some("it is taken as it is".to_owned()));
                    return Ok(());
                }
                Found::End => return Ok(()),
                Found::Torn => break ("it was never finished".to_owned(), true),
                Found::Damaged(what) => break (what, false),
            }
        };
        let file = self.path(name).display().to_string();
        let rest = bytes.get(at..).unwrap_or_default();
        let wrong = match is_torn {
            true => format!("{file} ends in a part of transaction {number}: {what}"),
            false => format!("{file} is damaged at byte {at}, transaction {number}: {what}"),
        };
        let more = if later(rest) { " and those after it" } else { "" };
        let mut remedy = format!("{} bytes are cut: transaction {number}{more}", rest.len());
        if self.write {
            let failed = |error| unwritable(self.folder, error);
            if !is_torn {
                remedy = format!("{remedy}; {} has them", self.copy(name)?);
            }
            let mut journal = self.files.append(&self.path(name)).map_err(failed)?;
            journal.cut(at as u64).and_then(|()| journal.sync()).map_err(failed)?;
            sync_names(self.files, self.folder).map_err(failed)?;
        }
        self.note(wrong, Some(remedy));
        Ok(())
    }

    /// Journals that are on record alone: what is wrong with them harms `log` and `undo`, and no answer.
    fn past(&mut self, manifest: &Manifest) -> Result<()> {
        let mut kept = manifest.clone();
        let journal = self.length(&manifest.journal)?.unwrap_or(0);
        kept.least = kept.least.min(journal.max(kept.start));
        for past in &manifest.past {
            let bytes = self.bytes(&past.name)?.unwrap_or_default();
            let [first, last] = past.numbers;
            let mut at = 0;
            let whole = (first..=last).all(|number| match found(&bytes, at, number) {
                Found::Frame(_, end) => {
                    at = end;
                    true
                }
                _ => false,
            });
            if !whole {
                let wrong = format!("{} is missing or damaged", self.path(&past.name).display());
                let remedy =
                    format!("transactions {first} to {last}, which are in the pack, leave the record");
                self.note(wrong, Some(remedy));
                // A record has no gaps.
                kept.past.retain(|other| other.numbers[0] > last);
            }
        }
        let first = kept.first_on_record();
        kept.added.retain(|added| added.number >= first);
        for Added { name, number } in kept.added.clone() {
            if self.harm(&name)?.is_some() {
                let wrong = format!("{} is missing or damaged", self.path(&name).display());
                self.note(wrong, Some(format!("transaction {number} can no longer be taken back")));
                kept.added.retain(|other| other.name != name);
            }
        }
        if self.write && kept != *manifest {
            for Added { name, .. } in manifest.added.iter().filter(|added| !kept.added.contains(added)) {
                if is_there(&self.path(name))? {
                    self.copy(name)?;
                }
            }
            for past in manifest.past.iter().filter(|past| !kept.past.contains(past)) {
                if is_there(&self.path(&past.name))? {
                    self.copy(&past.name)?;
                }
            }
            self.publish(&kept)?;
        }
        Ok(())
    }
}

/// The first transaction of a journal, and where it ends.
fn first_frame(journal: &[u8]) -> Option<(Transaction, usize)> {
    match found(journal, 0, super::frame::number_at(journal, 0)?) {
        Found::Frame(transaction, end) => Some((*transaction, end)),
        _ => None,
    }
}

impl Store {
    /// The pack of what a load added, where the store still has it.
    ///
    /// # Errors
    /// Where it has that pack no longer, or it is damaged.
    pub fn added_pack(&self, name: &str) -> Result<Pack> {
        let manifest = &self.state()?.manifest;
        if manifest.added.iter().any(|added| added.name == name) {
            Pack::open(&self.path(name))
        } else if manifest.pack.as_ref().is_some_and(|pack| pack.name == name) {
            self.pack()
        } else {
            Err(Error::store("what this load added is merged with other transactions by now")
                .hint("an update can remove it"))
        }
    }
}
