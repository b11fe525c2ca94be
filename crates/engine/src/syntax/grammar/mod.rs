//! SPARQL text to algebra, by recursive descent over the grammar of SPARQL 1.2 (section 19.8) and the translation to algebra beside
//! it (section 18.2.2).
//!
//! In: a text, prefixes that need no declaration, a base. Out: `spargebra`'s algebra; or the place where no valid text could go on, and
//! why. A file for each part of the grammar; each rule tells by the next characters which way it goes, and never goes back. Besides
//! SPARQL 1.2 it takes LATERAL and ADJUST (SPARQL enhancement proposals 6 and 2). The limit: 200 brackets in one another, and 20 000
//! operators or parts of groups in a row.

mod expressions;
mod functions;
mod names;
mod paths;
mod patterns;
mod queries;
mod reassigned;
mod refusal;
mod scan;
mod select;
mod terms;
mod triples;
mod updates;
mod values;

pub use refusal::{Parsed, Refusal, Why};

use super::algebra::{AggregateExpression, Query};
use super::deep::{LONGEST as MOST_BESIDE, MOST_JOINED};
use super::nesting::{DEEPEST, LONGEST};
use super::operations::Update;
use crate::terms::{Prefixes, Variable};
use oxiri::Iri;
use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};

/// What a parser starts from.
#[derive(Clone, Copy)]
pub struct Start<'t> {
    /// The text.
    pub text: &'t str,
    /// Prefixes that need no declaration.
    pub prefixes: &'t Prefixes,
    /// What relative IRIs are resolved against.
    pub base: Option<&'t Iri<String>>,
    /// How many brackets and links may be in one another.
    pub room: Room,
}

/// How deep a text may go.
#[derive(Clone, Copy)]
pub enum Room {
    /// As deep as any text may, on a stack that is deep enough.
    Deep,
    /// So many brackets and links, else [`Why::Stack`].
    Levels(usize),
}

/// Where the parser is in a text, and what it knows of it so far.
struct Parser<'t> {
    text: &'t str,
    /// The byte where the next token begins; blanks and comments before it are behind.
    at: usize,
    prefixes: &'t Prefixes,
    /// The prefixes that the text declares. The last of a name is in force. A tree takes no room where there is none.
    declared: BTreeMap<&'t str, Cow<'t, str>>,
    base: Option<Iri<String>>,
    room: Room,
    /// How many brackets are open.
    brackets: usize,
    /// How many operators and parts are in the chains that are open.
    links: usize,
    /// The names of variables, in the order of the text, each as often as it stands there.
    variables: Vec<&'t str>,
    labels: Labels<'t>,
    /// The aggregates of the SELECT that is read.
    aggregates: Aggregates,
    /// Whether an aggregate may stand here, or why not.
    aggregate_rule: Result<(), Why>,
    /// How many patterns are joined so far, and how many parts of the group are operators over those before them.
    joined: usize,
    beside: usize,
    crowded: Crowded,
    /// How many EXISTS are open, and the variables that AS names within any, with their places.
    exists: usize,
    assigned: Vec<(Variable, usize)>,
}

/// Where a text first has more than is taken. Whether there are too many is known of the algebra alone.
#[derive(Debug, Clone, Copy, Default)]
pub struct Crowded {
    /// Of patterns that are joined, the object of the one too many.
    pub patterns: Option<usize>,
    /// Of BINDs, computed columns and the like, where the one too many begins.
    pub parts: Option<usize>,
}

/// Aggregates, each with the variable that stands for its value.
#[derive(Default)]
struct Aggregates {
    /// In the order of the text.
    found: Vec<(Variable, AggregateExpression)>,
    /// Where each is among those.
    places: HashMap<AggregateExpression, usize>,
}

/// The labels of blank nodes: each belongs to one basic graph pattern (section 5.1.1).
#[derive(Default)]
struct Labels<'t> {
    /// The number of the basic graph pattern that is read, and how many there are so far.
    pattern: usize,
    patterns: usize,
    /// Which of them each label stands in.
    of_patterns: HashMap<&'t str, usize>,
    /// Whether a template or data are read, whose labels belong to no pattern.
    is_template: bool,
    /// The number of the INSERT DATA that is read, and of the one that each label stands in.
    data: Option<usize>,
    of_data: HashMap<&'t str, usize>,
}

/// The query that a text is.
///
/// # Errors
/// Where it is none, and [`Why::Stack`] where there is no room for it.
pub fn query(start: &Start<'_>) -> Parsed<(Query, Crowded)> {
    let mut parser = Parser::new(start);
    parser.blank();
    parser.prologue()?;
    let query = parser.query()?;
    parser.end()?;
    let (Query::Select { pattern, .. }
    | Query::Ask { pattern, .. }
    | Query::Construct { pattern, .. }
    | Query::Describe { pattern, .. }) = &query;
    parser.check_exists(pattern)?;
    Ok((query, parser.crowded))
}

/// The update that a text is.
///
/// # Errors
/// As [`query`].
pub fn update(start: &Start<'_>) -> Parsed<(Update, Crowded)> {
    let mut parser = Parser::new(start);
    parser.blank();
    let update = parser.update()?;
    parser.end()?;
    Ok((update, parser.crowded))
}

impl<'t> Parser<'t> {
    fn new(start: &Start<'t>) -> Self {
        Self {
            text: start.text,
            at: 0,
            prefixes: start.prefixes,
            declared: BTreeMap::new(),
            base: start.base.cloned(),
            room: start.room,
            brackets: 0,
            links: 0,
            variables: Vec::new(),
            labels: Labels::default(),
            aggregates: Aggregates::default(),
            aggregate_rule: Err(Why::AggregateInPattern),
            joined: 0,
            beside: 0,
            crowded: Crowded::default(),
            exists: 0,
            assigned: Vec::new(),
        }
    }

    /// Notes where patterns become too many: `more` are joined in what is read just now.
    fn count_joined(&mut self, more: usize, at: usize) {
        if self.joined + more > MOST_JOINED {
            self.crowded.patterns.get_or_insert(at);
        }
    }

    /// One more part or column that is an operator over those before it.
    fn count_beside(&mut self, at: usize) {
        self.beside += 1;
        if self.beside > MOST_BESIDE {
            self.crowded.parts.get_or_insert(at);
        }
    }

    /// `Prologue ::= ( BaseDecl | PrefixDecl | VersionDecl )*`
    fn prologue(&mut self) -> Parsed<()> {
        loop {
            if self.word("PREFIX") {
                let name = self.prefix_name()?;
                let iri = self.iri_reference()?;
                self.declared.insert(name, iri);
            } else if self.word("BASE") {
                let at = self.at;
                let iri = self.iri_reference()?;
                self.base = Some(Iri::parse(iri.into_owned()).map_err(|_| Refusal { at, why: Why::Iri })?);
            } else if self.word("VERSION") {
                self.short_string()?;
            } else {
                return Ok(());
            }
        }
    }

    /// Nothing but blanks and comments may be left.
    fn end(&self) -> Parsed<()> {
        if self.at >= self.text.len() { Ok(()) } else { Err(self.unexpected()) }
    }

    /// What stands here is not what the grammar has here.
    fn unexpected(&self) -> Refusal {
        self.refusal(Why::Unexpected)
    }

    fn refusal(&self, why: Why) -> Refusal {
        Refusal { at: self.at, why }
    }

    /// A bracket is opened that the next token is; [`Parser::leave`] closes it.
    fn enter(&mut self) -> Parsed<()> {
        self.brackets += 1;
        if self.brackets > DEEPEST {
            return Err(self.refusal(Why::Brackets));
        }
        self.in_room()
    }

    fn leave(&mut self) {
        self.brackets -= 1;
    }

    /// One more operator of a chain, or part of a group. Who reads a chain sets `links` back at its end.
    fn link(&mut self) -> Parsed<()> {
        self.links += 1;
        if self.links > LONGEST {
            return Err(self.refusal(Why::Links));
        }
        self.in_room()
    }

    fn in_room(&self) -> Parsed<()> {
        match self.room {
            Room::Levels(levels) if self.brackets + self.links > levels => Err(self.refusal(Why::Stack)),
            Room::Levels(_) | Room::Deep => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests;
