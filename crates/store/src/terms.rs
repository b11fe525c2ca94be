//! The nouns: RDF terms, prefixes, compact IRIs, and which properties name a thing.
//!
//! In: IRIs and terms. Out: the short forms people read and type. It knows no graph, no query and
//! no other part of baimo.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::ops::Bound;

pub use oxrdf::dataset::{CanonicalizationAlgorithm, CanonicalizationHashAlgorithm, Dataset};
pub use oxrdf::vocab::{rdf, rdfs, xsd};
pub use oxrdf::{
    BaseDirection, BlankNode, BlankNodeRef, GraphName, GraphNameRef, Literal, LiteralRef, NamedNode,
    NamedNodeRef, NamedOrBlankNode, Quad, QuadRef, Term, TermRef, Triple, Variable,
};

/// Prefixes that are in scope wherever nothing else claims them: the ones every linked-data
/// engineer types without looking up.
pub const WELL_KNOWN: &[(&str, &str)] = &[
    ("rdf", "http://www.w3.org/1999/02/22-rdf-syntax-ns#"),
    ("rdfs", "http://www.w3.org/2000/01/rdf-schema#"),
    ("owl", "http://www.w3.org/2002/07/owl#"),
    ("xsd", "http://www.w3.org/2001/XMLSchema#"),
    ("skos", "http://www.w3.org/2004/02/skos/core#"),
    ("dcterms", "http://purl.org/dc/terms/"),
    ("dc", "http://purl.org/dc/elements/1.1/"),
    ("foaf", "http://xmlns.com/foaf/0.1/"),
    ("schema", "https://schema.org/"),
    ("prov", "http://www.w3.org/ns/prov#"),
    ("qb", "http://purl.org/linked-data/cube#"),
    ("dcat", "http://www.w3.org/ns/dcat#"),
    ("void", "http://rdfs.org/ns/void#"),
    ("sh", "http://www.w3.org/ns/shacl#"),
    ("org", "http://www.w3.org/ns/org#"),
    ("geo", "http://www.opengis.net/ont/geosparql#"),
    ("time", "http://www.w3.org/2006/time#"),
    ("vann", "http://purl.org/vocab/vann/"),
    ("wd", "http://www.wikidata.org/entity/"),
    ("wdt", "http://www.wikidata.org/prop/direct/"),
    ("dbr", "http://dbpedia.org/resource/"),
    ("dbo", "http://dbpedia.org/ontology/"),
    ("fn", "http://www.w3.org/2005/xpath-functions#"),
];

/// Properties whose object is the main name of their subject, best first.
pub const NAMING: &[&str] = &[
    "http://www.w3.org/2004/02/skos/core#prefLabel",
    "http://www.w3.org/2000/01/rdf-schema#label",
    "https://schema.org/name",
    "http://schema.org/name",
    "http://xmlns.com/foaf/0.1/name",
    "http://purl.org/dc/terms/title",
    "http://purl.org/dc/elements/1.1/title",
];

/// Properties whose object is another name of their subject.
pub const OTHER_NAMES: &[&str] = &[
    "http://www.w3.org/2004/02/skos/core#altLabel",
    "http://www.w3.org/2004/02/skos/core#hiddenLabel",
    "https://schema.org/alternateName",
    "http://schema.org/alternateName",
];

/// A set of prefixes, each with its namespace, to shorten IRIs with and to read short ones.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Prefixes {
    by_name: BTreeMap<String, String>,
    by_namespace: BTreeMap<String, String>,
}

impl Prefixes {
    /// No prefix at all.
    pub fn new() -> Self {
        Self::default()
    }

    /// The [`WELL_KNOWN`] ones.
    pub fn well_known() -> Self {
        let mut prefixes = Self::new();
        for (name, namespace) in WELL_KNOWN {
            prefixes.insert(*name, *namespace);
        }
        prefixes
    }

    /// Adds a prefix (without its colon), replacing one of the same name. Where two prefixes
    /// share a namespace, the later one shortens it.
    pub fn insert(&mut self, name: impl Into<String>, namespace: impl Into<String>) {
        let (name, namespace) = (name.into(), namespace.into());
        if let Some(old) = self.by_name.insert(name.clone(), namespace.clone())
            && self.by_namespace.get(&old) == Some(&name)
        {
            self.by_namespace.remove(&old);
        }
        self.by_namespace.insert(namespace, name);
    }

    /// Adds all of `other`, which win over those of the same name here.
    pub fn extend(&mut self, other: &Self) {
        for (name, namespace) in other.iter() {
            self.insert(name, namespace);
        }
    }

    /// The namespace of a prefix (without its colon).
    pub fn namespace(&self, name: &str) -> Option<&str> {
        self.by_name.get(name).map(String::as_str)
    }

    /// Prefixes and their namespaces, sorted by prefix.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.by_name.iter().map(|(name, namespace)| (name.as_str(), namespace.as_str()))
    }

    /// The IRI that a prefixed name stands for, or nothing where its prefix is not known.
    /// Backslash escapes of the local part (`PN_LOCAL_ESC`) are undone.
    pub fn expand(&self, name: &str) -> Option<String> {
        let (prefix, local) = name.split_once(':')?;
        let mut iri = self.by_name.get(prefix)?.clone();
        iri.extend(local.chars().filter(|c| *c != '\\'));
        Some(iri)
    }

    /// The prefix and the local part of an IRI, where the longest matching namespace leaves a
    /// local part that Turtle and SPARQL can write without an escape.
    pub fn split<'a>(&'a self, iri: &'a str) -> Option<(&'a str, &'a str)> {
        // Every namespace that is a prefix of `iri` sorts at or before it; the nearest such is the longest.
        let mut end = iri.len();
        while let Some((namespace, name)) = self.by_namespace.range::<str, _>(upto(&iri[..end])).next_back() {
            if let Some(local) = iri.strip_prefix(namespace.as_str()) {
                if is_local_name(local) {
                    return Some((name, local));
                }
                end = namespace.len();
                if end == 0 {
                    return None;
                }
                end -= 1;
            } else {
                end = common_prefix(namespace, &iri[..end]);
                if end == 0 {
                    return None;
                }
            }
            while !iri.is_char_boundary(end) {
                end -= 1;
            }
        }
        None
    }

    /// The short form of an IRI (`vendor:baidu`), where there is one. See [`Self::split`].
    pub fn compact(&self, iri: &str) -> Option<String> {
        self.split(iri).map(|(prefix, local)| format!("{prefix}:{local}"))
    }

    /// A term as Turtle and SPARQL write it, with IRIs short where they can be, plain numbers and
    /// booleans bare, and characters outside ASCII as they are.
    pub fn show(&self, term: TermRef<'_>) -> String {
        let mut out = String::new();
        self.write(&mut out, term);
        out
    }

    /// Appends [`Self::show`] of `term` to `out`.
    pub fn write(&self, out: &mut String, term: TermRef<'_>) {
        match term {
            TermRef::NamedNode(iri) => self.write_iri(out, iri.as_str()),
            TermRef::BlankNode(node) => {
                out.push_str("_:");
                out.push_str(node.as_str());
            }
            TermRef::Literal(literal) => {
                let (value, datatype) = (literal.value(), literal.datatype());
                if is_bare(value, datatype.as_str()) {
                    out.push_str(value);
                    return;
                }
                quote(out, value);
                if let Some(language) = literal.language() {
                    out.push('@');
                    out.push_str(language);
                    if let Some(direction) = literal.direction() {
                        let _ = write!(out, "--{direction}");
                    }
                } else if datatype != xsd::STRING {
                    out.push_str("^^");
                    self.write_iri(out, datatype.as_str());
                }
            }
            TermRef::Triple(triple) => {
                out.push_str("<<( ");
                self.write(out, triple.subject.as_ref().into());
                out.push(' ');
                self.write_iri(out, triple.predicate.as_str());
                out.push(' ');
                self.write(out, triple.object.as_ref());
                out.push_str(" )>>");
            }
        }
    }

    fn write_iri(&self, out: &mut String, iri: &str) {
        if let Some((prefix, local)) = self.split(iri) {
            out.push_str(prefix);
            out.push(':');
            out.push_str(local);
        } else {
            out.push('<');
            out.push_str(iri);
            out.push('>');
        }
    }
}

/// Whether Turtle's short forms for integers, decimals, doubles and booleans give this very literal.
pub fn is_bare(value: &str, datatype: &str) -> bool {
    let Some(kind) = datatype.strip_prefix("http://www.w3.org/2001/XMLSchema#") else { return false };
    let digits = |s: &str| !s.is_empty() && s.bytes().all(|b| b.is_ascii_digit());
    let unsigned = value.strip_prefix(['+', '-']).unwrap_or(value);
    let decimal = |s: &str| {
        s.split_once('.').is_some_and(|(whole, part)| (whole.is_empty() || digits(whole)) && digits(part))
    };
    match kind {
        "boolean" => value == "true" || value == "false",
        "integer" => digits(unsigned),
        "decimal" => decimal(unsigned),
        "double" => unsigned.split_once(['e', 'E']).is_some_and(|(mantissa, exponent)| {
            (digits(mantissa) || decimal(mantissa))
                && digits(exponent.strip_prefix(['+', '-']).unwrap_or(exponent))
        }),
        _ => false,
    }
}

/// Whether `value` is in the lexical space of an XML Schema datatype; true for datatypes not known here.
pub fn is_valid(value: &str, datatype: &str) -> bool {
    let Some(kind) = datatype.strip_prefix("http://www.w3.org/2001/XMLSchema#") else { return true };
    match kind {
        "integer" => value.parse::<oxsdatatypes::Integer>().is_ok(),
        "decimal" => value.parse::<oxsdatatypes::Decimal>().is_ok(),
        "double" => value.parse::<oxsdatatypes::Double>().is_ok(),
        "float" => value.parse::<oxsdatatypes::Float>().is_ok(),
        "boolean" => value.parse::<oxsdatatypes::Boolean>().is_ok(),
        "date" => value.parse::<oxsdatatypes::Date>().is_ok(),
        "dateTime" => value.parse::<oxsdatatypes::DateTime>().is_ok(),
        "time" => value.parse::<oxsdatatypes::Time>().is_ok(),
        "gYear" => value.parse::<oxsdatatypes::GYear>().is_ok(),
        "gYearMonth" => value.parse::<oxsdatatypes::GYearMonth>().is_ok(),
        "gMonthDay" => value.parse::<oxsdatatypes::GMonthDay>().is_ok(),
        "duration" => value.parse::<oxsdatatypes::Duration>().is_ok(),
        _ => true,
    }
}

/// Whether `local` can follow a prefix without escapes, by a subset of Turtle's `PN_LOCAL`.
pub fn is_local_name(local: &str) -> bool {
    let inner = |c: char| c == '_' || c == '-' || c == '.' || c == ':' || is_name_char(c);
    local.chars().next().is_none_or(|c| c == '_' || c == ':' || is_name_char(c))
        && !local.ends_with('.')
        && local.chars().all(inner)
}

fn is_name_char(c: char) -> bool {
    // PN_CHARS_BASE of the Turtle grammar, and the digits.
    matches!(c, 'A'..='Z' | 'a'..='z' | '0'..='9' | '\u{C0}'..='\u{D6}' | '\u{D8}'..='\u{F6}'
        | '\u{F8}'..='\u{2FF}' | '\u{370}'..='\u{37D}' | '\u{37F}'..='\u{1FFF}'
        | '\u{200C}'..='\u{200D}' | '\u{2070}'..='\u{218F}' | '\u{2C00}'..='\u{2FEF}'
        | '\u{3001}'..='\u{D7FF}' | '\u{F900}'..='\u{FDCF}' | '\u{FDF0}'..='\u{FFFD}'
        | '\u{10000}'..='\u{EFFFF}')
}

fn upto(end: &str) -> (Bound<&str>, Bound<&str>) {
    (Bound::Unbounded, Bound::Included(end))
}

fn common_prefix(a: &str, b: &str) -> usize {
    a.bytes().zip(b.bytes()).take_while(|(x, y)| x == y).count()
}

/// Appends `value` as a quoted Turtle string; only what must be escaped is.
pub fn quote(out: &mut String, value: &str) {
    out.push('"');
    let mut from = 0;
    for (at, byte) in value.bytes().enumerate() {
        if byte >= b' ' && !matches!(byte, b'"' | b'\\' | 0x7F) {
            continue;
        }
        out.push_str(value.get(from..at).unwrap_or_default());
        from = at + 1;
        match byte {
            b'"' => out.push_str("\\\""),
            b'\\' => out.push_str("\\\\"),
            b'\n' => out.push_str("\\n"),
            b'\r' => out.push_str("\\r"),
            b'\t' => out.push_str("\\t"),
            0x8 => out.push_str("\\b"),
            0xC => out.push_str("\\f"),
            _ => {
                let _ = write!(out, "\\u{byte:04X}");
            }
        }
    }
    out.push_str(value.get(from..).unwrap_or_default());
    out.push('"');
}

#[cfg(test)]
mod tests {
    use super::*;

    fn prefixes() -> Prefixes {
        let mut prefixes = Prefixes::well_known();
        prefixes.insert("b", "https://w3id.org/baimo/");
        prefixes.insert("vendor", "https://w3id.org/baimo/vendor/");
        prefixes
    }

    #[test]
    fn the_longest_namespace_wins_and_a_shorter_one_serves_where_it_cannot() {
        let p = prefixes();
        assert_eq!(p.compact("https://w3id.org/baimo/vendor/baidu").unwrap(), "vendor:baidu");
        assert_eq!(p.compact("https://w3id.org/baimo/x").unwrap(), "b:x");
        assert_eq!(p.compact("https://w3id.org/baimo/vendors/x"), None, "a slash needs an escape");
        assert_eq!(p.compact("https://w3id.org/baimo/vendor/百度").unwrap(), "vendor:百度");
        assert_eq!(p.compact("https://example.org/"), None);
        assert_eq!(p.compact("百度"), None);
    }

    #[test]
    fn short_and_long_forms_are_inverse() {
        let p = prefixes();
        for iri in ["https://w3id.org/baimo/vendor/baidu", "http://www.w3.org/2001/XMLSchema#date"] {
            assert_eq!(p.expand(&p.compact(iri).unwrap()).unwrap(), iri);
        }
        assert_eq!(p.expand("nope:x"), None);
    }

    #[test]
    fn terms_read_like_turtle() {
        let p = prefixes();
        let show = |t: Term| p.show(t.as_ref());
        assert_eq!(show(Literal::from(7).into()), "7");
        assert_eq!(show(Literal::new_typed_literal("07.", xsd::DECIMAL).into()), "\"07.\"^^xsd:decimal");
        assert_eq!(show(Literal::new_simple_literal("a\"百\n").into()), "\"a\\\"百\\n\"");
        assert_eq!(show(Literal::new_language_tagged_literal("百度", "zh").unwrap().into()), "\"百度\"@zh");
    }
}
