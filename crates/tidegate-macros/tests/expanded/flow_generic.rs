#[allow(clippy::all, clippy::pedantic, clippy::nursery, single_use_lifetimes)]
fn generic<'call, T: 'call>(x: u8, item: T) -> ::tidegate::FlowCall<'call, T> {
    ::tidegate::__private::flow(::tidegate::__private::Parts {
        definition: generic::definition(),
        arguments: (x, item),
        record: |(x, item)| ::tidegate::__private::parameters([
            ("x", ::tidegate::__private::recorded!(x)),
            ("item", ::tidegate::__private::recorded!(item)),
        ]),
        inputs: |(x, item)| ::tidegate::__private::inputs([
            ("<T>", ::tidegate::__private::hashed_type::<T>()),
            ("x", ::tidegate::__private::hashed!(x)),
            ("item", ::tidegate::__private::hashed!(item)),
        ]),
        repeat: |(x, item)| ::core::result::Result::Ok((
            ::tidegate::__private::cloned!(x, "x")?,
            ::tidegate::__private::cloned!(item, "item")?,
        )),
        run_name: ::core::option::Option::None,
        body: |(x, item)| generic::original::<T>(x, item),
        output: ::core::result::Result::Ok,
        conclude: |value| ::tidegate::__private::concluded!(value),
        codec: ::tidegate::__private::codec!(T),
        result_key: ::core::option::Option::None,
        viz_return_value: ::core::option::Option::None,
    })
}
/// The flow `generic`: what is known of it before it runs, and its plain function.
#[allow(non_camel_case_types, missing_debug_implementations, dead_code)]
enum generic {}
#[allow(dead_code)]
impl generic {
    /// The plain function behind the flow `generic`, for unit tests.
    #[allow(
        clippy::missing_const_for_fn,
        clippy::missing_errors_doc,
        clippy::missing_panics_doc,
        clippy::must_use_candidate,
        clippy::needless_pass_by_value,
        clippy::unused_async
    )]
    async fn original<T>(x: u8, item: T) -> T {
        item
    }
    /// What is known of the flow `generic` before any of its runs.
    #[must_use]
    fn definition() -> &'static ::tidegate::Definition {
        static __TIDEGATE_DEFINITION: ::std::sync::OnceLock<::tidegate::Definition> = ::std::sync::OnceLock::new();
        __TIDEGATE_DEFINITION
            .get_or_init(|| ::tidegate::__private::flow_definition(
                ::tidegate::__private::Source {
                    key: ::std::string::String::from(::core::any::type_name::<Self>()),
                    name: "generic",
                    description: ::core::option::Option::None,
                    number: 123433027001489563377452770938092817019u128,
                },
                ::std::vec![
                    ::tidegate::__private::Parameter { name :
                    ::core::convert::Into::into("x"), type_name :
                    ::core::convert::Into::into("u8"), default :
                    ::tidegate::__private::default_json!(1), },
                    ::tidegate::__private::Parameter { name :
                    ::core::convert::Into::into("item"), type_name :
                    ::core::convert::Into::into("T"), default :
                    ::core::option::Option::None, }
                ],
                ::tidegate::__private::Options {
                    log_prints: ::core::option::Option::Some(false),
                    ..::core::default::Default::default()
                },
            ))
    }
    /// Describes a call of the flow `generic`. Each argument is a value, or the handle of a run that gives one.
    #[allow(clippy::all, clippy::pedantic, clippy::nursery, single_use_lifetimes)]
    #[allow(deprecated)]
    fn call<T: 'static>(
        x: impl ::tidegate::Argument<u8>,
        item: impl ::tidegate::Argument<T>,
    ) -> ::tidegate::FlowCall<'static, T> {
        ::tidegate::__private::given(
            (
                ::tidegate::Argument::into_given(x),
                (::tidegate::Argument::into_given(item), ()),
            ),
            Self::__tidegate_given::<T>(),
        )
    }
    /// [`call`](Self::call), submitted: starts a run of the flow `generic` concurrently.
    #[allow(clippy::all, clippy::pedantic, clippy::nursery, single_use_lifetimes)]
    #[allow(deprecated)]
    fn submit<T: 'static>(
        x: impl ::tidegate::Argument<u8>,
        item: impl ::tidegate::Argument<T>,
    ) -> ::tidegate::RunHandle<T> {
        Self::call::<T>(x, item).submit()
    }
    /// Describes calls of the flow `generic`, one for each element of the lists among the arguments. See [`MapArgument`](tidegate::MapArgument).
    #[allow(clippy::all, clippy::pedantic, clippy::nursery, single_use_lifetimes)]
    #[allow(deprecated)]
    fn each<
        T: 'static,
        __TidegateList0: ::tidegate::MapArgument<u8>,
        __TidegateList1: ::tidegate::MapArgument<T>,
    >(x: __TidegateList0, item: __TidegateList1) -> ::tidegate::MapCall<T>
    where
        (
            <__TidegateList0 as ::tidegate::MapArgument<u8>>::Kind,
            (<__TidegateList1 as ::tidegate::MapArgument<T>>::Kind, ()),
        ): ::tidegate::__private::Kinds<Any: ::tidegate::__private::HasList>,
    {
        ::tidegate::__private::each(
            (
                ::tidegate::MapArgument::into_list(x),
                (::tidegate::MapArgument::into_list(item), ()),
            ),
            &["x", "item"],
            Self::__tidegate_given::<T>(),
        )
    }
    /// [`each`](Self::each), submitted: starts a run of the flow `generic` for each element of the lists among the arguments.
    #[allow(clippy::all, clippy::pedantic, clippy::nursery, single_use_lifetimes)]
    #[allow(deprecated)]
    fn map<
        T: 'static,
        __TidegateList0: ::tidegate::MapArgument<u8>,
        __TidegateList1: ::tidegate::MapArgument<T>,
    >(x: __TidegateList0, item: __TidegateList1) -> ::tidegate::RunHandles<T>
    where
        (
            <__TidegateList0 as ::tidegate::MapArgument<u8>>::Kind,
            (<__TidegateList1 as ::tidegate::MapArgument<T>>::Kind, ()),
        ): ::tidegate::__private::Kinds<Any: ::tidegate::__private::HasList>,
    {
        Self::each(x, item).submit()
    }
    #[allow(clippy::all, clippy::pedantic, clippy::nursery, single_use_lifetimes)]
    #[allow(deprecated)]
    fn __tidegate_given<T: 'static>() -> ::tidegate::__private::GivenParts<
        (::tidegate::Given<u8>, (::tidegate::Given<T>, ())),
        ::tidegate::FlowCall<'static, T>,
    > {
        ::tidegate::__private::GivenParts {
            definition: Self::definition(),
            record: |(x, (item, ()))| ::tidegate::__private::parameters([
                ("x", ::tidegate::__private::given_recorded!(x)),
                ("item", ::tidegate::__private::given_recorded!(item)),
            ]),
            inputs: |(x, (item, ()))| ::tidegate::__private::inputs([
                ("x", ::tidegate::__private::given_hashed!(x)),
                ("item", ::tidegate::__private::given_hashed!(item)),
            ]),
            codec: ::tidegate::__private::codec!(T),
            needs_a_store: false,
            make: |(x, (item, ()))| generic::<T>(x, item),
        }
    }
}
