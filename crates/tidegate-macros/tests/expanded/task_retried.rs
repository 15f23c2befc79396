#[allow(clippy::all, clippy::pedantic, clippy::nursery, single_use_lifetimes)]
fn backoff<'call>(item: String) -> ::tidegate::TaskCall<'call, ()> {
    ::tidegate::__private::argument_must_be_clone_to_be_retried(&item);
    ::tidegate::__private::task(::tidegate::__private::Parts {
        definition: backoff::definition(),
        arguments: (item,),
        record: |(item,)| ::tidegate::__private::parameters([
            ("item", ::tidegate::__private::recorded!(item)),
        ]),
        inputs: |(item,)| ::tidegate::__private::inputs([
            ("item", ::tidegate::__private::hashed!(item)),
        ]),
        repeat: |(item,)| ::core::result::Result::Ok((
            ::tidegate::__private::cloned!(item, "item")?,
        )),
        run_name: ::core::option::Option::None,
        body: |(item,)| backoff::original(item),
        output: ::core::result::Result::Ok,
        conclude: |value| ::tidegate::__private::concluded!(value),
        codec: ::tidegate::__private::codec!(()),
        result_key: ::core::option::Option::None,
        viz_return_value: ::core::option::Option::None,
    })
}
/// The task `backoff`: what is known of it before it runs, and its plain function.
#[allow(non_camel_case_types, missing_debug_implementations, dead_code)]
enum backoff {}
#[allow(dead_code)]
impl backoff {
    /// The plain function behind the task `backoff`, for unit tests.
    #[allow(
        clippy::missing_const_for_fn,
        clippy::missing_errors_doc,
        clippy::missing_panics_doc,
        clippy::must_use_candidate,
        clippy::needless_pass_by_value,
        clippy::unused_async
    )]
    async fn original(item: String) {}
    /// What is known of the task `backoff` before any of its runs.
    #[must_use]
    fn definition() -> &'static ::tidegate::Definition {
        static __TIDEGATE_DEFINITION: ::std::sync::OnceLock<::tidegate::Definition> = ::std::sync::OnceLock::new();
        __TIDEGATE_DEFINITION
            .get_or_init(|| ::tidegate::__private::task_definition(
                ::tidegate::__private::Source {
                    key: ::std::string::String::from(::core::any::type_name::<Self>()),
                    name: "backoff",
                    description: ::core::option::Option::None,
                    number: 328260725637757508197675341821590353993u128,
                },
                ::std::vec![
                    ::tidegate::__private::Parameter { name :
                    ::core::convert::Into::into("item"), type_name :
                    ::core::convert::Into::into("String"), default :
                    ::core::option::Option::None, }
                ],
                ::tidegate::__private::Options {
                    log_prints: ::core::option::Option::Some(false),
                    retries: ::core::option::Option::Some(3),
                    retry_delay: ::core::option::Option::Some(
                        ::tidegate::__private::delays(::tidegate::exponential_backoff(2)),
                    ),
                    timeout: ::core::option::Option::Some(
                        ::tidegate::__private::duration(30),
                    ),
                    ..::core::default::Default::default()
                },
            ))
    }
    /// Describes a call of the task `backoff`. Each argument is a value, or the handle of a run that gives one.
    #[allow(clippy::all, clippy::pedantic, clippy::nursery, single_use_lifetimes)]
    #[allow(deprecated)]
    fn call(
        item: impl ::tidegate::Argument<String>,
    ) -> ::tidegate::TaskCall<'static, ()> {
        ::tidegate::__private::given(
            (::tidegate::Argument::into_given(item), ()),
            Self::__tidegate_given(),
        )
    }
    /// [`call`](Self::call), submitted: starts a run of the task `backoff` concurrently.
    #[allow(clippy::all, clippy::pedantic, clippy::nursery, single_use_lifetimes)]
    #[allow(deprecated)]
    fn submit(item: impl ::tidegate::Argument<String>) -> ::tidegate::RunHandle<()> {
        Self::call(item).submit()
    }
    /// Describes calls of the task `backoff`, one for each element of the lists among the arguments. See [`MapArgument`](tidegate::MapArgument).
    #[allow(clippy::all, clippy::pedantic, clippy::nursery, single_use_lifetimes)]
    #[allow(deprecated)]
    fn each<__TidegateList0: ::tidegate::MapArgument<String>>(
        item: __TidegateList0,
    ) -> ::tidegate::MapCall<()>
    where
        (
            <__TidegateList0 as ::tidegate::MapArgument<String>>::Kind,
            (),
        ): ::tidegate::__private::Kinds<Any: ::tidegate::__private::HasList>,
    {
        ::tidegate::__private::each(
            (::tidegate::MapArgument::into_list(item), ()),
            &["item"],
            Self::__tidegate_given(),
        )
    }
    /// [`each`](Self::each), submitted: starts a run of the task `backoff` for each element of the lists among the arguments.
    #[allow(clippy::all, clippy::pedantic, clippy::nursery, single_use_lifetimes)]
    #[allow(deprecated)]
    fn map<__TidegateList0: ::tidegate::MapArgument<String>>(
        item: __TidegateList0,
    ) -> ::tidegate::RunHandles<()>
    where
        (
            <__TidegateList0 as ::tidegate::MapArgument<String>>::Kind,
            (),
        ): ::tidegate::__private::Kinds<Any: ::tidegate::__private::HasList>,
    {
        Self::each(item).submit()
    }
    #[allow(clippy::all, clippy::pedantic, clippy::nursery, single_use_lifetimes)]
    #[allow(deprecated)]
    fn __tidegate_given() -> ::tidegate::__private::GivenParts<
        (::tidegate::Given<String>, ()),
        ::tidegate::TaskCall<'static, ()>,
    > {
        ::tidegate::__private::GivenParts {
            definition: Self::definition(),
            record: |(item, ())| ::tidegate::__private::parameters([
                ("item", ::tidegate::__private::given_recorded!(item)),
            ]),
            inputs: |(item, ())| ::tidegate::__private::inputs([
                ("item", ::tidegate::__private::given_hashed!(item)),
            ]),
            codec: ::tidegate::__private::codec!(()),
            needs_a_store: false,
            make: |(item, ())| backoff(item),
        }
    }
}
