//! How near the operators come to what the machine allows: each beside a loop that does the same over plain columns of numbers,
//! and nothing else.
//!
//! In: an RDF file of the generated graph (`kgen.py`), and `packed` where its pack is to be read from bytes, as a file is. Out: a line for
//! each operator: milliseconds of the query (text to batches) and of the loop with what decoding its columns takes, the best of many
//! rounds in turns, and the fraction; then microseconds of the same query over a graph of a few triples, which is what does not grow with
//! rows (parsing, planning), nanoseconds a row of the answer (for a count, a pair that is read) without that, and the fraction of these. First what
//! memory and decoding give. Both must count the same rows. Batches are counted, not made text, but for the export.

#![expect(clippy::indexing_slicing, reason = "the loops are as bare as they can be")]

use baimo_core::engine::answer::Answer;
use baimo_core::engine::syntax::parse;
use baimo_core::engine::{self, DefaultGraph, Governor};
use baimo_core::error::{Error, Result};
use baimo_core::formats::rows::{RowFormat, write_rows};
use baimo_core::show::Style;
use baimo_core::sources::rdf;
use baimo_core::store::pack::{Builder, Pack};
use baimo_core::store::{End, Graph as _, Id, Indexed as _, Scratch};
use baimo_core::terms::{GraphName, NamedNode, Prefixes, Quad, Term};
use std::hint::black_box;
use std::time::Instant;

/// How often each is done.
const ROUNDS: usize = 30;
/// So many triples of each predicate are as good as none.
const FEW: usize = 4;
/// Where the generated graph has its properties.
const SPACE: &str = "http://example.org/kg/v/";

/// The columns of a predicate, by subject or by object.
type Columns = (Vec<Id>, Vec<Id>);

fn columns(pack: &Pack, name: &str, by: End) -> Result<Columns> {
    let predicate = NamedNode::new_unchecked(format!("{SPACE}{name}"));
    let predicate = pack.id(predicate.as_ref().into())?.ok_or_else(|| Error::data("not the graph"))?;
    let view = pack.view(None)?.ok_or_else(|| Error::data("no default graph"))?;
    let (mut cursor, mut columns) = (view.pairs(predicate, by)?, Columns::default());
    while let Some((firsts, seconds)) = cursor.next_block()? {
        columns.0.extend_from_slice(firsts);
        columns.1.extend_from_slice(seconds);
    }
    Ok(columns)
}

/// The rows that a query gives, counted batch by batch.
fn rows(pack: &Pack, text: &str) -> Result<usize> {
    let mut prefixes = Prefixes::well_known();
    prefixes.insert("v", SPACE);
    let query = parse::query(text, &prefixes, None)?;
    let mut rows = 0;
    engine::exec::solutions(pack, &query, &Governor::unlimited(), &mut |_, batch, _| {
        rows += batch.len;
        black_box(&batch.columns);
        Ok(())
    })?;
    Ok(rows)
}

fn csv(pack: &Pack, text: &str) -> Result<usize> {
    let query = parse::query(text, &Prefixes::well_known(), None)?;
    let governor = Governor::unlimited();
    let Answer::Rows(rows) = engine::answer(pack, &query, DefaultGraph::Alone, &governor)? else {
        return Err(Error::data("no rows"));
    };
    let mut out = Vec::new();
    let prefixes = Prefixes::new();
    let written = write_rows(rows, RowFormat::Csv, &Style::plain(&prefixes), &mut out);
    black_box(&out);
    written.map(|written| written.rows as usize).map_err(|error| Error::data("unwritten").because(error))
}

/// The best time of each, in milliseconds, in turns.
fn compare(
    ours: &mut dyn FnMut() -> Result<usize>,
    bare: &mut dyn FnMut() -> Result<usize>,
) -> Result<(f64, f64)> {
    let (mut best, mut bare_best) = (f64::MAX, f64::MAX);
    for _ in 0..ROUNDS {
        let begun = Instant::now();
        let found = black_box(ours()?);
        best = best.min(begun.elapsed().as_secs_f64() * 1e3);
        let begun = Instant::now();
        let expected = black_box(bare()?);
        bare_best = bare_best.min(begun.elapsed().as_secs_f64() * 1e3);
        if found != expected {
            return Err(Error::data(format!("{found} rows, and {expected} by the loop")));
        }
    }
    Ok((best, bare_best))
}

/// Where the seconds of each first begin in columns sorted by it, for firsts below `terms`.
fn starts(firsts: &[Id], terms: usize) -> Vec<u32> {
    let mut starts = vec![0; terms + 1];
    firsts.iter().for_each(|first| starts[*first as usize + 1] += 1);
    (0..terms).for_each(|n| starts[n + 1] += starts[n]);
    starts
}

fn copied(columns: &[&[Id]]) -> usize {
    let mut out: Vec<Vec<Id>> = columns.iter().map(|_| Vec::with_capacity(4096)).collect();
    for place in (0..columns[0].len()).step_by(4096) {
        for (out, column) in out.iter_mut().zip(columns) {
            out.clear();
            out.extend_from_slice(&column[place..column.len().min(place + 4096)]);
        }
        black_box(&out);
    }
    columns[0].len()
}

/// Merges two sorted lists on their firsts into batches of three columns.
fn merged((a, b): &Columns, (c, d): &Columns) -> usize {
    let (mut i, mut j, mut rows, mut out) = (0, 0, 0, vec![[0; 3]; 4096]);
    while i < a.len() && j < c.len() {
        match a[i].cmp(&c[j]) {
            std::cmp::Ordering::Less => i += 1,
            std::cmp::Ordering::Greater => j += 1,
            std::cmp::Ordering::Equal => {
                let mut k = j;
                while k < c.len() && c[k] == a[i] {
                    out[rows % 4096] = [a[i], b[i], d[k]];
                    rows += 1;
                    k += 1;
                }
                i += 1;
            }
        }
    }
    black_box(&out);
    rows
}

/// Joins two lists on their seconds by a table with a place for every term, where a join would have a table of hashes.
fn hashed((a, b): &Columns, (c, d): &Columns, terms: usize) -> usize {
    let (mut heads, mut next) = (vec![0_u32; terms], vec![0_u32; c.len() + 1]);
    for (place, second) in (1..).zip(d) {
        next[place as usize] = std::mem::replace(&mut heads[*second as usize], place);
    }
    let (mut rows, mut out) = (0, vec![[0; 2]; 4096]);
    for (first, second) in a.iter().zip(b) {
        let mut place = heads[*second as usize] as usize;
        while place > 0 {
            out[rows % 4096] = [*first, c[place - 1]];
            rows += 1;
            place = next[place] as usize;
        }
    }
    black_box(&out);
    rows
}

fn grouped(seconds: &[Id], terms: usize) -> usize {
    let mut counts = vec![0_u32; terms];
    seconds.iter().for_each(|second| counts[*second as usize] += 1);
    black_box(&counts);
    counts.iter().filter(|count| **count > 0).count()
}

fn sorted((firsts, seconds): &Columns) -> usize {
    let pair = |(first, second): (&Id, &Id)| u64::from(*second) << 32 | u64::from(*first);
    let mut pairs: Vec<u64> = firsts.iter().zip(seconds).map(pair).collect();
    pairs.sort_unstable();
    black_box(&pairs);
    pairs.len()
}

/// The texts of the first rows of all triples, and then what it takes to put them side by side.
fn texts(pack: &Pack, most: usize) -> Result<Vec<[String; 3]>> {
    let mut scratch = Scratch::new();
    let mut text = |id: Id| -> Result<String> {
        Ok(pack.lexical(id, &mut scratch)?.text().unwrap_or_default().to_owned())
    };
    let triples = pack.scan(None, [None; 3]).triples().take(most);
    triples.map(|triple| triple.and_then(|[s, p, o]| Ok([text(s)?, text(p)?, text(o)?]))).collect()
}

fn joined(texts: &[[String; 3]]) -> usize {
    let mut out = Vec::new();
    for row in texts {
        for cell in row {
            out.extend_from_slice(cell.as_bytes());
            out.push(b',');
        }
    }
    black_box(&out);
    texts.len()
}

/// A graph with the first few triples of each predicate of another.
fn few(pack: &Pack) -> Result<Pack> {
    let (mut builder, mut last, mut many) = (Builder::new(), None, 0);
    for triple in pack.scan(None, [None; 3]).triples() {
        let [s, p, o] = triple?;
        many = if last == Some(p) { many + 1 } else { 0 };
        last = Some(p);
        if many < FEW {
            let (Term::NamedNode(s), Term::NamedNode(p)) = (pack.term(s)?, pack.term(p)?) else { continue };
            builder.add(Quad::new(s, p, pack.term(o)?, GraphName::DefaultGraph).as_ref());
        }
    }
    Ok(builder.finish())
}

#[expect(clippy::print_stdout, reason = "a benchmark prints what it finds")]
fn machine(pack: &Pack) -> Result<f64> {
    let big: Vec<u64> = (0..1 << 25).collect();
    let sum = || Ok(black_box(big.iter().fold(0_u64, |a, b| a.wrapping_add(*b))) as usize);
    let (bytes, both) = (big.len() * 8, compare(&mut { sum }, &mut { sum })?);
    println!("memory read in order: {:.1} GB/s", bytes as f64 / both.1 / 1e6);
    let cites = columns(pack, "cites", End::Subject)?;
    let mut decode = || Ok(columns(pack, "cites", End::Subject)?.0.len());
    let (_, time) = compare(&mut { || Ok(cites.0.len()) }, &mut decode)?;
    let a_pair = time / cites.0.len() as f64;
    println!("columns of pairs, decoded into memory: {:.2} ns a pair", a_pair * 1e6);
    Ok(a_pair)
}

#[expect(clippy::print_stdout, reason = "a benchmark prints what it finds")]
fn main() -> Result<()> {
    // Cargo passes `--bench`.
    let words: Vec<String> = std::env::args().skip(1).filter(|word| !word.starts_with("--")).collect();
    let Some(path) = words.first() else {
        println!("usage: cargo bench -p baimo-core --bench limits -- DATA [packed]");
        return Ok(());
    };
    let bytes = std::fs::read(path).map_err(|error| Error::data("no such file").because(error))?;
    let mut builder = Builder::new();
    let format = rdf::format_named("ntriples").ok_or_else(|| Error::data("no such format"))?;
    rdf::read("data", format, None, bytes.as_slice(), &mut Prefixes::new(), &mut |quad| {
        builder.add(quad.as_ref());
        Ok(())
    })?;
    let mut pack = builder.finish();
    let few = few(&pack)?;
    let is_packed = words.iter().any(|word| word == "packed");
    if is_packed {
        pack = Pack::from_static(Vec::leak(pack.write(Vec::new())?))?;
    }
    // A loop over columns in memory reads them itself.
    let a_pair = machine(&pack)? * f64::from(u8::from(is_packed));
    let of = |name: &str, by| columns(&pack, name, by);
    let (cites, age) = (of("cites", End::Subject)?, of("age", End::Subject)?);
    let (name, lives) = (of("name", End::Subject)?, of("livesIn", End::Subject)?);
    let based = of("basedIn", End::Subject)?;
    let terms = pack.term_count() as usize;
    let starts = starts(&cites.0, terms);
    let degree = |id: &Id| (starts[*id as usize + 1] - starts[*id as usize]) as usize;
    let texts = texts(&pack, 300_000)?;
    let show = |what: &str, query: &str, pairs: usize, bare: &mut dyn FnMut() -> usize| -> Result<()> {
        let is_export = what == "export";
        let of = |pack: &Pack| if is_export { csv(pack, query) } else { rows(pack, query) };
        let given = of(&pack)?;
        let (ours, bare) = compare(&mut || of(&pack), &mut || Ok(bare()))?;
        let bare = bare + a_pair * pairs as f64;
        let fixed = compare(&mut || of(&few).map(|_| 0), &mut || Ok(0))?.0;
        let (each, grown) = (if given > 1 { given } else { pairs }, ours - fixed);
        println!(
            "{what:<12} {ours:>9.3} ms {bare:>9.3} ms   fraction {:.2}   fixed {:>4.0} us, then {:>6.2} ns each   fraction {:.2}",
            bare / ours,
            fixed * 1e3,
            grown / each as f64 * 1e6,
            bare / grown
        );
        Ok(())
    };
    show("scan", "SELECT ?a ?b { ?a v:cites ?b }", cites.0.len(), &mut || copied(&[&cites.0, &cites.1]))?;
    show("count", "SELECT (COUNT(*) AS ?n) { ?a v:cites ?b . ?b v:cites ?c }", cites.0.len(), &mut || {
        black_box(cites.1.iter().map(degree).sum::<usize>()).min(1)
    })?;
    show(
        "merge join",
        "SELECT ?s ?n ?a { ?s v:name ?n ; v:age ?a }",
        name.0.len() + age.0.len(),
        &mut || merged(&name, &age),
    )?;
    show(
        "hash join",
        "SELECT ?x ?y { { SELECT ?x ?k { ?x v:livesIn ?k } LIMIT 9999999 } { SELECT ?y ?k { ?y v:basedIn ?k } LIMIT 9999999 } }",
        lives.0.len() + based.0.len(),
        &mut || hashed(&lives, &based, terms),
    )?;
    show("group", "SELECT ?c (COUNT(?s) AS ?n) { ?s v:livesIn ?c } GROUP BY ?c", lives.0.len(), &mut || {
        grouped(&lives.1, terms)
    })?;
    show("sort", "SELECT ?s ?n { ?s v:name ?n } ORDER BY ?n ?s", name.0.len(), &mut || sorted(&name))?;
    show("export", "SELECT ?s ?p ?o { ?s ?p ?o } LIMIT 300000", 300_000, &mut || joined(&texts))
}
