//! A project folder changed by SPARQL Update: which file each change belongs to, and the text that it has then.
//!
//! In: a folder, an update. Out: the files with their texts before and after, and the difference of each. Nothing is written
//! here. Layout, comments and order stay as they are. Every text is read again, and must give exactly the graph that the
//! update gives; else there is an error and no text.
//!
//! Only Turtle, TriG, N-Triples and N-Quads are changed. No parser of RDF tells where a triple stands in the text, so
//! `outline` finds the places by the structure alone, and the parser's quads say what stands there.

mod editor;
mod folder;
mod homes;
mod layout;
mod lists;
mod outline;
mod parts;
mod patch;
mod pen;
mod style;
#[cfg(test)]
mod tests;
mod tokens;
mod write;

use crate::engine::{self, Governor};
use crate::error::{Error, Hint, Result};
use crate::explore::diff::Diff;
use crate::formats::subjects::rank;
use crate::project::{MANIFEST, Project, Root};
use crate::sources::rdf;
use crate::store::pack::Watch;
use crate::terms::{NamedOrBlankNode, Prefixes, Quad};
use editor::{Editor, Task};
use folder::Folder;
use homes::Share;
use pen::Pen;
use std::collections::{BTreeSet, HashSet};
use std::path::{Path, PathBuf};

/// What an update does to the files of a folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edits {
    /// The files that change.
    pub files: Vec<EditedFile>,
    /// How many triples are added to the graph.
    pub added: u64,
    /// How many are removed from it.
    pub removed: u64,
    /// How many triples the graph has then.
    pub after: u64,
    /// The quads that come (true) and go; nothing where one has a blank node, whose label is of this reading of the files alone.
    pub quads: Option<Vec<(bool, Quad)>>,
}

/// A file that changes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EditedFile {
    /// Where it is.
    pub path: PathBuf,
    /// Its path from the folder on.
    pub name: String,
    /// What it holds; nothing where it is not there yet.
    pub before: Option<Vec<u8>>,
    /// What it is to hold.
    pub after: Vec<u8>,
    /// The difference as `diff -u` writes it.
    pub difference: String,
}

/// Finds what an update does to the files of a project's folder. `into` is the file for new subjects, where the project's
/// own is not meant; `prefixes` are those to write names with, beside a file's own.
///
/// # Errors
/// Where the project is not in a folder, a file cannot be read or cannot be changed in place, a new subject has no file, a
/// limit stops it, or the texts would not give the graph that the update gives.
pub fn edits(
    project: &Project,
    update: &engine::update::Update,
    into: Option<&Path>,
    prefixes: &Prefixes,
    governor: &Governor,
) -> Result<Edits> {
    let Root::Folder(root) = &project.root else {
        return Err(Error::usage(format!("this graph is in no folder with a {MANIFEST}")));
    };
    let mut folder = Folder::open(project, root)?;
    let mut memory = folder.graph()?;
    governor.check()?;
    let mut changes = Vec::new();
    memory.change_and_keep(
        |memory| engine::update::execute(update, memory, governor),
        |all| {
            changes = all.net(Watch::nobody())?.quads()?;
            Ok(())
        },
    )?;
    let after = crate::store::Graph::len(&memory);
    let is_named = changes.iter().all(|(_, quad)| folder::blanks_of(quad).is_empty());
    let quads = is_named.then(|| changes.clone());
    let (added, removed): (Vec<_>, Vec<_>) = changes.into_iter().partition(|(added, _)| *added);
    let mut added: Vec<Quad> = added.into_iter().map(|(_, quad)| quad).collect();
    let removed: HashSet<Quad> = removed.into_iter().map(|(_, quad)| quad).collect();
    let counts = (added.len() as u64, removed.len() as u64);
    sort(&mut added);
    let mut shares = homes::shares(&folder, &removed, &added)?;
    let wanted =
        into.map(Path::to_owned).or_else(|| project.new_subjects.as_ref().map(|file| root.join(file)));
    let mut new = |folder: &mut Folder, quad: &Quad| file_for(folder, wanted.as_deref(), quad);
    homes::share_out(&mut shares, &mut folder, added, &mut new)?;
    let mut files = Vec::new();
    for (number, share) in shares.into_iter().enumerate() {
        governor.check()?;
        if share.loses || !share.added.is_empty() {
            files.extend(edited(&folder, number, share, &removed, prefixes)?);
        }
    }
    Ok(Edits { files, added: counts.0, removed: counts.1, after, quads })
}

/// Subjects together, their types and names first, as other writers of baimo have it.
fn sort(quads: &mut [Quad]) {
    quads.sort_by(|a, b| {
        let of = |quad: &Quad| (quad.graph_name.to_string(), quad.subject.to_string());
        of(a)
            .cmp(&of(b))
            .then_with(|| rank(&a.predicate).cmp(&rank(&b.predicate)))
            .then_with(|| a.object.to_string().cmp(&b.object.to_string()))
    });
}

/// The number of the file that new subjects go to.
fn file_for(folder: &mut Folder, wanted: Option<&Path>, quad: &Quad) -> Result<usize> {
    let Some(path) = wanted else {
        if let [_] = folder.files.as_slice() {
            return Ok(0);
        }
        let subject = match &quad.subject {
            NamedOrBlankNode::BlankNode(_) => "a new blank node".to_owned(),
            NamedOrBlankNode::NamedNode(iri) => iri.to_string(),
        };
        return Err(Error::usage(format!(
            "no file of the folder has {subject}, and none is named for new subjects"
        ))
        .hint(Hint::NameFileForNew)
        .hint(format!("or name one in {MANIFEST}:  new_subjects = \"data/FILE.ttl\"")));
    };
    let same = |file: &Path| match (std::fs::canonicalize(file), std::fs::canonicalize(path)) {
        (Ok(a), Ok(b)) => a == b,
        _ => file == path,
    };
    if let Some(number) = folder.files.iter().position(|file| same(&file.path)) {
        return Ok(number);
    }
    let absolute = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    let root = std::path::absolute(&folder.root).unwrap_or_else(|_| folder.root.clone());
    let inside = absolute
        .parent()
        .is_some_and(|parent| ["ontology", "data"].iter().any(|part| parent == root.join(part)));
    let ending = path.extension().and_then(|ending| ending.to_str());
    let format = ending.and_then(rdf::format_named);
    if !inside || path.exists() || format.is_none() {
        return Err(Error::usage(format!("{} is not a file that the folder reads", path.display()))
            .hint("name one in its data/ or ontology/, which may be new: data/FILE.ttl"));
    }
    folder.add(absolute, Vec::new(), true)
}

/// A file with its share of the changes.
fn edited(
    folder: &Folder,
    number: usize,
    share: Share,
    removed: &HashSet<Quad>,
    prefixes: &Prefixes,
) -> Result<Option<EditedFile>> {
    let Some(file) = folder.files.get(number) else { return Ok(None) };
    let text = file.text()?;
    let named = share.added.iter().find(|quad| !quad.graph_name.is_default_graph());
    if let (Some(quad), rdf::Format::Turtle | rdf::Format::NTriples) = (named, file.format) {
        return Err(Error::usage(format!(
            "{} has no named graphs, and {} is one",
            file.name, quad.graph_name
        ))
        .hint("name a file of TriG for new subjects: data/FILE.trig"));
    }
    let all = share.loses || !share.quads.is_empty();
    let mut slots: Vec<usize> = share.quads.keys().copied().collect();
    slots.sort_unstable();
    let mut wanted = |range: std::ops::Range<usize>| {
        let next = slots.partition_point(|slot| *slot < range.start);
        all && slots.get(next).is_some_and(|slot| *slot < range.end)
    };
    let outline = outline::outline(text, file.format, &mut wanted)
        .map_err(|unclear| unclear_at(&file.name, text, unclear.0))?;
    if outline.slots != share.slots {
        return Err(unclear_at(&file.name, text, 0));
    }
    let pen = Pen::new(&outline, file.format, prefixes, &folder.blanks, &share.added);
    let (quads, graphs) = (&share.quads, &share.graphs);
    let task = Task { name: &file.name, text, outline: &outline, quads, removed, graphs };
    let mut editor = Editor::new(task, pen, share.added.clone());
    editor.edit()?;
    let edits = editor.changes.edits(text, &outline.comments, outline.style.newline());
    let new = layout::edited(text, &edits);
    verify(folder, number, &new, removed, &share.added)?;
    let difference = patch::unified(&file.name, text, &edits, file.is_new);
    Ok(Some(EditedFile {
        path: file.path.clone(),
        name: file.name.clone(),
        before: (!file.is_new).then(|| file.bytes.clone()),
        after: file.with_text(&new),
        difference,
    }))
}

fn unclear_at(name: &str, text: &str, at: usize) -> Error {
    Error::data(format!("{name} cannot be changed in place: where its triples stand is not clear"))
        .at(crate::error::Span::in_text(name, text, at..at + 1))
        .hint("change this file by hand; nothing was written")
}

/// Reads a new text, and requires that it gives what the file gave, without what goes and with what comes.
fn verify(folder: &Folder, number: usize, new: &str, removed: &HashSet<Quad>, added: &[Quad]) -> Result<()> {
    let mut wanted: BTreeSet<String> = BTreeSet::new();
    let mut blank: HashSet<Quad> = HashSet::new();
    let mut keep = |quad: Quad| {
        if folder::blanks_of(&quad).is_empty() {
            wanted.insert(quad.to_string());
        } else {
            blank.insert(quad);
        }
    };
    folder.quads(number, None, &mut |quad| {
        if !removed.contains(&quad) {
            keep(quad);
        }
        Ok(())
    })?;
    added.iter().cloned().for_each(keep);
    let (mut found, mut found_blank): (BTreeSet<String>, HashSet<Quad>) = Default::default();
    let name = folder.files.get(number).map(|file| file.name.as_str()).unwrap_or_default();
    let wrong = || {
        Error::data(format!("{name} cannot be changed in place: the text would not say what the update says"))
            .hint("change this file by hand; nothing was written")
    };
    let read = folder.quads(number, Some(new), &mut |quad| {
        if folder::blanks_of(&quad).is_empty() {
            found.insert(quad.to_string());
        } else {
            found_blank.insert(quad);
        }
        Ok(())
    });
    read.map_err(|error| wrong().because(error))?;
    let same = found == wanted
        && found_blank.len() == blank.len()
        && (blank.is_empty()
            || Diff::of(blank.into_iter().collect(), found_blank.into_iter().collect()).is_empty());
    if same { Ok(()) } else { Err(wrong()) }
}
