//! The record of a durable store: its transactions listed and taken back, its pack made anew, its figures.
//!
//! In: numbers of transactions. Out: what they were, and the changed store. What is on record is bounded by its size:
//! see `docs/store.md`.

use super::{Session, TakenBack};
use crate::error::{Error, Hint, Result};
use crate::store::durable::{Figures, Merge, Store, Transaction};
use crate::store::memory::Memory;
use crate::terms::Quad;
use std::collections::HashSet;
use std::sync::Arc;

/// How many bytes of journal a pack is left behind at least, before it is made anew.
const FEW: u64 = 4 << 20;

/// A transaction of the record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Its number.
    pub number: u64,
    /// When it was, in UTC: `2026-11-25T23:30:00.123456Z`.
    pub time: String,
    /// What it was: the beginning of an update, or the files of a load.
    pub what: String,
    /// How many quads it added.
    pub added: u64,
    /// How many it removed.
    pub removed: u64,
    /// The transaction that it takes back.
    pub undoes: Option<u64>,
}

/// From where on transactions are listed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Since {
    /// A number.
    Number(u64),
    /// A time in UTC, or the beginning of one, such as `2026-11-25`.
    Time(String),
}

/// How large a graph is, and the store that it is kept in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Statistics {
    /// Quads in all graphs.
    pub quads: u64,
    /// Named graphs.
    pub graphs: u64,
    /// Different terms.
    pub terms: u64,
    /// The store, where it is in one.
    pub store: Option<Figures>,
}

impl Session {
    /// The transactions on record, oldest first.
    ///
    /// # Errors
    /// Where the graph is in no store, or that is damaged.
    pub fn log(&self, since: Option<&Since>) -> Result<Vec<Entry>> {
        let first = match since {
            Some(Since::Number(number)) => *number,
            Some(Since::Time(_)) | None => 0,
        };
        let mut entries = Vec::new();
        self.kept()?.history(first, &mut |transaction| {
            let (added, removed) = transaction.counts();
            let Transaction { number, time, what, undoes, .. } = transaction;
            if !matches!(since, Some(Since::Time(begin)) if time.as_str() < begin.as_str()) {
                entries.push(Entry { number, time, what, added, removed, undoes });
            }
            Ok(())
        })?;
        Ok(entries)
    }

    /// Takes back a transaction, or without a number the last one that was not taken back: a new transaction removes
    /// what it added, as far as that is there still, and adds what it removed.
    ///
    /// # Errors
    /// Where the graph is in no store, there is no such transaction, or it cannot be kept.
    pub fn undo(&mut self, number: Option<u64>) -> Result<TakenBack> {
        self.no_transaction()?;
        self.kept()?;
        self.begin_writing()?;
        let done = self.take_back(number);
        self.end_writing();
        done
    }

    fn take_back(&mut self, number: Option<u64>) -> Result<TakenBack> {
        let store = self.kept()?;
        let number = number.map_or_else(|| last_standing(store), Ok)?;
        let transaction = found(store, number)?;
        let changes = match &transaction.pack {
            None => transaction.changes,
            Some((name, _)) => store.packed_quads(name)?.into_iter().map(|quad: Quad| (true, quad)).collect(),
        };
        let what = transaction.what;
        let about = Transaction {
            what: format!("undo {number}: {what}"),
            undoes: Some(number),
            ..Transaction::default()
        };
        let change = self.change(about, |memory| {
            for (added, quad) in changes.into_iter().rev() {
                if added {
                    memory.remove(&quad)?
                } else {
                    memory.insert(quad)?
                };
            }
            Ok(())
        })?;
        if change.added + change.removed == 0 {
            return Err(Error::usage(format!("nothing is left of transaction {number} to take back")));
        }
        Ok(TakenBack { number, what, change })
    }

    /// Makes the pack of the store anew, with all transactions in it. Gives nothing where it has them all.
    ///
    /// # Errors
    /// Where the graph is in no store, or it cannot be written: then all is as it was.
    pub fn compact(&mut self) -> Result<Option<Figures>> {
        self.no_transaction()?;
        self.kept()?;
        self.begin_writing()?;
        let done = self.merge();
        self.end_writing();
        done
    }

    /// Makes the pack anew where it is far behind: see [`Self::compact`].
    ///
    /// # Errors
    /// As there.
    pub fn compact_if_due(&mut self) -> Result<Option<Figures>> {
        if self.is_due()? { self.compact() } else { Ok(None) }
    }

    /// Does as [`Self::compact_if_due`] in a thread of its own, while the graph is read and changed on. What it has written
    /// is put in its place by a later call.
    ///
    /// # Errors
    /// Where what was written cannot be put in its place: then all is as it was.
    pub fn compact_aside(&mut self) -> Result<()> {
        self.settle_merge()?;
        if self.merging.is_some() || !self.is_due()? {
            return Ok(());
        }
        let memory = Arc::clone(self.snapshot.memory());
        let empty = memory.empty_graphs().into_iter().collect();
        let merge = self.kept()?.prepare_merge(self.declared.clone(), empty)?;
        let work = move || merge.write(memory.pack()?).map(|()| merge);
        self.merging = std::thread::Builder::new().name("merge".into()).spawn(work).ok();
        Ok(())
    }

    /// Puts the pack that [`Self::compact_aside`] made in its place, where it is written.
    ///
    /// # Errors
    /// Where it cannot be: then all is as it was.
    pub fn settle_merge(&mut self) -> Result<()> {
        match self.merging.take_if(|thread| thread.is_finished()) {
            None => Ok(()),
            Some(thread) => {
                let merge = thread.join().map_err(|_| Error::store("the merge ended early"))??;
                self.put_merged(merge)
            }
        }
    }

    fn put_merged(&mut self, merge: Merge) -> Result<()> {
        if self.transaction.is_some() {
            return Ok(());
        }
        self.begin_writing()?;
        let done = self.store.as_mut().map_or(Ok(()), |store| {
            let done = store.finish_merge(merge);
            store.end();
            store.reread();
            done
        });
        // What is in memory becomes the new pack and what came after it.
        self.begin_writing()?;
        self.end_writing();
        done
    }

    fn is_due(&self) -> Result<bool> {
        let Some(store) = self.store.as_ref().filter(|store| store.exists() && self.transaction.is_none())
        else {
            return Ok(false);
        };
        let figures = store.figures()?;
        Ok(figures.journal_bytes >= FEW.max(figures.pack_bytes / 4))
    }

    fn merge(&mut self) -> Result<Option<Figures>> {
        let memory = Arc::clone(self.snapshot.memory());
        let declared = self.declared.clone();
        let Some(store) = self.store.as_mut() else { return Ok(None) };
        let figures = store.figures()?;
        if figures.packed == figures.transactions {
            return Ok(None);
        }
        let empty = memory.empty_graphs().into_iter().collect();
        store.merge(memory.pack()?, &declared, empty, &store.mark())?;
        let (figures, mut graph) = (store.figures()?, Memory::over(store.pack()?));
        memory.empty_graphs().iter().for_each(|name| graph.set_empty(name, true));
        self.snapshot = Arc::new(self.snapshot.over(Arc::new(graph)));
        Ok(Some(figures))
    }

    /// How large the graph is, and its store.
    ///
    /// # Errors
    /// Where it cannot be read.
    pub fn statistics(&self) -> Result<Statistics> {
        let graph = self.snapshot.graph();
        let terms = graph.indexed()?.map_or(0, |columns| u64::from(columns.term_count()));
        let store = self.store.as_ref().filter(|store| store.exists()).map(Store::figures).transpose()?;
        Ok(Statistics { quads: graph.len(), graphs: graph.graph_names()?.len() as u64, terms, store })
    }

    /// The store that the graph is kept in.
    ///
    /// # Errors
    /// Where it is in none.
    pub fn kept(&self) -> Result<&Store> {
        self.store.as_ref().ok_or_else(|| {
            Error::usage("this graph is not in a store, which would have a record of its changes")
                .hint(Hint::NameStore)
        })
    }

    fn no_transaction(&self) -> Result<()> {
        match self.transaction() {
            None => Ok(()),
            Some(_) => Err(Error::usage("a transaction is open").hint(Hint::EndTransaction)),
        }
    }
}

/// The last transaction that takes nothing back and was not taken back.
fn last_standing(store: &Store) -> Result<u64> {
    let mut numbers = Vec::new();
    store.history(0, &mut |transaction| {
        numbers.push((transaction.number, transaction.undoes));
        Ok(())
    })?;
    let mut taken_back = HashSet::new();
    let standing = numbers.into_iter().rev().find(|(number, undoes)| match undoes {
        _ if taken_back.contains(number) => false,
        Some(undone) => {
            taken_back.insert(*undone);
            false
        }
        None => true,
    });
    standing.map(|(number, _)| number).ok_or_else(|| Error::usage("there is nothing to take back"))
}

fn found(store: &Store, number: u64) -> Result<Transaction> {
    let mut found = None;
    store.history(number, &mut |transaction| {
        if transaction.number == number {
            found = Some(transaction);
        }
        Ok(())
    })?;
    found.ok_or_else(|| {
        let (first, last) = (store.first_on_record().unwrap_or_default(), store.mark().number);
        let error = Error::usage(format!("transaction {number} is not on record"));
        if last == 0 { error } else { error.hint(format!("those from {first} to {last} are")) }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::project::Embedded;
    use crate::session::Source;
    use std::fmt::Write as _;
    use std::time::Duration;

    #[test]
    fn a_merge_goes_on_beside_changes_and_loses_none() {
        let folder = std::env::temp_dir().join(format!("baimo-aside-{}", std::process::id()));
        let _ = std::fs::remove_dir_all(&folder);
        std::fs::create_dir_all(&folder).unwrap();
        let mut text = String::new();
        for n in 0..60_000 {
            let _ =
                writeln!(text, "<http://example.org/some/thing/{n}> <http://example.org/number> \"{n}\" .");
        }
        std::fs::write(folder.join("many.nt"), text).unwrap();
        let store = Source::NewStore(folder.join("s"));
        let mut session = Session::open(&store, &Embedded::NOTHING).unwrap();
        session.update("INSERT DATA { <x:a> <x:p> 0 }").unwrap();
        session.load(&[folder.join("many.nt")], None, &mut |_| {}).unwrap();
        session.compact_aside().unwrap();
        assert!(session.merging.is_some(), "the journal is long enough");
        let mut changes = 0;
        while session.merging.is_some() {
            changes += 1;
            session.update(&format!("INSERT DATA {{ <x:a> <x:p> {changes} }}")).unwrap();
            std::thread::sleep(Duration::from_millis(5));
            session.settle_merge().unwrap();
        }
        let figures = session.statistics().unwrap().store.unwrap();
        assert_eq!((figures.packed, figures.transactions), (2, 2 + changes));
        let expected = 60_001 + changes;
        assert_eq!(session.graph().len(), expected);
        session.update("DELETE DATA { <x:a> <x:p> 0 }").unwrap();
        let again = Session::open(&store, &Embedded::NOTHING).unwrap();
        assert_eq!(again.graph().len(), expected - 1);
        assert_eq!(again.log(None).unwrap().len() as u64, 3 + changes);
        std::fs::remove_dir_all(folder).unwrap();
    }
}
