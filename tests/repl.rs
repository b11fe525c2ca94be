//! The prompt as a person meets it, through a pseudo-terminal; and as a pipe meets it. Here is what runs it; the tests are in
//! the files of the folder.

mod answers;
mod commands;
mod editing;
mod language;
mod scripts;
mod signals;

use rexpect::session::{Options, PtySession, spawn_with_options};
use std::io::Write as _;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};

/// The machine may be slow and shared: this does not measure speed.
pub const PATIENCE: u64 = 600_000;

/// What the prompt sends to the terminal when it begins to wait: pasting is one key from now on.
const READY: &str = "\x1b[?2004h";

/// A folder of its own for each call, as home and as the place to be in.
fn home(test: &str) -> PathBuf {
    crate::cli::fresh(&format!("repl-{test}"))
}

fn environment(command: &mut Command, home: &PathBuf) {
    command
        .current_dir(home)
        .env("HOME", home)
        .env("LANG", "C.UTF-8")
        .env("TERM", "xterm")
        .env("NO_COLOR", "1");
    command.env("EDITOR", "sed -i s/one/two/");
    for name in
        ["VISUAL", "XDG_STATE_HOME", "XDG_DATA_HOME", "XDG_CONFIG_HOME", "LC_ALL", "LC_MESSAGES", "PAGER"]
    {
        command.env_remove(name);
    }
}

/// A prompt in a window of so many columns.
struct Prompt {
    pty: PtySession,
}

impl Prompt {
    fn open(home: &PathBuf, columns: u16) -> Self {
        let mut prompt = Self::unready(home, home, columns);
        prompt.sees(READY);
        prompt
    }

    /// A prompt that need not wait yet, with any `HOME`.
    fn unready(folder: &PathBuf, home: &PathBuf, columns: u16) -> Self {
        let mut command = Command::new("sh");
        let program = env!("CARGO_BIN_EXE_baimo");
        command.arg("-c").arg(format!("stty cols {columns} rows 24; exec '{program}'"));
        environment(&mut command, folder);
        command.env("HOME", home);
        let options = Options::new().timeout_ms(Some(PATIENCE));
        Self { pty: spawn_with_options(command, options).unwrap() }
    }

    fn keys(&mut self, keys: &str) -> &mut Self {
        self.pty.send(keys).unwrap();
        self.pty.flush().unwrap();
        self
    }

    /// Types a line and Enter, and gives what is said until the prompt waits again.
    fn ask(&mut self, line: &str) -> String {
        self.keys(line).keys("\r");
        self.sees(READY)
    }

    /// Waits for a text and gives what came before it.
    fn sees(&mut self, text: &str) -> String {
        // rexpect takes each byte for a character.
        let bytes: String = text.bytes().map(char::from).collect();
        match self.pty.exp_string(&bytes) {
            Ok(before) => decoded(&before),
            Err(error) => panic!("`{text}` did not come: {}", decoded(&error.to_string())),
        }
    }

    /// Leaves a prompt that waits, and sees that the program ends.
    fn leave(&mut self) {
        self.keys("\x04");
        self.pty.exp_eof().unwrap();
    }
}

/// A text of which rexpect took each byte for a character.
fn decoded(text: &str) -> String {
    let bytes: Vec<u8> = text.chars().flat_map(|c| u8::try_from(c as u32)).collect();
    String::from_utf8_lossy(&bytes).into_owned()
}

/// The cells of an answer, by the command line: what the prompt must agree with.
fn asked(query: &str) -> Vec<Vec<String>> {
    let home = home("asked");
    let mut command = Command::new(env!("CARGO_BIN_EXE_baimo"));
    environment(&mut command, &home);
    let output = command.args(["query", "-F", "tsv", query]).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).unwrap();
    text.lines().skip(1).map(|line| line.split('\t').map(str::to_owned).collect()).collect()
}

fn has(said: &str, part: &str) {
    assert!(said.contains(part), "`{part}` is not in: {said}");
}

/// Gives `input` to the program through a pipe.
fn piped(test: &str, input: &str) -> Output {
    piped_to(&home(test), &[], input)
}

/// The same with options.
fn piped_to(home: &PathBuf, words: &[&str], input: &str) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_baimo"));
    environment(&mut command, home);
    command.args(words);
    let mut child =
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    // A program that stops at an error need not read the rest.
    let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
    child.wait_with_output().unwrap()
}

fn out(output: &Output) -> &str {
    std::str::from_utf8(&output.stdout).unwrap()
}

fn err(output: &Output) -> &str {
    std::str::from_utf8(&output.stderr).unwrap()
}
