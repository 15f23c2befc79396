//! What is made up for which type.

use std::collections::{BTreeMap, HashMap};
use std::fmt::Debug;
use std::net::{IpAddr, Ipv6Addr};
use std::num::NonZeroU32;
use std::path::PathBuf;
use std::time::Duration;

use expect_test::{Expect, expect};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::MadeUp;

fn check<T: Serialize + DeserializeOwned + Debug>(expected: Expect) {
    // As bodies are restored: without the type.
    let mut made_up = <dyn erased_serde::Deserializer<'_>>::erase(MadeUp::default());
    expected.assert_eq(&match erased_serde::deserialize::<T>(&mut made_up) {
        Ok(value) => format!("{value:?}"),
        Err(error) => error.to_string(),
    });
}

#[derive(Debug, Serialize, Deserialize)]
struct Forecast {
    city: String,
    days: Vec<(u8, f32)>,
    note: Option<Box<str>>,
    kind: Kind,
}

#[derive(Debug, Serialize, Deserialize)]
enum Kind {
    Storm { wind: f64 },
    Sun,
}

#[derive(Debug, Serialize, Deserialize)]
struct Tree {
    name: char,
    children: Vec<Tree>,
}

#[derive(Debug, Serialize, Deserialize)]
struct Endless(Box<Endless>);

#[derive(Debug, Serialize, Deserialize)]
#[serde(tag = "kind")]
enum Tagged {
    A { n: u32 },
}

#[test]
fn whatever_serde_reads_is_made_up() {
    check::<()>(expect!["()"]);
    check::<(bool, i64, u128, f32)>(expect!["(true, 1, 1, 1.0)"]);
    check::<Forecast>(expect![[
        r#"Forecast { city: "stand-in", days: [(1, 1.0)], note: Some("stand-in"), kind: Storm { wind: 1.0 } }"#
    ]]);
    check::<Kind>(expect!["Storm { wind: 1.0 }"]);
    check::<Result<u32, String>>(expect!["Ok(1)"]);
    check::<HashMap<String, Vec<u8>>>(expect![[r#"{"stand-in": [1]}"#]]);
    check::<BTreeMap<u32, [u8; 3]>>(expect!["{1: [1, 1, 1]}"]);
    check::<(PathBuf, Duration, NonZeroU32)>(expect![[r#"("stand-in", 1.000000001s, 1)"#]]);
    check::<serde_json::Value>(expect!["Null"]);
}

#[test]
fn texts_that_must_be_of_a_form_are() {
    check::<uuid::Uuid>(expect!["00000000-0000-0000-0000-000000000000"]);
    check::<chrono::DateTime<chrono::Utc>>(expect!["2000-01-01T00:00:00Z"]);
    check::<chrono::NaiveDateTime>(expect!["2000-01-01T00:00:00"]);
    check::<(chrono::NaiveDate, chrono::NaiveTime)>(expect!["(2000-01-01, 00:00:00)"]);
    check::<(IpAddr, Ipv6Addr)>(expect!["(127.0.0.1, ::1)"]);
}

#[test]
fn types_that_hold_themselves_end() {
    check::<Tree>(expect![[
        r#"Tree { name: '?', children: [Tree { name: '?', children: [Tree { name: '?', children: [Tree { name: '?', children: [Tree { name: '?', children: [] }] }] }] }] }"#
    ]]);
    check::<Endless>(expect!["its type holds itself"]);
}

#[test]
fn what_nothing_is_known_of_is_refused() {
    check::<Tagged>(expect!["invalid type: unit value, expected internally tagged enum Tagged"]);
}
