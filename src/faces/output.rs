//! Where answers go, and in which shape: stdout or a file, a table or a format, colour, pager.
//!
//! In: an [`Answer`]. Out: its text on stdout, or in a file that is written whole or not at all.
//! It refuses to know what was asked.

use super::args::Shape;
use super::report::Report;
use crate::answers::Answer;
use crate::error::{Error, Result};
use crate::session::Session;
use std::io::{self, IsTerminal as _, Write};
use std::path::{Path, PathBuf};

/// Where answers go, and in which shape.
#[derive(Debug)]
pub struct Output {
    /// The name of the format asked for. Without one it is chosen by the answer and the target.
    pub format: Option<String>,
    /// Where answers go.
    pub target: Target,
    /// Whether stdout is a terminal.
    pub terminal: bool,
    /// Whether answers on stdout have colour.
    pub colour: bool,
    /// Columns of the terminal.
    pub width: usize,
    /// Lines of the terminal.
    pub height: usize,
    /// Language of labels and summaries; none is the graph's own first one.
    pub language: Option<String>,
    /// Whether labels stand for IRIs.
    pub labels: bool,
    /// Whether the question's own chart is drawn.
    pub chart: bool,
    /// Whether to say why nothing was found.
    pub why: bool,
    /// Whether long answers are paged.
    pub pager: bool,
    /// Whether a line under the answer says rows, time and graph.
    pub footer: bool,
    /// Says what is to be said about answers.
    pub report: Report,
}

/// Where answers go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// Standard output.
    Stdout,
    /// A file, replaced when the answer is complete.
    File(PathBuf),
}

impl Output {
    /// An output as the options say.
    pub fn new(shape: &Shape, report: Report) -> Self {
        let terminal = io::stdout().is_terminal();
        let size = terminal_size::terminal_size_of(io::stdout());
        let target = match shape.output.as_deref() {
            Some(path) if path != Path::new("-") => Target::File(path.to_owned()),
            _ => Target::Stdout,
        };
        let shown = terminal && target == Target::Stdout;
        Self {
            format: shape.format.clone(),
            terminal,
            colour: shape.color.colour(shown),
            width: size.map_or(80, |(width, _)| width.0.into()),
            height: size.map_or(24, |(_, height)| height.0.into()),
            language: shape.lang.clone(),
            labels: shape.labels,
            chart: shape.chart || shown,
            why: shape.why || (shown && report.terminal),
            pager: shown && !shape.no_pager,
            footer: shown && report.terminal && !shape.quiet,
            target,
            report,
        }
    }

    /// Writes an answer.
    ///
    /// # Errors
    /// Where the format does not suit the answer, the target cannot be written, or a limit ended
    /// the answer early: what was found by then has been written.
    pub fn answer(&mut self, _session: &Session, answer: Answer<'_>) -> Result<()> {
        self.write(|out| match answer {
            Answer::Boolean(found) => writeln!(out, "{found}").map_err(unwritten),
            Answer::Graph(triples) => {
                for triple in triples {
                    writeln!(out, "{} .", triple?).map_err(unwritten)?;
                }
                Ok(())
            }
            Answer::Rows(rows) => {
                let head: Vec<_> = rows.variables.iter().map(ToString::to_string).collect();
                writeln!(out, "{}", head.join("\t")).map_err(unwritten)?;
                for row in rows.rows {
                    let cells: Vec<_> = row?
                        .iter()
                        .map(|cell| cell.as_ref().map_or_else(String::new, ToString::to_string))
                        .collect();
                    writeln!(out, "{}", cells.join("\t")).map_err(unwritten)?;
                }
                Ok(())
            }
        })
    }

    /// Writes a text, with a line end.
    ///
    /// # Errors
    /// Where the target cannot be written.
    pub fn text(&mut self, text: &str) -> Result<()> {
        self.write(|out| writeln!(out, "{}", text.trim_end_matches('\n')).map_err(unwritten))
    }

    /// Lets `write` write to the target. A file is replaced at the end, unless writing failed; a
    /// reader that has left (`| head`) is no failure.
    ///
    /// # Errors
    /// Where `write` fails, or the target cannot be written.
    pub fn write(&mut self, write: impl FnOnce(&mut dyn Write) -> Result<()>) -> Result<()> {
        match &self.target {
            Target::Stdout => {
                let mut out = Watched { inner: io::BufWriter::new(io::stdout().lock()), left: false };
                let done = write(&mut out);
                let flushed = out.flush().map_err(unwritten);
                if out.left { Ok(()) } else { done.and(flushed) }
            }
            Target::File(path) => replace(path, write),
        }
    }
}

/// Writes a file under another name and renames it when it is complete. An answer cut short by a
/// limit is kept: it is marked on stderr.
fn replace(path: &Path, write: impl FnOnce(&mut dyn Write) -> Result<()>) -> Result<()> {
    let failed = |error: io::Error| {
        Error::store(format!("cannot write {}", path.display()))
            .because(error)
            .hint("choose another file with -o")
    };
    if path.is_dir() {
        return Err(Error::store(format!("cannot write {}: it is a folder", path.display()))
            .hint("name a file in it, as in  -o answer.csv"));
    }
    if path.exists() && !path.is_file() {
        // A device or a pipe cannot be renamed over.
        let mut out = io::BufWriter::new(std::fs::OpenOptions::new().write(true).open(path).map_err(failed)?);
        return write(&mut out).and(out.flush().map_err(failed));
    }
    let mut name = std::ffi::OsString::from(".");
    name.push(path.file_name().unwrap_or_default());
    name.push(format!(".{}.part", std::process::id()));
    let part = path.with_file_name(name);
    let mut out = io::BufWriter::new(std::fs::File::create(&part).map_err(failed)?);
    let done = write(&mut out);
    let complete = match &done {
        Ok(()) => true,
        Err(error) => matches!(error.kind, crate::error::Kind::Limit | crate::error::Kind::Interrupted),
    };
    let written = out.flush().map_err(failed);
    drop(out);
    if complete && written.is_ok() {
        std::fs::rename(&part, path).map_err(failed)?;
    } else {
        let _ = std::fs::remove_file(&part);
    }
    done.and(written)
}

/// The error of an answer that cannot be written.
pub fn unwritten(cause: io::Error) -> Error {
    Error::store("the answer cannot be written").because(cause).hint("is the disk full?")
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
