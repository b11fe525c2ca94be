//! Triples taken out of one file and put into it, each where it stands or belongs.
//!
//! In: the outline of a text, what is to go and what is to come. Out: edits. What says the same otherwise is rewritten in
//! place: another object of a predicate, another predicate of the objects, another subject of a block. Where a triple
//! cannot go without one that stays, that is an error with its place.

use super::layout::Changes;
use super::lists::NewList;
use super::parts::{Facts, Inner, Note, Object, Outline, Place, Slot, Statement, Value, Verb};
use super::pen::Pen;
use crate::error::{Error, Result, Span};
use crate::terms::{GraphName, NamedNode, NamedOrBlankNode, Quad, Term};
use std::collections::{HashMap, HashSet};

/// What is known of the file that is changed.
pub(super) struct Task<'a> {
    /// What it is called.
    pub name: &'a str,
    pub text: &'a str,
    pub outline: &'a Outline,
    /// The quads that matter, by the number of their triple.
    pub quads: &'a HashMap<Slot, Quad>,
    pub removed: &'a HashSet<Quad>,
    /// The last triple of each graph.
    pub graphs: &'a HashMap<GraphName, Slot>,
}

/// Changes one file.
pub(super) struct Editor<'a> {
    pub(super) task: Task<'a>,
    pub(super) pen: Pen<'a>,
    /// What is to come and has no place yet, in the order in which it is to be written.
    pub(super) pending: Pending,
    /// Triples that go in this text, but whose place says another one then.
    pub(super) kept: HashSet<Slot>,
    /// Lists that change, by where they begin.
    pub(super) lists: HashMap<usize, NewList>,
    /// The cells of lists, with the places of these.
    pub(super) cells: HashMap<NamedOrBlankNode, Place>,
    /// Objects that become another one.
    pub(super) objects: HashMap<Slot, String>,
    /// Subjects and predicates that become another one, by where they begin.
    pub(super) words: HashMap<usize, String>,
    /// The new subjects of blocks, by where their facts begin.
    subjects: HashMap<usize, NamedOrBlankNode>,
    /// What is to be written into facts, by where these begin.
    pub(super) news: HashMap<usize, News>,
    /// What is to be written into `[]`, by where it begins.
    pub(super) empty: HashMap<usize, News>,
    pub(super) changes: Changes,
    /// Whether something was written at the end of the file.
    pub(super) ended: bool,
}

/// What facts get.
#[derive(Default)]
pub(super) struct News {
    /// Objects for a predicate, by its number.
    pub objects: Vec<(usize, Term)>,
    /// Predicates with an object that come after one of the same kind.
    pub after: Vec<(usize, NamedNode, Term)>,
    /// Those that come at the end.
    pub facts: Vec<(NamedNode, Term)>,
}

impl<'a> Editor<'a> {
    pub fn new(task: Task<'a>, pen: Pen<'a>, added: Vec<Quad>) -> Self {
        let pending = Pending::of(added.into_iter().filter(|quad| !pen.is_nested(quad)));
        Self {
            task,
            pen,
            pending,
            kept: HashSet::new(),
            lists: HashMap::new(),
            cells: HashMap::new(),
            objects: HashMap::new(),
            words: HashMap::new(),
            subjects: HashMap::new(),
            news: HashMap::new(),
            empty: HashMap::new(),
            changes: Changes::default(),
            ended: false,
        }
    }

    /// Finds a place for each change.
    ///
    /// # Errors
    /// Where a triple cannot go, or a blank node cannot be named.
    pub fn edit(&mut self) -> Result<()> {
        let outline = self.task.outline;
        for statement in &outline.statements {
            self.edit_lists(statement);
        }
        for statement in &outline.statements {
            self.rename_subject(statement);
        }
        for statement in &outline.statements {
            for facts in all_facts(statement) {
                for verb in &facts.verbs {
                    self.rename_verb(verb);
                    self.replace_objects(verb);
                }
            }
        }
        self.check_cells()?;
        self.place_rest()?;
        for statement in &outline.statements {
            self.check(statement)?;
        }
        for statement in &outline.statements {
            self.write_statement(statement)?;
        }
        self.declare();
        Ok(())
    }

    /// Whether a triple goes from its place.
    pub(super) fn gone(&self, slot: Slot) -> bool {
        !self.kept.contains(&slot)
            && self.task.quads.get(&slot).is_some_and(|quad| self.task.removed.contains(quad))
    }

    /// Whether nothing comes in the place of an object that goes.
    pub(super) fn dead(&self, object: &Object) -> bool {
        self.gone(object.slot) && !self.objects.contains_key(&object.slot)
    }

    pub(super) fn all_dead(&self, verb: &Verb) -> bool {
        verb.objects.iter().all(|object| self.dead(object))
    }

    /// Takes a quad for each of some that go, where all of them come otherwise; `other` makes what comes instead.
    fn take_all(&mut self, slots: &[Slot], other: &dyn Fn(&Quad) -> Quad) -> bool {
        let quads = self.task.quads;
        let wanted: Option<Vec<Quad>> = slots.iter().map(|slot| quads.get(slot).map(other)).collect();
        let Some(wanted) = wanted.filter(|wanted| wanted.iter().all(|quad| self.pending.has(quad))) else {
            return false;
        };
        wanted.iter().for_each(|quad| self.pending.take(quad));
        self.kept.extend(slots);
        true
    }

    /// A block whose facts all go from one subject to another keeps them.
    fn rename_subject(&mut self, statement: &Statement) {
        let Some(facts) =
            statement.facts.as_ref().filter(|_| matches!(statement.subject.inner, Inner::Plain))
        else {
            return;
        };
        let objects = || facts.verbs.iter().flat_map(|verb| &verb.objects);
        let slots: Vec<Slot> = objects().map(|object| object.slot).collect();
        let Some(first) = slots.first().and_then(|slot| self.task.quads.get(slot)) else { return };
        // What is noted about a triple is about the whole of it.
        if objects().any(|object| !object.notes.is_empty()) || !slots.iter().all(|slot| self.gone(*slot)) {
            return;
        }
        let same = |quad: &&Quad| {
            quad.predicate == first.predicate
                && quad.object == first.object
                && quad.graph_name == first.graph_name
        };
        let found = self.pending.of_object(&first.object).find(same);
        let Some(subject) = found.map(|quad| quad.subject.clone()) else { return };
        let term = Term::from(subject.clone());
        if self.pen.can_name(&term)
            && self.take_all(&slots, &|quad| Quad { subject: subject.clone(), ..quad.clone() })
        {
            let text = self.pen.term(&term, statement.place.start).unwrap_or_default();
            self.words.insert(statement.subject.place.start, text);
            self.subjects.insert(facts.opened, subject);
        }
    }

    /// A predicate whose objects all go to another predicate keeps them.
    fn rename_verb(&mut self, verb: &Verb) {
        let slots: Vec<Slot> = verb.objects.iter().map(|object| object.slot).collect();
        let Some(first) = slots.first().and_then(|slot| self.task.quads.get(slot)) else { return };
        let noted = verb.objects.iter().any(|object| !object.notes.is_empty());
        if noted || !slots.iter().all(|slot| self.gone(*slot)) {
            return;
        }
        let same = |quad: &&Quad| {
            quad.subject == first.subject
                && quad.object == first.object
                && quad.graph_name == first.graph_name
        };
        let found = self.pending.of_subject(&first.subject).find(same);
        let Some(predicate) = found.map(|quad| quad.predicate.clone()) else { return };
        if self.take_all(&slots, &|quad| Quad { predicate: predicate.clone(), ..quad.clone() }) {
            let text = self.pen.verb(&predicate, verb.word.start);
            self.words.insert(verb.word.start, text);
        }
    }

    /// Objects that go make place for those of the same predicate that come: the likest first.
    fn replace_objects(&mut self, verb: &Verb) {
        for least in [2_u8, 1, 0] {
            for object in &verb.objects {
                let Some(old) = self.task.quads.get(&object.slot).filter(|_| self.dead(object)) else {
                    continue;
                };
                if inner_slots(object).into_iter().any(|slot| !self.gone(slot))
                    || self.has_comment(&object.place())
                {
                    continue;
                }
                let fits = |quad: &&Quad| {
                    quad.predicate == old.predicate
                        && quad.graph_name == old.graph_name
                        && likeness(&quad.object, &old.object) >= least
                };
                let indent = self.indent_at(object.place().start);
                let Some(new) = self.pending.of_subject(&old.subject).find(fits).cloned() else { continue };
                if let Some(text) = self.pen.object(&new.object, object.place().start, &indent) {
                    self.pending.take(&new);
                    self.objects.insert(object.slot, text);
                }
            }
        }
    }

    pub(super) fn has_comment(&self, place: &Place) -> bool {
        let comments = &self.task.outline.comments;
        let next = comments.partition_point(|comment| comment.start < place.start);
        comments.get(next).is_some_and(|comment| comment.start < place.end)
    }

    /// The blanks that the line of a place begins with.
    pub(super) fn indent_at(&self, at: usize) -> String {
        let before = self.task.text.get(..at).unwrap_or_default();
        let line = self.task.text.get(before.rfind('\n').map_or(0, |start| start + 1)..).unwrap_or_default();
        line.chars().take_while(|c| matches!(c, ' ' | '\t')).collect()
    }

    /// An error at a place: a triple that cannot go.
    pub(super) fn stuck(&self, place: &Place, why: &str) -> Error {
        let name = self.task.name;
        Error::data(format!("{name} cannot be changed in place: {why}"))
            .at(Span::in_text(name, self.task.text, place.clone()))
            .hint("change this file by hand; nothing was written")
    }

    /// Whether all can go that is to go.
    fn check(&self, statement: &Statement) -> Result<()> {
        self.check_value(&statement.subject)?;
        statement.facts.iter().try_for_each(|facts| self.check_facts(facts))
    }

    fn check_facts(&self, facts: &Facts) -> Result<()> {
        facts.verbs.iter().flat_map(|verb| &verb.objects).try_for_each(|object| self.check_object(object))
    }

    fn check_object(&self, object: &Object) -> Result<()> {
        if !self.gone(object.slot) {
            self.check_value(&object.value)?;
            return object.notes.iter().try_for_each(|note| self.check_note(note));
        }
        let mut facts = Vec::new();
        object_facts(object, &mut facts);
        if self.all_go(&inner_slots(object), &facts) {
            return Ok(());
        }
        Err(self
            .stuck(&object.place(), "what is said within this object stays, and nothing would mention it"))
    }

    /// Whether these triples go, and nothing comes in their place.
    fn all_go(&self, slots: &[Slot], facts: &[&Facts]) -> bool {
        slots.iter().all(|slot| self.gone(*slot) && !self.objects.contains_key(slot))
            && !facts.iter().any(|facts| self.news.contains_key(&facts.opened))
    }

    fn check_value(&self, value: &Value) -> Result<()> {
        match &value.inner {
            Inner::Plain => Ok(()),
            Inner::Facts(facts) => self.check_facts(facts),
            Inner::Items(items, rests) => {
                let goes = items.iter().find(|item| self.dead(item)).map(Object::place);
                let goes =
                    goes.or_else(|| rests.iter().any(|slot| self.gone(*slot)).then(|| value.place.clone()));
                match goes.filter(|_| !self.whole_goes(value)) {
                    Some(place) => {
                        Err(self.stuck(&place, "a part of this list goes, and the rest of it stays"))
                    }
                    None => items.iter().try_for_each(|item| self.check_object(item)),
                }
            }
            Inner::Reified(slots) => {
                match slots.iter().any(|slot| self.gone(*slot)) && !self.whole_goes(value) {
                    true => Err(self
                        .stuck(&value.place, "what this stands for goes, and what is said about it stays")),
                    false => Ok(()),
                }
            }
        }
    }

    /// Whether all that is within a term goes.
    pub(super) fn whole_goes(&self, value: &Value) -> bool {
        let (mut slots, mut facts) = (Vec::new(), Vec::new());
        value_slots(value, &mut slots);
        value_facts(value, &mut facts);
        self.all_go(&slots, &facts)
    }

    fn check_note(&self, note: &Note) -> Result<()> {
        let (mut slots, mut facts) = (Vec::new(), Vec::new());
        for (_, block) in &note.blocks {
            facts_slots(block, &mut slots);
            facts_within(block, &mut facts);
        }
        if self.gone(note.slot) && !self.all_go(&slots, &facts) {
            return Err(self.stuck(&note.place, "what this stands for goes, and what is said about it stays"));
        }
        note.blocks.iter().try_for_each(|(_, facts)| self.check_facts(facts))
    }

    /// Finds the facts that each quad left belongs to. What belongs to none makes statements of its own.
    fn place_rest(&mut self) -> Result<()> {
        let outline = self.task.outline;
        let mut holders: HashMap<(GraphName, NamedOrBlankNode), Vec<Holder<'_>>> = HashMap::new();
        for (number, statement) in outline.statements.iter().enumerate() {
            for facts in all_facts(statement) {
                if let Some(key) = self.owner(facts) {
                    holders.entry(key).or_default().push(Holder { facts, statement: number });
                }
            }
        }
        let mut own: Vec<Quad> = Vec::new();
        for quad in std::mem::take(&mut self.pending).left() {
            let key = (quad.graph_name.clone(), quad.subject.clone());
            let found = holders.get(&key).map(Vec::as_slice).unwrap_or_default();
            if !self.put_into(&quad, found)? {
                own.push(quad);
            }
        }
        self.write_own(own)
    }

    /// What facts are about, and in which graph.
    fn owner(&self, facts: &Facts) -> Option<(GraphName, NamedOrBlankNode)> {
        let slot = facts.verbs.first()?.objects.first()?.slot;
        let quad = self.task.quads.get(&slot)?;
        let subject = self.subjects.get(&facts.opened).unwrap_or(&quad.subject);
        Some((quad.graph_name.clone(), subject.clone()))
    }

    /// Puts a quad into one of the facts about its subject: where its predicate is, else at the end of the last.
    fn put_into(&mut self, quad: &Quad, holders: &[Holder<'_>]) -> Result<bool> {
        let same = |facts: &Facts| -> Vec<usize> {
            let has = |verb: &Verb| {
                let slot = verb.objects.first().map(|object| object.slot);
                let known = slot.and_then(|slot| self.task.quads.get(&slot));
                known.is_some_and(|known| known.predicate == quad.predicate)
                    && !self.words.contains_key(&verb.word.start)
                    && !self.all_dead(verb)
            };
            (0..).zip(&facts.verbs).filter(|(_, verb)| has(verb)).map(|(n, _)| n).collect()
        };
        let with = holders.iter().rev().find(|holder| !same(holder.facts).is_empty());
        let lives = |holder: &&Holder<'_>| holder.facts.verbs.iter().any(|verb| !self.all_dead(verb));
        let Some(holder) = with.or_else(|| holders.iter().rev().find(lives)).or(holders.last()) else {
            return self.put_into_empty(quad);
        };
        let single =
            |holder: &Holder<'_>| matches!(holder.facts.verbs.as_slice(), [verb] if verb.objects.len() == 1);
        if self.pen.by_lines() || (holders.len() > 1 && holders.iter().all(single)) {
            return self.write_line(quad, holder.statement).map(|()| true);
        }
        let places = same(holder.facts);
        let news = self.news.entry(holder.facts.opened).or_default();
        let (predicate, object) = (quad.predicate.clone(), quad.object.clone());
        match places.as_slice() {
            [] => news.facts.push((predicate, object)),
            [one] => news.objects.push((*one, object)),
            [.., last] => news.after.push((*last, predicate, object)),
        }
        Ok(true)
    }

    /// Puts a quad about a blank node that is written `[]` there.
    fn put_into_empty(&mut self, quad: &Quad) -> Result<bool> {
        let named = quad.subject.is_named_node();
        let Some(value) = Some(quad).filter(|_| !named).and_then(|quad| self.empty_value(quad)) else {
            return Ok(false);
        };
        let news = self.empty.entry(value.start).or_default();
        news.facts.push((quad.predicate.clone(), quad.object.clone()));
        Ok(true)
    }

    fn empty_value(&self, quad: &Quad) -> Option<Place> {
        let mut found = None;
        let wanted = Term::from(quad.subject.clone());
        for statement in &self.task.outline.statements {
            for object in
                all_facts(statement).into_iter().flat_map(|facts| &facts.verbs).flat_map(|verb| &verb.objects)
            {
                let place = &object.value.place;
                let is_empty = matches!(object.value.inner, Inner::Plain)
                    && self.task.text.get(place.clone()).is_some_and(|text| text.starts_with('['));
                let known = self.task.quads.get(&object.slot).filter(|_| is_empty && !self.gone(object.slot));
                if known.is_some_and(|known| known.object == wanted && known.graph_name == quad.graph_name) {
                    found = Some(place.clone());
                }
            }
        }
        found
    }
}

/// The quads that have no place yet, in order, found by their parts.
#[derive(Default)]
pub(super) struct Pending {
    quads: Vec<Option<Quad>>,
    numbers: HashMap<Quad, usize>,
    subjects: HashMap<NamedOrBlankNode, Vec<usize>>,
    objects: HashMap<Term, Vec<usize>>,
}

impl Pending {
    fn of(quads: impl Iterator<Item = Quad>) -> Self {
        let mut pending = Self::default();
        for (number, quad) in quads.enumerate() {
            pending.subjects.entry(quad.subject.clone()).or_default().push(number);
            pending.objects.entry(quad.object.clone()).or_default().push(number);
            pending.numbers.insert(quad.clone(), number);
            pending.quads.push(Some(quad));
        }
        pending
    }

    fn has(&self, quad: &Quad) -> bool {
        self.numbers.contains_key(quad)
    }

    pub(super) fn take(&mut self, quad: &Quad) {
        if let Some(place) = self.numbers.remove(quad).and_then(|number| self.quads.get_mut(number)) {
            *place = None;
        }
    }

    pub(super) fn of_subject(&self, subject: &NamedOrBlankNode) -> impl Iterator<Item = &Quad> {
        let numbers = self.subjects.get(subject).into_iter().flatten();
        numbers.filter_map(|number| self.quads.get(*number)?.as_ref())
    }

    fn of_object(&self, object: &Term) -> impl Iterator<Item = &Quad> {
        let numbers = self.objects.get(object).into_iter().flatten();
        numbers.filter_map(|number| self.quads.get(*number)?.as_ref())
    }

    pub(super) fn all(&self) -> impl Iterator<Item = &Quad> {
        self.quads.iter().flatten()
    }

    fn left(self) -> impl Iterator<Item = Quad> {
        self.quads.into_iter().flatten()
    }
}

/// Facts about a subject, and the number of the statement that they are in.
#[derive(Clone, Copy)]
struct Holder<'o> {
    facts: &'o Facts,
    statement: usize,
}

/// How alike two terms are, of which one takes the other's place: 2 for the same language or datatype.
fn likeness(a: &Term, b: &Term) -> u8 {
    match (a, b) {
        (Term::Literal(a), Term::Literal(b)) => {
            if a.language() == b.language() && a.datatype() == b.datatype() { 2 } else { 1 }
        }
        (Term::NamedNode(_), Term::NamedNode(_)) => 2,
        (Term::BlankNode(_), Term::BlankNode(_)) | (Term::Triple(_), Term::Triple(_)) => 1,
        _ => 0,
    }
}

/// All facts of a statement, those within others after them.
pub(super) fn all_facts(statement: &Statement) -> Vec<&Facts> {
    let mut found = Vec::new();
    value_facts(&statement.subject, &mut found);
    if let Some(facts) = &statement.facts {
        facts_within(facts, &mut found);
    }
    found
}

fn facts_within<'o>(facts: &'o Facts, found: &mut Vec<&'o Facts>) {
    found.push(facts);
    facts.verbs.iter().flat_map(|verb| &verb.objects).for_each(|object| object_facts(object, found));
}

fn object_facts<'o>(object: &'o Object, found: &mut Vec<&'o Facts>) {
    value_facts(&object.value, found);
    for (_, facts) in object.notes.iter().flat_map(|note| &note.blocks) {
        facts_within(facts, found);
    }
}

fn value_facts<'o>(value: &'o Value, found: &mut Vec<&'o Facts>) {
    match &value.inner {
        Inner::Plain | Inner::Reified(_) => {}
        Inner::Facts(facts) => facts_within(facts, found),
        Inner::Items(items, _) => items.iter().for_each(|item| value_facts(&item.value, found)),
    }
}

/// The triples within an object, beside its own.
fn inner_slots(object: &Object) -> Vec<Slot> {
    let mut slots = Vec::new();
    value_slots(&object.value, &mut slots);
    for note in &object.notes {
        slots.push(note.slot);
        note.blocks.iter().for_each(|(_, facts)| facts_slots(facts, &mut slots));
    }
    slots
}

fn facts_slots(facts: &Facts, slots: &mut Vec<Slot>) {
    for object in facts.verbs.iter().flat_map(|verb| &verb.objects) {
        slots.push(object.slot);
        slots.append(&mut inner_slots(object));
    }
}

fn value_slots(value: &Value, slots: &mut Vec<Slot>) {
    match &value.inner {
        Inner::Plain => {}
        Inner::Facts(facts) => facts_slots(facts, slots),
        Inner::Items(items, rests) => {
            slots.extend(rests);
            for item in items {
                slots.push(item.slot);
                slots.append(&mut inner_slots(item));
            }
        }
        Inner::Reified(reified) => slots.extend(reified),
    }
}
