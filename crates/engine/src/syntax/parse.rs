//! SPARQL text to algebra, with the prefixes in scope and the text as the user typed it.
//!
//! In: text, prefixes, base. Out: `spargebra`'s algebra, or an error with the true place. Knows
//! no data.

use super::transfers::{self, Update};
use super::{aggregates, algebra, allowed, data, deep, nesting, signs, tokens};
use crate::error::{Error, Result};
use crate::governor::Governor;
use crate::terms::Prefixes;
use spargebra::{GraphUpdateOperation, Query, SparqlParser};

/// Parses a query. Prefixes in scope need no declaration; those declared in the text win.
///
/// # Errors
/// Where the text is not a SPARQL 1.1 or 1.2 query.
pub fn query(text: &str, prefixes: &Prefixes, base: Option<&str>) -> Result<Query> {
    let depth = nesting::check("query", text)?;
    deep::on_stack(depth, || {
        let read = |text: &str| {
            let parser = parser(text, prefixes, base)?;
            parser
                .parse_query(text)
                .map_err(|error| Error::query("this is not a SPARQL query").because(error))
        };
        let mut query = read(text).or_else(|error| said_otherwise(text, read).ok_or(error))?;
        deep::flatten(algebra::pattern_mut(&mut query))?;
        aggregates::check(algebra::pattern(&query))?;
        signs::join(text, algebra::pattern_mut(&mut query));
        Ok(query)
    })?
}

/// Parses an update. See [`query`].
///
/// # Errors
/// Where the text is not a SPARQL 1.1 or 1.2 update.
pub fn update(text: &str, prefixes: &Prefixes, base: Option<&str>) -> Result<Update> {
    if let Some(update) = data::read(text, prefixes, base) {
        return Ok(update);
    }
    let depth = nesting::check("update", text)?;
    let parser = parser(text, prefixes, base)?;
    deep::on_stack(depth, || {
        let read = |text: &str| {
            let parsed = parser.clone().parse_update(text);
            parsed.map_err(|error| Error::query("this is not a SPARQL update").because(error))
        };
        let parse = |text: &str| {
            let update = read(text).or_else(|error| said_otherwise(text, read).ok_or(error))?;
            let mut operations = update.operations;
            for operation in &mut operations {
                if let GraphUpdateOperation::DeleteInsert { pattern, .. } = operation {
                    deep::flatten(pattern)?;
                    aggregates::check(pattern)?;
                    signs::join(text, pattern);
                }
            }
            Ok(operations)
        };
        transfers::parsed(text, parse)
    })?
}

/// What a text that was refused means, where the grammar allows it.
fn said_otherwise<T>(text: &str, read: impl Fn(&str) -> Result<T>) -> Option<T> {
    read(&allowed::otherwise(text)?).ok()
}

/// A text so long takes longer to parse than a stop may be late.
const LONG: usize = 1 << 16;

/// As [`query`], as long as the governor lets it.
///
/// # Errors
/// As there, and once a limit is met.
pub fn query_within(
    text: &str,
    prefixes: &Prefixes,
    base: Option<&str>,
    governor: &Governor,
) -> Result<Query> {
    within(text, prefixes, base, governor, query)
}

/// As [`update`], as long as the governor lets it.
///
/// # Errors
/// As there, and once a limit is met.
pub fn update_within(
    text: &str,
    prefixes: &Prefixes,
    base: Option<&str>,
    governor: &Governor,
) -> Result<Update> {
    within(text, prefixes, base, governor, update)
}

/// The parser asks nobody: what it takes long for is done beside.
fn within<T: Send + 'static>(
    text: &str,
    prefixes: &Prefixes,
    base: Option<&str>,
    governor: &Governor,
    parse: fn(&str, &Prefixes, Option<&str>) -> Result<T>,
) -> Result<T> {
    governor.check()?;
    if text.len() < LONG {
        return parse(text, prefixes, base);
    }
    let (text, prefixes, base) = (text.to_owned(), prefixes.clone(), base.map(str::to_owned));
    governor.waits_for(move || parse(&text, &prefixes, base.as_deref()))?
}

/// The prefixes that a text declares at its beginning, and where what follows them begins.
fn prologue(text: &str) -> (Vec<&str>, &str) {
    let (mut declared, mut rest) = (Vec::new(), text);
    while let Some((name, after)) = declaration(rest) {
        declared.push(name);
        rest = after;
    }
    (declared, rest)
}

/// The prefix that a text declares first of all, and what follows that.
fn declaration(text: &str) -> Option<(&str, &str)> {
    let after = blank(text).split_at_checked(6).filter(|(word, _)| word.eq_ignore_ascii_case("PREFIX"))?.1;
    let (name, after) = blank(after).split_once(':')?;
    let (_, after) = blank(after).strip_prefix('<')?.split_once('>')?;
    Some((name, after))
}

/// A text from where it says something.
fn blank(mut text: &str) -> &str {
    loop {
        text = text.trim_ascii_start();
        let Some(comment) = text.strip_prefix('#') else { return text };
        text = comment.find(['\n', '\r']).and_then(|end| comment.get(end..)).unwrap_or_default();
    }
}

/// The different texts that stand before the colons of a text, sorted: names of prefixes, perhaps with more before them.
fn before_colons(text: &str) -> Vec<&[u8]> {
    let is_of_name = |byte: &u8| !byte.is_ascii() || byte.is_ascii_alphanumeric() || b"_-.".contains(byte);
    let mut found = Vec::new();
    for colon in memchr::memchr_iter(b':', text.as_bytes()) {
        let (before, after) = text.as_bytes().split_at_checked(colon).unwrap_or_default();
        // No path goes on with two slashes: this is of an IRI.
        if !after.starts_with(b"://") {
            let start = before.iter().rposition(|byte| !is_of_name(byte)).map_or(0, |blank| blank + 1);
            found.push(before.get(start..).unwrap_or_default());
        }
    }
    found.sort_unstable();
    found.dedup();
    found
}

/// A parser that knows the prefixes which the text may mention and does not declare: each is an IRI to be checked, which for all of
/// them takes longer than many a query.
fn parser(text: &str, prefixes: &Prefixes, base: Option<&str>) -> Result<SparqlParser> {
    let mut parser = SparqlParser::new();
    if let Some(base) = base {
        parser = parser
            .with_base_iri(base)
            .map_err(|error| Error::usage(format!("the base `{base}` is not an IRI")).because(error))?;
    }
    // A prefix stands in the text as it is: letters may be written by their code points in IRIs and strings alone (SPARQL 1.2, section
    // 19.2, and W3C's tests codepoint-esc-02-bad to 04-bad), where SPARQL 1.1 allowed it everywhere.
    let (declared, rest) = prologue(text);
    let mut names = before_colons(rest);
    names.retain(|name| !declared.iter().any(|declared| declared.as_bytes() == *name));
    if names.is_empty() {
        return Ok(parser);
    }
    // Which bytes names end in: most prefixes end in none of them.
    let mut last = [false; 256];
    for end in names.iter().filter_map(|name| name.last()) {
        last.get_mut(usize::from(*end)).into_iter().for_each(|found| *found = true);
    }
    let is_mentioned = |prefix: &str| {
        let end = prefix.as_bytes().last();
        end.is_none_or(|end| last.get(usize::from(*end)) == Some(&true))
            && names.iter().any(|name| name.ends_with(prefix.as_bytes()))
    };
    for (prefix, namespace) in prefixes.iter().filter(|(prefix, _)| is_mentioned(prefix)) {
        parser = parser.with_prefix(prefix, namespace).map_err(|error| {
            Error::usage(format!("the prefix `{prefix}` stands for <{namespace}>, which is not an IRI"))
                .because(error)
        })?;
    }
    Ok(parser)
}

/// How far a text is a query or an update.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reading {
    /// All of it is one.
    Whole,
    /// What it lacks would stand at its end: more text may complete it.
    Short,
    /// It is wrong before its end, and more text would not mend it.
    Wrong,
}

/// How far `text` is a query or an update. It is parsed as both, once each.
pub fn reading(text: &str, prefixes: &Prefixes, base: Option<&str>) -> Reading {
    // What is long is an update.
    let Err(as_update) = update(text, prefixes, base) else { return Reading::Whole };
    let Err(as_query) = query(text, prefixes, base) else { return Reading::Whole };
    if nesting::check("query", text).is_err() {
        return Reading::Wrong;
    }
    let last = tokens::each_token(text).filter(|token| token.kind != tokens::Kind::Comment).last();
    let place = |error: Error| error.cause.and_then(|cause| failure(text, &*cause).0);
    let at = place(as_update).zip(place(as_query)).map(|(one, other)| one.max(other));
    match (at, last) {
        (Some(at), Some(last)) if at < last.range.end => Reading::Wrong,
        _ => Reading::Short,
    }
}

/// Where in `text` a parser gave up, in bytes, where it says so, and its reason in its own words.
pub fn failure(text: &str, error: &dyn std::error::Error) -> (Option<usize>, String) {
    let mut reason = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        reason = error.to_string();
        cause = error.source();
    }
    (position(text, &reason), reason)
}

/// The byte that `at LINE:COLUMN` in a parser's words means.
fn position(text: &str, words: &str) -> Option<usize> {
    let (_, rest) = words.split_once("at ")?;
    let (line, rest) = rest.split_once(':')?;
    let column: String = rest.chars().take_while(char::is_ascii_digit).collect();
    let (line, column): (usize, usize) = (line.parse().ok()?, column.parse().ok()?);
    let start: usize = text.split_inclusive('\n').take(line.checked_sub(1)?).map(str::len).sum();
    let rest = text.get(start..)?;
    Some(start + rest.char_indices().nth(column.checked_sub(1)?).map_or(rest.len(), |(at, _)| at))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Limits;
    use crate::error::Kind;

    /// Hundreds of megabytes of text take seconds; what is parsed is the same, and a limit ends the waiting.
    #[test]
    fn a_long_text_is_parsed_as_long_as_its_limits_let_it() {
        let known = Prefixes::well_known();
        let values = format!("SELECT * {{ VALUES ?x {{ {} }} }}", "1 ".repeat(LONG));
        let data = format!("INSERT DATA {{ {} }}", "<a:a> <a:b> 1, 2 . ".repeat(LONG / 8));
        let free = Governor::unlimited();
        assert_eq!(
            query_within(&values, &known, None, &free).unwrap(),
            query(&values, &known, None).unwrap()
        );
        assert_eq!(update_within(&data, &known, None, &free).unwrap().operations.len(), 1);
        assert!(query_within(&data, &known, None, &free).is_err(), "an update is no query");
        let limits = Limits { timeout: Some(std::time::Duration::ZERO), ..Limits::default() };
        let over = Governor::new(limits, std::sync::Arc::default());
        let stopped = [
            query_within(&values, &known, None, &over).err(),
            update_within(&data, &known, None, &over).err(),
        ];
        for error in stopped {
            assert_eq!(error.map(|error| error.kind), Some(Kind::Limit));
        }
    }

    /// SPARQL 1.2, section 19.2: code points stand for letters in IRIs and strings, not in names, prefixes or keywords.
    #[test]
    fn letters_are_written_by_code_points_in_iris_and_strings_alone() {
        let known = Prefixes::well_known();
        for (text, is_query) in [
            (r#"ASK { <http://e.org/\u0061> rdfs:label "\u767E" }"#, true),
            (r"ASK { ?s rdfs\u003Alabel ?o }", false),
            (r"ASK { ?s \u0072dfs:label ?o }", false),
            (r"ASK { ?s rdfs:l\u0061bel ?o }", false),
            (r"ASK { ?\u0073 rdfs:label ?o }", false),
        ] {
            assert_eq!(query(text, &known, None).is_ok(), is_query, "{text}");
        }
    }

    #[test]
    fn prefixes_are_known_wherever_they_are_mentioned() {
        let known = Prefixes::well_known();
        for text in [
            "ASK{?s rdf:type/rdfs:label 5.?p owl:sameAs xsd:int}",
            "ASK { ?s ?p skos:a.?s dc:b 1 ; ^foaf:c|!dcterms:d 2 }",
            "ASK { ?s ?p '1'^^xsd:byte FILTER(xsd:integer(?p)IN(rdf:nil,5))}",
            "# void:\nASK { ?s a sh:NodeShape }",
        ] {
            query(text, &known, None).unwrap_or_else(|error| panic!("{text}: {error}"));
        }
        assert!(query("ASK { ?s nope:x ?o }", &known, None).is_err());
        let names = ["5.é", "a", "c", "d"].map(str::as_bytes);
        assert_eq!(before_colons("a:b 5.é:x ^c:<d:e> ?c: <http://e.org> c:/d:e"), names);
    }

    #[test]
    fn what_a_text_declares_need_not_be_known() {
        let text = "# PREFIX a: <b>\r\nprefix rdf:<http://e.org/a#>#:\n PREFIX\n : <b> BASE <c> PREFIX x: <d> ASK {}";
        assert_eq!(prologue(text), (vec!["rdf", ""], " BASE <c> PREFIX x: <d> ASK {}"));
        for text in
            ["", "PREFI", "PREFIX", "PREFIX a", "PREFIX a:", "PREFIX a: <b", "PREFI百a: <b>", "百模百"]
        {
            assert_eq!(prologue(text), (vec![], text));
        }
        let known = Prefixes::well_known();
        let ask = |prologue: &str| {
            query(&format!("{prologue} ASK {{ ?s a rdf:x, rdfs:y }}"), &known, None).unwrap()
        };
        let own = ask("PREFIX rdf: <http://e.org/>").to_string();
        assert!(own.contains("<http://e.org/x>") && own.contains("rdf-schema#y>"), "{own}");
        // Declared once more, the later is in force.
        let twice = ask("PREFIX rdf: <http://e.org/> PREFIX rdf: <http://f.org/>").to_string();
        assert!(twice.contains("<http://f.org/x>"), "{twice}");
        // What a comment or a string declares is not declared.
        let aside = ask("# PREFIX rdf: <http://e.org/>\n").to_string();
        assert!(aside.contains("22-rdf-syntax-ns#x>"), "{aside}");
    }

    #[test]
    fn a_text_is_whole_short_or_wrong() {
        let known = Prefixes::well_known();
        let read = |text: &str| reading(text, &known, None);
        for text in ["ASK {}", "INSERT DATA { <a:a> <a:b> 1 }", "CLEAR ALL ; ", ""] {
            assert_eq!(read(text), Reading::Whole, "{text}");
        }
        for text in ["ASK", "SELECT * { ?s ?p", "ASK {} LIMIT # of how many\n", "LOAD"] {
            assert_eq!(read(text), Reading::Short, "{text}");
        }
        for text in ["SELECT * { ?s ?p } LIMIT 1", "SELECT ?x WHERE } ", "LAOD <a:a>", "ASK { ?s nope:x ?o }"]
        {
            assert_eq!(read(text), Reading::Wrong, "{text}");
        }
        let long = format!("ASK {{ FILTER(1 {}) }}", "|| 1 ".repeat(30_000));
        assert_eq!(read(&long), Reading::Wrong);
    }
}
