//! The help of a command in the language of the session.
//!
//! In: a page of help as the parser gives it, and the command that it is of. Out: the page. In English it is the
//! parser's own; in another language the texts of the command are translated one by one and laid out here, since
//! the parser folds lines at spaces, which Chinese lacks.

use crate::faces::terminal::tongue::Tongue;
use crate::show::text::{Side, fit, width, wrap};
use clap::{Arg, Command};
use std::fmt::Write as _;

/// The widest page that is easy to read.
const WIDEST: usize = 100;
/// The least room beside the options for what they do; else it stands below them.
const BESIDE: usize = 36;

/// A page of help in this language, in a window of `columns`.
pub fn spoken(page: &str, mut command: Command, tongue: Tongue, columns: usize) -> String {
    if !tongue.is_chinese() {
        return page.to_owned();
    }
    // With the options that the parser adds itself.
    command.build();
    let usage = page.lines().find_map(|line| line.strip_prefix("Usage:")).unwrap_or_default().trim();
    let mut of = &command;
    for word in usage.split_whitespace() {
        of = of.find_subcommand(word.trim_start_matches('.')).unwrap_or(of);
    }
    let is_long = !page.contains("see more with '--help'");
    Page { tongue, columns: columns.min(WIDEST), is_long, text: String::new() }.of(of, usage)
}

struct Page {
    tongue: Tongue,
    columns: usize,
    /// Whether with all that there is to say, not only the essentials.
    is_long: bool,
    text: String,
}

/// What stands at the left, and what it does.
type Entry = (String, String);

impl Page {
    fn of(mut self, command: &Command, usage: &str) -> String {
        let long = command.get_long_about().filter(|_| self.is_long);
        if let Some(about) = long.or(command.get_about()) {
            self.prose(&about.to_string());
        }
        let usage =
            self.tongue.usage(&usage.replace("[OPTIONS]", &self.tongue.say("[OPTIONS]"))).into_owned();
        let _ = writeln!(self.text, "\n{}{usage}", self.tongue.say("Usage:"));
        let verbs = command.get_subcommands().filter(|verb| !verb.is_hide_set());
        let verb = |verb: &Command| (verb.get_name().to_owned(), self.said(verb.get_about()));
        let verbs = verbs.map(verb).collect();
        self.section("Verbs", verbs);
        let arguments: Vec<&Arg> = command.get_arguments().filter(|arg| !arg.is_hide_set()).collect();
        let mut headings = vec!["Arguments", "Options"];
        for heading in arguments.iter().filter_map(|arg| arg.get_help_heading()) {
            if !headings.contains(&heading) {
                headings.push(heading);
            }
        }
        for heading in headings {
            let own = arguments.iter().filter(|arg| heading_of(arg) == heading);
            let entries = own.map(|arg| (self.spec(arg), self.what(arg))).collect();
            self.section(heading, entries);
        }
        if let Some(more) = command.get_after_help() {
            self.text.push('\n');
            self.prose(&more.to_string());
        }
        self.text
    }

    fn said(&self, text: Option<&clap::builder::StyledStr>) -> String {
        text.map_or_else(String::new, |text| self.tongue.say(&text.to_string()).into_owned())
    }

    /// Lines of text; what is meant to be copied stays in one piece.
    fn prose(&mut self, text: &str) {
        for line in self.tongue.say(text).lines() {
            let is_example = line.starts_with("  ") || line.contains("  ");
            let lines = if is_example { vec![line.to_owned()] } else { wrap(line, self.columns) };
            let _ = writeln!(self.text, "{}", lines.join("\n"));
        }
    }

    fn section(&mut self, heading: &str, entries: Vec<Entry>) {
        if entries.is_empty() {
            return;
        }
        let _ = writeln!(self.text, "\n{}", self.tongue.say(&format!("{heading}:")));
        let widest = entries.iter().map(|(spec, _)| width(spec)).max().unwrap_or(0);
        let beside = self.columns >= widest + 4 + BESIDE;
        let indent = if beside { widest + 4 } else { 10 };
        for (spec, what) in entries {
            let mut lines =
                what.lines().flat_map(|line| wrap(line, self.columns.saturating_sub(indent).max(20)));
            let first = if beside { lines.next().unwrap_or_default() } else { String::new() };
            let spec = fit(&spec, if beside { widest } else { width(&spec) }, Side::Left);
            let _ = writeln!(self.text, "{}", format!("  {spec}  {first}").trim_end());
            for line in lines {
                let _ = writeln!(self.text, "{}{line}", " ".repeat(indent));
            }
        }
    }

    /// `-F, --format <名称>`
    fn spec(&self, arg: &Arg) -> String {
        let values = arg.get_value_names().unwrap_or_default();
        let name = values.first().map_or_else(|| arg.get_id().as_str().to_uppercase(), ToString::to_string);
        let name = self.tongue.word(&name);
        if arg.is_positional() {
            let more =
                if arg.get_num_args().is_some_and(|range| range.max_values() > 1) { "..." } else { "" };
            return if arg.is_required_set() { format!("<{name}>{more}") } else { format!("[{name}]{more}") };
        }
        let mut spec = match (arg.get_short(), arg.get_long()) {
            (Some(short), Some(long)) => format!("-{short}, --{long}"),
            (None, Some(long)) => format!("    --{long}"),
            (short, None) => short.map_or_else(String::new, |short| format!("-{short}")),
        };
        if arg.get_action().takes_values() {
            let optional = arg.is_require_equals_set();
            spec.push_str(&if optional { format!("[=<{name}>]") } else { format!(" <{name}>") });
        }
        spec
    }

    /// What an option does, with its default and what it can be.
    fn what(&self, arg: &Arg) -> String {
        let mut what = self.said(arg.get_help());
        let defaults: Vec<_> = arg.get_default_values().iter().filter_map(|value| value.to_str()).collect();
        if !defaults.is_empty() && !arg.is_hide_default_value_set() && arg.get_action().takes_values() {
            what.push(' ');
            what.push_str(&self.tongue.say(&format!("[default: {}]", defaults.join(" "))));
        }
        let possible = arg.get_possible_values();
        let explained = self.is_long && possible.iter().any(|value| value.get_help().is_some());
        if explained {
            for value in &possible {
                let _ = write!(what, "\n- {}：{}", value.get_name(), self.said(value.get_help()));
            }
        } else if !possible.is_empty() && arg.get_action().takes_values() {
            let names: Vec<_> = possible.iter().map(clap::builder::PossibleValue::get_name).collect();
            what.push(' ');
            what.push_str(&self.tongue.say(&format!("[values: {}]", names.join(", "))));
        }
        what
    }
}

/// The heading that an argument stands under.
fn heading_of(arg: &Arg) -> &str {
    match arg.get_help_heading() {
        Some(heading) => heading,
        None if arg.is_positional() => "Arguments",
        None => "Options",
    }
}
