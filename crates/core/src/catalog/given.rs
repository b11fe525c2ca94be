//! What is given to a saved query, and which parameter each of it is for.
//!
//! In: what follows the name of a saved query, as a face read it: named values, `name=value`, bare values. Out:
//! values by parameter, as text. What a value means for a parameter's kind is not known here.

use super::parameter::ParamKind;
use super::saved::SavedQuery;
use crate::error::{Error, Hint, Result};
use std::collections::BTreeMap;

/// One thing that is given to a saved query.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Given {
    /// A value for the parameter of this name.
    Named(String, String),
    /// `name=value`; the name may have the variable's `?_` before it.
    Pair(String),
    /// A value for the first parameter without one; `name=value` where a parameter is called so.
    Value(String),
}

impl SavedQuery {
    /// The values by parameter: first those with a name, whatever their place, then the bare ones in the order of the
    /// parameters. A parameter that takes a language is left out of that order: it is given by its name.
    ///
    /// # Errors
    /// Where a parameter is given twice, a pair is none, or a value is left over.
    pub fn values(&self, given: impl IntoIterator<Item = Given>) -> Result<BTreeMap<String, String>> {
        let mut values = BTreeMap::new();
        let mut bare = Vec::new();
        for given in given {
            match given {
                Given::Named(name, value) => set(&mut values, &name, &value)?,
                Given::Pair(pair) => {
                    let (name, value) = pair.split_once('=').ok_or_else(|| {
                        Error::usage(format!("`{pair}` is not a parameter")).hint("write it as name=value")
                    })?;
                    set(&mut values, name.trim().trim_start_matches("?_"), value)?;
                }
                Given::Value(word) => match self.named_in(&word) {
                    Some((name, value)) => set(&mut values, name, value)?,
                    None => bare.push(word),
                },
            }
        }
        for word in bare {
            let takes = self.params.iter().filter(|param| param.kind != ParamKind::Language);
            let free = takes.into_iter().find(|param| !values.contains_key(&param.name));
            let Some(param) = free else {
                return Err(Error::usage(format!("`{word}` is one word too many for `{}`", self.name))
                    .hint("put a value of several words into quotes")
                    .hint(Hint::ShowParameters(self.name.clone())));
            };
            values.insert(param.name.clone(), word);
        }
        Ok(values)
    }

    /// The name and the value of `name=value`, where a parameter is called so.
    fn named_in<'w>(&self, word: &'w str) -> Option<(&'w str, &'w str)> {
        let pair = word.split_once('=')?;
        self.params.iter().any(|param| param.name == pair.0).then_some(pair)
    }
}

fn set(values: &mut BTreeMap<String, String>, name: &str, value: &str) -> Result<()> {
    match values.insert(name.to_owned(), value.to_owned()) {
        None => Ok(()),
        Some(_) => Err(Error::usage(format!("the parameter `{name}` is given twice")).hint("give it once")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::Origin;

    fn values(given: &[Given]) -> std::result::Result<String, String> {
        let text = "#+ params:\n#+   a: {}\n#+   lang: {type: lang}\n#+   b: {}\nSELECT * { ?_a ?_b ?_lang }";
        let query = SavedQuery::read("q".into(), text.into(), Origin::Project);
        let values = query.values(given.iter().cloned()).map_err(|error| error.message.clone())?;
        Ok(values.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join(" "))
    }

    fn named(name: &str, value: &str) -> Given {
        Given::Named(name.into(), value.into())
    }

    #[test]
    fn a_value_is_for_the_parameter_that_it_names_or_for_the_next_one() {
        let (one, two) = (Given::Value("1".into()), Given::Value("2".into()));
        for (given, expected) in [
            (vec![], ""),
            (vec![one.clone()], "a=1"),
            (vec![one.clone(), two.clone()], "a=1 b=2"),
            (vec![one.clone(), named("a", "x")], "a=x b=1"),
            (vec![Given::Value("b=y".into()), one.clone()], "a=1 b=y"),
            (vec![Given::Value("c=y".into())], "a=c=y"),
            (vec![Given::Pair("?_b=y=z".into()), named("lang", "zh")], "b=y=z lang=zh"),
            // Whether a parameter of this name exists is seen when it is bound, with the nearest name.
            (vec![Given::Pair("c=y".into())], "c=y"),
        ] {
            assert_eq!(values(&given).as_deref(), Ok(expected), "{given:?}");
        }
        for (given, wrong) in [
            (vec![one.clone(), two, Given::Value("3".into())], "`3` is one word too many for `q`"),
            (vec![named("a", "1"), Given::Pair("a=2".into())], "the parameter `a` is given twice"),
            (vec![Given::Pair("a".into())], "`a` is not a parameter"),
        ] {
            assert_eq!(values(&given), Err(wrong.to_owned()), "{given:?}");
        }
    }
}
