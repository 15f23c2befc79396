//! Types of blocks, their schemas and their documents as rows. What may be changed of them is judged in `block_change`.

use rusqlite::{Connection, Row, params_from_iter};
use serde_json::Value;
use tidegate_core::{
    BlockDocument, BlockDocumentQuery, BlockSchema, BlockSchemaQuery, BlockType, BlockTypeQuery,
    block_references,
};

use super::row::{RowReader, RowWriter, UnreadableRow};
use super::run_query::Conditions;

const INSERT_TYPE: &str = "INSERT INTO block_types (id, slug, name, logo_url, documentation_url, description, code_example, protected, \
     created, updated, checksum) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11) \
     ON CONFLICT (id) DO UPDATE SET slug = ?2, name = ?3, logo_url = ?4, documentation_url = ?5, description = ?6, code_example = ?7, \
     protected = ?8, created = ?9, updated = ?10, checksum = ?11";

const SELECT_TYPES: &str = "SELECT id, slug, name, logo_url, documentation_url, description, code_example, protected, created, updated, \
     checksum FROM block_types";

const INSERT_SCHEMA: &str = "INSERT INTO block_schemas (id, block_type, digest, fields, capabilities, version, created, updated, checksum) \
     VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9) \
     ON CONFLICT (id) DO UPDATE SET capabilities = ?5, version = ?6, created = ?7, updated = ?8, checksum = ?9";

const SELECT_SCHEMAS: &str = "SELECT id, block_type, digest, fields, capabilities, version, created, updated, checksum FROM block_schemas";

const INSERT_DOCUMENT: &str = "INSERT INTO block_documents (id, block_type, block_schema, name, data, anonymous, created, updated, checksum) \
     VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9) \
     ON CONFLICT (id) DO UPDATE SET block_schema = ?3, data = ?5, updated = ?8, checksum = ?9";

const SELECT_DOCUMENTS: &str = "SELECT id, block_type, block_schema, name, data, anonymous, created, updated, checksum FROM block_documents";

/// Has blocks that can do this; the capabilities are those of a schema.
const CAN: &str = "EXISTS (SELECT 1 FROM json_each(block_schemas.capabilities) WHERE value = ?)";

/// Adds a type, or brings the one of its id up to date.
pub(super) fn put_type(connection: &Connection, block_type: &BlockType) -> rusqlite::Result<()> {
    let mut statement = connection.prepare_cached(INSERT_TYPE)?;
    let mut row = RowWriter::new(&mut statement);
    row.optional_uuid(Some(block_type.id.as_uuid()))?;
    row.text(&block_type.slug)?;
    row.text(&block_type.name)?;
    row.optional_text(block_type.logo_url.as_deref())?;
    row.optional_text(block_type.documentation_url.as_deref())?;
    row.optional_text(block_type.description.as_deref())?;
    row.optional_text(block_type.code_example.as_deref())?;
    row.integer(block_type.is_protected.into())?;
    row.optional_time(Some(block_type.created))?;
    row.optional_time(Some(block_type.updated))?;
    row.execute().map(drop)
}

/// Adds a schema, or brings the one of its id up to date.
pub(super) fn put_schema(
    connection: &Connection,
    schema: &BlockSchema,
) -> Result<(), UnreadableRow> {
    let capabilities = match &*schema.capabilities {
        [] => None,
        capabilities => Some(serde_json::to_string(capabilities)?),
    };
    let mut statement = connection.prepare_cached(INSERT_SCHEMA)?;
    let mut row = RowWriter::new(&mut statement);
    row.optional_uuid(Some(schema.id.as_uuid()))?;
    row.optional_uuid(Some(schema.block_type_id.as_uuid()))?;
    row.text(&schema.checksum)?;
    row.text(&schema.fields.to_string())?;
    row.optional_text(capabilities.as_deref())?;
    row.text(&schema.version)?;
    row.optional_time(Some(schema.created))?;
    row.optional_time(Some(schema.updated))?;
    row.execute()?;
    Ok(())
}

/// Adds a document, or brings the one of its id up to date.
pub(super) fn put_document(
    connection: &Connection,
    document: &BlockDocument,
) -> Result<(), UnreadableRow> {
    let data = serde_json::to_string(&document.data)?;
    let mut statement = connection.prepare_cached(INSERT_DOCUMENT)?;
    let mut row = RowWriter::new(&mut statement);
    row.optional_uuid(Some(document.id.as_uuid()))?;
    row.optional_uuid(Some(document.block_type_id.as_uuid()))?;
    row.optional_uuid(Some(document.block_schema_id.as_uuid()))?;
    row.text(&document.name)?;
    row.text(&data)?;
    row.integer(document.is_anonymous.into())?;
    row.optional_time(Some(document.created))?;
    row.optional_time(Some(document.updated))?;
    row.execute()?;
    Ok(())
}

/// The types that match.
pub(super) fn types(
    connection: &Connection,
    query: &BlockTypeQuery,
) -> Result<Vec<BlockType>, UnreadableRow> {
    let BlockTypeQuery { ids, slugs, name_like, limit, offset } = query;
    let mut conditions = Conditions::default();
    conditions.is_one_of("id", ids.iter().map(|id| id.as_uuid().as_bytes().to_vec().into()));
    conditions.is_one_of("slug", slugs.iter().map(|slug| slug.clone().into()));
    if let Some(part) = name_like {
        conditions.holds("instr(lower(name), lower(?)) > 0", part.clone());
    }
    let filter = conditions.filter();
    let page = conditions.page(*limit, *offset);
    let sql = format!("{SELECT_TYPES}{filter} ORDER BY slug{page}");
    select(connection, &sql, conditions, read_type)
}

/// The schemas that match, newest first.
pub(super) fn schemas(
    connection: &Connection,
    query: &BlockSchemaQuery,
) -> Result<Vec<BlockSchema>, UnreadableRow> {
    let BlockSchemaQuery { id, block_type_id, checksum, version, capabilities, limit, offset } =
        query;
    let mut conditions = Conditions::default();
    if let Some(id) = id {
        conditions.holds("id = ?", id.as_uuid().as_bytes().to_vec());
    }
    if let Some(id) = block_type_id {
        conditions.holds("block_type = ?", id.as_uuid().as_bytes().to_vec());
    }
    if let Some(checksum) = checksum {
        conditions.holds("digest = ?", checksum.clone());
    }
    if let Some(version) = version {
        conditions.holds("version = ?", version.clone());
    }
    for capability in capabilities {
        conditions.holds(CAN, capability.clone());
    }
    let filter = conditions.filter();
    let page = conditions.page(*limit, *offset);
    let sql = format!("{SELECT_SCHEMAS}{filter} ORDER BY number DESC{page}");
    select(connection, &sql, conditions, read_schema)
}

/// The documents that match, by the slugs of their types and by name.
pub(super) fn documents(
    connection: &Connection,
    query: &BlockDocumentQuery,
) -> Result<Vec<BlockDocument>, UnreadableRow> {
    let BlockDocumentQuery {
        ids,
        block_type_id,
        block_type_slug,
        names,
        name_like,
        capabilities,
        referring_to,
        anonymous,
        limit,
        offset,
    } = query;
    let mut conditions = Conditions::default();
    conditions.is_one_of("id", ids.iter().map(|id| id.as_uuid().as_bytes().to_vec().into()));
    if let Some(id) = block_type_id {
        conditions.holds("block_type = ?", id.as_uuid().as_bytes().to_vec());
    }
    if let Some(slug) = block_type_slug {
        conditions.holds("block_type = (SELECT id FROM block_types WHERE slug = ?)", slug.clone());
    }
    conditions.is_one_of("name", names.iter().map(|name| name.clone().into()));
    if let Some(part) = name_like {
        conditions.holds("instr(name, lower(?)) > 0", part.clone());
    }
    for capability in capabilities {
        let of_its_schema = format!(
            "EXISTS (SELECT 1 FROM block_schemas WHERE block_schemas.id = block_documents.block_schema AND {CAN})"
        );
        conditions.holds(&of_its_schema, capability.clone());
    }
    if let Some(id) = referring_to {
        conditions.holds("instr(data, ?) > 0", id.to_string());
    }
    if !anonymous {
        conditions.always("anonymous = 0");
    }
    let filter = conditions.filter();
    let order = "ORDER BY (SELECT slug FROM block_types WHERE block_types.id = block_documents.block_type), name";
    let Some(referenced) = referring_to else {
        let page = conditions.page(*limit, *offset);
        let sql = format!("{SELECT_DOCUMENTS}{filter} {order}{page}");
        return select(connection, &sql, conditions, read_document);
    };
    // An id may stand in a text too, so the pages are made of what does refer to it.
    let sql = format!("{SELECT_DOCUMENTS}{filter} {order}");
    let mut found = select(connection, &sql, conditions, read_document)?;
    found.retain(|document| block_references(&document.data).contains(referenced));
    let bounded = |number: u64| usize::try_from(number).unwrap_or(usize::MAX);
    let page = found.into_iter().skip(bounded(*offset));
    Ok(page.take(limit.map_or(usize::MAX, bounded)).collect())
}

fn select<T>(
    connection: &Connection,
    sql: &str,
    conditions: Conditions,
    read: impl Fn(&Row<'_>) -> Result<T, UnreadableRow>,
) -> Result<Vec<T>, UnreadableRow> {
    let mut statement = connection.prepare_cached(sql)?;
    let mut rows = statement.query(params_from_iter(conditions.values))?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        found.push(read(row)?);
    }
    Ok(found)
}

fn read_type(row: &Row<'_>) -> Result<BlockType, UnreadableRow> {
    let mut row = RowReader::new(row);
    let id = row.optional_uuid()?.ok_or(UnreadableRow::Column(0))?;
    let (slug, name) = (row.text()?.to_owned(), row.text()?.to_owned());
    let mut text = || Ok::<_, UnreadableRow>(row.optional_text()?.map(str::to_owned));
    let (logo_url, documentation_url) = (text()?, text()?);
    let (description, code_example) = (text()?, text()?);
    let is_protected = row.integer()? != 0;
    let (created, updated) = (row.time()?, row.time()?);
    row.finish()?;
    Ok(BlockType {
        id,
        name,
        slug,
        logo_url,
        documentation_url,
        description,
        code_example,
        is_protected,
        created,
        updated,
    })
}

fn read_schema(row: &Row<'_>) -> Result<BlockSchema, UnreadableRow> {
    let mut row = RowReader::new(row);
    let schema = BlockSchema {
        id: row.optional_uuid()?.ok_or(UnreadableRow::Column(0))?,
        block_type_id: row.optional_uuid()?.ok_or(UnreadableRow::Column(1))?,
        checksum: row.text()?.to_owned(),
        fields: serde_json::from_str::<Value>(row.text()?)?,
        capabilities: match row.optional_text()? {
            Some(capabilities) => serde_json::from_str(capabilities)?,
            None => Vec::new(),
        },
        version: row.text()?.to_owned(),
        created: row.time()?,
        updated: row.time()?,
    };
    row.finish()?;
    Ok(schema)
}

fn read_document(row: &Row<'_>) -> Result<BlockDocument, UnreadableRow> {
    let mut row = RowReader::new(row);
    let document = BlockDocument {
        id: row.optional_uuid()?.ok_or(UnreadableRow::Column(0))?,
        block_type_id: row.optional_uuid()?.ok_or(UnreadableRow::Column(1))?,
        block_schema_id: row.optional_uuid()?.ok_or(UnreadableRow::Column(2))?,
        name: row.text()?.to_owned(),
        data: serde_json::from_str(row.text()?)?,
        is_anonymous: row.integer()? != 0,
        created: row.time()?,
        updated: row.time()?,
    };
    row.finish()?;
    Ok(document)
}
