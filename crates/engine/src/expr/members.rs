//! The constants of an IN, so that a value is looked up among them and not compared with each.
//!
//! In: values. Out: whether a value is equal to any (17.4.1.9). Texts, IRIs and integers are hashed, for equality of two strings, of two
//! IRIs and of two integers is that of what is hashed (17.3, F&O 3.1), and a string equals no IRI and no number. The others are compared
//! one by one.

use super::program::is_in;
use super::value::{Operand, Value};
use baimo_store::value::number::Number;
use rustc_hash::FxHashSet;

/// A list of constants; one that is missing is an error. See the module.
pub struct Members<'l> {
    all: Vec<Option<&'l Value>>,
    texts: FxHashSet<&'l str>,
    iris: FxHashSet<&'l str>,
    integers: FxHashSet<i64>,
    /// What is in none of these sets.
    rest: Vec<Option<&'l Value>>,
}

impl<'l> Members<'l> {
    /// A list, sorted by kinds.
    pub fn of(list: impl Iterator<Item = Option<&'l Value>>) -> Self {
        let mut members = Self {
            all: list.collect(),
            texts: FxHashSet::default(),
            iris: FxHashSet::default(),
            integers: FxHashSet::default(),
            rest: Vec::new(),
        };
        for value in &members.all {
            match value.map(Value::operand) {
                Some(Operand::String(text)) => {
                    members.texts.insert(text);
                }
                Some(Operand::Iri(iri)) => {
                    members.iris.insert(iri);
                }
                Some(Operand::Number(number)) if integer(&number).is_some() => {
                    members.integers.extend(integer(&number));
                }
                _ => members.rest.push(*value),
            }
        }
        members
    }

    /// How many comparisons a value takes, at most.
    pub fn steps(&self, value: &Value) -> usize {
        1 + if self.is_hashed(&value.operand()) { self.rest.len() } else { self.all.len() }
    }

    /// Whether a value is equal to any; nothing for an error.
    pub fn has(&self, value: &Value) -> Option<bool> {
        let operand = value.operand();
        let found = match &operand {
            Operand::String(text) => self.texts.contains(text),
            Operand::Iri(iri) => self.iris.contains(iri),
            Operand::Number(number) => integer(number).is_some_and(|value| self.integers.contains(&value)),
            _ => false,
        };
        if found {
            return Some(true);
        }
        is_in(value, if self.is_hashed(&operand) { &self.rest } else { &self.all }.iter().copied())
    }

    /// Whether the sets tell all of a value that they could.
    fn is_hashed(&self, operand: &Operand<'_>) -> bool {
        match operand {
            Operand::String(_) | Operand::Iri(_) => true,
            Operand::Number(number) => integer(number).is_some(),
            _ => false,
        }
    }
}

/// An integer that is hashed.
fn integer(number: &Number) -> Option<i64> {
    match number {
        Number::Integer(value) => value.to_i64(),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::terms::{Literal, NamedNode, xsd};

    fn typed(text: &str, datatype: crate::terms::NamedNodeRef<'_>) -> Value {
        Value::Term(Literal::new_typed_literal(text, datatype).into())
    }

    /// Every list of some values, each value asked of it, with and without an error in the list.
    #[test]
    fn a_list_has_what_equals_any_of_it() {
        let values = [
            Value::string("1"),
            Value::string(""),
            Value::Term(Literal::new_simple_literal("1").into()),
            Value::Term(Literal::new_language_tagged_literal_unchecked("1", "en").into()),
            Value::Term(NamedNode::new_unchecked("1").into()),
            Value::integer(1),
            Value::integer(2),
            typed("01", xsd::INTEGER),
            typed("1", xsd::SHORT),
            typed("1.0", xsd::DECIMAL),
            typed("1e0", xsd::DOUBLE),
            typed("9007199254740993", xsd::INTEGER),
            typed("9007199254740992e0", xsd::DOUBLE),
            typed("123456789012345678901234567890", xsd::INTEGER),
            typed("NaN", xsd::DOUBLE),
            Value::Boolean(true),
            typed("1", crate::terms::NamedNodeRef::new_unchecked("http://example.org/of")),
            typed("x", xsd::INTEGER),
        ];
        for (n, first) in values.iter().enumerate() {
            for second in values.iter().skip(n).map(Some).chain([None]) {
                let members = Members::of([Some(first), second].into_iter());
                for value in &values {
                    let expected = is_in(value, [Some(first), second].into_iter());
                    assert_eq!(members.has(value), expected, "{value:?} in {first:?}, {second:?}");
                }
            }
        }
    }

    #[test]
    fn a_long_list_is_not_gone_through() {
        let list: Vec<Value> = (0..1000).map(|n| Value::string(n.to_string())).collect();
        let members = Members::of(list.iter().map(Some));
        assert_eq!(members.steps(&Value::string("7")), 1);
        assert_eq!(members.has(&Value::string("7")), Some(true));
        assert_eq!(members.has(&Value::integer(7)), Some(false));
    }
}
