//! An update of the files of a project's folder: shown as a patch, and written where that is wanted.
//!
//! In: an update, the session whose project the folder has. Out: the difference of each file in the presenter, the files
//! themselves with `--write`. Which file a change belongs to is told by the core.

use super::{named, say_notes, unchanged};
use crate::edit::Edits;
use crate::error::{Error, Hint, Result};
use crate::faces::args::Update;
use crate::faces::terminal::hints::Face;
use crate::faces::terminal::present::Output;
use crate::faces::terminal::report::Report;
use crate::faces::terminal::signals::{Fate, changing};
use crate::faces::terminal::together::{self, Change, Left};
use crate::project::{MANIFEST, Root};
use crate::session::Session;
use crate::show::text::{counted, grouped};
use std::fmt::Write as _;
use std::path::Path;

/// Whether an update is about the files of the folder: where that is said, and on the command line where there is no
/// store and no other place for the changed graph.
pub fn is_meant(wanted: &Update, session: &Session, output: &Output) -> bool {
    let in_folder = matches!(session.project().root, Root::Folder(_)) && !session.is_durable();
    wanted.write
        || wanted.into.is_some()
        || (output.report.face == Face::CommandLine && in_folder && !output.own)
}

/// Shows what an update does to the files, and does it where that is wanted.
///
/// # Errors
/// Where the session has no folder, the update is wrong, a file cannot be changed in place, or not be written: then no
/// file is changed.
pub fn update(
    (name, text): (&str, &str),
    wanted: &Update,
    session: &mut Session,
    output: &Output,
) -> Result<()> {
    if session.is_durable() {
        return Err(Error::usage("this graph is in a store, not in files")
            .hint("a store keeps an update without more words"));
    }
    if session.transaction().is_some() {
        return Err(
            Error::usage("a transaction is open, and files are not part of it").hint(Hint::EndTransaction)
        );
    }
    let Root::Folder(root) = session.project().root.clone() else {
        return session.edits(text, wanted.into.as_deref()).map(drop);
    };
    settle(&root, &output.report)?;
    let waiting = output.waiting();
    let fate = changing(Fate::Dropped);
    let edits = session.edits(text, wanted.into.as_deref());
    drop(waiting);
    say_notes(session, output);
    let edits = edits.map_err(|error| named(unchanged(error), name))?;
    if wanted.write && !edits.files.is_empty() {
        let changes: Vec<_> = edits
            .files
            .iter()
            .map(|file| Change { path: &file.path, before: file.before.as_deref(), after: &file.after })
            .collect();
        fate.becomes(Fate::Placed);
        together::replace_all(&root, &changes)?;
        fate.becomes(Fate::Done);
        // Without a prompt nobody asks this graph any more.
        if output.report.face == Face::Prompt {
            session.update_as_files(text, &edits)?;
        }
    }
    let patch: String = edits.files.iter().map(|file| file.difference.as_str()).collect();
    if !patch.is_empty() {
        output.page(&shown(&patch, output))?;
    }
    output.report.note(&said(&edits, wanted.write));
    if !wanted.write && !edits.files.is_empty() {
        output.report.remedy(&Hint::WriteFiles);
    }
    Ok(())
}

/// Finishes an update of the files of a folder that something ended between two of them, and says so.
///
/// # Errors
/// Where that cannot be done.
pub fn settle(root: &Path, report: &Report) -> Result<()> {
    match together::finish(root)? {
        Left::Nothing => {}
        Left::Finished(files) => {
            report.note(&format!("finished an update that was interrupted: wrote {}", files.join(", ")));
        }
        Left::Dropped(files) => report.note(&format!(
            "an update that was interrupted is dropped: {} are as they were before it",
            files.join(", ")
        )),
    }
    Ok(())
}

/// As [`settle`], for one who is about to read the folder that `start` lies in: what cannot be done is a warning.
pub fn settle_above(start: &Path, report: &Report) {
    let Some(root) = start.ancestors().find(|folder| folder.join(MANIFEST).is_file()) else { return };
    if let Err(error) = settle(root, report) {
        report.warning(&error.diagnostic);
    }
}

/// What was done, or would be.
fn said(edits: &Edits, written: bool) -> String {
    let (added, removed) = (grouped(edits.added), counted(edits.removed, "triple", "triples"));
    let files = counted(edits.files.len() as u64, "file", "files");
    match (edits.files.is_empty(), written) {
        (true, _) => "nothing changes: the graph is so already".to_owned(),
        (false, true) => {
            let names: Vec<&str> = edits.files.iter().map(|file| file.name.as_str()).collect();
            format!("{removed} removed, {added} added; wrote {}", names.join(", "))
        }
        (false, false) => {
            format!("{removed} would be removed, {added} added, in {files}; nothing was written")
        }
    }
}

/// A patch as it is, or for a terminal in colours and without what a terminal would obey.
fn shown(patch: &str, output: &Output) -> String {
    if !output.shown() {
        return patch.to_owned();
    }
    let harmless = |c: char| if c.is_control() && c != '\t' { '\u{FFFD}' } else { c };
    let mut out = String::new();
    for line in patch.lines() {
        let line: String = line.chars().map(harmless).collect();
        let colour = match line.as_bytes().first() {
            _ if !output.colour() => "",
            _ if line.starts_with("--- ") || line.starts_with("+++ ") => "\x1b[1m",
            Some(b'-') => "\x1b[31m",
            Some(b'+') => "\x1b[32m",
            Some(b'@') => "\x1b[36m",
            _ => "",
        };
        let end = if colour.is_empty() { "" } else { "\x1b[0m" };
        let _ = writeln!(out, "{colour}{line}{end}");
    }
    out
}
