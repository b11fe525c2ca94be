//! Expressions: operators by what binds them, from the loosest to the tightest.
//!
//! In: the text where an expression stands. Out: its algebra. `Expression` and what it consists of in section 19.8; the calls of functions
//! are in `functions`. A sign right before a number is part of it where an operand begins (the longest match), and an operator behind one.

use super::{Parsed, Parser, Why};
use crate::syntax::algebra::{Expression, Function};

impl Parser<'_> {
    /// `Expression ::= ConditionalOrExpression`
    pub(super) fn expression(&mut self) -> Parsed<Expression> {
        let links = self.links;
        let expression = self.either()?;
        self.links = links;
        Ok(expression)
    }

    /// `ConditionalOrExpression`
    fn either(&mut self) -> Parsed<Expression> {
        let mut left = self.both()?;
        while self.rest().starts_with(b"||") {
            self.link()?;
            self.take("||");
            left = Expression::Or(Box::new(left), Box::new(self.both()?));
        }
        Ok(left)
    }

    /// `ConditionalAndExpression`
    fn both(&mut self) -> Parsed<Expression> {
        let mut left = self.relation()?;
        while self.rest().starts_with(b"&&") {
            self.link()?;
            self.take("&&");
            left = Expression::And(Box::new(left), Box::new(self.relation()?));
        }
        Ok(left)
    }

    /// `RelationalExpression`
    fn relation(&mut self) -> Parsed<Expression> {
        let left = self.sum()?;
        let not = |expression| Expression::Not(Box::new(expression));
        let made: fn(Box<Expression>, Box<Expression>) -> Expression = match self.byte() {
            b'=' if self.take("=") => Expression::Equal,
            b'!' if self.take("!=") => {
                return Ok(not(Expression::Equal(Box::new(left), Box::new(self.sum()?))));
            }
            b'<' if self.is_iri_reference() => return Err(self.refusal(Why::ComparisonAsIri)),
            b'<' if self.take("<=") => Expression::LessOrEqual,
            // By the longest match `<<` begins no comparison (section 19.8).
            b'<' if self.byte_at(1) != b'<' && self.take("<") => Expression::Less,
            b'>' if self.take(">=") => Expression::GreaterOrEqual,
            b'>' if self.take(">") => Expression::Greater,
            b'I' | b'i' if self.word("IN") => {
                return Ok(Expression::In(Box::new(left), self.expression_list()?));
            }
            b'N' | b'n' if self.word("NOT") => {
                self.expect_word("IN")?;
                return Ok(not(Expression::In(Box::new(left), self.expression_list()?)));
            }
            _ => return Ok(left),
        };
        Ok(made(Box::new(left), Box::new(self.sum()?)))
    }

    /// `AdditiveExpression`
    fn sum(&mut self) -> Parsed<Expression> {
        let mut left = self.product()?;
        loop {
            let made: fn(Box<Expression>, Box<Expression>) -> Expression = match self.byte() {
                b'+' => Expression::Add,
                b'-' => Expression::Subtract,
                _ => return Ok(left),
            };
            self.link()?;
            self.at += 1;
            self.blank();
            left = made(Box::new(left), Box::new(self.product()?));
        }
    }

    /// `MultiplicativeExpression`
    fn product(&mut self) -> Parsed<Expression> {
        let mut left = self.unary()?;
        loop {
            let made: fn(Box<Expression>, Box<Expression>) -> Expression = match self.byte() {
                b'*' => Expression::Multiply,
                b'/' => Expression::Divide,
                _ => return Ok(left),
            };
            self.link()?;
            self.at += 1;
            self.blank();
            left = made(Box::new(left), Box::new(self.unary()?));
        }
    }

    /// `UnaryExpression ::= '!' UnaryExpression | '+' PrimaryExpression | '-' PrimaryExpression | PrimaryExpression`
    fn unary(&mut self) -> Parsed<Expression> {
        let mut negations = 0;
        while self.byte() == b'!' {
            self.link()?;
            self.take("!");
            negations += 1;
        }
        let mut expression = match self.byte() {
            sign @ (b'+' | b'-') => match self.number_if_any() {
                Some(number) => number.into(),
                None => {
                    self.link()?;
                    self.at += 1;
                    self.blank();
                    let operand = Box::new(self.primary()?);
                    if sign == b'+' {
                        Expression::UnaryPlus(operand)
                    } else {
                        Expression::UnaryMinus(operand)
                    }
                }
            },
            _ => self.primary()?,
        };
        for _ in 0..negations {
            expression = Expression::Not(Box::new(expression));
        }
        Ok(expression)
    }

    /// `PrimaryExpression`
    fn primary(&mut self) -> Parsed<Expression> {
        match self.byte() {
            b'(' => self.bracketed(),
            b'?' | b'$' => self.variable().map(Expression::from),
            b'<' if self.rest().starts_with(b"<<(") => self.triple_expression(),
            b'"' | b'\'' | b'0'..=b'9' | b'.' | b'+' | b'-' => self.literal_operand(),
            _ if self.is_iri() => self.iri_or_call(),
            b't' | b'T' | b'f' | b'F' if self.is_word("true") || self.is_word("false") => {
                self.literal_operand()
            }
            _ => self.built_in(),
        }
    }

    fn literal_operand(&mut self) -> Parsed<Expression> {
        self.literal_if_any()?.map(Expression::from).ok_or_else(|| self.unexpected())
    }

    /// `BrackettedExpression ::= '(' Expression ')'`
    pub(super) fn bracketed(&mut self) -> Parsed<Expression> {
        self.open("(")?;
        let expression = self.expression()?;
        self.close(")")?;
        Ok(expression)
    }

    /// `ExprTripleTerm`
    fn triple_expression(&mut self) -> Parsed<Expression> {
        self.open("<<(")?;
        let subject = self.variable_or_iri()?.into();
        let predicate = self.verb()?.into();
        let object = self.triple_operand()?;
        self.close(")>>")?;
        Ok(Expression::FunctionCall(Function::Triple, vec![subject, predicate, object]))
    }

    fn triple_operand(&mut self) -> Parsed<Expression> {
        match self.byte() {
            b'?' | b'$' => self.variable().map(Expression::from),
            b'<' if self.rest().starts_with(b"<<(") => self.triple_expression(),
            _ if self.is_iri() => self.iri().map(Expression::from),
            _ => self.literal_operand(),
        }
    }

    /// `Constraint ::= BrackettedExpression | BuiltInCall | FunctionCall`
    pub(super) fn constraint(&mut self) -> Parsed<Expression> {
        match self.byte() {
            b'(' => self.bracketed(),
            _ if self.is_iri() => self.call(),
            _ => self.built_in(),
        }
    }

    /// `ExpressionList ::= NIL | '(' Expression ( ',' Expression )* ')'`
    pub(super) fn expression_list(&mut self) -> Parsed<Vec<Expression>> {
        self.open("(")?;
        self.rest_of_list()
    }

    /// A list behind its bracket.
    pub(super) fn rest_of_list(&mut self) -> Parsed<Vec<Expression>> {
        let mut list = Vec::new();
        if self.byte() != b')' {
            list.push(self.expression()?);
            while self.take(",") {
                list.push(self.expression()?);
            }
        }
        self.close(")")?;
        Ok(list)
    }
}
