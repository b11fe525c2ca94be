//! Expressions as SPARQL text that reads back as the same expression (SPARQL 1.2, section 19.8, rules 110 to 118).
//!
//! In: an expression. Out: its text. Comparisons, `&&` and `||` stand in parentheses, operands of arithmetic where they are needed: what the
//! algebra writes of `(?a - ?b) * ?c` by itself is another value.

use super::algebra::Expression;
use std::fmt::{self, Display, Formatter};

/// An expression to be written.
pub struct Written<'e>(pub &'e Expression);

/// How closely a sum, a product, a sign and all else hold together.
const SUM: u8 = 0;
const PRODUCT: u8 = 1;
const SIGN: u8 = 2;
const PRIMARY: u8 = 3;

fn closeness(expression: &Expression) -> u8 {
    match expression {
        Expression::Add(..) | Expression::Subtract(..) => SUM,
        Expression::Multiply(..) | Expression::Divide(..) => PRODUCT,
        Expression::UnaryPlus(_) | Expression::UnaryMinus(_) | Expression::Not(_) => SIGN,
        _ => PRIMARY,
    }
}

/// An operand that must hold together at least so closely, or stands in parentheses.
struct Operand<'e>(&'e Expression, u8);

impl Display for Operand<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let Self(operand, least) = self;
        if closeness(operand) < *least {
            write!(f, "({})", Written(operand))
        } else {
            Written(operand).fmt(f)
        }
    }
}

/// What stands between parentheses, with commas.
struct List<'e>(&'e [Expression]);

impl Display for List<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        for (n, argument) in self.0.iter().enumerate() {
            write!(f, "{}{}", if n == 0 { "(" } else { ", " }, Written(argument))?;
        }
        f.write_str(if self.0.is_empty() { "()" } else { ")" })
    }
}

impl Display for Written<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        use Expression as E;
        let chain = |f: &mut Formatter<'_>, a, sign: &str, b, closeness| {
            write!(f, "{} {sign} {}", Operand(a, closeness), Operand(b, closeness + 1))
        };
        let pair =
            |f: &mut Formatter<'_>, a, sign: &str, b| write!(f, "({} {sign} {})", Written(a), Written(b));
        match self.0 {
            E::Or(a, b) => pair(f, a, "||", b),
            E::And(a, b) => pair(f, a, "&&", b),
            E::Equal(a, b) => pair(f, a, "=", b),
            E::Greater(a, b) => pair(f, a, ">", b),
            E::GreaterOrEqual(a, b) => pair(f, a, ">=", b),
            E::Less(a, b) => pair(f, a, "<", b),
            E::LessOrEqual(a, b) => pair(f, a, "<=", b),
            E::In(a, list) => write!(f, "({} IN {})", Written(a), List(list)),
            E::SameTerm(a, b) => write!(f, "sameTerm({}, {})", Written(a), Written(b)),
            E::Add(a, b) => chain(f, a, "+", b, SUM),
            E::Subtract(a, b) => chain(f, a, "-", b, SUM),
            E::Multiply(a, b) => chain(f, a, "*", b, PRODUCT),
            E::Divide(a, b) => chain(f, a, "/", b, PRODUCT),
            E::UnaryPlus(a) => write!(f, "+{}", Operand(a, PRIMARY)),
            E::UnaryMinus(a) => write!(f, "-{}", Operand(a, PRIMARY)),
            E::Not(a) if matches!(**a, E::Exists(_)) => write!(f, "NOT {}", Written(a)),
            E::Not(a) => write!(f, "!{}", Operand(a, PRIMARY)),
            E::FunctionCall(function, arguments) => write!(f, "{function}{}", List(arguments)),
            E::If(a, b, c) => write!(f, "IF({}, {}, {})", Written(a), Written(b), Written(c)),
            E::Coalesce(arguments) => write!(f, "COALESCE{}", List(arguments)),
            E::NamedNode(_) | E::Literal(_) | E::Variable(_) | E::Bound(_) | E::Exists(_) => self.0.fmt(f),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::syntax::algebra::{GraphPattern, Query};
    use crate::syntax::parse;

    /// The expression of a text.
    fn read(text: &str) -> Expression {
        let query =
            parse::query(&format!("SELECT * {{ BIND({text} AS ?x) }}"), &crate::fixture::prefixes(), None);
        let Query::Select { mut pattern, .. } = query.unwrap() else { panic!("{text}") };
        loop {
            pattern = match pattern {
                GraphPattern::Extend { expression, .. } => return expression,
                GraphPattern::Project { inner, .. } => *inner,
                other => panic!("{other}"),
            };
        }
    }

    #[test]
    fn what_is_written_reads_back_as_it_was() {
        for text in [
            "(?a - ?b) * (?c + ?d)",
            "?a - (?b - ?c) - ?d",
            "?a / (?b * ?c) / ?d * ?e",
            "?a * ?b + ?c * -?d",
            "-(?a + ?b) - -(-?c)",
            "!(?a + 1 = ?b) && !(!?c) || ?d < (?e || ?f)",
            "(HOURS(?a) * 60 + MINUTES(?a)) - (HOURS(?b) * 60 + MINUTES(?b))",
            "IF(?a IN (1, ?b + 2), COALESCE(?a, (?b - 1) * 2), sameTerm(?a, ?b))",
            "(?a > 1) = (?b IN ())",
            "CONCAT(STR(?a), \"x\") = UUID()",
        ] {
            let expression = read(text);
            let written = Written(&expression).to_string();
            assert_eq!(read(&written), expression, "{text} as {written}");
        }
        let written = |text: &str| Written(&read(text)).to_string();
        assert_eq!(written("(?a-?b)*(?a-?b)+?c-(?d-?e)"), "(?a - ?b) * (?a - ?b) + ?c - (?d - ?e)");
        assert_eq!(written("!?a && -?b > ?c + ?d"), "(!?a && (-?b > ?c + ?d))");
    }
}
