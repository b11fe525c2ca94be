//! FROM and FROM NAMED of a graph that is not there.

use super::reading::Reading;
use crate::error::Diagnostic;

/// See the file's header.
pub(super) fn lint(reading: &Reading<'_>, lints: &mut Vec<Diagnostic>) {
    let Some(dataset) = reading.query.dataset() else { return };
    let (graph, prefixes) = (reading.known.graph, reading.known.prefixes);
    let names = graph.graph_names();
    let wanted = dataset.default.iter().chain(dataset.named.iter().flatten());
    let absent = wanted.filter(|name| graph.id((*name).into()).is_none_or(|id| !names.contains(&id)));
    let Some(from) = (0..reading.tokens.len()).find(|at| reading.is(*at, "FROM")) else { return };
    let have: Vec<String> = names.iter().take(3).map(|id| prefixes.show(graph.term(*id).as_ref())).collect();
    for name in absent {
        let message = format!("there is no graph {} here", prefixes.show(name.as_ref().into()));
        let hint = match have.is_empty() {
            true => "these data have no named graphs: leave FROM out".to_owned(),
            false => format!("the named graphs are {}", have.join(", ")),
        };
        lints.extend(reading.at_tokens(from, from + 1, Diagnostic::new(message).hint(hint)));
    }
}
