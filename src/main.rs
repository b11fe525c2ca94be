//! The binary: runs the command line and turns its error into an exit code.

use baimo::faces::terminal::report;
use baimo::faces::{cli, repl};
use std::process::ExitCode;

/// Counts what is allocated, so that `--max-memory` can hold.
#[global_allocator]
static ALLOCATED: cap::Cap<std::alloc::System> = cap::Cap::new(std::alloc::System, usize::MAX);

/// Parser and evaluator descend once for each operator of a chain, and a query of thousands is
/// legal. Only what is used of the stack takes memory.
const STACK: usize = 256 << 20;

fn main() -> ExitCode {
    match std::thread::Builder::new().name("baimo".into()).stack_size(STACK).spawn(run) {
        // A panic has been reported by its own thread.
        Ok(thread) => thread.join().unwrap_or(ExitCode::from(101)),
        Err(_) => run(),
    }
}

fn run() -> ExitCode {
    let mut report = report::Report::default();
    match cli::run(std::env::args_os(), || ALLOCATED.allocated(), repl::run, &mut report) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            report.error(&error);
            ExitCode::from(report::exit_code(error.kind))
        }
    }
}
