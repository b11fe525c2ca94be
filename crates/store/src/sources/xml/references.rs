//! Text and what `&...;` in it and in attributes stands for.
//!
//! In: characters and references. Out: text; an entity with markup is read in place of its reference. What
//! entities add is counted against [`EXPANSION`](super::EXPANSION).

use super::doctype::Entity;
use super::names::{is_char, is_name};
use super::{ENTITIES, EXPANSION, FREE, Place, Reader, Replacement, Result, fault};
use std::io::BufRead;
use std::rc::Rc;

impl<R: BufRead> Reader<R> {
    /// Characters up to the next markup.
    pub(super) fn text(&mut self) -> Result<String> {
        let mut text = Vec::new();
        loop {
            self.run(&mut text, |byte| {
                matches!(byte, b'<' | b'&' | b'>') || (byte < b' ' && byte != b'\n' && byte != b'\t')
            })?;
            match self.peek()? {
                None | Some(b'<') => return self.string(text),
                Some(b'\r') => {
                    self.line_end()?;
                    text.push(b'\n');
                }
                Some(b'>') if text.ends_with(b"]]") => {
                    return fault(self.place, "`]]>` must not stand in text", "write ]]&gt;");
                }
                Some(b'>') => {
                    self.bump()?;
                    text.push(b'>');
                }
                Some(b'&') => {
                    if let Some(known) = self.reference_in_text()? {
                        text.extend_from_slice(known.as_bytes());
                    } else if !text.is_empty() {
                        return self.string(text);
                    }
                }
                Some(byte) => return self.bad_character(byte),
            }
        }
    }

    /// A reference in text: what it stands for, or nothing where its entity has markup and is read next.
    fn reference_in_text(&mut self) -> Result<Option<Rc<str>>> {
        let start = self.place;
        let name = match self.reference()? {
            Reference::Known(text) => return Ok(Some(text)),
            Reference::Entity(name) => name,
        };
        let text = self.entity(&name, start)?;
        if !text.contains(['<', '&']) {
            return Ok(Some(text));
        }
        self.nested(&name, start, self.inside.iter().map(|inside| inside.name.as_str()))?;
        self.inside.push(Replacement { name, text, at: 0, open: self.open.len() });
        Ok(None)
    }

    pub(super) fn leave_entity(&mut self) -> Result<()> {
        match self.inside.pop() {
            Some(inside) if inside.open != self.open.len() => {
                let open = self.open.last().map(|open| open.name.clone()).unwrap_or_default();
                fault(
                    self.place,
                    format!("the entity &{}; ends before </{open}>", inside.name),
                    "an entity holds whole elements",
                )
            }
            _ => Ok(()),
        }
    }

    /// A reference in the value of an attribute: all that it stands for.
    pub(super) fn reference_in_value(&mut self) -> Result<String> {
        let start = self.place;
        match self.reference()? {
            Reference::Known(text) => Ok(text.as_ref().to_owned()),
            Reference::Entity(name) => {
                let mut out = String::new();
                self.expand(&name, start, &mut Vec::new(), &mut out)?;
                Ok(out)
            }
        }
    }

    /// Replaces an entity and those within it by text for the value of an attribute.
    fn expand(&mut self, name: &str, at: Place, above: &mut Vec<String>, out: &mut String) -> Result<()> {
        let text = self.entity(name, at)?;
        self.nested(name, at, above.iter().map(String::as_str))?;
        if text.contains('<') {
            return fault(
                at,
                format!("the entity &{name}; holds markup, and cannot stand in an attribute"),
                "write the value itself",
            );
        }
        above.push(name.to_owned());
        let mut rest = text.as_ref();
        while let Some((before, after)) = rest.split_once('&') {
            out.extend(before.chars().map(spaced));
            let Some((inner, after)) = after.split_once(';') else {
                return fault(at, format!("the entity &{name}; holds a bare &"), "declare it with &#38;#38;");
            };
            match known(inner) {
                Some(Some(c)) => out.push(c),
                Some(None) => {
                    return fault(
                        at,
                        format!("&{inner}; in &{name}; stands for no character"),
                        "correct its declaration",
                    );
                }
                None => self.expand(inner, at, above, out)?,
            }
            rest = after;
        }
        out.extend(rest.chars().map(spaced));
        above.pop();
        Ok(())
    }

    /// Refuses an entity within itself, or too deep.
    fn nested<'a>(&self, name: &str, at: Place, mut above: impl Iterator<Item = &'a str>) -> Result<()> {
        let mut depth = 0;
        if above.any(|other| {
            depth += 1;
            other == name
        }) {
            return fault(
                at,
                format!("the entity &{name}; holds itself"),
                "declare it without naming itself",
            );
        }
        if depth >= ENTITIES {
            return fault(at, format!("entities nest more than {ENTITIES} deep"), "write their text in full");
        }
        Ok(())
    }

    /// The text that a declared entity stands for, counted against the limit.
    fn entity(&mut self, name: &str, at: Place) -> Result<Rc<str>> {
        match self.doctype.entity(name) {
            Some(Entity::Text(text)) => {
                let text = Rc::clone(text);
                self.expanded += text.len() as u64;
                if self.expanded > FREE + EXPANSION * self.read {
                    return fault(
                        at,
                        format!("entities swell this file to more than {EXPANSION} times its size"),
                        "this is how an attack on XML readers looks; write the text in full if it is meant",
                    );
                }
                Ok(text)
            }
            Some(Entity::External) => fault(
                at,
                format!("the entity &{name}; stands for another file, which is not read"),
                "put its text in place of the reference, for instance: xmllint --noent FILE",
            ),
            None => fault(
                at,
                format!("the entity &{name}; is not declared"),
                format!(
                    "a bare & is written &amp;; otherwise declare it: <!DOCTYPE rdf:RDF [<!ENTITY {name} \"...\">]>"
                ),
            ),
        }
    }

    /// Reads `&...;`.
    fn reference(&mut self) -> Result<Reference> {
        let start = self.place;
        self.bump()?;
        let mut name = Vec::new();
        self.run(&mut name, |byte| {
            !(byte.is_ascii_alphanumeric()
                || matches!(byte, b'#' | b'_' | b'-' | b'.' | b':')
                || byte >= 0x80)
        })?;
        let name = self.string(name)?;
        if self.peek()? != Some(b';') || name.is_empty() {
            return fault(start, "a bare `&` stands here", "write it as &amp;");
        }
        self.bump()?;
        match known(&name) {
            Some(Some(c)) => Ok(Reference::Known(c.to_string().into())),
            Some(None) => fault(start, format!("&{name}; stands for no character of XML"), "leave it out"),
            None if is_name(&name) => Ok(Reference::Entity(name)),
            None => fault(start, "a bare `&` stands here", "write it as &amp;"),
        }
    }
}

/// What `&...;` names.
enum Reference {
    Known(Rc<str>),
    Entity(String),
}

/// The character of a reference by number or of one of the five names of XML itself. The inner nothing is a
/// number that is not a character; the outer one a name that must be declared.
pub fn known(name: &str) -> Option<Option<char>> {
    if let Some(number) = name.strip_prefix('#') {
        let code = match number.strip_prefix('x') {
            Some(digits) => {
                digits.bytes().all(|b| b.is_ascii_hexdigit()).then(|| u32::from_str_radix(digits, 16).ok())
            }
            None => number.bytes().all(|b| b.is_ascii_digit()).then(|| number.parse().ok()),
        };
        return Some(code.flatten().and_then(char::from_u32).filter(|c| is_char(*c)));
    }
    Some(Some(match name {
        "lt" => '<',
        "gt" => '>',
        "amp" => '&',
        "quot" => '"',
        "apos" => '\'',
        _ => return None,
    }))
}

/// White space in the value of an attribute is a space.
fn spaced(c: char) -> char {
    if matches!(c, '\t' | '\n' | '\r') { ' ' } else { c }
}
