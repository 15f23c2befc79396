use std::collections::BTreeMap;
use std::fmt;

use serde::ser::{Error as _, SerializeMap, SerializeSeq};
use serde::{Serialize, Serializer};
use serde_json::{Value, json};

use super::{LEVELS, TEXT, debug, json as recorded, type_name};

#[derive(Debug, Serialize)]
enum Shape {
    Empty,
    Wrapped(f64),
    Pair(i32, f64),
    Named { at: f64 },
}

#[derive(Debug, Serialize)]
struct Node {
    next: Option<Box<Node>>,
}

/// Dropping a list by its boxes would overflow the stack before recording it could.
impl Drop for Node {
    fn drop(&mut self) {
        let mut next = self.next.take();
        while let Some(mut node) = next {
            next = node.next.take();
        }
    }
}

fn list(length: usize) -> Node {
    let mut node = Node { next: None };
    for _ in 1..length {
        node = Node { next: Some(Box::new(node)) };
    }
    node
}

/// Nested without leaving a level in the JSON.
#[derive(Serialize)]
struct Wrapper(Option<Box<Wrapper>>);

struct Refuses;

impl Serialize for Refuses {
    fn serialize<S: Serializer>(&self, _serializer: S) -> Result<S::Ok, S::Error> {
        Err(S::Error::custom("the file is closed"))
    }
}

struct Panics;

impl Serialize for Panics {
    fn serialize<S: Serializer>(&self, _serializer: S) -> Result<S::Ok, S::Error> {
        panic!("not today")
    }
}

fn depth(value: &Value) -> usize {
    match value {
        Value::Array(list) => 1 + list.iter().map(depth).max().unwrap_or(0),
        Value::Object(entries) => 1 + entries.values().map(depth).max().unwrap_or(0),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => 0,
    }
}

fn length(value: &Value) -> usize {
    value.to_string().len()
}

#[test]
fn what_json_can_hold_is_recorded_as_serde_json_would() {
    fn check<T: Serialize + ?Sized>(value: &T) {
        assert_eq!(recorded(value), serde_json::to_value(value).unwrap());
    }
    check(&true);
    check(&-7_i8);
    check(&u64::MAX);
    check(&i128::from(i64::MIN));
    check(&u128::from(u64::MAX));
    check(&38.9_f64);
    check(&0.5_f32);
    check(&'ß');
    check("a text");
    check(&());
    check(&Some(Some(3)));
    check(&None::<i32>);
    check(&vec![1, 2, 3]);
    check(&(1, "two", [3.0]));
    check(&BTreeMap::from([(1, "one"), (2, "two")]));
    check(&BTreeMap::from([(true, 1)]));
    check(&[Shape::Empty, Shape::Wrapped(1.0), Shape::Pair(1, 2.0), Shape::Named { at: 3.0 }]);
    check(&json!({"a": [null, {"b": -1.5}], "c": ""}));
    check(&std::net::IpAddr::from([127, 0, 0, 1]));
    check(&std::time::Duration::from_millis(1500));
    check(&std::path::Path::new("/tmp/a"));
}

#[test]
fn a_number_that_is_not_json_is_named_in_its_place() {
    assert_eq!(recorded(&f64::NAN), json!("<left out: NaN is not JSON>"));
    assert_eq!(recorded(&f32::INFINITY), json!("<left out: infinity is not JSON>"));
    assert_eq!(recorded(&f64::NEG_INFINITY), json!("<left out: -infinity is not JSON>"));
    assert_eq!(
        recorded(&u128::MAX),
        json!("<left out: 340282366920938463463374607431768211455 does not fit 64 bits>")
    );
    assert_eq!(
        recorded(&i128::MIN),
        json!("<left out: -170141183460469231731687303715884105728 does not fit 64 bits>")
    );
}

#[test]
fn everything_around_what_is_left_out_is_recorded() {
    assert_eq!(
        recorded(&[Shape::Pair(1, f64::NAN), Shape::Wrapped(f64::NAN), Shape::Named { at: 2.0 }]),
        json!([
            {"Pair": [1, "<left out: NaN is not JSON>"]},
            {"Wrapped": "<left out: NaN is not JSON>"},
            {"Named": {"at": 2.0}},
        ])
    );
}

#[test]
fn a_value_that_refuses_says_why_in_its_place() {
    assert_eq!(recorded(&Refuses), json!("<left out: the file is closed>"));
    assert_eq!(recorded(&(1, Some(Refuses), 2)), json!([1, "<left out: the file is closed>", 2]));
}

#[test]
fn a_value_that_panics_is_left_out() {
    assert_eq!(recorded(&(1, Panics)), json!([1, "<left out: its Serialize panicked>"]));
}

#[test]
fn what_came_before_an_error_is_kept() {
    struct HalfAList;
    impl Serialize for HalfAList {
        fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            let mut list = serializer.serialize_seq(None)?;
            list.serialize_element(&1)?;
            Err(S::Error::custom("no more"))
        }
    }
    struct HalfAMap;
    impl Serialize for HalfAMap {
        fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            let mut map = serializer.serialize_map(None)?;
            map.serialize_entry("a", &1)?;
            panic!("no more")
        }
    }
    assert_eq!(recorded(&HalfAList), json!([1, "<left out: no more>"]));
    assert_eq!(recorded(&HalfAMap), json!({"a": 1, "<left out>": "its Serialize panicked"}));
}

#[test]
fn a_key_that_is_not_text_keeps_its_value() {
    assert_eq!(
        recorded(&BTreeMap::from([((1, 2), "a"), ((3, 4), "b")])),
        json!({"<left out: key 1 is not text>": "a", "<left out: key 2 is not text>": "b"})
    );
    assert_eq!(recorded(&BTreeMap::from([(Some("a"), 1)])), json!({"a": 1}));
    assert_eq!(recorded(&BTreeMap::from([(u128::MAX, 1)])), json!({u128::MAX.to_string(): 1}));
}

#[test]
fn sixty_four_levels_are_recorded_and_no_more() {
    let deepest = recorded(&list(LEVELS));
    assert_eq!(depth(&deepest), LEVELS);
    assert!(!deepest.to_string().contains("left out"));

    let text = recorded(&list(LEVELS + 1)).to_string();
    assert!(text.contains(r#"{"next":"<left out: nested deeper than 64 levels>"}"#), "{text}");
}

#[test]
fn a_million_levels_do_not_overflow_the_stack() {
    let list = list(1_000_000);
    let value = recorded(&list);
    assert_eq!(depth(&value), LEVELS);
    assert_eq!(serde_json::from_str::<Value>(&value.to_string()).unwrap(), value);

    let text = debug(&list);
    assert!(text.to_string().contains("<left out: nested deeper than 64 levels>"), "{text}");
}

#[test]
fn levels_that_leave_no_trace_in_the_json_are_limited_too() {
    let mut wrapper = Wrapper(None);
    for _ in 0..10_000 {
        wrapper = Wrapper(Some(Box::new(wrapper)));
    }
    assert_eq!(recorded(&wrapper), json!("<left out: nested deeper than 64 levels>"));
}

#[test]
fn a_text_is_cut_between_characters() {
    let text = "ß".repeat(TEXT);
    let expected = format!("{}<left out: {TEXT} more bytes>", "ß".repeat(TEXT / 2));
    assert_eq!(recorded(&text), json!(expected));

    let odd = format!("a{text}");
    let value = recorded(&odd);
    let cut = format!("a{}<left out: {} more bytes>", "ß".repeat(TEXT / 2 - 1), TEXT + 2);
    assert_eq!(value, json!(cut));
}

#[test]
fn a_long_list_says_how_much_is_missing() {
    let value = recorded(&vec![0; 100_000]);
    let list = value.as_array().unwrap();
    let kept = list.len() - 1;
    assert_eq!(list[kept], json!(format!("<left out: {} more elements>", 100_000 - kept)));
    assert!(length(&value) < 2 * TEXT);
}

#[test]
fn a_large_map_says_how_much_is_missing() {
    let map: BTreeMap<u32, &str> = (0..100_000).map(|key| (key, "value")).collect();
    let value = recorded(&map);
    let kept = value.as_object().unwrap().len() - 1;
    assert_eq!(value["<left out>"], json!(format!("{} more entries", 100_000 - kept)));
    assert!(length(&value) < 2 * TEXT);
}

#[test]
fn the_room_is_that_of_the_whole_record() {
    let value = recorded(&vec!["x".repeat(1000); 1000]);
    assert!(length(&value) < 2 * TEXT, "{}", length(&value));
    assert!(value.as_array().unwrap().len() > 60);
}

#[test]
fn nothing_is_free() {
    for length in [
        length(&recorded(&vec![""; 1_000_000])),
        length(&recorded(&vec![(); 1_000_000])),
        length(&recorded(&vec![[0_u8; 0]; 1_000_000])),
        length(&recorded(&(0..1_000_000).map(|_| Refuses).collect::<Vec<_>>())),
    ] {
        assert!(length < 4 * TEXT, "{length}");
    }
}

#[test]
fn a_list_without_end_is_ended() {
    struct Endless;
    impl Serialize for Endless {
        fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            serializer.collect_seq(std::iter::repeat(1))
        }
    }
    let value = recorded(&Endless);
    assert_eq!(value.as_array().unwrap().last(), Some(&json!("<left out: more elements>")));
}

#[test]
fn a_length_that_is_not_true_takes_no_memory() {
    struct Boasts;
    impl Serialize for Boasts {
        fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            serializer.serialize_seq(Some(usize::MAX))?.end()
        }
    }
    assert_eq!(recorded(&Boasts), json!([]));
}

#[test]
fn debug_text_is_cut_too() {
    struct Endless;
    impl fmt::Debug for Endless {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            loop {
                f.write_str("again and ")?;
            }
        }
    }
    struct Fails;
    impl fmt::Debug for Fails {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("half")?;
            Err(fmt::Error)
        }
    }
    struct Dies;
    impl fmt::Debug for Dies {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("half")?;
            panic!("the rest is gone")
        }
    }
    assert_eq!(debug(&Shape::Wrapped(f64::NAN)), json!("Wrapped(NaN)"));
    assert_eq!(debug(&"((((".repeat(100)), json!(format!("{:?}", "((((".repeat(100))));
    let text = debug(&Endless);
    let text = text.as_str().unwrap();
    assert!(text.len() < TEXT + 100 && text.ends_with("<left out: the rest>"), "{text}");
    assert_eq!(debug(&Fails), json!("half<left out: its text ends in an error>"));
    assert_eq!(debug(&Dies), json!("half<left out: its text ends in a panic>"));
}

#[test]
fn a_type_is_named() {
    assert_eq!(type_name::<i32>(), json!("<i32>"));
}
