//! The promise of the format: equal values have equal hashes, others have others, and the hashes of today are those of tomorrow.

use std::cell::Cell;
use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::net::IpAddr;

use expect_test::{Expect, expect};
use serde::ser::{Error as _, SerializeMap, SerializeSeq, SerializeStruct};
use serde::{Serialize, Serializer};

use super::{Digest, LEVELS, REASON, hash};

#[derive(Serialize)]
enum Shape {
    Empty,
    Wrapped(f64),
    Pair(i32, f64),
    Named { at: f64, by: &'static str },
}

#[derive(Serialize)]
struct Unit;

#[derive(Serialize)]
struct Metres(f64);

#[derive(Serialize)]
struct Pair(i32, f64);

#[derive(Serialize)]
struct Person {
    name: &'static str,
    age: u8,
}

#[derive(Serialize)]
struct PersonBackwards {
    age: i64,
    name: String,
}

/// What a `Serialize` does, as a closure.
struct By<F>(F);

/// Nested so deep.
struct Nested(usize);

struct Bytes(&'static [u8]);

impl Serialize for Nested {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            0 => serializer.serialize_unit(),
            levels => serializer.serialize_some(&Self(levels - 1)),
        }
    }
}

impl Serialize for Bytes {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_bytes(self.0)
    }
}

impl<F: Fn() -> String> Serialize for By<F> {
    fn serialize<S: Serializer>(&self, _serializer: S) -> Result<S::Ok, S::Error> {
        Err(S::Error::custom((self.0)()))
    }
}

fn digest<T: Serialize + ?Sized>(value: &T) -> Digest {
    hash(value).unwrap()
}

#[track_caller]
fn same<A: Serialize + ?Sized, B: Serialize + ?Sized>(one: &A, other: &B) {
    assert_eq!(digest(one), digest(other));
}

#[track_caller]
fn differ<A: Serialize + ?Sized, B: Serialize + ?Sized>(one: &A, other: &B) {
    assert_ne!(digest(one), digest(other));
}

#[track_caller]
fn refused<T: Serialize + ?Sized>(value: &T, reason: &str) {
    assert_eq!(hash(value).unwrap_err().to_string(), reason);
}

/// The hash of the bytes that the format gives the value.
#[track_caller]
fn is(value: &impl Serialize, bytes: &[u8]) {
    assert_eq!(digest(value), *blake3::hash(bytes).as_bytes());
}

/// The hashes as text, one a line.
fn check(values: &[(&str, Digest)], expected: &Expect) {
    let lines: Vec<String> = values
        .iter()
        .map(|(name, digest)| format!("{} {name}\n", blake3::Hash::from_bytes(*digest).to_hex()))
        .collect();
    expected.assert_eq(&lines.concat());
}

/// A change of one of these lines is a change of every cache key and every call key that was ever kept.
#[test]
fn hashes_are_the_same_in_every_build_and_version() {
    let map = BTreeMap::from([("b", 2), ("a", 1)]);
    check(
        &[
            ("()", digest(&())),
            ("true", digest(&true)),
            ("0", digest(&0)),
            ("5", digest(&5)),
            ("-1", digest(&-1)),
            ("256", digest(&256)),
            ("u128::MAX", digest(&u128::MAX)),
            ("i128::MIN", digest(&i128::MIN)),
            ("1.0", digest(&1.0)),
            ("NaN", digest(&f64::NAN)),
            ("'ü'", digest(&'ü')),
            ("\"text\"", digest("text")),
            ("bytes", digest(&Bytes(b"text"))),
            ("None", digest(&None::<u8>)),
            ("Some(1)", digest(&Some(1))),
            ("(1, \"a\")", digest(&(1, "a"))),
            ("[1, 2, 3]", digest(&[1, 2, 3])),
            ("{a: 1, b: 2}", digest(&map)),
            ("Person", digest(&Person { name: "Ada", age: 36 })),
            ("Shape::Empty", digest(&Shape::Empty)),
            ("Shape::Wrapped", digest(&Shape::Wrapped(1.5))),
            ("Shape::Pair", digest(&Shape::Pair(1, 1.5))),
            ("Shape::Named", digest(&Shape::Named { at: 1.5, by: "me" })),
        ],
        &expect![[r#"
            135e48e7e8a6c46c54b691dc13e3ce20b8426755ed52ad5f93ebb4b66215b318 ()
            d63bd9a826af91c1fea371965a64e11ee20f13e46b5f52c59901136605b3a487 true
            a9c6a1b7bea901b0c0c32594466e8158535fcc0888c5cf387f809c9057490fa8 0
            fbab76758ce47612f1d8b11418bbfae0e07e426928e7373a86bebb87a6338cf6 5
            557ed3612a9a9d585384b832bf3dc22f521c0f38f1bef95135ac7bff3c5d4349 -1
            d8b7b3f39e6e9c7666fcd3c66b60f1fb8a4de0b25909bacbeae605a5f367798e 256
            6982fd526a151811480892e9c0ea9123acedb1ff928b98c1227a361c9d99c974 u128::MAX
            5fbb2a4631af971162b3c6fa43932044cbec7bd36eeb0ee995e611f042af2300 i128::MIN
            a94f21935469ff1af6aa6072c8266aede92b50aafee3dbd708c4ff116f3cca74 1.0
            408a4d8aa4e2d1a459772cdf572d92c1c88770f88f727a95c52d5368513b43d5 NaN
            e316b0e3362c0cf981afc3a3050804774856d2b86e799a1f97fbe7c20df26a7a 'ü'
            dde7a303e165d37df061b853ec29c0750d2352865cf3b133f03b0dfa52000aab "text"
            7de72d35a4d0777c7e5532e63a3b4c6bb0ec1e2d1e915b57955718f601a5b783 bytes
            2df97271b4d74d0bae1ca692ebeb097875dcb7a5531b54014582b8de37d17ec0 None
            545c6017077736439cfff6969a8b6fef5a41e7c1857ed964807ec86a3243221f Some(1)
            8528c3d63cf247b1f7eba6705419f666ed6dade0e914068e8661a6f43610fd11 (1, "a")
            7c51e0bda5fab00820d1abb610c1aaece1ce5bfef62e010459b4c778d466471d [1, 2, 3]
            71ed05ac8d27c64fd257addb4935d45cb2b6a61c685122901edd6145a72a9b27 {a: 1, b: 2}
            29477f05f6b3695b5d516caca138b3d6d13b3e6fdac704932fc91092ab780c4c Person
            d0e235b58270736347dd1a0d17beac922dad945c934b7088d712538a24e5d982 Shape::Empty
            7c3cc27fbd6da60a57aeb5e4e328965ffeeb827a7dd7a2ad161de7447b46bfe8 Shape::Wrapped
            6e96564ce1d16736b8cf9294e19a9d7ad194c0fc4da83af88d1e759371e671ef Shape::Pair
            8a88ec6badb003facfd2b8dec033695ff5498b5a7f1d6cc2c5fdac38b23b6e37 Shape::Named
        "#]],
    );
}

#[test]
fn the_format_is_what_its_description_says() {
    is(&true, b"1");
    is(&0_u8, b"i\x00");
    is(&-256_i64, b"j\x01\xff");
    is(&1.5_f32, b"f\0\0\0\0\0\0\xf8\x3f");
    is(&"ab", b"t\x02\0\0\0\0\0\0\0ab");
    is(&Some(None::<u8>), b"+-");
    is(&Shape::Empty, b"e\x05\0\0\0\0\0\0\0Emptyu");
    is(&Shape::Pair(1, 0.0), b"e\x04\0\0\0\0\0\0\0Pair[i\x01\x01f\0\0\0\0\0\0\0\0]");
    is(&(1, ()), b"[i\x01\x01u]");
    is(
        &Person { name: "", age: 0 },
        b"{t\x03\0\0\0\0\0\0\0agei\0t\x04\0\0\0\0\0\0\0namet\0\0\0\0\0\0\0\0}",
    );
}

#[test]
fn integers_are_the_same_in_every_width() {
    same(&5_u8, &5_i8);
    same(&5_u8, &5_u16);
    same(&5_u8, &5_i32);
    same(&5_u8, &5_u64);
    same(&5_u8, &5_usize);
    same(&5_u8, &5_i128);
    same(&5_u8, &5_u128);
    same(&-5_i8, &-5_i128);
    same(&u64::MAX, &u128::from(u64::MAX));
    differ(&5, &-5);
    differ(&5, &-6);
    differ(&u128::MAX, &-1_i128);
    differ(&0, &256);
}

// CACHE-13
#[test]
fn a_float_is_no_integer() {
    differ(&1, &1.0);
    differ(&0, &0.0);
    same(&0.5_f32, &0.5_f64);
    differ(&0.1_f32, &0.1_f64);
}

#[test]
fn floats_that_are_equal_are_the_same_and_so_is_every_nan() {
    same(&0.0, &-0.0);
    same(&f64::NAN, &f64::from_bits(f64::NAN.to_bits() | 1));
    same(&f64::NAN, &-f64::NAN);
    same(&f64::NAN, &f32::NAN);
    differ(&f64::INFINITY, &f64::NEG_INFINITY);
    differ(&1.0, &1.0_f64.next_up());
}

// CACHE-12
#[test]
fn the_order_of_fields_and_entries_does_not_matter() {
    same(&Person { name: "Ada", age: 36 }, &PersonBackwards { age: 36, name: "Ada".to_owned() });
    let forwards: HashMap<u32, u32> = (0..100).map(|number| (number, number * 2)).collect();
    let backwards: HashMap<u32, u32> = (0..100).rev().map(|number| (number, number * 2)).collect();
    let sorted: BTreeMap<u32, u32> = forwards.clone().into_iter().collect();
    same(&forwards, &backwards);
    same(&forwards, &sorted);
    let nested = |order: [&'static str; 2]| order.map(|key| (key, order.map(|key| (key, 1))));
    let map = |entries: [(&'static str, [(&'static str, i32); 2]); 2]| {
        HashMap::from(entries.map(|(key, entries)| (key, HashMap::from(entries))))
    };
    same(&map(nested(["a", "b"])), &map(nested(["b", "a"])));
}

#[test]
fn keys_and_values_stay_together() {
    differ(&BTreeMap::from([("a", 1), ("b", 2)]), &BTreeMap::from([("a", 2), ("b", 1)]));
    differ(&BTreeMap::from([("a", "bc")]), &BTreeMap::from([("ab", "c")]));
}

#[test]
fn an_entry_that_comes_twice_is_kept_in_either_order() {
    struct Twice([i32; 2]);
    impl Serialize for Twice {
        fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            let mut map = serializer.serialize_map(None)?;
            map.serialize_entry("key", &self.0[0])?;
            map.serialize_entry("key", &self.0[1])?;
            map.end()
        }
    }
    same(&Twice([1, 2]), &Twice([2, 1]));
    differ(&Twice([1, 2]), &Twice([1, 1]));
}

#[test]
fn the_order_of_a_list_matters_and_so_does_where_it_ends() {
    differ(&[1, 2], &[2, 1]);
    differ(&(vec![1], vec![2]), &(vec![1, 2], Vec::<i32>::new()));
    differ(&["a", "b"], &["ab", ""]);
    differ(&Vec::<u8>::new(), &());
    same(&vec![1, 2], &(1, 2));
    same(&(1, 2.5), &Pair(1, 2.5));
}

#[test]
fn newtypes_are_what_they_hold_and_options_are_not() {
    same(&Metres(2.5), &2.5);
    same(&Unit, &());
    differ(&Some(1), &1);
    differ(&None::<Option<u8>>, &Some(None::<u8>));
    differ(&None::<()>, &Some(()));
}

#[test]
fn variants_are_known_by_their_names() {
    #[derive(Serialize)]
    enum Reordered {
        Pair(i64, f32),
        Empty,
    }
    same(&Shape::Empty, &Reordered::Empty);
    same(&Shape::Pair(1, 0.5), &Reordered::Pair(1, 0.5));
    differ(&Shape::Empty, "Empty");
    differ(&Shape::Empty, &Shape::Wrapped(0.0));
}

#[test]
fn text_is_not_bytes_and_a_char_is_text() {
    differ("text", &Bytes(b"text"));
    same(&'a', "a");
    let address: IpAddr = "127.0.0.1".parse().unwrap();
    same(&address, "127.0.0.1");
}

#[test]
fn text_that_is_made_while_it_is_written_is_text() {
    struct Shown<'a>(&'a [&'a str]);
    impl fmt::Display for Shown<'_> {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            self.0.iter().try_for_each(|part| f.write_str(part))
        }
    }
    impl Serialize for Shown<'_> {
        fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            serializer.collect_str(self)
        }
    }
    same(&Shown(&["a", "bc", ""]), "abc");
    same(&Shown(&[]), "");
    let long = "x".repeat(10_000);
    same(
        &BTreeMap::from([(1, [Shown(&[&long, "y"])])]),
        &BTreeMap::from([(1, [long.clone() + "y"])]),
    );
}

#[test]
fn a_value_that_fails_has_no_hash_and_says_why() {
    refused(&By(|| "the file is closed".to_owned()), "the file is closed");
    refused(&BTreeMap::from([(1, Some(By(|| "closed".to_owned())))]), "closed");
    let long = hash(&By(|| "ü".repeat(REASON))).unwrap_err().to_string();
    assert_eq!(long, "ü".repeat(REASON / 2));
}

#[test]
fn a_value_that_panics_has_no_hash() {
    refused(&By(|| panic!("not today")), "its Serialize panicked");
    refused(&vec![Some(By(|| panic!("not today")))], "its Serialize panicked");
}

#[test]
fn a_value_whose_serialize_hides_a_failure_has_no_hash() {
    struct Hides;
    impl Serialize for Hides {
        fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            let mut list = serializer.serialize_seq(None)?;
            list.serialize_element(&1)?;
            let _ = list.serialize_element(&By(|| "lost".to_owned()));
            list.end()
        }
    }
    struct HidesField;
    impl Serialize for HidesField {
        fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            let mut fields = serializer.serialize_struct("HidesField", 2)?;
            let _ = fields.serialize_field("b", &[By(|| "lost".to_owned())]);
            fields.serialize_field("a", &1)?;
            fields.end()
        }
    }
    refused(&Hides, "lost");
    refused(&HidesField, "lost");
}

#[test]
fn a_key_without_a_value_is_told() {
    struct Half(Cell<u8>);
    impl Serialize for Half {
        fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            let mut map = serializer.serialize_map(None)?;
            match self.0.get() {
                0 => map.serialize_key("key")?,
                1 => map.serialize_value("value")?,
                _ => {
                    map.serialize_key("one")?;
                    map.serialize_key("two")?;
                }
            }
            map.end()
        }
    }
    refused(&Half(Cell::new(0)), "it has a key without a value");
    refused(&Half(Cell::new(1)), "it has a value without a key");
    refused(&Half(Cell::new(2)), "it has a key without a value");
}

#[test]
fn a_value_may_be_nested_so_deep_and_no_deeper() {
    digest(&Nested(LEVELS));
    refused(&Nested(LEVELS + 1), "it is nested deeper than 256 levels");
    refused(&Nested(1_000_000), "it is nested deeper than 256 levels");
    // What lies beside each other is not deep.
    digest(&vec![Some([()]); 10 * LEVELS]);
}
