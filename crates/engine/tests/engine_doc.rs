//! `docs/engine.md` shows what the engine really prints: every stage of one query.
//!
//! In: the graph and the query of that page. A block of the page that differs from what is printed fails;
//! `BAIMO_BLESS=1` writes the blocks anew.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that meets the unexpected should stop at once")]

use baimo_engine::answer::Answer;
use baimo_engine::exec::stages::stages;
use baimo_engine::explain::Step;
use baimo_engine::passes::bind::{Bindings, bind};
use baimo_engine::store::pack::{Builder, Pack};
use baimo_engine::store::{Graph as _, Indexed as _};
use baimo_engine::syntax::parse;
use baimo_engine::terms::{Literal, Prefixes, Variable};
use baimo_engine::{DefaultGraph, Governor, plan_only};
use baimo_store::sources::rdf;
use std::fmt::Write as _;

const HEAD: &str = "@prefix : <http://example.org/> .\n";

fn prefixes() -> Prefixes {
    let mut prefixes = Prefixes::new();
    prefixes.insert("", "http://example.org/");
    prefixes
}

/// The text of a block, by the word after its language.
fn block<'p>(page: &'p str, name: &str) -> &'p str {
    let mut at = 0;
    for line in page.split_inclusive('\n') {
        at += line.len();
        if line.starts_with("```") && line.trim_end().ends_with(&format!(" {name}")) {
            let rest = page.get(at..).unwrap();
            return rest.split_once("```").unwrap().0;
        }
    }
    panic!("no block {name}")
}

fn graph(turtle: &str) -> Pack {
    let mut builder = Builder::new();
    let format = rdf::format_named("turtle").unwrap();
    let text = format!("{HEAD}{turtle}");
    let mut add = |quad: baimo_engine::terms::Quad| {
        builder.add(quad.as_ref());
        Ok(())
    };
    rdf::read("data", format, None, text.as_bytes(), &mut Prefixes::new(), &mut add).unwrap();
    builder.finish()
}

/// The names that the parser makes up, 32 digits that differ each time and zeros before them left out, as one.
fn named(text: &str) -> String {
    let mut parts = text.split('?');
    let mut out = parts.next().unwrap().to_owned();
    for part in parts {
        let digits = part.bytes().take_while(u8::is_ascii_hexdigit).count();
        let made = digits > 16;
        out.push_str(if made { "?aggregate" } else { "?" });
        out.push_str(if made { part.get(digits..).unwrap() } else { part });
    }
    out
}

/// IRIs and datatypes in their short form.
fn short(text: &str) -> String {
    let text = named(text);
    let text = text.replace("http://www.w3.org/2001/XMLSchema#", "xsd:").replace("http://example.org/", ":");
    let mut out = String::new();
    let mut rest = text.as_str();
    while let Some((before, after)) = rest.split_once('<') {
        out.push_str(before);
        match after.split_once('>') {
            Some((name, tail)) if name.contains(':') && !name.contains(' ') => {
                out.push_str(name);
                rest = tail;
            }
            _ => {
                out.push('<');
                rest = after;
            }
        }
    }
    out + rest
}

/// An S-expression, a line for each operator.
fn laid_out(text: &str) -> String {
    let (mut out, mut depth) = (String::new(), 0_usize);
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let wide = ["(order", "(extend", "(group", "(leftjoin", "(bgp", "(>="];
        if wide.iter().any(|word| rest.starts_with(word)) {
            out = out.trim_end().to_owned();
            let _ = write!(out, "\n{}", "  ".repeat(depth));
        }
        depth = match c {
            '(' => depth + 1,
            ')' => depth.saturating_sub(1),
            _ => depth,
        };
        out.push(c);
        rest = &rest[c.len_utf8()..];
    }
    out + "\n"
}

fn drawn(step: &Step, depth: usize, out: &mut String) {
    let order =
        if step.order.is_empty() { String::new() } else { format!(", sorted by {}", step.order.join(" ")) };
    let estimate = step.estimate.unwrap_or_default();
    let _ = writeln!(out, "{estimate:>8} {:>8.0}  {}{}{order}", step.cost, "  ".repeat(depth), step.label);
    step.children.iter().for_each(|child| drawn(child, depth + 1, out));
}

/// What each block should be.
fn printed(page: &str) -> Vec<(&'static str, String)> {
    let graph = graph(block(page, "data"));
    let query = parse::query(block(page, "query"), &prefixes(), None).unwrap();
    let since = Variable::new_unchecked("_since");
    let bound = bind(&query, &Bindings::from([(since, Literal::from(2020).into())])).unwrap();
    let made = stages(&graph, &bound, DefaultGraph::Alone).unwrap();
    let mut dictionary = String::new();
    for id in 0..graph.term_count() {
        let _ = writeln!(dictionary, "{id:>4}  {}", graph.term(id).unwrap());
    }
    let mut plan = "estimate     cost  operator\n".to_owned();
    drawn(
        &plan_only(&graph, &bound, DefaultGraph::Alone, &Governor::unlimited()).unwrap().plan,
        0,
        &mut plan,
    );
    let Answer::Rows(rows) =
        baimo_engine::answer(&graph, &bound, DefaultGraph::Alone, &Governor::unlimited()).unwrap()
    else {
        panic!("rows")
    };
    let mut answer = rows.variables.iter().map(ToString::to_string).collect::<Vec<_>>().join("\t") + "\n";
    for row in rows.rows {
        let cells = row.unwrap().into_iter().map(|cell| cell.map_or("-".to_owned(), |term| term.to_string()));
        let _ = writeln!(answer, "{}", cells.collect::<Vec<_>>().join("\t"));
    }
    vec![
        ("dictionary", short(&dictionary)),
        ("algebra", short(&laid_out(&query.to_sse()))),
        ("bound", short(&laid_out(&bound.to_sse()))),
        ("logical", short(&made.logical)),
        ("plan", short(&plan)),
        ("batches", short(&made.batches)),
        ("rows", short(&answer)),
    ]
}

#[test]
fn the_page_shows_what_is_printed() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/engine.md");
    let mut page = std::fs::read_to_string(path).unwrap();
    let blocks = printed(&page);
    if std::env::var_os("BAIMO_BLESS").is_some() {
        for (name, text) in &blocks {
            let old = format!("```text {name}\n{}```", block(&page, name));
            page = page.replace(&old, &format!("```text {name}\n{text}```"));
        }
        std::fs::write(path, &page).unwrap();
    }
    for (name, text) in &blocks {
        assert_eq!(block(&page, name), text, "the block {name} of docs/engine.md");
    }
}
