//! Policies as values, and the keys that are made by them.

use std::borrow::Cow;

use expect_test::{Expect, expect};
use tidegate_core::{CacheKey, RunId};

use super::{
    CacheMember, CachePolicy, DEFAULT, FLOW_PARAMETERS, Facts, INPUTS, IsolationLevel, NO_CACHE,
    RUN_ID, TASK_SOURCE, key_of_policy, key_of_text,
};
use crate::__hashed as hashed;
use crate::inputs::{Input, Inputs};

fn members(policy: &CachePolicy) -> Vec<CacheMember> {
    policy.members().collect()
}

/// CACHE-14
#[test]
fn no_cache_adds_nothing() {
    assert_eq!(INPUTS + NO_CACHE, INPUTS);
    assert_eq!(NO_CACHE + INPUTS, INPUTS);
    assert_eq!(NO_CACHE + NO_CACHE, NO_CACHE);
    assert!(NO_CACHE.is_none() && !INPUTS.is_none());
}

/// CACHE-15
#[test]
fn a_sum_has_each_member_once() {
    use CacheMember::{FlowParameters, Inputs, RunId, TaskSource};
    assert_eq!(members(&DEFAULT), [Inputs, TaskSource, RunId]);
    assert_eq!(DEFAULT, INPUTS + TASK_SOURCE + RUN_ID);
    assert_eq!(DEFAULT, RUN_ID + (TASK_SOURCE + INPUTS));
    assert_eq!(members(&(DEFAULT + FLOW_PARAMETERS)), [Inputs, TaskSource, RunId, FlowParameters]);
    assert_eq!(DEFAULT + DEFAULT, DEFAULT);
    assert_ne!(INPUTS, TASK_SOURCE);
    let both = (INPUTS - "x") + (RUN_ID + (INPUTS - "y"));
    assert_eq!(
        (members(&both), both.excluded()),
        (vec![Inputs, RunId], &["x", "y"].map(Cow::from)[..])
    );
}

/// CACHE-16
#[test]
fn an_argument_is_left_out_where_arguments_matter() {
    assert_eq!((DEFAULT - "x" - "y").excluded(), ["x", "y"]);
    assert_eq!(DEFAULT - "y" - "x" - "y", DEFAULT - "x" - "y");
    assert_eq!(INPUTS - String::from("x"), INPUTS - "x");
    assert_ne!(INPUTS - "x", INPUTS);
    assert_eq!(TASK_SOURCE - "x", TASK_SOURCE);
    assert_eq!(NO_CACHE - "x", NO_CACHE);
}

/// CACHE-18
#[test]
fn a_sum_of_two_isolation_levels_has_none() {
    use IsolationLevel::{ReadCommitted, Serializable};
    let serializable = INPUTS.isolation(Serializable);
    assert!((serializable.clone() + RUN_ID.isolation(ReadCommitted)).isolation_level().is_err());
    let sum = serializable.clone() + RUN_ID + TASK_SOURCE.isolation(Serializable);
    assert_eq!(sum.isolation_level(), Ok(Serializable));
    let mixed = serializable + RUN_ID.isolation(ReadCommitted);
    assert!((mixed.clone() + TASK_SOURCE).isolation_level().is_err());
    assert_eq!(mixed.isolation(Serializable).isolation_level(), Ok(Serializable));
}

/// CACHE-19
#[test]
fn isolation_is_said_of_a_copy_and_changes_nothing_else() {
    assert_eq!(INPUTS.isolation_level(), Ok(IsolationLevel::ReadCommitted));
    let policy = DEFAULT - "x";
    let configured = policy.clone().isolation(IsolationLevel::Serializable);
    assert_ne!(configured, policy);
    assert_eq!(
        (members(&configured), configured.excluded()),
        (members(&policy), policy.excluded())
    );
}

#[test]
fn a_policy_is_shown_as_it_is_written() {
    assert_eq!(NO_CACHE.to_string(), "NO_CACHE");
    assert_eq!((FLOW_PARAMETERS + INPUTS).to_string(), "INPUTS + FLOW_PARAMETERS");
    let policy = (DEFAULT - "client").isolation(IsolationLevel::Serializable);
    assert_eq!(policy.to_string(), r#"INPUTS + TASK_SOURCE + RUN_ID - "client""#);
    assert_eq!(format!("{policy:?}"), r#"INPUTS + TASK_SOURCE + RUN_ID - "client" (Serializable)"#);
}

fn run(number: u128) -> RunId {
    format!("00000000-0000-7000-8000-{number:012x}").parse().unwrap()
}

fn some_inputs() -> Inputs {
    Inputs::new([("x", hashed!(&1)), ("y", hashed!("one"))])
}

/// What is usual of a run with these arguments.
fn usual(inputs: &Inputs) -> Facts<'_> {
    Facts { task: "app::fetch", source: Some(7), run: run(1), flow: None, inputs }
}

fn key(policy: &CachePolicy, facts: Facts<'_>) -> Option<CacheKey> {
    key_of_policy(policy, &facts).unwrap()
}

fn check(keys: &[(&str, Option<CacheKey>)], expected: &Expect) {
    let lines: Vec<String> = keys
        .iter()
        .map(|(name, key)| match key {
            Some(key) => format!("{key} {name}\n"),
            None => format!("none {name}\n"),
        })
        .collect();
    expected.assert_eq(&lines.concat());
}

/// A change of one of these lines is a change of every key that was ever kept.
#[test]
fn keys_are_the_same_in_every_build_and_version() {
    let (inputs, flow) = (some_inputs(), Inputs::new([("day", hashed!("Monday"))]));
    let generic = Inputs::new([("<T>", Input::of_type::<u8>()), ("x", hashed!(&1))]);
    let none = Inputs::default();
    let with_flow = Facts { flow: Some(&flow), ..usual(&none) };
    check(
        &[
            ("INPUTS", key(&INPUTS, usual(&inputs))),
            ("INPUTS - x", key(&(INPUTS - "x"), usual(&inputs))),
            ("INPUTS of <T>", key(&INPUTS, usual(&generic))),
            ("TASK_SOURCE", key(&TASK_SOURCE, usual(&none))),
            ("RUN_ID", key(&RUN_ID, usual(&none))),
            ("FLOW_PARAMETERS", key(&FLOW_PARAMETERS, with_flow)),
            ("DEFAULT", key(&DEFAULT, usual(&inputs))),
            ("a function", Some(key_of_text("k"))),
        ],
        &expect![[r#"
            730fd6c44373173ef2ca8736e6562b7bff141d1ede50f7890ff50ada7a9bd337 INPUTS
            77d58d90a9f16893a5e4a41a75b948802104170059e430fd28108f477bedfe56 INPUTS - x
            db27b9c3b9c580e18c54a3b9cbbcef147d075ed5ce17874ac50c40706e51a846 INPUTS of <T>
            a9505ad8a9073eea0939112290c4fb1367b29dfd9c8dacd133b09a877a177bf6 TASK_SOURCE
            4b32d7281fca44c096d6900ed31c3dfdcf6d6055a50081a2fd6a7f5274623bb3 RUN_ID
            1c3ca6cb8e1549b8a30e784767f65eb37530ffd910354653f662cbb024b52e87 FLOW_PARAMETERS
            de8ffaf405d6ed383d0d54b8cdfcef76ef12b6c3d454540cdd56594f9beab91e DEFAULT
            791b963b66809012d900c75aca3f21ac2e1307095c97991fbe791f7d3ef337be a function
        "#]],
    );
}

/// CACHE-12
#[test]
fn the_order_of_arguments_does_not_matter() {
    let swapped = Inputs::new([("y", hashed!("one")), ("x", hashed!(&1))]);
    assert_eq!(key(&INPUTS, usual(&some_inputs())), key(&INPUTS, usual(&swapped)));
    let exchanged = Inputs::new([("y", hashed!(&1)), ("x", hashed!("one"))]);
    assert_ne!(key(&INPUTS, usual(&some_inputs())), key(&INPUTS, usual(&exchanged)));
}

/// CACHE-17
#[test]
fn what_nothing_is_known_of_has_no_key() {
    let (some, none) = (some_inputs(), Inputs::default());
    let unknown = |inputs| Facts { source: None, ..usual(inputs) };
    check(
        &[
            ("NO_CACHE", key(&NO_CACHE, usual(&some))),
            ("INPUTS", key(&INPUTS, usual(&none))),
            ("FLOW_PARAMETERS", key(&FLOW_PARAMETERS, usual(&some))),
            ("FLOW_PARAMETERS", key(&FLOW_PARAMETERS, Facts { flow: Some(&none), ..usual(&some) })),
            ("TASK_SOURCE", key(&TASK_SOURCE, unknown(&some))),
            ("all", key(&(INPUTS + TASK_SOURCE + FLOW_PARAMETERS), unknown(&none))),
        ],
        &expect![[r#"
            none NO_CACHE
            none INPUTS
            none FLOW_PARAMETERS
            none FLOW_PARAMETERS
            none TASK_SOURCE
            none all
        "#]],
    );
    assert!(key(&(INPUTS - "x" - "y"), usual(&some)).is_some(), "all arguments are left out");
}

#[test]
fn a_key_depends_on_what_the_policy_names_and_on_the_task() {
    let (inputs, other) = (some_inputs(), Inputs::new([("x", hashed!(&2)), ("y", hashed!("one"))]));
    let flow = Inputs::new([("day", hashed!("Monday"))]);
    for (policy, by_inputs, by_source, by_run, by_flow) in [
        (INPUTS, true, false, false, false),
        (INPUTS - "x", false, false, false, false),
        (TASK_SOURCE, false, true, false, false),
        (RUN_ID, false, false, true, false),
        (FLOW_PARAMETERS + INPUTS, true, false, false, true),
        (DEFAULT, true, true, true, false),
    ] {
        let before = key(&policy, usual(&inputs));
        let changed = |facts| key(&policy, facts) != before;
        assert_eq!(changed(usual(&other)), by_inputs, "{policy}");
        assert_eq!(changed(Facts { source: Some(8), ..usual(&inputs) }), by_source, "{policy}");
        assert_eq!(changed(Facts { run: run(2), ..usual(&inputs) }), by_run, "{policy}");
        assert_eq!(changed(Facts { flow: Some(&flow), ..usual(&inputs) }), by_flow, "{policy}");
        assert!(changed(Facts { task: "app::store", ..usual(&inputs) }), "{policy}");
    }
}

#[test]
fn a_function_of_many_types_has_a_key_for_each() {
    let of = |input| Inputs::new([("<T>", input), ("x", hashed!(&1))]);
    let (one, other) = (of(Input::of_type::<u8>()), of(Input::of_type::<u16>()));
    assert_ne!(key(&INPUTS, usual(&one)), key(&INPUTS, usual(&other)));
    assert_ne!(key(&(INPUTS - "<T>"), usual(&one)), key(&(INPUTS - "<T>"), usual(&other)));
}

#[test]
fn a_key_that_a_function_made_may_be_long() {
    let long = "k".repeat(3_000);
    assert_ne!(key_of_text(&long), key_of_text(&long[1..]));
}

#[test]
fn an_argument_without_a_hash_is_named_with_what_to_do() {
    struct Client;
    let inputs = Inputs::new([("x", hashed!(&1)), ("client", hashed!(&Client))]);
    let facts = Facts { flow: Some(&inputs), ..usual(&inputs) };
    let error = |policy| key_of_policy(&policy, &facts).unwrap_err().to_string();
    expect![[r#"the argument 'client', a `tidegate::cache::tests::an_argument_without_a_hash_is_named_with_what_to_do::Client`, cannot be hashed: it is not `Serialize`; leave it out of the key with `- "client"`"#]].assert_eq(&error(INPUTS));
    expect!["the argument 'client' of the flow, a `tidegate::cache::tests::an_argument_without_a_hash_is_named_with_what_to_do::Client`, cannot be hashed: it is not `Serialize`; leave FLOW_PARAMETERS out of the cache policy"].assert_eq(&error(FLOW_PARAMETERS));
    assert!(key_of_policy(&(INPUTS - "client"), &facts).unwrap().is_some());
}
