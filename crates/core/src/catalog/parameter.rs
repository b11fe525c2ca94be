//! Parameters of saved queries: which kinds there are, and how a value given as text becomes a term.
//!
//! In: what a header or the name of a variable says, a value. Out: a term of the parameter's kind, or an
//! error with an example or the nearest names. A new kind of parameter is added here.

use super::header::{Spec, texts};
use super::saved::Texts;
use crate::error::{Error, Hint, Result};
use crate::explore::Knowledge;
use crate::explore::resolve::{self, Resolved};
use crate::store::Id;
use crate::terms::{self, Literal, NamedNode, Term, TermRef, Variable, rdf};

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
    pub(super) fn read(name: &str, spec: Spec) -> Result<Self> {
        let Spec { kind, default, choices, values, class, required, others } = spec;
        let named = |kind: String| {
            ParamKind::named(&kind).ok_or_else(|| {
                Error::query(format!("parameter `{name}` has the unknown type `{kind}`")).hint(
                    "types are string, lang, iri, label, and those of XML Schema: integer, date, gYearMonth, ...",
                )
            })
        };
        let mut description = Texts::default();
        texts(&others, "description", &mut description);
        Ok(Self {
            name: name.to_owned(),
            kind: kind.map_or(Ok(ParamKind::String), named)?,
            default,
            required,
            choices: choices.0,
            values,
            class,
            description,
            ..Self::of_variable(&format!("_{name}"))
        })
    }

    /// What the name of a variable alone says, by grlc's suffixes: `_x_iri`, `_x_integer`, `_x_en`, `_x_xsd_date`.
    pub(super) fn of_variable(variable: &str) -> Self {
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
    /// See `SavedQuery::bind`.
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
                .map_err(|error| Error::usage(format!("`{language}` is not a language tag")).because(error))?
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
        // What is taken where nothing is given says more than any value.
        let example = self.default.as_deref().filter(|value| !value.is_empty()).unwrap_or(example);
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
                Term::NamedNode(iri) => resolve::iri(choice, known.prefixes).as_ref() == Some(iri),
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
                    .is_some_and(|id| known.names().all(id).iter().any(|name| name.text == other.value())),
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

    /// The thing of the wanted class that the value names. See [`resolve`].
    fn thing(&self, value: &str, known: &Knowledge<'_>) -> Result<Term> {
        let class = self.class_id(known);
        match resolve::resolve(value, known, "", &|id| Self::fits(id, class, known)) {
            Resolved::One(id) => Ok(known.graph.term(id)),
            Resolved::Several(ids) => {
                let message = format!("`{value}` names {} things; `{}` takes one", ids.len(), self.name);
                Err(Error::usage(message).hint(format!("say which: {}", resolve::listed(&ids, known))))
            }
            Resolved::Nothing(near) => {
                let what =
                    self.class.as_ref().map_or_else(|| "thing".to_owned(), |class| format!("`{class}`"));
                let message = format!("`{}`: no {what} is called `{value}` in this graph", self.name);
                Err(resolve::did_you_mean(Error::usage(message), &near, known))
            }
        }
    }

    /// Whether a thing is of the class that the header asks for; any is where it asks for none.
    pub fn takes(&self, id: Id, known: &Knowledge<'_>) -> bool {
        Self::fits(id, self.class_id(known), known)
    }

    /// The number of the class that the header asks for. `Some(None)`: a class without instances here.
    fn class_id(&self, known: &Knowledge<'_>) -> Option<Option<Id>> {
        let class = self.class.as_ref()?;
        let iri = resolve::iri(class, known.prefixes).unwrap_or_else(|| NamedNode::new_unchecked(class));
        Some(known.graph.id(TermRef::from(&iri)))
    }

    fn fits(id: Id, class: Option<Option<Id>>, known: &Knowledge<'_>) -> bool {
        let Some(class) = class else { return true };
        let (Some(class), Some(is_a)) = (class, known.graph.id(rdf::TYPE.into())) else { return false };
        known.graph.has([Some(id), Some(is_a), Some(class)])
    }
}

fn plain(term: &Term) -> String {
    match term {
        Term::Literal(literal) => literal.value().to_owned(),
        other => other.to_string(),
    }
}
