//! The graph of this repository, for the tests at the foot of this crate's files.

use crate::project::Embedded;
use crate::session::{Session, Source};
use std::sync::OnceLock;

/// The folder that this repository is.
pub const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../..");

/// The graph in it, read once.
pub fn session() -> &'static Session {
    static SESSION: OnceLock<Session> = OnceLock::new();
    SESSION.get_or_init(|| Session::open(&Source::Here(ROOT.into()), &Embedded::NOTHING).unwrap())
}
