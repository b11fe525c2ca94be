//! Did you mean: the nearest keyword, function, prefix or name of the graph to a misspelt word.
//!
//! In: a word and what is known. Out: suggestions. A word further off than a third of its letters has
//! none.

use crate::advise::Knowledge;
use crate::engine::syntax::tokens::{FUNCTIONS, KEYWORDS};
use crate::terms::{Term, WELL_KNOWN};

/// Namespaces that people use without a declaration, beyond those always in scope.
const COMMON: &[(&str, &str)] = &[
    ("dct", "http://purl.org/dc/terms/"),
    ("dbp", "http://dbpedia.org/property/"),
    ("dbpedia", "http://dbpedia.org/resource/"),
    ("p", "http://www.wikidata.org/prop/"),
    ("ps", "http://www.wikidata.org/prop/statement/"),
    ("pq", "http://www.wikidata.org/prop/qualifier/"),
    ("wikibase", "http://wikiba.se/ontology#"),
    ("bd", "http://www.bigdata.com/rdf#"),
    ("gn", "http://www.geonames.org/ontology#"),
    ("vcard", "http://www.w3.org/2006/vcard/ns#"),
    ("sioc", "http://rdfs.org/sioc/ns#"),
    ("doap", "http://usefulinc.com/ns/doap#"),
    ("geosparql", "http://www.opengis.net/ont/geosparql#"),
    ("wgs84", "http://www.w3.org/2003/01/geo/wgs84_pos#"),
    ("bibo", "http://purl.org/ontology/bibo/"),
    ("ex", "http://example.org/"),
];

/// The nearest of `candidates`, letter case aside, where it is near enough to be meant.
pub(super) fn nearest<'c>(word: &str, candidates: impl Iterator<Item = &'c str>) -> Option<&'c str> {
    let wanted = word.to_lowercase();
    let letters = wanted.chars().count();
    let limit = (letters / 3).max(1);
    // Words are at least as far apart as their lengths: a word of a million letters costs nothing.
    candidates
        .filter(|candidate| candidate.chars().count().abs_diff(letters) <= limit)
        .map(|candidate| (strsim::damerau_levenshtein(&wanted, &candidate.to_lowercase()), candidate))
        .filter(|(wrong, candidate)| *wrong <= limit && *wrong < candidate.chars().count())
        .min_by_key(|(wrong, candidate)| {
            (*wrong, candidate.chars().count().abs_diff(wanted.chars().count()), *candidate)
        })
        .map(|(_, candidate)| candidate)
}

/// The keyword that was meant.
pub(super) fn keyword(word: &str) -> Option<&'static str> {
    nearest(word, KEYWORDS.iter().copied().filter(|keyword| keyword.len() > 2))
}

/// The function that was meant: the nearest, or the one that other languages call so.
pub(super) fn function(word: &str) -> Option<&'static str> {
    const FOREIGN: &[(&str, &str)] = &[
        ("LEN", "STRLEN"),
        ("LENGTH", "STRLEN"),
        ("LOWER", "LCASE"),
        ("TOLOWER", "LCASE"),
        ("UPPER", "UCASE"),
        ("TOUPPER", "UCASE"),
        ("SUBSTRING", "SUBSTR"),
        ("STARTSWITH", "STRSTARTS"),
        ("STARTS_WITH", "STRSTARTS"),
        ("ENDSWITH", "STRENDS"),
        ("ENDS_WITH", "STRENDS"),
        ("IFNULL", "COALESCE"),
        ("NVL", "COALESCE"),
        ("STRING", "STR"),
        ("AVERAGE", "AVG"),
        ("MEAN", "AVG"),
        ("COLLECT", "GROUP_CONCAT"),
        ("STRING_AGG", "GROUP_CONCAT"),
        ("LANGUAGE", "LANG"),
        ("TYPE", "DATATYPE"),
        ("CURRENT_DATE", "NOW"),
        ("TO_CHAR", "STR"),
    ];
    let foreign =
        FOREIGN.iter().find(|(foreign, _)| foreign.eq_ignore_ascii_case(word)).map(|(_, ours)| *ours);
    foreign.or_else(|| nearest(word, FUNCTIONS.iter().map(|(function, ..)| *function)))
}

/// The namespace that a prefix commonly stands for.
pub(super) fn namespace(prefix: &str) -> Option<&'static str> {
    COMMON.iter().chain(WELL_KNOWN).find(|(name, _)| *name == prefix).map(|(_, namespace)| *namespace)
}

/// The prefixed name that a word of RDF Schema or XML Schema has.
pub(super) fn well_known(word: &str) -> Option<String> {
    const OF_XSD: &[&str] = &[
        "boolean",
        "date",
        "dateTime",
        "decimal",
        "double",
        "duration",
        "float",
        "gYear",
        "gYearMonth",
        "int",
        "integer",
        "long",
        "string",
        "time",
    ];
    const OF_RDFS: &[&str] =
        &["comment", "domain", "label", "range", "seeAlso", "subClassOf", "subPropertyOf"];
    let of = |prefix: &str, names: &[&str]| {
        let name = names.iter().find(|name| name.eq_ignore_ascii_case(word))?;
        Some(format!("{prefix}:{name}"))
    };
    of("xsd", OF_XSD).or_else(|| of("rdfs", OF_RDFS))
}

/// The things of the graph that a bare word may name, as prefixed names or IRIs, at most three.
pub(super) fn things(word: &str, known: &Knowledge<'_>) -> Vec<String> {
    let hits = known.names().search(word, 3);
    hits.iter()
        .filter(|hit| hit.distance < 2 || hits.first().is_some_and(|best| best.distance == hit.distance))
        .map(|hit| match known.graph.term(hit.id) {
            Term::NamedNode(iri) => known.prefixes.show(Term::from(iri).as_ref()),
            other => known.prefixes.show(other.as_ref()),
        })
        .filter(|shown| !shown.starts_with("_:"))
        .collect()
}
