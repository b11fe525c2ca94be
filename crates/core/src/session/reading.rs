//! Files to quads for a session: all of one load, or none.
//!
//! In: paths as a user gives them. Out: quads in a builder or a list. An error says how many quads had been read.

use crate::engine::Governor;
use crate::error::{Error, Result};
use crate::store::import::{self, Progress};
use crate::store::pack::{Pack, Packer, Watch};
use crate::terms::{
    BlankNode, GraphName, NamedNode, NamedOrBlankNode, Prefixes, Quad, QuadRef, Term, Triple,
};
use std::collections::HashMap;
use std::path::{Path, PathBuf};

/// Reads files into a builder.
pub(crate) fn build(
    files: &[PathBuf],
    base: Option<&str>,
    declared: &mut Prefixes,
    watch: Watch<'_>,
    progress: &mut dyn FnMut(&Progress<'_>),
    packer: &mut Packer,
) -> Result<()> {
    for file in files {
        build_one(file, base, declared, watch, progress, packer)?;
    }
    Ok(())
}

/// Adds what a path or pattern stands for, RDF files or a pack, to a graph that is being built.
fn build_one(
    file: &Path,
    base: Option<&str>,
    declared: &mut Prefixes,
    watch: Watch<'_>,
    progress: &mut dyn FnMut(&Progress<'_>),
    packer: &mut Packer,
) -> Result<()> {
    if !Pack::is_one(file) {
        return import::inputs(&[file.to_owned()])?
            .into_iter()
            .try_for_each(|input| import::build(input, base, declared, progress, watch, packer).map(drop));
    }
    let mut quads = 0_u64;
    read_graph(file, base, declared, progress, &mut |event| {
        let Some(quad) = event else {
            packer.start_file();
            return Ok(());
        };
        packer.add(quad);
        quads += 1;
        if quads.is_multiple_of(1024) {
            watch.check()?;
            packer.make_room(watch)?;
        }
        Ok(())
    })
}

/// Reads files into a list, with blank nodes that no other graph has; what is in no graph goes into `into`, where one is
/// given.
pub(super) fn quads(
    files: &[PathBuf],
    into: Option<&NamedNode>,
    declared: &mut Prefixes,
    checked: &mut Checked<'_>,
    progress: &mut dyn FnMut(&Progress<'_>),
) -> Result<Vec<Quad>> {
    let mut quads = Vec::new();
    for file in files {
        let mut fresh = Relabelled::default();
        read_graph(file, None, declared, progress, &mut |event| {
            match event {
                Some(quad) => {
                    checked.quad()?;
                    quads.push(named(fresh.quad(quad.into_owned()), into));
                }
                None => fresh = Relabelled::default(),
            }
            Ok(())
        })?;
    }
    Ok(quads)
}

/// Counts quads, and looks at the limits every so many: a clock is slower than a quad.
pub(super) struct Checked<'a> {
    governor: &'a Governor,
    /// How many there were.
    pub quads: u64,
}

impl<'a> Checked<'a> {
    pub fn by(governor: &'a Governor) -> Self {
        Self { governor, quads: 0 }
    }

    fn quad(&mut self) -> Result<()> {
        self.quads += 1;
        if self.quads.is_multiple_of(1024) { self.governor.check() } else { Ok(()) }
    }
}

/// An error that ended the reading, with how many quads came before it.
pub(super) fn after(error: Error, quads: u64) -> Error {
    match quads {
        // The error itself says what to do.
        0 => error,
        1 => error.hint("1 triple had been read before this; nothing was added"),
        quads => error.hint(format!("{quads} triples had been read before this; nothing was added")),
    }
}

/// Reads what a path or pattern stands for, RDF files or a pack: gives nothing at the start of each, then its quads.
fn read_graph(
    file: &Path,
    base: Option<&str>,
    declared: &mut Prefixes,
    progress: &mut dyn FnMut(&Progress<'_>),
    sink: &mut dyn FnMut(Option<QuadRef<'_>>) -> Result<()>,
) -> Result<()> {
    if Pack::is_one(file) {
        let pack = Pack::open(file)?;
        declared.extend(pack.prefixes());
        sink(None)?;
        return pack.each_quad(&mut |quad| sink(Some(quad.as_ref())));
    }
    for input in import::inputs(&[file.to_owned()])? {
        sink(None)?;
        import::read(input, base, declared, progress, &mut |quad| sink(Some(quad)))?;
    }
    Ok(())
}

/// Gives the blank nodes of one file new labels, which no other graph has.
#[derive(Default)]
struct Relabelled(HashMap<BlankNode, BlankNode>);

impl Relabelled {
    fn quad(&mut self, quad: Quad) -> Quad {
        let graph_name = match quad.graph_name {
            GraphName::BlankNode(node) => self.label(node).into(),
            name => name,
        };
        let (subject, object) = (self.node(quad.subject), self.term(quad.object));
        Quad { subject, predicate: quad.predicate, object, graph_name }
    }

    fn label(&mut self, node: BlankNode) -> BlankNode {
        self.0.entry(node).or_default().clone()
    }

    fn node(&mut self, node: NamedOrBlankNode) -> NamedOrBlankNode {
        match node {
            NamedOrBlankNode::BlankNode(node) => self.label(node).into(),
            NamedOrBlankNode::NamedNode(iri) => iri.into(),
        }
    }

    fn term(&mut self, term: Term) -> Term {
        match term {
            Term::BlankNode(node) => self.label(node).into(),
            Term::Triple(triple) => {
                let Triple { subject, predicate, object } = *triple;
                Triple::new(self.node(subject), predicate, self.term(object)).into()
            }
            term => term,
        }
    }
}

/// A quad of the default graph in the graph `into`; others as they are.
fn named(mut quad: Quad, into: Option<&NamedNode>) -> Quad {
    if let (GraphName::DefaultGraph, Some(name)) = (&quad.graph_name, into) {
        quad.graph_name = name.clone().into();
    }
    quad
}

/// The quads of the file that a LOAD names.
pub(super) fn read_for_load(iri: &str) -> Result<Vec<Quad>> {
    let Some(path) = import::path_of_iri(iri) else {
        return Err(Error::usage(format!(
            "LOAD <{iri}>: baimo reads files, and fetches nothing from the web"
        ))
        .hint("download it, then LOAD <file:///...>"));
    };
    let mut quads = Vec::new();
    for input in import::inputs(&[path])? {
        import::read(
            input.with_fresh_blank_nodes(),
            Some(iri),
            &mut Prefixes::new(),
            &mut |_| {},
            &mut |quad| {
                quads.push(quad.into_owned());
                Ok(())
            },
        )?;
    }
    Ok(quads)
}
