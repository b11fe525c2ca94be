//! Transactions at the end of the journal.
//!
//! In: transactions. Out: a journal that has them and is safe once a function has returned. What fails leaves the store as it
//! was; where even that is not certain, the error says so, and the store is read anew before the next change.

use super::frame::{Part, RowSource, Rows};
use super::lock::unwritable;
use super::place::UNCERTAIN;
use super::reverse::Reverse;
use super::{Durability, Mark, Open, State, Store, Transaction, Writer, time};
use crate::error::{Error, Result};
use crate::store::memory::Changes;
use crate::store::pack::Watch;
use std::cell::Cell;

/// What is said of a journal until it is known why.
const UNWRITTEN: &str = "the journal cannot be written";
/// How long a row is, about.
const ROW: usize = 128;
/// Up to so many rows of a transaction are written at once.
const AT_ONCE: u64 = if cfg!(test) { 4 } else { 1 << 13 };

impl Store {
    /// Writes a transaction with the sum of some changes to the journal and waits until it is safe; one that says nothing is not
    /// written. Its counts, number, time and id are filled in here. Beside the numbers of what was changed little is held,
    /// however many rows it has.
    ///
    /// # Errors
    /// Where it cannot be written: then nothing was changed, or the error says that this is not known, and [`Self::is_writing`]
    /// says no. Where the graph cannot be read, and where `watch` stops it before anything is written: then the store is as it
    /// was and may be changed on.
    pub fn commit(
        &mut self,
        transaction: &mut Transaction,
        changes: &Changes<'_>,
        watch: Watch<'_>,
    ) -> Result<()> {
        self.write(transaction, &changes.net(watch)?, watch)
    }

    /// The same with what taking a transaction back did.
    ///
    /// # Errors
    /// As [`Self::commit`].
    pub fn commit_reverse(
        &mut self,
        transaction: &mut Transaction,
        reverse: &Reverse,
        watch: Watch<'_>,
    ) -> Result<()> {
        self.write(transaction, reverse, watch)
    }

    fn write(&mut self, transaction: &mut Transaction, net: &dyn RowSource, watch: Watch<'_>) -> Result<()> {
        transaction.rows = Rows::counted(net.counts());
        if !transaction.says_something() {
            return Ok(());
        }
        let State { last, end, .. } = self.state()?;
        transaction.number = last.number + 1;
        transaction.time = time::now_after(&last.time);
        let (previous, before) = (last.id.clone(), *end);
        let synced = self.durability == Durability::Synced;
        let Some(writer) = self.writer.as_mut() else {
            return Err(Error::store("a store is changed between its begin and its end"));
        };
        let (journal, mut failed, mut is_begun) = (&mut writer.files.journal, None, false);
        let mut foot = None;
        let written = write_transaction(transaction, &previous, net, watch, &mut |part| {
            (is_begun, foot) = (true, part.last_chunk().copied());
            journal.write_all(part).map_err(|error| {
                failed = Some(error);
                Error::store(UNWRITTEN)
            })
        });
        let written = written.and_then(|length| {
            let done = if synced { journal.sync() } else { Ok(()) };
            done.map(|()| length).map_err(|error| {
                failed = Some(error);
                Error::store(UNWRITTEN)
            })
        });
        let length = match (written, failed) {
            (Ok(length), _) => length,
            (Err(_), Some(failed)) => return Err(self.withdrawn(unwritable(&self.folder, failed), before)),
            // The journal is as it was: the same transaction may be written by another call.
            (Err(error), None) if !is_begun => return Err(error),
            (Err(error), None) => return Err(self.withdrawn(error, before)),
        };
        if let Some(state) = self.state.as_mut() {
            (state.end, state.foot) = (before + length, foot);
            state.last = Mark {
                number: transaction.number,
                time: transaction.time.clone(),
                id: transaction.id.clone(),
                ..Mark::default()
            };
        }
        Ok(())
    }

    /// Takes back what was written of a transaction that failed. Whether the disk has it is not asked a second time: a
    /// sync that failed may have lost what a later one calls safe.
    fn withdrawn(&mut self, error: Error, before: u64) -> Error {
        self.doubtful = true;
        let undone =
            self.writer.take().map_or(Ok(()), |Writer { files: Open { mut journal, .. }, .. }| {
                journal.cut(before).and_then(|()| journal.sync())
            });
        match undone {
            Ok(()) => error.hint("nothing was changed"),
            Err(_) => {
                self.lost = true;
                error.hint(UNCERTAIN)
            }
        }
    }
}

/// Writes the frame of a transaction with all rows that there are: at once, or in parts where it is long. Gives its length.
fn write_transaction(
    transaction: &mut Transaction,
    previous: &str,
    net: &dyn RowSource,
    watch: Watch<'_>,
    out: Part<'_>,
) -> Result<u64> {
    let (added, removed) = net.counts();
    if added + removed > AT_ONCE {
        // The first time it is not written yet, and can be stopped.
        let is_first = Cell::new(true);
        let rows =
            |put: Part<'_>| net.write(if is_first.replace(false) { watch } else { Watch::nobody() }, put);
        return transaction.write_frame(previous, &rows, out);
    }
    let rows = usize::try_from(added + removed).unwrap_or_default();
    let mut text = Vec::with_capacity(ROW * rows);
    net.write(watch, &mut |part| {
        text.extend_from_slice(part);
        Ok(())
    })?;
    let mut frame = Vec::with_capacity(text.len() + (1 << 10));
    let length = transaction.write_frame(previous, &|put| put(&text), &mut |part| {
        frame.extend_from_slice(part);
        Ok(())
    })?;
    out(&frame).map(|()| length)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::Graph as _;
    use crate::store::memory::Memory;
    use crate::store::pack::Builder;
    use crate::terms::{GraphName, Literal, NamedNode, Quad};
    use std::sync::atomic::{AtomicUsize, Ordering};

    fn quad(n: usize) -> Quad {
        let name = |text: &str| NamedNode::new_unchecked(format!("http://example.org/{text}"));
        Quad::new(name("s"), name("p"), Literal::from(n as i64), GraphName::DefaultGraph)
    }

    /// Some transactions that a session keeps together until they are committed; `rows` are changed by the last of them.
    fn opened(rows: usize) -> Memory {
        let mut memory = Memory::over(Builder::new().finish());
        memory.begin_record();
        (0..rows).for_each(|n| assert!(memory.insert(quad(n)).unwrap()));
        memory
    }

    #[test]
    fn a_commit_that_is_stopped_at_any_check_can_be_made_again() {
        let folder = std::env::temp_dir().join(format!("baimo-stopped-{}", std::process::id()));
        let _ = std::fs::remove_dir_all(&folder);
        let open = || Store::open(&folder).unwrap();
        // Of so many rows their writing asks twice, their sorting a few times.
        let (rows, mut stops) = (9000, 0);
        let memory = opened(rows);
        let (mut store, _) = open();
        store.begin().unwrap();
        let journal = || std::fs::read(folder.join("journal-1.rdfp")).unwrap();
        let before = journal();
        let number = loop {
            let left = AtomicUsize::new(stops);
            let check = || match left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |n| n.checked_sub(1))
            {
                Ok(_) => Ok(()),
                Err(_) => Err(Error::data("stopped")),
            };
            let mut transaction = Transaction::default();
            match store.commit(&mut transaction, &memory.recorded(), Watch::asking(&check)) {
                Ok(()) => break transaction.number,
                Err(error) => assert_eq!(error.diagnostic.message, "stopped"),
            }
            assert!(store.is_writing(), "check {stops}");
            assert!(journal() == before, "check {stops}");
            assert!(store.begin().unwrap().is_none(), "it is not read again");
            stops += 1;
        };
        let sorting = AtomicUsize::new(0);
        let count = || {
            sorting.fetch_add(1, Ordering::Relaxed);
            Ok(())
        };
        memory.recorded().net(Watch::asking(&count)).unwrap();
        assert_eq!(
            stops,
            sorting.into_inner() + rows / 4096,
            "it was stopped while the rows are written, too"
        );
        assert_eq!(number, 1);
        drop(store);
        let (_, content) = open();
        assert_eq!(content.graph.len(), rows as u64);
        std::fs::remove_dir_all(&folder).unwrap();
    }
}
