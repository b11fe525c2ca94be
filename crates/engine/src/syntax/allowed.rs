//! What the grammar allows and the parser does not, said in another way.
//!
//! In: a text that the parser refused. Out: a text that says the same, where there is one. Its places are others, so that an error in
//! it is told by the text that was written.

use super::tokens::{Kind, Token, each_token, skip_prologue};
use std::ops::Range;

/// The text said in another way; nothing where it has nothing of what is known here.
pub fn otherwise(text: &str) -> Option<String> {
    let tokens: Vec<Token> = each_token(text).filter(|token| token.kind != Kind::Comment).collect();
    let words: Vec<&str> = tokens.iter().map(|token| token.text(text)).collect();
    let mut changes = empty_sets(&tokens, &words);
    changes.extend(grouping(text, &tokens, &words).unwrap_or_default());
    let mut other = text.to_owned();
    changes.sort_by_key(|(range, _)| std::cmp::Reverse(range.start));
    changes.iter().for_each(|(range, words)| other.replace_range(range.clone(), words));
    (!changes.is_empty()).then_some(other)
}

/// What stands in place of a part of the text.
type Change = (Range<usize>, String);

/// `!()`, a step by any predicate (SPARQL 1.1, 19.8, PathNegatedPropertySet): by one, or by any but that one.
fn empty_sets(tokens: &[Token], words: &[&str]) -> Vec<Change> {
    let sets = words.windows(3).zip(tokens.windows(3)).filter(|(words, _)| *words == ["!", "(", ")"]);
    sets.filter_map(|(_, tokens)| {
        Some((tokens.first()?.range.start..tokens.last()?.range.end, "(a|!a)".to_owned()))
    })
    .collect()
}

/// GROUP BY and HAVING in ASK, CONSTRUCT and DESCRIBE (19.8, SolutionModifier): their pattern is a sub-select of what is grouped by.
fn grouping(text: &str, tokens: &[Token], words: &[&str]) -> Option<Vec<Change>> {
    let is = |at: usize, wanted: &str| words.get(at).is_some_and(|word| word.eq_ignore_ascii_case(wanted));
    let mut at = tokens.len() - skip_prologue(tokens, text).len();
    let mut short = None;
    if is(at, "CONSTRUCT") && !is(at + 1, "{") {
        short = tokens.get(at).map(|token| token.range.end);
    } else if is(at, "CONSTRUCT") {
        at = closing(words, at + 1)?;
    } else if !is(at, "ASK") && !is(at, "DESCRIBE") {
        return None;
    }
    let open = (at + 1..words.len()).find(|at| is(*at, "{"))?;
    let first = if is(open - 1, "WHERE") { open - 1 } else { open };
    let close = closing(words, open)?;
    let tail = close + 1;
    if !is(tail, "GROUP") && !is(tail, "HAVING") {
        return None;
    }
    let keys = keys(tokens.get(tail..)?, words.get(tail..)?);
    // A name that nobody writes: of a group without keys there is one solution, or none.
    let keys = if keys.is_empty() { "(1 AS ?the_one_group)".to_owned() } else { keys.join(" ") };
    let start = tokens.get(first)?.range.start;
    let end = tokens.last()?.range.end;
    let mut changes = vec![(start..start, format!("{{ SELECT {keys} ")), (end..end, " }".to_owned())];
    if let Some(place) = short {
        // `CONSTRUCT WHERE { ... }` makes what it looks for.
        let template = text.get(tokens.get(open)?.range.start..tokens.get(close)?.range.end)?;
        changes.push((place..place, format!(" {template}")));
    }
    Some(changes)
}

/// The place of the bracket that belongs to the one at a place.
fn closing(words: &[&str], open: usize) -> Option<usize> {
    if words.get(open) != Some(&"{") {
        return None;
    }
    let mut depth = 0;
    for (at, word) in words.iter().enumerate().skip(open) {
        match *word {
            "{" => depth += 1,
            "}" => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return Some(at);
        }
    }
    None
}

/// The variables of GROUP BY, as it gives them: `?x` and `(... AS ?x)`.
fn keys<'t>(tokens: &[Token], words: &[&'t str]) -> Vec<&'t str> {
    let (mut keys, mut depth) = (Vec::new(), 0);
    let ends = ["HAVING", "ORDER", "LIMIT", "OFFSET", "VALUES"];
    for (n, (token, word)) in tokens.iter().zip(words).enumerate() {
        let is_named = n > 0 && words.get(n - 1).is_some_and(|before| before.eq_ignore_ascii_case("AS"));
        match *word {
            "(" => depth += 1,
            ")" => depth -= 1,
            _ if depth == 0 && ends.iter().any(|end| word.eq_ignore_ascii_case(end)) => break,
            _ if token.kind == Kind::Variable && (depth == 0 || depth == 1 && is_named) => keys.push(*word),
            _ => {}
        }
    }
    keys
}

#[cfg(test)]
mod tests {
    use crate::fixture::prefixes;
    use crate::syntax::parse;

    /// The algebra of a text, which must be a query.
    fn algebra(text: &str) -> String {
        parse::query(text, &prefixes(), None).unwrap_or_else(|error| panic!("{text}: {error:?}")).to_sse()
    }

    /// SPARQL 1.1, 19.8: AskQuery, ConstructQuery and DescribeQuery have a SolutionModifier, in which GROUP BY and HAVING stand.
    #[test]
    fn every_form_may_group() {
        for (text, same) in [
            (
                "ASK { ?s :p ?o } GROUP BY ?s HAVING (COUNT(*) > 1)",
                "ASK { { SELECT ?s { ?s :p ?o } GROUP BY ?s HAVING (COUNT(*) > 1) } }",
            ),
            (
                "CONSTRUCT { ?s :n ?k } FROM :g WHERE { ?s :p ?o } GROUP BY ?s (STR(?o) AS ?k) ORDER BY MAX(?o) LIMIT 2 # {",
                "CONSTRUCT { ?s :n ?k } FROM :g { SELECT ?s ?k { ?s :p ?o } GROUP BY ?s (STR(?o) AS ?k) ORDER BY MAX(?o) LIMIT 2 }",
            ),
            (
                "BASE <a:b> DESCRIBE * WHERE { ?s :p ?o } GROUP BY ?s VALUES ?s { :a }",
                "DESCRIBE * { { SELECT ?s { ?s :p ?o } GROUP BY ?s VALUES ?s { :a } } }",
            ),
            (
                "CONSTRUCT FROM :g WHERE { ?s :p ?o ; :q 1 } GROUP BY ?s HAVING (COUNT(*) > 1)",
                "CONSTRUCT { ?s :p ?o ; :q 1 } FROM :g { SELECT ?s { ?s :p ?o ; :q 1 } GROUP BY ?s HAVING (COUNT(*) > 1) }",
            ),
        ] {
            let plain = |text: &str| {
                // Aggregates are named at random.
                let sse = algebra(text).replace("(base <a:b>", "(");
                let is_long = |word: &&str| word.len() < 20 || word.contains(':');
                sse.split([' ', '(', ')']).filter(is_long).collect::<Vec<_>>().join(" ")
            };
            assert_eq!(plain(text).trim(), plain(same).trim(), "{text}");
        }
        assert!(algebra("ASK {} HAVING (COUNT(*) > 0)").contains("the_one_group"));
    }

    #[test]
    fn an_empty_set_excludes_nothing() {
        let same = algebra("ASK { ?s (a|!a) ?o FILTER(!(1 = 2)) }");
        assert_eq!(algebra("ASK { ?s !() ?o FILTER(!(1 = 2)) }"), same);
        assert_eq!(algebra("ASK { ?s ! ( # any\n ) ?o FILTER(!(1 = 2)) }"), same);
        let update = "DELETE { ?s ?p ?o } WHERE { ?s !() ?o ; ?p ?o }";
        assert!(parse::update(update, &prefixes(), None).is_ok());
    }

    #[test]
    fn what_is_wrong_stays_wrong_where_it_is() {
        for text in [
            "ASK { ?s :p ?o } GROUP BY",
            "ASK { ?s !() }",
            "SELECT ?o { ?s :p ?o } GROUP BY ?s",
            "FILTER(!())",
        ] {
            assert!(parse::query(text, &prefixes(), None).is_err(), "{text}");
        }
        let text = "ASK { ?s :p ?o } GROUP BY ?s HAVING (COUNT(?o";
        let error = parse::query(text, &prefixes(), None).unwrap_err();
        let place = error.cause.and_then(|cause| parse::failure(text, &*cause).0);
        assert!(place.is_some_and(|place| place <= text.len()), "{place:?}");
    }
}
