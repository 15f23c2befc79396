//! What becomes known of a run only when it is about to begin: arguments that other runs give, and a name that has variables in it. It
//! never makes a run wait for anything but the store.

use std::collections::HashMap;

use serde_json::Value;
use tidegate_core::VariableQuery;

use crate::engine::first_record::{made_name, result_key, tell_of};
use crate::engine::{Body, Execution};
use crate::error::{Error, Result};

impl Execution {
    /// Records what its arguments tell, once they are known.
    pub(super) async fn learn(&mut self, body: &mut dyn Body, has_a_name: bool) -> Result<()> {
        let mut told = tell_of(self.live.definition(), body, &[])?;
        if !has_a_name && !told.variables.is_empty() {
            let values = self.read_variables(told.variables).await?;
            told = tell_of(self.live.definition(), body, &values)?;
        }
        let mut record = self.live.record_mut();
        record.parameters = told.parameters;
        if !has_a_name {
            let made =
                made_name(self.live.definition(), &self.options, told.name, &record.parameters)?;
            record.name = made.unwrap_or_else(|| std::mem::take(&mut record.name));
        }
        if let Some(parts) = told.result_key {
            self.result_key = Some(result_key(&parts, &record, self.live.flow())?);
        }
        self.learned = true;
        Ok(())
    }

    /// What variables hold, as a name can say it: a text as it is, anything else as JSON. One that does not exist is an empty text: no run
    /// fails because of how it would be called.
    async fn read_variables(&self, names: &[&str]) -> Result<Vec<String>> {
        let query = VariableQuery {
            names: names.iter().map(ToString::to_string).collect(),
            ..VariableQuery::default()
        };
        let found = match self.live.engine().store() {
            Some(store) => store
                .variables(query)
                .await
                .map_err(|error| Error::store(Some(self.live.label()), error))?,
            None => Vec::new(),
        };
        let mut found: HashMap<String, Value> =
            found.into_iter().map(|variable| (variable.name, variable.value)).collect();
        let text = |name: &&str| match found.remove(*name) {
            Some(Value::String(text)) => text,
            Some(value) => value.to_string(),
            None => {
                self.live.logger().warning(format_args!(
                    "There is no variable '{name}', so the name of this run leaves it out"
                ));
                String::new()
            }
        };
        Ok(names.iter().map(text).collect())
    }
}
