//! The binary: runs the command line and turns its error into an exit code.

use baimo::faces::terminal::{self, report};
use baimo::faces::{cli, repl};
use std::process::ExitCode;

/// Counts what is allocated, so that `--max-memory` can hold.
#[global_allocator]
static ALLOCATED: cap::Cap<std::alloc::System> = cap::Cap::new(std::alloc::System, usize::MAX);

/// Parser and evaluator descend once for each operator of a chain, and a query of thousands is
/// legal. Only what is used of the stack takes memory.
const STACK: usize = 256 << 20;

fn main() -> ExitCode {
    let leavings = terminal::leavings();
    // A panic has been reported by its own thread.
    let work = || terminal::tell(std::panic::catch_unwind(run).unwrap_or(101));
    match std::thread::Builder::new().name("baimo".into()).stack_size(STACK).spawn(work) {
        Ok(_) => leavings.recv().map_or(ExitCode::from(101), ExitCode::from),
        Err(_) => ExitCode::from(run()),
    }
}

/// How many bytes the process has: what was allocated, and what packs hold beside the heap.
fn memory_used() -> usize {
    ALLOCATED.allocated() + baimo::store::pack::mapped_bytes()
}

fn run() -> u8 {
    let mut report = report::Report::default();
    match cli::run(std::env::args_os(), memory_used, repl::run, &mut report) {
        Ok(()) => 0,
        Err(error) => {
            report.error(&error);
            report::exit_code(error.kind)
        }
    }
}
