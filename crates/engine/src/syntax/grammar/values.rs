//! VALUES: solutions that are written down.
//!
//! In: the text behind the word. Out: [`GraphPattern::Values`]. `DataBlock` and `DataBlockValue` of section 19.8.

use super::{Parsed, Parser, Refusal, Why};
use crate::syntax::algebra::{GraphPattern, GroundTerm, GroundTriple};
use crate::terms::Variable;
use std::collections::HashSet;

impl Parser<'_> {
    /// `DataBlock ::= InlineDataOneVar | InlineDataFull`
    pub(super) fn data_block(&mut self) -> Parsed<GraphPattern> {
        let mut bindings = Vec::new();
        if let Some(variable) = self.variable_if_any() {
            self.open("{")?;
            while self.byte() != b'}' {
                bindings.push(vec![self.data_value()?]);
            }
            self.close("}")?;
            return Ok(GraphPattern::Values { variables: vec![variable], bindings });
        }
        self.open("(")?;
        let mut variables: Vec<Variable> = Vec::new();
        let mut known = HashSet::new();
        loop {
            let at = self.at;
            let Some(variable) = self.variable_if_any() else { break };
            if !known.insert(variable.clone()) {
                return Err(Refusal { at, why: Why::VariableTwice });
            }
            variables.push(variable);
        }
        self.close(")")?;
        self.open("{")?;
        while self.byte() == b'(' {
            self.open("(")?;
            let mut row = Vec::with_capacity(variables.len());
            while self.byte() != b')' {
                let at = self.at;
                row.push(self.data_value()?);
                if row.len() > variables.len() {
                    return Err(Refusal { at, why: Why::RowLength });
                }
            }
            if row.len() < variables.len() {
                return Err(self.refusal(Why::RowLength));
            }
            self.close(")")?;
            bindings.push(row);
        }
        self.close("}")?;
        Ok(GraphPattern::Values { variables, bindings })
    }

    /// `DataBlockValue`; nothing for UNDEF.
    fn data_value(&mut self) -> Parsed<Option<GroundTerm>> {
        if matches!(self.byte(), b'U' | b'u') && self.word("UNDEF") {
            Ok(None)
        } else {
            self.ground_term().map(Some)
        }
    }

    /// A term without variables and blank nodes.
    fn ground_term(&mut self) -> Parsed<GroundTerm> {
        if self.rest().starts_with(b"<<(") {
            return self.ground_triple().map(GroundTerm::from);
        }
        if self.is_iri() {
            return self.iri().map(GroundTerm::from);
        }
        self.literal_if_any()?.map(GroundTerm::from).ok_or_else(|| self.unexpected())
    }

    /// `TripleTermData ::= '<<(' TripleTermDataSubject ( iri | 'a' ) TripleTermDataObject ')>>'`
    fn ground_triple(&mut self) -> Parsed<GroundTriple> {
        self.open("<<(")?;
        let subject = self.iri()?;
        let predicate = self.predicate()?;
        let object = self.ground_term()?;
        self.close(")>>")?;
        Ok(GroundTriple { subject, predicate, object })
    }
}
