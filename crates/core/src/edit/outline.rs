//! Reads a text of Turtle, TriG, N-Triples or N-Quads for the places of its parts, and which triple each of them states.
//!
//! In: a text that a parser has read. Out: the statements that are wanted, as trees of places. What is said is not read
//! here: each part has the number of its triple in the order in which the parser gives them, which follows from the
//! structure alone: it gives a triple at the token that completes it, and of several that one token completes the last one
//! first. A count that differs from the parser's tells that the two do not agree.

use super::parts::{
    Block, Declared, Facts, Inner, Note, Object, Outline, Place, Slot, Statement, Value, Verb,
};
use super::tokens::{Kind, Token, Tokens};
use crate::sources::rdf::Format;
use std::ops::Range;

/// How deep brackets may nest.
const DEPTH: usize = 128;

/// Why there is no outline.
#[derive(Debug)]
pub(super) struct Unclear(pub usize);

type Result<T> = std::result::Result<T, Unclear>;

/// Reads a text, and keeps the statements of which `wanted` says so by their triples.
///
/// # Errors
/// The place where the text is not what a parser would read, or nests too deep.
pub(super) fn outline(
    text: &str,
    format: Format,
    wanted: &mut dyn FnMut(Range<Slot>) -> bool,
) -> Result<Outline> {
    let mut reader = Reader {
        text,
        tokens: Tokens::of(text),
        next: None,
        after: None,
        end: 0,
        depth: 0,
        number: 0,
        late: false,
        completed: Vec::new(),
        comments: Vec::new(),
        found: Outline::default(),
    };
    reader.advance();
    reader.advance();
    reader.found.style.lines_of(text);
    while reader.next.is_some() {
        match format {
            Format::NQuads | Format::NTriples => reader.line(wanted)?,
            _ => reader.item(wanted)?,
        }
    }
    reader.found.comments.append(&mut reader.comments);
    Ok(reader.found)
}

struct Reader<'t> {
    text: &'t str,
    tokens: Tokens<'t>,
    next: Option<Token>,
    after: Option<Token>,
    /// Where the last token taken ends.
    end: usize,
    depth: usize,
    /// The number of the next token.
    number: usize,
    /// Whether the last term is completed by the token after it: a text may have a language.
    late: bool,
    /// The tokens that complete the triples of the statement.
    completed: Vec<usize>,
    /// Those since the last statement that was kept.
    comments: Vec<Place>,
    found: Outline,
}

impl<'t> Reader<'t> {
    fn advance(&mut self) {
        self.next = self.after.take();
        self.number += 1;
        loop {
            self.after = self.tokens.next();
            match &self.after {
                Some(Token { kind: Kind::Comment, place }) => self.comments.push(place.clone()),
                _ => return,
            }
        }
    }

    fn take(&mut self) -> Result<Token> {
        let token = self.next.clone().ok_or(Unclear(self.text.len()))?;
        self.end = token.place.end;
        if token.kind == Kind::Blank {
            let label = self.text.get(token.place.start + 2..token.place.end).unwrap_or_default();
            if !self.found.labels.contains(label) {
                self.found.labels.insert(label.to_owned());
            }
        }
        self.advance();
        Ok(token)
    }

    fn text_of(&self, token: Option<&Token>) -> &'t str {
        token.and_then(|token| self.text.get(token.place.clone())).unwrap_or_default()
    }

    fn is(&self, mark: &str) -> bool {
        self.next.as_ref().is_some_and(|token| token.kind == Kind::Mark)
            && self.text_of(self.next.as_ref()) == mark
    }

    fn is_word(&self, word: &str) -> bool {
        self.next.as_ref().is_some_and(|token| matches!(token.kind, Kind::Word | Kind::At))
            && self.text_of(self.next.as_ref()).trim_start_matches('@').eq_ignore_ascii_case(word)
    }

    fn expect(&mut self, mark: &str) -> Result<Place> {
        if self.is(mark) { Ok(self.take()?.place) } else { Err(self.unclear()) }
    }

    fn unclear(&self) -> Unclear {
        Unclear(self.next.as_ref().map_or(self.text.len(), |token| token.place.start))
    }

    /// The number of a triple that the last token completed, or with `late` the next one.
    fn slot(&mut self, late: bool) -> Slot {
        self.completed.push(if late { self.number } else { self.number - 1 });
        self.found.slots += 1;
        self.found.slots - 1
    }

    /// A declaration, a graph in braces, or a statement.
    fn item(&mut self, wanted: &mut dyn FnMut(Range<Slot>) -> bool) -> Result<()> {
        if ["prefix", "base", "version"].iter().any(|word| self.is_word(word)) {
            return self.declaration();
        }
        let start = self.next.as_ref().map_or(0, |token| token.place.start);
        self.found.first.get_or_insert(start);
        let names_graph = self.is_word("graph");
        if names_graph {
            self.take()?;
        }
        if names_graph || (self.text_of(self.after.as_ref()) == "{" && !self.is("[")) {
            self.name()?;
        } else if self.is("[") && self.text_of(self.after.as_ref()) == "]" {
            // The name of a graph, or a subject.
            let subject = self.value(None)?;
            if !self.is("{") {
                return self.statement_about(subject, wanted);
            }
        }
        if !self.is("{") {
            return self.statement(wanted);
        }
        self.take()?;
        let first = self.found.slots;
        let mut unended = None;
        while !self.is("}") {
            let (before, last) = (self.end, self.found.slots);
            self.statement(wanted)?;
            let ends = self.text.get(..self.end).is_some_and(|text| text.ends_with('.'));
            unended = (!ends && (self.end > before || self.found.slots > last)).then_some(self.end);
        }
        let closes = self.take()?.place;
        self.found.blocks.push(Block { slots: first..self.found.slots, closes, unended });
        Ok(())
    }

    /// The name of a graph.
    fn name(&mut self) -> Result<()> {
        let opens = self.is("[");
        self.take()?;
        if opens { self.expect("]").map(drop) } else { Ok(()) }
    }

    fn declaration(&mut self) -> Result<()> {
        let word = self.take()?;
        let (begins, names) = (
            word.place.start,
            self.text_of(Some(&word)).trim_start_matches('@').eq_ignore_ascii_case("prefix"),
        );
        let name = if names { self.take().map(|token| self.text_of(Some(&token)))? } else { "" };
        let value = self.take().map(|token| self.text_of(Some(&token)))?;
        if word.kind == Kind::At {
            self.expect(".")?;
        }
        if names {
            let namespace = value.trim_start_matches('<').trim_end_matches('>');
            let absolute = namespace.contains(':') && !namespace.contains('\\');
            self.found.prefixes.push(Declared {
                name: name.trim_end_matches(':').to_owned(),
                namespace: absolute.then(|| namespace.to_owned()),
                place: begins..self.end,
            });
        }
        Ok(())
    }

    fn statement(&mut self, wanted: &mut dyn FnMut(Range<Slot>) -> bool) -> Result<()> {
        let first = self.found.slots;
        let subject = self.value(None)?;
        self.rest_of(subject, first, wanted)
    }

    fn statement_about(&mut self, subject: Value, wanted: &mut dyn FnMut(Range<Slot>) -> bool) -> Result<()> {
        let first = self.found.slots;
        self.rest_of(subject, first, wanted)
    }

    /// A statement after its subject.
    fn rest_of(
        &mut self,
        subject: Value,
        first: Slot,
        wanted: &mut dyn FnMut(Range<Slot>) -> bool,
    ) -> Result<()> {
        let ends = |reader: &Self| reader.is(".") || reader.is("}");
        let mut facts = if ends(self) { None } else { Some(self.facts(subject.place.end)?) };
        if !ends(self) {
            return Err(self.unclear());
        }
        let closes = if self.is(".") { self.take()?.place } else { self.end..self.end };
        if let Some(facts) = &mut facts {
            facts.closes = closes.clone();
        }
        let place = subject.place.start..closes.end.max(self.end);
        let mut statement = Statement { subject, facts, place, slots: first..self.found.slots };
        self.put_in_order(&mut statement);
        self.keep(statement, wanted);
        Ok(())
    }

    /// Numbers the triples of a statement as the parser does.
    fn put_in_order(&mut self, statement: &mut Statement) {
        let completed = std::mem::take(&mut self.completed);
        let mut order: Vec<usize> = (0..completed.len()).collect();
        order.sort_by_key(|event| (completed.get(*event).copied(), std::cmp::Reverse(*event)));
        let first = statement.slots.start;
        let mut slots = vec![first; completed.len()];
        for (place, event) in order.into_iter().enumerate() {
            if let Some(slot) = slots.get_mut(event) {
                *slot = first + place;
            }
        }
        let renumber = |slot: &mut Slot| *slot = slots.get(*slot - first).copied().unwrap_or(*slot);
        statement.subject.each_slot(&renumber);
        if let Some(facts) = &mut statement.facts {
            facts.each_slot(&renumber);
        }
    }

    fn keep(&mut self, statement: Statement, wanted: &mut dyn FnMut(Range<Slot>) -> bool) {
        self.found.style.look(self.text, &statement);
        if wanted(statement.slots.clone()) {
            self.found.comments.append(&mut self.comments);
            self.found.statements.push(statement);
        } else {
            // What is just before the next statement may be about it.
            let end = statement.place.end;
            self.comments.retain(|comment| comment.start >= end);
        }
    }

    /// A line of N-Triples or N-Quads.
    fn line(&mut self, wanted: &mut dyn FnMut(Range<Slot>) -> bool) -> Result<()> {
        let start = self.next.as_ref().map_or(0, |token| token.place.start);
        if self.is_word("version") {
            self.take()?;
            return self.take().map(drop);
        }
        self.found.first.get_or_insert(start);
        let subject = self.value(None)?;
        let word = self.take()?.place;
        let value = self.value(None)?;
        let slot = self.slot(false);
        self.completed.clear();
        if !self.is(".") {
            self.take()?;
        }
        let closes = self.expect(".")?;
        let object = Object { value, slot, notes: Vec::new(), comma: None };
        let verbs = vec![Verb { word, objects: vec![object], semicolon: None }];
        let facts = Some(Facts { opened: subject.place.end, verbs, closes: closes.clone() });
        let place = subject.place.start..closes.end;
        self.keep(Statement { subject, facts, place, slots: slot..slot + 1 }, wanted);
        Ok(())
    }

    fn facts(&mut self, opened: usize) -> Result<Facts> {
        let mut verbs = Vec::new();
        loop {
            let word = self.take()?.place;
            let mut objects = vec![self.object()?];
            while self.is(",") {
                let comma = self.take()?.place;
                if let Some(last) = objects.last_mut() {
                    last.comma = Some(comma);
                }
                objects.push(self.object()?);
            }
            let start = self.next.as_ref().map_or(self.end, |token| token.place.start);
            let mut semicolon = None;
            while self.is(";") {
                self.take()?;
                semicolon = Some(start..self.end);
            }
            let more = semicolon.is_some() && ![".", "}", "]", "|}"].iter().any(|mark| self.is(mark));
            verbs.push(Verb { word, objects, semicolon });
            if !more {
                return Ok(Facts { opened, verbs, closes: self.end..self.end });
            }
        }
    }

    fn object(&mut self) -> Result<Object> {
        let mut slot = 0;
        let value = self.value(Some(&mut slot))?;
        let mut notes: Vec<Note> = Vec::new();
        loop {
            if self.is("~") {
                let start = self.take()?.place.start;
                let named = self
                    .next
                    .as_ref()
                    .is_some_and(|token| matches!(token.kind, Kind::Iri | Kind::Name | Kind::Blank));
                if named {
                    self.take()?;
                }
                let place = start..self.end;
                notes.push(Note { place, tilde: true, slot: self.slot(!named), blocks: Vec::new() });
            } else if self.is("{|") {
                let open = self.take()?.place;
                // A block after a reifier is about it.
                if !notes.iter().any(|note| note.tilde) {
                    notes.push(Note {
                        place: open.clone(),
                        tilde: false,
                        slot: self.slot(false),
                        blocks: Vec::new(),
                    });
                }
                let mut facts = self.deeper(|reader| reader.facts(open.end))?;
                facts.closes = self.expect("|}")?;
                if let Some(note) = notes.last_mut() {
                    note.place.end = facts.closes.end;
                    note.blocks.push((open.start..facts.closes.end, facts));
                }
            } else {
                return Ok(Object { value, slot, notes, comma: None });
            }
        }
    }

    fn deeper<T>(&mut self, read: impl FnOnce(&mut Self) -> Result<T>) -> Result<T> {
        self.depth += 1;
        if self.depth > DEPTH {
            return Err(self.unclear());
        }
        let read = read(self);
        self.depth -= 1;
        read
    }

    /// A term. `stated` is given the number of the triple whose object it is: before what is in a list, after all else.
    fn value(&mut self, stated: Option<&mut Slot>) -> Result<Value> {
        let start = self.next.as_ref().map_or(self.text.len(), |token| token.place.start);
        let (opens, nothing) = (self.is("["), self.text_of(self.after.as_ref()) == "]");
        if self.is("(") {
            return self.deeper(|reader| reader.list(start, stated));
        }
        let inner = if opens && !nothing {
            let opened = self.take()?.place.end;
            let mut facts = self.deeper(|reader| reader.facts(opened))?;
            facts.closes = self.expect("]")?;
            Inner::Facts(facts)
        } else if opens {
            self.name()?;
            Inner::Plain
        } else if self.is("<<") {
            let mut slots = Vec::new();
            self.deeper(|reader| reader.reified(&mut slots))?;
            Inner::Reified(slots)
        } else if self.is("<<(") {
            self.deeper(Self::triple_term)?;
            Inner::Plain
        } else {
            self.term()?;
            Inner::Plain
        };
        let late = std::mem::take(&mut self.late);
        if let Some(slot) = stated {
            *slot = self.slot(late);
        }
        Ok(Value { place: start..self.end, inner })
    }

    /// A term that is one token, or a text with its language or datatype.
    fn term(&mut self) -> Result<()> {
        let token = self.take()?;
        if token.kind == Kind::Mark {
            return Err(Unclear(token.place.start));
        }
        if token.kind == Kind::Text {
            if self.next.as_ref().is_some_and(|next| next.kind == Kind::At) {
                self.take()?;
            } else if self.is("^^") {
                self.take()?;
                self.take()?;
            } else {
                self.late = true;
            }
        }
        Ok(())
    }

    fn list(&mut self, start: usize, stated: Option<&mut Slot>) -> Result<Value> {
        self.take()?;
        if let Some(slot) = stated {
            *slot = self.slot(true);
        }
        let (mut items, mut rests) = (Vec::new(), Vec::new());
        while !self.is(")") {
            let mut slot = 0;
            let value = self.value(Some(&mut slot))?;
            rests.push(self.slot(true));
            items.push(Object { value, slot, notes: Vec::new(), comma: None });
        }
        self.take()?;
        let inner = if items.is_empty() { Inner::Plain } else { Inner::Items(items, rests) };
        Ok(Value { place: start..self.end, inner })
    }

    /// `<< subject verb object ~ name >>`.
    fn reified(&mut self, slots: &mut Vec<Slot>) -> Result<()> {
        self.take()?;
        let part = |reader: &mut Self, slots: &mut Vec<Slot>| {
            if reader.is("<<") {
                reader.deeper(|reader| reader.reified(slots))
            } else {
                reader.value(None).map(drop)
            }
        };
        part(self, slots)?;
        self.take()?;
        part(self, slots)?;
        let mut late = true;
        if self.is("~") {
            self.take()?;
            if !self.is(">>") {
                self.take()?;
                late = false;
            }
        }
        slots.push(self.slot(late));
        self.expect(">>").map(drop)
    }

    /// `<<( subject verb object )>>`.
    fn triple_term(&mut self) -> Result<()> {
        self.take()?;
        self.value(None)?;
        self.take()?;
        self.value(None)?;
        self.expect(")>>").map(drop)
    }
}
