//! Calls: the functions and aggregates that the language has, and those that an IRI names.
//!
//! In: the text where a call stands. Out: its algebra; of an aggregate the variable that stands for its value (section 18.2.4.1).
//! `BuiltInCall`, `Aggregate`, `FunctionCall` of section 19.8.

use super::{Aggregates, Parsed, Parser, Refusal, Why};
use crate::syntax::algebra::{AggregateExpression, AggregateFunction, Expression, Function};
use crate::syntax::tokens::FUNCTIONS;
use crate::terms::Variable;

/// What a word in front of a bracket means.
enum BuiltIn {
    Call(Function),
    Aggregate(AggregateFunction),
    Count,
    Concatenation,
    Bound,
    Coalesce,
    If,
    SameTerm,
    Exists,
}

/// The longest word of [`built_in`].
const LONGEST_WORD: usize = 14;

/// What a word means, in any case of its letters.
fn built_in(word: &str) -> Option<BuiltIn> {
    let mut capitals = [0; LONGEST_WORD];
    let capitals = capitals.get_mut(..word.len())?;
    capitals.copy_from_slice(word.as_bytes());
    capitals.make_ascii_uppercase();
    Some(match &*capitals {
        b"COUNT" => BuiltIn::Count,
        b"SUM" => BuiltIn::Aggregate(AggregateFunction::Sum),
        b"MIN" => BuiltIn::Aggregate(AggregateFunction::Min),
        b"MAX" => BuiltIn::Aggregate(AggregateFunction::Max),
        b"AVG" => BuiltIn::Aggregate(AggregateFunction::Avg),
        b"SAMPLE" => BuiltIn::Aggregate(AggregateFunction::Sample),
        b"GROUP_CONCAT" => BuiltIn::Concatenation,
        b"BOUND" => BuiltIn::Bound,
        b"COALESCE" => BuiltIn::Coalesce,
        b"IF" => BuiltIn::If,
        b"SAMETERM" => BuiltIn::SameTerm,
        b"EXISTS" => BuiltIn::Exists,
        capitals => BuiltIn::Call(function(capitals)?),
    })
}

/// The function of a name in capitals.
fn function(capitals: &[u8]) -> Option<Function> {
    Some(match capitals {
        b"STR" => Function::Str,
        b"LANG" => Function::Lang,
        b"LANGMATCHES" => Function::LangMatches,
        b"LANGDIR" => Function::LangDir,
        b"DATATYPE" => Function::Datatype,
        b"IRI" | b"URI" => Function::Iri,
        b"BNODE" => Function::BNode,
        b"RAND" => Function::Rand,
        b"ABS" => Function::Abs,
        b"CEIL" => Function::Ceil,
        b"FLOOR" => Function::Floor,
        b"ROUND" => Function::Round,
        b"CONCAT" => Function::Concat,
        b"SUBSTR" => Function::SubStr,
        b"STRLEN" => Function::StrLen,
        b"REPLACE" => Function::Replace,
        b"UCASE" => Function::UCase,
        b"LCASE" => Function::LCase,
        b"ENCODE_FOR_URI" => Function::EncodeForUri,
        b"CONTAINS" => Function::Contains,
        b"STRSTARTS" => Function::StrStarts,
        b"STRENDS" => Function::StrEnds,
        b"STRBEFORE" => Function::StrBefore,
        b"STRAFTER" => Function::StrAfter,
        b"YEAR" => Function::Year,
        b"MONTH" => Function::Month,
        b"DAY" => Function::Day,
        b"HOURS" => Function::Hours,
        b"MINUTES" => Function::Minutes,
        b"SECONDS" => Function::Seconds,
        b"TIMEZONE" => Function::Timezone,
        b"TZ" => Function::Tz,
        b"NOW" => Function::Now,
        b"UUID" => Function::Uuid,
        b"STRUUID" => Function::StrUuid,
        b"MD5" => Function::Md5,
        b"SHA1" => Function::Sha1,
        b"SHA256" => Function::Sha256,
        b"SHA384" => Function::Sha384,
        b"SHA512" => Function::Sha512,
        b"STRLANG" => Function::StrLang,
        b"STRLANGDIR" => Function::StrLangDir,
        b"STRDT" => Function::StrDt,
        b"ISIRI" | b"ISURI" => Function::IsIri,
        b"ISBLANK" => Function::IsBlank,
        b"ISLITERAL" => Function::IsLiteral,
        b"ISNUMERIC" => Function::IsNumeric,
        b"HASLANG" => Function::HasLang,
        b"HASLANGDIR" => Function::HasLangDir,
        b"REGEX" => Function::Regex,
        b"TRIPLE" => Function::Triple,
        b"SUBJECT" => Function::Subject,
        b"PREDICATE" => Function::Predicate,
        b"OBJECT" => Function::Object,
        b"ISTRIPLE" => Function::IsTriple,
        b"ADJUST" => Function::Adjust,
        _ => return None,
    })
}

/// The fewest and the most arguments of a function.
fn arity(word: &str) -> (usize, usize) {
    let found = FUNCTIONS.iter().find(|(name, ..)| name.eq_ignore_ascii_case(word));
    found.map_or((0, usize::MAX), |(_, fewest, most)| (*fewest, *most))
}

impl Parser<'_> {
    /// `BuiltInCall`
    pub(super) fn built_in(&mut self) -> Parsed<Expression> {
        let at = self.at;
        if matches!(self.byte(), b'N' | b'n') && self.word("NOT") {
            self.expect_word("EXISTS")?;
            return Ok(Expression::Not(Box::new(self.exists()?)));
        }
        let word = self.bare_word();
        let built_in = built_in(word).ok_or_else(|| self.unexpected())?;
        self.at += word.len();
        self.blank();
        Ok(match built_in {
            BuiltIn::Call(function) => Expression::FunctionCall(function, self.arguments(arity(word))?),
            BuiltIn::Coalesce => Expression::Coalesce(self.expression_list()?),
            BuiltIn::SameTerm => {
                let [first, second] = self.arguments_of()?;
                Expression::SameTerm(Box::new(first), Box::new(second))
            }
            BuiltIn::If => {
                let [condition, then, other] = self.arguments_of()?;
                Expression::If(Box::new(condition), Box::new(then), Box::new(other))
            }
            BuiltIn::Bound => {
                self.open("(")?;
                let variable = self.variable()?;
                self.close(")")?;
                Expression::Bound(variable)
            }
            BuiltIn::Exists => self.exists()?,
            BuiltIn::Aggregate(_) | BuiltIn::Count | BuiltIn::Concatenation => {
                self.aggregate_rule.map_err(|why| Refusal { at, why })?;
                let aggregate = self.aggregate(built_in)?;
                self.value_of(aggregate).into()
            }
        })
    }

    /// The arguments of a function that takes so many.
    fn arguments(&mut self, (fewest, most): (usize, usize)) -> Parsed<Vec<Expression>> {
        self.open("(")?;
        let mut arguments = Vec::new();
        while arguments.len() < most && !(arguments.is_empty() && fewest == 0 && self.byte() == b')') {
            if !arguments.is_empty() && !self.take(",") {
                break;
            }
            arguments.push(self.expression()?);
        }
        if arguments.len() < fewest {
            return Err(self.unexpected());
        }
        self.close(")")?;
        Ok(arguments)
    }

    /// The arguments of a function that takes exactly so many.
    fn arguments_of<const N: usize>(&mut self) -> Parsed<[Expression; N]> {
        let arguments = self.arguments((N, N))?;
        arguments.try_into().map_err(|_| self.unexpected())
    }

    /// `Aggregate`, behind its name.
    fn aggregate(&mut self, built_in: BuiltIn) -> Parsed<AggregateExpression> {
        self.open("(")?;
        let rule = std::mem::replace(&mut self.aggregate_rule, Err(Why::AggregateInAggregate));
        let distinct = self.word("DISTINCT");
        let aggregate = match built_in {
            BuiltIn::Count if self.take("*") => AggregateExpression::CountSolutions { distinct },
            built_in => {
                let expr = self.expression()?;
                let name = match built_in {
                    BuiltIn::Aggregate(name) => name,
                    BuiltIn::Concatenation => AggregateFunction::GroupConcat { separator: self.separator()? },
                    _ => AggregateFunction::Count,
                };
                AggregateExpression::FunctionCall { name, expr, distinct }
            }
        };
        self.aggregate_rule = rule;
        self.close(")")?;
        Ok(aggregate)
    }

    /// `( ';' 'SEPARATOR' '=' String )?`
    fn separator(&mut self) -> Parsed<Option<String>> {
        if !self.take(";") {
            return Ok(None);
        }
        self.expect_word("SEPARATOR")?;
        self.expect("=")?;
        self.string().map(Some)
    }

    /// The variable of an aggregate: the same for the same one in the same SELECT.
    fn value_of(&mut self, aggregate: AggregateExpression) -> Variable {
        let Aggregates { found, places } = &mut self.aggregates;
        if let Some((variable, _)) = places.get(&aggregate).and_then(|place| found.get(*place)) {
            return variable.clone();
        }
        let variable = made_up();
        places.insert(aggregate.clone(), found.len());
        found.push((variable.clone(), aggregate));
        variable
    }

    /// `iriOrFunction ::= iri ArgList?`
    pub(super) fn iri_or_call(&mut self) -> Parsed<Expression> {
        let iri = self.iri()?;
        Ok(match self.byte() {
            b'(' => Expression::FunctionCall(Function::Custom(iri), self.argument_list()?),
            _ => iri.into(),
        })
    }

    /// `FunctionCall ::= iri ArgList`
    pub(super) fn call(&mut self) -> Parsed<Expression> {
        let iri = self.iri()?;
        Ok(Expression::FunctionCall(Function::Custom(iri), self.argument_list()?))
    }

    /// `ArgList`. DISTINCT in it is for aggregates (section 19.8, note 15), of which no IRI names one.
    fn argument_list(&mut self) -> Parsed<Vec<Expression>> {
        self.open("(")?;
        if self.is_word("DISTINCT") {
            return Err(self.refusal(Why::DistinctInCall));
        }
        self.rest_of_list()
    }
}

/// A name for what has none in the text: a random number, which no text foresees.
pub(super) fn made_up() -> Variable {
    Variable::new_unchecked(format!("{:x}", rand::random::<u128>()))
}
