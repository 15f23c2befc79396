#[allow(clippy::all, clippy::pedantic, clippy::nursery, single_use_lifetimes)]
fn generic<'call, 't0: 'call, 't1: 'call, T: Display + 'call, U: 'call, const N: usize>(
    items: [T; N],
    with: impl Fn(&T) -> U + 'call,
    all: &'t0 (impl Iterator<Item = &'t1 u8> + 'call),
) -> ::tidegate::TaskCall<'call, Vec<U>>
where
    T: Send,
    U: Default,
{
    ::tidegate::__private::task(::tidegate::__private::Parts {
        definition: generic::definition(),
        arguments: (items, with, all),
        record: |(items, with, all)| ::tidegate::__private::parameters([
            ("items", ::tidegate::__private::recorded!(items)),
            ("with", ::tidegate::__private::recorded!(with)),
            ("all", ::tidegate::__private::recorded!(all)),
        ]),
        inputs: |(items, with, all)| ::tidegate::__private::inputs([
            ("<T>", ::tidegate::__private::hashed_type::<T>()),
            ("<U>", ::tidegate::__private::hashed_type::<U>()),
            ("<N>", ::tidegate::__private::hashed!(& N)),
            ("items", ::tidegate::__private::hashed!(items)),
            ("with", ::tidegate::__private::hashed!(with)),
            ("all", ::tidegate::__private::hashed!(all)),
        ]),
        repeat: |(items, with, all)| ::core::result::Result::Ok((
            ::tidegate::__private::cloned!(items, "items")?,
            ::tidegate::__private::cloned!(with, "with")?,
            ::tidegate::__private::cloned!(all, "all")?,
        )),
        run_name: ::core::option::Option::None,
        body: |(items, with, all)| generic::original::<T, U, N>(items, with, all),
        output: ::core::result::Result::Ok,
        conclude: |value| ::tidegate::__private::concluded!(value),
        codec: ::tidegate::__private::codec!(Vec < U >),
        result_key: ::core::option::Option::None,
        viz_return_value: ::core::option::Option::None,
    })
}
/// The task `generic`: what is known of it before it runs, and its plain function.
#[allow(non_camel_case_types, missing_debug_implementations, dead_code)]
enum generic {}
#[allow(dead_code)]
impl generic {
    /// The plain function behind the task `generic`, for unit tests.
    #[allow(
        clippy::missing_const_for_fn,
        clippy::missing_errors_doc,
        clippy::missing_panics_doc,
        clippy::must_use_candidate,
        clippy::needless_pass_by_value,
        clippy::unused_async
    )]
    async fn original<T: Display, U, const N: usize>(
        items: [T; N],
        with: impl Fn(&T) -> U,
        all: &impl Iterator<Item = &u8>,
    ) -> Vec<U>
    where
        T: Send,
        U: Default,
    {
        todo()
    }
    /// What is known of the task `generic` before any of its runs.
    #[must_use]
    fn definition() -> &'static ::tidegate::Definition {
        static __TIDEGATE_DEFINITION: ::std::sync::OnceLock<::tidegate::Definition> = ::std::sync::OnceLock::new();
        __TIDEGATE_DEFINITION
            .get_or_init(|| ::tidegate::__private::task_definition(
                ::tidegate::__private::Source {
                    key: ::std::string::String::from(::core::any::type_name::<Self>()),
                    name: "generic",
                    description: ::core::option::Option::None,
                    number: 302364132792551527716819395944776708691u128,
                },
                ::std::vec![
                    ::tidegate::__private::Parameter { name :
                    ::core::convert::Into::into("items"), type_name :
                    ::core::convert::Into::into("[T; N]"), default :
                    ::core::option::Option::None, }, ::tidegate::__private::Parameter {
                    name : ::core::convert::Into::into("with"), type_name :
                    ::core::convert::Into::into("impl Fn(&T) -> U"), default :
                    ::core::option::Option::None, }, ::tidegate::__private::Parameter {
                    name : ::core::convert::Into::into("all"), type_name :
                    ::core::convert::Into::into("&impl Iterator<Item = &u8>"), default :
                    ::core::option::Option::None, }
                ],
                ::tidegate::__private::Options {
                    log_prints: ::core::option::Option::Some(false),
                    ..::core::default::Default::default()
                },
            ))
    }
    /// Describes a call of the task `generic`. Each argument is a value, or the handle of a run that gives one.
    #[allow(clippy::all, clippy::pedantic, clippy::nursery, single_use_lifetimes)]
    #[allow(deprecated)]
    fn call<
        T: Display + 'static,
        U: 'static,
        const N: usize,
        __TidegateT0: Fn(&T) -> U + 'static,
        __TidegateT1: Iterator<Item = &'static u8> + 'static,
    >(
        items: impl ::tidegate::Argument<[T; N]>,
        with: impl ::tidegate::Argument<__TidegateT0>,
        all: impl ::tidegate::Argument<&'static (__TidegateT1)>,
    ) -> ::tidegate::TaskCall<'static, Vec<U>>
    where
        T: Send,
        U: Default,
    {
        ::tidegate::__private::given(
            (
                ::tidegate::Argument::into_given(items),
                (
                    ::tidegate::Argument::into_given(with),
                    (::tidegate::Argument::into_given(all), ()),
                ),
            ),
            Self::__tidegate_given::<T, U, N, __TidegateT0, __TidegateT1>(),
        )
    }
    /// [`call`](Self::call), submitted: starts a run of the task `generic` concurrently.
    #[allow(clippy::all, clippy::pedantic, clippy::nursery, single_use_lifetimes)]
    #[allow(deprecated)]
    fn submit<
        T: Display + 'static,
        U: 'static,
        const N: usize,
        __TidegateT0: Fn(&T) -> U + 'static,
        __TidegateT1: Iterator<Item = &'static u8> + 'static,
    >(
        items: impl ::tidegate::Argument<[T; N]>,
        with: impl ::tidegate::Argument<__TidegateT0>,
        all: impl ::tidegate::Argument<&'static (__TidegateT1)>,
    ) -> ::tidegate::RunHandle<Vec<U>>
    where
        T: Send,
        U: Default,
    {
        Self::call::<T, U, N, __TidegateT0, __TidegateT1>(items, with, all).submit()
    }
    /// Describes calls of the task `generic`, one for each element of the lists among the arguments. See [`MapArgument`](tidegate::MapArgument).
    #[allow(clippy::all, clippy::pedantic, clippy::nursery, single_use_lifetimes)]
    #[allow(deprecated)]
    fn each<
        T: Display + 'static,
        U: 'static,
        const N: usize,
        __TidegateT0: Fn(&T) -> U + 'static,
        __TidegateT1: Iterator<Item = &'static u8> + 'static,
        __TidegateList0: ::tidegate::MapArgument<[T; N]>,
        __TidegateList1: ::tidegate::MapArgument<__TidegateT0>,
        __TidegateList2: ::tidegate::MapArgument<&'static (__TidegateT1)>,
    >(
        items: __TidegateList0,
        with: __TidegateList1,
        all: __TidegateList2,
    ) -> ::tidegate::MapCall<Vec<U>>
    where
        T: Send,
        U: Default,
        (
            <__TidegateList0 as ::tidegate::MapArgument<[T; N]>>::Kind,
            (
                <__TidegateList1 as ::tidegate::MapArgument<__TidegateT0>>::Kind,
                (
                    <__TidegateList2 as ::tidegate::MapArgument<
                        &'static (__TidegateT1),
                    >>::Kind,
                    (),
                ),
            ),
        ): ::tidegate::__private::Kinds<Any: ::tidegate::__private::HasList>,
    {
        ::tidegate::__private::each(
            (
                ::tidegate::MapArgument::into_list(items),
                (
                    ::tidegate::MapArgument::into_list(with),
                    (::tidegate::MapArgument::into_list(all), ()),
                ),
            ),
            &["items", "with", "all"],
            Self::__tidegate_given::<T, U, N, __TidegateT0, __TidegateT1>(),
        )
    }
    /// [`each`](Self::each), submitted: starts a run of the task `generic` for each element of the lists among the arguments.
    #[allow(clippy::all, clippy::pedantic, clippy::nursery, single_use_lifetimes)]
    #[allow(deprecated)]
    fn map<
        T: Display + 'static,
        U: 'static,
        const N: usize,
        __TidegateT0: Fn(&T) -> U + 'static,
        __TidegateT1: Iterator<Item = &'static u8> + 'static,
        __TidegateList0: ::tidegate::MapArgument<[T; N]>,
        __TidegateList1: ::tidegate::MapArgument<__TidegateT0>,
        __TidegateList2: ::tidegate::MapArgument<&'static (__TidegateT1)>,
    >(
        items: __TidegateList0,
        with: __TidegateList1,
        all: __TidegateList2,
    ) -> ::tidegate::RunHandles<Vec<U>>
    where
        T: Send,
        U: Default,
        (
            <__TidegateList0 as ::tidegate::MapArgument<[T; N]>>::Kind,
            (
                <__TidegateList1 as ::tidegate::MapArgument<__TidegateT0>>::Kind,
                (
                    <__TidegateList2 as ::tidegate::MapArgument<
                        &'static (__TidegateT1),
                    >>::Kind,
                    (),
                ),
            ),
        ): ::tidegate::__private::Kinds<Any: ::tidegate::__private::HasList>,
    {
        Self::each(items, with, all).submit()
    }
    #[allow(clippy::all, clippy::pedantic, clippy::nursery, single_use_lifetimes)]
    #[allow(deprecated)]
    fn __tidegate_given<
        T: Display + 'static,
        U: 'static,
        const N: usize,
        __TidegateT0: Fn(&T) -> U + 'static,
        __TidegateT1: Iterator<Item = &'static u8> + 'static,
    >() -> ::tidegate::__private::GivenParts<
        (
            ::tidegate::Given<[T; N]>,
            (
                ::tidegate::Given<__TidegateT0>,
                (::tidegate::Given<&'static (__TidegateT1)>, ()),
            ),
        ),
        ::tidegate::TaskCall<'static, Vec<U>>,
    >
    where
        T: Send,
        U: Default,
    {
        ::tidegate::__private::GivenParts {
            definition: Self::definition(),
            record: |(items, (with, (all, ())))| ::tidegate::__private::parameters([
                ("items", ::tidegate::__private::given_recorded!(items)),
                ("with", ::tidegate::__private::given_recorded!(with)),
                ("all", ::tidegate::__private::given_recorded!(all)),
            ]),
            inputs: |(items, (with, (all, ())))| ::tidegate::__private::inputs([
                ("items", ::tidegate::__private::given_hashed!(items)),
                ("with", ::tidegate::__private::given_hashed!(with)),
                ("all", ::tidegate::__private::given_hashed!(all)),
            ]),
            codec: ::tidegate::__private::codec!(Vec < U >),
            needs_a_store: false,
            make: |(items, (with, (all, ())))| generic::<T, U, N>(items, with, all),
        }
    }
}
