//! The settings of a session: changed, and told.
//!
//! In: a setting's name, and what was typed after it. Out: the setting changed, or an error that says
//! what it takes. How answers look by them is the presenter's.

use super::Shell;
use super::dispatch::number;
use crate::error::{Error, Result};
use crate::faces::args;
use crate::faces::terminal::formats;
use crate::faces::terminal::present::Target;
use crate::faces::terminal::tongue::Tongue;
use crate::project::Root;
use crate::show::table::duration;

impl Shell {
    /// Changes a setting.
    pub(super) fn set(&mut self, name: &str, rest: &str) -> Result<()> {
        match name {
            "mode" => return self.mode(rest),
            "labels" => return self.labels(rest),
            "timeout" => return self.timeout(rest),
            "maxrows" => self.output.max_rows = limit(rest, self.output.max_rows)?,
            "maxwidth" => self.output.max_width = limit(rest, self.output.max_width)?,
            "pager" => self.output.pager = on_off(rest, self.output.pager)?,
            _ => self.output.timer = on_off(rest, self.output.timer)?,
        }
        Ok(())
    }

    /// Says to a person how a setting is now.
    pub(super) fn tell(&self, name: &str) {
        if self.interactive {
            self.output
                .report
                .aside(&format!("{name} {}", self.output.report.tongue.part(&self.setting(name))));
        }
    }

    /// How a setting is.
    pub(super) fn setting(&self, name: &str) -> String {
        let word = |on: bool| if on { "on" } else { "off" }.to_owned();
        let limit = |limit: Option<usize>| limit.unwrap_or(0).to_string();
        let session = self.session.borrow();
        let output = &self.output;
        match name {
            "graph" => {
                let triples = crate::show::text::counted(session.graph().len(), "triple", "triples");
                format!("{}, {triples}", session.project().called())
            }
            "mode" => output.format.clone().unwrap_or_else(|| "auto".into()),
            "labels" if output.labels => format!("on ({})", output.language(&session)),
            "labels" => "off".into(),
            "maxrows" => limit(output.max_rows),
            "maxwidth" => limit(output.max_width),
            "once" => self.once.as_ref().map_or_else(|| "off".to_owned(), Target::name),
            "output" => output.target.name(),
            "pager" => word(output.pager),
            "timeout" => session.ask.limits.timeout.map_or_else(|| "off".into(), duration),
            _ => word(output.timer),
        }
    }

    fn mode(&mut self, rest: &str) -> Result<()> {
        match rest {
            "" => {}
            "auto" => self.output.format = None,
            // Twice is back again, as `\\x` in psql.
            "line" if self.output.format.as_deref() == Some("line") => self.output.format = None,
            name if formats::is_format(name) => self.output.format = Some(name.to_owned()),
            name => return Err(formats::unknown(name)),
        }
        Ok(())
    }

    fn labels(&mut self, rest: &str) -> Result<()> {
        match rest {
            "off" => self.output.labels = false,
            "" => self.output.labels = !self.output.labels,
            "on" => self.output.labels = true,
            language => {
                let session = self.session.borrow();
                let languages = &session.project().languages;
                let says = session.project().root != Root::Elsewhere && !languages.is_empty();
                if says && !languages.iter().any(|have| have == language) {
                    return Err(Error::usage(format!("the labels here are not in `{language}`"))
                        .hint(format!("they are in: {}", languages.join(" "))));
                }
                drop(session);
                self.session.borrow_mut().speak(language);
                self.output.labels = true;
                self.output.language = Some(language.to_owned());
                self.output.report.tongue = Tongue::of(language);
            }
        }
        Ok(())
    }

    fn timeout(&mut self, rest: &str) -> Result<()> {
        let mut session = self.session.borrow_mut();
        session.ask.limits.timeout = match rest {
            "" => session.ask.limits.timeout,
            "off" | "0" => None,
            time => Some(
                args::duration(time).map_err(|why| Error::usage(why).hint(".timeout 2s, .timeout off"))?,
            ),
        };
        Ok(())
    }
}

/// A limit, of which 0 is none.
fn limit(rest: &str, now: Option<usize>) -> Result<Option<usize>> {
    match number(rest, now.unwrap_or(0)) {
        Ok(number) => Ok(Some(number).filter(|number| *number > 0)),
        Err(mut error) => {
            error.hints = vec!["such as 40; 0 means no limit".into()];
            Err(error)
        }
    }
}

fn on_off(rest: &str, now: bool) -> Result<bool> {
    match rest {
        "" => Ok(!now),
        "on" | "yes" | "true" | "1" => Ok(true),
        "off" | "no" | "false" | "0" => Ok(false),
        _ => Err(Error::usage(format!("`{rest}` is neither on nor off")).hint("on or off")),
    }
}
