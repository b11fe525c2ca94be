//! What Ctrl-C, SIGTERM and SIGHUP mean, by what the program is doing.
//!
//! In: signals, and what is being done. Out: a running query stopped by its switch, so that what it found is written, or the
//! end of the program with no half-written file left, and a word on what became of a change. A pager or an editor has Ctrl-C
//! to itself.

use super::leave;
use super::report::{Report, exit_code};
use crate::error::{Error, Kind};
use std::sync::Arc;
#[cfg(unix)]
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, AtomicU8, Ordering};
use std::time::Duration;

/// What the program is doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Doing {
    /// It waits for input: a signal ends it.
    Reading = 0,
    /// It works: the first signal stops the work, the second ends the program.
    Working = 1,
    /// Another program has the terminal: Ctrl-C is that one's.
    Aside = 2,
    /// It draws what was found, all of it in one go: nothing more is to be found, so that a signal ends the program.
    Drawing = 3,
}

/// Signals come to the process, so what it is doing is kept for the process.
static NOW: AtomicU8 = AtomicU8::new(Doing::Working as u8);

/// What becomes of a change where a signal ends the program at this point.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// There is none: the graph is asked only.
    None = 0,
    /// It is made in memory, or a transaction is open: nothing of it is kept.
    Dropped = 1,
    /// It is made in memory, and the changed graph is being written.
    Written = 2,
    /// A store is about to keep it: it is kept whole or not at all, which its record tells.
    Kept = 3,
    /// Files are about to take their places: what was begun is finished by the next program that opens their folder.
    Placed = 4,
    /// It is kept.
    Done = 5,
}

/// What becomes of the change that is under way, of the process as what it does is.
static FATE: AtomicU8 = AtomicU8::new(Fate::None as u8);

/// In place of a fate: what became of the change was said, the program ends, and the change goes no further.
const OVER: u8 = u8::MAX;

/// Whether it was said that the work was stopped.
static SAID: AtomicBool = AtomicBool::new(false);

/// Does something else until dropped.
#[derive(Debug)]
pub struct Until(&'static AtomicU8, u8);

/// Says what the program is doing, until the value is dropped.
#[must_use]
pub fn doing(what: Doing) -> Until {
    Until(&NOW, NOW.swap(what as u8, Ordering::SeqCst))
}

/// Says what becomes of the change that is under way, until the value is dropped. Where a signal ends the program this does not
/// come back: what was said of the change stays true.
#[must_use]
pub fn changing(fate: Fate) -> Until {
    Until(&FATE, set(&FATE, fate as u8).unwrap_or_else(gone))
}

impl Until {
    /// Says that from now on something else becomes of the change; likewise.
    pub fn becomes(&self, fate: Fate) {
        set(self.0, fate as u8).unwrap_or_else(gone);
    }
}

impl Drop for Until {
    fn drop(&mut self) {
        // What is over stays so.
        set(self.0, self.1);
    }
}

/// Sets what is going on, and gives what was before; nothing where it is over.
fn set(what: &AtomicU8, now: u8) -> Option<u8> {
    let is_open = |before: u8| (before != OVER).then_some(now);
    what.fetch_update(Ordering::SeqCst, Ordering::SeqCst, is_open).ok()
}

/// Waits for the end of the program.
fn gone() -> u8 {
    loop {
        std::thread::park();
    }
}

/// Notes that it was said that the work was stopped: once is enough.
pub fn said() {
    SAID.store(true, Ordering::SeqCst);
}

/// What is said where a signal ends the program.
fn word(fate: u8) -> Error {
    let is = |what: Fate| fate == what as u8;
    let stopped = |message: &str| Error::new(Kind::Interrupted, message);
    if is(Fate::Dropped) {
        stopped("interrupted; nothing was changed")
    } else if is(Fate::Written) {
        stopped("interrupted while the changed graph was written")
    } else if is(Fate::Kept) {
        stopped("interrupted").hint("`baimo log` tells whether the change is kept: all of it or nothing")
    } else if is(Fate::Placed) {
        stopped("interrupted").hint("where some files have changed, the next command here changes the others")
    } else if is(Fate::Done) {
        stopped("interrupted; the change is kept")
    } else {
        stopped("interrupted")
    }
}

/// Ends the program, with a word where it was doing something and none was said.
fn end(code: u8, report: &Report) -> ! {
    let works = NOW.load(Ordering::SeqCst) != Doing::Reading as u8;
    let report = report.clone();
    leave(code, move || {
        if works && !SAID.swap(true, Ordering::SeqCst) {
            report.error(&word(FATE.swap(OVER, Ordering::SeqCst)));
        }
    })
}

/// What a first Ctrl-C leaves standing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stops {
    /// The query alone: the prompt goes on, however long the query takes to notice.
    Question,
    /// The program, once the query has noticed; or a little later where it does not.
    Program,
}

/// How long a stopped query may take to notice, where the program ends with it.
const GRACE: Duration = Duration::from_millis(1500);

/// How long it may take once a second signal has come: what was found is written by then, unless nobody reads it.
const MOMENT: Duration = Duration::from_millis(200);

/// The exit code that the latest signal asks for.
static CODE: AtomicU8 = AtomicU8::new(0);

/// The exit code of a program whose work gave `code`: one that a signal stopped ends with the code of that signal.
pub fn code_of_end(code: u8) -> u8 {
    let asked = CODE.load(Ordering::SeqCst);
    if code == exit_code(Kind::Interrupted) && asked != 0 { asked } else { code }
}

/// Listens to signals from now on; `switch` stops the running query. What it found is written then, whichever signal it was.
/// Where a signal ends the program, `report` says so.
pub fn listen(switch: Arc<AtomicBool>, stops: Stops, report: Report) {
    let stop = move |code: u8| {
        let (now, ctrl_c) = (NOW.load(Ordering::SeqCst), exit_code(Kind::Interrupted));
        let is = |what: Doing| now == what as u8;
        if is(Doing::Aside) && code == ctrl_c {
            return;
        }
        // What was stopped before is about to be written.
        let draws = is(Doing::Drawing) && !switch.load(Ordering::SeqCst);
        let at_once = match stops {
            Stops::Question => code != ctrl_c,
            Stops::Program => is(Doing::Aside) || draws,
        };
        if at_once || is(Doing::Reading) {
            end(code, &report);
        }
        CODE.store(code, Ordering::SeqCst);
        if switch.swap(true, Ordering::SeqCst) {
            std::thread::sleep(MOMENT);
            // A prompt that has stopped its query by then waits for the next one.
            if stops == Stops::Question && NOW.load(Ordering::SeqCst) == Doing::Reading as u8 {
                return;
            }
            end(code, &report);
        }
        SAID.store(false, Ordering::SeqCst);
        if stops == Stops::Program {
            let report = report.clone();
            std::thread::spawn(move || {
                std::thread::sleep(GRACE);
                // What was found by then may be in a pager: its reader takes all the time there is.
                if NOW.load(Ordering::SeqCst) == Doing::Aside as u8 {
                    return;
                }
                end(code, &report);
            });
        }
    };
    remember_terminal();
    // Without a handler Ctrl-C still ends the program, so a failure here needs no word.
    let _ = handle(stop);
}

#[cfg(unix)]
fn handle(stop: impl Fn(u8) + Send + 'static) -> std::io::Result<()> {
    use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
    let mut wanted = vec![SIGINT, SIGTERM];
    if !is_ignored(SIGHUP) {
        wanted.push(SIGHUP);
    }
    let mut signals = signal_hook::iterator::Signals::new(wanted)?;
    std::thread::Builder::new().name("signals".into()).spawn(move || {
        for signal in signals.forever() {
            // By the custom of shells.
            stop(u8::try_from(128 + signal).unwrap_or(u8::MAX));
        }
    })?;
    Ok(())
}

/// Whether the program was started to ignore a signal, as `nohup` does.
#[cfg(unix)]
fn is_ignored(signal: i32) -> bool {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    let mask = mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).unwrap_or(0);
    mask >> (signal - 1) & 1 == 1
}

#[cfg(not(unix))]
fn handle(stop: impl Fn(u8) + Send + 'static) -> Result<(), ctrlc::Error> {
    ctrlc::set_handler(move || stop(exit_code(Kind::Interrupted)))
}

/// How the terminal was when the program began: a prompt changes it while it waits for a line.
#[cfg(unix)]
static TERMINAL: OnceLock<Option<rustix::termios::Termios>> = OnceLock::new();

#[cfg(unix)]
fn remember_terminal() {
    TERMINAL.get_or_init(|| rustix::termios::tcgetattr(std::io::stdin()).ok());
}

/// Puts the terminal back as it was.
#[cfg(unix)]
pub fn restore_terminal() {
    if let Some(Some(before)) = TERMINAL.get() {
        use rustix::termios::{OptionalActions, tcsetattr};
        // Where it is gone there is nothing to put back.
        let _ = tcsetattr(std::io::stdin(), OptionalActions::Now, before);
    }
}

/// Lets Ctrl-C leave what was typed ahead: without this the terminal throws it away, and a statement typed while
/// another one ran would be lost with it.
#[cfg(unix)]
pub fn keep_typed_ahead() {
    use rustix::termios::{LocalModes, OptionalActions, tcgetattr, tcsetattr};
    // Of what is not a terminal nothing is typed.
    if let Ok(mut now) = tcgetattr(std::io::stdin()) {
        now.local_modes |= LocalModes::NOFLSH;
        let _ = tcsetattr(std::io::stdin(), OptionalActions::Now, &now);
    }
}

/// See the other one: here the system decides.
#[cfg(not(unix))]
pub fn keep_typed_ahead() {}

/// Whether whole lines wait in the terminal: typed before anybody asked for them.
#[cfg(unix)]
pub fn typed_ahead() -> bool {
    rustix::io::ioctl_fionread(std::io::stdin()).is_ok_and(|bytes| bytes > 0)
}

/// See the other one: here the system does not tell.
#[cfg(not(unix))]
pub fn typed_ahead() -> bool {
    false
}

#[cfg(not(unix))]
fn remember_terminal() {}

/// Puts the terminal back as it was: here the system does.
#[cfg(not(unix))]
pub fn restore_terminal() {}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::faces::terminal::tongue::Tongue;

    /// A word on a change holds: what was to come after it does not begin.
    #[test]
    fn no_change_goes_further_once_its_fate_was_said() {
        static FATE: AtomicU8 = AtomicU8::new(Fate::None as u8);
        let dropped = Until(&FATE, set(&FATE, Fate::Dropped as u8).unwrap());
        dropped.becomes(Fate::Placed);
        assert_eq!(FATE.load(Ordering::SeqCst), Fate::Placed as u8);
        dropped.becomes(Fate::Dropped);
        assert_eq!(FATE.swap(OVER, Ordering::SeqCst), Fate::Dropped as u8);
        assert_eq!(set(&FATE, Fate::Placed as u8), None);
        drop(dropped);
        assert_eq!(set(&FATE, Fate::Placed as u8), None, "the end of a block opens nothing");
        assert_eq!(FATE.load(Ordering::SeqCst), OVER);
    }

    /// Whatever a signal ends, what became of it is said in both languages.
    #[test]
    fn there_is_a_word_for_every_fate() {
        let fates = [Fate::None, Fate::Dropped, Fate::Written, Fate::Kept, Fate::Placed, Fate::Done];
        let words = fates.map(|fate| {
            let error = word(fate as u8);
            assert_eq!(error.kind, Kind::Interrupted);
            let hints = error.hints.iter().map(ToString::to_string);
            [error.message.clone()].into_iter().chain(hints).collect::<Vec<_>>().join("; ")
        });
        for (place, word) in words.iter().enumerate() {
            assert!(!words[..place].contains(word), "{word}");
            for part in word.split("; ") {
                assert!(!Tongue::Chinese.say(part).is_ascii(), "{part}");
            }
        }
    }
}
