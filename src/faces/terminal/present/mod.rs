//! The presenter: where answers go, and in which shape, for the command line and the prompt alike.
//!
//! In: an `Answer`, and how it is to look. Out: its text on stdout, in a file or in another program, and
//! a line about it on stderr. What was asked, and what is kept of the answer, is the caller's.

mod choice;
mod said;
mod stream;
mod target;

use stream::Ahead;
pub use target::{Target, unwritten};

use super::Window;
use super::formats::TREE;
use super::progress::Waiting;
use super::report::{Report, When};
use crate::engine::answer::page::Page;
use crate::engine::answer::{Answer, Row, RowSource, Rows, Solutions, TripleSource};
use crate::engine::syntax::tokens::declared;
use crate::error::{Error, Hint, Result};
use crate::formats::graphs::{self, Found, GraphFormat, GraphStyle, Written};
use crate::formats::rows::{self, RowFormat};
use crate::formats::svg;
use crate::session::Session;
use crate::show;
use crate::show::chart::{Directive, View};
use crate::show::description::{self, Description};
use crate::show::table::{self, Footer};
use crate::show::text::grouped;
use crate::show::{Style, tree};
use crate::terms::{GraphName, NamedNode, Prefixes, Quad, Term, TermRef, Triple};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Instant;

/// A graph of so many triples or more is written as it is found; a smaller one sorted, so that the same graph gives the same
/// text. On a screen no more are shown.
const SORTED: usize = 100_000;

/// Of a graph that was stopped at most so many triples are sorted: it is not the same graph again, and nobody is to wait. On
/// a screen, and in formats in which a triple has its place among all others, no more are written.
const NEAT: usize = 500;

/// By so many rows the columns of a table are judged where not all are shown.
const JUDGED: usize = 1000;

/// Where answers go, and in which shape.
#[derive(Debug, Clone)]
pub struct Output {
    /// The name of the format asked for. Without one it is chosen by the answer and the target.
    pub format: Option<String>,
    /// Where answers go.
    pub target: Target,
    /// Whether the command that is carried out names the format or the target itself. A command that changes the graph then
    /// writes the changed graph; what holds for all answers of a session or script is about the answers of queries.
    pub own: bool,
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
    /// The language of the user's system, English where it names none. It counts for people only: what programs read must
    /// not change with the machine.
    pub locale: Option<String>,
    /// Whether labels stand for IRIs.
    pub labels: bool,
    /// Whether a chart is drawn where no person sees it at once too.
    pub chart: bool,
    /// The chart that the user chose, instead of the query's own: a kind, then columns.
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
    /// Set once the graph was changed, whatever becomes of what is written then.
    pub changed: Arc<AtomicBool>,
}

/// What is known about an answer beside the answer itself.
#[derive(Debug, Default, Clone)]
pub struct About {
    /// The view that the query asks for, as written.
    pub view: Option<String>,
    /// What charts and documents are called.
    pub title: Option<String>,
    /// When the query was asked.
    pub asked: Option<Instant>,
    /// The thing that the answer is about: it comes first, and where others mention it, last.
    pub thing: Option<Term>,
    /// What is counted, in one and in many, where it is not rows or triples.
    pub nouns: Option<(&'static str, &'static str)>,
    /// Shortens IRIs, where the query declares prefixes of its own; else the session's do.
    pub prefixes: Option<Prefixes>,
}

/// The prefixes in scope of a query: the session's and, before them, its own. Nothing where it has none of its own.
pub fn prefixes_in_scope(text: &str, session: &Session) -> Option<Prefixes> {
    let own = declared(text, session.base());
    if own.is_empty() {
        return None;
    }
    let mut prefixes = session.prefixes().clone();
    // What is no IRI shortens none.
    for (name, namespace) in own.into_iter().filter(|(_, namespace)| NamedNode::new(namespace).is_ok()) {
        prefixes.insert(name, namespace);
    }
    Some(prefixes)
}

impl Output {
    /// Writes an answer. Returns how many rows or triples it had, or 1 for yes and 0 for no.
    ///
    /// # Errors
    /// Where the format does not suit the answer, the target cannot be written, or a limit ended
    /// the answer early: what was found by then has been written.
    pub fn answer(&self, session: &Session, answer: Answer<'_>, about: &About) -> Result<u64> {
        let count = match answer {
            Answer::Boolean(found) => {
                let format = self.row_format()?;
                let said = self.report.tongue.part(if found { "yes" } else { "no" });
                self.write(|out| match format {
                    RowFormat::Table | RowFormat::Line => writeln!(out, "{said}").map_err(unwritten),
                    _ => rows::write_boolean(found, format, out).map_err(unwritten),
                })?;
                self.foot(
                    session,
                    about,
                    Footer { nouns: Some(("answer", "answers")), count: 1, ..Footer::default() },
                );
                Ok(u64::from(found))
            }
            Answer::Graph(triples) => self.graph(session, triples, about),
            Answer::Rows(rows) => self.rows(session, rows, about),
        }?;
        // A label that could not be looked for was left out.
        session.sound().map(|()| count)
    }

    fn rows(&self, session: &Session, rows: Rows<'_>, about: &About) -> Result<u64> {
        let format = self.row_format()?;
        let directive = self.directive(about)?;
        // Taken before a pager opens: reading takes time too.
        let mut elapsed = None;
        let (count, stopped) = if matches!(format, RowFormat::Table | RowFormat::Line) {
            match self.held_or_drawn(session, rows, format, directive.as_ref(), about)? {
                Drawn::Not(mut found) => {
                    elapsed = about.asked.map(|asked| asked.elapsed());
                    self.show_rows(session, &mut found, format, directive.as_ref(), about)?;
                    (found.count(), found.stopped)
                }
                Drawn::Already(count, stopped) => (count, stopped),
            }
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

    /// Reads rows for people. Where there are more than one holds, and no window shows a part of them, they are drawn as they
    /// come.
    fn held_or_drawn(
        &self,
        session: &Session,
        rows: Rows<'_>,
        format: RowFormat,
        directive: Option<&Directive>,
        about: &About,
    ) -> Result<Drawn> {
        let waiting = self.waiting();
        let most = self.rows_held(directive, about);
        let awaited = Box::new(Awaited { rows: rows.rows, waiting: Some(&waiting) });
        let mut rows = Rows { variables: rows.variables, rows: awaited };
        if most != usize::MAX || self.shown() || self.draws_rows(directive) || rows.variables.is_empty() {
            return Ok(Drawn::Not(rows.gather_first(most)));
        }
        let (found, more) = rows.part(stream::PART);
        if !more {
            return Ok(Drawn::Not(found));
        }
        let (count, stopped) = self.rows_in_parts(session, (found, rows), format, about)?;
        Ok(Drawn::Already(count, stopped))
    }

    /// How many rows of an answer are held for showing them: a table with a limit shows the first and counts the others.
    fn rows_held(&self, directive: Option<&Directive>, about: &About) -> usize {
        let shown = self.rows_shown(about).filter(|_| !self.draws_rows(directive));
        shown.map_or(usize::MAX, |shown| shown.max(JUDGED))
    }

    /// Whether a chart stands below the rows.
    fn draws_rows(&self, directive: Option<&Directive>) -> bool {
        directive.is_some_and(|directive| directive.view != View::Table) && self.draws()
    }

    /// How many rows a table shows at most. What baimo lists itself is shown whole.
    fn rows_shown(&self, about: &About) -> Option<usize> {
        self.max_rows.filter(|_| self.shown() && about.nouns.is_none())
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
        let done = self.write_whole(format.foot(), |out| {
            written = rows::write_rows(rows, format, &style, out).map_err(unwritten)?;
            written.stopped.take().map_or(Ok(()), Err)
        });
        Ok(rows::Written { stopped: target::limit_of(done)?, ..written })
    }

    /// Rows for people: the table, and the chart below it. Where both are more than a window and nobody
    /// asked for a table, the chart alone: it is what the query is for.
    fn show_rows(
        &self,
        session: &Session,
        found: &mut Solutions,
        format: RowFormat,
        directive: Option<&Directive>,
        about: &About,
    ) -> Result<()> {
        let _draws = self.begins_to_draw();
        if found.rows.is_empty() && self.foots() && self.format.is_none() {
            // The line below says so.
            return Ok(());
        }
        let language = self.language(session);
        let labels = |term: &Term| session.label(term, language);
        let max_rows = self.rows_shown(about);
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
        if max_rows.is_some() {
            return self.text(&text);
        }
        found.stopped = self.page_part(&text, found.stopped.take())?;
        Ok(())
    }

    /// Presents the chart of an answer and not the answer: as text, or as SVG where that is the format.
    /// Without a choice of the user's or the query's it is what suits the columns.
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
                tree::tree(&gather(triples), &style)
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
        mut triples: Box<dyn TripleSource + '_>,
        about: &About,
    ) -> Result<u64> {
        let format = self.graph_format()?;
        let waiting = self.waiting();
        let lines = format.filter(|format| format.is_of_rdf()).filter(|_| about.thing.is_none());
        let most = held(format, lines.is_some() || self.shown());
        let (mut found, mut page) = (Found::default(), Page::default());
        let mut ahead = lines.filter(|_| !self.shown()).map(Ahead::of);
        let mut stopped = loop {
            match triples.page(&mut page) {
                Ok(true) => {}
                Ok(false) => break None,
                Err(error) => break Some(error),
            }
            waiting.rows(page.len() as u64);
            found.add(&page);
            ahead = ahead.and_then(|ahead| ahead.with(&found, &page, triples.time_left()));
            if found.len() >= most {
                break None;
            }
        };
        let is_large = found.len() > stopped.as_ref().map_or(SORTED - 1, neat);
        if let Some(format) = lines.filter(|_| is_large && !self.shown()) {
            drop(waiting);
            let ahead = ahead.unwrap_or_else(|| Ahead::of(format));
            return self.graph_as_found(session, (found, ahead), (stopped, triples.as_mut()), about);
        }
        let mut count = found.len() as u64;
        if found.len() >= most {
            // Of the others on a screen their number is said.
            stopped = each_page(triples.as_mut(), &mut |page| {
                waiting.rows(page.len() as u64);
                count += page.len() as u64;
                true
            });
        }
        drop(triples);
        drop(waiting);
        if let Some(error) = stopped.take_if(|_| format.is_some_and(tells_of_the_whole)) {
            // Of a part it would be taken for that of the whole.
            let name = format.map_or("", GraphFormat::name);
            self.report.note(&format!("nothing was written: `{name}` needs the whole graph"));
            return Err(error);
        }
        let found = found.first(stopped.as_ref().map_or(most, neat).min(most));
        let left = count - found.len() as u64;
        let written = if self.shown() { count } else { found.len() as u64 };
        let (told, stopped) = self.draw_graph(session, (found, left, stopped), format, about)?;
        if told {
            let nouns = Some(("triple", "triples"));
            let stopped_by = stopped.as_ref();
            let footer = Footer { count: written, nouns, stopped: stopped_by, ..Footer::default() };
            self.foot(session, about, footer);
        }
        self.partial(written, "triples", stopped)
    }

    /// Writes a graph that is held, of which so many triples more were found, and what ended it early. Says whether a line under it
    /// can tell of it: two tables have none.
    fn draw_graph(
        &self,
        session: &Session,
        (found, left, stopped): (Found, u64, Option<Error>),
        format: Option<GraphFormat>,
        about: &About,
    ) -> Result<(bool, Option<Error>)> {
        let _draws = self.begins_to_draw();
        let language = self.language(session).to_owned();
        let labels = |term: &Term| session.label(term, &language);
        let style = self.style(session, about, &labels);
        let draws_tree =
            self.draws() && self.directive(about)?.is_some_and(|directive| directive.view == View::Graph);
        let mut text = match format {
            None if self.format_name() == Some(TREE) => {
                tree::tree(&found.triples().collect::<Vec<_>>(), &style)
            }
            None => svg::graph(&found.triples().collect::<Vec<_>>(), &style),
            Some(format) => {
                let drawing = match self.shown() && draws_tree {
                    true => format!("\n{}", tree::tree(&found.triples().collect::<Vec<_>>(), &style)),
                    false => String::new(),
                };
                let Some(Written { text, naming }) =
                    self.graph_text(session, (found, stopped.as_ref()), format, about)?
                else {
                    return Ok((false, stopped));
                };
                self.naming(naming);
                text + &drawing
            }
        };
        if left > 0 && self.shown() {
            text.push_str(&table::more(left, ("more triple", "more triples"), None, &style));
        } else if left > 0 {
            self.report.note(&format!(
                "{} more triples were found and are not written: in this format each has its place among all others",
                grouped(left)
            ));
        }
        Ok((true, self.page_part(&text, stopped)?))
    }

    /// A graph as text; nothing where it was written as two tables.
    fn graph_text(
        &self,
        session: &Session,
        (found, stopped): (Found, Option<&Error>),
        format: GraphFormat,
        about: &About,
    ) -> Result<Option<Written>> {
        let language = self.language(session);
        let styled = |quads: &[Quad]| -> Result<GraphStyle> {
            let mut style = session.graph_style_for(format, quads, language)?;
            if let Some(prefixes) = &about.prefixes {
                style.prefixes.extend(prefixes);
            }
            Ok(style)
        };
        let thing = about.thing.as_ref().filter(|_| format == GraphFormat::Turtle);
        if format.is_of_rdf() && thing.is_none() {
            return graphs::written(format, found, &styled(&[])?).map(Some);
        }
        let quads = found.triples().map(|triple| triple.in_graph(GraphName::DefaultGraph));
        let quads: Vec<Quad> = quads.collect();
        let style = styled(&quads)?;
        if self.tables(format, &quads, &style, stopped)? {
            return Ok(None);
        }
        self.say_what_is_no_edge(format, &quads);
        turtle_about(thing, format, quads, &style).map(Some)
    }

    /// The chart to draw: the user's choice, else the query's own.
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
            // What baimo lists itself is listed by name.
            key: about.nouns.map(|_| 0),
            title: about.title.as_deref(),
            ..Style::plain(about.prefixes.as_ref().unwrap_or(session.prefixes()))
        }
    }

    fn width(&self) -> Option<usize> {
        let window = if self.shown() { Some(self.window.width) } else { self.chart.then_some(100) };
        match (window, self.max_width) {
            (Some(window), Some(max)) => Some(window.min(max)),
            (window, max) => window.or(max),
        }
    }

    /// Whether answers have colours.
    pub fn colour(&self) -> bool {
        self.color.colour(self.window.terminal) && self.target == Target::Stdout
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

/// Whether each byte of a format depends on all triples: a part has no such document.
fn tells_of_the_whole(format: GraphFormat) -> bool {
    matches!(format, GraphFormat::Hash | GraphFormat::Canonical | GraphFormat::Rdfc10)
}

/// How many triples are held at most, where a part of the graph can be `shown`, or written while the rest is found.
fn held(format: Option<GraphFormat>, shown: bool) -> usize {
    if shown && !format.is_some_and(tells_of_the_whole) { SORTED } else { usize::MAX }
}

/// How many triples are put in order where this ended them.
fn neat(stopped: &Error) -> usize {
    // So many were asked for.
    if stopped.hints.contains(&Hint::RaiseMaxRows) { usize::MAX } else { NEAT }
}

/// Triples up to what ended them.
fn gather(triples: impl Iterator<Item = Result<Triple>>) -> Vec<Triple> {
    triples.map_while(Result::ok).collect()
}

/// Gives pages of triples to `take` while that wants more; and what ended them early.
pub fn each_page(triples: &mut dyn TripleSource, take: &mut dyn FnMut(&Page) -> bool) -> Option<Error> {
    let mut page = Page::default();
    loop {
        match triples.page(&mut page) {
            Ok(true) if take(&page) => {}
            Ok(_) => return None,
            Err(error) => return Some(error),
        }
    }
}

/// Rows for people.
enum Drawn {
    /// They are held, and to be drawn.
    Not(Solutions),
    /// How many were drawn, and what ended them early.
    Already(u64, Option<Error>),
}

/// Rows that are counted for who waits.
struct Awaited<'a> {
    rows: Box<dyn RowSource + 'a>,
    waiting: Option<&'a Waiting>,
}

impl Iterator for Awaited<'_> {
    type Item = Result<Row>;

    fn next(&mut self) -> Option<Result<Row>> {
        // A row that is still looked for is none.
        let row = self.rows.next()?;
        self.waiting.iter().filter(|_| row.is_ok()).for_each(|waiting| waiting.row());
        Some(row)
    }
}

impl RowSource for Awaited<'_> {
    fn page(&mut self, page: &mut Page) -> Result<bool> {
        let found = self.rows.page(page)?;
        self.waiting.iter().for_each(|waiting| waiting.rows(page.len() as u64));
        Ok(found)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_tells_of_the_whole_is_made_of_the_whole() {
        for format in GraphFormat::all() {
            let of_all = matches!(format.name(), "hash" | "canonical" | "rdfc");
            assert_eq!(held(Some(format), true) == usize::MAX, of_all, "{}", format.name());
            assert_eq!(held(Some(format), false), usize::MAX);
        }
        assert_eq!(held(None, true), SORTED, "a drawing");
    }
}
