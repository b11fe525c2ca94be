//! Rows written while they come, on two cores where there are many.
//!
//! In: pages of rows, a writer of rows. Out: bytes, the same however many threads there are. Once an answer has turned out to be long,
//! a second thread makes text of a page while the first fills the next one and writes out what is ready; at most [`AHEAD`]
//! pages are between the two. Rows that were found before a limit was met are written, all of them, as a document; where one cannot be written, or
//! finding them fails, the document is left open.

use super::AT_ONCE;
use super::rows::{RowWriter, Written};
use crate::cores;
use crate::engine::answer::page::Page;
use crate::engine::answer::{RowSource, Rows};
use crate::error::{Error, Kind};
use std::io::{self, Write};
use std::sync::mpsc::{Receiver, Sender, channel};

/// After so many bytes of text a second thread pays: to start one takes as long as to write some thousand bytes, and an answer
/// that has come so far mostly goes on.
const LONG: usize = 1 << 19;

/// A page whose text is shorter is not worth its way to another thread and back.
const LARGE: usize = 1 << 12;

/// How many pages may be filled before the first of them is written.
const AHEAD: usize = 4;

/// Writes rows as they come. See the module.
///
/// # Errors
/// Of `out` alone.
pub(super) fn stream(rows: Rows<'_>, writer: &mut dyn RowWriter, out: &mut dyn Write) -> io::Result<Written> {
    stream_after(if cores::count() > 1 { LONG } else { usize::MAX }, rows, writer, out)
}

/// [`stream`], with a second thread after so many bytes.
fn stream_after(
    mut long: usize,
    rows: Rows<'_>,
    writer: &mut dyn RowWriter,
    out: &mut dyn Write,
) -> io::Result<Written> {
    out.write_all(writer.head(&rows.variables).as_bytes())?;
    let (mut source, mut written) = (rows.rows, Written::default());
    let (mut sheet, mut bytes) = (Sheet::default(), 0);
    loop {
        match source.page(&mut sheet.page) {
            Ok(true) => {}
            Ok(false) => break,
            Err(error) => {
                written.stopped = Some(error);
                break;
            }
        }
        sheet.render(writer);
        if !sheet.write(&mut written, out)? {
            break;
        }
        bytes += sheet.lines.len();
        if bytes >= long && sheet.lines.len() >= LARGE {
            if on_two_threads(source.as_mut(), writer, &mut written, out)? {
                break;
            }
            long = usize::MAX;
        }
    }
    // What a limit or a signal ends is a part that a note tells of, and a document. What fails is no answer, and must not look like one.
    let is_part = |error: &Error| matches!(error.kind, Kind::Limit | Kind::Interrupted);
    if written.stopped.as_ref().is_none_or(is_part) {
        out.write_all(writer.foot().as_bytes())?;
    }
    Ok(written)
}

/// A page, and the text of its rows.
#[derive(Default)]
struct Sheet {
    page: Page,
    lines: String,
    /// Where the text of some rows ends, about [`AT_ONCE`] bytes after each other.
    ends: Vec<usize>,
    rows: u64,
    error: Option<Error>,
}

impl Sheet {
    /// Makes text of the page, up to a row that the format cannot carry.
    fn render(&mut self, writer: &mut dyn RowWriter) {
        self.lines.clear();
        self.ends.clear();
        (self.rows, self.error) = (0, None);
        for row in 0..self.page.len() {
            if let Err(error) = writer.row(&self.page, row, &mut self.lines) {
                self.error = Some(error);
                break;
            }
            self.rows += 1;
            if self.lines.len() - self.ends.last().copied().unwrap_or_default() > AT_ONCE {
                self.ends.push(self.lines.len());
            }
        }
        self.ends.push(self.lines.len());
    }

    /// Writes the text, whole rows at a time: wherever the writing ends, the foot makes it a document. Says whether more may
    /// follow.
    fn write(&mut self, written: &mut Written, out: &mut dyn Write) -> io::Result<bool> {
        let mut start = 0;
        for end in &self.ends {
            out.write_all(self.lines.get(start..*end).unwrap_or_default().as_bytes())?;
            start = *end;
        }
        written.rows += self.rows;
        written.stopped = self.error.take();
        Ok(written.stopped.is_none())
    }
}

/// Fills pages here and makes text of them on another thread; all reading and writing is done here. Says whether that was done:
/// not where no second thread can be started.
fn on_two_threads(
    source: &mut dyn RowSource,
    writer: &mut dyn RowWriter,
    written: &mut Written,
    out: &mut dyn Write,
) -> io::Result<bool> {
    std::thread::scope(|scope| {
        let (to_render, filled) = channel::<Sheet>();
        let (to_write, rendered) = channel::<Sheet>();
        let render = move || render_all(&filled, &to_write, writer);
        if std::thread::Builder::new().spawn_scoped(scope, render).is_err() {
            return Ok(false);
        }
        Pipe { to_render, rendered, open: 0, spare: Vec::new() }.run(source, written, out)?;
        Ok(true)
    })
}

/// Makes text of pages until there are no more.
fn render_all(filled: &Receiver<Sheet>, to_write: &Sender<Sheet>, writer: &mut dyn RowWriter) {
    while let Ok(mut sheet) = filled.recv() {
        sheet.render(writer);
        if to_write.send(sheet).is_err() {
            return;
        }
    }
}

/// The way of the pages to the other thread and back.
struct Pipe {
    to_render: Sender<Sheet>,
    rendered: Receiver<Sheet>,
    /// How many pages are on their way.
    open: usize,
    /// Pages that were written, to be filled again.
    spare: Vec<Sheet>,
}

impl Pipe {
    fn run(
        mut self,
        source: &mut dyn RowSource,
        written: &mut Written,
        out: &mut dyn Write,
    ) -> io::Result<()> {
        let stopped = loop {
            let mut sheet = self.spare.pop().unwrap_or_default();
            match source.page(&mut sheet.page) {
                Ok(true) => {}
                Ok(false) => break None,
                Err(error) => break Some(error),
            }
            // A thread that has ended panicked: its panic goes on where it is joined.
            if self.to_render.send(sheet).is_err() {
                return Ok(());
            }
            self.open += 1;
            if !self.write_ready(AHEAD - 1, written, out)? {
                return Ok(());
            }
        };
        if self.write_ready(0, written, out)? {
            written.stopped = stopped;
        }
        Ok(())
    }

    /// Writes the pages that are ready, and waits until no more than `most` are on their way. Says whether more may follow.
    fn write_ready(&mut self, most: usize, written: &mut Written, out: &mut dyn Write) -> io::Result<bool> {
        while self.open > 0 {
            let next =
                if self.open > most { self.rendered.recv().ok() } else { self.rendered.try_recv().ok() };
            let Some(mut sheet) = next else { break };
            self.open -= 1;
            if !sheet.write(written, out)? {
                return Ok(false);
            }
            self.spare.push(sheet);
        }
        Ok(true)
    }
}

#[cfg(test)]
mod tests {
    use super::super::csv::Csv;
    use super::super::json::Json;
    use super::super::xml::Xml;
    use super::*;
    use crate::engine::answer::Row;
    use crate::error::Result;
    use crate::terms::{Literal, Variable};

    /// Rows of a number and a text, some in a page; then what ends them.
    struct Numbered {
        next: u32,
        end: u32,
        error: bool,
        /// The row whose text no XML can carry.
        wrong: u32,
    }

    impl Iterator for Numbered {
        type Item = Result<Row>;

        fn next(&mut self) -> Option<Result<Row>> {
            if self.next == self.end {
                return std::mem::take(&mut self.error).then(|| Err(Error::new(Kind::Limit, "stopped")));
            }
            let text = if self.next == self.wrong { "\u{1}" } else { "a \"text\", long enough to matter" };
            let row = vec![Some(Literal::from(self.next).into()), Some(Literal::from(text).into())];
            self.next += 1;
            Some(Ok(row))
        }
    }

    impl RowSource for Numbered {
        fn page(&mut self, page: &mut Page) -> Result<bool> {
            page.clear(2);
            // Pages of all sizes.
            for _ in 0..self.next % 200 + 1 {
                match self.next() {
                    Some(Ok(row)) => page.push_row(&row),
                    Some(Err(error)) if page.is_empty() => return Err(error),
                    Some(Err(_)) => {
                        self.error = true;
                        break;
                    }
                    None => break,
                }
            }
            Ok(!page.is_empty())
        }
    }

    fn rows(end: u32, error: bool, wrong: u32) -> Rows<'static> {
        let variables = ["n", "t"].map(Variable::new_unchecked).to_vec();
        Rows { variables, rows: Box::new(Numbered { next: 0, end, error, wrong }) }
    }

    fn writers() -> [Box<dyn RowWriter>; 3] {
        [Box::new(Csv::default()), Box::new(Json::default()), Box::new(Xml::default())]
    }

    #[test]
    fn two_threads_write_what_one_writes() {
        for (end, error, wrong) in
            [(0, false, 9), (30_000, false, 40_000), (30_000, true, 40_000), (30_000, false, 29_000)]
        {
            for (mut one, mut two) in writers().into_iter().zip(writers()) {
                let (mut expected, mut found) = (Vec::new(), Vec::new());
                let a =
                    stream_after(usize::MAX, rows(end, error, wrong), one.as_mut(), &mut expected).unwrap();
                let b = stream_after(1, rows(end, error, wrong), two.as_mut(), &mut found).unwrap();
                assert!(expected == found, "{end} {error} {wrong}");
                assert_eq!(a.rows, b.rows);
                let message = |written: &Written| written.stopped.as_ref().map(ToString::to_string);
                assert_eq!(message(&a), message(&b));
                assert!(!error || message(&b).is_some());
            }
        }
    }

    /// A reader of a document that failed finds no end; one that was stopped is whole.
    #[test]
    fn what_fails_is_left_open_and_what_is_stopped_is_whole() {
        let written = |error, wrong| {
            let [_, json, xml] = writers();
            [json, xml].map(|mut writer| {
                let mut out = Vec::new();
                stream(rows(20, error, wrong), writer.as_mut(), &mut out).unwrap();
                String::from_utf8(out).unwrap()
            })
        };
        let is_whole = |text: &String| text.ends_with("]}}\n") || text.ends_with("</results></sparql>\n");
        assert!(written(false, 99).iter().all(is_whole) && written(true, 99).iter().all(is_whole));
        let [json, xml] = written(false, 9);
        assert!(is_whole(&json) && xml.ends_with("</result>") && xml.contains("<results><result>"), "{xml}");
    }

    #[test]
    fn a_reader_that_leaves_ends_both_threads() {
        struct Leaves(usize);
        impl Write for Leaves {
            fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
                self.0 = self.0.checked_sub(bytes.len()).ok_or(io::ErrorKind::BrokenPipe)?;
                Ok(bytes.len())
            }
            fn flush(&mut self) -> io::Result<()> {
                Ok(())
            }
        }
        let written =
            stream_after(1, rows(u32::MAX, false, u32::MAX), &mut Csv::default(), &mut Leaves(1 << 20));
        assert_eq!(written.unwrap_err().kind(), io::ErrorKind::BrokenPipe);
    }

    #[test]
    #[should_panic(expected = "a scoped thread panicked")]
    fn a_panic_of_the_other_thread_is_not_swallowed() {
        struct Fails;
        impl RowWriter for Fails {
            fn head(&mut self, _: &[Variable]) -> String {
                String::new()
            }
            fn row(&mut self, _: &Page, row: usize, out: &mut String) -> Result<()> {
                assert_ne!(std::thread::current().name(), None, "row {row} on the other thread");
                out.push_str("a row that is long enough\n");
                Ok(())
            }
        }
        let _ = stream_after(1, rows(30_000, false, u32::MAX), &mut Fails, &mut Vec::new());
    }
}
