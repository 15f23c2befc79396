//! Recording parameters: what is recorded of an argument, and that recording never stands in the way of a run.

use std::collections::HashMap;

use expect_test::{Expect, expect};
use serde::Serialize;
use tidegate::prelude::*;

use crate::timeline::runs;

/// Makes a call, and compares the recorded parameters of its run, which completes.
async fn check<T>(call: impl Future<Output = Result<T>>, expected: Expect) {
    assert!(call.await.is_ok());
    let run = runs().await.remove(0);
    assert!(run.state().unwrap().is_completed());
    expected.assert_eq(&serde_json::to_string(&run.parameters).unwrap());
}

#[derive(Clone, Serialize)]
struct Place {
    city: String,
    at: (f64, f64),
}

struct Hidden;

#[tidegate::test(start_paused = true)]
async fn serialisable_arguments_are_recorded_as_json_in_the_order_of_the_signature() {
    #[task]
    async fn fetch(place: Place, days: Option<u8>, list: &[u32]) {
        let _ = (place, days, list);
    }
    let place = Place { city: "Rome".into(), at: (41.9, 12.5) };
    check(
        fetch(place, None, &[1, 2]),
        expect![[r#"{"place":{"at":[41.9,12.5],"city":"Rome"},"days":null,"list":[1,2]}"#]],
    )
    .await;
}

#[tidegate::test(start_paused = true)]
async fn other_arguments_are_recorded_as_their_debug_text_or_their_type() {
    #[derive(Debug)]
    struct Shown(#[allow(dead_code, reason = "it is shown")] u8);
    #[task]
    async fn fetch(shown: Shown, hidden: &Hidden, again: Vec<Hidden>) {
        let _ = (shown, hidden, again);
    }
    check(fetch(Shown(1), &Hidden, vec![]), expect![[r#"{"shown":"Shown(1)","hidden":"<&it::capture::Hidden>","again":"<alloc::vec::Vec<it::capture::Hidden>>"}"#]]).await;
}

#[tidegate::test(start_paused = true)]
async fn a_number_that_json_does_not_know_is_left_out_and_said_so() {
    #[task]
    async fn fetch(lat: f64, lon: f64, all: Vec<f64>) {
        let _ = (lat, lon, all);
    }
    check(fetch(f64::NAN, 1.5, vec![f64::INFINITY, 2.0]), expect![[r#"{"lat":"<left out: NaN is not JSON>","lon":1.5,"all":["<left out: infinity is not JSON>",2.0]}"#]]).await;
}

#[tidegate::test(start_paused = true)]
async fn what_is_nested_too_deep_is_left_out_where_it_is_too_deep() {
    #[derive(Serialize)]
    struct Node(Vec<Node>);
    #[task]
    async fn fetch(node: &Node) {
        let _ = node;
    }
    let node = (0..1000).fold(Node(vec![]), |node, _| Node(vec![node]));
    fetch(&node).await.unwrap();
    let text = serde_json::to_string(&runs().await[0].parameters).unwrap();
    let around = text.matches('[').count();
    let inside = text.replace(['[', ']'], "");
    expect![[r#"64 lists around {"node":"<left out: nested deeper than 64 levels>"}"#]]
        .assert_eq(&format!("{around} lists around {inside}"));
}

#[tidegate::test(start_paused = true)]
async fn what_is_too_large_is_cut_and_said_so() {
    #[task]
    async fn fetch(text: String, list: Vec<u64>, small: u8) {
        let _ = (text, list, small);
    }
    fetch("x".repeat(10_000_000), (0..1_000_000).collect(), 1).await.unwrap();
    let parameters = &runs().await[0].parameters;
    let size = serde_json::to_string(parameters).unwrap().len();
    assert!(size < 200_000, "{size}");
    let end = |name: &str| {
        let text = parameters.get(name).unwrap().to_string();
        text[text.len() - 60..].trim_start_matches('x').to_owned()
    };
    assert!(end("text").contains("left out"), "{}", end("text"));
    assert!(end("list").contains("left out"), "{}", end("list"));
    assert_eq!(parameters.get("small"), Some(&1.into()));
}

#[tidegate::test(start_paused = true)]
async fn a_serialize_that_fails_or_panics_fails_no_run() {
    struct Refuses;
    impl Serialize for Refuses {
        fn serialize<S: serde::Serializer>(&self, _: S) -> std::result::Result<S::Ok, S::Error> {
            Err(serde::ser::Error::custom("the file is closed"))
        }
    }
    struct Panics;
    impl Serialize for Panics {
        fn serialize<S: serde::Serializer>(&self, _: S) -> std::result::Result<S::Ok, S::Error> {
            panic!("not today")
        }
    }
    #[task]
    async fn fetch(refuses: &Refuses, panics: &Panics, map: HashMap<String, u8>) {
        let _ = (refuses, panics, map);
    }
    check(fetch(&Refuses, &Panics, HashMap::new()), expect![[r#"{"refuses":"<left out: the file is closed>","panics":"<left out: its Serialize panicked>","map":{}}"#]]).await;
}

#[tidegate::test(start_paused = true)]
async fn the_receiver_of_a_method_is_not_recorded() {
    struct Service;
    impl Service {
        #[task]
        async fn fetch(&self, city: &str) -> usize {
            city.len()
        }
    }
    check(Service.fetch("Rome"), expect![[r#"{"city":"Rome"}"#]]).await;
}
