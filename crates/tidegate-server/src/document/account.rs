//! What is said of a route: what it asks of a request, which is read off the types that its handler takes, and what it answers. Nothing
//! here calls a handler.

use axum::Extension;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, Uri};
use bytes::Bytes;
use schemars::{JsonSchema, Schema, SchemaGenerator};

use crate::api::{Body, Id, Path, Query, Upgrade};

/// Makes the schema of a type.
pub(crate) type SchemaOf = fn(&mut SchemaGenerator) -> Schema;

/// The schema of `T`, as a function that can be kept.
pub(crate) fn schema_of<T: JsonSchema>(generator: &mut SchemaGenerator) -> Schema {
    generator.subschema_for::<T>()
}

/// The schema of `T` in full, however it is called.
fn whole_schema_of<T: JsonSchema>(generator: &mut SchemaGenerator) -> Schema {
    T::json_schema(generator)
}

/// What the document says of a route.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Account {
    /// What it does, in a sentence.
    pub(crate) summary: &'static str,
    pub(crate) asked: Asked,
    pub(crate) told: Told,
}

/// What a route takes from a request beside its path.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Asked {
    pub(crate) body: Option<SchemaOf>,
    pub(crate) query: Option<SchemaOf>,
}

/// What a route answers when all is well.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Told {
    /// 200 and JSON.
    Gives(SchemaOf),
    /// 201 and JSON, or 200 if nothing was new.
    Makes(SchemaOf),
    /// This status and nothing else.
    Does(StatusCode),
    /// 200 and text of this type.
    Writes(&'static str),
    /// 101: a socket.
    Opens,
    /// Nothing but why not.
    Refuses,
}

/// Something that handlers take from requests.
#[diagnostic::on_unimplemented(
    message = "a route of the API cannot be described that takes `{Self}`",
    note = "derive `schemars::JsonSchema` for the type of a body or query; a route of a page is made by `route::Page`"
)]
pub(crate) trait Part {
    /// Says what is taken.
    fn tell(_asked: &mut Asked) {}
}

impl<T: JsonSchema> Part for Body<T> {
    fn tell(asked: &mut Asked) {
        asked.body = Some(whole_schema_of::<T>);
    }
}

/// A body that its handler reads by itself: some JSON.
impl Part for Bytes {
    fn tell(asked: &mut Asked) {
        asked.body = Some(whole_schema_of::<serde_json::Value>);
    }
}

impl<T: JsonSchema> Part for Query<T> {
    fn tell(asked: &mut Asked) {
        asked.query = Some(whole_schema_of::<T>);
    }
}

// What varies in a path is said by the path.
impl<T> Part for Path<T> {}
impl Part for Id {}
impl<T> Part for State<T> {}
impl<T> Part for Extension<T> {}
impl Part for Upgrade {}
impl Part for HeaderMap {}
impl Part for Uri {}

/// Everything that a handler takes, as axum lists it.
#[diagnostic::on_unimplemented(
    message = "a route of the API cannot be described whose handler takes `{Self}`",
    note = "derive `schemars::JsonSchema` for the type of a body or query; a route of a page is made by `route::Page`"
)]
pub(crate) trait Parts {
    /// What that is.
    fn asked() -> Asked;
}

impl Parts for ((),) {
    fn asked() -> Asked {
        Asked::default()
    }
}

macro_rules! parts {
    ($($part:ident)*) => {
        impl<Kind, $($part: Part),*> Parts for (Kind, $($part),*) {
            fn asked() -> Asked {
                let mut asked = Asked::default();
                $($part::tell(&mut asked);)*
                asked
            }
        }
    };
}

parts! { A }
parts! { A B }
parts! { A B C }
parts! { A B C D }
parts! { A B C D E }
