//! Texts that functions make of others, and how long these are: one after the other in one piece of memory, no term or value
//! each.
//!
//! In: a step whose first argument is a column of the graph or what another step made, and whose others are constants; or CONCAT. Out: its
//! results, the same as from values; nothing where any cell needs more: a language that its result would have, a term of the
//! query, or a text that is **too long to be changed without a question**. What no guard lets pass is not looked at.

use super::compile::{Domain, Operation, Program, Step, StepId};
use super::fast::Fast;
use super::scope::{LONGEST_TEXT, Note, Scope};
use super::strings::{self, Text, simple};
use super::texts::Texts;
use super::value::Value;
use super::vector::{ERROR, Truth, Vector};
use crate::error::Result;
use crate::store::{FIRST_FOREIGN, Id, Indexed, Kind, Lexical, NONE, Scratch, Tag};
use crate::syntax::algebra::Function;
use crate::terms::xsd;
use memchr::memmem::Finder;
use rustc_hash::FxHashSet;
use std::cmp::Ordering;
use std::ops::Range;

/// After so many bytes more of text there is a look at the limit of memory; a text as long is not changed here.
const LONG: usize = 1 << 20;

/// What is made of a text.
enum Make<'p> {
    /// The text itself.
    Same,
    Lower,
    Upper,
    /// The characters from one place to another; none where there is no such place.
    Part(Option<(usize, usize)>),
    Before(Finder<'p>),
    After(Finder<'p>),
    Encoded,
    /// How many characters it has.
    Length,
}

impl<'p> Make<'p> {
    fn of(program: &'p Program, step: &'p Step) -> Option<Self> {
        let (Operation::Call(function) | Operation::Text(function, _)) = &step.operation else { return None };
        let finder = || Some(Finder::new(program.constant_text(*step.arguments.get(1)?)?));
        Some(match (function, step.arguments.len()) {
            (Function::Str, 1) => Self::Same,
            (Function::LCase, 1) => Self::Lower,
            (Function::UCase, 1) => Self::Upper,
            (Function::StrLen, 1) => Self::Length,
            (Function::EncodeForUri, 1) => Self::Encoded,
            (Function::StrBefore, 2) => Self::Before(finder()?),
            (Function::StrAfter, 2) => Self::After(finder()?),
            (Function::SubStr, 2) => {
                Self::Part(strings::places(program.constant(*step.arguments.get(1)?)?, None)?)
            }
            (Function::SubStr, 3) => {
                let length = program.constant(*step.arguments.get(2)?)?;
                Self::Part(strings::places(program.constant(*step.arguments.get(1)?)?, Some(length))?)
            }
            _ => return None,
        })
    }

    /// Makes it of a text, which has a language or not; says whether the result has none.
    fn make(&self, (text, has_language): (&str, bool), made: &mut Made) -> bool {
        let (made, mut stays) = match made {
            Made::Lengths(lengths) => {
                lengths.push(i64::try_from(text.chars().count()).ok().map(Fast::Integer));
                return true;
            }
            Made::Texts(texts) => (texts, has_language),
        };
        match self {
            Self::Same | Self::Length => {
                stays = false;
                made.push(Some(text));
            }
            Self::Lower => made.push_lower(text),
            Self::Upper => made.push_upper(text),
            Self::Part(places) => {
                made.push(Some(places.map_or("", |(from, to)| strings::part(text, from, to))));
            }
            // Where nothing is found it is the empty simple literal, whatever the language (17.4.3.9 and 17.4.3.10).
            Self::Before(finder) => {
                let found = finder.find(text.as_bytes());
                stays &= found.is_some();
                made.push(Some(found.and_then(|at| text.get(..at)).unwrap_or_default()));
            }
            Self::After(finder) => {
                let found = finder.find(text.as_bytes());
                stays &= found.is_some();
                let rest = found.and_then(|at| text.get(at + finder.needle().len()..));
                made.push(Some(rest.unwrap_or_default()));
            }
            Self::Encoded => {
                stays = false;
                made.push(Some(&strings::encoded(text)));
            }
        }
        !stays
    }
}

/// What was made so far.
enum Made {
    Texts(Texts),
    Lengths(Vec<Option<Fast>>),
}

/// A step at work.
struct Making<'p> {
    make: Make<'p>,
    made: Made,
    step: &'p Step,
    scope: &'p Scope,
    /// Up to how many bytes there was a look at the limit of memory.
    asked: usize,
}

impl Making<'_> {
    /// Makes the next of a text, which has a language or not, or of an error; whether the rest can be made.
    fn next(&mut self, text: Option<(&str, bool)>) -> bool {
        let Some(text) = text else {
            match &mut self.made {
                Made::Texts(texts) => texts.push(None),
                Made::Lengths(lengths) => lengths.push(None),
            }
            return true;
        };
        let (has_none, length) = (self.make.make(text, &mut self.made), text.0.len());
        let bytes = if let Made::Texts(texts) = &self.made { texts.bytes() } else { 0 };
        let may = self.scope.spend(length) && (bytes <= self.asked + LONG || self.scope.has_room(bytes));
        self.asked = self.asked.max(bytes / LONG * LONG);
        may && (has_none || self.step.text_alone) && length < LONG
    }

    /// Makes all of a column of terms by place, of which those are looked at that `is_looked_at` says; whether that could be
    /// done.
    fn of_column(&mut self, ids: impl Iterator<Item = (Id, bool)>, graph: &dyn Indexed) -> Result<bool> {
        let of_any = matches!(self.step.operation, Operation::Call(Function::Str) | Operation::Text(_, true));
        let leaves_language =
            of_any || self.step.text_alone || matches!(self.make, Make::Length | Make::Encoded);
        let (tagged, computed) =
            (graph.kinds().range(Kind::LangString), FIRST_FOREIGN.saturating_add(graph.more_terms()));
        let (mut bound, mut is_bound) = (Vec::new(), Vec::new());
        for (id, is_looked_at) in ids {
            if (computed..NONE).contains(&id) || !leaves_language && tagged.contains(&id) {
                return Ok(false);
            }
            is_bound.push(id != NONE && is_looked_at);
            if id != NONE && is_looked_at {
                bound.push(id);
            }
        }
        let (mut may, mut waiting) = (true, is_bound.iter());
        graph.lexicals(&bound, &mut Scratch::default(), &mut |_, lexical| {
            while may && waiting.next() == Some(&false) {
                self.next(None);
            }
            may = may && self.next(text_in(lexical, of_any));
            Ok(())
        })?;
        Ok(may && waiting.all(|_| self.next(None)))
    }
}

/// The results of a step at some of its places, if they can be had this way.
pub(super) fn compute(
    program: &Program,
    step: &Step,
    places: &Range<usize>,
    graph: &dyn Indexed,
    scope: &Scope,
) -> Result<Option<Vector>> {
    let Some(id) = step.arguments.first().copied().filter(|_| step.domain != Domain::Constant) else {
        return Ok(None);
    };
    let Some(make) = Make::of(program, step) else { return Ok(None) };
    // A guard that is a term is read as a value first.
    let is_term =
        |guard: StepId| program.step(guard).is_none_or(|step| matches!(step.operation, Operation::Column(_)));
    if program.guards_of(step).any(|guard| is_term(guard.step)) {
        return Ok(None);
    }
    let is_looked_at = |at: usize| step.guard.is_none() || program.is_looked_at(step, at, scope);
    let place = |at: usize| program.place_of_argument(step.domain, id, at);
    let made = match make {
        Make::Length => Made::Lengths(Vec::with_capacity(places.len())),
        _ => Made::Texts(Texts::default()),
    };
    let mut making = Making { make, made, step, scope, asked: 0 };
    let is_made = match (program.column_of(id), program.vector(id)) {
        (Some(ids), _) => {
            let cell = |at| (ids.get(place(at)).copied().unwrap_or(NONE), is_looked_at(at));
            making.of_column(places.clone().map(cell), graph)?
        }
        (None, Vector::Texts(texts)) => places.clone().all(|at| {
            let text = texts.get(place(at)).filter(|_| is_looked_at(at));
            making.next(text.map(|text| (text, false)))
        }),
        _ => return Ok(None),
    };
    if !is_made {
        return scope.check().map(|()| None);
    }
    Ok(Some(match making.made {
        Made::Texts(texts) => Vector::Texts(texts),
        Made::Lengths(lengths) => Vector::Numbers(lengths),
    }))
}

/// CONCAT of simple strings; nothing where any has a language.
pub(super) fn concat(program: &Program, step: &Step, places: &Range<usize>, scope: &Scope) -> Option<Texts> {
    if step.guard.is_some() {
        return None;
    }
    let mut texts = Texts::default();
    let mut asked = 0;
    for at in places.clone() {
        let (mut length, mut failed) = (0, false);
        for id in &step.arguments {
            let place = program.place_of_argument(step.domain, *id, at);
            let part = match program.vector(*id) {
                Vector::Texts(texts) => texts.get(place),
                Vector::Numbers(_) | Vector::Truths(_) => None,
                Vector::Values(_) | Vector::Ids(_) => match program.value(*id, place).and_then(Text::of) {
                    Some(Text { language: Some(_), .. }) => return None,
                    text => text.map(|text| text.text),
                },
            };
            // Errors and what is not a string: the whole is an error.
            let Some(part) = part else {
                failed = true;
                break;
            };
            length += part.len();
            if length > LONGEST_TEXT {
                scope.note(Note::TooLong);
                failed = true;
                break;
            }
            texts.push_part(part);
        }
        if failed {
            texts.end_in_error();
        } else {
            texts.end();
        }
        if !scope.spend(length) || texts.bytes() > asked + LONG && !scope.has_room(texts.bytes()) {
            return Some(texts);
        }
        asked = asked.max(texts.bytes() / LONG * LONG);
    }
    Some(texts)
}

/// The text that a function on strings looks at, of string literals, or of any term that STR takes, and whether it has a
/// language.
pub(super) fn text_in(lexical: Lexical<'_>, of_any: bool) -> Option<(&str, bool)> {
    match lexical {
        // STR leaves the language behind.
        Lexical::Literal(text, Tag::Language(_) | Tag::Directed(..)) => Some((text, !of_any)),
        Lexical::Literal(text, Tag::Datatype(datatype)) if of_any || datatype == xsd::STRING.as_str() => {
            Some((text, false))
        }
        Lexical::Iri(text) if of_any => Some((text, false)),
        _ => None,
    }
}

/// One side of a comparison of texts.
enum Side<'p> {
    Made(&'p Texts, StepId),
    Constant(&'p str),
}

impl<'p> Side<'p> {
    fn of(program: &'p Program, id: StepId) -> Option<Self> {
        match program.vector(id) {
            Vector::Texts(texts) if program.step(id)?.domain != Domain::Constant => {
                Some(Self::Made(texts, id))
            }
            _ => program.constant_text(id).map(Self::Constant),
        }
    }

    fn text(&self, program: &Program, step: &Step, at: usize) -> Option<&'p str> {
        match self {
            Self::Made(texts, id) => texts.get(program.place_of_argument(step.domain, *id, at)),
            Self::Constant(text) => Some(text),
        }
    }
}

/// `=`, `<` and their like of texts that steps made, with each other or with simple literals of the query (17.3: by code point).
pub(super) fn compared(
    program: &Program,
    step: &Step,
    places: &Range<usize>,
    holds: &dyn Fn(Ordering) -> bool,
    scope: &Scope,
) -> Option<Vec<Truth>> {
    let [a, b] = step.arguments.as_slice() else { return None };
    let (a, b) = (Side::of(program, *a)?, Side::of(program, *b)?);
    let truth = |at: usize| match (a.text(program, step, at), b.text(program, step, at)) {
        (Some(a), Some(b)) if scope.spend(a.len().min(b.len())) => Truth::from(holds(a.cmp(b))),
        _ => ERROR,
    };
    Some(places.clone().map(truth).collect())
}

/// IN of texts that a step made and simple literals of the query (17.4.1.9).
pub(super) fn is_among(
    program: &Program,
    step: &Step,
    places: &Range<usize>,
    scope: &Scope,
) -> Option<Vec<Truth>> {
    let (first, others) = step.arguments.split_first()?;
    let Side::Made(texts, id) = Side::of(program, *first)? else { return None };
    scope.spend(others.len());
    let members: FxHashSet<&str> =
        others.iter().map(|other| program.constant_text(*other)).collect::<Option<_>>()?;
    let truth = |at: usize| match texts.get(program.place_of_argument(step.domain, id, at)) {
        Some(text) if scope.spend(text.len()) => Truth::from(members.contains(text)),
        _ => ERROR,
    };
    Some(places.clone().map(truth).collect())
}

impl Program {
    /// The value of a step that depends on no column; nothing for an error, and of texts and numbers that are no values yet.
    pub(super) fn constant(&self, id: StepId) -> Option<&Value> {
        self.step(id).filter(|step| step.domain == Domain::Constant).and_then(|_| self.value(id, 0))
    }

    /// The text of a step that depends on no column and is a simple literal.
    pub(super) fn constant_text(&self, id: StepId) -> Option<&str> {
        match self.vector(id) {
            Vector::Texts(texts) if self.step(id)?.domain == Domain::Constant => texts.get(0),
            _ => self.constant(id).and_then(simple),
        }
    }
}
