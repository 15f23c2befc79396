//! The tests of the SQLite store: the promises every store makes, and those only this one does.

mod backpressure;
mod damage;
mod failures;
mod kept;
mod opening;
mod schema;
mod sharing;
mod suite;
