//! The key under which a run keeps its result, as far as its options say one. It is put together when the run is known.

use tidegate_core::Run;

use super::storage::check_key;

/// A part of a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum KeyPart {
    /// What is known when the call is made.
    Text(String),
    /// The name of the task run.
    TaskRunName,
    /// The id of the task run.
    TaskRunId,
    /// The name of the task.
    TaskName,
    /// The name of the flow run around it.
    FlowRunName,
    /// The id of the flow run around it.
    FlowRunId,
    /// The name of the flow around it.
    FlowName,
}

impl KeyPart {
    fn write(&self, key: &mut String, run: &Run, flow_run: Option<&Run>) -> Result<(), String> {
        let around = |placeholder: &str| {
            flow_run.ok_or_else(|| {
                format!(
                    "`{{{placeholder}}}` stands for a flow run, and this task is called in none"
                )
            })
        };
        match self {
            Self::Text(text) => key.push_str(text),
            Self::TaskRunName => key.push_str(&run.name),
            Self::TaskRunId => key.push_str(&run.id.to_string()),
            Self::TaskName => key.push_str(&run.definition.name),
            Self::FlowRunName => key.push_str(&around("flow_run.name")?.name),
            Self::FlowRunId => key.push_str(&around("flow_run.id")?.id.to_string()),
            Self::FlowName => key.push_str(&around("flow_run.flow_name")?.definition.name),
        }
        Ok(())
    }
}

/// The key of these parts for a run in a flow run, or what is wrong with it.
pub(crate) fn compose(
    parts: &[KeyPart],
    run: &Run,
    flow_run: Option<&Run>,
) -> Result<String, String> {
    let mut key = String::new();
    for part in parts {
        part.write(&mut key, run, flow_run)?;
    }
    check_key(&key)?;
    Ok(key)
}
