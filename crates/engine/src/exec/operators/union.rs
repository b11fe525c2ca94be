//! UNION: the rows of all inputs, one input after the other.
//!
//! In: inputs with the same columns. Out: their rows, as they come: a union of multisets (SPARQL 1.1, section 18.5, Union).

use crate::error::Result;
use crate::exec::batch::Batch;
use crate::exec::context::Context;
use crate::exec::{Operator, Running};

/// A union in progress. See the module.
pub struct Union<'a> {
    inputs: std::vec::IntoIter<Running<'a>>,
    current: Option<Running<'a>>,
}

impl<'a> Union<'a> {
    /// Of inputs with the same columns.
    pub fn new(inputs: Vec<Running<'a>>) -> Self {
        Self { inputs: inputs.into_iter(), current: None }
    }
}

impl Operator for Union<'_> {
    fn next(&mut self, cx: &mut Context<'_>) -> Result<Option<Batch>> {
        loop {
            if let Some(current) = &mut self.current
                && let Some(batch) = current.next(cx)?
            {
                return Ok(Some(batch));
            }
            self.current = self.inputs.next();
            if self.current.is_none() {
                return Ok(None);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exec::fixture::{Batches, run};

    #[test]
    fn inputs_come_one_after_the_other() {
        let batches = |values: &[&[u32]]| {
            Batches::new(values.iter().map(|part| Batch::of(vec![part.to_vec()], part.len())).collect())
        };
        let inputs = vec![batches(&[&[3, 1], &[2]]), batches(&[]), batches(&[&[1]])];
        assert_eq!(
            run(|_| Box::new(Union::new(inputs))).0,
            [[3, 1, 2, 1]],
            "equal rows stay: a union of bags"
        );
    }
}
