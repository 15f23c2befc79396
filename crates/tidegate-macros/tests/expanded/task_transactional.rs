#[allow(clippy::all, clippy::pedantic, clippy::nursery, single_use_lifetimes)]
fn transfer<'call, N: Into<i64> + 'static>(
    from: i64,
    to: i64,
    cents: N,
) -> ::tidegate::TaskCall<'call, i64> {
    ::tidegate::__private::argument_must_be_clone_to_be_retried(&from);
    ::tidegate::__private::argument_must_be_clone_to_be_retried(&to);
    ::tidegate::__private::argument_must_be_clone_to_be_retried(&cents);
    ::tidegate::__private::transactional(::tidegate::__private::Parts {
        definition: transfer::definition(),
        arguments: (from, to, cents),
        record: |(from, to, cents)| ::tidegate::__private::parameters([
            ("from", ::tidegate::__private::recorded!(from)),
            ("to", ::tidegate::__private::recorded!(to)),
            ("cents", ::tidegate::__private::recorded!(cents)),
        ]),
        inputs: |(from, to, cents)| ::tidegate::__private::inputs([
            ("<N>", ::tidegate::__private::hashed_type::<N>()),
            ("from", ::tidegate::__private::hashed!(from)),
            ("to", ::tidegate::__private::hashed!(to)),
            ("cents", ::tidegate::__private::hashed!(cents)),
        ]),
        repeat: |(from, to, cents)| ::core::result::Result::Ok((
            ::tidegate::__private::cloned!(from, "from")?,
            ::tidegate::__private::cloned!(to, "to")?,
            ::tidegate::__private::cloned!(cents, "cents")?,
        )),
        run_name: ::core::option::Option::Some(|(from, to, _), _| {
            ::core::result::Result::Ok(
                ::std::format!("{from}-{to}", from = from, to = to),
            )
        }),
        body: |
            __tidegate_transaction: &mut ::tidegate::SqlTransaction<'_>,
            (from, to, cents)|
        transfer::original::<N>(__tidegate_transaction, from, to, cents),
        output: |output: Result<i64>| {
            output.map_err(|error| ::tidegate::__private::failure!(error))
        },
        conclude: |value| ::tidegate::__private::concluded!(value),
        codec: ::tidegate::__private::codec!(i64),
        result_key: ::core::option::Option::None,
        viz_return_value: ::core::option::Option::None,
    })
}
/// The task `transfer`: what is known of it before it runs, and its plain function.
#[allow(non_camel_case_types, missing_debug_implementations, dead_code)]
enum transfer {}
#[allow(dead_code)]
impl transfer {
    /// The plain function behind the task `transfer`, for unit tests.
    #[allow(
        clippy::missing_const_for_fn,
        clippy::missing_errors_doc,
        clippy::missing_panics_doc,
        clippy::must_use_candidate,
        clippy::needless_pass_by_value,
        clippy::unused_async
    )]
    fn original<N: Into<i64>>(
        tx: &mut SqlTransaction<'_>,
        from: i64,
        to: i64,
        cents: N,
    ) -> Result<i64> {
        todo()
    }
    /// What is known of the task `transfer` before any of its runs.
    #[must_use]
    fn definition() -> &'static ::tidegate::Definition {
        static __TIDEGATE_DEFINITION: ::std::sync::OnceLock<::tidegate::Definition> = ::std::sync::OnceLock::new();
        __TIDEGATE_DEFINITION
            .get_or_init(|| ::tidegate::__private::task_definition(
                ::tidegate::__private::Source {
                    key: ::std::string::String::from(::core::any::type_name::<Self>()),
                    name: "transfer",
                    description: ::core::option::Option::None,
                    number: 324353825018494275705586013058371391544u128,
                },
                ::std::vec![
                    ::tidegate::__private::Parameter { name :
                    ::core::convert::Into::into("from"), type_name :
                    ::core::convert::Into::into("i64"), default :
                    ::core::option::Option::None, }, ::tidegate::__private::Parameter {
                    name : ::core::convert::Into::into("to"), type_name :
                    ::core::convert::Into::into("i64"), default :
                    ::core::option::Option::None, }, ::tidegate::__private::Parameter {
                    name : ::core::convert::Into::into("cents"), type_name :
                    ::core::convert::Into::into("N"), default :
                    ::core::option::Option::None, }
                ],
                ::tidegate::__private::Options {
                    retries: ::core::option::Option::Some(2),
                    log_prints: ::core::option::Option::Some(false),
                    ..::core::default::Default::default()
                },
            ))
    }
    /// Describes a call of the task `transfer`. Each argument is a value, or the handle of a run that gives one.
    #[allow(clippy::all, clippy::pedantic, clippy::nursery, single_use_lifetimes)]
    #[allow(deprecated)]
    fn call<N: Into<i64> + 'static>(
        from: impl ::tidegate::Argument<i64>,
        to: impl ::tidegate::Argument<i64>,
        cents: impl ::tidegate::Argument<N>,
    ) -> ::tidegate::TaskCall<'static, i64> {
        ::tidegate::__private::given(
            (
                ::tidegate::Argument::into_given(from),
                (
                    ::tidegate::Argument::into_given(to),
                    (::tidegate::Argument::into_given(cents), ()),
                ),
            ),
            Self::__tidegate_given::<N>(),
        )
    }
    /// [`call`](Self::call), submitted: starts a run of the task `transfer` concurrently.
    #[allow(clippy::all, clippy::pedantic, clippy::nursery, single_use_lifetimes)]
    #[allow(deprecated)]
    fn submit<N: Into<i64> + 'static>(
        from: impl ::tidegate::Argument<i64>,
        to: impl ::tidegate::Argument<i64>,
        cents: impl ::tidegate::Argument<N>,
    ) -> ::tidegate::RunHandle<i64> {
        Self::call::<N>(from, to, cents).submit()
    }
    /// Describes calls of the task `transfer`, one for each element of the lists among the arguments. See [`MapArgument`](tidegate::MapArgument).
    #[allow(clippy::all, clippy::pedantic, clippy::nursery, single_use_lifetimes)]
    #[allow(deprecated)]
    fn each<
        N: Into<i64> + 'static,
        __TidegateList0: ::tidegate::MapArgument<i64>,
        __TidegateList1: ::tidegate::MapArgument<i64>,
        __TidegateList2: ::tidegate::MapArgument<N>,
    >(
        from: __TidegateList0,
        to: __TidegateList1,
        cents: __TidegateList2,
    ) -> ::tidegate::MapCall<i64>
    where
        (
            <__TidegateList0 as ::tidegate::MapArgument<i64>>::Kind,
            (
                <__TidegateList1 as ::tidegate::MapArgument<i64>>::Kind,
                (<__TidegateList2 as ::tidegate::MapArgument<N>>::Kind, ()),
            ),
        ): ::tidegate::__private::Kinds<Any: ::tidegate::__private::HasList>,
    {
        ::tidegate::__private::each(
            (
                ::tidegate::MapArgument::into_list(from),
                (
                    ::tidegate::MapArgument::into_list(to),
                    (::tidegate::MapArgument::into_list(cents), ()),
                ),
            ),
            &["from", "to", "cents"],
            Self::__tidegate_given::<N>(),
        )
    }
    /// [`each`](Self::each), submitted: starts a run of the task `transfer` for each element of the lists among the arguments.
    #[allow(clippy::all, clippy::pedantic, clippy::nursery, single_use_lifetimes)]
    #[allow(deprecated)]
    fn map<
        N: Into<i64> + 'static,
        __TidegateList0: ::tidegate::MapArgument<i64>,
        __TidegateList1: ::tidegate::MapArgument<i64>,
        __TidegateList2: ::tidegate::MapArgument<N>,
    >(
        from: __TidegateList0,
        to: __TidegateList1,
        cents: __TidegateList2,
    ) -> ::tidegate::RunHandles<i64>
    where
        (
            <__TidegateList0 as ::tidegate::MapArgument<i64>>::Kind,
            (
                <__TidegateList1 as ::tidegate::MapArgument<i64>>::Kind,
                (<__TidegateList2 as ::tidegate::MapArgument<N>>::Kind, ()),
            ),
        ): ::tidegate::__private::Kinds<Any: ::tidegate::__private::HasList>,
    {
        Self::each(from, to, cents).submit()
    }
    #[allow(clippy::all, clippy::pedantic, clippy::nursery, single_use_lifetimes)]
    #[allow(deprecated)]
    fn __tidegate_given<N: Into<i64> + 'static>() -> ::tidegate::__private::GivenParts<
        (::tidegate::Given<i64>, (::tidegate::Given<i64>, (::tidegate::Given<N>, ()))),
        ::tidegate::TaskCall<'static, i64>,
    > {
        ::tidegate::__private::GivenParts {
            definition: Self::definition(),
            record: |(from, (to, (cents, ())))| ::tidegate::__private::parameters([
                ("from", ::tidegate::__private::given_recorded!(from)),
                ("to", ::tidegate::__private::given_recorded!(to)),
                ("cents", ::tidegate::__private::given_recorded!(cents)),
            ]),
            inputs: |(from, (to, (cents, ())))| ::tidegate::__private::inputs([
                ("from", ::tidegate::__private::given_hashed!(from)),
                ("to", ::tidegate::__private::given_hashed!(to)),
                ("cents", ::tidegate::__private::given_hashed!(cents)),
            ]),
            codec: ::tidegate::__private::codec!(i64),
            needs_a_store: true,
            make: |(from, (to, (cents, ())))| transfer::<N>(from, to, cents),
        }
    }
}
