//! Saved queries: what their headers say, which parameters they take, and how values are bound.
//!
//! In: the texts of `.rq` files. Out: a [`Catalog`] to search, and [`Bindings`] for the engine: a
//! value becomes an RDF term and never text. Headers are grlc's `#+` lines (YAML); the Wikidata
//! Query Service's `#title:` and `#defaultView:` and sparql-doc's `# @title` are read too. It
//! refuses to know how a query is evaluated and who asked.

use crate::advise::Knowledge;
use crate::engine::Bindings;
use crate::engine::syntax::tokens::{self, tokens};
use crate::error::{Error, Hint, Kind, Result, Span};
use crate::project::Project;
use crate::store::{GraphId, Id};
use crate::terms::{
    self, BlankNode, Literal, NamedNode, Prefixes, Term, TermRef, Triple, Variable, rdf, rdfs, xsd,
};
use saphyr::{LoadableYamlNode, Scalar, Yaml};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// How near a name must be to be worth suggesting (Jaro-Winkler).
const NEAR: f64 = 0.75;

/// A text in several languages; the key is empty where no language is said.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Texts(pub BTreeMap<String, String>);

impl Texts {
    /// The text in a language, else without one, else any; empty where there is none.
    pub fn get(&self, language: &str) -> &str {
        let any = || self.0.values().next();
        self.0.get(language).or_else(|| self.0.get("")).or_else(any).map_or("", String::as_str)
    }
}

/// Where a saved query comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// The graph's own `queries/`.
    Project,
    /// The user's folder.
    User(PathBuf),
}

/// A saved query.
#[derive(Debug)]
pub struct SavedQuery {
    /// The file's name without its ending; the user's get `my/` before it where the project has the same.
    pub name: String,
    /// The whole file, header included: line numbers in errors are the file's.
    pub text: String,
    /// Whose it is.
    pub origin: Origin,
    /// One line.
    pub summary: Texts,
    /// More.
    pub description: Texts,
    /// Words to find it by.
    pub tags: Vec<String>,
    /// How to show the answer, as written: `Table`, `BarChart`, `Timeline`, ...
    pub view: Option<String>,
    /// What it takes, in the order of the header, then of the text.
    pub params: Vec<Param>,
    /// What is wrong with the header. The query can be run all the same.
    pub problem: Option<Error>,
}

/// What kind of value a parameter takes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ParamKind {
    /// Any text.
    String,
    /// Text in a language.
    Tagged(String),
    /// A language tag, bound as a plain string.
    Language,
    /// A literal of this datatype.
    Typed(NamedNode),
    /// An IRI, given as such, as a prefixed name, or as an exact label.
    Iri,
}

/// A parameter of a saved query.
#[derive(Debug, Clone)]
pub struct Param {
    /// The name to give it by.
    pub name: String,
    /// The variable it is bound to.
    pub variable: Variable,
    /// What it takes.
    pub kind: ParamKind,
    /// The value where none is given.
    pub default: Option<String>,
    /// Whether a value must be given.
    pub required: bool,
    /// The values that are allowed, where the header lists them.
    pub choices: Vec<String>,
    /// A query whose rows are the values that are allowed.
    pub values: Option<String>,
    /// The class that the thing named must belong to, as a prefixed name or an IRI.
    pub class: Option<String>,
    /// What it means.
    pub description: Texts,
}

/// All saved queries, sorted by name.
#[derive(Debug, Default)]
pub struct Catalog {
    queries: Vec<SavedQuery>,
}

impl Catalog {
    /// The project's queries and the user's own from `user`, which need not exist.
    ///
    /// # Errors
    /// Where a file cannot be read. A broken header is no error: see [`SavedQuery::problem`].
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

impl SavedQuery {
    /// Reads the text of a saved query. Never fails: what is wrong is in [`Self::problem`].
    pub fn read(name: String, text: String, origin: Origin) -> Self {
        let mut query = Self {
            name,
            text,
            origin,
            summary: Texts::default(),
            description: Texts::default(),
            tags: Vec::new(),
            view: None,
            params: Vec::new(),
            problem: None,
        };
        query.read_comments();
        let header = Header::of(&query.text);
        if let Err(problem) = header.parse(&query.name).and_then(|yaml| query.take_header(&yaml, &header)) {
            query.problem = Some(problem);
        }
        query.add_undeclared();
        query
    }

    /// `#title:`, `#defaultView:` of the Wikidata Query Service, `# @title` of sparql-doc.
    fn read_comments(&mut self) {
        for line in self.text.lines() {
            let Some(comment) = line.trim_start().strip_prefix('#') else { continue };
            let comment = comment.trim();
            let tagged = comment.strip_prefix('@').and_then(|rest| rest.split_once(char::is_whitespace));
            let (key, value) = match tagged.or_else(|| comment.split_once(':')) {
                Some((key, value)) => (key.trim(), value.trim().to_owned()),
                None => continue,
            };
            match key {
                "title" => drop(self.summary.0.insert(String::new(), value)),
                "description" => drop(self.description.0.insert(String::new(), value)),
                "tags" | "keywords" => {
                    self.tags = value.split([',', ' ']).filter(|t| !t.is_empty()).map(Into::into).collect()
                }
                "defaultView" => {
                    // `#defaultView:BarChart{"hide": ...}`: the options are the query service's own.
                    self.view = value.split('{').next().map(|view| view.trim().to_owned());
                }
                _ => {}
            }
        }
    }

    fn take_header(&mut self, yaml: &Yaml<'_>, header: &Header) -> Result<()> {
        let Some(entries) = yaml.as_mapping() else { return Ok(()) };
        let mut problem = None;
        for (key, value) in entries {
            let key = scalar(key).unwrap_or_default();
            match key.as_str() {
                "tags" => self.tags = list(value),
                "view" => self.view = scalar(value),
                "params" => {
                    for (name, spec) in value.as_mapping().into_iter().flatten() {
                        let name = scalar(name).unwrap_or_default();
                        match Param::read(&name, spec) {
                            Ok(param) => self.params.push(param),
                            Err(error) => {
                                problem = Some(error.at(header.place_of(&self.name, &self.text, &name)))
                            }
                        }
                    }
                }
                _ => {
                    take_text(&key, "summary", value, &mut self.summary);
                    take_text(&key, "title", value, &mut self.summary);
                    take_text(&key, "description", value, &mut self.description);
                }
            }
        }
        problem.map_or(Ok(()), Err)
    }

    /// Gives each declared parameter its variable, and adds those that only the text has.
    fn add_undeclared(&mut self) {
        let mut seen = BTreeSet::new();
        for token in tokens(&self.text) {
            if token.kind != tokens::Kind::Variable {
                continue;
            }
            let name =
                self.text.get(token.range).unwrap_or_default().trim_start_matches(['?', '$']).to_owned();
            if !name.starts_with('_') || !seen.insert(name.clone()) {
                continue;
            }
            let mut undeclared = Param::of_variable(&name);
            let bare = name.trim_start_matches('_');
            let declared = self.params.iter_mut().find(|p| p.name == bare || p.name == undeclared.name);
            match declared {
                Some(declared) => declared.variable = undeclared.variable,
                None => {
                    undeclared.required = !name.starts_with("__");
                    self.params.push(undeclared);
                }
            }
        }
    }

    /// The terms to bind for what the user gave, defaults filled in. `ask` runs a query that lists
    /// allowed values.
    ///
    /// # Errors
    /// Where a parameter is unknown, missing, of the wrong type, not allowed, or names nothing or
    /// several things; always with the way out.
    pub fn bind(
        &self,
        given: &BTreeMap<String, String>,
        known: &Knowledge<'_>,
        ask: &dyn Fn(&str) -> Result<Vec<Term>>,
    ) -> Result<Bindings> {
        if let Some(unknown) = given.keys().find(|name| !self.params.iter().any(|param| param.name == **name))
        {
            return Err(self.unknown_param(unknown));
        }
        let mut bindings = Bindings::new();
        for param in &self.params {
            match given.get(&param.name).or(param.default.as_ref()) {
                Some(value) => {
                    let term = param.term(value, known, ask)?;
                    bindings.insert(param.variable.clone(), term);
                }
                None if param.required => {
                    return Err(Error::usage(format!("`{}` needs a value for `{}`", self.name, param.name))
                        .hint(format!("add --{} VALUE", param.name)));
                }
                None => {}
            }
        }
        Ok(bindings)
    }

    fn unknown_param(&self, name: &str) -> Error {
        let error = Error::usage(format!("`{}` has no parameter `{name}`", self.name));
        let names: Vec<String> = self.params.iter().map(|param| format!("`{}`", param.name)).collect();
        match self.params.iter().find(|param| strsim::jaro_winkler(&param.name, name) > NEAR) {
            Some(near) => error.hint(format!("did you mean `{}`?", near.name)),
            None if names.is_empty() => error.hint("it takes none"),
            None => error.hint(format!("it takes {}", names.join(", "))),
        }
    }

    /// See [`Catalog::to_rdf`].
    fn to_rdf(&self, base: &str) -> Vec<Triple> {
        let sh = |name: &str| NamedNode::new_unchecked(format!("http://www.w3.org/ns/shacl#{name}"));
        let subject = NamedNode::new_unchecked(format!("{base}query/{}", self.name));
        let (class, property) = match self.form() {
            "CONSTRUCT" | "DESCRIBE" => ("SPARQLConstructExecutable", "construct"),
            "ASK" => ("SPARQLAskExecutable", "ask"),
            _ => ("SPARQLSelectExecutable", "select"),
        };
        let mut triples = vec![
            Triple::new(subject.clone(), rdf::TYPE, sh("SPARQLExecutable")),
            Triple::new(subject.clone(), rdf::TYPE, sh(class)),
            Triple::new(subject.clone(), sh(property), Literal::new_simple_literal(&self.text)),
        ];
        for (language, text) in &self.summary.0 {
            let literal =
                Literal::new_language_tagged_literal(text, if language.is_empty() { "en" } else { language });
            let literal = literal.unwrap_or_else(|_| Literal::new_simple_literal(text));
            triples.push(Triple::new(subject.clone(), rdfs::COMMENT, literal));
        }
        for tag in &self.tags {
            let keywords = NamedNode::new_unchecked("https://schema.org/keywords");
            triples.push(Triple::new(subject.clone(), keywords, Literal::new_simple_literal(tag)));
        }
        let prefixes = declared_prefixes(&self.text);
        if !prefixes.is_empty() {
            let set = BlankNode::new_unchecked(format!(
                "prefixes-{}",
                self.name.replace(|c: char| !c.is_alphanumeric(), "-")
            ));
            triples.push(Triple::new(subject, sh("prefixes"), set.clone()));
            for (n, (prefix, namespace)) in prefixes.into_iter().enumerate() {
                let declaration = BlankNode::new_unchecked(format!("{}-{n}", set.as_str()));
                triples.push(Triple::new(set.clone(), sh("declare"), declaration.clone()));
                triples.push(Triple::new(
                    declaration.clone(),
                    sh("prefix"),
                    Literal::new_simple_literal(prefix),
                ));
                let namespace = Literal::new_typed_literal(namespace, xsd::ANY_URI);
                triples.push(Triple::new(declaration, sh("namespace"), namespace));
            }
        }
        triples
    }

    /// The keyword that says what the query asks for, in capitals; empty where it has none.
    pub fn form(&self) -> &'static str {
        let forms = ["SELECT", "ASK", "CONSTRUCT", "DESCRIBE"];
        tokens(&self.text)
            .into_iter()
            .filter(|token| token.kind == tokens::Kind::Keyword)
            .find_map(|token| {
                let word = self.text.get(token.range)?;
                forms.into_iter().find(|form| form.eq_ignore_ascii_case(word))
            })
            .unwrap_or("")
    }

    /// The file of a new saved query: header and text.
    pub fn compose(summary: &str, view: Option<&str>, text: &str) -> String {
        let mut file = format!("#+ summary: {}\n", yaml_string(summary));
        if let Some(view) = view {
            file.push_str(&format!("#+ view: {view}\n"));
        }
        file.push('\n');
        file.push_str(text.trim());
        file.push('\n');
        file
    }
}

/// `PREFIX p: <iri>` in the prologue.
fn declared_prefixes(text: &str) -> Vec<(String, String)> {
    let tokens = tokens(text);
    let word = |token: &tokens::Token| text.get(token.range.clone()).unwrap_or_default();
    tokens
        .windows(3)
        .filter_map(|window| match window {
            [keyword, name, iri]
                if word(keyword).eq_ignore_ascii_case("prefix") && iri.kind == tokens::Kind::Iri =>
            {
                let iri = word(iri).trim_start_matches('<').trim_end_matches('>');
                Some((word(name).trim_end_matches(':').to_owned(), iri.to_owned()))
            }
            _ => None,
        })
        .collect()
}

/// Text as a YAML scalar: double-quoted, so that nothing in it means anything.
fn yaml_string(text: &str) -> String {
    let mut out = String::new();
    terms::quote(&mut out, text);
    out
}

/// The `#+` lines of a text, and where they were.
struct Header {
    yaml: String,
    /// The byte in the query's text at which each line of `yaml` starts.
    starts: Vec<usize>,
}

impl Header {
    fn of(text: &str) -> Self {
        let mut header = Self { yaml: String::new(), starts: Vec::new() };
        let mut start = 0;
        for line in text.split_inclusive('\n') {
            if let Some(rest) = line.strip_prefix("#+") {
                let content = rest.strip_prefix(' ').unwrap_or(rest);
                header.starts.push(start + line.len() - content.len());
                header.yaml.push_str(content);
            }
            start += line.len();
        }
        header
    }

    fn parse(&self, name: &str) -> Result<Yaml<'_>> {
        let documents = Yaml::load_from_str(&self.yaml).map_err(|error| {
            let (line, column) = (error.marker().line(), error.marker().col());
            Error::new(Kind::Query, format!("the header of `{name}` is no YAML: {}", error.info()))
                .hint("quote texts that contain `: ` or start with a special character: summary: \"...\"")
                .at(Span {
                    name: format!("{name}.rq"),
                    line,
                    column: column + "#+ ".len() + 1,
                    width: 1,
                    text: self
                        .yaml
                        .lines()
                        .nth(line.saturating_sub(1))
                        .map_or_else(String::new, |l| format!("#+ {l}")),
                })
        })?;
        Ok(documents.into_iter().next().unwrap_or(Yaml::Value(Scalar::Null)))
    }

    /// The line that declares a parameter.
    fn place_of(&self, name: &str, text: &str, param: &str) -> Span {
        let line = self.yaml.lines().position(|line| line.trim_start().starts_with(&format!("{param}:")));
        let start = line.and_then(|line| self.starts.get(line)).copied().unwrap_or(0);
        let indent = text.get(start..).map_or(0, |rest| rest.len() - rest.trim_start().len());
        Span::in_text(format!("{name}.rq"), text, start + indent..start + indent + param.len())
    }
}

fn scalar(yaml: &Yaml<'_>) -> Option<String> {
    match yaml {
        Yaml::Value(Scalar::String(text)) => Some(text.trim_end().to_owned()),
        Yaml::Value(Scalar::Integer(number)) => Some(number.to_string()),
        Yaml::Value(Scalar::FloatingPoint(number)) => Some(number.to_string()),
        Yaml::Value(Scalar::Boolean(truth)) => Some(truth.to_string()),
        Yaml::Representation(text, ..) => Some(text.to_string()),
        _ => None,
    }
}

fn list(yaml: &Yaml<'_>) -> Vec<String> {
    match yaml.as_sequence() {
        Some(items) => items.iter().filter_map(scalar).collect(),
        None => scalar(yaml)
            .into_iter()
            .flat_map(|text| text.split(',').map(|t| t.trim().to_owned()).collect::<Vec<_>>())
            .collect(),
    }
}

/// Takes `stem` and `stem_LANGUAGE` into `texts`.
fn take_text(key: &str, stem: &str, value: &Yaml<'_>, texts: &mut Texts) {
    let Some(rest) = key.strip_prefix(stem) else { return };
    let language = if rest.is_empty() { Some("") } else { rest.strip_prefix('_') };
    if let (Some(language), Some(text)) = (language, scalar(value)) {
        texts.0.insert(language.to_owned(), text);
    }
}

impl ParamKind {
    /// The kind that a header or a grlc suffix names.
    fn named(name: &str) -> Option<Self> {
        let xsd = |local: &str| {
            Self::Typed(NamedNode::new_unchecked(format!("http://www.w3.org/2001/XMLSchema#{local}")))
        };
        Some(match name {
            "string" | "literal" | "text" => Self::String,
            "lang" | "language" => Self::Language,
            "iri" | "uri" | "label" | "thing" => Self::Iri,
            "integer" | "decimal" | "double" | "float" | "boolean" | "date" | "dateTime" | "time"
            | "gYear" | "gYearMonth" | "gMonthDay" | "duration" | "anyURI" => xsd(name),
            "number" => xsd("decimal"),
            "int" => xsd("integer"),
            _ => xsd(name.strip_prefix("xsd_").or_else(|| name.strip_prefix("xsd:"))?),
        })
    }

    /// What to call it in help: `integer`, `date`, `label or IRI`.
    pub fn title(&self) -> String {
        match self {
            Self::String => "text".into(),
            Self::Tagged(language) => format!("text in {language}"),
            Self::Language => "language".into(),
            Self::Iri => "label or IRI".into(),
            Self::Typed(datatype) => {
                datatype.as_str().rsplit(['#', '/']).next().unwrap_or("value").to_owned()
            }
        }
    }
}

impl Param {
    fn read(name: &str, spec: &Yaml<'_>) -> Result<Self> {
        let mut param = Self::of_variable(&format!("_{name}"));
        name.clone_into(&mut param.name);
        param.kind = ParamKind::String;
        let Some(entries) = spec.as_mapping() else { return Ok(param) };
        for (key, value) in entries {
            let key = scalar(key).unwrap_or_default();
            match key.as_str() {
                "type" => {
                    let kind = scalar(value).unwrap_or_default();
                    param.kind = ParamKind::named(&kind).ok_or_else(|| {
                        Error::query(format!("parameter `{name}` has the unknown type `{kind}`")).hint(
                            "types are string, lang, iri, label, and those of XML Schema: integer, date, gYearMonth, ...",
                        )
                    })?;
                }
                "default" => param.default = scalar(value),
                "enum" => param.choices = list(value),
                "values" => param.values = scalar(value),
                "class" => param.class = scalar(value),
                "required" => param.required = scalar(value).is_some_and(|text| text == "true"),
                _ => take_text(&key, "description", value, &mut param.description),
            }
        }
        Ok(param)
    }

    /// What the name of a variable alone says, by grlc's suffixes: `_x_iri`, `_x_integer`, `_x_en`, `_x_xsd_date`.
    fn of_variable(variable: &str) -> Self {
        let bare = variable.trim_start_matches('_');
        let suffix = bare.split_once('_').and_then(|(name, suffix)| {
            let language = suffix.len() == 2 && suffix.bytes().all(|b| b.is_ascii_lowercase());
            let tagged = language.then(|| ParamKind::Tagged(suffix.to_owned()));
            Some((name, ParamKind::named(suffix).or(tagged)?))
        });
        let (name, kind) = suffix.unwrap_or((bare, ParamKind::String));
        Self {
            name: name.to_owned(),
            variable: Variable::new_unchecked(variable),
            kind,
            default: None,
            required: false,
            choices: Vec::new(),
            values: None,
            class: None,
            description: Texts::default(),
        }
    }

    /// The term for a value given as text.
    ///
    /// # Errors
    /// See [`SavedQuery::bind`].
    pub fn term(
        &self,
        value: &str,
        known: &Knowledge<'_>,
        ask: &dyn Fn(&str) -> Result<Vec<Term>>,
    ) -> Result<Term> {
        let term = match &self.kind {
            ParamKind::String => Literal::new_simple_literal(value).into(),
            ParamKind::Language => self.language(value)?,
            ParamKind::Tagged(language) => Literal::new_language_tagged_literal(value, language)
                .map_err(|error| Error::usage(format!("`{language}` is no language tag")).because(error))?
                .into(),
            ParamKind::Typed(datatype) => {
                if !terms::is_valid(value, datatype.as_str()) {
                    return Err(self.not_of_type(value));
                }
                Literal::new_typed_literal(value, datatype.clone()).into()
            }
            ParamKind::Iri => self.thing(value, known)?,
        };
        self.check_choice(value, &term, known, ask)?;
        Ok(term)
    }

    fn language(&self, value: &str) -> Result<Term> {
        if Literal::new_language_tagged_literal("", value).is_err() {
            return Err(Error::usage(format!(
                "`{}` takes a language tag such as zh or en, not `{value}`",
                self.name
            )));
        }
        Ok(Literal::new_simple_literal(value.to_ascii_lowercase()).into())
    }

    fn not_of_type(&self, value: &str) -> Error {
        let kind = self.kind.title();
        let example = match kind.as_str() {
            "integer" => "7",
            "decimal" | "double" | "float" => "7.5",
            "boolean" => "true",
            "date" => "2023-06-25",
            "gYear" => "2023",
            "gYearMonth" => "2023-06",
            "dateTime" => "2023-06-25T08:00:00Z",
            _ => "",
        };
        let error = Error::usage(format!("`{}` takes a value of type {kind}, not `{value}`", self.name));
        if example.is_empty() {
            return error;
        }
        error.hint(Hint::ExampleValue { parameter: self.name.clone(), value: example.to_owned() })
    }

    /// Whether the header allows this value.
    fn check_choice(
        &self,
        value: &str,
        term: &Term,
        known: &Knowledge<'_>,
        ask: &dyn Fn(&str) -> Result<Vec<Term>>,
    ) -> Result<()> {
        if !self.choices.is_empty() {
            let same = |choice: &String| match term {
                Term::NamedNode(iri) => expand(choice, known.prefixes).as_deref() == Some(iri.as_str()),
                Term::Literal(literal) => literal.value() == choice,
                Term::BlankNode(_) | Term::Triple(_) => false,
            };
            if !self.choices.iter().any(same) {
                return Err(Error::usage(format!("`{}` cannot be `{value}`", self.name))
                    .hint(format!("it is one of {}", self.choices.join(", "))));
            }
        } else if let Some(query) = &self.values {
            let allowed = ask(query)?;
            let same = |other: &Term| match (other, term) {
                (Term::Literal(other), Term::NamedNode(_)) => other.value() == value,
                (Term::Literal(other), Term::Literal(literal)) => other.value() == literal.value(),
                _ => other == term,
            };
            // A thing may be given by another of its names, or by its IRI, than the one listed.
            let named = |other: &Term| match (other, term) {
                (Term::Literal(other), Term::NamedNode(_)) => known
                    .graph
                    .id(term.as_ref())
                    .is_some_and(|id| known.names.all(id).iter().any(|name| name.text == other.value())),
                _ => false,
            };
            if !allowed.iter().any(|other| same(other) || named(other)) {
                let some: Vec<String> = allowed.iter().take(8).map(plain).collect();
                return Err(Error::usage(format!("`{}` cannot be `{value}`", self.name))
                    .hint(format!("it is one of {}", some.join(", "))));
            }
        }
        Ok(())
    }

    /// The thing that a prefixed name, an IRI or an exact label stands for.
    fn thing(&self, value: &str, known: &Knowledge<'_>) -> Result<Term> {
        let class = self.class_id(known);
        let labelled: Vec<Id> =
            known.names.exact(value).into_iter().filter(|id| self.fits(*id, class, known)).collect();
        match labelled.as_slice() {
            [one] => return Ok(known.graph.term(*one)),
            [] => {}
            several => return Err(self.ambiguous(value, several, known)),
        }
        if let Some(iri) = expand(value, known.prefixes) {
            let iri = NamedNode::new(&iri)
                .map_err(|error| Error::usage(format!("`{value}` is no IRI")).because(error))?;
            let id = known.graph.id(TermRef::from(&iri));
            if id.is_some_and(|id| self.fits(id, class, known)) {
                return Ok(iri.into());
            }
            return Err(self.unknown(value, class, known));
        }
        Err(self.unknown(value, class, known))
    }

    /// The number of the class that the header asks for. `Some(None)`: a class without instances here.
    fn class_id(&self, known: &Knowledge<'_>) -> Option<Option<Id>> {
        let class = self.class.as_ref()?;
        let iri = expand(class, known.prefixes).unwrap_or_else(|| class.clone());
        Some(known.graph.id(TermRef::from(&NamedNode::new_unchecked(iri))))
    }

    fn fits(&self, id: Id, class: Option<Option<Id>>, known: &Knowledge<'_>) -> bool {
        let Some(class) = class else { return true };
        let (Some(class), Some(is_a)) = (class, known.graph.id(rdf::TYPE.into())) else { return false };
        let graphs = std::iter::once(None).chain(known.graph.graph_names().into_iter().map(Some));
        graphs
            .into_iter()
            .any(|graph: GraphId| known.graph.count(graph, [Some(id), Some(is_a), Some(class)]) > 0)
    }

    fn ambiguous(&self, value: &str, several: &[Id], known: &Knowledge<'_>) -> Error {
        let names: Vec<String> =
            several.iter().take(5).map(|id| known.prefixes.show(known.graph.term(*id).as_ref())).collect();
        Error::usage(format!("`{value}` names {} things; `{}` takes one", several.len(), self.name))
            .hint(format!("say which: {}", names.join(", ")))
    }

    fn unknown(&self, value: &str, class: Option<Option<Id>>, known: &Knowledge<'_>) -> Error {
        let near: Vec<String> = known
            .names
            .search(value, 50)
            .into_iter()
            .filter(|hit| self.fits(hit.id, class, known))
            .take(3)
            .map(|hit| format!("`{}` ({})", hit.name, known.prefixes.show(known.graph.term(hit.id).as_ref())))
            .collect();
        let what = self.class.as_ref().map_or_else(|| "thing".to_owned(), |class| format!("`{class}`"));
        let error = Error::usage(format!("`{}`: no {what} is called `{value}` in this graph", self.name));
        if near.is_empty() {
            error.hint("give a prefixed name, an IRI or an exact label").hint(Hint::SearchNames)
        } else {
            error.hint(format!("did you mean {}?", near.join(", ")))
        }
    }
}

/// The IRI behind `<iri>`, a prefixed name, or a full IRI.
fn expand(text: &str, prefixes: &Prefixes) -> Option<String> {
    if let Some(iri) = text.strip_prefix('<') {
        return iri.strip_suffix('>').map(str::to_owned);
    }
    prefixes.expand(text).or_else(|| text.contains("://").then(|| text.to_owned()))
}

fn plain(term: &Term) -> String {
    match term {
        Term::Literal(literal) => literal.value().to_owned(),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> SavedQuery {
        SavedQuery::read("q".into(), text.into(), Origin::Project)
    }

    fn bind(query: &SavedQuery, given: &[(&str, &str)]) -> Result<Bindings> {
        let session = crate::fixture::session();
        let given = given.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        session.bindings(query, &given)
    }

    fn bound(query: &SavedQuery, given: &[(&str, &str)]) -> String {
        bind(query, given).unwrap().values().map(ToString::to_string).collect::<Vec<_>>().join(" ")
    }

    const VENDOR: &str = "#+ params:\n#+   v: {type: label, class: bm:Vendor}\nSELECT * { ?_v ?p ?o }";

    #[test]
    fn a_thing_is_given_by_label_prefixed_name_or_iri() {
        let query = read(VENDOR);
        let baidu = "<https://w3id.org/baimo/vendor/baidu>";
        for value in ["百度", "Baidu", "baidu", "vendor:baidu", baidu, "https://w3id.org/baimo/vendor/baidu"]
        {
            assert_eq!(bound(&query, &[("v", value)]), baidu, "{value}");
        }
    }

    #[test]
    fn a_misspelt_or_wrong_thing_is_refused_with_the_nearest() {
        let query = read(VENDOR);
        let error = bind(&query, &[("v", "Baidoo")]).unwrap_err();
        assert!(error.message.contains("no `bm:Vendor` is called `Baidoo`"), "{error}");
        assert!(error.hints[0].to_string().contains("vendor:baidu"), "{:?}", error.hints);
        let error = bind(&query, &[("v", "model:gpt-4")]).unwrap_err();
        assert!(error.message.contains("no `bm:Vendor`"), "a model is no vendor: {error}");
    }

    #[test]
    fn a_value_is_a_term_whatever_it_holds() {
        let query = read("#+ params:\n#+   t: {type: string}\nSELECT ?x { BIND(?_t AS ?x) }");
        for value in ["\" } DROP ALL #", "a\\\"b", "?x", "} UNION { ?s ?p ?o", "'''", "\n"] {
            let bindings = bind(&query, &[("t", value)]).unwrap();
            let session = crate::fixture::session();
            let crate::engine::answer::Answer::Rows(rows) = session.query(&query.text, &bindings).unwrap()
            else {
                panic!()
            };
            let rows: Vec<_> = rows.rows.map(Result::unwrap).collect();
            assert_eq!(rows, [vec![Some(Literal::new_simple_literal(value).into())]]);
        }
    }

    #[test]
    fn types_and_choices_are_checked() {
        let query = read(
            "#+ params:\n#+   n: {type: integer, enum: [1, 2]}\n#+   d: {type: date}\n#+   m: {type: gYearMonth}\nSELECT * { ?s ?_n ?_d, ?_m }",
        );
        assert!(bind(&query, &[("n", "1")]).is_ok());
        assert!(bind(&query, &[("n", "3")]).unwrap_err().hints[0].to_string().contains("1, 2"));
        assert!(bind(&query, &[("n", "one")]).unwrap_err().message.contains("integer"));
        assert!(bind(&query, &[("d", "2023-02-30")]).is_err());
        assert!(bind(&query, &[("m", "2023-6")]).is_err());
        assert!(bind(&query, &[("m", "2023-06")]).is_ok());
        assert!(bind(&query, &[("k", "2023-06")]).unwrap_err().message.contains("no parameter `k`"));
    }

    #[test]
    fn grlc_suffixes_give_the_type() {
        let query = read("SELECT * { ?s ?_p_iri ?_n_integer, ?_l_en, ?_d_xsd_date, ?__o }");
        let kinds: Vec<_> =
            query.params.iter().map(|p| (p.name.as_str(), p.kind.title(), p.required)).collect();
        let expected = [
            ("p", "label or IRI", true),
            ("n", "integer", true),
            ("l", "text in en", true),
            ("d", "date", true),
            ("o", "text", false),
        ];
        assert_eq!(kinds, expected.map(|(n, k, r)| (n, k.to_owned(), r)));
    }

    #[test]
    fn a_broken_header_hides_nothing() {
        let query = read("#+ summary: [unclosed\n#+ tags: x\nSELECT * { ?s ?p ?o }");
        let problem = query.problem.as_ref().unwrap();
        assert!(problem.message.contains("no YAML"), "{problem}");
        assert!(problem.span.is_some());
        assert!(bind(&query, &[]).is_ok(), "it can be run all the same");
        let query = read("#+ params:\n#+   x: {type: nonsense}\nSELECT * { ?s ?p ?_x }");
        let problem = query.problem.unwrap();
        assert_eq!(problem.span.as_deref().map(|span| (span.line, span.column, span.width)), Some((2, 6, 1)));
    }

    #[test]
    fn comments_of_other_tools_are_read() {
        let query = read("#title: Cats\n#defaultView:BarChart{\"hide\":\"?x\"}\nSELECT * {}");
        assert_eq!((query.summary.get("en"), query.view.as_deref()), ("Cats", Some("BarChart")));
        assert_eq!(read("# @title Dogs\nSELECT * {}").summary.get("zh"), "Dogs");
    }

    #[test]
    fn a_composed_query_reads_back() {
        let text = SavedQuery::compose("a: \"b\" #c", Some("Table"), "ASK {}");
        let query = read(&text);
        assert!(query.problem.is_none(), "{:?}", query.problem);
        assert_eq!(query.summary.get(""), "a: \"b\" #c");
    }

    proptest::proptest! {
        #[test]
        fn no_header_and_no_value_panics(header in "(#\\+ ?[ -~百]{0,30}\n){0,6}", value in "\\PC{0,20}") {
            let query = read(&format!("{header}SELECT * {{ ?_a ?_b_iri ?_c_integer }}"));
            let _ = bind(&query, &[("a", &value), ("b", &value), ("c", &value)]);
        }
    }
}
