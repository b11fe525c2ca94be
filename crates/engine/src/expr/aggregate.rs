//! The set functions of SPARQL 1.1, 18.5.1, one value at a time.
//!
//! In: the values of a group, each with how often it counts. Out: the result. MIN, MAX and SAMPLE give a member of the group,
//! lexical form and all. Errors are counted, so that a note can say why a result is missing. DISTINCT is the
//! caller's matter, who adds each value once, and GROUP_CONCAT that of [`super::concat`], which has the texts of all groups together.

use super::fast::Fast;
use super::value::Value;
use crate::syntax::algebra::AggregateFunction;
use crate::terms::Term;
use baimo_store::value::exact::Exact;
use baimo_store::value::number::Number;
use baimo_store::value::order;
use std::borrow::Cow;
use std::cmp::Ordering;

/// A set function over one group.
#[derive(Debug, Clone)]
pub struct Accumulator {
    state: State,
    errors: u64,
}

#[derive(Debug, Clone)]
enum State {
    Count(u64),
    Sum(Sum),
    /// The sum, and how many there are.
    Average(Sum, u64),
    Least(Option<Value>),
    Greatest(Option<Value>),
    Sample(Option<Term>),
    /// A function that is not known, or not a matter of one value at a time.
    Unknown,
}

/// A sum by type: exact as long as nothing else comes, and independent of the order in what is exact.
#[derive(Debug, Clone)]
struct Sum {
    exact: Option<Exact>,
    /// Whether all that is exact are integers.
    integers: bool,
    float: Option<f64>,
    double: Option<f64>,
}

impl Default for Sum {
    fn default() -> Self {
        Self { exact: Some(Exact::ZERO), integers: true, float: None, double: None }
    }
}

impl Sum {
    fn add(&mut self, number: &Number, count: u64) {
        #[expect(clippy::cast_precision_loss, reason = "a product with a double is rounded anyway")]
        let times = count as f64;
        match number {
            Number::Integer(n) | Number::Decimal(n) => {
                self.integers &= matches!(number, Number::Integer(_));
                let product =
                    if count == 1 { Some(n.clone()) } else { n.multiply(&Exact::new(count.into(), 0)) };
                self.exact = self.exact.take().and_then(|sum| sum.add(&product?));
            }
            Number::Float(n) => *self.float.get_or_insert(0.0) += f64::from(*n) * times,
            Number::Double(n) => *self.double.get_or_insert(0.0) += n * times,
        }
    }

    fn add_total(&mut self, total: &Total) {
        let exact = Exact::new(total.mantissa, total.scale.into());
        self.add(&if total.is_decimal { Number::Decimal(exact) } else { Number::Integer(exact) }, 1);
        if total.has_float {
            *self.float.get_or_insert(0.0) += total.float;
        }
        if total.has_double {
            *self.double.get_or_insert(0.0) += total.double;
        }
    }

    /// The sum in the type that all its parts are promoted to; nothing where it is too large.
    fn total(&self) -> Option<Number> {
        let exact = self.exact.clone()?;
        Some(match (self.float, self.double) {
            (None, None) if self.integers => Number::Integer(exact),
            (None, None) => Number::Decimal(exact),
            (float, Some(double)) => Number::Double(exact.to_f64() + float.unwrap_or(0.0) + double),
            #[expect(clippy::cast_possible_truncation, reason = "rounds to the nearest")]
            (Some(float), None) => Number::Float((exact.to_f64() + float) as f32),
        })
    }
}

/// The sum of numbers that fit: of the exact ones `mantissa / 10^scale`, of floats and of doubles one each, in the order in
/// which they came.
#[derive(Debug, Clone, Copy, Default)]
pub struct Total {
    mantissa: i128,
    float: f64,
    double: f64,
    count: u64,
    scale: u8,
    is_decimal: bool,
    has_float: bool,
    has_double: bool,
}

impl Total {
    /// Adds a number so many times; whether the sum fits.
    #[inline]
    pub fn add(&mut self, number: Fast, count: u64) -> bool {
        if count == 0 {
            return true;
        }
        let Some(counted) = self.count.checked_add(count) else { return false };
        #[expect(clippy::cast_precision_loss, reason = "a product with a double is rounded anyway")]
        let times = count as f64;
        let (mut mantissa, scale, is_decimal) = match number {
            Fast::Integer(value) => (i128::from(value), 0, false),
            Fast::Decimal { mantissa, scale } => (mantissa, scale, true),
            Fast::Float(value) => {
                self.float += f64::from(value) * times;
                (self.has_float, self.count) = (true, counted);
                return true;
            }
            Fast::Double(value) => {
                self.double += value * times;
                (self.has_double, self.count) = (true, counted);
                return true;
            }
        };
        let mut sum = self.mantissa;
        if scale != self.scale {
            let raised = if scale < self.scale { &mut mantissa } else { &mut sum };
            let Some(more) = 10_i128.checked_pow(scale.abs_diff(self.scale).into()) else { return false };
            let Some(product) = raised.checked_mul(more) else { return false };
            *raised = product;
        }
        let product = if count == 1 { Some(mantissa) } else { mantissa.checked_mul(count.into()) };
        let Some(sum) = product.and_then(|product| sum.checked_add(product)) else { return false };
        (self.mantissa, self.count, self.scale) = (sum, counted, scale.max(self.scale));
        self.is_decimal |= is_decimal;
        true
    }
}

impl Accumulator {
    /// For a set function.
    pub fn new(function: &AggregateFunction) -> Self {
        let state = match function {
            AggregateFunction::Count => State::Count(0),
            AggregateFunction::Sum => State::Sum(Sum::default()),
            AggregateFunction::Avg => State::Average(Sum::default(), 0),
            AggregateFunction::Min => State::Least(None),
            AggregateFunction::Max => State::Greatest(None),
            AggregateFunction::Sample => State::Sample(None),
            AggregateFunction::GroupConcat { .. } | AggregateFunction::Custom(_) => State::Unknown,
        };
        Self { state, errors: 0 }
    }

    /// Adds a value that `count` solutions have; nothing for an error.
    pub fn add(&mut self, value: Option<&Value>, count: u64) {
        if count == 0 {
            return;
        }
        let added = value.is_some_and(|value| self.add_value(value, count));
        if !added {
            self.errors = self.errors.saturating_add(count);
        }
    }

    /// Whether it is SUM or AVG, which take the total of many numbers at once ([`Self::add_total`]).
    pub fn is_sum(&self) -> bool {
        matches!(self.state, State::Sum(_) | State::Average(..))
    }

    /// Adds a total to a SUM or AVG.
    pub fn add_total(&mut self, total: Total) {
        if total.count == 0 {
            return;
        }
        match &mut self.state {
            State::Sum(sum) => sum.add_total(&total),
            State::Average(sum, counted) => {
                sum.add_total(&total);
                *counted = counted.saturating_add(total.count);
            }
            _ => {}
        }
    }

    /// Adds a value; whether the function takes it.
    fn add_value(&mut self, value: &Value, count: u64) -> bool {
        match &mut self.state {
            State::Count(sum) => *sum = sum.saturating_add(count),
            State::Sum(sum) => match value.number() {
                Some(number) => sum.add(&number, count),
                None => return false,
            },
            State::Average(sum, counted) => match value.number() {
                Some(number) => {
                    sum.add(&number, count);
                    *counted = counted.saturating_add(count);
                }
                None => return false,
            },
            State::Least(best) => replace(best, value, Ordering::Less),
            State::Greatest(best) => replace(best, value, Ordering::Greater),
            State::Sample(term) => {
                term.get_or_insert_with(|| value.to_term());
            }
            State::Unknown => return false,
        }
        true
    }

    /// How many solutions had an error, or a value that the function does not take. Of COUNT they are those not counted.
    pub fn errors(&self) -> u64 {
        self.errors
    }

    /// Whether there is no result because of an error: COUNT always has one, and SAMPLE where any value is none.
    pub fn has_failed(&self) -> bool {
        self.errors > 0 && !matches!(self.state, State::Count(_) | State::Sample(Some(_)))
    }

    /// The result; nothing for an error (18.5.1): where any value was one, but for COUNT, which leaves errors out,
    /// and SAMPLE, which may take any value; and for MIN, MAX and SAMPLE of nothing.
    pub fn finish(self) -> Option<Value> {
        let failed = self.errors > 0;
        match self.state {
            State::Count(sum) => Some(Value::Number(Number::Integer(Exact::new(sum.into(), 0)))),
            State::Sample(term) => term.map(Value::Term),
            _ if failed => None,
            State::Sum(sum) => sum.total().map(Value::Number),
            // 18.5.1.4: "Avg(M) = 0, where Count(M) = 0".
            State::Average(_, 0) => Some(Value::integer(0)),
            State::Average(sum, count) => {
                sum.total()?.divide(&Number::Integer(Exact::new(count.into(), 0))).map(Value::Number)
            }
            State::Least(best) | State::Greatest(best) => best,
            State::Unknown => None,
        }
    }
}

/// Keeps the value that comes first in one direction of the order of all terms.
fn replace(best: &mut Option<Value>, value: &Value, direction: Ordering) {
    if best.as_ref().is_none_or(|best| compare(value, best) == direction) {
        *best = Some(value.clone());
    }
}

/// The order of all terms. Computed numbers and texts are compared as they are.
fn compare(a: &Value, b: &Value) -> Ordering {
    match (a, b) {
        (Value::String(a), Value::String(b)) => a.cmp(b),
        (Value::Number(x), Value::Number(y)) => x.compare_exactly(y).then_with(|| match (x, y) {
            // The canonical forms of equal values are equal.
            (Number::Integer(_), Number::Integer(_)) | (Number::Decimal(_), Number::Decimal(_)) => {
                Ordering::Equal
            }
            _ => compare_terms(a, b),
        }),
        _ => compare_terms(a, b),
    }
}

fn compare_terms(a: &Value, b: &Value) -> Ordering {
    order::compare(term(a).as_ref().as_ref(), term(b).as_ref().as_ref())
}

fn term(value: &Value) -> Cow<'_, Term> {
    match value {
        Value::Term(term) => Cow::Borrowed(term),
        other => Cow::Owned(other.to_term()),
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixture::term;
    use super::*;

    fn aggregate(function: AggregateFunction, values: &[(&str, u64)]) -> (Option<String>, u64) {
        let mut accumulator = Accumulator::new(&function);
        for (text, count) in values {
            let value = (*text != "ERROR").then(|| Value::Term(term(text)));
            accumulator.add(value.as_ref(), *count);
        }
        let errors = accumulator.errors();
        let shown = |accumulator: Accumulator| {
            let shown =
                |value: Value| value.to_term().to_string().replace("http://www.w3.org/2001/XMLSchema#", "");
            accumulator.finish().map(shown)
        };
        let result = shown(accumulator);
        // Sums of numbers that fit give the same together.
        let (mut rest, mut total) = (Accumulator::new(&function), Total::default());
        for (text, count) in values {
            let value = (*text != "ERROR").then(|| Value::Term(term(text)));
            let number = value.as_ref().filter(|_| rest.is_sum()).and_then(Value::number);
            if !number.and_then(|number| Fast::of_number(&number)).is_some_and(|it| total.add(it, *count)) {
                rest.add(value.as_ref(), *count);
            }
        }
        rest.add_total(total);
        assert_eq!(shown(rest), result, "{values:?}");
        (result, errors)
    }

    fn result(function: AggregateFunction, values: &[&str]) -> String {
        let values: Vec<_> = values.iter().map(|text| (*text, 1)).collect();
        aggregate(function, &values).0.unwrap_or_else(|| "error".to_owned())
    }

    #[test]
    fn sums_are_exact_and_promoted() {
        assert_eq!(result(AggregateFunction::Sum, &[]), "\"0\"^^<integer>");
        assert_eq!(
            result(AggregateFunction::Sum, &["9223372036854775807", "1"]),
            "\"9223372036854775808\"^^<integer>"
        );
        assert_eq!(result(AggregateFunction::Sum, &["1", "2.50"]), "\"3.5\"^^<decimal>");
        assert_eq!(result(AggregateFunction::Sum, &["1", "\"2.5\"^^xsd:float"]), "\"3.5\"^^<float>");
        assert_eq!(result(AggregateFunction::Sum, &["\"2.5\"^^xsd:float", "1e0", "1"]), "\"4.5\"^^<double>");
        assert_eq!(result(AggregateFunction::Sum, &["-0e0"]), "\"0\"^^<double>");
        assert_eq!(
            aggregate(AggregateFunction::Sum, &[("\"INF\"^^xsd:double", 0), ("0.1e0", 3), ("7", 2)])
                .0
                .unwrap(),
            "\"14.3\"^^<double>"
        );
        let sun = "1988920000000000000000000000000.000000000000000001";
        assert_eq!(
            aggregate(AggregateFunction::Sum, &[(sun, 3)]).0.unwrap(),
            "\"5966760000000000000000000000000.000000000000000003\"^^<decimal>"
        );
    }

    #[test]
    fn averages() {
        // 18.5.1.4: "Avg(M) = Sum(M) / Count(M), where Count(M) > 0" and "Avg(M) = 0, where Count(M) = 0".
        assert_eq!(result(AggregateFunction::Avg, &[]), "\"0\"^^<integer>");
        assert_eq!(result(AggregateFunction::Avg, &["1", "2"]), "\"1.5\"^^<decimal>");
        assert_eq!(result(AggregateFunction::Avg, &["1", "2e0"]), "\"1.5\"^^<double>");
        assert_eq!(aggregate(AggregateFunction::Avg, &[("1", 3), ("5", 1)]).0.unwrap(), "\"2\"^^<decimal>");
    }

    #[test]
    fn the_least_and_the_greatest_are_members_of_the_group() {
        // 18.5.1.5 and 18.5.1.6: members as they are written, in the order of ORDER BY.
        let zoned = "\"2024-03-01T11:00:00+01:00\"^^xsd:dateTime";
        let forms = ["\"07\"^^xsd:int", "1E2", "1.50", zoned];
        for form in forms {
            for function in [AggregateFunction::Min, AggregateFunction::Max, AggregateFunction::Sample] {
                assert_eq!(
                    result(function, &[form]),
                    term(form).to_string().replace("http://www.w3.org/2001/XMLSchema#", "")
                );
            }
        }
        let mixed = ["10", "\"9\"", "\"x\"@en", "<a>", "9.5", "true"];
        assert_eq!(result(AggregateFunction::Min, &mixed), "<http://example.org/base/a>");
        assert_eq!(result(AggregateFunction::Max, &mixed), "\"x\"@en");
        assert_eq!(result(AggregateFunction::Max, &["9", "10", "9.5"]), "\"10\"^^<integer>");
        assert_eq!(result(AggregateFunction::Min, &[]), "error");
        assert_eq!(result(AggregateFunction::Sample, &[]), "error");
        let masses = ["5.9722e24", "1988920000000000000000000000000.0", "46000000.5"];
        assert_eq!(
            result(AggregateFunction::Max, &masses),
            "\"1988920000000000000000000000000.0\"^^<decimal>"
        );
    }

    #[test]
    fn errors_are_counted_and_end_all_but_count_and_sample() {
        // 18.5.1.2: "remove error elements from N"; 11.3 has AVG over a value that is not a number unbound.
        let with_error = [("1", 2), ("ERROR", 3), ("\"x\"", 1)];
        let of = |function| aggregate(function, &with_error);
        assert_eq!(of(AggregateFunction::Count), (Some("\"3\"^^<integer>".to_owned()), 3));
        assert_eq!(of(AggregateFunction::Sum), (None, 4));
        assert_eq!(of(AggregateFunction::Avg), (None, 4));
        assert_eq!(of(AggregateFunction::Min), (None, 3));
        assert_eq!(of(AggregateFunction::Sample), (Some("\"1\"^^<integer>".to_owned()), 3));
    }
}
