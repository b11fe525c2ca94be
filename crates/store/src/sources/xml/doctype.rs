//! The document type declaration: what its internal subset says of entities and attributes.
//!
//! In: the text after `<!DOCTYPE`. Out: the entities by name, and the values of attributes by default. What
//! another file says (an external subset, an external entity) is not read.

use super::references::known;
use super::tags::Raw;
use super::{Place, Reader, Result, fault};
use std::collections::HashMap;
use std::io::BufRead;
use std::rc::Rc;

/// What an entity stands for.
pub enum Entity {
    /// Its replacement text.
    Text(Rc<str>),
    /// Another file.
    External,
}

/// What is said of an attribute.
struct Declared {
    attribute: String,
    /// Whether its value is text, which keeps its spaces.
    is_text: bool,
    default: Option<String>,
}

/// What the declaration says.
#[derive(Default)]
pub struct Doctype {
    /// Whether there is one.
    pub seen: bool,
    entities: HashMap<String, Entity>,
    attributes: HashMap<String, Vec<Declared>>,
}

impl Doctype {
    /// A general entity.
    pub fn entity(&self, name: &str) -> Option<&Entity> {
        self.entities.get(name)
    }

    /// Adds the values by default, and takes the spaces from values that are tokens (XML 1.0, 3.3.2, 3.3.3).
    pub fn add_defaults(&self, element: &str, attributes: &mut Vec<Raw>, at: Place) {
        for declared in self.attributes.get(element).into_iter().flatten() {
            let there = attributes.iter_mut().find(|other| other.name == declared.attribute);
            match (there, &declared.default) {
                (Some(there), _) if !declared.is_text => there.value = tokens(&there.value),
                (None, Some(default)) => {
                    attributes.push(Raw {
                        name: declared.attribute.clone(),
                        value: default.clone(),
                        place: at,
                    });
                }
                _ => {}
            }
        }
    }
}

fn tokens(value: &str) -> String {
    value.split(' ').filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ")
}

/// Reads the declaration from after `<!`.
///
/// # Errors
/// Where it is malformed.
pub fn read<R: BufRead>(xml: &mut Reader<R>, start: Place) -> Result<()> {
    xml.expect("DOCTYPE", start, "a bare < is written &lt;")?;
    xml.doctype.seen = true;
    let unclosed = || fault(start, "the document type declaration is not closed", "close it with ]> or >");
    loop {
        xml.spaces()?;
        match xml.peek()? {
            Some(b'>') => return xml.bump(),
            Some(b'[') => {
                xml.bump()?;
                subset(xml)?;
            }
            Some(b'"' | b'\'') => drop(quoted(xml)?),
            Some(_) => drop(xml.name()?),
            None => return unclosed(),
        }
    }
}

fn subset<R: BufRead>(xml: &mut Reader<R>) -> Result<()> {
    loop {
        xml.spaces()?;
        let start = xml.place();
        match xml.peek()? {
            Some(b']') => return xml.bump(),
            Some(b'%') => {
                // What a parameter entity holds would be read here; those of other files are not.
                xml.bump()?;
                xml.name()?;
                xml.expect(";", start, "a parameter entity is named %name;")?;
            }
            Some(b'<') => {
                xml.bump()?;
                declaration(xml, start)?;
            }
            Some(_) => {
                return fault(
                    start,
                    "this cannot stand in a document type declaration",
                    "it holds <!ENTITY ...>, <!ATTLIST ...>, <!ELEMENT ...> and comments",
                );
            }
            None => {
                return fault(
                    start,
                    "the file ends inside the document type declaration",
                    "close it with ]>",
                );
            }
        }
    }
}

fn declaration<R: BufRead>(xml: &mut Reader<R>, start: Place) -> Result<()> {
    if xml.peek()? == Some(b'?') {
        return xml.instruction(start, false).map(drop);
    }
    xml.expect("!", start, "declarations begin with <!")?;
    if xml.peek()? == Some(b'-') {
        return xml.comment(start).map(drop);
    }
    match xml.name()?.as_str() {
        "ENTITY" => entity(xml, start),
        "ATTLIST" => attributes(xml, start),
        "ELEMENT" | "NOTATION" => rest(xml, start),
        other => fault(
            start,
            format!("<!{other} is not a declaration of XML"),
            "it holds <!ENTITY ...>, <!ATTLIST ...>, <!ELEMENT ...> and comments",
        ),
    }
}

/// Passes over the rest of a declaration.
fn rest<R: BufRead>(xml: &mut Reader<R>, start: Place) -> Result<()> {
    let mut passed = Vec::new();
    loop {
        xml.run(&mut passed, |byte| matches!(byte, b'>' | b'"' | b'\''))?;
        passed.clear();
        match xml.peek()? {
            Some(b'>') => return xml.bump(),
            Some(_) => drop(quoted(xml)?),
            None => return fault(start, "this declaration is not closed", "close it with >"),
        }
    }
}

fn entity<R: BufRead>(xml: &mut Reader<R>, start: Place) -> Result<()> {
    xml.spaces()?;
    let of_declarations = xml.peek()? == Some(b'%');
    if of_declarations {
        xml.bump()?;
        xml.spaces()?;
    }
    let name = xml.name()?;
    xml.spaces()?;
    let entity = match xml.peek()? {
        Some(b'"' | b'\'') => Entity::Text(replacement(xml)?.into()),
        _ => Entity::External,
    };
    rest(xml, start)?;
    if !of_declarations {
        // The first declaration counts (XML 1.0, 4.2).
        xml.doctype.entities.entry(name).or_insert(entity);
    }
    Ok(())
}

/// The value of an entity, with its references by number replaced (XML 1.0, 4.5).
fn replacement<R: BufRead>(xml: &mut Reader<R>) -> Result<String> {
    let start = xml.place();
    let value = quoted(xml)?;
    let (mut out, mut rest) = (String::new(), value.as_str());
    while let Some((before, after)) = rest.split_once("&#") {
        out.push_str(before);
        let number =
            after.split_once(';').and_then(|(number, after)| Some((known(&format!("#{number}"))??, after)));
        let Some((c, after)) = number else {
            return fault(start, "`&#` in this entity stands for no character", "write & and # as &#38;#");
        };
        out.push(c);
        rest = after;
    }
    Ok(out + rest)
}

/// The text between two quotes.
fn quoted<R: BufRead>(xml: &mut Reader<R>) -> Result<String> {
    let start = xml.place();
    let quote = xml.peek()?.unwrap_or_default();
    xml.bump()?;
    match xml.until(&[quote])? {
        Some(text) => xml.string(text),
        None => fault(start, "this quote is not closed", "close it with the quote that opened it"),
    }
}

fn attributes<R: BufRead>(xml: &mut Reader<R>, start: Place) -> Result<()> {
    xml.spaces()?;
    let element = xml.name()?;
    loop {
        xml.spaces()?;
        match xml.peek()? {
            Some(b'>') => return xml.bump(),
            None => return fault(start, "this declaration is not closed", "close it with >"),
            Some(_) => {}
        }
        let attribute = xml.name()?;
        xml.spaces()?;
        let is_text = kind(xml, start)?;
        let default = default(xml, &attribute)?.map(|value| if is_text { value } else { tokens(&value) });
        let of_element = xml.doctype.attributes.entry(element.clone()).or_default();
        if !of_element.iter().any(|other| other.attribute == attribute) {
            of_element.push(Declared { attribute, is_text, default });
        }
    }
}

/// Passes over the type of an attribute; tells whether it is text.
fn kind<R: BufRead>(xml: &mut Reader<R>, start: Place) -> Result<bool> {
    let name = if xml.peek()? == Some(b'(') { String::new() } else { xml.name()? };
    xml.spaces()?;
    if xml.peek()? == Some(b'(') && xml.until(b")")?.is_none() {
        return fault(start, "a `)` is missing in this declaration", "close the list of values");
    }
    Ok(name == "CDATA")
}

fn default<R: BufRead>(xml: &mut Reader<R>, attribute: &str) -> Result<Option<String>> {
    xml.spaces()?;
    if xml.peek()? == Some(b'#') {
        xml.bump()?;
        if xml.name()? != "FIXED" {
            return Ok(None);
        }
    }
    xml.spaces()?;
    xml.quoted_value(attribute).map(Some)
}
