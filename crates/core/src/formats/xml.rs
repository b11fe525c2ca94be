//! What XML cannot carry: most control characters have no way to be written in it.
//!
//! In: rows. Out: the same, or an error that names the character.

use super::markup::is_xml_char;
use super::rows::plain;
use crate::engine::answer::page::Page;
use crate::error::{Error, Result};
use crate::terms::TermRef;

/// XML has no way to write most control characters: better to stop than to write what no parser reads.
pub(super) fn can_hold(page: &Page, row: usize, width: usize, before: u64) -> Result<()> {
    let terms = (0..width).filter_map(|column| page.get(row, column));
    let culprit = |term: TermRef<'_>| plain(term).chars().find(|c| !is_xml_char(*c));
    match terms.into_iter().find_map(culprit) {
        None => Ok(()),
        Some(c) => {
            Err(Error::data(format!("row {} holds U+{:04X}, which XML cannot carry", before + 1, c as u32))
                .hint("write it as json, csv or tsv"))
        }
    }
}
