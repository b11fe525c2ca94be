//! How a question is evaluated: the plan as a tree, with what each step gave and how long it took.
//!
//! In: the evaluator's own account of a run. Out: an [`Explanation`] to draw. It refuses to know how
//! the run was made.

use crate::error::{Error, Result};
use crate::store::{Graph, Id};
use crate::terms::{Term, TermRef};
use json_event_parser::{JsonEvent, SliceJsonParser};
use spargebra::algebra::GraphPattern;
use spargebra::term::{NamedNodePattern, TermPattern, TriplePattern};
use spargebra::{Query, SparqlParser};
use std::fmt::Write as _;

/// One step of a plan, with what it took.
#[derive(Debug, Default, Clone, PartialEq)]
pub struct Step {
    /// What it does: `QuadPattern(...)`, `Filter(...)`, `Sort(...)`, ...
    pub label: String,
    /// How many triples match, by the graph's own counts; of triple patterns alone.
    pub estimate: Option<u64>,
    /// How many rows it gave. A step inside a loop counts all its turns.
    pub rows: u64,
    /// Wall time in seconds, its children's included.
    pub seconds: f64,
    /// The steps that feed it.
    pub children: Vec<Step>,
}

/// A plan that has been run.
#[derive(Debug)]
pub struct Explanation {
    /// The last step, on top.
    pub plan: Step,
    /// The limit that ended the run early, where one did.
    pub stopped: Option<Error>,
}

impl Explanation {
    /// Reads the evaluator's account, in JSON, and adds estimates from `graph`.
    ///
    /// # Errors
    /// Where the account is not of the form known here.
    pub(super) fn read(json: &[u8], graph: &dyn Graph, stopped: Option<Error>) -> Result<Self> {
        let mut parser = SliceJsonParser::new(json);
        let mut plan =
            read_plan(&mut parser).ok_or_else(|| Error::query("this question cannot be explained"))?;
        plan.estimate_by(graph);
        Ok(Self { plan, stopped })
    }

    /// The tree as text, one step a line: time, rows, estimate, step. `shorten` shortens IRIs. The step that
    /// took longest by itself has a `*`.
    pub fn draw(&self, shorten: &dyn Fn(&str) -> Option<String>) -> String {
        let mut out = String::from("      time       rows   estimate  step\n");
        let hottest = self.plan.longest();
        self.plan.draw(&mut out, "", "", hottest, shorten);
        out
    }
}

impl Step {
    /// Time in seconds without the children's.
    fn own_seconds(&self) -> f64 {
        (self.seconds - self.children.iter().map(|child| child.seconds).sum::<f64>()).max(0.0)
    }

    fn longest(&self) -> f64 {
        self.children.iter().map(Self::longest).fold(self.own_seconds(), f64::max)
    }

    fn estimate_by(&mut self, graph: &dyn Graph) {
        self.estimate = pattern_of(&self.label).and_then(|pattern| count(graph, &pattern));
        for child in &mut self.children {
            child.estimate_by(graph);
        }
    }

    fn draw(
        &self,
        out: &mut String,
        head: &str,
        rest: &str,
        hottest: f64,
        shorten: &dyn Fn(&str) -> Option<String>,
    ) {
        let estimate = self.estimate.map_or_else(String::new, |estimate| estimate.to_string());
        let mark = if hottest > 0.0 && self.own_seconds() >= hottest { "*" } else { " " };
        let label = short_label(&self.label, shorten);
        let _ = writeln!(
            out,
            "{:>8.2}ms {:>10} {estimate:>10} {mark}{head}{label}",
            self.seconds * 1e3,
            self.rows
        );
        for (n, child) in self.children.iter().enumerate() {
            let last = n + 1 == self.children.len();
            let (branch, below) = if last { ("└─ ", "   ") } else { ("├─ ", "│  ") };
            child.draw(out, &format!("{rest}{branch}"), &format!("{rest}{below}"), hottest, shorten);
        }
    }
}

/// The label with `<iri>` in its short form.
fn short_label(label: &str, shorten: &dyn Fn(&str) -> Option<String>) -> String {
    let mut out = String::new();
    let mut rest = label;
    while let Some((before, after)) = rest.split_once('<') {
        out.push_str(before);
        let short = after.split_once('>').and_then(|(iri, tail)| Some((shorten(iri)?, tail)));
        match short {
            Some((short, tail)) => {
                out.push_str(&short);
                rest = tail;
            }
            None => {
                out.push('<');
                rest = after;
            }
        }
    }
    short_variables(&(out + rest))
}

/// The evaluator names what it computes by 32 hexadecimal digits; four tell them apart.
fn short_variables(label: &str) -> String {
    let mut parts = label.split('?');
    let mut out = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let made = part.get(..32).filter(|name| name.bytes().all(|b| b.is_ascii_hexdigit()));
        out.push('?');
        match made.and_then(|name| name.get(..4)) {
            Some(name) => out.extend(["_", name, part.get(32..).unwrap_or_default()]),
            None => out.push_str(part),
        }
    }
    out
}

/// The triple pattern in `QuadPattern(s p o)`.
fn pattern_of(label: &str) -> Option<TriplePattern> {
    let inside = label.strip_prefix("QuadPattern(")?.strip_suffix(')')?;
    let query = SparqlParser::new().parse_query(&format!("SELECT * {{ {inside} }}")).ok()?;
    let Query::Select { pattern: GraphPattern::Project { inner, .. }, .. } = query else { return None };
    match *inner {
        GraphPattern::Bgp { patterns } => {
            <[TriplePattern; 1]>::try_from(patterns).ok().map(|[pattern]| pattern)
        }
        _ => None,
    }
}

/// How many triples of the default graph match, each variable taken by itself.
fn count(graph: &dyn Graph, pattern: &TriplePattern) -> Option<u64> {
    let known = |term: TermRef<'_>| graph.id(term).map(Some);
    let of = |term: &TermPattern| -> Option<Option<Id>> {
        match term {
            TermPattern::NamedNode(iri) => known(iri.into()),
            TermPattern::Literal(literal) => known(literal.into()),
            TermPattern::Variable(_) | TermPattern::BlankNode(_) => Some(None),
            TermPattern::Triple(_) => Term::try_from(term.clone()).ok().and_then(|term| known(term.as_ref())),
        }
    };
    let predicate = match &pattern.predicate {
        NamedNodePattern::NamedNode(iri) => known(iri.into()),
        NamedNodePattern::Variable(_) => Some(None),
    };
    // A term that the graph has not matches nothing.
    let (Some(s), Some(p), Some(o)) = (of(&pattern.subject), predicate, of(&pattern.object)) else {
        return Some(0);
    };
    Some(graph.count(None, [s, p, o]))
}

fn read_plan(parser: &mut SliceJsonParser<'_>) -> Option<Step> {
    loop {
        match parser.parse_next().ok()? {
            JsonEvent::ObjectKey(key) if key == "plan" => {
                return matches!(parser.parse_next(), Ok(JsonEvent::StartObject))
                    .then(|| read_step(parser))
                    .flatten();
            }
            JsonEvent::Eof => return None,
            _ => {}
        }
    }
}

/// Reads a step, after its opening brace.
fn read_step(parser: &mut SliceJsonParser<'_>) -> Option<Step> {
    let mut step = Step::default();
    loop {
        let key = match parser.parse_next().ok()? {
            JsonEvent::ObjectKey(key) => key.into_owned(),
            JsonEvent::EndObject => return Some(step),
            _ => return None,
        };
        match (key.as_str(), parser.parse_next().ok()?) {
            ("name", JsonEvent::String(label)) => step.label = label.into_owned(),
            ("number of results", JsonEvent::Number(rows)) => step.rows = rows.parse().ok()?,
            ("duration in seconds", JsonEvent::Number(seconds)) => step.seconds = seconds.parse().ok()?,
            ("children", JsonEvent::StartArray) => {
                while let JsonEvent::StartObject = parser.parse_next().ok()? {
                    step.children.push(read_step(parser)?);
                }
            }
            _ => return None,
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::fixture::{graph, prefixes};
    use crate::syntax::parse;
    use crate::{DefaultGraph, Governor, explain};

    #[test]
    fn each_step_says_what_it_gave() {
        let (graph, prefixes) = (graph(), prefixes());
        let text = "SELECT ?r { ?r a :Release ; :kind :integration }";
        let query = parse::query(text, &prefixes, None).unwrap();
        let explained = explain(&graph, &query, DefaultGraph::Alone, &Governor::unlimited()).unwrap();
        assert_eq!(explained.plan.rows, 2);
        let drawn = explained.draw(&|iri| prefixes.compact(iri));
        assert!(drawn.contains("?r rdf:type :Release"), "{drawn}");
        let scan = drawn.lines().find(|line| line.contains(":kind :integration")).unwrap();
        assert_eq!(scan.split_whitespace().nth(1), Some("2"), "two triples are there: {drawn}");
        assert_eq!(drawn.matches('*').count(), 1, "one step is the hottest: {drawn}");
    }

    #[test]
    fn short_forms_leave_comparisons_alone() {
        let shorten = |iri: &str| (iri == "http://x/a").then(|| "x:a".to_owned());
        assert_eq!(
            super::short_label("Filter(?a < 3 && ?b = <http://x/a>)", &shorten),
            "Filter(?a < 3 && ?b = x:a)"
        );
    }
}
