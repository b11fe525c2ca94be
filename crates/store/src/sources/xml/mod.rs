//! XML 1.0 with namespaces, as a stream of tokens that refuses what is not well-formed.
//!
//! In: UTF-8 bytes. Out: [`Token`]s with names resolved, entities replaced, attribute values normalised and
//! defaults of the internal subset added, or a [`Fault`] at its place. Elements may nest [`DEPTH`] deep, and
//! entities may add [`EXPANSION`] bytes for each byte read; nothing is fetched: external entities are refused.

mod bytes;
pub mod canonical;
mod doctype;
mod names;
mod references;
mod tags;

pub use super::fault::{Fault, Place, Result, Stop, fault};
pub use names::{is_ncname, is_ncname_char, is_space};

use doctype::Doctype;
use std::collections::HashMap;
use std::io::BufRead;
use std::rc::Rc;

/// How deep elements may nest: deeper than lists written as nested elements go, and a few megabytes of state.
pub const DEPTH: usize = 10_000;

/// How many bytes entities may add for each byte read, once they added `FREE`.
pub const EXPANSION: u64 = 64;

/// How many bytes entities may add in any document.
const FREE: u64 = 1 << 20;

/// How deep entities may name one another.
const ENTITIES: usize = 32;

const XML: &str = "http://www.w3.org/XML/1998/namespace";
const XMLNS: &str = "http://www.w3.org/2000/xmlns/";

/// A name with its namespace; the namespace is empty where there is none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Name {
    /// The prefix as written; empty where there is none.
    pub prefix: String,
    /// The part after the colon.
    pub local: String,
    /// The IRI that the prefix stands for.
    pub namespace: Rc<str>,
}

impl Name {
    /// The name as written.
    pub fn written(&self) -> String {
        if self.prefix.is_empty() { self.local.clone() } else { format!("{}:{}", self.prefix, self.local) }
    }
}

/// An attribute that is not a declaration of a namespace.
#[derive(Debug)]
pub struct Attribute {
    /// Its name; without a prefix it has no namespace.
    pub name: Name,
    /// Its value, normalised.
    pub value: String,
    /// Where its name begins.
    pub place: Place,
}

/// A start tag.
#[derive(Debug)]
pub struct Element {
    /// Its name.
    pub name: Name,
    /// Its attributes in the order written, then those by default.
    pub attributes: Vec<Attribute>,
    /// The prefixes that it declares, with their namespaces.
    pub declared: Vec<(String, Rc<str>)>,
    /// Where it begins.
    pub place: Place,
}

/// What a document is made of. An empty element is a start and an end.
#[derive(Debug)]
pub enum Token {
    /// A start tag.
    Start(Element),
    /// The end of the element opened last.
    End,
    /// Characters; neighbouring texts belong together.
    Text(String),
    /// A comment.
    Comment(String),
    /// A processing instruction: its target and the rest.
    Instruction(String, String),
    /// The end of the document.
    Eof,
}

/// An element that is open.
struct Open {
    name: String,
    line: u64,
    declared: Vec<(String, Rc<str>)>,
}

/// The text of an entity while it is read.
struct Replacement {
    name: String,
    text: Rc<str>,
    at: usize,
    /// How many elements were open where it began.
    open: usize,
}

/// A reader of one document.
pub struct Reader<R> {
    input: R,
    inside: Vec<Replacement>,
    place: Place,
    read: u64,
    expanded: u64,
    doctype: Doctype,
    open: Vec<Open>,
    namespaces: HashMap<String, Vec<Rc<str>>>,
    none: Rc<str>,
    begun: bool,
    rooted: bool,
    end_is_due: bool,
}

impl<R: BufRead> Reader<R> {
    /// Starts at the beginning of a document.
    pub fn new(input: R) -> Self {
        let namespaces = [("xml", XML), ("xmlns", XMLNS)];
        Self {
            input,
            inside: Vec::new(),
            place: Place::default(),
            read: 0,
            expanded: 0,
            doctype: Doctype::default(),
            open: Vec::new(),
            namespaces: namespaces.map(|(name, iri)| (name.to_owned(), vec![iri.into()])).into(),
            none: "".into(),
            begun: false,
            rooted: false,
            end_is_due: false,
        }
    }

    /// Where the reader is.
    pub fn place(&self) -> Place {
        self.place
    }

    /// The next token.
    ///
    /// # Errors
    /// Where the document is not well-formed, a limit is met, or the bytes cannot be read.
    pub fn token(&mut self) -> Result<Token> {
        if std::mem::take(&mut self.end_is_due) {
            self.close();
            return Ok(Token::End);
        }
        loop {
            if let Some(token) = self.step()? {
                self.begun = true;
                return Ok(token);
            }
            self.begun = true;
        }
    }

    /// One step: a token, or nothing where something was passed over.
    fn step(&mut self) -> Result<Option<Token>> {
        match self.peek()? {
            None if !self.inside.is_empty() => self.leave_entity().map(|()| None),
            None => self.eof().map(Some),
            Some(b'<') => self.markup(),
            Some(_) if self.open.is_empty() => self.between().map(|()| None),
            Some(_) => self.text().map(|text| (!text.is_empty()).then_some(Token::Text(text))),
        }
    }

    fn eof(&self) -> Result<Token> {
        if let Some(open) = self.open.last() {
            let line = open.line + 1;
            let ends: Vec<String> =
                self.open.iter().rev().take(3).map(|open| format!("</{}>", open.name)).collect();
            let ends = ends.join(", ");
            return fault(
                self.place,
                format!("the file ends before {ends} (<{}> opened in line {line})", open.name),
                "it is cut off: fetch it again, or close the elements",
            );
        }
        if !self.rooted {
            return fault(
                self.place,
                "there is no element in this XML",
                "an RDF/XML document has one root element, nearly always rdf:RDF; is the file cut off or empty?",
            );
        }
        Ok(Token::Eof)
    }

    /// What may stand outside the root element: white space.
    fn between(&mut self) -> Result<()> {
        let mut passed = Vec::new();
        self.run(&mut passed, |byte| !is_space(byte))?;
        match self.peek()? {
            None | Some(b'<') => Ok(()),
            Some(_) if self.rooted => {
                fault(self.place, "there is text after the end of the root element", "delete it")
            }
            Some(_) => fault(
                self.place,
                "XML begins with `<`, and this is other text",
                "is this another syntax? Give the file the ending of its own, such as .ttl",
            ),
        }
    }

    fn markup(&mut self) -> Result<Option<Token>> {
        let start = self.place;
        let first = !self.begun;
        self.bump()?;
        match self.peek()? {
            Some(b'/') => self.end_tag(start).map(|()| Some(Token::End)),
            Some(b'?') => self.instruction(start, first),
            Some(b'!') => {
                self.bump()?;
                match self.peek()? {
                    Some(b'-') => self.comment(start).map(|text| Some(Token::Comment(text))),
                    Some(b'[') => self.cdata(start).map(|text| Some(Token::Text(text))),
                    _ => self.read_doctype(start).map(|()| None),
                }
            }
            _ => self.start_tag(start).map(|element| Some(Token::Start(element))),
        }
    }

    fn comment(&mut self, start: Place) -> Result<String> {
        self.expect("--", start, "a comment begins with <!--")?;
        let Some(text) = self.until(b"--")? else {
            return fault(start, "this comment is not closed", "close it with -->");
        };
        if self.peek()? != Some(b'>') {
            return fault(self.place, "`--` must not stand inside a comment", "write `- -`");
        }
        self.bump()?;
        self.string(text)
    }

    fn cdata(&mut self, start: Place) -> Result<String> {
        self.expect("[CDATA[", start, "a section of characters begins with <![CDATA[")?;
        if self.open.is_empty() {
            return fault(start, "there is text outside the root element", "delete it");
        }
        match self.until(b"]]>")? {
            Some(text) => self.string(text),
            None => fault(start, "this section of characters is not closed", "close it with ]]>"),
        }
    }

    fn instruction(&mut self, start: Place, first: bool) -> Result<Option<Token>> {
        self.bump()?;
        let target = self.name()?;
        let Some(rest) = self.until(b"?>")? else {
            return fault(start, "this processing instruction is not closed", "close it with ?>");
        };
        let rest = self.string(rest)?;
        if !target.eq_ignore_ascii_case("xml") {
            if !rest.is_empty() && !rest.starts_with([' ', '\t', '\n']) {
                return fault(start, "a space is missing after the target of <?...?>", "add it");
            }
            let rest = rest.trim_start_matches([' ', '\t', '\n']).to_owned();
            return Ok(Some(Token::Instruction(target, rest)));
        }
        if !first || target != "xml" || !self.inside.is_empty() {
            return fault(
                start,
                "the XML declaration does not stand at the very beginning",
                "delete what stands before it, empty lines too, or the declaration",
            );
        }
        if rest.contains("version") {
            Ok(None)
        } else {
            fault(start, "the XML declaration names no version", "write <?xml version=\"1.0\"?>")
        }
    }

    fn read_doctype(&mut self, start: Place) -> Result<()> {
        if self.rooted || self.doctype.seen || !self.inside.is_empty() {
            return fault(start, "`<!` begins nothing here", "a bare < is written &lt;");
        }
        doctype::read(self, start)
    }

    fn end_tag(&mut self, start: Place) -> Result<()> {
        self.bump()?;
        let name = self.name()?;
        self.spaces()?;
        if self.peek()? != Some(b'>') {
            return fault(self.place, format!("</{name} is not closed"), "close it with >");
        }
        self.bump()?;
        let floor = self.inside.last().map_or(0, |inside| inside.open);
        match self.open.last() {
            Some(open) if open.name == name && self.open.len() > floor => {
                self.close();
                Ok(())
            }
            Some(open) => fault(
                start,
                format!("</{name}> closes nothing here: <{}> of line {} is open", open.name, open.line + 1),
                format!("close </{}> first", open.name),
            ),
            None => {
                fault(start, format!("</{name}> closes nothing"), "delete it, or open the element before")
            }
        }
    }

    fn close(&mut self) {
        for (prefix, _) in self.open.pop().map(|open| open.declared).unwrap_or_default() {
            self.namespaces.get_mut(&prefix).map(Vec::pop);
        }
    }
}
