//! The binary: runs the command line and turns its error into an exit code.

use baimo::faces::terminal::limits::Heap;
use baimo::faces::terminal::{self, report};
use baimo::faces::{cli, repl};
use std::process::ExitCode;

mod heap;

/// Parser and evaluator descend once for each operator of a chain, and a query of thousands is
/// legal. Only what is used of the stack takes memory.
const STACK: usize = 256 << 20;

fn main() -> ExitCode {
    heap::give_back_soon();
    let leavings = terminal::leavings();
    // A panic has been reported by its own thread.
    let work = || terminal::tell(std::panic::catch_unwind(run).unwrap_or(101));
    match std::thread::Builder::new().name("baimo".into()).stack_size(STACK).spawn(work) {
        Ok(_) => leavings.recv().map_or(ExitCode::from(101), ExitCode::from),
        Err(_) => ExitCode::from(run()),
    }
}

fn run() -> u8 {
    let mut report = report::Report::default();
    let heap =
        Heap { used: heap::used, give_back: heap::give_back, give_back_within: heap::give_back_within };
    match cli::run(std::env::args_os(), heap, repl::run, &mut report) {
        Ok(()) => 0,
        Err(error) => {
            report.error(&error);
            report::exit_code(error.kind)
        }
    }
}
