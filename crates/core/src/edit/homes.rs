//! Which file each change belongs to: the one that says the same of the same subject, else one that has the subject, else
//! the one that is named for new subjects.
//!
//! In: what goes and what comes, the files. Out: for each file what it has of the first and gets of the second. What shares a
//! blank node stays in one file.

use super::folder::{Folder, blanks_of};
use super::lists::is_cell;
use super::parts::Slot;
use crate::error::{Error, Hint, Result};
use crate::terms::{GraphName, NamedNode, NamedOrBlankNode, Quad, Term};
use std::collections::{HashMap, HashSet};

type Subject = (GraphName, NamedOrBlankNode);

/// What one file has to do with a change.
#[derive(Default)]
pub(super) struct Share {
    /// The quads that go, or are about what comes, and those of lists where one changes, by the number of their triple.
    pub quads: HashMap<Slot, Quad>,
    /// Whether some of them go.
    pub loses: bool,
    /// How many triples the file has.
    pub slots: Slot,
    /// The last triple of each graph.
    pub graphs: HashMap<GraphName, Slot>,
    /// What it gets.
    pub added: Vec<Quad>,
    subjects: HashMap<Subject, usize>,
    facts: HashSet<(Subject, NamedNode)>,
}

/// Reads all files for what matters to a change.
///
/// # Errors
/// Where a file cannot be read.
pub(super) fn shares(folder: &Folder, removed: &HashSet<Quad>, added: &[Quad]) -> Result<Vec<Share>> {
    let subjects: HashSet<&NamedOrBlankNode> = added.iter().map(|quad| &quad.subject).collect();
    let blanks: HashSet<Term> = added.iter().flat_map(blanks_of).map(Term::from).collect();
    // A cell that changes is known by those around it.
    let lists = removed.iter().chain(added).any(is_cell);
    let mut shares = Vec::new();
    for number in 0..folder.files.len() {
        let mut share = Share::default();
        folder.quads(number, None, &mut |quad| {
            let slot = share.slots;
            share.slots += 1;
            let (goes, about) = (removed.contains(&quad), subjects.contains(&quad.subject));
            if !quad.graph_name.is_default_graph() {
                share.graphs.insert(quad.graph_name.clone(), slot);
            }
            if about {
                let subject = (quad.graph_name.clone(), quad.subject.clone());
                *share.subjects.entry(subject.clone()).or_default() += 1;
                share.facts.insert((subject, quad.predicate.clone()));
            }
            share.loses |= goes;
            if goes || about || blanks.contains(&quad.object) || (lists && is_cell(&quad)) {
                share.quads.insert(slot, quad);
            }
            Ok(())
        })?;
        shares.push(share);
    }
    Ok(shares)
}

/// Gives each quad that comes to a file.
///
/// # Errors
/// Where blank nodes of two files would be in one quad, or a new subject has no file: `new` gives the one that is named.
pub(super) fn share_out(
    shares: &mut Vec<Share>,
    folder: &mut Folder,
    added: Vec<Quad>,
    new: &mut dyn FnMut(&mut Folder, &Quad) -> Result<usize>,
) -> Result<()> {
    let renamed = renamed(shares, &added);
    for part in connected(folder, added) {
        let mut bound: Vec<usize> = part
            .iter()
            .flat_map(blanks_of)
            .filter_map(|node| Some(folder.blanks.get(node.as_str())?.file))
            .collect();
        bound.sort_unstable();
        bound.dedup();
        let file = match bound.as_slice() {
            [] => match part.iter().find_map(|quad| home(shares, &renamed, quad)) {
                Some(file) => file,
                None => match part.first() {
                    Some(quad) => new(folder, quad)?,
                    None => continue,
                },
            },
            [one] => *one,
            [one, two, ..] => return Err(two_files(folder, *one, *two)),
        };
        shares.resize_with(folder.files.len().max(shares.len()), Share::default);
        if let Some(share) = shares.get_mut(file) {
            share.added.extend(part);
        }
    }
    Ok(())
}

fn two_files(folder: &Folder, one: usize, two: usize) -> Error {
    let name = |file: usize| folder.files.get(file).map(|file| file.name.as_str()).unwrap_or_default();
    Error::data(format!(
        "blank nodes of {} and of {} would be in one triple, which no file can say",
        name(one),
        name(two)
    ))
    .hint(Hint::Text("give one of them an IRI first".to_owned()))
}

/// The file that a quad belongs to by its subject.
fn home(shares: &[Share], renamed: &HashMap<Subject, usize>, quad: &Quad) -> Option<usize> {
    let subject = (quad.graph_name.clone(), quad.subject.clone());
    let fact = (subject, quad.predicate.clone());
    let count = |share: &Share| share.subjects.get(&fact.0).copied().unwrap_or_default();
    let most = |wanted: &dyn Fn(&Share) -> bool| {
        let fitting = (0..).zip(shares).filter(|(_, share)| wanted(share));
        // The first of those that have as many.
        fitting.rev_max(|(_, share)| count(share)).map(|(number, _)| number)
    };
    most(&|share| share.facts.contains(&fact))
        .or_else(|| most(&|share| count(share) > 0))
        .or_else(|| renamed.get(&fact.0).copied())
}

trait RevMax: Iterator + Sized {
    /// The first of the greatest.
    fn rev_max<K: Ord>(self, key: impl Fn(&Self::Item) -> K) -> Option<Self::Item> {
        let mut best: Option<(K, Self::Item)> = None;
        for item in self {
            let key = key(&item);
            if best.as_ref().is_none_or(|(most, _)| key > *most) {
                best = Some((key, item));
            }
        }
        best.map(|(_, item)| item)
    }
}

impl<I: Iterator> RevMax for I {}

/// Subjects that no file has, and that get all that goes from a subject of a file: it is called otherwise.
fn renamed(shares: &[Share], added: &[Quad]) -> HashMap<Subject, usize> {
    let known: HashSet<&Subject> = shares.iter().flat_map(|share| share.subjects.keys()).collect();
    let mut by_fact: HashMap<(&GraphName, &NamedNode, &Term), Vec<&NamedOrBlankNode>> = HashMap::new();
    for quad in added {
        by_fact.entry((&quad.graph_name, &quad.predicate, &quad.object)).or_default().push(&quad.subject);
    }
    let comes: HashSet<&Quad> = added.iter().collect();
    let mut renamed = HashMap::new();
    for (number, share) in (0..).zip(shares) {
        let mut goes: HashMap<(&GraphName, &NamedOrBlankNode), Vec<&Quad>> = HashMap::new();
        for quad in share.quads.values() {
            goes.entry((&quad.graph_name, &quad.subject)).or_default().push(quad);
        }
        for ((graph, _), quads) in goes {
            let Some(first) = quads.first() else { continue };
            let candidates = by_fact.get(&(graph, &first.predicate, &first.object));
            for subject in candidates.into_iter().flatten() {
                let all = quads.iter().all(|quad| {
                    let other = Quad { subject: NamedOrBlankNode::clone(subject), ..Quad::clone(quad) };
                    comes.contains(&other)
                });
                let key = (graph.clone(), NamedOrBlankNode::clone(subject));
                if all && !known.contains(&key) {
                    renamed.entry(key).or_insert(number);
                }
            }
        }
    }
    renamed
}

/// Quads in parts that share no new blank node, in their order.
fn connected(folder: &Folder, added: Vec<Quad>) -> Vec<Vec<Quad>> {
    let mut parts: Vec<Vec<Quad>> = Vec::new();
    let mut part_of: HashMap<String, usize> = HashMap::new();
    for quad in added {
        let new: Vec<String> = blanks_of(&quad)
            .into_iter()
            .map(|node| node.as_str().to_owned())
            .filter(|label| !folder.blanks.contains_key(label))
            .collect();
        let mut known: Vec<usize> = new.iter().filter_map(|label| part_of.get(label).copied()).collect();
        known.sort_unstable();
        known.dedup();
        let target = known.first().copied().unwrap_or_else(|| {
            parts.push(Vec::new());
            parts.len() - 1
        });
        for other in known.into_iter().skip(1) {
            let moved = parts.get_mut(other).map(std::mem::take).unwrap_or_default();
            if let Some(part) = parts.get_mut(target) {
                part.extend(moved);
            }
            part_of.values_mut().filter(|part| **part == other).for_each(|part| *part = target);
        }
        for label in new {
            part_of.insert(label, target);
        }
        if let Some(part) = parts.get_mut(target) {
            part.push(quad);
        }
    }
    parts.retain(|part| !part.is_empty());
    parts
}
