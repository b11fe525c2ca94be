//! The manifest of a store: which files are the store at this moment.
//!
//! In: names and numbers. Out: a small text with a checksum; and what it says, or an error that names the file. It is
//! replaced as a whole, by renaming, and that is the moment at which a new pack takes the place of the old one.

use super::patch::{read_term, write_term};
use crate::error::{Error, Result};
use crate::store::pack::checksum::checksum;
use crate::terms::{GraphName, Term};
use std::path::Path;

/// The name of the manifest's file.
pub(super) const NAME: &str = "baimo-store";
/// The name that a new manifest has until it is whole.
pub(super) const NEW: &str = "baimo-store.new";
/// The version of the layout of a store.
const VERSION: &str = "1";

/// The pack of a store.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct PackFile {
    /// Its name in the folder.
    pub name: String,
    /// Its length in bytes.
    pub length: u64,
}

/// A journal whose transactions are in the pack by now: it is kept for `log` and `undo`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Past {
    /// Its name in the folder.
    pub name: String,
    /// Its first and its last transaction.
    pub numbers: [u64; 2],
}

/// What a manifest says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Manifest {
    /// The pack; a new store has none.
    pub pack: Option<PackFile>,
    /// The last transaction that is in the pack.
    pub packed: u64,
    /// The journal of the transactions after that.
    pub journal: String,
    /// Where in the journal they begin.
    pub start: u64,
    /// How long the journal was when this was written: one that is shorter is not all of it.
    pub least: u64,
    /// When the pack was written.
    pub merged: String,
    /// The id of the last transaction that is in the pack.
    pub id: String,
    /// The journals before, oldest first.
    pub past: Vec<Past>,
    /// Packs of what single loads added, by the transaction: on record as long as that is.
    pub added: Vec<Added>,
    /// Graphs that were made and held nothing when the pack was written.
    pub empty: Vec<GraphName>,
}

/// What a load added that is in the pack by now: it is kept for `undo`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Added {
    /// Its name in the folder.
    pub name: String,
    /// The transaction.
    pub number: u64,
}

/// What is said about a manifest that is whole, and of a version that is not known here.
const OTHER_VERSION: &str = "this baimo knows version 1: take a newer one";

impl Manifest {
    /// Whether an error of [`Self::read`] is about another version, which is no damage.
    pub fn is_of_other_version(error: &Error) -> bool {
        error.hints.iter().any(|hint| *hint == OTHER_VERSION)
    }

    /// The text of the file.
    pub fn write(&self) -> Vec<u8> {
        let mut out = format!("baimo store {VERSION}\n");
        if let Some(PackFile { name, length }) = &self.pack {
            out.push_str(&format!("pack {name} {length}\n"));
        }
        let Self { packed, journal, start, least, merged, id, .. } = self;
        out.push_str(&format!("packed {packed}\njournal {journal} {start} {least}\n"));
        out.push_str(&format!("merged {merged}\nid {id}\n"));
        for Past { name, numbers: [first, last] } in &self.past {
            out.push_str(&format!("past {name} {first} {last}\n"));
        }
        for Added { name, number } in &self.added {
            out.push_str(&format!("added {name} {number}\n"));
        }
        let mut out = out.into_bytes();
        for name in &self.empty {
            let term: Term = match name {
                GraphName::NamedNode(name) => name.clone().into(),
                GraphName::BlankNode(name) => name.clone().into(),
                GraphName::DefaultGraph => continue,
            };
            out.extend_from_slice(b"empty ");
            write_term(term.as_ref(), &mut out);
            out.push(b'\n');
        }
        let sum = checksum(&out);
        out.extend_from_slice(format!("sum {sum:016x}\n").as_bytes());
        out
    }

    /// Reads a manifest.
    ///
    /// # Errors
    /// Where it is damaged, or of another version.
    pub fn read(bytes: &[u8], folder: &Path) -> Result<Self> {
        let damaged = || {
            Error::store(format!("{} is damaged", folder.join(NAME).display()))
                .hint("take the folder from a backup; docs/store.md says how a manifest is written by hand")
        };
        let text = std::str::from_utf8(bytes).map_err(|_| damaged())?;
        let (body, sum) = text.rsplit_once("sum ").ok_or_else(damaged)?;
        if sum.strip_suffix('\n').is_none_or(|sum| sum != format!("{:016x}", checksum(body.as_bytes()))) {
            return Err(damaged());
        }
        let mut lines = body.lines();
        let version = lines.next().and_then(|line| line.strip_prefix("baimo store ")).ok_or_else(damaged)?;
        if version != VERSION {
            let message = format!("the store {} is of version {version}", folder.display());
            return Err(Error::store(message).hint(OTHER_VERSION));
        }
        let mut read = Self::default();
        lines.try_for_each(|line| read.line(line)).ok_or_else(damaged)?;
        if read.journal.is_empty() { Err(damaged()) } else { Ok(read) }
    }

    fn line(&mut self, line: &str) -> Option<()> {
        let (key, rest) = line.split_once(' ')?;
        let mut words = rest.split(' ');
        let mut name = || words.next().map(str::to_owned).filter(|name| !name.contains(['/', '\\']));
        match key {
            "pack" => self.pack = Some(PackFile { name: name()?, length: words.next()?.parse().ok()? }),
            "packed" => self.packed = rest.parse().ok()?,
            "journal" => {
                self.journal = name()?;
                let mut numbers = words.map(|word| word.parse().ok());
                self.start = numbers.next()??;
                // One that was written before this was told says nothing of it.
                self.least = numbers.next().unwrap_or(Some(0))?;
            }
            "merged" => rest.clone_into(&mut self.merged),
            "id" => rest.clone_into(&mut self.id),
            "past" => {
                let (name, mut numbers) = (name()?, words.map(|word| word.parse().ok()));
                self.past.push(Past { name, numbers: [numbers.next()??, numbers.next()??] });
            }
            "added" => self.added.push(Added { name: name()?, number: words.next()?.parse().ok()? }),
            "empty" => self.empty.push(match read_term(rest)? {
                Term::NamedNode(name) => name.into(),
                Term::BlankNode(name) => name.into(),
                Term::Literal(_) | Term::Triple(_) => return None,
            }),
            _ => return None,
        }
        Some(())
    }

    /// The number of the first transaction in the journal, the one that made the pack counted.
    pub fn first_of_now(&self) -> u64 {
        if self.start > 0 { self.packed } else { self.packed + 1 }
    }

    /// The number of the first transaction that is on record.
    pub fn first_on_record(&self) -> u64 {
        self.past.first().map_or(self.first_of_now(), |past| past.numbers[0])
    }

    /// The names of all files that belong to the store.
    pub fn files(&self) -> impl Iterator<Item = &str> {
        let pack = self.pack.iter().map(|pack| pack.name.as_str());
        let on_record = self.past.iter().map(|past| past.name.as_str());
        let on_record = on_record.chain(self.added.iter().map(|added| added.name.as_str()));
        pack.chain([self.journal.as_str()]).chain(on_record)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::terms::{BlankNode, NamedNode};

    #[test]
    fn a_manifest_is_read_back_and_every_changed_bit_is_seen() {
        let manifest = Manifest {
            pack: Some(PackFile { name: "graph-3.pack".to_owned(), length: 1234 }),
            packed: 41,
            journal: "journal-3.rdfp".to_owned(),
            start: 17,
            least: 29,
            merged: "2026-11-25T23:30:00.000000Z".to_owned(),
            id: "urn:uuid:x".to_owned(),
            past: vec![Past { name: "journal-1.rdfp".to_owned(), numbers: [1, 41] }],
            added: vec![Added { name: "added-2.pack".to_owned(), number: 40 }],
            empty: vec![NamedNode::new_unchecked("x: g").into(), BlankNode::new_unchecked("g").into()],
        };
        let folder = Path::new("some");
        let bytes = manifest.write();
        assert_eq!(Manifest::read(&bytes, folder).unwrap(), manifest);
        let new = Manifest { journal: "journal-1.rdfp".to_owned(), ..Manifest::default() };
        assert_eq!(Manifest::read(&new.write(), folder).unwrap(), new);
        let later = String::from_utf8(new.write()).unwrap().replace("store 1\n", "store 2\n");
        let body = later.rsplit_once("sum ").unwrap().0;
        let later = format!("{body}sum {:016x}\n", checksum(body.as_bytes()));
        assert!(Manifest::is_of_other_version(&Manifest::read(later.as_bytes(), folder).unwrap_err()));
        assert!(!Manifest::is_of_other_version(&Manifest::read(b"rubbish", folder).unwrap_err()));
        for byte in 0..bytes.len() {
            assert!(Manifest::read(&bytes[..byte], folder).is_err(), "{byte}");
            for bit in 0..8 {
                let mut changed = bytes.clone();
                changed[byte] ^= 1 << bit;
                assert!(Manifest::read(&changed, folder).is_err(), "{byte} {bit}");
            }
        }
    }
}
