//! Generated queries over generated graphs: the engine against the reference evaluator.
//!
//! Each case is decided by its seed alone. One that fails prints the seed, the graph as TriG, the query and
//! both answers, after quads and parts of the query that do not matter were taken away. `BAIMO_CASES` sets
//! how many cases are tried (a million takes about an hour), `BAIMO_SEED` where they begin; with `BAIMO_EVERY_WAY`
//! all of them are planned as if there were very much data, and so run on two threads, whose rows must be those of one in their order.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stderr,
    reason = "a test that meets the unexpected should stop at once"
)]

#[path = "differential/answers.rs"]
mod answers;
mod beside;
#[path = "differential/case.rs"]
mod case;
#[path = "differential/data.rs"]
mod data;
#[path = "differential/excuses.rs"]
mod excuses;
#[path = "differential/expressions.rs"]
mod expressions;
#[path = "differential/jena.rs"]
mod jena;
#[path = "differential/made.rs"]
mod made;
#[path = "differential/node.rs"]
mod node;
#[path = "differential/queries.rs"]
mod queries;
#[path = "differential/random.rs"]
mod random;
#[path = "differential/reference.rs"]
mod reference;
#[path = "differential/specification.rs"]
mod specification;

use case::{Case, Verdict};
use jena::Jena;
use std::collections::BTreeMap;

fn number(name: &str, default: u64) -> u64 {
    std::env::var(name).map_or(default, |text| text.parse().expect("a number"))
}

/// What came of some cases.
#[derive(Default)]
struct Tally {
    compared: u64,
    excused: BTreeMap<&'static str, u64>,
    open: BTreeMap<&'static str, u64>,
    shared: BTreeMap<&'static str, u64>,
    failed: Vec<u64>,
}

impl Tally {
    fn add(&mut self, other: Self) {
        self.compared += other.compared;
        self.failed.extend(other.failed);
        for (reason, count) in other.excused {
            *self.excused.entry(reason).or_default() += count;
        }
        for (reason, count) in other.open {
            *self.open.entry(reason).or_default() += count;
        }
        for (reason, count) in other.shared {
            *self.shared.entry(reason).or_default() += count;
        }
    }
}

/// Tries cases on all cores, and stops where so many have failed.
fn try_cases(case: fn(u64) -> Case, first: u64, count: u64, most_failures: usize) -> Tally {
    let threads = std::thread::available_parallelism().map_or(1, usize::from) as u64;
    let work = move |n: u64| {
        let mut tally = Tally::default();
        for seed in (first + n..first + count).step_by(threads as usize) {
            match verdict(&case(seed)) {
                Verdict::Same => tally.compared += 1,
                Verdict::Skipped => {}
                Verdict::Excused(reason) => *tally.excused.entry(reason).or_default() += 1,
                Verdict::Open(reason) => *tally.open.entry(reason).or_default() += 1,
                Verdict::Shared(reason) => *tally.shared.entry(reason).or_default() += 1,
                Verdict::Differs(_) => tally.failed.push(seed),
            }
            if tally.failed.len() >= most_failures {
                break;
            }
        }
        tally
    };
    let mut all = Tally::default();
    std::thread::scope(|scope| {
        let workers: Vec<_> = (0..threads).map(|n| scope.spawn(move || work(n))).collect();
        workers.into_iter().for_each(|worker| all.add(worker.join().unwrap()));
    });
    all.failed.sort_unstable();
    all
}

/// The verdict on a case; a panic, of whichever evaluator, is one.
fn verdict(case: &Case) -> Verdict {
    std::panic::catch_unwind(|| case.verdict()).unwrap_or_else(|_| Verdict::Differs("a panic".to_owned()))
}

/// The report of a case that fails.
fn shrunk(case: fn(u64) -> Case, seed: u64) -> String {
    let mut differs = |case: &Case| matches!(verdict(case), Verdict::Differs(_));
    case(seed).shrunk(&mut differs).report(seed)
}

/// Holds so many cases, or as many as `BAIMO_CASES` says, to the oracles.
fn hold(case: fn(u64) -> Case, count: u64, enough: f64) {
    let count = number("BAIMO_CASES", count);
    let failures = number("BAIMO_FAILURES", 3) as usize;
    let tally = try_cases(case, number("BAIMO_SEED", 1), count, failures);
    eprintln!("{} of {count} cases compared", tally.compared);
    eprintln!("not judged: {:#?}", tally.excused);
    eprintln!("{} left open by the model: {:#?}", tally.open.values().sum::<u64>(), tally.open);
    eprintln!("wrong, as the reference is: {:#?}", tally.shared);
    let reports: Vec<String> = tally.failed.iter().take(failures).map(|seed| shrunk(case, *seed)).collect();
    assert!(
        reports.is_empty(),
        "{} of {count} cases fail\n{}",
        tally.failed.len(),
        reports.join("\n======\n")
    );
    let enough = (count as f64 * enough) as u64;
    assert!(tally.compared >= enough, "only {} of {count} cases could be compared", tally.compared);
}

#[test]
fn generated_queries_are_answered_as_the_oracles_say() {
    hold(Case::generate, 24_000, 5.0 / 6.0);
}

#[test]
fn what_functions_make_is_answered_as_the_oracles_say() {
    hold(Case::made, 8000, 0.5);
}

/// Cases in SPARQL 1.1 beside Apache Jena, where `BAIMO_JENA` gives its class path.
#[test]
fn generated_queries_are_answered_as_by_jena() {
    let Some(mut jena) = Jena::start() else {
        eprintln!("skipped: BAIMO_JENA has no class path of Apache Jena");
        return;
    };
    let (first, count) = (number("BAIMO_SEED", 1), number("BAIMO_CASES", 20_000));
    let failures = number("BAIMO_FAILURES", 3) as usize;
    let (mut same, mut notes, mut reports) = (0, BTreeMap::<&str, u64>::new(), Vec::new());
    let mut open = BTreeMap::<&str, u64>::new();
    for seed in first..first + count {
        match Case::older(seed).beside_jena(&mut jena) {
            Verdict::Same => same += 1,
            Verdict::Skipped => *notes.entry("no query to Jena or to us").or_default() += 1,
            Verdict::Open(reason) => *open.entry(reason).or_default() += 1,
            Verdict::Excused(reason) | Verdict::Shared(reason) => *notes.entry(reason).or_default() += 1,
            Verdict::Differs(fault) => {
                let mut differs = |case: &Case| matches!(case.beside_jena(&mut jena), Verdict::Differs(_));
                let case = Case::older(seed).shrunk(&mut differs);
                let fault = match case.beside_jena(&mut jena) {
                    Verdict::Differs(fault) => fault,
                    _ => fault,
                };
                reports.push(format!("{fault}\n{}", case.report(seed)));
                if reports.len() >= failures {
                    break;
                }
            }
        }
    }
    eprintln!("{same} of {count} cases the same as Jena's; others: {notes:#?}");
    eprintln!("{} left open by the model: {open:#?}", open.values().sum::<u64>());
    assert!(reports.is_empty(), "{}", reports.join("\n======\n"));
}
