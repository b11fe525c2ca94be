//! Where answers go: the screen or its pager, a file, a file that grows, a folder of tables, another program.
//!
//! In: what writes an answer. Out: its text at the target. A file is replaced as a whole or not at all; a reader that has
//! left (`| head`) is not a failure.

use super::Output;
use crate::error::{Error, Kind, Result};
use crate::faces::terminal::signals::{Doing, Until, doing};
use crate::faces::terminal::{files, formats, pager, whole};
use crate::formats::graphs::{self, GraphFormat, GraphStyle};
use crate::show::text::counted;
use crate::terms::{Quad, Term, rdf};
use std::cell::Cell;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::rc::Rc;
use std::sync::atomic::Ordering;

/// Where answers go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// Standard output.
    Stdout,
    /// A file, replaced when the answer is complete; what a limit cuts short goes beside it.
    File(PathBuf),
    /// A file that every answer is added to: the first one replaces what was there.
    Growing(PathBuf, Rc<Cell<bool>>),
    /// The standard input of a command of the shell.
    Command(String),
}

impl Target {
    /// What the user calls it.
    pub fn name(&self) -> String {
        match self {
            Self::Stdout => "the screen".to_owned(),
            Self::File(path) | Self::Growing(path, _) => path.display().to_string(),
            Self::Command(command) => format!("| {command}"),
        }
    }

    pub(super) fn file(&self) -> Option<&Path> {
        match self {
            Self::File(path) | Self::Growing(path, _) => Some(path),
            Self::Stdout | Self::Command(_) => None,
        }
    }
}

impl Output {
    /// Whether the file that answers are added to takes one more: two documents of JSON or XML in one file are none.
    pub(super) fn room_for_another(&self) -> Result<()> {
        let Target::Growing(path, begun) = &self.target else { return Ok(()) };
        let format = self.format_name().filter(|name| begun.get() && formats::is_one_document(name));
        format.map_or(Ok(()), |name| {
            let message =
                format!("{} cannot hold a second answer: a {name} file is one document", path.display());
            Err(Error::usage(message).hint(
                ".output with another name, or one of csv, tsv, jsonl and the like, which take any number",
            ))
        })
    }

    /// Says that all is found and only the drawing is left: no limit of time is to stop that, and nothing more is lost where a
    /// signal does.
    pub fn begins_to_draw(&self) -> Until {
        self.found.store(true, Ordering::Relaxed);
        doing(Doing::Drawing)
    }

    /// Writes a long text for people: through the pager where it does not fit the window.
    ///
    /// # Errors
    /// Where the target cannot be written.
    pub fn page(&self, text: &str) -> Result<()> {
        self.page_part(text, None).map(drop)
    }

    /// As [`Self::page`], of an answer of which `stopped` has ended the rest: that is given back.
    ///
    /// # Errors
    /// As there.
    pub fn page_part(&self, text: &str, stopped: Option<Error>) -> Result<Option<Error>> {
        self.found.store(true, Ordering::Relaxed);
        let long = || text.lines().count() >= self.window.height;
        if self.shown() && self.pager && long() && pager::paged(text) {
            return Ok(stopped);
        }
        self.write_part(stopped, |out| out.write_all(text.as_bytes()).map_err(unwritten))
    }

    /// Writes a text, with a line end.
    ///
    /// # Errors
    /// Where the target cannot be written.
    pub fn text(&self, text: &str) -> Result<()> {
        self.write(|out| writeln!(out, "{}", text.trim_end_matches('\n')).map_err(unwritten))
    }

    /// Lets `write` write to the target. A file is replaced at the end, unless writing failed; a
    /// reader that has left (`| head`) is not a failure.
    ///
    /// # Errors
    /// Where `write` fails, or the target cannot be written.
    pub fn write(&self, write: impl FnOnce(&mut dyn Write) -> Result<()>) -> Result<()> {
        match &self.target {
            Target::Stdout => self.to_stdout(io::BufWriter::new(io::stdout().lock()), write),
            Target::File(path) => files::replace_by_answer(path, write),
            Target::Growing(path, begun) if begun.get() => {
                self.room_for_another()?;
                files::append(path, write)
            }
            Target::Growing(path, begun) => {
                let done = files::replace(path, write);
                begun.set(done.as_ref().err().is_none_or(is_a_limit));
                done
            }
            Target::Command(command) => into_command(command, write),
        }
    }

    /// As [`Self::write`], of a document of which parts are written, each by one call, that `foot` makes a whole one after any
    /// of them: it is whole even where the program is ended in the middle.
    ///
    /// # Errors
    /// As there.
    pub fn write_whole(
        &self,
        foot: &'static str,
        write: impl FnOnce(&mut dyn Write) -> Result<()>,
    ) -> Result<()> {
        match &self.target {
            Target::Stdout => self.to_stdout(whole::begin(foot), write),
            _ => self.write(write),
        }
    }

    /// Where a part of an answer went that `stopped` has ended early; nothing where the target itself has it.
    pub(super) fn set_aside(&self, stopped: &Error) -> Option<PathBuf> {
        match &self.target {
            Target::File(path) if files::is_unwanted(stopped) && (path.is_file() || !path.exists()) => {
                Some(files::partial(path))
            }
            _ => None,
        }
    }

    /// As [`Self::write`], of an answer of which `stopped` has ended the rest: that is given back.
    ///
    /// # Errors
    /// As there.
    pub fn write_part(
        &self,
        stopped: Option<Error>,
        write: impl FnOnce(&mut dyn Write) -> Result<()>,
    ) -> Result<Option<Error>> {
        let mut stopped = stopped;
        let done = self.write(|out| {
            write(out)?;
            stopped.take().map_or(Ok(()), Err)
        });
        limit_of(done)
    }

    fn to_stdout(&self, inner: impl Write, write: impl FnOnce(&mut dyn Write) -> Result<()>) -> Result<()> {
        let mut out = Watched { inner, left: false };
        let done = write(&mut out);
        let flushed = out.flush().map_err(unwritten);
        self.left.fetch_or(out.left, Ordering::Relaxed);
        if out.left { Ok(()) } else { done.and(flushed) }
    }

    /// Writes a graph's nodes.csv and edges.csv, where the target is a folder and the format CSV; beside them what `stopped` has
    /// ended early. False where it is not.
    ///
    /// # Errors
    /// Where they cannot be written.
    pub fn tables(
        &self,
        format: GraphFormat,
        quads: &[Quad],
        style: &GraphStyle,
        stopped: Option<&Error>,
    ) -> Result<bool> {
        let Some(folder) = self.target.file() else { return Ok(false) };
        let is_folder = folder.is_dir() || folder.as_os_str().as_encoded_bytes().ends_with(b"/");
        if !is_folder || !matches!(format, GraphFormat::Edges | GraphFormat::Nodes) {
            return Ok(false);
        }
        std::fs::create_dir_all(folder).map_err(|error| {
            Error::store(format!("cannot make the folder {}", folder.display()))
                .because(error)
                .hint("choose another with -o")
        })?;
        for (name, format) in [("nodes.csv", GraphFormat::Nodes), ("edges.csv", GraphFormat::Edges)] {
            let path = folder.join(name);
            let path = if stopped.is_some_and(files::is_unwanted) { files::partial(&path) } else { path };
            files::replace(&path, |out| {
                graphs::write(out, format, quads.to_vec(), style).map(|naming| self.naming(naming))
            })?;
        }
        Ok(true)
    }
}

impl Output {
    /// Says of a table of edges how many triples are none, and so not in it.
    pub fn say_what_is_no_edge(&self, format: GraphFormat, quads: &[Quad]) {
        if format != GraphFormat::Edges {
            return;
        }
        let is_edge = |quad: &&Quad| {
            quad.predicate != rdf::TYPE && !matches!(quad.object, Term::Literal(_) | Term::Triple(_))
        };
        let others = quads.len() - quads.iter().filter(is_edge).count();
        if others > 0 {
            self.report.note(&format!(
                "csv of a graph is a table of its edges, and texts, numbers and classes are none: without {}; graphml and ntriples hold all of them",
                counted(others as u64, "triple", "triples")
            ));
        }
    }
}

fn is_a_limit(error: &Error) -> bool {
    matches!(error.kind, Kind::Limit | Kind::Interrupted)
}

/// The limit that ended the writing of an answer, of which all that was found is written.
///
/// # Errors
/// What ended it and is no limit: then the target is as it was.
pub(super) fn limit_of(done: Result<()>) -> Result<Option<Error>> {
    match done {
        Ok(()) => Ok(None),
        Err(error) if is_a_limit(&error) => Ok(Some(error)),
        Err(error) => Err(error),
    }
}

/// Lets `write` write to the standard input of a command, and waits for its end.
fn into_command(command: &str, write: impl FnOnce(&mut dyn Write) -> Result<()>) -> Result<()> {
    let _aside = doing(Doing::Aside);
    let started = Command::new("sh").args(["-c", command]).stdin(Stdio::piped()).spawn();
    let mut child =
        started.map_err(|error| Error::store(format!("cannot start `{command}`")).because(error))?;
    let mut done = Ok(());
    if let Some(stdin) = child.stdin.take() {
        let mut out = Watched { inner: io::BufWriter::new(stdin), left: false };
        done = write(&mut out).and(out.flush().map_err(unwritten));
        done = if out.left { Ok(()) } else { done };
    }
    match child.wait() {
        Ok(status) if !status.success() => {
            done.and(Err(Error::usage(format!("`{command}` ended with {status}"))))
        }
        _ => done,
    }
}

/// The error of an answer that cannot be written.
pub fn unwritten(cause: io::Error) -> Error {
    match cause.downcast::<Error>() {
        Ok(error) => error,
        Err(cause) => Error::store("the answer cannot be written").because(cause).hint("is the disk full?"),
    }
}

/// A writer that notices when its reader has left.
struct Watched<W> {
    inner: W,
    left: bool,
}

impl<W> Watched<W> {
    fn watch<T>(&mut self, done: io::Result<T>) -> io::Result<T> {
        self.left |= done.as_ref().is_err_and(|error| error.kind() == io::ErrorKind::BrokenPipe);
        done
    }
}

impl<W: Write> Write for Watched<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let done = self.inner.write(bytes);
        self.watch(done)
    }

    fn flush(&mut self) -> io::Result<()> {
        let done = self.inner.flush();
        self.watch(done)
    }
}
