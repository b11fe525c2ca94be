//! Writes the table of a pack from its quads in both orders, without holding them.
//!
//! In: the quads of a graph by subject, then by object, as sorted numbers. Out: the chunks of pairs, directory and
//! characteristic sets, the same bytes as those of a table in memory. How many triples each node of the default graph has
//! with each predicate is sorted within some memory; the directory and the different sets are held.

use super::chunks::ChunkWriter;
use super::merge::Sorter;
use super::pairs::PairWriter;
use super::watch::{STRIDE, Step, Watch};
use crate::error::Result;
use crate::store::port::{End, Id};
use crate::store::sets::SetCounter;
use crate::store::table::{HalfRun, directory};
use std::io::Write;
use std::path::Path;

/// Writes the pairs of one order. See the module.
pub(in super::super) struct HalfWriter {
    runs: Runs,
    /// The run of the last quad.
    open: Option<HalfRun>,
    pairs: PairWriter,
    by: End,
    /// How many runs and pairs there are so far.
    number: u32,
    count: usize,
    last: Option<u128>,
    /// A node (from bit 64 on), the place of one of its predicates (from bit 32 on), and how many triples it has with it.
    fact: Option<(u128, u32)>,
    facts: Sorter,
}

/// One order that was written.
pub(in super::super) struct Half {
    runs: Runs,
    pairs: [u64; 3],
    facts: Sorter,
}

/// The runs of one order. Those by object are those by subject, but for what is counted.
#[derive(Default)]
struct Runs {
    whole: Vec<HalfRun>,
    counts: Vec<[u32; 2]>,
}

impl Runs {
    fn add(&mut self, run: Option<HalfRun>, by: End) {
        match by {
            End::Subject => self.whole.extend(run),
            End::Object => self.counts.extend(run.as_ref().map(HalfRun::counts)),
        }
    }
}

impl HalfWriter {
    /// None yet. What does not fit into `memory` bytes goes to a temporary file beside a file.
    pub fn new(by: End, beside: &Path, memory: usize) -> Self {
        Self {
            runs: Runs::default(),
            open: None,
            pairs: PairWriter::default(),
            by,
            number: 0,
            count: 0,
            last: None,
            fact: None,
            facts: Sorter::new(beside, memory),
        }
    }

    /// Adds the next quad: graph and one (0 for the default graph), predicate, first and second, 32 bits each. One that comes
    /// again right after itself counts once.
    pub fn push<W: Write>(&mut self, row: u128, out: &mut ChunkWriter<W>, watch: Watch<'_>) -> Result<()> {
        self.push_all((row >> 64) as u64, &[row as u64], out, watch)
    }

    /// Adds the next quads of one list: the list by graph and one, and predicate; its pairs by first and second.
    pub fn push_all<W: Write>(
        &mut self,
        list: u64,
        pairs: &[u64],
        out: &mut ChunkWriter<W>,
        watch: Watch<'_>,
    ) -> Result<()> {
        let mut last = self.last.filter(|last| (last >> 64) as u64 == list).map(|last| last as u64);
        if last.is_none() && !pairs.is_empty() {
            let graph = ((list >> 32) as Id).checked_sub(1);
            let before = self.open.replace(HalfRun::new(graph, list as Id, self.count));
            self.runs.add(before, self.by);
            self.number += 1;
        }
        for pair in pairs {
            if last == Some(*pair) {
                continue;
            }
            if let Some(run) = &mut self.open {
                run.count(*pair, last);
            }
            self.pairs.push((pair >> 32) as Id, *pair as Id, out)?;
            self.count += 1;
            let is_same = last.is_some_and(|last| last >> 32 == pair >> 32);
            last = Some(*pair);
            if list >> 32 > 0 {
                continue;
            }
            match &mut self.fact {
                Some((_, triples)) if is_same => *triples += 1,
                _ => {
                    let of = u128::from(pair >> 32) << 64 | u128::from(self.number - 1) << 32;
                    let before = self.fact.replace((of, 1));
                    self.put_fact(before, watch)?;
                }
            }
        }
        self.last = last.map(|last| u128::from(list) << 64 | u128::from(last)).or(self.last);
        Ok(())
    }

    fn put_fact(&mut self, fact: Option<(u128, u32)>, watch: Watch<'_>) -> Result<()> {
        fact.map_or(Ok(()), |(of, triples)| self.facts.push(of | u128::from(triples), watch))
    }

    /// Writes what is left.
    pub fn finish<W: Write>(mut self, out: &mut ChunkWriter<W>, watch: Watch<'_>) -> Result<Half> {
        let last = self.fact.take();
        self.put_fact(last, watch)?;
        self.facts.finish_lists(watch)?;
        self.runs.add(self.open.take(), self.by);
        Ok(Half { runs: self.runs, pairs: self.pairs.finish(out)?, facts: self.facts })
    }
}

/// Writes what both orders tell of a table, and gives where all of it lies.
pub(in super::super) fn finish<W: Write>(
    [subjects, objects]: [Half; 2],
    out: &mut ChunkWriter<W>,
    watch: Watch<'_>,
) -> Result<Vec<u64>> {
    let of_default = subjects.runs.whole.iter().take_while(|run| run.graph.is_none());
    let names: Vec<Id> = of_default.map(|run| run.predicate).collect();
    let mut table = directory(subjects.runs.whole, objects.runs.counts.into_iter()).write(out)?.to_vec();
    table.extend(subjects.pairs.into_iter().chain(objects.pairs));
    for facts in [subjects.facts, objects.facts] {
        table.extend(write_sets(&facts, &names, out, watch)?);
    }
    Ok(table)
}

/// Writes the characteristic sets of one end of the default graph.
fn write_sets<W: Write>(
    facts: &Sorter,
    names: &[Id],
    out: &mut ChunkWriter<W>,
    watch: Watch<'_>,
) -> Result<[u64; 4]> {
    let (mut sets, mut pairs, mut of_node) =
        (SetCounter::new(names), PairWriter::default(), Vec::<(Id, u32, u32)>::new());
    let (mut merge, mut done) = (facts.merged()?, 0);
    loop {
        let next = merge.next()?.map(|fact| ((fact >> 64) as Id, (fact >> 32) as u32, fact as u32));
        if let Some((node, ..)) = of_node.first().copied()
            && next.is_none_or(|(next, ..)| next != node)
        {
            pairs.push(node, sets.node(&of_node), out)?;
            of_node.clear();
        }
        let Some(fact) = next else { break };
        of_node.push(fact);
        done += 1;
        if done % STRIDE == 0 {
            watch.tell(Step::Statistics, done, facts.len())?;
        }
    }
    let [chunk, length, heads] = pairs.finish(out)?;
    Ok([chunk, length, heads, sets.into_sets().write_table(out)?])
}
