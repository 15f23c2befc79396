//! What clients ask for: Prefect's filters, as they come, and as conditions on runs that a store finds; those on other records are asked of each.

mod flow;
mod flow_run;
mod parts;
mod task_run;
mod text;

pub(crate) use flow::{FlowFilter, Flows};
pub(crate) use flow_run::FlowRunFilter;
pub(crate) use parts::{AnyOf, Between, Named, OneOf, Operator, TagFilter, is_part_of};
pub(crate) use task_run::TaskRunFilter;
pub(crate) use text::TextFilter;
