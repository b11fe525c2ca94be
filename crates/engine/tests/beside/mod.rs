//! `spargebra`'s parser, and its algebra and ours written so that they can be compared.

#![allow(dead_code, reason = "each test that is beside another parser uses a part of this")]

use baimo_engine::syntax::algebra::{
    self, Expression, GraphPattern, Query, each_pattern_mut, expressions_mut, operands_mut,
};
use baimo_engine::syntax::deep;
use baimo_engine::terms::{Literal, Prefixes, xsd};
use spargebra::SparqlParser;

/// What both may write in different ways: columns of a star in an order of their own, long chains as balanced trees, and a sign right
/// before a number as an operator.
pub fn plain(pattern: &mut GraphPattern) {
    deep::flatten(pattern).unwrap();
    each_pattern_mut(pattern, &mut |pattern| {
        if let GraphPattern::Project { variables, .. } = pattern
            && !variables.iter().any(|variable| is_made_up(variable.as_str()))
        {
            variables.sort();
        }
        expressions_mut(pattern).for_each(signed);
    });
}

fn signed(expression: &mut Expression) {
    let (sign, number) = match expression {
        Expression::UnaryMinus(number) => ('-', number),
        Expression::UnaryPlus(number) => ('+', number),
        other => return operands_mut(other).for_each(signed),
    };
    signed(number);
    if let Expression::Literal(number) = number.as_ref()
        && [xsd::INTEGER, xsd::DECIMAL, xsd::DOUBLE].contains(&number.datatype())
        && number.value().starts_with(|c: char| c.is_ascii_digit() || c == '.')
    {
        let joined = format!("{sign}{}", number.value());
        *expression = Expression::Literal(Literal::new_typed_literal(joined, number.datatype()));
    }
}

/// Whether a name is a random number.
fn is_made_up(name: &str) -> bool {
    name.len() >= 24 && name.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

/// A text with the names that parsers make up told by their order.
pub fn named(text: &str) -> String {
    let mut known: Vec<&str> = Vec::new();
    let mut out = String::new();
    for word in text.split_inclusive(|c: char| !c.is_ascii_hexdigit()) {
        let name = word.trim_end_matches(|c: char| !c.is_ascii_hexdigit());
        if is_made_up(name) {
            let place = known.iter().position(|other| *other == name).unwrap_or(known.len());
            if place == known.len() {
                known.push(name);
            }
            out.push_str(&format!("made-up-{place}{}", &word[name.len()..]));
        } else {
            out.push_str(word);
        }
    }
    out
}

/// A query as text, in which equal ones are equal.
pub fn shown(mut query: Query) -> String {
    plain(algebra::pattern_mut(&mut query));
    named(&query.to_sse())
}

/// That parser, with these prefixes and base.
pub fn theirs(prefixes: &Prefixes, base: Option<&str>) -> SparqlParser {
    let mut parser = SparqlParser::new();
    if let Some(base) = base {
        parser = parser.with_base_iri(base).unwrap();
    }
    prefixes.iter().fold(parser, |parser, (name, namespace)| parser.with_prefix(name, namespace).unwrap())
}
