//! Our records as Prefect shows them: each type is what is answered, and what the document of the API says of it. What Prefect has and we
//! do not is given as Prefect gives it where there is none.

mod flow;
mod flow_run;
mod limit;
mod orchestration;
mod page;
mod policy;
mod state;
mod task_run;
mod times;

pub(crate) use flow::Flow;
pub(crate) use flow_run::FlowRun;
pub(crate) use limit::{ConcurrencyLimit, Limit, TagLimit, TakenSlots};
pub(crate) use orchestration::OrchestrationResult;
pub(crate) use page::Page;
pub(crate) use policy::PolicyBody;
pub(crate) use state::{State, StateCreate};
pub(crate) use task_run::TaskRun;

/// Any JSON object.
pub(crate) type Object = serde_json::Map<String, serde_json::Value>;
