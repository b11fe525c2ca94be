//! XSD values: what a literal means, exactly.
//!
//! In: lexical forms and datatypes. Out: values that are compared, added, rounded and printed as XML Schema 1.1
//! part 2 and XPath Functions and Operators 3.1 say, and one total order over all RDF terms. Integers and decimals have any
//! number of digits; a year has at most twelve and a fraction of a second keeps eighteen.

pub mod datatype;
pub mod exact;
pub mod moment;
pub mod number;
pub mod order;
