//! The candidates for a position: keywords, variables, and what the graph has that fits there.
//!
//! In: a position and the triples around it. Out: candidates with notes. No more triples are read than a budget.

use super::command::Things;
use super::context::Context;
use super::position::{Position, Reader, Slot};
use super::ranking::{List, MOST};
use super::{Candidate, Completer, Completions};
use crate::advise::Knowledge;
use crate::engine::syntax::tokens::{DECLARATIONS, FORMS, FUNCTIONS, Kind, OPERATIONS, Token, tokens};
use crate::explore::survey::{BUDGET, Survey, by_use, local_name, telling};
use crate::store::{GraphId, Id, Pattern, Triple};
use crate::terms::{NamedNode, Prefixes, Term, rdf};
use std::cell::Cell;
use std::collections::{HashMap, HashSet};

/// How many things stand for all that a variable can be.
pub(super) const SAMPLE: usize = 500;

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

/// The candidates of one completion: where they come from, and how much of the graph may still be read for them.
pub(super) struct Candidates<'a> {
    completer: &'a Completer,
    known: &'a Knowledge<'a>,
    more: &'a Context,
    prefixes: Prefixes,
    graphs: Vec<GraphId>,
    left: Cell<usize>,
}

impl<'a> Candidates<'a> {
    pub(super) fn new(
        completer: &'a Completer,
        known: &'a Knowledge<'a>,
        more: &'a Context,
        text: &str,
    ) -> Self {
        let mut prefixes = known.prefixes.clone();
        for [keyword, name, iri] in tokens(text).windows(3).filter_map(|w| <&[Token; 3]>::try_from(w).ok()) {
            if keyword.text(text).eq_ignore_ascii_case("prefix")
                && let (Some(name), iri) = (name.text(text).strip_suffix(':'), iri.text(text))
                && let Some(iri) = iri.strip_prefix('<').and_then(|iri| iri.strip_suffix('>'))
            {
                prefixes.insert(name, iri);
            }
        }
        let graphs = known.graph.graphs();
        Self { completer, known, more, prefixes, graphs, left: Cell::new(BUDGET) }
    }

    pub(super) fn survey(&self) -> &'a Survey {
        self.completer.survey.get_or_init(|| Survey::of(self.known.graph, BUDGET))
    }

    /// The triples of all graphs that match, as far as the budget goes.
    pub(super) fn scan(&self, pattern: Pattern) -> impl Iterator<Item = Triple> + '_ {
        let graph = self.known.graph;
        self.graphs.iter().flat_map(move |name| graph.scan(*name, pattern)).take_while(|_| {
            let left = self.left.get();
            self.left.set(left.saturating_sub(1));
            left > 0
        })
    }

    pub(super) fn count(&self, pattern: Pattern) -> u64 {
        self.graphs.iter().map(|name| self.known.graph.count(*name, pattern)).sum()
    }

    pub(super) fn graph_term(&self, iri: &str) -> Slot {
        let node = NamedNode::new_unchecked(iri);
        self.known.graph.id(node.as_ref().into()).map_or(Slot::Other, Slot::Known)
    }

    pub(super) fn slot(&self, kind: Kind, word: &str) -> Slot {
        match kind {
            Kind::Variable => Slot::Variable(word.trim_start_matches(['?', '$']).to_owned()),
            Kind::PrefixedName => self.prefixes.expand(word).map_or(Slot::Other, |iri| self.graph_term(&iri)),
            Kind::Iri => self.graph_term(word.trim_start_matches('<').trim_end_matches('>')),
            _ => Slot::Other,
        }
    }

    pub(super) fn at(&self, list: &mut List<'_>, place: &Position, reader: &Reader) {
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

    pub(super) fn variables(&self, list: &mut List<'_>, reader: &Reader, group: u8) {
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

    pub(super) fn datatypes(&self, list: &mut List<'_>) {
        for name in DATATYPES {
            let iri = format!("http://www.w3.org/2001/XMLSchema#{name}");
            let short = self.prefixes.compact(&iri).unwrap_or_else(|| format!("<{iri}>"));
            let candidate = Candidate { insert: short.clone(), show: short.clone(), note: String::new() };
            list.add(0, 0, &[&short, name], candidate);
        }
    }

    pub(super) fn languages(&self, list: &mut List<'_>) {
        for (language, count) in self.known.names().languages() {
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
            for id in self.known.names().containing(list.typed, 30) {
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
        statements || self.known.names().all(class).is_empty()
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
        for id in self.known.names().containing(&typed, 50) {
            self.thing(list, 2, id, 0, "");
        }
    }

    fn thing(&self, list: &mut List<'_>, group: u8, id: Id, uses: u64, count: &str) {
        let term = self.known.graph.term(id);
        if matches!(term, Term::BlankNode(_) | Term::Triple(_)) {
            return;
        }
        let short = self.prefixes.show(term.as_ref());
        let mut names: Vec<&str> = self.known.names().all(id).iter().map(|name| name.text.as_str()).collect();
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
        let label = self.known.names().label(id, &self.more.language).map(str::to_owned);
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
        let label = self.known.names().label(id, &self.more.language).map(str::to_owned);
        label.or_else(|| Some(self.prefixes.show(self.known.graph.term(id).as_ref())))
    }

    /// Completes an argument that names a thing.
    pub(super) fn things(&self, start: usize, word: &str, wanted: &Things) -> Completions {
        let word = word.trim_start_matches('"');
        let mut list = List::of(word);
        match wanted {
            Things::Any => {
                self.by_name(&mut list);
                self.prefix_names(&mut list);
            }
            Things::Classes => {
                for (class, count) in &self.survey().classes {
                    self.thing(&mut list, 0, *class, *count, &grouped(*count));
                }
            }
            Things::LabelsOf(class) => self.labels(&mut list, class),
        }
        list.finish(start)
    }

    fn labels(&self, list: &mut List<'_>, class: &str) {
        let type_ = self.known.graph.id(rdf::TYPE.into());
        let things: Vec<Id> = match self.graph_term(class) {
            Slot::Known(class) => self.scan([None, type_, Some(class)]).map(|[s, _, _]| s).collect(),
            _ => self.known.names().containing(list.typed, 50),
        };
        for thing in things {
            let Some(label) = self.label(thing) else { continue };
            let quoted = label.contains(char::is_whitespace);
            let insert = if quoted { format!("\"{label}\"") } else { label.clone() };
            let note = self.prefixes.show(self.known.graph.term(thing).as_ref());
            let mut names: Vec<&str> =
                self.known.names().all(thing).iter().map(|name| name.text.as_str()).collect();
            names.extend([note.as_str(), local_name(&note)]);
            let candidate = Candidate { insert, show: label, note: note.clone() };
            list.add(0, 0, &names, candidate);
        }
    }
}

fn grouped(count: u64) -> String {
    format!("{count}×")
}
