//! What XML cannot carry: most control characters have no way to be written in it.
//!
//! In: rows. Out: the same, or an error that names the character.

use super::markup::is_xml_char;
use super::rows::plain;
use crate::engine::answer::Row;
use crate::error::{Error, Result};

/// XML has no way to write most control characters: better to stop than to write what no parser reads.
pub(super) fn can_hold(row: Row, before: u64) -> Result<Row> {
    let culprit = row.iter().flatten().find_map(|term| plain(term).chars().find(|c| !is_xml_char(*c)));
    match culprit {
        None => Ok(row),
        Some(c) => {
            Err(Error::data(format!("row {} holds U+{:04X}, which XML cannot carry", before + 1, c as u32))
                .hint("write it as json, csv or tsv"))
        }
    }
}
