#[allow(clippy::all, clippy::pedantic, clippy::nursery, single_use_lifetimes)]
fn forecast<'call>(day: u8) -> ::tidegate::FlowCall<'call, ()> {
    ::tidegate::__private::flow(::tidegate::__private::Parts {
        definition: forecast::definition(),
        arguments: (day,),
        record: |(day,)| ::tidegate::__private::parameters([
            ("day", ::tidegate::__private::recorded!(day)),
        ]),
        inputs: |(day,)| ::tidegate::__private::inputs([
            ("day", ::tidegate::__private::hashed!(day)),
        ]),
        repeat: |(day,)| ::core::result::Result::Ok((
            ::tidegate::__private::cloned!(day, "day")?,
        )),
        run_name: ::core::option::Option::Some(|(day,), __tidegate_variables| match __tidegate_variables {
            [__tidegate_variable_0, __tidegate_variable_1] => {
                ::core::result::Result::Ok(
                    ::std::format!(
                        "{{}}{__tidegate_variable_0:>5}/{day}/{__tidegate_variable_1}{__tidegate_variable_0}",
                        day = day, __tidegate_variable_0 = __tidegate_variable_0,
                        __tidegate_variable_1 = __tidegate_variable_1
                    ),
                )
            }
            _ => ::core::result::Result::Err(&["alert-city", "unit"]),
        }),
        body: |(day,)| forecast::original(day),
        output: ::core::result::Result::Ok,
        conclude: |value| ::tidegate::__private::concluded!(value),
        codec: ::tidegate::__private::codec!(()),
        result_key: ::core::option::Option::None,
        viz_return_value: ::core::option::Option::None,
    })
}
/// The flow `forecast`: what is known of it before it runs, and its plain function.
#[allow(non_camel_case_types, missing_debug_implementations, dead_code)]
enum forecast {}
#[allow(dead_code)]
impl forecast {
    /// The plain function behind the flow `forecast`, for unit tests.
    #[allow(
        clippy::missing_const_for_fn,
        clippy::missing_errors_doc,
        clippy::missing_panics_doc,
        clippy::must_use_candidate,
        clippy::needless_pass_by_value,
        clippy::unused_async
    )]
    async fn original(day: u8) {}
    /// What is known of the flow `forecast` before any of its runs.
    #[must_use]
    fn definition() -> &'static ::tidegate::Definition {
        static __TIDEGATE_DEFINITION: ::std::sync::OnceLock<::tidegate::Definition> = ::std::sync::OnceLock::new();
        __TIDEGATE_DEFINITION
            .get_or_init(|| ::tidegate::__private::flow_definition(
                ::tidegate::__private::Source {
                    key: ::std::string::String::from(::core::any::type_name::<Self>()),
                    name: "forecast",
                    description: ::core::option::Option::None,
                    number: 226625378943944900513547743413915453835u128,
                },
                ::std::vec![
                    ::tidegate::__private::Parameter { name :
                    ::core::convert::Into::into("day"), type_name :
                    ::core::convert::Into::into("u8"), default :
                    ::core::option::Option::None, }
                ],
                ::tidegate::__private::Options {
                    log_prints: ::core::option::Option::Some(false),
                    ..::core::default::Default::default()
                },
            ))
    }
    /// Describes a call of the flow `forecast`. Each argument is a value, or the handle of a run that gives one.
    #[allow(clippy::all, clippy::pedantic, clippy::nursery, single_use_lifetimes)]
    #[allow(deprecated)]
    fn call(day: impl ::tidegate::Argument<u8>) -> ::tidegate::FlowCall<'static, ()> {
        ::tidegate::__private::given(
            (::tidegate::Argument::into_given(day), ()),
            Self::__tidegate_given(),
        )
    }
    /// [`call`](Self::call), submitted: starts a run of the flow `forecast` concurrently.
    #[allow(clippy::all, clippy::pedantic, clippy::nursery, single_use_lifetimes)]
    #[allow(deprecated)]
    fn submit(day: impl ::tidegate::Argument<u8>) -> ::tidegate::RunHandle<()> {
        Self::call(day).submit()
    }
    /// Describes calls of the flow `forecast`, one for each element of the lists among the arguments. See [`MapArgument`](tidegate::MapArgument).
    #[allow(clippy::all, clippy::pedantic, clippy::nursery, single_use_lifetimes)]
    #[allow(deprecated)]
    fn each<__TidegateList0: ::tidegate::MapArgument<u8>>(
        day: __TidegateList0,
    ) -> ::tidegate::MapCall<()>
    where
        (
            <__TidegateList0 as ::tidegate::MapArgument<u8>>::Kind,
            (),
        ): ::tidegate::__private::Kinds<Any: ::tidegate::__private::HasList>,
    {
        ::tidegate::__private::each(
            (::tidegate::MapArgument::into_list(day), ()),
            &["day"],
            Self::__tidegate_given(),
        )
    }
    /// [`each`](Self::each), submitted: starts a run of the flow `forecast` for each element of the lists among the arguments.
    #[allow(clippy::all, clippy::pedantic, clippy::nursery, single_use_lifetimes)]
    #[allow(deprecated)]
    fn map<__TidegateList0: ::tidegate::MapArgument<u8>>(
        day: __TidegateList0,
    ) -> ::tidegate::RunHandles<()>
    where
        (
            <__TidegateList0 as ::tidegate::MapArgument<u8>>::Kind,
            (),
        ): ::tidegate::__private::Kinds<Any: ::tidegate::__private::HasList>,
    {
        Self::each(day).submit()
    }
    #[allow(clippy::all, clippy::pedantic, clippy::nursery, single_use_lifetimes)]
    #[allow(deprecated)]
    fn __tidegate_given() -> ::tidegate::__private::GivenParts<
        (::tidegate::Given<u8>, ()),
        ::tidegate::FlowCall<'static, ()>,
    > {
        ::tidegate::__private::GivenParts {
            definition: Self::definition(),
            record: |(day, ())| ::tidegate::__private::parameters([
                ("day", ::tidegate::__private::given_recorded!(day)),
            ]),
            inputs: |(day, ())| ::tidegate::__private::inputs([
                ("day", ::tidegate::__private::given_hashed!(day)),
            ]),
            codec: ::tidegate::__private::codec!(()),
            needs_a_store: false,
            make: |(day, ())| forecast(day),
        }
    }
    /// A call from JSON parameters; what is missing takes its default.
    ///
    /// # Errors
    ///
    /// Every parameter that is wrong, missing or unknown.
    #[allow(clippy::all, clippy::pedantic, clippy::nursery, single_use_lifetimes)]
    #[allow(deprecated, unused_mut)]
    fn from_parameters(
        parameters: &::tidegate::Parameters,
    ) -> ::core::result::Result<
        ::tidegate::FlowCall<'static, ()>,
        ::tidegate::InvalidParameters,
    > {
        let mut __tidegate_arguments = ::tidegate::__private::Arguments::new(
            Self::definition(),
            parameters,
        );
        let day = ::tidegate::__private::argument!(
            __tidegate_arguments, "day", u8, ::core::option::Option::None
        );
        __tidegate_arguments.finish()?;
        let (::core::option::Option::Some(day),) = (day,) else {
            ::core::unreachable!("finish() reports every missing argument")
        };
        ::core::result::Result::Ok(forecast(day))
    }
}
#[allow(deprecated)]
const _: () = {
    ::tidegate::__private::inventory::submit! {
        ::tidegate::__private::Registration::new(forecast::definition, | parameters |
        forecast::from_parameters(parameters).map(::tidegate::__private::forget), |
        __tidegate_schemas | ::std::vec![::tidegate::__private::schema!(u8,
        __tidegate_schemas)],)
    }
};
