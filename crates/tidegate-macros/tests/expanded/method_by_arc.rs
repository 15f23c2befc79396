impl Service {
    #[allow(clippy::all, clippy::pedantic, clippy::nursery, single_use_lifetimes)]
    fn report<'call>(self: Arc<Self>, x: u8) -> ::tidegate::FlowCall<'call, ()>
    where
        Self: 'static,
    {
        ::tidegate::__private::flow(::tidegate::__private::Parts {
            definition: {
                static __TIDEGATE_DEFINITION: ::std::sync::OnceLock<
                    ::tidegate::Definition,
                > = ::std::sync::OnceLock::new();
                __TIDEGATE_DEFINITION
                    .get_or_init(|| ::tidegate::__private::flow_definition(
                        ::tidegate::__private::Source {
                            key: ::std::format!(
                                "{}::{}", ::core::any::type_name:: < Self > (), "report"
                            ),
                            name: "report",
                            description: ::core::option::Option::None,
                            number: 38009520207764988752088996361295640466u128,
                        },
                        ::std::vec![
                            ::tidegate::__private::Parameter { name :
                            ::core::convert::Into::into("x"), type_name :
                            ::core::convert::Into::into("u8"), default :
                            ::core::option::Option::None, }
                        ],
                        ::tidegate::__private::Options {
                            log_prints: ::core::option::Option::Some(false),
                            takes_a_thread: true,
                            ..::core::default::Default::default()
                        },
                    ))
            },
            arguments: (self, x),
            record: |(_, x)| ::tidegate::__private::parameters([
                ("x", ::tidegate::__private::recorded!(x)),
            ]),
            inputs: |(__tidegate_self, x)| ::tidegate::__private::inputs([
                ("<Self>", ::tidegate::__private::hashed_type::<Self>()),
                ("self", ::tidegate::__private::hashed!(__tidegate_self)),
                ("x", ::tidegate::__private::hashed!(x)),
            ]),
            repeat: |(__tidegate_self, x)| ::core::result::Result::Ok((
                ::tidegate::__private::cloned!(__tidegate_self, "self")?,
                ::tidegate::__private::cloned!(x, "x")?,
            )),
            run_name: ::core::option::Option::None,
            body: |(__tidegate_self, x)| ::tidegate::__private::blocking(move || Self::__tidegate_original_report(
                __tidegate_self,
                x,
            )),
            output: |output: Result| {
                output.map_err(|error| ::tidegate::__private::failure!(error))
            },
            conclude: |value| ::tidegate::__private::concluded!(value),
            codec: ::tidegate::__private::codec!(()),
            result_key: ::core::option::Option::None,
            viz_return_value: ::core::option::Option::None,
        })
    }
    #[doc(hidden)]
    #[allow(
        clippy::missing_const_for_fn,
        clippy::missing_errors_doc,
        clippy::missing_panics_doc,
        clippy::must_use_candidate,
        clippy::needless_pass_by_value,
        clippy::unused_async
    )]
    fn __tidegate_original_report(mut self: Arc<Self>, x: u8) -> Result {}
}
