//! The LOADs of an update, turned into the quads they bring.
//!
//! In: a parsed update, and a way to read a file. Out: an update that reads nothing from outside, so
//! that all of it is one change. It refuses to know files and stores.

use crate::error::{Error, Hint, Result};
use crate::terms::{GraphName, Quad};
use spargebra::term::{GraphName as Destination, Quad as InsertedQuad};
use spargebra::{GraphUpdateOperation, Update};

/// Replaces each LOAD by an INSERT DATA of what `read` gives for its IRI. A failing LOAD SILENT is
/// left out.
///
/// # Errors
/// What `read` reports, and where a file brings graphs of its own into a LOAD INTO.
pub fn inline_loads(update: &mut Update, read: &mut dyn FnMut(&str) -> Result<Vec<Quad>>) -> Result<()> {
    for operation in &mut update.operations {
        let GraphUpdateOperation::Load { silent, source, destination } = operation else { continue };
        let quads = read(source.as_str());
        let data =
            quads.and_then(|quads| quads.into_iter().map(|quad| inserted(quad, destination)).collect());
        let data: Vec<_> = if *silent { data.unwrap_or_default() } else { data? };
        *operation = GraphUpdateOperation::InsertData { data };
    }
    Ok(())
}

fn inserted(quad: Quad, destination: &Destination) -> Result<InsertedQuad> {
    let graph_name = match quad.graph_name {
        GraphName::DefaultGraph => destination.clone(),
        GraphName::NamedNode(name) if *destination == Destination::DefaultGraph => name.into(),
        name => {
            return Err(Error::data(format!("the file to load holds a graph of its own, {name}"))
                .hint(Hint::LoadWithGraphs));
        }
    };
    Ok(InsertedQuad { subject: quad.subject, predicate: quad.predicate, object: quad.object, graph_name })
}
