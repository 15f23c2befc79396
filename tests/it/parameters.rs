//! Flows called with parameters from JSON, as from outside a program.

use expect_test::{Expect, expect};
use tidegate::Parameters;
use tidegate::prelude::*;

#[flow]
async fn forecast(
    city: String,
    #[default(38.9)] lat: f64,
    #[default(-77.0)] lon: f64,
    #[default("metric")] units: String,
) -> String {
    format!("{city} {lat} {lon} {units}")
}

fn parameters(json: &str) -> Parameters {
    serde_json::from_str(json).unwrap()
}

/// The problems with parameters, and nothing else, are told.
fn check(json: &str, expected: Expect) {
    let Err(error) = forecast::from_parameters(&parameters(json)) else {
        panic!("it can be called")
    };
    expected.assert_eq(&error.to_string());
}

#[tidegate::test(start_paused = true)]
async fn what_is_missing_takes_its_default() {
    let call = forecast::from_parameters(&parameters(r#"{"lon": 12.5, "city": "Rome"}"#)).unwrap();
    assert_eq!(call.await.unwrap(), "Rome 38.9 12.5 metric");
}

#[test]
fn every_problem_is_told_at_once() {
    check(
        r#"{"lat": "north", "town": "Rome"}"#,
        expect![[
            r#"flow 'forecast' cannot be called with these parameters: `city` is missing and has no default; `lat`: invalid type: string "north", expected f64; `town` is not a parameter of the flow"#
        ]],
    );
}

#[test]
fn defaults_are_part_of_the_definition() {
    let mut text = String::new();
    for parameter in forecast::definition().parameters() {
        let default = parameter.default.as_ref().map(ToString::to_string);
        text.push_str(&format!("{}: {} {default:?}\n", parameter.name, parameter.type_name));
    }
    expect![[r#"
        city: String None
        lat: f64 Some("38.9")
        lon: f64 Some("-77.0")
        units: String Some("\"metric\"")
    "#]]
    .assert_eq(&text);
}
