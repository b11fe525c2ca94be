//! Saved queries: all that a project and its user have, by name and by words.
//!
//! In: the texts of `.rq` files. Out: a [`Catalog`] to search, whose entries say what they take and turn
//! values into terms for the engine: a value never becomes text. Nothing is evaluated here but the lists of
//! allowed values, by whoever passes the means.

mod given;
mod header;
mod parameter;
mod rdf;
mod saved;

pub use given::Given;
pub use parameter::{Param, ParamKind};
pub use saved::{Origin, SavedQuery, Texts};

use crate::error::{Error, Hint, Result};
use crate::project::Project;
use crate::terms::Triple;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// How near a name must be to be worth suggesting (Jaro-Winkler).
const NEAR: f64 = 0.75;

/// All saved queries, sorted by name.
#[derive(Debug, Default)]
pub struct Catalog {
    queries: Vec<SavedQuery>,
}

impl Catalog {
    /// The project's queries and the user's own from `user`, which need not exist.
    ///
    /// # Errors
    /// Where a file cannot be read. A broken header is not an error: see [`SavedQuery::problem`].
    pub fn load(project: &Project, user: Option<&Path>) -> Result<Self> {
        let mut queries: Vec<SavedQuery> = project
            .queries()?
            .into_iter()
            .map(|(name, text)| SavedQuery::read(name, text, Origin::Project))
            .collect();
        let taken: BTreeSet<String> = queries.iter().map(|query| query.name.clone()).collect();
        for path in user.map(rq_files).transpose()?.unwrap_or_default() {
            let text = std::fs::read_to_string(&path)
                .map_err(|error| Error::data(format!("cannot read {}", path.display())).because(error))?;
            let mut name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
            if taken.contains(&name) {
                name.insert_str(0, "my/");
            }
            queries.push(SavedQuery::read(name, text, Origin::User(path)));
        }
        queries.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(Self { queries })
    }

    /// All of them.
    pub fn iter(&self) -> impl Iterator<Item = &SavedQuery> {
        self.queries.iter()
    }

    /// The query of a name.
    ///
    /// # Errors
    /// Where there is none, with the nearest names.
    pub fn get(&self, name: &str) -> Result<&SavedQuery> {
        let wanted = name.strip_suffix(".rq").unwrap_or(name);
        self.queries.iter().find(|query| query.name == wanted).ok_or_else(|| {
            if self.queries.is_empty() {
                return Error::usage("this graph has no saved queries").hint(Hint::ListSchema);
            }
            let error = Error::usage(format!("there is no saved query `{name}`"));
            let near = self.nearest(wanted);
            if near.is_empty() {
                error.hint(Hint::ListSavedQueries)
            } else {
                error.hint(format!("did you mean {}?", near.join(", ")))
            }
        })
    }

    fn nearest(&self, name: &str) -> Vec<String> {
        let mut near: Vec<(f64, &str)> = self
            .queries
            .iter()
            .map(|query| {
                let whole = strsim::jaro_winkler(name, &query.name);
                let part = if query.name.contains(name) { 0.9 } else { 0.0 };
                (whole.max(part), query.name.as_str())
            })
            .filter(|(likeness, _)| *likeness > NEAR)
            .collect();
        near.sort_by(|a, b| b.0.total_cmp(&a.0));
        near.into_iter().take(3).map(|(_, name)| format!("`{name}`")).collect()
    }

    /// The queries that have every word somewhere in their name, tags or summary in any language;
    /// all of them where no word is given.
    pub fn find(&self, words: &[String]) -> Vec<&SavedQuery> {
        let words: Vec<String> = words.iter().map(|word| crate::explore::names::fold(word)).collect();
        let fits = |query: &&SavedQuery| {
            let mut text = format!("{} {}", query.name, query.tags.join(" "));
            for summary in query.summary.0.values() {
                text.push(' ');
                text.push_str(summary);
            }
            let text = crate::explore::names::fold(&text);
            words.iter().all(|word| text.contains(word))
        };
        self.queries.iter().filter(fits).collect()
    }

    /// The catalogue in the vocabulary of SIB's sparql-examples: `sh:SPARQLExecutable` with the
    /// text under `sh:select`, `sh:ask` or `sh:construct`, comments, keywords and prefixes.
    pub fn to_rdf(&self, base: &str) -> Vec<Triple> {
        self.queries.iter().flat_map(|query| query.to_rdf(base)).collect()
    }
}

/// The `.rq` files of a folder, sorted; none where it does not exist.
fn rq_files(folder: &Path) -> Result<Vec<PathBuf>> {
    if !folder.is_dir() {
        return Ok(Vec::new());
    }
    let failed = |error| Error::data(format!("cannot list {}", folder.display())).because(error);
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(failed)? {
        let path = entry.map_err(failed)?.path();
        if path.extension().is_some_and(|extension| extension == "rq") {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}
