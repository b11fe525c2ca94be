//! Two parts of a join that share no variable: every match of one is paired with every match of the other.

use super::reading::Reading;
use super::scope::{Vars, mentioned, tied, variables};
use crate::engine::syntax::algebra::{GraphPattern, joining_names};
use crate::error::Diagnostic;

/// What is said of it.
pub(super) const MESSAGE: &str = "two parts of the pattern share no variable";

/// See the file's header.
pub(super) fn lint(reading: &Reading<'_>, lints: &mut Vec<Diagnostic>) {
    for site in reading.sites.iter().filter(|site| !site.joined) {
        if matches!(site.pattern, GraphPattern::Project { .. } | GraphPattern::OrderBy { .. }) {
            continue;
        }
        let islands = islands(site.pattern, &site.outer);
        let mut names =
            islands.iter().filter_map(|island| island.iter().find(|name| reading.count(name) > 0));
        if let (Some(one), Some(other)) = (names.next(), names.next()) {
            let hint = format!(
                "nothing joins `?{one}` and `?{other}`: every match of one is paired with every match of the other; is a variable misspelt?"
            );
            lints.extend(reading.at_variable(other, MESSAGE, hint));
        }
    }
}

/// The sets of variables of a join that nothing ties to one another.
fn islands(pattern: &GraphPattern, outer: &Vars) -> Vec<Vars> {
    let (mut atoms, mut links) = (Vec::new(), Vec::new());
    atoms_of(pattern, &mut atoms, &mut links);
    links.push(outer.clone());
    let mut islands: Vec<Vars> = Vec::new();
    let atoms = atoms.into_iter().map(|vars| (vars, false));
    for (vars, is_link) in atoms.chain(links.into_iter().map(|vars| (vars, true))) {
        let (mut touching, apart): (Vec<_>, Vec<_>) =
            islands.into_iter().partition(|island| !island.is_disjoint(&vars));
        islands = apart;
        if touching.is_empty() && (is_link || vars.is_empty()) {
            continue;
        }
        // What is small goes into what is large.
        touching.sort_by_key(Vars::len);
        let mut island = touching.pop().unwrap_or_default();
        island.extend(touching.into_iter().flatten().chain(vars));
        islands.push(island);
    }
    islands
}

/// The parts of a join, each with its variables, and the sets of variables that a condition ties.
fn atoms_of(pattern: &GraphPattern, atoms: &mut Vec<Vars>, links: &mut Vec<Vars>) {
    match pattern {
        GraphPattern::Join { left, right } => {
            atoms_of(left, atoms, links);
            atoms_of(right, atoms, links);
        }
        GraphPattern::Bgp { patterns } => atoms.extend(patterns.iter().map(|triple| {
            let mut vars = Vars::new();
            joining_names(triple, &mut vars);
            vars
        })),
        GraphPattern::Filter { inner, .. } => {
            atoms_of(inner, atoms, links);
            links.push(tied(pattern));
        }
        GraphPattern::Extend { inner, variable, .. } => {
            atoms_of(inner, atoms, links);
            let mut vars = tied(pattern);
            vars.insert(variable.as_str().to_owned());
            links.push(vars);
        }
        GraphPattern::LeftJoin { left, right, .. } => {
            atoms_of(left, atoms, links);
            let mut vars = tied(pattern);
            vars.extend(variables(right));
            links.push(vars);
        }
        // The pairing is asked for: whatever the right side binds goes with all of the left.
        GraphPattern::Lateral { left, right } => {
            atoms_of(left, atoms, links);
            let (left, mut vars) = (variables(left), mentioned(right));
            if left.is_disjoint(&vars) {
                vars.extend(left);
            }
            links.push(vars);
        }
        GraphPattern::Minus { left, .. } => atoms_of(left, atoms, links),
        // One row of constants pairs with everything at no cost.
        GraphPattern::Values { bindings, .. } if bindings.len() < 2 => {}
        // A sub-select, often one row on purpose.
        GraphPattern::Project { .. }
        | GraphPattern::Group { .. }
        | GraphPattern::Slice { .. }
        | GraphPattern::Distinct { .. }
        | GraphPattern::Reduced { .. }
        | GraphPattern::OrderBy { .. } => links.push(variables(pattern)),
        GraphPattern::Path { .. }
        | GraphPattern::Union { .. }
        | GraphPattern::Graph { .. }
        | GraphPattern::Values { .. }
        | GraphPattern::Service { .. } => atoms.push(variables(pattern)),
    }
}
