//! The binary: runs the command line and turns its error into an exit code.

use baimo::faces::{cli, repl, report};
use std::process::ExitCode;

/// Counts what is allocated, so that `--max-memory` can hold.
#[global_allocator]
static ALLOCATED: cap::Cap<std::alloc::System> = cap::Cap::new(std::alloc::System, usize::MAX);

fn main() -> ExitCode {
    let mut report = report::Report::default();
    match cli::run(std::env::args_os(), || ALLOCATED.allocated(), repl::run, &mut report) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            report.error(&error);
            ExitCode::from(report::exit_code(error.kind))
        }
    }
}
