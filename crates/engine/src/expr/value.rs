//! What an expression computes, and how an operator looks at it.
//!
//! In: terms, and results of operators. Out: [`Value`], which keeps the lexical form and datatype of whatever came from a graph
//! or the query, and [`Operand`], its meaning. An error has no value: where a value may be missing, it is an error.

use crate::terms::{BaseDirection, Literal, NamedNode, Term, Triple, xsd};
use baimo_store::value::datatype::{Datatype, XSD};
use baimo_store::value::moment::{Duration, Moment};
use baimo_store::value::number::Number;
use baimo_store::value::order::parse_boolean;

/// A value. Those that are no [`Term`](Value::Term) were computed and have a canonical lexical form.
#[derive(Debug, Clone)]
pub enum Value {
    /// An `xsd:boolean`.
    Boolean(bool),
    /// A number of one of the four types of arithmetic.
    Number(Number),
    /// An `xsd:string`.
    String(String),
    /// A date or time of the datatype beside it.
    Moment(Moment, Datatype),
    /// A duration of the datatype beside it.
    Duration(Duration, Datatype),
    /// Any term, lexical form and all.
    Term(Term),
}

/// What a value means to operators and functions.
#[derive(Debug, Clone)]
pub enum Operand<'a> {
    /// An IRI.
    Iri(&'a str),
    /// A blank node.
    Blank(&'a str),
    /// A triple term.
    Triple(&'a Triple),
    /// An `xsd:boolean`.
    Boolean(bool),
    /// A number.
    Number(Number),
    /// A date or time.
    Moment(Moment, Datatype),
    /// A duration.
    Duration(Duration, Datatype),
    /// An `xsd:string`.
    String(&'a str),
    /// A string with a language and perhaps a direction.
    LangString(&'a str, &'a str, Option<BaseDirection>),
    /// A literal of an unknown datatype, or one whose text is not of its datatype: text and datatype.
    Other(&'a str, &'a str),
}

impl Value {
    /// A string.
    pub fn string(text: impl Into<String>) -> Self {
        Self::String(text.into())
    }

    /// An integer.
    pub fn integer(value: i64) -> Self {
        Self::Number(value.into())
    }

    /// How many bytes of text it holds.
    pub fn text_len(&self) -> usize {
        match self {
            Self::String(text) => text.len(),
            Self::Term(Term::Literal(literal)) => literal.value().len(),
            Self::Term(Term::NamedNode(iri)) => iri.as_str().len(),
            _ => 0,
        }
    }

    /// What it means.
    pub fn operand(&self) -> Operand<'_> {
        match self {
            Self::Boolean(value) => Operand::Boolean(*value),
            Self::Number(number) => Operand::Number(number.clone()),
            Self::String(text) => Operand::String(text),
            Self::Moment(moment, datatype) => Operand::Moment(*moment, *datatype),
            Self::Duration(duration, datatype) => Operand::Duration(*duration, *datatype),
            Self::Term(term) => Operand::of_term(term),
        }
    }

    /// The number that it is, if it is one.
    pub fn number(&self) -> Option<Number> {
        match self.operand() {
            Operand::Number(number) => Some(number),
            _ => None,
        }
    }

    /// The term that it is.
    pub fn to_term(&self) -> Term {
        match self {
            Self::Term(term) => term.clone(),
            Self::String(text) => Literal::new_simple_literal(text.as_str()).into(),
            Self::Boolean(value) => Literal::from(*value).into(),
            Self::Number(number) => {
                let datatype = match number {
                    Number::Integer(_) => xsd::INTEGER,
                    Number::Decimal(_) => xsd::DECIMAL,
                    Number::Float(_) => xsd::FLOAT,
                    Number::Double(_) => xsd::DOUBLE,
                };
                Literal::new_typed_literal(number.to_string(), datatype).into()
            }
            Self::Moment(moment, datatype) => typed(moment.print(*datatype), *datatype),
            Self::Duration(duration, datatype) => typed(duration.print(*datatype), *datatype),
        }
    }

    /// The term that it is, taken out of it.
    pub fn into_term(self) -> Term {
        match self {
            Self::Term(term) => term,
            Self::String(text) => Literal::new_simple_literal(text).into(),
            other => other.to_term(),
        }
    }

    /// The IRI of the datatype of a literal (SPARQL 1.2, 17.4.2.7); none of other terms.
    pub fn datatype(&self) -> Option<NamedNode> {
        match self {
            Self::Boolean(_) => Some(xsd::BOOLEAN.into_owned()),
            Self::String(_) => Some(xsd::STRING.into_owned()),
            Self::Number(number) => Some(datatype_iri(number.datatype())),
            Self::Moment(_, datatype) | Self::Duration(_, datatype) => Some(datatype_iri(*datatype)),
            Self::Term(Term::Literal(literal)) => Some(literal.datatype().into_owned()),
            Self::Term(_) => None,
        }
    }

    /// The lexical form of a literal; none of other terms.
    pub fn lexical_form(&self) -> Option<std::borrow::Cow<'_, str>> {
        Some(match self {
            Self::String(text) => text.as_str().into(),
            Self::Boolean(value) => if *value { "true" } else { "false" }.into(),
            Self::Number(number) => number.to_string().into(),
            Self::Moment(moment, datatype) => moment.print(*datatype).into(),
            Self::Duration(duration, datatype) => duration.print(*datatype).into(),
            Self::Term(Term::Literal(literal)) => literal.value().into(),
            Self::Term(_) => return None,
        })
    }

    /// Whether it is the same term as another (SPARQL 1.1, 17.4.1.8).
    pub fn is_same_term(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Term(a), Self::Term(b)) => a == b,
            (Self::String(a), Self::String(b)) => a == b,
            (Self::Boolean(a), Self::Boolean(b)) => a == b,
            _ => self.to_term() == other.to_term(),
        }
    }
}

impl<'a> Operand<'a> {
    /// What a term means.
    pub fn of_term(term: &'a Term) -> Self {
        let literal = match term {
            Term::NamedNode(node) => return Self::Iri(node.as_str()),
            Term::BlankNode(node) => return Self::Blank(node.as_str()),
            Term::Triple(triple) => return Self::Triple(triple),
            Term::Literal(literal) => literal,
        };
        let text = literal.value();
        if let Some(language) = literal.language() {
            return Self::LangString(text, language, literal.direction());
        }
        let iri = literal.datatype();
        Self::of_literal(text, Datatype::of(iri.as_str())).unwrap_or(Self::Other(text, iri.as_str()))
    }

    /// What a text means in a datatype; nothing where it has no value there.
    pub fn of_literal(text: &'a str, datatype: Datatype) -> Option<Self> {
        match datatype {
            Datatype::String => Some(Self::String(text)),
            Datatype::Boolean => parse_boolean(text).map(Self::Boolean),
            Datatype::Other => None,
            _ if datatype.is_numeric() => Number::parse(text, datatype).map(Self::Number),
            Datatype::Duration | Datatype::YearMonthDuration | Datatype::DayTimeDuration => {
                Duration::parse(text, datatype).map(|duration| Self::Duration(duration, datatype))
            }
            _ => Moment::parse(text, datatype).map(|moment| Self::Moment(moment, datatype)),
        }
    }

    /// Whether it is a literal.
    pub fn is_literal(&self) -> bool {
        !matches!(self, Self::Iri(_) | Self::Blank(_) | Self::Triple(_))
    }
}

fn typed(text: String, datatype: Datatype) -> Term {
    Literal::new_typed_literal(text, datatype_iri(datatype)).into()
}

/// The IRI of a datatype that results of operators have.
fn datatype_iri(datatype: Datatype) -> NamedNode {
    NamedNode::new_unchecked(format!("{XSD}{}", datatype.name()))
}
