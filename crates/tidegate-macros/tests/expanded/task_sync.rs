#[allow(clippy::all, clippy::pedantic, clippy::nursery, single_use_lifetimes)]
fn sum<'call, T: Sum + 'static>(
    items: Vec<T>,
    more: impl Debug + 'static,
) -> ::tidegate::TaskCall<'call, T> {
    ::tidegate::__private::task(::tidegate::__private::Parts {
        definition: sum::definition(),
        arguments: (items, more),
        record: |(items, more)| ::tidegate::__private::parameters([
            ("items", ::tidegate::__private::recorded!(items)),
            ("more", ::tidegate::__private::recorded!(more)),
        ]),
        inputs: |(items, more)| ::tidegate::__private::inputs([
            ("<T>", ::tidegate::__private::hashed_type::<T>()),
            ("items", ::tidegate::__private::hashed!(items)),
            ("more", ::tidegate::__private::hashed!(more)),
        ]),
        repeat: |(items, more)| ::core::result::Result::Ok((
            ::tidegate::__private::cloned!(items, "items")?,
            ::tidegate::__private::cloned!(more, "more")?,
        )),
        run_name: ::core::option::Option::None,
        body: |(items, more)| ::tidegate::__private::blocking(move || sum::original::<
            T,
        >(items, more)),
        output: ::core::result::Result::Ok,
        conclude: |value| ::tidegate::__private::concluded!(value),
        codec: ::tidegate::__private::codec!(T),
        result_key: ::core::option::Option::None,
        viz_return_value: ::core::option::Option::None,
    })
}
/// The task `sum`: what is known of it before it runs, and its plain function.
#[allow(non_camel_case_types, missing_debug_implementations, dead_code)]
enum sum {}
#[allow(dead_code)]
impl sum {
    /// The plain function behind the task `sum`, for unit tests.
    #[allow(
        clippy::missing_const_for_fn,
        clippy::missing_errors_doc,
        clippy::missing_panics_doc,
        clippy::must_use_candidate,
        clippy::needless_pass_by_value,
        clippy::unused_async
    )]
    fn original<T: Sum>(items: Vec<T>, more: impl Debug) -> T {
        items.into_iter().sum()
    }
    /// What is known of the task `sum` before any of its runs.
    #[must_use]
    fn definition() -> &'static ::tidegate::Definition {
        static __TIDEGATE_DEFINITION: ::std::sync::OnceLock<::tidegate::Definition> = ::std::sync::OnceLock::new();
        __TIDEGATE_DEFINITION
            .get_or_init(|| ::tidegate::__private::task_definition(
                ::tidegate::__private::Source {
                    key: ::std::string::String::from(::core::any::type_name::<Self>()),
                    name: "sum",
                    description: ::core::option::Option::None,
                    number: 31746234477160052968655662414197617653u128,
                },
                ::std::vec![
                    ::tidegate::__private::Parameter { name :
                    ::core::convert::Into::into("items"), type_name :
                    ::core::convert::Into::into("Vec<T>"), default :
                    ::core::option::Option::None, }, ::tidegate::__private::Parameter {
                    name : ::core::convert::Into::into("more"), type_name :
                    ::core::convert::Into::into("impl Debug"), default :
                    ::core::option::Option::None, }
                ],
                ::tidegate::__private::Options {
                    log_prints: ::core::option::Option::Some(false),
                    takes_a_thread: true,
                    ..::core::default::Default::default()
                },
            ))
    }
    /// Describes a call of the task `sum`. Each argument is a value, or the handle of a run that gives one.
    #[allow(clippy::all, clippy::pedantic, clippy::nursery, single_use_lifetimes)]
    #[allow(deprecated)]
    fn call<T: Sum + 'static, __TidegateT0: Debug + 'static>(
        items: impl ::tidegate::Argument<Vec<T>>,
        more: impl ::tidegate::Argument<__TidegateT0>,
    ) -> ::tidegate::TaskCall<'static, T> {
        ::tidegate::__private::given(
            (
                ::tidegate::Argument::into_given(items),
                (::tidegate::Argument::into_given(more), ()),
            ),
            Self::__tidegate_given::<T, __TidegateT0>(),
        )
    }
    /// [`call`](Self::call), submitted: starts a run of the task `sum` concurrently.
    #[allow(clippy::all, clippy::pedantic, clippy::nursery, single_use_lifetimes)]
    #[allow(deprecated)]
    fn submit<T: Sum + 'static, __TidegateT0: Debug + 'static>(
        items: impl ::tidegate::Argument<Vec<T>>,
        more: impl ::tidegate::Argument<__TidegateT0>,
    ) -> ::tidegate::RunHandle<T> {
        Self::call::<T, __TidegateT0>(items, more).submit()
    }
    /// Describes calls of the task `sum`, one for each element of the lists among the arguments. See [`MapArgument`](tidegate::MapArgument).
    #[allow(clippy::all, clippy::pedantic, clippy::nursery, single_use_lifetimes)]
    #[allow(deprecated)]
    fn each<
        T: Sum + 'static,
        __TidegateT0: Debug + 'static,
        __TidegateList0: ::tidegate::MapArgument<Vec<T>>,
        __TidegateList1: ::tidegate::MapArgument<__TidegateT0>,
    >(items: __TidegateList0, more: __TidegateList1) -> ::tidegate::MapCall<T>
    where
        (
            <__TidegateList0 as ::tidegate::MapArgument<Vec<T>>>::Kind,
            (<__TidegateList1 as ::tidegate::MapArgument<__TidegateT0>>::Kind, ()),
        ): ::tidegate::__private::Kinds<Any: ::tidegate::__private::HasList>,
    {
        ::tidegate::__private::each(
            (
                ::tidegate::MapArgument::into_list(items),
                (::tidegate::MapArgument::into_list(more), ()),
            ),
            &["items", "more"],
            Self::__tidegate_given::<T, __TidegateT0>(),
        )
    }
    /// [`each`](Self::each), submitted: starts a run of the task `sum` for each element of the lists among the arguments.
    #[allow(clippy::all, clippy::pedantic, clippy::nursery, single_use_lifetimes)]
    #[allow(deprecated)]
    fn map<
        T: Sum + 'static,
        __TidegateT0: Debug + 'static,
        __TidegateList0: ::tidegate::MapArgument<Vec<T>>,
        __TidegateList1: ::tidegate::MapArgument<__TidegateT0>,
    >(items: __TidegateList0, more: __TidegateList1) -> ::tidegate::RunHandles<T>
    where
        (
            <__TidegateList0 as ::tidegate::MapArgument<Vec<T>>>::Kind,
            (<__TidegateList1 as ::tidegate::MapArgument<__TidegateT0>>::Kind, ()),
        ): ::tidegate::__private::Kinds<Any: ::tidegate::__private::HasList>,
    {
        Self::each(items, more).submit()
    }
    #[allow(clippy::all, clippy::pedantic, clippy::nursery, single_use_lifetimes)]
    #[allow(deprecated)]
    fn __tidegate_given<T: Sum + 'static, __TidegateT0: Debug + 'static>() -> ::tidegate::__private::GivenParts<
        (::tidegate::Given<Vec<T>>, (::tidegate::Given<__TidegateT0>, ())),
        ::tidegate::TaskCall<'static, T>,
    > {
        ::tidegate::__private::GivenParts {
            definition: Self::definition(),
            record: |(items, (more, ()))| ::tidegate::__private::parameters([
                ("items", ::tidegate::__private::given_recorded!(items)),
                ("more", ::tidegate::__private::given_recorded!(more)),
            ]),
            inputs: |(items, (more, ()))| ::tidegate::__private::inputs([
                ("items", ::tidegate::__private::given_hashed!(items)),
                ("more", ::tidegate::__private::given_hashed!(more)),
            ]),
            codec: ::tidegate::__private::codec!(T),
            needs_a_store: false,
            make: |(items, (more, ()))| sum::<T>(items, more),
        }
    }
}
