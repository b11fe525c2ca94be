//! Answers as plain values, and when two of them are the same.
//!
//! In: what an evaluator gave. Out: equal or not, as multisets of solutions, as sets of triples, and in
//! the order that ORDER BY defines. Blank nodes that the query made have no name: they are told apart by
//! where they stand, by refining colours, which could take two different answers for equal in contrived
//! cases and never the other way round.

use baimo_engine::Query;
use baimo_engine::answer::Answer;
use baimo_engine::answer::page::Page;
use baimo_engine::error::Result;
use baimo_engine::syntax::algebra::{Expression, GraphPattern, OrderExpression};
use baimo_store::terms::{BlankNode, Literal, NamedNode, NamedOrBlankNode, Term, Triple, Variable};
use std::cmp::Ordering;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::hash::{DefaultHasher, Hash, Hasher};

/// A solution: a term or nothing for each column.
pub type Row = Vec<Option<Term>>;

/// What came of a query.
#[derive(Debug, Clone, PartialEq)]
pub enum Outcome {
    /// Of SELECT.
    Rows(Vec<Variable>, Vec<Row>),
    /// Of ASK.
    Truth(bool),
    /// Of CONSTRUCT and DESCRIBE.
    Triples(Vec<Triple>),
    /// It could not be answered.
    Failed(String),
}

/// More rows than this are not compared.
pub const MOST_ROWS: usize = 3000;

/// How often the colours of blank nodes are refined.
pub const ROUNDS: usize = 4;

impl Outcome {
    /// A graph is a set: an evaluator may give a triple twice.
    pub fn graph(triples: impl IntoIterator<Item = Triple>) -> Self {
        let mut all: Vec<Triple> = Vec::new();
        for triple in triples {
            if !all.contains(&triple) {
                all.push(triple);
            }
        }
        Self::Triples(all)
    }

    /// Reads an answer to its end. Nothing where it is longer than can be compared in the time there is.
    pub fn read(answer: Result<Answer<'_>>) -> Option<Self> {
        let read = || -> Result<Option<Self>> {
            Ok(Some(match answer? {
                Answer::Boolean(truth) => Self::Truth(truth),
                Answer::Rows(rows) => {
                    let all: Vec<Row> = rows.rows.take(MOST_ROWS + 1).collect::<Result<_>>()?;
                    if all.len() > MOST_ROWS {
                        return Ok(None);
                    }
                    Self::Rows(rows.variables, all)
                }
                Answer::Graph(mut triples) => {
                    // The first as a term, the others by the page: either way goes on where the other stopped.
                    let mut all: Vec<Triple> = triples.next().into_iter().collect::<Result<_>>()?;
                    let mut page = Page::default();
                    while all.len() <= MOST_ROWS && triples.page(&mut page)? {
                        all.extend((0..page.len()).map(|row| page.triple(row).expect("a triple")));
                    }
                    if all.len() > MOST_ROWS {
                        return Ok(None);
                    }
                    Self::graph(all)
                }
            }))
        };
        read().unwrap_or_else(|error| Some(Self::Failed(error.to_string())))
    }

    /// The outcome with one text for each row or triple, sorted, and equal where the answers are. A blank
    /// node that is not `known` stands as its colour after so many rounds.
    pub fn canonical(&self, known: &[String], rounds: usize) -> (String, Vec<String>) {
        match self {
            Self::Truth(truth) => (truth.to_string(), Vec::new()),
            // Words differ between evaluators; that there is no answer does not.
            Self::Failed(_) => ("failed".to_owned(), Vec::new()),
            Self::Rows(variables, rows) => {
                let mut columns: Vec<(String, usize)> =
                    variables.iter().enumerate().map(|(n, name)| (name.to_string(), n)).collect();
                columns.sort();
                let rows: Vec<Row> =
                    rows.iter().map(|row| columns.iter().map(|(_, n)| row[*n].clone()).collect()).collect();
                let head = columns.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>().join(" ");
                (head, sorted(lines(&rows, known, rounds)))
            }
            Self::Triples(triples) => {
                // A set: what comes twice must not colour its blank nodes.
                let triples: HashSet<&Triple> = triples.iter().collect();
                let rows: Vec<Row> = triples
                    .into_iter()
                    .map(|t| {
                        vec![
                            Some(t.subject.clone().into()),
                            Some(t.predicate.clone().into()),
                            Some(t.object.clone()),
                        ]
                    })
                    .collect();
                let mut lines = sorted(lines(&rows, known, rounds));
                lines.dedup();
                ("triples".to_owned(), lines)
            }
        }
    }
}

impl Outcome {
    /// The same with every literal in one spelling of its value: twelve digits, one type for all integers.
    pub fn by_value(&self) -> Self {
        let row = |row: &Row| row.iter().map(|cell| cell.as_ref().map(valued)).collect();
        match self {
            Self::Rows(variables, rows) => Self::Rows(variables.clone(), rows.iter().map(row).collect()),
            Self::Triples(triples) => {
                let valued =
                    |t: &Triple| Triple::new(t.subject.clone(), t.predicate.clone(), valued(&t.object));
                Self::Triples(triples.iter().map(valued).collect())
            }
            Self::Truth(_) | Self::Failed(_) => self.clone(),
        }
    }
}

fn valued(term: &Term) -> Term {
    let Term::Literal(literal) = term else { return term.clone() };
    let datatype = literal.datatype();
    let Some(name) = datatype.as_str().strip_prefix("http://www.w3.org/2001/XMLSchema#") else {
        return term.clone();
    };
    let text = match name {
        "boolean" => truth(literal.value()).map(|truth| truth.to_string()),
        "dateTime" => Some(literal.value().replace(".000", "")),
        "string" | "token" | "anyURI" => None,
        _ => literal.value().parse::<f64>().ok().map(|number| format!("{number:.11e}")),
    };
    let name = match name {
        "decimal" | "double" | "float" | "boolean" | "dateTime" => name,
        _ => "integer",
    };
    match text {
        Some(text) => {
            let datatype = NamedNode::new_unchecked(format!("http://www.w3.org/2001/XMLSchema#{name}"));
            Literal::new_typed_literal(text, datatype).into()
        }
        None => term.clone(),
    }
}

fn sorted(mut lines: Vec<String>) -> Vec<String> {
    lines.sort();
    lines
}

/// A text for each row, in which a blank node that is not `known` stands as the colour of its places.
fn lines(rows: &[Row], known: &[String], rounds: usize) -> Vec<String> {
    let mut colours: BTreeMap<String, u64> = BTreeMap::new();
    for term in rows.iter().flatten().flatten() {
        blanks(term, &mut |blank| {
            if !known.iter().any(|name| name == blank.as_str()) {
                colours.insert(blank.as_str().to_owned(), 0);
            }
        });
    }
    for _ in 0..if colours.is_empty() { 0 } else { rounds } {
        let mut seen: HashMap<&str, Vec<u64>> = HashMap::new();
        for row in rows {
            let whole = hash(&line(row, &colours, None));
            for term in row.iter().flatten() {
                blanks(term, &mut |blank| {
                    if let Some((name, _)) = colours.get_key_value(blank.as_str()) {
                        let own = hash(&line(row, &colours, Some(name)));
                        seen.entry(name).or_default().extend([whole, own]);
                    }
                });
            }
        }
        let mut next = colours.clone();
        for (name, mut places) in seen {
            places.sort_unstable();
            next.insert(name.to_owned(), hash(&places));
        }
        colours = next;
    }
    rows.iter().map(|row| line(row, &colours, None)).collect()
}

fn hash(value: &impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    value.hash(&mut hasher);
    hasher.finish()
}

/// Gives the blank nodes of a term.
pub fn blanks(term: &Term, give: &mut dyn FnMut(&BlankNode)) {
    match term {
        Term::BlankNode(blank) => give(blank),
        Term::Triple(triple) => {
            if let NamedOrBlankNode::BlankNode(blank) = &triple.subject {
                give(blank);
            }
            blanks(&triple.object, give);
        }
        Term::NamedNode(_) | Term::Literal(_) => {}
    }
}

fn line(row: &[Option<Term>], colours: &BTreeMap<String, u64>, this: Option<&str>) -> String {
    let mut text = String::new();
    for cell in row {
        match cell {
            None => text.push('-'),
            Some(term) => text.push_str(&shown(term, colours, this)),
        }
        text.push('\t');
    }
    text
}

fn shown(term: &Term, colours: &BTreeMap<String, u64>, this: Option<&str>) -> String {
    match term {
        Term::BlankNode(blank) => match colours.get(blank.as_str()) {
            _ if this == Some(blank.as_str()) => "_:this".to_owned(),
            Some(colour) => format!("_:made{colour:x}"),
            None => blank.to_string(),
        },
        Term::Triple(triple) => format!(
            "<<( {} {} {} )>>",
            shown(&triple.subject.clone().into(), colours, this),
            triple.predicate,
            shown(&triple.object, colours, this)
        ),
        Term::NamedNode(_) | Term::Literal(_) => term.to_string(),
    }
}

// What a query leaves open

/// The modifiers of a query that leave its answer open.
pub struct Modifiers {
    /// The variables that ORDER BY sorts by, each with whether it falls, up to the first key that is none.
    keys: Vec<(Variable, bool)>,
    offset: usize,
    limit: Option<usize>,
    reduced: bool,
    /// The query without its slice.
    pub whole: Query,
}

impl Modifiers {
    /// Reads them from a query.
    pub fn of(query: &Query) -> Self {
        let mut found =
            Self { keys: Vec::new(), offset: 0, limit: None, reduced: false, whole: query.clone() };
        let (Query::Select { pattern, .. }
        | Query::Construct { pattern, .. }
        | Query::Describe { pattern, .. }
        | Query::Ask { pattern, .. }) = &mut found.whole;
        if let GraphPattern::Slice { inner, start, length } = pattern {
            (found.offset, found.limit) = (*start, *length);
            *pattern = std::mem::take(&mut **inner);
        }
        let mut at = &*pattern;
        loop {
            at = match at {
                GraphPattern::Reduced { inner } => {
                    found.reduced = true;
                    inner
                }
                GraphPattern::Distinct { inner } | GraphPattern::Project { inner, .. } => inner,
                GraphPattern::OrderBy { expression, .. } => {
                    for key in expression {
                        let (OrderExpression::Asc(inner) | OrderExpression::Desc(inner)) = key;
                        let Expression::Variable(name) = inner else { break };
                        found.keys.push((name.clone(), matches!(key, OrderExpression::Desc(_))));
                    }
                    break;
                }
                _ => break,
            };
        }
        found
    }

    /// Whether the query gives a slice of its solutions only.
    pub fn sliced(&self) -> bool {
        self.limit.is_some() || self.offset > 0
    }

    /// What is wrong with `given` as an answer to the query whose solutions are `all` without its slice.
    pub fn fault(&self, given: &Outcome, all: &Outcome, known: &[String]) -> Option<String> {
        // A colour tells of all rows, and so not of a slice of them.
        let rounds = if self.sliced() { 0 } else { ROUNDS };
        let (head, lines) = given.canonical(known, rounds);
        let (right_head, right) = all.canonical(known, rounds);
        if head != right_head {
            return Some(format!("it is of another form or columns: {head} for {right_head}"));
        }
        let Outcome::Rows(variables, rows) = given else {
            return (lines != right).then(|| difference(&lines, &right));
        };
        let fault = if self.reduced {
            self.reduced_fault(lines, right)
        } else if self.sliced() {
            self.slice_fault(&lines, &right)
        } else {
            (lines != right).then(|| difference(&lines, &right))
        };
        fault.or_else(|| self.order_fault(variables, rows, all))
    }

    fn slice_fault(&self, lines: &[String], right: &[String]) -> Option<String> {
        let left = right.len().saturating_sub(self.offset);
        let count = self.limit.map_or(left, |limit| limit.min(left));
        if lines.len() != count {
            return Some(format!("{} rows, right is {count}", lines.len()));
        }
        let mut rest = right.to_vec();
        for line in lines {
            let Some(at) = rest.iter().position(|other| other == line) else {
                return Some(format!("not among the solutions: {line}"));
            };
            rest.swap_remove(at);
        }
        None
    }

    /// Section 18.5: REDUCED may keep a duplicate or not.
    fn reduced_fault(&self, mut lines: Vec<String>, mut right: Vec<String>) -> Option<String> {
        let most = right.len();
        if lines.len() > most {
            return Some(format!("{} rows, at most {most} are right", lines.len()));
        }
        lines.dedup();
        right.dedup();
        if self.sliced() {
            return lines.iter().any(|line| !right.contains(line)).then(|| difference(&lines, &right));
        }
        (lines != right).then(|| difference(&lines, &right))
    }

    /// Section 15.1: no row before one that is less than it, where less is defined.
    fn order_fault(&self, variables: &[Variable], rows: &[Row], all: &Outcome) -> Option<String> {
        let mut keys = Vec::new();
        for (name, falls) in &self.keys {
            let Some(at) = variables.iter().position(|variable| variable == name) else { break };
            keys.push((at, *falls));
        }
        for (n, row) in rows.iter().enumerate() {
            if let Some(late) = rows[n + 1..].iter().find(|late| less(late, row, &keys)) {
                return Some(format!("out of order: {row:?} before {late:?}"));
            }
        }
        if self.offset == 0
            && let (Some(_), Outcome::Rows(names, all)) = (self.limit, all)
            && names == variables
            && let Some(last) = rows.last()
            && let Some(missed) = all.iter().find(|row| !rows.contains(row) && less(row, last, &keys))
        {
            return Some(format!("a row was left out that comes before the last: {missed:?}"));
        }
        None
    }
}

/// What two sorted lists do not share, for reading.
fn difference(given: &[String], right: &[String]) -> String {
    let mut extra = given.to_vec();
    let mut missing = Vec::new();
    for line in right {
        match extra.iter().position(|other| other == line) {
            Some(at) => drop(extra.swap_remove(at)),
            None => missing.push(line.clone()),
        }
    }
    extra.truncate(5);
    missing.truncate(5);
    format!("{} rows, right are {}; too many {extra:?}, missing {missing:?}", given.len(), right.len())
}

/// Whether a row certainly comes before another.
fn less(row: &[Option<Term>], other: &[Option<Term>], keys: &[(usize, bool)]) -> bool {
    for (at, falls) in keys {
        match compare(row[*at].as_ref(), other[*at].as_ref()) {
            Some(Ordering::Equal) => {}
            Some(order) => return (if *falls { order.reverse() } else { order }) == Ordering::Less,
            None => return false,
        }
    }
    false
}

/// The order of section 15.1, where it is defined: unbound, blank nodes, IRIs, literals; IRIs by code point,
/// literals as `<` has it.
pub fn compare(a: Option<&Term>, b: Option<&Term>) -> Option<Ordering> {
    let rank = |term: Option<&Term>| match term {
        None => Some(0),
        Some(Term::BlankNode(_)) => Some(1),
        Some(Term::NamedNode(_)) => Some(2),
        Some(Term::Literal(_)) => Some(3),
        // SPARQL 1.2 has them last.
        Some(Term::Triple(_)) => Some(4),
    };
    match (a, b) {
        _ if a == b => Some(Ordering::Equal),
        _ if rank(a) != rank(b) => rank(a).partial_cmp(&rank(b)),
        (Some(Term::NamedNode(a)), Some(Term::NamedNode(b))) => Some(a.as_str().cmp(b.as_str())),
        (Some(Term::Literal(a)), Some(Term::Literal(b))) => {
            let (a_type, b_type) = (a.datatype(), b.datatype());
            let name = |iri: &str| iri.rsplit('#').next().unwrap_or_default().to_owned();
            match (name(a_type.as_str()).as_str(), name(b_type.as_str()).as_str()) {
                ("string", "string") => Some(a.value().cmp(b.value())),
                ("boolean", "boolean") => Some(truth(a.value())?.cmp(&truth(b.value())?)),
                ("integer" | "decimal" | "double", "integer" | "decimal" | "double") => {
                    // Sixteen digits and more may be equal as doubles.
                    let (a, b): (f64, f64) = (a.value().parse().ok()?, b.value().parse().ok()?);
                    let near = (a - b).abs() <= a.abs() * 1e-9 && a != b;
                    a.partial_cmp(&b).filter(|_| !near)
                }
                ("dateTime", "dateTime") if a.value().ends_with('Z') && b.value().ends_with('Z') => {
                    let plain =
                        |text: &str| text.len() >= 20 && !text.contains("T24") && !text.contains("-30T");
                    let cut = |text: &str| text.trim_end_matches('Z').trim_end_matches(".000").to_owned();
                    (plain(a.value()) && plain(b.value())).then(|| cut(a.value()).cmp(&cut(b.value())))
                }
                _ => None,
            }
        }
        _ => None,
    }
}

fn truth(text: &str) -> Option<bool> {
    match text {
        "true" | "1" => Some(true),
        "false" | "0" => Some(false),
        _ => None,
    }
}
