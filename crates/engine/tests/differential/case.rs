//! One case: a graph, a query, and what two evaluators say.
//!
//! In: a seed. Out: whether the answers are the same, and a smaller case that differs where they are not.

use crate::answers::{self, Modifiers, Outcome};
use crate::data::Data;
use crate::excuses::{Excuse, Facts, Judge, OPERATORS};
use crate::jena::Jena;
use crate::node::Node;
use crate::queries::{HEAD, Maker};
use crate::random::Random;
use crate::specification::Specification;
use baimo_engine::answer::Answer;
use baimo_engine::error::Result;
use baimo_engine::exec::{self, Taken};
use baimo_engine::{DefaultGraph, Governor, Query, reference};
use baimo_store::store::Graph;
use baimo_store::store::pack::{Builder, Pack};
use baimo_store::terms::{Prefixes, Term};
use std::fmt::Write as _;

/// How many smaller cases are tried before the smallest so far is shown.
const SHRINKING_STEPS: usize = 4000;

/// A graph and a query over it.
#[derive(Clone)]
pub struct Case {
    /// The graph.
    pub data: Data,
    /// The query.
    pub query: Node,
}

/// What came of a case.
pub enum Verdict {
    /// The answers are the same.
    Same,
    /// No query by the parser, or an answer too long to compare.
    Skipped,
    /// There is nothing here to judge it by, and why.
    Excused(&'static str),
    /// Wrong, and just as the reference is.
    Shared(&'static str),
    /// What the difference is.
    Differs(String),
}

impl Case {
    /// The case of a seed.
    pub fn generate(seed: u64) -> Self {
        let mut random = Random::new(seed);
        let data = Data::generate(&mut random);
        let newer = random.chance(60);
        let query = Maker::query(&mut random, &data, newer);
        Self { data, query }
    }

    /// The case of a seed in SPARQL 1.1 over RDF 1.1.
    pub fn older(seed: u64) -> Self {
        let mut random = Random::new(seed);
        let mut data = Data::generate(&mut random);
        data.triple_terms = false;
        data.quads.retain(|quad| match &quad.object {
            Term::Triple(_) => false,
            Term::Literal(literal) => literal.direction().is_none(),
            Term::NamedNode(_) | Term::BlankNode(_) => true,
        });
        let query = Maker::query(&mut random, &data, false);
        Self { data, query }
    }

    /// What Jena says, compared with what the engine does.
    pub fn beside_jena(&self, jena: &mut Jena) -> Verdict {
        let Some(query) = self.parsed() else { return Verdict::Skipped };
        let facts = Facts::of(&query, &self.data);
        if let Some(excuse) = Excuse::of_jena(&facts) {
            return Verdict::Excused(excuse.reason);
        }
        let pack = self.pack();
        let modifiers = Modifiers::of(&query);
        let whole = if modifiers.sliced() { self.text_of(&modifiers.whole) } else { self.text() };
        let right = jena.answer(&Self::quads(&pack), &whole);
        let Some(engine) = Outcome::read(answer_of(Who::Engine, &pack, &query)) else {
            return Verdict::Skipped;
        };
        if matches!(right, Outcome::Failed(_)) {
            return Verdict::Skipped;
        }
        match modifiers.fault(&engine, &right, &Self::labels(&pack)) {
            None => Verdict::Same,
            Some(_)
                if modifiers.fault(&engine.by_value(), &right.by_value(), &Self::labels(&pack)).is_none() =>
            {
                Verdict::Shared("the same by value")
            }
            Some(fault) => {
                // Where the reference still stands behind the engine, Jena judges the other oracle.
                let other = Specification::answer(&pack, &modifiers.whole);
                let modifiers = Modifiers::of(&modifiers.whole);
                match other {
                    Some(other) if modifiers.fault(&other, &right, &Self::labels(&pack)).is_none() => {
                        Verdict::Shared("the specification and Jena agree")
                    }
                    _ => Verdict::Differs(fault),
                }
            }
        }
    }

    /// The text of a query that was changed after it was parsed.
    fn text_of(&self, query: &Query) -> String {
        query.to_string()
    }

    /// The graph as N-Quads, with the labels that its blank nodes have in the pack.
    fn quads(pack: &Pack) -> String {
        let mut text = String::new();
        for graph in std::iter::once(None).chain(pack.graph_names().into_iter().map(Some)) {
            let name = graph.map_or(String::new(), |id| pack.term(id).to_string());
            for ids in pack.scan(graph, [None; 3]).triples().map(Result::unwrap) {
                let [s, p, o] = ids.map(|id| pack.term(id));
                let _ = writeln!(text, "{s} {p} {o} {name} .");
            }
        }
        text
    }

    /// The query as text.
    pub fn text(&self) -> String {
        format!("{HEAD}{}", self.query)
    }

    /// The query, where the parser takes it for one.
    pub fn parsed(&self) -> Option<Query> {
        baimo_engine::syntax::parse::query(&self.text(), &Prefixes::new(), None).ok()
    }

    /// The graph, built.
    pub fn pack(&self) -> Pack {
        let mut builder = Builder::new();
        for quad in &self.data.quads {
            builder.add(quad.as_ref());
        }
        builder.finish()
    }

    /// The labels that the graph's blank nodes have in the pack.
    pub fn labels(pack: &Pack) -> Vec<String> {
        let mut labels = Vec::new();
        for graph in std::iter::once(None).chain(pack.graph_names().into_iter().map(Some)) {
            for id in pack.scan(graph, [None; 3]).triples().flat_map(Result::unwrap) {
                answers::blanks(&pack.term(id), &mut |blank| labels.push(blank.as_str().to_owned()));
            }
        }
        labels.sort();
        labels.dedup();
        labels
    }

    /// The form that the executor leaves to the reference, where there is one.
    fn left(pack: &Pack, query: &Query) -> Option<String> {
        match exec::answer(pack, query, DefaultGraph::Alone, &Governor::unlimited()) {
            Ok(Taken::Refused(refusal)) => Some(refusal.form),
            Ok(Taken::Answer(_)) | Err(_) => None,
        }
    }

    /// Whether the engine answers as it should, and what the executor leaves to the reference.
    pub fn judged(&self) -> (Verdict, Option<String>) {
        let Some(query) = self.parsed() else { return (Verdict::Skipped, None) };
        let pack = self.pack();
        (self.judge(&pack, &query), Self::left(&pack, &query))
    }

    /// Whether the engine answers as it should.
    pub fn verdict(&self) -> Verdict {
        self.parsed().map_or(Verdict::Skipped, |query| self.judge(&self.pack(), &query))
    }

    /// The engine by the oracles, and the oracles by each other.
    fn judge(&self, pack: &Pack, query: &Query) -> Verdict {
        let labels = Self::labels(pack);
        let modifiers = Modifiers::of(query);
        let Some(reference) = Outcome::read(answer_of(Who::Reference, pack, &modifiers.whole)) else {
            return Verdict::Skipped;
        };
        let specification = Specification::answer(pack, &modifiers.whole);
        let Some(engine) = Outcome::read(answer_of(Who::Engine, pack, query)) else {
            return Verdict::Differs("far more rows than are right".to_owned());
        };
        let by = |right: &Outcome| modifiers.fault(&engine, right, &labels);
        let facts = Facts::of(query, &self.data);
        let fault = match Excuse::of(&facts) {
            None => {
                let between = specification
                    .and_then(|right| Modifiers::of(&modifiers.whole).fault(&reference, &right, &labels));
                between.map(|fault| format!("the oracles differ: {fault}")).or_else(|| by(&reference))
            }
            Some(excuse) => {
                let unjudged = specification.is_none();
                let judged = match (excuse.judge, specification) {
                    (Judge::Nothing, _) => return Verdict::Excused(excuse.reason),
                    (Judge::Specification, right) => by(right.as_ref().unwrap_or(&reference)),
                    (Judge::Values, right) => {
                        let right = right.as_ref().unwrap_or(&reference).by_value();
                        modifiers.fault(&engine.by_value(), &right, &labels)
                    }
                };
                // The reference stands behind the engine where that has not learnt a part yet.
                let by_reference = || Outcome::read(answer_of(Who::Reference, pack, query));
                let behind = by(&reference).is_none()
                    || engine.has_failed("not a valid RDF 1.2 term")
                    || by_reference().as_ref() == Some(&engine);
                if judged.is_some() && behind {
                    return Verdict::Shared(excuse.reason);
                }
                // Where the specification leaves the answer open, a reference that may be wrong is no judge.
                if judged.is_some() && unjudged {
                    return Verdict::Excused(excuse.reason);
                }
                judged.map(|fault| format!("{fault} [judged by {:?}, {}]", excuse.judge, excuse.section))
            }
        };
        match fault {
            None => Verdict::Same,
            Some(_) if (OPERATORS.applies)(&facts) => Verdict::Excused(OPERATORS.reason),
            Some(fault) => Verdict::Differs(fault),
        }
    }

    /// The smallest case found that differs too.
    pub fn shrunk(mut self, differs: &mut dyn FnMut(&Self) -> bool) -> Self {
        let mut steps = 0;
        'again: loop {
            for smaller in self.smaller() {
                steps += 1;
                if steps > SHRINKING_STEPS {
                    return self;
                }
                if differs(&smaller) {
                    self = smaller;
                    continue 'again;
                }
            }
            return self;
        }
    }

    pub fn smaller(&self) -> Vec<Self> {
        let queries = self.query.simpler().into_iter().map(|query| Self { query, data: self.data.clone() });
        let half = self.data.quads.len() / 2;
        let halves = [0..half, half..self.data.quads.len()];
        let singles = (0..self.data.quads.len()).map(|n| n..n + 1);
        let graphs = halves.into_iter().filter(|range| range.len() > 1).chain(singles).map(|range| {
            let mut data = self.data.clone();
            data.quads.drain(range);
            Self { query: self.query.clone(), data }
        });
        queries.chain(graphs).collect()
    }

    /// All one needs to see it fail.
    pub fn report(&self, seed: u64) -> String {
        let difference = match self.verdict() {
            Verdict::Differs(difference) => difference,
            Verdict::Same | Verdict::Skipped | Verdict::Excused(_) | Verdict::Shared(_) => "none".to_owned(),
        };
        let mut report = format!(
            "seed {seed}: {difference}\n--- data\n{}--- query\n{}\n",
            self.data.to_trig(),
            self.text()
        );
        let Some(query) = self.parsed() else { return report };
        let pack = self.pack();
        let outcomes = [
            ("engine", Outcome::read(answer_of(Who::Engine, &pack, &query))),
            ("reference", Outcome::read(answer_of(Who::Reference, &pack, &query))),
            ("specification", Specification::answer(&pack, &query)),
        ];
        for (who, outcome) in outcomes {
            let _ = writeln!(report, "--- {who}");
            if let Some(outcome) = outcome {
                let (head, lines) = outcome.canonical(&Self::labels(&pack), answers::ROUNDS);
                let _ = writeln!(report, "{head}\n{}", lines.join("\n"));
            }
        }
        report
    }
}

/// An evaluator.
#[derive(Clone, Copy)]
enum Who {
    Engine,
    Reference,
}

fn answer_of<'a>(who: Who, graph: &'a dyn Graph, query: &Query) -> Result<Answer<'a>> {
    let governor = Governor::unlimited();
    match who {
        Who::Engine => baimo_engine::answer(graph, query, DefaultGraph::Alone, &governor),
        Who::Reference => reference::answer(graph, query, DefaultGraph::Alone, &governor),
    }
}
