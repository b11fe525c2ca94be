//! The dot-commands, done.
//!
//! In: a line with a command. Out: what it says, done: settings changed, files written, verbs
//! performed. Verbs that the command line has too are done as there, with the same options.

use super::{Shell, commands, home, statement};
use crate::catalog::SavedQuery;
use crate::embedded;
use crate::engine::Limits;
use crate::error::{Error, Kind, Result};
use crate::faces::args::{self, Shape, Typed};
use crate::faces::memory::Memory;
use crate::faces::terminal::present::{Output, Target};
use crate::faces::terminal::signals::{Doing, Fate, changing, doing};
use crate::faces::terminal::{files, formats};
use crate::faces::verbs;
use crate::session::{Session, Source};
use crate::show::text::{Side, fit, grouped};
use crate::store::durable::Store;
use std::path::{Path, PathBuf};
use std::sync::atomic::Ordering;
use std::time::Duration;

impl Shell {
    /// Does what a line that begins with `.`, `\\` or `!` says.
    pub(super) fn command(&mut self, line: &str) -> Result<()> {
        if let Some(command) = line.strip_prefix('!').or_else(|| line.strip_prefix("\\!")) {
            return self.outside(command.trim());
        }
        let (name, rest) = commands::parse(line)?;
        let rest = rest.as_str();
        match name.as_str() {
            "quit" | "exit" => self.quit(),
            "help" => self.help(rest),
            "last" => self.last(rest),
            "why" => self.why(rest),
            "chart" => self.chart(rest),
            "again" => self.again(rest),
            "watch" => self.watch(rest),
            "edit" => self.edit(),
            "save" => self.save(rest),
            "once" => self.once(rest),
            "output" => self.output(rest),
            "read" => self.read_file(rest),
            "open" => self.open(rest),
            "prefix" => self.prefix(rest),
            "history" => self.history(rest),
            "begin" => self.begin(),
            "commit" => self.commit(),
            "rollback" => self.rollback(),
            "show" => self.settings(),
            "echo" => self.output.text(rest),
            "shell" => self.outside(rest),
            "mode" | "labels" | "maxrows" | "maxwidth" | "pager" | "timer" | "timeout" => {
                self.set(&name, rest)?;
                self.tell(&name);
                Ok(())
            }
            verb => self.verb(verb, rest),
        }
    }

    /// A verb that the command line has too.
    fn verb(&mut self, name: &str, rest: &str) -> Result<()> {
        let takes_question = matches!(name, "explain" | "query" | "update");
        let line = match takes_question.then(|| query_in(rest)).flatten() {
            Some(at) => {
                let (options, query) = rest.split_at(at);
                format!("{name} {options}{}", args::quoted(query))
            }
            None => format!("{name} {rest}"),
        };
        let (verb, own) = match args::dot_command(&line)? {
            Typed::Help(page) => return self.screen(&self.help_page(&page)),
            Typed::Verb(verb, own) => (verb, own),
        };
        let keeps = matches!(&*verb, args::Verb::Export(export) if export.is_whole());
        let written = keeps && (own.shape.output.is_some() || self.once.is_some());
        let changes = verbs::changes(&verb, &self.session.borrow(), &self.output.with(&own.shape));
        let act = |session: &mut Session, output: &Output, memory: &mut Memory| {
            let before = session.ask.limits;
            session.ask.limits = within(before, own.limits);
            let done = verbs::perform(&verb, session, output, memory);
            session.ask.limits = before;
            done
        };
        if changes {
            return self.change(&own.shape, act);
        }
        self.present(&own.shape, act)?;
        self.unsaved &= !written;
        Ok(())
    }

    /// Carries out what changes the graph. That is no answer: where answers go is not for it, and what `.once` names waits for
    /// the next one. The changed graph is written where its own options ask for that.
    pub(super) fn change(
        &mut self,
        shape: &Shape,
        act: impl FnOnce(&mut Session, &Output, &mut Memory) -> Result<()>,
    ) -> Result<()> {
        let once = self.once.take();
        self.output.changed.store(false, Ordering::Relaxed);
        let done = self.present(shape, act);
        self.once = once;
        // Also where it was made and then could not be written.
        if self.output.changed.load(Ordering::Relaxed) {
            self.changed();
        }
        let written = shape.output.as_deref().is_some_and(|file| file != Path::new("-"));
        self.unsaved &= done.is_err() || !written;
        done
    }

    /// Presents something with options of its own, where `.once` says if they do not. That is used up
    /// when something has been written.
    pub(super) fn present(
        &mut self,
        shape: &Shape,
        act: impl FnOnce(&mut Session, &Output, &mut Memory) -> Result<()>,
    ) -> Result<()> {
        let mut output = self.output.with(shape);
        output.fit_window();
        let once = self.once.clone().filter(|_| shape.output.is_none());
        if let Some(target) = &once {
            output.target = target.clone();
        }
        let session = std::rc::Rc::clone(&self.session);
        let _watched = self.watched(&output);
        let done =
            in_language(shape, &mut session.borrow_mut(), |session| act(session, &output, &mut self.memory));
        if done.is_ok() && once.is_some() {
            self.once = None;
        }
        done
    }

    /// Shows a text on the screen, wherever answers go.
    pub(super) fn screen(&self, text: &str) -> Result<()> {
        Output { target: Target::Stdout, ..self.output.clone() }
            .page(&format!("{}\n", text.trim_end_matches('\n')))
    }

    /// Leaves; where changes would be lost, only when told twice.
    pub(super) fn quit(&mut self) -> Result<()> {
        let open = self.session.borrow().transaction();
        if let Some(changes) = open.filter(|changes| *changes > 0 && self.interactive && !self.warned) {
            self.warned = true;
            self.output.report.note(&format!(
                "a transaction is open, with {}: .commit keeps it\nto leave and drop it, leave again",
                crate::show::text::counted(changes as u64, "change", "changes")
            ));
            return Ok(());
        }
        // Who was told of the open transaction was told that leaving drops it.
        if self.unsaved && self.interactive && !(self.warned && open.is_some()) {
            self.unsaved = false;
            self.output.report.note(
                "the graph was changed, and the change ends with this session\n\
                 .export -o FILE keeps it; to leave without it, leave again",
            );
        } else {
            self.leaving = true;
        }
        Ok(())
    }

    fn begin(&mut self) -> Result<()> {
        self.session.borrow_mut().begin()?;
        self.unsaved_before = self.unsaved;
        self.output.report.note("a transaction is open: .commit keeps it, .rollback drops it");
        Ok(())
    }

    fn commit(&mut self) -> Result<()> {
        let fate = changing(if self.session.borrow().is_durable() { Fate::Kept } else { Fate::Dropped });
        let committed = self.session.borrow_mut().commit();
        if committed.is_ok() && self.session.borrow().is_durable() {
            fate.becomes(Fate::Done);
        }
        let change = committed.map_err(|mut error| {
            if self.session.borrow().transaction().is_some() {
                let what = "nothing was kept, and the transaction is open still";
                error.message = format!("{}; {what}", error.message);
            }
            error
        })?;
        self.warned = false;
        let (added, removed) = (grouped(change.added), grouped(change.removed));
        self.output.report.note(&match change.transaction {
            Some(number) => format!("kept: {added} added, {removed} removed, as transaction {number}"),
            None => format!("kept: {added} added, {removed} removed"),
        });
        self.has_changed = true;
        self.compact();
        Ok(())
    }

    fn rollback(&mut self) -> Result<()> {
        let dropped = self.session.borrow_mut().rollback()?;
        self.warned = false;
        self.unsaved = self.unsaved_before;
        let dropped = crate::show::text::counted(dropped as u64, "change", "changes");
        self.output.report.note(&format!("dropped: {dropped}"));
        Ok(())
    }

    /// Makes the pack of a store anew where it is far behind, in a thread of its own.
    pub(super) fn compact(&self) {
        // What was changed is kept already; this only makes the next query quicker.
        if let Err(error) = self.session.borrow_mut().compact_aside() {
            self.output.report.warning(&error.diagnostic);
        }
    }

    /// The graph was changed.
    pub(super) fn changed(&mut self) {
        self.unsaved = !self.session.borrow().is_durable();
        self.has_changed = true;
        self.compact();
    }

    /// Runs a command of the system's shell.
    fn outside(&mut self, command: &str) -> Result<()> {
        if command.is_empty() {
            return Err(Error::usage("which command?").hint("!ls runs a command of the shell"));
        }
        let _aside = doing(Doing::Aside);
        let status = std::process::Command::new("sh").args(["-c", command]).status();
        let status =
            status.map_err(|error| Error::store(format!("cannot start `{command}`")).because(error))?;
        match status.success() {
            true => Ok(()),
            false => Err(Error::usage(format!("`{command}` ended with {status}"))),
        }
    }

    fn help(&mut self, rest: &str) -> Result<()> {
        let width = self.output.window.width;
        let text = if rest.is_empty() {
            commands::help(width, self.output.report.tongue)
        } else {
            commands::help_about(rest, width, self.output.report.tongue)?
        };
        self.screen(&text)
    }

    fn help_page(&self, page: &str) -> String {
        args::help_at_the_prompt(page, self.output.report.tongue, self.output.window.width)
    }

    fn again(&mut self, rest: &str) -> Result<()> {
        let question = self.asked()?;
        if !rest.is_empty() {
            self.once(rest)?;
        }
        self.ask(question)
    }

    fn watch(&mut self, rest: &str) -> Result<()> {
        let question = self.asked()?;
        let seconds: f64 = if rest.is_empty() { Ok(2.0) } else { rest.parse() }
            .ok()
            .filter(|seconds| *seconds > 0.0 && *seconds < 86_400.0)
            .ok_or_else(|| Error::usage(format!("`{rest}` is not a number of seconds")).hint(".watch 2"))?;
        loop {
            self.ask(question.clone())?;
            let until = std::time::Instant::now() + Duration::from_secs_f64(seconds);
            while std::time::Instant::now() < until {
                match self.switch.load(Ordering::Relaxed) {
                    true if self.interactive => return Ok(()),
                    true => return Err(Error::new(Kind::Interrupted, "interrupted")),
                    false if self.output.left.load(Ordering::Relaxed) => return Ok(()),
                    false => {}
                }
                std::thread::sleep(Duration::from_millis(50));
            }
        }
    }

    fn edit(&mut self) -> Result<()> {
        let text = self.memory.question.as_ref().map(|question| question.text.clone()).unwrap_or_default();
        let file = std::env::temp_dir().join(format!("baimo-{}.rq", std::process::id()));
        let failed = |error| Error::store(format!("cannot write {}", file.display())).because(error);
        std::fs::write(&file, text).map_err(failed)?;
        let editor =
            ["VISUAL", "EDITOR"].iter().find_map(|name| std::env::var(name).ok().filter(|v| !v.is_empty()));
        let editor = editor.unwrap_or_else(|| "vi".into());
        let mut words = editor.split_whitespace();
        let aside = doing(Doing::Aside);
        let status = std::process::Command::new(words.next().unwrap_or("vi")).args(words).arg(&file).status();
        drop(aside);
        let edited = std::fs::read_to_string(&file);
        let _ = std::fs::remove_file(&file);
        status.map_err(|error| {
            Error::usage(format!("cannot start `{editor}`")).because(error).hint("set EDITOR")
        })?;
        self.initial = Some(edited.map_err(failed)?.trim_end().to_owned());
        Ok(())
    }

    fn save(&mut self, rest: &str) -> Result<()> {
        let question = self.asked()?;
        let mut words = args::split(rest)?;
        let replace = words.iter().any(|word| word == "--replace");
        words.retain(|word| word != "--replace");
        let Some((name, summary)) = words.split_first() else {
            return Err(Error::usage("under which name?").hint(".save my-query \"What it answers\""));
        };
        let usual = |c: char| c.is_alphanumeric() || c == '-' || c == '_';
        if !name.chars().all(usual) {
            return Err(Error::usage(format!("`{name}` cannot be the name of a saved query"))
                .hint("letters, digits, - and _ make a name"));
        }
        let folder = home::queries().ok_or_else(|| {
            Error::store("there is no folder for your own saved queries").hint("set XDG_DATA_HOME")
        })?;
        let file = folder.join(format!("{name}.rq"));
        if file.exists() && !replace {
            return Err(Error::usage(format!("`{name}` is taken: {}", file.display()))
                .hint(format!(".save --replace {name}, or choose another name")));
        }
        let summary = if summary.is_empty() { name.clone() } else { summary.join(" ") };
        let text = SavedQuery::compose(&summary, question.view.as_deref(), &question.text);
        std::fs::create_dir_all(&folder)
            .and_then(|()| std::fs::write(&file, text))
            .map_err(|error| Error::store(format!("cannot write {}", file.display())).because(error))?;
        self.session.borrow_mut().set_user_queries(Some(folder));
        self.output.report.note(&format!("saved as {}; .run {name} runs it", file.display()));
        Ok(())
    }

    /// Where the next answer goes.
    fn once(&mut self, rest: &str) -> Result<()> {
        self.once = Some(match rest.strip_prefix('|') {
            Some(command) => Target::Command(self.piped(command)?),
            None => Target::File(self.promised(path(rest)?)?),
        });
        self.tell("once");
        Ok(())
    }

    /// Where every answer goes from now on.
    fn output(&mut self, rest: &str) -> Result<()> {
        let target = match rest.strip_prefix('|') {
            _ if rest.is_empty() => Target::Stdout,
            Some(command) => Target::Command(self.piped(command)?),
            None => Target::Growing(self.promised(path(rest)?)?, std::rc::Rc::default()),
        };
        self.output.target = target;
        self.tell("output");
        Ok(())
    }

    fn piped(&self, command: &str) -> Result<String> {
        match command.trim() {
            "" => Err(Error::usage("which command?").hint(".once | less")),
            command => Ok(command.to_owned()),
        }
    }

    /// A file that can be there, and whose ending names a format, or needs not, since one is set.
    fn promised(&self, path: PathBuf) -> Result<PathBuf> {
        files::can_be_at(&path)?;
        if self.output.format.is_none() {
            formats::promised(&path)?;
        }
        Ok(path)
    }

    fn read_file(&mut self, rest: &str) -> Result<()> {
        let (keep_going, rest) = match rest.strip_prefix("--keep-going") {
            Some(rest) => (true, rest.trim_start()),
            None => (false, rest),
        };
        self.read(&path(rest)?, keep_going)
    }

    fn open(&mut self, rest: &str) -> Result<()> {
        if self.session.borrow().transaction().is_some_and(|changes| changes > 0) {
            return Err(Error::usage("a transaction is open").hint(crate::error::Hint::EndTransaction));
        }
        let paths = args::split(rest)?.iter().map(|word| at_home(word)).collect::<Vec<_>>();
        if paths.iter().any(|path| path == Path::new("-")) {
            return Err(Error::usage("`-` is stdin, which the statements here come from").hint("name a file"));
        }
        let source = match paths.as_slice() {
            [] => Source::Embedded,
            [folder] if Store::is_one(folder) => Source::Store(folder.clone()),
            // Its whole name, since what it lies in may be the graph.
            [folder] if folder.is_dir() => {
                Source::Here(std::fs::canonicalize(folder).unwrap_or_else(|_| folder.clone()))
            }
            _ => Source::Files(paths),
        };
        if let Source::Here(folder) = &source {
            if !folder.ancestors().any(|folder| folder.join(crate::project::MANIFEST).is_file()) {
                let folder = rest.trim_matches(['\'', '"']).trim_end_matches('/');
                return Err(Error::usage(format!("{folder} is a folder without a baimo.toml"))
                    .hint(format!("to read all Turtle files in it: .open '{folder}/*.ttl'")));
            }
            verbs::folder::settle_above(folder, &self.output.report);
        }
        let mut shown = self.output.progress();
        let governor = self.session.borrow().ask.governor();
        let mut opened = embedded::open_within(&source, &governor, &mut |progress| shown.show(progress))?;
        drop(shown);
        opened.set_user_queries(home::queries());
        opened.follow(&self.session.borrow());
        if let Some(language) = self.output.chosen_language(&opened).map(str::to_owned) {
            opened.speak(&language);
        }
        *self.session.borrow_mut() = opened;
        self.memory.forget();
        self.unsaved = false;
        let session = self.session.borrow();
        let triples = crate::show::text::counted(session.graph().len(), "triple", "triples");
        self.output.report.note(&format!("{}: {triples}", session.project().called()));
        Ok(())
    }

    fn prefix(&mut self, rest: &str) -> Result<()> {
        if rest.is_empty() {
            let lines: Vec<String> = self
                .session
                .borrow()
                .prefixes()
                .iter()
                .map(|(name, iri)| format!("{name}: <{iri}>"))
                .collect();
            return self.output.page(&lines.join("\n"));
        }
        let (name, iri) = rest
            .split_once(char::is_whitespace)
            .map(|(name, iri)| (name.trim_end_matches(':'), iri.trim().trim_matches(['<', '>'])))
            .ok_or_else(|| {
                Error::usage("a prefix has a name and an IRI").hint(".prefix ex: <http://example.org/>")
            })?;
        self.session.borrow_mut().add_prefix(name, iri)
    }

    fn history(&mut self, rest: &str) -> Result<()> {
        let wanted = number(rest, 20)?;
        let from = self.typed.len().saturating_sub(wanted);
        let lines: Vec<String> = self
            .typed
            .iter()
            .enumerate()
            .skip(from)
            .map(|(n, text)| format!("{:>5}  {}", n + 1, text.replace('\n', "\n       ")))
            .collect();
        self.screen(&lines.join("\n"))
    }

    fn settings(&mut self) -> Result<()> {
        let names = ["graph", "mode", "labels", "maxrows", "maxwidth", "output", "pager", "timeout", "timer"];
        let tongue = self.output.report.tongue;
        let line = |name: &str| {
            let value = self.setting(name);
            let value = tongue.part(&value);
            match tongue.is_chinese() {
                true => format!("{} {name:<9} {value}", fit(&tongue.word(name), 9, Side::Left)),
                false => format!("{name:<9} {value}"),
            }
        };
        self.screen(&names.map(line).join("\n"))
    }
}

/// Where a query without quotation marks begins, after options; nothing where there is none.
fn query_in(rest: &str) -> Option<usize> {
    // What stands in quotation marks is one word already.
    let unquoted = rest.find(['"', '\'', '“']).unwrap_or(rest.len());
    let begins = |at: &usize| {
        let after_space = rest.get(..*at).is_some_and(|before| before.ends_with(char::is_whitespace));
        (*at == 0 || after_space) && rest.get(*at..).is_some_and(statement::begins_as_sparql)
    };
    let at = rest.char_indices().map(|(at, _)| at).take_while(|at| *at < unquoted).find(begins);
    at.or_else(|| (!rest.is_empty() && unquoted > 0 && !rest.starts_with('-')).then_some(0))
}

/// Does something in a language of its own, and goes back to that of the session.
fn in_language<T>(shape: &Shape, session: &mut Session, act: impl FnOnce(&mut Session) -> T) -> T {
    let Some(language) = &shape.lang else { return act(session) };
    let before = session.language().to_owned();
    session.speak(language);
    let done = act(session);
    session.speak(&before);
    done
}

/// The limits of a session, with those that one command has of its own.
fn within(limits: Limits, own: args::Limits) -> Limits {
    Limits {
        timeout: own.timeout.or(limits.timeout),
        max_rows: own.max_rows.or(limits.max_rows),
        max_memory: own.max_memory.or(limits.max_memory),
        ..limits
    }
}

/// The file named by the rest of a line, `~` being home.
fn path(rest: &str) -> Result<PathBuf> {
    match args::split(rest)?.as_slice() {
        [word] => Ok(at_home(word)),
        _ => Err(Error::usage("which file?").hint("name one; put a name with spaces in quotes")),
    }
}

fn at_home(word: &str) -> PathBuf {
    match (word.strip_prefix("~/"), std::env::var_os("HOME")) {
        (Some(under), Some(home)) => Path::new(&home).join(under),
        _ => PathBuf::from(word),
    }
}

/// A whole number; `otherwise` where none is given.
pub(super) fn number(rest: &str, otherwise: usize) -> Result<usize> {
    if rest.is_empty() {
        return Ok(otherwise);
    }
    rest.parse().map_err(|_| Error::usage(format!("`{rest}` is not a whole number")).hint("such as 40"))
}
