#[allow(clippy::all, clippy::pedantic, clippy::nursery, single_use_lifetimes)]
fn cached<'call, 't0: 'call, T: 'call>(
    client: &'t0 Client,
    item: T,
) -> ::tidegate::TaskCall<'call, Vec<T>> {
    ::tidegate::__private::result_must_be_recordable::<Vec<T>>();
    ::tidegate::__private::task(::tidegate::__private::Parts {
        definition: cached::definition(),
        arguments: (client, item),
        record: |(client, item)| ::tidegate::__private::parameters([
            ("client", ::tidegate::__private::recorded!(client)),
            ("item", ::tidegate::__private::recorded!(item)),
        ]),
        inputs: |(client, item)| ::tidegate::__private::inputs([
            ("<T>", ::tidegate::__private::hashed_type::<T>()),
            ("client", ::tidegate::__private::hashed!(client)),
            ("item", ::tidegate::__private::hashed!(item)),
        ]),
        repeat: |(client, item)| ::core::result::Result::Ok((
            ::tidegate::__private::cloned!(client, "client")?,
            ::tidegate::__private::cloned!(item, "item")?,
        )),
        run_name: ::core::option::Option::None,
        body: |(client, item)| cached::original::<T>(client, item),
        output: |output: Result<Vec<T>>| {
            output.map_err(|error| ::tidegate::__private::failure!(error))
        },
        conclude: |value| ::tidegate::__private::concluded!(value),
        codec: ::tidegate::__private::codec!(Vec < T >),
        result_key: ::core::option::Option::None,
        viz_return_value: ::core::option::Option::None,
    })
}
/// The task `cached`: what is known of it before it runs, and its plain function.
#[allow(non_camel_case_types, missing_debug_implementations, dead_code)]
enum cached {}
#[allow(dead_code)]
impl cached {
    /// The plain function behind the task `cached`, for unit tests.
    #[allow(
        clippy::missing_const_for_fn,
        clippy::missing_errors_doc,
        clippy::missing_panics_doc,
        clippy::must_use_candidate,
        clippy::needless_pass_by_value,
        clippy::unused_async
    )]
    async fn original<T>(client: &Client, item: T) -> Result<Vec<T>> {}
    /// What is known of the task `cached` before any of its runs.
    #[must_use]
    fn definition() -> &'static ::tidegate::Definition {
        static __TIDEGATE_DEFINITION: ::std::sync::OnceLock<::tidegate::Definition> = ::std::sync::OnceLock::new();
        __TIDEGATE_DEFINITION
            .get_or_init(|| ::tidegate::__private::task_definition(
                ::tidegate::__private::Source {
                    key: ::std::string::String::from(::core::any::type_name::<Self>()),
                    name: "cached",
                    description: ::core::option::Option::None,
                    number: 215353645505223360943889187979280033696u128,
                },
                ::std::vec![
                    ::tidegate::__private::Parameter { name :
                    ::core::convert::Into::into("client"), type_name :
                    ::core::convert::Into::into("&Client"), default :
                    ::core::option::Option::None, }, ::tidegate::__private::Parameter {
                    name : ::core::convert::Into::into("item"), type_name :
                    ::core::convert::Into::into("T"), default :
                    ::core::option::Option::None, }
                ],
                ::tidegate::__private::Options {
                    log_prints: ::core::option::Option::Some(false),
                    cache_policy: ::core::option::Option::Some(
                        (::tidegate::cache::INPUTS + mine::POLICY)
                            .isolation(::tidegate::IsolationLevel::Serializable)
                            - "client",
                    ),
                    cache_key_fn: ::core::option::Option::Some(
                        ::tidegate::__private::cache_key_fn("keys::by_day", keys::by_day),
                    ),
                    cache_expiration: ::core::option::Option::Some(
                        ::core::time::Duration::new(3600u64, 0u32),
                    ),
                    refresh_cache: ::core::option::Option::Some(true),
                    ..::core::default::Default::default()
                },
            ))
    }
    /// Describes a call of the task `cached`. Each argument is a value, or the handle of a run that gives one.
    #[allow(clippy::all, clippy::pedantic, clippy::nursery, single_use_lifetimes)]
    #[allow(deprecated)]
    fn call<T: 'static>(
        client: impl ::tidegate::Argument<&'static Client>,
        item: impl ::tidegate::Argument<T>,
    ) -> ::tidegate::TaskCall<'static, Vec<T>> {
        ::tidegate::__private::given(
            (
                ::tidegate::Argument::into_given(client),
                (::tidegate::Argument::into_given(item), ()),
            ),
            Self::__tidegate_given::<T>(),
        )
    }
    /// [`call`](Self::call), submitted: starts a run of the task `cached` concurrently.
    #[allow(clippy::all, clippy::pedantic, clippy::nursery, single_use_lifetimes)]
    #[allow(deprecated)]
    fn submit<T: 'static>(
        client: impl ::tidegate::Argument<&'static Client>,
        item: impl ::tidegate::Argument<T>,
    ) -> ::tidegate::RunHandle<Vec<T>> {
        Self::call::<T>(client, item).submit()
    }
    /// Describes calls of the task `cached`, one for each element of the lists among the arguments. See [`MapArgument`](tidegate::MapArgument).
    #[allow(clippy::all, clippy::pedantic, clippy::nursery, single_use_lifetimes)]
    #[allow(deprecated)]
    fn each<
        T: 'static,
        __TidegateList0: ::tidegate::MapArgument<&'static Client>,
        __TidegateList1: ::tidegate::MapArgument<T>,
    >(client: __TidegateList0, item: __TidegateList1) -> ::tidegate::MapCall<Vec<T>>
    where
        (
            <__TidegateList0 as ::tidegate::MapArgument<&'static Client>>::Kind,
            (<__TidegateList1 as ::tidegate::MapArgument<T>>::Kind, ()),
        ): ::tidegate::__private::Kinds<Any: ::tidegate::__private::HasList>,
    {
        ::tidegate::__private::each(
            (
                ::tidegate::MapArgument::into_list(client),
                (::tidegate::MapArgument::into_list(item), ()),
            ),
            &["client", "item"],
            Self::__tidegate_given::<T>(),
        )
    }
    /// [`each`](Self::each), submitted: starts a run of the task `cached` for each element of the lists among the arguments.
    #[allow(clippy::all, clippy::pedantic, clippy::nursery, single_use_lifetimes)]
    #[allow(deprecated)]
    fn map<
        T: 'static,
        __TidegateList0: ::tidegate::MapArgument<&'static Client>,
        __TidegateList1: ::tidegate::MapArgument<T>,
    >(client: __TidegateList0, item: __TidegateList1) -> ::tidegate::RunHandles<Vec<T>>
    where
        (
            <__TidegateList0 as ::tidegate::MapArgument<&'static Client>>::Kind,
            (<__TidegateList1 as ::tidegate::MapArgument<T>>::Kind, ()),
        ): ::tidegate::__private::Kinds<Any: ::tidegate::__private::HasList>,
    {
        Self::each(client, item).submit()
    }
    #[allow(clippy::all, clippy::pedantic, clippy::nursery, single_use_lifetimes)]
    #[allow(deprecated)]
    fn __tidegate_given<T: 'static>() -> ::tidegate::__private::GivenParts<
        (::tidegate::Given<&'static Client>, (::tidegate::Given<T>, ())),
        ::tidegate::TaskCall<'static, Vec<T>>,
    > {
        ::tidegate::__private::GivenParts {
            definition: Self::definition(),
            record: |(client, (item, ()))| ::tidegate::__private::parameters([
                ("client", ::tidegate::__private::given_recorded!(client)),
                ("item", ::tidegate::__private::given_recorded!(item)),
            ]),
            inputs: |(client, (item, ()))| ::tidegate::__private::inputs([
                ("client", ::tidegate::__private::given_hashed!(client)),
                ("item", ::tidegate::__private::given_hashed!(item)),
            ]),
            codec: ::tidegate::__private::codec!(Vec < T >),
            needs_a_store: false,
            make: |(client, (item, ()))| cached::<T>(client, item),
        }
    }
}
