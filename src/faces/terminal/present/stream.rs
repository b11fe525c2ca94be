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
use crate::formats::statements::Statements;
use crate::session::Session;
use crate::show::Style;
use crate::show::table::{Footer, Parts};
use crate::terms::Term;
use std::io::Write;

/// So many rows of a table are drawn at a time, and fewer where their texts are long.
pub(super) const PART: usize = 5_000;

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
    /// `found` so far is perhaps stopped already.
    pub(super) fn graph_as_found(
        &self,
        session: &Session,
        (found, format): (Found, GraphFormat),
        (mut stopped, more): (Option<Error>, &mut dyn TripleSource),
        about: &About,
    ) -> Result<u64> {
        let mut count = found.len() as u64;
        let mut statements = Statements::of(format);
        let done = self.write_whole(statements.foot(), |out| {
            let mut lines = statements.head().to_owned();
            found.each(&mut |triple| {
                statements.add(&mut lines, triple)?;
                write_much(&mut lines, out, AT_ONCE)
            })?;
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
