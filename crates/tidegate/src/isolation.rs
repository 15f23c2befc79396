//! How much those who do the same thing at the same time keep out of each other's way.

/// Whether several who compute one result at once wait for each other.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum IsolationLevel {
    /// They do not: each computes what it does not find, and the last one is kept.
    #[default]
    ReadCommitted,
    /// One computes, and the others wait for it and take its result.
    Serializable,
}
