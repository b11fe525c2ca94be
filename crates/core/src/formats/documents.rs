//! Schemas and plans as JSON documents.
//!
//! In: a [`Schema`], or an [`Explanation`] with advice in words. Out: indented JSON with a line end. Names of fields are
//! promised to other programs: they may become more, and do not change. Rows and graphs have formats of their own.

use crate::engine::explain::{Explanation, Step};
use crate::error::{Error, Result};
use crate::explore::schema::{Class, Property, Schema};
use crate::terms::{Term, TermRef};
use serde::Serialize;

/// Something to be said about a query, in words.
#[derive(Debug, Clone, Serialize)]
pub struct Advice {
    /// What is the matter.
    pub message: String,
    /// What to do about it.
    pub hints: Vec<String>,
    /// The line of the text, counted from 1.
    pub line: Option<usize>,
    /// The column in characters, counted from 1.
    pub column: Option<usize>,
}

/// A schema as a document.
///
/// # Errors
/// Where it cannot be written.
pub fn schema(schema: &Schema) -> Result<String> {
    let prefixes = schema.prefixes.iter();
    let graphs = schema.graphs.iter();
    text(&SchemaDocument {
        triples: schema.quads,
        partial: schema.partial,
        prefixes: prefixes.map(|(prefix, namespace)| PrefixDocument { prefix, namespace }).collect(),
        graphs: graphs
            .map(|(graph, triples)| GraphDocument { graph: name(graph), triples: *triples })
            .collect(),
        classes: schema.classes.iter().map(class).collect(),
    })
}

/// A plan with advice on its query as a document. What only a run tells is null where there was none.
///
/// # Errors
/// Where it cannot be written.
pub fn explanation(explained: &Explanation, advice: &[Advice]) -> Result<String> {
    text(&ExplanationDocument {
        ran: explained.ran,
        stopped: explained.stopped.as_ref().map(ToString::to_string),
        planning: explained.ran.then_some(explained.planning),
        plan: step(&explained.plan, explained.ran),
        advice,
    })
}

fn text(document: &impl Serialize) -> Result<String> {
    let written = serde_json::to_string_pretty(document);
    written
        .map(|text| text + "\n")
        .map_err(|error| Error::data("the document cannot be written").because(error))
}

#[derive(Serialize)]
struct SchemaDocument<'a> {
    triples: u64,
    /// Whether the counts are of a part of the graph only.
    partial: bool,
    prefixes: Vec<PrefixDocument<'a>>,
    graphs: Vec<GraphDocument>,
    classes: Vec<ClassDocument<'a>>,
}

#[derive(Serialize)]
struct PrefixDocument<'a> {
    prefix: &'a str,
    namespace: &'a str,
}

#[derive(Serialize)]
struct GraphDocument {
    graph: String,
    triples: u64,
}

#[derive(Serialize)]
struct ClassDocument<'a> {
    /// Null for the subjects that have no class.
    class: Option<String>,
    label: Option<&'a str>,
    instances: u64,
    example: Option<ExampleDocument<'a>>,
    properties: Vec<PropertyDocument<'a>>,
}

#[derive(Serialize)]
struct PropertyDocument<'a> {
    property: String,
    label: Option<&'a str>,
    values: u64,
    /// How many instances of the class have one.
    instances: u64,
    kinds: Vec<KindDocument<'a>>,
    range: Option<[TermDocument<'a>; 2]>,
    example: Option<ExampleDocument<'a>>,
}

#[derive(Serialize)]
struct KindDocument<'a> {
    kind: &'a str,
    values: u64,
}

#[derive(Serialize)]
struct ExampleDocument<'a> {
    #[serde(flatten)]
    term: TermDocument<'a>,
    label: Option<&'a str>,
}

/// A term as the JSON of SPARQL query results has it.
#[derive(Serialize)]
struct TermDocument<'a> {
    #[serde(rename = "type")]
    kind: &'static str,
    value: String,
    #[serde(rename = "xml:lang", skip_serializing_if = "Option::is_none")]
    language: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    datatype: Option<&'a str>,
}

#[derive(Serialize)]
struct ExplanationDocument<'a> {
    ran: bool,
    /// The limit that ended the run early.
    stopped: Option<String>,
    /// How many seconds planning took.
    planning: Option<f64>,
    plan: StepDocument<'a>,
    advice: &'a [Advice],
}

#[derive(Serialize)]
struct StepDocument<'a> {
    step: &'a str,
    estimate: Option<u64>,
    cost: f64,
    sorted_by: &'a [String],
    choice: Option<&'a str>,
    rows: Option<u64>,
    seconds: Option<f64>,
    /// The most bytes that it held.
    bytes: Option<u64>,
    /// How many bytes of the file were read for it.
    read: Option<u64>,
    /// How often what is below it was planned and run, where that is done for each row.
    #[serde(skip_serializing_if = "Option::is_none")]
    runs: Option<u64>,
    inputs: Vec<StepDocument<'a>>,
}

fn step(of: &Step, ran: bool) -> StepDocument<'_> {
    StepDocument {
        step: &of.label,
        estimate: of.estimate,
        cost: of.cost,
        sorted_by: &of.order,
        choice: of.choice.as_deref(),
        rows: ran.then_some(of.rows),
        seconds: ran.then_some(of.seconds),
        bytes: ran.then_some(of.bytes),
        read: ran.then_some(of.read),
        runs: of.runs,
        inputs: of.children.iter().map(|child| step(child, ran)).collect(),
    }
}

fn class(of: &Class) -> ClassDocument<'_> {
    ClassDocument {
        class: of.class.as_ref().map(name),
        label: of.label.as_deref(),
        instances: of.count,
        example: example(of.example.as_ref()),
        properties: of.properties.iter().map(property).collect(),
    }
}

fn property(of: &Property) -> PropertyDocument<'_> {
    PropertyDocument {
        property: name(&of.property),
        label: of.label.as_deref(),
        values: of.count,
        instances: of.instances,
        kinds: of.values.iter().map(|(kind, values)| KindDocument { kind, values: *values }).collect(),
        range: of.range.as_ref().map(|(low, high)| [term(low.as_ref()), term(high.as_ref())]),
        example: example(of.example.as_ref()),
    }
}

fn example(of: Option<&(Term, Option<String>)>) -> Option<ExampleDocument<'_>> {
    of.map(|(example, label)| ExampleDocument { term: term(example.as_ref()), label: label.as_deref() })
}

/// A class, property or graph: an IRI as such, a blank node with `_:`.
fn name(term: &Term) -> String {
    match term {
        Term::NamedNode(iri) => iri.as_str().to_owned(),
        other => other.to_string(),
    }
}

fn term(term: TermRef<'_>) -> TermDocument<'_> {
    let plain = |kind, value: String| TermDocument { kind, value, language: None, datatype: None };
    match term {
        TermRef::NamedNode(iri) => plain("uri", iri.as_str().to_owned()),
        TermRef::BlankNode(node) => plain("bnode", node.as_str().to_owned()),
        TermRef::Literal(literal) => TermDocument {
            kind: "literal",
            value: literal.value().to_owned(),
            language: literal.language(),
            datatype: literal.language().is_none().then(|| literal.datatype().as_str()),
        },
        TermRef::Triple(triple) => plain("triple", triple.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::known;

    #[test]
    fn a_schema_is_a_document_with_full_names_and_counts() {
        let found = crate::explore::schema::schema(&known(), "zh", Some("bm:Release"));
        let read: serde_json::Value = serde_json::from_str(&schema(&found).unwrap()).unwrap();
        let class = &read["classes"][0];
        assert_eq!(class["class"], "https://w3id.org/baimo/ontology#Release");
        assert_eq!(class["instances"], found.classes[0].count);
        let date = "https://w3id.org/baimo/ontology#date";
        let properties = class["properties"].as_array().unwrap();
        let date = properties.iter().find(|property| property["property"] == date).unwrap();
        assert_eq!(date["range"][0]["type"], "literal");
        assert!(date["range"][0]["datatype"].as_str().unwrap().starts_with("http"), "{date}");
        assert_eq!(read["partial"], false);
    }

    #[test]
    fn a_plan_that_was_not_run_has_neither_rows_nor_times() {
        let child = Step { label: "Scan".into(), estimate: Some(2), rows: 3, ..Step::default() };
        let plan =
            Step { label: "Sort".into(), order: vec!["?x".into()], children: vec![child], ..Step::default() };
        let advice =
            [Advice { message: "a \"b\"".into(), hints: vec!["c".into()], line: Some(1), column: Some(3) }];
        for (ran, rows) in [(true, serde_json::json!(3)), (false, serde_json::Value::Null)] {
            let explained = Explanation { plan: plan.clone(), ran, ..Explanation::default() };
            let read: serde_json::Value =
                serde_json::from_str(&explanation(&explained, &advice).unwrap()).unwrap();
            assert_eq!(read["plan"]["inputs"][0]["rows"], rows);
            assert_eq!(read["plan"]["sorted_by"], serde_json::json!(["?x"]));
            assert_eq!(
                (&read["advice"][0]["message"], &read["advice"][0]["column"]),
                (&"a \"b\"".into(), &3.into())
            );
        }
    }
}
