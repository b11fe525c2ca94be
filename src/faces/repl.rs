//! The prompt: queries typed, answers shown, and what is at hand in between.
//!
//! In: a session, an output, what a person types or a pipe sends. Out: answers on stdout, everything
//! said about them on stderr. The looks of answers, charts and errors are
//! decided elsewhere.

pub mod commands;

mod dispatch;
mod editor;
mod home;
mod last_answer;
mod script;
mod settings;
pub mod statement;
mod suggest;

use super::memory::{Memory, Question};
use super::terminal::formats;
use super::terminal::hints::Face;
use super::terminal::limits::{Heap, Watch, watch};
use super::terminal::present::{Output, Target};
use super::terminal::signals::{self, Doing, doing};
use super::verbs;
use crate::advise::complete as known;
use crate::engine::syntax::tokens::declared;
use crate::error::{Diagnostic, Error, Result};
use crate::session::Session;
use crate::show::text::{counted, wrap};
use editor::{Assistant, Shared};
use rustyline::error::ReadlineError;
use rustyline::history::FileHistory;
use rustyline::{
    Cmd, ColorMode, CompletionType, ConditionalEventHandler, Config, Editor, Event, EventContext,
    EventHandler, KeyCode, KeyEvent, Modifiers, RepeatCount,
};
use std::cell::RefCell;
use std::io::IsTerminal as _;
use std::mem::ManuallyDrop;
use std::path::PathBuf;
use std::rc::Rc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

/// Rows that a table shows where nobody said otherwise.
const MAX_ROWS: usize = 40;
/// Statements that the history keeps.
const HISTORY: usize = 5_000;

/// One session at the prompt, or of a script.
struct Shell {
    session: Shared,
    output: Output,
    memory: Memory,
    /// Where the next answer goes, and that alone.
    once: Option<Target>,
    /// Whether a person types; a script ends at its first error.
    interactive: bool,
    keep_going: bool,
    heap: Heap,
    /// Whether the graph was changed, and the change is kept nowhere.
    unsaved: bool,
    /// Whether that was so when the transaction that is open began: dropping it brings back the graph of then.
    unsaved_before: bool,
    /// Whether the graph was changed at all: who only asks writes nothing.
    has_changed: bool,
    /// Whether it was said that leaving drops an open transaction.
    warned: bool,
    /// Stops the running query.
    switch: Arc<AtomicBool>,
    /// Statements typed, for `.history`; the editor's own are not at hand while it runs.
    typed: Vec<String>,
    /// The commands of the last list of suggestions, by their numbers.
    offered: Vec<String>,
    /// A text to begin the next line with: what `.edit` brought back.
    initial: Option<String>,
    leaving: bool,
    /// When the prompt last began to wait.
    begun: Arc<Mutex<Begun>>,
}

/// Runs the prompt, or, where stdin is not a terminal, the statements in it; with `keep_going` those after
/// a wrong one too.
///
/// # Errors
/// Of a script: its first error, with the line. At the prompt errors are shown, and nothing ends it
/// but a terminal that cannot be used.
pub fn run(session: Session, output: Output, keep_going: bool, heap: Heap) -> Result<()> {
    let placed = output.own;
    // With it the program ends: nothing is given back piece by piece.
    let mut shell = ManuallyDrop::new(Shell::new(session, output, keep_going, heap));
    if shell.interactive {
        return shell.prompt();
    }
    let source = script::Source { name: Some("stdin"), keep_going };
    let done = shell.script(&source, &mut std::io::stdin().lock());
    if let Some(changes) = shell.session.borrow().transaction().filter(|changes| *changes > 0) {
        let changes = counted(changes as u64, "change", "changes");
        shell.output.report.note(&format!("a transaction was open at the end, and is dropped: {changes}"));
    }
    done?;
    if shell.unsaved && placed {
        // Who names a place or a format may have meant the changed graph.
        let lost = "the graph was changed, and no store keeps that: with statements, -o and -F are for the answers of queries";
        let remedies = [
            "baimo update -f FILE -o changed.ttl writes the changed graph",
            "among the statements, .export -o FILE writes it",
        ];
        let warning = remedies.into_iter().fold(Diagnostic::new(lost), Diagnostic::hint);
        shell.output.report.warning(&warning);
    }
    if shell.has_changed && shell.session.borrow().transaction().is_none() {
        verbs::merge_if_due(&mut shell.session.borrow_mut(), &shell.output);
    }
    Ok(())
}

impl Shell {
    fn new(mut session: Session, mut output: Output, keep_going: bool, heap: Heap) -> Self {
        output.report.face = Face::Prompt;
        session.set_user_queries(home::queries());
        let interactive = std::io::stdin().is_terminal();
        session.ask.is_followed = keep_going && !interactive;
        Self {
            switch: session.interrupt_switch(),
            session: Rc::new(RefCell::new(session)),
            output: Output { max_rows: Some(output.max_rows.unwrap_or(MAX_ROWS)), ..output },
            memory: Memory::keeping(),
            once: None,
            interactive,
            keep_going,
            heap,
            unsaved: false,
            unsaved_before: false,
            has_changed: false,
            warned: false,
            typed: Vec::new(),
            offered: Vec::new(),
            initial: None,
            leaving: false,
            begun: Arc::new(Mutex::new(Begun::now())),
        }
    }

    /// Watches over the limits of a statement of a script. A prompt goes on, whatever becomes of one.
    fn watched(&self, output: &Output) -> Option<Watch> {
        let limits = self.session.borrow().ask.limits;
        (!self.interactive).then(|| watch(limits, &output.report, &output.found, self.keep_going))
    }

    fn prompt(&mut self) -> Result<()> {
        let unusable = |error: ReadlineError| {
            Error::usage("this terminal cannot be used for a prompt")
                .because(error)
                .hint("ask with  baimo query 'SELECT ...'")
        };
        signals::keep_typed_ahead();
        let colour = self.output.report.colour;
        let mut editor = editor(colour, &self.begun).map_err(unusable)?;
        let assistant = Assistant::new(Rc::clone(&self.session), colour, self.output.window.width);
        editor.set_helper(Some(assistant));
        self.learn(&editor);
        let history = self.remember(&mut editor);
        self.greet(history.as_ref().is_none_or(|(_, is_new)| *is_new));
        if let Some(file) = home::startup().filter(|file| file.is_file()) {
            let keep_going = self.keep_going;
            self.report_if_wrong(|shell| shell.read(&file, keep_going));
        }
        while !self.leaving {
            self.turn(&mut editor, history.as_ref().map(|(path, _)| path)).map_err(unusable)?;
        }
        signals::restore_terminal();
        Ok(())
    }

    /// One line or statement from the prompt.
    fn turn(
        &mut self,
        editor: &mut Editor<Assistant, FileHistory>,
        history: Option<&PathBuf>,
    ) -> std::result::Result<(), ReadlineError> {
        let prompt = {
            let session = self.session.borrow();
            // An open transaction shows, as in psql.
            let open = if session.transaction().is_some() { "*" } else { "" };
            format!("{}{open}> ", first_word(&session.project().name))
        };
        let initial = self.initial.take();
        if let Ok(mut begun) = self.begun.lock() {
            *begun = Begun::now();
        }
        let reading = doing(Doing::Reading);
        let typed = match &initial {
            Some(text) => editor.readline_with_initial(&prompt, (text, "")),
            None => editor.readline(&prompt),
        };
        drop(reading);
        self.switch.store(false, Ordering::Relaxed);
        self.output.fit_window();
        match typed {
            Ok(text) if text.trim().is_empty() => {}
            Ok(text) => {
                let text = text.trim_end().to_owned();
                self.keep(editor, history, &text);
                self.report_if_wrong(|shell| shell.typed(&text));
                self.learn(editor);
            }
            Err(ReadlineError::Interrupted) => {}
            Err(ReadlineError::Eof) => self.quit().unwrap_or_default(),
            Err(error) => return Err(error),
        }
        Ok(())
    }

    fn keep(&mut self, editor: &mut Editor<Assistant, FileHistory>, path: Option<&PathBuf>, text: &str) {
        self.typed.push(text.to_owned());
        if let Some(assistant) = editor.helper() {
            assistant.run_before.borrow_mut().insert(text.to_owned());
        }
        let added = editor.add_history_entry(text).unwrap_or(false);
        if let (true, Some(path)) = (added, path) {
            // A history that cannot be written was said at the start, or is not worth a word now.
            let _ = editor.append_history(path);
        }
    }

    /// Reads the history; without a place to keep it says so, and keeps it in memory. Gives the file,
    /// and whether it is new.
    fn remember(&mut self, editor: &mut Editor<Assistant, FileHistory>) -> Option<(PathBuf, bool)> {
        let path = home::history();
        let ready = path.as_ref().is_some_and(|path| {
            path.parent().is_some_and(|folder| std::fs::create_dir_all(folder).is_ok())
                && std::fs::OpenOptions::new().append(true).create(!path.exists()).open(path).is_ok()
        });
        let Some(path) = path.filter(|_| ready) else {
            self.output.report.note("the history cannot be written, so it ends with this session");
            return None;
        };
        let is_new = std::fs::metadata(&path).is_ok_and(|file| file.len() == 0);
        if !is_new {
            let _ = editor.load_history(&path);
        }
        if let Some(assistant) = editor.helper() {
            assistant.run_before.borrow_mut().extend(editor.history().iter().cloned());
        }
        self.typed.extend(editor.history().iter().cloned());
        Some((path, is_new))
    }

    /// Tells completion what the prompt knows: commands and saved queries.
    fn learn(&self, editor: &Editor<Assistant, FileHistory>) {
        let Some(assistant) = editor.helper() else { return };
        let session = self.session.borrow();
        let language = self.output.language.clone().unwrap_or_else(|| session.language().to_owned());
        let tongue = self.output.report.tongue;
        assistant.tongue.set(tongue);
        let completable =
            |(name, note): (String, String)| completable((name, tongue.say(&note).into_owned()));
        let mut known = assistant.known.borrow_mut();
        known.options = options();
        known.commands = commands::all().into_iter().map(completable).collect();
        known.queries = session
            .catalog()
            .map(|catalog| catalog.iter().map(|query| saved(query, &language)).collect())
            .unwrap_or_default();
        known.language = language;
    }

    fn greet(&self, first_time: bool) {
        let session = self.session.borrow();
        let project = session.project();
        let tongue = self.output.report.tongue;
        let of =
            |tag: &str| project.title.iter().find(|(have, _)| have == tag).map(|(_, title)| title.as_str());
        let title = of(if tongue.is_chinese() { "zh" } else { "en" }).or_else(|| of(""));
        let triples = counted(session.graph().len(), "triple", "triples");
        let line = format!("{} · {}", project.called(), title.unwrap_or(&triples));
        let no_queries = session.catalog().is_ok_and(|catalog| catalog.iter().next().is_none());
        let ready = match no_queries {
            true => "  .schema shows what is in it".to_owned(),
            false => format!("  .queries lists saved queries, .run {} runs one", example(&session)),
        };
        let rest = match first_time {
            true => format!(
                "{ready}\n  Or type SPARQL: no PREFIX needed, Tab completes names and labels\n  \
                 .help lists all commands, Ctrl-D leaves"
            ),
            false => "  .help lists the commands".to_owned(),
        };
        let width = self.output.window.width;
        let lines = format!("{line}\n{}", tongue.say(&rest));
        // What goes on in the next line stands below what it goes on with.
        let within = |line: &str| {
            let text = line.trim_start();
            let indent = " ".repeat(line.len() - text.len());
            let parts = wrap(text, width.saturating_sub(indent.len()).max(20));
            parts.into_iter().map(|part| format!("{indent}{part}")).collect::<Vec<_>>()
        };
        let lines: Vec<String> = lines.lines().flat_map(within).collect();
        self.output.report.aside(&lines.join("\n"));
    }

    fn report_if_wrong(&mut self, act: impl FnOnce(&mut Self) -> Result<()>) {
        if let Err(error) = act(self) {
            self.say_wrong(error);
        }
    }

    fn say_wrong(&self, error: Error) {
        self.output.report.error(&error);
    }

    /// What was typed or pasted up to Enter: a statement, or several.
    fn typed(&mut self, text: &str) -> Result<()> {
        let source = script::Source { name: None, keep_going: true };
        self.script(&source, &mut text.as_bytes())
    }

    /// Declarations with no query after them hold for the rest of the session.
    fn declare(&mut self, text: &str) -> Result<()> {
        let declared = declared(text, self.session.borrow().base());
        if declared.is_empty() {
            return Err(Error::query("this declares no prefix").hint("PREFIX ex: <http://example.org/>"));
        }
        for (name, iri) in declared {
            self.session.borrow_mut().add_prefix(name, &iri)?;
            self.output.report.note(&format!("{name}: is in scope from now on"));
        }
        Ok(())
    }

    /// A statement or a command, from wherever it comes.
    fn statement(&mut self, text: &str) -> Result<()> {
        // A merge that cannot be put in its place leaves all as it was.
        let _ = self.session.borrow_mut().settle_merge();
        if statement::is_command(text) {
            self.command(text)
        } else if statement::is_blank(text) {
            Ok(())
        } else if self.interactive && statement::is_of_a_screen(text) {
            self.output.report.note("Ctrl-L clears the screen");
            Ok(())
        } else if statement::begins_as_sparql(text) && statement::only_prologue(text) {
            self.declare(text)
        } else if statement::begins_as_sparql(text) {
            let question = Question {
                name: "query".to_owned(),
                text: statement::trimmed(text).to_owned(),
                ..Question::default()
            };
            self.ask(question)
        } else {
            self.plain_words(text.trim().trim_end_matches(';').trim_end())
        }
    }
}

/// What the prompt calls a graph of several files.
fn first_word(name: &str) -> &str {
    name.split(' ').next().unwrap_or(name)
}

/// A saved query to begin with: one that draws a timeline, or any chart, and asks for nothing.
fn example(session: &Session) -> String {
    let catalog = session.catalog().ok();
    let drawn = |query: &&crate::catalog::SavedQuery| {
        query.view.is_some() && query.params.iter().all(|param| !param.required || param.default.is_some())
    };
    let best = catalog.into_iter().flat_map(|catalog| catalog.iter()).filter(drawn).min_by_key(|query| {
        let timeline = query.view.as_deref().is_some_and(|view| view.starts_with("Timeline"));
        (!timeline, query.name.len())
    });
    best.map_or_else(|| "NAME".to_owned(), |query| query.name.clone())
}

fn editor(colour: bool, begun: &Arc<Mutex<Begun>>) -> rustyline::Result<Editor<Assistant, FileHistory>> {
    let config = Config::builder()
        .max_history_size(HISTORY)?
        .history_ignore_dups(true)?
        .completion_type(CompletionType::List)
        .completion_show_all_if_ambiguous(true)
        .color_mode(if colour { ColorMode::Enabled } else { ColorMode::Disabled })
        .build();
    let mut editor = Editor::with_config(config)?;
    editor
        .bind_sequence(KeyEvent::ctrl('J'), EventHandler::Conditional(Box::new(LineFeed(Arc::clone(begun)))));
    editor.bind_sequence(KeyEvent(KeyCode::Enter, Modifiers::ALT), Cmd::Newline);
    editor.bind_sequence(KeyEvent(KeyCode::Char('J'), Modifiers::CTRL_ALT), Cmd::Newline);
    Ok(editor)
}

/// Ctrl-J begins a new line; but Enter typed ahead, while a query ran, is Ctrl-J too by the time
/// it is read: the terminal turned it into one. The terminal knows whether lines wait in it; and no hand is as fast as
/// what was typed ahead.
struct LineFeed(Arc<Mutex<Begun>>);

/// When a prompt began to wait, and whether whole lines had been typed before it.
#[derive(Clone, Copy)]
struct Begun {
    at: Instant,
    typed_ahead: bool,
}

impl Begun {
    fn now() -> Self {
        Self { at: Instant::now(), typed_ahead: signals::typed_ahead() }
    }
}

/// How soon after the prompt a key must come to have been typed before it.
const TYPED_AHEAD: Duration = Duration::from_millis(100);

impl ConditionalEventHandler for LineFeed {
    fn handle(&self, _: &Event, _: RepeatCount, _: bool, _: &EventContext<'_>) -> Option<Cmd> {
        let ahead = self.0.lock().is_ok_and(|begun| begun.typed_ahead || begun.at.elapsed() < TYPED_AHEAD);
        Some(if ahead { Cmd::AcceptOrInsertLine { accept_in_the_middle: true } } else { Cmd::Newline })
    }
}

fn completable((name, note): (String, String)) -> known::Command {
    let argument = match name.as_str() {
        "run" | "queries" => Some(known::Argument::SavedQuery),
        "describe" | "search" => Some(known::Argument::Thing),
        "schema" => Some(known::Argument::Class),
        "read" | "once" | "output" | "open" | "load" => Some(known::Argument::File),
        "prefix" => Some(known::Argument::Prefix),
        "query" | "explain" => Some(known::Argument::Query),
        _ => None,
    };
    let words = match name.as_str() {
        "help" => commands::all().into_iter().map(|(name, _)| name).collect(),
        "mode" => formats::names().into_iter().chain(["auto"]).map(str::to_owned).collect(),
        _ => commands::own_command(&name)
            .map_or(&[][..], |own| own.words)
            .iter()
            .map(|w| (*w).into())
            .collect(),
    };
    known::Command { name: format!(".{name}"), note, words, argument }
}

/// Options that have a value of their own, as every verb takes them.
fn options() -> Vec<known::Command> {
    let words = |names: &[&str], words: Vec<&str>, argument| {
        let option = |name: &&str| known::Command {
            name: (*name).to_owned(),
            words: words.iter().map(|word| (*word).to_owned()).collect(),
            argument,
            ..known::Command::default()
        };
        names.iter().map(option).collect::<Vec<_>>()
    };
    [
        words(&["-F", "--format"], formats::names(), None),
        words(&["-o", "--output", "-f", "--file"], Vec::new(), Some(known::Argument::File)),
        words(&["--chart"], vec!["bar", "line", "timeline", "graph", "table"], None),
        words(&["--color"], vec!["auto", "always", "never"], None),
    ]
    .concat()
}

fn saved(query: &crate::catalog::SavedQuery, language: &str) -> known::SavedQuery {
    let parameter = |param: &crate::catalog::Param| known::Parameter {
        name: param.name.clone(),
        note: param.description.get(language).to_owned(),
        class: param.class.clone(),
        // Looked for when they are asked for.
        values: Vec::new(),
    };
    known::SavedQuery {
        name: query.name.clone(),
        note: query.summary.get(language).to_owned(),
        parameters: query.params.iter().map(parameter).collect(),
    }
}
