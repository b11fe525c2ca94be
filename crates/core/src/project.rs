//! A graph is a folder: `baimo.toml`, `ontology/`, `data/`, `queries/`. Or it is compiled into a binary.
//!
//! In: a folder, or nothing. Out: a [`Project`], what its manifest says and where its parts are. What is
//! in the graph is not looked at.

use crate::error::{Error, Result, Span};
use crate::sources::rdf;
use crate::terms::Prefixes;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// The name of the file that makes a folder a graph.
pub const MANIFEST: &str = "baimo.toml";

/// A project compiled into a binary: given by the binary, since nothing here knows one.
#[derive(PartialEq, Eq)]
pub struct Embedded {
    /// The text of its manifest.
    pub manifest: &'static str,
    /// Its saved queries, name and text, sorted by name.
    pub queries: &'static [(&'static str, &'static str)],
    /// Its packed graph, ontology and data together; empty for none.
    pub graph: &'static [u8],
}

impl Embedded {
    /// For a binary that has none compiled in: no queries and no triples.
    pub const NOTHING: Self = Self { manifest: "", queries: &[], graph: &[] };
}

impl std::fmt::Debug for Embedded {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Embedded({} queries, {} bytes)", self.queries.len(), self.graph.len())
    }
}

/// Where a project's parts are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Root {
    /// In the binary.
    Embedded(&'static Embedded),
    /// In this folder.
    Folder(PathBuf),
    /// There is none: files or a store of whoever asks.
    Elsewhere,
}

/// What a manifest says.
#[derive(Debug, Clone)]
pub struct Project {
    /// Short name, as in `baimo`.
    pub name: String,
    /// Title, by language; the key is empty for the plain `title`.
    pub title: Vec<(String, String)>,
    /// Description, likewise.
    pub description: Vec<(String, String)>,
    /// Version of the graph.
    pub version: String,
    /// Licence of the graph, an SPDX identifier.
    pub licence: String,
    /// The base of relative IRIs in files and queries.
    pub base: Option<String>,
    /// Languages of labels, the first preferred.
    pub languages: Vec<String>,
    /// The project's own prefixes.
    pub prefixes: Prefixes,
    /// The file, from the folder on, that new subjects are written to.
    pub new_subjects: Option<PathBuf>,
    /// Where it is.
    pub root: Root,
}

impl Project {
    /// The project compiled into a binary.
    ///
    /// # Errors
    /// Where its manifest is broken: a fault of the build.
    pub fn embedded(embedded: &'static Embedded) -> Result<Self> {
        Self::parse(MANIFEST, embedded.manifest, Root::Embedded(embedded))
    }

    /// The project in `folder`.
    ///
    /// # Errors
    /// Where there is no readable manifest, or it is wrong.
    pub fn open(folder: &Path) -> Result<Self> {
        let path = folder.join(MANIFEST);
        let text = std::fs::read_to_string(&path)
            .map_err(|error| Error::data(format!("cannot read {}", path.display())).because(error))?;
        Self::parse(&path.display().to_string(), &text, Root::Folder(folder.to_owned()))
    }

    /// The project that `start` lies in: the nearest folder upwards with a manifest.
    ///
    /// # Errors
    /// As [`Self::open`].
    pub fn find(start: &Path) -> Result<Option<Self>> {
        match start.ancestors().find(|folder| folder.join(MANIFEST).is_file()) {
            Some(folder) => Self::open(folder).map(Some),
            None => Ok(None),
        }
    }

    fn parse(name: &str, text: &str, root: Root) -> Result<Self> {
        let broken = |error: toml::de::Error| {
            let place = Span::in_text(name, text, error.span().unwrap_or(0..0));
            Error::data(format!("{name} is broken: {}", error.message())).at(place)
        };
        let manifest: Manifest = toml::from_str(text).map_err(broken)?;
        let table: toml::Table = toml::from_str(text).map_err(broken)?;
        let mut prefixes = Prefixes::new();
        for (prefix, namespace) in &manifest.prefixes {
            prefixes.insert(prefix, namespace);
        }
        let Manifest { name, version, licence, base, languages, new_subjects, .. } = manifest;
        Ok(Self {
            name: if name.is_empty() { "graph".into() } else { name },
            title: in_languages(&table, "title"),
            description: in_languages(&table, "description"),
            version,
            licence,
            base: base.filter(|base| !base.is_empty()),
            languages,
            prefixes,
            new_subjects,
            root,
        })
    }

    /// What is known of a graph that is not a project: what it is called. It has the prefixes of the project
    /// compiled in, so that its things can be named; no queries, no languages and no base of its own.
    ///
    /// # Errors
    /// As [`Self::embedded`].
    pub fn elsewhere(embedded: &'static Embedded, name: String) -> Result<Self> {
        let mut project = Self::parse(MANIFEST, "", Root::Elsewhere)?;
        project.prefixes = Self::embedded(embedded)?.prefixes;
        project.name = name;
        Ok(project)
    }

    /// What its graph is called: name and version.
    pub fn called(&self) -> String {
        format!("{} {}", self.name, self.version).trim_end().to_owned()
    }

    /// The RDF files of a project in a folder, ontology first, each folder sorted by name; none
    /// for the embedded one, whose graph is packed.
    ///
    /// # Errors
    /// Where a folder cannot be listed.
    pub fn data_files(&self) -> Result<Vec<PathBuf>> {
        let Root::Folder(root) = &self.root else { return Ok(Vec::new()) };
        let mut files = Vec::new();
        for part in ["ontology", "data"] {
            files.extend(list(&root.join(part))?);
        }
        let is_rdf = |path: &PathBuf| {
            let ending = path.extension().and_then(std::ffi::OsStr::to_str);
            ending.is_some_and(|ending| rdf::format_named(ending).is_some())
        };
        files.retain(is_rdf);
        Ok(files)
    }

    /// The saved queries: name and text, sorted by name.
    ///
    /// # Errors
    /// Where one cannot be read.
    pub fn queries(&self) -> Result<Vec<(String, String)>> {
        let root = match &self.root {
            Root::Elsewhere => return Ok(Vec::new()),
            Root::Folder(root) => root,
            Root::Embedded(embedded) => {
                let owned = |(name, text): &(&str, &str)| ((*name).into(), (*text).into());
                return Ok(embedded.queries.iter().map(owned).collect());
            }
        };
        let mut queries = Vec::new();
        for path in list(&root.join("queries"))?
            .into_iter()
            .filter(|path| path.extension().is_some_and(|e| e == "rq"))
        {
            let text = std::fs::read_to_string(&path)
                .map_err(|error| Error::data(format!("cannot read {}", path.display())).because(error))?;
            queries.push((path.file_stem().unwrap_or_default().to_string_lossy().into_owned(), text));
        }
        Ok(queries)
    }
}

/// The manifest as it is written. Title and description come once for each language and are read apart.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Manifest {
    name: String,
    version: String,
    licence: String,
    base: Option<String>,
    languages: Vec<String>,
    prefixes: BTreeMap<String, String>,
    new_subjects: Option<PathBuf>,
}

/// The texts under `key` and `key_LANGUAGE`.
fn in_languages(table: &toml::Table, key: &str) -> Vec<(String, String)> {
    let text = |(have, value): (&String, &toml::Value)| {
        let rest = have.strip_prefix(key)?;
        let language = if rest.is_empty() { "" } else { rest.strip_prefix('_')? };
        Some((language.to_owned(), value.as_str()?.to_owned()))
    };
    table.iter().filter_map(text).collect()
}

/// The files in a folder, sorted; none where there is no such folder.
fn list(folder: &Path) -> Result<Vec<PathBuf>> {
    let failed = |error| Error::data(format!("cannot list {}", folder.display())).because(error);
    if !folder.exists() {
        return Ok(Vec::new());
    }
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(failed)? {
        let path = entry.map_err(failed)?.path();
        if path.is_file() && !path.file_name().is_some_and(|name| name.to_string_lossy().starts_with('.')) {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Project> {
        Project::parse("baimo.toml", text, Root::Embedded(&Embedded::NOTHING))
    }

    #[test]
    fn a_manifest_says_what_it_has_and_the_rest_has_defaults() {
        let project = read("title = \"T\"\ntitle_zh = \"题\"\n[prefixes]\nex = \"http://e/\"").unwrap();
        assert_eq!((project.name.as_str(), project.base), ("graph", None));
        let titles = [("".to_owned(), "T".to_owned()), ("zh".to_owned(), "题".to_owned())];
        assert_eq!(project.title, titles);
        assert_eq!(project.prefixes.namespace("ex"), Some("http://e/"));
    }

    #[test]
    fn a_value_of_the_wrong_type_is_an_error_at_its_place() {
        let error = read("name = \"g\"\n[prefixes]\nex = 1").unwrap_err();
        assert!(error.message.contains("baimo.toml is broken"), "{error}");
        assert_eq!(error.span.as_ref().map(|span| span.line), Some(3));
        assert_eq!(read("languages = \"zh\"").unwrap_err().span.as_ref().map(|span| span.line), Some(1));
    }
}
