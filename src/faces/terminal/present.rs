//! The presenter: where answers go, and in which shape, for the command line and the prompt alike.
//!
//! In: an `Answer`, and how it is to look. Out: its text on stdout, in a file or in another program, and
//! a line about it on stderr. What was asked, and what is kept of the answer, is the caller's.

use super::formats::{self, TREE};
use super::pager;
use super::progress::{Loading, Waiting};
use super::report::{Report, When};
use super::signals::{Doing, doing};
use super::tongue::Tongue;
use super::{Window, files, locale};
use crate::engine::answer::{Answer, Row, RowSource, Rows, Solutions};
use crate::engine::page::Page;
use crate::error::{Diagnostic, Error, Kind, Result};
use crate::faces::args::Shape;
use crate::formats::graphs::{self, GraphFormat, GraphStyle, Naming, Written};
use crate::formats::rows::{self, RowFormat};
use crate::formats::svg;
use crate::session::Session;
use crate::show;
use crate::show::chart::{Directive, View};
use crate::show::description::{self, Description};
use crate::show::table::{self, Footer};
use crate::show::text::counted;
use crate::show::{Style, tree};
use crate::terms::{GraphName, Quad, Term, TermRef, Triple};
use std::cell::Cell;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

/// Where answers go, and in which shape.
#[derive(Debug, Clone)]
pub struct Output {
    /// The name of the format asked for. Without one it is chosen by the answer and the target.
    pub format: Option<String>,
    /// Where answers go.
    pub target: Target,
    /// The window of stdout.
    pub window: Window,
    /// When answers on stdout have colour.
    pub color: When,
    /// Rows that a table shows at most.
    pub max_rows: Option<usize>,
    /// Columns that an answer takes at most, where it is not to fill the window.
    pub max_width: Option<usize>,
    /// Language of labels and summaries, where the user chose one.
    pub language: Option<String>,
    /// The language of the user's system. It counts for people only: what programs read must not
    /// change with the machine.
    pub locale: Option<String>,
    /// Whether labels stand for IRIs.
    pub labels: bool,
    /// Whether a chart is drawn where no person sees it at once too.
    pub chart: bool,
    /// The chart that the user chose, in the place of the question's own: a kind, then columns.
    pub chosen_chart: Option<String>,
    /// Whether to say why nothing was found.
    pub why: bool,
    /// Whether long answers are paged.
    pub pager: bool,
    /// Whether a line under the answer says rows, time and graph.
    pub footer: bool,
    /// Whether that line says the time.
    pub timer: bool,
    /// Says what is to be said about answers.
    pub report: Report,
    /// Set when all is found and only the showing is left, which no limit of time is to stop.
    pub found: Arc<AtomicBool>,
    /// Set when nobody reads what is written to stdout any more.
    pub left: Arc<AtomicBool>,
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

    fn file(&self) -> Option<&Path> {
        match self {
            Self::File(path) | Self::Growing(path, _) => Some(path),
            Self::Stdout | Self::Command(_) => None,
        }
    }
}

impl Output {
    /// An output as the options of the command line say.
    pub fn new(shape: &Shape, report: Report) -> Self {
        let window = Window::now();
        let plain = Self {
            format: None,
            target: Target::Stdout,
            window,
            color: shape.color.unwrap_or_default(),
            max_rows: None,
            max_width: None,
            language: None,
            locale: None,
            labels: false,
            chart: false,
            chosen_chart: None,
            why: false,
            pager: true,
            footer: report.terminal,
            timer: true,
            report,
            found: Arc::default(),
            left: Arc::default(),
        };
        let mut output = plain.with(shape);
        let shown = output.shown();
        output.why |= shown && output.report.terminal && !shape.quiet;
        output.locale = locale().filter(|_| shown);
        output
    }

    /// The same for one answer, with what its own options say.
    #[must_use]
    pub fn with(&self, shape: &Shape) -> Self {
        let mut with = self.clone();
        with.format = shape.format.clone().or(with.format);
        match shape.output.as_deref() {
            Some(path) if path == Path::new("-") => with.target = Target::Stdout,
            Some(path) => with.target = Target::File(path.to_owned()),
            None => {}
        }
        with.color = shape.color.unwrap_or(with.color);
        with.language = shape.lang.clone().or(with.language);
        if let Some(language) = &shape.lang {
            with.report.tongue = Tongue::of(language);
        }
        with.labels |= shape.labels;
        with.chart |= shape.chart.is_some();
        let chosen = shape.chart.clone().filter(|chart| !chart.is_empty());
        with.chosen_chart = chosen.or(with.chosen_chart);
        with.why |= shape.why;
        with.pager &= !shape.no_pager;
        with.footer &= !shape.quiet;
        with.report.quiet |= shape.quiet;
        with
    }

    /// Looks at the window again: it may have changed.
    pub fn fit_window(&mut self) {
        self.window = Window::now();
        if self.window.terminal {
            self.report.width = self.window.width;
        }
    }

    /// Whether answers are seen at once by a person.
    pub fn shown(&self) -> bool {
        self.window.terminal && self.target == Target::Stdout
    }

    /// Whether the chart that a question asks for is drawn.
    fn draws(&self) -> bool {
        self.chart || self.shown()
    }

    /// The name of the format: given, or told by the ending of the file.
    pub fn format_name(&self) -> Option<&str> {
        let told = || formats::ending(self.target.file()?).filter(|ending| formats::is_format(ending));
        self.format.as_deref().or_else(told)
    }

    /// The language of labels, summaries and messages.
    pub fn language<'a>(&'a self, session: &'a Session) -> &'a str {
        self.chosen_language(session).unwrap_or_else(|| session.language())
    }

    /// The language that the user chose, or whose system has it, where the graph has it too.
    pub fn chosen_language<'a>(&'a self, session: &'a Session) -> Option<&'a str> {
        let languages = &session.project().languages;
        // A graph that does not say its languages may have any.
        let offered = |language: &&str| languages.is_empty() || languages.iter().any(|have| have == language);
        self.language.as_deref().or_else(|| self.locale.as_deref().filter(offered))
    }

    /// Whether format, chart and file asked for go together. To be called before any work is done.
    ///
    /// # Errors
    /// A usage error that names what there is.
    pub fn check(&self) -> Result<()> {
        if let Some(chart) = &self.chosen_chart {
            Directive::parse(chart)?;
        }
        self.room_for_another()?;
        match (&self.format, self.target.file()) {
            (Some(name), _) if !formats::is_format(name) => Err(formats::unknown(name)),
            (None, Some(path)) => formats::promised(path),
            _ => Ok(()),
        }
    }

    /// Whether the file that answers are added to takes one more: two documents of JSON or XML in one file are none.
    fn room_for_another(&self) -> Result<()> {
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
        let directive = self.directive(about)?;
        // Taken before a pager opens: reading takes time too.
        let mut elapsed = None;
        let (count, stopped) = if matches!(format, RowFormat::Table | RowFormat::Line) {
            let waiting = self.waiting();
            let counted = rows.rows.inspect(|_| waiting.row());
            let found = Rows::of(rows.variables, counted).gather();
            drop(waiting);
            elapsed = about.asked.map(|asked| asked.elapsed());
            self.show_rows(session, &found, format, directive.as_ref(), about)?;
            (found.rows.len() as u64, found.stopped)
        } else {
            let written = self.write_rows(session, rows, format, directive.as_ref(), about)?;
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

    /// Rows for programs. What ends them early and is not a limit leaves a file as it was.
    fn write_rows(
        &self,
        session: &Session,
        rows: Rows<'_>,
        format: RowFormat,
        directive: Option<&Directive>,
        about: &About,
    ) -> Result<rows::Written> {
        let language = self.language(session).to_owned();
        let labels = |term: &Term| session.label(term, &language);
        let style = Style { chart: directive, ..self.style(session, about, &labels) };
        let waiting = (!self.shown()).then(|| self.waiting());
        let rows = Rows {
            variables: rows.variables,
            rows: Box::new(Awaited { rows: rows.rows, waiting: waiting.as_ref() }),
        };
        let mut written = rows::Written::default();
        self.write(|out| {
            written = rows::write_rows(rows, format, &style, out).map_err(unwritten)?;
            match written.stopped.take_if(|error| !matches!(error.kind, Kind::Limit | Kind::Interrupted)) {
                Some(error) => Err(error),
                None => Ok(()),
            }
        })?;
        Ok(written)
    }

    /// Rows for people: the table, and the chart below it. Where both are more than a window and nobody
    /// asked for a table, the chart alone: it is what the question is for.
    fn show_rows(
        &self,
        session: &Session,
        found: &Solutions,
        format: RowFormat,
        directive: Option<&Directive>,
        about: &About,
    ) -> Result<()> {
        if found.rows.is_empty() && found.stopped.is_none() && self.foots() && self.format.is_none() {
            // The line below says so.
            return Ok(());
        }
        let language = self.language(session);
        let labels = |term: &Term| session.label(term, language);
        // What baimo lists itself is shown whole.
        let max_rows = self.max_rows.filter(|_| self.shown() && about.nouns.is_none());
        let style = Style { max_rows, ..self.style(session, about, &labels) };
        let mut text =
            if format == RowFormat::Line { table::lines(found, &style) } else { table::table(found, &style) };
        let drawable = |directive: &&Directive| directive.view != View::Table && !found.rows.is_empty();
        if let Some(directive) = directive.filter(drawable).filter(|_| self.draws()) {
            match show::draw(found, directive, &style) {
                Ok(drawing) => {
                    let long = text.lines().count() + drawing.lines().count() >= self.window.height;
                    if long && self.shown() && self.format.is_none() {
                        self.page(&drawing)?;
                        self.report.note(self.report.face.rows_too());
                        return Ok(());
                    }
                    text.push('\n');
                    text.push_str(&drawing);
                }
                // A chart that the user chose is what was asked for.
                Err(error) if self.chosen_chart.is_some() => return Err(error),
                Err(error) => self.report.note(&error.message),
            }
        }
        // A table with rows left out is meant to be seen at once.
        if max_rows.is_some() { self.text(&text) } else { self.page(&text) }
    }

    /// Presents the chart of an answer and not the answer: as text, or as SVG where that is the format.
    /// Without a choice of the user's or the question's it is what suits the columns.
    ///
    /// # Errors
    /// Where no such chart can be drawn of the answer, or it cannot be written.
    pub fn drawing(&self, session: &Session, answer: Answer<'_>, about: &About) -> Result<()> {
        let as_text = |name: &str| matches!(RowFormat::named(name), Some(RowFormat::Table)) || name == TREE;
        let chosen = self.directive(about)?;
        let language = self.language(session);
        let labels = |term: &Term| session.label(term, language);
        let style = self.style(session, about, &labels);
        let text = match answer {
            Answer::Boolean(_) => {
                return Err(Error::usage("yes or no cannot be drawn").hint("ask a SELECT or a CONSTRUCT"));
            }
            Answer::Graph(triples) if self.format_name().is_none_or(as_text) => {
                tree::tree(&gather(triples).0, &style)
            }
            Answer::Graph(triples) => return self.graph(session, triples, about).map(drop),
            Answer::Rows(rows) => {
                let found = rows.gather();
                let directive = chosen.unwrap_or_else(|| Directive::fitting(&found));
                if !self.format_name().is_none_or(as_text) {
                    let with = Self { chosen_chart: Some(directive.text()), ..self.clone() };
                    return with.rows(session, found.replay(), about).map(drop);
                }
                show::draw(&found, &directive, &style)?
            }
        };
        self.page(&text)?;
        if let Some(path) = self.target.file().filter(|_| self.report.terminal) {
            self.report.aside(&format!("wrote the chart to {}", path.display()));
        }
        Ok(())
    }

    fn graph(
        &self,
        session: &Session,
        triples: Box<dyn Iterator<Item = Result<Triple>> + '_>,
        about: &About,
    ) -> Result<u64> {
        let format = self.graph_format()?;
        let waiting = self.waiting();
        let (triples, stopped) = gather(triples.inspect(|_| waiting.row()));
        drop(waiting);
        let count = triples.len() as u64;
        let language = self.language(session).to_owned();
        let labels = |term: &Term| session.label(term, &language);
        let style = self.style(session, about, &labels);
        let draws_tree =
            self.draws() && self.directive(about)?.is_some_and(|directive| directive.view == View::Graph);
        let text = match format {
            None if self.format_name() == Some(TREE) => tree::tree(&triples, &style),
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
                let Written { text, naming } = turtle_about(about, format, quads, &style)?;
                self.naming(naming);
                text + &drawing
            }
        };
        self.page(&text)?;
        let nouns = Some(("triple", "triples"));
        let stopped_by = stopped.as_ref();
        self.foot(session, about, Footer { count, nouns, stopped: stopped_by, ..Footer::default() });
        self.partial(count, "triples", stopped)
    }

    /// Says where the names of blank nodes are not what they should be.
    pub fn naming(&self, naming: Naming) {
        let (message, hint) = match naming {
            Naming::Stable => return,
            Naming::ByContent => (
                "RDFC-1.0 would take too long, so many blank nodes look alike: they are named by their content. Equal graphs give the same text, but other programs give other names",
                "-F rdfc is RDFC-1.0 or an error",
            ),
            Naming::Uncertain => (
                "so many blank nodes look alike that their names are not certain: an equal graph may be written with others",
                "give some of them IRIs, or say of each what the others do not",
            ),
        };
        self.report.warning(&Diagnostic::new(message).hint(hint));
    }

    /// How many there were, or the error that ended them early, with a word on what was written.
    pub fn partial(&self, count: u64, nouns: &str, stopped: Option<Error>) -> Result<u64> {
        match stopped {
            None => Ok(count),
            Some(error) => {
                // The line under an answer on the screen has said so.
                if matches!(error.kind, Kind::Limit | Kind::Interrupted) && !self.foots() {
                    self.report
                        .note(&format!("partial answer: {count} {nouns} so far are right, but not all"));
                }
                Err(error)
            }
        }
    }

    /// Whether a line under the answer says what there is to say about it.
    fn foots(&self) -> bool {
        self.footer && self.shown()
    }

    /// The line under an answer on the screen, or a word on the file that it was written to.
    fn foot(&self, session: &Session, about: &About, footer: Footer<'_>) {
        if self.foots() {
            let graph = session.project().called();
            let elapsed = footer.elapsed.or_else(|| about.asked.map(|asked| asked.elapsed()));
            let elapsed = elapsed.filter(|_| self.timer);
            self.report.aside(&Footer { elapsed, graph: Some(&graph), ..footer }.text());
        } else {
            self.wrote(footer.count, footer.nouns.unwrap_or(("row", "rows")));
        }
    }

    /// Tells a person what was written to a file.
    pub fn wrote(&self, count: u64, (one, many): (&str, &str)) {
        if let Some(path) = self.target.file().filter(|_| self.report.terminal) {
            self.report.aside(&format!("wrote {} to {}", counted(count, one, many), path.display()));
        }
    }

    /// The chart to draw: the user's choice, else the question's own.
    fn directive(&self, about: &About) -> Result<Option<Directive>> {
        if let Some(chosen) = &self.chosen_chart {
            return Directive::parse(chosen).map(Some);
        }
        let Some(view) = &about.view else { return Ok(None) };
        let (directive, note) = Directive::lenient(view);
        if let Some(note) = note.filter(|_| self.draws()) {
            self.report.note(&note);
        }
        Ok(Some(directive))
    }

    /// How answers look here.
    fn style<'a>(
        &'a self,
        session: &'a Session,
        about: &'a About,
        labels: &'a dyn Fn(&Term) -> Option<String>,
    ) -> Style<'a> {
        Style {
            width: self.width(),
            colour: self.colour(),
            max_rows: self.max_rows.filter(|_| self.shown()),
            more: self.report.face.more(),
            say: self.report.tongue.words(),
            labels: self.labels.then_some(labels),
            title: about.title.as_deref(),
            ..Style::plain(session.prefixes())
        }
    }

    fn width(&self) -> Option<usize> {
        let window = if self.shown() { Some(self.window.width) } else { self.chart.then_some(100) };
        match (window, self.max_width) {
            (Some(window), Some(max)) => Some(window.min(max)),
            (window, max) => window.or(max),
        }
    }

    fn colour(&self) -> bool {
        self.color.colour(self.window.terminal) && self.target == Target::Stdout
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
                    .hint(format!("formats of rows: {}", formats::row_names()))
                    .hint("CONSTRUCT gives a graph")
            }
            None => formats::unknown(name),
        })
    }

    /// The format of graphs: as asked for, else Turtle; nothing where a drawing is asked for.
    ///
    /// # Errors
    /// Where the format is one of rows only, or none.
    pub fn graph_format(&self) -> Result<Option<GraphFormat>> {
        match self.format_name() {
            None => Ok(Some(GraphFormat::Turtle)),
            Some("svg" | TREE) => Ok(None),
            Some(name) => GraphFormat::named(name).map(Some).ok_or_else(|| match RowFormat::named(name) {
                Some(format) => {
                    Error::usage(format!("{} is a format of rows; this answer is a graph", format.name()))
                        .hint(format!("formats of graphs: {}", formats::graph_names()))
                        .hint("SELECT gives rows")
                }
                None => formats::unknown(name),
            }),
        }
    }

    /// Writes a long text for people: through the pager where it does not fit the window.
    ///
    /// # Errors
    /// Where the target cannot be written.
    pub fn page(&self, text: &str) -> Result<()> {
        self.found.store(true, Ordering::Relaxed);
        let long = || text.lines().count() >= self.window.height;
        if self.shown() && self.pager && long() && pager::paged(text) {
            return Ok(());
        }
        self.write(|out| out.write_all(text.as_bytes()).map_err(unwritten))
    }

    /// The text of advice on a question, as it looks where answers go.
    pub fn advice(&self, diagnostic: &Diagnostic) -> String {
        Report { colour: self.colour(), ..self.report.clone() }.advice(diagnostic)
    }

    /// Shows how far the reading of files has come, on the terminal.
    pub fn progress(&self) -> Loading {
        Loading::new(self.report.terminal && !self.report.quiet)
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
            files::replace(&folder.join(name), |out| {
                graphs::write(out, format, quads.to_vec(), style).map(|naming| self.naming(naming))
            })?;
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
    /// reader that has left (`| head`) is not a failure.
    ///
    /// # Errors
    /// Where `write` fails, or the target cannot be written.
    pub fn write(&self, write: impl FnOnce(&mut dyn Write) -> Result<()>) -> Result<()> {
        match &self.target {
            Target::Stdout => {
                let mut out = Watched { inner: io::BufWriter::new(io::stdout().lock()), left: false };
                let done = write(&mut out);
                let flushed = out.flush().map_err(unwritten);
                self.left.fetch_or(out.left, Ordering::Relaxed);
                if out.left { Ok(()) } else { done.and(flushed) }
            }
            Target::File(path) => files::replace(path, write),
            Target::Growing(path, begun) if begun.get() => {
                self.room_for_another()?;
                files::append(path, write)
            }
            Target::Growing(path, begun) => {
                let done = files::replace(path, write);
                begun.set(done.is_ok());
                done
            }
            Target::Command(command) => into_command(command, write),
        }
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

/// A graph as text. Turtle about a thing has what is said about it first, then a line for each mention.
fn turtle_about(
    thing: Option<&Term>,
    format: GraphFormat,
    quads: Vec<Quad>,
    style: &GraphStyle,
) -> Result<Written> {
    let Some(thing) = thing else { return graphs::written(format, quads, style) };
    let mention = |quad: &Quad| {
        quad.object == *thing && Term::from(quad.subject.clone()) != *thing && quad.subject.is_named_node()
    };
    let Written { text: all, naming } = graphs::written(format, quads.clone(), style)?;
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
    Ok(Written { text: format!("{head}\n\n{body}\n{}", lines.concat()), naming })
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
/// Rows that are counted for who waits.
struct Awaited<'a> {
    rows: Box<dyn RowSource + 'a>,
    waiting: Option<&'a Waiting>,
}

impl Iterator for Awaited<'_> {
    type Item = Result<Row>;

    fn next(&mut self) -> Option<Result<Row>> {
        self.waiting.iter().for_each(|waiting| waiting.row());
        self.rows.next()
    }
}

impl RowSource for Awaited<'_> {
    fn page(&mut self, page: &mut Page) -> Result<bool> {
        let found = self.rows.page(page)?;
        self.waiting.iter().for_each(|waiting| waiting.rows(page.len() as u64));
        Ok(found)
    }
}
