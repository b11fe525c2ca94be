//! How a term is written in the dictionary: one byte for its kind, then its text, then what closes it.
//!
//! In: a term. Out: bytes that are equal exactly when the terms are, and sort by kind and text.
//! Shared with the build script, so it knows `oxrdf` and nothing of baimo.

use oxrdf::vocab::{rdf, xsd};
use oxrdf::{BaseDirection, BlankNode, Literal, NamedNode, Term, TermRef, Triple};

const BLANK: u8 = 0;
const IRI: u8 = 1;
const STRING: u8 = 2;
/// text, language, length of the language (one byte, two from 255 on are not needed: tags are short)
const LANGUAGE: u8 = 3;
/// text, place in [`DATATYPES`] (one byte)
const COMMON: u8 = 4;
/// text, datatype, length of the datatype (four bytes)
const TYPED: u8 = 5;
/// text, language, direction (one byte), length of the language (four bytes)
const DIRECTED: u8 = 6;
/// subject, predicate, object, the lengths of the first two (four bytes each)
const TRIPLE: u8 = 7;

/// Datatypes that take one byte.
const DATATYPES: [oxrdf::NamedNodeRef<'static>; 16] = [
    xsd::INTEGER,
    xsd::DECIMAL,
    xsd::DOUBLE,
    xsd::FLOAT,
    xsd::BOOLEAN,
    xsd::DATE,
    xsd::DATE_TIME,
    xsd::TIME,
    xsd::G_YEAR,
    xsd::G_YEAR_MONTH,
    xsd::G_MONTH_DAY,
    xsd::DURATION,
    xsd::ANY_URI,
    xsd::LONG,
    xsd::INT,
    rdf::HTML,
];

/// Appends the bytes of `term` to `out`.
pub(super) fn encode(term: TermRef<'_>, out: &mut Vec<u8>) {
    // Terms longer than 4 GiB cannot be built: the parsers' buffers end far below.
    let length = |n: usize| u32::try_from(n).unwrap_or(u32::MAX).to_le_bytes();
    match term {
        TermRef::BlankNode(node) => {
            out.push(BLANK);
            out.extend_from_slice(node.as_str().as_bytes());
        }
        TermRef::NamedNode(iri) => {
            out.push(IRI);
            out.extend_from_slice(iri.as_str().as_bytes());
        }
        TermRef::Literal(literal) => {
            let text = literal.value().as_bytes();
            let datatype = literal.datatype();
            if let (Some(language), Some(direction)) = (literal.language(), literal.direction()) {
                out.push(DIRECTED);
                out.extend_from_slice(text);
                out.extend_from_slice(language.as_bytes());
                out.push(u8::from(direction == BaseDirection::Rtl));
                out.extend_from_slice(&length(language.len()));
            } else if let Some(language) = literal.language() {
                out.push(LANGUAGE);
                out.extend_from_slice(text);
                out.extend_from_slice(language.as_bytes());
                out.extend_from_slice(&length(language.len()));
            } else if datatype == xsd::STRING {
                out.push(STRING);
                out.extend_from_slice(text);
            } else if let Some(code) = DATATYPES.iter().position(|known| *known == datatype) {
                out.push(COMMON);
                out.extend_from_slice(text);
                out.push(code as u8);
            } else {
                out.push(TYPED);
                out.extend_from_slice(text);
                out.extend_from_slice(datatype.as_str().as_bytes());
                out.extend_from_slice(&length(datatype.as_str().len()));
            }
        }
        TermRef::Triple(triple) => {
            out.push(TRIPLE);
            let start = out.len();
            encode(triple.subject.as_ref().into(), out);
            let subject = out.len();
            encode(triple.predicate.as_ref().into(), out);
            let predicate = out.len();
            encode(triple.object.as_ref(), out);
            out.extend_from_slice(&length(subject - start));
            out.extend_from_slice(&length(predicate - subject));
        }
    }
}

/// The term that [`encode`] wrote. Bytes that it did not write give an empty string literal: the
/// dictionary is made by this crate, and its file format carries a checksum against damage.
pub(super) fn decode(bytes: &[u8]) -> Term {
    try_decode(bytes).unwrap_or_else(|| Literal::new_simple_literal("").into())
}

fn try_decode(bytes: &[u8]) -> Option<Term> {
    let (kind, rest) = bytes.split_first()?;
    let text = |bytes: &[u8]| std::str::from_utf8(bytes).ok().map(str::to_owned);
    let tail = |rest: &[u8]| {
        let (head, length) = rest.split_last_chunk::<4>()?;
        let length = u32::from_le_bytes(*length) as usize;
        Some((head.len().checked_sub(length)?, head.len()))
    };
    Some(match *kind {
        BLANK => BlankNode::new_unchecked(text(rest)?).into(),
        IRI => NamedNode::new_unchecked(text(rest)?).into(),
        STRING => Literal::new_simple_literal(text(rest)?).into(),
        LANGUAGE => {
            let (start, end) = tail(rest)?;
            Literal::new_language_tagged_literal_unchecked(
                text(rest.get(..start)?)?,
                text(rest.get(start..end)?)?,
            )
            .into()
        }
        COMMON => {
            let (code, value) = rest.split_last()?;
            Literal::new_typed_literal(text(value)?, *DATATYPES.get(usize::from(*code))?).into()
        }
        TYPED => {
            let (start, end) = tail(rest)?;
            let datatype = NamedNode::new_unchecked(text(rest.get(start..end)?)?);
            Literal::new_typed_literal(text(rest.get(..start)?)?, datatype).into()
        }
        DIRECTED => {
            let (head, length) = rest.split_last_chunk::<4>()?;
            let (direction, head) = head.split_last()?;
            let start = head.len().checked_sub(u32::from_le_bytes(*length) as usize)?;
            let direction = if *direction == 1 { BaseDirection::Rtl } else { BaseDirection::Ltr };
            Literal::new_directional_language_tagged_literal_unchecked(
                text(head.get(..start)?)?,
                text(head.get(start..)?)?,
                direction,
            )
            .into()
        }
        TRIPLE => {
            let (head, predicate) = rest.split_last_chunk::<4>()?;
            let (head, subject) = head.split_last_chunk::<4>()?;
            let subject = u32::from_le_bytes(*subject) as usize;
            let predicate = subject.checked_add(u32::from_le_bytes(*predicate) as usize)?;
            let subject_term = match try_decode(head.get(..subject)?)? {
                Term::NamedNode(iri) => iri.into(),
                Term::BlankNode(node) => oxrdf::NamedOrBlankNode::from(node),
                _ => return None,
            };
            let Term::NamedNode(predicate_term) = try_decode(head.get(subject..predicate)?)? else {
                return None;
            };
            Triple::new(subject_term, predicate_term, try_decode(head.get(predicate..)?)?).into()
        }
        _ => return None,
    })
}
