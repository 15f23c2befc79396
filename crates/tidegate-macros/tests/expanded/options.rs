#[allow(clippy::all, clippy::pedantic, clippy::nursery, single_use_lifetimes)]
fn report<'call>() -> ::tidegate::FlowCall<'call, ()> {
    ::tidegate::__private::flow(::tidegate::__private::Parts {
        definition: report::definition(),
        arguments: (),
        record: |()| ::tidegate::__private::parameters([]),
        inputs: |()| ::tidegate::__private::inputs([]),
        repeat: |()| ::core::result::Result::Ok(()),
        run_name: ::core::option::Option::None,
        body: |()| async move { report::original() },
        output: ::core::result::Result::Ok,
        conclude: |value| ::tidegate::__private::concluded!(value),
        codec: ::tidegate::__private::codec!(()),
        result_key: ::core::option::Option::None,
        viz_return_value: ::core::option::Option::None,
    })
}
/// The flow `report`: what is known of it before it runs, and its plain function.
#[allow(non_camel_case_types, missing_debug_implementations, dead_code)]
enum report {}
#[allow(dead_code)]
impl report {
    /// The plain function behind the flow `report`, for unit tests.
    #[allow(
        clippy::missing_const_for_fn,
        clippy::missing_errors_doc,
        clippy::missing_panics_doc,
        clippy::must_use_candidate,
        clippy::needless_pass_by_value,
        clippy::unused_async
    )]
    fn original() {}
    /// What is known of the flow `report` before any of its runs.
    #[must_use]
    fn definition() -> &'static ::tidegate::Definition {
        static __TIDEGATE_DEFINITION: ::std::sync::OnceLock<::tidegate::Definition> = ::std::sync::OnceLock::new();
        __TIDEGATE_DEFINITION
            .get_or_init(|| ::tidegate::__private::flow_definition(
                ::tidegate::__private::Source {
                    key: ::std::string::String::from(::core::any::type_name::<Self>()),
                    name: "My flow",
                    description: ::core::option::Option::Some(TEXT),
                    number: 188764285311733367760695544517742794654u128,
                },
                ::std::vec![],
                ::tidegate::__private::Options {
                    version: ::core::option::Option::Some(
                        ::std::string::String::from(env!("CARGO_PKG_VERSION")),
                    ),
                    tags: ::std::vec![
                        ::std::string::String::from("a"),
                        ::std::string::String::from(TAG)
                    ],
                    retries: ::core::option::Option::Some(attempts()),
                    retry_delay: ::core::option::Option::Some(
                        ::tidegate::__private::delays([
                            ::tidegate::__private::duration(1),
                            ::tidegate::__private::duration(2.5),
                            ::core::time::Duration::new(0u64, 500000000u32),
                            ::tidegate::__private::duration(DELAY),
                        ]),
                    ),
                    retry_jitter_factor: ::core::option::Option::Some(
                        ::tidegate::__private::retry_jitter_factor(0.5),
                    ),
                    retry_condition: ::core::option::Option::Some(
                        ::tidegate::__private::retry_condition(
                            "errors::is_transient",
                            errors::is_transient,
                        ),
                    ),
                    timeout: ::core::option::Option::Some(
                        ::core::time::Duration::new(3661u64, 500000000u32),
                    ),
                    run_name: ::core::option::Option::Some(
                        ::tidegate::__private::run_name(|parameters| name(parameters)),
                    ),
                    log_prints: ::core::option::Option::Some(false),
                    on_running: ::std::vec![
                        ::tidegate::__private::hook("notify", notify)
                    ],
                    on_completion: ::std::vec![
                        ::tidegate::__private::hook("notify", notify),
                        ::tidegate::__private::hook("closure", | run | done(run))
                    ],
                    on_failure: ::std::vec![
                        ::tidegate::__private::hook("to", to("ops"))
                    ],
                    on_cancellation: ::std::vec![
                        ::tidegate::__private::hook("Self::clean_up", Self::clean_up)
                    ],
                    on_crashed: ::std::vec![],
                    ..::core::default::Default::default()
                },
            ))
    }
    /// Describes a call of the flow `report`. Each argument is a value, or the handle of a run that gives one.
    #[allow(clippy::all, clippy::pedantic, clippy::nursery, single_use_lifetimes)]
    #[allow(deprecated)]
    fn call() -> ::tidegate::FlowCall<'static, ()> {
        ::tidegate::__private::given((), Self::__tidegate_given())
    }
    /// [`call`](Self::call), submitted: starts a run of the flow `report` concurrently.
    #[allow(clippy::all, clippy::pedantic, clippy::nursery, single_use_lifetimes)]
    #[allow(deprecated)]
    fn submit() -> ::tidegate::RunHandle<()> {
        Self::call().submit()
    }
    #[allow(clippy::all, clippy::pedantic, clippy::nursery, single_use_lifetimes)]
    #[allow(deprecated)]
    fn __tidegate_given() -> ::tidegate::__private::GivenParts<
        (),
        ::tidegate::FlowCall<'static, ()>,
    > {
        ::tidegate::__private::GivenParts {
            definition: Self::definition(),
            record: |()| ::tidegate::__private::parameters([]),
            inputs: |()| ::tidegate::__private::inputs([]),
            codec: ::tidegate::__private::codec!(()),
            needs_a_store: false,
            make: |()| report(),
        }
    }
    /// A call from JSON parameters; what is missing takes its default.
    ///
    /// # Errors
    ///
    /// Every parameter that is wrong, missing or unknown.
    #[allow(clippy::all, clippy::pedantic, clippy::nursery, single_use_lifetimes)]
    #[allow(deprecated, unused_mut)]
    fn from_parameters(
        parameters: &::tidegate::Parameters,
    ) -> ::core::result::Result<
        ::tidegate::FlowCall<'static, ()>,
        ::tidegate::InvalidParameters,
    > {
        let mut __tidegate_arguments = ::tidegate::__private::Arguments::new(
            Self::definition(),
            parameters,
        );
        __tidegate_arguments.finish()?;
        ::core::result::Result::Ok(report())
    }
}
#[allow(deprecated)]
const _: () = {
    ::tidegate::__private::inventory::submit! {
        ::tidegate::__private::Registration::new(report::definition, | parameters |
        report::from_parameters(parameters).map(::tidegate::__private::forget), |
        __tidegate_schemas | ::std::vec![],)
    }
};
