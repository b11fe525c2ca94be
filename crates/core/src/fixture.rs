//! The graph of this repository, for the tests at the foot of this crate's files: read by what lies below them.

use crate::engine::answer::Answer;
use crate::engine::syntax::algebra::Query;
use crate::engine::syntax::parse;
use crate::engine::{self, Bindings, DefaultGraph, Governor, passes};
use crate::explore::Knowledge;
use crate::explore::look::{Damage, Look};
use crate::explore::names::Names;
use crate::project::Project;
use crate::store::import;
use crate::store::pack::{Builder, Pack};
use crate::terms::Prefixes;
use std::path::Path;
use std::sync::OnceLock;

/// The folder that this repository is.
pub const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../..");

/// What is known of the graph in it, which is read once.
pub fn known() -> Knowledge<'static> {
    static READ: OnceLock<(Pack, Damage, Names, Prefixes)> = OnceLock::new();
    let (graph, damage, names, prefixes) = READ.get_or_init(|| {
        let project = Project::open(Path::new(ROOT)).unwrap();
        let (mut builder, mut declared) = (Builder::new(), Prefixes::new());
        for input in import::inputs(&project.data_files().unwrap()).unwrap() {
            builder.start_file();
            import::read(input, project.base.as_deref(), &mut declared, &mut |_| {}, &mut |quad| {
                builder.add(quad);
                Ok(())
            })
            .unwrap();
        }
        let graph = builder.finish();
        let damage = Damage::default();
        let names = Names::of_graph(Look::into(&graph, &damage), usize::MAX);
        let mut prefixes = Prefixes::well_known();
        prefixes.extend(&project.prefixes);
        (graph, damage, names, prefixes)
    });
    Knowledge { graph: Look::into(graph, damage), named: names, prefixes }
}

/// A query over it as algebra.
pub fn parsed(text: &str) -> Query {
    parse::query(text, known().prefixes, None).unwrap()
}

/// The answer to a query over it.
pub fn answer(text: &str, bindings: &Bindings) -> Answer<'static> {
    let query = passes::bind::bind(&parsed(text), bindings).unwrap();
    engine::answer(known().graph.graph(), &query, DefaultGraph::Alone, &Governor::unlimited()).unwrap()
}
