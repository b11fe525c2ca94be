//! Literals, and the terms of patterns that are not triples themselves.
//!
//! In: the text where one may stand. Out: the term; lexical forms stay as they are written. `VarOrTerm`, `RDFLiteral`,
//! `NumericLiteral`, `BooleanLiteral`, `String`, `TripleTerm` of section 19.8.

use super::{Parsed, Parser, Refusal, Why};
use crate::syntax::algebra::{TermPattern, TriplePattern};
use crate::terms::{BaseDirection, Literal, rdf, xsd};

/// A text without its escapes (section 19.7). `at` is where in the whole text it begins; a string may have those of characters besides
/// those of code points.
pub(super) fn unescaped(written: &str, at: usize, is_string: bool) -> Parsed<String> {
    let mut plain = String::with_capacity(written.len());
    let mut rest = written;
    while let Some(place) = memchr::memchr(b'\\', rest.as_bytes()) {
        let (before, after) = rest.split_at_checked(place).unwrap_or_default();
        plain.push_str(before);
        let refusal = Refusal { at: at + written.len() - after.len(), why: Why::Escape };
        let code = |digits: usize| {
            let hex = after.get(2..2 + digits).filter(|hex| hex.bytes().all(|byte| byte.is_ascii_hexdigit()));
            hex.and_then(|hex| char::from_u32(u32::from_str_radix(hex, 16).ok()?)).ok_or(refusal)
        };
        let (c, length) = match after.as_bytes().get(1) {
            Some(b'u') => (code(4)?, 6),
            Some(b'U') => (code(8)?, 10),
            Some(b't') if is_string => ('\t', 2),
            Some(b'b') if is_string => ('\u{8}', 2),
            Some(b'n') if is_string => ('\n', 2),
            Some(b'r') if is_string => ('\r', 2),
            Some(b'f') if is_string => ('\u{C}', 2),
            Some(quoted @ (b'"' | b'\'' | b'\\')) if is_string => (char::from(*quoted), 2),
            _ => return Err(refusal),
        };
        plain.push(c);
        rest = after.get(length..).unwrap_or_default();
    }
    plain.push_str(rest);
    Ok(plain)
}

impl Parser<'_> {
    /// `VarOrTerm`, if one stands here.
    pub(super) fn term_if_any(&mut self) -> Parsed<Option<TermPattern>> {
        Ok(Some(match self.byte() {
            b'?' | b'$' => self.variable()?.into(),
            b'<' if self.rest().starts_with(b"<<(") => self.triple_term()?.into(),
            b'(' if self.is_empty_bracket(b')') => {
                self.take("(");
                self.expect(")")?;
                rdf::NIL.into_owned().into()
            }
            b'_' | b'[' => return Ok(self.blank_node_if_any()?.map(TermPattern::from)),
            _ if self.is_iri() => self.iri()?.into(),
            _ => return Ok(self.literal_if_any()?.map(TermPattern::from)),
        }))
    }

    /// `TripleTerm ::= '<<(' TripleTermSubject Verb TripleTermObject ')>>'`
    pub(super) fn triple_term(&mut self) -> Parsed<TriplePattern> {
        self.open("<<(")?;
        let subject = self.inner_term()?;
        let predicate = self.verb()?;
        let object = self.inner_term()?;
        self.close(")>>")?;
        Ok(TriplePattern { subject, predicate, object })
    }

    /// `TripleTermSubject`, `TripleTermObject`: no list and no brackets with something in them.
    pub(super) fn inner_term(&mut self) -> Parsed<TermPattern> {
        if self.byte() == b'(' {
            return Err(self.unexpected());
        }
        self.term_if_any()?.ok_or_else(|| self.unexpected())
    }

    /// `RDFLiteral | NumericLiteral | BooleanLiteral`, if one stands here.
    pub(super) fn literal_if_any(&mut self) -> Parsed<Option<Literal>> {
        match self.byte() {
            b'"' | b'\'' => self.string_literal().map(Some),
            b'0'..=b'9' | b'.' | b'+' | b'-' => Ok(self.number_if_any()),
            b't' | b'T' if self.word("true") => Ok(Some(Literal::new_typed_literal("true", xsd::BOOLEAN))),
            b'f' | b'F' if self.word("false") => Ok(Some(Literal::new_typed_literal("false", xsd::BOOLEAN))),
            _ => Ok(None),
        }
    }

    /// `RDFLiteral ::= String ( LANG_DIR | ( '^^' iri ) )?`
    fn string_literal(&mut self) -> Parsed<Literal> {
        let value = self.string()?;
        if self.take("^^") {
            return Ok(Literal::new_typed_literal(value, self.iri()?));
        }
        if self.byte() != b'@' {
            return Ok(Literal::new_simple_literal(value));
        }
        let at = self.at;
        let refusal = Refusal { at, why: Why::Language };
        let rest = self.rest();
        let mut length = 1;
        // `--` begins the direction.
        while self.byte_at(length).is_ascii_alphanumeric()
            || self.byte_at(length) == b'-' && self.byte_at(length + 1).is_ascii_alphanumeric()
        {
            length += 1;
        }
        let is_directed = rest.get(length..).is_some_and(|rest| rest.starts_with(b"--"));
        let tag = self.cut(length).get(1..).unwrap_or_default();
        if !is_directed {
            self.blank();
            return Literal::new_language_tagged_literal(value, tag).map_err(|_| refusal);
        }
        self.at += 2;
        let direction = match self.bare_word() {
            "ltr" => BaseDirection::Ltr,
            "rtl" => BaseDirection::Rtl,
            _ => return Err(Refusal { at: self.at, why: Why::Language }),
        };
        self.at += 3;
        self.blank();
        Literal::new_directional_language_tagged_literal(value, tag, direction).map_err(|_| refusal)
    }

    /// `String`, with any of the four quotes.
    pub(super) fn string(&mut self) -> Parsed<String> {
        let quote = self.byte();
        if !matches!(quote, b'"' | b'\'') {
            return Err(self.unexpected());
        }
        if self.byte_at(1) != quote || self.byte_at(2) != quote {
            return self.short_string();
        }
        let start = self.at + 3;
        let mut length = 3;
        loop {
            let rest = self.rest().get(length..).unwrap_or_default();
            let Some(next) = memchr::memchr2(quote, b'\\', rest) else {
                return Err(Refusal { at: self.text.len(), why: Why::Unexpected });
            };
            length += next;
            if self.byte_at(length) == b'\\' {
                // The escaped character is no quote.
                length += 2;
            } else if self.byte_at(length + 1) == quote && self.byte_at(length + 2) == quote {
                break;
            } else {
                length += 1;
            }
        }
        self.at = start;
        let written = self.cut(length - 3);
        self.at += 3;
        self.blank();
        unescaped(written, start, true)
    }

    /// `STRING_LITERAL1 | STRING_LITERAL2`: within a line.
    pub(super) fn short_string(&mut self) -> Parsed<String> {
        let quote = self.byte();
        if !matches!(quote, b'"' | b'\'') {
            return Err(self.unexpected());
        }
        let start = self.at + 1;
        let mut length = 1;
        loop {
            match self.byte_at(length) {
                b'\\' => length += 2,
                b'\n' | b'\r' => return Err(Refusal { at: self.at + length, why: Why::Unexpected }),
                byte if byte == quote => break,
                0 if self.at + length >= self.text.len() => {
                    return Err(Refusal { at: self.text.len(), why: Why::Unexpected });
                }
                _ => length += 1,
            }
        }
        self.at = start;
        let written = self.cut(length - 1);
        self.at += 1;
        self.blank();
        unescaped(written, start, true)
    }

    /// Whether a number stands right behind the sign that stands here.
    pub(super) fn is_number_behind_sign(&self) -> bool {
        self.byte_at(1).is_ascii_digit() || self.byte_at(1) == b'.' && self.byte_at(2).is_ascii_digit()
    }

    /// `NumericLiteral`, its sign right before it, if one stands here.
    pub(super) fn number_if_any(&mut self) -> Option<Literal> {
        let digits = |parser: &Self, at: usize| {
            let mut length = 0;
            while parser.byte_at(at + length).is_ascii_digit() {
                length += 1;
            }
            length
        };
        let sign = usize::from(matches!(self.byte(), b'+' | b'-'));
        let whole = digits(self, sign);
        let mut length = sign + whole;
        let is_dotted = self.byte_at(length) == b'.';
        let fraction = if is_dotted { digits(self, length + 1) } else { 0 };
        if whole + fraction == 0 {
            return None;
        }
        // `1.` ends a triple, where no exponent follows.
        let dotted = if is_dotted { 1 + fraction } else { 0 };
        let mut datatype = xsd::INTEGER;
        if let Some(exponent) = self.exponent(length + dotted) {
            length += dotted + exponent;
            datatype = xsd::DOUBLE;
        } else if fraction > 0 {
            length += dotted;
            datatype = xsd::DECIMAL;
        }
        let number = self.cut(length);
        self.blank();
        Some(Literal::new_typed_literal(number, datatype))
    }

    /// How long the exponent is that stands so many bytes after the present place.
    fn exponent(&self, after: usize) -> Option<usize> {
        if !matches!(self.byte_at(after), b'e' | b'E') {
            return None;
        }
        let sign = usize::from(matches!(self.byte_at(after + 1), b'+' | b'-'));
        let mut length = 1 + sign;
        while self.byte_at(after + length).is_ascii_digit() {
            length += 1;
        }
        (length > 1 + sign).then_some(length)
    }
}
