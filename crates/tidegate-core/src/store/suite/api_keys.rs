//! API keys: a name has one at most, and each change says what came of it.

use std::sync::Arc;

use futures_util::future::join_all;

use super::Subject;
use super::samples::at;
use crate::{ApiKeyAnswer, ApiKeyChange, ApiKeyRecord, KeyScope, Store};

fn key(name: &str, scope: KeyScope) -> ApiKeyRecord {
    ApiKeyRecord::new(name, scope, [name.len() as u8; 32], at(1)).expect("the name is good")
}

async fn change(store: &Arc<dyn Store>, change: ApiKeyChange) -> ApiKeyAnswer {
    store.change_api_key(change).await.expect("the store answers")
}

async fn all(store: &Arc<dyn Store>) -> Vec<ApiKeyRecord> {
    store.api_keys().await.expect("the store answers")
}

/// By name, each with its scope.
pub async fn a_key_comes_back_as_it_was_made(subject: &Subject) {
    let store = subject.open().await;
    assert_eq!(all(&store).await, []);
    let mut expected = Vec::new();
    for (name, scope) in ["Ci.2", "a-b", "laptop_1"].into_iter().zip(KeyScope::ALL) {
        let expires = (scope == KeyScope::Run).then(|| at(9));
        let made = ApiKeyRecord { expires, ..key(name, scope) };
        let answer = change(&store, ApiKeyChange::Create(made.clone())).await;
        assert_eq!(answer, ApiKeyAnswer::Done(made.clone()));
        expected.push(made);
    }
    assert_eq!(all(&store).await, expected);
    if let Some(store) = subject.reopen().await {
        assert_eq!(all(&store).await, expected);
    }
}

/// And one that is deleted is gone, so that its name is free.
pub async fn a_name_has_one_key(subject: &Subject) {
    let store = subject.open().await;
    let first = key("laptop", KeyScope::Run);
    let second = ApiKeyRecord { hash: [7; 32], ..key("laptop", KeyScope::Admin) };
    change(&store, ApiKeyChange::Create(first.clone())).await;
    let answer = change(&store, ApiKeyChange::Create(second.clone())).await;
    assert_eq!(answer, ApiKeyAnswer::Exists);
    assert_eq!(all(&store).await, std::slice::from_ref(&first));

    let delete = || ApiKeyChange::Delete("laptop".to_owned());
    assert_eq!(change(&store, delete()).await, ApiKeyAnswer::Done(first));
    assert_eq!(change(&store, delete()).await, ApiKeyAnswer::NotFound);
    assert_eq!(all(&store).await, []);
    let answer = change(&store, ApiKeyChange::Create(second.clone())).await;
    assert_eq!(answer, ApiKeyAnswer::Done(second));
}

/// The others are told that it is there.
pub async fn of_many_who_make_a_key_one_does(subject: &Subject) {
    let store = subject.open().await;
    let keys: Vec<_> = (0..20).map(|_| key("laptop", KeyScope::Read)).collect();
    let answers =
        join_all(keys.into_iter().map(|key| change(&store, ApiKeyChange::Create(key)))).await;
    let made = answers.iter().filter(|answer| **answer != ApiKeyAnswer::Exists).count();
    assert_eq!((made, all(&store).await.len()), (1, 1));
}
