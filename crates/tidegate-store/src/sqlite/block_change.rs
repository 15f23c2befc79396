//! Changes of blocks, in the transaction that is open. What stands in the way of one is its answer; nothing is changed then.

use rusqlite::Connection;
use tidegate_core::{
    BlockAnswer, BlockChange, BlockDocument, BlockDocumentId, BlockDocumentQuery, BlockSchema,
    BlockSchemaId, BlockSchemaQuery, BlockType, BlockTypeId, BlockTypeQuery, block_references,
};

use super::block_row::{documents, put_document, put_schema, put_type, schemas, types};
use super::row::UnreadableRow;

/// About how many pages a change changes.
pub(super) const CHANGED_PAGES: usize = 8;

/// Makes a change, if nothing stands in its way.
pub(super) fn change(
    connection: &Connection,
    change: &BlockChange,
) -> Result<BlockAnswer, UnreadableRow> {
    match change {
        BlockChange::Register { block_type, schema } => register(connection, block_type, schema),
        BlockChange::PutType(block_type) => {
            bring_up_to_date(connection, block_type)?;
            Ok(BlockAnswer::Done)
        }
        BlockChange::Create(document) => create(connection, document),
        BlockChange::Replace(document) => replace(connection, document),
        BlockChange::Reseal(document) => reseal(connection, document),
        BlockChange::DeleteDocument(id) => delete_document(connection, *id),
        BlockChange::DeleteSchema(id) => delete_schema(connection, *id),
        BlockChange::DeleteType(id) => delete_type(connection, *id),
    }
}

/// The type as it is from now on.
fn bring_up_to_date(
    connection: &Connection,
    block_type: &BlockType,
) -> Result<BlockType, UnreadableRow> {
    let of_slug = BlockTypeQuery { slugs: vec![block_type.slug.clone()], ..Default::default() };
    let mut block_type = block_type.clone();
    if let Some(known) = types(connection, &of_slug)?.pop() {
        let same = BlockType { updated: block_type.updated, ..known.clone() };
        (block_type.id, block_type.created) = (known.id, known.created);
        if block_type == same {
            return Ok(known);
        }
    }
    put_type(connection, &block_type)?;
    Ok(block_type)
}

fn register(
    connection: &Connection,
    block_type: &BlockType,
    schema: &BlockSchema,
) -> Result<BlockAnswer, UnreadableRow> {
    let block_type = bring_up_to_date(connection, block_type)?;
    let of_type = BlockSchemaQuery {
        block_type_id: Some(block_type.id),
        checksum: Some(schema.checksum.clone()),
        ..Default::default()
    };
    let mut schema = BlockSchema { block_type_id: block_type.id, ..schema.clone() };
    if let Some(known) = schemas(connection, &of_type)?.pop() {
        let same = known.capabilities == schema.capabilities && known.version == schema.version;
        (schema.id, schema.created) = (known.id, known.created);
        if !same {
            put_schema(connection, &schema)?;
        }
    } else {
        put_schema(connection, &schema)?;
    }
    Ok(BlockAnswer::Registered { block_type: block_type.id, schema: schema.id })
}

fn create(connection: &Connection, document: &BlockDocument) -> Result<BlockAnswer, UnreadableRow> {
    let of_name = BlockDocumentQuery {
        block_type_id: Some(document.block_type_id),
        names: vec![document.name.clone()],
        anonymous: true,
        ..Default::default()
    };
    let of_id = of_ids(vec![document.id]);
    for taken in [of_name, of_id] {
        if let Some(other) = documents(connection, &taken)?.pop() {
            return Ok(BlockAnswer::Exists(other.id));
        }
    }
    put(connection, document)
}

fn replace(
    connection: &Connection,
    document: &BlockDocument,
) -> Result<BlockAnswer, UnreadableRow> {
    let Some(known) = documents(connection, &of_ids(vec![document.id]))?.pop() else {
        return Ok(BlockAnswer::Missing);
    };
    let replaced = BlockDocument {
        block_schema_id: document.block_schema_id,
        data: document.data.clone(),
        updated: document.updated,
        ..known
    };
    put(connection, &replaced)
}

fn reseal(connection: &Connection, document: &BlockDocument) -> Result<BlockAnswer, UnreadableRow> {
    let known = documents(connection, &of_ids(vec![document.id]))?.pop();
    let Some(known) = known.filter(|known| known.updated == document.updated) else {
        return Ok(BlockAnswer::Missing);
    };
    put_document(connection, &BlockDocument { data: document.data.clone(), ..known })?;
    Ok(BlockAnswer::Done)
}

/// Writes a document whose schema and whose references are there.
fn put(connection: &Connection, document: &BlockDocument) -> Result<BlockAnswer, UnreadableRow> {
    let schema = BlockSchemaQuery {
        id: Some(document.block_schema_id),
        block_type_id: Some(document.block_type_id),
        ..Default::default()
    };
    if schemas(connection, &schema)?.is_empty() {
        return Ok(BlockAnswer::Missing);
    }
    for referenced in block_references(&document.data) {
        // One that refers to itself could be made in two steps anyway; whoever loads it notices.
        let is_there = referenced == document.id
            || !documents(connection, &of_ids(vec![referenced]))?.is_empty();
        if !is_there {
            return Ok(BlockAnswer::Dangling(referenced));
        }
    }
    put_document(connection, document)?;
    Ok(BlockAnswer::Done)
}

fn delete_document(
    connection: &Connection,
    id: BlockDocumentId,
) -> Result<BlockAnswer, UnreadableRow> {
    let referring = referring_to(connection, id)?;
    let others: Vec<_> =
        referring.iter().map(|document| document.id).filter(|other| *other != id).collect();
    if !others.is_empty() {
        return Ok(BlockAnswer::Referenced(others));
    }
    let deleted = connection
        .prepare_cached("DELETE FROM block_documents WHERE id = ?1")?
        .execute([id.as_uuid().as_bytes().as_slice()])?;
    Ok(if deleted > 0 { BlockAnswer::Done } else { BlockAnswer::Missing })
}

fn delete_schema(connection: &Connection, id: BlockSchemaId) -> Result<BlockAnswer, UnreadableRow> {
    let of_id = BlockSchemaQuery { id: Some(id), ..Default::default() };
    let Some(schema) = schemas(connection, &of_id)?.pop() else {
        return Ok(BlockAnswer::Missing);
    };
    let of_type = BlockTypeQuery { ids: vec![schema.block_type_id], ..Default::default() };
    if types(connection, &of_type)?.iter().any(|block_type| block_type.is_protected) {
        return Ok(BlockAnswer::Protected);
    }
    let of_type = BlockDocumentQuery {
        block_type_id: Some(schema.block_type_id),
        anonymous: true,
        ..Default::default()
    };
    let of_it = documents(connection, &of_type)?.into_iter();
    let of_it: Vec<_> = of_it
        .filter(|document| document.block_schema_id == id)
        .map(|document| document.id)
        .collect();
    if !of_it.is_empty() {
        return Ok(BlockAnswer::Referenced(of_it));
    }
    connection
        .prepare_cached("DELETE FROM block_schemas WHERE id = ?1")?
        .execute([id.as_uuid().as_bytes().as_slice()])?;
    Ok(BlockAnswer::Done)
}

fn delete_type(connection: &Connection, id: BlockTypeId) -> Result<BlockAnswer, UnreadableRow> {
    let of_id = BlockTypeQuery { ids: vec![id], ..Default::default() };
    let Some(block_type) = types(connection, &of_id)?.pop() else {
        return Ok(BlockAnswer::Missing);
    };
    if block_type.is_protected {
        return Ok(BlockAnswer::Protected);
    }
    let of_type =
        BlockDocumentQuery { block_type_id: Some(id), anonymous: true, ..Default::default() };
    let mut referring = Vec::new();
    for document in documents(connection, &of_type)? {
        referring.extend(referring_to(connection, document.id)?);
    }
    let mut others: Vec<_> = referring
        .into_iter()
        .filter(|document| document.block_type_id != id)
        .map(|document| document.id)
        .collect();
    others.sort_unstable();
    others.dedup();
    if !others.is_empty() {
        return Ok(BlockAnswer::Referenced(others));
    }
    let id = id.as_uuid().as_bytes().as_slice();
    for sql in [
        "DELETE FROM block_documents WHERE block_type = ?1",
        "DELETE FROM block_schemas WHERE block_type = ?1",
        "DELETE FROM block_types WHERE id = ?1",
    ] {
        connection.prepare_cached(sql)?.execute([id])?;
    }
    Ok(BlockAnswer::Done)
}

fn referring_to(
    connection: &Connection,
    id: BlockDocumentId,
) -> Result<Vec<BlockDocument>, UnreadableRow> {
    let query =
        BlockDocumentQuery { referring_to: Some(id), anonymous: true, ..Default::default() };
    documents(connection, &query)
}

fn of_ids(ids: Vec<BlockDocumentId>) -> BlockDocumentQuery {
    BlockDocumentQuery { ids, anonymous: true, ..Default::default() }
}
