//! Quads at rest, and the one port through which everything else reads them.
//!
//! In: quads. Out: [`Graph`], a dictionary of terms and scans over triples of identifiers, and
//! [`Indexed`], the columnar side of it. It knows no query, plan or answer.

pub mod beside;
mod bulk;
pub mod changed;
pub mod columns;
pub mod cursor;
mod delta;
mod directory;
pub mod durable;
pub mod foreign;
mod homes;
pub mod import;
mod joined;
pub mod kinds;
mod languages;
pub mod lexical;
mod list;
pub mod memory;
mod merged;
pub mod overlay;
pub mod pack;
mod packed;
mod paged;
mod port;
mod quads;
mod scan;
mod sets;
mod sorted;
mod spread;
pub mod standing;
pub mod statistics;
mod table;
mod triple_terms;
pub mod view;

pub use changed::Changed;
pub use columns::{Epochs, Number, Numbers};
pub use cursor::{AHEAD, Found, PairCursor};
pub use kinds::{Kind, Kinds};
pub use languages::Languages;
pub use lexical::{Lexical, Scratch, Tag};
pub use list::lower_bound;
pub use port::{
    End, FIRST_FOREIGN, Graph, GraphId, Id, Indexed, NONE, Pattern, Scan, Triple, Triples, evenly,
};
pub use quads::{quad_of, quads_of};
pub use standing::Standing;
pub use statistics::{CharacteristicSet, PredicateCount, Star, Statistics};
pub use triple_terms::NO_PARTS;
pub use view::View;
