//! INSERT DATA and DELETE DATA whose quads are plain, read without the grammar: what programs send, thousands of quads at a
//! time.
//!
//! In: the text of an update, prefixes. Out: its operations, the same that the parser gives; nothing where anything in the text
//! is rarer than IRIs of http, simple prefixed names and literals, or wrong: then the parser reads all of it, and tells.

use super::transfers::{Operation, Update};
use crate::terms::{Literal, NamedNode, Prefixes, Term, rdf, xsd};
use baimo_store::sources::lines::iri_length;
use memchr::{memchr2, memmem};
use spargebra::GraphUpdateOperation;
use spargebra::term::{GraphName, GroundQuad, GroundTerm, Quad};

/// Reads an update; nothing where it is not plain. See the module.
pub(super) fn read(text: &str, prefixes: &Prefixes, base: Option<&str>) -> Option<Update> {
    let mut reader = Reader { rest: text, prefixes, declared: Vec::new(), has_base: base.is_some() };
    reader.space();
    while reader.word("PREFIX") {
        reader.declaration()?;
    }
    // Escapes of code points hold before anything else does (SPARQL 1.1, section 19.2).
    if [b"\\u", b"\\U"].iter().any(|escape| memmem::find(text.as_bytes(), *escape).is_some()) {
        return None;
    }
    let mut operations = Vec::new();
    loop {
        operations.push(Operation::Plain(reader.operation()?));
        let more = reader.take(";");
        if reader.rest.is_empty() {
            return Some(Update { operations });
        }
        if !more {
            return None;
        }
    }
}

/// A quad that is plain.
type Row = (NamedNode, NamedNode, Term, GraphName);

/// What is left of the text, with no space before it.
struct Reader<'a> {
    rest: &'a str,
    prefixes: &'a Prefixes,
    /// Those that the text declares itself.
    declared: Vec<(&'a str, &'a str)>,
    has_base: bool,
}

impl<'a> Reader<'a> {
    /// Leaps over space and comments.
    fn space(&mut self) {
        loop {
            self.rest = self.rest.trim_start_matches([' ', '\n', '\t', '\r']);
            if !self.rest.starts_with('#') {
                return;
            }
            let end = memchr2(b'\n', b'\r', self.rest.as_bytes()).unwrap_or(self.rest.len());
            self.skip(end);
        }
    }

    fn skip(&mut self, bytes: usize) {
        self.rest = self.rest.get(bytes..).unwrap_or_default();
    }

    fn byte(&self, at: usize) -> u8 {
        self.rest.as_bytes().get(at).copied().unwrap_or(b' ')
    }

    /// Takes a sign, and the space after it.
    fn take(&mut self, sign: &str) -> bool {
        let Some(rest) = self.rest.strip_prefix(sign) else { return false };
        self.rest = rest;
        self.space();
        true
    }

    /// Takes a keyword, and the space after it.
    fn word(&mut self, word: &str) -> bool {
        let is_it = self.rest.get(..word.len()).is_some_and(|start| start.eq_ignore_ascii_case(word));
        if !is_it || is_name(self.byte(word.len())) || self.byte(word.len()) == b':' {
            return false;
        }
        self.skip(word.len());
        self.space();
        true
    }

    /// The declaration of a prefix.
    fn declaration(&mut self) -> Option<()> {
        let name = self.name()?;
        self.rest = self.rest.strip_prefix(':')?;
        self.space();
        let namespace = self.bracketed()?;
        self.declared.push((name, namespace));
        Some(())
    }

    fn operation(&mut self) -> Option<GraphUpdateOperation> {
        let inserts = self.word("INSERT");
        if !(inserts || self.word("DELETE")) || !self.word("DATA") || !self.take("{") {
            return None;
        }
        let mut rows = Vec::new();
        self.triples(&GraphName::DefaultGraph, &mut rows)?;
        while !self.take("}") {
            if !self.word("GRAPH") {
                return None;
            }
            let name = GraphName::NamedNode(self.iri()?);
            if !self.take("{") {
                return None;
            }
            self.triples(&name, &mut rows)?;
            if !self.take("}") {
                return None;
            }
            self.take(".");
            self.triples(&GraphName::DefaultGraph, &mut rows)?;
        }
        Some(if inserts {
            let quad = |(subject, predicate, object, graph_name): Row| Quad {
                subject: subject.into(),
                predicate,
                object,
                graph_name,
            };
            GraphUpdateOperation::InsertData { data: rows.into_iter().map(quad).collect() }
        } else {
            GraphUpdateOperation::DeleteData { data: rows.into_iter().map(ground).collect::<Option<_>>()? }
        })
    }

    /// Triples up to a bracket or a graph.
    fn triples(&mut self, graph: &GraphName, rows: &mut Vec<Row>) -> Option<()> {
        while !self.rest.starts_with('}') && !self.is_graph() {
            let subject = self.iri()?;
            loop {
                let predicate = self.predicate()?;
                loop {
                    let object = self.object()?;
                    rows.push((subject.clone(), predicate.clone(), object, graph.clone()));
                    if !self.take(",") {
                        break;
                    }
                }
                let mut more = false;
                while self.take(";") {
                    more = true;
                }
                if !more || self.rest.starts_with(['.', '}']) {
                    break;
                }
            }
            if !self.take(".") && !self.rest.starts_with('}') {
                return None;
            }
        }
        Some(())
    }

    fn is_graph(&self) -> bool {
        self.rest.get(..5).is_some_and(|word| word.eq_ignore_ascii_case("GRAPH"))
            && !is_name(self.byte(5))
            && self.byte(5) != b':'
    }

    /// An IRI in brackets.
    fn bracketed(&mut self) -> Option<&'a str> {
        let inner = self.rest.strip_prefix('<')?;
        let length = iri_length(inner.as_bytes())?;
        let iri = inner.get(..length)?;
        // With a base the parser takes `/../` out of a path.
        if self.has_base && iri.contains("/.") {
            return None;
        }
        self.skip(length + 2);
        self.space();
        Some(iri)
    }

    fn iri(&mut self) -> Option<NamedNode> {
        if self.rest.starts_with('<') {
            return self.bracketed().map(NamedNode::new_unchecked);
        }
        let prefix = self.name()?;
        let local = self.rest.strip_prefix(':')?;
        let length = local.bytes().take_while(is_plain).count();
        let after = local.as_bytes().get(length).copied().unwrap_or(b' ');
        // A name may have more in it, but for what ends it here.
        let ends = matches!(after, b' ' | b'\n' | b'\t' | b'\r' | b';' | b',' | b'}' | b'{');
        let dot = after == b'.'
            && matches!(local.as_bytes().get(length + 1), None | Some(b' ' | b'\n' | b'\r' | b'}'));
        let local_name = local.get(..length).filter(|name| !name.starts_with('-') && (ends || dot))?;
        let declared = self.declared.iter().rev().find(|(name, _)| *name == prefix);
        let namespace = match declared {
            Some((_, namespace)) => *namespace,
            None => self.prefixes.namespace(prefix)?,
        };
        // Behind a host a name could be part of it.
        let path = namespace.strip_prefix("http://").or_else(|| namespace.strip_prefix("https://"))?;
        if !path.contains('/') || !(namespace.ends_with('/') || namespace.ends_with('#')) {
            return None;
        }
        self.rest = local.get(length..)?;
        self.space();
        Some(NamedNode::new_unchecked(format!("{namespace}{local_name}")))
    }

    /// The name of a prefix, perhaps none.
    fn name(&mut self) -> Option<&'a str> {
        let length = self.rest.bytes().take_while(is_plain).count();
        let name = self.rest.get(..length)?;
        let starts = name.is_empty() || name.starts_with(|c: char| c.is_ascii_alphabetic());
        starts.then(|| {
            self.skip(length);
            name
        })
    }

    fn predicate(&mut self) -> Option<NamedNode> {
        if self.rest.starts_with('a') && matches!(self.byte(1), b' ' | b'\n' | b'\t' | b'\r' | b'<') {
            self.skip(1);
            self.space();
            return Some(rdf::TYPE.into_owned());
        }
        self.iri()
    }

    fn object(&mut self) -> Option<Term> {
        match self.byte(0) {
            b'"' => self.literal().map(Term::from),
            b'0'..=b'9' | b'+' | b'-' => self.number().map(Term::from),
            _ => {
                for word in ["true", "false"] {
                    if self.rest.starts_with(word) && self.word(word) {
                        return Some(Literal::new_typed_literal(word, xsd::BOOLEAN).into());
                    }
                }
                self.iri().map(Term::from)
            }
        }
    }

    fn number(&mut self) -> Option<Literal> {
        let text = self.rest;
        let digits = |at: usize| {
            text.as_bytes().get(at..).unwrap_or_default().iter().take_while(|b| b.is_ascii_digit()).count()
        };
        let sign = usize::from(text.starts_with(['+', '-']));
        let whole = digits(sign);
        let (mut end, mut datatype) = (sign + whole, xsd::INTEGER);
        let fraction = digits(end + 1);
        if self.byte(end) == b'.' && fraction > 0 {
            end += 1 + fraction;
            datatype = xsd::DECIMAL;
        }
        let dotted = self.byte(end) == b'.'
            && (self.byte(end + 1).is_ascii_digit() || matches!(self.byte(end + 1), b'e' | b'E'));
        if whole == 0 || dotted || is_name(self.byte(end)) || self.byte(end) == b':' {
            return None;
        }
        self.skip(end);
        self.space();
        Some(Literal::new_typed_literal(text.get(..end)?, datatype))
    }

    fn literal(&mut self) -> Option<Literal> {
        let inner = self.rest.get(1..)?;
        let mut value = String::new();
        let mut at = 0;
        loop {
            let rest = inner.get(at..)?;
            let plain = memchr2(b'"', b'\\', rest.as_bytes())?;
            value.push_str(rest.get(..plain)?);
            at += plain + 1;
            if rest.as_bytes().get(plain) == Some(&b'"') {
                break;
            }
            value.push(match rest.as_bytes().get(plain + 1)? {
                b't' => '\t',
                b'n' => '\n',
                b'r' => '\r',
                b'b' => '\u{8}',
                b'f' => '\u{C}',
                quoted @ (b'"' | b'\'' | b'\\') => char::from(*quoted),
                _ => return None,
            });
            at += 1;
        }
        // Three quotes open a longer string.
        let is_long = at == 1 && inner.get(1..)?.starts_with('"');
        if is_long || memchr2(b'\n', b'\r', inner.get(..at)?.as_bytes()).is_some() {
            return None;
        }
        self.rest = inner.get(at..)?;
        if let Some(tag) = self.rest.strip_prefix('@') {
            let length = tag.bytes().take_while(u8::is_ascii_lowercase).count();
            let tag = tag.get(..length).filter(|tag| matches!(tag.len(), 2 | 3))?;
            if matches!(self.byte(1 + length), b'-' | b'A'..=b'Z') {
                return None;
            }
            self.skip(1 + length);
            self.space();
            return Some(Literal::new_language_tagged_literal_unchecked(value, tag));
        }
        if self.take("^^") {
            // Strings with a language have one.
            let datatype = self.iri().filter(|datatype| !datatype.as_str().ends_with("angString"))?;
            return Some(Literal::new_typed_literal(value, datatype));
        }
        self.space();
        Some(Literal::new_simple_literal(value))
    }
}

/// What is part of a name here.
fn is_plain(byte: &u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-')
}

/// What may be part of a name, and so does not end one.
fn is_name(byte: u8) -> bool {
    is_plain(&byte) || byte >= 0x80
}

/// A row to take away.
fn ground((subject, predicate, object, graph_name): Row) -> Option<GroundQuad> {
    let object = match object {
        Term::NamedNode(iri) => GroundTerm::NamedNode(iri),
        Term::Literal(literal) => literal.into(),
        Term::BlankNode(_) | Term::Triple(_) => return None,
    };
    Some(GroundQuad { subject, predicate, object, graph_name })
}

#[cfg(test)]
mod tests {
    use super::*;
    use spargebra::SparqlParser;

    fn prefixes() -> Prefixes {
        let mut prefixes = Prefixes::well_known();
        prefixes.insert("", "http://example.org/");
        prefixes.insert("host", "http://example.org");
        prefixes.insert("urn", "urn:x:");
        prefixes
    }

    /// What the grammar gives for a text.
    fn parsed(text: &str, base: Option<&str>) -> Option<Vec<GraphUpdateOperation>> {
        let mut parser = SparqlParser::new();
        if let Some(base) = base {
            parser = parser.with_base_iri(base).unwrap();
        }
        for (name, namespace) in prefixes().iter() {
            parser = parser.with_prefix(name, namespace).unwrap();
        }
        parser.parse_update(text).ok().map(|update| update.operations)
    }

    #[test]
    fn what_is_read_here_is_what_the_grammar_says() {
        let terms = [
            "<http://example.org/x>",
            "<http://example.org/a/../b>",
            "<http://example.org/.>",
            "<http://a b/>",
            "<relative>",
            "<urn:x:y>",
            "<http://example.org/\\u0041>",
            "<>",
            ":x",
            ":",
            ":x.y",
            ":x.",
            ":-x",
            ":x-",
            ":x:y",
            ":x%41",
            ":1",
            ":é",
            "host:8080",
            "host:x",
            "urn:x",
            "nowhere:x",
            "rdf:type",
            "a",
            "a:b",
            "true",
            "false",
            "TRUE",
            "true:x",
            "trueish",
            "1",
            "+1",
            "-1",
            "01",
            "1.",
            "1.5",
            "1.5.",
            "1.5.5",
            ".5",
            "1e5",
            "1.e5",
            "1.5e5",
            "1x",
            "1:x",
            "+",
            "\"\"",
            "\"a\"",
            "\"a\\\"b\\\\\"",
            "\"\\t\\n\\r\\b\\f\\'\"",
            "\"\\x\"",
            "\"\\u0041\"",
            "\"a\nb\"",
            "\"a\rb\"",
            "\"\"\"long\nstring\"\"\"",
            "\"\"\"\"\"\"",
            "'a'",
            "\"a",
            "\"a\\\"",
            "\"a\"@en",
            "\"a\"@EN",
            "\"a\"@en-GB",
            "\"a\"@e",
            "\"a\"@eng.",
            "\"a\"@english",
            "\"a\"@ar--rtl",
            "\"a\" @en",
            "\"1\"^^xsd:integer",
            "\"1\"^^<http://example.org/t>",
            "\"1\" ^^ xsd:integer",
            "\"1\"^^xsd:string",
            "\"1\"^^rdf:langString",
            "\"1\"^^\"2\"",
            "_:b",
            "[]",
            "[ :p 1 ]",
            "(1 2)",
            "?x",
            "<<( :s :p :o )>>",
            "<< :s :p :o >>",
            "GRAPH",
            "graph:x",
            "{",
            "}",
            "",
            "\"}\"",
            "\"#\"",
            "<http://example.org/#x>",
            "# comment\n:x",
            "# comment\r:x",
            "\"a\"# c\n",
        ];
        let mut read_here = 0;
        for term in terms {
            for text in [
                format!("INSERT DATA {{ :s :p {term} }}"),
                format!("INSERT DATA{{:s :p {term}.}}"),
                format!("delete data {{ :s :p {term} ; :q {term}, 2 ; ; . :t a {term} . }} ;"),
                format!("INSERT DATA {{ {term} :p 1 . :s {term} 2 }}"),
                format!(
                    "INSERT DATA {{ :s :p 1, {term} GRAPH {term} {{ :s :p {term} }} . :s :p 2 GRAPH :g {{ }} }}"
                ),
                format!(
                    "INSERT DATA {{ :s :p {term} . GRAPH :g {{ :s :p {term} . }} GRAPH :h {{ {term} a :C }} }}"
                ),
                format!("INSERT DATA {{ :s :p 1 }} ; DELETE DATA {{ :s :p {term} }} # the end"),
                format!("PREFIX p: <http://example.org/p#> prefix : {term}\nINSERT DATA {{ p:s :p p:o }}"),
                format!("INSERT DATA {{ :s :p :o {term} }}"),
                format!("INSERT DATA {{ :s :p :o . }} {term}"),
                format!("INSERT DATA {{ :s :p :o ; {term} }}"),
                format!("{term} INSERT DATA {{ }}"),
                format!("INSERT DATA {{ :s :p {term} }} DELETE DATA {{ :s :p {term} }}"),
                format!(
                    "INSERT DATA {{ :s :p {term} }} ; PREFIX : <http://example.org/q#> DELETE DATA {{ :s :p 1 }}"
                ),
                format!("VERSION \"1.2\" INSERT DATA {{ :s :p {term} }}"),
                format!("WITH :g INSERT DATA {{ :s :p {term} }}"),
                format!("INSERT DATA {{ :s :p {term} }} ;;"),
            ] {
                for base in [None, Some("http://example.org/base/x")] {
                    let Some(update) = read(&text, &prefixes(), base) else { continue };
                    read_here += 1;
                    let found = update.operations.into_iter().map(|operation| match operation {
                        Operation::Plain(operation) => operation,
                        Operation::Transfer(_) => unreachable!(),
                    });
                    assert_eq!(Some(found.collect::<Vec<_>>()), parsed(&text, base), "{text:?}");
                }
            }
        }
        assert!(read_here > 250, "{read_here}");
    }

    #[test]
    fn what_is_wrong_or_rarer_is_left_to_the_grammar() {
        for text in [
            "INSERT DATA { :s :p 1 } INSERT DATA { :s :p 2 }",
            "INSERT DATA { :s :p 1 } ; PREFIX : <http://example.org/q#> INSERT DATA { :s :p 2 }",
            "INSERT DATA { :s :p 1 } ;;",
            "VERSION \"1.2\" INSERT DATA { :s :p 1 }",
            "BASE <http://example.org/> INSERT DATA { :s :p 1 }",
            "WITH :g INSERT DATA { :s :p 1 }",
            "INSERT DATA { :s :p _:b }",
            "DELETE WHERE { :s :p 1 }",
            "",
        ] {
            assert!(read(text, &prefixes(), None).is_none(), "{text}");
        }
    }

    #[test]
    fn what_programs_send_is_read_here() {
        let text = "PREFIX ex: <http://example.org/x#>\nINSERT DATA {\n  ex:a a ex:C ; rdfs:label \"A \\\"quoted\\\" one\"@en , \"b\" ;\n  \
                    ex:n 5, -2.50, true, \"2024-01-01\"^^xsd:date .\n  <http://example.org/é?x=%20> ex:p ex:o-2.\n  \
                    GRAPH <http://example.org/g> { ex:a ex:p 1 . }\n} ;\nDELETE DATA { ex:a ex:p ex:b } ;";
        let update = read(text, &prefixes(), None).unwrap();
        assert_eq!(update.operations.len(), 2);
    }
}
