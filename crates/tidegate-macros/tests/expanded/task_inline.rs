#[allow(clippy::all, clippy::pedantic, clippy::nursery, single_use_lifetimes)]
fn length<'call, 't0: 'call>(text: &'t0 str) -> ::tidegate::TaskCall<'call, usize> {
    ::tidegate::__private::task(::tidegate::__private::Parts {
        definition: length::definition(),
        arguments: (text,),
        record: |(text,)| ::tidegate::__private::parameters([
            ("text", ::tidegate::__private::recorded!(text)),
        ]),
        inputs: |(text,)| ::tidegate::__private::inputs([
            ("text", ::tidegate::__private::hashed!(text)),
        ]),
        repeat: |(text,)| ::core::result::Result::Ok((
            ::tidegate::__private::cloned!(text, "text")?,
        )),
        run_name: ::core::option::Option::None,
        body: |(text,)| async move { length::original(text) },
        output: ::core::result::Result::Ok,
        conclude: |value| ::tidegate::__private::concluded!(value),
        codec: ::tidegate::__private::codec!(usize),
        result_key: ::core::option::Option::None,
        viz_return_value: ::core::option::Option::None,
    })
}
/// The task `length`: what is known of it before it runs, and its plain function.
#[allow(non_camel_case_types, missing_debug_implementations, dead_code)]
enum length {}
#[allow(dead_code)]
impl length {
    /// The plain function behind the task `length`, for unit tests.
    #[allow(
        clippy::missing_const_for_fn,
        clippy::missing_errors_doc,
        clippy::missing_panics_doc,
        clippy::must_use_candidate,
        clippy::needless_pass_by_value,
        clippy::unused_async
    )]
    fn original(text: &str) -> usize {
        text.len()
    }
    /// What is known of the task `length` before any of its runs.
    #[must_use]
    fn definition() -> &'static ::tidegate::Definition {
        static __TIDEGATE_DEFINITION: ::std::sync::OnceLock<::tidegate::Definition> = ::std::sync::OnceLock::new();
        __TIDEGATE_DEFINITION
            .get_or_init(|| ::tidegate::__private::task_definition(
                ::tidegate::__private::Source {
                    key: ::std::string::String::from(::core::any::type_name::<Self>()),
                    name: "length",
                    description: ::core::option::Option::None,
                    number: 34685095100515140672000704371216256931u128,
                },
                ::std::vec![
                    ::tidegate::__private::Parameter { name :
                    ::core::convert::Into::into("text"), type_name :
                    ::core::convert::Into::into("&str"), default :
                    ::core::option::Option::None, }
                ],
                ::tidegate::__private::Options {
                    log_prints: ::core::option::Option::Some(false),
                    ..::core::default::Default::default()
                },
            ))
    }
    /// Describes a call of the task `length`. Each argument is a value, or the handle of a run that gives one.
    #[allow(clippy::all, clippy::pedantic, clippy::nursery, single_use_lifetimes)]
    #[allow(deprecated)]
    fn call(
        text: impl ::tidegate::Argument<&'static str>,
    ) -> ::tidegate::TaskCall<'static, usize> {
        ::tidegate::__private::given(
            (::tidegate::Argument::into_given(text), ()),
            Self::__tidegate_given(),
        )
    }
    /// [`call`](Self::call), submitted: starts a run of the task `length` concurrently.
    #[allow(clippy::all, clippy::pedantic, clippy::nursery, single_use_lifetimes)]
    #[allow(deprecated)]
    fn submit(
        text: impl ::tidegate::Argument<&'static str>,
    ) -> ::tidegate::RunHandle<usize> {
        Self::call(text).submit()
    }
    /// Describes calls of the task `length`, one for each element of the lists among the arguments. See [`MapArgument`](tidegate::MapArgument).
    #[allow(clippy::all, clippy::pedantic, clippy::nursery, single_use_lifetimes)]
    #[allow(deprecated)]
    fn each<__TidegateList0: ::tidegate::MapArgument<&'static str>>(
        text: __TidegateList0,
    ) -> ::tidegate::MapCall<usize>
    where
        (
            <__TidegateList0 as ::tidegate::MapArgument<&'static str>>::Kind,
            (),
        ): ::tidegate::__private::Kinds<Any: ::tidegate::__private::HasList>,
    {
        ::tidegate::__private::each(
            (::tidegate::MapArgument::into_list(text), ()),
            &["text"],
            Self::__tidegate_given(),
        )
    }
    /// [`each`](Self::each), submitted: starts a run of the task `length` for each element of the lists among the arguments.
    #[allow(clippy::all, clippy::pedantic, clippy::nursery, single_use_lifetimes)]
    #[allow(deprecated)]
    fn map<__TidegateList0: ::tidegate::MapArgument<&'static str>>(
        text: __TidegateList0,
    ) -> ::tidegate::RunHandles<usize>
    where
        (
            <__TidegateList0 as ::tidegate::MapArgument<&'static str>>::Kind,
            (),
        ): ::tidegate::__private::Kinds<Any: ::tidegate::__private::HasList>,
    {
        Self::each(text).submit()
    }
    #[allow(clippy::all, clippy::pedantic, clippy::nursery, single_use_lifetimes)]
    #[allow(deprecated)]
    fn __tidegate_given() -> ::tidegate::__private::GivenParts<
        (::tidegate::Given<&'static str>, ()),
        ::tidegate::TaskCall<'static, usize>,
    > {
        ::tidegate::__private::GivenParts {
            definition: Self::definition(),
            record: |(text, ())| ::tidegate::__private::parameters([
                ("text", ::tidegate::__private::given_recorded!(text)),
            ]),
            inputs: |(text, ())| ::tidegate::__private::inputs([
                ("text", ::tidegate::__private::given_hashed!(text)),
            ]),
            codec: ::tidegate::__private::codec!(usize),
            needs_a_store: false,
            make: |(text, ())| length(text),
        }
    }
}
