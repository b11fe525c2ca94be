//! The parts of a text of RDF, as trees of places in it.
//!
//! In: nothing. Out: types: what `outline` finds in a text, and what is changed by. What a part says is not in them, but the
//! number of its triple in the order in which a parser gives them.

use super::style::Style;
use std::collections::HashSet;
use std::ops::Range;

/// The number of a triple in the order of its file.
pub(super) type Slot = usize;

/// A place in a text, in bytes.
pub(super) type Place = Range<usize>;

/// A text and what was found in it.
#[derive(Debug, Default)]
pub(super) struct Outline {
    /// The statements that were wanted, in order.
    pub statements: Vec<Statement>,
    /// The prefixes with the ends of their declarations, in order.
    pub prefixes: Vec<Declared>,
    /// The comments in and around the statements that were wanted.
    pub comments: Vec<Place>,
    /// The labels of blank nodes.
    pub labels: HashSet<String>,
    /// The graphs in braces.
    pub blocks: Vec<Block>,
    /// Where the first statement or graph begins.
    pub first: Option<usize>,
    /// How many triples there are.
    pub slots: Slot,
    /// How it is written.
    pub style: Style,
}

/// A graph in braces.
#[derive(Debug)]
pub(super) struct Block {
    pub slots: Range<Slot>,
    /// The brace that closes it.
    pub closes: Place,
    /// Where its last statement ends, if no point follows.
    pub unended: Option<usize>,
}

/// A declaration of a prefix.
#[derive(Debug)]
pub(super) struct Declared {
    pub name: String,
    /// Nothing where it is relative or has escapes.
    pub namespace: Option<String>,
    pub place: Place,
}

/// A subject and what is said about it.
#[derive(Debug)]
pub(super) struct Statement {
    pub subject: Value,
    pub facts: Option<Facts>,
    /// From the subject to the point that ends it.
    pub place: Place,
    pub slots: Range<Slot>,
}

/// A term.
#[derive(Debug)]
pub(super) struct Value {
    pub place: Place,
    pub inner: Inner,
}

/// What a term has in it.
#[derive(Debug)]
pub(super) enum Inner {
    /// Nothing that states a triple.
    Plain,
    /// `[ ... ]`.
    Facts(Facts),
    /// `( ... )`: the items, each with its rdf:first, and the triples of rdf:rest.
    Items(Vec<Object>, Vec<Slot>),
    /// `<< ... >>`: the triples of rdf:reifies.
    Reified(Vec<Slot>),
}

/// Predicates with their objects.
#[derive(Debug)]
pub(super) struct Facts {
    /// Where what they are about, or the bracket before them, ends.
    pub opened: usize,
    pub verbs: Vec<Verb>,
    /// What ends them: `.`, `]`, `|}`; nothing of the text where a `}` ends the statement.
    pub closes: Place,
}

/// A predicate with its objects.
#[derive(Debug)]
pub(super) struct Verb {
    pub word: Place,
    pub objects: Vec<Object>,
    /// The `;` after it, all of them where there are several.
    pub semicolon: Option<Place>,
}

/// An object: a triple.
#[derive(Debug)]
pub(super) struct Object {
    pub value: Value,
    pub slot: Slot,
    pub notes: Vec<Note>,
    pub comma: Option<Place>,
}

/// A reifier with what is said about it: `~ name {| ... |}`.
#[derive(Debug)]
pub(super) struct Note {
    pub place: Place,
    /// Whether it has a `~`.
    pub tilde: bool,
    pub slot: Slot,
    pub blocks: Vec<(Place, Facts)>,
}

impl Object {
    /// The whole of it with its notes.
    pub fn place(&self) -> Place {
        self.value.place.start..self.notes.last().map_or(self.value.place.end, |note| note.place.end)
    }
}

impl Verb {
    pub fn place(&self) -> Place {
        self.word.start..self.objects.last().map_or(self.word.end, |object| object.place().end)
    }
}

pub(super) type Renumber<'a> = &'a dyn Fn(&mut Slot);

impl Facts {
    pub fn each_slot(&mut self, see: Renumber<'_>) {
        self.verbs.iter_mut().flat_map(|verb| &mut verb.objects).for_each(|object| object.each_slot(see));
    }
}

impl Object {
    pub fn each_slot(&mut self, see: Renumber<'_>) {
        see(&mut self.slot);
        self.value.each_slot(see);
        for note in &mut self.notes {
            see(&mut note.slot);
            note.blocks.iter_mut().for_each(|(_, facts)| facts.each_slot(see));
        }
    }
}

impl Value {
    pub fn each_slot(&mut self, see: Renumber<'_>) {
        match &mut self.inner {
            Inner::Plain => {}
            Inner::Facts(facts) => facts.each_slot(see),
            Inner::Items(items, rests) => {
                rests.iter_mut().for_each(see);
                items.iter_mut().for_each(|item| item.each_slot(see));
            }
            Inner::Reified(slots) => slots.iter_mut().for_each(see),
        }
    }
}
