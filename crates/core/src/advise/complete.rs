//! What could be typed here: completion from the graph, by the position in the text.
//!
//! In: a text, a cursor, what is known of the graph, and what the face alone knows (its commands,
//! saved queries, files) as plain data. Out: candidates, the best first. No more of a
//! graph is read than a budget.

use super::Knowledge;
use crate::engine::syntax::tokens::{DECLARATIONS, FORMS, FUNCTIONS, Kind, OPERATIONS, Token, tokens};
use crate::explore::names::fold;
use crate::explore::survey::{BUDGET, Survey, all_graphs, by_use, local_name, telling};
use crate::store::{GraphId, Id, Pattern, Triple};
use crate::terms::{NamedNode, Prefixes, Term, rdf};
use std::cell::Cell;
use std::collections::{HashMap, HashSet};
use std::sync::OnceLock;

/// One thing that could be typed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidate {
    /// What replaces the text from [`Completions::start`] to the cursor.
    pub insert: String,
    /// What to show in the list.
    pub show: String,
    /// What to show beside it: label, type, use count.
    pub note: String,
}

/// What could be typed at the cursor.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Completions {
    /// Where the replaced text begins, in bytes.
    pub start: usize,
    /// The candidates, the best first.
    pub candidates: Vec<Candidate>,
}

/// A name with a note, such as a dot-command with its summary.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Named {
    /// The name, as typed; a command's name has its dot.
    pub name: String,
    /// What it is.
    pub note: String,
    /// Other names, by which it is found too.
    pub also: Vec<String>,
}

/// What follows the name of a command.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Argument {
    /// The name of a saved query, then its parameters.
    SavedQuery,
    /// A thing of the graph, by prefixed name or label.
    Thing,
    /// A class of the graph.
    Class,
    /// A file.
    File,
    /// A prefix.
    Prefix,
    /// A query, as at the prompt.
    Query,
}

/// A dot-command.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Command {
    /// Its name, with the dot.
    pub name: String,
    /// What it does.
    pub note: String,
    /// Fixed words that it takes: modes, languages, `on` and `off`.
    pub words: Vec<String>,
    /// What else may follow.
    pub argument: Option<Argument>,
}

/// A parameter of a saved query.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Parameter {
    /// Its name, without dashes.
    pub name: String,
    /// What it means.
    pub note: String,
    /// The class whose things are its values, as an IRI.
    pub class: Option<String>,
    /// The values that it can have, where they are known.
    pub values: Vec<Named>,
}

/// A saved query.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SavedQuery {
    /// Its name.
    pub name: String,
    /// What it asks.
    pub note: String,
    /// What can be given to it.
    pub parameters: Vec<Parameter>,
}

/// What a face knows that the graph does not.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Context {
    /// The dot-commands.
    pub commands: Vec<Command>,
    /// Words after which a value of their own comes, whichever command they belong to.
    pub options: Vec<Command>,
    /// The saved queries.
    pub queries: Vec<SavedQuery>,
    /// Files that could be named at the cursor, as typed; folders end with a slash.
    pub files: Vec<String>,
    /// The language in which labels are shown first.
    pub language: String,
}

/// Completes with what it has already learnt of one graph. A changed graph wants a new one.
#[derive(Debug, Default)]
pub struct Completer {
    survey: OnceLock<Survey>,
}

impl Completer {
    /// Completes at `cursor` (in bytes) of `text`.
    pub fn complete(&self, text: &str, cursor: usize, known: &Knowledge<'_>, more: &Context) -> Completions {
        let before = text.get(..cursor).unwrap_or(text);
        let (line, start) = match before.trim_start().strip_prefix('.') {
            Some(_) if !before.trim_start().contains('\n') => match command(before.trim_start(), more) {
                Asked::Names(names, word) => return named(names, before, word),
                Asked::Thing(word, class) => {
                    let work = Work::new(self, known, more, "");
                    return work.things(before.len() - word.len(), word, class.as_deref());
                }
                Asked::Query(line) => (line, before.len() - line.len()),
            },
            _ => (before, 0),
        };
        let after = text.get(before.len()..).unwrap_or_default();
        let mut found = query(self, line, after, known, more);
        found.start += start;
        found
    }
}

/// Completes at `cursor` (in bytes) of `text`, with nothing learnt before.
pub fn complete(text: &str, cursor: usize, known: &Knowledge<'_>, more: &Context) -> Completions {
    Completer::default().complete(text, cursor, known, more)
}

/// What a dot-command's line asks for.
enum Asked<'t> {
    Names(Vec<Named>, &'t str),
    Thing(&'t str, Option<String>),
    Query(&'t str),
}

fn command<'t>(line: &'t str, more: &Context) -> Asked<'t> {
    let word_start = line.rfind(char::is_whitespace).map_or(0, |i| i + 1);
    let word = line.get(word_start..).unwrap_or_default();
    let mut words = line.split_whitespace();
    let name = words.next().unwrap_or_default();
    if word_start == 0 {
        let named = |c: &Command| Named { name: c.name.clone(), note: c.note.clone(), ..Named::default() };
        return Asked::Names(more.commands.iter().map(named).collect(), word);
    }
    let Some(command) = more.commands.iter().find(|command| command.name == name) else {
        return Asked::Names(Vec::new(), word);
    };
    let previous = line.strip_suffix(word).unwrap_or(line).split_whitespace().last().unwrap_or_default();
    let option = more.options.iter().find(|option| option.name == previous);
    let fixed =
        |words: &[String]| words.iter().map(|w| Named { name: w.clone(), ..Named::default() }).collect();
    match option.map_or(command.argument, |option| option.argument) {
        None if option.is_some() => Asked::Names(fixed(option.map_or(&[], |option| &option.words)), word),
        Some(Argument::SavedQuery) => saved_query(words.next(), line, word, more),
        Some(Argument::Thing) => Asked::Thing(word, None),
        Some(Argument::Class) => Asked::Thing(word, Some(rdfs_class())),
        Some(Argument::File) => Asked::Names(fixed(&more.files), word),
        Some(Argument::Query) => Asked::Query(line.get(name.len()..).unwrap_or_default().trim_start()),
        Some(Argument::Prefix) | None => Asked::Names(fixed(&command.words), word),
    }
}

/// A mark for "any class": what [`Work::things`] is asked for where a class is wanted.
fn rdfs_class() -> String {
    "http://www.w3.org/2000/01/rdf-schema#Class".to_owned()
}

fn saved_query<'t>(query: Option<&str>, line: &str, word: &'t str, more: &Context) -> Asked<'t> {
    let Some(query) = query.filter(|query| !std::ptr::eq(query.as_ptr(), word.as_ptr())) else {
        let named = |q: &SavedQuery| Named { name: q.name.clone(), note: q.note.clone(), ..Named::default() };
        return Asked::Names(more.queries.iter().map(named).collect(), word);
    };
    let parameters =
        more.queries.iter().find(|have| have.name == query).map_or(&[][..], |query| &query.parameters);
    let previous = line.strip_suffix(word).unwrap_or(line).split_whitespace().last().unwrap_or_default();
    let (flag, value) = match word.split_once('=') {
        Some((flag, value)) if word.starts_with("--") => (flag, value),
        _ => (previous, word),
    };
    match flag.strip_prefix("--").and_then(|flag| parameters.iter().find(|p| p.name == flag)) {
        Some(Parameter { values, .. }) if !values.is_empty() => Asked::Names(values.clone(), value),
        Some(parameter) => {
            let class = parameter.class.clone().unwrap_or_default();
            Asked::Thing(value, Some(format!("{LABELS_OF}{class}")))
        }
        None => {
            let named = |p: &Parameter| Named {
                name: format!("--{}", p.name),
                note: p.note.clone(),
                ..Named::default()
            };
            // A value may stand without the name of its parameter.
            let first = parameters.iter().find(|p| p.class.is_some() || p.name != "lang");
            let values = first.filter(|_| !word.is_empty() && !word.starts_with('-'));
            let values = values.into_iter().flat_map(|p| p.values.clone());
            Asked::Names(parameters.iter().map(named).chain(values).collect(), word)
        }
    }
}

/// Before a class's IRI: its things are wanted by label, as values of a parameter.
const LABELS_OF: &str = "labels of ";

fn named(names: Vec<Named>, before: &str, word: &str) -> Completions {
    let wanted = fold(word.trim_start_matches('"'));
    let fit = |named: &Named| {
        let names = std::iter::once(&named.name).chain(&named.also);
        names.filter_map(|name| quality(&fold(name), &wanted)).min()
    };
    let mut candidates: Vec<_> = names
        .into_iter()
        .filter_map(|named| Some((fit(&named)?, named)))
        .map(|(quality, Named { name, note, .. })| {
            let spaced = name.contains(char::is_whitespace);
            let insert = if spaced { format!("\"{name}\"") } else { name.clone() };
            (quality, Candidate { insert, show: name, note })
        })
        .collect();
    candidates.sort_by(|(a, x), (b, y)| a.cmp(b).then_with(|| x.insert.cmp(&y.insert)));
    Completions {
        start: before.len() - word.len(),
        candidates: candidates.into_iter().map(|(_, candidate)| candidate).collect(),
    }
}

/// How well a folded name fits what is typed: 0 whole, 1 it begins so, 2 a word of it does, 3 it has it.
fn quality(name: &str, wanted: &str) -> Option<u8> {
    if name == wanted {
        Some(0)
    } else if name.starts_with(wanted) {
        Some(1)
    } else if name.split(|c: char| !c.is_alphanumeric()).any(|part| part.starts_with(wanted)) {
        Some(2)
    } else if name.contains(wanted) {
        Some(3)
    } else {
        None
    }
}

/// A term in a triple of the text.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Slot {
    Variable(String),
    Known(Id),
    Other,
}

/// Where the cursor is.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Position {
    /// Before the first brace, or after the last.
    Outside {
        after: bool,
    },
    Subject,
    Predicate(Slot),
    Object {
        subject: Slot,
        predicate: Slot,
        reversed: bool,
    },
    AfterObject,
    Expression,
}

/// Reads the triples of a text, however broken, and where its end is.
struct Reader {
    place: Position,
    /// What to come back to at the end of a bracket: `(` of expressions, `[`, `{`.
    stack: Vec<Position>,
    triples: Vec<[Slot; 3]>,
    variables: Vec<String>,
    depth: usize,
}

impl Reader {
    fn new() -> Self {
        Self {
            place: Position::Outside { after: false },
            stack: Vec::new(),
            triples: Vec::new(),
            variables: Vec::new(),
            depth: 0,
        }
    }

    fn read(&mut self, text: &str, tokens: &[Token], work: &Work<'_>) {
        for token in tokens {
            let word = token.text(text);
            match token.kind {
                Kind::Comment => {}
                Kind::Punctuation => self.punctuation(word),
                Kind::Keyword if word == "a" => self.term(work.graph_term(rdf::TYPE.as_str())),
                Kind::Keyword | Kind::Function => self.keyword(&word.to_ascii_uppercase()),
                Kind::Language => {}
                _ => {
                    let slot = work.slot(token.kind, word);
                    if let Slot::Variable(name) = &slot
                        && !self.variables.contains(name)
                    {
                        self.variables.push(name.clone());
                    }
                    self.term(slot);
                }
            }
        }
    }

    fn keyword(&mut self, word: &str) {
        let expects_expression = ["FILTER", "BIND", "HAVING"].contains(&word);
        match &self.place {
            Position::Outside { .. } if expects_expression => self.place = Position::Expression,
            Position::Outside { .. } | Position::Expression => {}
            _ if expects_expression => {
                self.stack.push(Position::Subject);
                self.place = Position::Expression;
            }
            _ => self.place = Position::Subject,
        }
    }

    fn punctuation(&mut self, mark: &str) {
        match mark {
            "{" => {
                self.depth += 1;
                self.stack.push(Position::Subject);
                self.place = Position::Subject;
            }
            "}" => {
                self.depth = self.depth.saturating_sub(1);
                self.stack.pop();
                self.place =
                    if self.depth == 0 { Position::Outside { after: true } } else { Position::Subject };
            }
            "[" => {
                self.stack.push(self.place.clone());
                self.place = Position::Predicate(Slot::Variable(format!("[{}", self.triples.len())));
            }
            "]" => {
                self.place = self.stack.pop().unwrap_or(Position::Subject);
                self.term(Slot::Other);
            }
            "(" if self.place == Position::Expression => self.stack.push(Position::Expression),
            ")" if self.place == Position::Expression => {
                self.place = self.stack.pop().unwrap_or(Position::Subject);
                // The end of the whole expression comes back to where FILTER stood.
                if self.place == Position::Expression && self.stack.last() == Some(&Position::Subject) {
                    self.stack.pop();
                    self.place = Position::Subject;
                }
            }
            _ if self.place == Position::Expression => {}
            "." if self.depth > 0 => self.place = Position::Subject,
            ";" | "," | "/" | "|" | "^" => self.separator(mark),
            _ => {}
        }
    }

    fn separator(&mut self, mark: &str) {
        let last = self.triples.last().cloned();
        match (mark, &self.place, last) {
            (";", Position::AfterObject, Some([subject, _, _])) => self.place = Position::Predicate(subject),
            (",", Position::AfterObject, Some([subject, predicate, _])) => {
                self.place = Position::Object { subject, predicate, reversed: false };
            }
            ("/", Position::Object { .. }, _) => self.place = Position::Predicate(Slot::Other),
            ("|", Position::Object { subject, .. }, _) => self.place = Position::Predicate(subject.clone()),
            _ => {}
        }
    }

    fn term(&mut self, term: Slot) {
        self.place = match std::mem::replace(&mut self.place, Position::AfterObject) {
            Position::Subject => Position::Predicate(term),
            Position::Predicate(subject) => Position::Object { subject, predicate: term, reversed: false },
            Position::Object { subject, predicate, .. } => {
                self.triples.push([subject, predicate, term]);
                Position::AfterObject
            }
            other => other,
        };
    }
}

fn query(
    completer: &Completer,
    before: &str,
    after: &str,
    known: &Knowledge<'_>,
    more: &Context,
) -> Completions {
    let mut tokens = tokens(before);
    let touching = tokens.last().is_some_and(|token| {
        token.range.end == before.len()
            && (token.kind != Kind::Punctuation || matches!(token.text(before), "?" | "$" | "@" | "<"))
    });
    let word = if touching { tokens.pop() } else { None };
    let start = word.as_ref().map_or(before.len(), |token| token.range.start);
    let kind = word.as_ref().map(|token| token.kind);
    let typed = before.get(start..).unwrap_or_default();
    if kind == Some(Kind::Comment) {
        return Completions { start, candidates: Vec::new() };
    }
    let work = Work::new(completer, known, more, before);
    let mut reader = Reader::new();
    reader.read(before, &tokens, &work);
    let place = reader.place.clone();
    let rest: Vec<_> = {
        let all = crate::engine::syntax::tokens::tokens(after);
        let end = all.iter().position(|t| matches!(t.text(after), "." | "}"));
        end.map_or(Vec::new(), |end| all.into_iter().skip(end).collect())
    };
    reader.read(after, &rest, &work);
    let previous = tokens.last().map_or("", |token| token.text(before));
    let mut list = List { wanted: fold(typed), typed, found: Vec::new() };
    if previous == "^^" {
        work.datatypes(&mut list);
    } else if typed.starts_with('@') {
        work.languages(&mut list);
    } else if typed.starts_with(['?', '$']) {
        work.variables(&mut list, &reader, 0);
    } else {
        work.at(&mut list, &place, &reader);
    }
    list.finish(start)
}

/// Candidates as they are found.
struct List<'t> {
    wanted: String,
    typed: &'t str,
    found: Vec<(u8, u8, u64, Candidate)>,
}

impl List<'_> {
    fn fits(&self, names: &[&str]) -> bool {
        let wanted = self.wanted.trim_start_matches('<');
        names.iter().any(|name| quality(&fold(name), wanted).is_some())
    }

    /// Adds what fits what is typed by one of `names`; `group` comes before fit and use.
    fn add(&mut self, group: u8, uses: u64, names: &[&str], candidate: Candidate) {
        let wanted = self.wanted.trim_start_matches('<');
        let fit = names.iter().filter_map(|name| quality(&fold(name), wanted)).min();
        if let Some(fit) = fit {
            self.found.push((group, fit, u64::MAX - uses, candidate));
        }
    }

    fn word(&mut self, group: u8, word: &str, note: &str) {
        if fold(word).starts_with(&self.wanted) {
            let candidate = Candidate { insert: word.into(), show: word.into(), note: note.into() };
            self.found.push((group, 0, 0, candidate));
        }
    }

    fn finish(mut self, start: usize) -> Completions {
        self.found.sort_by(|a, b| (a.0, a.1, a.2, &a.3.insert).cmp(&(b.0, b.1, b.2, &b.3.insert)));
        let mut seen = HashSet::new();
        let fresh = self.found.into_iter().map(|(.., candidate)| candidate);
        let fresh = fresh.filter(|candidate| seen.insert(candidate.insert.clone()));
        Completions { start, candidates: fresh.take(MOST).collect() }
    }
}

/// How many candidates are given at most.
const MOST: usize = 200;
/// How many things stand for all that a variable can be.
const SAMPLE: usize = 500;

/// One completion at work: what it may read, and how much it has read.
struct Work<'a> {
    completer: &'a Completer,
    known: &'a Knowledge<'a>,
    more: &'a Context,
    prefixes: Prefixes,
    graphs: Vec<GraphId>,
    left: Cell<usize>,
}

impl<'a> Work<'a> {
    fn new(completer: &'a Completer, known: &'a Knowledge<'a>, more: &'a Context, text: &str) -> Self {
        let mut prefixes = known.prefixes.clone();
        for [keyword, name, iri] in tokens(text).windows(3).filter_map(|w| <&[Token; 3]>::try_from(w).ok()) {
            if keyword.text(text).eq_ignore_ascii_case("prefix")
                && let (Some(name), iri) = (name.text(text).strip_suffix(':'), iri.text(text))
                && let Some(iri) = iri.strip_prefix('<').and_then(|iri| iri.strip_suffix('>'))
            {
                prefixes.insert(name, iri);
            }
        }
        let graphs = all_graphs(known.graph);
        Self { completer, known, more, prefixes, graphs, left: Cell::new(BUDGET) }
    }

    fn survey(&self) -> &'a Survey {
        self.completer.survey.get_or_init(|| Survey::of(self.known.graph, BUDGET))
    }

    /// The triples of all graphs that match, as far as the budget goes.
    fn scan(&self, pattern: Pattern) -> impl Iterator<Item = Triple> + '_ {
        let graph = self.known.graph;
        let triples = self.graphs.iter().flat_map(move |name| graph.scan(*name, pattern).triples());
        triples.flatten().take_while(|_| {
            let left = self.left.get();
            self.left.set(left.saturating_sub(1));
            left > 0
        })
    }

    fn count(&self, pattern: Pattern) -> u64 {
        self.graphs.iter().map(|name| self.known.graph.count(*name, pattern)).sum()
    }

    fn graph_term(&self, iri: &str) -> Slot {
        let node = NamedNode::new_unchecked(iri);
        self.known.graph.id(node.as_ref().into()).map_or(Slot::Other, Slot::Known)
    }

    fn slot(&self, kind: Kind, word: &str) -> Slot {
        match kind {
            Kind::Variable => Slot::Variable(word.trim_start_matches(['?', '$']).to_owned()),
            Kind::PrefixedName => self.prefixes.expand(word).map_or(Slot::Other, |iri| self.graph_term(&iri)),
            Kind::Iri => self.graph_term(word.trim_start_matches('<').trim_end_matches('>')),
            _ => Slot::Other,
        }
    }

    fn at(&self, list: &mut List<'_>, place: &Position, reader: &Reader) {
        match place {
            Position::Outside { after } => {
                if *after {
                    AFTER.iter().for_each(|word| list.word(0, word, ""));
                } else {
                    let words = [FORMS, DECLARATIONS, START, OPERATIONS].into_iter().flatten();
                    words.for_each(|word| list.word(0, word, ""));
                    self.variables(list, reader, 0);
                    self.by_name(list);
                    self.prefix_names(list);
                }
            }
            Position::Subject => {
                self.variables(list, reader, 0);
                GROUP.iter().for_each(|word| list.word(1, word, ""));
                self.by_name(list);
                self.prefix_names(list);
            }
            Position::Predicate(subject) => {
                list.word(0, "a", "is a");
                self.predicates(list, subject, reader);
            }
            Position::Object { subject, predicate, .. } => {
                self.objects(list, subject, predicate, reader);
                self.variables(list, reader, 1);
                self.prefix_names(list);
            }
            Position::AfterObject => GROUP.iter().for_each(|word| list.word(1, word, "")),
            Position::Expression => {
                self.variables(list, reader, 0);
                for (name, ..) in FUNCTIONS {
                    list.word(1, name, "function");
                }
                self.by_name(list);
                self.prefix_names(list);
            }
        }
    }

    fn variables(&self, list: &mut List<'_>, reader: &Reader, group: u8) {
        let sigil = if list.typed.starts_with('$') { '$' } else { '?' };
        for name in &reader.variables {
            list.word(group, &format!("{sigil}{name}"), "variable");
        }
    }

    fn prefix_names(&self, list: &mut List<'_>) {
        for (prefix, namespace) in self.prefixes.iter().filter(|_| !list.typed.contains(':')) {
            list.word(3, &format!("{prefix}:"), namespace);
        }
    }

    fn datatypes(&self, list: &mut List<'_>) {
        for name in DATATYPES {
            let iri = format!("http://www.w3.org/2001/XMLSchema#{name}");
            let short = self.prefixes.compact(&iri).unwrap_or_else(|| format!("<{iri}>"));
            let candidate = Candidate { insert: short.clone(), show: short.clone(), note: String::new() };
            list.add(0, 0, &[&short, name], candidate);
        }
    }

    fn languages(&self, list: &mut List<'_>) {
        for (language, count) in self.known.names.languages() {
            list.word(0, &format!("@{language}"), &format!("{count} names"));
        }
    }

    /// The things that a slot can be by the triples of the text, a sample; nothing where it can be any.
    fn instances(&self, slot: &Slot, reader: &Reader) -> Option<Vec<Id>> {
        let name = match slot {
            Slot::Known(id) => return Some(vec![*id]),
            Slot::Variable(name) => name,
            Slot::Other => return None,
        };
        let is = |slot: &Slot| matches!(slot, Slot::Variable(have) if have == name);
        let id = |slot: &Slot| if let Slot::Known(id) = slot { Some(*id) } else { None };
        let mut limits: Vec<(Pattern, usize)> = Vec::new();
        for [s, p, o] in reader.triples.iter().filter(|[_, p, _]| id(p).is_some()) {
            if is(s) {
                limits.push(([None, id(p), id(o)], 0));
            } else if is(o) {
                limits.push(([id(s), id(p), None], 2));
            }
        }
        limits.sort_by_key(|(pattern, _)| self.count(*pattern));
        let ((pattern, column), others) = limits.split_first()?;
        let fits = |thing: &Id| {
            others.iter().all(|([s, p, o], column)| {
                let pattern = if *column == 0 { [Some(*thing), *p, *o] } else { [*s, *p, Some(*thing)] };
                self.count(pattern) > 0
            })
        };
        let mut seen = HashSet::new();
        let things = self.scan(*pattern).filter_map(|triple| triple.get(*column).copied());
        Some(things.filter(|thing| seen.insert(*thing)).take(20 * SAMPLE).filter(fits).take(SAMPLE).collect())
    }

    fn predicates(&self, list: &mut List<'_>, subject: &Slot, reader: &Reader) {
        let found = self.instances(subject, reader).filter(|things| !things.is_empty());
        let counts = match found {
            Some(things) => {
                let mut counts = HashMap::new();
                for [_, predicate, _] in things.iter().flat_map(|thing| self.scan([Some(*thing), None, None]))
                {
                    *counts.entry(predicate).or_insert(0) += 1;
                }
                by_use(counts)
            }
            None => self.survey().predicates.clone(),
        };
        let type_ = self.known.graph.id(rdf::TYPE.into());
        for (predicate, count) in counts {
            // `a` says it shorter.
            if list.typed.is_empty() && Some(predicate) == type_ {
                continue;
            }
            self.thing(list, 1, predicate, count, &grouped(count));
        }
    }

    fn objects(&self, list: &mut List<'_>, subject: &Slot, predicate: &Slot, reader: &Reader) {
        let Slot::Known(predicate) = predicate else { return self.by_name(list) };
        let is_type = self.known.graph.id(rdf::TYPE.into()) == Some(*predicate);
        let things = self.instances(subject, reader).filter(|things| !things.is_empty());
        let counts = match things {
            _ if is_type && !matches!(subject, Slot::Known(_)) => self.survey().classes.clone(),
            Some(things) => {
                self.tally(things.iter().flat_map(|thing| self.scan([Some(*thing), Some(*predicate), None])))
            }
            None => self.tally(self.scan([None, Some(*predicate), None])),
        };
        let most = if list.wanted.is_empty() { MOST } else { counts.len() };
        for (object, count) in counts.iter().take(most) {
            let group = u8::from(is_type && self.aside(*object));
            self.thing(list, group, *object, *count, &grouped(*count));
        }
        // On a large graph the value sought may lie past the budget: names lead to it directly.
        if self.left.get() == 0 && !list.wanted.is_empty() {
            for id in self.known.names.containing(list.typed, 30) {
                let count = self.count([None, Some(*predicate), Some(id)]);
                if count > 0 {
                    self.thing(list, 0, id, count, &grouped(count));
                }
            }
        }
    }

    /// Whether a class is seldom the one meant, however many things it has: the graph does not name it, or
    /// it is of statements about triples.
    fn aside(&self, class: Id) -> bool {
        const STATEMENT: &str = "http://www.w3.org/1999/02/22-rdf-syntax-ns#Statement";
        let id = |iri| self.known.graph.id(NamedNode::new_unchecked(iri).as_ref().into());
        let broader = id("http://www.w3.org/2000/01/rdf-schema#subClassOf").zip(id(STATEMENT));
        let statements =
            broader.is_some_and(|(sub, of)| self.scan([Some(class), Some(sub), Some(of)]).next().is_some());
        statements || self.known.names.all(class).is_empty()
    }

    fn tally(&self, triples: impl Iterator<Item = Triple>) -> Vec<(Id, u64)> {
        let mut counts = HashMap::new();
        for [_, _, object] in triples {
            *counts.entry(object).or_insert(0) += 1;
        }
        by_use(counts)
    }

    /// Things by what is typed of their names.
    fn by_name(&self, list: &mut List<'_>) {
        if list.typed.is_empty() {
            return;
        }
        let typed = list.typed.rsplit([':', '/', '#']).next().unwrap_or_default().to_owned();
        for id in self.known.names.containing(&typed, 50) {
            self.thing(list, 2, id, 0, "");
        }
    }

    fn thing(&self, list: &mut List<'_>, group: u8, id: Id, uses: u64, count: &str) {
        let term = self.known.graph.term(id);
        if matches!(term, Term::BlankNode(_) | Term::Triple(_)) {
            return;
        }
        let short = self.prefixes.show(term.as_ref());
        let mut names: Vec<&str> = self.known.names.all(id).iter().map(|name| name.text.as_str()).collect();
        match &term {
            Term::NamedNode(iri) => {
                names.extend([iri.as_str(), local_name(iri.as_str())]);
            }
            Term::Literal(literal) => names.push(literal.value()),
            Term::BlankNode(_) | Term::Triple(_) => {}
        }
        names.push(&short);
        // The note costs a few look-ups more: only for what will be shown.
        if !list.fits(&names) {
            return;
        }
        let label = self.known.names.label(id, &self.more.language).map(str::to_owned);
        let class = self.class_of(id).filter(|_| matches!(term, Term::NamedNode(_)));
        let note: Vec<String> =
            [label, class, Some(count.to_owned())].into_iter().flatten().filter(|s| !s.is_empty()).collect();
        let candidate = Candidate { insert: short.clone(), show: short.clone(), note: note.join(" · ") };
        list.add(group, uses, &names, candidate);
    }

    /// The label of the class that says most about a thing: the one with the fewest instances.
    fn class_of(&self, id: Id) -> Option<String> {
        let type_ = self.known.graph.id(rdf::TYPE.into())?;
        let classes = self.scan([Some(id), Some(type_), None]).map(|[_, _, class]| class);
        let class = telling(classes.take(8), self.known)?;
        self.label(class)
    }

    fn label(&self, id: Id) -> Option<String> {
        let label = self.known.names.label(id, &self.more.language).map(str::to_owned);
        label.or_else(|| Some(self.prefixes.show(self.known.graph.term(id).as_ref())))
    }

    /// Completes an argument: a thing by its name, of a class where one is given.
    fn things(&self, start: usize, word: &str, class: Option<&str>) -> Completions {
        let word = word.trim_start_matches('"');
        let mut list = List { wanted: fold(word), typed: word, found: Vec::new() };
        if class == Some(rdfs_class().as_str()) {
            for (class, count) in &self.survey().classes {
                self.thing(&mut list, 0, *class, *count, &grouped(*count));
            }
        } else if let Some(class) = class.and_then(|class| class.strip_prefix(LABELS_OF)) {
            self.labels(&mut list, class);
        } else {
            self.by_name(&mut list);
            self.prefix_names(&mut list);
        }
        list.finish(start)
    }

    fn labels(&self, list: &mut List<'_>, class: &str) {
        let type_ = self.known.graph.id(rdf::TYPE.into());
        let things: Vec<Id> = match self.graph_term(class) {
            Slot::Known(class) => self.scan([None, type_, Some(class)]).map(|[s, _, _]| s).collect(),
            _ => self.known.names.containing(list.typed, 50),
        };
        for thing in things {
            let Some(label) = self.label(thing) else { continue };
            let quoted = label.contains(char::is_whitespace);
            let insert = if quoted { format!("\"{label}\"") } else { label.clone() };
            let note = self.prefixes.show(self.known.graph.term(thing).as_ref());
            let mut names: Vec<&str> =
                self.known.names.all(thing).iter().map(|name| name.text.as_str()).collect();
            names.extend([note.as_str(), local_name(&note)]);
            let candidate = Candidate { insert, show: label, note: note.clone() };
            list.add(0, 0, &names, candidate);
        }
    }
}

fn grouped(count: u64) -> String {
    format!("{count}×")
}

/// What may follow the beginning of a query or an update, or stand before it.
const START: &[&str] = &["DISTINCT", "REDUCED", "WHERE", "FROM", "FROM NAMED", "INSERT DATA", "DELETE DATA"];
const AFTER: &[&str] =
    &["ORDER BY", "GROUP BY", "HAVING", "LIMIT", "OFFSET", "VALUES", "WHERE", "DESC", "ASC"];
const GROUP: &[&str] =
    &["FILTER", "OPTIONAL", "BIND", "VALUES", "UNION", "MINUS", "GRAPH", "SERVICE", "EXISTS", "NOT EXISTS"];
const DATATYPES: &[&str] = &[
    "date",
    "integer",
    "string",
    "gYear",
    "gYearMonth",
    "decimal",
    "dateTime",
    "boolean",
    "double",
    "float",
    "anyURI",
    "time",
    "duration",
    "long",
    "int",
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::{Graph, Scan};
    use crate::terms::{GraphName, Quad, TermRef};

    /// The text with `|` for the cursor, completed over the embedded graph.
    fn at(text: &str) -> Completions {
        let cursor = text.find('|').unwrap();
        let text = text.replacen('|', "", 1);
        complete(&text, cursor, &crate::fixture::known(), &context())
    }

    fn inserts(text: &str) -> Vec<String> {
        at(text).candidates.into_iter().map(|candidate| candidate.insert).collect()
    }

    fn context() -> Context {
        let vendor = Parameter {
            name: "vendor".into(),
            class: Some("https://w3id.org/baimo/ontology#Vendor".into()),
            ..Parameter::default()
        };
        let lang = Parameter {
            name: "lang".into(),
            values: ["zh", "en"].map(|tag| Named { name: tag.into(), ..Named::default() }).to_vec(),
            ..Parameter::default()
        };
        let command = |name: &str, argument| Command { name: name.into(), argument, ..Command::default() };
        Context {
            commands: vec![
                command(".run", Some(Argument::SavedQuery)),
                command(".describe", Some(Argument::Thing)),
                command(".explain", Some(Argument::Query)),
                Command {
                    name: ".mode".into(),
                    words: vec!["csv".into(), "table".into()],
                    ..Command::default()
                },
            ],
            queries: vec![SavedQuery {
                name: "timeline".into(),
                parameters: vec![vendor, lang],
                ..Default::default()
            }],
            language: "zh".into(),
            ..Context::default()
        }
    }

    /// Text with the cursor, and the candidate that must come first.
    const FIRST: &[(&str, &str)] = &[
        ("SELECT * { ?x a bm:Rel|", "bm:Release"),
        ("SELECT * { ?x a bm:Release ; bm:rel|", "bm:releasedBy"),
        ("SELECT * { vendor:douyin bm:p|", "bm:partOf"),
        ("SELECT * { ?x a bm:Release ; bm:releasedBy 百度|", "vendor:baidu"),
        ("SELECT * { ?x bm:developer baidu|", "vendor:baidu"),
        ("SELECT * { ?x bm:developer vendor:bai|", "vendor:baidu"),
        ("SELECT * { ?thing a bm:Release . ?th|", "?thing"),
        ("SEL|", "SELECT"),
        ("SELECT * { ?x bm:date \"2023-01-01\"^^da|", "xsd:date"),
        ("SELECT * { ?x rdfs:label \"百度\"@z|", "@zh"),
        ("SELECT * { ?x a bm:Release } ORD|", "ORDER BY"),
        ("SELECT * { ?x a bm:Release FILTER(STRST|", "STRSTARTS"),
        ("SELECT * { ?x bm:openSource t|", "true"),
        ("DESCRIBE 百度|", "vendor:baidu"),
        ("SELECT * { <https://w3id.org/baimo/vendor/baid|", "vendor:baidu"),
        ("SELECT * { ?x a |", "bm:Artifact"),
        (".ru|", ".run"),
        (".run tim|", "timeline"),
        (".run timeline --ve|", "--vendor"),
        (".run timeline --vendor 百度|", "百度"),
        (".run timeline --vendor baid|", "百度"),
        (".run timeline --lang e|", "en"),
        (".mode ta|", "table"),
        (".describe 百度|", "vendor:baidu"),
        (".explain SELECT * { ?x a bm:Rel|", "bm:Release"),
        ("PREFIX o: <https://w3id.org/baimo/ontology#> SELECT * { ?x a o:Rel|", "o:Release"),
    ];

    #[test]
    fn the_first_candidate_is_the_one_meant() {
        let wrong: Vec<_> = FIRST
            .iter()
            .filter_map(|(text, first)| {
                let found = inserts(text);
                (found.first().map(String::as_str) != Some(*first)).then_some((text, found))
            })
            .collect();
        assert!(wrong.is_empty(), "{wrong:#?}");
    }

    #[test]
    fn predicates_are_those_that_the_instances_have() {
        let found = inserts("SELECT * { ?x a bm:Registration ; |");
        assert!(found.iter().any(|name| name == "bm:batch"), "{found:?}");
        assert!(!found.iter().any(|name| name == "bm:releasedBy"), "{found:?}");
    }

    #[test]
    fn a_candidate_shows_label_and_type() {
        let found = at("SELECT * { ?x bm:developer baidu|").candidates;
        assert!(found[0].note.starts_with("百度 · 厂商"), "{}", found[0].note);
    }

    /// A graph that counts the triples it gives out.
    struct Counting {
        graph: crate::store::pack::Pack,
        given: std::sync::atomic::AtomicUsize,
    }

    impl Graph for Counting {
        fn id(&self, term: TermRef<'_>) -> Option<Id> {
            self.graph.id(term)
        }
        fn term(&self, id: Id) -> Term {
            self.graph.term(id)
        }
        fn scan(&self, graph: GraphId, pattern: Pattern) -> Scan<'_> {
            let triples = self.graph.scan(graph, pattern).triples();
            Scan::Stream(Box::new(triples.inspect(|_| {
                self.given.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
            })))
        }
        fn count(&self, graph: GraphId, pattern: Pattern) -> u64 {
            self.graph.count(graph, pattern)
        }
        fn graph_names(&self) -> Vec<Id> {
            self.graph.graph_names()
        }
    }

    /// Completion must not slow down as the graph grows: it once could have read every triple of a
    /// predicate at every keystroke.
    #[test]
    fn a_large_graph_is_read_within_the_budget() {
        let mut builder = crate::store::pack::Builder::new();
        let iri = |text: String| NamedNode::new_unchecked(format!("http://example.org/{text}"));
        for i in 0..BUDGET / 2 + 5000 {
            let subject = iri(format!("s{i}"));
            let class = iri(format!("C{}", i % 7));
            builder.add(Quad::new(subject.clone(), rdf::TYPE, class, GraphName::DefaultGraph).as_ref());
            builder.add(
                Quad::new(subject, iri("p".into()), iri(format!("o{i}")), GraphName::DefaultGraph).as_ref(),
            );
        }
        let graph = Counting { graph: builder.finish(), given: Default::default() };
        let names = crate::explore::names::Names::of_graph(&graph, 10);
        let mut prefixes = Prefixes::well_known();
        prefixes.insert("e", "http://example.org/");
        let known = Knowledge { graph: &graph, names: &names, prefixes: &prefixes };
        let completer = Completer::default();
        let reads = |text: &str| {
            let before = graph.given.load(std::sync::atomic::Ordering::Relaxed);
            let found = completer.complete(text, text.len(), &known, &Context::default());
            assert!(!found.candidates.is_empty(), "{text}");
            graph.given.load(std::sync::atomic::Ordering::Relaxed) - before
        };
        assert!(reads("SELECT * { ?x a e:") <= 2 * BUDGET + 2);
        assert!(reads("SELECT * { ?x a e:C") <= 1000, "the survey is kept");
        assert!(reads("SELECT * { ?x a e:C1 ; ") <= 100 * SAMPLE);
        assert!(reads("SELECT * { ?x e:p ") <= BUDGET + 1);
    }

    #[test]
    fn the_replaced_text_begins_at_the_word() {
        assert_eq!(at("SELECT * { ?x a bm:Rel|").start, 16);
        assert_eq!(at(".describe 百度|").start, 10);
    }
}
