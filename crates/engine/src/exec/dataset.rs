//! The graphs that a query is asked of: its default graph, and the named ones it may look into.
//!
//! In: a columnar graph, the FROM clauses of a query. Out: a view for each source of the plan, and the
//! statistics that the planner asks for. Section 13.2: FROM merges, FROM NAMED alone leaves the default
//! graph empty.

use super::batch::Batch;
use super::context::Context;
use super::formula::Compiled;
use crate::Governor;
use crate::error::{Error, Kind, Result};
use crate::expr::Value;
use crate::expr::verdicts::Verdicts;
use crate::plan::estimate::{Leg, Meeting};
use crate::plan::logical::{Formula, Source};
use crate::plan::parallel;
use crate::plan::statistics::{self, EACH, From, Reached, Side, Statistics};
use crate::plan::variables::{Var, VariableNames};
use crate::store::pack::Watch;
use crate::store::{End, Id, Indexed, NONE, Pattern, PredicateCount, Star, View, evenly};
use crate::syntax::algebra::{Expression, QueryDataset};
use crate::terms::{NamedNode, Term};
use rustc_hash::{FxHashMap, FxHashSet};
use std::collections::HashMap;
use std::ops::Range;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

/// Which graphs of the dataset the query's default graph is made of, where the query does not say.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum DefaultGraph {
    /// The default graph alone.
    #[default]
    Alone,
    /// The default graph and all named ones together.
    Union,
}

/// The dataset of one query. See the module.
pub struct Dataset<'a> {
    graph: &'a dyn Indexed,
    default: View<'a>,
    /// The named graphs that may be asked, sorted, each once; nothing for all.
    named: Option<Vec<Id>>,
    /// Names that FROM NAMED gives to graphs which hold no triple.
    empty: Vec<NamedNode>,
    /// Stops planning.
    governor: Governor,
    /// What tests of single variables are worth, as far as that was asked.
    verdicts: Mutex<HashMap<Expression, Arc<Verdicts>>>,
    /// What was asked of stars and of meetings.
    asked: Mutex<Asked>,
    /// What is known of the named graphs together, once somebody asked; nothing inside where that cannot be read.
    each: OnceLock<Option<Each<'a>>>,
}

/// The named graphs of a dataset.
struct Each<'a> {
    graphs: f64,
    /// Some of them, the largest first.
    some: Vec<View<'a>>,
}

impl Each<'_> {
    /// The mean of what is counted in some of them. Where it is in none of these, it is in fewer than one of so many.
    fn mean(&self, count: impl Fn(&View<'_>) -> Option<f64>) -> Option<f64> {
        let sum: f64 = self.some.iter().map(count).sum::<Option<f64>>()?;
        Some(if sum > 0.0 { sum } else { 0.5 } / (self.some.len() as f64).max(1.0))
    }
}

/// Over which links of which graph is searched, and from where.
type Search = (Option<Id>, Vec<(Id, bool)>, From);

/// What the planner asked that takes more than a look, with the answers.
#[derive(Default)]
struct Asked {
    stars: HashMap<(Option<Id>, End, Vec<Id>), Option<Star>>,
    meetings: HashMap<(Leg, Leg), Option<Meeting>>,
    /// What was asked of terms of all named graphs.
    among: HashMap<(Id, End), Option<f64>>,
    /// What was asked of paths.
    reached: HashMap<Search, Option<Reached>>,
    /// How many triples match: the same pattern is asked for at every stage of planning.
    counts: FxHashMap<(Option<Id>, Pattern), f64>,
    /// How many terms stand in a place of the triples of a predicate, or of all.
    distinct: FxHashMap<(Option<Id>, Option<Id>, usize), f64>,
    /// What the disk, or damage, kept from being read first: planning ends with it.
    failed: Option<Error>,
}

/// How many triples are sampled to find how two predicates meet.
const SAMPLE: usize = 100;

/// How many terms are sampled to find what conditions leave of them.
const TEXTS: usize = 64;

/// From so many nodes a path is searched for an estimate of how far it leads, and so many nodes each search meets at most.
const STARTS: usize = 8;
const MET: usize = 128;

/// So many values of each side of a comparison are computed for an estimate of how many pairs agree.
const VALUES: usize = 128;

/// A number that looks drawn, the same each time (the finalizer of SplitMix64: Steele, Lea and Flood, OOPSLA 2014).
fn scattered(number: u64) -> u64 {
    let number = (number + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    let number = (number ^ (number >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let number = (number ^ (number >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    number ^ (number >> 31)
}

/// What is told apart of them.
#[derive(PartialEq, Eq, Hash)]
enum Sampled {
    Term(Id),
    Number(u64),
}

/// So many named graphs tell of all of them.
const GRAPHS: usize = 64;

/// So many terms of each of them are compared with those of others.
const OF_GRAPH: usize = 16;

/// So few graphs of FROM NAMED are searched one after the other.
const FEW_GRAPHS: usize = 2;

/// So many triples a node is taken to have, whatever their predicates, where they are not counted.
const OF_NODE: f64 = 10.0;

impl<'a> Dataset<'a> {
    /// For a query with these clauses, planned for as the governor says and as long as it allows.
    ///
    /// # Errors
    /// Where the graph is damaged.
    pub fn new(
        graph: &'a dyn Indexed,
        clauses: Option<&QueryDataset>,
        default_graph: DefaultGraph,
        governor: &Governor,
    ) -> Result<Self> {
        let id = |iri: &NamedNode| graph.id(iri.as_ref().into());
        let mut empty = Vec::new();
        let (default, named) = match clauses {
            Some(clauses) => {
                let mut merged = Vec::new();
                for iri in &clauses.default {
                    merged.extend(id(iri)?.map(Some));
                }
                let mut named = Vec::new();
                for iri in clauses.named.iter().flatten() {
                    match id(iri)? {
                        Some(id) if graph.view(Some(id))?.is_some() => named.push(id),
                        _ => empty.push(iri.clone()),
                    }
                }
                named.sort_unstable();
                named.dedup();
                // WITH and USING of an update leave the named graphs as they are.
                (graph.merged(&merged)?, clauses.named.is_some().then_some(named))
            }
            None if default_graph == DefaultGraph::Union => (graph.merged(&graph.graphs()?)?, None),
            None => match graph.view(None)? {
                Some(view) => (view, None),
                None => (graph.merged(&[])?, None),
            },
        };
        empty.dedup();
        let (verdicts, asked, each) = (Mutex::default(), Mutex::default(), OnceLock::new());
        Ok(Self { graph, default, named, empty, governor: governor.clone(), verdicts, asked, each })
    }

    /// What stops planning and building.
    pub fn governor(&self) -> &Governor {
        &self.governor
    }

    /// What is asked.
    pub fn graph(&self) -> &'a dyn Indexed {
        self.graph
    }

    /// What a source of the plan stands for; nothing where there is no such graph.
    ///
    /// # Errors
    /// Where the graph is damaged.
    pub fn view(&self, source: &Source) -> Result<Option<View<'a>>> {
        match source {
            Source::Default => Ok(Some(self.default.clone())),
            Source::Named(name) => self.named_view(name.id),
            // The graph at hand is known to who builds the operators.
            Source::Each => Ok(None),
        }
    }

    /// A named graph by its number; nothing where the dataset has none of it.
    ///
    /// # Errors
    /// Where the graph is damaged.
    pub fn named(&self, id: Id) -> Result<Option<View<'a>>> {
        self.named_view(Some(id))
    }

    /// What a test of one variable is worth for the terms of the graph.
    ///
    /// # Errors
    /// Where the graph is damaged.
    fn verdicts(&self, test: &Expression) -> Result<Arc<Verdicts>> {
        let mut known = self.verdicts.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(verdicts) = known.get(test) {
            return Ok(Arc::clone(verdicts));
        }
        let verdicts = Arc::new(Verdicts::of(test, self.graph, &|| self.governor.check())?);
        known.insert(test.clone(), Arc::clone(&verdicts));
        Ok(verdicts)
    }

    /// The ranges of numbers for which tests of one variable may all be true; with `true` where they must be judged.
    ///
    /// # Errors
    /// Where the graph is damaged.
    pub fn passing<'e>(&self, tests: impl Iterator<Item = &'e Expression>) -> Result<Vec<(Range<Id>, bool)>> {
        let mut all: Option<Verdicts> = None;
        for test in tests {
            let verdicts = self.verdicts(test)?;
            all = Some(match all {
                None => Verdicts::clone(&verdicts),
                Some(all) => all.and(&verdicts),
            });
        }
        let mut passing = all.map_or_else(|| vec![(0..NONE, true)], |all| all.passing());
        if self.graph.more_terms() == 0 {
            passing.retain(|(range, _)| range.start < self.graph.term_count());
        }
        Ok(passing)
    }

    /// A graph without triples.
    ///
    /// # Errors
    /// Where the graph is damaged.
    pub fn empty(&self) -> Result<View<'a>> {
        self.graph.merged(&[])
    }

    /// The names of graphs that the query put into the dataset and that hold no triple.
    pub fn empty_names(&self) -> &[NamedNode] {
        &self.empty
    }

    /// The named graphs of the dataset that hold triples, sorted.
    ///
    /// # Errors
    /// Where the graph is damaged.
    pub fn names(&self) -> Result<Vec<Id>> {
        if let Some(named) = &self.named {
            return Ok(named.clone());
        }
        let mut names = self.graph.graph_names()?;
        names.sort_unstable();
        names.dedup();
        Ok(names)
    }

    /// The named graphs of the dataset that may have a triple which matches a pattern, sorted; nothing where any may.
    ///
    /// # Errors
    /// Where the graph is damaged, and once a limit is met.
    pub fn homes(&self, pattern: Pattern) -> Result<Option<Vec<Id>>> {
        if self.named.as_ref().is_some_and(|named| named.len() <= FEW_GRAPHS) {
            return Ok(None);
        }
        let check = || self.governor.check();
        let mut homes = self.graph.homes(pattern, Watch::asking(&check))?;
        if let (Some(homes), Some(named)) = (&mut homes, &self.named) {
            homes.retain(|name| named.binary_search(name).is_ok());
        }
        Ok(homes)
    }

    fn named_view(&self, id: Option<Id>) -> Result<Option<View<'a>>> {
        match id {
            Some(id) if self.named.as_ref().is_none_or(|named| named.binary_search(&id).is_ok()) => {
                self.graph.view(Some(id))
            }
            _ => Ok(None),
        }
    }

    /// The most triples that a node has on a leg.
    fn most(&self, view: &View<'_>, leg: Leg) -> Result<u64> {
        let counts = view.predicate(leg.predicate)?;
        let most = |counts: PredicateCount| match leg.end {
            End::Subject => counts.max_objects,
            End::Object => counts.max_subjects,
        };
        Ok(counts.map_or(0, most))
    }

    /// Some triples of one leg, evenly spaced, looked up in the other: of that whose nodes have the most, so that these are met as
    /// often as they have triples, and what is found varies little.
    fn sampled(&self, of: Leg, with: Leg) -> Result<Option<Meeting>> {
        let Some(view) = self.by_number(of.graph).filter(|_| of.graph == with.graph) else { return Ok(None) };
        let ends = [(of.predicate, of.end), (with.predicate, with.end)];
        let [each, some] = view.meeting(ends, || self.sample(&view, of, with))?;
        Ok(Some(Meeting { each, some }))
    }

    /// How many triples of the one leg each of the other meets, and which part of them meets any.
    fn sample(&self, view: &View<'_>, of: Leg, with: Leg) -> Result<[f64; 2]> {
        let mut own = view.pairs(of.predicate, of.end)?;
        let mut other = view.pairs(with.predicate, with.end)?;
        if own.is_empty() || other.is_empty() {
            return Ok([0.0, 0.0]);
        }
        let is_swapped = self.most(view, with)? > self.most(view, of)?;
        let times = if is_swapped { other.len() as f64 / own.len() as f64 } else { 1.0 };
        let (from, into) = if is_swapped { (&mut other, &mut own) } else { (&mut own, &mut other) };
        let samples = from.len().min(SAMPLE);
        let (mut each, mut some) = (0.0, 0.0);
        for sample in 0..samples {
            let Some(node) = from.first_at(sample * from.len() / samples)? else { continue };
            let found = into.count(node)? as f64;
            each += found;
            some += match found {
                0.0 => 0.0,
                // Of the triples of the other leg: as many as its node has, for each that the node has here.
                found if is_swapped => found / from.count(node)?.max(1) as f64,
                _ => 1.0,
            };
        }
        // Where no sample meets any, fewer do than one in so many.
        let of_all = |sum: f64| if sum > 0.0 { sum / samples as f64 } else { 0.5 / samples as f64 };
        Ok([of_all(each) * times, (of_all(some) * times).min(1.0)])
    }

    /// What is computed of some of the triples of a side, at even distances; nothing for errors.
    fn values_of(&self, side: Side<'_>, half: usize, cx: &mut Context<'_>) -> Option<Vec<Option<Sampled>>> {
        let (view, [subject, Some(predicate), object]) = (self.by_number(side.graph)?, side.pattern) else {
            return None;
        };
        // Anywhere in its stretch: what lies in the order of its values would be met in even steps, and `?n + 1` nowhere.
        let at = |len: usize, n: usize| {
            let (start, end) = (n * len / VALUES, (n + 1) * len / VALUES);
            start + scattered((2 * n + half) as u64) as usize % (end - start).max(1)
        };
        let ids: Vec<Id> = match (subject, object, side.place) {
            (None, None, place) => {
                let mut cursor = self.read(view.pairs(predicate, End::at(place)))?;
                let len = cursor.len();
                (0..VALUES)
                    .map(|n| self.read(cursor.first_at(at(len, n))).flatten())
                    .collect::<Option<_>>()?
            }
            (Some(known), None, 2) | (None, Some(known), 0) => {
                let end = if subject.is_some() { End::Subject } else { End::Object };
                let mut cursor = self.read(view.pairs(predicate, end))?;
                let found = self.read(cursor.lookup(known))?;
                match found.len() {
                    few @ ..VALUES => found.iter().take(few).copied().collect(),
                    len => (0..VALUES).filter_map(|n| found.get(at(len, n)).copied()).collect(),
                }
            }
            _ => return None,
        };
        let (rows, mut names) = (ids.len(), VariableNames::default());
        let formula = Formula::new(side.expression.clone(), &mut names);
        let columns: Vec<Var> = formula.vars.iter().collect();
        let mut compiled = Compiled::new(&formula, &columns, &Arc::new(names), cx.governor()).ok()?;
        let values = self.read(compiled.ids(&Batch::of(vec![ids], rows), cx))?;
        let told = |id: Id| -> Option<Option<Sampled>> {
            if id == NONE {
                return Some(None);
            }
            let number = self.read(cx.term(id))?.and_then(|term| Value::Term(term).number());
            Some(Some(number.map_or(Sampled::Term(id), |number| Sampled::Number(number.to_f64().to_bits()))))
        };
        values.into_iter().map(told).collect()
    }

    fn asked(&self) -> MutexGuard<'_, Asked> {
        self.asked.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The view that tells of a graph; of [`EACH`] one of the larger ones.
    fn by_number(&self, graph: Option<Id>) -> Option<View<'a>> {
        match graph {
            None => Some(self.default.clone()),
            Some(EACH) => self.each()?.some.first().cloned(),
            id => self.read(self.named_view(id)).flatten(),
        }
    }

    fn each(&self) -> Option<&Each<'a>> {
        self.each.get_or_init(|| self.read(self.some_graphs())).as_ref()
    }

    /// Some of the named graphs, evenly spaced.
    fn some_graphs(&self) -> Result<Each<'a>> {
        let (count, names) = match &self.named {
            None => self.graph.some_graph_names(GRAPHS)?,
            Some(named) => {
                let some = evenly(named.len(), GRAPHS).filter_map(|place| named.get(place)).copied();
                (named.len() + self.empty.len(), some.collect())
            }
        };
        let mut some = Vec::with_capacity(names.len());
        for name in names {
            if let Some(view) = self.graph.view(Some(name))? {
                some.push((view.count([None; 3])?, view));
            }
        }
        some.sort_by_key(|(triples, _)| std::cmp::Reverse(*triples));
        Ok(Each { graphs: count as f64, some: some.into_iter().map(|(_, view)| view).collect() })
    }

    /// What was read for an estimate; nothing where that fails. What cannot be read ends the planning at its next step, while
    /// a limit that is met is met again by whoever asks next.
    fn read<T>(&self, done: Result<T>) -> Option<T> {
        match done {
            Ok(read) => Some(read),
            Err(error) => {
                if matches!(error.kind, Kind::Store | Kind::Data) {
                    self.asked().failed.get_or_insert(error);
                }
                None
            }
        }
    }
}

/// Of how many terms some at an end of triples with a predicate seem to be drawn: each graph has a few of its own, and how many pairs of
/// these are equal tells it (the birthday problem read backwards).
fn drawn_from(graphs: &[View<'_>], predicate: Id, end: End) -> Result<f64> {
    let (mut times, mut all): (FxHashMap<Id, usize>, usize) = (FxHashMap::default(), 0);
    for view in graphs {
        let mut cursor = view.pairs(predicate, end)?;
        let mut own: Vec<Id> = Vec::new();
        for place in evenly(cursor.len(), OF_GRAPH) {
            own.extend(cursor.first_at(place)?);
        }
        own.dedup();
        all += own.len();
        own.into_iter().for_each(|id| *times.entry(id).or_default() += 1);
    }
    let pairs = |count: usize| (count * count.saturating_sub(1) / 2) as f64;
    let equal: f64 = times.into_values().map(pairs).sum();
    // Where none is equal, fewer are than one in so many.
    Ok((pairs(all) / equal.max(0.5)).max(1.0))
}

/// How far searches over links come that meet [`MET`] nodes at most, of which several begin evenly spaced.
fn searched(view: &View<'_>, links: &[(Id, bool)], from: From) -> Result<Option<Reached>> {
    let mut cursors = Vec::with_capacity(links.len());
    for (predicate, is_back) in links {
        let cursor = view.pairs(*predicate, if *is_back { End::Object } else { End::Subject })?;
        if !cursor.is_empty() {
            cursors.push(cursor);
        }
    }
    let (mut starts, count) = (Vec::new(), cursors.len());
    let nth = |n: usize, len: usize| (2 * n + 1) * len / (2 * STARTS);
    match from {
        From::Node(node) => starts.push(node),
        From::Given { predicate, end, other } => {
            let mut given = view.pairs(predicate, end.other())?;
            let all = given.lookup(other)?;
            starts.extend((0..STARTS.min(all.len())).filter_map(|n| all.get(nth(n, all.len()))));
        }
        From::Any => {
            for n in 0..STARTS {
                let Some(cursor) = cursors.get_mut(n % count.max(1)) else { return Ok(None) };
                starts.extend(cursor.first_at(nth(n, cursor.len()))?);
            }
        }
    }
    let (mut met, mut ended) = (0, 0);
    for start in &starts {
        let (mut seen, mut open) = (FxHashSet::default(), vec![*start]);
        while let Some(node) = open.pop()
            && seen.len() < MET
        {
            for cursor in &mut cursors {
                let ends = cursor.lookup_part(node, 0..MET)?;
                open.extend(ends.iter().filter(|end| seen.insert(**end)));
            }
        }
        if seen.len() < MET {
            (met, ended) = (met + seen.len(), ended + 1);
        }
    }
    let all = starts.len() as f64;
    let endless = (all - f64::from(ended)) / all.max(1.0);
    Ok((all > 0.0).then(|| Reached { met: met as f64 / f64::from(ended.max(1)), endless, most: MET as f64 }))
}

impl Statistics for Dataset<'_> {
    fn star(&self, graph: Option<Id>, end: End, predicates: &[Id]) -> Option<Star> {
        let key = (graph, end, predicates.to_vec());
        if let Some(known) = self.asked().stars.get(&key) {
            return *known;
        }
        let found = self.read(self.by_number(graph)?.star(end, predicates))?;
        self.asked().stars.insert(key, found);
        found
    }

    fn meeting(&self, of: Leg, with: Leg) -> Option<Meeting> {
        if let Some(known) = self.asked().meetings.get(&(of, with)) {
            return *known;
        }
        let found = self.read(self.sampled(of, with))?;
        self.asked().meetings.insert((of, with), found);
        found
    }

    fn share(&self, graph: Option<Id>, pattern: Pattern, place: usize, tests: &[&Expression]) -> Option<f64> {
        let (view, [None, Some(predicate), None]) = (self.by_number(graph)?, pattern) else { return None };
        let end = End::at(place);
        let mut cursor = self.read(view.pairs(predicate, end))?;
        let mut found = 0;
        for (range, _) in self.read(self.passing(tests.iter().copied()))? {
            found += self.read(cursor.range(range))?;
        }
        Some(found as f64 / (cursor.len() as f64).max(1.0))
    }

    fn sampled_share(
        &self,
        graph: Option<Id>,
        pattern: Pattern,
        place: usize,
        conditions: &[&Expression],
    ) -> Option<f64> {
        let (view, [None, Some(predicate), None]) = (self.by_number(graph)?, pattern) else { return None };
        let end = End::at(place);
        let mut cursor = self.read(view.pairs(predicate, end))?;
        let len = cursor.len();
        let ids = (0..TEXTS).map(|n| self.read(cursor.first_at(n * len / TEXTS)).flatten());
        let ids = ids.collect::<Option<Vec<Id>>>()?;
        // Rows that the query may never read: a limit that they meet is met again by whoever asks next.
        let governor = self.governor.on_the_side();
        let (mut cx, mut batch) = (Context::new(self.graph, &governor, None), Batch::of(vec![ids], TEXTS));
        for condition in conditions {
            let mut names = VariableNames::default();
            let formula = Formula::new((*condition).clone(), &mut names);
            let columns: Vec<Var> = formula.vars.iter().collect();
            let mut compiled = Compiled::new(&formula, &columns, &Arc::new(names), &governor).ok()?;
            batch = batch.filter(&self.read(compiled.truths(&batch, &mut cx))?);
        }
        // Where none is left, fewer are than one in so many.
        Some(if batch.len > 0 { batch.len as f64 } else { 0.5 } / TEXTS as f64)
    }

    fn agreeing(&self, [a, b]: [Side<'_>; 2]) -> Option<f64> {
        let governor = self.governor.on_the_side();
        let mut cx = Context::new(self.graph, &governor, None);
        // The second elsewhere than the first, lest terms meet themselves where both are of one predicate.
        let (a, b) = (self.values_of(a, 0, &mut cx)?, self.values_of(b, 1, &mut cx)?);
        let pairs = (a.len() * b.len()) as f64;
        let mut of: FxHashMap<Sampled, usize> = FxHashMap::default();
        a.into_iter().flatten().for_each(|value| *of.entry(value).or_default() += 1);
        let agree: usize = b.into_iter().flatten().filter_map(|value| of.get(&value)).sum();
        // Where none does, fewer do than one in so many.
        (pairs > 0.0).then(|| if agree > 0 { agree as f64 } else { 0.5 } / pairs)
    }

    fn reached(&self, graph: Option<Id>, links: &[(Id, bool)], from: From) -> Option<Reached> {
        let key = (graph, links.to_vec(), from);
        if let Some(known) = self.asked().reached.get(&key) {
            return *known;
        }
        let found = self.read(searched(&self.by_number(graph)?, links, from))?;
        self.asked().reached.insert(key, found);
        found
    }

    fn id(&self, term: &Term) -> Result<Option<Id>> {
        self.graph.id(term.as_ref())
    }

    fn has_graph(&self, name: &NamedNode) -> Result<bool> {
        if self.empty.contains(name) {
            return Ok(true);
        }
        let id = self.graph.id(name.as_ref().into())?;
        Ok(id.is_some() && self.named_view(id)?.is_some())
    }

    fn graphs(&self) -> f64 {
        self.each().map_or(0.0, |each| each.graphs)
    }

    fn among_graphs(&self, predicate: Id, end: End) -> Option<f64> {
        if let Some(known) = self.asked().among.get(&(predicate, end)) {
            return *known;
        }
        let found = self.each().and_then(|each| self.read(drawn_from(&each.some, predicate, end)));
        self.asked().among.insert((predicate, end), found);
        found
    }

    fn count(&self, graph: Option<Id>, pattern: Pattern) -> f64 {
        if let Some(known) = self.asked().counts.get(&(graph, pattern)) {
            return *known;
        }
        let of = |view: &View<'_>| self.read(view.count(pattern)).map(|count| count as f64);
        let count = match graph {
            Some(EACH) => self.each().and_then(|each| each.mean(of)),
            graph => self.by_number(graph).as_ref().and_then(of),
        };
        // What could not be read may be there the next time.
        let Some(count) = count else { return 0.0 };
        self.asked().counts.insert((graph, pattern), count);
        count
    }

    fn about(&self, graph: Option<Id>, pattern: Pattern) -> f64 {
        match pattern {
            [None, _, None] => self.count(graph, pattern),
            [Some(_), Some(_), Some(_)] => 1.0,
            [subject, Some(predicate), _] => {
                let all = self.count(graph, [None, Some(predicate), None]);
                let place = if subject.is_some() { 0 } else { 2 };
                all / self.distinct(graph, Some(predicate), place).max(1.0)
            }
            [_, None, _] => OF_NODE,
        }
    }

    fn go_on(&self) -> Result<()> {
        match self.asked().failed.take() {
            Some(error) => Err(error),
            None => self.governor.check(),
        }
    }

    fn is_worth_a_look(&self, cost: f64) -> bool {
        self.governor.plans_every_way() || statistics::is_worth_a_look(cost)
    }

    fn is_worth_threads(&self, cost: f64) -> bool {
        self.governor.plans_every_way() || parallel::is_worth_threads(cost)
    }

    fn is_far_better(&self, other: f64, usual: f64, times: f64) -> bool {
        self.governor.plans_every_way() || other * times < usual
    }

    fn distinct(&self, graph: Option<Id>, predicate: Option<Id>, place: usize) -> f64 {
        if let Some(known) = self.asked().distinct.get(&(graph, predicate, place)) {
            return *known;
        }
        let Some(values) = self.values(graph, predicate, place) else { return 1.0 };
        self.asked().distinct.insert((graph, predicate, place), values);
        values
    }
}

impl Dataset<'_> {
    /// How many different terms stand in a place of the triples of a predicate, or of all.
    /// Nothing where that cannot be read, or there is no such graph.
    fn values(&self, graph: Option<Id>, predicate: Option<Id>, place: usize) -> Option<f64> {
        let of = |view: &View<'_>, predicate, none: u64| {
            let counts = self.read(view.predicate(predicate))?;
            Some(counts.map_or(none, |of| if place == 0 { of.subjects } else { of.objects }) as f64)
        };
        if let (Some(EACH), Some(predicate)) = (graph, predicate) {
            return self.each()?.mean(|view| of(view, predicate, 0));
        }
        let view = self.by_number(graph)?;
        let Some(predicate) = predicate else {
            let predicates = self.read(view.predicates())?;
            let subjects = predicates.iter().map(|p| p.subjects).max().unwrap_or(1);
            let objects = predicates.iter().map(|p| p.objects).sum::<u64>();
            let values = [subjects as f64, predicates.len() as f64, objects as f64];
            // Who asks for one place asks for the others, and each answer takes a walk over all predicates.
            self.asked().distinct.extend((0..).zip(values).map(|(place, of)| ((graph, None, place), of)));
            return values.get(place).copied();
        };
        of(&view, predicate, 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::governor::Notes;
    use crate::store::pack::{Builder, Pack};
    use crate::store::{Graph as _, GraphId};
    use crate::syntax::algebra::Function;
    use crate::terms::{GraphName, Literal, NamedNode, Quad, Variable};

    fn iri(name: &str) -> NamedNode {
        NamedNode::new_unchecked(format!("http://example.org/{name}"))
    }

    /// Four hundred people in twenty cities, of which ten have two names each and the other ten none.
    fn cities() -> Pack {
        let mut builder = Builder::new();
        let mut add = |s: String, p: &str, o: String| {
            builder.add(Quad::new(iri(&s), iri(p), iri(&o), GraphName::DefaultGraph).as_ref());
        };
        for person in 0..400 {
            add(format!("person{person}"), "in", format!("city{}", person % 20));
        }
        for city in 0..10 {
            add(format!("city{city}"), "name", format!("a{city}"));
            add(format!("city{city}"), "name", format!("b{city}"));
        }
        builder.finish()
    }

    #[test]
    fn conditions_that_no_range_decides_are_sampled() {
        let (pack, notes) = (cities(), Notes::default());
        let governor = Governor::unlimited().with_notes(&notes);
        let dataset = Dataset::new(&pack, None, DefaultGraph::Alone, &governor).unwrap();
        let predicate = pack.id(iri("in").as_ref().into()).unwrap();
        let share = |function: Function, word: &str| {
            let city = Expression::Variable(Variable::new_unchecked("city"));
            let text = Expression::FunctionCall(Function::Str, vec![city]);
            let word = Literal::new_simple_literal(word).into();
            let condition = Expression::FunctionCall(function, vec![text, word]);
            dataset.sampled_share(None, [None, predicate, None], 2, &[&condition]).unwrap()
        };
        let ends = |word: &str| share(Function::StrEnds, word);
        assert!((ends("7") - 0.1).abs() < 0.05, "two of twenty cities: {}", ends("7"));
        assert!(ends("?") < 0.01 && ends("") > 0.99);
        // An error for every row: the query says so of the rows that it reads, and the sample nothing.
        assert!(share(Function::Regex, "[") < 0.01);
        assert!(notes.take().is_empty());
    }

    #[test]
    fn what_cannot_be_read_for_an_estimate_ends_the_planning() {
        let path = std::env::temp_dir().join(format!("baimo-estimate-{}.pack", std::process::id()));
        let mut bytes = Vec::new();
        cities().write(&mut bytes).unwrap();
        std::fs::write(&path, &bytes).unwrap();
        let pack = Pack::open(&path).unwrap();
        let dataset = Dataset::new(&pack, None, DefaultGraph::Alone, &Governor::unlimited()).unwrap();
        let predicate = pack.id(iri("in").as_ref().into()).unwrap().unwrap();
        dataset.go_on().unwrap();
        // The disk has lost what the file held.
        std::fs::OpenOptions::new().write(true).open(&path).unwrap().set_len(100).unwrap();
        let _ = std::fs::remove_file(&path);
        let leg = |end| Leg { graph: GraphId::None, predicate, end, other: None };
        assert_eq!(dataset.meeting(leg(End::Object), leg(End::Subject)), None);
        let error = dataset.go_on().unwrap_err();
        assert!(matches!(error.kind, Kind::Data | Kind::Store), "{error}");
        assert!(dataset.asked().meetings.is_empty(), "what failed is asked anew");
    }

    #[test]
    fn samples_tell_how_predicates_meet_whichever_side_is_asked() {
        let pack = cities();
        let dataset = Dataset::new(&pack, None, DefaultGraph::Alone, &Governor::unlimited()).unwrap();
        let leg = |name: &str, end| {
            let predicate = pack.id(iri(name).as_ref().into()).unwrap().unwrap();
            Leg { graph: GraphId::None, predicate, end, other: None }
        };
        let (lives, named) = (leg("in", End::Object), leg("name", End::Subject));
        // Half of the people live in a city with two names; each name is that of a city of twenty.
        assert_eq!(dataset.meeting(lives, named), Some(Meeting { each: 1.0, some: 0.5 }));
        let back = dataset.meeting(named, lives).unwrap();
        assert!((back.each - 20.0).abs() < 1e-9 && (back.some - 1.0).abs() < 1e-9, "{back:?}");
        let none = dataset.meeting(lives, leg("in", End::Subject)).unwrap();
        assert!(none.each < 0.01 && none.some < 0.01, "no person is a city: {none:?}");
    }

    #[test]
    fn searches_begin_at_the_nodes_that_a_known_one_has() {
        let pack = cities();
        let dataset = Dataset::new(&pack, None, DefaultGraph::Alone, &Governor::unlimited()).unwrap();
        let id = |name: &str| pack.id(iri(name).as_ref().into()).unwrap().unwrap();
        let links = [(id("in"), false), (id("name"), false)];
        let met = |from| dataset.reached(None, &links, from).unwrap().met;
        let people = |city| met(From::Given { predicate: id("in"), end: End::Subject, other: id(city) });
        // The city, and its two names where it has any.
        assert_eq!((people("city3"), people("city13")), (3.0, 1.0));
        assert_eq!((met(From::Node(id("city3"))), met(From::Node(id("city13")))), (2.0, 0.0));
        let nobody = From::Given { predicate: id("in"), end: End::Subject, other: id("a3") };
        assert_eq!(dataset.reached(None, &links, nobody), None);
    }

    #[test]
    fn stars_are_told_once_the_sets_are_known() {
        let pack = cities();
        let dataset = || Dataset::new(&pack, None, DefaultGraph::Alone, &Governor::unlimited()).unwrap();
        let name = pack.id(iri("name").as_ref().into()).unwrap().unwrap();
        assert_eq!(dataset().star(None, End::Subject, &[name]), None, "nobody counted yet");
        pack.view(None).unwrap().unwrap().statistics().unwrap();
        let star = Star { nodes: 10.0, rows: 20.0 };
        assert_eq!(dataset().star(None, End::Subject, &[name]), Some(star));
    }
}
