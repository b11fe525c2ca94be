//! What is said about an answer, on stderr: the line under it, what was written, what is missing, that work goes on.
//!
//! In: counts, what ended an answer early. Out: lines of the report.

use super::{About, Output};
use crate::error::{Diagnostic, Error, Kind, Result};
use crate::faces::terminal::progress::{Loading, Waiting};
use crate::faces::terminal::report::{Report, is_dumb};
use crate::formats::graphs::Naming;
use crate::session::Session;
use crate::show::table::{Footer, duration};
use crate::show::text::{bytes, counted, wrap};
use crate::store::Graph as _;
use crate::store::pack::Pack;
use std::time::Instant;

impl Output {
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
                    self.report.note(&format!(
                        "partial answer: {count} {nouns} were found before it stopped; there may be more"
                    ));
                }
                if let (Some(part), Some(path)) = (self.set_aside(&error), self.target.file()) {
                    self.report.note(&format!(
                        "what was found is in {}; {} is as it was",
                        part.display(),
                        path.display()
                    ));
                }
                Err(error)
            }
        }
    }

    /// Whether a line under the answer says what there is to say about it.
    pub(super) fn foots(&self) -> bool {
        self.footer && self.shown()
    }

    /// The line under an answer on the screen, or a word on the file that it was written to.
    pub(super) fn foot(&self, session: &Session, about: &About, footer: Footer<'_>) {
        let is_of_nothing =
            footer.count == 0 && footer.stopped.is_some_and(|stopped| stopped.kind == Kind::Interrupted);
        if self.foots() {
            if is_of_nothing {
                return;
            }
            let graph = session.project().called();
            let elapsed = footer.elapsed.or_else(|| about.asked.map(|asked| asked.elapsed()));
            let elapsed = elapsed.filter(|_| self.timer);
            self.report.aside(&Footer { elapsed, graph: Some(&graph), ..footer }.text());
        } else if footer.stopped.is_none_or(|stopped| self.set_aside(stopped).is_none()) {
            self.wrote(footer.count, footer.nouns.unwrap_or(("row", "rows")));
        }
    }

    /// Tells a person what was written to a file.
    pub fn wrote(&self, count: u64, (one, many): (&str, &str)) {
        if let Some(path) = self.target.file().filter(|_| self.report.terminal) {
            let what = counted(count, one, many);
            let drawn = if self.format_name() == Some("svg") { "a chart of " } else { "" };
            self.report.aside(&format!("wrote {drawn}{what} to {}", path.display()));
        }
    }

    /// Tells a person what is in the pack that was written to a file, how large it is, and how long that took.
    ///
    /// # Errors
    /// Where it cannot be opened: what nobody can open was not written.
    pub fn wrote_pack(&self, started: Instant) -> Result<()> {
        let Some(path) = self.target.file().filter(|_| self.report.terminal && !self.report.quiet) else {
            return Ok(());
        };
        let taken = duration(started.elapsed());
        let what = counted(Pack::open(path)?.len(), "triple", "triples");
        let size = std::fs::metadata(path).map_or(0, |data| data.len());
        self.report.aside(&format!("wrote {what} to {} · {} · {taken}", path.display(), bytes(size)));
        Ok(())
    }

    /// The text of advice on a query, as it looks where answers go.
    pub fn advice(&self, diagnostic: &Diagnostic) -> String {
        Report { colour: self.colour(), ..self.report.clone() }.advice(diagnostic)
    }

    /// A sentence in the language of the session, in lines within the window where one shows it.
    pub fn prose(&self, english: &str) -> String {
        let said = self.report.tongue.say(english);
        let width = if self.shown() { self.window.width } else { usize::MAX };
        wrap(&said, width).into_iter().map(|line| line + "\n").collect()
    }

    /// Shows how far the reading of files has come, on the terminal.
    pub fn progress(&self) -> Loading {
        Loading::new(self.moves(), self.report.clone())
    }

    /// Says on the terminal that the work goes on, until dropped.
    pub fn waiting(&self) -> Waiting {
        Waiting::new(self.moves(), self.report.tongue)
    }

    /// Whether a line of stderr may be rewritten: a terminal that knows no commands would show them all.
    fn moves(&self) -> bool {
        self.report.terminal && !self.report.quiet && !is_dumb()
    }
}
