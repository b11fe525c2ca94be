//! Answers of any length, written while they are found: tables a part at a time, graphs a triple at a time.
//!
//! In: what was found so far, and where the rest comes from. Out: text in the presenter's target, all that was found where
//! something ends it early. At most one part is held, and no more than that is left to be written once a limit is met.

use super::target::limit_of;
use super::{About, Output, unwritten};
use crate::engine::answer::page::Page;
use crate::engine::answer::{Rows, Solutions, TripleSource};
use crate::error::{Error, Result};
use crate::formats::AT_ONCE;
use crate::formats::graphs::{Found, GraphFormat};
use crate::formats::rows::RowFormat;
use crate::formats::statements::{Parts as Triple, Statements};
use crate::session::Session;
use crate::show::Style;
use crate::show::table::{Footer, Parts};
use crate::terms::Term;
use std::io::Write;
use std::time::Duration;

/// So many rows of a table are drawn at a time, and fewer where their texts are long.
pub(super) const PART: usize = 5_000;

/// To make text of a triple, and to write it, takes at most so long, also on a machine that does other work.
const WRITING: Duration = Duration::from_micros(2);

/// A graph that is held to be sorted, as text in the order in which it is found: made once a limit of time comes so near that making it
/// after the limit would be late.
pub(super) struct Ahead {
    statements: Statements,
    /// Text of all that was found, about [`AT_ONCE`] bytes each, and the last of it.
    parts: Vec<String>,
    lines: String,
    begun: bool,
}

impl Ahead {
    /// Of nothing yet, in this format.
    pub(super) fn of(format: GraphFormat) -> Self {
        Self { statements: Statements::of(format), parts: Vec::new(), lines: String::new(), begun: false }
    }

    /// With a page more, the last of what was `found`, where there is so much time left. Nothing where the format has no text of it.
    pub(super) fn with(mut self, found: &Found, page: &Page, left: Option<Duration>) -> Option<Self> {
        let Self { statements, parts, lines, begun } = &mut self;
        if *begun {
            statements.add_page(lines, page).ok()?;
            cut(lines, parts);
            return Some(self);
        }
        let writing = WRITING.saturating_mul(found.len().try_into().unwrap_or(u32::MAX));
        if left.is_some_and(|left| left < writing) {
            *begun = true;
            let add = &mut |triple: Triple<'_>| {
                statements.add(lines, triple)?;
                cut(lines, parts);
                Ok(())
            };
            found.each(add).ok()?;
        }
        Some(self)
    }
}

/// Puts lines to the parts where they have so many bytes.
fn cut(lines: &mut String, parts: &mut Vec<String>) {
    if lines.len() >= AT_ONCE {
        let next = String::with_capacity(lines.capacity());
        parts.push(std::mem::replace(lines, next));
    }
}

impl Output {
    /// Draws a table, or a block a row, for programs and files: its first part, and what follows. Gives how many rows there
    /// were, and what ended them early.
    pub(super) fn rows_in_parts(
        &self,
        session: &Session,
        (first, mut rows): (Solutions, Rows<'_>),
        format: RowFormat,
        about: &About,
    ) -> Result<(u64, Option<Error>)> {
        let language = self.language(session).to_owned();
        let labels = |term: &Term| session.label(term, &language);
        let style = Style { max_rows: None, ..self.style(session, about, &labels) };
        let (mut count, mut stopped) = (0, None);
        let done = self.write_whole("", |out| {
            let (mut parts, text) = Parts::begin(&first, format == RowFormat::Line, &style);
            count = first.count();
            drop(first);
            out.write_all(text.as_bytes()).map_err(unwritten)?;
            let mut more = true;
            while more {
                let (part, goes_on) = rows.part(PART);
                count += part.count();
                out.write_all(parts.more(&part, &style).as_bytes()).map_err(unwritten)?;
                (more, stopped) = (goes_on, part.stopped);
            }
            out.write_all(parts.end(&style).as_bytes()).map_err(unwritten)?;
            stopped.take().map_or(Ok(()), Err)
        });
        Ok((count, limit_of(done)?))
    }

    /// A graph that is too large to be sorted, or of which much was found before it was stopped: as it is found. What was
    /// `found` so far is perhaps stopped already, and perhaps text `ahead` of that.
    pub(super) fn graph_as_found(
        &self,
        session: &Session,
        (found, ahead): (Found, Ahead),
        (mut stopped, more): (Option<Error>, &mut dyn TripleSource),
        about: &About,
    ) -> Result<u64> {
        let mut count = found.len() as u64;
        let Ahead { mut statements, parts, mut lines, begun } = ahead;
        let done = self.write_whole(statements.foot(), |out| {
            out.write_all(statements.head().as_bytes()).map_err(unwritten)?;
            parts.iter().try_for_each(|part| out.write_all(part.as_bytes()).map_err(unwritten))?;
            if !begun {
                found.each(&mut |triple| {
                    statements.add(&mut lines, triple)?;
                    write_much(&mut lines, out, AT_ONCE)
                })?;
            }
            found.drop_later();
            let mut page = Page::default();
            while stopped.is_none() {
                match more.page(&mut page) {
                    Ok(true) => statements.add_page(&mut lines, &page)?,
                    Ok(false) => break,
                    Err(error) => stopped = Some(error),
                }
                count += if stopped.is_none() { page.len() as u64 } else { 0 };
                write_much(&mut lines, out, AT_ONCE)?;
            }
            write_much(&mut lines, out, 0)?;
            out.write_all(statements.foot().as_bytes()).map_err(unwritten)?;
            stopped.take().map_or(Ok(()), Err)
        });
        let stopped = limit_of(done)?;
        let nouns = Some(("triple", "triples"));
        let stopped_by = stopped.as_ref();
        self.foot(session, about, Footer { count, nouns, stopped: stopped_by, ..Footer::default() });
        self.partial(count, "triples", stopped)
    }
}

/// Writes lines where they have so many bytes.
fn write_much(lines: &mut String, out: &mut dyn Write, much: usize) -> Result<()> {
    if lines.len() >= much {
        out.write_all(lines.as_bytes()).map_err(unwritten)?;
        lines.clear();
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::terms::{Literal, NamedNode};

    #[test]
    fn text_is_made_ahead_of_a_limit_that_is_near() {
        let page = |from: u32| {
            let mut page = Page::default();
            page.clear(3);
            for n in from..from + 1000 {
                let node = |name: &str| NamedNode::new_unchecked(format!("http://example.org/{name}{n}"));
                page.push_row(&vec![
                    Some(node("s").into()),
                    Some(node("p").into()),
                    Some(Literal::from(n).into()),
                ]);
            }
            page
        };
        for format in [GraphFormat::Turtle, GraphFormat::NTriples, GraphFormat::JsonLd, GraphFormat::RdfXml] {
            let (mut found, mut ahead, mut whole) = (Found::default(), Ahead::of(format), String::new());
            let mut statements = Statements::of(format);
            // Half a second is enough for some thousand triples, and 5 ms are not.
            for (n, left) in [None, Some(500), Some(5), Some(5), None].into_iter().enumerate() {
                let page = page(n as u32 * 1000);
                found.add(&page);
                statements.add_page(&mut whole, &page).unwrap();
                ahead = ahead.with(&found, &page, left.map(Duration::from_millis)).unwrap();
                let text = ahead.parts.concat() + &ahead.lines;
                assert_eq!(text, if n < 2 { "" } else { &whole }, "{n}");
            }
            assert!(
                ahead.parts.iter().all(|part| part.len() < AT_ONCE + 1000 * 200) && ahead.parts.len() > 1
            );
        }
    }
}
