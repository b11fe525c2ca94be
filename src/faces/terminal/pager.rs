//! Long texts, page by page, in the user's pager.
//!
//! In: a text. Out: whether a pager has shown it. While it does, Ctrl-C is the pager's.

use super::signals::{Doing, doing};
use crate::faces::args;
use std::io::Write as _;
use std::process::{Command, Stdio};

/// What `less` is told where the user's `LESS` tells it nothing: keep colours, leave short texts and
/// the screen alone; and what its last line says. That is of ASCII in any language: less, of version 590 for one, shows other
/// letters there byte by byte.
const LESS: &str = "FRX -PsSpace shows more, q leaves$";

/// Shows a text in the user's pager. False where there is none, or it does not start.
pub fn paged(text: &str) -> bool {
    let pager = std::env::var("PAGER").unwrap_or_else(|_| "less".to_owned());
    let words = args::split(&pager).unwrap_or_default();
    let Some((program, options)) = words.split_first().filter(|(program, _)| *program != "cat") else {
        return false;
    };
    let mut command = Command::new(program);
    command.args(options).stdin(Stdio::piped());
    for (name, value) in [("LESSCHARSET", "utf-8"), ("LESS", LESS)] {
        if std::env::var_os(name).is_none() {
            command.env(name, value);
        }
    }
    let _aside = doing(Doing::Aside);
    let Ok(mut child) = command.spawn() else { return false };
    if let Some(mut stdin) = child.stdin.take() {
        // A reader that leaves early has seen enough.
        let _ = stdin.write_all(text.as_bytes());
    }
    child.wait().is_ok()
}
