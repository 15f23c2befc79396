//! The options, as data. It never checks a value.
//!
//! A new option is one line here; a new kind of value is a variant of [`Takes`], checked in `value.rs` and written in
//! `expand/options.rs`.

use crate::kind::Kind;

/// An option that one or more of the attributes take.
#[derive(Debug)]
pub(crate) struct Spec {
    pub name: &'static str,
    /// The field of `tidegate::__private::Options` that it fills; empty where the macro itself uses it.
    pub field: &'static str,
    pub takes: Takes,
    pub on: &'static [Kind],
    /// A right use, for messages.
    pub example: &'static str,
    /// One line for messages.
    pub doc: &'static str,
}

/// The kind of value that an option takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Takes {
    /// Nothing: the name alone.
    Nothing,
    /// `true`, `false`, or nothing for `true`.
    Switch,
    /// A text, as `&'static str`.
    Name,
    /// A text, as `String`.
    Text,
    /// A list of texts.
    Texts,
    /// A whole number.
    Count,
    /// A number of at least 0, through the function of `__private` that is named like the field.
    Number,
    /// A length of time.
    Seconds,
    /// A length of time, a list of them, or a rule that makes them.
    Delays,
    /// One function or closure, through the function of `__private` that is named like the field.
    Function,
    /// A function or closure, or a list of them.
    Functions,
    /// The same, given a transaction.
    TransactionHooks,
    /// Where results are kept: a path, or an expression; through the function of `__private` that is named like the field.
    Storage,
    /// How results are written: a name, or an expression; through the function of `__private` that is named like the field.
    Serializer,
    /// What runs submitted tasks: an expression, through the function of `__private` that is named like the field.
    Runner,
    /// A template over the arguments and what is known of the run.
    Key,
    /// A template over the arguments; or a function that makes the text, through the function of `__private` that is
    /// named like the field.
    Template,
    /// A cache policy.
    Policy,
    /// A value of the type that is returned.
    Value,
}

const TASK: &[Kind] = &[Kind::Task];
const FLOW: &[Kind] = &[Kind::Flow];
const BOTH: &[Kind] = &[Kind::Task, Kind::Flow];
const TEST: &[Kind] = &[Kind::Test];

const fn option(
    name: &'static str,
    field: &'static str,
    takes: Takes,
    on: &'static [Kind],
    example: &'static str,
    doc: &'static str,
) -> Spec {
    Spec { name, field, takes, on, example, doc }
}

/// Every option.
#[rustfmt::skip]
pub(crate) const OPTIONS: &[Spec] = &[
    option("name", "", Takes::Name, BOTH, "name = \"fetch\"", "the name people see"),
    option("description", "", Takes::Name, BOTH, "description = \"Fetches the weather\"", "what it does, for people"),
    option("version", "version", Takes::Text, BOTH, "version = \"1.2\"", "a free version text"),
    option("tags", "tags", Takes::Texts, BOTH, "tags = [\"http\"]", "tags that every run of it carries"),
    option("retries", "retries", Takes::Count, BOTH, "retries = 3", "how often a failed run is tried again"),
    option("retry_delay_seconds", "retry_delay", Takes::Delays, BOTH, "retry_delay_seconds = [1, 2, 5]", "how long to wait before trying again"),
    option("retry_jitter_factor", "retry_jitter_factor", Takes::Number, BOTH, "retry_jitter_factor = 0.5", "how much chance varies the delays"),
    option("retry_condition", "retry_condition", Takes::Function, BOTH, "retry_condition = is_transient", "which failures are worth another try"),
    option("timeout_seconds", "timeout", Takes::Seconds, BOTH, "timeout_seconds = 30", "how long one attempt may take"),
    option("cache_policy", "cache_policy", Takes::Policy, TASK, "cache_policy = INPUTS + TASK_SOURCE", "what a result depends on that other runs may take"),
    option("cache_key_fn", "cache_key_fn", Takes::Function, TASK, "cache_key_fn = by_day", "makes the key under which a result is found"),
    option("cache_expiration", "cache_expiration", Takes::Seconds, TASK, "cache_expiration = \"1h\"", "how long a cached result may be taken"),
    option("refresh_cache", "refresh_cache", Takes::Switch, TASK, "refresh_cache = true", "runs always, and replaces what is cached"),
    option("task_run_name", "run_name", Takes::Template, TASK, "task_run_name = \"fetch-{city}\"", "the name of a run, from its arguments"),
    option("flow_run_name", "run_name", Takes::Template, FLOW, "flow_run_name = \"report-{city}\"", "the name of a run, from its arguments"),
    option("log_prints", "log_prints", Takes::Switch, BOTH, "log_prints = true", "whether prints become log lines"),
    option("on_commit", "on_commit", Takes::TransactionHooks, TASK, "on_commit = announce", "called when the transaction that a run is in is committed"),
    option("on_rollback", "on_rollback", Takes::TransactionHooks, TASK, "on_rollback = undo", "called when the transaction that a run is in is rolled back"),
    option("recover", "recover", Takes::Switch, FLOW, "recover", "whether a run whose process died is run again by `Engine::recover`"),
    option("persist_result", "persist_result", Takes::Switch, BOTH, "persist_result = true", "whether the result is kept"),
    option("result_storage", "result_storage", Takes::Storage, BOTH, "result_storage = \"/var/lib/app/results\"", "where the result is kept"),
    option("result_storage_key", "", Takes::Key, TASK, "result_storage_key = \"{city}.json\"", "the key of the result in its storage"),
    option("result_serializer", "result_serializer", Takes::Serializer, BOTH, "result_serializer = \"compressed/json\"", "how the result is written"),
    option("task_runner", "task_runner", Takes::Runner, FLOW, "task_runner = Concurrent::new(10)", "runs what the flow submits"),
    option("viz_return_value", "", Takes::Value, BOTH, "viz_return_value = 21.5", "what stands in for the result when a flow is visualised"),
    option("on_running", "on_running", Takes::Functions, BOTH, "on_running = notify", "called when a run starts"),
    option("on_completion", "on_completion", Takes::Functions, BOTH, "on_completion = notify", "called when a run completes"),
    option("on_failure", "on_failure", Takes::Functions, BOTH, "on_failure = [notify, clean_up]", "called when a run fails"),
    option("on_cancellation", "on_cancellation", Takes::Functions, FLOW, "on_cancellation = clean_up", "called when a run is cancelled"),
    option("on_crashed", "on_crashed", Takes::Functions, FLOW, "on_crashed = notify", "called when a run crashed"),
    option("inline", "", Takes::Nothing, BOTH, "inline", "runs a sync body in place, not on the blocking pool"),
    option("transactional", "", Takes::Nothing, TASK, "transactional", "gives a sync body the store's own SQL transaction, committed with its end"),
    option("start_paused", "", Takes::Switch, TEST, "start_paused = true", "whether the clock stands still"),
    option("worker_threads", "", Takes::Count, TEST, "worker_threads = 4", "how many threads run the test"),
];

/// The options that ask for a result that can be kept: one that can be written and read, and owns its data.
pub(crate) const KEEPING: &[&str] = &[
    "persist_result",
    "result_storage",
    "result_storage_key",
    "result_serializer",
    "cache_policy",
    "cache_key_fn",
    "cache_expiration",
];

/// The options of one attribute, in the order of the table.
pub(crate) fn options_of(kind: Kind) -> impl Iterator<Item = &'static Spec> + Clone {
    OPTIONS.iter().filter(move |spec| spec.on.contains(&kind))
}
