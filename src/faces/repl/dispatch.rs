//! The dot-commands, done.
//!
//! In: a line with a command. Out: what it says, done: settings changed, files written, verbs
//! performed. It refuses to know how verbs work; those that the command line has too are its.

use super::{Last, Question, Shell, commands, home};
use crate::catalog::SavedQuery;
use crate::embedded;
use crate::error::{Error, Result};
use crate::faces::args;
use crate::faces::output::Target;
use crate::faces::verbs;
use crate::session::Source;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::Ordering;
use std::time::Duration;

impl Shell {
    /// Does what a line that begins with `.` or `\` says.
    pub(super) fn command(&mut self, line: &str) -> Result<()> {
        self.fit_window();
        let (name, rest) = commands::parse(line)?;
        let rest = rest.as_str();
        match name.as_str() {
            "quit" | "exit" => self.leaving = true,
            "help" => return self.help(rest),
            "last" => return self.show(None, false),
            "why" => return self.why(rest),
            "chart" => return self.chart(rest),
            "again" => return self.again(rest),
            "watch" => return self.watch(rest),
            "edit" => return self.edit(),
            "save" => return self.save(rest),
            "mode" => return self.mode(rest),
            "labels" => self.labels(rest),
            "maxrows" => self.max_rows = number(rest, self.max_rows)?,
            "maxwidth" => self.max_width = number(rest, self.max_width)?,
            "pager" => self.output.pager = on_off(rest, self.output.pager)?,
            "timer" => self.timer = on_off(rest, self.timer)?,
            "once" => self.once = Some(path(rest)?),
            "output" => {
                self.output.target = if rest.is_empty() { Target::Stdout } else { Target::File(path(rest)?) }
            }
            "read" => return self.read(&path(rest)?),
            "open" => return self.open(rest),
            "prefix" => return self.prefix(rest),
            "timeout" => return self.timeout(rest),
            "history" => return self.history(rest),
            "show" => return self.settings(),
            "echo" => return self.print(rest, false),
            "run" => return self.run_saved(rest),
            verb => return self.verb(verb, rest),
        }
        Ok(())
    }

    /// A verb that the command line has too.
    fn verb(&mut self, name: &str, rest: &str) -> Result<()> {
        let takes_question = matches!(name, "explain" | "query" | "update");
        let line = match rest {
            "" if name == "explain" => format!("{name} {}", quoted(&self.asked()?.text)),
            _ if takes_question && !rest.starts_with(['-', '"', '\'', '“']) => {
                format!("{name} {}", quoted(rest))
            }
            _ => format!("{name} {rest}"),
        };
        let (verb, shape) = args::dot_command(&line)?;
        let (format, target) = (self.output.format.clone(), self.output.target.clone());
        if shape.format.is_some() {
            self.output.format = shape.format;
        }
        if let Some(file) = shape.output.or_else(|| self.once.take()) {
            self.output.target = Target::File(file);
        }
        let done = verbs::perform(&verb, &mut self.session.borrow_mut(), &mut self.output);
        (self.output.format, self.output.target) = (format, target);
        done
    }

    /// `.run NAME`, with parameters as `--vendor 百度`, `--vendor=百度`, `vendor=百度`.
    fn run_saved(&mut self, rest: &str) -> Result<()> {
        let words = args::split(rest)?;
        let Some((name, words)) = words.split_first() else {
            return Err(Error::usage("which saved query?").hint(".queries lists them"));
        };
        if words.iter().any(|word| word == "--help" || word == "-h") {
            return self.verb("run", rest);
        }
        let session = self.session.borrow();
        let query = session.catalog()?.get(name)?;
        let given = parameters(words, query)?;
        let question = Question {
            bindings: session.bindings(query, &given)?,
            text: query.text.clone(),
            view: query.view.clone(),
        };
        drop(session);
        self.ask(question)
    }

    fn help(&mut self, rest: &str) -> Result<()> {
        let text =
            if rest.is_empty() { commands::help(self.output.width) } else { commands::help_about(rest)? };
        self.print(&text, true)
    }

    fn again(&mut self, rest: &str) -> Result<()> {
        let question = self.asked()?;
        if !rest.is_empty() {
            self.once = Some(path(rest)?);
        }
        self.ask(question)
    }

    fn watch(&mut self, rest: &str) -> Result<()> {
        let question = self.asked()?;
        let seconds: f64 = if rest.is_empty() { Ok(2.0) } else { rest.parse() }
            .ok()
            .filter(|seconds| *seconds > 0.0 && *seconds < 86_400.0)
            .ok_or_else(|| Error::usage(format!("`{rest}` is no number of seconds")).hint(".watch 2"))?;
        let switch = self.session.borrow().interrupt_switch();
        loop {
            self.ask(question.clone())?;
            let until = std::time::Instant::now() + Duration::from_secs_f64(seconds);
            while std::time::Instant::now() < until {
                if switch.load(Ordering::Relaxed) {
                    return Ok(());
                }
                std::thread::sleep(Duration::from_millis(50));
            }
        }
    }

    fn edit(&mut self) -> Result<()> {
        let text = self.question.as_ref().map(|question| question.text.clone()).unwrap_or_default();
        let file = std::env::temp_dir().join(format!("baimo-{}.rq", std::process::id()));
        let failed = |error| Error::store(format!("cannot write {}", file.display())).because(error);
        std::fs::write(&file, text).map_err(failed)?;
        let editor =
            ["VISUAL", "EDITOR"].iter().find_map(|name| std::env::var(name).ok().filter(|v| !v.is_empty()));
        let editor = editor.unwrap_or_else(|| "vi".into());
        let mut words = editor.split_whitespace();
        self.aside.store(true, Ordering::Relaxed);
        let status = std::process::Command::new(words.next().unwrap_or("vi")).args(words).arg(&file).status();
        self.aside.store(false, Ordering::Relaxed);
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
            return Err(Error::usage("under which name?").hint(".save my-question \"What it asks\""));
        };
        let usual = |c: char| c.is_alphanumeric() || c == '-' || c == '_';
        if !name.chars().all(usual) {
            return Err(Error::usage(format!("`{name}` is no name for a question"))
                .hint("letters, digits, - and _ make a name"));
        }
        let folder = home::queries().ok_or_else(|| {
            Error::store("there is no place for your own questions").hint("set XDG_DATA_HOME")
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
        self.output.report.note(&format!("saved as {}; .run {name} asks it", file.display()));
        Ok(())
    }

    fn mode(&mut self, rest: &str) -> Result<()> {
        match rest {
            "" => {
                let mode = self.output.format.clone().unwrap_or_else(|| "auto".into());
                return self.print(&mode, false);
            }
            "auto" => self.output.format = None,
            // Twice is back again, as `\x` in psql.
            "line" if self.output.format.as_deref() == Some("line") => self.output.format = None,
            name => {
                if !commands::is_format(name) {
                    return Err(
                        Error::usage(format!("`{name}` is no format")).hint(commands::FORMATS.join(" "))
                    );
                }
                self.output.format = Some(name.to_owned());
            }
        }
        Ok(())
    }

    fn labels(&mut self, rest: &str) {
        match rest {
            "off" => self.output.labels = false,
            "" => self.output.labels = !self.output.labels,
            "on" => self.output.labels = true,
            language => {
                self.output.labels = true;
                self.output.language = Some(language.to_owned());
            }
        }
    }

    fn open(&mut self, rest: &str) -> Result<()> {
        let source = match rest {
            "" => Source::Embedded,
            _ if path(rest)?.is_dir() => Source::Here(path(rest)?),
            _ => Source::Files(args::split(rest)?.into_iter().map(PathBuf::from).collect()),
        };
        let mut opened = embedded::open(&source)?;
        opened.set_user_queries(home::queries());
        opened.follow(&self.session.borrow());
        *self.session.borrow_mut() = opened;
        (self.last, self.earlier_rows, self.earlier_graph) = (Last::Nothing, Last::Nothing, Last::Nothing);
        self.question = None;
        let session = self.session.borrow();
        let project = session.project();
        self.output.report.note(&format!(
            "{} {}: {} facts",
            project.name,
            project.version,
            session.graph().len()
        ));
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
            return self.print(&lines.join("\n"), true);
        }
        let (name, iri) = rest
            .split_once(char::is_whitespace)
            .map(|(name, iri)| (name.trim_end_matches(':'), iri.trim().trim_matches(['<', '>'])))
            .ok_or_else(|| {
                Error::usage("a prefix has a name and an IRI").hint(".prefix ex: <http://example.org/>")
            })?;
        self.session.borrow_mut().add_prefix(name, iri)
    }

    fn timeout(&mut self, rest: &str) -> Result<()> {
        let mut session = self.session.borrow_mut();
        session.ask.limits.timeout = match rest {
            "" | "off" | "0" => None,
            time => Some(
                args::duration(time).map_err(|why| Error::usage(why).hint(".timeout 2s, .timeout off"))?,
            ),
        };
        Ok(())
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
        self.print(&lines.join("\n"), true)
    }

    fn settings(&mut self) -> Result<()> {
        let session = self.session.borrow();
        let word = |on: bool| if on { "on" } else { "off" };
        let target = match &self.output.target {
            Target::Stdout => "the screen".to_owned(),
            Target::File(path) => path.display().to_string(),
        };
        let settings = [
            ("graph", format!("{} {}", session.project().name, session.project().version)),
            ("mode", self.output.format.clone().unwrap_or_else(|| "auto".into())),
            (
                "labels",
                if self.output.labels {
                    self.output.language.clone().unwrap_or_else(|| session.language().into())
                } else {
                    "off".into()
                },
            ),
            ("maxrows", self.max_rows.to_string()),
            ("maxwidth", self.max_width.to_string()),
            ("output", target),
            ("pager", word(self.output.pager).into()),
            (
                "timeout",
                session.ask.limits.timeout.map_or_else(|| "off".into(), crate::show::table::duration),
            ),
            ("timer", word(self.timer).into()),
        ];
        let lines: Vec<String> = settings.iter().map(|(name, value)| format!("{name:<9} {value}")).collect();
        drop(session);
        self.print(&lines.join("\n"), false)
    }
}

/// The parameters among the words after a saved query's name.
fn parameters(words: &[String], query: &SavedQuery) -> Result<BTreeMap<String, String>> {
    let mut given = BTreeMap::new();
    let mut words = words.iter().filter(|word| *word != "--param");
    while let Some(word) = words.next() {
        let flag = word.strip_prefix("--");
        let (name, value) = match (flag.unwrap_or(word).split_once('='), flag) {
            (Some((name, value)), _) => (name, value.to_owned()),
            (None, Some(name)) => match words.next() {
                Some(value) => (name, value.clone()),
                None if query.params.iter().any(|param| param.name == name) => {
                    return Err(Error::usage(format!("--{name} needs a value"))
                        .hint(format!(".run {} --{name} VALUE", query.name)));
                }
                // Its name is the trouble; the binding says so.
                None => (name, String::new()),
            },
            (None, None) => {
                let name = query.params.first().map_or("NAME", |param| param.name.as_str());
                return Err(Error::usage(format!("`{word}` is no parameter"))
                    .hint(format!(".run {} --{name} {word}", query.name)));
            }
        };
        given.insert(name.to_owned(), value);
    }
    Ok(given)
}

/// A text as one word for [`args::split`].
fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

fn number(rest: &str, otherwise: usize) -> Result<usize> {
    if rest.is_empty() {
        return Ok(otherwise);
    }
    rest.parse()
        .map_err(|_| Error::usage(format!("`{rest}` is no whole number")).hint("such as 40; 0 is no limit"))
}

fn on_off(rest: &str, now: bool) -> Result<bool> {
    match rest {
        "" => Ok(!now),
        "on" | "yes" | "true" | "1" => Ok(true),
        "off" | "no" | "false" | "0" => Ok(false),
        _ => Err(Error::usage(format!("`{rest}` is neither on nor off")).hint("on or off")),
    }
}

/// The file named by the rest of a line, `~` being home.
fn path(rest: &str) -> Result<PathBuf> {
    let words = args::split(rest)?;
    let [word] = words.as_slice() else {
        return Err(Error::usage("which file?").hint("name one; put a name with spaces in quotes"));
    };
    match (word.strip_prefix("~/"), std::env::var_os("HOME")) {
        (Some(under), Some(home)) => Ok(Path::new(&home).join(under)),
        _ => Ok(PathBuf::from(word)),
    }
}
