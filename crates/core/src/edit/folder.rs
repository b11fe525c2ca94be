//! The files of a project folder as they lie on disk, and the graph that they give, blank nodes told by file.
//!
//! In: a project. Out: for each file its quads in the order of the parser, with labels of blank nodes that are the same at each
//! reading. Files that are not Turtle or its kin are read, and cannot be changed.

use crate::error::{Error, Result};
use crate::project::Project;
use crate::sources::{rdf, unpack};
use crate::store::import;
use crate::store::memory::Memory;
use crate::store::pack::Builder;
use crate::terms::{BlankNode, GraphName, NamedOrBlankNode, Prefixes, Quad, Term, Triple};
use std::collections::HashMap;
use std::path::{Path, PathBuf};

/// A file of the folder.
pub(super) struct File {
    pub path: PathBuf,
    /// Its path from the folder on.
    pub name: String,
    pub bytes: Vec<u8>,
    pub format: rdf::Format,
    /// Whether it is not there yet.
    pub is_new: bool,
}

impl File {
    /// Its text, without the mark that some programs put before it.
    ///
    /// # Errors
    /// Where it is not one that can be changed: another syntax, or another encoding.
    pub fn text(&self) -> Result<&str> {
        use rdf::RdfFormat::{NQuads, NTriples, TriG, Turtle};
        if !matches!(self.format, Turtle | TriG | NTriples | NQuads) {
            return Err(Error::data(format!(
                "{} is {}, which is not changed in place",
                self.name,
                self.format.name()
            ))
            .hint("make it Turtle: export it to a file that ends in .ttl, and put that in its place"));
        }
        let text = std::str::from_utf8(&self.bytes).map_err(|_| {
            Error::data(format!("{} is not written in UTF-8, and is not changed in place", self.name))
                .hint("save it as UTF-8")
        })?;
        Ok(text.strip_prefix(MARK).unwrap_or(text))
    }

    /// The bytes of the file with this text, the mark before it where there is one.
    pub fn with_text(&self, text: &str) -> Vec<u8> {
        let mark = if self.bytes.starts_with(MARK.as_bytes()) { MARK } else { "" };
        [mark, text].concat().into_bytes()
    }
}

/// U+FEFF, which says that a text is Unicode.
const MARK: &str = "\u{FEFF}";

/// A blank node of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Origin {
    /// The number of the file.
    pub file: usize,
    /// What the parser calls it: its label there, where it has one.
    pub label: String,
}

/// All files of a project.
pub(super) struct Folder {
    pub files: Vec<File>,
    pub root: PathBuf,
    pub base: Option<String>,
    /// Blank nodes by the labels that they have here.
    pub blanks: HashMap<String, Origin>,
}

impl Folder {
    /// Reads the files.
    ///
    /// # Errors
    /// Where one cannot be read.
    pub fn open(project: &Project, root: &Path) -> Result<Self> {
        let mut folder = Self {
            files: Vec::new(),
            root: root.to_owned(),
            base: project.base.clone(),
            blanks: HashMap::new(),
        };
        for path in project.data_files()? {
            let bytes = std::fs::read(&path)
                .map_err(|error| Error::data(format!("cannot read {}", path.display())).because(error))?;
            folder.add(path, bytes, false)?;
        }
        Ok(folder)
    }

    /// Adds a file; gives its number.
    ///
    /// # Errors
    /// Where nothing tells its syntax.
    pub fn add(&mut self, path: PathBuf, bytes: Vec<u8>, is_new: bool) -> Result<usize> {
        let shown = path.strip_prefix(&self.root).unwrap_or(&path);
        let name = shown.display().to_string().replace('\\', "/");
        let unreadable = |error| Error::data(format!("cannot read {name}")).because(error);
        let (head, _) = unpack::decoded(bytes.as_slice()).map_err(unreadable)?;
        let named = path.extension().and_then(|ending| rdf::format_named(ending.to_str()?));
        let format = rdf::recognise(&name, named, &head)?;
        self.files.push(File { path, name, bytes, format, is_new });
        Ok(self.files.len() - 1)
    }

    /// Gives the quads of a text in a file's place to `sink`, in order and with the labels of this folder.
    ///
    /// # Errors
    /// Where the text is wrong, or `sink` says so.
    pub fn quads(
        &self,
        number: usize,
        text: Option<&str>,
        sink: &mut dyn FnMut(Quad) -> Result<()>,
    ) -> Result<Labels> {
        let mut labels = Labels { file: number, known: HashMap::new() };
        let Some(file) = self.files.get(number) else { return Ok(labels) };
        let mut named = |quad: Quad| sink(labels.quad(quad));
        let mut prefixes = Prefixes::new();
        if file.text().is_ok() {
            let own = import::iri_of_path(&file.path);
            let base = self.base.as_deref().or(own.as_deref());
            let bytes = text.map_or(file.bytes.as_slice(), str::as_bytes);
            rdf::read(&file.name, file.format, base, bytes, &mut prefixes, &mut named)?;
        } else {
            for input in import::inputs(std::slice::from_ref(&file.path))? {
                import::read(input, self.base.as_deref(), &mut prefixes, &mut |_| {}, &mut |quad| {
                    named(quad.into_owned())
                })?;
            }
        }
        Ok(labels)
    }

    /// The graph of all files, which may then be changed.
    ///
    /// # Errors
    /// Where a file is broken.
    pub fn graph(&mut self) -> Result<Memory> {
        let mut builder = Builder::keeping_labels();
        for number in 0..self.files.len() {
            let labels = self.quads(number, None, &mut |quad| {
                builder.add(quad.as_ref());
                builder.has_room()
            })?;
            for (label, here) in labels.known {
                self.blanks.insert(here, Origin { file: number, label });
            }
        }
        Ok(Memory::over(builder.finish()))
    }
}

/// New labels for the blank nodes of one file, by the order in which they come.
pub(super) struct Labels {
    file: usize,
    known: HashMap<String, String>,
}

impl Labels {
    fn node(&mut self, node: &BlankNode) -> BlankNode {
        if let Some(known) = self.known.get(node.as_str()) {
            return BlankNode::new_unchecked(known);
        }
        let label = format!("f{}b{}", self.file, self.known.len());
        self.known.insert(node.as_str().to_owned(), label.clone());
        BlankNode::new_unchecked(label)
    }

    fn quad(&mut self, quad: Quad) -> Quad {
        renamed(quad, &mut |node| self.node(node))
    }
}

/// A quad with other blank nodes.
pub(super) fn renamed(quad: Quad, name: &mut dyn FnMut(&BlankNode) -> BlankNode) -> Quad {
    let triple = renamed_triple(Triple::new(quad.subject, quad.predicate, quad.object), name);
    let graph = match quad.graph_name {
        GraphName::BlankNode(node) => name(&node).into(),
        graph => graph,
    };
    triple.in_graph(graph)
}

fn renamed_triple(triple: Triple, name: &mut dyn FnMut(&BlankNode) -> BlankNode) -> Triple {
    let subject = match triple.subject {
        NamedOrBlankNode::BlankNode(node) => name(&node).into(),
        subject => subject,
    };
    Triple::new(subject, triple.predicate, renamed_term(triple.object, name))
}

/// A term with other blank nodes.
pub(super) fn renamed_term(term: Term, name: &mut dyn FnMut(&BlankNode) -> BlankNode) -> Term {
    match term {
        Term::BlankNode(node) => name(&node).into(),
        Term::Triple(triple) => renamed_triple(*triple, name).into(),
        term => term,
    }
}

/// The blank nodes of a quad.
pub(super) fn blanks_of(quad: &Quad) -> Vec<BlankNode> {
    let mut found = Vec::new();
    let mut note = |node: &BlankNode| {
        found.push(node.clone());
        node.clone()
    };
    renamed(quad.clone(), &mut note);
    found
}
