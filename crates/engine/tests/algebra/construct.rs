//! CONSTRUCT and DESCRIBE: sections 16.2 and 16.4.

use super::{check, rows};

#[test]
fn a_template_gives_a_set_of_triples() {
    check("CONSTRUCT { ?y :r ?x } { ?x :q ?y }", &["b r a", "e r d", "f r e"]);
    check("CONSTRUCT { :s :r :o } { ?x :q ?y }", &["s r o"]);
    check("CONSTRUCT { ?x :r ?x . ?y :r ?y } { ?x :q ?y }", &["a r a", "b r b", "d r d", "e r e", "f r f"]);
    check("CONSTRUCT WHERE { :d :q ?y }", &["d q e"]);
}

#[test]
fn what_is_no_triple_is_left_out() {
    check("CONSTRUCT { ?n :r ?x . ?x :r ?n } { ?x :n ?n }", &["f r 44"]);
    check("CONSTRUCT { ?x ?n ?x } { ?x :n ?n }", &[]);
    check(
        "CONSTRUCT { ?x :r ?z . ?x :s ?y } { ?x :q ?y OPTIONAL { ?y :zzz ?z } }",
        &["a s b", "d s e", "e s f"],
    );
    check("CONSTRUCT { ?x :r ?absent } { ?x :q ?y }", &[]);
}

#[test]
fn each_solution_has_blank_nodes_of_its_own() {
    let lines = rows("CONSTRUCT { _:b :of ?x . _:b :r _:c } { :a ?p ?o . BIND(:x AS ?x) }");
    assert_eq!(lines.len(), 4, "two solutions, equal as far as the template sees: {lines:?}");
    let lines = rows("CONSTRUCT { _:b :of ?x } { ?x :q ?y }");
    assert_eq!(lines.len(), 3, "{lines:?}");
}

#[test]
fn a_description_is_what_has_the_thing_as_its_subject() {
    check("DESCRIBE :a", &["a p b", "a q b"]);
    check("DESCRIBE ?y { ?x :q ?y . ?y :q ?z }", &["e q f"]);
    check("DESCRIBE :absent", &[]);
    check("DESCRIBE ?x :d { ?x :r :y }", &["d q e", "x r y"]);
}
