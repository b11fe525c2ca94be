//! Results of queries, as the suites expect them and as baimo gives them, and whether they agree.
//!
//! In: result files, answers. Out: one comparable value, and a verdict up to the names of blank
//! nodes. Manifests are read elsewhere.

use super::manifest::{node, object, objects, text_of};
use baimo::engine::answer::Answer;
use baimo::sources::rdf;
use baimo::terms::{Literal, NamedOrBlankNode, Prefixes, Quad, Term, Triple};
use oxigraph::model::dataset::CanonicalizationAlgorithm;
use oxigraph::model::{Dataset, Graph};
use oxigraph::sparql::results::{QueryResultsFormat, QueryResultsParser, SliceQueryResultsParserOutput};
use std::collections::HashMap;
use std::fmt::Write as _;

const RS: &str = "http://www.w3.org/2001/sw/DataAccess/tests/result-set#";

/// A row as pairs of a variable's name and its term, sorted by name; what is unbound is left out.
pub type Row = Vec<(String, Term)>;

/// A result, ready to be compared.
#[derive(Debug)]
pub enum Outcome {
    /// Of SELECT: the columns, sorted, and the rows; and whether the order of rows counts.
    Rows { variables: Vec<String>, rows: Vec<Row>, ordered: bool },
    /// Of ASK.
    Boolean(bool),
    /// Of CONSTRUCT and DESCRIBE.
    Graph(Vec<Triple>),
}

/// How strictly the number of equal rows counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cardinality {
    /// As often as expected.
    Exact,
    /// At least once, and not more often (REDUCED).
    Lax,
}

fn row(pairs: impl Iterator<Item = (String, Term)>) -> Row {
    let mut row: Row = pairs.collect();
    row.sort_by(|a, b| a.0.cmp(&b.0));
    row
}

/// All of an answer.
pub fn collect(answer: Answer<'_>) -> Result<Outcome, String> {
    let text = |error: baimo::error::Error| format!("evaluation failed: {error}");
    Ok(match answer {
        Answer::Boolean(found) => Outcome::Boolean(found),
        Answer::Graph(triples) => Outcome::Graph(triples.collect::<Result<_, _>>().map_err(text)?),
        Answer::Rows(rows) => {
            let names: Vec<String> = rows.variables.iter().map(|v| v.as_str().to_owned()).collect();
            let found: Result<Vec<_>, _> = rows.rows.collect();
            let rows = found.map_err(text)?.into_iter();
            let rows = rows.map(|terms| {
                row(names.iter().cloned().zip(terms).filter_map(|(name, term)| Some((name, term?))))
            });
            let rows = rows.collect();
            let mut variables = names;
            variables.sort();
            Outcome::Rows { variables, rows, ordered: false }
        }
    })
}

/// The result that a file of the suites holds, in any of the formats used there.
pub fn expected(iri: &str) -> Result<Outcome, String> {
    let extension = iri.rsplit('.').next().unwrap_or_default();
    match extension {
        "srx" => from_table(iri, QueryResultsFormat::Xml),
        "srj" => from_table(iri, QueryResultsFormat::Json),
        "tsv" => from_table(iri, QueryResultsFormat::Tsv),
        _ => from_graph(&quads(iri)?),
    }
}

fn from_table(iri: &str, format: QueryResultsFormat) -> Result<Outcome, String> {
    let text = text_of(iri);
    let parsed = QueryResultsParser::from_format(format).for_slice(text.as_bytes());
    Ok(match parsed.map_err(|error| format!("{iri}: {error}"))? {
        SliceQueryResultsParserOutput::Boolean(found) => Outcome::Boolean(found),
        SliceQueryResultsParserOutput::Solutions(solutions) => {
            let mut variables: Vec<_> = solutions.variables().iter().map(|v| v.as_str().to_owned()).collect();
            variables.sort();
            let mut rows = Vec::new();
            for solution in solutions {
                let solution = solution.map_err(|error| format!("{iri}: {error}"))?;
                rows.push(row(solution.iter().map(|(v, term)| (v.as_str().to_owned(), term.clone()))));
            }
            Outcome::Rows { variables, rows, ordered: false }
        }
    })
}

/// A result set written as RDF, or else a plain graph.
fn from_graph(quads: &[Quad]) -> Result<Outcome, String> {
    let graph: Graph = quads.iter().map(|quad| Triple::from(quad.clone())).collect();
    let property = |local: &str| format!("{RS}{local}");
    let set = graph.iter().find(|triple| triple.object.to_string() == format!("<{RS}ResultSet>"));
    let Some(set) = set.map(|triple| triple.subject.into_owned()) else {
        return Ok(Outcome::Graph(graph.iter().map(|triple| triple.into_owned()).collect()));
    };
    if let Some(Term::Literal(found)) = object(&graph, &set, &property("boolean")) {
        return Ok(Outcome::Boolean(found.value() == "true"));
    }
    let text = |term: &Term| match term {
        Term::Literal(literal) => literal.value().to_owned(),
        other => other.to_string(),
    };
    let mut variables: Vec<_> = objects(&graph, &set, &property("resultVariable")).iter().map(text).collect();
    variables.sort();
    let mut rows = Vec::new();
    for solution in objects(&graph, &set, &property("solution")).into_iter().filter_map(node) {
        let index = object(&graph, &solution, &property("index")).and_then(|term| text(&term).parse().ok());
        let bindings = objects(&graph, &solution, &property("binding")).into_iter().filter_map(node);
        let pairs = bindings.filter_map(|binding| {
            let name = object(&graph, &binding, &property("variable"))?;
            Some((text(&name), object(&graph, &binding, &property("value"))?))
        });
        rows.push((index, row(pairs)));
    }
    let ordered = rows.iter().any(|(index, _): &(Option<u64>, Row)| index.is_some());
    rows.sort_by_key(|(index, _)| *index);
    Ok(Outcome::Rows { variables, rows: rows.into_iter().map(|(_, row)| row).collect(), ordered })
}

/// The quads of a file of the suites, read as baimo reads files.
pub fn quads(iri: &str) -> Result<Vec<Quad>, String> {
    let extension = iri.rsplit('.').next().unwrap_or_default();
    let format = rdf::format_named(extension).ok_or_else(|| format!("{iri}: no RDF format"))?;
    let bytes = std::fs::read(super::manifest::path_of(iri)).map_err(|error| format!("{iri}: {error}"))?;
    let mut quads = Vec::new();
    let mut sink = |quad| {
        quads.push(quad);
        Ok(())
    };
    rdf::read(iri, format, Some(iri), bytes.as_slice(), &mut Prefixes::new(), &mut sink)
        .map_err(|error| error.to_string())?;
    Ok(quads)
}

/// Whether two sets of quads are the same up to the names of blank nodes.
pub fn isomorphic(a: &[Quad], b: &[Quad]) -> bool {
    let canonical = |quads: &[Quad]| {
        let mut dataset: Dataset = quads.iter().cloned().collect();
        dataset.canonicalize(CanonicalizationAlgorithm::Unstable);
        dataset
    };
    canonical(a) == canonical(b)
}

/// Nothing where the results agree, else both, in words.
pub fn compare(expected: &Outcome, actual: &Outcome, cardinality: Cardinality) -> Result<(), String> {
    let agree = match (expected, actual) {
        (Outcome::Boolean(a), Outcome::Boolean(b)) => a == b,
        (Outcome::Graph(a), Outcome::Graph(b)) => {
            let quads = |triples: &[Triple]| -> Vec<Quad> {
                triples.iter().map(|t| t.clone().in_graph(oxigraph::model::GraphName::DefaultGraph)).collect()
            };
            isomorphic(&quads(a), &quads(b))
        }
        (
            Outcome::Rows { variables: names, rows: want, ordered },
            Outcome::Rows { variables, rows: have, .. },
        ) => {
            names == variables
                && if *ordered {
                    let mut map = Blanks::default();
                    want.len() == have.len() && want.iter().zip(have).all(|(a, b)| map.row(a, b))
                } else {
                    same_rows(want, have, cardinality)
                }
        }
        _ => false,
    };
    if agree { Ok(()) } else { Err(format!("expected {}\n    found {}", show(expected), show(actual))) }
}

fn show(outcome: &Outcome) -> String {
    let mut out = String::new();
    match outcome {
        Outcome::Boolean(found) => return found.to_string(),
        Outcome::Graph(triples) => {
            for triple in triples.iter().take(20) {
                let _ = write!(out, "\n      {triple}");
            }
        }
        Outcome::Rows { variables, rows, .. } => {
            let _ = write!(out, "{} rows of {variables:?}", rows.len());
            for row in rows.iter().take(20) {
                let cells: Vec<_> = row.iter().map(|(name, term)| format!("{name}={term}")).collect();
                let _ = write!(out, "\n      {}", cells.join("  "));
            }
        }
    }
    out
}

fn same_rows(want: &[Row], have: &[Row], cardinality: Cardinality) -> bool {
    let (want, have) = match cardinality {
        Cardinality::Exact => (want.to_vec(), have.to_vec()),
        Cardinality::Lax if have.len() > want.len() => return false,
        Cardinality::Lax => (distinct(want), distinct(have)),
    };
    want.len() == have.len() && match_rows(&want, &have, &mut vec![false; have.len()], &mut Blanks::default())
}

fn distinct(rows: &[Row]) -> Vec<Row> {
    let mut seen = std::collections::HashSet::new();
    rows.iter().filter(|row| seen.insert(format!("{row:?}"))).cloned().collect()
}

/// Finds a partner for the first row of `want` among the unused of `have`, then for the rest; takes
/// back what leads nowhere. Rows without blank nodes have no choice to take back.
fn match_rows(want: &[Row], have: &[Row], used: &mut [bool], blanks: &mut Blanks) -> bool {
    let Some((first, rest)) = want.split_first() else { return true };
    for (i, candidate) in have.iter().enumerate() {
        if used[i] {
            continue;
        }
        let before = blanks.clone();
        if blanks.row(first, candidate) {
            used[i] = true;
            if match_rows(rest, have, used, blanks) {
                return true;
            }
            used[i] = false;
            if before.forward.len() == blanks.forward.len() {
                return false; // nothing was assumed, so no other choice can help
            }
        }
        *blanks = before;
    }
    false
}

/// Which blank node of one side is which of the other, one to one.
#[derive(Debug, Default, Clone)]
struct Blanks {
    forward: HashMap<String, String>,
    backward: HashMap<String, String>,
}

impl Blanks {
    fn row(&mut self, a: &Row, b: &Row) -> bool {
        a.len() == b.len() && a.iter().zip(b).all(|((n, s), (m, t))| n == m && self.term(s, t))
    }

    fn term(&mut self, a: &Term, b: &Term) -> bool {
        match (a, b) {
            (Term::BlankNode(a), Term::BlankNode(b)) => self.pair(a.as_str(), b.as_str()),
            (Term::Triple(a), Term::Triple(b)) => {
                let subject = |s: &NamedOrBlankNode| Term::from(s.clone());
                self.term(&subject(&a.subject), &subject(&b.subject))
                    && a.predicate == b.predicate
                    && self.term(&a.object, &b.object)
            }
            (Term::Literal(a), Term::Literal(b)) => a == b || same_number(a, b),
            _ => a == b,
        }
    }

    fn pair(&mut self, a: &str, b: &str) -> bool {
        match (self.forward.get(a), self.backward.get(b)) {
            (None, None) => {
                self.forward.insert(a.to_owned(), b.to_owned());
                self.backward.insert(b.to_owned(), a.to_owned());
                true
            }
            (Some(have), _) => have == b,
            (None, Some(_)) => false,
        }
    }
}

/// A computed number may be written in more than one way (`2` or `2.0` for a decimal): the value counts.
fn same_number(a: &Literal, b: &Literal) -> bool {
    let numeric = ["decimal", "double", "float"];
    let kind = a.datatype().as_str();
    let kind = kind.strip_prefix("http://www.w3.org/2001/XMLSchema#").unwrap_or_default();
    a.datatype() == b.datatype()
        && numeric.contains(&kind)
        && match (a.value().parse::<f64>(), b.value().parse::<f64>()) {
            (Ok(a), Ok(b)) => a == b,
            _ => false,
        }
}
