//! The header of a saved query: grlc's `#+` lines, which are YAML.
//!
//! In: the text of a `.rq` file. Out: its entries, or the place in the file of what is wrong with them. What the
//! entries mean is said where they are used.

use super::saved::Texts;
use crate::error::{Diagnostic, Span};
use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, SeqAccess, Visitor};
use std::collections::BTreeMap;
use std::fmt;
use std::marker::PhantomData;

/// What a header says. What it says beside this is other tools' and passed over.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Entries {
    pub(super) tags: Words,
    pub(super) view: Option<String>,
    pub(super) params: Pairs<Spec>,
    #[serde(flatten)]
    pub(super) others: BTreeMap<String, Scalar>,
}

/// What a header says of a parameter.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Spec {
    #[serde(rename = "type")]
    pub(super) kind: Option<String>,
    pub(super) default: Option<String>,
    #[serde(rename = "enum")]
    pub(super) choices: Words,
    pub(super) values: Option<String>,
    pub(super) class: Option<String>,
    pub(super) required: bool,
    #[serde(flatten)]
    pub(super) others: BTreeMap<String, Scalar>,
}

/// A list, or one text with commas between its words.
#[derive(Debug, Default)]
pub(super) struct Words(pub(super) Vec<String>);

impl<'de> Deserialize<'de> for Words {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Reader;

        impl<'de> Visitor<'de> for Reader {
            type Value = Words;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a list, or words with commas between them")
            }

            fn visit_unit<E>(self) -> Result<Words, E> {
                Ok(Words::default())
            }

            fn visit_str<E>(self, text: &str) -> Result<Words, E> {
                Ok(Words(text.split(',').map(|word| word.trim().to_owned()).collect()))
            }

            fn visit_u64<E>(self, number: u64) -> Result<Words, E> {
                Ok(Words(vec![number.to_string()]))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Words, A::Error> {
                let mut words = Vec::new();
                while let Some(word) = items.next_element()? {
                    words.push(word);
                }
                Ok(Words(words))
            }
        }
        from.deserialize_any(Reader)
    }
}

/// Names with what is said of each, in the order of the text.
#[derive(Debug)]
pub(super) struct Pairs<T>(pub(super) Vec<(String, T)>);

impl<T> Default for Pairs<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<'de, T: Deserialize<'de> + Default> Deserialize<'de> for Pairs<T> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Reader<T>(PhantomData<T>);

        impl<'de, T: Deserialize<'de> + Default> Visitor<'de> for Reader<T> {
            type Value = Pairs<T>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("names with what is said of each")
            }

            fn visit_unit<E>(self) -> Result<Pairs<T>, E> {
                Ok(Pairs::default())
            }

            fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Pairs<T>, A::Error> {
                let mut pairs = Vec::new();
                while let Some(name) = entries.next_key()? {
                    let said: Option<T> = entries.next_value()?;
                    pairs.push((name, said.unwrap_or_default()));
                }
                Ok(Pairs(pairs))
            }
        }
        from.deserialize_map(Reader(PhantomData))
    }
}

/// A text, or something else that is passed over.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub(super) enum Scalar {
    Text(String),
    Integer(i64),
    Other(serde::de::IgnoredAny),
}

/// The texts among `others` that are called `stem` or `stem_LANGUAGE`.
pub(super) fn texts(others: &BTreeMap<String, Scalar>, stem: &str, texts: &mut Texts) {
    for (key, value) in others {
        let Some(rest) = key.strip_prefix(stem) else { continue };
        let language = if rest.is_empty() { Some("") } else { rest.strip_prefix('_') };
        let text = match value {
            Scalar::Text(text) => text.trim_end().to_owned(),
            Scalar::Integer(number) => number.to_string(),
            Scalar::Other(_) => continue,
        };
        if let Some(language) = language {
            texts.0.insert(language.to_owned(), text);
        }
    }
}

/// The `#+` lines of a text, and where they were.
pub(super) struct Header {
    yaml: String,
    /// The byte in the query's text at which each line of `yaml` starts.
    starts: Vec<usize>,
}

impl Header {
    pub(super) fn of(text: &str) -> Self {
        let mut header = Self { yaml: String::new(), starts: Vec::new() };
        let mut start = 0;
        for line in text.split_inclusive('\n') {
            if let Some(rest) = line.strip_prefix("#+") {
                let content = rest.strip_prefix(' ').unwrap_or(rest);
                header.starts.push(start + line.len() - content.len());
                header.yaml.push_str(content);
            }
            start += line.len();
        }
        header
    }

    /// What the header of the query `name`, whose text is `text`, says.
    pub(super) fn read(&self, name: &str, text: &str) -> Result<Entries, Box<Diagnostic>> {
        let read = serde_saphyr::from_str::<Option<Entries>>(&self.yaml);
        read.map(Option::unwrap_or_default).map_err(|error| {
            let error = error.without_snippet();
            let said = error.to_string();
            let said = said.split(" at line ").next().unwrap_or(&said);
            let place = error.location().map_or(0..0, |place| self.place(place.line(), place.column(), text));
            let problem = Diagnostic::new(format!("the header of `{name}` cannot be read: {said}"))
                .hint("quote texts that contain `: ` or start with a special character: summary: \"...\"")
                .at(Span::in_text(format!("{name}.rq"), text, place));
            Box::new(problem)
        })
    }

    /// The byte in the query's text of a line and a column of the YAML, counted from 1.
    fn place(&self, line: u64, column: u64, text: &str) -> std::ops::Range<usize> {
        let index = |number: u64| usize::try_from(number.saturating_sub(1)).unwrap_or(usize::MAX);
        let start = self.starts.get(index(line)).or(self.starts.last()).copied().unwrap_or(0);
        let rest = text.get(start..).unwrap_or_default();
        let at = start + rest.char_indices().nth(index(column)).map_or(rest.len(), |(at, _)| at);
        at..at + 1
    }

    /// The line that declares a parameter.
    pub(super) fn place_of(&self, name: &str, text: &str, param: &str) -> Span {
        let line = self.yaml.lines().position(|line| line.trim_start().starts_with(&format!("{param}:")));
        let start = line.and_then(|line| self.starts.get(line)).copied().unwrap_or(0);
        let indent = text.get(start..).map_or(0, |rest| rest.len() - rest.trim_start().len());
        Span::in_text(format!("{name}.rq"), text, start + indent..start + indent + param.len())
    }
}
