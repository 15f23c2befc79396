//! What clients ask for: Prefect's filters, as they come and as questions about one record. How records are found is said by `select`.

mod flow;
mod flow_run;
mod parts;
mod task_run;

pub(crate) use flow::FlowFilter;
pub(crate) use flow_run::FlowRunFilter;
pub(crate) use parts::{AnyOf, Between, Named, OneOf, Operator, TagFilter, is_part_of};
pub(crate) use task_run::TaskRunFilter;
