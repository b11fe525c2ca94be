//! How many cores this process may use.
//!
//! In: nothing. Out: a number, asked of the system once, since on Linux it reads files of control groups: a quarter of a
//! millisecond, more than a point query takes. A later change of what the process may use is not seen.

use std::sync::LazyLock;
use std::thread;

static CORES: LazyLock<usize> = LazyLock::new(|| thread::available_parallelism().map_or(1, usize::from));

/// How many cores there are, at least one.
pub fn count() -> usize {
    *CORES
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_is_the_number_that_the_system_gives() {
        assert_eq!(count(), thread::available_parallelism().map_or(1, usize::from));
    }
}
