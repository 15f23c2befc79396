//! What survives the trip through JSON text, and what is refused before it starts.

use std::collections::{BTreeMap, HashMap};
use std::fmt::Debug;
use std::sync::Arc;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::{decode, encode};
use crate::result::Codec;

fn trip<T: Serialize + DeserializeOwned>(value: &T) -> Result<T, String> {
    let codec = Some(&const { Codec::<T>::new() });
    let text =
        encode(Codec::encode(codec, Some(value)).unwrap()).map_err(|error| error.to_string())?;
    decode(&text, |result| Codec::restore(codec, result)).map_err(|error| error.to_string())
}

#[track_caller]
fn survives<T: Serialize + DeserializeOwned + PartialEq + Debug>(value: T) {
    assert_eq!(trip(&value).as_ref(), Ok(&value));
}

#[track_caller]
fn is_refused<T: Serialize>(value: T, why: &str) {
    let error = encode(&value).expect_err("it is refused").to_string();
    assert!(error.contains(why), "{error}");
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
enum Shape {
    Point,
    Circle(f64),
    Line(i8, i8),
    Square { side: u32 },
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Empty;

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Wrapped<T>(T);

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Deep(Vec<Deep>);

impl Deep {
    fn of(levels: usize) -> Self {
        (1..levels).fold(Self(vec![]), |inside, _| Self(vec![inside]))
    }
}

#[test]
fn ordinary_values_survive() {
    survives(());
    survives(Empty);
    survives(true);
    survives('ß');
    survives(String::from("a \"text\"\n\u{0}"));
    survives((i8::MIN, u64::MAX, i64::MIN));
    survives((i128::MIN, u128::MAX));
    survives(vec![Shape::Point, Shape::Circle(0.1), Shape::Line(-1, 1), Shape::Square { side: 2 }]);
    survives(BTreeMap::from([(3, "c".to_owned()), (1, "a".to_owned())]));
    survives(HashMap::from([("k".to_owned(), Wrapped(vec![0_u8, 255]))]));
    survives(serde_json::json!({"a": [1, 2.5, null, {"b": "c"}]}));
    survives::<Result<u8, String>>(Err("no".into()));
    survives(Arc::<str>::from("shared"));
}

#[test]
fn floats_survive_to_the_last_bit() {
    let mut bits = 1_u64;
    for _ in 0..20_000 {
        bits = bits.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let (wide, narrow) = (f64::from_bits(bits), f32::from_bits((bits >> 32) as u32));
        if wide.is_finite() && narrow.is_finite() {
            let given = trip(&(wide, narrow)).unwrap();
            assert_eq!((given.0.to_bits(), given.1.to_bits()), (wide.to_bits(), narrow.to_bits()));
        }
    }
    assert!(trip(&-0.0_f64).unwrap().is_sign_negative());
}

#[test]
fn floats_that_json_does_not_know_are_refused() {
    is_refused(f64::NAN, "the number NaN");
    is_refused(vec![1.0, f64::INFINITY], "the number inf");
    is_refused(f32::NEG_INFINITY, "the number -inf");
    is_refused(Some(Wrapped(HashMap::from([("k", Shape::Circle(f64::NAN))]))), "the number NaN");
}

#[test]
fn an_option_is_refused_only_where_it_would_be_read_as_none() {
    survives(None::<u8>);
    survives(Some(7));
    survives(Some(vec![None, Some(())].into_iter().map(|each| each.is_some()).collect::<Vec<_>>()));
    survives(vec![None::<u8>, Some(1)]);
    survives(Some(vec![()]));
    survives(Some(Some(1)));
    let why = "would be read as `None`";
    is_refused(Some(None::<u8>), why);
    is_refused(Some(()), why);
    is_refused(Some(Empty), why);
    is_refused(vec![Some(Wrapped(()))], why);
    is_refused(Some(serde_json::Value::Null), why);
}

#[test]
fn what_is_too_deep_to_be_read_is_refused() {
    survives(Deep::of(127));
    is_refused(Deep::of(128), "more than 127 levels");
    is_refused(Deep::of(1_000), "more than 127 levels");
}

#[test]
fn keys_that_are_no_texts_are_refused() {
    is_refused(BTreeMap::from([((1, 2), 3)]), "key must be a string");
    is_refused(BTreeMap::from([(None::<u8>, 3)]), "key must be a string");
}

#[test]
fn a_text_with_something_after_the_value_is_no_result() {
    for text in ["", "1 2", "[1", "\"1\"", "256"] {
        assert!(
            decode(text, |result| Codec::restore(Some(&Codec::<u8>::new()), result)).is_err(),
            "{text}"
        );
    }
}
