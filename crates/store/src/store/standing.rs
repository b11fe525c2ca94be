//! Where a term stands among those of a sorted dictionary, for who sorts terms that are not in it.
//!
//! In: a term, a columnar graph. Out: a number that grows as terms do, the same for the same value: `1` and `1.0` are neither
//! less nor greater than each other (SPARQL 1.1, section 15.1). Of two terms that fall between the same two of the dictionary
//! it does not tell which comes first.

use super::columns::Number;
use super::kinds::Kind;
use super::port::{Id, Indexed};
use crate::error::Result;
use crate::terms::{Term, TermRef};
use crate::value::exact::Exact;
use crate::value::{number as value, order};
use std::cmp::Ordering;

/// Where a term stands: twice the number of a term of the dictionary, and one where it is that term or of the same value;
/// even where it stands before that term and after all others. See the module.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Standing(pub u64);

impl Standing {
    /// That of a term of the dictionary whose kind has no two terms of one value: neither a number, a boolean, a date nor a dateTime.
    #[inline]
    #[must_use]
    pub fn at(id: Id) -> Self {
        Self(2 * u64::from(id) + 1)
    }

    fn before(id: Id) -> Self {
        Self(2 * u64::from(id))
    }

    /// Whether the dictionary has a term of the same value.
    #[must_use]
    pub fn is_known(self) -> bool {
        !self.0.is_multiple_of(2)
    }
}

/// Where a term of the dictionary stands: with the first of the same value.
///
/// # Errors
/// Where the stored bytes are damaged.
#[inline]
pub fn of_number<G: Indexed + ?Sized>(id: Id, graph: &G) -> Result<Standing> {
    let kinds = graph.kinds();
    let Some(kind) = kinds.of(id).filter(|kind| has_values(*kind)) else { return Ok(Standing::at(id)) };
    let start = kinds.range(kind).start;
    // What is equal lies side by side: it is looked for in steps that double, then between two of these.
    let (mut equal, mut other, mut step) = (id, start, 1);
    while equal > start {
        let probe = id.saturating_sub(step).max(start);
        if !are_equal(kind, probe, id, graph)? {
            other = probe + 1;
            break;
        }
        (equal, step) = (probe, 2 * step);
    }
    while other < equal {
        let middle = other + (equal - other) / 2;
        if are_equal(kind, middle, id, graph)? {
            equal = middle;
        } else {
            other = middle + 1;
        }
    }
    Ok(Standing::at(equal))
}

/// Whether different terms of a kind may have the same value, so that neither comes first (15.1).
pub(super) fn has_values(kind: Kind) -> bool {
    matches!(kind, Kind::Number | Kind::Boolean | Kind::DateTime | Kind::Date)
}

/// Whether two terms of the dictionary, both of some kind, have the same value.
fn are_equal<G: Indexed + ?Sized>(kind: Kind, a: Id, b: Id, graph: &G) -> Result<bool> {
    let known = match kind {
        Kind::Number => {
            let numbers = graph.numbers()?;
            numbers.get(a).zip(numbers.get(b)).and_then(|(a, b)| equal_numbers(a, b))
        }
        Kind::DateTime | Kind::Date => {
            let epochs = graph.epochs()?;
            match (epochs.get(a), epochs.get(b)) {
                // Finer than the column, or past its ends.
                (None, None) => None,
                (a, b) => Some(a == b),
            }
        }
        _ => None,
    };
    known.map_or_else(|| Ok(equal_values(&graph.term(a)?, &graph.term(b)?)), Ok)
}

/// Where a term stands that the dictionary does not have.
///
/// # Errors
/// Where the stored bytes are damaged.
pub fn of_term<G: Indexed + ?Sized>(term: TermRef<'_>, graph: &G) -> Result<Standing> {
    of_term_at(graph.position(term)?.start, term, graph)
}

/// The same, where it is known before which number of the dictionary the term stands.
///
/// # Errors
/// As [`of_term`].
pub fn of_term_at<G: Indexed + ?Sized>(place: Id, term: TermRef<'_>, graph: &G) -> Result<Standing> {
    let kind = order::kind(term);
    if has_values(kind) {
        let (kinds, term) = (graph.kinds(), term.into_owned());
        for neighbour in [place.checked_sub(1), Some(place)].into_iter().flatten() {
            if kinds.of(neighbour) == Some(kind) && equal_values(&graph.term(neighbour)?, &term) {
                return of_number(neighbour, graph);
            }
        }
    }
    Ok(Standing::before(place))
}

/// Whether two numbers are equal, as [`value::Number::compare_exactly`] says it; nothing where their text must be read.
fn equal_numbers(a: Number, b: Number) -> Option<bool> {
    if let Some(order) = compare_decimals(a, b) {
        return Some(order.is_eq());
    }
    match (inexact(a), inexact(b)) {
        (Some(a), Some(b)) => Some(a == b || a.is_nan() && b.is_nan()),
        _ => Some(exact_or_not(a)?.compare_exactly(&exact_or_not(b)?).is_eq()),
    }
}

fn inexact(number: Number) -> Option<f64> {
    match number {
        Number::Float(value) => Some(value.into()),
        Number::Double(value) => Some(value),
        _ => None,
    }
}

fn exact_or_not(number: Number) -> Option<value::Number> {
    Some(match number {
        Number::Integer(value) => value.into(),
        Number::Decimal { mantissa, scale } => {
            value::Number::Decimal(Exact::new(mantissa.into(), scale.into()))
        }
        Number::Float(value) => value::Number::Float(value),
        Number::Double(value) => value::Number::Double(value),
        Number::Big => return None,
    })
}

/// The order of two integers or decimals; nothing for other numbers, whose text must be read.
pub(super) fn compare_decimals(a: Number, b: Number) -> Option<Ordering> {
    let decimal = |number| match number {
        Number::Integer(value) => Some((i128::from(value), 0)),
        Number::Decimal { mantissa, scale } => Some((i128::from(mantissa), u32::from(scale))),
        _ => None,
    };
    let ((a, scale_a), (b, scale_b)) = (decimal(a)?, decimal(b)?);
    let scale = scale_a.max(scale_b);
    // At most 19 digits and a scale of at most 18: both products fit 128 bits.
    Some((a * 10_i128.pow(scale - scale_a)).cmp(&(b * 10_i128.pow(scale - scale_b))))
}

/// Whether two terms have the same value, so that neither comes first: see [`order::are_equal`].
#[must_use]
pub fn equal_values(a: &Term, b: &Term) -> bool {
    match (a, b) {
        (Term::Literal(a), Term::Literal(b)) => order::are_equal(a.as_ref(), b.as_ref()),
        _ => a == b,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::Graph;
    use crate::store::pack::Builder;
    use crate::terms::{GraphName, Literal, NamedNode, Quad, xsd};

    #[test]
    fn terms_beside_a_dictionary_stand_where_they_would_be_in_it() {
        let iri = |name: &str| NamedNode::new_unchecked(format!("http://example.org/{name}"));
        let typed = |text: &str, datatype| Term::from(Literal::new_typed_literal(text, datatype));
        let known = [
            Term::from(iri("b")),
            iri("d").into(),
            typed("1", xsd::INTEGER),
            typed("1.0", xsd::DECIMAL),
            typed("3", xsd::INTEGER),
            typed("2024-01-01Z", xsd::DATE),
            typed("text", xsd::STRING),
        ];
        let mut builder = Builder::new();
        for term in &known {
            builder.add(Quad::new(iri("b"), iri("b"), term.clone(), GraphName::DefaultGraph).as_ref());
        }
        let pack = builder.finish();
        let place = |n: usize| pack.id(known[n].as_ref()).unwrap().unwrap();
        let of = |term: Term| of_term(term.as_ref(), &pack).unwrap();
        assert_eq!(
            of_number(place(2), &pack).unwrap(),
            Standing::at(place(3)),
            "1 is 1.0, which sorts before it"
        );
        assert_eq!(of(iri("a").into()), Standing::before(place(0)));
        assert_eq!(of(iri("c").into()), Standing::before(place(1)));
        assert_eq!(of(typed("01", xsd::INT)), Standing::at(place(3)));
        assert_eq!(of(typed("2", xsd::INTEGER)), Standing::before(place(4)));
        assert_eq!(of(typed("2024-01-01+00:00", xsd::DATE)), Standing::at(place(5)), "the same day");
        assert_eq!(of(typed("2024-01-02", xsd::DATE)), Standing::before(place(6)));
        assert!(!of(iri("c").into()).is_known() && of(typed("01", xsd::INT)).is_known());
    }

    #[test]
    fn equal_values_stand_at_one_place_whatever_their_spelling() {
        // 15.1 orders what 17.3 compares by `<`: where that is false both ways neither term comes first.
        let typed = |text: &str, datatype| Term::from(Literal::new_typed_literal(text, datatype));
        let subject = NamedNode::new_unchecked("http://example.org/s");
        let same = [
            vec![typed("false", xsd::BOOLEAN), typed("0", xsd::BOOLEAN)],
            vec![typed("true", xsd::BOOLEAN), typed("1", xsd::BOOLEAN)],
            (0..40).map(|zeros| typed(&format!("{}7", "0".repeat(zeros)), xsd::INTEGER)).collect(),
            vec![typed("8", xsd::INTEGER), typed("8.0", xsd::DECIMAL), typed("8e0", xsd::DOUBLE)],
            vec![typed("8.1", xsd::DECIMAL), typed("08.10", xsd::DECIMAL)],
            // The double next to 8.1 is another number, and so is the float (17.3 compares by `<` after promotion, an order
            // exactly).
            vec![typed("8.1e0", xsd::DOUBLE), typed("81e-1", xsd::DOUBLE)],
            vec![typed("8.1", xsd::FLOAT), typed("81e-1", xsd::FLOAT)],
            vec![typed("8.5", xsd::FLOAT), typed("8.5e0", xsd::DOUBLE), typed("8.50", xsd::DECIMAL)],
            vec![typed("-0e0", xsd::DOUBLE), typed("0", xsd::INTEGER), typed("0e0", xsd::FLOAT)],
            vec![typed("9007199254740993", xsd::INTEGER)],
            vec![typed("9007199254740992", xsd::INTEGER), typed("9007199254740993e0", xsd::DOUBLE)],
            vec![typed("1e30", xsd::DOUBLE), typed("10e29", xsd::DOUBLE)],
            vec![typed("1000000000000000000000000000000", xsd::INTEGER)],
            vec![typed("-INF", xsd::DOUBLE), typed("-INF", xsd::FLOAT)],
            vec![typed("INF", xsd::FLOAT), typed("INF", xsd::DOUBLE)],
            vec![typed("NaN", xsd::DOUBLE), typed("NaN", xsd::FLOAT)],
            // Finer than a column of instants tells, and past its ends.
            vec![
                typed("2024-01-01T00:00:00.0000001Z", xsd::DATE_TIME),
                typed("2024-01-01T01:00:00.0000001+01:00", xsd::DATE_TIME),
            ],
            vec![typed("2024-01-01T00:00:00.0000002Z", xsd::DATE_TIME)],
            vec![
                typed("2024-01-01T00:00:00Z", xsd::DATE_TIME),
                typed("2023-12-31T24:00:00Z", xsd::DATE_TIME),
            ],
            vec![
                typed("999999-01-01T00:00:00Z", xsd::DATE_TIME),
                typed("999999-01-01T00:00:00+00:00", xsd::DATE_TIME),
            ],
            vec![typed("2024-01-01", xsd::DATE), typed("2024-01-01Z", xsd::DATE)],
        ];
        for kept in [1, 2] {
            let mut builder = Builder::new();
            for term in same.iter().flat_map(|terms| terms.iter().step_by(kept)) {
                let quad = Quad::new(subject.clone(), subject.clone(), term.clone(), GraphName::DefaultGraph);
                builder.add(quad.as_ref());
            }
            let pack = builder.finish();
            let of = |term: &Term| match pack.id(term.as_ref()).unwrap() {
                Some(id) => of_number(id, &pack).unwrap(),
                None => of_term(term.as_ref(), &pack).unwrap(),
            };
            let mut places: Vec<Standing> = same.iter().map(|terms| of(&terms[0])).collect();
            for terms in &same {
                assert!(terms.iter().all(|term| of(term) == of(&terms[0])), "{kept}: {terms:?}");
            }
            places.sort_unstable();
            places.dedup();
            assert_eq!(places.len(), same.len(), "different values");
        }
    }
}
