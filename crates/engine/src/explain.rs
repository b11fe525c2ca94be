//! How a question is evaluated: the plan as a tree, with what each step gave and how long it took.
//!
//! In: the evaluator's own account of a run. Out: an [`Explanation`]. How the run was
//! made is the evaluator's business.

use crate::error::{Error, Result};
use crate::store::{Graph, Id};
use crate::terms::{Term, TermRef};
use json_event_parser::{JsonEvent, SliceJsonParser};
use spargebra::algebra::GraphPattern;
use spargebra::term::{NamedNodePattern, TermPattern, TriplePattern};
use spargebra::{Query, SparqlParser};

/// One step of a plan, with what it took.
#[derive(Debug, Default, Clone, PartialEq)]
pub struct Step {
    /// What it does: `QuadPattern(...)`, `Filter(...)`, `Sort(...)`, ...
    pub label: String,
    /// How many rows were expected.
    pub estimate: Option<u64>,
    /// How many rows it and what feeds it were expected to touch.
    pub cost: f64,
    /// The variables by which its rows come sorted, the first one first.
    pub order: Vec<String>,
    /// What the planner weighed here: the way not taken, and its cost.
    pub choice: Option<String>,
    /// How many rows it gave. A step inside a loop counts all its turns.
    pub rows: u64,
    /// Wall time in seconds, its children's included.
    pub seconds: f64,
    /// The steps that feed it.
    pub children: Vec<Step>,
}

/// A plan, and what came of it where it was run.
#[derive(Debug, Default)]
pub struct Explanation {
    /// The last step, on top.
    pub plan: Step,
    /// Whether it was run: else its steps have neither rows nor times.
    pub ran: bool,
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
        Ok(Self { plan, ran: true, stopped })
    }
}

impl Step {
    /// Time in seconds without the children's.
    pub fn own_seconds(&self) -> f64 {
        (self.seconds - self.children.iter().map(|child| child.seconds).sum::<f64>()).max(0.0)
    }

    /// The longest time in seconds that a step took by itself.
    pub fn longest(&self) -> f64 {
        self.children.iter().map(Self::longest).fold(self.own_seconds(), f64::max)
    }

    fn estimate_by(&mut self, graph: &dyn Graph) {
        self.estimate = pattern_of(&self.label).and_then(|pattern| count(graph, &pattern));
        for child in &mut self.children {
            child.estimate_by(graph);
        }
    }
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
        let mut steps = vec![&explained.plan];
        let mut scans = Vec::new();
        while let Some(step) = steps.pop() {
            steps.extend(&step.children);
            scans.extend(step.estimate.map(|estimate| (step.label.contains("kind"), estimate)));
        }
        assert!(scans.contains(&(true, 2)), "two triples are there: {scans:?}");
    }

    #[test]
    fn a_plan_is_told_without_running_it() {
        let (graph, prefixes) = (graph(), prefixes());
        let text = "SELECT ?r ?k { ?r a :Release ; :kind ?k } ORDER BY ?k";
        let query = parse::query(text, &prefixes, None).unwrap();
        let planned = crate::plan_only(&graph, &query, DefaultGraph::Alone).unwrap();
        let explained = explain(&graph, &query, DefaultGraph::Alone, &Governor::unlimited()).unwrap();
        assert!(explained.ran && !planned.ran);
        let steps = |plan: &super::Step| {
            let (mut open, mut seen) = (vec![plan.clone()], Vec::new());
            while let Some(step) = open.pop() {
                seen.push((step.label, step.estimate, step.order, step.rows));
                open.extend(step.children);
            }
            seen
        };
        let (before, after) = (steps(&planned.plan), steps(&explained.plan));
        assert_eq!(before.len(), after.len());
        for (a, b) in before.iter().zip(&after) {
            assert_eq!((&a.0, a.1, &a.2, 0), (&b.0, b.1, &b.2, a.3), "the same plan, and no row");
        }
        assert!(planned.plan.cost > 0.0 && after.iter().any(|step| step.3 > 0));
        assert!(before.iter().any(|step| step.2 == ["?k"]), "sorted by ?k: {before:?}");
        assert!(before.iter().any(|step| step.2 == ["?r"]), "a scan comes sorted: {before:?}");
    }
}
