//! Programs that use a store, in turns: all that they do to it, what they were told, and what they see.
//!
//! In: numbers that look random. Out: the record of the disk, with what was acknowledged after which step. Each program sees what
//! was acknowledged before it looked, whoever did it, and a reader sees that as long as it holds it.

use super::super::repair::repair_on;
use super::super::reverse::Reverse;
use super::super::{Content, Durability, Store, Transaction};
use super::disk::{Dice, Folder, Recorder, Step};
use super::{State, quad, seen, state};
use crate::error::{Error, Result};
use crate::store::Graph as _;
use crate::store::memory::Memory;
use crate::store::pack::{Builder, Pack, Watch};
use crate::terms::{GraphName, NamedNode, Prefixes};
use std::io;
use std::path::Path;
use std::sync::Arc;

/// A program that uses a store.
pub(super) struct Use {
    pub store: Store,
    pub graph: Memory,
    pub declared: Prefixes,
    pub recorder: Recorder,
}

impl Use {
    /// The first one, with a record of its own.
    pub fn of(folder: &Path, recorder: &Recorder) -> Result<Self> {
        recorder.0.lock().unwrap().home = folder.to_owned();
        let used = Self::another(folder, recorder)?;
        recorder.know(used.seen());
        Ok(used)
    }

    /// One more.
    pub fn another(folder: &Path, recorder: &Recorder) -> Result<Self> {
        let (store, Content { graph, prefixes, .. }) = Store::open_on(folder, Arc::new(recorder.clone()))?;
        Ok(Self { store, graph, declared: prefixes, recorder: recorder.clone() })
    }

    /// Another process goes on where this one ended. What was on its way then may be there, and is built upon; nobody was told.
    pub fn restart(self, folder: &Path) -> Self {
        let recorder = self.recorder.clone();
        drop(self);
        let used = Self::another(folder, &recorder).unwrap();
        recorder.find(used.seen());
        used
    }

    /// What it sees.
    pub fn seen(&self) -> State {
        seen(&self.graph, &self.declared)
    }

    /// What it may change from now on.
    pub fn begin(&mut self) -> Result<()> {
        if let Some(content) = self.store.begin()? {
            (self.graph, self.declared) = (content.graph, content.prefixes);
        }
        Ok(())
    }

    fn acknowledge(&mut self) {
        let known = self.recorder.know(self.seen());
        self.recorder.note(match self.store.durability {
            Durability::Synced => Step::Acknowledged(known),
            Durability::Unsynced => Step::Told(known),
        });
    }

    /// What was told before is safe from now on, whether that was waited for or not: it is in a new pack.
    fn is_safe_now(&self) {
        self.recorder.note(Step::Acknowledged(self.recorder.known()));
    }

    /// Something that a program would do to it, while another one may do something too.
    pub fn act(&mut self, other: Option<&mut Self>, dice: &mut Dice) -> Result<()> {
        self.begin()?;
        let first = self.store.mark().number == 0;
        if dice.below(8) == 0 {
            // A change came to nothing: what was made for it goes, what was there stays.
            let before = self.store.mark();
            self.store.unmake()?;
            assert!(self.store.mark() == before || (first && !self.store.exists()), "{before:?}");
            return Ok(());
        }
        match dice.below(12) {
            0 if first => self.install()?,
            1 | 2 => self.merge(other, dice)?,
            3 if !first => self.load(dice)?,
            4 | 5 if !first => self.undo(dice)?,
            _ => self.change(dice)?,
        }
        if dice.below(3) == 0 {
            self.store.end();
        }
        Ok(())
    }

    /// The first load.
    fn install(&mut self) -> Result<()> {
        let mut builder = Builder::keeping_labels();
        (0..20).for_each(|n| builder.add(quad(n).as_ref()));
        let pack = builder.finish();
        let mut declared = self.declared.clone();
        declared.insert("first", "http://example.org/first/");
        let mut expected = self.graph.clone();
        expected.set_pack(&pack, true, Watch::nobody())?;
        self.recorder.try_for(seen(&expected, &declared));
        self.store.install(&pack, &declared, Watch::nobody(), &mut Transaction::default())?;
        (self.graph, self.declared) = (Memory::over(pack), declared);
        self.acknowledge();
        self.is_safe_now();
        Ok(())
    }

    /// A merge, and transactions meanwhile, of this program and of the other one: these stay in the journal.
    fn merge(&mut self, other: Option<&mut Self>, dice: &mut Dice) -> Result<()> {
        let empty = self.graph.empty_graphs().into_iter().collect();
        let (graph, mut is_quicker) = (self.graph.snapshot().unwrap(), false);
        let merge = self.store.prepare_merge(self.declared.clone(), empty)?;
        if dice.below(2) == 0 {
            self.change(dice)?;
        }
        if let Some(other) = other.filter(|_| dice.below(3) == 0) {
            self.store.end();
            let before = self.store.state()?.manifest.clone();
            other.act(None, dice)?;
            other.store.end();
            self.begin()?;
            is_quicker = self.store.state()?.manifest != before;
        }
        merge.write(&graph, Watch::nobody())?;
        if dice.below(2) == 0 {
            self.change(dice)?;
        }
        assert_eq!(self.store.finish_merge(merge)?, !is_quicker);
        if !is_quicker {
            self.is_safe_now();
        }
        if dice.below(2) == 0 {
            // What is in memory becomes the new pack and what came after it.
            let before = self.seen();
            self.store.end();
            self.store.reread();
            self.begin()?;
            assert_eq!(self.seen(), before, "a merge changes nothing");
        }
        Ok(())
    }

    /// A large load: some of what it brings is there already.
    pub fn load(&mut self, dice: &mut Dice) -> Result<()> {
        let mut builder = Builder::keeping_labels();
        let from = dice.below(40);
        (from..from + 8).for_each(|n| builder.add(quad(n).as_ref()));
        let (held, graph, mut about) =
            (builder.finish(), self.graph.snapshot().unwrap(), Transaction::default());
        // In memory, or where it did not fit, beside the store.
        let spooled = match dice.below(2) {
            0 => Some(self.store.spooled(&mut |out| held.write(out).map(drop))?),
            _ => None,
        };
        let added = spooled.as_ref().map_or(&held, |spooled| &spooled.pack);
        let (mut expected, mut declared) = (self.graph.clone(), self.declared.clone());
        expected.set_pack(added, true, Watch::nobody())?;
        declared.insert("loaded", format!("http://example.org/{from}/"));
        about.prefixes = vec![("loaded".to_owned(), format!("http://example.org/{from}/"))];
        self.recorder.try_for(seen(&expected, &declared));
        let empty = self.graph.empty_graphs().into_iter().collect();
        let count =
            self.store.install_more((&graph, added), (&declared, empty), Watch::nobody(), &mut about)?;
        assert_eq!(count, expected.len() - self.graph.len());
        if count > 0 {
            let before = std::mem::replace(&mut self.graph, expected);
            self.declared = declared;
            self.acknowledge();
            self.is_safe_now();
            let fresh = self.store.added_pack(&about.pack.unwrap_or_default().0)?;
            assert_eq!(fresh.len(), count, "what the load added is on record");
            let mut without = self.graph.clone();
            without.set_pack(&fresh, false, Watch::nobody())?;
            assert_eq!(state(&without)?, state(&before)?, "and can be taken back");
        }
        Ok(())
    }

    /// Takes back some transaction.
    fn undo(&mut self, dice: &mut Dice) -> Result<()> {
        let (first, last) = (self.store.first_on_record()?, self.store.mark().number);
        let number = first + dice.below((last + 1 - first) as usize) as u64;
        let mut found = None;
        self.store.history(number, Watch::nobody(), &mut |transaction| {
            found = found.take().or((transaction.number == number).then_some(transaction));
            Ok(())
        })?;
        let Transaction { rows, pack, .. } = found.unwrap();
        let pack = || pack.as_ref().map(|(name, _)| self.store.added_pack(name)).transpose();
        let (trial, again) = match (pack(), pack()) {
            // Of a first load that is merged with others nobody knows any more what it added.
            (Err(error), _) if error.message.contains("merged with other transactions") => return Ok(()),
            packs => (packs.0?, packs.1?),
        };
        let reverse = |pack: Option<Pack>, memory: &mut Memory| match pack {
            Some(pack) => Reverse::of_pack(pack, memory, Watch::nobody()),
            None => Reverse::of_rows(rows.clone(), memory, Watch::nobody()),
        };
        let mut expected = self.graph.clone();
        if reverse(trial, &mut expected)?.is_empty() {
            return Ok(());
        }
        self.recorder.try_for(seen(&expected, &self.declared));
        let (store, mut about) =
            (&mut self.store, Transaction { undoes: Some(number), ..Transaction::default() });
        self.graph.change_without_record(|memory| {
            let reverse = reverse(again, memory)?;
            store.commit_reverse(&mut about, &reverse, Watch::nobody())
        })?;
        assert_eq!(state(&self.graph)?, state(&expected)?);
        self.acknowledge();
        Ok(())
    }

    /// One change by a process that others follow.
    pub fn act_once(&mut self, seed: u64) {
        self.begin().unwrap();
        self.change(&mut Dice::of(seed)).unwrap();
        self.store.end();
    }

    /// An update: quads that come and go, sometimes more than are written at once, a graph that is made or dropped, a prefix.
    pub fn change(&mut self, dice: &mut Dice) -> Result<()> {
        let seed = dice.0;
        let change = |graph: &mut Memory| {
            let mut dice = Dice(seed);
            for _ in 0..1 + dice.below(7) {
                let quad = quad(dice.below(40));
                if dice.below(3) == 0 {
                    graph.remove(&quad)?
                } else {
                    graph.insert(quad)?
                };
            }
            Ok(())
        };
        dice.below(2);
        let (mut expected, mut declared, mut about) =
            (self.graph.clone(), self.declared.clone(), Transaction::default());
        change(&mut expected)?;
        if dice.below(6) == 0 {
            let name = NamedNode::new_unchecked(format!("http://example.org/{}", 89 + dice.below(3)));
            let (name, made) = (GraphName::from(name), dice.below(2) == 0);
            about.empty.push((made, name));
        }
        if dice.below(6) == 0 {
            about.prefixes.push(("some".to_owned(), format!("http://example.org/{}/", dice.below(9))));
        }
        about.empty.iter().for_each(|(made, name)| expected.set_empty(name, *made));
        about.prefixes.iter().for_each(|(name, namespace)| declared.insert(name, namespace));
        self.recorder.try_for(seen(&expected, &declared));
        let store = &mut self.store;
        self.graph.change_and_keep(change, |changes| store.commit(&mut about, changes, Watch::nobody()))?;
        about.empty.iter().for_each(|(made, name)| self.graph.set_empty(name, *made));
        self.declared = declared;
        self.acknowledge();
        Ok(())
    }

    /// Acts while an operation fails, and with `for_ever` all after that one.
    fn act_badly(&mut self, other: Option<&mut Self>, dice: &mut Dice, for_ever: bool) {
        let reads = !for_ever && dice.below(3) == 0;
        if reads {
            self.recorder.0.lock().unwrap().reading_fails = Some(dice.below(12));
        } else {
            self.recorder.fail(Some((dice.below(24), io::ErrorKind::Other, for_ever)));
        }
        let before = self.recorder.states().len();
        let done = self.act(other, dice);
        self.recorder.fail(None);
        self.recorder.0.lock().unwrap().reading_fails = None;
        self.store.end();
        let told = |error: Error| !error.hints.iter().any(|hint| hint.to_string().contains("opened again"));
        // What another process would find is asked there.
        if !for_ever && done.is_err_and(told) {
            let (known, states) = (self.recorder.known(), self.recorder.states());
            let undone = (before..states.len()).filter(|n| *n > known);
            undone.for_each(|n| self.recorder.note(Step::Undone(n)));
            assert_eq!(shown(self.store.folder()), states[known], "it was told that nothing was changed");
        }
    }
}

/// What a store holds for one who opens it now.
pub(super) fn shown(folder: &Path) -> State {
    let (_, Content { graph, prefixes, .. }) = Store::open(folder).unwrap();
    seen(&graph, &prefixes)
}

/// Some use of a new store, with its steps. Two programs take turns; they end between two changes or are killed in the middle of
/// one, operations fail, readers hold what they saw, somebody looks the store through.
pub(super) fn recorded(seed: u64) -> (Vec<Step>, Vec<State>) {
    let (folder, recorder, mut dice) = (Folder::new(), Recorder::default(), Dice::of(seed));
    let home = folder.0.join("above").join("store");
    let mut one = Use::of(&home, &recorder).unwrap();
    let mut two = Use::another(&home, &recorder).unwrap();
    let mut readers = Vec::new();
    for _ in 0..12 {
        if dice.below(2) == 0 {
            one.store.end();
            std::mem::swap(&mut one, &mut two);
        }
        match dice.below(10) {
            0 => {
                one = one.restart(&home);
                one.store.durability =
                    if dice.below(3) == 0 { Durability::Unsynced } else { Durability::Synced };
            }
            1 | 2 => {
                one.act_badly(Some(&mut two), &mut dice, true);
                two.store.end();
                if dice.below(4) == 0 && home.join(super::manifest::NAME).exists() {
                    drop(one);
                    repair_on(&home, true, &recorder).unwrap();
                    one = Use::another(&home, &recorder).unwrap();
                    recorder.find(one.seen());
                } else {
                    one = one.restart(&home);
                }
            }
            3 => {
                one.act_badly(Some(&mut two), &mut dice, false);
                two.store.end();
                recorder.find(shown(&home));
            }
            4 => {
                let (_, content) = Store::open(&home).unwrap();
                readers.push((content.graph, recorder.states()[recorder.known()].clone(), content.prefixes));
            }
            _ => {}
        }
        one.act(Some(&mut two), &mut dice).unwrap();
        assert_eq!(one.seen(), recorder.states()[recorder.known()], "seed {seed}: it sees what was told");
        assert_eq!(shown(&home), one.seen(), "seed {seed}: so does who comes now");
    }
    for (graph, before, prefixes) in readers {
        assert_eq!(seen(&graph, &prefixes), before, "seed {seed}: a reader sees what it saw");
    }
    (recorder.steps(), recorder.states())
}
