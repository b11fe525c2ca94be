//! Turtle, TriG, N-Triples, N-Quads and what of N3 is RDF, piece by piece.
//!
//! In: a reader. Out: quads into a sink. A formula of N3 is a graph with a blank node for a name; variables and rules are
//! refused. A text may be of any length: what is read ahead grows with the token that
//! does not end. Triple terms may nest `DEPTH` deep, for everything that handles one calls itself for its object.

use super::fault::Place;
use crate::error;
use crate::terms::{BlankNode, GraphName, NamedOrBlankNode, Prefixes, Quad, Term, Triple};
use memchr::{memchr2, memchr3};
use oxigraph::io::RdfFormat;
use oxttl::n3::{N3Parser, N3Quad, N3Term};
use oxttl::{NQuadsParser, NTriplesParser, TriGParser, TurtleParser, TurtleSyntaxError};
use std::hash::{BuildHasher, RandomState};
use std::io::{self, Read};

/// How deep triple terms may nest.
const DEPTH: usize = 100;

/// How many bytes are read at a time, at least and at most.
const CHUNK: usize = 1 << 16;
/// How many bytes the first piece has.
const FIRST_CHUNK: usize = 1 << 12;
const LARGEST: usize = 1 << 24;

/// Why reading stopped.
pub enum Stop {
    /// The bytes could not be read.
    Io(io::Error),
    /// The text is wrong.
    Syntax(TurtleSyntaxError),
    /// Triple terms nest too deep, at a place.
    Deep(Place),
    /// A statement of N3 that RDF does not have: which, and why not.
    Beyond(String, &'static str),
    /// The sink refused a quad.
    Sink(error::Error),
}

/// A parser that is given its text in pieces.
trait Pieces {
    fn give(&mut self, piece: &[u8]);
    fn end(&mut self);
    fn quad(&mut self) -> Option<Result<Quad, Stop>>;
    fn prefixes(&self, into: &mut Prefixes);
}

macro_rules! pieces {
    ($parser:ty, $quad:expr, $prefixes:expr) => {
        impl Pieces for $parser {
            fn give(&mut self, piece: &[u8]) {
                self.extend_from_slice(piece);
            }
            fn end(&mut self) {
                self.end();
            }
            fn quad(&mut self) -> Option<Result<Quad, Stop>> {
                Some(self.parse_next()?.map_err(Stop::Syntax).and_then($quad))
            }
            fn prefixes(&self, into: &mut Prefixes) {
                let add: fn(&Self, &mut Prefixes) = $prefixes;
                add(self, into);
            }
        }
    };
}

pieces!(oxttl::turtle::LowLevelTurtleParser, alone, |parser, into| {
    parser.prefixes().for_each(|(name, namespace)| into.insert(name, namespace));
});
pieces!(oxttl::trig::LowLevelTriGParser, Ok, |parser, into| {
    parser.prefixes().for_each(|(name, namespace)| into.insert(name, namespace));
});
pieces!(oxttl::ntriples::LowLevelNTriplesParser, alone, |_, _| {});
pieces!(oxttl::nquads::LowLevelNQuadsParser, Ok, |_, _| {});
pieces!(oxttl::n3::LowLevelN3Parser, plain, |parser, into| {
    parser.prefixes().for_each(|(name, namespace)| into.insert(name, namespace));
});

#[expect(clippy::unnecessary_wraps, reason = "as the other formats")]
fn alone(triple: Triple) -> Result<Quad, Stop> {
    Ok(triple.in_graph(GraphName::DefaultGraph))
}

/// A statement of N3 as RDF has it.
fn plain(quad: N3Quad) -> Result<Quad, Stop> {
    let text = quad.to_string();
    let beyond = |why| Err(Stop::Beyond(text.clone(), why));
    let subject = match quad.subject {
        N3Term::NamedNode(iri) => iri.into(),
        N3Term::BlankNode(node) => node.into(),
        N3Term::Literal(_) => return beyond("a literal cannot be a subject in RDF"),
        N3Term::Triple(_) => return beyond("a triple cannot be a subject in RDF"),
        N3Term::Variable(_) => return beyond("RDF has no variables"),
    };
    let N3Term::NamedNode(predicate) = quad.predicate else {
        return beyond("a predicate is an IRI in RDF");
    };
    let object = match quad.object {
        N3Term::NamedNode(iri) => iri.into(),
        N3Term::BlankNode(node) => node.into(),
        N3Term::Literal(literal) => literal.into(),
        N3Term::Triple(triple) => triple.into(),
        N3Term::Variable(_) => return beyond("RDF has no variables"),
    };
    Ok(Quad { subject, predicate, object, graph_name: quad.graph_name })
}

/// Reads all quads into `sink`, and adds the prefixes that the file declares to `prefixes`; their number.
///
/// # Errors
/// Where the text is wrong or cannot be read, or the sink refuses a quad. A base that is not an IRI is not used.
pub fn read(
    format: RdfFormat,
    base: Option<&str>,
    fresh: bool,
    reader: &mut impl Read,
    prefixes: &mut Prefixes,
    sink: &mut dyn FnMut(Quad) -> error::Result<()>,
) -> Result<u64, Stop> {
    let mut parser: Box<dyn Pieces> = match format {
        RdfFormat::NTriples => Box::new(NTriplesParser::new().low_level()),
        RdfFormat::NQuads => Box::new(NQuadsParser::new().low_level()),
        RdfFormat::TriG => {
            let parser = TriGParser::new();
            let based = base.and_then(|base| parser.clone().with_base_iri(base).ok());
            Box::new(based.unwrap_or(parser).low_level())
        }
        RdfFormat::N3 => {
            let parser = N3Parser::new();
            let based = base.and_then(|base| parser.clone().with_base_iri(base).ok());
            Box::new(based.unwrap_or(parser).low_level())
        }
        _ => {
            let parser = TurtleParser::new();
            let based = base.and_then(|base| parser.clone().with_base_iri(base).ok());
            Box::new(based.unwrap_or(parser).low_level())
        }
    };
    let labels = fresh.then(Labels::default);
    let read = feed(parser.as_mut(), reader, &mut |quad| match &labels {
        Some(labels) => sink(labels.quad(quad)),
        None => sink(quad),
    });
    parser.prefixes(prefixes);
    read
}

fn feed(
    parser: &mut dyn Pieces,
    reader: &mut impl Read,
    sink: &mut dyn FnMut(Quad) -> error::Result<()>,
) -> Result<u64, Stop> {
    // A short text, such as one line that is read by itself, is worth no large buffer.
    let (mut piece, mut filled, mut count) = (vec![0; FIRST_CHUNK], false, 0);
    let mut nesting = Nesting::default();
    loop {
        let before = count;
        while let Some(quad) = parser.quad() {
            sink(quad?).map_err(Stop::Sink)?;
            count += 1;
        }
        if nesting.ended {
            return Ok(count);
        }
        // A token that does not end is looked at anew with each piece: pieces grow with it.
        let most = if count == before { LARGEST } else { CHUNK };
        if filled || piece.len() > most {
            piece.resize((piece.len() * 2).min(most), 0);
        }
        let got = reader.read(&mut piece).map_err(Stop::Io)?;
        filled = got == piece.len();
        let text = piece.get(..got).unwrap_or_default();
        nesting.look(text).map_err(Stop::Deep)?;
        parser.give(text);
        if got == 0 {
            nesting.ended = true;
            parser.end();
        }
    }
}

/// New labels for the labels of a file, the same for the same.
#[derive(Default)]
struct Labels(RandomState, RandomState);

impl Labels {
    fn node(&self, node: &BlankNode) -> BlankNode {
        let halves = (self.0.hash_one(node.as_str()), self.1.hash_one(node.as_str()));
        BlankNode::new_from_unique_id(u128::from(halves.0) << 64 | u128::from(halves.1))
    }

    fn quad(&self, quad: Quad) -> Quad {
        let graph = match quad.graph_name {
            GraphName::BlankNode(node) => self.node(&node).into(),
            other => other,
        };
        self.triple(Triple::new(quad.subject, quad.predicate, quad.object)).in_graph(graph)
    }

    fn triple(&self, triple: Triple) -> Triple {
        let subject = match triple.subject {
            NamedOrBlankNode::BlankNode(node) => self.node(&node).into(),
            other => other,
        };
        let object = match triple.object {
            Term::BlankNode(node) => self.node(&node).into(),
            Term::Triple(inner) => self.triple(*inner).into(),
            other => other,
        };
        Triple::new(subject, triple.predicate, object)
    }
}

/// Where in the text a byte is.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum Within {
    #[default]
    Plain,
    Iri,
    Comment,
    /// In a string, by its quote; long ones have three.
    Text(u8, bool),
}

/// How deep `<<` nests. Only what may begin or end something is looked at; the rest is leapt over.
#[derive(Default)]
struct Nesting {
    within: Within,
    /// The byte before, and how often it came in a row.
    last: u8,
    run: u8,
    escaped: bool,
    depth: usize,
    place: Place,
    ended: bool,
}

impl Nesting {
    /// Looks at the next piece; the place where terms nest too deep.
    fn look(&mut self, piece: &[u8]) -> Result<(), Place> {
        let mut at = 0;
        while let Some(rest) = piece.get(at..).filter(|rest| !rest.is_empty()) {
            let leap = if self.escaped { Some(0) } else { self.leap(rest) };
            let Some(leap) = leap else {
                self.remember(0);
                break;
            };
            if leap > 0 {
                self.remember(0);
            }
            at += leap;
            self.byte(piece.get(at).copied().unwrap_or_default());
            at += 1;
            if self.depth > DEPTH {
                self.place.after(piece.get(..at).unwrap_or_default());
                return Err(self.place);
            }
        }
        self.place.after(piece);
        Ok(())
    }

    /// How many bytes say nothing here.
    fn leap(&self, rest: &[u8]) -> Option<usize> {
        match self.within {
            Within::Iri if self.last == b'<' => Some(0),
            Within::Iri => memchr2(b'>', b'\n', rest),
            Within::Comment => memchr2(b'\n', b'\r', rest),
            Within::Text(quote, _) => memchr3(quote, b'\\', b'\n', rest),
            Within::Plain => {
                rest.iter().position(|byte| matches!(byte, b'\\' | b'#' | b'<' | b'>' | b'"' | b'\''))
            }
        }
    }

    /// Takes a byte for the one before the next; 0 is none.
    fn remember(&mut self, byte: u8) {
        self.run = if byte == self.last && byte != 0 { self.run.saturating_add(1) } else { 1 };
        self.last = byte;
    }

    fn byte(&mut self, byte: u8) {
        if std::mem::take(&mut self.escaped) {
            return self.remember(0);
        }
        let opened = self.within == Within::Iri && self.last == b'<';
        self.remember(byte);
        match (self.within, byte) {
            (Within::Plain | Within::Text(..), b'\\') => self.escaped = true,
            (Within::Plain, b'#') => self.within = Within::Comment,
            (Within::Plain, b'<') => self.within = Within::Iri,
            (Within::Plain, b'>') if self.run == 2 => {
                self.depth = self.depth.saturating_sub(1);
                self.remember(0);
            }
            (Within::Plain, b'"' | b'\'') => {
                // The third in a row opens a long text: the first two were an empty one.
                let long = self.run == 3;
                self.within = Within::Text(byte, long);
                if long {
                    self.remember(0);
                }
            }
            (Within::Iri, b'<') if opened => {
                self.depth += 1;
                self.within = Within::Plain;
                self.remember(0);
            }
            (Within::Iri, b'>' | b'\n')
            | (Within::Comment, b'\n' | b'\r')
            | (Within::Text(_, false), b'\n') => {
                self.within = Within::Plain;
                self.remember(0);
            }
            (Within::Text(quote, long), byte) if byte == quote && (!long || self.run == 3) => {
                self.within = Within::Plain;
                if long {
                    self.remember(0);
                }
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn count(format: RdfFormat, text: &str) -> Result<u64, Stop> {
        read(format, None, true, &mut text.as_bytes(), &mut Prefixes::new(), &mut |_| Ok(()))
    }

    #[test]
    fn triple_terms_nest_to_a_limit() {
        let nest = |depth: usize| {
            format!("<a:s> <a:p> {}<a:o>{} .\n", "<<( <a:s> <a:p> ".repeat(depth), " )>>".repeat(depth))
        };
        for format in [RdfFormat::NTriples, RdfFormat::NQuads, RdfFormat::Turtle, RdfFormat::TriG] {
            assert_eq!(count(format, &nest(DEPTH).repeat(3)).ok(), Some(3), "{format}");
            let text = format!("<a:s> <a:p> <a:o> .\n{}", nest(100_000));
            let Err(Stop::Deep(place)) = count(format, &text) else { panic!("{format}") };
            assert_eq!(place.line, 1, "{format}");
        }
        let reified = format!("{}<a:s> <a:p> <a:o>{} <a:p> 1 .", "<<".repeat(1_000), ">>".repeat(1_000));
        assert!(matches!(count(RdfFormat::Turtle, &reified), Err(Stop::Deep(_))));
    }

    #[test]
    fn what_only_looks_like_nesting_is_none() {
        let marks = "<<(".repeat(300);
        let text = format!(
            r#"@prefix a: <a:> . # {marks}
            a:s a:p "{marks}", "", '', "\"{marks}", '{marks}', """{marks}
            " \" "" {marks}""", '''{marks}''', a:b\'c, a:d, <> , <#> .
            a:s a:p <<( a:s a:p "{marks}" )>> .
            "#
        )
        .replace("<>", "<a:>")
        .replace("<#>", "<a:#>");
        for text in [text.clone(), text.repeat(200)] {
            assert!(count(RdfFormat::Turtle, &text).is_ok());
        }
    }

    #[test]
    fn of_n3_that_is_read_which_is_rdf() {
        // N3: `=` is owl:sameAs, `=>` log:implies; a formula is a graph.
        assert_eq!(
            count(RdfFormat::N3, "@prefix : <a:> . :a = :b . { :a :p :b } => { :a :q ( 1 :c ) } .").ok(),
            Some(8)
        );
        for (text, words) in [
            ("<a:s> <a:p> ?x .", "variables"),
            ("?x <a:p> <a:o> .", "variables"),
            ("1 <a:p> <a:o> .", "subject"),
            ("<a:s> _:p <a:o> .", "predicate"),
        ] {
            let Err(Stop::Beyond(statement, why)) = count(RdfFormat::N3, text) else { panic!("{text}") };
            assert!(
                why.contains(words) && statement.contains("a:p") | statement.contains("a:o"),
                "{statement}: {why}"
            );
        }
        assert!(matches!(count(RdfFormat::N3, "<a:s> <a:p> { <a:s> <a:p> "), Err(Stop::Syntax(_))));
    }

    #[test]
    fn literals_may_be_of_any_length() {
        let long = format!("\\n{}", "x".repeat(17 << 20));
        for (format, text) in [
            (RdfFormat::NTriples, format!("<a:s> <a:p> \"{long}\" .\n<a:s> <a:p> <a:o> .\n")),
            (RdfFormat::NQuads, format!("<a:s> <a:p> \"{long}\" <a:g> .\n<a:s> <a:p> <a:o> .\n")),
            (RdfFormat::Turtle, format!("<a:s> <a:p> \"\"\"{long}\"\"\", <a:o> .")),
            (RdfFormat::N3, format!("<a:s> <a:p> \"\"\"{long}\"\"\", <a:o> .")),
        ] {
            assert_eq!(count(format, &text).ok(), Some(2), "{format}");
        }
    }

    #[test]
    fn fresh_labels_are_the_same_throughout_a_file_and_others_in_the_next() {
        let text = format!("_:x <a:p> _:y .\n{}_:y <a:p> _:x .\n", "<a:s> <a:p> <a:o> .\n".repeat(10_000));
        let labels = || {
            let mut quads = Vec::new();
            let sink = &mut |quad| {
                quads.push(quad);
                Ok(())
            };
            let format = RdfFormat::NTriples;
            assert!(read(format, None, true, &mut text.as_bytes(), &mut Prefixes::new(), sink).is_ok());
            (quads[0].subject.to_string(), quads[10_001].object.to_string())
        };
        let (first, second) = (labels(), labels());
        assert_eq!(first.0, first.1);
        assert_ne!(first.0, second.0);
    }
}
