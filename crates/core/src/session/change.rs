//! How the graph of a session changes: updates, loads, transactions, and what takes them back.
//!
//! In: updates, files. Out: the changed graph, kept in the durable store where there is one, before a function returns.
//! Each change is carried out whole or not at all. The graph compiled in, files and folders stay as they are: without a
//! store a change lives in memory.

use super::reading;
use super::{Session, in_scope};
use crate::advise::diagnose;
use crate::edit::{self, Edits};
use crate::engine::syntax::parse;
use crate::engine::{self, Governor, Limits};
use crate::error::{Error, Hint, Kind, Result};
use crate::snapshot::Snapshot;
use crate::snapshot::apart::{Time, apart, waited_for};
use crate::store::Graph as _;
use crate::store::durable::{Content, SORTING, Spooled, Store, Transaction};
use crate::store::import::Progress;
use crate::store::memory::{Changes, Memory};
use crate::store::pack::{Builder, Pack, Packer, Step, Watch, Workspace};
use crate::terms::{BlankNode, GraphName, NamedNode, Prefixes, Quad};
use std::cell::RefCell;
use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// How many characters of an update's text are kept to say what a transaction was.
const WHAT: usize = 200;

/// In how many bytes of memory a load is collected, where no limit says how many there are.
const COLLECTED: usize = 2 << 30;
/// How many bytes a quad takes in a journal, about.
pub(super) const QUAD: u64 = 120;

/// What a change did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Change {
    /// How many quads there were before.
    pub before: u64,
    /// How many there are now.
    pub after: u64,
    /// How many were added that were not there.
    pub added: u64,
    /// How many were removed that were there.
    pub removed: u64,
    /// Whether it is kept when the session ends; else it lives in this session only.
    pub durable: bool,
    /// The number of the transaction in the store; none where nothing was changed, or a transaction is open.
    pub transaction: Option<u64>,
    /// How many bytes of a transaction that never came to its end were cut from the store before.
    pub cut: u64,
}

/// Quads that a change adds (true) and removes.
pub type Diff = Vec<(bool, Quad)>;

/// A transaction that was taken back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TakenBack {
    /// Its number.
    pub number: u64,
    /// What it was.
    pub what: String,
    /// What taking it back did.
    pub change: Change,
}

/// A transaction that is open.
pub(super) struct Open {
    before: Arc<Snapshot>,
    declared: Prefixes,
    empty: Vec<(bool, GraphName)>,
    what: Vec<String>,
}

/// What a load has read.
struct Loaded {
    quads: u64,
    /// Whether all of it is in memory.
    is_held: bool,
    declared: Prefixes,
    about: Transaction,
}

/// The quads of a load.
enum LoadedPack {
    Held(Pack),
    Spooled(Spooled),
}

impl LoadedPack {
    fn pack(&self) -> &Pack {
        match self {
            Self::Held(pack) => pack,
            Self::Spooled(spooled) => &spooled.pack,
        }
    }
}

impl Session {
    /// Carries out an update, all of it or nothing.
    ///
    /// # Errors
    /// Where the text is wrong, an operation fails, a limit stops it, or it cannot be kept; then nothing is changed.
    pub fn update(&mut self, text: &str) -> Result<Change> {
        self.writing(|session| {
            let (time, ask) = apart(&session.ask).unzip();
            let governor = ask.as_ref().unwrap_or(&session.ask).governor();
            let update = session.parsed(text, &governor)?;
            let about = Transaction { what: summary(text), ..Transaction::default() };
            session.change(about, |memory| match time {
                Some(time) => executed_apart(update, memory, governor, time),
                None => engine::update::execute(&update, memory, &governor),
            })
        })
    }

    /// Does what changes the graph while no other process does.
    fn writing(&mut self, work: impl FnOnce(&mut Self) -> Result<Change>) -> Result<Change> {
        let cut = self.begin_writing()?;
        let done = work(self);
        if done.is_err() {
            self.unmake();
        }
        self.end_writing();
        done.map(|change| Change { cut, ..change })
    }

    /// Makes an update that the files of the project's folder have now one of the open graph too: by its quads, so that what
    /// differs each time (UUID, RAND, NOW) is the same in both, or by its text where blank nodes have other labels here.
    ///
    /// # Errors
    /// As [`Self::update`].
    pub fn update_as_files(&mut self, text: &str, edits: &Edits) -> Result<Change> {
        let Some(quads) = &edits.quads else { return self.update(text) };
        let about = Transaction { what: summary(text), ..Transaction::default() };
        let refs = quads.iter().map(|(added, quad)| (*added, quad.as_ref()));
        let governor = self.ask.governor();
        let check = || governor.check();
        let watch = Watch::asking(&check);
        self.writing(|session| session.change(about, |memory| memory.set_quads(refs, watch)))
    }

    /// What an update would add and remove; nothing is changed.
    ///
    /// # Errors
    /// As [`Self::update`].
    pub fn preview(&self, text: &str) -> Result<Diff> {
        let governor = self.ask.governor();
        let update = self.parsed(text, &governor)?;
        let mut memory = Memory::clone(self.snapshot.memory());
        let mut found = Vec::new();
        let work = |memory: &mut Memory| engine::update::execute(&update, memory, &governor);
        memory.change_and_keep(work, |changes| {
            found = changes.net(Watch::nobody())?.quads()?;
            Ok(())
        })?;
        Ok(found)
    }

    /// What an update would do to the files of the project's folder, as they are on disk now; nothing is changed. See
    /// [`edit::edits`].
    ///
    /// # Errors
    /// As [`Self::update`], and as there.
    pub fn edits(&self, text: &str, into: Option<&Path>) -> Result<Edits> {
        let governor = self.ask.governor();
        edit::edits(self.project(), &self.parsed(text, &governor)?, into, self.prefixes(), &governor)
    }

    fn parsed(&self, text: &str, governor: &Governor) -> Result<engine::update::Update> {
        let parsed = parse::update_within(text, self.prefixes(), self.base(), governor);
        let mut update = parsed.map_err(|error| match error.kind {
            Kind::Limit | Kind::Interrupted => error,
            _ => diagnose::explained(text, error, &self.knowledge(), true),
        })?;
        engine::update::inline_loads(&mut update, &mut |iri| reading::read_for_load(iri, governor))?;
        Ok(update)
    }

    /// Adds files to the graph, all of them or nothing; into the graph `into`, where one is given. `progress` hears of the
    /// reading, `news` of what is made of it then.
    ///
    /// # Errors
    /// Where a file cannot be read or is broken, a limit stops the reading, or it cannot be kept; then nothing is
    /// changed.
    pub fn load(
        &mut self,
        files: &[PathBuf],
        into: Option<&NamedNode>,
        progress: &mut dyn FnMut(&Progress<'_>),
        news: &(dyn Fn(Step, u64, u64) + Sync),
    ) -> Result<Change> {
        self.writing(|session| session.load_files(files, into, progress, news))
    }

    fn load_files(
        &mut self,
        files: &[PathBuf],
        into: Option<&NamedNode>,
        progress: &mut dyn FnMut(&Progress<'_>),
        news: &(dyn Fn(Step, u64, u64) + Sync),
    ) -> Result<Change> {
        // Beside a store memory is kept by the packer.
        let has_room = self.store.is_some() && self.transaction.is_none();
        let limits = if has_room { Limits { max_memory: None, ..self.ask.limits } } else { self.ask.limits };
        let governor = Governor::new(limits, Arc::clone(&self.ask.cancel));
        let check = || governor.check();
        let watch = Watch::new(&check, news);
        let mut declared = Prefixes::new();
        let mut packer = self.packer().gathering_into(into.cloned());
        let read = reading::build(files, None, &mut declared, watch, progress, &mut packer);
        read.map_err(|error| reading::after(error, packer.quads()))?;
        let about = Transaction { what: loaded(files), ..Transaction::default() };
        let loaded = Loaded { quads: packer.quads(), is_held: packer.is_held(), declared, about };
        let store = self.store.as_ref().filter(|_| self.transaction.is_none());
        let Some(store) = store.filter(|store| store.mark().number == 0 || self.is_much(&loaded)) else {
            return self.load_beside(&packer.finish(watch)?, loaded, watch);
        };
        if loaded.is_held {
            let pack = packer.finish(watch)?;
            return self.load_whole(LoadedPack::Held(pack), loaded, watch);
        }
        let mut packer = Some(packer);
        let spooled = store.spooled(&mut |out| match packer.take() {
            Some(packer) => packer.write(&Prefixes::new(), out, watch).map(drop),
            None => Ok(()),
        })?;
        self.load_whole(LoadedPack::Spooled(spooled), loaded, watch)
    }

    /// How many bytes are left of those that are allowed, where any number is.
    fn room(&self) -> Option<usize> {
        let Limits { max_memory, memory_used, .. } = self.ask.limits;
        Some(max_memory?.saturating_sub(memory_used.map_or(0, |used| used())))
    }

    /// What collects the quads of a load: within the memory that is left, beside the store where that does not suffice. Its
    /// blank nodes are no others of the graph.
    fn packer(&self) -> Packer {
        let memory = self.room().unwrap_or(COLLECTED);
        let store = self.store.as_ref().filter(|_| self.transaction.is_none());
        let packer = store.map_or_else(Packer::in_memory, |store| {
            Packer::within(Workspace { memory, beside: store.folder().join("load") })
        });
        match store.map(|store| store.mark().number) {
            Some(0) => packer,
            // No other transaction has this number.
            Some(number) => packer.labelling(format!("b{}x", number + 1)),
            None => packer.labelling(format!("{}x", BlankNode::default().as_str())),
        }
    }

    /// Whether a load is so much that the pack is better made anew at once than after a journal as long.
    fn is_much(&self, loaded: &Loaded) -> bool {
        let bytes = loaded.quads.saturating_mul(QUAD);
        !loaded.is_held || self.merge_is_due_with(bytes)
    }

    /// Adds what was loaded as any other change.
    fn load_beside(&mut self, pack: &Pack, loaded: Loaded, watch: Watch<'_>) -> Result<Change> {
        let Loaded { mut declared, mut about, .. } = loaded;
        about.prefixes = added_prefixes(&self.declared, &declared);
        let change =
            self.change(about, |memory| memory.change(|memory| memory.set_pack(pack, true, watch)))?;
        declared.extend(&self.declared);
        self.declare(declared);
        Ok(change)
    }

    /// Makes a new pack of the store with what was loaded.
    fn load_whole(&mut self, pack: LoadedPack, loaded: Loaded, watch: Watch<'_>) -> Result<Change> {
        let Loaded { mut declared, mut about, .. } = loaded;
        let before = self.snapshot.graph().len();
        let memory = Arc::clone(self.snapshot.memory());
        let empty: Vec<GraphName> = memory.empty_graphs().into_iter().collect();
        about.prefixes = added_prefixes(&self.declared, &declared);
        declared.extend(&self.declared);
        let room = self.room().map_or(SORTING, |left| (left / 2).clamp(64 << 20, SORTING));
        let Some(store) = self.store.as_mut() else { return Err(Error::store("there is no store")) };
        store.sorting = room;
        let graph = if store.mark().number == 0 {
            about.prefixes = Vec::new();
            store.install(pack.pack(), &declared, watch, &mut about)?;
            match pack {
                LoadedPack::Held(pack) => Memory::over(pack),
                LoadedPack::Spooled(_) => Memory::over(reopened(store)?),
            }
        } else {
            let graphs = (&memory.snapshot()?, pack.pack());
            if store.install_more(graphs, (&declared, empty.clone()), watch, &mut about)? == 0 {
                return self.load_beside(
                    &Builder::new().finish(),
                    Loaded { declared, about, ..loaded },
                    watch,
                );
            }
            let mut graph = Memory::over(reopened(store)?);
            empty.iter().for_each(|name| graph.set_empty(name, true));
            graph
        };
        let (added, after) = (about.counts().0, graph.len());
        self.snapshot = Arc::new(self.snapshot.over(Arc::new(graph)));
        self.declare(declared);
        let transaction = Some(about.number);
        Ok(Change { before, after, added, removed: 0, durable: true, transaction, cut: 0 })
    }

    /// Begins a transaction: what is changed from now on is kept together, or not at all.
    ///
    /// # Errors
    /// Where one is open, or another process changes the store.
    pub fn begin(&mut self) -> Result<()> {
        if self.transaction.is_some() {
            return Err(Error::usage("a transaction is open").hint(Hint::EndTransaction));
        }
        self.begin_writing()?;
        let (before, declared) = (Arc::clone(&self.snapshot), self.declared.clone());
        self.transaction = Some(Open { before, declared, empty: Vec::new(), what: Vec::new() });
        Ok(())
    }

    /// Whether a transaction is open, and how many quads it has changed so far.
    pub fn transaction(&self) -> Option<usize> {
        self.transaction.as_ref().map(|_| self.snapshot.memory().recorded().len())
    }

    /// Keeps what was changed since [`Self::begin`].
    ///
    /// # Errors
    /// Where none is open, or it cannot be kept: then it stays open, as where it is interrupted, or is rolled back where the disk failed.
    pub fn commit(&mut self) -> Result<Change> {
        let open = self.transaction.take().ok_or_else(none_open)?;
        let (before, after) = (open.before.graph().len(), self.snapshot.graph().len());
        let prefixes = added_prefixes(&open.declared, &self.declared);
        let (what, empty) = (open.what.join("\n"), open.empty.clone());
        let mut about = Transaction { what, prefixes, empty, ..Transaction::default() };
        if let Err(error) = self.keep_recorded(&mut about) {
            if self.store.as_ref().is_none_or(Store::is_writing) {
                self.transaction = Some(open);
            } else {
                self.restore(open);
            }
            return Err(error);
        }
        edit(&mut self.snapshot, |memory| {
            memory.end_record();
            Ok(())
        })?;
        self.end_writing();
        let (added, removed) = about.counts();
        let transaction = Some(about.number).filter(|number| *number > 0);
        Ok(Change { before, after, added, removed, durable: self.store.is_some(), transaction, cut: 0 })
    }

    /// Keeps what was recorded since a transaction was opened, in the store where there is one.
    fn keep_recorded(&mut self, about: &mut Transaction) -> Result<()> {
        // Until it is written it can be stopped; no other limit holds for what is done already.
        let governor = Governor::new(Limits::default(), Arc::clone(&self.ask.cancel));
        let check = || governor.check();
        let (watch, changes) = (Watch::asking(&check), self.snapshot.memory().recorded());
        match self.store.as_mut() {
            Some(store) => store.commit(about, &changes, watch),
            None => {
                about.count(&changes.net(watch)?);
                Ok(())
            }
        }
    }

    /// Drops what was changed since [`Self::begin`]; gives how many changes these were.
    ///
    /// # Errors
    /// Where none is open.
    pub fn rollback(&mut self) -> Result<usize> {
        let open = self.transaction.take().ok_or_else(none_open)?;
        let count = self.snapshot.memory().recorded().net(Watch::nobody()).map_or(0, |net| net.len());
        self.restore(open);
        self.unmake();
        self.end_writing();
        Ok(count)
    }

    fn restore(&mut self, open: Open) {
        (self.snapshot, self.declared) = (open.before, open.declared);
    }

    /// Carries out a change in memory and keeps it: in the store, in the open transaction, or nowhere else.
    pub(super) fn change(
        &mut self,
        mut about: Transaction,
        work: impl FnOnce(&mut Memory) -> Result<()>,
    ) -> Result<Change> {
        let before = self.snapshot.graph().len();
        let (store, open) = (&mut self.store, &mut self.transaction);
        let empty = RefCell::new(Vec::new());
        let is_open = open.is_some();
        let work = |memory: &mut Memory| {
            let before = memory.empty_graphs();
            work(memory)?;
            *empty.borrow_mut() = differing(&before, &memory.empty_graphs());
            Ok(())
        };
        let mut counts = (0, 0);
        // Until it is written it can be stopped; no other limit holds for what is done already.
        let governor = Governor::new(Limits::default(), Arc::clone(&self.ask.cancel));
        let check = || governor.check();
        let watch = Watch::asking(&check);
        let keep = |changes: &Changes<'_>| {
            about.empty = empty.take();
            match (open, store) {
                (Some(open), _) => {
                    counts = changes.net(watch)?.counts();
                    open.empty.append(&mut about.empty);
                    open.what.push(std::mem::take(&mut about.what));
                    Ok(())
                }
                (None, Some(store)) => {
                    store.commit(&mut about, changes, watch)?;
                    counts = about.counts();
                    Ok(())
                }
                (None, None) => {
                    counts = changes.net(watch)?.counts();
                    Ok(())
                }
            }
        };
        let done = edit(&mut self.snapshot, |memory| {
            if is_open {
                memory.begin_record();
            }
            memory.change_and_keep(work, keep)
        });
        if self.snapshot.memory().check_whole().is_err() {
            // The next change begins with what is kept.
            self.store.iter_mut().for_each(Store::reread);
        }
        done?;
        let ((added, removed), after) = (counts, self.snapshot.graph().len());
        let transaction = Some(about.number).filter(|number| *number > 0);
        Ok(Change { before, after, added, removed, durable: self.store.is_some(), transaction, cut: 0 })
    }

    /// Becomes the one that may change the store. Gives how many bytes of an unfinished transaction were cut.
    pub(super) fn begin_writing(&mut self) -> Result<u64> {
        let Some(content) = self.store.as_mut().map(Store::begin).transpose()?.flatten() else {
            return Ok(0);
        };
        let torn = content.torn;
        self.take_over(content);
        Ok(torn)
    }

    /// Takes a store away again that was made for a change which came to nothing.
    fn unmake(&mut self) {
        if let Some(store) = self.store.as_mut().filter(|_| self.transaction.is_none()) {
            // What is left where that fails is an empty store.
            let _ = store.unmake();
        }
    }

    pub(super) fn end_writing(&mut self) {
        if let Some(store) = self.store.as_mut().filter(|_| self.transaction.is_none()) {
            store.end();
        }
    }

    /// Shows what the store was found to hold.
    fn take_over(&mut self, content: Content) {
        self.snapshot = Arc::new(self.snapshot.over(Arc::new(content.graph)));
        self.declare(content.prefixes);
    }

    fn declare(&mut self, declared: Prefixes) {
        let mut prefixes = self.snapshot.prefixes().clone();
        // Those that were added by hand stay as they are.
        for (name, namespace) in in_scope(&declared, self.project()).iter() {
            if prefixes.namespace(name).is_none() {
                prefixes.insert(name, namespace);
            }
        }
        self.declared = declared;
        self.snapshot = Arc::new(self.snapshot.with_prefixes(prefixes));
    }
}

/// Carries out an update on a thread of its own and on a copy of the graph, which shares all that stays as it was: where it does not hear
/// its limit it goes on there, and what the session holds is as it was.
fn executed_apart(
    update: engine::update::Update,
    memory: &mut Memory,
    governor: Governor,
    time: Time,
) -> Result<()> {
    let mut copy = memory.clone();
    *memory = waited_for(time, move || {
        engine::update::execute(&update, &mut copy, &governor)?;
        Ok(copy)
    })?;
    Ok(())
}

/// Edits the graph in memory in place, or a copy where others hold it: that shares all that stays as it was, and is dropped
/// where the work fails.
pub(super) fn edit<T>(
    snapshot: &mut Arc<Snapshot>,
    work: impl FnOnce(&mut Memory) -> Result<T>,
) -> Result<T> {
    if let Some(memory) = Arc::get_mut(snapshot).and_then(Snapshot::memory_alone) {
        return work(memory);
    }
    let mut new = Memory::clone(snapshot.memory());
    let done = work(&mut new)?;
    *snapshot = Arc::new(snapshot.over(Arc::new(new)));
    Ok(done)
}

/// The pack that a load made. The load is kept by now: where the pack cannot be opened the store is read before its next change.
fn reopened(store: &mut Store) -> Result<Pack> {
    store.pack().inspect_err(|_| store.reread())
}

fn none_open() -> Error {
    Error::usage("no transaction is open").hint(Hint::BeginTransaction)
}

/// The graphs that exist empty in one of two sets: with true those that came, with false those that went.
fn differing(before: &HashSet<GraphName>, after: &HashSet<GraphName>) -> Vec<(bool, GraphName)> {
    let gone = before.difference(after).map(|name| (false, name.clone()));
    gone.chain(after.difference(before).map(|name| (true, name.clone()))).collect()
}

/// The prefixes that `after` has and `before` has not.
fn added_prefixes(before: &Prefixes, after: &Prefixes) -> Vec<(String, String)> {
    let new = after.iter().filter(|(name, _)| before.namespace(name).is_none());
    new.map(|(name, namespace)| (name.to_owned(), namespace.to_owned())).collect()
}

/// The beginning of an update's text, without its prologue and its breaks.
fn summary(text: &str) -> String {
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
    let (mut summary, mut length, mut declares) = (String::new(), 0, false);
    for mut word in lines.flat_map(str::split_whitespace) {
        if length == 0 {
            declares |= word.eq_ignore_ascii_case("prefix") || word.eq_ignore_ascii_case("base");
            if declares {
                // A declaration ends with its IRI.
                let Some((_, rest)) = word.split_once('>') else { continue };
                (declares, word) = (false, rest);
            }
            if word.is_empty() {
                continue;
            }
        }
        if length > 0 {
            summary.push(' ');
        }
        summary.push_str(word);
        length += word.chars().take(WHAT + 1).count() + 1;
        // The rest, which may be long, is not looked at.
        if length > WHAT + 1 {
            break;
        }
    }
    shortened(&summary)
}

fn loaded(files: &[PathBuf]) -> String {
    let names: Vec<_> = files.iter().map(|file| file.display().to_string()).collect();
    shortened(&format!("load {}", names.join(" ")))
}

/// The beginning of a text that is long.
fn shortened(text: &str) -> String {
    match text.char_indices().nth(WHAT) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_update_is_called_by_its_beginning() {
        for (text, expected) in [
            ("INSERT DATA { <a:a>\n  <a:b> 1 }", "INSERT DATA { <a:a> <a:b> 1 }"),
            ("PREFIX : <http://e.org/> INSERT DATA { :a :b 1 }", "INSERT DATA { :a :b 1 }"),
            (
                "BASE <a:b>\nprefix e:<a:c>\n\n# why\nprefix f: <a:d>DELETE WHERE { e:a f:b ?c }",
                "DELETE WHERE { e:a f:b ?c }",
            ),
            (
                "DELETE { ?prefix ?b ?c } WHERE { ?prefix ?b ?c }",
                "DELETE { ?prefix ?b ?c } WHERE { ?prefix ?b ?c }",
            ),
            ("", ""),
            ("prefix", ""),
        ] {
            assert_eq!(summary(text), expected, "{text}");
        }
        let long = format!("INSERT DATA {{ {} }}", "<a:百> <a:度> 1 . ".repeat(1000));
        assert_eq!(summary(&long).chars().count(), WHAT + 1);
    }
}
