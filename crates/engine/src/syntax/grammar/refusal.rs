//! Why a text is refused, and where.
//!
//! In: what a rule of the grammar found. Out: an error with the byte of the text at which no valid text could go on. What is said to
//! people is made of it elsewhere.

use std::fmt;

/// What a rule of the grammar gives.
pub type Parsed<T> = Result<T, Refusal>;

/// A text is no SPARQL.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Refusal {
    /// The byte of the text where no valid text could go on; its length where more was expected.
    pub at: usize,
    /// The reason.
    pub why: Why,
}

/// The rule that a text breaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Why {
    /// No rule of the grammar goes on with what stands there (SPARQL 1.2, section 19.8).
    Unexpected,
    /// A prefix that is not declared.
    UnknownPrefix,
    /// What is no IRI (RFC 3987).
    Iri,
    /// A relative IRI where there is no base.
    RelativeIri,
    /// A `<` that is meant to compare, and begins an IRI by the longest match (section 19.8).
    ComparisonAsIri,
    /// A backslash before what is no escape (section 19.7).
    Escape,
    /// What is no language tag (BCP 47), or no base direction.
    Language,
    /// A number of rows that no machine counts to.
    Rows,
    /// BIND to a variable that is in scope (section 18.2.1).
    BindOfKnown,
    /// LATERAL that gives a value to a variable that is in scope.
    LateralOfKnown,
    /// BIND within EXISTS to a variable that has a value around it (sections 8.3.3 and 18.2.1).
    ExistsOfKnown,
    /// AS in SELECT or GROUP BY to a variable that is in scope (section 18.2.1).
    ColumnOfKnown,
    /// AS in SELECT to a variable that is a column already.
    ColumnTwice,
    /// `SELECT *` of groups (section 11.4).
    StarOfGroups,
    /// A column of groups that is neither a key nor an aggregate (section 11.4).
    Ungrouped,
    /// A blank node label in two basic graph patterns (section 5.1.1).
    LabelInTwoPatterns,
    /// A blank node label in two INSERT DATA (section 19.8, note 8).
    LabelInTwoOperations,
    /// An aggregate within an aggregate (section 19.8, note 13).
    AggregateInAggregate,
    /// An aggregate that is not in SELECT, HAVING or ORDER BY (section 19.8, note 13).
    AggregateInPattern,
    /// DISTINCT in the call of a function: no aggregate has this name.
    DistinctInCall,
    /// A row of VALUES with fewer or more values than there are variables.
    RowLength,
    /// A variable twice in VALUES.
    VariableTwice,
    /// A subject of data that is a literal or a triple term.
    LiteralSubject,
    /// A variable in INSERT DATA or DELETE DATA.
    VariableInData,
    /// A blank node in what is deleted.
    BlankInDelete,
    /// A reifier of a path, of which there is no triple.
    ReifierOfPath,
    /// More brackets are open than are taken.
    Brackets,
    /// More operators or parts of a group are in a row than are taken.
    Links,
    /// It goes deeper than the present stack bears.
    Stack,
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} @{}", self.why, self.at)
    }
}

impl std::error::Error for Refusal {}
