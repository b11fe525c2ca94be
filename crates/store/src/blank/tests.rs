//! Tests of names by content: the same whatever nodes are called, different for different graphs, and in a time
//! that large chains and rings allow.

use super::*;
use crate::terms::NamedNode;

/// Quads of `edges` between blank nodes, node `n` called by `call(n)`, in an order that depends on the names.
fn graph(edges: &[(u32, u32)], call: impl Fn(u32) -> u32) -> Vec<Quad> {
    let node = |n: u32| BlankNode::new_unchecked(format!("n{}", call(n)));
    let next = NamedNode::new_unchecked("http://example.org/next");
    let mut quads: Vec<Quad> = edges
        .iter()
        .map(|(a, b)| Quad::new(node(*a), next.clone(), node(*b), GraphName::DefaultGraph))
        .collect();
    quads.sort_by_key(ToString::to_string);
    quads
}

fn named(quads: Vec<Quad>) -> (Vec<String>, bool) {
    let blanks = Blanks::of(&quads);
    let mut lines: Vec<String> = blanks.relabel(quads).iter().map(ToString::to_string).collect();
    lines.sort();
    (lines, blanks.is_certain())
}

fn both_ways(edges: &[(u32, u32)]) -> Vec<(u32, u32)> {
    edges.iter().flat_map(|(a, b)| [(*a, *b), (*b, *a)]).collect()
}

fn ring(from: u32, length: u32) -> Vec<(u32, u32)> {
    (0..length).map(|n| (from + n, from + (n + 1) % length)).collect()
}

fn complete(size: u32) -> Vec<(u32, u32)> {
    (0..size).flat_map(|a| (0..size).filter(move |b| *b != a).map(move |b| (a, b))).collect()
}

/// Pairs that mention each other, all tied to one hub in a ring of its own.
fn twins(count: u32) -> Vec<(u32, u32)> {
    let pair = |n: u32| [(0, 2 * n + 1), (2 * n + 1, 2 * n + 2), (2 * n + 2, 2 * n + 1), (2 * n + 2, 0)];
    (0..count).flat_map(pair).collect()
}

/// The corners of a cube of some dimensions.
fn cube(dimensions: u32) -> Vec<(u32, u32)> {
    let edges = |corner: u32| (0..dimensions).map(move |side| (corner, corner ^ (1 << side)));
    (0..1 << dimensions).flat_map(edges).collect()
}

fn petersen() -> Vec<(u32, u32)> {
    let star = (0..5).map(|n| (5 + n, 5 + (n + 2) % 5));
    let spokes = (0..5).map(|n| (n, 5 + n));
    both_ways(&ring(0, 5).into_iter().chain(star).chain(spokes).collect::<Vec<_>>())
}

#[test]
fn names_do_not_depend_on_names() {
    let chain: Vec<(u32, u32)> = (0..300).map(|n| (n, n + 1)).collect();
    let lattice: Vec<(u32, u32)> =
        (0..100).flat_map(|n| [(n, (n + 1) % 10 + n / 10 * 10), (n, (n + 10) % 100)]).collect();
    let graphs = [
        ring(0, 400),
        both_ways(&ring(0, 400)),
        both_ways(&chain),
        [ring(0, 30), ring(30, 30), ring(60, 31)].concat(),
        complete(12),
        twins(200),
        cube(5),
        petersen(),
        lattice,
    ];
    for (which, edges) in graphs.iter().enumerate() {
        let (first, certain) = named(graph(edges, |n| n));
        assert!(certain, "{which}");
        assert_eq!(first.len(), edges.len(), "{which}");
        // Multiplying by a number without a factor in common with the modulus is another order of the nodes.
        for factor in [7, 1_000, 4_999] {
            assert_eq!(named(graph(edges, |n| (n * factor + 3) % 10_007)).0, first, "{which} by {factor}");
        }
    }
}

#[test]
fn different_graphs_are_told_apart() {
    // Each pair looks the same from every single node.
    let pairs = [
        (both_ways(&ring(0, 6)), both_ways(&[ring(0, 3), ring(3, 3)].concat())),
        (ring(0, 12), [ring(0, 5), ring(5, 7)].concat()),
        (
            cube(3),
            both_ways(&[
                (0, 1),
                (1, 2),
                (2, 3),
                (3, 0),
                (4, 5),
                (5, 6),
                (6, 7),
                (7, 4),
                (0, 5),
                (1, 4),
                (2, 6),
                (3, 7),
            ]),
        ),
        (petersen(), both_ways(&[ring(0, 5), ring(5, 5), (0..5).map(|n| (n, 5 + n)).collect()].concat())),
    ];
    for (a, b) in pairs {
        assert_eq!(a.len(), b.len());
        assert_ne!(named(graph(&a, |n| n)).0, named(graph(&b, |n| n)).0);
    }
}

#[test]
fn large_chains_and_rings_are_named_in_a_time_in_their_length() {
    let chain: Vec<(u32, u32)> = (0..4_000).map(|n| (n, n + 1)).collect();
    for edges in [ring(0, 5_000), both_ways(&ring(0, 2_000)), both_ways(&chain), twins(1_000)] {
        let (lines, certain) = named(graph(&edges, |n| n));
        assert_eq!((lines.len(), certain), (edges.len(), true));
    }
}

#[test]
fn what_is_truly_hard_meets_a_limit_and_says_so() {
    let part = || Component {
        nodes: (0..12).collect(),
        statements: complete(12)
            .iter()
            .map(|(a, b)| vec![Token::Node(*a as usize), Token::Fixed(1), Token::Node(*b as usize)])
            .collect(),
    };
    assert!(part().least_form().is_certain);
    let form = part().least_form_within(2_000);
    assert!(!form.is_certain, "more choices one inside another than are tried");
    let mut order = form.order;
    order.sort_unstable();
    assert_eq!(order, (0..12).collect::<Vec<_>>(), "named in either case, each node once");
}

/// The lines of the canonical form within a limit, sorted, and its rule.
fn canonical_lines(quads: Vec<Quad>, work: u64) -> (Vec<String>, Rule) {
    let (named, rule) = canonical::canonical_within(&quads, work).unwrap();
    let mut lines: Vec<String> = named.iter().map(ToString::to_string).collect();
    lines.sort();
    (lines, rule)
}

#[test]
fn the_canonical_form_of_long_chains_is_named_by_content() {
    let edges = |length: u32| (0..length).map(|n| (n, n + 1)).collect::<Vec<_>>();
    for (length, rule) in [(50, Rule::Rdfc10), (5_000, Rule::Content)] {
        let (lines, found) = canonical_lines(graph(&edges(length), |n| n), 10_000);
        assert_eq!((lines.len(), found), (length as usize, rule));
        let other = canonical_lines(graph(&edges(length), |n| (n * 7) % 10_007), 10_000);
        assert_eq!((lines, rule), other, "{length}");
    }
    assert_eq!(rdfc10(&graph(&edges(5_000), |n| n)).unwrap_err().kind, crate::error::Kind::Limit);
}

#[test]
fn the_rule_of_the_canonical_form_depends_on_the_graph_alone() {
    // Limits on both sides of what each takes: by one rule, whatever its nodes are called.
    let tree: Vec<(u32, u32)> = (1..31).map(|n| ((n - 1) / 2, n)).collect();
    let mut rules = [0, 0];
    for edges in [tree, cube(3), both_ways(&ring(0, 12)), complete(4), petersen()] {
        for work in (5..14).map(|power| 1 << power) {
            let (first, rule) = canonical_lines(graph(&edges, |n| n), work);
            rules[usize::from(rule == Rule::Content)] += 1;
            for factor in [7, 1_000, 4_999] {
                let other = canonical_lines(graph(&edges, |n| (n * factor + 3) % 10_007), work);
                assert_eq!(other, (first.clone(), rule), "{edges:?} by {factor} within {work}");
            }
        }
    }
    assert!(rules.iter().all(|count| *count > 5), "{rules:?}");
}
