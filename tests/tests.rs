//! The contents page of the black-box tests: one module per file. A file that is missing here fails.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stderr,
    reason = "a test that meets the unexpected should stop at once"
)]

mod answers;
mod chinese;
mod cli;
mod completion;
mod counts;
mod diagnostics;
mod export;
mod import;
mod parity;
mod questions;
mod readme;
mod repl;
mod shapes;
mod store;
mod stress;
mod tidy;
mod w3c;
mod workload;
