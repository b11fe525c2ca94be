//! The counts that `data/dataset.ttl` gives of the graph are the counts of the graph.

use baimo::engine::Bindings;
use baimo::engine::answer::Answer;
use baimo::session::{Session, Source};
use baimo::terms::Term;

fn session() -> Session {
    baimo::embedded::open(&Source::Embedded).unwrap()
}

fn rows(session: &Session, text: &str) -> Vec<Vec<Option<Term>>> {
    let Answer::Rows(rows) = session.query(text, &Bindings::new()).unwrap() else { panic!("{text}") };
    rows.rows.map(|row| row.unwrap().into_iter().collect()).collect()
}

/// The number in the one cell of the answer.
fn number(session: &Session, text: &str) -> i64 {
    let rows = rows(session, text);
    let [row] = rows.as_slice() else { panic!("{text}: {rows:?}") };
    let [Some(Term::Literal(literal))] = row.as_slice() else { panic!("{text}: {row:?}") };
    literal.value().parse().unwrap()
}

#[test]
fn the_stated_counts_are_those_of_the_graph() {
    let session = session();
    let own = "FILTER(isIRI(?s) && STRSTARTS(STR(?s), \"https://w3id.org/baimo/\"))";
    let counts = [
        ("triples", "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }".to_owned()),
        ("entities", format!("SELECT (COUNT(DISTINCT ?s) AS ?n) {{ ?s a ?c {own} }}")),
        ("classes", "SELECT (COUNT(DISTINCT ?c) AS ?n) { ?s a ?c }".to_owned()),
        ("properties", "SELECT (COUNT(DISTINCT ?p) AS ?n) { ?s ?p ?o }".to_owned()),
        ("distinctSubjects", "SELECT (COUNT(DISTINCT ?s) AS ?n) { ?s ?p ?o }".to_owned()),
        ("distinctObjects", "SELECT (COUNT(DISTINCT ?o) AS ?n) { ?s ?p ?o }".to_owned()),
    ];
    for (property, counted) in counts {
        let stated = format!("SELECT ?n {{ <https://w3id.org/baimo/dataset/baimo> void:{property} ?n }}");
        assert_eq!(
            number(&session, &stated),
            number(&session, &counted),
            "void:{property}: mend data/dataset.ttl"
        );
    }
}

#[test]
fn the_stated_counts_of_classes_are_those_of_the_graph() {
    let session = session();
    let wrong = "SELECT ?class ?stated (COUNT(DISTINCT ?s) AS ?counted) {
            <https://w3id.org/baimo/dataset/baimo> void:classPartition [ void:class ?class ; void:entities ?stated ] .
            ?s a ?class
        } GROUP BY ?class ?stated HAVING (?stated != COUNT(DISTINCT ?s))";
    assert_eq!(rows(&session, wrong), Vec::<Vec<Option<Term>>>::new(), "class, stated, counted");
    let missing = "SELECT DISTINCT ?class {
            ?s a ?class . ?class rdfs:isDefinedBy <https://w3id.org/baimo/ontology>
            FILTER NOT EXISTS { ?any void:class ?class }
            FILTER NOT EXISTS { ?narrower rdfs:subClassOf ?class }
        }";
    assert_eq!(rows(&session, missing), Vec::<Vec<Option<Term>>>::new(), "classes without a stated count");
}
