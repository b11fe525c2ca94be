//! SPARQL text to algebra, with the prefixes in scope and the text as the user typed it.
//!
//! In: text, prefixes, base. Out: `spargebra`'s algebra, or an error with the true place. Knows
//! no data.

use super::transfers::{self, Update};
use super::{aggregates, algebra, data, deep, nesting};
use crate::error::{Error, Result};
use crate::terms::Prefixes;
use spargebra::{GraphUpdateOperation, Query, SparqlParser};

/// Parses a query. Prefixes in scope need no declaration; those declared in the text win.
///
/// # Errors
/// Where the text is not a SPARQL 1.1 or 1.2 query.
pub fn query(text: &str, prefixes: &Prefixes, base: Option<&str>) -> Result<Query> {
    let depth = nesting::check("query", text)?;
    let parser = parser(text, prefixes, base)?;
    deep::on_stack(depth, || {
        let mut query = parser
            .parse_query(text)
            .map_err(|error| Error::query("this is not a SPARQL query").because(error))?;
        deep::flatten(algebra::pattern_mut(&mut query))?;
        aggregates::check(algebra::pattern(&query))?;
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
        let parse = |text: &str| {
            let mut operations = parser
                .clone()
                .parse_update(text)
                .map_err(|error| Error::query("this is not a SPARQL update").because(error))?
                .operations;
            for operation in &mut operations {
                if let GraphUpdateOperation::DeleteInsert { pattern, .. } = operation {
                    deep::flatten(pattern)?;
                    aggregates::check(pattern)?;
                }
            }
            Ok(operations)
        };
        transfers::parsed(text, parse)
    })?
}

/// Whether a prefix stands before a colon anywhere in a text.
fn mentions(text: &str, prefix: &str) -> bool {
    text.match_indices(':').any(|(colon, _)| text.get(..colon).is_some_and(|before| before.ends_with(prefix)))
}

/// A parser that knows the prefixes which the text may mention: each is an IRI to be checked, which for all of them takes longer than
/// many a query.
fn parser(text: &str, prefixes: &Prefixes, base: Option<&str>) -> Result<SparqlParser> {
    let mut parser = SparqlParser::new();
    if let Some(base) = base {
        parser = parser
            .with_base_iri(base)
            .map_err(|error| Error::usage(format!("the base `{base}` is not an IRI")).because(error))?;
    }
    // A letter may be written as its code point (SPARQL 1.1, section 19.2).
    let is_escaped = text.contains("\\u") || text.contains("\\U");
    let is_mentioned = |prefix: &str| is_escaped || mentions(text, prefix);
    for (prefix, namespace) in prefixes.iter().filter(|(prefix, _)| is_mentioned(prefix)) {
        parser = parser.with_prefix(prefix, namespace).map_err(|error| {
            Error::usage(format!("the prefix `{prefix}` stands for <{namespace}>, which is not an IRI"))
                .because(error)
        })?;
    }
    Ok(parser)
}
