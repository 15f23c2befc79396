//! The promises of [`Store`](super::Store), as tests that every store runs.
