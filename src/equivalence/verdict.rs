//! The three possible results of a comparison.

/// Whether two answers mean the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Verdict {
    /// They mean the same.
    Equal,
    /// They do not mean the same.
    Different,
    /// It could not be decided.
    Unknown,
}
