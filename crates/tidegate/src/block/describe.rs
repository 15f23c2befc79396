//! What a type of blocks says of itself, as it is recorded. It never looks at a value.

use schemars::generate::SchemaSettings;
use serde_json::{Map, Value};
use tidegate_core::{
    BlockSchema, BlockSchemaId, BlockType, BlockTypeId, Timestamp, block_schema_checksum,
};

use super::Block;

/// Where Prefect keeps the schemas that a schema refers to.
const DEFINITIONS: &str = "/definitions";

/// A type, and its schema, as they are when they are recorded for the first time.
pub(super) fn describe<B: Block>(now: Timestamp) -> (BlockType, BlockSchema) {
    let text = |text: Option<&str>| text.map(str::to_owned);
    let block_type = BlockType {
        id: BlockTypeId::new(),
        name: B::TYPE_NAME.to_owned(),
        slug: B::SLUG.to_owned(),
        logo_url: text(B::LOGO_URL),
        documentation_url: text(B::DOCUMENTATION_URL),
        description: text(B::DESCRIPTION),
        code_example: text(B::CODE_EXAMPLE),
        is_protected: B::PROTECTED,
        created: now,
        updated: now,
    };
    let fields = fields::<B>();
    let schema = BlockSchema {
        id: BlockSchemaId::new(),
        checksum: block_schema_checksum(&fields),
        fields,
        capabilities: B::CAPABILITIES.names().into_iter().map(str::to_owned).collect(),
        version: B::VERSION.to_owned(),
        block_type_id: block_type.id,
        created: now,
        updated: now,
    };
    (block_type, schema)
}

/// The JSON Schema of a type, in Prefect's form: with the slug of the type and the paths of what is secret.
pub(super) fn fields<B: Block>() -> Value {
    let settings = SchemaSettings::draft2020_12().with(|settings| {
        settings.definitions_path = DEFINITIONS.into();
        settings.meta_schema = None;
    });
    let mut schema = settings.into_generator().into_root_schema_for::<B>().to_value();
    let secret_fields = secret_fields(&schema);
    if let Some(schema) = schema.as_object_mut() {
        schema.insert("title".to_owned(), B::TYPE_NAME.into());
        schema.insert("block_type_slug".to_owned(), B::SLUG.into());
        schema.insert("secret_fields".to_owned(), secret_fields.into());
    }
    schema
}

/// The dotted paths of what is secret by a schema, as `inner.token`; what has any name or number is a `*`.
fn secret_fields(schema: &Value) -> Vec<String> {
    let mut found = Vec::new();
    Search { root: schema, within: Vec::new() }.look(schema, "", &mut found);
    found.sort();
    found.dedup();
    found
}

struct Search<'a> {
    root: &'a Value,
    /// The references that were followed to where it is: a type may contain itself.
    within: Vec<&'a str>,
}

impl<'a> Search<'a> {
    fn look(&mut self, schema: &'a Value, path: &str, found: &mut Vec<String>) {
        let Some(schema) = schema.as_object() else { return };
        if is_secret(schema) {
            found.push(path.to_owned());
            return;
        }
        if let Some(reference) = schema.get("$ref").and_then(Value::as_str)
            && !self.within.contains(&reference)
            && let Some(target) =
                reference.strip_prefix('#').and_then(|place| self.root.pointer(place))
        {
            self.within.push(reference);
            self.look(target, path, found);
            self.within.pop();
        }
        let deeper = |name: &str| {
            if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") }
        };
        for (name, field) in
            schema.get("properties").and_then(Value::as_object).into_iter().flatten()
        {
            self.look(field, &deeper(name), found);
        }
        for name in ["additionalProperties", "items"] {
            if let Some(any) = schema.get(name) {
                self.look(any, &deeper("*"), found);
            }
        }
        for (name, path) in [
            ("prefixItems", deeper("*")),
            ("allOf", path.to_owned()),
            ("anyOf", path.to_owned()),
            ("oneOf", path.to_owned()),
        ] {
            for part in schema.get(name).and_then(Value::as_array).into_iter().flatten() {
                self.look(part, &path, found);
            }
        }
    }
}

fn is_secret(schema: &Map<String, Value>) -> bool {
    schema.get("writeOnly") == Some(&Value::Bool(true))
        && schema.get("format").and_then(Value::as_str) == Some("password")
}
