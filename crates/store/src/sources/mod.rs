//! Bytes to quads. It refuses to know where quads go.

pub mod excerpt;
pub mod plain;
pub mod rdf;
pub mod unpack;
