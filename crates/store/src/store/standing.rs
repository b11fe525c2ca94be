//! Where a term stands among those of a sorted dictionary, for who sorts terms that are not in it.
//!
//! In: a term, a columnar graph. Out: a number that grows as terms do, the same for the same value: `1` and `1.0` are neither
//! less nor greater than each other (SPARQL 1.1, section 15.1). Of two terms that fall between the same two of the dictionary
//! it does not tell which comes first.

use super::columns::{NO_EPOCH, Number};
use super::kinds::Kind;
use super::pack::values;
use super::port::{Id, Indexed};
use crate::error::Result;
use crate::terms::{Literal, Term, TermRef};
use crate::value::datatype::Datatype;
use crate::value::number::Number as Exact;
use crate::value::order;
use std::cmp::Ordering;

/// Where a term stands: twice the number of a term of the dictionary, and one where it is that term or of the same value;
/// even where it stands before that term and after all others. See the module.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Standing(pub u64);

impl Standing {
    /// That of a term of the dictionary whose kind has no two terms of one value: neither a number nor a date.
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
pub fn of_number<G: Indexed + ?Sized>(mut id: Id, graph: &G) -> Result<Standing> {
    let kinds = graph.kinds();
    let (numbers, dates) =
        (kinds.range(Kind::Number), kinds.range(Kind::DateTime).start..kinds.range(Kind::Date).end);
    if numbers.contains(&id) {
        let values = graph.numbers()?;
        while id > numbers.start
            && let (Some(a), Some(b)) = (values.get(id - 1), values.get(id))
            && match equal_numbers(a, b) {
                Some(equal) => equal,
                None => equal_values(&graph.term(id - 1)?, &graph.term(id)?),
            }
        {
            id -= 1;
        }
    } else if dates.contains(&id) {
        let values = graph.epochs()?;
        while id > dates.start
            && kinds.of(id - 1) == kinds.of(id)
            && let (Some(a), Some(b)) = (values.get(id - 1), values.get(id))
            && a == b
        {
            id -= 1;
        }
    }
    Ok(Standing::at(id))
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
    if matches!(kind, Kind::Number | Kind::Date | Kind::DateTime) {
        let (kinds, term) = (graph.kinds(), term.into_owned());
        for neighbour in [place.checked_sub(1), Some(place)].into_iter().flatten() {
            if kinds.of(neighbour) == Some(kind) && equal_values(&graph.term(neighbour)?, &term) {
                return of_number(neighbour, graph);
            }
        }
    }
    Ok(Standing::before(place))
}

/// Whether two numbers are equal; nothing where their text must be read.
fn equal_numbers(a: Number, b: Number) -> Option<bool> {
    compare_decimals(a, b).map(Ordering::is_eq)
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

/// Whether two terms are equal numbers, or dates or dateTimes of the same instant, or one term.
#[must_use]
pub fn equal_values(a: &Term, b: &Term) -> bool {
    if let (Term::Literal(a), Term::Literal(b)) = (a, b) {
        if let (Some(a), Some(b)) = (number_of(a), number_of(b)) {
            return a.compare_exactly(&b) == Ordering::Equal;
        }
        let kind = order::kind(a.as_ref().into());
        if matches!(kind, Kind::Date | Kind::DateTime) && kind == order::kind(b.as_ref().into()) {
            let (a, b) = (epoch_of(a), epoch_of(b));
            if a != NO_EPOCH && b != NO_EPOCH {
                return a == b;
            }
        }
    }
    a == b
}

fn number_of(literal: &Literal) -> Option<Exact> {
    let datatype = Datatype::of(literal.datatype().as_str());
    datatype.is_numeric().then(|| Exact::parse(literal.value(), datatype)).flatten()
}

fn epoch_of(literal: &Literal) -> i64 {
    values::epoch(super::Lexical::Literal(literal.value(), super::Tag::Datatype(literal.datatype().as_str())))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::Graph;
    use crate::store::pack::Builder;
    use crate::terms::{GraphName, NamedNode, Quad, xsd};

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
}
