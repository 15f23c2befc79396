//! Every message, with the place it is shown under.

use expect_test::{Expect, expect};

use super::tokens;
use crate::errors::Errors;
use crate::expand;
use crate::kind::Kind;

fn check(kind: Kind, options: &str, function: &str, expected: &Expect) {
    let mut errors = Errors::default();
    match kind {
        Kind::Task | Kind::Flow => {
            expand::expand(kind, tokens(options), tokens(function), &mut errors)
        }
        Kind::Test => expand::expand_test(tokens(options), tokens(function), &mut errors),
    };
    expected.assert_eq(&errors.listed());
}

fn check_options(kind: Kind, options: &str, expected: &Expect) {
    check(kind, options, "async fn fetch(city: String, day: u8) {}", expected);
}

#[test]
fn an_unknown_option_names_the_nearest() {
    check_options(
        Kind::Task,
        r#"retires = 3, timeout = 5, tag = ["a"], colour = "red", jitter = 1"#,
        &expect![[r#"
            retires: `#[task]` has no option `retires`; did you mean `retries` (how often a failed run is tried again)?
            timeout: `#[task]` has no option `timeout`; did you mean `timeout_seconds` (how long one attempt may take)?
            tag: `#[task]` has no option `tag`; did you mean `tags` (tags that every run of it carries)?
            colour: `#[task]` has no option `colour`; its options are `name`, `description`, `version`, `tags`, `retries`, `retry_delay_seconds`, `retry_jitter_factor`, `retry_condition`, `timeout_seconds`, `cache_policy`, `cache_key_fn`, `cache_expiration`, `refresh_cache`, `task_run_name`, `log_prints`, `on_commit`, `on_rollback`, `persist_result`, `result_storage`, `result_storage_key`, `result_serializer`, `viz_return_value`, `on_running`, `on_completion`, `on_failure`, `inline`, `transactional`
            jitter: `#[task]` has no option `jitter`; did you mean `retry_jitter_factor` (how much chance varies the delays)?
        "#]],
    );
}

#[test]
fn an_option_of_another_attribute_says_so() {
    check_options(
        Kind::Task,
        "on_crashed = notify, flow_run_name = 1, start_paused",
        &expect![[r#"
        on_crashed: `on_crashed` is an option of `#[flow]`, not of `#[task]`
        flow_run_name: `flow_run_name` is an option of `#[flow]`, not of `#[task]`; did you mean `task_run_name` (the name of a run, from its arguments)?
        start_paused: `start_paused` is an option of `#[tidegate::test]`, not of `#[task]`
    "#]],
    );
    check_options(
        Kind::Flow,
        "task_run_name = 1",
        &expect![[r#"
        task_run_name: `task_run_name` is an option of `#[task]`, not of `#[flow]`; did you mean `flow_run_name` (the name of a run, from its arguments)?
    "#]],
    );
    check(
        Kind::Test,
        "retries = 3, log_prints",
        "fn works() {}",
        &expect![[r#"
        retries: `retries` is an option of `#[task]` and `#[flow]`, not of `#[tidegate::test]`
        log_prints: `log_prints` is an option of `#[task]` and `#[flow]`, not of `#[tidegate::test]`
    "#]],
    );
}

#[test]
fn a_cache_policy_is_a_sum_and_leaves_out_what_is_there() {
    check_options(
        Kind::Task,
        r#"cache_policy = "inputs" + 5, cache_key_fn = "k", cache_expiration = -1, refresh_cache = 1"#,
        &expect![[r#"
            "inputs": `cache_policy` expects a cache policy, for example `cache_policy = INPUTS + TASK_SOURCE`
            5: `cache_policy` expects a cache policy, for example `cache_policy = INPUTS + TASK_SOURCE`
            "k": `cache_key_fn` expects a function or closure, for example `cache_key_fn = by_day`
            -1: `cache_expiration` cannot be negative
            1: `refresh_cache` expects `true` or `false`, for example `refresh_cache = true`
        "#]],
    );
    check_options(
        Kind::Task,
        r#"cache_policy = INPUTS - 5 - "x" + ()"#,
        &expect![[r#"
        5: `cache_policy` leaves out an argument by its name, for example `INPUTS - "client"`
        (): `cache_policy` expects a cache policy, for example `cache_policy = INPUTS + TASK_SOURCE`
    "#]],
    );
    check_options(
        Kind::Task,
        r#"cache_policy = (mine() - "dai").isolation(x) + RUN_ID - "client" - name() - "city""#,
        &expect![[r#"
            "dai": `dai` is not an argument; did you mean `day`?
            "client": `client` is not an argument; there are `city`, `day`
        "#]],
    );
    check(
        Kind::Task,
        r#"cache_policy = INPUTS - "self" - "x""#,
        "async fn fetch(&self) {}",
        &expect![[r#"
            "x": `x` is not an argument; there are `self`
        "#]],
    );
    check(
        Kind::Task,
        r#"cache_policy = INPUTS - "x""#,
        "async fn fetch() {}",
        &expect![[r#"
        "x": `x` is not an argument: this function has none
    "#]],
    );
}

#[test]
fn by_its_inputs_alone_a_function_without_arguments_is_never_cached() {
    for policy in ["INPUTS", "(cache::INPUTS).isolation(level)"] {
        let options = format!("cache_policy = {policy}");
        let mut errors = Errors::default();
        expand::expand(Kind::Task, tokens(&options), tokens("async fn fetch() {}"), &mut errors);
        let told = errors.listed();
        assert!(told.contains("by `TASK_SOURCE` it has one result"), "{told}");
    }
    check(Kind::Task, "cache_policy = INPUTS + RUN_ID", "async fn fetch() {}", &expect![""]);
    check(Kind::Task, "cache_policy = INPUTS", "async fn fetch(&self) {}", &expect![""]);
}

#[test]
fn a_cached_result_owns_its_data() {
    check(
        Kind::Task,
        "cache_policy = INPUTS",
        "async fn head(text: &str) -> Result<&str> { todo() }",
        &expect![[r#"
            cache_policy: `cache_policy` needs a result that owns its data, since it is read back later: return a `String` and not a `&str`
        "#]],
    );
    check(
        Kind::Task,
        "cache_policy = NO_CACHE",
        "async fn head(text: &str) -> Result<&str> { todo() }",
        &expect![""],
    );
}

#[test]
fn an_option_is_given_once() {
    check_options(
        Kind::Task,
        "retries = 3, log_prints, retries = 4, log_prints = false, retries = bad bad",
        &expect![[r#"
            retries: `retries` is given twice
            log_prints: `log_prints` is given twice
            retries: `retries` is given twice
        "#]],
    );
}

#[test]
fn a_malformed_option_does_not_hide_the_next() {
    check_options(
        Kind::Task,
        r#""fetch", retries(3), timeout_seconds = , version = + , tags = ["a"] name = "x", retires = 1, 7"#,
        &expect![[r#"
            "fetch": an option is written `name = value`, for example `retries = 3`
            retries: `retries` takes no brackets; write `retries = 3`
            timeout_seconds: `timeout_seconds` needs a value: seconds, a text such as "1m30s", or a `Duration`, for example `timeout_seconds = 30`
            +: expected an expression
            name: a comma belongs between two options
            retires: `#[task]` has no option `retires`; did you mean `retries` (how often a failed run is tried again)?
            7: an option is written `name = value`, for example `retries = 3`
        "#]],
    );
}

#[test]
fn options_need_values() {
    check_options(
        Kind::Flow,
        "name, description, version, tags, retries, retry_delay_seconds, retry_jitter_factor, retry_condition,
        timeout_seconds, flow_run_name, on_running, on_completion, on_failure, on_cancellation, on_crashed, log_prints",
        &expect![[r#"
            name: `name` needs a value: a text, for example `name = "fetch"`
            description: `description` needs a value: a text, for example `description = "Fetches the weather"`
            version: `version` needs a value: a text, for example `version = "1.2"`
            tags: `tags` needs a value: a list of texts, for example `tags = ["http"]`
            retries: `retries` needs a value: a whole number, for example `retries = 3`
            retry_delay_seconds: `retry_delay_seconds` needs a value: seconds, a list of them, or `exponential_backoff(2)`, for example `retry_delay_seconds = [1, 2, 5]`
            retry_jitter_factor: `retry_jitter_factor` needs a value: a number of at least 0, for example `retry_jitter_factor = 0.5`
            retry_condition: `retry_condition` needs a value: a function or closure, for example `retry_condition = is_transient`
            timeout_seconds: `timeout_seconds` needs a value: seconds, a text such as "1m30s", or a `Duration`, for example `timeout_seconds = 30`
            flow_run_name: `flow_run_name` needs a value: a text with arguments in braces, or a function, for example `flow_run_name = "report-{city}"`
            on_running: `on_running` needs a value: a function or closure, or a list of them, for example `on_running = notify`
            on_completion: `on_completion` needs a value: a function or closure, or a list of them, for example `on_completion = notify`
            on_failure: `on_failure` needs a value: a function or closure, or a list of them, for example `on_failure = [notify, clean_up]`
            on_cancellation: `on_cancellation` needs a value: a function or closure, or a list of them, for example `on_cancellation = clean_up`
            on_crashed: `on_crashed` needs a value: a function or closure, or a list of them, for example `on_crashed = notify`
        "#]],
    );
}

#[test]
fn values_are_of_the_right_kind() {
    check_options(
        Kind::Flow,
        r#"name = 5, description = [], version = 1.2, tags = "http", retries = "three", retry_delay_seconds = true,
        retry_jitter_factor = -1, retry_condition = "is_transient", timeout_seconds = 'c', flow_run_name = 3,
        on_running = 5, on_completion = "abc", on_failure = [notify, 5, "a"], on_crashed = -1, log_prints = "yes", inline = true"#,
        &expect![[r#"
            5: `name` expects a text, for example `name = "fetch"`
            []: `description` expects a text, for example `description = "Fetches the weather"`
            1.2: `version` expects a text, for example `version = "1.2"`
            "http": `tags` expects a list of texts, for example `tags = ["http"]`
            "three": `retries` expects a whole number, for example `retries = 3`
            true: `retry_delay_seconds` expects seconds, a list of them, or `exponential_backoff(2)`, for example `retry_delay_seconds = [1, 2, 5]`
            -1: `retry_jitter_factor` expects a number of at least 0, for example `retry_jitter_factor = 0.5`
            "is_transient": `retry_condition` expects a function or closure, for example `retry_condition = is_transient`
            'c': `timeout_seconds` expects seconds, a text such as "1m30s", or a `Duration`, for example `timeout_seconds = 30`
            3: `flow_run_name` expects a text with arguments in braces, or a function, for example `flow_run_name = "report-{city}"`
            5: `on_running` expects a function or closure, or a list of them, for example `on_running = notify`
            "abc": `on_completion` expects a function or closure, or a list of them, for example `on_completion = notify`
            5: `on_failure` expects a function or closure, or a list of them, for example `on_failure = [notify, clean_up]`
            "a": `on_failure` expects a function or closure, or a list of them, for example `on_failure = [notify, clean_up]`
            -1: `on_crashed` expects a function or closure, or a list of them, for example `on_crashed = notify`
            "yes": `log_prints` expects `true` or `false`, for example `log_prints = true`
            true: `inline` takes no value; write `inline` alone
        "#]],
    );
    check_options(
        Kind::Task,
        r#"name = " ", retries = -1, tags = ["a", 1, TAG], retry_condition = [a, b], retry_jitter_factor = "much""#,
        &expect![[r#"
            " ": `name` is empty
            -1: `retries` expects a whole number, for example `retries = 3`
            1: `tags` expects a list of texts, for example `tags = ["http"]`
            [a, b]: `retry_condition` expects a function or closure, for example `retry_condition = is_transient`
            "much": `retry_jitter_factor` expects a number of at least 0, for example `retry_jitter_factor = 0.5`
        "#]],
    );
    check_options(
        Kind::Task,
        "retries = 1.5, retry_jitter_factor = [1]",
        &expect![[r#"
        1.5: `retries` expects a whole number, for example `retries = 3`
        [1]: `retry_jitter_factor` expects a number of at least 0, for example `retry_jitter_factor = 0.5`
    "#]],
    );
    check_options(
        Kind::Task,
        "retries = 99999999999",
        &expect![[r#"
        99999999999: `retries` expects a whole number, for example `retries = 3`
    "#]],
    );
    check(
        Kind::Test,
        r#"start_paused = 1, worker_threads = "four""#,
        "fn works() {}",
        &expect![[r#"
            1: `start_paused` expects `true` or `false`, for example `start_paused = true`
            "four": `worker_threads` expects a whole number, for example `worker_threads = 4`
        "#]],
    );
}

#[test]
fn lengths_of_time_have_units_and_are_not_negative() {
    check_options(
        Kind::Task,
        r#"timeout_seconds = "5""#,
        &expect![[r#"
        "5": a length of time has numbers with units `d`, `h`, `m`, `s` or `ms`, for example "1m30s" or "1.5s"
    "#]],
    );
    for text in ["", "s", "1x", "1m 30", "-1s", "1.2.3s", "1 m", "99999999999999999999999d"] {
        let mut errors = Errors::default();
        let options = tokens(&format!("timeout_seconds = {text:?}"));
        expand::expand(Kind::Task, options, tokens("async fn f() {}"), &mut errors);
        assert_eq!(errors.count(), 1, "{text}");
    }
    check_options(
        Kind::Task,
        "timeout_seconds = -3, retry_delay_seconds = -0.5",
        &expect![[r#"
        -3: `timeout_seconds` cannot be negative
        -0.5: `retry_delay_seconds` cannot be negative
    "#]],
    );
    for text in ["5s", "1m30s", "500ms", "2h", "1.5s", "1d 2h", " 1m ", ".5s"] {
        check_options(Kind::Task, &format!("timeout_seconds = {text:?}"), &expect![""]);
    }
}

#[test]
fn delay_lists_are_judged_as_they_are_written() {
    let many = vec!["1"; 51].join(",");
    let mut errors = Errors::default();
    let function = tokens("async fn fetch() {}");
    expand::expand(
        Kind::Task,
        tokens(&format!("retry_delay_seconds = [{many}]")),
        function,
        &mut errors,
    );
    assert!(
        errors
            .listed()
            .ends_with("`retry_delay_seconds` takes at most 50 delays, and 51 are given\n")
    );
    check_options(
        Kind::Task,
        "retry_delay_seconds = []",
        &expect![[r#"
        []: `retry_delay_seconds` expects seconds, a list of them, or `exponential_backoff(2)`, for example `retry_delay_seconds = [1, 2, 5]`
    "#]],
    );
    check_options(
        Kind::Task,
        r#"retry_delay_seconds = [-1, "1x", 2, true, (-2)]"#,
        &expect![[r#"
        -1: `retry_delay_seconds` cannot be negative
        "1x": a length of time has numbers with units `d`, `h`, `m`, `s` or `ms`, for example "1m30s" or "1.5s"
        true: `retry_delay_seconds` expects seconds, a list of them, or `exponential_backoff(2)`, for example `retry_delay_seconds = [1, 2, 5]`
        (-2): `retry_delay_seconds` cannot be negative
    "#]],
    );
    check_options(
        Kind::Task,
        "retry_delay_seconds = exponential_backoff(-2)",
        &expect![[r#"
        -2: `retry_delay_seconds` cannot be negative
    "#]],
    );
    check_options(
        Kind::Task,
        r#"retry_delay_seconds = exponential_backoff("two")"#,
        &expect![[r#"
        "two": `exponential_backoff` expects the first delay in seconds, for example `exponential_backoff(2)`
    "#]],
    );
}

#[test]
fn flow_names_leave_out_what_addresses_use() {
    for name in ["a/b", "100%", "a&b", "a<b", "a>b"] {
        let mut errors = Errors::default();
        let options = tokens(&format!("name = {name:?}"));
        expand::expand(Kind::Flow, options, tokens("fn f() {}"), &mut errors);
        assert_eq!(errors.count(), 1, "{name}");
    }
    check_options(
        Kind::Flow,
        r#"name = "a/b""#,
        &expect![[r#"
        "a/b": a flow name cannot contain `/`, nor any other of / % & < >
    "#]],
    );
    check_options(Kind::Task, r#"name = "a/b""#, &expect![""]);
}

#[test]
fn templates_name_arguments() {
    check_options(
        Kind::Task,
        r#"task_run_name = "{citty}-{}-{0}-{city.len()}-{self}-{day:>width$.9$}""#,
        &expect![[r#"
            "{citty}-{}-{0}-{city.len()}-{self}-{day:>width$.9$}": `citty` is not an argument: the arguments are `city`, `day`
            "{citty}-{}-{0}-{city.len()}-{self}-{day:>width$.9$}": `{}` names no argument: the arguments are `city`, `day`
            "{citty}-{}-{0}-{city.len()}-{self}-{day:>width$.9$}": `{0}` names no argument: the arguments are `city`, `day`
            "{citty}-{}-{0}-{city.len()}-{self}-{day:>width$.9$}": `city.len()` is not an argument: the arguments are `city`, `day`
            "{citty}-{}-{0}-{city.len()}-{self}-{day:>width$.9$}": `self` is not an argument: the arguments are `city`, `day`
            "{citty}-{}-{0}-{city.len()}-{self}-{day:>width$.9$}": `width` is not an argument: the arguments are `city`, `day`
        "#]],
    );
    check_options(
        Kind::Task,
        r#"task_run_name = "{city""#,
        &expect![[r#"
        "{city": a `{` in this template is never closed; write `{{` for a brace
    "#]],
    );
    check_options(
        Kind::Task,
        r#"task_run_name = "{ci{ty}""#,
        &expect![[r#"
        "{ci{ty}": a `{` in this template is never closed; write `{{` for a brace
    "#]],
    );
    check_options(
        Kind::Task,
        r#"task_run_name = "city}""#,
        &expect![[r#"
        "city}": a `}` in this template was never opened; write `}}` for a brace
    "#]],
    );
    check(
        Kind::Flow,
        r#"flow_run_name = "{x}""#,
        "fn f() {}",
        &expect![[r#"
        "{x}": `x` is not an argument: this function has none; leave the braces out
    "#]],
    );
    check(
        Kind::Flow,
        r#"flow_run_name = "{x}""#,
        "async fn f(y: u8) {}",
        &expect![[r#"
        "{x}": `x` is not an argument: the only argument is `y`
    "#]],
    );
    check(
        Kind::Flow,
        r#"flow_run_name = "{variables.Alert}-{variables.}-{variables}""#,
        "async fn f(y: u8) {}",
        &expect![[r#"
            "{variables.Alert}-{variables.}-{variables}": no variable can be called `Alert`: its name has lower-case letters, digits, `-` and `_`, as in `{variables.alert_city}`
            "{variables.Alert}-{variables.}-{variables}": no variable can be called ``: its name has lower-case letters, digits, `-` and `_`, as in `{variables.alert_city}`
            "{variables.Alert}-{variables.}-{variables}": `variables` is not an argument: the only argument is `y`
        "#]],
    );
}

#[test]
fn arguments_have_names_of_their_own() {
    check(
        Kind::Task,
        "",
        "async fn f((a, b): (u8, u8), _: u8, ref c: u8, d @ 1: u8, return_state: bool, wait_for: u8, mut fine: u8, #[cfg(unix)] x: u8) {}",
        &expect![[r#"
            (a, b): give this argument a name: it is recorded under it; take it apart in the body
            _: give this argument a name: it is recorded under it; take it apart in the body
            ref c: give this argument a name: it is recorded under it; take it apart in the body
            d @ 1: give this argument a name: it is recorded under it; take it apart in the body
            return_state: `return_state` is a reserved argument name: it belongs to the call; choose another name
            wait_for: `wait_for` is a reserved argument name: it belongs to the call; choose another name
            #[cfg(unix)]: an argument of a task cannot depend on `cfg`: put it on the whole function
        "#]],
    );
}

#[test]
fn defaults_are_for_flows() {
    check(
        Kind::Task,
        "",
        "async fn f(#[default(1)] x: u8) {}",
        &expect![[r#"
        #[default(1)]: `#[default(..)]` is for flows, which can be started from outside; a task gets all its arguments from its caller
    "#]],
    );
    check(
        Kind::Flow,
        "",
        "async fn f(#[default] x: u8, #[default = 1] y: u8, #[default(1, 2)] z: u8, #[default(1)] #[default(2)] w: u8) {}",
        &expect![[r#"
            #[default]: a default is written `#[default(38.9)]`
            #[default = 1]: a default is written `#[default(38.9)]`
            #[default(1, 2)]: a default is written `#[default(38.9)]`
            #[default(2)]: this argument has two defaults
        "#]],
    );
}

#[test]
fn some_functions_cannot_be_runs() {
    check(
        Kind::Task,
        "",
        "const unsafe extern \"C\" fn f(x: u8, ...) {}",
        &expect![[r#"
        const: a task cannot be a `const fn`: it runs when the program runs
        unsafe: a task cannot be an `unsafe fn`: use an `unsafe` block in the body of a safe one
        extern "C": a task cannot be an `extern` function: call that one from a Rust function
        ...: a task cannot take any number of arguments: take a `Vec`
    "#]],
    );
    check(
        Kind::Flow,
        "",
        "async fn main() {}",
        &expect![[r#"
        main: `main` cannot be a flow: give the flow a name of its own, and await it in `main`
    "#]],
    );
    check(
        Kind::Flow,
        "inline",
        "async fn f() {}",
        &expect![[r#"
        inline: `inline` is for sync functions: an async one already runs in place
    "#]],
    );
    check(
        Kind::Flow,
        "",
        "async fn f() -> Result<impl Send> {}",
        &expect![[r#"
        impl Send: the result of a flow needs a type with a name: return a struct, an enum or a `Box<dyn ..>`
    "#]],
    );
    check(
        Kind::Task,
        "",
        "fn f() -> impl Iterator<Item = u8> {}",
        &expect![[r#"
        impl Iterator<Item = u8>: the result of a task needs a type with a name: return a struct, an enum or a `Box<dyn ..>`
    "#]],
    );
    check(
        Kind::Task,
        "",
        "fn f() -> ! {}",
        &expect![[r#"
        !: a task must be able to end: return a value
    "#]],
    );
    check(
        Kind::Task,
        "",
        "async fn f(&self);",
        &expect![[r#"
        ;: a function with a body is needed here; in a trait, put the attribute on a free function and call that
    "#]],
    );
    check(
        Kind::Task,
        "",
        "struct F;",
        &expect![[r#"
        struct: this attribute belongs on a function: an `async fn` or an `fn`
    "#]],
    );
}

#[test]
fn a_sync_body_cannot_borrow() {
    check(
        Kind::Task,
        "",
        "fn f<'a>(&self, a: &str, b: Cow<'_, str>, c: Ref<'a>, fine: &'static str, too: Box<dyn Fn(&u8)>) {}",
        &expect![[r#"
            &self: a sync task runs on the blocking pool and cannot borrow `self`: take `self: Arc<Self>`, or add `inline`
            &str: a sync task runs on the blocking pool and cannot borrow: take this by value, or add `inline`
            Cow<'_, str>: a sync task runs on the blocking pool and cannot borrow: take this by value, or add `inline`
            Ref<'a>: a sync task runs on the blocking pool and cannot borrow: take this by value, or add `inline`
        "#]],
    );
    check(
        Kind::Flow,
        "",
        "fn f(self: &Arc<Self>) {}",
        &expect![[r#"
        self: &Arc<Self>: a sync flow runs on the blocking pool and cannot borrow `self`: take `self: Arc<Self>`, or add `inline`
    "#]],
    );
    check(Kind::Task, "", "fn f(self: Arc<Self>, x: u8) {}", &expect![""]);
    check(Kind::Task, "inline", "fn f(&self, x: &str) {}", &expect![""]);
}

#[test]
fn a_transactional_body_is_sync_and_begins_with_the_transaction() {
    let check = |options: &str, function: &str, expected: &Expect| {
        check(Kind::Task, options, function, expected);
    };
    let fine = &expect![""];
    check("transactional", "fn f(tx: &mut SqlTransaction<'_>) {}", fine);
    check("transactional", "fn f(self: Arc<Self>, _: &mut Tx, n: u8) -> Result<()> {}", fine);
    check("transactional, retries = 3", "fn f<'a>(mut tx: &'a mut SqlTransaction<'a>) {}", fine);
    check(
        "transactional, task_run_name = \"{tx}-{n}\", inline",
        "async fn f(tx: &mut SqlTransaction<'_>, n: u8) {}",
        &expect![[r#"
            inline: `inline` is for sync functions: an async one already runs in place
            transactional: `transactional` is for sync functions: nobody can write while a transaction is open, so nothing may be awaited in one; await before the call, and leave out `async`
        "#]],
    );
    check(
        "transactional, inline",
        "fn f(tx: &mut SqlTransaction<'_>) {}",
        &expect![[r#"
        inline: `inline` and `transactional` exclude each other: a transactional body runs where the store writes
    "#]],
    );
    check(
        "transactional",
        "fn f() {}",
        &expect![[r#"
        f: a transactional task is given the transaction before the arguments of its callers: begin with `tx: &mut SqlTransaction`
    "#]],
    );
    check(
        "transactional",
        "fn f(n: u8, (a, b): &str) {}",
        &expect![[r#"
        n: u8: a transactional task is given the transaction before the arguments of its callers: begin with `tx: &mut SqlTransaction`
        (a, b): give this argument a name: it is recorded under it; take it apart in the body
        &str: a transactional task runs where the store writes and cannot borrow: take this by value
    "#]],
    );
    check(
        "transactional",
        "fn f(tx: SqlTransaction<'_>) {}",
        &expect![[r#"
        tx: SqlTransaction<'_>: a transactional task is given the transaction before the arguments of its callers: begin with `tx: &mut SqlTransaction`
    "#]],
    );
    check(
        "transactional = true, task_run_name = \"{tx}-{n}\"",
        "fn f(tx: &mut SqlTransaction<'_>, n: u8) {}",
        &expect![[r#"
            true: `transactional` takes no value; write `transactional` alone
            &mut SqlTransaction<'_>: a sync task runs on the blocking pool and cannot borrow: take this by value, or add `inline`
        "#]],
    );
    check(
        "transactional, task_run_name = \"{tx}-{n}\"",
        "fn f(&self, tx: &mut SqlTransaction<'_>, text: &str, n: u8) {}",
        &expect![[r#"
            &self: a transactional task runs where the store writes and cannot borrow `self`: take `self: Arc<Self>`
            &str: a transactional task runs where the store writes and cannot borrow: take this by value
            "{tx}-{n}": `tx` is not an argument: the arguments are `text`, `n`
        "#]],
    );
    check_options(
        Kind::Flow,
        "transactional",
        &expect![[r#"
        transactional: `transactional` is an option of `#[task]`, not of `#[flow]`
    "#]],
    );
}

#[test]
fn a_mutable_self_is_not_retried() {
    check(
        Kind::Task,
        "retries = 1",
        "async fn f(&mut self) {}",
        &expect![[r#"
        &mut self: `&mut self` cannot be given to a second attempt: take `&self`, or leave out `retries`
    "#]],
    );
    check(
        Kind::Task,
        "retries = N",
        "async fn f(&mut self) {}",
        &expect![[r#"
        &mut self: `&mut self` cannot be given to a second attempt: take `&self`, or leave out `retries`
    "#]],
    );
    check(Kind::Task, "retries = 0", "async fn f(&mut self) {}", &expect![""]);
    check(Kind::Task, "", "async fn f(&mut self) {}", &expect![""]);
}

#[test]
fn all_mistakes_are_reported_at_once() {
    check(
        Kind::Task,
        r#"retires = 3, timeout_seconds = "soon", on_failure = 5, task_run_name = "{z}""#,
        "unsafe fn fetch((a, b): (u8, u8), wait_for: &str) -> impl Sized {}",
        &expect![[r#"
            retires: `#[task]` has no option `retires`; did you mean `retries` (how often a failed run is tried again)?
            "soon": a length of time has numbers with units `d`, `h`, `m`, `s` or `ms`, for example "1m30s" or "1.5s"
            5: `on_failure` expects a function or closure, or a list of them, for example `on_failure = [notify, clean_up]`
            unsafe: a task cannot be an `unsafe fn`: use an `unsafe` block in the body of a safe one
            (a, b): give this argument a name: it is recorded under it; take it apart in the body
            wait_for: `wait_for` is a reserved argument name: it belongs to the call; choose another name
            &str: a sync task runs on the blocking pool and cannot borrow: take this by value, or add `inline`
            impl Sized: the result of a task needs a type with a name: return a struct, an enum or a `Box<dyn ..>`
            "{z}": `z` is not an argument: the only argument is `wait_for`
        "#]],
    );
}

#[test]
fn tests_stand_alone() {
    check(
        Kind::Test,
        "",
        "#[test] const unsafe extern \"C\" fn f<T>(x: T) {}",
        &expect![[r#"
        const: a test cannot be a `const fn`: it runs when the program runs
        unsafe: a test cannot be an `unsafe fn`: use an `unsafe` block in the body of a safe one
        extern "C": a test cannot be an `extern` function: call that one from a Rust function
        x: T: a test takes no arguments
        <T>: a test cannot be generic
        #[test]: this function is a test already: leave `#[test]` out
    "#]],
    );
    check(
        Kind::Test,
        "",
        "struct F;",
        &expect![[r#"
        struct: this attribute belongs on a function: an `async fn` or an `fn`
    "#]],
    );
}
