#[allow(clippy::all, clippy::pedantic, clippy::nursery, single_use_lifetimes)]
fn head<'call, 't0: 'call>(
    text: &'t0 str,
    count: usize,
) -> ::tidegate::TaskCall<'call, (&'t0 str, Cow<'t0, str>)> {
    ::tidegate::__private::task(::tidegate::__private::Parts {
        definition: head::definition(),
        arguments: (text, count),
        record: |(text, count)| ::tidegate::__private::parameters([
            ("text", ::tidegate::__private::recorded!(text)),
            ("count", ::tidegate::__private::recorded!(count)),
        ]),
        inputs: |(text, count)| ::tidegate::__private::inputs([
            ("text", ::tidegate::__private::hashed!(text)),
            ("count", ::tidegate::__private::hashed!(count)),
        ]),
        repeat: |(text, count)| ::core::result::Result::Ok((
            ::tidegate::__private::cloned!(text, "text")?,
            ::tidegate::__private::cloned!(count, "count")?,
        )),
        run_name: ::core::option::Option::None,
        body: |(text, count)| head::original(text, count),
        output: |output: Result<(&'t0 str, Cow<'t0, str>)>| {
            output.map_err(|error| ::tidegate::__private::failure!(error))
        },
        conclude: |value| ::tidegate::__private::concluded!(value),
        codec: ::core::option::Option::None,
        result_key: ::core::option::Option::None,
        viz_return_value: ::core::option::Option::None,
    })
}
/// The task `head`: what is known of it before it runs, and its plain function.
#[allow(non_camel_case_types, missing_debug_implementations, dead_code)]
enum head {}
#[allow(dead_code)]
impl head {
    /// The plain function behind the task `head`, for unit tests.
    #[allow(
        clippy::missing_const_for_fn,
        clippy::missing_errors_doc,
        clippy::missing_panics_doc,
        clippy::must_use_candidate,
        clippy::needless_pass_by_value,
        clippy::unused_async
    )]
    async fn original(text: &str, count: usize) -> Result<(&str, Cow<'_, str>)> {
        todo()
    }
    /// What is known of the task `head` before any of its runs.
    #[must_use]
    fn definition() -> &'static ::tidegate::Definition {
        static __TIDEGATE_DEFINITION: ::std::sync::OnceLock<::tidegate::Definition> = ::std::sync::OnceLock::new();
        __TIDEGATE_DEFINITION
            .get_or_init(|| ::tidegate::__private::task_definition(
                ::tidegate::__private::Source {
                    key: ::std::string::String::from(::core::any::type_name::<Self>()),
                    name: "head",
                    description: ::core::option::Option::None,
                    number: 303178476799154439954437720786440358873u128,
                },
                ::std::vec![
                    ::tidegate::__private::Parameter { name :
                    ::core::convert::Into::into("text"), type_name :
                    ::core::convert::Into::into("&str"), default :
                    ::core::option::Option::None, }, ::tidegate::__private::Parameter {
                    name : ::core::convert::Into::into("count"), type_name :
                    ::core::convert::Into::into("usize"), default :
                    ::core::option::Option::None, }
                ],
                ::tidegate::__private::Options {
                    log_prints: ::core::option::Option::Some(false),
                    ..::core::default::Default::default()
                },
            ))
    }
    /// Describes a call of the task `head`. Each argument is a value, or the handle of a run that gives one.
    #[allow(clippy::all, clippy::pedantic, clippy::nursery, single_use_lifetimes)]
    #[allow(deprecated)]
    fn call(
        text: impl ::tidegate::Argument<&'static str>,
        count: impl ::tidegate::Argument<usize>,
    ) -> ::tidegate::TaskCall<'static, (&'static str, Cow<'static, str>)> {
        ::tidegate::__private::given(
            (
                ::tidegate::Argument::into_given(text),
                (::tidegate::Argument::into_given(count), ()),
            ),
            Self::__tidegate_given(),
        )
    }
    /// [`call`](Self::call), submitted: starts a run of the task `head` concurrently.
    #[allow(clippy::all, clippy::pedantic, clippy::nursery, single_use_lifetimes)]
    #[allow(deprecated)]
    fn submit(
        text: impl ::tidegate::Argument<&'static str>,
        count: impl ::tidegate::Argument<usize>,
    ) -> ::tidegate::RunHandle<(&'static str, Cow<'static, str>)> {
        Self::call(text, count).submit()
    }
    /// Describes calls of the task `head`, one for each element of the lists among the arguments. See [`MapArgument`](tidegate::MapArgument).
    #[allow(clippy::all, clippy::pedantic, clippy::nursery, single_use_lifetimes)]
    #[allow(deprecated)]
    fn each<
        __TidegateList0: ::tidegate::MapArgument<&'static str>,
        __TidegateList1: ::tidegate::MapArgument<usize>,
    >(
        text: __TidegateList0,
        count: __TidegateList1,
    ) -> ::tidegate::MapCall<(&'static str, Cow<'static, str>)>
    where
        (
            <__TidegateList0 as ::tidegate::MapArgument<&'static str>>::Kind,
            (<__TidegateList1 as ::tidegate::MapArgument<usize>>::Kind, ()),
        ): ::tidegate::__private::Kinds<Any: ::tidegate::__private::HasList>,
    {
        ::tidegate::__private::each(
            (
                ::tidegate::MapArgument::into_list(text),
                (::tidegate::MapArgument::into_list(count), ()),
            ),
            &["text", "count"],
            Self::__tidegate_given(),
        )
    }
    /// [`each`](Self::each), submitted: starts a run of the task `head` for each element of the lists among the arguments.
    #[allow(clippy::all, clippy::pedantic, clippy::nursery, single_use_lifetimes)]
    #[allow(deprecated)]
    fn map<
        __TidegateList0: ::tidegate::MapArgument<&'static str>,
        __TidegateList1: ::tidegate::MapArgument<usize>,
    >(
        text: __TidegateList0,
        count: __TidegateList1,
    ) -> ::tidegate::RunHandles<(&'static str, Cow<'static, str>)>
    where
        (
            <__TidegateList0 as ::tidegate::MapArgument<&'static str>>::Kind,
            (<__TidegateList1 as ::tidegate::MapArgument<usize>>::Kind, ()),
        ): ::tidegate::__private::Kinds<Any: ::tidegate::__private::HasList>,
    {
        Self::each(text, count).submit()
    }
    #[allow(clippy::all, clippy::pedantic, clippy::nursery, single_use_lifetimes)]
    #[allow(deprecated)]
    fn __tidegate_given() -> ::tidegate::__private::GivenParts<
        (::tidegate::Given<&'static str>, (::tidegate::Given<usize>, ())),
        ::tidegate::TaskCall<'static, (&'static str, Cow<'static, str>)>,
    > {
        ::tidegate::__private::GivenParts {
            definition: Self::definition(),
            record: |(text, (count, ()))| ::tidegate::__private::parameters([
                ("text", ::tidegate::__private::given_recorded!(text)),
                ("count", ::tidegate::__private::given_recorded!(count)),
            ]),
            inputs: |(text, (count, ()))| ::tidegate::__private::inputs([
                ("text", ::tidegate::__private::given_hashed!(text)),
                ("count", ::tidegate::__private::given_hashed!(count)),
            ]),
            codec: ::core::option::Option::None,
            needs_a_store: false,
            make: |(text, (count, ()))| head(text, count),
        }
    }
}
