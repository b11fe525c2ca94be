//! Apache Jena as an oracle of another family, in a process of its own.
//!
//! In: graphs and queries. Out: what Jena says. It reads SPARQL 1.1 and RDF 1.1 only. `BAIMO_JENA` is its class
//! path; where that is not set there is no Jena, and who asks says so.

use crate::answers::Outcome;
use baimo_store::terms::{BlankNode, Literal, NamedNode, NamedOrBlankNode, Term, Triple, Variable};
use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

/// A running Jena.
pub struct Jena {
    child: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
}

impl Jena {
    /// Starts Jena, where its class path is known.
    pub fn start() -> Option<Self> {
        let path = std::env::var("BAIMO_JENA").ok()?;
        let source = concat!(env!("CARGO_MANIFEST_DIR"), "/../../benches/jena/Cases.java");
        let mut child = Command::new("java")
            .args(["-Xmx2g", "-cp", &path, source])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("java runs");
        let input = child.stdin.take().unwrap();
        let output = BufReader::new(child.stdout.take().unwrap());
        Some(Self { child, input, output })
    }

    /// What Jena answers. Blank nodes of the graph keep their labels.
    pub fn answer(&mut self, quads: &str, query: &str) -> Outcome {
        write!(self.input, "{} {}\n{quads}{query}", quads.len(), query.len()).unwrap();
        self.input.flush().unwrap();
        let mut lines = Vec::new();
        loop {
            let mut line = String::new();
            assert!(self.output.read_line(&mut line).unwrap() > 0, "Jena ended at\n{query}");
            line.truncate(line.trim_end_matches('\n').len());
            if line == "." {
                break;
            }
            lines.push(line);
        }
        let (head, body) = lines.split_first().expect("a line for each answer");
        let rows = || body.iter().map(|line| line.split('\t').map(term).collect::<Vec<_>>());
        match head.split_once(' ').unwrap_or((head, "")) {
            ("rows", names) => {
                let names = names.split_whitespace().map(Variable::new_unchecked).collect::<Vec<_>>();
                let width = names.len();
                Outcome::Rows(names, rows().map(|row| row.into_iter().take(width).collect()).collect())
            }
            ("true", _) => Outcome::Truth(true),
            ("false", _) => Outcome::Truth(false),
            ("triples", _) => Outcome::Triples(rows().filter_map(|row| triple(&row)).collect()),
            (_, why) => Outcome::Failed(why.to_owned()),
        }
    }
}

impl Drop for Jena {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn triple(row: &[Option<Term>]) -> Option<Triple> {
    let [Some(subject), Some(Term::NamedNode(predicate)), Some(object)] = row else { return None };
    let subject = match subject {
        Term::NamedNode(node) => NamedOrBlankNode::from(node.clone()),
        Term::BlankNode(node) => node.clone().into(),
        Term::Literal(_) | Term::Triple(_) => return None,
    };
    Some(Triple::new(subject, predicate.clone(), object.clone()))
}

/// A term as `Cases.java` writes it.
fn term(text: &str) -> Option<Term> {
    if let Some(iri) = text.strip_prefix('<') {
        return Some(NamedNode::new_unchecked(iri.trim_end_matches('>')).into());
    }
    if let Some(label) = text.strip_prefix("_:") {
        return Some(BlankNode::new_unchecked(label).into());
    }
    let (value, tail) = text.strip_prefix('"')?.rsplit_once('"')?;
    let value = unescaped(value);
    Some(
        if let Some(tag) = tail.strip_prefix('@') {
            Literal::new_language_tagged_literal_unchecked(value, tag.to_ascii_lowercase())
        } else if let Some(iri) = tail.strip_prefix("^^<") {
            Literal::new_typed_literal(value, NamedNode::new_unchecked(iri.trim_end_matches('>')))
        } else {
            Literal::new_simple_literal(value)
        }
        .into(),
    )
}

fn unescaped(text: &str) -> String {
    let mut plain = String::new();
    let mut escaped = false;
    for c in text.chars() {
        match c {
            '\\' if !escaped => {
                escaped = true;
                continue;
            }
            'n' if escaped => plain.push('\n'),
            't' if escaped => plain.push('\t'),
            'r' if escaped => plain.push('\r'),
            c => plain.push(c),
        }
        escaped = false;
    }
    plain
}
