//! Signs before numbers: which are part of a literal, and which are operators.
//!
//! In: a text, and the expressions that the parser made of it. Out: the same, where a number with its sign right before it is one literal,
//! which keeps its spelling. The parser takes every sign before an operand for an operator and keeps no brackets and blanks: where a text has the
//! same sign and number both together and apart, both stay operators, which changes the spelling of a literal such as `-0`, and no value.

use super::algebra::{Expression, GraphPattern, each_pattern_mut, expressions_mut, operands_mut};
use super::tokens::{Kind, Token, each_token};
use crate::terms::{Literal, xsd};

/// Makes one literal of each number and the sign right before it (SPARQL 1.1, 19.8: "the longest match is chosen",
/// NumericLiteralNegative). Where a blank or a bracket stands between them, the sign is an operator on the number (17.3).
pub fn join(text: &str, pattern: &mut GraphPattern) {
    let mut found = false;
    each_signed(pattern, &mut |_, _| found = true);
    if !found {
        return;
    }
    let apart = apart(text);
    each_signed(pattern, &mut |expression, signed| {
        if !apart.iter().any(|apart| apart == signed.value()) {
            *expression = Expression::Literal(signed);
        }
    });
}

/// Every sign with a number, and the literal that they may be.
fn each_signed(pattern: &mut GraphPattern, what: &mut dyn FnMut(&mut Expression, Literal)) {
    each_pattern_mut(pattern, &mut |pattern| {
        for expression in expressions_mut(pattern) {
            each_signed_in(expression, what);
        }
    });
}

/// [`each_signed`], in an expression; the patterns in it aside.
fn each_signed_in(expression: &mut Expression, what: &mut dyn FnMut(&mut Expression, Literal)) {
    let signed = match expression {
        Expression::UnaryMinus(number) => literal('-', number),
        Expression::UnaryPlus(number) => literal('+', number),
        _ => None,
    };
    match signed {
        Some(signed) => what(expression, signed),
        None => operands_mut(expression).into_iter().for_each(|operand| each_signed_in(operand, what)),
    }
}

/// A number that may have been written without quotes, with a sign before it.
fn literal(sign: char, number: &Expression) -> Option<Literal> {
    let Expression::Literal(number) = number else { return None };
    let is_short = [xsd::INTEGER, xsd::DECIMAL, xsd::DOUBLE].contains(&number.datatype());
    let is_unsigned = number.value().starts_with(|c: char| c.is_ascii_digit() || c == '.');
    (is_short && is_unsigned)
        .then(|| Literal::new_typed_literal(format!("{sign}{}", number.value()), number.datatype()))
}

/// The signs that may be operators on a number, alone or in brackets, which does not stand right behind them: each with its number.
fn apart(text: &str) -> Vec<String> {
    let tokens: Vec<Token> = each_token(text).filter(|token| token.kind != Kind::Comment).collect();
    let of = |(n, sign): (usize, &Token)| {
        let before = n.checked_sub(1).and_then(|before| tokens.get(before));
        if !matches!(sign.text(text), "-" | "+") || before.is_some_and(|token| may_end_operand(token, text)) {
            return None;
        }
        let number = tokens.iter().skip(n + 1).find(|token| token.text(text) != "(")?;
        let is_apart = match number.kind {
            Kind::Number => number.range.start > sign.range.end,
            Kind::String => true,
            _ => false,
        };
        is_apart.then(|| format!("{}{}", sign.text(text), number.text(text).trim_matches(['"', '\''])))
    };
    tokens.iter().enumerate().filter_map(of).collect()
}

/// Whether an operand may end with a token, so that a sign after it has two.
fn may_end_operand(token: &Token, text: &str) -> bool {
    match token.kind {
        Kind::Keyword | Kind::Function | Kind::Comment => false,
        Kind::Punctuation => matches!(token.text(text), ")" | "]" | ")>>" | "}"),
        Kind::Variable
        | Kind::Iri
        | Kind::PrefixedName
        | Kind::BlankNode
        | Kind::String
        | Kind::Number
        | Kind::Boolean
        | Kind::Language
        | Kind::Unknown => true,
    }
}

#[cfg(test)]
mod tests {
    use crate::fixture::prefixes;
    use crate::syntax::parse;

    /// SPARQL 1.1, 19.8: `-0` is the token INTEGER_NEGATIVE, the longest match; in `- 0` and `-(0)` the sign is that of UnaryExpression.
    #[test]
    fn a_sign_right_before_a_number_is_part_of_it() {
        for (text, algebra) in [
            ("-0", "\"-0\"^^xsd:integer"),
            ("+01", "\"+01\"^^xsd:integer"),
            ("-.5", "\"-.5\"^^xsd:decimal"),
            ("-1E0", "\"-1E0\"^^xsd:double"),
            ("?x - -0", "(- ?x \"-0\"^^xsd:integer)"),
            ("?x -0", "(- ?x \"0\"^^xsd:integer)"),
            ("(?x)-0", "(- ?x \"0\"^^xsd:integer)"),
            ("- 0", "(- \"0\"^^xsd:integer)"),
            ("-#0\n0", "(- \"0\"^^xsd:integer)"),
            ("-(0)", "(- \"0\"^^xsd:integer)"),
            ("-((1.50))", "(- \"1.50\"^^xsd:decimal)"),
            ("-((0) + ?x)", "(- (+ \"0\"^^xsd:integer ?x))"),
            ("-\"00\"^^xsd:integer", "(- \"00\"^^xsd:integer)"),
            ("-('0'^^xsd:integer)", "(- \"0\"^^xsd:integer)"),
            ("-\"-5\"^^xsd:integer", "(- \"-5\"^^xsd:integer)"),
            ("IF(true, -00, - 0)", "(if \"true\"^^xsd:boolean \"-00\"^^xsd:integer (- \"0\"^^xsd:integer))"),
            // Which of two alike is meant is not known: both are operators.
            ("IF(true, -0, - 0)", "(if \"true\"^^xsd:boolean (- \"0\"^^xsd:integer) (- \"0\"^^xsd:integer))"),
            ("-?x", "(- ?x)"),
            ("-\"a\"", "(- \"a\")"),
        ] {
            let query = format!(
                "SELECT ({text} AS ?y) {{ VALUES ?x {{ -0 }} FILTER NOT EXISTS {{ FILTER(-1 = 1) }} }}"
            );
            let sse = parse::query(&query, &prefixes(), None).unwrap().to_sse();
            let sse = sse.replace("<http://www.w3.org/2001/XMLSchema#", "xsd:").replace('>', "");
            assert!(sse.contains(&format!("((?y {algebra}))")), "{text}: {sse}");
            assert!(sse.contains("(= \"-1\""), "within EXISTS: {sse}");
        }
    }

    #[test]
    fn an_update_has_signs_as_well() {
        let text = "INSERT { ?s ?p ?o } WHERE { ?x a+ ?y BIND(-0 AS ?o) } ; DELETE { ?s ?p ?o } WHERE { BIND(-?x AS ?o) }";
        let update = parse::update(text, &prefixes(), None).unwrap();
        let words = format!("{update:?}");
        assert!(words.contains("\"-0\"") && words.contains("UnaryMinus"), "{words}");
    }
}
