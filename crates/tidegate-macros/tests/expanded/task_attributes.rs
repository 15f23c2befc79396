/// Documented.
#[doc(hidden)]
#[cfg(unix)]
#[allow(dead_code)]
#[allow(clippy::too_many_arguments, reason = "so")]
#[deprecated]
#[warn(unused)]
#[allow(clippy::all, clippy::pedantic, clippy::nursery, single_use_lifetimes)]
pub(crate) fn r#loop<'call>(x: u8) -> ::tidegate::TaskCall<'call, ()> {
    ::tidegate::__private::task(::tidegate::__private::Parts {
        definition: r#loop::definition(),
        arguments: (x,),
        record: |(x,)| ::tidegate::__private::parameters([
            ("x", ::tidegate::__private::recorded!(x)),
        ]),
        inputs: |(x,)| ::tidegate::__private::inputs([
            ("x", ::tidegate::__private::hashed!(x)),
        ]),
        repeat: |(x,)| ::core::result::Result::Ok((
            ::tidegate::__private::cloned!(x, "x")?,
        )),
        run_name: ::core::option::Option::None,
        body: |(x,)| r#loop::original(x),
        output: |output: fmt::Result| {
            output.map_err(|error| ::tidegate::__private::failure!(error))
        },
        conclude: |value| ::tidegate::__private::concluded!(value),
        codec: ::tidegate::__private::codec!(()),
        result_key: ::core::option::Option::None,
        viz_return_value: ::core::option::Option::None,
    })
}
#[cfg(unix)]
/// The task `loop`: what is known of it before it runs, and its plain function.
#[doc(hidden)]
#[allow(non_camel_case_types, missing_debug_implementations, dead_code)]
pub(crate) enum r#loop {}
#[cfg(unix)]
#[allow(dead_code)]
impl r#loop {
    #[allow(dead_code)]
    #[expect(clippy::too_many_arguments, reason = "so")]
    #[tracing::instrument]
    #[warn(unused)]
    /// The plain function behind the task `loop`, for unit tests.
    #[allow(
        clippy::missing_const_for_fn,
        clippy::missing_errors_doc,
        clippy::missing_panics_doc,
        clippy::must_use_candidate,
        clippy::needless_pass_by_value,
        clippy::unused_async
    )]
    pub(crate) async fn original(#[allow(unused)] x: u8) -> fmt::Result {
        Ok(())
    }
    /// What is known of the task `loop` before any of its runs.
    #[must_use]
    pub(crate) fn definition() -> &'static ::tidegate::Definition {
        static __TIDEGATE_DEFINITION: ::std::sync::OnceLock<::tidegate::Definition> = ::std::sync::OnceLock::new();
        __TIDEGATE_DEFINITION
            .get_or_init(|| ::tidegate::__private::task_definition(
                ::tidegate::__private::Source {
                    key: ::std::string::String::from(::core::any::type_name::<Self>()),
                    name: "loop",
                    description: ::core::option::Option::Some("Documented."),
                    number: 110245516770366315108080743260920546094u128,
                },
                ::std::vec![
                    ::tidegate::__private::Parameter { name :
                    ::core::convert::Into::into("x"), type_name :
                    ::core::convert::Into::into("u8"), default :
                    ::core::option::Option::None, }
                ],
                ::tidegate::__private::Options {
                    log_prints: ::core::option::Option::Some(false),
                    ..::core::default::Default::default()
                },
            ))
    }
    /// Describes a call of the task `loop`. Each argument is a value, or the handle of a run that gives one.
    #[allow(clippy::all, clippy::pedantic, clippy::nursery, single_use_lifetimes)]
    #[allow(deprecated)]
    pub(crate) fn call(
        x: impl ::tidegate::Argument<u8>,
    ) -> ::tidegate::TaskCall<'static, ()> {
        ::tidegate::__private::given(
            (::tidegate::Argument::into_given(x), ()),
            Self::__tidegate_given(),
        )
    }
    /// [`call`](Self::call), submitted: starts a run of the task `loop` concurrently.
    #[allow(clippy::all, clippy::pedantic, clippy::nursery, single_use_lifetimes)]
    #[allow(deprecated)]
    pub(crate) fn submit(x: impl ::tidegate::Argument<u8>) -> ::tidegate::RunHandle<()> {
        Self::call(x).submit()
    }
    /// Describes calls of the task `loop`, one for each element of the lists among the arguments. See [`MapArgument`](tidegate::MapArgument).
    #[allow(clippy::all, clippy::pedantic, clippy::nursery, single_use_lifetimes)]
    #[allow(deprecated)]
    pub(crate) fn each<__TidegateList0: ::tidegate::MapArgument<u8>>(
        x: __TidegateList0,
    ) -> ::tidegate::MapCall<()>
    where
        (
            <__TidegateList0 as ::tidegate::MapArgument<u8>>::Kind,
            (),
        ): ::tidegate::__private::Kinds<Any: ::tidegate::__private::HasList>,
    {
        ::tidegate::__private::each(
            (::tidegate::MapArgument::into_list(x), ()),
            &["x"],
            Self::__tidegate_given(),
        )
    }
    /// [`each`](Self::each), submitted: starts a run of the task `loop` for each element of the lists among the arguments.
    #[allow(clippy::all, clippy::pedantic, clippy::nursery, single_use_lifetimes)]
    #[allow(deprecated)]
    pub(crate) fn map<__TidegateList0: ::tidegate::MapArgument<u8>>(
        x: __TidegateList0,
    ) -> ::tidegate::RunHandles<()>
    where
        (
            <__TidegateList0 as ::tidegate::MapArgument<u8>>::Kind,
            (),
        ): ::tidegate::__private::Kinds<Any: ::tidegate::__private::HasList>,
    {
        Self::each(x).submit()
    }
    #[allow(clippy::all, clippy::pedantic, clippy::nursery, single_use_lifetimes)]
    #[allow(deprecated)]
    fn __tidegate_given() -> ::tidegate::__private::GivenParts<
        (::tidegate::Given<u8>, ()),
        ::tidegate::TaskCall<'static, ()>,
    > {
        ::tidegate::__private::GivenParts {
            definition: Self::definition(),
            record: |(x, ())| ::tidegate::__private::parameters([
                ("x", ::tidegate::__private::given_recorded!(x)),
            ]),
            inputs: |(x, ())| ::tidegate::__private::inputs([
                ("x", ::tidegate::__private::given_hashed!(x)),
            ]),
            codec: ::tidegate::__private::codec!(()),
            needs_a_store: false,
            make: |(x, ())| r#loop(x),
        }
    }
}
