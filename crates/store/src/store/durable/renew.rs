//! A new pack in the place of the old one: first and large loads, and merges.
//!
//! In: packs, graphs. Out: a manifest that names the new pack and a new journal, and is safe once a function has returned. What fails
//! leaves the store as it was.

use super::files::Files;
use super::frame::follows;
use super::lock::unwritable;
use super::manifest::{Added, Manifest, PackFile, Past};
use super::names::{journal_of, pack_of};
use super::place::{AtWork, Out, create};
use super::{Durability, Mark, Open, State, Store, Transaction, time};
use crate::error::{Error, Result};
use crate::store::pack::union::Union;
use crate::store::pack::{Pack, Packer, Watch, Workspace};
use crate::store::{Changed, Graph as _};
use crate::terms::{GraphName, Prefixes};
use std::io::{self, Write as _};
use std::path::Path;
use std::sync::Arc;

/// How many bytes of journals are kept whose transactions are in the pack; more where the pack is larger.
const PAST: u64 = 64 << 20;

impl Store {
    /// Makes `pack` all that the store holds, in one transaction: for a load into an empty store, which would be a
    /// journal as large as the pack.
    ///
    /// # Errors
    /// As [`Self::commit`], and where `watch` stops it.
    pub fn install(
        &mut self,
        pack: &Pack,
        prefixes: &Prefixes,
        watch: Watch<'_>,
        transaction: &mut Transaction,
    ) -> Result<()> {
        let State { manifest, last, .. } = self.state()?.clone();
        let generation = self.next_generation()?;
        let name = pack_of(generation);
        transaction.number = last.number + 1;
        transaction.time = time::now_after(&last.time);
        transaction.pack = Some((name.clone(), pack.len()));
        let frame = transaction.frame(&last.id)?;
        self.create(&name, &mut |out| pack.write_within(prefixes, out, watch).map(drop))?;
        let length = self.files.length(&self.path(&name)).map_err(|error| self.unreadable(&name, error))?;
        let file = PackFile { length, name };
        let new = Manifest {
            pack: Some(file),
            packed: transaction.number,
            journal: journal_of(generation),
            start: frame.len() as u64,
            least: 0,
            merged: transaction.time.clone(),
            id: transaction.id.clone(),
            past: past(&manifest, last.number),
            added: Vec::new(),
            empty: Vec::new(),
        };
        let (number, time, id) = (transaction.number, transaction.time.clone(), transaction.id.clone());
        self.switch(new, &frame, Mark { number, time, id, ..Mark::default() }, None)
    }

    /// Makes the quads of `added` come to those of `graph`, which is all that the store holds, in one transaction: for a load
    /// that would be a long journal. Gives how many came; where none did, nothing is written.
    ///
    /// # Errors
    /// As [`Self::commit`], and where `watch` stops it.
    pub fn install_more(
        &mut self,
        (graph, added): (&Changed, &Pack),
        (prefixes, empty): (&Prefixes, Vec<GraphName>),
        watch: Watch<'_>,
        transaction: &mut Transaction,
    ) -> Result<u64> {
        let State { manifest, last, .. } = self.state()?.clone();
        let generation = self.next_generation()?;
        let (name, record) = (pack_of(generation), format!("added-{generation}.pack"));
        let (path, mut known, sorting) = (self.path(&name), Vec::new(), self.sorting);
        self.create(&name, &mut |out| {
            let union = Union::of(graph, Some(added), watch)?;
            known = union.write(prefixes, out, (&path, sorting), watch)?.1;
            Ok(())
        })?;
        let fresh = known.iter().filter(|known| !**known).count() as u64;
        if fresh == 0 {
            // A leaving, where it cannot be removed.
            let _ = self.files.remove(&path);
            return Ok(0);
        }
        let kept = self.create(&record, &mut |out| write_fresh(added, &known, (&path, sorting), watch, out));
        kept.inspect_err(|_| drop(self.files.remove(&path)))?;
        transaction.number = last.number + 1;
        transaction.time = time::now_after(&last.time);
        transaction.pack = Some((record.clone(), fresh));
        let frame = transaction.frame(&last.id)?;
        let length = self.files.length(&path).map_err(|error| self.unreadable(&name, error))?;
        let (number, time, id) = (transaction.number, transaction.time.clone(), transaction.id.clone());
        let new = Manifest {
            pack: Some(PackFile { name, length }),
            packed: number,
            journal: journal_of(generation),
            start: frame.len() as u64,
            least: 0,
            merged: time.clone(),
            id: id.clone(),
            past: past(&manifest, last.number),
            added: manifest.added.iter().cloned().chain([Added { name: record, number }]).collect(),
            empty,
        };
        self.switch(new, &frame, Mark { number, time, id, ..Mark::default() }, None)?;
        Ok(fresh)
    }

    /// Has a pack written beside the store, to be read until it is dropped.
    ///
    /// # Errors
    /// Where it cannot be written, and what `write` reports.
    pub fn spooled(&self, write: &mut dyn FnMut(&mut dyn io::Write) -> Result<()>) -> Result<Spooled> {
        let (at_work, files) = (AtWork::new(&self.folder, "load")?, Arc::clone(&self.files));
        // It is read at once, and of no use after a crash.
        let written = Durability::Unsynced;
        create(files.as_ref(), &self.folder, written, &at_work.name, &mut |out| write(out))?;
        let pack = Pack::open(&at_work.path).inspect_err(|_| drop(files.remove(&at_work.path)))?;
        Ok(Spooled { pack, at_work, files })
    }

    /// Prepares a merge whose pack another thread writes while the store is read and changed on: of all up to now.
    ///
    /// # Errors
    /// Where there is no store yet, or one that is to be read anew: a graph that was read before may not be all that it holds.
    pub fn prepare_merge(&self, prefixes: Prefixes, empty: Vec<GraphName>) -> Result<Merge> {
        self.state()?;
        if self.doubtful {
            let name = self.folder.display();
            return Err(Error::store(format!("the store {name} is not known well enough to be merged"))
                .hint("the next change reads it anew"));
        }
        let (at_work, files) = (AtWork::new(&self.folder, "merge")?, Arc::clone(&self.files));
        Ok(Merge { at_work, files, mark: self.mark(), prefixes, empty, sorting: self.sorting })
    }

    /// Puts the pack of a merge that was written in the place of the one that is there. What was committed since the merge
    /// was prepared stays in the journal. Where another process was quicker with a new pack, it says no and all is as it was.
    ///
    /// # Errors
    /// Where that cannot be done: then all is as it was.
    pub fn finish_merge(&mut self, merge: Merge) -> Result<bool> {
        let State { manifest, last, end, .. } = self.state()?.clone();
        let Merge { mark, empty, at_work, .. } = merge;
        // The pack is a leaving, which the next writer removes, until it has its place.
        self.tidied = false;
        if mark.journal != manifest.journal || mark.end > end {
            return Ok(false);
        }
        // All that was acknowledged since, or no new journal takes the place of the one that has it.
        let later = self.part(&manifest.journal, mark.end..end)?;
        // A reader may have seen a transaction that was taken back then: a pack that has it is not of this store.
        let is_past =
            if later.is_empty() { last.id == mark.id } else { follows(&later, mark.number, &mark.id) };
        if !is_past {
            return Ok(false);
        }
        let generation = self.next_generation()?;
        let name = pack_of(generation);
        let length = self.files.length(&at_work.path).map_err(|error| unwritable(&self.folder, error))?;
        let file = PackFile { length, name };
        let new = Manifest {
            pack: Some(file),
            packed: mark.number,
            journal: journal_of(generation),
            start: 0,
            least: 0,
            merged: time::now_after(&mark.time),
            id: mark.id.clone(),
            past: past(&manifest, mark.number),
            added: manifest.added.clone(),
            empty,
        };
        self.switch(new, &later, last, Some(&at_work.path)).map(|()| true)
    }

    /// Publishes a manifest with a new journal, and removes what it no longer names. `pack` is where its pack was written.
    fn switch(&mut self, mut new: Manifest, journal: &[u8], last: Mark, pack: Option<&Path>) -> Result<()> {
        self.forget_old(&mut new);
        new.least = journal.len() as u64;
        if let Err(error) = self.put(&new, journal, pack) {
            // The next writer looks for what no manifest names.
            (self.writer, self.doubtful, self.tidied) = (None, true, false);
            return Err(error);
        }
        let path = self.path(&new.journal);
        let handle = self.files.append(&path).map_err(|error| unwritable(&self.folder, error));
        // Leavings do no harm: the next writer looks for them.
        self.tidied = self.tidy(&new).is_ok();
        let (end, foot) = (journal.len() as u64, journal.last_chunk().copied());
        self.state = Some(State { manifest: new, end, foot, last });
        match (handle, self.writer.as_mut()) {
            (Ok(journal), Some(writer)) => writer.files = Open { journal, held: None },
            (Err(error), _) => {
                // What was asked for is done; the next change begins anew.
                self.writer = None;
                self.doubtful = true;
                drop(error);
            }
            (Ok(_), None) => {}
        }
        Ok(())
    }

    /// Puts the files of a manifest in their places, the manifest last.
    fn put(&mut self, new: &Manifest, journal: &[u8], pack: Option<&Path>) -> Result<()> {
        let failed = |error| unwritable(&self.folder, error);
        // What is on record from now on is safe, whether its transactions waited for the disk or not.
        if let Some(writer) = self.writer.as_mut().filter(|_| self.durability == Durability::Unsynced) {
            writer.files.journal.sync().inspect_err(|_| self.lost = true).map_err(failed)?;
        }
        self.create(&new.journal, &mut |out| out.write_all(journal).map_err(failed))?;
        // No pack has its name without a journal that is whole: where the manifest is lost, both are the store.
        if let (Some(written), Some(PackFile { name, .. })) = (pack, &new.pack) {
            self.files.rename(written, &self.path(name)).map_err(failed)?;
        }
        self.publish(new)
    }

    /// Drops the oldest journals, and what loads added then, from the record where there are too many bytes of them.
    fn forget_old(&self, manifest: &mut Manifest) {
        let most = manifest.pack.as_ref().map_or(0, |pack| pack.length).max(PAST);
        let length = |name: &str| self.files.length(&self.path(name)).unwrap_or(0);
        let (mut bytes, mut kept, mut first) = (0, Vec::new(), manifest.first_on_record());
        let mut added = std::mem::take(&mut manifest.added);
        let of_now = added.iter().filter(|added| added.number >= manifest.first_of_now());
        bytes += of_now.map(|added| length(&added.name)).sum::<u64>();
        for past in std::mem::take(&mut manifest.past).into_iter().rev() {
            let [from, to] = past.numbers;
            let loads = added.iter().filter(|added| (from..=to).contains(&added.number));
            bytes += length(&past.name) + loads.map(|added| length(&added.name)).sum::<u64>();
            if bytes > most {
                first = to + 1;
                break;
            }
            kept.push(past);
        }
        kept.reverse();
        added.retain(|added| added.number >= first);
        (manifest.past, manifest.added) = (kept, added);
    }
}

/// A pack that is written beside a store for a merge. See [`Store::prepare_merge`].
pub struct Merge {
    at_work: AtWork,
    files: Arc<dyn Files>,
    mark: Mark,
    prefixes: Prefixes,
    empty: Vec<GraphName>,
    sorting: usize,
}

impl Merge {
    /// Writes the pack of a graph that holds what the store held when the merge was prepared. Beside what is read of the graph
    /// it takes some bytes for each term, and little for each quad.
    ///
    /// # Errors
    /// Where it cannot be written, or `watch` stops it.
    pub fn write(&self, graph: &Changed, watch: Watch<'_>) -> Result<()> {
        let Self { at_work: AtWork { folder, name, path, .. }, files, prefixes, .. } = self;
        let room = (path.as_path(), self.sorting);
        let write = &mut |out: &mut Out| graph.write_pack(prefixes, out, room, watch).map(drop);
        create(files.as_ref(), folder, Durability::Synced, name, write)
    }
}

/// A pack beside a store. See [`Store::spooled`].
pub struct Spooled {
    /// The pack.
    pub pack: Pack,
    at_work: AtWork,
    files: Arc<dyn Files>,
}

impl Drop for Spooled {
    fn drop(&mut self) {
        let _ = self.files.remove(&self.at_work.path);
    }
}

/// Writes those quads of a pack that are not known, in its order.
fn write_fresh(
    added: &Pack,
    known: &[bool],
    (beside, memory): (&Path, usize),
    watch: Watch<'_>,
    out: &mut Out,
) -> Result<()> {
    if !known.contains(&true) {
        return added.write_within(&Prefixes::new(), out, watch).map(drop);
    }
    let room = Workspace { memory, beside: beside.to_owned() };
    let (mut packer, mut known) = (Packer::within(room).keeping_labels(), known.iter());
    let mut seen = 0_u64;
    added.each_quad(&mut |quad| {
        seen += 1;
        if seen.is_multiple_of(1 << 12) {
            packer.make_room(watch)?;
            watch.check()?;
        }
        if known.next() == Some(&false) {
            packer.add(quad.as_ref());
        }
        Ok(())
    })?;
    packer.write(&Prefixes::new(), out, watch).map(drop)
}

/// The journals on record once the one of `manifest` is in the pack up to a transaction.
fn past(manifest: &Manifest, last: u64) -> Vec<Past> {
    let first = manifest.first_of_now();
    let mut past = manifest.past.clone();
    if first <= last {
        past.push(Past { name: manifest.journal.clone(), numbers: [first, last] });
    }
    past
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::memory::Memory;
    use crate::store::pack::Builder;
    use crate::terms::{Literal, NamedNode, Quad};

    fn quad(n: usize) -> Quad {
        let name = |text: &str| NamedNode::new_unchecked(format!("http://example.org/{text}"));
        Quad::new(name("s"), name("p"), Literal::from(n as i64), GraphName::DefaultGraph)
    }

    #[test]
    fn a_merge_does_not_take_the_place_of_a_journal_that_lost_its_end() {
        let folder = std::env::temp_dir().join(format!("baimo-shorter-{}", std::process::id()));
        let _ = std::fs::remove_dir_all(&folder);
        let (mut store, _) = Store::open(&folder).unwrap();
        store.begin().unwrap();
        let mut graph = Memory::over(Builder::new().finish());
        let mut insert = |store: &mut Store, n| {
            graph
                .change_and_keep(
                    |graph| graph.insert(quad(n)),
                    |changes| store.commit(&mut Transaction::default(), changes, Watch::nobody()),
                )
                .unwrap();
            graph.snapshot().unwrap()
        };
        let before = insert(&mut store, 1);
        let prepared = |store: &Store| {
            let merge = store.prepare_merge(Prefixes::new(), Vec::new()).unwrap();
            merge.write(&before, Watch::nobody()).unwrap();
            merge
        };
        let (first, second) = (prepared(&store), prepared(&store));
        insert(&mut store, 2);
        let (name, mark) = (folder.join("journal-1.rdfp"), store.mark());
        let whole = std::fs::read(&name).unwrap();
        std::fs::write(&name, &whole[..whole.len() - 1]).unwrap();
        let error = store.finish_merge(first).unwrap_err();
        let (said, length) = (error.message.as_str(), whole.len() - 1);
        assert!(
            said.contains(&format!("journal-1.rdfp is damaged at byte {length}: it is shorter")),
            "{said}"
        );
        assert!(matches!(error.hints.as_slice(), [crate::error::Hint::RepairStore(_)]), "{:?}", error.hints);
        assert_eq!(store.mark(), mark);
        let names = store.files.names(&folder).unwrap();
        assert!(
            !names.iter().any(|name| name.starts_with("graph-") || name == "journal-2.rdfp"),
            "{names:?}"
        );
        // Once it is whole again, both transactions are kept.
        std::fs::write(&name, &whole).unwrap();
        assert!(store.finish_merge(second).unwrap());
        drop(store);
        assert_eq!(Store::open(&folder).unwrap().1.graph.len(), 2);
        std::fs::remove_dir_all(&folder).unwrap();
    }
}
