//! How runs are moved from outside.
