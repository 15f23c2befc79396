//! Blocks come back as they were saved, names are taken once, and nothing is deleted that others refer to.

use std::sync::Arc;

use serde_json::{Map, Value, json};

use super::Subject;
use super::samples::at;
use crate::{
    BlockAnswer, BlockChange, BlockDocument, BlockDocumentId, BlockDocumentQuery, BlockSchema,
    BlockSchemaId, BlockSchemaQuery, BlockType, BlockTypeId, BlockTypeQuery, Store,
    block_reference,
};

fn block_type(slug: &str) -> BlockType {
    BlockType {
        id: BlockTypeId::new(),
        name: slug.to_uppercase(),
        slug: slug.to_owned(),
        logo_url: None,
        documentation_url: None,
        description: None,
        code_example: None,
        is_protected: false,
        created: at(1),
        updated: at(1),
    }
}

fn schema(checksum: &str) -> BlockSchema {
    BlockSchema {
        id: BlockSchemaId::new(),
        checksum: checksum.to_owned(),
        fields: json!({"properties": {"a": {"type": "integer"}}}),
        capabilities: Vec::new(),
        version: "1.0.0".to_owned(),
        block_type_id: BlockTypeId::new(),
        created: at(1),
        updated: at(1),
    }
}

async fn change(store: &Arc<dyn Store>, change: BlockChange) -> BlockAnswer {
    store.change_blocks(change).await.expect("the store answers")
}

/// A type that is registered, and a schema of it.
#[derive(Clone, Copy)]
struct Registered {
    block_type: BlockTypeId,
    schema: BlockSchemaId,
}

async fn register(
    store: &Arc<dyn Store>,
    block_type: BlockType,
    schema: BlockSchema,
) -> Registered {
    let (block_type, schema) = (Box::new(block_type), Box::new(schema));
    let answer = change(store, BlockChange::Register { block_type, schema }).await;
    let BlockAnswer::Registered { block_type, schema } = answer else {
        panic!("a type is registered, and not {answer:?}");
    };
    Registered { block_type, schema }
}

async fn registered(store: &Arc<dyn Store>, slug: &str) -> Registered {
    register(store, block_type(slug), schema("x:1")).await
}

impl Registered {
    fn document(self, name: &str, data: Value) -> BlockDocument {
        BlockDocument {
            id: BlockDocumentId::new(),
            name: name.to_owned(),
            data: data.as_object().cloned().unwrap_or_else(Map::new),
            block_schema_id: self.schema,
            block_type_id: self.block_type,
            is_anonymous: false,
            created: at(2),
            updated: at(2),
        }
    }
}

async fn create(store: &Arc<dyn Store>, document: &BlockDocument) -> BlockAnswer {
    change(store, BlockChange::Create(Box::new(document.clone()))).await
}

async fn documents(store: &Arc<dyn Store>, query: BlockDocumentQuery) -> Vec<BlockDocument> {
    store.block_documents(query).await.expect("the store answers")
}

fn all() -> BlockDocumentQuery {
    BlockDocumentQuery { anonymous: true, ..BlockDocumentQuery::default() }
}

/// With everything and with nothing.
pub async fn a_block_comes_back_as_it_was_saved(subject: &Subject) {
    let store = subject.open().await;
    let full = BlockType {
        logo_url: Some("https://example.com/logo.png".to_owned()),
        documentation_url: Some("https://example.com".to_owned()),
        description: Some("what it\nis for".to_owned()),
        code_example: Some("Full::load(\"one\")".to_owned()),
        is_protected: true,
        ..block_type("full")
    };
    let with_capabilities = BlockSchema {
        capabilities: vec!["notify".to_owned(), "read-path".to_owned()],
        ..schema("x:1")
    };
    let known = register(&store, full.clone(), with_capabilities.clone()).await;
    let bare = registered(&store, "bare").await;
    let one = known.document("one", json!({"a": [1, {"b": 0.1}], "text": "\u{0}\"🦝", "n": null}));
    let none = BlockDocument { is_anonymous: true, ..bare.document("made-up", json!({})) };
    for document in [&one, &none] {
        assert_eq!(create(&store, document).await, BlockAnswer::Done);
    }
    let stored = BlockSchema { block_type_id: known.block_type, ..with_capabilities };
    for store in [Some(store), subject.reopen().await].into_iter().flatten() {
        let types = store.block_types(BlockTypeQuery::default()).await.expect("it answers");
        assert_eq!(types.len(), 2);
        assert_eq!(types[1], full);
        let schemas = store.block_schemas(BlockSchemaQuery::default()).await.expect("it answers");
        assert_eq!(schemas[1], stored);
        assert_eq!(documents(&store, all()).await, [none.clone(), one.clone()]);
        store.close().await.expect("it closes");
    }
}

/// It keeps its id, and so do its schemas; a schema with another checksum is another.
pub async fn a_type_that_is_registered_again_is_brought_up_to_date(subject: &Subject) {
    let store = subject.open().await;
    let first = register(&store, block_type("a"), schema("x:1")).await;
    let described =
        BlockType { description: Some("new".to_owned()), updated: at(9), ..block_type("a") };
    let able = BlockSchema { capabilities: vec!["notify".to_owned()], ..schema("x:1") };
    let again = register(&store, described, able).await;
    assert_eq!((again.block_type, again.schema), (first.block_type, first.schema));
    let changed = register(&store, block_type("a"), schema("x:2")).await;
    assert_eq!(changed.block_type, first.block_type);
    assert_ne!(changed.schema, first.schema);
    let same_of_another = registered(&store, "b").await;
    assert_ne!(same_of_another.schema, first.schema);
    let types = store.block_types(BlockTypeQuery::default()).await.expect("the store answers");
    assert_eq!(types.len(), 2);
    assert_eq!((types[0].id, types[0].created), (first.block_type, at(1)));
    let of_type =
        BlockSchemaQuery { block_type_id: Some(first.block_type), ..BlockSchemaQuery::default() };
    let schemas = store.block_schemas(of_type).await.expect("the store answers");
    let ids: Vec<_> = schemas.iter().map(|schema| schema.id).collect();
    assert_eq!(ids, [changed.schema, first.schema]);
    assert_eq!(schemas[1].capabilities, ["notify"]);
}

/// Among the documents of its type.
pub async fn a_block_has_its_name_alone(subject: &Subject) {
    let store = subject.open().await;
    let (one, other) = (registered(&store, "one").await, registered(&store, "other").await);
    let first = one.document("a", json!({"a": 1}));
    assert_eq!(create(&store, &first).await, BlockAnswer::Done);
    let second = one.document("a", json!({"a": 2}));
    assert_eq!(create(&store, &second).await, BlockAnswer::Exists(first.id));
    let same_id = BlockDocument { name: "b".to_owned(), ..first.clone() };
    assert_eq!(create(&store, &same_id).await, BlockAnswer::Exists(first.id));
    let elsewhere = other.document("a", json!({"a": 3}));
    assert_eq!(create(&store, &elsewhere).await, BlockAnswer::Done);
    assert_eq!(documents(&store, all()).await, [first, elsewhere]);
}

/// It keeps its id, its name and the time it was made.
pub async fn a_block_is_replaced_where_it_is(subject: &Subject) {
    let store = subject.open().await;
    let old = registered(&store, "one").await;
    let document = old.document("a", json!({"a": 1, "b": 2}));
    assert_eq!(create(&store, &document).await, BlockAnswer::Done);
    let new = register(&store, block_type("one"), schema("x:2")).await;
    let other = BlockDocument {
        id: document.id,
        created: at(8),
        updated: at(8),
        ..new.document("other", json!({"a": 3}))
    };
    let answer = change(&store, BlockChange::Replace(Box::new(other.clone()))).await;
    assert_eq!(answer, BlockAnswer::Done);
    let replaced = BlockDocument { name: document.name, created: document.created, ..other };
    assert_eq!(documents(&store, all()).await, [replaced]);
    let unknown = new.document("b", json!({}));
    let answer = change(&store, BlockChange::Replace(Box::new(unknown))).await;
    assert_eq!(answer, BlockAnswer::Missing);
}

/// Who seals it with another key does not undo what others save meanwhile.
pub async fn a_block_is_sealed_anew_unless_it_was_saved_since(subject: &Subject) {
    let store = subject.open().await;
    let known = registered(&store, "one").await;
    let document = known.document("a", json!({"key": {"$sealed": "old"}}));
    assert_eq!(create(&store, &document).await, BlockAnswer::Done);
    let BlockDocument { data, .. } = known.document("a", json!({"key": {"$sealed": "new"}}));
    let anew = BlockDocument { data, name: "other".to_owned(), ..document.clone() };
    let answer = change(&store, BlockChange::Reseal(Box::new(anew.clone()))).await;
    assert_eq!(answer, BlockAnswer::Done);
    let anew = BlockDocument { name: document.name.clone(), ..anew };
    assert_eq!(documents(&store, all()).await, std::slice::from_ref(&anew));
    let saved = BlockDocument { updated: at(8), ..document.clone() };
    let answer = change(&store, BlockChange::Replace(Box::new(saved.clone()))).await;
    assert_eq!(answer, BlockAnswer::Done);
    assert_eq!(change(&store, BlockChange::Reseal(Box::new(anew))).await, BlockAnswer::Missing);
    assert_eq!(documents(&store, all()).await, [saved]);
}

/// Nor one whose type is gone.
pub async fn a_block_that_refers_to_nothing_is_refused(subject: &Subject) {
    let store = subject.open().await;
    let known = registered(&store, "one").await;
    let nowhere = BlockDocumentId::new();
    let document = known.document("a", json!({"inner": block_reference(nowhere)}));
    assert_eq!(create(&store, &document).await, BlockAnswer::Dangling(nowhere));
    let other = registered(&store, "other").await;
    for wrong in [
        BlockDocument { block_schema_id: BlockSchemaId::new(), ..known.document("a", json!({})) },
        BlockDocument { block_schema_id: other.schema, ..known.document("a", json!({})) },
    ] {
        assert_eq!(create(&store, &wrong).await, BlockAnswer::Missing);
    }
    assert!(documents(&store, all()).await.is_empty());
}

/// And says who does.
pub async fn a_block_that_others_refer_to_is_not_deleted(subject: &Subject) {
    let store = subject.open().await;
    let known = registered(&store, "one").await;
    let inner = known.document("inner", json!({}));
    assert_eq!(create(&store, &inner).await, BlockAnswer::Done);
    let outer = known.document("outer", json!({"list": [{"deep": block_reference(inner.id)}]}));
    let mention = known.document("mention", json!({"text": inner.id.to_string()}));
    for document in [&outer, &mention] {
        assert_eq!(create(&store, document).await, BlockAnswer::Done);
    }
    let query = BlockDocumentQuery { referring_to: Some(inner.id), ..all() };
    assert_eq!(documents(&store, query.clone()).await, std::slice::from_ref(&outer));
    assert!(documents(&store, BlockDocumentQuery { offset: 1, ..query }).await.is_empty());
    let delete = |id| change(&store, BlockChange::DeleteDocument(id));
    assert_eq!(delete(inner.id).await, BlockAnswer::Referenced(vec![outer.id]));
    assert_eq!(delete(outer.id).await, BlockAnswer::Done);
    assert_eq!(delete(inner.id).await, BlockAnswer::Done);
    assert_eq!(delete(inner.id).await, BlockAnswer::Missing);
    assert_eq!(documents(&store, all()).await, [mention]);
}

/// Unless it is protected, or another type needs one of its documents.
pub async fn a_type_is_deleted_with_all_that_is_of_it(subject: &Subject) {
    let store = subject.open().await;
    let protected = BlockType { is_protected: true, ..block_type("protected") };
    let protected = register(&store, protected, schema("x:1")).await;
    let (one, other) = (registered(&store, "one").await, registered(&store, "other").await);
    let inner = one.document("inner", json!({}));
    assert_eq!(create(&store, &inner).await, BlockAnswer::Done);
    let beside = one.document("beside", json!({"inner": block_reference(inner.id)}));
    let outer = other.document("outer", json!({"inner": block_reference(inner.id)}));
    for document in [&beside, &outer] {
        assert_eq!(create(&store, document).await, BlockAnswer::Done);
    }
    let delete = |id| change(&store, BlockChange::DeleteType(id));
    assert_eq!(delete(protected.block_type).await, BlockAnswer::Protected);
    assert_eq!(delete(one.block_type).await, BlockAnswer::Referenced(vec![outer.id]));
    assert_eq!(delete(other.block_type).await, BlockAnswer::Done);
    assert_eq!(delete(one.block_type).await, BlockAnswer::Done);
    assert_eq!(delete(one.block_type).await, BlockAnswer::Missing);
    assert!(documents(&store, all()).await.is_empty());
    let schemas = store.block_schemas(BlockSchemaQuery::default()).await.expect("it answers");
    assert_eq!(schemas.iter().map(|schema| schema.id).collect::<Vec<_>>(), [protected.schema]);
}

/// Each question alone, and pages.
pub async fn blocks_are_found_by_what_they_are(subject: &Subject) {
    let store = subject.open().await;
    let able = BlockSchema {
        capabilities: vec!["notify".to_owned(), "read-path".to_owned()],
        version: "2.0.0".to_owned(),
        ..schema("x:2")
    };
    let (one, other) =
        (register(&store, block_type("one"), able).await, registered(&store, "other").await);
    let found = one.document("b-found", json!({}));
    let others = [other.document("a", json!({})), other.document("c", json!({}))];
    let hidden = BlockDocument { is_anonymous: true, ..one.document("x", json!({})) };
    for document in [&found, &others[0], &others[1], &hidden] {
        assert_eq!(create(&store, document).await, BlockAnswer::Done);
    }
    let empty = BlockDocumentQuery::default;
    for query in [
        BlockDocumentQuery { ids: vec![found.id], ..empty() },
        BlockDocumentQuery { block_type_id: Some(one.block_type), ..empty() },
        BlockDocumentQuery { block_type_slug: Some("one".to_owned()), ..empty() },
        BlockDocumentQuery { names: vec!["b-found".to_owned(), "z".to_owned()], ..empty() },
        BlockDocumentQuery { name_like: Some("FOUND".to_owned()), ..empty() },
        BlockDocumentQuery { capabilities: vec!["notify".to_owned()], ..empty() },
        BlockDocumentQuery { limit: Some(1), ..empty() },
    ] {
        let answer = documents(&store, query.clone()).await;
        assert_eq!(answer, std::slice::from_ref(&found), "{query:?}");
    }
    let rest = documents(&store, BlockDocumentQuery { offset: 1, ..empty() }).await;
    assert_eq!(rest, others);
    let neither = vec!["notify".to_owned(), "run-job".to_owned()];
    assert!(
        documents(&store, BlockDocumentQuery { capabilities: neither, ..empty() }).await.is_empty()
    );
    let empty = BlockTypeQuery::default;
    for query in [
        BlockTypeQuery { ids: vec![one.block_type], ..empty() },
        BlockTypeQuery { slugs: vec!["one".to_owned(), "z".to_owned()], ..empty() },
        BlockTypeQuery { name_like: Some("one".to_owned()), ..empty() },
        BlockTypeQuery { limit: Some(1), ..empty() },
    ] {
        let answer = store.block_types(query.clone()).await.expect("the store answers");
        assert_eq!(answer.len(), 1, "{query:?}");
        assert_eq!(answer[0].id, one.block_type, "{query:?}");
    }
    let empty = BlockSchemaQuery::default;
    for query in [
        BlockSchemaQuery { id: Some(one.schema), ..empty() },
        BlockSchemaQuery { block_type_id: Some(one.block_type), ..empty() },
        BlockSchemaQuery { checksum: Some("x:2".to_owned()), ..empty() },
        BlockSchemaQuery { version: Some("2.0.0".to_owned()), ..empty() },
        BlockSchemaQuery { capabilities: vec!["read-path".to_owned()], ..empty() },
        BlockSchemaQuery { offset: 1, limit: Some(1), ..empty() },
    ] {
        let answer = store.block_schemas(query.clone()).await.expect("the store answers");
        assert_eq!(answer.len(), 1, "{query:?}");
        assert_eq!(answer[0].id, one.schema, "{query:?}");
    }
}

/// Whoever saves it first.
pub async fn of_many_who_save_under_one_name_one_does(subject: &Subject) {
    let store = subject.open().await;
    let known = registered(&store, "one").await;
    let documents: Vec<_> = (0..8).map(|n| known.document("a", json!({ "a": n }))).collect();
    let answers =
        futures_util::future::join_all(documents.iter().map(|document| create(&store, document)));
    let answers = answers.await;
    let saved: Vec<_> = answers.iter().filter(|answer| **answer == BlockAnswer::Done).collect();
    assert_eq!(saved.len(), 1);
}

/// It keeps its id when it is put again, and when a schema of it is registered.
pub async fn a_type_is_there_without_a_schema(subject: &Subject) {
    let store = subject.open().await;
    let put = async |block_type: &BlockType| {
        change(&store, BlockChange::PutType(Box::new(block_type.clone()))).await
    };
    let first = block_type("a");
    assert_eq!(put(&first).await, BlockAnswer::Done);
    let described =
        BlockType { description: Some("new".to_owned()), updated: at(9), ..block_type("a") };
    assert_eq!(put(&described).await, BlockAnswer::Done);
    let types = store.block_types(BlockTypeQuery::default()).await.expect("the store answers");
    let [known] = &types[..] else { panic!("there is one type, and not {types:?}") };
    assert_eq!((known.id, known.created, known.updated), (first.id, at(1), at(9)));
    assert_eq!(known.description.as_deref(), Some("new"));
    assert_eq!(registered(&store, "a").await.block_type, first.id);
    store.close().await.expect("it closes");
}

/// Nor is one of a type that is protected.
pub async fn a_schema_that_documents_are_of_is_not_deleted(subject: &Subject) {
    let store = subject.open().await;
    let known = registered(&store, "a").await;
    let document = known.document("one", json!({}));
    create(&store, &document).await;
    let delete = async |id| change(&store, BlockChange::DeleteSchema(id)).await;
    assert_eq!(delete(known.schema).await, BlockAnswer::Referenced(vec![document.id]));
    change(&store, BlockChange::DeleteDocument(document.id)).await;
    assert_eq!(delete(known.schema).await, BlockAnswer::Done);
    assert_eq!(delete(known.schema).await, BlockAnswer::Missing);
    let kept = BlockType { is_protected: true, ..block_type("kept") };
    let kept = register(&store, kept, schema("x:1")).await;
    assert_eq!(delete(kept.schema).await, BlockAnswer::Protected);
    store.close().await.expect("it closes");
}
