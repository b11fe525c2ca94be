//! The command line as a black box: every verb, its exit codes, streams, formats and bad input. Here is what runs it; the
//! tests are in the files of the folder.

mod answers;
mod bad_input;
mod chinese;
mod files;
mod folder;
mod graphs;
mod help;
mod limits;
mod saved_queries;
#[cfg(unix)]
mod stopped;
mod terminal;

use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

const BAIMO: &str = env!("CARGO_BIN_EXE_baimo");

/// An empty folder, removed when dropped. It is not part of any graph's folder.
pub(super) struct Folder(pub PathBuf);

/// A new, empty folder for temporary files. Numbers of processes come again, so that one may be left of tests that were killed.
pub(super) fn fresh(what: &str) -> PathBuf {
    static NUMBER: AtomicU32 = AtomicU32::new(0);
    loop {
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let path = std::env::temp_dir().join(format!("baimo-{what}-{}-{number}", std::process::id()));
        match std::fs::create_dir(&path) {
            Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {}
            made => return made.map(|()| path).unwrap(),
        }
    }
}

/// The IRI of a file, whatever its path holds (RFC 8089).
pub(super) fn file_iri(path: &Path) -> String {
    let safe = |byte: u8| byte.is_ascii_alphanumeric() || b"/-._~".contains(&byte);
    let encoded = |byte| if safe(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") };
    let path: String = path.to_str().unwrap().bytes().map(encoded).collect();
    format!("file://{path}")
}

impl Folder {
    pub(super) fn new() -> Self {
        Self(fresh("cli"))
    }

    pub(super) fn with(self, name: &str, content: impl AsRef<[u8]>) -> Self {
        std::fs::write(self.0.join(name), content).unwrap();
        self
    }

    fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.0.join(name)).unwrap()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// `baimo` in a folder, with nothing of the tester's environment that could matter.
pub(super) fn command(folder: &Path, words: &[&str]) -> Command {
    let mut command = Command::new(BAIMO);
    command.args(words).current_dir(folder).stdin(Stdio::null());
    for name in [
        "NO_COLOR",
        "TERM",
        "COLUMNS",
        "PAGER",
        "BAIMO_COMPLETE",
        "XDG_DATA_HOME",
        "XDG_CONFIG_HOME",
        "XDG_STATE_HOME",
    ] {
        command.env_remove(name);
    }
    command.env("HOME", folder);
    command
}

pub(super) fn baimo_in(folder: &Folder, words: &[&str]) -> Said {
    Said::of(command(&folder.0, words).output().unwrap())
}

pub(super) fn baimo(words: &[&str]) -> Said {
    baimo_in(&Folder::new(), words)
}

pub(super) fn piped(folder: &Folder, words: &[&str], input: &[u8]) -> Said {
    let mut child = command(&folder.0, words)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let input = input.to_owned();
    let writer = std::thread::spawn(move || drop(stdin.write_all(&input)));
    let said = Said::of(child.wait_with_output().unwrap());
    writer.join().unwrap();
    said
}

#[cfg(unix)]
fn shell(folder: &Folder, line: &str) -> Said {
    let mut command = command(&folder.0, &[]);
    let path = format!("{}:{}", Path::new(BAIMO).parent().unwrap().display(), std::env::var("PATH").unwrap());
    let mut shell = Command::new("bash");
    shell.args(["-c", line]).current_dir(&folder.0).env_clear().env("PATH", path).env("HOME", &folder.0);
    shell.stdin(Stdio::null());
    command.stdin(Stdio::null());
    Said::of(shell.output().unwrap())
}

/// What a terminal of 100 columns and 30 lines shows of a shell line.
#[cfg(unix)]
fn on_a_terminal(line: &str, environment: &[(&str, &str)]) -> String {
    let folder = Folder::new();
    let mut shell = Command::new("sh");
    shell.arg("-c").arg(format!("stty cols 100 rows 30; {}", line.replace("baimo", BAIMO)));
    shell.current_dir(&folder.0).env_clear().env("PATH", std::env::var("PATH").unwrap()).env("TERM", "xterm");
    shell.envs(environment.iter().copied());
    let options = rexpect::session::Options::new().timeout_ms(Some(crate::repl::PATIENCE));
    let mut pty = rexpect::session::spawn_with_options(shell, options).unwrap();
    // Bytes come as characters, one each.
    let bytes = pty.exp_eof().unwrap().chars().map(|c| u8::try_from(u32::from(c)).unwrap()).collect();
    String::from_utf8(bytes).unwrap()
}

/// What a run said, and its exit code.
#[derive(Debug)]
pub(super) struct Said {
    pub code: i32,
    pub out: String,
    pub err: String,
}

impl Said {
    fn of(output: Output) -> Self {
        let said = Self {
            code: output.status.code().unwrap_or(-1),
            out: String::from_utf8(output.stdout).expect("stdout is UTF-8"),
            err: String::from_utf8(output.stderr).expect("stderr is UTF-8"),
        };
        assert!(!said.err.contains("panicked"), "{said:?}");
        assert!(!said.err.contains('\x1b') && !said.out.contains('\x1b'), "colour off a terminal: {said:?}");
        said
    }

    /// The output of a run that went well and had nothing to say about it.
    pub(super) fn ok(self) -> String {
        assert!(self.code == 0 && self.err.is_empty(), "{self:?}");
        self.out
    }

    /// The words of a run that failed: with this code, an error, a remedy, and nothing on stdout.
    pub(super) fn failed(self, code: i32) -> String {
        assert_eq!(self.code, code, "{self:?}");
        assert!(self.out.is_empty(), "{self:?}");
        assert!(self.err.starts_with("error: "), "{self:?}");
        assert!(self.err.contains("= help: "), "no remedy: {self:?}");
        self.err
    }
}

const VENDORS: &str =
    "SELECT ?name { ?v a bm:Vendor ; rdfs:label ?name FILTER(LANG(?name) = 'zh') } ORDER BY ?name";
