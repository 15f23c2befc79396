//! What is known of arguments, as the attributes ask for it.

use serde::{Serialize, Serializer};

use super::{Input, Inputs};
use crate::canonical;

struct NotSerialize;

#[derive(Clone)]
struct Fails;

impl Serialize for Fails {
    fn serialize<S: Serializer>(&self, _serializer: S) -> Result<S::Ok, S::Error> {
        Err(serde::ser::Error::custom("the file is closed"))
    }
}

#[test]
fn an_argument_is_hashed_if_its_type_allows() {
    assert_eq!(crate::__hashed!(&5_u8), Input::Hashed(canonical::hash(&5_u8).unwrap()));
    // As an attribute asks: an argument that is a reference.
    let text: &&str = &"text";
    assert_eq!(crate::__hashed!(text), Input::Hashed(canonical::hash("text").unwrap()));
}

#[test]
fn an_argument_that_cannot_be_hashed_is_told_by_its_type() {
    let type_name = "tidegate::inputs::tests::NotSerialize";
    let opaque = Input::Opaque { type_name, reason: None };
    assert_eq!(crate::__hashed!(&NotSerialize), opaque);
}

#[test]
fn an_argument_that_fails_to_serialize_says_why() {
    let type_name = "tidegate::inputs::tests::Fails";
    let opaque = Input::Opaque { type_name, reason: Some("the file is closed".to_owned()) };
    assert_eq!(crate::__hashed!(&Fails), opaque);
}

#[test]
fn arguments_come_in_the_order_of_the_signature() {
    let inputs = Inputs::new([("b", crate::__hashed!(&1)), ("a", crate::__hashed!(&2))]);
    assert_eq!(inputs.iter().map(|(name, _)| name).collect::<Vec<_>>(), ["b", "a"]);
}
