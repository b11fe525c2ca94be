//! One case: a graph, a query, and what two evaluators say.
//!
//! In: a seed. Out: whether the answers are the same, and a smaller case that differs where they are not.

use crate::answers::{self, Modifiers, Outcome};
use crate::beside;
use crate::data::{Data, iri};
use crate::excuses::{Excuse, Facts, Judge, OPERATORS};
use crate::jena::Jena;
use crate::made;
use crate::node::Node;
use crate::queries::{HEAD, Maker};
use crate::random::Random;
use crate::reference::{self, TooMuch};
use crate::specification::Specification;
use baimo_engine::answer::Answer;
use baimo_engine::error::Result;
use baimo_engine::{DefaultGraph, Governor, Limits, Prepared, Query};
use baimo_store::store::Graph;
use baimo_store::store::memory::Memory;
use baimo_store::store::pack::{Builder, Pack};
use baimo_store::terms::{GraphName, Prefixes, Quad, Term};
use std::collections::HashSet;
use std::fmt::Write as _;
use std::sync::Arc;

/// How many smaller cases are tried before the smallest so far is shown.
const SHRINKING_STEPS: usize = 4000;

/// A graph and a query over it.
#[derive(Clone)]
pub struct Case {
    /// The graph.
    pub data: Data,
    /// The query.
    pub query: Node,
    /// Whether the graph became what it is by changes to another.
    pub changed: bool,
    /// What the default graph is made of.
    pub default_graph: DefaultGraph,
    /// Whether the query is planned as if there were very much data.
    pub every_way: bool,
}

/// What came of a case.
pub enum Verdict {
    /// The answers are the same.
    Same,
    /// No query by the parser, or an answer too long to compare.
    Skipped,
    /// There is nothing here to judge it by, and why.
    Excused(&'static str),
    /// The reference may be wrong, why, and the model of the specification gives no answer.
    Open(&'static str),
    /// Wrong, and just as the reference is.
    Shared(&'static str),
    /// What the difference is.
    Differs(String),
}

/// Whether every query is planned as if there were very much data, and so on two threads: `BAIMO_EVERY_WAY`.
fn always() -> bool {
    static ALWAYS: std::sync::LazyLock<bool> =
        std::sync::LazyLock::new(|| std::env::var_os("BAIMO_EVERY_WAY").is_some());
    *ALWAYS
}

impl Case {
    /// The case of a seed.
    pub fn generate(seed: u64) -> Self {
        let mut random = Random::new(seed);
        let data = Data::generate(&mut random);
        let newer = random.chance(60);
        let query = Maker::query(&mut random, &data, newer);
        let changed = random.chance(30);
        let union = random.chance(8);
        let default_graph = if union { DefaultGraph::Union } else { DefaultGraph::Alone };
        Self { data, query, changed, default_graph, every_way: random.chance(40) || always() }
    }

    /// The case of a seed about what functions make of values.
    pub fn made(seed: u64) -> Self {
        let mut random = Random::new(seed);
        let data = made::data(&mut random);
        let query = made::Maker::query(&mut random, &data);
        let (changed, every_way) = (random.chance(30), random.chance(40) || always());
        Self { data, query, changed, default_graph: DefaultGraph::Alone, every_way }
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
        Self {
            data,
            query,
            changed: false,
            default_graph: DefaultGraph::Alone,
            every_way: random.chance(40) || always(),
        }
    }

    /// What Jena says, compared with what the engine does.
    pub fn beside_jena(&self, jena: &mut Jena) -> Verdict {
        let Some(query) = self.parsed() else { return Verdict::Skipped };
        let graph = self.graph();
        let graph = graph.as_ref();
        let modifiers = Modifiers::of(&query);
        let right = jena.answer(&Self::quads(graph), &self.unsliced());
        let Some(engine) = Outcome::read(self.answer_of(Who::Engine, graph, &query)) else {
            return Verdict::Skipped;
        };
        if matches!(right, Outcome::Failed(_)) {
            return Verdict::Skipped;
        }
        match modifiers.fault(&engine, &right, &Self::labels(graph)) {
            None => Verdict::Same,
            Some(_)
                if modifiers.fault(&engine.by_value(), &right.by_value(), &Self::labels(graph)).is_none() =>
            {
                Verdict::Shared("the same by value")
            }
            // A rule is for what differs: most queries that it is about are answered alike.
            Some(fault) => match Excuse::of_jena(&Facts::of(&query, &self.data, self.default_graph)) {
                None => Verdict::Differs(fault),
                Some(excuse) => self.by_model(excuse, graph, &query, &engine),
            },
        }
    }

    /// Where another engine says otherwise for a known reason: what the model of the specification says.
    fn by_model(&self, excuse: &Excuse, graph: &dyn Graph, query: &Query, engine: &Outcome) -> Verdict {
        if excuse.judge == Judge::Nothing {
            return Verdict::Excused(excuse.reason);
        }
        let modifiers = Modifiers::of(query);
        let Some(right) = Specification::answer(graph, &modifiers.whole, self.default_graph) else {
            return Verdict::Open(excuse.reason);
        };
        let labels = Self::labels(graph);
        let fault = match excuse.judge {
            Judge::Values => modifiers.fault(&engine.by_value(), &right.by_value(), &labels),
            _ => modifiers.fault(engine, &right, &labels),
        };
        let Some(fault) = fault else { return Verdict::Excused(excuse.reason) };
        let facts = Facts::of(query, &self.data, self.default_graph);
        if excuse.judge == Judge::Functions && (OPERATORS.applies)(&facts) && !strict() {
            return Verdict::Excused(OPERATORS.reason);
        }
        Verdict::Differs(format!("{fault} [judged by {:?}, {}]", excuse.judge, excuse.section))
    }

    /// The text without the LIMIT and OFFSET at its end.
    fn unsliced(&self) -> String {
        let text = self.text();
        let end = text.rfind('}').map_or(0, |at| at + 1);
        let (body, tail) = text.split_at(end);
        let tail = tail.split(" LIMIT").next().unwrap_or_default();
        format!("{body}{}", tail.split(" OFFSET").next().unwrap_or_default())
    }

    /// The graph as N-Quads, with the labels that its blank nodes have in the pack.
    fn quads(graph: &dyn Graph) -> String {
        let mut text = String::new();
        for id in graph.graphs().unwrap() {
            let name = id.map_or(String::new(), |id| graph.term(id).unwrap().to_string());
            for ids in graph.scan(id, [None; 3]).triples().map(Result::unwrap) {
                let [s, p, o] = ids.map(|id| graph.term(id).unwrap());
                let _ = writeln!(text, "{s} {p} {o} {name} .");
            }
        }
        text
    }

    /// The query as text.
    pub fn text(&self) -> String {
        format!("{HEAD}{}", self.query)
    }

    /// The query, where the parser takes it for one. The oracles get the same algebra: so it must be that of another parser.
    pub fn parsed(&self) -> Option<Query> {
        let (text, prefixes) = (self.text(), Prefixes::new());
        let query = baimo_engine::syntax::parse::query(&text, &prefixes, None).ok()?;
        // In `GROUP BY (?a AS ?b)` the other one leaves out the name (SPARQL 1.1, section 19.8, GroupCondition).
        let renames = |key: &str| {
            key.starts_with('?') && key.split_once(" AS ?").is_some_and(|(old, _)| !old.contains(' '))
        };
        if !self.query.to_string().split('(').any(renames) {
            let other = beside::theirs(&prefixes, None).parse_query(&text).map(beside::shown);
            // To the other one the braces of EXISTS end the pattern around a FILTER, which it does not (5.1.1 and 5.2.2): a label
            // before and behind it is one blank node, and no error.
            if other.is_err() && text.contains("_:") && text.contains("EXISTS") {
                return Some(query);
            }
            assert_eq!(other.ok(), Some(beside::shown(query.clone())), "the parsers differ: {text}");
        }
        Some(query)
    }

    /// The graph, built.
    pub fn graph(&self) -> Box<dyn Graph> {
        let quads = &self.data.quads;
        if !self.changed {
            return Box::new(pack_of(quads));
        }
        // A part of it is there before, and quads too many, made of the terms of others.
        let mut random = Random::new(quads.len() as u64);
        let there: HashSet<&Quad> = quads.iter().collect();
        let more = Quad::new(iri("a"), iri("q"), iri("gone"), GraphName::DefaultGraph);
        let mut gone = vec![more];
        for quad in quads {
            if !random.chance(40) {
                continue;
            }
            let (other, third) = (random.pick(quads), random.pick(quads));
            let mixed =
                Quad { object: other.object.clone(), predicate: third.predicate.clone(), ..quad.clone() };
            let moved = Quad { graph_name: other.graph_name.clone(), ..quad.clone() };
            gone.extend([mixed, moved].into_iter().filter(|quad| !there.contains(quad)));
        }
        let (before, after): (Vec<&Quad>, Vec<&Quad>) = quads.iter().partition(|_| random.chance(50));
        let mut builder = Builder::keeping_labels();
        before.iter().copied().chain(&gone).for_each(|quad| builder.add(quad.as_ref()));
        let mut memory = Memory::over(builder.finish());
        for quad in after {
            memory.insert(quad.clone()).unwrap();
        }
        for quad in &gone {
            memory.remove(quad).unwrap();
        }
        // What goes and comes back is as it was.
        for quad in quads.iter().filter(|_| random.chance(10)).cloned().collect::<HashSet<_>>() {
            assert!(memory.remove(&quad).unwrap() && memory.insert(quad).unwrap());
        }
        Box::new(memory)
    }

    /// The labels that the graph's blank nodes have in the pack.
    pub fn labels(graph: &dyn Graph) -> Vec<String> {
        let mut labels = Vec::new();
        for name in graph.graphs().unwrap() {
            for id in graph.scan(name, [None; 3]).triples().flat_map(Result::unwrap) {
                answers::blanks(&graph.term(id).unwrap(), &mut |blank| {
                    labels.push(blank.as_str().to_owned())
                });
            }
        }
        labels.sort();
        labels.dedup();
        labels
    }

    /// Whether the engine answers as it should.
    pub fn verdict(&self) -> Verdict {
        let Some(query) = self.parsed() else { return Verdict::Skipped };
        let graph = self.graph();
        self.judge(graph.as_ref(), &query)
    }

    /// The engine by the oracles, and the oracles by each other.
    fn judge(&self, graph: &dyn Graph, query: &Query) -> Verdict {
        let labels = Self::labels(graph);
        let modifiers = Modifiers::of(query);
        let reference = match self.reference(graph, &modifiers.whole) {
            Ok(Some(reference)) => reference,
            Ok(None) => return Verdict::Skipped,
            Err(cause) if cause.is::<TooMuch>() => {
                return Verdict::Excused("spareval would hold millions of terms at once");
            }
            // Kinds that it can compare are in the order of values, others in that of texts: no total order, which a sort may notice.
            Err(_) => return Verdict::Excused("spareval panics where ORDER BY meets several kinds"),
        };
        let specification = Specification::answer(graph, &modifiers.whole, self.default_graph);
        let facts = Facts::of(query, &self.data, self.default_graph);
        let Some(engine) = Outcome::read(self.answer_of(Who::Engine, graph, query)) else {
            // A reference that loses duplicates may stay below the number of rows that are compared.
            return match Excuse::of(&facts) {
                Some(excuse) => Verdict::Excused(excuse.reason),
                None => Verdict::Differs("far more rows than are right".to_owned()),
            };
        };
        // The plan is made once, and stays what it was when it has run.
        if let Outcome::Rows(..) = &engine
            && Outcome::read(self.asked_again(graph, query)).is_none_or(|again| again != engine)
        {
            return Verdict::Differs("asked again it gives other rows, or in another order".to_owned());
        }
        // Every way is gone on two threads, which give the rows of one in their order.
        if self.every_way
            && let Outcome::Rows(..) = &engine
            && Outcome::read(self.answer_of(Who::Alone, graph, query)).is_none_or(|alone| alone != engine)
        {
            return Verdict::Differs("one thread gives other rows than two, or in another order".to_owned());
        }
        let by = |right: &Outcome| modifiers.fault(&engine, right, &labels);
        let fault = match Excuse::of(&facts) {
            None => {
                let between = specification
                    .and_then(|right| Modifiers::of(&modifiers.whole).fault(&reference, &right, &labels))
                    // What spareval cannot compare it takes for equal, so that ORDER BY of mixed kinds is in no order there.
                    .filter(|fault| !fault.starts_with("out of order"));
                between.map(|fault| format!("the oracles differ: {fault}")).or_else(|| by(&reference))
            }
            Some(excuse) => {
                let unjudged = specification.is_none();
                let judged = match (excuse.judge, specification) {
                    (Judge::Nothing, Some(right)) if strict() && by(&reference).is_some() => by(&right),
                    (Judge::Nothing, _) => return Verdict::Excused(excuse.reason),
                    (Judge::Specification | Judge::Functions, right) => {
                        by(right.as_ref().unwrap_or(&reference))
                    }
                    (Judge::Values, right) => {
                        let right = right.as_ref().unwrap_or(&reference).by_value();
                        modifiers.fault(&engine.by_value(), &right, &labels)
                    }
                };
                // Where the specification leaves the answer open, a reference that may be wrong cannot judge.
                if judged.is_some() && unjudged && !strict() {
                    return Verdict::Open(excuse.reason);
                }
                judged.map(|fault| format!("{fault} [judged by {:?}, {}]", excuse.judge, excuse.section))
            }
        };
        match fault {
            None => Verdict::Same,
            Some(_) if (OPERATORS.applies)(&facts) && !strict() => Verdict::Excused(OPERATORS.reason),
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

    /// The cases that are one step simpler.
    fn smaller(&self) -> Vec<Self> {
        let queries = self.query.simpler().into_iter().map(|query| Self { query, ..self.clone() });
        let half = self.data.quads.len() / 2;
        let halves = [0..half, half..self.data.quads.len()];
        let singles = (0..self.data.quads.len()).map(|n| n..n + 1);
        let graphs = halves.into_iter().filter(|range| range.len() > 1).chain(singles).map(|range| {
            let mut data = self.data.clone();
            data.quads.drain(range);
            Self { data, ..self.clone() }
        });
        let mut plainer = Vec::new();
        if self.changed {
            plainer.push(Self { changed: false, ..self.clone() });
        }
        if self.default_graph == DefaultGraph::Union {
            plainer.push(Self { default_graph: DefaultGraph::Alone, ..self.clone() });
        }
        if self.every_way {
            plainer.push(Self { every_way: false, ..self.clone() });
        }
        plainer.into_iter().chain(queries).chain(graphs).collect()
    }

    fn answer_of<'a>(&self, who: Who, graph: &'a dyn Graph, query: &Query) -> Result<Answer<'a>> {
        let governor = self.governor(if matches!(who, Who::Alone) { 1 } else { 2 });
        match who {
            Who::Engine | Who::Alone => baimo_engine::answer(graph, query, self.default_graph, &governor),
            Who::Reference => reference::answer(graph, query, self.default_graph, &governor),
        }
    }

    fn governor(&self, threads: usize) -> Governor {
        let limits = Limits { threads: Some(threads), ..Limits::default() };
        let governor = Governor::new(limits, Arc::default());
        if self.every_way { governor.planning_every_way() } else { governor }
    }

    /// The second answer of the engine to a query that it planned for the first.
    fn asked_again<'a>(&self, graph: &'a dyn Graph, query: &Query) -> Result<Answer<'a>> {
        let prepared = Prepared::new(query.clone(), self.default_graph)?;
        Outcome::read(prepared.answer(graph, &self.governor(2)));
        prepared.answer(graph, &self.governor(2))
    }

    /// What the reference says, or what it panics with.
    fn reference(&self, graph: &dyn Graph, query: &Query) -> std::thread::Result<Option<Outcome>> {
        let answer = || Outcome::read(self.answer_of(Who::Reference, graph, query));
        std::panic::catch_unwind(std::panic::AssertUnwindSafe(answer))
    }

    /// All one needs to see it fail.
    pub fn report(&self, seed: u64) -> String {
        let difference = match self.verdict() {
            Verdict::Differs(difference) => difference,
            Verdict::Same
            | Verdict::Skipped
            | Verdict::Excused(_)
            | Verdict::Open(_)
            | Verdict::Shared(_) => "none".to_owned(),
        };
        let mut report = format!(
            "seed {seed}: {difference} [changed {}, every way {}, {:?}]\n--- data\n{}--- query\n{}\n",
            self.changed,
            self.every_way,
            self.default_graph,
            self.data.to_trig(),
            self.text()
        );
        let Some(query) = self.parsed() else { return report };
        let graph = self.graph();
        let graph = graph.as_ref();
        let outcomes = [
            ("engine", Outcome::read(self.answer_of(Who::Engine, graph, &query))),
            ("reference", self.reference(graph, &query).ok().flatten()),
            ("specification", Specification::answer(graph, &query, self.default_graph)),
        ];
        for (who, outcome) in outcomes {
            let _ = writeln!(report, "--- {who}");
            if let Some(outcome) = outcome {
                let (head, lines) = outcome.canonical(&Self::labels(graph), answers::ROUNDS);
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
    /// The engine on one thread.
    Alone,
    Reference,
}

fn pack_of(quads: &[Quad]) -> Pack {
    let mut builder = Builder::new();
    for quad in quads {
        builder.add(quad.as_ref());
    }
    builder.finish()
}

/// Whether cases are shown that no oracle here can be trusted with, to be read and decided by hand.
fn strict() -> bool {
    std::env::var_os("BAIMO_STRICT").is_some()
}
