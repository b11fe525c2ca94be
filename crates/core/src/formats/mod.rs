//! Answers for machines: rows, graphs, schemas and plans in the formats that other programs read.
//!
//! In: the engine's answers, or quads, and a format. Out: bytes or text. It opens no file.

pub mod canonical;
pub mod changes;
mod csv;
pub mod documents;
mod draft;
#[cfg(test)]
mod fixture;
mod found;
pub mod graphs;
mod json;
mod jsonld;
mod lines;
pub mod markup;
pub mod network;
mod numbered;
mod rdfxml;
pub mod rows;
mod short;
pub mod statements;
mod stream;
pub(crate) mod subjects;
pub mod svg;
mod texts;
mod tsv;
pub(crate) mod turtle;
mod xml;

/// So many bytes are written at once.
pub const AT_ONCE: usize = 1 << 16;
