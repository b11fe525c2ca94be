//! Property paths.
//!
//! In: the text where a predicate stands. Out: a path (section 18.2.2.3); one that is an IRI alone is a plain predicate. `Path` and
//! what it consists of in section 19.8.

use super::{Parsed, Parser};
use crate::syntax::algebra::PropertyPathExpression as Path;

impl Parser<'_> {
    /// `Path ::= PathSequence ( '|' PathSequence )*`
    pub(super) fn path(&mut self) -> Parsed<Path> {
        let links = self.links;
        let mut path = self.path_sequence()?;
        while self.byte() == b'|' && self.byte_at(1) != b'|' {
            self.link()?;
            self.take("|");
            path = Path::Alternative(Box::new(path), Box::new(self.path_sequence()?));
        }
        self.links = links;
        Ok(path)
    }

    /// `PathSequence ::= PathEltOrInverse ( '/' PathEltOrInverse )*`
    fn path_sequence(&mut self) -> Parsed<Path> {
        let mut path = self.path_step()?;
        while self.byte() == b'/' {
            self.link()?;
            self.take("/");
            path = Path::Sequence(Box::new(path), Box::new(self.path_step()?));
        }
        Ok(path)
    }

    /// `PathEltOrInverse ::= PathElt | '^' PathElt`, `PathElt ::= PathPrimary PathMod?`
    fn path_step(&mut self) -> Parsed<Path> {
        let is_inverse = self.take("^");
        let mut path = self.path_primary()?;
        match self.byte() {
            b'*' => {
                self.take("*");
                path = Path::ZeroOrMore(Box::new(path));
            }
            // Before a number it is the sign of that, by the longest match.
            b'+' if !self.is_number_behind_sign() => {
                self.take("+");
                path = Path::OneOrMore(Box::new(path));
            }
            // Before a name it begins a variable.
            b'?' if !self.is_name_at(1) => {
                self.take("?");
                path = Path::ZeroOrOne(Box::new(path));
            }
            _ => {}
        }
        Ok(if is_inverse { Path::Reverse(Box::new(path)) } else { path })
    }

    /// `PathPrimary ::= iri | 'a' | '!' PathNegatedPropertySet | '(' Path ')'`
    fn path_primary(&mut self) -> Parsed<Path> {
        match self.byte() {
            b'(' => {
                self.open("(")?;
                let path = self.path()?;
                self.close(")")?;
                Ok(path)
            }
            b'!' => {
                self.take("!");
                self.negated_set()
            }
            _ => self.predicate().map(Path::from),
        }
    }

    /// `PathNegatedPropertySet`: forwards, backwards, or both.
    fn negated_set(&mut self) -> Parsed<Path> {
        let (mut forwards, mut backwards) = (Vec::new(), Vec::new());
        let mut one = |parser: &mut Self| {
            let side = if parser.take("^") { &mut backwards } else { &mut forwards };
            side.push(parser.predicate()?);
            Ok(())
        };
        if self.byte() == b'(' {
            self.open("(")?;
            if self.byte() != b')' {
                one(self)?;
                while self.take("|") {
                    one(self)?;
                }
            }
            self.close(")")?;
        } else {
            one(self)?;
        }
        let back = |set| Path::Reverse(Box::new(Path::NegatedPropertySet(set)));
        Ok(match (forwards.is_empty(), backwards.is_empty()) {
            (_, true) => Path::NegatedPropertySet(forwards),
            (true, false) => back(backwards),
            (false, false) => {
                Path::Alternative(Box::new(Path::NegatedPropertySet(forwards)), Box::new(back(backwards)))
            }
        })
    }
}
