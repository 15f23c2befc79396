//! The attributes: what they refuse, and what they say of it. What they accept is every other file here.
//!
//! TASK-28, TASK-33, RETRY-07, RETRY-08, RETRY-10, NAME-07, HOOK-05, HOOK-17

#[test]
fn mistakes_are_refused_with_advice_where_they_stand() {
    trybuild::TestCases::new().compile_fail("ui/*.rs");
}
