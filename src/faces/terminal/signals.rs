//! What Ctrl-C, SIGTERM and SIGHUP mean, by what the program is doing.
//!
//! In: signals, and what is being done. Out: a running query stopped by its switch, so that what it found is written, or the
//! end of the program with no half-written file left. A pager or an editor has Ctrl-C to itself.

use super::leave;
use super::report::exit_code;
use crate::error::Kind;
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

/// Does something else until dropped.
#[derive(Debug)]
pub struct Until(u8);

/// Says what the program is doing, until the value is dropped.
#[must_use]
pub fn doing(what: Doing) -> Until {
    Until(NOW.swap(what as u8, Ordering::SeqCst))
}

impl Drop for Until {
    fn drop(&mut self) {
        NOW.store(self.0, Ordering::SeqCst);
    }
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
pub fn listen(switch: Arc<AtomicBool>, stops: Stops) {
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
            leave(code);
        }
        CODE.store(code, Ordering::SeqCst);
        if switch.swap(true, Ordering::SeqCst) {
            std::thread::sleep(MOMENT);
            leave(code);
        }
        if stops == Stops::Program {
            std::thread::spawn(move || {
                std::thread::sleep(GRACE);
                // What was found by then may be in a pager: its reader takes all the time there is.
                if NOW.load(Ordering::SeqCst) == Doing::Aside as u8 {
                    return;
                }
                leave(code);
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
