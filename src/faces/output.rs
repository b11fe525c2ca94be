//! Where answers go, and in which shape: stdout or a file, a table or a format, colour, pager.
//!
//! In: an `Answer`. Out: its text on stdout, or in a file that is written whole or not at all.
//! It refuses to know what was asked.

use super::args::Shape;
use super::report::Report;
use crate::engine::answer::{Answer, Rows, Solutions};
use crate::error::{Diagnostic, Error, Kind, Result};
use crate::formats::graphs::{self, GraphFormat, GraphStyle};
use crate::formats::rows::{self, RowFormat};
use crate::formats::svg;
use crate::session::Session;
use crate::show::chart::{self, Directive, View};
use crate::show::description::{self, Description};
use crate::show::table::{self, Footer};
use crate::show::{Style, tree};
use crate::store::import::Progress;
use crate::terms::{GraphName, Quad, Term, TermRef, Triple};
use std::io::{self, IsTerminal as _, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, mpsc};
use std::time::{Duration, Instant};

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
    /// Rows that a table shows at most.
    pub max_rows: Option<usize>,
    /// How the reader gets at the rows left out, said after their count.
    pub more: Option<String>,
    /// Language of labels and summaries, where the user chose one.
    pub language: Option<String>,
    /// The language of the user's system. It counts for people only: what programs read must not
    /// change with the machine.
    pub locale: Option<String>,
    /// Whether labels stand for IRIs.
    pub labels: bool,
    /// Whether the question's own chart is drawn.
    pub chart: bool,
    /// A chart that the user chose, in the place of the question's own.
    pub directive: Option<Directive>,
    /// Whether to say why nothing was found.
    pub why: bool,
    /// Whether long answers are paged.
    pub pager: bool,
    /// Whether a line under the answer says rows, time and graph.
    pub footer: bool,
    /// Says what is to be said about answers.
    pub report: Report,
    /// Set when all is found and only the showing is left, which no limit of time is to stop.
    pub found: Arc<AtomicBool>,
}

/// What is known about an answer beside the answer itself.
#[derive(Debug, Default, Clone)]
pub struct About {
    /// The view that the question asks for, as written.
    pub view: Option<String>,
    /// What charts and documents are called.
    pub title: Option<String>,
    /// When the question was asked.
    pub asked: Option<Instant>,
    /// The thing that the answer is about: it comes first, and where others mention it, last.
    pub thing: Option<Term>,
    /// What is counted, in one and in many, where it is not rows or triples.
    pub nouns: Option<(&'static str, &'static str)>,
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
            colour: shape.color.colour(terminal),
            width: size.map_or(80, |(width, _)| width.0.into()),
            height: size.map_or(24, |(_, height)| height.0.into()),
            max_rows: None,
            more: None,
            language: shape.lang.clone(),
            labels: shape.labels,
            chart: shape.chart || shown,
            directive: None,
            why: shape.why || (shown && report.terminal && !shape.quiet),
            pager: !shape.no_pager,
            footer: report.terminal && !shape.quiet,
            locale: locale(),
            target,
            report,
            found: Arc::default(),
        }
    }

    /// Whether answers are seen at once by a person.
    pub fn shown(&self) -> bool {
        self.terminal && self.target == Target::Stdout
    }

    /// The name of the format: given, or told by the ending of the file.
    pub fn format_name(&self) -> Option<&str> {
        self.format.as_deref().or_else(|| match &self.target {
            Target::File(path) => {
                let name = path.file_name()?.to_str()?;
                let plain = PACKED.iter().find_map(|ending| name.strip_suffix(ending)).unwrap_or(name);
                plain.rsplit_once('.').map(|(_, ending)| ending).filter(|ending| is_format(ending))
            }
            Target::Stdout => None,
        })
    }

    /// The language of labels and summaries.
    pub fn language<'a>(&'a self, session: &'a Session) -> &'a str {
        let offered = |language: &&str| session.project().languages.iter().any(|have| have == language);
        let locale = self.locale.as_deref().filter(|_| self.shown()).filter(offered);
        self.language.as_deref().or(locale).unwrap_or_else(|| session.language())
    }

    /// Whether the format asked for is one. To be called before any work is done.
    ///
    /// # Errors
    /// A usage error that names the formats there are.
    pub fn check(&self) -> Result<()> {
        match &self.format {
            Some(name) if !is_format(name) => Err(no_format(name)),
            _ => Ok(()),
        }
    }

    /// Writes an answer. Returns how many rows or triples it had, or 1 for yes and 0 for no.
    ///
    /// # Errors
    /// Where the format does not suit the answer, the target cannot be written, or a limit ended
    /// the answer early: what was found by then has been written.
    pub fn answer(&self, session: &Session, answer: Answer<'_>, about: &About) -> Result<u64> {
        match answer {
            Answer::Boolean(found) => {
                let format = self.row_format()?;
                self.write(|out| rows::write_boolean(found, format, out).map_err(unwritten))?;
                self.foot(
                    session,
                    about,
                    Footer { nouns: Some(("answer", "answers")), count: 1, ..Footer::default() },
                );
                Ok(found.into())
            }
            Answer::Graph(triples) => self.graph(session, triples, about),
            Answer::Rows(rows) => self.rows(session, rows, about),
        }
    }

    fn rows(&self, session: &Session, rows: Rows<'_>, about: &About) -> Result<u64> {
        let format = self.row_format()?;
        let directive = self.directive(about);
        // Taken before a pager opens: reading takes time too.
        let mut elapsed = None;
        let (count, stopped) = if matches!(format, RowFormat::Table | RowFormat::Line) {
            let waiting = self.waiting();
            let found = rows.gather();
            drop(waiting);
            let text = self.drawn(session, &found, format, directive.as_ref(), about);
            elapsed = about.asked.map(|asked| asked.elapsed());
            self.page(&text)?;
            (found.rows.len() as u64, found.stopped)
        } else {
            let language = self.language(session).to_owned();
            let labels = |term: &Term| session.label(term, &language);
            let style = Style { chart: directive.as_ref(), ..self.style(session, about, &labels) };
            let _waiting = (!self.shown()).then(|| self.waiting());
            let mut written = rows::Written::default();
            self.write(|out| {
                written = rows::write_rows(rows, format, &style, out).map_err(unwritten)?;
                Ok(())
            })?;
            (written.rows, written.stopped)
        };
        let stopped_by = stopped.as_ref();
        self.foot(
            session,
            about,
            Footer { count, nouns: about.nouns, elapsed, stopped: stopped_by, ..Footer::default() },
        );
        self.partial(count, about.nouns.map_or("rows", |(_, many)| many), stopped)
    }

    /// Rows for people: the table, and the chart below it. Where both are more than a window and nobody
    /// asked for a table, the chart alone: it is what the question is for.
    fn drawn(
        &self,
        session: &Session,
        found: &Solutions,
        format: RowFormat,
        directive: Option<&Directive>,
        about: &About,
    ) -> String {
        let language = self.language(session);
        let labels = |term: &Term| session.label(term, language);
        let style = self.style(session, about, &labels);
        let mut text =
            if format == RowFormat::Line { table::lines(found, &style) } else { table::table(found, &style) };
        let drawable = |directive: &&Directive| directive.view != View::Table && !found.rows.is_empty();
        if let Some(directive) = directive.filter(drawable).filter(|_| self.chart) {
            match chart::draw(found, directive, &style) {
                Ok(drawing) => {
                    let long = text.lines().count() + drawing.lines().count() >= self.height;
                    if long && self.shown() && self.format.is_none() {
                        self.report.note("`-F table` shows the rows too");
                        return drawing;
                    }
                    text.push('\n');
                    text.push_str(&drawing);
                }
                Err(error) => self.report.note(&error.message),
            }
        }
        text
    }

    fn graph(
        &self,
        session: &Session,
        triples: Box<dyn Iterator<Item = Result<Triple>> + '_>,
        about: &About,
    ) -> Result<u64> {
        let format = self.graph_format()?;
        let waiting = self.waiting();
        let (triples, stopped) = gather(triples);
        drop(waiting);
        let count = triples.len() as u64;
        let language = self.language(session).to_owned();
        let labels = |term: &Term| session.label(term, &language);
        let style = self.style(session, about, &labels);
        let draws_tree =
            self.chart && self.directive(about).is_some_and(|directive| directive.view == View::Graph);
        let text = match format {
            None if self.format_name() == Some("tree") => tree::tree(&triples, &style),
            None => svg::graph(&triples, &style),
            Some(format) => {
                let tree = self.shown() && draws_tree;
                let drawing =
                    if tree { format!("\n{}", tree::tree(&triples, &style)) } else { String::new() };
                let quads = triples.into_iter().map(|triple| triple.in_graph(GraphName::DefaultGraph));
                let quads: Vec<Quad> = quads.collect();
                let style = session.graph_style_for(format, &quads, &language);
                if self.tables(format, &quads, &style)? {
                    return self.partial(count, "triples", stopped);
                }
                let about = about.thing.as_ref().filter(|_| format == GraphFormat::Turtle);
                turtle_about(about, format, quads, &style)? + &drawing
            }
        };
        self.page(&text)?;
        let nouns = Some(("triple", "triples"));
        let stopped_by = stopped.as_ref();
        self.foot(session, about, Footer { count, nouns, stopped: stopped_by, ..Footer::default() });
        self.partial(count, "triples", stopped)
    }

    /// How many there were, or the error that ended them early, with a word on what was written.
    fn partial(&self, count: u64, nouns: &str, stopped: Option<Error>) -> Result<u64> {
        match stopped {
            None => Ok(count),
            Some(error) => {
                if matches!(error.kind, Kind::Limit | Kind::Interrupted) {
                    self.report
                        .note(&format!("partial answer: {count} {nouns} so far are right, but not all"));
                }
                Err(error)
            }
        }
    }

    fn foot(&self, session: &Session, about: &About, footer: Footer<'_>) {
        if self.footer && self.shown() {
            let project = session.project();
            let graph = format!("{} {}", project.name, project.version);
            let elapsed = footer.elapsed.or_else(|| about.asked.map(|asked| asked.elapsed()));
            self.report.aside(&Footer { elapsed, graph: Some(graph.trim()), ..footer }.text());
        }
    }

    fn directive(&self, about: &About) -> Option<Directive> {
        if self.directive.is_some() {
            return self.directive.clone();
        }
        let (directive, note) = Directive::lenient(about.view.as_deref()?);
        if let Some(note) = note.filter(|_| self.chart) {
            self.report.note(&note);
        }
        Some(directive)
    }

    /// How answers look here.
    fn style<'a>(
        &'a self,
        session: &'a Session,
        about: &'a About,
        labels: &'a dyn Fn(&Term) -> Option<String>,
    ) -> Style<'a> {
        Style {
            width: self.shown().then_some(self.width).or(self.chart.then_some(100).filter(|_| !self.shown())),
            colour: self.colour && self.target == Target::Stdout,
            max_rows: self.max_rows,
            more: self.more.as_deref(),
            labels: self.labels.then_some(labels),
            title: about.title.as_deref(),
            ..Style::plain(session.prefixes())
        }
    }

    /// The format of rows: as asked for, else a table for people and TSV for programs.
    ///
    /// # Errors
    /// Where the format is one of graphs only, or none.
    pub fn row_format(&self) -> Result<RowFormat> {
        let Some(name) = self.format_name() else {
            return Ok(if self.shown() || self.chart { RowFormat::Table } else { RowFormat::Tsv });
        };
        RowFormat::named(name).ok_or_else(|| match GraphFormat::named(name) {
            Some(format) => {
                Error::usage(format!("{} is a format of graphs; this answer is rows", format.name()))
                    .hint(format!("formats of rows: {}", row_names()))
                    .hint("CONSTRUCT gives a graph")
            }
            None => no_format(name),
        })
    }

    /// The format of graphs: as asked for, else Turtle; nothing where a drawing is asked for.
    ///
    /// # Errors
    /// Where the format is one of rows only, or none.
    pub fn graph_format(&self) -> Result<Option<GraphFormat>> {
        match self.format_name() {
            None => Ok(Some(GraphFormat::Turtle)),
            Some("svg" | "tree") => Ok(None),
            Some(name) => GraphFormat::named(name).map(Some).ok_or_else(|| match RowFormat::named(name) {
                Some(format) => {
                    Error::usage(format!("{} is a format of rows; this answer is a graph", format.name()))
                        .hint(format!("formats of graphs: {}", graph_names()))
                        .hint("SELECT gives rows")
                }
                None => no_format(name),
            }),
        }
    }

    /// Writes a long text for people: through the pager where it does not fit the window.
    ///
    /// # Errors
    /// Where the target cannot be written.
    pub fn page(&self, text: &str) -> Result<()> {
        self.found.store(true, Ordering::Relaxed);
        let long = || text.lines().count() >= self.height;
        if self.shown() && self.pager && long() && paged(text) {
            return Ok(());
        }
        self.write(|out| out.write_all(text.as_bytes()).map_err(unwritten))
    }

    /// The text of advice on a question, as it looks where answers go.
    pub fn advice(&self, diagnostic: &Diagnostic) -> String {
        let colour = self.colour && self.target == Target::Stdout;
        Report { colour, ..self.report.clone() }.advice(diagnostic)
    }

    /// Shows how far the reading of files has come, on the terminal.
    pub fn progress(&self) -> Loading {
        Loading { wanted: self.report.terminal && !self.report.quiet, started: Instant::now(), last: None }
    }

    /// Shows a thing to a person.
    ///
    /// # Errors
    /// Where the target cannot be written.
    pub fn description(&self, session: &Session, description: &Description) -> Result<()> {
        let language = self.language(session);
        let labels = |term: &Term| session.label(term, language);
        let about = About::default();
        let style = Style { labels: Some(&labels), ..self.style(session, &about, &labels) };
        self.page(&description::describe(description, &style))
    }

    /// Writes a graph's nodes.csv and edges.csv, where the target is a folder and the format CSV. False
    /// where it is not.
    ///
    /// # Errors
    /// Where they cannot be written.
    pub fn tables(&self, format: GraphFormat, quads: &[Quad], style: &GraphStyle) -> Result<bool> {
        let Target::File(folder) = &self.target else { return Ok(false) };
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
            replace(&folder.join(name), |out| graphs::write(out, format, quads.to_vec(), style))?;
        }
        Ok(true)
    }

    /// Says on the terminal that the work goes on, until dropped.
    pub fn waiting(&self) -> Waiting {
        Waiting::new(self.report.terminal && !self.report.quiet)
    }

    /// Writes a text, with a line end.
    ///
    /// # Errors
    /// Where the target cannot be written.
    pub fn text(&self, text: &str) -> Result<()> {
        self.write(|out| writeln!(out, "{}", text.trim_end_matches('\n')).map_err(unwritten))
    }

    /// Lets `write` write to the target. A file is replaced at the end, unless writing failed; a
    /// reader that has left (`| head`) is no failure.
    ///
    /// # Errors
    /// Where `write` fails, or the target cannot be written.
    pub fn write(&self, write: impl FnOnce(&mut dyn Write) -> Result<()>) -> Result<()> {
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

/// Endings of compressed files.
const PACKED: [&str; 2] = [".gz", ".bz2"];

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
    // A link stays a link: what it leads to is replaced.
    let path = std::fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let mut name = std::ffi::OsString::from(".");
    name.push(path.file_name().unwrap_or_default());
    name.push(format!(".{}.part", std::process::id()));
    let part = path.with_file_name(name);
    let file = io::BufWriter::new(std::fs::File::create(&part).map_err(failed)?);
    let done = write_packed(&path, file, write, failed);
    let complete = match &done {
        Ok(()) => true,
        Err(error) => matches!(error.kind, Kind::Limit | Kind::Interrupted),
    };
    if !complete {
        let _ = std::fs::remove_file(&part);
        return done;
    }
    if let Ok(old) = std::fs::metadata(&path) {
        let _ = std::fs::set_permissions(&part, old.permissions());
    }
    std::fs::rename(&part, &path).map_err(failed)?;
    done
}

/// Writes through the compression that the ending of `path` names, and closes it properly.
fn write_packed(
    path: &Path,
    mut file: impl Write,
    write: impl FnOnce(&mut dyn Write) -> Result<()>,
    failed: impl Fn(io::Error) -> Error,
) -> Result<()> {
    let done = match path.extension().and_then(|ending| ending.to_str()) {
        Some("gz") => {
            let mut out = flate2::write::GzEncoder::new(&mut file, flate2::Compression::default());
            let done = write(&mut out);
            out.finish().map_err(&failed)?;
            done
        }
        Some("bz2") => {
            let mut out = bzip2::write::BzEncoder::new(&mut file, bzip2::Compression::default());
            let done = write(&mut out);
            out.finish().map_err(&failed)?;
            done
        }
        _ => write(&mut file),
    };
    file.flush().map_err(failed)?;
    done
}

/// The error of an answer that cannot be written.
pub fn unwritten(cause: io::Error) -> Error {
    match cause.downcast::<Error>() {
        Ok(error) => error,
        Err(cause) => Error::store("the answer cannot be written").because(cause).hint("is the disk full?"),
    }
}

/// A graph as text. Turtle about a thing has what is said about it first, then a line for each mention.
fn turtle_about(
    thing: Option<&Term>,
    format: GraphFormat,
    quads: Vec<Quad>,
    style: &GraphStyle,
) -> Result<String> {
    let Some(thing) = thing else { return graphs::to_text(format, quads, style) };
    let mention = |quad: &Quad| {
        quad.object == *thing && Term::from(quad.subject.clone()) != *thing && quad.subject.is_named_node()
    };
    let all = graphs::to_text(format, quads.clone(), style)?;
    let (mentions, own): (Vec<_>, Vec<_>) = quads.into_iter().partition(mention);
    let own = graphs::to_text(format, own, style)?;
    let body = own.split_once("\n\n").map_or(own.as_str(), |(_, body)| body);
    let show = |term: TermRef<'_>| style.prefixes.show(term);
    let mut lines: Vec<_> = mentions
        .iter()
        .map(|quad| {
            let subject = show(quad.subject.as_ref().into());
            format!("{subject} {} {} .\n", show(quad.predicate.as_ref().into()), show(quad.object.as_ref()))
        })
        .collect();
    lines.sort_unstable();
    let head = all.split_once("\n\n").map_or("", |(head, _)| head);
    Ok(format!("{head}\n\n{body}\n{}", lines.concat()))
}

/// The language of the user's system, such as `zh`, by the variables that say it.
fn locale() -> Option<String> {
    let set = |name| std::env::var(name).ok().filter(|value| !value.is_empty());
    let locale = ["LC_ALL", "LC_MESSAGES", "LANG"].into_iter().find_map(set)?;
    let language = locale.split(['_', '.', '@', '-']).next()?.to_ascii_lowercase();
    (language.len() == 2).then_some(language)
}

/// Triples up to what ended them.
fn gather(triples: impl Iterator<Item = Result<Triple>>) -> (Vec<Triple>, Option<Error>) {
    let mut found = Vec::new();
    for triple in triples {
        match triple {
            Ok(triple) => found.push(triple),
            Err(error) => return (found, Some(error)),
        }
    }
    (found, None)
}

fn is_format(name: &str) -> bool {
    name == "tree" || RowFormat::named(name).is_some() || GraphFormat::named(name).is_some()
}

fn row_names() -> String {
    RowFormat::all().map(RowFormat::name).collect::<Vec<_>>().join(" ")
}

fn graph_names() -> String {
    let names: Vec<_> = GraphFormat::all().map(GraphFormat::name).chain(["svg", "tree"]).collect();
    names.join(" ")
}

fn no_format(name: &str) -> Error {
    let near = RowFormat::all()
        .map(RowFormat::name)
        .chain(GraphFormat::all().map(GraphFormat::name))
        .find(|known| strsim::jaro_winkler(known, &name.to_lowercase()) > 0.8);
    let error = Error::usage(format!("there is no format `{name}`"));
    let error = if let Some(near) = near { error.hint(format!("did you mean {near}?")) } else { error };
    error
        .hint(format!("formats of rows: {}", row_names()))
        .hint(format!("formats of graphs: {}", graph_names()))
}

/// Shows a text in the user's pager. False where there is none.
fn paged(text: &str) -> bool {
    let pager = std::env::var("PAGER").unwrap_or_else(|_| "less -RFX".to_owned());
    let words = super::args::split(&pager).unwrap_or_default();
    let Some((program, options)) = words.split_first().filter(|(program, _)| *program != "cat") else {
        return false;
    };
    let mut command = Command::new(program);
    command.args(options).stdin(Stdio::piped());
    if std::env::var_os("LESSCHARSET").is_none() {
        command.env("LESSCHARSET", "utf-8");
    }
    let Ok(mut child) = command.spawn() else { return false };
    if let Some(mut stdin) = child.stdin.take() {
        // A reader that leaves early has seen enough.
        let _ = stdin.write_all(text.as_bytes());
    }
    child.wait().is_ok()
}

/// Shows on stderr how far the reading of files has come, from half a second on. Cleared when dropped.
pub struct Loading {
    wanted: bool,
    started: Instant,
    last: Option<Instant>,
}

impl Loading {
    /// Shows it, ten times a second at most.
    pub fn show(&mut self, progress: &Progress<'_>) {
        let now = Instant::now();
        let due = match self.last {
            None => now.duration_since(self.started) >= Duration::from_millis(500),
            Some(last) => now.duration_since(last) >= Duration::from_millis(100),
        };
        if !self.wanted || !due {
            return;
        }
        self.last = Some(now);
        let megabytes = progress.bytes_read / 1_000_000;
        let part = progress.bytes_total.filter(|total| *total > 0).map_or_else(String::new, |total| {
            let tenths = usize::try_from(progress.bytes_read.saturating_mul(20) / total).unwrap_or(0).min(20);
            format!(" {}{} {} %", "█".repeat(tenths), "░".repeat(20 - tenths), tenths * 5)
        });
        let quads = progress.quads;
        let _ = write!(io::stderr(), "\r\x1b[K{}{part} {megabytes} MB, {quads} triples", progress.file);
    }
}

impl Drop for Loading {
    fn drop(&mut self) {
        if self.last.is_some() {
            let _ = write!(io::stderr(), "\r\x1b[K");
        }
    }
}

/// Says on stderr that the work goes on, from half a second on. Cleared when dropped.
pub struct Waiting {
    done: Option<(mpsc::Sender<()>, std::thread::JoinHandle<()>)>,
}

impl Waiting {
    fn new(wanted: bool) -> Self {
        if !wanted {
            return Self { done: None };
        }
        let (sender, receiver) = mpsc::channel();
        let started = Instant::now();
        let thread = std::thread::spawn(move || {
            let mut said = false;
            let mut pause = Duration::from_millis(500);
            while receiver.recv_timeout(pause) == Err(mpsc::RecvTimeoutError::Timeout) {
                pause = Duration::from_millis(100);
                said = true;
                let seconds = started.elapsed().as_secs_f64();
                let _ = write!(io::stderr(), "\r{seconds:.1} s … Ctrl-C stops");
            }
            if said {
                let _ = write!(io::stderr(), "\r\x1b[K");
            }
        });
        Self { done: Some((sender, thread)) }
    }
}

impl Drop for Waiting {
    fn drop(&mut self) {
        if let Some((sender, thread)) = self.done.take() {
            let _ = sender.send(());
            let _ = thread.join();
        }
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
