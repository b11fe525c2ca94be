//! Signs before numbers: which are part of a literal, and which are operators.
//!
//! In: a text, and what the parser makes of it. Out: the same, where a number with its sign right before it is one literal. The parser takes
//! every sign before an operand for an operator and keeps no brackets and blanks, so that the text is asked where it has any.

use super::algebra::{Expression, GraphPattern, each_pattern_mut, expressions_mut, operands_mut};
use super::tokens::{Kind, Token, each_token};
use crate::error::Result;
use crate::terms::{Literal, xsd};

/// Parses a text. Where it is an operand, a number with a sign is one literal, which keeps its spelling (SPARQL 1.1, 19.8: "the longest
/// match is chosen", NumericLiteralNegative); where a blank or a bracket stands between them, the sign is an operator on the number (17.3).
///
/// # Errors
/// As those of `parse`.
pub fn parsed<T>(
    text: &str,
    parse: impl Fn(&str) -> Result<T>,
    patterns: impl Fn(&mut T) -> Vec<&mut GraphPattern>,
) -> Result<T> {
    let join_all = |tree: &mut T| patterns(tree).into_iter().fold(false, |any, pattern| join(pattern) | any);
    let mut tree = parse(text)?;
    if join_all(&mut tree)
        && let Some(told_apart) = told_apart(text)
    {
        tree = parse(&told_apart)?;
        join_all(&mut tree);
    }
    Ok(tree)
}

/// Makes one literal of each sign and number; whether there was any.
fn join(pattern: &mut GraphPattern) -> bool {
    let mut any = false;
    each_pattern_mut(pattern, &mut |pattern| {
        for expression in expressions_mut(pattern) {
            any |= join_in(expression);
        }
    });
    any
}

/// [`join`], in an expression; the patterns in it aside.
fn join_in(expression: &mut Expression) -> bool {
    let signed = match expression {
        Expression::UnaryMinus(number) => literal('-', number),
        Expression::UnaryPlus(number) => literal('+', number),
        _ => None,
    };
    match signed {
        Some(signed) => {
            *expression = Expression::Literal(signed);
            true
        }
        None => operands_mut(expression).into_iter().fold(false, |any, operand| join_in(operand) | any),
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

/// The text with a `+` before each number that an operator stands before, which makes no difference to the operator; nothing where there
/// is none.
fn told_apart(text: &str) -> Option<String> {
    let tokens: Vec<Token> = each_token(text).filter(|token| token.kind != Kind::Comment).collect();
    let mut places = Vec::new();
    for (n, sign) in tokens.iter().enumerate() {
        let before = n.checked_sub(1).and_then(|before| tokens.get(before));
        if matches!(sign.text(text), "-" | "+")
            && before.is_none_or(|before| !ends_operand(before, text))
            && let Some(after) = tokens.get(n + 1..)
        {
            places.extend(operand_apart(sign, after, text));
        }
    }
    let mut told_apart = text.to_owned();
    places.iter().rev().for_each(|place| told_apart.insert(*place, '+'));
    (!places.is_empty()).then_some(told_apart)
}

/// Whether an operand may end with a token, so that a sign after it has two.
fn ends_operand(token: &Token, text: &str) -> bool {
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

/// Where a number begins that is all of a sign's operand and does not stand right after it.
fn operand_apart(sign: &Token, after: &[Token], text: &str) -> Option<usize> {
    let is = |token: Option<&Token>, wanted: &str| token.is_some_and(|token| token.text(text) == wanted);
    let opened = after.iter().take_while(|token| token.text(text) == "(").count();
    let number = after.get(opened)?;
    let (start, length) = match number.kind {
        Kind::Number if number.range.start > sign.range.end => (number.range.start, 1),
        Kind::String if is(after.get(opened + 1), "^^") => {
            let quotes = number.text(text).find(|c| c != '"' && c != '\'')?;
            (number.range.start + quotes, 3)
        }
        _ => return None,
    };
    let closed = after.iter().skip(opened + length).take_while(|token| token.text(text) == ")").count();
    (closed >= opened).then_some(start)
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
            ("IF(true, -0, - 0)", "(if \"true\"^^xsd:boolean \"-0\"^^xsd:integer (- \"+0\"^^xsd:integer))"),
            ("- 0", "(- \"+0\"^^xsd:integer)"),
            ("-#0\n0", "(- \"+0\"^^xsd:integer)"),
            ("-(0)", "(- \"+0\"^^xsd:integer)"),
            ("-((1.50))", "(- \"+1.50\"^^xsd:decimal)"),
            ("-((0) + ?x)", "(- (+ \"0\"^^xsd:integer ?x))"),
            ("-\"00\"^^xsd:integer", "(- \"+00\"^^xsd:integer)"),
            ("-('''0'''^^xsd:integer)", "(- \"+0\"^^xsd:integer)"),
            ("-?x", "(- ?x)"),
            ("-\"a\"", "(- \"a\")"),
        ] {
            let query = format!(
                "SELECT ({text} AS ?y) {{ VALUES ?x {{ -0 }} FILTER NOT EXISTS {{ FILTER(-1 = 1) }} }}"
            );
            let sse = parse::query(&query, &prefixes(), None).unwrap().to_sse();
            let sse = sse.replace("<http://www.w3.org/2001/XMLSchema#", "xsd:").replace('>', "");
            assert!(sse.contains(&format!("((?y {algebra}))")), "{text}: {sse}");
            assert!(sse.contains("(= \"-1\"^^xsd:integer"), "within EXISTS: {sse}");
        }
    }

    #[test]
    fn an_update_has_signs_as_well() {
        let text =
            "INSERT { ?s ?p ?o } WHERE { BIND(-0 AS ?o) } ; DELETE { ?s ?p ?o } WHERE { BIND(- 0 AS ?o) }";
        let update = parse::update(text, &prefixes(), None).unwrap();
        let words = format!("{update:?}");
        assert!(words.contains("\"-0\"") && words.contains("\"+0\""), "{words}");
    }
}
