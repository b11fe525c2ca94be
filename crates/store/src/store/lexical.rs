//! A term as its text, borrowed: what writers and expressions read without building a `Term`.
//!
//! In: bytes of a dictionary. Out: [`Lexical`]. It owns nothing.

use super::pack::cache::Part;
use super::{Id, Triple};
use crate::terms::{NamedNodeRef, Term, TermRef};
use oxrdf::{BaseDirection, BlankNodeRef, LiteralRef};
use std::ops::Range;

/// A term as its text, borrowed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Lexical<'a> {
    /// A blank node's label, without `_:`.
    Blank(&'a str),
    /// An IRI.
    Iri(&'a str),
    /// A literal: its lexical form exactly as it was read, and what kind it is of.
    Literal(&'a str, Tag<'a>),
    /// A triple term, by the numbers of its parts, which are terms of the same graph.
    Triple(Triple),
}

/// What makes a literal of a lexical form.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Tag<'a> {
    /// The IRI of its datatype; `xsd:string` for simple literals.
    Datatype(&'a str),
    /// Its language tag.
    Language(&'a str),
    /// Its language tag and base direction (RDF 1.2).
    Directed(&'a str, BaseDirection),
}

impl<'a> Lexical<'a> {
    /// The text: a label, an IRI, a lexical form; nothing for a triple term.
    #[must_use]
    pub fn text(&self) -> Option<&'a str> {
        match *self {
            Self::Blank(text) | Self::Iri(text) | Self::Literal(text, _) => Some(text),
            Self::Triple(_) => None,
        }
    }

    /// The term, borrowed; nothing for a triple term, whose parts only its graph knows.
    #[must_use]
    pub fn as_term(&self) -> Option<TermRef<'a>> {
        Some(match *self {
            Self::Blank(label) => BlankNodeRef::new_unchecked(label).into(),
            Self::Iri(iri) => NamedNodeRef::new_unchecked(iri).into(),
            Self::Literal(text, Tag::Datatype(datatype)) => {
                LiteralRef::new_typed_literal(text, NamedNodeRef::new_unchecked(datatype)).into()
            }
            Self::Literal(text, Tag::Language(tag)) => {
                LiteralRef::new_language_tagged_literal_unchecked(text, tag).into()
            }
            Self::Literal(text, Tag::Directed(tag, direction)) => {
                LiteralRef::new_directional_language_tagged_literal_unchecked(text, tag, direction).into()
            }
            Self::Triple(_) => return None,
        })
    }

    /// The term itself, copied; nothing for a triple term, whose parts only its graph knows.
    #[must_use]
    pub fn to_term(&self) -> Option<Term> {
        self.as_term().map(TermRef::into_owned)
    }
}

/// Room to decode terms into, kept from one call to the next. See [`super::Indexed::lexical`].
#[derive(Debug, Default)]
pub struct Scratch {
    /// Which pack the terms are of.
    pub(super) pack: u64,
    /// Which terms `text` holds, so that a neighbour need not be decoded again.
    pub(super) ids: Range<Id>,
    /// Where each of them ends in `text`.
    pub(super) ends: Vec<usize>,
    /// Their bytes.
    pub(super) text: Vec<u8>,
    /// How many bytes of their block were read so far: a block is decoded as far as somebody asked.
    pub(super) read: usize,
    /// The chunk that they were read from, and its number: neighbours lie in the same.
    pub(super) chunk: Option<(u32, Part)>,
}

impl Scratch {
    /// An empty one.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }
}
