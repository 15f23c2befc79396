impl Service {
    #[allow(clippy::all, clippy::pedantic, clippy::nursery, single_use_lifetimes)]
    pub fn fetch<'call, 't0: 'call, 't1: 'call>(
        &'t0 self,
        x: u8,
        text: &'t1 str,
    ) -> ::tidegate::TaskCall<'call, &'t0 str>
    where
        Self: 'call,
    {
        ::tidegate::__private::argument_must_be_clone_to_be_retried(&self);
        ::tidegate::__private::argument_must_be_clone_to_be_retried(&x);
        ::tidegate::__private::argument_must_be_clone_to_be_retried(&text);
        ::tidegate::__private::task(::tidegate::__private::Parts {
            definition: {
                static __TIDEGATE_DEFINITION: ::std::sync::OnceLock<
                    ::tidegate::Definition,
                > = ::std::sync::OnceLock::new();
                __TIDEGATE_DEFINITION
                    .get_or_init(|| ::tidegate::__private::task_definition(
                        ::tidegate::__private::Source {
                            key: ::std::format!(
                                "{}::{}", ::core::any::type_name:: < Self > (), "fetch"
                            ),
                            name: "fetch",
                            description: ::core::option::Option::None,
                            number: 17811810495216264455821345869329149044u128,
                        },
                        ::std::vec![
                            ::tidegate::__private::Parameter { name :
                            ::core::convert::Into::into("x"), type_name :
                            ::core::convert::Into::into("u8"), default :
                            ::core::option::Option::None, },
                            ::tidegate::__private::Parameter { name :
                            ::core::convert::Into::into("text"), type_name :
                            ::core::convert::Into::into("&str"), default :
                            ::core::option::Option::None, }
                        ],
                        ::tidegate::__private::Options {
                            log_prints: ::core::option::Option::Some(false),
                            retries: ::core::option::Option::Some(1),
                            on_failure: ::std::vec![
                                ::tidegate::__private::hook("Self::notify", Self::notify)
                            ],
                            ..::core::default::Default::default()
                        },
                    ))
            },
            arguments: (self, x, text),
            record: |(_, x, text)| ::tidegate::__private::parameters([
                ("x", ::tidegate::__private::recorded!(x)),
                ("text", ::tidegate::__private::recorded!(text)),
            ]),
            inputs: |(__tidegate_self, x, text)| ::tidegate::__private::inputs([
                ("<Self>", ::tidegate::__private::hashed_type::<Self>()),
                ("self", ::tidegate::__private::hashed!(__tidegate_self)),
                ("x", ::tidegate::__private::hashed!(x)),
                ("text", ::tidegate::__private::hashed!(text)),
            ]),
            repeat: |(__tidegate_self, x, text)| ::core::result::Result::Ok((
                ::tidegate::__private::cloned!(__tidegate_self, "self")?,
                ::tidegate::__private::cloned!(x, "x")?,
                ::tidegate::__private::cloned!(text, "text")?,
            )),
            run_name: ::core::option::Option::Some(|(_, x, _), _| {
                ::core::result::Result::Ok(::std::format!("{x}", x = x))
            }),
            body: |(__tidegate_self, x, text)| Self::__tidegate_original_fetch(
                __tidegate_self,
                x,
                text,
            ),
            output: |output: Result<&'t0 str>| {
                output.map_err(|error| ::tidegate::__private::failure!(error))
            },
            conclude: |value| ::tidegate::__private::concluded!(value),
            codec: ::core::option::Option::None,
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
    async fn __tidegate_original_fetch(&self, x: u8, text: &str) -> Result<&str> {
        todo()
    }
}
