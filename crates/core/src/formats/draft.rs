//! What a document is written on: text that goes out in large pieces.
//!
//! In: text. Out: bytes. It holds little more than the longest part that is written in one go, and asks before each piece whether
//! to go on.

use super::AT_ONCE;
use crate::error::{Error, Result};
use crate::store::pack::Watch;
use std::io::Write;

/// See the module.
pub(crate) struct Draft<'a> {
    /// What is to be written next.
    pub(crate) text: String,
    /// Who is asked whether to go on.
    pub(crate) watch: Watch<'a>,
    out: &'a mut dyn Write,
}

impl<'a> Draft<'a> {
    /// One that writes to `out`, as long as `watch` lets it.
    pub(crate) fn new(out: &'a mut dyn Write, watch: Watch<'a>) -> Self {
        Self { text: String::new(), watch, out }
    }

    /// A part has ended: what there is of the document may go out.
    ///
    /// # Errors
    /// Where it cannot.
    pub(crate) fn end(&mut self) -> Result<()> {
        if self.text.len() >= AT_ONCE { self.flush() } else { Ok(()) }
    }

    /// Writes all that there is.
    ///
    /// # Errors
    /// Where it cannot be written, or is not to be.
    pub(crate) fn flush(&mut self) -> Result<()> {
        self.watch.check()?;
        let written = self.out.write_all(self.text.as_bytes());
        self.text.clear();
        written.map_err(|error| match error.downcast::<Error>() {
            // Whoever takes the text has ended it.
            Ok(error) => error,
            Err(cause) => Error::store("cannot write the graph").because(cause),
        })
    }
}
