//! An update as it was written: COPY, MOVE and ADD whole, which the parser takes apart into DROP and INSERT.
//!
//! In: the text of an update, a parser. Out: the operations, those of a COPY, MOVE or ADD together with the graph that
//! they read. Taken apart, a COPY from a graph that is not there would empty its destination without a word.

use super::tokens::{Kind, Token, skip_prologue, tokens};
use crate::error::Result;
use spargebra::GraphUpdateOperation;
use spargebra::algebra::GraphPattern;
use spargebra::term::NamedNodePattern;
use std::ops::Range;

/// A parsed update: operations, one after the other.
#[derive(Debug, Clone)]
pub struct Update {
    pub(crate) operations: Vec<Operation>,
}

/// One operation of an update.
#[derive(Debug, Clone)]
pub(crate) enum Operation {
    /// As the parser gives it.
    Plain(GraphUpdateOperation),
    /// A COPY, MOVE or ADD.
    Transfer(Transfer),
}

/// A COPY, MOVE or ADD (SPARQL 1.1 Update, sections 3.2.3 to 3.2.5).
#[derive(Debug, Clone)]
pub(crate) struct Transfer {
    /// What is read: a named graph, or nothing for the default one.
    pub from: Option<spargebra::term::NamedNode>,
    /// Whether it is no error that there is no such graph.
    pub silent: bool,
    /// What it consists of.
    pub steps: Vec<GraphUpdateOperation>,
}

/// Parses an update operation by operation where it has declarations after the first one, which the grammar allows
/// (SPARQL 1.1, production 29) and the parser does not; else as a whole.
///
/// # Errors
/// Those of `parse`, with places in the whole text.
pub(super) fn parsed(
    text: &str,
    parse: impl Fn(&str) -> Result<Vec<GraphUpdateOperation>>,
) -> Result<Update> {
    let (parts, prologue) = parts(text);
    let mut operations = Vec::new();
    // Nothing between two `;` is an error, which the whole text tells best.
    let is_whole = parts.iter().rev().skip(1).all(|part| part.operates);
    if !is_whole || !parts.iter().skip(1).any(|part| part.declares) {
        let mut left = parse(text)?.into_iter();
        for part in parts {
            match part.silent {
                None if !part.operates => {}
                None => operations.extend(left.next().map(Operation::Plain)),
                Some(silent) => {
                    let length = parse(&part.alone(text, &prologue))?.len();
                    operations.extend(transfer(left.by_ref().take(length).collect(), silent));
                }
            }
        }
        operations.extend(left.map(Operation::Plain));
        return Ok(Update { operations });
    }
    for part in parts {
        // Parsed again in its place, so that the error's place is true.
        let steps =
            parse(&part.alone(text, &prologue)).or_else(|_| parse(&part.in_place(text, &prologue)))?;
        match part.silent {
            None => operations.extend(steps.into_iter().map(Operation::Plain)),
            Some(silent) => operations.extend(transfer(steps, silent)),
        }
    }
    Ok(Update { operations })
}

/// A COPY, MOVE or ADD of these steps. From a graph to itself it is nothing at all (section 3.2.3).
fn transfer(steps: Vec<GraphUpdateOperation>, silent: bool) -> Option<Operation> {
    (!steps.is_empty()).then(|| Operation::Transfer(Transfer { from: source(&steps), silent, steps }))
}

/// One operation in the text of an update.
struct Part {
    range: Range<usize>,
    /// How many of the declarations hold for it.
    declared: usize,
    /// Whether some of them stand just before it.
    declares: bool,
    /// Whether it is more than declarations.
    operates: bool,
    /// For COPY, MOVE and ADD, whether they are SILENT.
    silent: Option<bool>,
}

impl Part {
    /// Its text after its declarations.
    fn alone(&self, text: &str, prologue: &[Range<usize>]) -> String {
        let mut alone = String::new();
        for range in prologue.iter().take(self.declared).chain([&self.range]) {
            alone.push_str(text.get(range.clone()).unwrap_or_default());
            alone.push(' ');
        }
        alone
    }

    /// The same, each character at the line and column where it is in the whole text.
    fn in_place(&self, text: &str, prologue: &[Range<usize>]) -> String {
        let kept = |at: usize| {
            prologue.iter().take(self.declared).chain([&self.range]).any(|range| range.contains(&at))
        };
        let blank = |(at, c): (usize, char)| if kept(at) || c.is_whitespace() { c } else { ' ' };
        text.char_indices().map(blank).collect()
    }
}

/// The operations of a text, in order, and its declarations. Those that say the same again are left out: updates that a
/// program writes have them before each operation.
fn parts(text: &str) -> (Vec<Part>, Vec<Range<usize>>) {
    let found: Vec<Token> = tokens(text).into_iter().filter(|token| token.kind != Kind::Comment).collect();
    let mut depth = 0_usize;
    let ends = found.split(|token| {
        match token.text(text) {
            "{" if token.kind == Kind::Punctuation => depth += 1,
            "}" if token.kind == Kind::Punctuation => depth = depth.saturating_sub(1),
            _ => {}
        }
        depth == 0 && token.kind == Kind::Punctuation && token.text(text) == ";"
    });
    let (mut parts, mut prologue) = (Vec::new(), Vec::<Range<usize>>::new());
    for part in ends {
        let rest = skip_prologue(part, text);
        let declared = part.len() - rest.len();
        let again = |range: &Range<usize>| {
            prologue.last().is_some_and(|last| text.get(last.clone()) == text.get(range.clone()))
        };
        prologue.extend(span(part.get(..declared).unwrap_or_default()).filter(|range| !again(range)));
        let at = part.last().map_or(text.len(), |token| token.range.end);
        let range = span(rest).unwrap_or(at..at);
        let says = |token: Option<&Token>, words: &[&str]| {
            token.is_some_and(|token| words.iter().any(|word| token.text(text).eq_ignore_ascii_case(word)))
        };
        parts.push(Part {
            range,
            declared: prologue.len(),
            declares: declared > 0,
            operates: !rest.is_empty(),
            silent: says(rest.first(), &["COPY", "MOVE", "ADD"]).then(|| says(rest.get(1), &["SILENT"])),
        });
    }
    (parts, prologue)
}

/// From the first token to the last.
fn span(found: &[Token]) -> Option<Range<usize>> {
    Some(found.first()?.range.start..found.last()?.range.end)
}

/// The named graph that is read by one of the steps.
fn source(steps: &[GraphUpdateOperation]) -> Option<spargebra::term::NamedNode> {
    steps.iter().find_map(|step| match step {
        GraphUpdateOperation::DeleteInsert { pattern, .. } => match pattern.as_ref() {
            GraphPattern::Graph { name: NamedNodePattern::NamedNode(name), .. } => Some(name.clone()),
            _ => None,
        },
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::syntax::parse;
    use crate::terms::Prefixes;

    /// Production 29: `Update ::= Prologue ( Update1 ( ';' Update )? )?`.
    #[test]
    fn declarations_may_stand_between_operations() {
        let operations =
            |text: &str| parse::update(text, &Prefixes::new(), None).map(|update| update.operations);
        let text = "PREFIX a: <x:1> INSERT DATA { a: a: a: } ; PREFIX a: <x:2> INSERT DATA { a: a: a: } ; INSERT DATA { a: a: a: }";
        let subjects: Vec<String> = operations(text)
            .unwrap()
            .iter()
            .map(|operation| match operation {
                Operation::Plain(GraphUpdateOperation::InsertData { data }) => data[0].subject.to_string(),
                other => panic!("{other:?}"),
            })
            .collect();
        assert_eq!(subjects, ["<x:1>", "<x:2>", "<x:2>"]);
        for wrong in
            ["PREFIX a: <x:1> ; PREFIX b: <x:2>", "CLEAR ALL ;; PREFIX b: <x:2> CLEAR ALL", "CLEAR ALL ; ;"]
        {
            assert!(operations(wrong).is_err(), "{wrong}");
        }
        assert_eq!(operations("CLEAR ALL ; PREFIX b: <x:2>").unwrap().len(), 1);
        let error = operations("CLEAR ALL ;\n PREFIX b: <x:2>\n CLEAR EVERYTHING").unwrap_err();
        let place = format!("{:?}", error.cause.unwrap().to_string());
        assert!(place.contains("error at 3:"), "{place}");
    }

    #[test]
    fn many_operations_with_their_declarations_are_parsed_in_a_time_in_their_length() {
        let one = "PREFIX a: <http://example.org/a#>\nPREFIX b: <http://example.org/b#>\nCOPY SILENT a:x TO b:y ;\n";
        assert_eq!(parse::update(&one.repeat(2000), &Prefixes::new(), None).unwrap().operations.len(), 2000);
    }
}
