//! Which columns an operator takes as they were computed, without numbers of terms.
//!
//! In: a node of the plan, the columns that may be computed in its output. Out: those that may be in its inputs. **Joins take numbers
//! alone**, and so does what may multiply rows: a value is numbered once before it is repeated. DISTINCT and GROUP BY tell computed cells apart by
//! their values (`coded.rs`), and number what is left, where that is asked for.

use crate::plan::logical::Aggregate;
use crate::plan::physical::{Node, Op};
use crate::plan::variables::VarSet;
use crate::syntax::algebra::AggregateFunction;

/// The columns of a node's inputs that may be computed ones, where those in `given` may be in its output.
pub fn taken(node: &Node, given: &VarSet) -> VarSet {
    let below: VarSet = node.inputs.iter().flat_map(|input| input.output.iter().copied()).collect();
    match &node.op {
        Op::Filter(_)
        | Op::Extend(..)
        | Op::Slice(..)
        | Op::Union
        | Op::Project
        | Op::Exchange
        | Op::Sort(..) => {
            // What nothing above sees is at most read here, or compared.
            given.union(&below.without(&node.output.iter().copied().collect()))
        }
        Op::Distinct | Op::Combine => below,
        Op::Group(_, aggregates, _) => {
            let mut taken = below;
            for aggregate in aggregates {
                taken = taken.without(&identified(aggregate));
            }
            taken
        }
        _ => VarSet::new(),
    }
}

/// The columns of which an aggregate asks the numbers of terms.
fn identified(aggregate: &Aggregate) -> VarSet {
    let counts = aggregate.function == AggregateFunction::Count;
    let by_number = (aggregate.distinct && !counts) || aggregate.function == AggregateFunction::Sample;
    let argument = aggregate.argument.as_ref().filter(|_| by_number);
    argument.and_then(|formula| formula.as_variable()).into_iter().collect()
}
