//! Start tags: attributes as written, the namespaces that they declare, and names resolved.
//!
//! In: what follows `<`. Out: an [`Element`]. An attribute stands once, by its resolved name too.

use super::{
    Attribute, DEPTH, Element, Fault, Name, Open, Place, Reader, Result, Stop, XML, XMLNS, fault, is_ncname,
};
use std::io::BufRead;
use std::rc::Rc;

/// An attribute as written.
pub struct Raw {
    /// Its name, with its prefix.
    pub name: String,
    /// Its value, normalised.
    pub value: String,
    /// Where its name begins.
    pub place: Place,
}

impl<R: BufRead> Reader<R> {
    pub(super) fn start_tag(&mut self, start: Place) -> Result<Element> {
        let name = self.name().map_err(|stop| match stop {
            Stop::Fault(error) => Stop::Fault(Box::new(Fault {
                place: start,
                what: "this `<` begins no tag".into(),
                hint: format!("a bare < is written &lt; ({})", error.what),
            })),
            other => other,
        })?;
        if self.open.is_empty() && self.rooted {
            return fault(
                start,
                format!("<{name}> is a second root element"),
                "put all elements into one rdf:RDF; two files glued together are read one by one",
            );
        }
        if self.open.len() >= DEPTH {
            return fault(
                start,
                format!("elements nest more than {DEPTH} deep"),
                "write the descriptions side by side, tied by rdf:nodeID or rdf:resource",
            );
        }
        let (mut attributes, empty) = self.attributes(&name)?;
        self.doctype.add_defaults(&name, &mut attributes, start);
        let declared = self.declare(&mut attributes)?;
        for (prefix, namespace) in &declared {
            self.namespaces.entry(prefix.clone()).or_default().push(Rc::clone(namespace));
        }
        let element = self.resolve(&name, attributes, declared.clone(), start)?;
        self.open.push(Open { name, line: start.line, declared });
        self.rooted = true;
        self.end_is_due = empty;
        Ok(element)
    }

    /// The attributes as written, and whether the tag is that of an empty element.
    pub(super) fn attributes(&mut self, element: &str) -> Result<(Vec<Raw>, bool)> {
        let mut attributes: Vec<Raw> = Vec::new();
        loop {
            let spaced = self.spaces()?;
            match self.peek()? {
                Some(b'>') => return self.bump().map(|()| (attributes, false)),
                Some(b'/') => {
                    self.bump()?;
                    if self.peek()? != Some(b'>') {
                        return fault(self.place, "after / comes > in a tag", "close the tag with />");
                    }
                    return self.bump().map(|()| (attributes, true));
                }
                None => {
                    return fault(
                        self.place,
                        format!("the file ends inside the tag <{element}"),
                        "it is cut off: fetch it again",
                    );
                }
                Some(_) if !spaced => {
                    return fault(
                        self.place,
                        format!("this cannot stand in the tag <{element}"),
                        "attributes are written name=\"value\", with a space before; close the tag with >",
                    );
                }
                Some(_) => {}
            }
            let place = self.place;
            let name = self.name()?;
            if attributes.iter().any(|other| other.name == name) {
                return fault(
                    place,
                    format!("the attribute {name} stands twice in <{element}>"),
                    "keep one of the two",
                );
            }
            let value = self.attribute_value(&name)?;
            attributes.push(Raw { name, value, place });
        }
    }

    pub(super) fn attribute_value(&mut self, name: &str) -> Result<String> {
        self.spaces()?;
        if self.peek()? != Some(b'=') {
            return fault(
                self.place,
                format!("the attribute {name} has no value"),
                format!("write {name}=\"...\""),
            );
        }
        self.bump()?;
        self.spaces()?;
        self.quoted_value(name)
    }

    /// The value of an attribute, in its quotes.
    pub(super) fn quoted_value(&mut self, name: &str) -> Result<String> {
        let (start, quote) = (self.place, self.peek()?);
        let Some(quote @ (b'"' | b'\'')) = quote else {
            return fault(
                start,
                format!("the value of {name} is not in quotes"),
                format!("write {name}=\"...\""),
            );
        };
        self.bump()?;
        let mut value = Vec::new();
        loop {
            self.run(&mut value, |byte| byte == quote || byte == b'<' || byte == b'&' || byte < b' ')?;
            match self.peek()? {
                Some(byte) if byte == quote => break,
                Some(b'\r') => {
                    self.line_end()?;
                    value.push(b' ');
                }
                Some(b'\t' | b'\n') => {
                    self.bump()?;
                    value.push(b' ');
                }
                Some(b'&') => {
                    let text = self.reference_in_value()?;
                    value.extend_from_slice(text.as_bytes());
                }
                Some(b'<') => {
                    return fault(
                        self.place,
                        format!("`<` must not stand in the value of {name}"),
                        "write &lt;, or close the quote before it",
                    );
                }
                Some(byte) => return self.bad_character(byte),
                None => {
                    return fault(
                        start,
                        format!("the value of {name} is not closed"),
                        "close it with the quote that opened it; is the file cut off?",
                    );
                }
            }
        }
        self.bump()?;
        self.string(value)
    }

    /// Takes the declarations of namespaces out of the attributes.
    pub(super) fn declare(&self, attributes: &mut Vec<Raw>) -> Result<Vec<(String, Rc<str>)>> {
        let mut declared = Vec::new();
        let mut wrong = None;
        attributes.retain(|Raw { name, value, place }| {
            let prefix = match name.strip_prefix("xmlns") {
                Some("") => "",
                Some(rest) if rest.starts_with(':') => rest.get(1..).unwrap_or_default(),
                _ => return true,
            };
            let is_xml = prefix == "xml" && value == XML;
            let taken = value == XML || value == XMLNS || prefix == "xml" || prefix == "xmlns";
            if taken && !is_xml {
                wrong = Some((
                    *place,
                    format!("{name}=\"{value}\": the prefixes xml and xmlns and their namespaces are taken"),
                    "leave this declaration out",
                ));
            } else if (value.is_empty() && !prefix.is_empty()) || (!prefix.is_empty() && !is_ncname(prefix)) {
                wrong = Some((
                    *place,
                    format!("{name}=\"{value}\" binds no prefix"),
                    "write xmlns:name=\"http://...\"",
                ));
            } else if !is_xml {
                declared.push((prefix.to_owned(), value.as_str().into()));
            }
            false
        });
        match wrong {
            Some((place, what, hint)) => fault(place, what, hint),
            None => Ok(declared),
        }
    }

    pub(super) fn resolve(
        &self,
        name: &str,
        attributes: Vec<Raw>,
        declared: Vec<(String, Rc<str>)>,
        place: Place,
    ) -> Result<Element> {
        let name = self.qualified(name, true, place)?;
        let mut found: Vec<Attribute> = Vec::with_capacity(attributes.len());
        for Raw { name, value, place } in attributes {
            let name = self.qualified(&name, false, place)?;
            let same =
                |other: &&Attribute| other.name.local == name.local && other.name.namespace == name.namespace;
            if let Some(other) = found.iter().find(same) {
                return fault(
                    place,
                    format!("{} and {} are the same attribute", other.name.written(), name.written()),
                    "keep one of the two",
                );
            }
            found.push(Attribute { name, value, place });
        }
        Ok(Element { name, attributes: found, declared, place })
    }

    pub(super) fn qualified(&self, name: &str, element: bool, place: Place) -> Result<Name> {
        let (prefix, local) = name.split_once(':').unwrap_or(("", name));
        if !is_ncname(local) || (name.contains(':') && !is_ncname(prefix)) {
            return fault(
                place,
                format!("`{name}` is not a name with at most one prefix"),
                "write prefix:name",
            );
        }
        let namespace = if prefix.is_empty() && !element {
            None
        } else {
            self.namespaces.get(prefix).and_then(|stack| stack.last())
        };
        match namespace {
            Some(namespace) => {
                Ok(Name { prefix: prefix.into(), local: local.into(), namespace: Rc::clone(namespace) })
            }
            None if prefix.is_empty() => {
                Ok(Name { prefix: String::new(), local: local.into(), namespace: Rc::clone(&self.none) })
            }
            None => {
                let known = crate::terms::Prefixes::well_known();
                let iri = known.namespace(prefix).unwrap_or("http://example.org/").to_owned();
                fault(
                    place,
                    format!("the prefix `{prefix}:` is not declared"),
                    format!("add to the root element: xmlns:{prefix}=\"{iri}\""),
                )
            }
        }
    }
}
