//! A file that is held open, to tell whether a name still stands for it: what locks and journals of several processes need.
//!
//! In: an open file, a name. Out: whether they are the same, and whether the file was written to since. Where the system does not tell
//! files apart, as elsewhere than on Unix, **a name that is there is taken for the file**.

use std::fs::{File, Metadata};
use std::path::Path;

/// A file held open, so that no other one is taken for it: as long as it is, the system gives no new file its number.
pub struct HeldFile {
    /// The file.
    pub file: File,
    /// What was known of it when it was taken.
    then: Option<Metadata>,
}

/// What tells whether a name stands for the same file: the numbers of its disk and of itself.
type Identity = (u64, u64);

impl HeldFile {
    /// Holds an open file.
    #[must_use]
    pub fn of(file: File) -> Self {
        let then = file.metadata().ok();
        Self { file, then }
    }

    /// Whether it is the file that has a name now. Where the system does not tell, a file that is open is not removed.
    #[must_use]
    pub fn is_at(&self, path: &Path) -> bool {
        if cfg!(unix) { self.at(path).is_some() } else { path.exists() }
    }

    /// What is known of the file that has a name now, where that is this one and the system tells.
    #[must_use]
    pub fn at(&self, path: &Path) -> Option<Metadata> {
        let (named, then) = (std::fs::metadata(path).ok()?, self.then.as_ref()?);
        (identity(&named)? == identity(then)?).then_some(named)
    }

    /// Whether a name stands for this file, and nobody wrote to it since it was taken.
    #[must_use]
    pub fn is_unchanged_at(&self, path: &Path) -> bool {
        let when = |data: &Metadata| Some((data.len(), data.modified().ok()?));
        self.at(path).is_some_and(|now| when(&now) == self.then.as_ref().and_then(when))
    }
}

#[cfg(unix)]
fn identity(data: &Metadata) -> Option<Identity> {
    use std::os::unix::fs::MetadataExt as _;
    Some((data.dev(), data.ino()))
}

/// Elsewhere it is not told: a name is looked up anew each time.
#[cfg(not(unix))]
fn identity(_: &Metadata) -> Option<Identity> {
    None
}
