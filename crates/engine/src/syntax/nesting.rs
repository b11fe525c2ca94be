//! Whether a text that the parser refused nests too deep for who explains why: that goes down once a bracket.
//!
//! In: a text, however broken. Out: nothing, or an error at the bracket that is one too many. The parser itself counts as it goes: every
//! bracket, since it descends once a bracket, whatever stands in it; and every operator and part of a chain, since the tree of a chain is
//! as deep as the chain is long.

use super::tokens::{Kind, each_token, is_closer, is_opener};
use crate::error::{Error, Result, Span};

/// More than anybody writes by hand, and little enough for every stack.
pub(super) const DEEPEST: usize = 200;

/// The longest chain that is parsed; all that are open at a place are counted together.
pub(super) const LONGEST: usize = 20_000;

/// Refuses a text with brackets too many in one another; `name` is what the text is called.
///
/// # Errors
/// Where more than 200 brackets are open at once.
pub(super) fn check(name: &str, text: &str) -> Result<()> {
    let mut open = 0_usize;
    for token in each_token(text).filter(|token| token.kind == Kind::Punctuation) {
        let word = token.text(text);
        open = (open + usize::from(is_opener(word))).saturating_sub(usize::from(is_closer(word)));
        if open > DEEPEST {
            return Err(too_many_brackets().at(Span::in_text(name, text, token.range)));
        }
    }
    Ok(())
}

/// The error where one bracket too many is opened.
pub(super) fn too_many_brackets() -> Error {
    Error::query(format!("more than {DEEPEST} brackets are open here"))
        .hint("remove brackets that are not needed, or ask in several queries")
}

/// The error where one operator too many is in a row.
pub(super) fn too_long_a_chain() -> Error {
    Error::query(format!("more than {LONGEST} operators, columns or parts of a group are in a row here"))
        .hint("write a long list of values with IN or VALUES, or ask in several queries")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::prefixes;
    use crate::syntax::parse;

    /// What is wrong with a text, to the parser, and to who counts in what is refused for another reason.
    fn told(text: &str) -> [String; 2] {
        let error = |text: &str| {
            parse::query(text, &prefixes(), None).err().map_or(String::new(), |error| error.message.clone())
        };
        [error(text), error(&format!("{text} nonsense"))]
    }

    #[test]
    fn brackets_are_counted_where_they_are_open() {
        let nested = |n: usize| format!("SELECT * {}{}", "{ ".repeat(n), "}".repeat(n));
        assert_eq!(told(&nested(DEEPEST)), ["", "this is not a SPARQL query"]);
        let error = parse::query(&nested(DEEPEST + 1), &prefixes(), None).unwrap_err();
        assert!(error.message.contains("brackets are open") && !error.hints.is_empty(), "{error}");
        assert_eq!(error.span.as_ref().unwrap().column, "SELECT * ".len() + 2 * DEEPEST + 1);
    }

    #[test]
    fn brackets_in_strings_and_side_by_side_do_not_count() {
        for text in [
            format!("SELECT * {{ ?s ?p '{}' }}", "(".repeat(5000)),
            format!("SELECT * {{ {} }}", "{} ".repeat(5000)),
            format!("CONSTRUCT {{ ?s ?p {} }} {{}}", vec!["1"; 50_000].join(", ")),
            format!("SELECT * {{ VALUES (?a ?b) {{ {} }} }}", "(-1 -2) ".repeat(50_000)),
            format!("SELECT * {{ ?s ?p ?o FILTER(?o IN ({})) }}", vec!["-1"; 50_000].join(", ")),
            format!(
                "CONSTRUCT {{ ?s ?p {} }} {{}}",
                vec!["<urn:a-b/c_(d)>, <http://e.org/a_(b)/c-d>"; 20_001].join(", ")
            ),
            format!("SELECT * {{ ?s ?p ?o {} }}", "FILTER(?o = 1 || ?o = 2) ".repeat(500)),
        ] {
            assert_eq!(told(&text), ["", "this is not a SPARQL query"], "{}", &text[..60]);
        }
    }

    #[test]
    fn chains_are_counted_where_they_are_open() {
        let text = |n: usize| format!("SELECT * {{ ?s ?p ?o FILTER({}) }}", vec!["?o"; n].join(" || "));
        assert_eq!(told(&text(1000))[0], "");
        assert!(told(&text(LONGEST + 2))[0].contains("in a row"));
        let comparison = format!("ASK {{ FILTER(?a<b:c{}&&?d>?e) }}", "/?c".repeat(LONGEST + 1));
        assert_eq!(told(&comparison)[0], "this is not a SPARQL query");
    }

    #[test]
    fn every_bracket_counts() {
        for open in ["{", "(", "[ <a:a> ", "<<( ?s ?p ", "<< ?s ?p ", "?s ?p ?o {| <a:a> "] {
            for told in told(&format!("SELECT * {{ ?s ?p {}", open.repeat(5000))) {
                assert!(told.contains("brackets are open") || open == "{", "{open}: {told}");
            }
        }
        for text in ["?a<?b&&", "?a<urn:b&&", "?a<'>'&&", "?a < ?b && "] {
            let (open, close) = ("(".repeat(1000), ")".repeat(1000));
            let told = told(&format!("ASK {{ FILTER({text}{open}?c{close}>?d) }}"));
            assert!(told.iter().all(|told| !told.is_empty()), "{text}");
        }
    }
}
