//! Bytes to quads. It refuses to know where quads go.

pub mod rdf;
