//! Canonical N-Quads and their hash: the same for graphs that differ only in the labels of blank nodes.
//!
//! In: quads. Out: text by RDFC-1.0 with SHA-256. Too many blank nodes that look alike are an error, since the
//! time could grow exponentially with them.

use crate::error::Result;
use crate::terms::Quad;
use sha2::{Digest, Sha256};

/// Canonical N-Quads by RDFC-1.0 with SHA-256.
///
/// # Errors
/// Where too many blank nodes look alike. See [`crate::blank::canonical`].
pub fn canonical(quads: &[Quad]) -> Result<String> {
    let named = crate::blank::canonical(quads)?;
    let mut lines: Vec<String> = named.iter().map(|quad| format!("{quad} .\n")).collect();
    lines.sort_unstable();
    lines.dedup();
    Ok(lines.concat())
}

/// The SHA-256 hash of [`canonical`] N-Quads, in hexadecimal.
///
/// # Errors
/// As [`canonical`].
pub fn canonical_hash(quads: &[Quad]) -> Result<String> {
    let digest = Sha256::digest(canonical(quads)?.as_bytes());
    Ok(digest.iter().map(|byte| format!("{byte:02x}")).collect())
}
