//! One snapshot per shape of function, in `tests/expanded/`. `UPDATE_EXPECT=1 cargo test` writes them anew.

use expect_test::{ExpectFile, expect_file};
use quote::quote;

use super::tokens;
use crate::expand;
use crate::kind::Kind;

/// The expansion of a free function.
fn check(kind: Kind, options: &str, function: &str, expected: &ExpectFile) {
    let expanded = expand::run(kind, tokens(options), tokens(function));
    let file = syn::parse2(expanded).expect("what is emitted are items");
    expected.assert_eq(&prettyplease::unparse(&file));
}

/// The expansion of a method.
fn check_method(kind: Kind, options: &str, function: &str, expected: &ExpectFile) {
    let expanded = expand::run(kind, tokens(options), tokens(function));
    let file =
        syn::parse2(quote!(impl Service { #expanded })).expect("what is emitted are methods");
    expected.assert_eq(&prettyplease::unparse(&file));
}

fn check_test(options: &str, function: &str, expected: &ExpectFile) {
    let expanded = expand::test(tokens(options), tokens(function));
    let file = syn::parse2(expanded).expect("what is emitted are items");
    expected.assert_eq(&prettyplease::unparse(&file));
}

#[test]
fn an_async_task_describes_a_call_of_its_original() {
    check(
        Kind::Task,
        "",
        "
        /// Fetches the weather.
        ///
        /// From afar.
        pub async fn fetch_weather(lat: f64, mut lon: f64) -> Result<f64> { lon += lat; println!(\"{lon}\"); Ok(lon) }
        ",
        &expect_file!["../../tests/expanded/task_async.rs"],
    );
}

#[test]
fn a_sync_task_runs_on_the_blocking_pool() {
    check(
        Kind::Task,
        "log_prints = false",
        "fn sum<T: Sum>(items: Vec<T>, more: impl Debug) -> T { items.into_iter().sum() }",
        &expect_file!["../../tests/expanded/task_sync.rs"],
    );
}

#[test]
fn an_inline_task_runs_in_place_and_may_borrow() {
    check(
        Kind::Task,
        "inline, log_prints = false",
        "fn length(text: &str) -> usize { text.len() }",
        &expect_file!["../../tests/expanded/task_inline.rs"],
    );
}

#[test]
fn every_borrow_has_a_lifetime_that_outlives_the_call() {
    check(
        Kind::Task,
        "log_prints = false",
        "
        async fn borrow<'a, 'call>(
            one: &str, two: &'a mut Vec<&'call u8>, three: Cow<'_, [&u8]>, four: &'static str,
            five: fn(&str) -> &str, six: Box<dyn Fn(&u8) + '_>, seven: &(dyn Debug + Sync), eight: impl for<'b> Of<'b, &'b u8>,
        ) -> io::Result<&'a u8> { todo() }
        ",
        &expect_file!["../../tests/expanded/task_borrowed.rs"],
    );
}

#[test]
fn an_output_borrows_from_the_only_lifetime() {
    check(
        Kind::Task,
        "log_prints = false",
        "async fn head(text: &str, count: usize) -> Result<(&str, Cow<'_, str>)> { todo() }",
        &expect_file!["../../tests/expanded/task_elided_output.rs"],
    );
}

#[test]
fn generics_are_passed_on_and_bounded() {
    check(
        Kind::Task,
        "log_prints = false",
        "
        async fn generic<T: Display, U, const N: usize>(items: [T; N], with: impl Fn(&T) -> U, all: &impl Iterator<Item = &u8>) -> Vec<U>
        where T: Send, U: Default { todo() }
        ",
        &expect_file!["../../tests/expanded/task_generic.rs"],
    );
}

#[test]
fn every_option_is_a_field() {
    check(
        Kind::Flow,
        r#"
        name = "My flow", description = TEXT, version = env!("CARGO_PKG_VERSION"), tags = ["a", TAG], retries = attempts(),
        retry_delay_seconds = [1, 2.5, "500ms", DELAY], retry_jitter_factor = 0.5, retry_condition = errors::is_transient,
        timeout_seconds = "1h 1m1.5s", flow_run_name = |parameters| name(parameters), log_prints = false, on_running = notify,
        on_completion = [notify, |run| done(run)], on_failure = to("ops"), on_cancellation = Self::clean_up, on_crashed = [],
        inline
        "#,
        "fn report() {}",
        &expect_file!["../../tests/expanded/options.rs"],
    );
}

#[test]
fn delays_come_as_one_as_a_list_or_as_a_rule() {
    check(
        Kind::Task,
        "log_prints = false, retries = 3, retry_delay_seconds = exponential_backoff(2), timeout_seconds = 30",
        "async fn backoff(item: String) {}",
        &expect_file!["../../tests/expanded/task_retried.rs"],
    );
}

#[test]
fn a_cached_task_names_policies_without_an_import() {
    check(
        Kind::Task,
        r#"
        log_prints = false, cache_policy = (INPUTS + mine::POLICY).isolation(IsolationLevel::Serializable) - "client",
        cache_key_fn = keys::by_day, cache_expiration = "1h", refresh_cache
        "#,
        "async fn cached<T>(client: &Client, item: T) -> Result<Vec<T>> {}",
        &expect_file!["../../tests/expanded/task_cached.rs"],
    );
}

#[test]
fn a_run_name_template_uses_arguments_by_name() {
    check(
        Kind::Task,
        r#"log_prints = false, task_run_name = "{{hello}}-{x}-{y:>width$.1}-{x}-{type}""#,
        "async fn named(x: u8, unused: u8, y: f64, width: usize, r#type: u8) {}",
        &expect_file!["../../tests/expanded/task_run_name.rs"],
    );
}

#[test]
fn a_run_name_template_uses_variables_too() {
    check(
        Kind::Flow,
        r#"log_prints = false, flow_run_name = "{{}}{variables.alert-city:>5}/{day}/{variables.unit}{variables.alert-city}""#,
        "async fn forecast(day: u8) {}",
        &expect_file!["../../tests/expanded/flow_variables.rs"],
    );
}

#[test]
fn attributes_go_where_they_matter() {
    check(
        Kind::Task,
        "log_prints = false",
        "
        /// Documented.
        #[doc(hidden)]
        #[cfg(unix)]
        #[allow(dead_code)]
        #[expect(clippy::too_many_arguments, reason = \"so\")]
        #[deprecated]
        #[tracing::instrument]
        pub(crate) async fn r#loop(#[allow(unused)] x: u8) -> fmt::Result { #![warn(unused)] Ok(()) }
        ",
        &expect_file!["../../tests/expanded/task_attributes.rs"],
    );
}

#[test]
fn a_transactional_task_is_given_the_transaction_and_its_callers_arguments() {
    check(
        Kind::Task,
        "transactional, retries = 2, log_prints = false, task_run_name = \"{from}-{to}\"",
        "
        fn transfer<N: Into<i64>>(tx: &mut SqlTransaction<'_>, from: i64, to: i64, cents: N) -> Result<i64> { todo() }
        ",
        &expect_file!["../../tests/expanded/task_transactional.rs"],
    );
    check_method(
        Kind::Task,
        "transactional, log_prints = false",
        "fn transfer(self: Arc<Self>, tx: &mut SqlTransaction, cents: i64) { todo() }",
        &expect_file!["../../tests/expanded/method_transactional.rs"],
    );
}

#[test]
fn a_method_keeps_its_original_beside_it() {
    check_method(
        Kind::Task,
        "log_prints = false, retries = 1, task_run_name = \"{x}\", on_failure = Self::notify",
        "pub async fn fetch(&self, x: u8, text: &str) -> Result<&str> { todo() }",
        &expect_file!["../../tests/expanded/method_by_reference.rs"],
    );
}

#[test]
fn a_sync_method_owns_itself() {
    check_method(
        Kind::Flow,
        "log_prints = false",
        "fn report(mut self: Arc<Self>, x: u8) -> Result {}",
        &expect_file!["../../tests/expanded/method_by_arc.rs"],
    );
}

#[test]
fn a_function_that_names_self_stands_in_an_impl_block() {
    check_method(
        Kind::Task,
        "log_prints = false",
        "async fn open(path: PathBuf) -> Result<Self> {}",
        &expect_file!["../../tests/expanded/associated_function.rs"],
    );
}

#[test]
fn a_flow_can_be_called_with_json() {
    check(
        Kind::Flow,
        "log_prints = false",
        "
        pub async fn my_pipeline(
            #[default(38.9)] lat: f64, #[default(\"Rome\")] city: String, #[default(None)] limit: Option<u8>, must: HashMap<String, Vec<u8>>,
        ) -> Result<String> { todo() }
        ",
        &expect_file!["../../tests/expanded/flow_with_defaults.rs"],
    );
}

#[test]
fn a_flow_of_borrows_or_generics_cannot() {
    check(
        Kind::Flow,
        "log_prints = false",
        "async fn generic<T>(#[default(1)] x: u8, item: T) -> T { item }",
        &expect_file!["../../tests/expanded/flow_generic.rs"],
    );
    check(
        Kind::Flow,
        "log_prints = false",
        "async fn borrowed(text: Option<&'static str>) {}",
        &expect_file!["../../tests/expanded/flow_borrowed.rs"],
    );
}

#[test]
fn a_wrong_option_is_left_out_and_the_rest_expanded() {
    check(
        Kind::Task,
        "log_prints = false, retires = 3, version = \"1\"",
        "async fn fetch() {}",
        &expect_file!["../../tests/expanded/wrong_option.rs"],
    );
}

#[test]
fn a_function_that_cannot_be_expanded_stays() {
    check(
        Kind::Flow,
        "",
        "/// Documented.\nasync fn fetch(#[default(1)] x: u8, (a, b): (u8, u8)) -> impl Send { todo() }",
        &expect_file!["../../tests/expanded/wrong_function.rs"],
    );
}

#[test]
fn a_test_runs_in_an_engine_of_its_own() {
    check_test(
        "",
        "/// Documented.\n#[should_panic] async fn works() -> Result<()> { Ok(()) }",
        &expect_file!["../../tests/expanded/test_async.rs"],
    );
    check_test(
        "start_paused, worker_threads = 4",
        "#[ignore] fn works() { assert_eq!(one() + 1, 2) }",
        &expect_file!["../../tests/expanded/test_options.rs"],
    );
}
