//! GROUP_CONCAT (SPARQL 1.1, 18.5.1.7) over all groups at once.
//!
//! In: the texts of a group's values, each with how often it counts. Out: them joined, with a separator between. What is
//! not a string is joined as STR gives it, as all other engines do. An error in a group ends its text: there is none.

use super::functions::text_of_value;
use super::growing::Growing;
use super::texts::Texts;
use super::value::Value;
use crate::Governor;
use crate::error::Result;

/// So many texts are added without a look at the limits, where they are short.
const FEW: u64 = 1 << 16;

/// So many bytes of text are written without a look at the limits.
const AT_ONCE: usize = 1 << 20;

/// The texts of all groups. See the module.
#[derive(Debug)]
pub struct Concat {
    separator: String,
    texts: Growing,
    /// In how many solutions a group has an error; as long as the last group that has any.
    errors: Vec<u64>,
}

impl Concat {
    /// Of no group yet. Where no separator is given it is a space (18.5.1.7).
    pub fn new(separator: Option<&str>) -> Self {
        Self { separator: separator.unwrap_or(" ").to_owned(), texts: Growing::default(), errors: Vec::new() }
    }

    /// Makes room for so many groups.
    ///
    /// # Errors
    /// Where they would pass the limit of memory.
    pub fn grow(&mut self, count: usize, governor: &Governor) -> Result<()> {
        self.texts.grow(count, governor)
    }

    /// How many bytes the texts take.
    pub fn bytes(&self) -> usize {
        self.texts.bytes() + self.errors.capacity() * size_of::<u64>()
    }

    /// Leaves the groups at these places, in this order.
    pub fn keep(&mut self, groups: &[u32]) {
        self.texts.keep(groups);
        let errors = |group: &u32| self.errors.get(*group as usize).copied().unwrap_or_default();
        self.errors = groups.iter().map(errors).collect();
    }

    /// Adds a value that `count` solutions have; nothing for an error.
    ///
    /// # Errors
    /// Once a limit is met.
    pub fn add_value(
        &mut self,
        group: usize,
        value: Option<&Value>,
        count: u64,
        governor: &Governor,
    ) -> Result<()> {
        self.add(group, value.and_then(text_of_value).as_deref(), count, governor)
    }

    /// Adds a text that `count` solutions have; nothing for an error. Limits are looked at for each block that is filled.
    ///
    /// # Errors
    /// Once a limit is met.
    pub fn add(
        &mut self,
        group: usize,
        text: Option<&str>,
        mut count: u64,
        governor: &Governor,
    ) -> Result<()> {
        let Some(text) = text else {
            return self.fail(group, count, governor);
        };
        while count > 0 {
            if !self.texts.add(group, &self.separator, text, governor)? {
                // There is an error however often more is added.
                return self.fail(group, count, governor);
            }
            count -= 1;
            if count > 0 && count.is_multiple_of(FEW) {
                governor.check()?;
            }
            if text.is_empty() && self.separator.is_empty() {
                break;
            }
        }
        Ok(())
    }

    fn fail(&mut self, group: usize, count: u64, governor: &Governor) -> Result<()> {
        if self.errors.capacity() <= group {
            // While a list is copied it is there twice.
            governor.room((group + 1).max(2 * self.errors.capacity()) * size_of::<u64>())?;
        }
        if self.errors.len() <= group {
            self.errors.resize(group + 1, 0);
        }
        self.errors.get_mut(group).into_iter().for_each(|errors| *errors = errors.saturating_add(count));
        Ok(())
    }

    /// In how many groups there is an error, and in how many of their solutions.
    pub fn failures(&self) -> (u64, u64) {
        let failed = self.errors.iter().filter(|errors| **errors > 0);
        failed.fold((0, 0), |(groups, solutions), errors| (groups + 1, errors.saturating_add(solutions)))
    }

    /// How many groups from one on have at most so many bytes of text together.
    pub fn within(&self, from: usize, groups: usize, bytes: usize) -> usize {
        let ends = (from..from + groups).scan(0_usize, |sum, group| {
            *sum = sum.saturating_add(self.texts.text_len(group));
            Some(*sum)
        });
        ends.take_while(|end| *end <= bytes).count()
    }

    /// The texts of some groups; an error where one was added.
    ///
    /// # Errors
    /// Once a limit is met.
    pub fn texts(&self, from: usize, groups: usize, governor: &Governor) -> Result<Texts> {
        let (mut texts, mut looked) = (Texts::default(), 0);
        for group in from..from + groups {
            if self.errors.get(group).is_some_and(|errors| *errors > 0) {
                texts.push(None);
                continue;
            }
            let len = self.texts.text_len(group);
            if texts.bytes() + len > looked + AT_ONCE {
                // What is full doubles.
                governor.room(2 * (texts.bytes() + len))?;
                looked = texts.bytes() + len;
            }
            self.texts.write(group, &mut texts);
        }
        Ok(texts)
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixture::term;
    use super::*;

    /// The text of one group, and in how many solutions it had an error.
    fn joined(separator: Option<&str>, values: &[(&str, u64)]) -> (Option<String>, u64) {
        let (mut concat, governor) = (Concat::new(separator), Governor::unlimited());
        concat.grow(1, &governor).unwrap();
        for (text, count) in values {
            let value = (*text != "ERROR").then(|| Value::Term(term(text)));
            concat.add_value(0, value.as_ref(), *count, &governor).unwrap();
        }
        let text = concat.texts(0, 1, &governor).unwrap().get(0).map(str::to_owned);
        (text, concat.failures().1)
    }

    fn result(separator: Option<&str>, values: &[&str]) -> String {
        let values: Vec<_> = values.iter().map(|text| (*text, 1)).collect();
        joined(separator, &values).0.unwrap_or_else(|| "error".to_owned())
    }

    #[test]
    fn texts_are_joined_with_str_of_what_is_no_string() {
        // 18.5.1.7 joins strings; what else there is goes through STR, as in all other engines.
        assert_eq!(result(Some("|"), &[]), "");
        assert_eq!(
            result(Some("|"), &["<a>", "02", "\"x\"", "\"y\"@en"]),
            "http://example.org/base/a|02|x|y"
        );
        assert_eq!(result(None, &["\"\"", "\"b\""]), " b");
        assert_eq!(joined(Some(","), &[("\"a\"", 3), ("\"b\"", 1)]).0.unwrap(), "a,a,a,b");
        assert_eq!(joined(Some(""), &[("\"\"", u64::MAX), ("\"b\"", 2)]).0.unwrap(), "bb");
    }

    #[test]
    fn an_error_ends_the_text_of_its_group() {
        // 18.5.1.2 and 11.3, as for AVG.
        assert_eq!(joined(Some(","), &[("1", 2), ("ERROR", 3), ("\"x\"", 1)]), (None, 3));
        let (mut concat, governor) = (Concat::new(Some(",")), Governor::unlimited());
        concat.grow(3, &governor).unwrap();
        concat.add(2, Some("c"), 2, &governor).unwrap();
        concat.add(1, None, 2, &governor).unwrap();
        concat.add(1, Some("b"), 2, &governor).unwrap();
        let texts = concat.texts(0, 3, &governor).unwrap();
        assert_eq!([texts.get(0), texts.get(1), texts.get(2)], [Some(""), None, Some("c,c")]);
        assert_eq!((concat.failures(), concat.within(0, 3, 5), concat.within(2, 1, 2)), ((1, 2), 2, 0));
    }
}
