//! Variables: a name has one at most, and each change says what came of it.

use std::sync::Arc;

use futures_util::future::join_all;
use serde_json::json;

use super::Subject;
use super::samples::at;
use crate::{
    Store, VariableAnswer, VariableChange, VariableId, VariableKey, VariableQuery, VariableRecord,
    VariableUpdate,
};

fn variable(name: &str, tags: &[&str]) -> VariableRecord {
    let tags = tags.iter().map(ToString::to_string).collect();
    VariableRecord { tags, ..VariableRecord::new(name, json!(name.len()), at(1)) }
}

async fn change(store: &Arc<dyn Store>, change: VariableChange) -> VariableAnswer {
    store.change_variable(change).await.expect("the store answers")
}

async fn create(store: &Arc<dyn Store>, variable: &VariableRecord) {
    let answer = change(store, VariableChange::Create(variable.clone())).await;
    assert_eq!(answer, VariableAnswer::Done(variable.clone()));
}

async fn ask(store: &Arc<dyn Store>, query: VariableQuery) -> Vec<VariableRecord> {
    store.variables(query).await.expect("the store answers")
}

async fn all(store: &Arc<dyn Store>) -> Vec<VariableRecord> {
    ask(store, VariableQuery::default()).await
}

/// Of every kind of JSON, by name.
pub async fn a_variable_comes_back_as_it_was_made(subject: &Subject) {
    let store = subject.open().await;
    assert_eq!(all(&store).await, []);
    let values = [
        json!(null),
        json!(true),
        json!(0.1),
        json!("\u{0}\"🦝"),
        json!([1, [], "a"]),
        json!({"b": {"a": -1}, "": null}),
    ];
    let mut expected = Vec::new();
    for (value, name) in values.into_iter().zip(["-a_", "0", "a", "a-b", "b", "c"]) {
        let made = VariableRecord { value, updated: at(7), ..variable(name, &["x", "é y"]) };
        create(&store, &made).await;
        expected.push(made);
    }
    assert_eq!(all(&store).await, expected);
    if let Some(store) = subject.reopen().await {
        assert_eq!(all(&store).await, expected);
    }
}

/// The second time nothing is changed, and the first is told.
pub async fn a_name_has_one_variable(subject: &Subject) {
    let store = subject.open().await;
    let first = variable("a", &[]);
    create(&store, &first).await;
    let answer = change(&store, VariableChange::Create(variable("a", &["x"]))).await;
    assert_eq!(answer, VariableAnswer::Exists(first.clone()));
    assert_eq!(all(&store).await, [first]);
}

/// And its time of making; its value and tags are the new ones. One that is not there is made.
pub async fn a_variable_that_is_set_again_keeps_its_id(subject: &Subject) {
    let store = subject.open().await;
    let first = variable("a", &["x", "y"]);
    let answer = change(&store, VariableChange::Set(first.clone())).await;
    assert_eq!(answer, VariableAnswer::Done(first.clone()));
    let second =
        VariableRecord { value: json!([2]), updated: at(5), created: at(5), ..variable("a", &[]) };
    let expected = VariableRecord { id: first.id, created: first.created, ..second.clone() };
    let answer = change(&store, VariableChange::Set(second)).await;
    assert_eq!(answer, VariableAnswer::Done(expected.clone()));
    assert_eq!(all(&store).await, [expected]);
}

/// What is not said stays; the name of another is not given twice.
pub async fn a_variable_is_changed_and_renamed_by_its_name_or_id(subject: &Subject) {
    let store = subject.open().await;
    let [mut one, other] = [variable("a", &["x"]), variable("b", &[])];
    create(&store, &one).await;
    create(&store, &other).await;
    let update = |key, update| VariableChange::Update { key, update, now: at(9) };
    let by_name = |name: &str| VariableKey::Name(name.to_owned());
    let renamed = |name: &str| VariableUpdate { name: Some(name.to_owned()), ..Default::default() };

    let value = VariableUpdate { value: Some(json!(null)), ..Default::default() };
    (one.value, one.updated) = (json!(null), at(9));
    let answer = change(&store, update(by_name("a"), value)).await;
    assert_eq!(answer, VariableAnswer::Done(one.clone()));

    one.name = "c".to_owned();
    let answer = change(&store, update(VariableKey::Id(one.id), renamed("c"))).await;
    assert_eq!(answer, VariableAnswer::Done(one.clone()));

    // Its own name is no other's.
    one.tags = vec!["z".to_owned()];
    let tags = VariableUpdate { tags: Some(one.tags.clone()), ..renamed("c") };
    let answer = change(&store, update(by_name("c"), tags)).await;
    assert_eq!(answer, VariableAnswer::Done(one.clone()));

    let answer = change(&store, update(by_name("c"), renamed("b"))).await;
    assert_eq!(answer, VariableAnswer::Exists(other.clone()));
    for nobody in [by_name("a"), VariableKey::Id(VariableId::new())] {
        let answer = change(&store, update(nobody, renamed("b"))).await;
        assert_eq!(answer, VariableAnswer::NotFound);
    }
    assert_eq!(all(&store).await, [other, one]);
}

/// It is told as it was, and only the first time.
pub async fn a_deleted_variable_is_not_there(subject: &Subject) {
    let store = subject.open().await;
    let [one, other] = [variable("a", &["x"]), variable("b", &[])];
    create(&store, &one).await;
    create(&store, &other).await;
    let by_name = VariableChange::Delete(VariableKey::Name("a".to_owned()));
    assert_eq!(change(&store, by_name.clone()).await, VariableAnswer::Done(one));
    assert_eq!(change(&store, by_name).await, VariableAnswer::NotFound);
    let by_id = VariableChange::Delete(VariableKey::Id(other.id));
    assert_eq!(change(&store, by_id.clone()).await, VariableAnswer::Done(other));
    assert_eq!(change(&store, by_id).await, VariableAnswer::NotFound);
    assert_eq!(all(&store).await, []);
}

/// Each question alone, and pages.
pub async fn variables_are_found_by_name_and_tags(subject: &Subject) {
    let store = subject.open().await;
    let made = variable("alert_city", &["x", "y"]);
    for each in [&made, &variable("city", &["x"]), &variable("alert-town", &["y"])] {
        create(&store, each).await;
    }
    let empty = VariableQuery::default;
    let list = |names: &[&str]| names.iter().map(ToString::to_string).collect::<Vec<_>>();
    for query in [
        VariableQuery { id: Some(made.id), ..empty() },
        VariableQuery { names: list(&["alert_city", "none"]), ..empty() },
        VariableQuery { like: Some("t_c".to_owned()), ..empty() },
        VariableQuery { tags: list(&["x", "y"]), ..empty() },
        VariableQuery { limit: Some(1), offset: 1, ..empty() },
    ] {
        assert_eq!(ask(&store, query.clone()).await, std::slice::from_ref(&made), "{query:?}");
    }
    // Neither of these is a sign for others.
    for like in ["t%c", "t.c", "T_C"] {
        assert_eq!(ask(&store, VariableQuery { like: Some(like.to_owned()), ..empty() }).await, []);
    }
    let names = |found: Vec<VariableRecord>| -> Vec<String> {
        found.into_iter().map(|each| each.name).collect()
    };
    assert_eq!(names(all(&store).await), ["alert-town", "alert_city", "city"]);
    let like = VariableQuery { like: Some("city".to_owned()), ..empty() };
    assert_eq!(names(ask(&store, like).await), ["alert_city", "city"]);
}

/// Whoever is not the one is told which was made.
pub async fn of_many_who_make_a_variable_one_does(subject: &Subject) {
    let store = subject.open().await;
    let each = (0..20).map(|_| change(&store, VariableChange::Create(variable("a", &[]))));
    let answers = join_all(each).await;
    let made = all(&store).await;
    assert_eq!(made.len(), 1);
    let is_done = |answer: &&VariableAnswer| **answer == VariableAnswer::Done(made[0].clone());
    assert_eq!(answers.iter().filter(is_done).count(), 1);
    let told = VariableAnswer::Exists(made[0].clone());
    assert_eq!(answers.iter().filter(|answer| **answer == told).count(), 19);
}
