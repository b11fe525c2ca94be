//! Lists `( ... )` whose cells change: items that become others, come and go where the cells are one list again.
//!
//! In: the outline, what goes and what comes. Out: for each such list what becomes of its items. The cells are followed from the
//! head as they are after the update; where that is no list, or items would change places, nothing is done here, and
//! the editor says that the triples cannot go.

use super::editor::Editor;
use super::parts::{Facts, Inner, Object, Place, Slot, Statement, Value};
use crate::error::{Error, Result, Span};
use crate::terms::{NamedOrBlankNode, Quad, Term, rdf};
use std::collections::{HashMap, HashSet};

/// What becomes of a list.
#[derive(Default)]
pub(super) struct NewList {
    /// What each item becomes.
    fates: Vec<Fate>,
    /// What comes before the first item that stays.
    first: Vec<Term>,
}

/// What becomes of an item, and what comes after it.
#[derive(Default)]
struct Fate {
    stays: bool,
    becomes: Option<Term>,
    after: Vec<Term>,
}

/// Whether a quad is a part of a list.
pub(super) fn is_cell(quad: &Quad) -> bool {
    quad.predicate == rdf::FIRST || quad.predicate == rdf::REST
}

/// A list as the text has it.
struct Old<'o> {
    value: &'o Value,
    items: &'o [Object],
    rests: &'o [Slot],
    cells: Vec<NamedOrBlankNode>,
}

/// A list as the update leaves it, as far as it was followed.
#[derive(Default)]
struct Walk {
    new: NewList,
    /// The item that what comes stands after.
    at: Option<usize>,
    used: Vec<Quad>,
    seen: HashSet<NamedOrBlankNode>,
}

impl Editor<'_> {
    /// Finds what becomes of the lists of a statement, those within others first.
    pub(super) fn edit_lists(&mut self, statement: &Statement) {
        self.lists_of_value(&statement.subject, None);
        if let Some(facts) = &statement.facts {
            self.lists_of_facts(facts);
        }
    }

    fn lists_of_facts(&mut self, facts: &Facts) {
        for object in facts.verbs.iter().flat_map(|verb| &verb.objects) {
            self.lists_of_value(&object.value, Some(object));
            for (_, facts) in object.notes.iter().flat_map(|note| &note.blocks) {
                self.lists_of_facts(facts);
            }
        }
    }

    fn lists_of_value(&mut self, value: &Value, stated: Option<&Object>) {
        match &value.inner {
            Inner::Plain | Inner::Reified(_) => {}
            Inner::Facts(facts) => self.lists_of_facts(facts),
            Inner::Items(items, rests) => {
                items.iter().for_each(|item| self.lists_of_value(&item.value, Some(item)));
                let cell = |item: &Object| Some(self.task.quads.get(&item.slot)?.subject.clone());
                let Some(cells) = items.iter().map(cell).collect::<Option<Vec<_>>>() else { return };
                for cell in &cells {
                    self.cells.insert(cell.clone(), value.place.clone());
                }
                self.edit_list(&Old { value, items, rests, cells }, stated);
            }
        }
    }

    fn edit_list(&mut self, old: &Old<'_>, stated: Option<&Object>) {
        let slots = || old.items.iter().map(|item| item.slot).chain(old.rests.iter().copied());
        let head_goes = stated.filter(|object| self.gone(object.slot));
        let is_touched = head_goes.is_some() || slots().any(|slot| self.gone(slot));
        if !is_touched || self.whole_goes(old.value) {
            return;
        }
        let found = match head_goes {
            None => old.cells.first().and_then(|head| self.followed(old, head.clone().into())),
            // What is noted about a triple is about the whole of it.
            Some(object) if !object.notes.is_empty() => None,
            Some(object) => self.with_new_head(old, object.slot),
        };
        let Some(Walk { new, used, .. }) = found else { return };
        used.iter().for_each(|quad| self.pending.take(quad));
        self.kept.extend(slots().chain(head_goes.map(|object| object.slot)));
        self.lists.insert(old.value.place.start, new);
    }

    /// The list that begins with another cell, which takes the place of the first one.
    fn with_new_head(&self, old: &Old<'_>, stated: Slot) -> Option<Walk> {
        let known = self.task.quads.get(&stated)?;
        let comes = |quad: &&Quad| quad.predicate == known.predicate && quad.graph_name == known.graph_name;
        self.pending.of_subject(&known.subject).filter(comes).find_map(|quad| {
            let mut walk = self.followed(old, quad.object.clone())?;
            walk.used.push(quad.clone());
            Some(walk)
        })
    }

    /// Follows the cells from one on; nothing where they are no list of which something stays, in its order.
    fn followed(&self, old: &Old<'_>, head: Term) -> Option<Walk> {
        let numbers: HashMap<&NamedOrBlankNode, usize> = old.cells.iter().zip(0..).collect();
        let mut walk = Walk::default();
        walk.new.fates.resize_with(old.items.len(), Fate::default);
        let mut next = head;
        while next != Term::from(rdf::NIL.into_owned()) {
            let Term::BlankNode(node) = &next else { return None };
            let cell = NamedOrBlankNode::from(node.clone());
            if !walk.seen.insert(cell.clone()) {
                return None;
            }
            next = match numbers.get(&cell) {
                Some(number) => self.follow_old(old, *number, &mut walk)?,
                None => {
                    let (item, rest) = self.pen.cell(node)?;
                    walk.place_new(item);
                    rest
                }
            };
        }
        let goes = |number: usize| {
            let (item, rest) = (old.items.get(number), old.rests.get(number));
            item.is_some_and(|item| self.gone(item.slot)) && rest.is_some_and(|rest| self.gone(*rest))
        };
        let is_whole = old.cells.iter().zip(0..).all(|(cell, number)| {
            walk.seen.contains(cell) || (goes(number) && self.pending.of_subject(cell).next().is_none())
        });
        let leaves_nothing = old
            .items
            .iter()
            .zip(&walk.new.fates)
            .all(|(item, fate)| (fate.stays && fate.becomes.is_none()) || self.whole_goes(&item.value));
        let is_list = walk.new.fates.iter().any(|fate| fate.stays) && is_whole && leaves_nothing;
        is_list.then_some(walk)
    }

    /// A cell of the text as it is after the update; gives what its rdf:rest is.
    fn follow_old(&self, old: &Old<'_>, number: usize, walk: &mut Walk) -> Option<Term> {
        let (item, rest, cell) = (old.items.get(number)?, *old.rests.get(number)?, old.cells.get(number)?);
        if walk.at.is_some_and(|last| last > number) {
            return None;
        }
        let graph = &self.task.quads.get(&item.slot)?.graph_name;
        let comes: Vec<&Quad> = self.pending.of_subject(cell).collect();
        if !comes.iter().all(|quad| is_cell(quad) && quad.graph_name == *graph) {
            return None;
        }
        let mut one = |slot: Slot, predicate| {
            let mut new = comes.iter().filter(|quad| quad.predicate == predicate);
            match (self.gone(slot), new.next(), new.next()) {
                (false, None, _) => Some(None),
                (true, Some(quad), None) => {
                    walk.used.push(Quad::clone(quad));
                    Some(Some(quad.object.clone()))
                }
                _ => None,
            }
        };
        let (becomes, next) = (one(item.slot, rdf::FIRST)?, one(rest, rdf::REST)?);
        let next = match next {
            Some(next) => next,
            None => old
                .cells
                .get(number + 1)
                .map_or_else(|| Term::from(rdf::NIL.into_owned()), |cell| cell.clone().into()),
        };
        *walk.new.fates.get_mut(number)? = Fate { stays: true, becomes, after: Vec::new() };
        walk.at = Some(number);
        Some(next)
    }

    /// Refuses what would take a list apart.
    pub(super) fn check_cells(&self) -> Result<()> {
        let lost =
            self.pending.all().find_map(|quad| is_cell(quad).then(|| self.cells.get(&quad.subject))?);
        match lost {
            None => Ok(()),
            Some(place) => Err(self.taken_apart(place)),
        }
    }

    fn taken_apart(&self, place: &Place) -> Error {
        let name = self.task.name;
        Error::data(format!("{name} cannot be changed in place: the cells of this list would not be one list in its order"))
            .at(Span::in_text(name, self.task.text, place.clone()))
            .hint("delete the whole list and insert the new one, as in ( 1 2 3 ), in its place; nothing was written")
    }

    /// Writes what becomes of a list.
    pub(super) fn write_list(&mut self, value: &Value, items: &[Object], new: &NewList) -> Result<()> {
        let opened = value.place.start + 1;
        let ends: Vec<usize> = items.iter().map(|item| item.place().end).collect();
        // What stands between two items, as it does before this one.
        let gap = |editor: &Self, number: usize| {
            let number = if items.len() > 1 { number.max(1) } else { number };
            let start = items.get(number).map_or(opened, |item| item.place().start);
            let before = number.checked_sub(1).and_then(|before| ends.get(before)).copied();
            match editor.task.text.get(before.unwrap_or(opened)..start).unwrap_or_default() {
                "" => " ".to_owned(),
                gap if gap.trim().is_empty() => gap.to_owned(),
                gap if gap.contains('\n') => {
                    format!("{}{}", editor.task.outline.style.newline(), editor.indent_at(start))
                }
                _ => " ".to_owned(),
            }
        };
        let mut first = new.first.as_slice();
        for ((number, item), fate) in (0..).zip(items).zip(&new.fates) {
            let place = item.place();
            if !fate.stays {
                self.cut_item(&place);
                continue;
            }
            let gap = gap(self, number);
            for term in std::mem::take(&mut first) {
                let term = self.item(term, place.start)?;
                self.changes.put(place.start..place.start, term + &gap);
            }
            match &fate.becomes {
                Some(term) => {
                    let term = self.item(term, place.start)?;
                    self.changes.put(place.clone(), term);
                }
                None => self.write_object(item)?,
            }
            for term in &fate.after {
                let term = self.item(term, place.end)?;
                self.changes.put(place.end..place.end, gap.clone() + &term);
            }
        }
        Ok(())
    }

    fn item(&mut self, term: &Term, at: usize) -> Result<String> {
        let indent = self.indent_at(at);
        self.pen.object(term, at, &indent).ok_or_else(|| self.nameless())
    }

    /// Cuts an item; what stood on both sides of it stays apart.
    fn cut_item(&mut self, place: &Place) {
        let bytes = self.task.text.as_bytes();
        let ends = |byte: Option<&u8>| {
            byte.is_none_or(|byte| byte.is_ascii_whitespace() || matches!(byte, b'(' | b')'))
        };
        let before = place.start.checked_sub(1).and_then(|before| bytes.get(before));
        match ends(before) || ends(bytes.get(place.end)) {
            true => self.changes.cut(place.clone()),
            false => self.changes.put(place.clone(), " "),
        }
    }
}

impl Walk {
    fn place_new(&mut self, item: Term) {
        let fate = self.at.and_then(|at| self.new.fates.get_mut(at));
        match fate {
            Some(fate) => fate.after.push(item),
            None => self.new.first.push(item),
        }
    }
}
