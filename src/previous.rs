//! The last answer as a part of the next question: `VALUES _`.
//!
//! In: the text of a question, the rows of the answer before it. Out: a text that the parser reads,
//! and one of the same length for finding the place of an error. It refuses to know prompts and
//! graphs; the rows themselves go into the algebra, never into a text.

use crate::advise::tokens::{Kind, Token, tokens};
use crate::answers::Found;
use crate::engine::previous::MARK;
use std::ops::Range;

/// Where `VALUES _` stands in `text`.
pub fn places(text: &str) -> Vec<Range<usize>> {
    let all: Vec<Token> = tokens(text).into_iter().filter(|token| token.kind != Kind::Comment).collect();
    all.windows(2)
        .filter_map(|pair| {
            let [values, name] = pair else { return None };
            let is_it = values.text(text).eq_ignore_ascii_case("VALUES") && name.text(text) == "_";
            is_it.then_some(values.range.start..name.range.end)
        })
        .collect()
}

/// The text with a marked row for the columns of `found` at each place.
pub fn marked(text: &str, found: &Found) -> String {
    let names: Vec<String> = found.variables.iter().map(ToString::to_string).collect();
    let cells = vec![format!("<{MARK}>"); names.len()].join(" ");
    let marked = format!("VALUES ({}) {{ ({cells}) }}", names.join(" "));
    replaced(text, |_| marked.clone())
}

/// The text with an empty group of the same length at each place: all other places stay where they are.
pub fn blanked(text: &str) -> String {
    replaced(text, |was| {
        let kept = was.chars().skip(2).map(|c| if c == '\n' { '\n' } else { ' ' });
        "{}".chars().chain(kept).collect()
    })
}

fn replaced(text: &str, by: impl Fn(&str) -> String) -> String {
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    for place in places(text) {
        out.push_str(text.get(at..place.start).unwrap_or_default());
        out.push_str(&by(text.get(place.clone()).unwrap_or_default()));
        at = place.end;
    }
    out.push_str(text.get(at..).unwrap_or_default());
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::terms::Variable;

    #[test]
    fn only_the_words_count() {
        assert_eq!(places("SELECT * { VALUES _ ?s ?p ?o }"), vec![11..19]);
        assert!(places("SELECT * { ?s ?p 'VALUES _' } # VALUES _").is_empty());
        assert_eq!(places("SELECT * { values\n_ }").len(), 1);
    }

    #[test]
    fn nothing_moves() {
        let text = "SELECT * { VALUES _ ?s ?p ?o }";
        assert_eq!(blanked(text), "SELECT * { {}       ?s ?p ?o }");
    }

    #[test]
    fn the_columns_are_named() {
        let found = Found {
            variables: vec![Variable::new_unchecked("a"), Variable::new_unchecked("b")],
            ..Found::default()
        };
        assert_eq!(marked("{VALUES _}", &found), "{VALUES (?a ?b) { (<urn:baimo:_> <urn:baimo:_>) }}");
    }
}
