//! The header of a saved query: grlc's `#+` lines, which are YAML.
//!
//! In: the text of a `.rq` file. Out: its YAML, with the place in the file of what is wrong with it. What the
//! entries mean is said where they are used.

use super::saved::Texts;
use crate::error::{Error, Kind, Result, Span};
use saphyr::{LoadableYamlNode, Scalar, Yaml};

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

    pub(super) fn parse(&self, name: &str) -> Result<Yaml<'_>> {
        let documents = Yaml::load_from_str(&self.yaml).map_err(|error| {
            let (line, column) = (error.marker().line(), error.marker().col());
            Error::new(Kind::Query, format!("the header of `{name}` is not valid YAML: {}", error.info()))
                .hint("quote texts that contain `: ` or start with a special character: summary: \"...\"")
                .at(Span {
                    name: format!("{name}.rq"),
                    line,
                    column: column + "#+ ".len() + 1,
                    width: 1,
                    text: self
                        .yaml
                        .lines()
                        .nth(line.saturating_sub(1))
                        .map_or_else(String::new, |l| format!("#+ {l}")),
                })
        })?;
        Ok(documents.into_iter().next().unwrap_or(Yaml::Value(Scalar::Null)))
    }

    /// The line that declares a parameter.
    pub(super) fn place_of(&self, name: &str, text: &str, param: &str) -> Span {
        let line = self.yaml.lines().position(|line| line.trim_start().starts_with(&format!("{param}:")));
        let start = line.and_then(|line| self.starts.get(line)).copied().unwrap_or(0);
        let indent = text.get(start..).map_or(0, |rest| rest.len() - rest.trim_start().len());
        Span::in_text(format!("{name}.rq"), text, start + indent..start + indent + param.len())
    }
}

pub(super) fn scalar(yaml: &Yaml<'_>) -> Option<String> {
    match yaml {
        Yaml::Value(Scalar::String(text)) => Some(text.trim_end().to_owned()),
        Yaml::Value(Scalar::Integer(number)) => Some(number.to_string()),
        Yaml::Value(Scalar::FloatingPoint(number)) => Some(number.to_string()),
        Yaml::Value(Scalar::Boolean(truth)) => Some(truth.to_string()),
        Yaml::Representation(text, ..) => Some(text.to_string()),
        _ => None,
    }
}

pub(super) fn list(yaml: &Yaml<'_>) -> Vec<String> {
    match yaml.as_sequence() {
        Some(items) => items.iter().filter_map(scalar).collect(),
        None => scalar(yaml)
            .into_iter()
            .flat_map(|text| text.split(',').map(|t| t.trim().to_owned()).collect::<Vec<_>>())
            .collect(),
    }
}

/// Takes `stem` and `stem_LANGUAGE` into `texts`.
pub(super) fn take_text(key: &str, stem: &str, value: &Yaml<'_>, texts: &mut Texts) {
    let Some(rest) = key.strip_prefix(stem) else { return };
    let language = if rest.is_empty() { Some("") } else { rest.strip_prefix('_') };
    if let (Some(language), Some(text)) = (language, scalar(value)) {
        texts.0.insert(language.to_owned(), text);
    }
}
