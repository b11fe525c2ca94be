//! What operators take, fitted to measurements: where the figures in `plan/cost.rs` come from.
//!
//! In: nothing, or `plain` to read columns in memory in the place of a pack. Out: for each sort of work the nanoseconds for
//! each unit of it. A graph is generated in three sizes; queries are run, and of each the steps of one operator are measured: the time that
//! they took by themselves (the least of several runs) beside the rows that went in and came out. The figures are those whose relative errors have
//! the least squares; how far off they are is printed with them.

use baimo_engine::explain::Step;
use baimo_engine::syntax::parse;
use baimo_engine::{DefaultGraph, Governor, explain};
use baimo_store::error::Result;
use baimo_store::store::pack::{Builder, Pack};
use baimo_store::terms::{GraphName, Literal, NamedNode, Prefixes, Quad, Term};
use std::collections::BTreeMap;

/// Units of work with the time that they took in nanoseconds.
type Measured = Vec<(Vec<f64>, f64)>;

/// Nodes of each size.
const SIZES: [u32; 3] = [1_000, 10_000, 100_000];

/// How many runs of each query; the fastest counts.
const RUNS: usize = 7;

/// Which operator of a query is measured, and the work that its time is for.
struct Case {
    /// What is fitted together.
    work: &'static str,
    /// The beginning of the operator's label.
    label: &'static str,
    /// The query; `#` stands for a size.
    text: &'static str,
    /// Units of work of a step, for each figure of the fit.
    units: fn(&Step) -> Vec<f64>,
    /// What the figures are called.
    names: &'static [&'static str],
}

fn out(step: &Step) -> f64 {
    step.rows as f64
}

fn input(step: &Step, place: usize) -> f64 {
    step.children.get(place).map_or(0.0, out)
}

fn only_out(step: &Step) -> Vec<f64> {
    vec![out(step)]
}

fn only_in(step: &Step) -> Vec<f64> {
    vec![input(step, 0)]
}

fn in_and_out(step: &Step) -> Vec<f64> {
    vec![input(step, 0), out(step)]
}

fn hashed(step: &Step) -> Vec<f64> {
    vec![input(step, 1), input(step, 0), out(step)]
}

fn sorted(step: &Step) -> Vec<f64> {
    vec![input(step, 0) * input(step, 0).max(2.0).log2()]
}

const IN_OUT: &[&str] = &["a row in", "a row out"];

const fn case(
    work: &'static str,
    label: &'static str,
    units: fn(&Step) -> Vec<f64>,
    names: &'static [&'static str],
    text: &'static str,
) -> Case {
    Case { work, label, text, units, names }
}

const fn lookup(work: &'static str, text: &'static str) -> Case {
    case(work, "Index join(", in_and_out, IN_OUT, text)
}

const HASH: &[&str] = &["a row held", "a row probed", "a row out"];

const CASES: &[Case] = &[
    case("scan", "Scan(", only_out, &["a row out"], "SELECT ?s ?o { ?s :many# ?o }"),
    case("scan", "Scan(", only_out, &["a row out"], "SELECT ?s ?o { ?s :one# ?o }"),
    lookup("lookup, keys sorted", "SELECT * { ?s :num# ?n ; :many# ?m }"),
    lookup("lookup, keys sorted", "SELECT * { ?s :num# ?n ; :one# ?m }"),
    lookup("lookup, keys sorted", "SELECT (COUNT(*) AS ?k) { ?s :num# ?n ; :many# ?m }"),
    // The keys of the second lookup come in no order.
    lookup("lookup, keys in no order", "SELECT * { ?s :num# ?n ; :one# ?o . ?o :many# ?m FILTER(?n >= 0) }"),
    lookup("lookup, keys in no order", "SELECT * { ?s :rare# ?n ; :one# ?o . ?o :one# ?m }"),
    lookup("lookup, keys in no order", "SELECT * { ?s :num# ?n ; :one# ?o . ?o :one# ?m FILTER(?n >= 0) }"),
    case(
        "intersection",
        "Intersection(",
        in_and_out,
        IN_OUT,
        "SELECT (COUNT(*) AS ?k) { ?a :many# ?b . ?b :many# ?c . ?a :many# ?c }",
    ),
    case(
        "hash join",
        "Hash join(",
        hashed,
        HASH,
        "SELECT * { { SELECT ?o (COUNT(*) AS ?x) { ?s :many# ?o } GROUP BY ?o } { SELECT ?o (COUNT(*) AS ?y) { ?s :one# ?o } GROUP BY ?o } }",
    ),
    case(
        "hash join",
        "Hash join(",
        hashed,
        HASH,
        "SELECT * { { SELECT ?n (COUNT(*) AS ?x) { ?s :num# ?n } GROUP BY ?n } { SELECT DISTINCT ?s ?n { ?s :num# ?n } } }",
    ),
    case(
        "hash join",
        "Hash join(",
        hashed,
        HASH,
        "SELECT * { { SELECT ?n (COUNT(*) AS ?x) { ?s :num# ?n } GROUP BY ?n } { SELECT DISTINCT ?n ?o { ?s :num# ?n ; :many# ?o } } }",
    ),
    case(
        "group, keys sorted",
        "Group(",
        in_and_out,
        IN_OUT,
        "SELECT ?s (COUNT(?o) AS ?k) (SAMPLE(?o) AS ?x) { ?s :many# ?o } GROUP BY ?s",
    ),
    case(
        "group, keys sorted",
        "Group(",
        in_and_out,
        IN_OUT,
        "SELECT ?s (COUNT(?o) AS ?k) (SAMPLE(?o) AS ?x) { ?s :one# ?o } GROUP BY ?s",
    ),
    case(
        "group, keys in no order",
        "Group(",
        in_and_out,
        IN_OUT,
        "SELECT ?o (COUNT(?n) AS ?k) (SAMPLE(?n) AS ?x) { ?s :many# ?o ; :num# ?n } GROUP BY ?o",
    ),
    case(
        "group, keys in no order",
        "Group(",
        in_and_out,
        IN_OUT,
        "SELECT ?n (COUNT(?o) AS ?k) (SAMPLE(?o) AS ?x) { ?s :many# ?o ; :num# ?n } GROUP BY ?n",
    ),
    case(
        "group, keys in no order",
        "Group(",
        in_and_out,
        IN_OUT,
        "SELECT ?o (COUNT(?n) AS ?k) (SAMPLE(?n) AS ?x) { ?s :one# ?o ; :num# ?n } GROUP BY ?o",
    ),
    case("distinct", "Distinct(", in_and_out, IN_OUT, "SELECT DISTINCT ?o ?n { ?s :many# ?o ; :num# ?n }"),
    case("distinct", "Distinct(", in_and_out, IN_OUT, "SELECT DISTINCT ?n { ?s :num# ?n ; :many# ?o }"),
    case("filter", "Filter(", only_in, &["a row in"], "SELECT * { ?s :many# ?o FILTER(?s != ?o) }"),
    case(
        "sort, a row in times its logarithm",
        "Sort(",
        sorted,
        &["unit"],
        "SELECT ?s ?o { ?s :many# ?o } ORDER BY ?o",
    ),
    case(
        "sort, a row in times its logarithm",
        "Sort(",
        sorted,
        &["unit"],
        "SELECT ?s ?o { ?s :one# ?o } ORDER BY ?o",
    ),
];

#[expect(clippy::print_stdout, reason = "a benchmark prints what it finds")]
fn main() -> Result<()> {
    let plain = std::env::args().any(|argument| argument == "plain");
    let (pack, prefixes) = (graph(plain)?, prefixes());
    let mut found: BTreeMap<&str, (Measured, &[&str])> = BTreeMap::new();
    for case in CASES {
        for size in SIZES {
            let text = case.text.replace('#', &size.to_string());
            let query = parse::query(&text, &prefixes, None)?;
            let mut least: Option<(Vec<f64>, f64)> = None;
            for _ in 0..RUNS {
                let explained = explain(&pack, &query, DefaultGraph::Alone, &Governor::unlimited())?;
                let Some(step) = top(&explained.plan, case.label) else { break };
                let measured = ((case.units)(step), step.own_seconds() * 1e9);
                if least.as_ref().is_none_or(|least| measured.1 < least.1) {
                    least = Some(measured);
                }
            }
            match least {
                Some(least) => found.entry(case.work).or_insert((Vec::new(), case.names)).0.push(least),
                None => println!("no {} in {text}", case.label),
            }
        }
    }
    for (work, (measured, names)) in found {
        let figures = fitted(&measured, names.len());
        let all: Vec<String> =
            figures.iter().zip(names).map(|(figure, name)| format!("{figure:.2} ns {name}")).collect();
        println!(
            "{work}: {} (off by {:.0} % in the mean)",
            all.join(", "),
            100.0 * error(&measured, &figures)
        );
        for (units, time) in &measured {
            let of: f64 = units.iter().sum();
            println!("    {units:?}: {:.0} µs, {:.2} ns a unit", time / 1e3, time / of.max(1.0));
        }
    }
    Ok(())
}

/// The topmost step whose label begins so.
fn top<'s>(step: &'s Step, label: &str) -> Option<&'s Step> {
    if step.label.starts_with(label) {
        return Some(step);
    }
    step.children.iter().find_map(|child| top(child, label))
}

fn prefixes() -> Prefixes {
    let mut prefixes = Prefixes::new();
    prefixes.insert("", "http://x/");
    prefixes
}

/// Of each size: one other node for each, eight for each, a number for each, and for one in ten another.
fn graph(plain: bool) -> Result<Pack> {
    let mut builder = Builder::new();
    let mut state = 7_u64;
    let mut chance = move |of: u32| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((state >> 33) % u64::from(of)) as u32
    };
    let iri = |name: String| NamedNode::new_unchecked(format!("http://x/{name}"));
    for size in SIZES {
        let node = |n: u32| iri(format!("n{size}-{n:07}"));
        let mut add = |n: u32, name: &str, object: Term| {
            let quad = Quad::new(node(n), iri(format!("{name}{size}")), object, GraphName::DefaultGraph);
            builder.add(quad.as_ref());
        };
        for n in 0..size {
            add(n, "one", node(chance(size)).into());
            (0..8).for_each(|_| add(n, "many", node(chance(size)).into()));
            add(n, "num", Literal::from(i64::from(chance(size / 10))).into());
            if n % 10 == 0 {
                add(n, "rare", node(chance(size)).into());
            }
        }
    }
    let pack = builder.finish();
    if plain { Ok(pack) } else { Pack::from_static(Vec::leak(pack.write(Vec::new())?)) }
}

/// The figures, none below zero, whose relative errors have the least squares: by turns the best of each while the others stay.
fn fitted(measured: &[(Vec<f64>, f64)], count: usize) -> Vec<f64> {
    let mut figures = vec![1.0; count];
    for _ in 0..2000 {
        for place in 0..count {
            let (mut above, mut below) = (0.0, 0.0);
            for (units, time) in measured {
                let unit = units.get(place).copied().unwrap_or_default() / time;
                let others: f64 = units.iter().zip(&figures).map(|(unit, figure)| unit * figure).sum::<f64>()
                    / time
                    - unit * figures.get(place).copied().unwrap_or_default();
                above += unit * (1.0 - others);
                below += unit * unit;
            }
            if let Some(figure) = figures.get_mut(place) {
                *figure = if below > 0.0 { (above / below).max(0.0) } else { 0.0 };
            }
        }
    }
    figures
}

/// The mean of the relative errors.
fn error(measured: &[(Vec<f64>, f64)], figures: &[f64]) -> f64 {
    let off = measured.iter().map(|(units, time)| {
        let expected: f64 = units.iter().zip(figures).map(|(unit, figure)| unit * figure).sum();
        (expected - time).abs() / time
    });
    off.sum::<f64>() / measured.len().max(1) as f64
}
