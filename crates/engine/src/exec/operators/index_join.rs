//! For each row of the input, the matches of a triple pattern of which the input binds a part.
//!
//! In: rows, a pattern. Out: the rows with the pattern's other live variables. The sorted pairs of a predicate are the index;
//! probes that come sorted walk it once, as a merge join does. A new variable that is not live becomes a count, or a mere test
//! where only different rows matter. With `optional` a row without a match stays. This is index nested-loops join and, for sorted
//! probes, merge join (Graefe, Query evaluation techniques for large databases, ACM Computing Surveys 1993, sections 5.1 and
//! 5.2). Probes in no order are read ahead some at a time, so that their waits for memory overlap (group prefetching: Chen,
//! Ailamaki, Gibbons, Mowry, Improving hash join performance through prefetching, ICDE 2004), by plain reads.

use crate::error::Result;
use crate::exec::batch::{Batch, From, ROWS};
use crate::exec::context::Context;
use crate::exec::dense::KeySet;
use crate::exec::{Operator, Running, matches};
use crate::store::{AHEAD, End, Found, Id, NONE, PairCursor, Triple, View};
use baimo_store::room;
use rustc_hash::{FxBuildHasher, FxHashSet};

/// The first batch has at most so many rows: a LIMIT above may need no more.
const FIRST_ROWS: usize = 64;

/// So many members are searched one by one, however few there are.
const SOME: usize = 64;
/// To search one of many takes as long as to read so many.
const MEMBERS_FOR_A_SEARCH: usize = 64;
/// Of more members no set is made.
const MEMBERS: usize = 1 << 22;
/// A member takes so many bytes at most, while the set is made.
const MEMBER: usize = 20;

/// What an index join is asked for.
#[derive(Debug, Clone)]
pub struct Shape {
    /// Subject, predicate, object.
    pub places: [From; 3],
    /// Places that hold the same new variable.
    pub equal: Vec<(usize, usize)>,
    /// The input's columns that stay, in the order of the output.
    pub kept: Vec<usize>,
    /// The new columns that follow, each by its place in the pattern.
    pub new: Vec<usize>,
    /// Whether equal rows must come as often as they are found.
    pub counted: bool,
    /// Whether a row without a match stays.
    pub optional: bool,
}

/// How the matches of a row are found.
enum Way<'a> {
    /// The other ends of a term: `found` is a column of the output.
    Ends(PairCursor<'a>, From),
    /// Only how many other ends there are.
    Count(PairCursor<'a>, From),
    /// Whether the pair is there.
    Test(PairCursor<'a>, From, From),
    /// Whether a column's term is one of the other ends of a constant.
    Member(Members<'a>, usize),
    /// One pattern at a time.
    General,
}

/// The other ends of one term, of which many may be asked for one by one.
struct Members<'a> {
    cursor: PairCursor<'a>,
    of: Id,
    /// So many were asked for.
    asked: usize,
    /// At so many it is looked whether a set of all of them pays.
    look: usize,
    set: Option<Set>,
}

/// All members: a bit each where they lie close together.
enum Set {
    Close(KeySet),
    Apart(FxHashSet<Id>),
}

impl Set {
    fn contains(&self, id: Id) -> bool {
        match self {
            Self::Close(set) => set.contains(id),
            Self::Apart(set) => set.contains(&id),
        }
    }
}

impl<'a> Members<'a> {
    fn new(cursor: PairCursor<'a>, of: Id) -> Self {
        Self { cursor, of, asked: 0, look: SOME, set: None }
    }

    /// The rows of the members among these terms, of which the row of the first is given; all of them where it is OPTIONAL.
    fn rows(&mut self, terms: &[Id], (first, optional): (u32, bool), cx: &Context<'_>) -> Result<Vec<u32>> {
        if optional {
            return Ok((first..).zip(terms).map(|(row, _)| row).collect());
        }
        self.asked += terms.len();
        if self.set.is_none() && self.asked > self.look {
            self.prepare(cx)?;
        }
        let mut found = Vec::new();
        for (row, term) in (first..).zip(terms) {
            let is_member = match &self.set {
                Some(set) => set.contains(*term),
                None => self.cursor.contains(self.of, *term)?,
            };
            if is_member {
                found.push(row);
            }
        }
        Ok(found)
    }

    /// Makes a set of all members where that takes no longer than what was asked for did, and every limit leaves room for them.
    fn prepare(&mut self, cx: &Context<'_>) -> Result<()> {
        let count = self.cursor.count(self.of)?;
        self.look = (2 * self.look).max(count / MEMBERS_FOR_A_SEARCH);
        if count <= self.asked * MEMBERS_FOR_A_SEARCH
            && count <= MEMBERS
            && room::is_there_for(count * MEMBER)
        {
            let members = self.cursor.lookup(self.of)?;
            self.set = Some(match KeySet::of(members, cx.governor())? {
                Some(set) => Set::Close(set),
                None => {
                    let mut set = FxHashSet::with_capacity_and_hasher(members.len(), FxBuildHasher);
                    for part in members.chunks(ROWS) {
                        set.extend(part);
                        cx.check()?;
                    }
                    Set::Apart(set)
                }
            });
        }
        Ok(())
    }
}

/// An index join in progress. See the module.
pub struct IndexJoin<'a> {
    view: View<'a>,
    shape: Shape,
    input: Running<'a>,
    way: Way<'a>,
    batch: Batch,
    /// The row being matched, and how many of its matches were given.
    row: usize,
    given: usize,
    cap: usize,
    found: Vec<Triple>,
}

/// Rows found for a batch of the input.
#[derive(Default)]
struct Matches {
    rows: Vec<u32>,
    new: Vec<Vec<Id>>,
    counts: Vec<u64>,
}

impl<'a> IndexJoin<'a> {
    /// Of `input` with a pattern over `view`.
    ///
    /// # Errors
    /// Where the graph is damaged.
    pub fn new(view: View<'a>, shape: Shape, input: Running<'a>) -> Result<Self> {
        let way = match shape.places {
            [s, From::Term(p), From::New] => Self::ends(view.pairs(p, End::Subject)?, s, &shape),
            [From::New, From::Term(p), o] => Self::ends(view.pairs(p, End::Object)?, o, &shape),
            [From::Column(s), From::Term(p), From::Term(o)] => {
                Way::Member(Members::new(view.pairs(p, End::Object)?, o), s)
            }
            [From::Term(s), From::Term(p), From::Column(o)] => {
                Way::Member(Members::new(view.pairs(p, End::Subject)?, s), o)
            }
            [s, From::Term(p), o @ From::Column(_)] => Way::Test(view.pairs(p, End::Subject)?, s, o),
            [s, From::Term(p), o @ From::Term(_)] => Way::Test(view.pairs(p, End::Object)?, o, s),
            _ => Way::General,
        };
        let batch = Batch::default();
        Ok(Self { view, shape, input, way, batch, row: 0, given: 0, cap: FIRST_ROWS, found: Vec::new() })
    }

    fn ends(cursor: PairCursor<'a>, from: From, shape: &Shape) -> Way<'a> {
        if shape.new.is_empty() { Way::Count(cursor, from) } else { Way::Ends(cursor, from) }
    }

    /// Matches some rows of the batch; gives what was found.
    fn step(&mut self, cx: &Context<'_>) -> Result<Matches> {
        let mut out = Matches { new: vec![Vec::new(); self.shape.new.len()], ..Matches::default() };
        match &mut self.way {
            Way::Ends(cursor, from) => {
                let mut values = Vec::new();
                if let From::Column(column) = from
                    && self.given == 0
                    && !self.shape.optional
                {
                    let keys = self.batch.column(*column).get(self.row..).unwrap_or_default();
                    self.row += merged(cursor, keys, (self.row, self.cap), (&mut out.rows, &mut values))?;
                }
                let mut warm = self.row;
                while self.row < self.batch.len && out.rows.len() < self.cap {
                    warm = warmed(cursor, *from, &self.batch, (self.row, warm));
                    let key = from.get(&self.batch, self.row).unwrap_or(NONE);
                    let all = cursor.lookup(key)?;
                    let rest = all.get(self.given..).unwrap_or_default();
                    let taken = rest.get(..self.cap - out.rows.len()).unwrap_or(rest);
                    out.rows.extend(std::iter::repeat_n(self.row as u32, taken.len()));
                    values.extend_from_slice(taken);
                    if all.is_empty() && self.shape.optional {
                        out.rows.push(self.row as u32);
                        values.push(NONE);
                    }
                    if taken.len() < rest.len() {
                        self.given += taken.len();
                        break;
                    }
                    (self.row, self.given) = (self.row + 1, 0);
                }
                out.new = self.shape.new.iter().map(|_| std::mem::take(&mut values)).collect();
            }
            Way::Count(cursor, From::Column(column)) => {
                let keys = self.batch.column(*column).get(self.row..).unwrap_or_default();
                counted(cursor, keys, (self.row, self.shape.optional), &mut out)?;
                self.row = self.batch.len;
            }
            Way::Count(cursor, from) => {
                for row in self.row..self.batch.len {
                    let key = from.get(&self.batch, row).unwrap_or(NONE);
                    let count = cursor.count(key)?;
                    if count > 0 || self.shape.optional {
                        out.rows.push(row as u32);
                        out.counts.push(count.max(1) as u64);
                    }
                }
                self.row = self.batch.len;
            }
            Way::Test(cursor, first, second) => {
                let mut warm = self.row;
                for row in self.row..self.batch.len {
                    warm = warmed(cursor, *first, &self.batch, (row, warm));
                    let pair = first.get(&self.batch, row).zip(second.get(&self.batch, row));
                    let Some((first, second)) = pair else { continue };
                    if self.shape.optional || cursor.contains(first, second)? {
                        out.rows.push(row as u32);
                    }
                }
                self.row = self.batch.len;
            }
            Way::Member(members, column) => {
                let terms = self.batch.column(*column).get(self.row..).unwrap_or_default();
                out.rows = members.rows(terms, (self.row as u32, self.shape.optional), cx)?;
                self.row = self.batch.len;
            }
            Way::General => self.general(&mut out)?,
        }
        Ok(out)
    }

    fn general(&mut self, out: &mut Matches) -> Result<()> {
        while self.row < self.batch.len && out.rows.len() < self.cap {
            if self.given == 0 {
                let pattern = self.shape.places.map(|place| place.get(&self.batch, self.row));
                self.found.clear();
                matches::matches(&self.view, pattern, &mut self.found)?;
                let same =
                    |triple: &Triple| self.shape.equal.iter().all(|(a, b)| triple.get(*a) == triple.get(*b));
                self.found.retain(same);
            }
            let row = self.row as u32;
            if self.found.is_empty() && self.shape.optional {
                out.rows.push(row);
                out.new.iter_mut().for_each(|column| column.push(NONE));
            }
            let taken = self.found.iter().skip(self.given).take(self.cap - out.rows.len());
            let mut count = 0;
            for triple in taken {
                count += 1;
                out.rows.push(row);
                for (column, place) in out.new.iter_mut().zip(&self.shape.new) {
                    column.push(triple.get(*place).copied().unwrap_or(NONE));
                }
            }
            self.given += count;
            if self.given >= self.found.len() {
                (self.row, self.given) = (self.row + 1, 0);
            } else {
                break;
            }
        }
        Ok(())
    }
}

/// Lets a cursor read ahead for the keys of some rows, where those up to `warm` are done; up to which row they are then.
fn warmed(cursor: &PairCursor<'_>, key: From, batch: &Batch, (row, warm): (usize, usize)) -> usize {
    if row < warm {
        return warm;
    }
    let end = batch.len.min(row + AHEAD);
    cursor.warm((row..end).filter_map(|row| key.get(batch, row)));
    end
}

/// Counts what there is for each key of some rows, of which the first is given.
fn counted(
    cursor: &mut PairCursor<'_>,
    keys: &[Id],
    (first, optional): (usize, bool),
    out: &mut Matches,
) -> Result<()> {
    let mut counts = Vec::with_capacity(keys.len());
    cursor.counts(keys, &mut counts)?;
    for (row, count) in (first as u32..).zip(counts) {
        if count > 0 || optional {
            out.rows.push(row);
            out.counts.push(count.max(1).into());
        }
    }
    Ok(())
}

/// Rows from `row` on with these keys and what is found for them, at most so many, where they are merged; how many keys that were.
fn merged(
    cursor: &mut PairCursor<'_>,
    keys: &[Id],
    (row, most): (usize, usize),
    (rows, values): (&mut Vec<u32>, &mut Vec<Id>),
) -> Result<usize> {
    let mut found = Found::default();
    let done = cursor.merge(keys, most, &mut found)?;
    found.places.iter_mut().for_each(|place| *place += row as u32);
    (*rows, *values) = (found.places, found.seconds);
    Ok(done)
}

impl Operator for IndexJoin<'_> {
    fn next(&mut self, cx: &mut Context<'_>) -> Result<Option<Batch>> {
        loop {
            if self.row >= self.batch.len {
                let Some(batch) = self.input.next(cx)? else { return Ok(None) };
                (self.batch, self.row, self.given) = (batch, 0, 0);
            }
            let before = self.row;
            let found = self.step(cx)?;
            cx.work(self.row - before + found.rows.len())?;
            if !found.rows.is_empty() {
                self.cap = (self.cap * 2).min(ROWS);
                let counts = if self.shape.counted { found.counts.as_slice() } else { &[] };
                let batch = self.batch.extended(&found.rows, (&self.shape.kept, found.new, counts), cx)?;
                return Ok(Some(batch));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Governor;
    use crate::exec::fixture::{Batches, node, run};
    use crate::store::pack::Builder;
    use crate::store::{Graph as _, Id};
    use crate::terms::{GraphName, NamedNode, Quad, Term};

    /// Rows of `:r0`, `:p1` and `:r2` joined with `?x :kind ?kind`: the columns asked for and the counts.
    fn kinds(
        kept: &[usize],
        new: &[usize],
        counted: bool,
        optional: bool,
    ) -> (Vec<Vec<Id>>, Option<Vec<u64>>) {
        run(|cx| {
            let rows: Vec<Id> = ["r0", "p1", "r2"].iter().map(|name| node(name, cx)).collect();
            let kind = node("kind", cx);
            let places = [From::Column(0), From::Term(kind), From::New];
            let (kept, new) = (kept.to_vec(), new.to_vec());
            let shape = Shape { places, equal: Vec::new(), kept, new, counted, optional };
            let view = cx.graph.view(None).unwrap().unwrap();
            let input = Batches::new(vec![Batch::of(vec![rows], 3)]);
            Box::new(IndexJoin::new(view, shape, input).unwrap())
        })
    }

    #[test]
    fn rows_get_their_matches() {
        let (columns, counts) = kinds(&[0], &[2], true, false);
        run(|cx| {
            let [r0, r2] = ["r0", "r2"].map(|name| node(name, cx));
            let [integration, launch] = ["integration", "launch"].map(|name| node(name, cx));
            assert_eq!(columns, [[r0, r2], [integration, launch]]);
            Batches::new(Vec::new())
        });
        assert_eq!(counts, None);
    }

    #[test]
    fn members_of_a_constant_are_the_same_by_search_and_by_set() {
        let rows = run(|cx| {
            let [kind, launch] = ["kind", "launch"].map(|name| node(name, cx));
            let terms = cx.graph.term_count() as Id;
            // Few enough to be searched, then so many that there is a set; each number comes, and some that are none.
            let asked: Vec<Id> =
                (0..10 * terms).map(|n| (n * 7 + n / terms) % (terms + 5)).chain([NONE]).collect();
            let batches = asked.chunks(50).map(|part| Batch::of(vec![part.to_vec()], part.len()));
            let shape = |optional| {
                let places = [From::Column(0), From::Term(kind), From::Term(launch)];
                Shape { places, equal: vec![], kept: vec![0], new: vec![], counted: true, optional }
            };
            let view = cx.graph.view(None).unwrap().unwrap();
            let mut all = view.pairs(kind, End::Object).unwrap();
            let expected: Vec<Id> =
                asked.iter().copied().filter(|id| all.contains(launch, *id).unwrap()).collect();
            assert!(expected.len() > 300, "{}", expected.len());
            let mut join = IndexJoin::new(view, shape(false), Batches::new(batches.collect())).unwrap();
            let mut found: Vec<Id> = Vec::new();
            while let Some(batch) = join.next(cx).unwrap() {
                found.extend(batch.column(0));
            }
            assert_eq!(found, expected);
            assert!(matches!(&join.way, Way::Member(members, 0) if members.set.is_some()));
            let view = cx.graph.view(None).unwrap().unwrap();
            let input = Batches::new(vec![Batch::of(vec![asked], 10 * terms as usize + 1)]);
            Box::new(IndexJoin::new(view, shape(true), input).unwrap())
        });
        assert!(rows.0[0].len() > 300, "OPTIONAL keeps each row");
    }

    #[test]
    fn members_that_lie_far_apart_are_a_set_too() {
        let iri = |name: String| NamedNode::new_unchecked(format!("http://example.org/{name}"));
        let mut builder = Builder::new();
        for n in 0..8000 {
            let kind = if n % 80 == 0 { "seldom" } else { "often" };
            let graph = GraphName::DefaultGraph;
            builder
                .add(Quad::new(iri(format!("n{n}")), iri("kind".into()), iri(kind.into()), graph).as_ref());
        }
        let (graph, governor) = (builder.finish(), Governor::unlimited());
        let mut cx = Context::new(&graph, &governor, None);
        let id = |name: &str| graph.id(Term::from(iri(name.into())).as_ref()).unwrap().unwrap();
        let places = [From::Column(0), From::Term(id("kind")), From::Term(id("seldom"))];
        let shape =
            Shape { places, equal: vec![], kept: vec![0], new: vec![], counted: true, optional: false };
        let asked: Vec<Id> = (0..9000).map(|n| n * 7 % 8000).collect();
        let view = cx.graph.view(None).unwrap().unwrap();
        let mut all = view.pairs(id("kind"), End::Object).unwrap();
        let is_member = |asked: &Id| all.contains(id("seldom"), *asked).unwrap();
        let expected: Vec<Id> = asked.iter().copied().filter(is_member).collect();
        let batches = asked.chunks(100).map(|part| Batch::of(vec![part.to_vec()], part.len()));
        let mut join = IndexJoin::new(view, shape, Batches::new(batches.collect())).unwrap();
        let mut found: Vec<Id> = Vec::new();
        while let Some(batch) = join.next(&mut cx).unwrap() {
            found.extend(batch.column(0));
        }
        assert!(expected.len() > 100 && found == expected, "{} of {}", found.len(), expected.len());
        assert!(matches!(&join.way, Way::Member(members, 0) if matches!(members.set, Some(Set::Apart(_)))));
    }

    #[test]
    fn optional_keeps_rows_without_a_match() {
        let (columns, _) = kinds(&[0], &[2], true, true);
        assert_eq!(columns[1].len(), 3);
        assert_eq!(columns[1][1], NONE);
    }

    #[test]
    fn matches_that_nobody_needs_are_counted() {
        let counts = run(|cx| {
            let [launch, kind] = ["launch", "kind"].map(|name| node(name, cx));
            let places = [From::New, From::Term(kind), From::Column(0)];
            let shape =
                Shape { places, equal: vec![], kept: vec![], new: vec![], counted: true, optional: false };
            let view = cx.graph.view(None).unwrap().unwrap();
            let input = Batches::new(vec![Batch::of(vec![vec![launch]], 1)]);
            Box::new(IndexJoin::new(view, shape, input).unwrap())
        });
        assert_eq!(counts, (Vec::new(), Some(vec![38])));
    }
}
