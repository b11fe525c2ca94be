//! The graph, a part of it or a changed one, written for other tools; and two graphs compared.
//!
//! In: which part, which format. Out: quads in the target of the presenter.

use super::saved::{by_name, given};
use super::text::{self, question};
use super::things::iri;
use super::{begins_to_change, named, unchanged};
use crate::embedded::{self, EMBEDDED};
use crate::engine::answer::Answer;
use crate::engine::{Bindings, Governor};
use crate::error::{Diagnostic, Error, Hint, Kind, Result};
use crate::explore::selection::{Part, Selection, things_only};
use crate::faces::args::{Diff, Export, Load, Query};
use crate::faces::params::Said;
use crate::faces::terminal::files;
use crate::faces::terminal::formats;
use crate::faces::terminal::hints::Face;
use crate::faces::terminal::present::{Output, Target, each_page, unwritten};
use crate::faces::terminal::signals::{Doing, Fate, changing, doing};
use crate::formats::changes;
use crate::formats::graphs::{self, Content, Found, GraphFormat, GraphStyle, Naming};
use crate::formats::rows::RowFormat;
use crate::packing::{self, Packing};
use crate::session::{Change, Session, Source};
use crate::show::text::{counted, grouped};
use crate::store::pack::{Watch, Workspace};
use crate::terms::Quad;
use std::ffi::OsString;
use std::io::{self, IsTerminal as _};
use std::path::{Path, PathBuf};
use std::sync::atomic::Ordering;
use std::sync::{Mutex, PoisonError};
use std::time::Instant;

/// Writes the graph, or a part of it.
///
/// # Errors
/// Where there is no such part, or it cannot be written; and where a limit cuts it.
pub fn export(export: &Export, session: &Session, output: &Output) -> Result<()> {
    let constructs = !export.saved.is_empty() || export.query.is_some() || export.file.is_some();
    if constructs {
        return constructed(export, session, output);
    }
    let (selection, part) = match (&export.graph, &export.about) {
        (Some(name), _) if name == "default" => (Selection::DefaultGraph, "the default graph".to_owned()),
        (Some(name), _) => (Selection::Graph(iri(name, session)?.into()), format!("the graph {name}")),
        (None, Some(thing)) => {
            let about = session.thing(thing)?;
            (
                Selection::Around { thing: about, depth: export.depth },
                format!("{thing} and what is around it"),
            )
        }
        (None, None) => (Selection::All, "the whole".to_owned()),
    };
    let waiting = output.waiting();
    let governor = session.ask.governor();
    let check = || governor.check();
    let watch = Watch::asking(&check);
    // Nothing is written before all is found: there is nothing to keep where a signal ends it.
    let _draws = doing(Doing::Drawing);
    let found = session.part(&selection, watch)?;
    drop(waiting);
    let header = export.header.then_some(part.as_str());
    let drawn =
        output.format_name().is_some() && output.graph_format()?.is_some_and(GraphFormat::shows_labels);
    if drawn && !export.ontology && export.about.is_none() {
        let (quads, stopped) = within_limit(things_only(found.quads(watch)?), session);
        return write_quads(quads, stopped, (header, watch), session, output);
    }
    let (quads, stopped) = within_limit(found.quads, session);
    write_part(Part { quads, ..found }, stopped, (header, watch), session, output)
}

/// Writes the whole graph.
///
/// # Errors
/// Where it cannot be written.
pub fn whole(session: &Session, output: &Output) -> Result<()> {
    let governor = session.ask.governor();
    let check = || governor.check();
    let watch = Watch::asking(&check);
    write_part(session.part(&Selection::All, watch)?, None, (None, watch), session, output)
}

/// Whether two paths lead to one file that is there.
fn is_same_file(one: &Path, other: &Path) -> bool {
    one.canonicalize().is_ok_and(|one| other.canonicalize().is_ok_and(|other| one == other))
}

/// Writes files, or without any the session's graph, as a pack.
///
/// # Errors
/// Where a file cannot be read, or the pack not be written.
pub fn pack(files: &[PathBuf], session: &Session, output: &Output) -> Result<()> {
    if output.target == Target::Stdout && io::stdout().is_terminal() {
        return Err(Error::usage("a pack is binary and cannot be shown on a terminal")
            .hint("name a file:  baimo pack FILE... -o graph.pack"));
    }
    if let Target::File(path) = &output.target
        && let Some(file) = files.iter().find(|file| is_same_file(file, path))
    {
        let message =
            format!("{} is one of the files to be packed, which the pack would replace", file.display());
        return Err(Error::usage(message).hint("name another file for the pack:  -o graph.pack"));
    }
    let shown = Mutex::new(output.progress().packing());
    let shown = || shown.lock().unwrap_or_else(PoisonError::into_inner);
    let news = |step, done, total| shown().step(step, done, total);
    let started = Instant::now();
    let beside = match &output.target {
        Target::File(path) | Target::Growing(path, _) => path.clone(),
        Target::Stdout | Target::Command(_) => std::env::temp_dir().join("baimo.pack"),
    };
    if files.is_empty() {
        let governor = session.ask.governor();
        let check = || governor.check();
        whole_or_nothing(output, |out| session.write_pack(out, &beside, Watch::new(&check, &news)))?;
        return output.wrote_pack(started);
    }
    let memory = session.ask.limits.max_memory.or_else(|| machine_memory().map(|all| all / 2));
    let packing = Packing {
        room: memory.map(|memory| Workspace { memory, beside }),
        limits: session.ask.limits,
        stop: session.interrupt_switch(),
        progress: &mut |progress| shown().show(progress),
        news: &news,
    };
    whole_or_nothing(output, |out| packing::pack(files, &EMBEDDED, packing, out))?;
    output.wrote_pack(started)
}

/// Lets `write` write a document that is of no use in part: what a limit or an interrupt ends leaves no file, where it would
/// leave the rows of an answer.
pub(super) fn whole_or_nothing(
    output: &Output,
    write: impl FnOnce(&mut dyn io::Write) -> Result<()>,
) -> Result<()> {
    let mut stopped = None;
    let written = output.write(|out| {
        write(out).map_err(|error| {
            stopped = Some(error);
            Error::store("not written whole")
        })
    });
    // A reader that has left is not an error.
    written.map_err(|error| stopped.unwrap_or(error))
}

/// How many bytes of memory the machine has, where it tells (Linux).
fn machine_memory() -> Option<usize> {
    let told = std::fs::read_to_string("/proc/meminfo").ok()?;
    let line = told.lines().find_map(|line| line.strip_prefix("MemTotal:"))?;
    Some(line.split_whitespace().next()?.parse::<usize>().ok()?.saturating_mul(1024))
}

/// What a CONSTRUCT or DESCRIBE gives.
fn constructed(export: &Export, session: &Session, output: &Output) -> Result<()> {
    let (answer, part) = match export.saved.split_first() {
        Some((name, values)) => {
            let saved = &by_name(name, session, output)?;
            let words: Vec<OsString> = values.iter().map(OsString::from).collect();
            let given = match given(saved, &words, session, output)? {
                Said::Help(text) => return output.text(&output.report.face.commands(&text)),
                Said::Values(given) => given,
            };
            let bindings = session.bindings(saved, &given)?;
            let answer = session.query(&saved.text, &bindings).map_err(|error| named(error, name))?;
            let with: Vec<_> = given.iter().map(|(name, value)| format!("{name}={value}")).collect();
            let with = if with.is_empty() { String::new() } else { format!(" with {}", with.join(", ")) };
            (answer, format!("the saved query {name}{with}"))
        }
        None => {
            let query = Query { text: None, query: export.query.clone(), file: export.file.clone() };
            let (name, text) = question(&query, output.report.face)?;
            let answer = session.query(&text, &Bindings::new()).map_err(|error| named(error, &name))?;
            (answer, format!("what the query below gives\n{}", text.trim_end()))
        }
    };
    let Answer::Graph(triples) = answer else {
        return Err(Error::usage("only CONSTRUCT and DESCRIBE give a graph to export")
            .hint("`baimo query` and `baimo run` write rows, as csv, json and more"));
    };
    let (mut triples, mut found) = (triples, Found::default());
    let mut stopped = each_page(triples.as_mut(), &mut |page| {
        found.add(page);
        true
    });
    drop(triples);
    // A part of an export that nobody asked for is of no use.
    if let Some(error) = stopped.take_if(|error| files::is_unwanted(error)) {
        return Err(error);
    }
    let header = export.header.then_some(part.as_str());
    let format = format_of(false, output)?;
    let governor = session.ask.governor();
    let check = || governor.check();
    let watch = Watch::asking(&check);
    match format.is_of_rdf() {
        true => write_content(found.len(), found.into(), stopped, (format, header, watch), session, output),
        false => {
            let quads = Content::from(found).quads(Watch::nobody())?;
            write_quads(quads, stopped, (header, watch), session, output)
        }
    }
}

/// So many quads as the limit allows, and the error that says so where there are more.
fn within_limit<Q>(mut quads: Vec<Q>, session: &Session) -> (Vec<Q>, Option<Error>) {
    let max = session.ask.limits.max_rows.and_then(|max| usize::try_from(max).ok());
    match max.filter(|max| quads.len() > *max) {
        None => (quads, None),
        Some(max) => {
            quads.truncate(max);
            let error = Error::new(Kind::Limit, format!("stopped after {max} triples"));
            (quads, Some(error.hint(Hint::RaiseMaxRows)))
        }
    }
}

/// Writes a part of the graph, all of it or what was found before something stopped the work: without making terms of it,
/// where the format is one of RDF's own.
fn write_part(
    found: Part<'_>,
    stopped: Option<Error>,
    (part, watch): (Option<&str>, Watch<'_>),
    session: &Session,
    output: &Output,
) -> Result<()> {
    let named = found.quads.iter().any(|(graph, _)| graph.is_some());
    let format = format_of(named, output)?;
    if !format.is_of_rdf() {
        return write_quads(found.quads(watch)?, stopped, (part, watch), session, output);
    }
    let found = match named && !format.keeps_named_graphs() {
        true => {
            several_graphs(found.quads.iter().map(|(graph, _)| *graph), format, output);
            found.merged(watch)?
        }
        false => found,
    };
    write_content(found.quads.len(), found.into(), stopped, (format, part, watch), session, output)
}

/// Writes what may be held as numbers, in a syntax of RDF.
fn write_content(
    count: usize,
    content: Content<'_>,
    stopped: Option<Error>,
    (format, part, watch): (GraphFormat, Option<&str>, Watch<'_>),
    session: &Session,
    output: &Output,
) -> Result<()> {
    let _draws = output.begins_to_draw();
    let style = GraphStyle { header: header(part, format, session, output), ..session.graph_style() };
    let count = count as u64;
    let mut naming = Naming::Stable;
    let write = |out: &mut dyn io::Write, watch: Watch<'_>| {
        naming = graphs::write_within(out, format, content, &style, watch)?;
        Ok(())
    };
    // What was found before is written, whatever stopped the work.
    let stopped = match stopped {
        Some(_) => output.write_part(stopped, |out| write(out, Watch::nobody()))?,
        None => {
            whole_or_nothing(output, |out| write(out, watch))?;
            None
        }
    };
    output.naming(naming);
    output.wrote(count, ("triple", "triples"));
    output.partial(count, "triples", stopped).map(drop)
}

/// The format to write, where there are `named` graphs or none.
fn format_of(named: bool, output: &Output) -> Result<GraphFormat> {
    match output.format_name() {
        None if named => Ok(GraphFormat::TriG),
        _ => output.graph_format()?.ok_or_else(|| {
            Error::usage("a drawing cannot be exported")
                .hint("draw an answer: baimo query -F svg 'CONSTRUCT ...'")
        }),
    }
}

/// What stands before an export of a part.
fn header(part: Option<&str>, format: GraphFormat, session: &Session, output: &Output) -> Vec<String> {
    let Some(part) = part else { return Vec::new() };
    if !format.has_comments() {
        output.report.note(&format!("{} has no comments: it is written without a header", format.name()));
    }
    session.export_header(part)
}

/// Writes quads, all of them or those found before something stopped the work.
fn write_quads(
    mut quads: Vec<Quad>,
    mut stopped: Option<Error>,
    (part, watch): (Option<&str>, Watch<'_>),
    session: &Session,
    output: &Output,
) -> Result<()> {
    let _draws = output.begins_to_draw();
    let named = quads.iter().any(|quad| !quad.graph_name.is_default_graph());
    let format = format_of(named, output)?;
    if named && !format.keeps_named_graphs() {
        several_graphs(quads.iter().map(|quad| &quad.graph_name), format, output);
        quads.iter_mut().for_each(|quad| quad.graph_name = crate::terms::GraphName::DefaultGraph);
    }
    let style = GraphStyle {
        header: header(part, format, session, output),
        ..session.graph_style_for(format, &quads, output.language(session))?
    };
    let count = quads.len() as u64;
    if !output.tables(format, &quads, &style, stopped.as_ref())? {
        output.say_what_is_no_edge(format, &quads);
        let watch = if stopped.is_some() { Watch::nobody() } else { watch };
        let mut text = Vec::new();
        output.naming(graphs::write_within(&mut text, format, quads, &style, watch)?);
        stopped = output.write_part(stopped, |out| out.write_all(&text).map_err(unwritten))?;
    }
    output.wrote(count, ("triple", "triples"));
    output.partial(count, "triples", stopped).map(drop)
}

/// Says, where there are several graphs, that quads are taken out of them.
fn several_graphs<G: PartialEq>(mut graphs: impl Iterator<Item = G>, format: GraphFormat, output: &Output) {
    let first = graphs.next();
    if graphs.any(|graph| Some(&graph) != first.as_ref()) {
        let lost = format!("{} keeps no named graphs: all triples are written as one graph", format.name());
        let kept = "trig, nquads and jsonld keep them; --graph IRI takes one";
        output.report.warning(&Diagnostic::new(lost).hint(kept));
    }
}

/// Adds files to the graph, and says what came of it.
///
/// # Errors
/// Where one cannot be read, or a limit stops it: then nothing is added.
pub fn load(load: &Load, session: &mut Session, output: &Output) -> Result<()> {
    if output.report.face == Face::Prompt && load.files.iter().any(|file| file == Path::new("-")) {
        return Err(text::stdin_is_taken());
    }
    let into = load.into.as_deref().map(|name| iri(name, session)).transpose()?;
    let _fate = begins_to_change(session);
    let change = {
        let shown = Mutex::new(output.progress().packing());
        let shown = || shown.lock().unwrap_or_else(PoisonError::into_inner);
        let news = |step, done, total| shown().step(step, done, total);
        let loaded = session.load(&load.files, into.as_ref(), &mut |progress| shown().show(progress), &news);
        loaded.map_err(unchanged)?
    };
    changed(change, session, output)
}

/// Whether what changes the graph can write the changed graph, where its own options ask for that. To be called before
/// anything is changed.
///
/// # Errors
/// Where the format is none of graphs.
pub fn can_be_written(session: &Session, output: &Output) -> Result<()> {
    let Some(name) = output.format_name().filter(|_| output.own) else { return Ok(()) };
    let error = match format_of(false, output) {
        Ok(_) => return Ok(()),
        Err(_) if RowFormat::named(name).is_some() => Error::usage(format!(
            "`{name}` is no format of graphs, in which the changed graph could be written"
        ))
        .hint(format!("formats of graphs: {}", formats::graph_names())),
        Err(error) => error,
    };
    Err(match session.is_durable() {
        true => error.hint("the store keeps the change: a format is for writing the changed graph too"),
        false => error,
    })
}

/// An error in writing the changed graph, with what has become of the change: who makes it again would have it twice.
fn after_the_change(error: Error, durable: bool, session: &Session, output: &Output) -> Error {
    match (durable, output.report.face) {
        // It is kept with its transaction, or not at all.
        _ if session.transaction().is_some() => {
            error.hint("the change itself is made, in the transaction that is open: only the changed graph was not written")
        }
        (true, _) => error.hint("the change itself is kept: only the changed graph was not written"),
        (false, Face::Prompt) => {
            error.hint("the change itself is made, for this session: only the changed graph was not written")
        }
        // With the program it is gone.
        (false, Face::CommandLine) => error,
    }
}

/// Says what a change did, and writes the changed graph where the command itself names a format or a file.
///
/// # Errors
/// Where it cannot be written.
pub fn changed(change: Change, session: &Session, output: &Output) -> Result<()> {
    let Change { before, after, durable, cut, .. } = change;
    output.changed.store(true, Ordering::Relaxed);
    if cut > 0 {
        output.report.note(&format!(
            "{} of a transaction that was never finished were cut from the end of the journal",
            counted(cut, "byte", "bytes")
        ));
    }
    let difference = match after.cmp(&before) {
        std::cmp::Ordering::Equal => "as many as before".to_owned(),
        std::cmp::Ordering::Greater => format!("{} more than before", grouped(after - before)),
        std::cmp::Ordering::Less => format!("{} fewer than before", grouped(before - after)),
    };
    let written = output.own;
    let kept = if durable || written { "" } else { "; this lasts as long as the session" };
    if output.report.terminal || !written {
        let all = counted(after, "triple", "triples");
        output.report.note(&format!("{all}, {difference}{kept}"));
    }
    let is_kept = durable && session.transaction().is_none();
    let _fate = changing(match (is_kept, written) {
        (true, _) => Fate::Done,
        (false, true) => Fate::Written,
        (false, false) => Fate::None,
    });
    let done = if written { whole(session, output) } else { Ok(()) };
    done.map_err(|error| after_the_change(error, durable, session, output))
}

/// Compares two graphs.
///
/// # Errors
/// Where one cannot be read; and of kind `Check` where they differ.
pub fn compare(diff: &Diff, session: &Session, output: &Output) -> Result<()> {
    let governor = session.ask.governor();
    let before = open(&diff.before, &governor, output)?;
    let other = diff.after.as_deref().map(|path| open(path, &governor, output)).transpose()?;
    let after = other.as_ref().unwrap_or(session);
    let (old, new) = (before.snapshot(), after.snapshot());
    let difference = governor.waits_for(move || old.diff(&new))??;
    let mut style = after.graph_style();
    style.prefixes.extend(before.prefixes());
    let check = || governor.check();
    let watch = Watch::asking(&check);
    output.page(&changes::write(&difference.before, &difference.after, &style.prefixes, watch)?)?;
    if difference.uncertain {
        output.naming(Naming::Uncertain);
    }
    if difference.is_empty() {
        output.report.note(&format!(
            "the two are the same: {}",
            counted(difference.common as u64, "triple", "triples")
        ));
        return Ok(());
    }
    let (removed, added) = (grouped(difference.removed.len() as u64), grouped(difference.added.len() as u64));
    Err(Error::new(
        Kind::Check,
        format!(
            "the graphs differ: {removed} removed, {added} added, {} in both",
            grouped(difference.common as u64)
        ),
    ))
}

/// The graph of a file, or of a folder with a manifest.
fn open(path: &Path, governor: &Governor, output: &Output) -> Result<Session> {
    let open = |source| {
        let mut shown = output.progress();
        embedded::open_within(&source, governor, &mut |progress| shown.show(progress))
    };
    if path.is_dir() {
        if !path.join(crate::project::MANIFEST).is_file() {
            return Err(Error::usage(format!("{} is a folder without a baimo.toml", path.display()))
                .hint("name a file, or a folder that `baimo init` would make"));
        }
        return open(Source::Here(path.to_owned()));
    }
    open(Source::Files(vec![path.to_owned()]))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::faces::args::Shape;
    use crate::faces::terminal::report::Report;

    #[test]
    fn a_document_that_was_stopped_leaves_no_file() {
        let file = std::env::temp_dir().join(format!("baimo-whole-{}.pack", std::process::id()));
        let mut output = Output::new(&Shape::default(), Report::default());
        output.target = Target::File(file.clone());
        for kind in [Kind::Interrupted, Kind::Limit, Kind::Data] {
            let stopped = whole_or_nothing(&output, |out| {
                out.write_all(b"half").map_err(unwritten)?;
                Err(Error::new(kind, "stopped"))
            });
            assert_eq!(stopped.unwrap_err().kind, kind);
            assert!(!file.exists(), "{kind:?}");
        }
        whole_or_nothing(&output, |out| out.write_all(b"whole").map_err(unwritten)).unwrap();
        assert_eq!(std::fs::read(&file).unwrap(), b"whole");
        std::fs::remove_file(file).unwrap();
    }
}
