//! Why is it empty? The first part of a query that nothing fits, and the nearest thing that would.
//!
//! In: a query's algebra that found nothing, the graph, a budget of work. Out: at most three lines for
//! people. It tries small questions of its own, from the first pattern on, until the rows are gone; what
//! a limit cuts off is left unsaid.

use super::Knowledge;
use crate::engine::answer::{Answer, Row};
use crate::engine::syntax::algebra::{
    self, Expression, GraphPattern, NamedNodePattern, Query, TermPattern, TriplePattern, each_operand,
    variables_of,
};
use crate::engine::syntax::tokens::{Kind, tokens};
use crate::engine::{self, DefaultGraph, Governor};
use crate::error::Hint;
use crate::explore::survey::{BUDGET, Survey, all_graphs, nearest, telling};
use crate::store::Id;
use crate::terms::{Literal, NamedNode, Prefixes, Term, Variable, rdf, rdfs, xsd};
use std::collections::BTreeSet;

/// How many rows are counted, or looked at, at most.
const ROWS: usize = 1000;
/// How many objects of a predicate are compared with a misspelt one at most.
const OBJECTS: usize = 20_000;
/// How long a part of a query is quoted at most, in characters.
const QUOTED: usize = 90;

/// Says in at most three lines why `query` finds nothing; no line where it finds something, or
/// where nothing was found out before the governor stopped the work.
pub fn why_empty(
    query: &Query,
    known: &Knowledge<'_>,
    default_graph: DefaultGraph,
    governor: &Governor,
) -> Vec<Hint> {
    let pattern = algebra::pattern(query);
    let search = Search { query, known, default_graph, governor, around: Vec::new() };
    if search.finds(pattern) != Some(false) {
        return Vec::new();
    }
    let mut lines = search.pattern(pattern);
    lines.truncate(3);
    lines
}

/// One part of a group: a triple pattern, or anything else that is joined.
#[derive(Clone)]
enum Conjunct {
    Triple(TriplePattern),
    Other(GraphPattern),
}

#[derive(Clone)]
struct Search<'a> {
    query: &'a Query,
    known: &'a Knowledge<'a>,
    default_graph: DefaultGraph,
    governor: &'a Governor,
    /// The `GRAPH` clauses around the part looked at.
    around: Vec<NamedNodePattern>,
}

impl Search<'_> {
    /// Why `pattern`, which finds nothing, finds nothing.
    fn pattern(&self, pattern: &GraphPattern) -> Vec<Hint> {
        match pattern {
            GraphPattern::Project { inner, .. }
            | GraphPattern::Distinct { inner }
            | GraphPattern::Reduced { inner }
            | GraphPattern::OrderBy { inner, .. }
            | GraphPattern::Extend { inner, .. }
            | GraphPattern::Group { inner, .. } => self.pattern(inner),
            GraphPattern::Slice { inner, start, length } => self.slice(inner, *start, *length),
            GraphPattern::Filter { expr, inner } => match self.finds(inner) {
                Some(false) => self.pattern(inner),
                Some(true) => self.filter(expr, inner),
                None => Vec::new(),
            },
            GraphPattern::LeftJoin { left, .. } => self.pattern(left),
            GraphPattern::Minus { left, .. } => match self.finds(left) {
                Some(true) => vec![format!("MINUS takes away all {}", self.rows_of(left)).into()],
                _ => self.pattern(left),
            },
            GraphPattern::Union { left, right } => {
                let branch = |side| self.pattern(side).into_iter().next();
                let both = [("first", left), ("second", right)];
                both.iter()
                    .filter_map(|(name, side)| {
                        Some(format!("{name} branch of UNION: {}", branch(side)?).into())
                    })
                    .collect()
            }
            GraphPattern::Graph { name, inner } => self.graph(name, inner),
            GraphPattern::Values { bindings, .. } if bindings.is_empty() => {
                vec!["VALUES lists no value".into()]
            }
            GraphPattern::Bgp { .. } | GraphPattern::Join { .. } | GraphPattern::Path { .. } => {
                let mut parts = Vec::new();
                flatten(pattern, &mut parts);
                self.parts(&parts)
            }
            GraphPattern::Lateral { left, .. } => match self.finds(left) {
                Some(true) => {
                    vec![
                        format!("LATERAL finds nothing for any of the {} before it", self.rows_of(left))
                            .into(),
                    ]
                }
                Some(false) => self.pattern(left),
                None => Vec::new(),
            },
            // A list with rows finds something; what another server says is not looked into.
            GraphPattern::Values { .. } | GraphPattern::Service { .. } => Vec::new(),
        }
    }

    fn slice(&self, inner: &GraphPattern, start: usize, length: Option<usize>) -> Vec<Hint> {
        match self.finds(inner) {
            Some(true) if length == Some(0) => {
                vec![format!("LIMIT 0 shows none of the {}", self.rows_of(inner)).into()]
            }
            Some(true) => {
                vec![format!("OFFSET {start} goes past the last of the {}", self.rows_of(inner)).into()]
            }
            _ => self.pattern(inner),
        }
    }

    fn graph(&self, name: &NamedNodePattern, inner: &GraphPattern) -> Vec<Hint> {
        let names = self.known.graph.graph_names();
        let show = |id: &Id| self.known.prefixes.show(self.known.graph.term(*id).as_ref());
        if names.is_empty() {
            let message = "these data have no named graphs: leave the GRAPH clause out";
            return vec![message.into()];
        }
        if let NamedNodePattern::NamedNode(node) = name
            && self.known.graph.id(node.as_ref().into()).is_none_or(|id| !names.contains(&id))
        {
            let first: Vec<_> = names.iter().take(3).map(show).collect();
            let wanted = self.known.prefixes.show(node.as_ref().into());
            return vec![
                format!("there is no graph {wanted}; the named graphs are {}", first.join(", ")).into(),
            ];
        }
        let mut inside = self.clone();
        inside.around.push(name.clone());
        inside.pattern(inner)
    }

    /// The first of the joined parts after which no row is left.
    fn parts(&self, parts: &[Conjunct]) -> Vec<Hint> {
        for part in parts {
            match self.finds(&build(std::slice::from_ref(part))) {
                Some(false) => return self.alone(part),
                Some(true) => {}
                None => return Vec::new(),
            }
        }
        let mut left: Vec<&Conjunct> = parts.iter().collect();
        let mut before: Vec<Conjunct> = Vec::new();
        let mut seen = BTreeSet::new();
        while !left.is_empty() {
            let next = left.iter().position(|part| !names(part).is_disjoint(&seen)).unwrap_or(0);
            let part = left.remove(next);
            before.push(part.clone());
            match self.finds(&build(&before)) {
                Some(true) => seen.extend(names(part)),
                Some(false) => {
                    before.pop();
                    return self.together(&before, part);
                }
                None => return Vec::new(),
            }
        }
        Vec::new()
    }

    /// A part that finds nothing on its own.
    fn alone(&self, part: &Conjunct) -> Vec<Hint> {
        let triple = match part {
            Conjunct::Triple(triple) => triple,
            Conjunct::Other(GraphPattern::Path { subject, path, object }) => {
                let path = GraphPattern::Path {
                    subject: subject.clone(),
                    path: path.clone(),
                    object: object.clone(),
                };
                let mut lines = vec![format!("no path matches {}", self.quote(&path.to_string())).into()];
                lines.extend(self.unknown_in(&path.to_string()).map(Hint::from));
                return lines;
            }
            Conjunct::Other(other) => return self.pattern(other),
        };
        let unknown: Vec<_> = self.unknown_constants(triple).collect();
        if !unknown.is_empty() {
            return unknown.into_iter().map(Hint::from).collect();
        }
        let mut lines = vec![format!("no triple matches {}", self.quote(&triple.to_string())).into()];
        lines.extend(
            self.other_graph(triple)
                .or_else(|| self.turned(triple, &[]).map(Hint::from))
                .or_else(|| self.subclass(triple).map(Hint::from))
                .or_else(|| self.object_variant(triple).map(Hint::from))
                .or_else(|| self.what_it_has(triple).map(Hint::from)),
        );
        lines
    }

    /// The IRIs of a triple pattern that are not in the graph, each with what was likely meant.
    fn unknown_constants<'t>(&'t self, triple: &'t TriplePattern) -> impl Iterator<Item = String> + 't {
        let predicate = match &triple.predicate {
            NamedNodePattern::NamedNode(node) => Some((node, Role::Predicate)),
            NamedNodePattern::Variable(_) => None,
        };
        let role = if is_type(&triple.predicate) { Role::Class } else { Role::Thing };
        let iri = |term: &'t TermPattern, role| match term {
            TermPattern::NamedNode(node) => Some((node, role)),
            _ => None,
        };
        [predicate, iri(&triple.subject, Role::Thing), iri(&triple.object, role)]
            .into_iter()
            .flatten()
            .filter_map(move |(node, role)| self.unknown(node, role))
    }

    fn unknown(&self, node: &NamedNode, role: Role) -> Option<String> {
        if self.known.graph.id(node.as_ref().into()).is_some() {
            return None;
        }
        let among = match role {
            Role::Thing => Vec::new(),
            Role::Predicate => Survey::of(self.known.graph, BUDGET).predicates,
            Role::Class => Survey::of(self.known.graph, BUDGET).classes,
        };
        let meant: Vec<_> = nearest(node.as_str(), &among, self.known)
            .iter()
            .map(|node| {
                let short = self.known.prefixes.show(node.as_ref().into());
                let label = self.known.graph.id(node.as_ref().into());
                let label = label.and_then(|id| self.known.names.label(id, "en"));
                label.map_or(short.clone(), |label| format!("{short} ({label})"))
            })
            .collect();
        let short = self.known.prefixes.show(node.as_ref().into());
        Some(if meant.is_empty() {
            format!("{short} is not in the graph")
        } else {
            format!("{short} is not in the graph; did you mean {}?", meant.join(" or "))
        })
    }

    /// The unknown IRIs named in a longer part, such as a path.
    fn unknown_in(&self, text: &str) -> Option<String> {
        let iris = text.split('<').skip(1).filter_map(|rest| rest.split('>').next());
        iris.filter_map(|iri| self.unknown(&NamedNode::new(iri).ok()?, Role::Predicate)).next()
    }

    /// A part that finds something on its own, but nothing together with those before it.
    fn together(&self, before: &[Conjunct], part: &Conjunct) -> Vec<Hint> {
        let pair = |other: &&Conjunct| {
            !names(other).is_disjoint(&names(part))
                && self.finds(&build(&[(*other).clone(), part.clone()])) == Some(false)
        };
        let blame: Vec<Conjunct> =
            before.iter().find(pair).map_or(before.to_vec(), |other| vec![other.clone()]);
        let (shown, blame_pattern) = (build(std::slice::from_ref(part)), build(&blame));
        let after = if blame.len() == 1 {
            self.quote(&blame_pattern.to_string())
        } else {
            format!("the {} patterns before it", blame.len())
        };
        let rows = self.rows_of(&blame_pattern);
        let mut lines =
            vec![format!("no row matches {} after {after} ({rows})", self.quote(&shown.to_string())).into()];
        if let Conjunct::Triple(triple) = part {
            lines.extend(
                self.turned(triple, &blame)
                    .or_else(|| self.literal_clash(triple, &blame))
                    .or_else(|| self.values_there(triple, &blame))
                    .or_else(|| self.predicates_there(triple, &blame))
                    .map(Hint::from),
            );
        }
        lines
    }

    /// The same triple with subject and object exchanged, where that finds something.
    fn turned(&self, triple: &TriplePattern, with: &[Conjunct]) -> Option<String> {
        let subject = match &triple.object {
            TermPattern::Literal(_) => return None,
            _ if is_type(&triple.predicate) => return None,
            other => other.clone(),
        };
        let turned =
            TriplePattern { subject, predicate: triple.predicate.clone(), object: triple.subject.clone() };
        let mut parts = with.to_vec();
        parts.push(Conjunct::Triple(turned.clone()));
        self.finds(&build(&parts)).filter(|found| *found)?;
        let links = self.links(&triple.predicate).map_or(String::new(), |links| format!("{links}; "));
        Some(format!("{links}did you mean it the other way round: {}?", self.quote(&turned.to_string())))
    }

    /// "bm:vendor links a bm:ProductFamily to a bm:Vendor", by one triple of it.
    fn links(&self, predicate: &NamedNodePattern) -> Option<String> {
        let NamedNodePattern::NamedNode(node) = predicate else { return None };
        let graph = self.known.graph;
        let id = graph.id(node.as_ref().into())?;
        let [s, _, o] = all_graphs(graph)
            .into_iter()
            .find_map(|name| graph.scan(name, [None, Some(id), None]).triples().flatten().next())?;
        let name = self.known.prefixes.show(node.as_ref().into());
        Some(format!("{name} links a {} to a {}", self.class_of(s)?, self.class_of(o)?))
    }

    /// The class with the fewest instances says most.
    fn class_of(&self, thing: Id) -> Option<String> {
        let graph = self.known.graph;
        let type_ = graph.id(rdf::TYPE.into())?;
        let types = all_graphs(graph)
            .into_iter()
            .flat_map(|name| graph.scan(name, [Some(thing), Some(type_), None]).triples().flatten());
        let class = telling(types.map(|[_, _, class]| class), self.known)?;
        Some(self.known.prefixes.show(graph.term(class).as_ref()))
    }

    /// The triple is there, in a graph that is not looked into.
    fn other_graph(&self, triple: &TriplePattern) -> Option<Hint> {
        let anywhere = Self { around: Vec::new(), default_graph: DefaultGraph::Alone, ..self.clone() };
        let pattern = GraphPattern::Bgp { patterns: vec![triple.clone()] };
        if self.around.is_empty() {
            let variable = Variable::new_unchecked("anyGraph");
            let inner = Box::new(pattern);
            let named = GraphPattern::Graph { name: variable.into(), inner };
            anywhere.finds(&named).filter(|found| *found)?;
            return Some(Hint::LookIntoNamedGraphs);
        }
        anywhere.finds(&pattern).filter(|found| *found)?;
        Some("the default graph has it: take it out of the GRAPH clause".into())
    }

    /// A class without instances, where a subclass has some.
    fn subclass(&self, triple: &TriplePattern) -> Option<String> {
        let TermPattern::NamedNode(class) = &triple.object else { return None };
        if !is_type(&triple.predicate) {
            return None;
        }
        let sub = Variable::new_unchecked("sub");
        let pattern = GraphPattern::Bgp {
            patterns: vec![
                TriplePattern {
                    subject: sub.clone().into(),
                    predicate: rdfs::SUB_CLASS_OF.into_owned().into(),
                    object: class.clone().into(),
                },
                TriplePattern {
                    subject: triple.subject.clone(),
                    predicate: rdf::TYPE.into_owned().into(),
                    object: sub.clone().into(),
                },
            ],
        };
        let found = self.values(&pattern, &sub)?;
        let short = self.known.prefixes.show(class.as_ref().into());
        let list = self.list(&found)?;
        Some(format!("{short} itself has no instance, its subclasses have: {list}"))
    }

    /// The object as the data have it: with a language, of another datatype, in other letters.
    fn object_variant(&self, triple: &TriplePattern) -> Option<String> {
        let TermPattern::Literal(wanted) = &triple.object else { return None };
        let have = self.objects(triple)?;
        let near = have.iter().find(|term| alike(term, wanted))?;
        let name = self.quote(&triple.predicate.to_string());
        Some(format!("the data have {} as {name}", self.known.prefixes.show(near.as_ref())))
    }

    /// The objects that the triple would find with a variable in the object's place.
    fn objects(&self, triple: &TriplePattern) -> Option<Vec<Term>> {
        let object = Variable::new_unchecked("whatItHas");
        let open = TriplePattern { object: object.clone().into(), ..triple.clone() };
        let pattern = GraphPattern::Bgp { patterns: vec![open] };
        let rows = self.rows_up_to(&pattern, std::slice::from_ref(&object), OBJECTS)?;
        Some(rows.into_iter().filter_map(|row| row.into_iter().next().flatten()).collect())
    }

    /// What the subject has by this predicate, else which predicates it has.
    fn what_it_has(&self, triple: &TriplePattern) -> Option<String> {
        let have = self.objects(triple)?;
        let name = self.quote(&triple.predicate.to_string());
        if let Some(list) = self.list(&have)
            && !matches!(triple.object, TermPattern::Variable(_))
        {
            return Some(format!("what {name} leads to: {list}"));
        }
        self.predicates_there(triple, &[])
    }

    fn predicates_there(&self, triple: &TriplePattern, with: &[Conjunct]) -> Option<String> {
        let (predicate, object) =
            (Variable::new_unchecked("whichPredicate"), Variable::new_unchecked("whatItHas"));
        let open = TriplePattern {
            subject: triple.subject.clone(),
            predicate: predicate.clone().into(),
            object: object.into(),
        };
        let mut parts = with.to_vec();
        parts.push(Conjunct::Triple(open));
        let list = self.list(&self.values(&build(&parts), &predicate)?)?;
        let subject = self.quote(&triple.subject.to_string());
        let links = self.links(&triple.predicate).map_or(String::new(), |links| format!("{links}; "));
        Some(format!("{links}{subject} has {list}"))
    }

    /// A constant object that other rows have: what the rows at hand have in its place.
    fn values_there(&self, triple: &TriplePattern, with: &[Conjunct]) -> Option<String> {
        if matches!(triple.object, TermPattern::Variable(_)) {
            return None;
        }
        let object = Variable::new_unchecked("whatItHas");
        let open = TriplePattern { object: object.clone().into(), ..triple.clone() };
        let mut parts = with.to_vec();
        parts.push(Conjunct::Triple(open));
        let list = self.list(&self.values(&build(&parts), &object)?)?;
        Some(format!("there {} leads to {list}", self.quote(&triple.predicate.to_string())))
    }

    /// A literal shared by two patterns that differs in language or datatype only.
    fn literal_clash(&self, triple: &TriplePattern, with: &[Conjunct]) -> Option<String> {
        let TermPattern::Variable(shared) = &triple.object else { return None };
        let here = self.values(&GraphPattern::Bgp { patterns: vec![triple.clone()] }, shared)?;
        let there = self.values(&build(with), shared)?;
        let pair = here.iter().find_map(|term| match term {
            Term::Literal(literal) => Some((term, there.iter().find(|other| alike(other, literal))?)),
            _ => None,
        });
        let (a, b) = pair?;
        let show = |term: &Term| self.known.prefixes.show(term.as_ref());
        Some(format!(
            "?{} is {} in the one and {} in the other: compare with STR()",
            shared.as_str(),
            show(b),
            show(a)
        ))
    }

    /// A filter that drops every row.
    fn filter(&self, expression: &Expression, inner: &GraphPattern) -> Vec<Hint> {
        let mut conjuncts = Vec::new();
        split(expression, &mut conjuncts);
        let mut pattern = inner.clone();
        for conjunct in conjuncts {
            let filtered = GraphPattern::Filter { expr: conjunct.clone(), inner: Box::new(pattern.clone()) };
            match self.finds(&filtered) {
                Some(true) => pattern = filtered,
                Some(false) => return self.dropped(conjunct, &pattern),
                None => break,
            }
        }
        Vec::new()
    }

    fn dropped(&self, expression: &Expression, inner: &GraphPattern) -> Vec<Hint> {
        let word = if algebra::group(inner).is_some() { "HAVING" } else { "FILTER" };
        let text = aggregates(expression.to_string(), inner);
        let what = format!("{word} {}", self.quote(unwrapped(&text)));
        let mut bound = BTreeSet::new();
        inner.on_in_scope_variable(|variable| {
            bound.insert(variable.clone());
        });
        let used: Vec<Variable> = variables_of(expression).into_iter().cloned().collect();
        let missing = used.iter().find(|variable| !bound.contains(*variable));
        if let Some(variable) = missing.filter(|_| !matches!(expression, Expression::Exists(_))) {
            let name = variable.as_str();
            if word == "HAVING" {
                // Where SELECT gives the name, the standard does not let HAVING see it.
                let why =
                    "HAVING stands before SELECT and cannot see its names (SPARQL 1.1, section 18.2.4.2)";
                return vec![
                    format!("{what} drops all {}: ?{name} has no value there", self.rows_of(inner)).into(),
                    format!("{why}: repeat the aggregate in place of ?{name}").into(),
                ];
            }
            return vec![
                format!("{what} drops all {}: ?{name} has no value there", self.rows_of(inner)).into(),
            ];
        }
        let probe = Variable::new_unchecked("filterHolds");
        let extended = GraphPattern::Extend {
            inner: Box::new(inner.clone()),
            variable: probe.clone(),
            expression: expression.clone(),
        };
        let mut columns = vec![probe];
        columns.extend(used.iter().cloned());
        let rows = self.rows(&extended, &columns).unwrap_or_default();
        let fails = !rows.is_empty() && rows.iter().all(|row| row.first().is_none_or(Option::is_none));
        let verb = if fails { "cannot be computed on any of the" } else { "drops all" };
        let mut lines = vec![format!("{what} {verb} {}", self.rows_of(inner)).into()];
        lines.extend(used.iter().enumerate().take(2).filter_map(|(i, variable)| {
            let values: Vec<Term> = rows.iter().filter_map(|row| row.get(i + 1).cloned().flatten()).collect();
            // The parser names aggregates for itself: people see these as they wrote them.
            let shown = aggregates(variable.to_string(), inner);
            let line = self.met(variable, &values, expression, fails)?;
            Some(line.replace(&variable.to_string(), &shown).into())
        }));
        lines
    }

    /// What values a filter met: the likely one, or the span, or an example.
    fn met(
        &self,
        variable: &Variable,
        values: &[Term],
        expression: &Expression,
        fails: bool,
    ) -> Option<String> {
        if values.is_empty() {
            return Some(format!("?{} has no value in any of them", variable.as_str()));
        }
        let show = |term: &Term| self.known.prefixes.show(term.as_ref());
        let name = variable.to_string();
        if expression.to_string().contains("LANG") {
            let tags: BTreeSet<&str> = values
                .iter()
                .filter_map(|term| if let Term::Literal(literal) = term { literal.language() } else { None })
                .collect();
            let tags: Vec<_> = tags.into_iter().collect();
            let has = if tags.is_empty() { "no language".to_owned() } else { tags.join(", ") };
            return Some(format!("the languages of {name} are: {has}"));
        }
        let constants = constants(expression);
        let near = constants.iter().find_map(|wanted| values.iter().find(|value| alike(value, wanted)));
        if let Some(near) = near {
            return Some(format!("{name} is {} there, which is not the same", show(near)));
        }
        let wanted = constants.first().filter(|_| fails).map(|literal| {
            format!(", which cannot be compared with {}", show(&Term::from((*literal).clone())))
        });
        Some(format!("{name} is {}{}", self.list(values)?, wanted.unwrap_or_default()))
    }

    /// Some of `terms`, each once, for people.
    fn list(&self, terms: &[Term]) -> Option<String> {
        let mut seen = BTreeSet::new();
        let shown: Vec<String> = terms
            .iter()
            .filter(|term| !matches!(term, Term::BlankNode(_)))
            .map(|term| clip(&self.known.prefixes.show(term.as_ref()), 40))
            .filter(|text| seen.insert(text.clone()))
            .collect();
        let first: Vec<_> = shown.iter().take(4).map(String::as_str).collect();
        let more = if shown.len() > first.len() { ", …" } else { "" };
        (!first.is_empty()).then(|| format!("{}{more}", first.join(", ")))
    }

    fn finds(&self, pattern: &GraphPattern) -> Option<bool> {
        self.rows_up_to(pattern, &[], 1).map(|rows| !rows.is_empty())
    }

    fn rows_of(&self, pattern: &GraphPattern) -> String {
        match self.rows_up_to(pattern, &[], ROWS).map_or(0, |rows| rows.len()) {
            0 => "rows".to_owned(),
            1 => "1 row".to_owned(),
            ROWS => format!("{ROWS} rows and more"),
            n => format!("{n} rows"),
        }
    }

    fn values(&self, pattern: &GraphPattern, variable: &Variable) -> Option<Vec<Term>> {
        let rows = self.rows(pattern, std::slice::from_ref(variable))?;
        Some(rows.into_iter().filter_map(|row| row.into_iter().next().flatten()).collect())
    }

    fn rows(&self, pattern: &GraphPattern, variables: &[Variable]) -> Option<Vec<Row>> {
        self.rows_up_to(pattern, variables, ROWS)
    }

    fn rows_up_to(&self, pattern: &GraphPattern, variables: &[Variable], limit: usize) -> Option<Vec<Row>> {
        let wrapped = self.around.iter().rev().fold(pattern.clone(), |inner, name| GraphPattern::Graph {
            name: name.clone(),
            inner: Box::new(inner),
        });
        let inner =
            Box::new(GraphPattern::Project { inner: Box::new(wrapped), variables: variables.to_vec() });
        let query = Query::Select {
            dataset: self.query.dataset().cloned(),
            pattern: GraphPattern::Slice { inner, start: 0, length: Some(limit) },
            base_iri: self.query.base_iri().cloned(),
        };
        match engine::answer(self.known.graph, &query, self.default_graph, self.governor).ok()? {
            Answer::Rows(rows) => rows.rows.collect::<crate::error::Result<_>>().ok(),
            _ => None,
        }
    }

    /// A part of the query, short and in backquotes.
    fn quote(&self, text: &str) -> String {
        let text = shorten(text, self.known.prefixes);
        format!("`{}`", clip(text.trim().trim_end_matches('.').trim_end(), QUOTED))
    }
}

/// A text of the algebra as a person would write it: IRIs and literals short, `a` for the type.
fn shorten(text: &str, prefixes: &Prefixes) -> String {
    let mut out = String::new();
    let found = tokens(text);
    let mut end = 0;
    for (i, token) in found.iter().enumerate() {
        let (word, before) = (token.text(text), text.get(end..token.range.start).unwrap_or_default());
        let typed = i > 0 && found.get(i - 1).is_some_and(|previous| previous.text(text) == "^^");
        out.push_str(before);
        end = token.range.end;
        match token.kind {
            Kind::Iri => {
                let iri = word.trim_start_matches('<').trim_end_matches('>');
                if let Some(bare) =
                    out.strip_suffix("^^").filter(|_| typed).and_then(|out| bare_end(out, iri))
                {
                    out.truncate(bare.0);
                    out.push_str(&bare.1);
                } else if iri == rdf::TYPE.as_str() && out.ends_with(' ') {
                    out.push('a');
                } else {
                    out.push_str(&prefixes.show(NamedNode::new_unchecked(iri).as_ref().into()));
                }
            }
            Kind::BlankNode => out.push_str("[]"),
            _ => out.push_str(word),
        }
    }
    out
}

/// Where the quoted number or boolean at the end of `out` begins, and its bare form.
fn bare_end(out: &str, datatype: &str) -> Option<(usize, String)> {
    let (before, value) = out.strip_suffix('"')?.rsplit_once('"')?;
    crate::terms::is_bare(value, datatype).then(|| (before.len(), value.to_owned()))
}

/// What an IRI stands for in its place.
#[derive(Clone, Copy)]
enum Role {
    Thing,
    Predicate,
    Class,
}

fn is_type(predicate: &NamedNodePattern) -> bool {
    matches!(predicate, NamedNodePattern::NamedNode(node) if node.as_ref() == rdf::TYPE)
}

/// An expression without the parentheses around the whole of it.
fn unwrapped(text: &str) -> &str {
    let Some(inner) = text.strip_prefix('(').and_then(|text| text.strip_suffix(')')) else { return text };
    let mut depth = 0_i32;
    let whole = inner.chars().all(|c| {
        depth += i32::from(c == '(') - i32::from(c == ')');
        depth >= 0
    });
    if whole { inner } else { text }
}

fn clip(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.to_owned();
    }
    text.chars().take(most - 1).chain(['…']).collect()
}

fn flatten(pattern: &GraphPattern, parts: &mut Vec<Conjunct>) {
    match pattern {
        GraphPattern::Join { left, right } => {
            flatten(left, parts);
            flatten(right, parts);
        }
        GraphPattern::Bgp { patterns } => parts.extend(patterns.iter().cloned().map(Conjunct::Triple)),
        other => parts.push(Conjunct::Other(other.clone())),
    }
}

/// The parts as one pattern: triples in one group, so that blank nodes keep their meaning.
fn build(parts: &[Conjunct]) -> GraphPattern {
    let mut patterns = Vec::new();
    let mut others = Vec::new();
    for part in parts {
        match part {
            Conjunct::Triple(triple) => patterns.push(triple.clone()),
            Conjunct::Other(other) => others.push(other.clone()),
        }
    }
    let first = if patterns.is_empty() && !others.is_empty() {
        others.remove(0)
    } else {
        GraphPattern::Bgp { patterns }
    };
    others
        .into_iter()
        .fold(first, |left, right| GraphPattern::Join { left: Box::new(left), right: Box::new(right) })
}

/// The variables and blank nodes by which a part joins.
fn names(part: &Conjunct) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let mut term = |term: &TermPattern| {
        if let TermPattern::BlankNode(node) = term {
            found.insert(node.to_string());
        }
    };
    match part {
        Conjunct::Triple(triple) => {
            term(&triple.subject);
            term(&triple.object);
        }
        Conjunct::Other(GraphPattern::Path { subject, object, .. }) => {
            term(subject);
            term(object);
        }
        Conjunct::Other(_) => {}
    }
    build(std::slice::from_ref(part)).on_in_scope_variable(|variable| {
        found.insert(variable.to_string());
    });
    found
}

fn split<'e>(expression: &'e Expression, out: &mut Vec<&'e Expression>) {
    if let Expression::And(a, b) = expression {
        split(a, out);
        split(b, out);
    } else {
        out.push(expression);
    }
}

/// The aggregates of a HAVING in the place of the names that the parser made for them.
fn aggregates(text: String, pattern: &GraphPattern) -> String {
    let Some(GraphPattern::Group { aggregates, .. }) = algebra::group(pattern) else { return text };
    aggregates
        .iter()
        .fold(text, |text, (variable, aggregate)| text.replace(&variable.to_string(), &aggregate.to_string()))
}

fn constants(expression: &Expression) -> Vec<Literal> {
    let mut found = Vec::new();
    each_operand(expression, &mut |part| {
        if let Expression::Literal(literal) = part {
            found.push(literal.clone());
        }
    });
    found
}

/// Whether a term is what was wanted but for language, datatype, letter case, or the day of a date.
fn alike(term: &Term, wanted: &Literal) -> bool {
    let Term::Literal(have) = term else { return false };
    if have == wanted {
        return false;
    }
    let (a, b) = (crate::explore::names::fold(have.value()), crate::explore::names::fold(wanted.value()));
    let date = |literal: &Literal| {
        [xsd::DATE, xsd::G_YEAR_MONTH, xsd::G_YEAR, xsd::DATE_TIME].contains(&literal.datatype())
    };
    a == b
        || (date(have)
            && date(wanted)
            && have.datatype() != wanted.datatype()
            && (a.starts_with(&b) || b.starts_with(&a)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::{Limits, syntax::parse};
    use crate::explore::names::Names;
    use crate::sources::rdf;
    use crate::store::pack::Builder;

    fn joined(lines: &[Hint]) -> String {
        lines.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
    }

    fn governor() -> Governor {
        let timeout = Some(std::time::Duration::from_secs(20));
        Governor::new(Limits { timeout, ..Limits::default() }, std::sync::Arc::default())
    }

    /// A query over the embedded graph, and what the reason must say, part by part.
    const EMBEDDED: &[(&str, &[&str])] = &[
        (
            "SELECT * { ?v a bm:Vendor . ?v bm:vendor ?x }",
            &[
                "no row matches `?v bm:vendor ?x` after `?v a bm:Vendor` (40 rows)",
                "bm:vendor links a bm:ProductFamily to a bm:Vendor",
                "`?x bm:vendor ?v`?",
            ],
        ),
        ("SELECT * { ?x a bm:Relase }", &["bm:Relase is not in the graph", "bm:Release (Release)"]),
        ("SELECT * { ?x bm:realeased ?y }", &["bm:realeased is not in the graph", "bm:released"]),
        (
            "SELECT * { ?x bm:developer vendor:baiduu }",
            &["vendor:baiduu is not in the graph", "vendor:baidu"],
        ),
        ("SELECT * { ?x a <http://schema.org/Organization> }", &["schema:Organization"]),
        ("SELECT * { ?x rdfs:label \"百度\" }", &["\"百度\"@zh"]),
        ("SELECT * { ?x rdfs:label \"baidu\"@en }", &["\"Baidu\"@en"]),
        (
            "SELECT * { vendor:baidu bm:developer ?x }",
            &["no triple matches", "other way round", "`?x bm:developer vendor:baidu`"],
        ),
        ("SELECT * { ?x bm:date \"2023-05-01\"^^xsd:gYearMonth }", &["no triple matches"]),
        ("SELECT * { ?x bm:item \"1\" }", &["the data have 1 as `bm:item`"]),
        ("SELECT * { ?x a bm:Fact }", &["bm:Fact itself has no instance", "bm:Policy"]),
        ("SELECT * { ?x a bm:Release ; bm:batch ?b }", &["after `?x a bm:Release` (53 rows)", "bm:batch"]),
        ("SELECT * { ?x a bm:Release } LIMIT 0", &["LIMIT 0 shows none of the 53 rows"]),
        ("SELECT * { ?x a bm:Release } OFFSET 100", &["OFFSET 100 goes past the last of the 53 rows"]),
        ("SELECT * { ?x a bm:Release FILTER(?x = 3) }", &["FILTER", "53 rows", "?x is release:"]),
        ("SELECT * { ?x bm:item ?n FILTER(?n > 1000) }", &["FILTER `?n > 1000` drops all", "?n is"]),
        (
            "SELECT * { ?x a bm:Release ; bm:date ?d FILTER(?d > 5) }",
            &["cannot be computed on any of the 53 rows", "cannot be compared with 5"],
        ),
        ("SELECT * { ?x a bm:Vendor ; rdfs:label ?l FILTER(?l = \"百度\") }", &["?l is \"百度\"@zh there"]),
        (
            "SELECT * { ?x a bm:Vendor ; rdfs:label ?l FILTER(CONTAINS(?l, \"baidu\")) }",
            &["FILTER `CONTAINS(?l, \"baidu\")` drops all 80 rows", "\"Baidu\"@en"],
        ),
        (
            "SELECT * { ?x a bm:Vendor ; rdfs:label ?l FILTER(LANG(?l) = \"fr\") }",
            &["the languages of ?l are: en, zh"],
        ),
        ("SELECT * { ?x a bm:Vendor FILTER(LANG(?l) = \"zh\") }", &["?l has no value there"]),
        (
            "SELECT * { ?x a bm:Release ; bm:item ?i FILTER(?i > 0 && ?i < 0) }",
            &["FILTER `?i < 0` drops all"],
        ),
        (
            "SELECT ?v (COUNT(*) AS ?n) { ?r bm:releasedBy ?v } GROUP BY ?v HAVING(COUNT(*) > 1000)",
            &["HAVING `COUNT(*) > 1000` drops all"],
        ),
        ("ASK { ?x a bm:Release MINUS { ?x bm:item ?i } }", &["MINUS takes away all 53 rows"]),
        ("SELECT * { GRAPH ?g { ?s ?p ?o } }", &["no named graphs"]),
        (
            "SELECT * { { ?x a bm:Nope } UNION { ?x bm:nope ?y } }",
            &["first branch of UNION: bm:Nope", "second branch of UNION: bm:nope"],
        ),
        (
            "SELECT * { ?x a bm:Vendor OPTIONAL { ?x bm:partOf ?y } ?x bm:batch ?b }",
            &["no row matches `?x bm:batch ?b`"],
        ),
        ("SELECT * { ?x bm:devloper/rdfs:label ?y }", &["bm:devloper is not in the graph", "bm:developer"]),
        (
            "SELECT * { ?x a bm:Release , bm:Policy }",
            &["no row matches `?x a bm:Policy` after `?x a bm:Release`"],
        ),
        ("SELECT * { ?x a bm:Release VALUES ?x { vendor:baidu } }", &["no row matches"]),
    ];

    #[test]
    fn the_reason_over_the_embedded_graph() {
        let wrong: Vec<_> = EMBEDDED
            .iter()
            .filter_map(|(text, parts)| {
                let query = crate::fixture::parsed(text);
                let lines = why_empty(&query, &crate::fixture::known(), DefaultGraph::Alone, &governor());
                let said = joined(&lines);
                let whole = lines.len() <= 3 && parts.iter().all(|part| said.contains(part));
                (!whole).then_some((text, parts, lines))
            })
            .collect();
        assert!(wrong.is_empty(), "{wrong:#?}");
    }

    /// A TriG document, a query over it, and what the reason must say.
    const SMALL: &[(&str, &str, &[&str])] = &[
        ("GRAPH e:g { e:a e:p e:b }", "SELECT * { ?s e:p ?o }", &["GRAPH ?g"]),
        (
            "GRAPH e:g { e:a e:p e:b }",
            "SELECT * { GRAPH e:h { ?s e:p ?o } }",
            &["there is no graph e:h", "e:g"],
        ),
        (
            "GRAPH e:g { e:a e:q e:b } e:a e:p e:b .",
            "SELECT * { GRAPH e:g { ?s e:p ?o } }",
            &["the default graph has it"],
        ),
        (
            "e:a e:p \"2023-05\"^^xsd:gYearMonth .",
            "SELECT * { ?s e:p \"2023-05-01\"^^xsd:date }",
            &["\"2023-05\"^^xsd:gYearMonth"],
        ),
        ("e:a e:p \"x\"@zh . e:b e:q \"x\" .", "SELECT * { ?s e:p ?n . ?t e:q ?n }", &["STR()"]),
        ("<http://e.org/a/> e:p 1 .", "SELECT * { <http://e.org/a> e:p ?x }", &["http://e.org/a/"]),
        ("e:a e:p 1 .", "SELECT * { ?x e:p 1 }", &[]),
        (
            "e:a e:p 1 .",
            "SELECT * { ?x e:p ?y LATERAL { ?x e:p ?z FILTER(?z > ?y) } }",
            &["LATERAL", "1 row"],
        ),
    ];

    #[test]
    fn the_reason_over_small_graphs() {
        let mut prefixes = Prefixes::well_known();
        prefixes.insert("e", "http://example.org/");
        for (data, text, parts) in SMALL {
            let mut builder = Builder::new();
            let data = format!(
                "@prefix e: <http://example.org/> . @prefix xsd: <{}> . {data}",
                "http://www.w3.org/2001/XMLSchema#"
            );
            let format = rdf::format_named("trig").unwrap();
            rdf::read("data", format, None, data.as_bytes(), &mut Prefixes::new(), &mut |quad| {
                builder.add(quad.as_ref());
                Ok(())
            })
            .unwrap();
            let graph = builder.finish();
            let names = Names::of_graph(&graph, 1000);
            let known = Knowledge { graph: &graph, names: &names, prefixes: &prefixes };
            let query = parse::query(text, &prefixes, None).unwrap();
            let said = joined(&why_empty(&query, &known, DefaultGraph::Alone, &governor()));
            assert_eq!(said.is_empty(), parts.is_empty(), "{text}: {said}");
            assert!(parts.iter().all(|part| said.contains(part)), "{text}: {said}");
        }
    }

    #[test]
    fn an_expired_governor_ends_the_search_without_a_wrong_reason() {
        let limits = Limits { timeout: Some(std::time::Duration::ZERO), ..Limits::default() };
        let governor = Governor::new(limits, std::sync::Arc::default());
        let text = "SELECT * { ?x a bm:Release . ?x bm:batch ?b }";
        let query = crate::fixture::parsed(text);
        let lines = why_empty(&query, &crate::fixture::known(), DefaultGraph::Alone, &governor);
        assert!(lines.is_empty(), "{lines:?}");
    }
}
