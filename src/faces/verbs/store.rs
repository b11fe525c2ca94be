//! The verbs about a durable store: its record, taking back, figures, backups, merging, repair.
//!
//! In: what was typed, a session. Out: rows and reports in the presenter. What they mean stands in `docs/store.md`.

use super::things::{rows, text};
use super::{begins_to_change, export, unchanged};
use crate::error::{Error, Kind, Result};
use crate::faces::args::{Backup, Log, Repair, Undo};
use crate::faces::terminal::present::{Output, Target};
use crate::session::{Entry, Session, Since, Statistics, TakenBack};
use crate::show::text::{Side, counted, fit, grouped};
use crate::store::durable;
use crate::store::pack::Watch;
use crate::terms::{Literal, Term, xsd};
use std::path::Path;
use std::time::Instant;

/// Lists the transactions of the store.
///
/// # Errors
/// Where there is no store, or it is damaged.
pub fn log(log: &Log, session: &Session, output: &Output) -> Result<()> {
    let since = log.since.as_deref().map(Since::of).transpose()?;
    let number = |n: u64| Some(Term::from(Literal::from(n)));
    let row = |entry: Entry| {
        let Entry { number: n, time, what, added, removed, .. } = entry;
        let time = Term::from(Literal::new_typed_literal(seconds(&time), xsd::DATE_TIME));
        vec![number(n), Some(time), number(added), number(removed), text(&what)]
    };
    let found = session.log(since.as_ref())?.into_iter().map(row).collect();
    rows(
        &["number", "time", "added", "removed", "what"],
        found,
        ("transaction", "transactions"),
        session,
        output,
    )
}

/// A time without the fraction of a second, which helps nobody.
fn seconds(time: &str) -> String {
    format!("{}Z", time.split(['.', 'Z']).next().unwrap_or_default())
}

/// Takes back a transaction of the store.
///
/// # Errors
/// Where there is none such, or it cannot be kept.
pub fn undo(undo: &Undo, session: &mut Session, output: &Output) -> Result<()> {
    let waiting = output.waiting();
    let _fate = begins_to_change(session);
    let TakenBack { number, what, change } = session.undo(undo.named()?.1).map_err(unchanged)?;
    drop(waiting);
    let about = if what.is_empty() { String::new() } else { format!(": {what}") };
    output.report.note(&format!("took back transaction {number}{about}"));
    export::changed(change, session, output)
}

/// Says how large the graph is, and how its store stands.
///
/// # Errors
/// Where it cannot be read.
pub fn stats(session: &Session, output: &Output) -> Result<()> {
    let Statistics { quads, graphs, terms, store } = session.statistics()?;
    let mut lines = vec![
        ("triples".to_owned(), grouped(quads)),
        ("named graphs".to_owned(), grouped(graphs)),
        ("terms".to_owned(), grouped(terms)),
    ];
    if let Some(figures) = store {
        let behind = figures.transactions - figures.packed;
        let mut add = |name: &str, value: String| lines.push((name.to_owned(), value));
        add("transactions", grouped(figures.transactions));
        add(
            "last transaction",
            if figures.last.is_empty() { "never".to_owned() } else { seconds(&figures.last) },
        );
        add("not in the pack yet", counted(behind, "transaction", "transactions"));
        add("pack", counted(figures.pack_bytes, "byte", "bytes"));
        add("journal", counted(figures.journal_bytes, "byte", "bytes"));
        add("past journals", counted(figures.past_bytes, "byte", "bytes"));
        add(
            "last merge",
            if figures.merged.is_empty() { "never".to_owned() } else { seconds(&figures.merged) },
        );
    }
    if output.format_name().is_some() {
        let found = lines.iter().map(|(name, value)| vec![text(name), text(value)]).collect();
        return rows(&["what", "value"], found, ("row", "rows"), session, output);
    }
    let tongue = output.report.tongue;
    let line = |(name, value): (String, String)| {
        format!("{} {}", fit(&tongue.word(&name), 20, Side::Left), tongue.part(&value))
    };
    let lines: Vec<_> = lines.into_iter().map(line).collect();
    output.text(&lines.join("\n"))
}

/// Writes a copy of the graph: a pack, or RDF where the file's ending names a format.
///
/// # Errors
/// Where it cannot be written.
pub fn backup(backup: &Backup, session: &Session, output: &Output) -> Result<()> {
    let Some(file) = backup.words.last() else { return Err(Error::usage("which file?")) };
    let mut output = output.clone();
    output.target = Target::File(file.clone());
    if file.extension().is_none_or(|ending| ending == "pack") {
        let governor = session.ask.governor();
        let check = || governor.check();
        let started = Instant::now();
        super::export::whole_or_nothing(&output, |out| session.write_pack(out, file, Watch::asking(&check)))?;
        return output.wrote_pack(started);
    }
    output.format = None;
    export::whole(session, &output)
}

/// Makes the pack of the store anew, with all transactions in it.
///
/// # Errors
/// Where it cannot be written: then all is as it was.
pub fn compact(session: &mut Session, output: &Output) -> Result<()> {
    let waiting = output.waiting();
    let done = session.compact().map_err(unchanged)?;
    drop(waiting);
    output.report.note(&match done {
        None => "the pack has all transactions already".to_owned(),
        Some(figures) => format!(
            "the pack has all {} now: {}",
            counted(figures.transactions, "transaction", "transactions"),
            counted(figures.pack_bytes, "byte", "bytes")
        ),
    });
    Ok(())
}

/// Makes the pack of a store anew where its journal has grown long, as the last thing that is done. The changes are kept and
/// said by now: this only makes the next query quicker, and what goes wrong with it is a matter for a word.
pub fn merge_if_due(session: &mut Session, output: &Output) {
    let done = session.await_merge().and_then(|()| {
        if !session.merge_is_due() {
            return Ok(());
        }
        output
            .report
            .note("the journal has grown long and is merged into a new pack; the change is kept already");
        let _waiting = output.waiting();
        session.compact().map(drop)
    });
    if let Err(error) = done {
        output.report.warning(&session.failed_merge(error).diagnostic);
    }
}

/// Looks through a store that may be damaged, the `open` one where none is named, and puts it in order where that is wanted.
///
/// # Errors
/// Where it cannot be read or written; of kind `Check` where something is wrong that was not put in order.
pub fn repair(repair: &Repair, open: Option<&Path>, output: &Output) -> Result<()> {
    let Some(folder) = repair.folder.as_deref().or(open) else {
        return Err(Error::usage("which store?").hint("name its folder"));
    };
    let findings = durable::repair(folder, repair.write)?;
    if findings.is_empty() {
        output.report.note(&format!("nothing is wrong with the store {}", folder.display()));
        return Ok(());
    }
    let mut lost = false;
    for durable::Finding { wrong, remedy } in &findings {
        let tongue = output.report.tongue;
        let state = tongue.say(if repair.write { "done:" } else { "to do:" });
        // A Chinese colon has its space within.
        let space = if tongue.is_chinese() { "" } else { " " };
        let remedy = match remedy {
            Some(remedy) => format!("{state}{space}{}", tongue.say(remedy)),
            None => {
                lost = true;
                tongue.say("this cannot be repaired: take the folder from a backup").into_owned()
            }
        };
        output.text(&format!("{}\n  {remedy}", tongue.say(wrong)))?;
    }
    let wrong = match findings.len() {
        1 => "one thing is wrong; nothing was changed".to_owned(),
        many => format!("{many} things are wrong; nothing was changed"),
    };
    match repair.write {
        true if !lost => Ok(()),
        true => Err(Error::new(Kind::Check, "not all could be repaired")),
        false if findings.iter().all(|finding| finding.remedy.is_none()) => {
            Err(Error::new(Kind::Check, wrong).hint("take the folder from a backup"))
        }
        false => Err(Error::new(Kind::Check, wrong)
            .hint("`baimo repair --write` does what can be done, and keeps copies")),
    }
}
