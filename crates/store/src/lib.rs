//! Quads: read from bytes, kept at rest, scanned by number. Knows no query language.
//!
//! In: bytes in any RDF syntax. Out: [`store::Graph`], the port through which everything else reads.

#![forbid(unsafe_code)]

// Names for blank nodes by content.
pub mod blank;
// How many cores there are.
pub mod cores;
// What went wrong, where, and the remedy.
pub mod error;
// A file held open, and whether a name stands for it.
pub mod held;
// Remedies, as data.
pub mod hint;
// Bytes to quads.
pub mod sources;
// Quads at rest: the Graph port and what stands behind it.
pub mod store;
// RDF terms, prefixes, compact IRIs.
pub mod terms;
// Background work that gives way to queries.
pub mod throttle;
// Memory that gives way to limits.
pub mod room;
// XSD values and the order of all terms.
pub mod value;
