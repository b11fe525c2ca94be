//! IRIs, prefixed names, variables and blank node labels.
//!
//! In: the text where one must stand. Out: the name. `IRIREF`, `PNAME_NS`, `PNAME_LN`, `BLANK_NODE_LABEL`, `VAR1`, `VAR2` of section 19.8.

use super::scan::is_name;
use super::{Parsed, Parser, Refusal, Why};
use crate::syntax::algebra::{BlankNode, NamedNodePattern};
use crate::terms::{NamedNode, Variable, rdf};
use baimo_store::sources::lines::iri_length;
use oxiri::Iri;
use std::borrow::Cow;

/// `PN_CHARS_BASE`
fn begins_name(c: char) -> bool {
    matches!(c, 'A'..='Z' | 'a'..='z' | '\u{C0}'..='\u{D6}' | '\u{D8}'..='\u{F6}' | '\u{F8}'..='\u{2FF}'
        | '\u{370}'..='\u{37D}' | '\u{37F}'..='\u{1FFF}' | '\u{200C}'..='\u{200D}' | '\u{2070}'..='\u{218F}'
        | '\u{2C00}'..='\u{2FEF}' | '\u{3001}'..='\u{D7FF}' | '\u{F900}'..='\u{FDCF}' | '\u{FDF0}'..='\u{FFFD}'
        | '\u{10000}'..='\u{EFFFF}')
}

/// What `VARNAME` has after its first character; `PN_CHARS` has the hyphen besides.
fn goes_on(c: char) -> bool {
    c == '_'
        || c.is_ascii_digit()
        || begins_name(c)
        || matches!(c, '\u{B7}' | '\u{300}'..='\u{36F}' | '\u{203F}'..='\u{2040}')
}

impl<'t> Parser<'t> {
    /// The character so many bytes after the present place, where one begins there.
    fn char_at(&self, after: usize) -> Option<char> {
        self.text.get(self.at + after..)?.chars().next()
    }

    /// How many bytes from so many after the present place are all such characters.
    fn run(&self, after: usize, is: fn(char) -> bool) -> usize {
        let mut length = 0;
        loop {
            let byte = self.byte_at(after + length);
            let next = if byte.is_ascii() { Some(char::from(byte)) } else { self.char_at(after + length) };
            match next.filter(|c| is(*c)) {
                Some(c) => length += c.len_utf8(),
                None => return length,
            }
        }
    }

    /// `Var ::= VAR1 | VAR2`, if one stands here.
    pub(super) fn variable_if_any(&mut self) -> Option<Variable> {
        if !matches!(self.byte(), b'?' | b'$') {
            return None;
        }
        let length = self.run(1, goes_on);
        // A name begins with a letter, a digit or an underscore.
        let first = self.char_at(1)?;
        if length == 0 || !(first == '_' || first.is_ascii_digit() || begins_name(first)) {
            return None;
        }
        self.at += 1;
        let name = self.cut(length);
        self.blank();
        self.variables.push(name);
        Some(Variable::new_unchecked(name))
    }

    /// A variable that must stand here.
    pub(super) fn variable(&mut self) -> Parsed<Variable> {
        self.variable_if_any().ok_or_else(|| self.unexpected())
    }

    /// `VarOrIri`
    pub(super) fn variable_or_iri(&mut self) -> Parsed<NamedNodePattern> {
        Ok(match self.variable_if_any() {
            Some(variable) => variable.into(),
            None => self.iri()?.into(),
        })
    }

    /// Whether an IRI stands here, in brackets or as a prefixed name.
    pub(super) fn is_iri(&self) -> bool {
        match self.byte() {
            b'<' => !self.rest().starts_with(b"<<"),
            _ => self.prefix_length().is_some(),
        }
    }

    /// `iri ::= IRIREF | PrefixedName`
    pub(super) fn iri(&mut self) -> Parsed<NamedNode> {
        if self.byte() == b'<' {
            return self.iri_reference().map(NamedNode::new_unchecked);
        }
        let at = self.at;
        let Some(length) = self.prefix_length() else { return Err(self.unexpected()) };
        let prefix = self.cut(length);
        self.at += 1;
        let local = self.local_name()?;
        let namespace = match self.declared.get(prefix) {
            Some(namespace) => namespace.as_ref(),
            None => self.prefixes.namespace(prefix).ok_or(Refusal { at, why: Why::UnknownPrefix })?,
        };
        let mut iri = String::with_capacity(namespace.len() + local.len() + 1);
        iri.push_str(namespace);
        local.split('\\').for_each(|part| iri.push_str(part));
        let iri = checked(iri).ok_or(Refusal { at, why: Why::Iri })?;
        self.blank();
        Ok(NamedNode::new_unchecked(iri))
    }

    /// How long the prefix before the colon of a name is that stands here.
    fn prefix_length(&self) -> Option<usize> {
        let mut length = 0;
        loop {
            let byte = self.byte_at(length);
            match byte {
                b':' => break,
                _ if byte.is_ascii_alphabetic() => length += 1,
                b'_' | b'-' | b'.' | b'0'..=b'9' if length > 0 => length += 1,
                _ if byte.is_ascii() => return None,
                _ => {
                    let next = self.char_at(length)?;
                    let is_of_name = begins_name(next) || length > 0 && goes_on(next);
                    length += if is_of_name { next.len_utf8() } else { return None };
                }
            }
        }
        // `PN_PREFIX` does not end with a dot.
        (length == 0 || self.byte_at(length - 1) != b'.').then_some(length)
    }

    /// `PN_LOCAL`, perhaps nothing.
    fn local_name(&mut self) -> Parsed<&'t str> {
        // Up to where, without the dots that may be behind the name and end a triple.
        let (mut length, mut end) = (0, 0);
        loop {
            let byte = self.byte_at(length);
            let step = match byte {
                b'.' if length > 0 => {
                    length += 1;
                    continue;
                }
                b'-' if length > 0 => 1,
                b':' | b'_' => 1,
                _ if byte.is_ascii_alphanumeric() => 1,
                b'%' if self.byte_at(length + 1).is_ascii_hexdigit()
                    && self.byte_at(length + 2).is_ascii_hexdigit() =>
                {
                    3
                }
                b'\\' if b"_~.-!$&'()*+,;=/?#@%".contains(&self.byte_at(length + 1)) => 2,
                b'\\' => return Err(Refusal { at: self.at + length, why: Why::Escape }),
                _ if byte.is_ascii() => break,
                _ => match self.char_at(length) {
                    Some(c) if begins_name(c) || length > 0 && goes_on(c) => c.len_utf8(),
                    _ => break,
                },
            };
            length += step;
            end = length;
        }
        Ok(self.cut(end))
    }

    /// `PNAME_NS`: the name of a prefix, without its colon.
    pub(super) fn prefix_name(&mut self) -> Parsed<&'t str> {
        let length = self.prefix_length().ok_or_else(|| self.unexpected())?;
        let name = self.cut(length);
        self.at += 1;
        self.blank();
        Ok(name)
    }

    /// Whether what stands here is the token `IRIREF`, whatever it is meant to be.
    pub(super) fn is_iri_reference(&self) -> bool {
        let inside = self.rest().get(1..).unwrap_or_default();
        let end = inside.iter().position(|byte| *byte <= b' ' || b"<>\"{}|^`\\".contains(byte));
        self.byte() == b'<' && end.is_some_and(|end| inside.get(end) == Some(&b'>'))
    }

    /// `IRIREF`, resolved against the base.
    pub(super) fn iri_reference(&mut self) -> Parsed<Cow<'t, str>> {
        let at = self.at;
        let inside = self.rest().strip_prefix(b"<").ok_or_else(|| self.unexpected())?;
        if let Some(length) = iri_length(inside) {
            self.at += 1;
            let iri = self.cut(length);
            self.at += 1;
            self.blank();
            // A base takes the dots out of a path (RFC 3986, section 5.2.2).
            return match &self.base {
                Some(base) if iri.contains("/.") => resolved(base, iri, at).map(Cow::Owned),
                _ => Ok(Cow::Borrowed(iri)),
            };
        }
        let is_other = |byte: &u8| *byte <= b' ' || b"<>\"{}|^`".contains(byte);
        let length = inside.iter().position(is_other).unwrap_or(inside.len());
        if inside.get(length) != Some(&b'>') {
            return Err(Refusal { at: at + 1 + length, why: Why::Unexpected });
        }
        self.at += 1;
        let written = self.cut(length);
        self.at += 1;
        self.blank();
        let iri = if written.contains('\\') {
            super::terms::unescaped(written, at + 1, false)?
        } else {
            written.to_owned()
        };
        let iri = match &self.base {
            Some(base) => resolved(base, &iri, at),
            None => {
                let scheme = iri.split(['/', '?', '#']).next().unwrap_or_default();
                let why = if scheme.contains(':') { Why::Iri } else { Why::RelativeIri };
                checked(iri).ok_or(Refusal { at, why })
            }
        };
        iri.map(Cow::Owned)
    }

    /// Whether the word `a` stands here, which is in small letters (section 19.8, note 1).
    pub(super) fn is_type(&self) -> bool {
        self.byte() == b'a' && self.is_word("a")
    }

    /// `iri | 'a'`
    pub(super) fn predicate(&mut self) -> Parsed<NamedNode> {
        if !self.is_type() {
            return self.iri();
        }
        self.take("a");
        Ok(rdf::TYPE.into_owned())
    }

    /// `BlankNode ::= BLANK_NODE_LABEL | ANON`, if one stands here. `[` with something in it is none.
    pub(super) fn blank_node_if_any(&mut self) -> Parsed<Option<BlankNode>> {
        if self.byte() == b'[' && self.is_empty_bracket(b']') {
            self.take("[");
            self.expect("]")?;
            return Ok(Some(BlankNode::default()));
        }
        if !self.rest().starts_with(b"_:") {
            return Ok(None);
        }
        let at = self.at;
        let mut length = match self.char_at(2) {
            Some(c) if c == '_' || c.is_ascii_digit() || begins_name(c) => c.len_utf8(),
            _ => return Err(Refusal { at: at + 2, why: Why::Unexpected }),
        };
        let mut end = length;
        loop {
            let run = self.run(2 + length, |c| c == '-' || goes_on(c));
            length += run;
            end = if run > 0 { length } else { end };
            if self.byte_at(2 + length) != b'.' {
                break;
            }
            length += 1;
        }
        self.at += 2;
        let label = self.cut(end);
        self.blank();
        if !self.labels.is_template {
            let pattern = self.labels.pattern;
            if *self.labels.of_patterns.entry(label).or_insert(pattern) != pattern {
                return Err(Refusal { at, why: Why::LabelInTwoPatterns });
            }
        } else if let Some(operation) = self.labels.data
            && *self.labels.of_data.entry(label).or_insert(operation) != operation
        {
            return Err(Refusal { at, why: Why::LabelInTwoOperations });
        }
        Ok(Some(BlankNode::new_unchecked(label)))
    }

    /// Whether only blanks are between the bracket that stands here and the one that closes it (`NIL`, `ANON`).
    pub(super) fn is_empty_bracket(&self, close: u8) -> bool {
        let mut at = 1;
        while matches!(self.byte_at(at), b' ' | b'\t' | b'\n' | b'\r') {
            at += 1;
        }
        self.byte_at(at) == close
    }

    /// Whether a name goes on so many bytes after the present place, or a variable begins with what is there.
    pub(super) fn is_name_at(&self, after: usize) -> bool {
        is_name(self.byte_at(after)) && self.byte_at(after) != b'-'
    }
}

/// An IRI, if it is one: absolute, and without what no IRI has (RFC 3987).
fn checked(mut iri: String) -> Option<String> {
    iri.push('>');
    let is_plain = iri_length(iri.as_bytes()) == Some(iri.len() - 1);
    iri.pop();
    if is_plain { Some(iri) } else { Iri::parse(iri).ok().map(Iri::into_inner) }
}

fn resolved(base: &Iri<String>, iri: &str, at: usize) -> Parsed<String> {
    base.resolve(iri).map(Iri::into_inner).map_err(|_| Refusal { at, why: Why::Iri })
}
