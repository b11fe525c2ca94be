//! The total order of all RDF terms, in which dictionaries and answers are sorted.
//!
//! In: terms. Out: [`compare`], and [`SortKey`], which decides most comparisons with two machine words. Terms are ordered by
//! [`Kind`], then by value (numbers of all types together, exactly), then by datatype, then by lexical form. Only one
//! term is equal to another: itself. SPARQL's `<` (17.3) agrees with it wherever it has a result, but for floats
//! and doubles that are promoted to meet a decimal.

use std::cmp::Ordering;

use crate::terms::{BaseDirection, LiteralRef, NamedNodeRef, NamedOrBlankNode, TermRef};

use super::datatype::Datatype;
use super::moment::{Duration, Moment, SECOND};
use super::number::Number;

/// The kinds of terms, in their order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Kind {
    /// Blank nodes, by label.
    Blank,
    /// IRIs, by code point.
    Iri,
    /// Numbers of all types, by exact value, NaN last.
    Number,
    /// `false`, `true`.
    Boolean,
    /// `xsd:dateTime` and `xsd:dateTimeStamp`, by instant (no zone means UTC).
    DateTime,
    /// `xsd:date`, by its first instant.
    Date,
    /// `xsd:time`, by instant of one day.
    Time,
    /// `xsd:gYear`, by first instant.
    GYear,
    /// `xsd:gYearMonth`, by first instant.
    GYearMonth,
    /// `xsd:gMonth`, by first instant.
    GMonth,
    /// `xsd:gMonthDay`, by first instant.
    GMonthDay,
    /// `xsd:gDay`, by first instant.
    GDay,
    /// The three types of durations.
    Duration,
    /// `xsd:string`, by code point.
    String,
    /// Strings with a language, by text, tag, direction.
    LangString,
    /// Literals of unknown datatypes and those whose text is not of their datatype, by datatype, then text.
    Other,
    /// Triple terms, by subject, predicate, object.
    Triple,
}

/// The number of kinds.
pub const KINDS: usize = Kind::Triple as usize + 1;

/// A value of a literal that has one besides its text.
enum Value {
    Number(Number),
    Boolean(bool),
    Moment(Moment),
    Duration(Duration),
    /// The text is the value.
    Text,
}

/// What decides most comparisons: where two keys differ, the terms are ordered as the keys are. Where they are equal
/// the terms must be compared ([`compare`]).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SortKey {
    /// The kind.
    pub kind: Kind,
    /// The first eight bytes of the value, or of something that never contradicts it.
    pub prefix: u64,
}

impl SortKey {
    /// The key of a term.
    pub fn of(term: TermRef<'_>) -> Self {
        match term {
            TermRef::BlankNode(node) => Self { kind: Kind::Blank, prefix: text_prefix(node.as_str()) },
            TermRef::NamedNode(node) => Self { kind: Kind::Iri, prefix: iri_prefix(node.as_str()) },
            TermRef::Literal(literal) => Self::of_literal(literal),
            TermRef::Triple(_) => Self { kind: Kind::Triple, prefix: 0 },
        }
    }

    /// The key of a literal.
    pub fn of_literal(literal: LiteralRef<'_>) -> Self {
        let (kind, value) = evaluate(literal);
        let prefix = match &value {
            Value::Number(number) => number_prefix(number.to_f64()),
            Value::Boolean(value) => u64::from(*value),
            Value::Moment(moment) => seconds_prefix(moment.instant().div_euclid(SECOND)),
            Value::Duration(duration) => seconds_prefix(duration.weight().0),
            Value::Text if kind == Kind::Other => iri_prefix(literal.datatype().as_str()),
            Value::Text => text_prefix(literal.value()),
        };
        Self { kind, prefix }
    }
}

/// The kind of a term.
pub fn kind(term: TermRef<'_>) -> Kind {
    match term {
        TermRef::BlankNode(_) => Kind::Blank,
        TermRef::NamedNode(_) => Kind::Iri,
        TermRef::Literal(literal) => evaluate(literal).0,
        TermRef::Triple(_) => Kind::Triple,
    }
}

/// The order of two terms. Total: antisymmetric, transitive, and equal for one and the same term only.
pub fn compare(a: TermRef<'_>, b: TermRef<'_>) -> Ordering {
    // Triple terms nest in their objects only: a loop, so that no depth can exhaust the stack.
    let (mut a, mut b) = (a, b);
    loop {
        match (a, b) {
            (TermRef::Triple(x), TermRef::Triple(y)) => {
                let order = compare_nodes(&x.subject, &y.subject)
                    .then_with(|| x.predicate.as_str().cmp(y.predicate.as_str()));
                if order != Ordering::Equal {
                    return order;
                }
                (a, b) = (x.object.as_ref(), y.object.as_ref());
            }
            (TermRef::Literal(x), TermRef::Literal(y)) => return compare_literals(x, y),
            (TermRef::NamedNode(x), TermRef::NamedNode(y)) => return x.as_str().cmp(y.as_str()),
            (TermRef::BlankNode(x), TermRef::BlankNode(y)) => return x.as_str().cmp(y.as_str()),
            _ => return kind(a).cmp(&kind(b)),
        }
    }
}

fn compare_nodes(a: &NamedOrBlankNode, b: &NamedOrBlankNode) -> Ordering {
    match (a, b) {
        (NamedOrBlankNode::NamedNode(a), NamedOrBlankNode::NamedNode(b)) => a.as_str().cmp(b.as_str()),
        (NamedOrBlankNode::BlankNode(a), NamedOrBlankNode::BlankNode(b)) => a.as_str().cmp(b.as_str()),
        (NamedOrBlankNode::BlankNode(_), NamedOrBlankNode::NamedNode(_)) => Ordering::Less,
        (NamedOrBlankNode::NamedNode(_), NamedOrBlankNode::BlankNode(_)) => Ordering::Greater,
    }
}

/// The order of two literals. See [`compare`].
pub fn compare_literals(a: LiteralRef<'_>, b: LiteralRef<'_>) -> Ordering {
    let ((kind_a, value_a), (kind_b, value_b)) = (evaluate(a), evaluate(b));
    kind_a.cmp(&kind_b).then_with(|| match (&value_a, &value_b) {
        (Value::Number(x), Value::Number(y)) => x.compare_exactly(y).then_with(|| by_type_then_text(a, b)),
        (Value::Boolean(x), Value::Boolean(y)) => x.cmp(y).then_with(|| by_type_then_text(a, b)),
        (Value::Moment(x), Value::Moment(y)) => x.compare(y).then_with(|| by_type_then_text(a, b)),
        (Value::Duration(x), Value::Duration(y)) => x.compare(y).then_with(|| by_type_then_text(a, b)),
        _ if kind_a == Kind::Other => by_type_then_text(a, b),
        _ => by_text(a, b),
    })
}

fn by_type_then_text(a: LiteralRef<'_>, b: LiteralRef<'_>) -> Ordering {
    a.datatype().as_str().cmp(b.datatype().as_str()).then_with(|| by_text(a, b))
}

fn by_text(a: LiteralRef<'_>, b: LiteralRef<'_>) -> Ordering {
    let direction = |literal: LiteralRef<'_>| literal.direction().map(|d| matches!(d, BaseDirection::Rtl));
    (a.value().cmp(b.value()))
        .then_with(|| a.language().cmp(&b.language()))
        .then_with(|| direction(a).cmp(&direction(b)))
}

/// Whether two literals are equal numbers or booleans, dates or dateTimes of the same instant (SPARQL 1.1, 17.3), or one literal: neither
/// comes first in an order of values (15.1).
pub fn are_equal(a: LiteralRef<'_>, b: LiteralRef<'_>) -> bool {
    let ((kind_a, value_a), (kind_b, value_b)) = (evaluate(a), evaluate(b));
    kind_a == kind_b
        && match (&value_a, &value_b) {
            (Value::Number(x), Value::Number(y)) => x.compare_exactly(y).is_eq(),
            (Value::Boolean(x), Value::Boolean(y)) => x == y,
            (Value::Moment(x), Value::Moment(y)) if matches!(kind_a, Kind::Date | Kind::DateTime) => {
                x.compare(y).is_eq()
            }
            _ => a == b,
        }
}

/// The kind of a literal and its value.
fn evaluate(literal: LiteralRef<'_>) -> (Kind, Value) {
    if literal.language().is_some() {
        return (Kind::LangString, Value::Text);
    }
    value_of(literal.value(), literal.datatype()).unwrap_or((Kind::Other, Value::Text))
}

fn value_of(text: &str, datatype: NamedNodeRef<'_>) -> Option<(Kind, Value)> {
    let datatype = Datatype::of(datatype.as_str());
    let kind = match datatype {
        Datatype::String => return Some((Kind::String, Value::Text)),
        Datatype::Boolean => {
            return parse_boolean(text).map(|value| (Kind::Boolean, Value::Boolean(value)));
        }
        Datatype::Duration | Datatype::YearMonthDuration | Datatype::DayTimeDuration => {
            let duration = Duration::parse(text, datatype)?;
            return Some((Kind::Duration, Value::Duration(duration)));
        }
        Datatype::DateTime | Datatype::DateTimeStamp => Kind::DateTime,
        Datatype::Date => Kind::Date,
        Datatype::Time => Kind::Time,
        Datatype::GYear => Kind::GYear,
        Datatype::GYearMonth => Kind::GYearMonth,
        Datatype::GMonth => Kind::GMonth,
        Datatype::GMonthDay => Kind::GMonthDay,
        Datatype::GDay => Kind::GDay,
        Datatype::Other => return None,
        _ => return Number::parse(text, datatype).map(|number| (Kind::Number, Value::Number(number))),
    };
    Moment::parse(text, datatype).map(|moment| (kind, Value::Moment(moment)))
}

/// Reads the lexical form of an `xsd:boolean`.
pub fn parse_boolean(text: &str) -> Option<bool> {
    match text {
        "true" | "1" => Some(true),
        "false" | "0" => Some(false),
        _ => None,
    }
}

/// The first eight bytes, those that are missing as zeros.
#[inline]
fn text_prefix(text: &str) -> u64 {
    let mut bytes = [0; 8];
    for (byte, of_text) in bytes.iter_mut().zip(text.bytes()) {
        *byte = of_text;
    }
    u64::from_be_bytes(bytes)
}

/// A prefix that does not spend its bytes on the two schemes which nearly all IRIs have: one byte for the place among
/// them, seven for what follows.
#[inline]
fn iri_prefix(iri: &str) -> u64 {
    const SCHEMES: [&str; 2] = ["http://", "https://"];
    let (class, rest) = match SCHEMES.map(|scheme| iri.strip_prefix(scheme)) {
        [Some(rest), _] => (1, rest),
        [_, Some(rest)] => (3, rest),
        _ if iri < SCHEMES[0] => (0, iri),
        _ if iri < SCHEMES[1] => (2, iri),
        _ => (4, iri),
    };
    class << 56 | text_prefix(rest) >> 8
}

/// The bits of an `f64` so that they sort as unsigned numbers do: zeros of either sign are one, NaN is last.
#[inline]
fn number_prefix(value: f64) -> u64 {
    if value.is_nan() {
        return u64::MAX;
    }
    // Adding zero turns -0 into 0.
    let bits = (value + 0.0).to_bits();
    if bits >> 63 == 0 { bits | 1 << 63 } else { !bits }
}

/// Seconds, cut to what fits, so that they sort as unsigned numbers do.
#[inline]
fn seconds_prefix(seconds: i128) -> u64 {
    let clamped = seconds.clamp(i64::MIN.into(), i64::MAX.into());
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "clamped and shifted above zero"
    )]
    let shifted = (clamped - i128::from(i64::MIN)) as u64;
    shifted
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::terms::{BlankNode, Literal, NamedNode, Term, Triple};
    use crate::value::datatype::XSD;
    use proptest::prelude::*;

    fn typed(text: &str, datatype: &str) -> Term {
        Literal::new_typed_literal(text, NamedNode::new_unchecked(format!("{XSD}{datatype}"))).into()
    }

    const LEXICAL_FORMS: &[&str] = &[
        "",
        "0",
        "-0",
        "+0",
        "1",
        "01",
        "1.0",
        "1.00",
        "-1",
        "+1",
        "9",
        "10",
        "1a",
        "NaN",
        "INF",
        "-INF",
        "+INF",
        "0.1",
        "0.1000000014901161",
        "0.1000000000000000055511151231257827021181583404541015625",
        "1e0",
        "1E400",
        "1e-400",
        ".5",
        "5.",
        "-.5e-3",
        "9007199254740992",
        "9007199254740993",
        "9007199254740993.0",
        "16777217",
        "300",
        "-129",
        "18446744073709551616",
        "123456789012345678901234567890123456789012345",
        "0.0000000000000000000000000000000000000001",
        "true",
        "false",
        "2024-02-29",
        "2023-02-29",
        "2024-02-29Z",
        "2024-02-29+14:00",
        "2024-02-28T24:00:00",
        "2024-02-29T00:00:00Z",
        "2024-02-29T00:00:00.000",
        "2024-02-29T02:00:00+02:00",
        "-0001-01-01T00:00:00Z",
        "999999999999-12-31T23:59:59Z",
        "24:00:00",
        "00:00:00",
        "00:00:00Z",
        "23:00:00-05:00",
        "2024",
        "2024Z",
        "02024",
        "2024-02",
        "--02",
        "--02-29",
        "---31",
        "P1Y",
        "P12M",
        "P365D",
        "P1M",
        "P30D",
        "P31D",
        "PT2678400S",
        "-P1D",
        "P",
        "PT",
        "P1YT0.5S",
        "http://a",
        "https://a",
        "http",
        "i",
        "\u{10FFFF}",
        "\u{FFFD}",
        " 1",
        "é",
    ];

    const DATATYPES: &[&str] = &[
        "string",
        "boolean",
        "decimal",
        "integer",
        "int",
        "byte",
        "nonNegativeInteger",
        "float",
        "double",
        "dateTime",
        "dateTimeStamp",
        "date",
        "time",
        "gYear",
        "gYearMonth",
        "gMonth",
        "gMonthDay",
        "gDay",
        "duration",
        "yearMonthDuration",
        "dayTimeDuration",
        "token",
        "anyURI",
    ];

    fn simple_term() -> impl Strategy<Value = Term> {
        let text = prop_oneof![
            4 => prop::sample::select(LEXICAL_FORMS).prop_map(str::to_owned),
            2 => "-?[0-9]{1,3}(\\.[0-9]{1,2})?(e-?[0-9]{1,3})?",
            1 => "-?[0-9]{15,40}(\\.[0-9]{1,30})?",
            1 => "[ab\u{e9}]{0,10}",
        ];
        (text, 0..DATATYPES.len() + 5).prop_map(|(text, place)| match DATATYPES.get(place) {
            Some(datatype) => typed(&text, datatype),
            None if place == DATATYPES.len() => NamedNode::new_unchecked(text).into(),
            None if place == DATATYPES.len() + 1 => BlankNode::new_unchecked(text).into(),
            None if place == DATATYPES.len() + 2 => {
                Literal::new_language_tagged_literal_unchecked(text, "en").into()
            }
            None if place == DATATYPES.len() + 3 => {
                Literal::new_directional_language_tagged_literal_unchecked(text, "en", BaseDirection::Rtl)
                    .into()
            }
            None => Literal::new_typed_literal(text, NamedNode::new_unchecked("http://a/type")).into(),
        })
    }

    fn term() -> impl Strategy<Value = Term> {
        let nest = |object: Term, deep: bool| {
            let subject = NamedNode::new_unchecked("s");
            if deep { Triple::new(subject.clone(), subject, object).into() } else { object }
        };
        (simple_term(), any::<bool>(), any::<bool>())
            .prop_map(move |(object, once, twice)| nest(nest(object, once), once && twice))
    }

    /// The keys never contradict the comparison, and only a term itself is equal to it.
    fn agrees(a: &Term, b: &Term) -> bool {
        let order = compare(a.as_ref(), b.as_ref());
        let keys = SortKey::of(a.as_ref()).cmp(&SortKey::of(b.as_ref()));
        (order == Ordering::Equal) == (a == b)
            && order == compare(b.as_ref(), a.as_ref()).reverse()
            && (keys == Ordering::Equal || keys == order)
            && kind(a.as_ref()) == SortKey::of(a.as_ref()).kind
    }

    fn nasty() -> Vec<Term> {
        LEXICAL_FORMS.iter().flat_map(|text| DATATYPES.iter().map(|datatype| typed(text, datatype))).collect()
    }

    #[test]
    fn any_two_of_all_forms_in_all_datatypes_are_ordered_one_way() {
        let mut terms = nasty();
        terms.sort_by(|a, b| compare(a.as_ref(), b.as_ref()));
        terms.dedup();
        // A total order: once sorted, each term comes before all that follow it, not only the next.
        for (place, a) in terms.iter().enumerate() {
            for b in terms.iter().skip(place + 1) {
                assert_eq!(compare(a.as_ref(), b.as_ref()), Ordering::Less, "{a} and {b}");
                assert!(agrees(a, b), "{a} and {b}");
            }
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, ..Default::default() })]
        #[test]
        fn the_order_is_total(a in term(), b in term(), c in term()) {
            prop_assert!(agrees(&a, &b), "{} and {}", a, b);
            let mut terms = [a, b, c];
            terms.sort_by(|x, y| compare(x.as_ref(), y.as_ref()));
            prop_assert_ne!(compare(terms[0].as_ref(), terms[2].as_ref()), Ordering::Greater);
        }
    }

    fn sorted(mut terms: Vec<Term>) -> Vec<String> {
        terms.sort_by(|a, b| compare(a.as_ref(), b.as_ref()));
        terms.iter().map(|term| term.to_string().replace(XSD, "")).collect()
    }

    #[test]
    fn numbers_of_all_types_are_interleaved_by_exact_value() {
        let terms = [
            ("NaN", "double"),
            ("16777217", "integer"),
            ("16777216", "float"),
            ("9007199254740993", "integer"),
            ("9007199254740992", "double"),
            ("0.1", "double"),
            ("0.1", "decimal"),
            ("0.1", "float"),
            ("100000000000000000000.5", "decimal"),
            ("1e20", "double"),
            ("INF", "float"),
            ("5", "byte"),
            ("300", "byte"),
        ];
        let expected = [
            "\"0.1\"^^<decimal>",
            "\"0.1\"^^<double>",
            "\"0.1\"^^<float>",
            "\"5\"^^<byte>",
            "\"16777216\"^^<float>",
            "\"16777217\"^^<integer>",
            "\"9007199254740992\"^^<double>",
            "\"9007199254740993\"^^<integer>",
            "\"1e20\"^^<double>",
            "\"100000000000000000000.5\"^^<decimal>",
            "\"INF\"^^<float>",
            "\"NaN\"^^<double>",
            // Not of its datatype (XSD 1.1 part 2, 3.4.19), so that it is known by its text alone.
            "\"300\"^^<byte>",
        ];
        assert_eq!(sorted(terms.iter().map(|(text, datatype)| typed(text, datatype)).collect()), expected);
    }

    #[test]
    fn instants_are_compared_with_utc_for_the_implicit_zone() {
        let terms = [
            typed("2024-01-01T01:00:00", "dateTime"),
            typed("2024-01-01T02:00:00+02:00", "dateTime"),
            typed("2023-12-31T23:30:00-01:00", "dateTimeStamp"),
            typed("2023-12-31T24:00:00.000000000000000001Z", "dateTime"),
            typed("2024-01-01T00:00:00.000000000000000001Z", "dateTime"),
        ];
        let expected = [
            "\"2024-01-01T02:00:00+02:00\"^^<dateTime>",
            "\"2024-01-01T00:00:00.000000000000000001Z\"^^<dateTime>",
            "\"2023-12-31T23:30:00-01:00\"^^<dateTimeStamp>",
            "\"2024-01-01T01:00:00\"^^<dateTime>",
            // Past midnight the hour is no 24, so that this is not a value.
            "\"2023-12-31T24:00:00.000000000000000001Z\"^^<dateTime>",
        ];
        assert_eq!(sorted(terms.to_vec()), expected);
    }
}
