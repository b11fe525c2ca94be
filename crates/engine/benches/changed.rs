//! Answers queries over a pack, and over another pack that changes make the same graph of it: how much slower is that?
//!
//! In: an RDF file, a folder of queries, how many of a thousand quads are changes (half of them added, half taken away), and
//! `packed` where both packs are to be read from bytes as a file is, and `merging` to compare the changed graph with itself while
//! another thread writes one pack of it, again and again, and gives way as a merge does. Out: a line for each query:
//! milliseconds of both, the best of several rounds in turns, and their ratio; with `merging` the mean of its processor time on one thread, too, where
//! the system tells it (Linux). The answers must be equal.

use baimo_engine::answer::Answer;
use baimo_engine::syntax::parse;
use baimo_engine::throttle::{Running, Throttle};
use baimo_engine::{DefaultGraph, Governor, Limits, Query};
use baimo_store::error::{Error, Result};
use baimo_store::sources::rdf;
use baimo_store::store::Graph;
use baimo_store::store::memory::Memory;
use baimo_store::store::pack::{Builder, Pack, Watch};
use baimo_store::terms::{Prefixes, Quad};
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

/// How long a query is asked for.
const TIME: f64 = 0.4;

#[expect(clippy::print_stdout, reason = "a benchmark prints what it finds")]
fn main() -> Result<()> {
    // Cargo passes `--bench`.
    let arguments: Vec<String> =
        std::env::args().skip(1).filter(|argument| !argument.starts_with("--")).collect();
    let [data, queries, thousandths, rest @ ..] = arguments.as_slice() else {
        println!(
            "usage: cargo bench -p baimo-engine --bench changed -- DATA QUERIES CHANGES_IN_A_THOUSAND [packed] [merging]"
        );
        return Ok(());
    };
    let thousandths = thousandths.parse().map_err(|_| Error::query("not a number"))?;
    let is_packed = rest.iter().any(|word| word == "packed");
    let merges = rest.iter().any(|word| word == "merging");
    let quads = read(Path::new(data))?;
    let (base, added, gone) = split(&quads, thousandths);
    let clean = Memory::over(pack(&quads, is_packed)?);
    let mut changed = Memory::over(pack(&base, is_packed)?);
    let begun = Instant::now();
    for quad in &gone {
        changed.remove(quad)?;
    }
    for quad in &added {
        changed.insert(quad.clone())?;
    }
    let micros = begun.elapsed().as_secs_f64() * 1e6 / (added.len() + gone.len()).max(1) as f64;
    println!("{} quads, {} added, {} taken away, {micros:.2} µs each", quads.len(), added.len(), gone.len());
    let mut files: Vec<_> = std::fs::read_dir(queries)
        .map_err(|error| Error::data("no such folder").because(error))?
        .filter_map(|entry| Some(entry.ok()?.path()))
        .collect();
    files.sort();
    let (mut product, mut worst, mut count) = (0.0, 0.0_f64, 0);
    let (mut of_processor, mut worst_of_processor) = (0.0, 0.0_f64);
    let merging = merges.then(|| Merging::of(&changed)).transpose()?;
    for file in files {
        let text = std::fs::read_to_string(&file).map_err(|error| Error::data("no query").because(error))?;
        let query = parse::query(&text, &Prefixes::well_known(), None)?;
        let name = file.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
        let ([ours, theirs], processor, same) = match &merging {
            Some(merging) => merging.compare(&changed, &query)?,
            None => compare(&clean, &changed, &query)?,
        };
        let ratio = theirs / ours;
        let processor = processor.map_or_else(String::new, |[alone, beside]| {
            // The system tells of what takes a few microseconds that it took none.
            if alone > 0.0 && beside > 0.0 {
                of_processor += (beside / alone).ln();
                worst_of_processor = worst_of_processor.max(beside / alone);
            }
            format!("  processor {:10.3} {:10.3} {:6.2}", alone * 1e3, beside * 1e3, beside / alone)
        });
        println!(
            "{name:22} {:10.3} {:10.3} {ratio:6.2} {processor} {}",
            ours * 1e3,
            theirs * 1e3,
            if same { "" } else { "DIFFERENT" }
        );
        product += ratio.ln();
        worst = worst.max(ratio);
        count += 1;
    }
    if let Some(merging) = &merging {
        println!("{} merges", merging.merges.load(Ordering::Relaxed));
        let mean = (of_processor / f64::from(count.max(1))).exp();
        println!("processor: geometric mean {mean:.3}, worst {worst_of_processor:.2}");
    }
    println!("geometric mean {:.3}, worst {worst:.2}", (product / f64::from(count.max(1))).exp());
    Ok(())
}

fn read(path: &Path) -> Result<Vec<Quad>> {
    let mut quads = Vec::new();
    let unreadable = |error| Error::data(format!("cannot read {}", path.display())).because(error);
    let file = std::fs::File::open(path).map_err(unreadable)?;
    let ending = path.extension().map(|ending| ending.to_string_lossy().into_owned()).unwrap_or_default();
    let format = rdf::format_named(&ending).ok_or_else(|| Error::data("the ending tells no RDF format"))?;
    rdf::read(&path.to_string_lossy(), format, None, file, &mut Prefixes::new(), &mut |quad| {
        quads.push(quad);
        Ok(())
    })?;
    Ok(quads)
}

/// A graph with some quads missing and some too many, those, and these.
fn split(quads: &[Quad], thousandths: u64) -> (Vec<Quad>, Vec<Quad>, Vec<Quad>) {
    let mut state = 7_u64;
    let mut chance = move |of: u64| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) % of
    };
    let there: std::collections::HashSet<&Quad> = quads.iter().collect();
    let (mut base, mut added, mut gone) = (Vec::new(), Vec::new(), Vec::new());
    for quad in quads {
        let at = chance(2000);
        if at < thousandths {
            added.push(quad.clone());
        } else {
            base.push(quad.clone());
        }
        if at >= 2000 - thousandths {
            // The same predicate with another object of it, where one is at hand.
            let other = quads
                .iter()
                .skip(chance(quads.len() as u64) as usize)
                .find(|other| other.predicate == quad.predicate);
            let wrong = other.map(|other| Quad { object: other.object.clone(), ..quad.clone() });
            gone.extend(wrong.filter(|quad| !there.contains(quad)));
        }
    }
    base.extend(gone.iter().cloned());
    (base, added, gone)
}

fn pack(quads: &[Quad], is_packed: bool) -> Result<Pack> {
    let mut builder = Builder::keeping_labels();
    quads.iter().for_each(|quad| builder.add(quad.as_ref()));
    let pack = builder.finish();
    if is_packed { Pack::from_static(Vec::leak(pack.write(Vec::new())?)) } else { Ok(pack) }
}

/// A thread that writes one pack of a changed graph, and another, as long as it is let.
struct Merging {
    goes_on: Arc<AtomicBool>,
    merges: Arc<AtomicUsize>,
    running: Running,
}

impl Merging {
    fn of(changed: &Memory) -> Result<Self> {
        let (goes_on, merges): (Arc<AtomicBool>, Arc<AtomicUsize>) = Default::default();
        let (graph, may, done) = (changed.snapshot()?, Arc::clone(&goes_on), Arc::clone(&merges));
        let running = Running::default();
        let throttle = Throttle::new(running.clone());
        let work = move || {
            let check = || {
                throttle.give_way();
                while !may.load(Ordering::Relaxed) {
                    std::thread::park_timeout(Duration::from_micros(200));
                }
                Ok(())
            };
            let watch = Watch::asking(&check);
            let beside = std::env::temp_dir().join("baimo-changed.pack");
            while graph.write_pack(&Prefixes::new(), std::io::sink(), (&beside, 256 << 20), watch).is_ok() {
                done.fetch_add(1, Ordering::Relaxed);
            }
        };
        // It ends with the program.
        std::thread::Builder::new().spawn(work).map_err(|error| Error::data("no thread").because(error))?;
        Ok(Self { goes_on, merges, running })
    }

    /// Seconds for a query without a merge and with one going on, in turns.
    fn compare(&self, graph: &Memory, query: &Query) -> Result<Compared> {
        let (mut times, mut answers) = ([f64::MAX; 2], Vec::new());
        let (mut processor, mut rounds) = (Some([0.0; 2]), 0.0);
        let begun = Instant::now();
        for round in 0.. {
            if begun.elapsed().as_secs_f64() > 3.0 * TIME && round >= 7 {
                break;
            }
            rounds += 1.0;
            for (place, merges) in [false, true].into_iter().enumerate() {
                self.goes_on.store(merges, Ordering::Relaxed);
                // Long enough for a merge to have its share of what follows.
                std::thread::sleep(Duration::from_millis(4));
                let two = Governor::unlimited().running(&self.running);
                let time = timed(graph, query, &two)?;
                let one = Limits { threads: Some(1), ..Limits::default() };
                let one = Governor::new(one, Arc::default()).running(&self.running);
                let before = of_this_thread();
                timed(graph, query, &one)?;
                let took = of_this_thread().zip(before).map(|(after, before)| after - before);
                processor = processor.zip(took).map(|(mut sums, took)| {
                    sums.iter_mut().skip(place).take(1).for_each(|sum| *sum += took);
                    sums
                });
                times.iter_mut().skip(place).take(1).for_each(|best| *best = best.min(time));
                if round == 0 {
                    answers.push(ask(graph, query)?);
                }
            }
        }
        self.goes_on.store(false, Ordering::Relaxed);
        let processor = processor.map(|sums| sums.map(|sum| sum / rounds));
        Ok((times, processor, answers.first() == answers.last()))
    }
}

/// Seconds of processor time of this thread, where the system tells them.
fn of_this_thread() -> Option<f64> {
    let told = std::fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    told.split_whitespace().next()?.parse::<f64>().ok().map(|nanos| nanos / 1e9)
}

/// Seconds for both, the same of processor time, and whether the answers are equal.
type Compared = ([f64; 2], Option<[f64; 2]>, bool);

/// Seconds for a query over both graphs, and whether the answers are equal.
fn compare(clean: &Memory, changed: &Memory, query: &Query) -> Result<Compared> {
    let (mut ours, mut theirs) = (f64::MAX, f64::MAX);
    let same = ask(clean, query)? == ask(changed, query)?;
    let begun = Instant::now();
    for round in 0.. {
        let is_over = begun.elapsed().as_secs_f64() > TIME && round >= 5;
        if is_over {
            break;
        }
        ours = ours.min(timed(clean, query, &Governor::unlimited())?);
        theirs = theirs.min(timed(changed, query, &Governor::unlimited())?);
    }
    Ok(([ours, theirs], None, same))
}

fn timed(graph: &Memory, query: &Query, governor: &Governor) -> Result<f64> {
    let begun = Instant::now();
    ask_rows(graph, query, governor, &mut |_| {})?;
    Ok(begun.elapsed().as_secs_f64())
}

/// A hash of the rows, in any order, and how many there are.
fn ask(graph: &Memory, query: &Query) -> Result<(u64, u64)> {
    let (mut sum, mut count) = (0_u64, 0);
    ask_rows(graph, query, &Governor::unlimited(), &mut |row| {
        let mut hasher = DefaultHasher::new();
        row.hash(&mut hasher);
        sum = sum.wrapping_add(hasher.finish());
        count += 1;
    })?;
    Ok((sum, count))
}

fn ask_rows(
    graph: &dyn Graph,
    query: &Query,
    governor: &Governor,
    each: &mut dyn FnMut(Vec<Option<String>>),
) -> Result<()> {
    match baimo_engine::answer(graph, query, DefaultGraph::Alone, governor)? {
        Answer::Boolean(yes) => each(vec![Some(yes.to_string())]),
        Answer::Graph(triples) => {
            for triple in triples {
                each(vec![Some(triple?.to_string())]);
            }
        }
        Answer::Rows(rows) => {
            for row in rows.rows {
                each(row?.into_iter().map(|term| term.map(|term| term.to_string())).collect());
            }
        }
    }
    Ok(())
}
