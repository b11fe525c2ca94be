//! How a term is written in the dictionary: one byte for its form, then its text, then what closes it.
//!
//! In: a term. Out: bytes that are equal exactly when the terms are, and [`Lexical`] from such bytes. A
//! triple term is written as the numbers of its parts.

use super::super::lexical::{Lexical, Tag};
use crate::terms::{NamedNodeRef, TermRef, xsd};
use crate::value::datatype::XSD;
use oxrdf::BaseDirection;

const BLANK: u8 = 0;
const IRI: u8 = 1;
/// text
const STRING: u8 = 2;
/// text, place in [`DATATYPES`] (one byte)
const COMMON: u8 = 3;
/// text, datatype, length of the datatype (four bytes)
const TYPED: u8 = 4;
/// text, language, length of the language (four bytes)
const LANGUAGE: u8 = 5;
/// As [`LANGUAGE`], left to right and right to left.
const LEFT_TO_RIGHT: u8 = 6;
const RIGHT_TO_LEFT: u8 = 7;
/// subject, predicate, object: their numbers (four bytes each)
const TRIPLE: u8 = 8;

/// The local names of XSD datatypes that take one byte. Their places are part of the file format.
const DATATYPES: [&str; 43] = [
    "integer",
    "decimal",
    "double",
    "float",
    "boolean",
    "date",
    "dateTime",
    "time",
    "gYear",
    "gYearMonth",
    "gMonth",
    "gMonthDay",
    "gDay",
    "duration",
    "yearMonthDuration",
    "dayTimeDuration",
    "dateTimeStamp",
    "long",
    "int",
    "short",
    "byte",
    "nonNegativeInteger",
    "positiveInteger",
    "nonPositiveInteger",
    "negativeInteger",
    "unsignedLong",
    "unsignedInt",
    "unsignedShort",
    "unsignedByte",
    "anyURI",
    "normalizedString",
    "token",
    "language",
    "Name",
    "NCName",
    "NMTOKEN",
    "ID",
    "IDREF",
    "QName",
    "NOTATION",
    "hexBinary",
    "base64Binary",
    "anySimpleType",
];

/// The whole IRIs of [`DATATYPES`].
static IRIS: std::sync::LazyLock<Vec<String>> =
    std::sync::LazyLock::new(|| DATATYPES.iter().map(|name| format!("{XSD}{name}")).collect());

fn length(length: usize) -> [u8; 4] {
    // Terms longer than 4 GiB cannot be built: the parsers' buffers end far below.
    u32::try_from(length).unwrap_or(u32::MAX).to_le_bytes()
}

/// Writes the bytes of a term that is not a triple term to `out`, which is emptied first. Says whether it did.
pub(in super::super) fn encode(term: TermRef<'_>, out: &mut Vec<u8>) -> bool {
    out.clear();
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
            if let Some(language) = literal.language() {
                out.push(match literal.direction() {
                    None => LANGUAGE,
                    Some(BaseDirection::Ltr) => LEFT_TO_RIGHT,
                    Some(BaseDirection::Rtl) => RIGHT_TO_LEFT,
                });
                out.extend_from_slice(text);
                out.extend_from_slice(language.as_bytes());
                out.extend_from_slice(&length(language.len()));
            } else {
                encode_typed(text, literal.datatype(), out);
            }
        }
        TermRef::Triple(_) => return false,
    }
    true
}

fn encode_typed(text: &[u8], datatype: NamedNodeRef<'_>, out: &mut Vec<u8>) {
    if datatype == xsd::STRING {
        out.push(STRING);
        out.extend_from_slice(text);
        return;
    }
    let iri = datatype.as_str();
    let local = iri.strip_prefix(XSD);
    let code = local.and_then(|local| DATATYPES.iter().position(|name| *name == local));
    if let Some(code) = code.and_then(|code| u8::try_from(code).ok()) {
        out.push(COMMON);
        out.extend_from_slice(text);
        out.push(code);
    } else {
        out.push(TYPED);
        out.extend_from_slice(text);
        out.extend_from_slice(iri.as_bytes());
        out.extend_from_slice(&length(iri.len()));
    }
}

/// Writes the bytes of a triple term to `out`, which is emptied first.
pub(in super::super) fn encode_triple(parts: [u32; 3], out: &mut Vec<u8>) {
    out.clear();
    out.push(TRIPLE);
    out.extend(parts.iter().flat_map(|id| id.to_le_bytes()));
}

/// Reads what [`encode`] wrote; nothing where the bytes are something else.
pub(in super::super) fn decode(bytes: &[u8]) -> Option<Lexical<'_>> {
    let (form, rest) = bytes.split_first()?;
    let text = |bytes| std::str::from_utf8(bytes).ok();
    let parts = || {
        let (head, length) = rest.split_last_chunk::<4>()?;
        let split = head.len().checked_sub(u32::from_le_bytes(*length) as usize)?;
        let (value, tag) = head.split_at_checked(split)?;
        Some((text(value)?, text(tag)?))
    };
    Some(match *form {
        BLANK => Lexical::Blank(text(rest)?),
        IRI => Lexical::Iri(text(rest)?),
        STRING => Lexical::Literal(text(rest)?, Tag::Datatype(xsd::STRING.as_str())),
        COMMON => {
            let (code, value) = rest.split_last()?;
            Lexical::Literal(text(value)?, Tag::Datatype(IRIS.get(usize::from(*code))?))
        }
        TYPED => parts().map(|(value, datatype)| Lexical::Literal(value, Tag::Datatype(datatype)))?,
        LANGUAGE => parts().map(|(value, tag)| Lexical::Literal(value, Tag::Language(tag)))?,
        LEFT_TO_RIGHT | RIGHT_TO_LEFT => {
            let direction = if *form == LEFT_TO_RIGHT { BaseDirection::Ltr } else { BaseDirection::Rtl };
            parts().map(|(value, tag)| Lexical::Literal(value, Tag::Directed(tag, direction)))?
        }
        TRIPLE => {
            let (ids, []) = rest.as_chunks::<4>() else { return None };
            let [s, p, o] = <[[u8; 4]; 3]>::try_from(ids).ok()?.map(u32::from_le_bytes);
            Lexical::Triple([s, p, o])
        }
        _ => return None,
    })
}

/// A term whose bytes stand for another term elsewhere: a blank node, whose label is one file's, or a triple term, whose
/// parts are numbers of one dictionary. Nothing for other terms.
pub(in super::super) fn local(bytes: &[u8]) -> Option<Lexical<'_>> {
    matches!(bytes.first(), Some(&BLANK | &TRIPLE)).then(|| decode(bytes)).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::terms::{BlankNode, Literal, NamedNode, Term};

    #[test]
    fn every_form_of_term_comes_back_as_it_was() {
        let typed = |text: &str, datatype: &str| {
            Term::from(Literal::new_typed_literal(text, NamedNode::new_unchecked(datatype)))
        };
        let terms: Vec<Term> = vec![
            BlankNode::new_unchecked("b0").into(),
            NamedNode::new_unchecked("http://example.org/百").into(),
            Literal::new_simple_literal("").into(),
            typed("007", "http://www.w3.org/2001/XMLSchema#unsignedByte"),
            typed("x", "http://www.w3.org/2001/XMLSchema#dateTime"),
            typed("x", "http://www.w3.org/2001/XMLSchema#unheard-of"),
            typed("", "http://example.org/type"),
            Literal::new_language_tagged_literal_unchecked("百度", "zh-Hans").into(),
            Literal::new_directional_language_tagged_literal_unchecked("a", "ar", BaseDirection::Rtl).into(),
            Literal::new_directional_language_tagged_literal_unchecked("a", "en", BaseDirection::Ltr).into(),
        ];
        let mut bytes = Vec::new();
        for term in terms {
            assert!(encode(term.as_ref(), &mut bytes));
            assert_eq!(decode(&bytes).unwrap().to_term(), Some(term));
        }
        encode_triple([1, 2, 3], &mut bytes);
        assert_eq!(decode(&bytes), Some(Lexical::Triple([1, 2, 3])));
    }

    #[test]
    fn bytes_of_no_term_are_refused() {
        for bytes in
            [&b""[..], &[9, b'x'], &[TRIPLE, 1, 2], &[LANGUAGE, 1], &[COMMON, b'1', 200], &[IRI, 0xFF]]
        {
            assert_eq!(decode(bytes), None, "{bytes:?}");
        }
        assert_eq!(decode(&[TYPED, b'a', b'b', 9, 0, 0, 0]), None, "a length that is too long");
    }
}
