//! Our records as Prefect shows them. What Prefect has and we do not is given as Prefect gives it where there is none.

mod flow;
mod flow_run;
mod orchestration;
mod policy;
mod state;
mod task_run;

pub(crate) use flow::flow;
pub(crate) use flow_run::flow_run;
pub(crate) use orchestration::{orchestration, orchestration_result};
pub(crate) use policy::PolicyBody;
pub(crate) use state::{StateCreate, state};
pub(crate) use task_run::task_run;
