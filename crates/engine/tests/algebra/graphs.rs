//! GRAPH: sections 13.3 and 18.6.

use super::check;

#[test]
fn each_graph_is_asked_for_itself() {
    check("SELECT ?g ?x { GRAPH ?g { ?x :p ?y } }", &["g g1", "h a", "h g2"]);
    check("SELECT ?g { GRAPH ?g {} }", &["g", "h"]);
    check("SELECT ?g ?x { GRAPH ?g { ?x :p ?y . ?y :p ?z } }", &[]);
    check("SELECT ?g ?x ?z { GRAPH ?g { ?x :p+ ?z } }", &["g g1 g2", "h a h", "h g2 g3"]);
    check("SELECT (COUNT(*) AS ?n) { GRAPH ?g { ?x ?p ?y } }", &["3"]);
    check("SELECT ?x { GRAPH :g { ?x :p ?y } }", &["g1"]);
    check("SELECT ?x { GRAPH :nowhere { } }", &[]);
}

#[test]
fn a_sub_select_is_evaluated_in_each_graph() {
    check("SELECT ?g ?n { GRAPH ?g { { SELECT (COUNT(*) AS ?n) { ?s ?p ?o } } } }", &["g 1", "h 2"]);
    check("SELECT ?g ?s { GRAPH ?g { { SELECT ?s { ?s ?p ?o } ORDER BY ?s LIMIT 1 } } }", &["g g1", "h a"]);
    check("SELECT ?g ?v { GRAPH ?g { VALUES ?v { 1 } } }", &["g 1", "h 1"]);
}

#[test]
fn the_name_is_joined_and_not_in_scope_inside() {
    check("SELECT ?g ?x { GRAPH ?g { ?x :p ?g } }", &["h a"]);
    check("SELECT ?x { GRAPH ?g { { SELECT * { ?x :p ?g } } } }", &["a"]);
    check("SELECT ?x { GRAPH ?g { ?x :p ?g } }", &["a"]);
    check("SELECT ?g ?x { VALUES ?g { :h :zzz } GRAPH ?g { ?x :p ?y } }", &["h a", "h g2"]);
    check("SELECT ?g { GRAPH ?g { ?x :p ?y FILTER(BOUND(?g)) } }", &[]);
    check("SELECT ?g ?i { GRAPH ?g { ?x :p :g2 BIND(?g AS ?i) } }", &["g -"]);
    // Nothing is shared, so nothing is removed.
    check("SELECT ?g ?x { GRAPH ?g { ?x :p ?y MINUS { ?z :p :h } } }", &["g g1", "h a", "h g2"]);
}

#[test]
fn clauses_choose_the_graphs() {
    check("SELECT ?x FROM :g FROM :h { ?x :p ?y }", &["a", "g1", "g2"]);
    check("SELECT ?g ?x FROM NAMED :h { GRAPH ?g { ?x :p ?y } }", &["h a", "h g2"]);
    check("SELECT ?x FROM NAMED :h { ?x :p ?y }", &[]);
    // Section 13.2: what FROM NAMED names is in the dataset, though it holds no triple.
    check("SELECT ?g FROM NAMED :nowhere { GRAPH ?g {} }", &["nowhere"]);
    check("ASK FROM NAMED :nowhere { GRAPH :nowhere {} }", &["true"]);
    check("SELECT ?x ?g FROM :g FROM NAMED :g { ?x :p ?y GRAPH ?g { ?x :p ?y } }", &["g1 g"]);
    check("SELECT ?x { ?x :p ?y FILTER EXISTS { GRAPH ?g { ?x :p ?z } } }", &["a"]);
}
