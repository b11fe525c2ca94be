//! The binary: runs a face and turns its error into an exit code.

fn main() {}
