//! How deep brackets are nested: a text that would exhaust the stack is refused before it is parsed.
//!
//! In: a text. Out: nothing, or an error at the bracket that is one too many. Every bracket
//! counts: parser, walker and evaluator all descend once a bracket, whatever stands in it.

use super::tokens::{BRACKETS, Kind, tokens};
use crate::error::{Error, Result, Span};

/// More than anybody writes by hand, and little enough for every stack.
const DEEPEST: usize = 200;

/// Refuses a text with brackets too many in one another; `name` is what the text is called.
///
/// # Errors
/// Where more than 200 brackets are open at once.
pub fn check(name: &str, text: &str) -> Result<()> {
    let mut depth = 0_usize;
    for token in tokens(text).iter().filter(|token| token.kind == Kind::Punctuation) {
        let word = token.text(text);
        if BRACKETS.iter().any(|(open, _)| *open == word) {
            depth += 1;
        } else if BRACKETS.iter().any(|(_, close)| *close == word) {
            depth = depth.saturating_sub(1);
        }
        if depth > DEEPEST {
            return Err(Error::query(format!("more than {DEEPEST} brackets are open here"))
                .at(Span::in_text(name, text, token.range.clone()))
                .hint("remove brackets that are not needed, or ask in several queries"));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn brackets_are_counted_where_they_are_open() {
        let nested = |n: usize| format!("SELECT * {}{}", "{ ".repeat(n), "}".repeat(n));
        check("query", &nested(DEEPEST)).unwrap();
        let error = check("query", &nested(DEEPEST + 1)).unwrap_err();
        assert_eq!(error.span.as_ref().unwrap().column, "SELECT * ".len() + 2 * DEEPEST + 1);
    }

    #[test]
    fn brackets_in_strings_and_side_by_side_do_not_count() {
        check("query", &format!("SELECT * {{ ?s ?p '{}' }}", "(".repeat(5000))).unwrap();
        check("query", &format!("SELECT * {{ {} }}", "{} ".repeat(5000))).unwrap();
    }

    #[test]
    fn every_bracket_counts() {
        for open in ["{", "(", "[ <a> ", "<<( ?s ?p ", "<< ?s ?p ", "?s ?p ?o {| <a> "] {
            let text = format!("SELECT * {{ ?s ?p {}", open.repeat(5000));
            assert!(check("query", &text).is_err(), "{open}");
        }
    }
}
