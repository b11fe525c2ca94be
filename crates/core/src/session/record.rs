//! The record of a durable store: its transactions listed and taken back, its pack made anew, its figures.
//!
//! In: numbers of transactions. Out: what they were, and the changed store. What is on record is bounded by its size:
//! see `docs/store.md`.

use super::change::{self, QUAD};
use super::{Change, Session, TakenBack};
use crate::error::{Error, Hint, Result};
use crate::store::durable::{Behind, Figures, Merge, Reverse, Store, Transaction};
use crate::store::pack::Watch;
use crate::store::{Changed, Indexed};
use crate::throttle::Throttle;
use std::collections::HashSet;
use std::ops::{Range, RangeInclusive};
use std::thread::JoinHandle;

/// A journal of so many bytes is merged whatever it costs, where it is one in [`PART`] of the pack's too.
const FEW: u64 = 4 << 20;
const PART: u64 = 4;
/// A journal of fewer bytes is never merged: it is read as quickly as a program starts.
const LEAST: u64 = 256 << 10;
/// A session that goes on lets the journal grow to so many bytes at least, and at most.
const ASIDE: [u64; 2] = [8 << 20, 64 << 20];
/// In between, to that of one in so many of the graph's quads: so a quad is merged a few times, however many come.
const ASIDE_PART: u64 = 2;
/// How long a merge takes by itself and for each quad, and how long to read a byte of the journal, in nanoseconds, about.
const MERGING: [u64; 2] = [20_000_000, 500];
const READING: u64 = 25;

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

impl Since {
    /// What is typed: a number, or a time in UTC as far as it is meant: `2026-11`, `2026-11-25`, `2026-11-25T18:30`.
    ///
    /// # Errors
    /// Where it is neither.
    pub fn of(text: &str) -> Result<Self> {
        if let Ok(number) = text.parse() {
            return Ok(Self::Number(number));
        }
        let time = text.trim_end_matches(['Z', 'z']).replacen(' ', "T", 1);
        if begins_a_time(&time) {
            return Ok(Self::Time(time));
        }
        Err(Error::usage(format!("`{text}` is neither the number of a transaction nor a time"))
            .hint("a time is in UTC, such as 2026-11-25 or 2026-11-25T18:30"))
    }
}

/// Whether a text is a time such as `2026-11-25T18:30:05.25`, or the beginning of one after a whole field. A month has 31 days here:
/// what is asked for is only where a list begins.
fn begins_a_time(text: &str) -> bool {
    const TIME: &str = "0000-00-00T00:00:00";
    const FIELDS: [(Range<usize>, RangeInclusive<u8>); 5] =
        [(5..7, 1..=12), (8..10, 1..=31), (11..13, 0..=23), (14..16, 0..=59), (17..19, 0..=59)];
    let (whole, fraction) = text.split_once('.').map_or((text, None), |(whole, rest)| (whole, Some(rest)));
    let fits = |(c, like): (char, char)| if like == '0' { c.is_ascii_digit() } else { c == like };
    let holds = |(place, allowed): (Range<usize>, RangeInclusive<u8>)| {
        whole.get(place).is_none_or(|digits| digits.parse().is_ok_and(|number| allowed.contains(&number)))
    };
    let is_fraction = |digits: &str| {
        whole.len() == TIME.len() && !digits.is_empty() && digits.bytes().all(|digit| digit.is_ascii_digit())
    };
    matches!(whole.len(), 7 | 10 | 13 | 16 | 19)
        && whole.chars().zip(TIME.chars()).all(fits)
        && FIELDS.into_iter().all(holds)
        && fraction.is_none_or(is_fraction)
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
        let governor = self.ask.governor();
        let check = || governor.check();
        self.kept()?.history(first, Watch::asking(&check), &mut |transaction| {
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
        let governor = self.ask.governor();
        let check = || governor.check();
        let watch = Watch::asking(&check);
        let store = self.kept()?;
        let number = number.map_or_else(|| last_standing(store, watch), Ok)?;
        let transaction = found(store, number, watch)?;
        let loaded = match &transaction.pack {
            None => None,
            Some((name, _)) => Some(store.added_pack(name)?),
        };
        let Transaction { what, rows, .. } = transaction;
        let mut about = Transaction {
            what: if what.is_empty() { format!("undo {number}") } else { format!("undo {number}: {what}") },
            undoes: Some(number),
            ..Transaction::default()
        };
        let (before, store) = (self.snapshot.graph().len(), &mut self.store);
        let Some(store) = store.as_mut() else { return Err(Error::store("there is no store")) };
        change::edit(&mut self.snapshot, |memory| {
            memory.change_without_record(|memory| {
                let reverse = match loaded {
                    Some(pack) => Reverse::of_pack(pack, memory, watch)?,
                    None => Reverse::of_rows(rows, memory, watch)?,
                };
                if reverse.is_empty() {
                    let nothing = format!("nothing is left of transaction {number} to take back");
                    return Err(Error::usage(nothing));
                }
                store.commit_reverse(&mut about, &reverse, watch)
            })
        })?;
        let ((added, removed), after) = (about.counts(), self.snapshot.graph().len());
        let transaction = Some(about.number);
        let change = Change { before, after, added, removed, durable: true, transaction, cut: 0 };
        Ok(TakenBack { number, what, change })
    }

    /// Makes the pack of the store anew, with all transactions in it. Gives nothing where it has them all. Others may change the
    /// store meanwhile: that stays in the journal.
    ///
    /// # Errors
    /// Where the graph is in no store, it cannot be written, or a limit stops it: then all is as it was.
    pub fn compact(&mut self) -> Result<Option<Figures>> {
        self.no_transaction()?;
        self.kept()?;
        self.await_merge()?;
        self.begin_writing()?;
        self.end_writing();
        let figures = self.kept()?.figures()?;
        if figures.packed == figures.transactions {
            return Ok(None);
        }
        let (merge, graph) = self.prepare_merge()?;
        let governor = self.ask.governor();
        let check = || governor.check();
        merge.write(&graph, Watch::asking(&check))?;
        // The new pack takes its place.
        drop(graph);
        self.put_merged(merge)?;
        self.kept()?.figures().map(Some)
    }

    /// Whether the pack should be made anew before the program ends, so that the next one opens the store quickly: the journal
    /// is long, or to read it again and again, by a program for each of its transactions, took as long as a merge.
    pub fn merge_is_due(&self) -> bool {
        if self.merge_is_due_with(0) {
            return true;
        }
        let Some(Behind { transactions, journal_bytes, .. }) = self.behind() else { return false };
        let [merge, quad] = MERGING;
        let merging = merge + quad * self.snapshot.graph().len();
        let reading = transactions.saturating_mul(journal_bytes / 2).saturating_mul(READING);
        reading >= merging && journal_bytes >= LEAST.max(self.merge_after)
    }

    /// How far the pack of the store is behind, where it may be merged: not while the store is to be read anew.
    fn behind(&self) -> Option<Behind> {
        let store = self.store.as_ref().filter(|store| self.transaction.is_none() && store.is_certain());
        store.and_then(Store::behind)
    }

    /// Whether the journal is long, or would be with some bytes more.
    pub(super) fn merge_is_due_with(&self, more: u64) -> bool {
        self.behind().is_some_and(|Behind { journal_bytes, pack_bytes, .. }| {
            journal_bytes + more >= FEW.max(pack_bytes / PART).max(self.merge_after)
        })
    }

    /// Makes the pack anew where that is due, in a thread of its own, while the graph is read and changed on. What it has
    /// written is put in its place by a later call. Where that fails it is tried again when the journal is twice as long.
    ///
    /// # Errors
    /// Where a merge failed: then all is as it was.
    pub fn compact_aside(&mut self) -> Result<()> {
        let done = self.settle_merge().and_then(|()| self.start_merge());
        done.map_err(|error| self.failed_merge(error))
    }

    fn start_merge(&mut self) -> Result<()> {
        let Some(behind) = self.behind().filter(|_| self.merging.is_none()) else { return Ok(()) };
        let [least, most] = ASIDE;
        let part = (self.snapshot.graph().len().saturating_mul(QUAD) / ASIDE_PART).min(most);
        // Who asks in between is to find few changes beside the pack.
        let is_due = match self.snapshot.memory().was_read() {
            true => self.merge_is_due_with(0),
            false => behind.journal_bytes >= least.max(part).max(self.merge_after),
        };
        if !is_due {
            return Ok(());
        }
        let (merge, graph) = self.prepare_merge()?;
        let running = self.ask.running.clone();
        let work = move || {
            let throttle = Throttle::new(running);
            let check = || {
                throttle.give_way();
                Ok(())
            };
            merge.write(&graph, Watch::asking(&check)).map(|()| merge)
        };
        let thread = std::thread::Builder::new().name("merge".into()).spawn(work);
        let failed = |error| Error::store("no thread can be started").because(error);
        self.merging = Some(thread.map_err(failed)?);
        Ok(())
    }

    /// What is said where a merge failed: once, since the next one waits.
    pub fn failed_merge(&mut self, error: Error) -> Error {
        let behind = self.store.as_ref().and_then(Store::behind);
        self.merge_after = behind.map_or(0, |behind| behind.journal_bytes).saturating_mul(2);
        Error::store(format!("the journal could not be merged into a new pack: {error}"))
            .hint("what was changed is kept; this is tried again when the journal is twice as long")
    }

    fn prepare_merge(&self) -> Result<(Merge, Changed)> {
        let memory = self.snapshot.memory();
        let (empty, graph) = (memory.empty_graphs().into_iter().collect(), memory.snapshot()?);
        Ok((self.kept()?.prepare_merge(self.declared.clone(), empty)?, graph))
    }

    /// Puts the pack that [`Self::compact_aside`] made in its place, where it is written and no transaction is open.
    ///
    /// # Errors
    /// Where it cannot be: then all is as it was.
    pub fn settle_merge(&mut self) -> Result<()> {
        if self.transaction.is_some() {
            return Ok(());
        }
        match self.merging.as_ref().is_some_and(JoinHandle::is_finished) {
            true => self.await_merge(),
            false => Ok(()),
        }
    }

    /// Waits for the merge that [`Self::compact_aside`] began, where one is under way, and puts its pack in its place.
    ///
    /// # Errors
    /// Where it failed: then all is as it was.
    pub fn await_merge(&mut self) -> Result<()> {
        match self.merging.take() {
            None => Ok(()),
            Some(thread) => {
                let merge = thread.join().map_err(|_| Error::store("the merge ended early"))??;
                self.put_merged(merge)
            }
        }
    }

    fn put_merged(&mut self, merge: Merge) -> Result<()> {
        self.begin_writing()?;
        let done = self.store.as_mut().map_or(Ok(false), |store| {
            let done = store.finish_merge(merge);
            store.end();
            store.reread();
            done
        });
        // What is in memory becomes the new pack and what came after it; where another process is writing just now, at the next
        // change.
        let _ = self.begin_writing();
        self.end_writing();
        self.merge_after = 0;
        done.map(drop)
    }

    /// How large the graph is, and its store.
    ///
    /// # Errors
    /// Where it cannot be read.
    pub fn statistics(&self) -> Result<Statistics> {
        let graph = self.snapshot.graph();
        let count = |columns: &dyn Indexed| u64::from(columns.term_count()) + u64::from(columns.more_terms());
        let terms = graph.indexed()?.map_or(0, count);
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
fn last_standing(store: &Store, watch: Watch<'_>) -> Result<u64> {
    let mut numbers = Vec::new();
    store.history(0, watch, &mut |transaction| {
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

fn found(store: &Store, number: u64, watch: Watch<'_>) -> Result<Transaction> {
    let mut found = None;
    store.history(number, watch, &mut |transaction| {
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
    use crate::error::Kind;
    use crate::project::Embedded;
    use crate::session::Source;
    use std::fmt::Write as _;
    use std::sync::atomic::Ordering;
    use std::time::Duration;

    #[test]
    fn what_is_no_number_and_no_time_is_refused() {
        assert_eq!(Since::of("2026").unwrap(), Since::Number(2026));
        for time in [
            "2026-11",
            "2026-11-25",
            "2026-11-25T18",
            "2026-11-25T18:30",
            "2026-11-25T18:30:05.25",
            "2999-01-01T00:00:00",
        ] {
            assert_eq!(Since::of(time).unwrap(), Since::Time(time.to_owned()));
        }
        assert_eq!(Since::of("2026-11-25 18:30Z").unwrap(), Since::Time("2026-11-25T18:30".to_owned()));
        for wrong in [
            "",
            "yesterday",
            "-1",
            "2026-1-5",
            "26-11-25",
            "2026-11-25T18:30+08:00",
            "2026-11-25T",
            "25.11.2026",
            "2026-11.5",
            "2026-11-25.5",
            "2026-11-25T18:30.5",
            "2026-11-25T18:30:05.",
            "2026-99-99",
            "2026-00",
            "2026-11-32",
            "2026-11-00",
            "2026-11-25T24",
            "2026-11-25T18:60",
            "2026-11-25T18:30:60",
        ] {
            let error = Since::of(wrong).unwrap_err();
            assert!(error.message.contains(wrong) && !error.hints.is_empty(), "{error}");
        }
    }

    #[test]
    fn a_merge_goes_on_beside_changes_and_loses_none() {
        let folder = std::env::temp_dir().join(format!("baimo-aside-{}", std::process::id()));
        let _ = std::fs::remove_dir_all(&folder);
        std::fs::create_dir_all(&folder).unwrap();
        let mut text = "INSERT DATA {\n".to_owned();
        for n in 0..60_000 {
            let _ =
                writeln!(text, "<http://example.org/some/thing/{n}> <http://example.org/number> \"{n}\" .");
        }
        text.push('}');
        let store = Source::NewStore(folder.join("s"));
        let mut session = Session::open(&store, &Embedded::NOTHING).unwrap();
        session.update("INSERT DATA { <x:a> <x:p> 0 }").unwrap();
        session.update(&text).unwrap();
        session.compact_aside().unwrap();
        assert!(session.merging.is_none(), "nobody asks");
        session.graph().count(None, [None; 3]).unwrap();
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

    /// A folder of its own for a test, taken away with what it holds.
    struct Folder(std::path::PathBuf);

    impl Folder {
        fn new(name: &str) -> Self {
            let folder = std::env::temp_dir().join(format!("baimo-{name}-{}", std::process::id()));
            let _ = std::fs::remove_dir_all(&folder);
            std::fs::create_dir_all(&folder).unwrap();
            Self(folder)
        }

        fn session(&self) -> Session {
            Session::open(&Source::NewStore(self.0.join("s")), &Embedded::NOTHING).unwrap()
        }
    }

    impl Drop for Folder {
        fn drop(&mut self) {
            let _ = std::fs::remove_dir_all(&self.0);
        }
    }

    #[test]
    fn a_commit_that_is_interrupted_leaves_the_transaction_open() {
        let folder = Folder::new("interrupted");
        let mut session = folder.session();
        let stop = session.interrupt_switch();
        session.update("INSERT DATA { <x:a> <x:p> 0 }").unwrap();
        for is_rolled_back in [true, false] {
            session.begin().unwrap();
            session.update("INSERT DATA { <x:a> <x:p> 1 } ; DELETE DATA { <x:a> <x:p> 0 }").unwrap();
            stop.store(true, Ordering::Relaxed);
            let error = session.commit().unwrap_err();
            assert_eq!(error.kind, Kind::Interrupted, "{error}");
            stop.store(false, Ordering::Relaxed);
            assert_eq!(session.transaction(), Some(2), "it is open still");
            let kept = folder.session();
            assert_eq!((kept.graph().len(), kept.log(None).unwrap().len()), (1, 1), "nothing of it is kept");
            session.update("INSERT DATA { <x:a> <x:p> 2 }").unwrap();
            if is_rolled_back {
                assert_eq!(session.rollback().unwrap(), 3);
                assert_eq!(session.graph().len(), 1);
            }
        }
        let change = session.commit().unwrap();
        assert_eq!((change.added, change.removed, change.transaction), (2, 1, Some(2)));
        let kept = folder.session();
        assert_eq!((kept.graph().len(), kept.log(None).unwrap().len()), (2, 2));
    }

    #[test]
    fn an_undo_that_is_interrupted_changes_nothing() {
        let folder = Folder::new("undone");
        let mut session = folder.session();
        let stop = session.interrupt_switch();
        session.update("INSERT DATA { <x:a> <x:p> 0, 1, 2 }").unwrap();
        session.update("INSERT DATA { <x:a> <x:q> 0 } ; DELETE DATA { <x:a> <x:p> 0, 1 }").unwrap();
        stop.store(true, Ordering::Relaxed);
        assert_eq!(session.undo(None).unwrap_err().kind, Kind::Interrupted);
        stop.store(false, Ordering::Relaxed);
        assert_eq!(session.graph().len(), 2);
        let TakenBack { number, change, .. } = session.undo(None).unwrap();
        assert_eq!((number, change.added, change.removed, change.transaction), (2, 2, 1, Some(3)));
        assert_eq!((change.before, change.after), (2, 3));
        assert_eq!(folder.session().graph().len(), 3);
        assert_eq!(session.undo(Some(2)).unwrap_err().kind, Kind::Usage, "nothing is left of it");
    }
}
