#[allow(clippy::all, clippy::pedantic, clippy::nursery, single_use_lifetimes)]
pub fn my_pipeline<'call>(
    lat: f64,
    city: String,
    limit: Option<u8>,
    must: HashMap<String, Vec<u8>>,
) -> ::tidegate::FlowCall<'call, String> {
    ::tidegate::__private::flow(::tidegate::__private::Parts {
        definition: my_pipeline::definition(),
        arguments: (lat, city, limit, must),
        record: |(lat, city, limit, must)| ::tidegate::__private::parameters([
            ("lat", ::tidegate::__private::recorded!(lat)),
            ("city", ::tidegate::__private::recorded!(city)),
            ("limit", ::tidegate::__private::recorded!(limit)),
            ("must", ::tidegate::__private::recorded!(must)),
        ]),
        inputs: |(lat, city, limit, must)| ::tidegate::__private::inputs([
            ("lat", ::tidegate::__private::hashed!(lat)),
            ("city", ::tidegate::__private::hashed!(city)),
            ("limit", ::tidegate::__private::hashed!(limit)),
            ("must", ::tidegate::__private::hashed!(must)),
        ]),
        repeat: |(lat, city, limit, must)| ::core::result::Result::Ok((
            ::tidegate::__private::cloned!(lat, "lat")?,
            ::tidegate::__private::cloned!(city, "city")?,
            ::tidegate::__private::cloned!(limit, "limit")?,
            ::tidegate::__private::cloned!(must, "must")?,
        )),
        run_name: ::core::option::Option::None,
        body: |(lat, city, limit, must)| my_pipeline::original(lat, city, limit, must),
        output: |output: Result<String>| {
            output.map_err(|error| ::tidegate::__private::failure!(error))
        },
        conclude: |value| ::tidegate::__private::concluded!(value),
        codec: ::tidegate::__private::codec!(String),
        result_key: ::core::option::Option::None,
        viz_return_value: ::core::option::Option::None,
    })
}
/// The flow `my_pipeline`: what is known of it before it runs, and its plain function.
#[allow(non_camel_case_types, missing_debug_implementations, dead_code)]
pub enum my_pipeline {}
#[allow(dead_code)]
impl my_pipeline {
    /// The plain function behind the flow `my_pipeline`, for unit tests.
    #[allow(
        clippy::missing_const_for_fn,
        clippy::missing_errors_doc,
        clippy::missing_panics_doc,
        clippy::must_use_candidate,
        clippy::needless_pass_by_value,
        clippy::unused_async
    )]
    pub async fn original(
        lat: f64,
        city: String,
        limit: Option<u8>,
        must: HashMap<String, Vec<u8>>,
    ) -> Result<String> {
        todo()
    }
    /// What is known of the flow `my_pipeline` before any of its runs.
    #[must_use]
    pub fn definition() -> &'static ::tidegate::Definition {
        static __TIDEGATE_DEFINITION: ::std::sync::OnceLock<::tidegate::Definition> = ::std::sync::OnceLock::new();
        __TIDEGATE_DEFINITION
            .get_or_init(|| ::tidegate::__private::flow_definition(
                ::tidegate::__private::Source {
                    key: ::std::string::String::from(::core::any::type_name::<Self>()),
                    name: "my-pipeline",
                    description: ::core::option::Option::None,
                    number: 103737377332658798572678061594567265736u128,
                },
                ::std::vec![
                    ::tidegate::__private::Parameter { name :
                    ::core::convert::Into::into("lat"), type_name :
                    ::core::convert::Into::into("f64"), default :
                    ::tidegate::__private::default_json!({ let default : f64 = 38.9;
                    default }), }, ::tidegate::__private::Parameter { name :
                    ::core::convert::Into::into("city"), type_name :
                    ::core::convert::Into::into("String"), default :
                    ::tidegate::__private::default_json!({ let default : String =
                    ::core::convert::Into::into("Rome"); default }), },
                    ::tidegate::__private::Parameter { name :
                    ::core::convert::Into::into("limit"), type_name :
                    ::core::convert::Into::into("Option<u8>"), default :
                    ::tidegate::__private::default_json!({ let default : Option < u8 > =
                    None; default }), }, ::tidegate::__private::Parameter { name :
                    ::core::convert::Into::into("must"), type_name :
                    ::core::convert::Into::into("HashMap<String, Vec<u8>>"), default :
                    ::core::option::Option::None, }
                ],
                ::tidegate::__private::Options {
                    log_prints: ::core::option::Option::Some(false),
                    ..::core::default::Default::default()
                },
            ))
    }
    /// Describes a call of the flow `my_pipeline`. Each argument is a value, or the handle of a run that gives one.
    #[allow(clippy::all, clippy::pedantic, clippy::nursery, single_use_lifetimes)]
    #[allow(deprecated)]
    pub fn call(
        lat: impl ::tidegate::Argument<f64>,
        city: impl ::tidegate::Argument<String>,
        limit: impl ::tidegate::Argument<Option<u8>>,
        must: impl ::tidegate::Argument<HashMap<String, Vec<u8>>>,
    ) -> ::tidegate::FlowCall<'static, String> {
        ::tidegate::__private::given(
            (
                ::tidegate::Argument::into_given(lat),
                (
                    ::tidegate::Argument::into_given(city),
                    (
                        ::tidegate::Argument::into_given(limit),
                        (::tidegate::Argument::into_given(must), ()),
                    ),
                ),
            ),
            Self::__tidegate_given(),
        )
    }
    /// [`call`](Self::call), submitted: starts a run of the flow `my_pipeline` concurrently.
    #[allow(clippy::all, clippy::pedantic, clippy::nursery, single_use_lifetimes)]
    #[allow(deprecated)]
    pub fn submit(
        lat: impl ::tidegate::Argument<f64>,
        city: impl ::tidegate::Argument<String>,
        limit: impl ::tidegate::Argument<Option<u8>>,
        must: impl ::tidegate::Argument<HashMap<String, Vec<u8>>>,
    ) -> ::tidegate::RunHandle<String> {
        Self::call(lat, city, limit, must).submit()
    }
    /// Describes calls of the flow `my_pipeline`, one for each element of the lists among the arguments. See [`MapArgument`](tidegate::MapArgument).
    #[allow(clippy::all, clippy::pedantic, clippy::nursery, single_use_lifetimes)]
    #[allow(deprecated)]
    pub fn each<
        __TidegateList0: ::tidegate::MapArgument<f64>,
        __TidegateList1: ::tidegate::MapArgument<String>,
        __TidegateList2: ::tidegate::MapArgument<Option<u8>>,
        __TidegateList3: ::tidegate::MapArgument<HashMap<String, Vec<u8>>>,
    >(
        lat: __TidegateList0,
        city: __TidegateList1,
        limit: __TidegateList2,
        must: __TidegateList3,
    ) -> ::tidegate::MapCall<String>
    where
        (
            <__TidegateList0 as ::tidegate::MapArgument<f64>>::Kind,
            (
                <__TidegateList1 as ::tidegate::MapArgument<String>>::Kind,
                (
                    <__TidegateList2 as ::tidegate::MapArgument<Option<u8>>>::Kind,
                    (
                        <__TidegateList3 as ::tidegate::MapArgument<
                            HashMap<String, Vec<u8>>,
                        >>::Kind,
                        (),
                    ),
                ),
            ),
        ): ::tidegate::__private::Kinds<Any: ::tidegate::__private::HasList>,
    {
        ::tidegate::__private::each(
            (
                ::tidegate::MapArgument::into_list(lat),
                (
                    ::tidegate::MapArgument::into_list(city),
                    (
                        ::tidegate::MapArgument::into_list(limit),
                        (::tidegate::MapArgument::into_list(must), ()),
                    ),
                ),
            ),
            &["lat", "city", "limit", "must"],
            Self::__tidegate_given(),
        )
    }
    /// [`each`](Self::each), submitted: starts a run of the flow `my_pipeline` for each element of the lists among the arguments.
    #[allow(clippy::all, clippy::pedantic, clippy::nursery, single_use_lifetimes)]
    #[allow(deprecated)]
    pub fn map<
        __TidegateList0: ::tidegate::MapArgument<f64>,
        __TidegateList1: ::tidegate::MapArgument<String>,
        __TidegateList2: ::tidegate::MapArgument<Option<u8>>,
        __TidegateList3: ::tidegate::MapArgument<HashMap<String, Vec<u8>>>,
    >(
        lat: __TidegateList0,
        city: __TidegateList1,
        limit: __TidegateList2,
        must: __TidegateList3,
    ) -> ::tidegate::RunHandles<String>
    where
        (
            <__TidegateList0 as ::tidegate::MapArgument<f64>>::Kind,
            (
                <__TidegateList1 as ::tidegate::MapArgument<String>>::Kind,
                (
                    <__TidegateList2 as ::tidegate::MapArgument<Option<u8>>>::Kind,
                    (
                        <__TidegateList3 as ::tidegate::MapArgument<
                            HashMap<String, Vec<u8>>,
                        >>::Kind,
                        (),
                    ),
                ),
            ),
        ): ::tidegate::__private::Kinds<Any: ::tidegate::__private::HasList>,
    {
        Self::each(lat, city, limit, must).submit()
    }
    #[allow(clippy::all, clippy::pedantic, clippy::nursery, single_use_lifetimes)]
    #[allow(deprecated)]
    fn __tidegate_given() -> ::tidegate::__private::GivenParts<
        (
            ::tidegate::Given<f64>,
            (
                ::tidegate::Given<String>,
                (
                    ::tidegate::Given<Option<u8>>,
                    (::tidegate::Given<HashMap<String, Vec<u8>>>, ()),
                ),
            ),
        ),
        ::tidegate::FlowCall<'static, String>,
    > {
        ::tidegate::__private::GivenParts {
            definition: Self::definition(),
            record: |(lat, (city, (limit, (must, ()))))| ::tidegate::__private::parameters([
                ("lat", ::tidegate::__private::given_recorded!(lat)),
                ("city", ::tidegate::__private::given_recorded!(city)),
                ("limit", ::tidegate::__private::given_recorded!(limit)),
                ("must", ::tidegate::__private::given_recorded!(must)),
            ]),
            inputs: |(lat, (city, (limit, (must, ()))))| ::tidegate::__private::inputs([
                ("lat", ::tidegate::__private::given_hashed!(lat)),
                ("city", ::tidegate::__private::given_hashed!(city)),
                ("limit", ::tidegate::__private::given_hashed!(limit)),
                ("must", ::tidegate::__private::given_hashed!(must)),
            ]),
            codec: ::tidegate::__private::codec!(String),
            needs_a_store: false,
            make: |(lat, (city, (limit, (must, ()))))| my_pipeline(
                lat,
                city,
                limit,
                must,
            ),
        }
    }
    /// A call from JSON parameters; what is missing takes its default.
    ///
    /// # Errors
    ///
    /// Every parameter that is wrong, missing or unknown.
    #[allow(clippy::all, clippy::pedantic, clippy::nursery, single_use_lifetimes)]
    #[allow(deprecated, unused_mut)]
    pub fn from_parameters(
        parameters: &::tidegate::Parameters,
    ) -> ::core::result::Result<
        ::tidegate::FlowCall<'static, String>,
        ::tidegate::InvalidParameters,
    > {
        let mut __tidegate_arguments = ::tidegate::__private::Arguments::new(
            Self::definition(),
            parameters,
        );
        let lat = ::tidegate::__private::argument!(
            __tidegate_arguments, "lat", f64, ::core::option::Option::Some(|| 38.9)
        );
        let city = ::tidegate::__private::argument!(
            __tidegate_arguments, "city", String, ::core::option::Option::Some(||
            ::core::convert::Into::into("Rome"))
        );
        let limit = ::tidegate::__private::argument!(
            __tidegate_arguments, "limit", Option < u8 >, ::core::option::Option::Some(||
            None)
        );
        let must = ::tidegate::__private::argument!(
            __tidegate_arguments, "must", HashMap < String, Vec < u8 > >,
            ::core::option::Option::None
        );
        __tidegate_arguments.finish()?;
        let (
            ::core::option::Option::Some(lat),
            ::core::option::Option::Some(city),
            ::core::option::Option::Some(limit),
            ::core::option::Option::Some(must),
        ) = (lat, city, limit, must) else {
            ::core::unreachable!("finish() reports every missing argument")
        };
        ::core::result::Result::Ok(my_pipeline(lat, city, limit, must))
    }
}
#[allow(deprecated)]
const _: () = {
    ::tidegate::__private::inventory::submit! {
        ::tidegate::__private::Registration::new(my_pipeline::definition, | parameters |
        my_pipeline::from_parameters(parameters).map(::tidegate::__private::forget), |
        __tidegate_schemas | ::std::vec![::tidegate::__private::schema!(f64,
        __tidegate_schemas), ::tidegate::__private::schema!(String, __tidegate_schemas),
        ::tidegate::__private::schema!(Option < u8 >, __tidegate_schemas),
        ::tidegate::__private::schema!(HashMap < String, Vec < u8 > >,
        __tidegate_schemas)],)
    }
};
