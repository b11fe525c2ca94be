//! One saved query: what its header says, which parameters it takes, and the terms to bind.
//!
//! In: the text of a `.rq` file, values by parameter. Out: a [`SavedQuery`], [`Bindings`] for the engine. The
//! header is grlc's; the Wikidata Query Service's `#title:` and `#defaultView:` and sparql-doc's `# @title`
//! are read too. A header that cannot be read hides nothing: see [`SavedQuery::problem`].

use super::NEAR;
use super::header::{Entries, Header, texts};
use super::parameter::Param;
use crate::engine::Bindings;
use crate::engine::syntax::tokens::{self, each_token, tokens};
use crate::error::{Diagnostic, Error, Hint, Result};
use crate::explore::Knowledge;
use crate::terms::{self, Term};
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

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
    pub problem: Option<Diagnostic>,
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
        match header.read(&query.name, &query.text) {
            Ok(entries) => query.take(entries, &header),
            Err(problem) => query.problem = Some(*problem),
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

    fn take(&mut self, entries: Entries, header: &Header) {
        let Entries { tags, view, params, others } = entries;
        if !tags.0.is_empty() {
            self.tags = tags.0;
        }
        self.view = view.or(self.view.take());
        texts(&others, "title", &mut self.summary);
        texts(&others, "summary", &mut self.summary);
        texts(&others, "description", &mut self.description);
        for (name, spec) in params.0 {
            match Param::read(&name, spec) {
                Ok(param) => self.params.push(param),
                Err(error) => {
                    let place = header.place_of(&self.name, &self.text, &name);
                    self.problem = Some(error.diagnostic.at(place));
                }
            }
        }
    }

    /// Gives each declared parameter its variable, and adds those that only the text has.
    fn add_undeclared(&mut self) {
        // Most texts have no such variable, and one may be a list of hundreds of thousands of values.
        if !self.text.contains("?_") && !self.text.contains("$_") {
            return;
        }
        let mut seen = BTreeSet::new();
        for token in each_token(&self.text) {
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
    /// several things; always with a remedy.
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
                        .hint(Hint::GiveParameter(param.name.clone())));
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

    /// The keyword that says what the query asks for, in capitals; empty where it has none.
    pub fn form(&self) -> &'static str {
        tokens(&self.text)
            .into_iter()
            .filter(|token| token.kind == tokens::Kind::Keyword)
            .find_map(|token| {
                let word = self.text.get(token.range)?;
                tokens::FORMS.iter().copied().find(|form| form.eq_ignore_ascii_case(word))
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

/// Text as a YAML scalar: double-quoted, so that nothing in it means anything.
fn yaml_string(text: &str) -> String {
    let mut out = String::new();
    terms::quote(&mut out, text);
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::answer::Answer;
    use crate::fixture::{answer, known};
    use crate::terms::Literal;

    fn read(text: &str) -> SavedQuery {
        SavedQuery::read("q".into(), text.into(), Origin::Project)
    }

    fn bind(query: &SavedQuery, given: &[(&str, &str)]) -> Result<Bindings> {
        let given = given.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        query.bind(&given, &known(), &|_| Ok(Vec::new()))
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
        assert!(error.message.contains("no `bm:Vendor`"), "a model is not a vendor: {error}");
    }

    #[test]
    fn a_value_is_a_term_whatever_it_holds() {
        let query = read("#+ params:\n#+   t: {type: string}\nSELECT ?x { BIND(?_t AS ?x) }");
        for value in ["\" } DROP ALL #", "a\\\"b", "?x", "} UNION { ?s ?p ?o", "'''", "\n"] {
            let bindings = bind(&query, &[("t", value)]).unwrap();
            let Answer::Rows(rows) = answer(&query.text, &bindings) else { panic!("rows") };
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
        assert!(problem.message.contains("header of `q` cannot be read"), "{problem:?}");
        let place = problem.span.as_ref().map(|span| (span.line, span.column));
        assert_eq!(place, Some((2, 8)), "where the next entry begins within the open list");
        assert!(bind(&query, &[]).is_ok(), "it can be run all the same");
        let query = read("#+ params:\n#+   x: {type: nonsense}\nSELECT * { ?s ?p ?_x }");
        let problem = query.problem.unwrap();
        assert_eq!(problem.span.as_deref().map(|span| (span.line, span.column, span.width)), Some((2, 6, 1)));
    }

    #[test]
    fn what_is_wrong_within_a_header_is_shown_where_it_is() {
        for (entry, place) in [
            ("#+   n: {type: integer, required: 3}", (2, 35)),
            ("#+   n: [integer]", (2, 9)),
            ("#+   n: {enum: {a: 1}}", (2, 16)),
        ] {
            let query = read(&format!("#+ params:\n{entry}\nSELECT * {{ ?s ?p ?_n }}"));
            let span = query.problem.and_then(|problem| problem.span);
            assert_eq!(span.map(|span| (span.line, span.column)), Some(place), "{entry}");
        }
    }

    #[test]
    fn values_are_kept_as_they_are_spelt() {
        let query = read("#+ params:\n#+   n: {default: 01, enum: [01, 1.50, yes]}\nSELECT * { ?s ?p ?_n }");
        let param = query.params.first().unwrap();
        assert_eq!(
            (param.default.as_deref(), param.choices.join(" ")),
            (Some("01"), "01 1.50 yes".to_owned())
        );
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
