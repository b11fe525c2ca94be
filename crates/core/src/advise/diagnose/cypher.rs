//! `MATCH (a)-[:p]->(b) RETURN a`: the pattern of a Cypher query as triples.
//!
//! In: the text behind MATCH, and what names of the graph its labels and types stand for. Out: the same question in SPARQL, or
//! nothing where it has more than nodes, arrows, what is returned and a limit: what is rewritten means the same. A name that
//! the graph does not have becomes a variable.

use std::fmt::Write as _;

/// What is left to read.
struct Reader<'t>(&'t str);

impl<'t> Reader<'t> {
    fn eat(&mut self, sign: &str) -> bool {
        let rest = self.0.trim_start();
        let is_there = rest.get(..sign.len()).is_some_and(|start| start.eq_ignore_ascii_case(sign));
        if is_there {
            self.0 = rest.get(sign.len()..).unwrap_or_default();
        }
        is_there
    }

    fn name(&mut self) -> &'t str {
        let rest = self.0.trim_start();
        let end = rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len());
        let (name, rest) = rest.split_at_checked(end).unwrap_or_default();
        self.0 = rest;
        name
    }
}

/// The question in SPARQL; `property` and `class` give the names of the graph that a type or a label stands for.
pub(super) fn in_sparql(
    text: &str,
    property: &dyn Fn(&str) -> Option<String>,
    class: &dyn Fn(&str) -> Option<String>,
) -> Option<String> {
    let mut reader = Reader(text);
    let (mut triples, mut made) = (Vec::new(), 0);
    loop {
        let mut from = node(&mut reader, &mut made, class, &mut triples)?;
        while let Some((kind, forwards)) = arrow(&mut reader)? {
            let to = node(&mut reader, &mut made, class, &mut triples)?;
            made += 1;
            let predicate = match kind {
                "" => format!("?p{made}"),
                kind => property(kind).unwrap_or_else(|| format!("?{kind}")),
            };
            let (subject, object) = if forwards { (&from, &to) } else { (&to, &from) };
            triples.push(format!("?{subject} {predicate} ?{object}"));
            from = to;
        }
        if !reader.eat(",") {
            break;
        }
    }
    let mut columns = String::new();
    if !reader.eat("RETURN") {
        return None;
    }
    loop {
        match reader.name() {
            "" => return None,
            name => write!(columns, " ?{name}").ok()?,
        }
        if !reader.eat(",") {
            break;
        }
    }
    let limit = if reader.eat("LIMIT") { format!(" LIMIT {}", reader.name()) } else { String::new() };
    let is_over = reader.0.trim().trim_end_matches(';').trim_end().is_empty();
    let is_number = limit.bytes().skip(" LIMIT ".len()).all(|byte| byte.is_ascii_digit());
    let pattern = triples.join(" . ");
    (is_over && is_number && !pattern.is_empty())
        .then(|| format!("SELECT{columns} WHERE {{ {pattern} }}{limit}"))
}

/// `(a:Label)`: the name of its variable.
fn node(
    reader: &mut Reader<'_>,
    made: &mut usize,
    class: &dyn Fn(&str) -> Option<String>,
    triples: &mut Vec<String>,
) -> Option<String> {
    if !reader.eat("(") {
        return None;
    }
    let mut name = reader.name().to_owned();
    if name.is_empty() {
        *made += 1;
        name = format!("n{made}");
    }
    while reader.eat(":") {
        let label = reader.name();
        let class = class(label).unwrap_or_else(|| format!("?{label}"));
        triples.push(format!("?{name} a {class}"));
    }
    reader.eat(")").then_some(name)
}

/// `-[:p]->`, `<-[:p]-`, `-->`: its type, and whether it goes forwards; nothing within where there is none, and nothing at all where
/// it has no direction or more than a type.
#[expect(clippy::option_option, reason = "no arrow ends the pattern, a strange one the whole")]
fn arrow<'t>(reader: &mut Reader<'t>) -> Option<Option<(&'t str, bool)>> {
    let backwards = reader.eat("<-");
    if !backwards && !reader.eat("-") {
        return Some(None);
    }
    let mut kind = "";
    if reader.eat("[") {
        let _ = reader.name();
        if reader.eat(":") {
            kind = reader.name();
        }
        if !reader.eat("]") {
            return None;
        }
    }
    match (backwards, reader.eat("->")) {
        (false, true) => Some(Some((kind, true))),
        (true, false) if reader.eat("-") => Some(Some((kind, false))),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nodes_and_arrows_become_triples() {
        let property = |name: &str| (name == "vendor").then(|| "bm:vendor".to_owned());
        let class = |name: &str| (name == "Release").then(|| "bm:Release".to_owned());
        for (text, expected) in [
            ("(a)-[:p]->(b) RETURN a", Some("SELECT ?a WHERE { ?a ?p ?b }")),
            (
                "(a)<-[:vendor]-(b) RETURN a, b LIMIT 5;",
                Some("SELECT ?a ?b WHERE { ?b bm:vendor ?a } LIMIT 5"),
            ),
            (
                "(a:Release)-[r:vendor]->(:City) RETURN a",
                Some("SELECT ?a WHERE { ?a a bm:Release . ?n1 a ?City . ?a bm:vendor ?n1 }"),
            ),
            ("(a)-->(b), (b)-[:q]->(c) RETURN c", Some("SELECT ?c WHERE { ?a ?p1 ?b . ?b ?q ?c }")),
            // An arrow without a direction goes either way, `*` any way, and a property is a condition.
            ("(a)-[:p]-(b) RETURN a", None),
            ("(a)-[:p*]->(b) RETURN a", None),
            ("(a {name: 'x'}) RETURN a", None),
            ("(a)-[:p]->(b) WHERE a.x = 1 RETURN a", None),
            ("(a)-[:p]->(b) RETURN a.name", None),
            ("(a) RETURN a", None),
        ] {
            assert_eq!(in_sparql(text, &property, &class).as_deref(), expected, "{text}");
        }
    }
}
