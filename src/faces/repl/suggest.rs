//! Plain language at the prompt: a numbered list of what was meant, each a number and Enter from running.
//!
//! In: words that are not SPARQL, or a number. Out: the list, or what stands at that number, run. A script gets no
//! list but an error, as nobody is there to choose.

use super::{Shell, commands};
use crate::error::{Error, Hint, Kind, Result};
use crate::faces::args;
use crate::plain::{Suggestion, Target};
use crate::show::text;
use std::fmt::Write as _;

impl Shell {
    /// Words that are not SPARQL: a command without its dot, a saved query's name, a number of the last list, or
    /// plain language.
    pub(super) fn plain_words(&mut self, words: &str) -> Result<()> {
        match words {
            "help" | "?" | "帮助" => return self.command(".help"),
            "quit" | "exit" | "退出" => return self.command(".quit"),
            "q" => {
                self.output.report.note("q leaves a pager, and there is none open; .quit leaves baimo");
                return Ok(());
            }
            _ => {}
        }
        let typed = of_sql(AT_THE_PROMPT, words);
        if let Some(command) = of_sql(TRANSACTIONS, words).or(typed.filter(|_| self.interactive)) {
            self.output.report.note(&format!("run as the command .{command}"));
            return self.command(&format!(".{command}"));
        }
        if let Some(command) = typed.or_else(|| of_sql(NAMED, words)) {
            let error = Error::query(format!("`{words}` is neither SPARQL nor a command"));
            return Err(error.hint(format!("did you mean .{command}?")));
        }
        if let Ok(number) = words.parse::<usize>() {
            return self.choose(number);
        }
        let (first, rest) = words.split_once(char::is_whitespace).unwrap_or((words, ""));
        if commands::exists_whole(first) && (rest.is_empty() || commands::takes_words(first)) {
            return self.command_or_plain(words, rest);
        }
        let is_call = rest.is_empty() || rest.starts_with('-') || rest.contains('=');
        if is_call && self.session.borrow().catalog().is_ok_and(|catalog| catalog.get(first).is_ok()) {
            self.output.report.note(&format!("run as the saved query: .run {words}"));
            return self.command(&format!(".run {words}"));
        }
        self.offer(words)
    }

    /// Words that begin with the name of a command. Where that cannot be done with them, as with "open source models", and
    /// something fits them as they stand, they were no command.
    fn command_or_plain(&mut self, words: &str, rest: &str) -> Result<()> {
        let note = format!("run as the command .{words}");
        // Files, values and options are no words.
        let is_prose = !rest.contains(['.', '/', '=', '-', '"', '\'']) && crate::plain::is_plain(rest);
        let is_sentence = is_prose && rest.split_whitespace().count() > 1;
        if !is_sentence {
            self.output.report.note(&note);
            return self.command(&format!(".{words}"));
        }
        let done = self.command(&format!(".{words}"));
        let ended = |error: &Error| matches!(error.kind, Kind::Limit | Kind::Interrupted | Kind::Check);
        let is_no_command = done.as_ref().is_err_and(|error| !ended(error));
        if is_no_command {
            let found = self.found(words);
            if !found.is_empty() {
                return self.list(found);
            }
        }
        self.output.report.note(&note);
        done
    }

    /// What words may have meant; nothing where nobody is there to choose, or they are no plain language.
    fn found(&self, words: &str) -> Vec<Suggestion> {
        let session = self.session.borrow();
        // Where nobody chose a language, whoever types in one reads it.
        let typed = || crate::plain::language_of(words, &session.project().languages);
        let language = self.output.chosen_language(&session).unwrap_or_else(typed).to_owned();
        let is_plain = self.output.report.terminal && crate::plain::is_plain(words);
        if is_plain { session.suggest(words, &language) } else { Vec::new() }
    }

    /// Lists what words may have meant.
    fn offer(&mut self, words: &str) -> Result<()> {
        let found = self.found(words);
        if !found.is_empty() {
            return self.list(found);
        }
        match self.session.borrow().query(words, &Default::default()) {
            Err(error) => Err(error),
            Ok(_) => Ok(()),
        }
    }

    /// Lists suggestions, and keeps the list.
    fn list(&mut self, found: Vec<Suggestion>) -> Result<()> {
        self.output.fit_window();
        let tongue = self.output.report.tongue;
        let lines: Vec<(String, String)> = found
            .into_iter()
            .map(|suggestion| {
                let title = titled(suggestion.title, &suggestion.target);
                (tongue.say(&title).into_owned(), command(&suggestion.target))
            })
            .collect();
        let list = listed(&tongue.say(HEAD), &lines, self.output.report.width);
        self.offered = lines.into_iter().map(|(_, command)| command).collect();
        self.output.text(&list)
    }

    /// Runs what stands at a number of the last list.
    fn choose(&mut self, number: usize) -> Result<()> {
        let chosen = number.checked_sub(1).and_then(|index| self.offered.get(index)).cloned();
        let Some(command) = chosen else {
            let error = Error::usage(format!("there is no suggestion {number}"));
            return Err(match self.offered.len() {
                0 => error.hint("type what you are looking for in plain words").hint(Hint::ListSavedQueries),
                count => error.hint(format!("the last list goes from 1 to {count}")),
            });
        };
        self.output.report.note(&command);
        self.command(&command)
    }
}

/// What those used to other databases type, and the command that it is here.
type Sql = [(&'static [&'static str], &'static str)];

/// What begins and ends a transaction in all of them holds in a script too.
const TRANSACTIONS: &Sql = &[
    (&["begin", "begin transaction", "begin work", "start transaction"], "begin"),
    (&["commit", "commit transaction", "commit work"], "commit"),
    (&["rollback", "rollback transaction", "rollback work"], "rollback"),
];

/// What is run for a person alone: in a script it is an error, which names the command.
const AT_THE_PROMPT: &Sql = &[
    (&["show tables", "show databases", "show schema"], "schema"),
    (&["vacuum"], "compact"),
    (&["exit()", "quit()", ":q"], "quit"),
];

/// What ends a transaction in some of them, but is also a stray word: the error names the command, and nothing ends.
const NAMED: &Sql = &[
    (&["end", "end transaction", "end work"], "commit"),
    (&["abort", "abort transaction", "abort work"], "rollback"),
];

fn of_sql(table: &Sql, words: &str) -> Option<&'static str> {
    let words = words.split_whitespace().collect::<Vec<_>>().join(" ").to_ascii_lowercase();
    table.iter().find(|(typed, _)| typed.contains(&words.as_str())).map(|(_, command)| *command)
}

const HEAD: &str = "That is not SPARQL. Perhaps one of these; type its number to run it:";

/// The command that does what a suggestion says.
fn command(target: &Target) -> String {
    match target {
        Target::SavedQuery { name, values } => format!(".run {}", args::call(name, values)),
        Target::Thing(name) => format!(".describe {name}"),
        Target::Schema => ".schema".to_owned(),
        Target::SavedQueries => ".queries".to_owned(),
    }
}

/// What a suggestion is called in the list.
fn titled(title: String, target: &Target) -> String {
    match target {
        Target::Schema => "What is in the graph: classes and properties".to_owned(),
        Target::SavedQueries => "All saved queries".to_owned(),
        Target::Thing(_) => format!("All about {title}"),
        Target::SavedQuery { .. } => title,
    }
}

/// The list: title and command beside each other, or below where the window is narrow.
fn listed(head: &str, lines: &[(String, String)], width: usize) -> String {
    let longest = |part: fn(&(String, String)) -> &String| lines.iter().map(|l| text::width(part(l))).max();
    let (titles, commands) = (longest(|line| &line.0).unwrap_or(0), longest(|line| &line.1).unwrap_or(0));
    let beside = titles + commands + 8 <= width;
    let mut out = text::wrap(head, width).join("\n") + "\n";
    for (number, (title, command)) in lines.iter().enumerate() {
        let number = number + 1;
        let _ = if beside {
            let space = " ".repeat(titles.saturating_sub(text::width(title)) + 2);
            writeln!(out, "  {number}  {title}{space}{command}")
        } else {
            writeln!(out, "  {number}  {title}\n     {command}")
        };
    }
    out.trim_end().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_with_spaces_is_quoted() {
        let values = vec![("vendor".to_owned(), "Alibaba Cloud".to_owned())];
        let target = Target::SavedQuery { name: "about-vendor".to_owned(), values };
        assert_eq!(command(&target), ".run about-vendor --vendor \"Alibaba Cloud\"");
    }

    #[test]
    fn a_narrow_window_gets_the_command_below_its_title() {
        let lines = [("Releases per month of a year".to_owned(), ".run releases-per-month".to_owned())];
        assert_eq!(
            listed("Perhaps:", &lines, 80),
            "Perhaps:\n  1  Releases per month of a year  .run releases-per-month"
        );
        assert_eq!(
            listed("Perhaps:", &lines, 40),
            "Perhaps:\n  1  Releases per month of a year\n     .run releases-per-month"
        );
    }
}
