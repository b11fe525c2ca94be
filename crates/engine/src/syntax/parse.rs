//! SPARQL text to algebra, with the prefixes in scope and the text as the user typed it.
//!
//! In: text, prefixes, base. Out: `spargebra`'s algebra, or an error with the true place. Knows no data.

use super::deep::TooMuch;
use super::grammar::{self, Crowded, Parsed, Refusal, Room, Start, Why};
use super::operations::{Operation, Update};
use super::{algebra, deep, nesting, tokens};
use crate::error::{Error, Result, Span};
use crate::governor::Governor;
use crate::terms::Prefixes;
use oxiri::Iri;
use spargebra::{GraphUpdateOperation, Query};

/// Parses a query. Prefixes in scope need no declaration; those declared in the text win.
///
/// # Errors
/// Where the text is not a SPARQL 1.1 or 1.2 query: its cause is a [`Refusal`].
pub fn query(text: &str, prefixes: &Prefixes, base: Option<&str>) -> Result<Query> {
    let flatten = |query: &mut Query| deep::flatten(algebra::pattern_mut(query));
    parsed("query", (text, prefixes, base), grammar::query, flatten)
}

/// Parses an update. See [`query`].
///
/// # Errors
/// Where the text is not a SPARQL 1.1 or 1.2 update: its cause is a [`Refusal`].
pub fn update(text: &str, prefixes: &Prefixes, base: Option<&str>) -> Result<Update> {
    let flatten = |update: &mut Update| {
        update.operations.iter_mut().try_for_each(|operation| match operation {
            Operation::Plain(GraphUpdateOperation::DeleteInsert { pattern, .. }) => deep::flatten(pattern),
            Operation::Plain(_) | Operation::Transfer(_) => Ok(()),
        })
    };
    parsed("update", (text, prefixes, base), grammar::update, flatten)
}

/// Parses a text on the present stack, and where that is not deep enough once more on one that is.
fn parsed<T: Send>(
    name: &str,
    (text, prefixes, base): (&str, &Prefixes, Option<&str>),
    parse: fn(&Start<'_>) -> Parsed<(T, Crowded)>,
    flatten: impl Fn(&mut T) -> std::result::Result<(), TooMuch> + Sync,
) -> Result<T> {
    let base = base.map(|base| {
        Iri::parse(base.to_owned())
            .map_err(|error| Error::usage(format!("the base `{base}` is not an IRI")).because(error))
    });
    let base = base.transpose()?;
    let whole = |room| match parse(&Start { text, prefixes, base: base.as_ref(), room }) {
        Ok((mut whole, crowded)) => {
            Ok(flatten(&mut whole).map(|()| whole).map_err(|much| too_much(name, text, much, crowded)))
        }
        Err(refusal) => Err(refusal),
    };
    let done = match whole(Room::Levels(deep::SHALLOW)) {
        Err(Refusal { why: Why::Stack, .. }) => deep::on_stack(usize::MAX, || whole(Room::Deep))?,
        done => done,
    };
    done.unwrap_or_else(|refusal| Err(refused(name, text, refusal)))
}

/// The error for a text that is refused.
fn refused(name: &str, text: &str, refusal: Refusal) -> Error {
    // Who explains the error walks over all of the text.
    if let Err(error) = nesting::check(name, text) {
        return error;
    }
    let error = match refusal.why {
        Why::Brackets => nesting::too_many_brackets(),
        Why::Links => nesting::too_long_a_chain(),
        _ if name == "update" => return Error::query("this is not a SPARQL update").because(refusal),
        _ => return Error::query("this is not a SPARQL query").because(refusal),
    };
    error.at(span_at(name, text, refusal.at))
}

/// The error for a text of which there is too much, at the first that is too many.
fn too_much(name: &str, text: &str, much: TooMuch, crowded: Crowded) -> Error {
    let at = match much {
        TooMuch::Nested(_) => None,
        TooMuch::InARow(_) => crowded.parts,
        TooMuch::Joined(_) => crowded.patterns,
    };
    let error = much.error();
    match at {
        Some(at) => error.at(span_at(name, text, at)),
        None => error,
    }
}

/// The token at a byte.
fn span_at(name: &str, text: &str, at: usize) -> Span {
    let token = tokens::each_token(text).find(|token| token.range.end > at);
    Span::in_text(name, text, token.map_or(0..0, |token| token.range))
}

/// A text so long takes longer to parse than a stop may be late. Shorter ones are parsed without a look at the governor.
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
    // All of it is there but GROUP BY.
    if refusal(&as_query).is_some_and(|refusal| refusal.why == Why::Ungrouped) {
        return Reading::Whole;
    }
    let last = tokens::each_token(text).filter(|token| token.kind != tokens::Kind::Comment).last();
    let at = refusal(&as_update).zip(refusal(&as_query)).map(|(one, other)| one.at.max(other.at));
    match (at, last) {
        (Some(at), Some(last)) if at >= last.range.end => Reading::Short,
        (Some(_), None) => Reading::Short,
        _ => Reading::Wrong,
    }
}

/// Where and why a text was refused, of an error of [`query`] and [`update`].
pub fn refusal(error: &Error) -> Option<Refusal> {
    error.cause.as_ref()?.downcast_ref().copied()
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
    fn what_is_one_too_many_is_named_where_it_stands() {
        let known = Prefixes::well_known();
        let lines = |line: &str, count: usize| format!("{{\n{}\n}}", vec![line; count].join("\n"));
        let numbered = |from: &str, to: &str, count: usize| {
            (0..count).map(|n| format!("\n{from}{n}{to}")).collect::<String>()
        };
        for (text, place) in [
            (format!("SELECT * {}", lines(" ?s ?p ?o .", 2001)), (2002, 8)),
            (format!("SELECT * {{ ?s ?p 0 {} }}", numbered(", ", "", 2000)), (2001, 3)),
            (format!("SELECT * {{ ?s ?p 0 {} }}", numbered("; ?p <a:", ">", 2000)), (2001, 6)),
            (format!("SELECT * {{ {{ {} }} ?s ?p ?o, ?t }}", numbered("?s <a:", "> 1 .", 1999)), (2000, 29)),
            (
                format!("SELECT * {{ {} UNION {} }}", lines("?s ?p ?o .", 1500), lines("?s ?p ?o .", 2001)),
                (1502 + 2001, 7),
            ),
            (
                format!("SELECT * {{ {} OPTIONAL {} }}", lines("?s ?p ?o .", 9), lines("?s ?p ?o .", 2001)),
                (11 + 2001, 7),
            ),
            (format!("SELECT * {{ {} }}", numbered(" BIND(1 AS ?b", ")", 6001)), (6002, 2)),
            (format!("SELECT * {{ ?s ?p ?o {} }}", numbered("OPTIONAL { ?s ?p ?o", " }", 6001)), (6002, 1)),
            (format!("SELECT {} {{}}", numbered("(1 AS ?b", ")", 6001)), (6002, 1)),
        ] {
            let error = query(&text, &known, None).unwrap_err();
            let span = error.span.as_ref().map(|span| (span.line, span.column));
            assert_eq!(span, Some(place), "{error} of {}", &text[..60]);
            assert!(error.message.contains(" no more than "), "{error}");
        }
        let most = format!(
            "SELECT * {{ {} {{ {} }} UNION {{}} }}",
            lines("?s ?p ?o .", 1000),
            "?a ?p 1 .".repeat(1000)
        );
        assert!(query(&most, &known, None).is_ok());
        let pattern = lines("?s ?p ?o .", 2001);
        let updates =
            format!("INSERT DATA {{ <a:a> <a:b> 1 {} }} ;\nDELETE {{}} WHERE {pattern}", ", 1".repeat(3000));
        let error = update(&updates, &known, None).unwrap_err();
        assert_eq!(error.span.as_ref().map(|span| (span.line, span.column)), Some((2003, 7)));
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
    }

    #[test]
    fn what_a_text_declares_need_not_be_known() {
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
        // The last but one lacks its GROUP BY, which may stand on the next line.
        let grouped = "SELECT ?s (COUNT(*) AS ?n) { ?s ?p ?o }";
        for text in ["ASK {}", "INSERT DATA { <a:a> <a:b> 1 }", "CLEAR ALL ; ", grouped, ""] {
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
