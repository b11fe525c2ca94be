//! Canonical N-Quads and their hash: the same for graphs that differ only in the labels of blank nodes.
//!
//! In: quads. Out: text by RDFC-1.0 with SHA-256. Where so many blank nodes look alike that RDFC-1.0 would take too
//! long, its labels are those of [`crate::blank::Blanks`], which only this program gives; where even these are not
//! certain, it is an error.

use crate::blank::{self, Rule};
use crate::error::Result;
use crate::terms::Quad;
use sha2::{Digest, Sha256};

/// Canonical N-Quads, and by which rule blank nodes are named.
///
/// # Errors
/// Where too many blank nodes look alike. See [`blank::canonical`].
pub fn canonical(quads: &[Quad]) -> Result<(String, Rule)> {
    let (named, rule) = blank::canonical(quads)?;
    Ok((lines(&named), rule))
}

/// Canonical N-Quads by RDFC-1.0 with SHA-256.
///
/// # Errors
/// Where too many blank nodes look alike. See [`blank::rdfc10`].
pub fn rdfc10(quads: &[Quad]) -> Result<String> {
    Ok(lines(&blank::rdfc10(quads)?))
}

fn lines(quads: &[Quad]) -> String {
    let mut lines: Vec<String> = quads.iter().map(|quad| format!("{quad} .\n")).collect();
    lines.sort_unstable();
    lines.dedup();
    lines.concat()
}

/// The SHA-256 hash of a text, in hexadecimal.
pub fn hash(text: &str) -> String {
    Sha256::digest(text.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect()
}
