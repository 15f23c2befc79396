//! Variables, which Prefect has too. Nothing of them is kept here.

use hyper::Method;
use serde_json::{Value, json};
use tidegate_core::{VariableAnswer, VariableChange, VariableKey, VariableRecord};

use super::recorder::{Recorder, Told, Untold, read};

impl Recorder {
    pub(super) async fn variable(&mut self, change: VariableChange) -> Told<VariableAnswer> {
        let is_new = match &change {
            VariableChange::Create(variable) | VariableChange::Set(variable) => {
                self.named(&variable.name).await?.is_none()
            }
            VariableChange::Update { .. } | VariableChange::Delete(_) => false,
        };
        match change {
            VariableChange::Create(variable) | VariableChange::Set(variable) if is_new => {
                let body = json!({ "name": variable.name, "value": variable.value, "tags": variable.tags });
                match self.post("/variables/", &body).await {
                    Ok(made) => read(made).map(VariableAnswer::Done),
                    Err(Untold::Refused(error)) => match self.named(&variable.name).await? {
                        // It was heard the first time, though its answer was not.
                        Some(found) if found.value == variable.value => {
                            Ok(VariableAnswer::Done(found))
                        }
                        Some(found) => Ok(VariableAnswer::Exists(found)),
                        None => Err(Untold::Refused(error)),
                    },
                    Err(given_up) => Err(given_up),
                }
            }
            VariableChange::Create(variable) => {
                let found = self.named(&variable.name).await?;
                Ok(found.map_or(VariableAnswer::NotFound, VariableAnswer::Exists))
            }
            VariableChange::Set(variable) => {
                let path = format!("/variables/name/{}", variable.name);
                let body = json!({ "value": variable.value, "tags": variable.tags });
                self.call(Method::PATCH, &path, &body).await?;
                Ok(self
                    .named(&variable.name)
                    .await?
                    .map_or(VariableAnswer::NotFound, VariableAnswer::Done))
            }
            VariableChange::Update { key, update, .. } => {
                let Some(found) = self.found(&key).await? else {
                    return Ok(VariableAnswer::NotFound);
                };
                let body = serde_json::to_value(&update).unwrap_or_default();
                let body: serde_json::Map<_, _> = body
                    .as_object()
                    .into_iter()
                    .flatten()
                    .filter(|(name, value)| *name == "value" || !value.is_null())
                    .map(|(name, value)| (name.clone(), value.clone()))
                    .collect();
                self.call(Method::PATCH, &format!("/variables/{}", found.id), &body.into()).await?;
                let now = self.found(&VariableKey::Id(found.id)).await?;
                Ok(now.map_or(VariableAnswer::NotFound, VariableAnswer::Done))
            }
            VariableChange::Delete(key) => {
                let Some(found) = self.found(&key).await? else {
                    return Ok(VariableAnswer::NotFound);
                };
                match self
                    .call(Method::DELETE, &format!("/variables/{}", found.id), &Value::Null)
                    .await
                {
                    // It was heard the first time, though its answer was not.
                    Ok(_) | Err(Untold::Refused(_)) => Ok(VariableAnswer::Done(found)),
                    Err(given_up) => Err(given_up),
                }
            }
        }
    }

    async fn named(&mut self, name: &str) -> Told<Option<VariableRecord>> {
        self.found(&VariableKey::Name(name.to_owned())).await
    }

    async fn found(&mut self, key: &VariableKey) -> Told<Option<VariableRecord>> {
        let filter = match key {
            VariableKey::Id(id) => json!({ "variables": { "id": { "any_": [id] } } }),
            VariableKey::Name(name) => json!({ "variables": { "name": { "any_": [name] } } }),
        };
        let found: Vec<VariableRecord> = read(self.post("/variables/filter", &filter).await?)?;
        Ok(found.into_iter().next())
    }
}
