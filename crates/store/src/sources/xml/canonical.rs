//! Exclusive canonical XML with comments, for XML literals.
//!
//! In: the tokens of an element's content. Out: the text that every reader must make of them
//! (Exclusive XML Canonicalization 1.0; RDF/XML 7.2.17).

use super::{Attribute, Element, Name};
use std::collections::BTreeMap;
use std::rc::Rc;

/// Writes tokens one after another.
#[derive(Default)]
pub struct Writer {
    out: String,
    /// The names as written of the elements that are open, and the namespaces that each has written.
    open: Vec<(String, Vec<String>)>,
    written: BTreeMap<String, Vec<Rc<str>>>,
}

impl Writer {
    /// A start tag, with the namespaces that it uses and no ancestor has written.
    pub fn start(&mut self, element: &Element) {
        let name = element.name.written();
        self.out.push('<');
        self.out.push_str(&name);
        let used = std::iter::once(&element.name)
            .chain(element.attributes.iter().map(|a| &a.name).filter(|name| !name.prefix.is_empty()));
        let used: BTreeMap<&str, &Name> = used.map(|name| (name.prefix.as_str(), name)).collect();
        let mut declares = Vec::new();
        for (prefix, name) in used {
            let stack = self.written.entry(prefix.to_owned()).or_default();
            let now = stack.last().map_or("", |iri| iri.as_ref());
            if prefix == "xml" || now == name.namespace.as_ref() {
                continue;
            }
            stack.push(Rc::clone(&name.namespace));
            declares.push(prefix.to_owned());
            let colon = if prefix.is_empty() { "" } else { ":" };
            self.out.push_str(&format!(" xmlns{colon}{prefix}=\""));
            value(&mut self.out, &name.namespace);
            self.out.push('"');
        }
        let mut attributes: Vec<&Attribute> = element.attributes.iter().collect();
        attributes.sort_by(|a, b| {
            (a.name.namespace.as_ref(), &a.name.local).cmp(&(b.name.namespace.as_ref(), &b.name.local))
        });
        for attribute in attributes {
            self.out.push(' ');
            self.out.push_str(&attribute.name.written());
            self.out.push_str("=\"");
            value(&mut self.out, &attribute.value);
            self.out.push('"');
        }
        self.out.push('>');
        self.open.push((name, declares));
    }

    /// The end of the element opened last.
    pub fn end(&mut self) {
        let Some((name, declares)) = self.open.pop() else { return };
        for prefix in declares {
            self.written.get_mut(&prefix).map(Vec::pop);
        }
        self.out.push_str("</");
        self.out.push_str(&name);
        self.out.push('>');
    }

    /// Characters.
    pub fn text(&mut self, text: &str) {
        for c in text.chars() {
            match c {
                '&' => self.out.push_str("&amp;"),
                '<' => self.out.push_str("&lt;"),
                '>' => self.out.push_str("&gt;"),
                '\r' => self.out.push_str("&#xD;"),
                _ => self.out.push(c),
            }
        }
    }

    /// A comment.
    pub fn comment(&mut self, text: &str) {
        self.out.push_str("<!--");
        self.out.push_str(text);
        self.out.push_str("-->");
    }

    /// A processing instruction.
    pub fn instruction(&mut self, target: &str, rest: &str) {
        self.out.push_str("<?");
        self.out.push_str(target);
        if !rest.is_empty() {
            self.out.push(' ');
            self.out.push_str(rest);
        }
        self.out.push_str("?>");
    }

    /// Whether an element is open.
    pub fn is_open(&self) -> bool {
        !self.open.is_empty()
    }

    /// The text.
    pub fn finish(self) -> String {
        self.out
    }
}

fn value(out: &mut String, text: &str) {
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '"' => out.push_str("&quot;"),
            '\t' => out.push_str("&#x9;"),
            '\n' => out.push_str("&#xA;"),
            '\r' => out.push_str("&#xD;"),
            _ => out.push(c),
        }
    }
}
