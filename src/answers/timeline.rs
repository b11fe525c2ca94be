//! Timelines.
//!
//! In: rows with dates. Out: text. It refuses to know any other chart.
