#[allow(clippy::all, clippy::pedantic, clippy::nursery, single_use_lifetimes)]
fn fetch<'call>() -> ::tidegate::TaskCall<'call, ()> {
    ::tidegate::__private::task(::tidegate::__private::Parts {
        definition: fetch::definition(),
        arguments: (),
        record: |()| ::tidegate::__private::parameters([]),
        inputs: |()| ::tidegate::__private::inputs([]),
        repeat: |()| ::core::result::Result::Ok(()),
        run_name: ::core::option::Option::None,
        body: |()| fetch::original(),
        output: ::core::result::Result::Ok,
        conclude: |value| ::tidegate::__private::concluded!(value),
        codec: ::tidegate::__private::codec!(()),
        result_key: ::core::option::Option::None,
        viz_return_value: ::core::option::Option::None,
    })
}
/// The task `fetch`: what is known of it before it runs, and its plain function.
#[allow(non_camel_case_types, missing_debug_implementations, dead_code)]
enum fetch {}
#[allow(dead_code)]
impl fetch {
    /// The plain function behind the task `fetch`, for unit tests.
    #[allow(
        clippy::missing_const_for_fn,
        clippy::missing_errors_doc,
        clippy::missing_panics_doc,
        clippy::must_use_candidate,
        clippy::needless_pass_by_value,
        clippy::unused_async
    )]
    async fn original() {}
    /// What is known of the task `fetch` before any of its runs.
    #[must_use]
    fn definition() -> &'static ::tidegate::Definition {
        static __TIDEGATE_DEFINITION: ::std::sync::OnceLock<::tidegate::Definition> = ::std::sync::OnceLock::new();
        __TIDEGATE_DEFINITION
            .get_or_init(|| ::tidegate::__private::task_definition(
                ::tidegate::__private::Source {
                    key: ::std::string::String::from(::core::any::type_name::<Self>()),
                    name: "fetch",
                    description: ::core::option::Option::None,
                    number: 11996008208809145574322865074911906913u128,
                },
                ::std::vec![],
                ::tidegate::__private::Options {
                    log_prints: ::core::option::Option::Some(false),
                    version: ::core::option::Option::Some(
                        ::std::string::String::from("1"),
                    ),
                    ..::core::default::Default::default()
                },
            ))
    }
    /// Describes a call of the task `fetch`. Each argument is a value, or the handle of a run that gives one.
    #[allow(clippy::all, clippy::pedantic, clippy::nursery, single_use_lifetimes)]
    #[allow(deprecated)]
    fn call() -> ::tidegate::TaskCall<'static, ()> {
        ::tidegate::__private::given((), Self::__tidegate_given())
    }
    /// [`call`](Self::call), submitted: starts a run of the task `fetch` concurrently.
    #[allow(clippy::all, clippy::pedantic, clippy::nursery, single_use_lifetimes)]
    #[allow(deprecated)]
    fn submit() -> ::tidegate::RunHandle<()> {
        Self::call().submit()
    }
    #[allow(clippy::all, clippy::pedantic, clippy::nursery, single_use_lifetimes)]
    #[allow(deprecated)]
    fn __tidegate_given() -> ::tidegate::__private::GivenParts<
        (),
        ::tidegate::TaskCall<'static, ()>,
    > {
        ::tidegate::__private::GivenParts {
            definition: Self::definition(),
            record: |()| ::tidegate::__private::parameters([]),
            inputs: |()| ::tidegate::__private::inputs([]),
            codec: ::tidegate::__private::codec!(()),
            needs_a_store: false,
            make: |()| fetch(),
        }
    }
}
::core::compile_error! {
    "`#[task]` has no option `retires`; did you mean `retries` (how often a failed run is tried again)?"
}
