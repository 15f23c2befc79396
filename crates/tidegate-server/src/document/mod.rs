//! The document of the API (OpenAPI 3.1), made from the table of routes and from the types that handlers take and
//! answer. It says nothing that is written twice; where a handler answers with what it has written itself, a test compares the two.

mod account;
mod paths;

use std::sync::OnceLock;

use bytes::Bytes;
use serde_json::{Value, json};

use crate::api::version;
use crate::app::table;

pub(crate) use account::{Account, Asked, Parts, Told, schema_of};

/// The document of the API, as `/api/openapi.json` gives it: for those who make clients of it without a server that runs.
#[must_use]
pub fn openapi() -> String {
    whole().to_string()
}

/// The document as text. It is made when it is first asked for.
pub(crate) fn text() -> Bytes {
    static TEXT: OnceLock<Bytes> = OnceLock::new();
    TEXT.get_or_init(|| openapi().into()).clone()
}

fn whole() -> Value {
    let paths::Described { paths, schemas } = paths::describe(&table());
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Tidegate",
            "summary": "Prefect's API over the records of Tidegate",
            "version": version::API,
            "license": { "name": "Apache-2.0", "identifier": "Apache-2.0" },
        },
        "servers": [{ "url": "/" }],
        "paths": paths,
        "components": {
            "schemas": schemas,
            "securitySchemes": {
                "basic": { "type": "http", "scheme": "basic" },
                "key": { "type": "http", "scheme": "bearer" },
            },
        },
    })
}
