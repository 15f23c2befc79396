/// Fetches the weather.
///
/// From afar.
#[allow(clippy::all, clippy::pedantic, clippy::nursery, single_use_lifetimes)]
pub fn fetch_weather<'call>(lat: f64, lon: f64) -> ::tidegate::TaskCall<'call, f64> {
    ::tidegate::__private::task(::tidegate::__private::Parts {
        definition: fetch_weather::definition(),
        arguments: (lat, lon),
        record: |(lat, lon)| ::tidegate::__private::parameters([
            ("lat", ::tidegate::__private::recorded!(lat)),
            ("lon", ::tidegate::__private::recorded!(lon)),
        ]),
        inputs: |(lat, lon)| ::tidegate::__private::inputs([
            ("lat", ::tidegate::__private::hashed!(lat)),
            ("lon", ::tidegate::__private::hashed!(lon)),
        ]),
        repeat: |(lat, lon)| ::core::result::Result::Ok((
            ::tidegate::__private::cloned!(lat, "lat")?,
            ::tidegate::__private::cloned!(lon, "lon")?,
        )),
        run_name: ::core::option::Option::None,
        body: |(lat, lon)| fetch_weather::original(lat, lon),
        output: |output: Result<f64>| {
            output.map_err(|error| ::tidegate::__private::failure!(error))
        },
        conclude: |value| ::tidegate::__private::concluded!(value),
        codec: ::tidegate::__private::codec!(f64),
        result_key: ::core::option::Option::None,
        viz_return_value: ::core::option::Option::None,
    })
}
/// The task `fetch_weather`: what is known of it before it runs, and its plain function.
#[allow(non_camel_case_types, missing_debug_implementations, dead_code)]
pub enum fetch_weather {}
#[allow(dead_code)]
impl fetch_weather {
    /// The plain function behind the task `fetch_weather`, for unit tests.
    #[allow(
        clippy::missing_const_for_fn,
        clippy::missing_errors_doc,
        clippy::missing_panics_doc,
        clippy::must_use_candidate,
        clippy::needless_pass_by_value,
        clippy::unused_async
    )]
    pub async fn original(lat: f64, mut lon: f64) -> Result<f64> {
        #[allow(unused_macros)]
        macro_rules! print {
            ($($arguments:tt)*) => {
                ::tidegate::__private::print(::core::format_args!($($arguments)*),
                ::tidegate::__private::Print::Out)
            };
        }
        #[allow(unused_macros)]
        macro_rules! println {
            () => {
                ::tidegate::__private::print(::core::format_args!(""),
                ::tidegate::__private::Print::OutLine)
            };
            ($($arguments:tt)*) => {
                ::tidegate::__private::print(::core::format_args!($($arguments)*),
                ::tidegate::__private::Print::OutLine)
            };
        }
        #[allow(unused_macros)]
        macro_rules! eprint {
            ($($arguments:tt)*) => {
                ::tidegate::__private::print(::core::format_args!($($arguments)*),
                ::tidegate::__private::Print::Err)
            };
        }
        #[allow(unused_macros)]
        macro_rules! eprintln {
            () => {
                ::tidegate::__private::print(::core::format_args!(""),
                ::tidegate::__private::Print::ErrLine)
            };
            ($($arguments:tt)*) => {
                ::tidegate::__private::print(::core::format_args!($($arguments)*),
                ::tidegate::__private::Print::ErrLine)
            };
        }
        lon += lat;
        println!("{lon}");
        Ok(lon)
    }
    /// What is known of the task `fetch_weather` before any of its runs.
    #[must_use]
    pub fn definition() -> &'static ::tidegate::Definition {
        static __TIDEGATE_DEFINITION: ::std::sync::OnceLock<::tidegate::Definition> = ::std::sync::OnceLock::new();
        __TIDEGATE_DEFINITION
            .get_or_init(|| ::tidegate::__private::task_definition(
                ::tidegate::__private::Source {
                    key: ::std::string::String::from(::core::any::type_name::<Self>()),
                    name: "fetch_weather",
                    description: ::core::option::Option::Some("Fetches the weather."),
                    number: 251244966422377033251874601156338303490u128,
                },
                ::std::vec![
                    ::tidegate::__private::Parameter { name :
                    ::core::convert::Into::into("lat"), type_name :
                    ::core::convert::Into::into("f64"), default :
                    ::core::option::Option::None, }, ::tidegate::__private::Parameter {
                    name : ::core::convert::Into::into("lon"), type_name :
                    ::core::convert::Into::into("f64"), default :
                    ::core::option::Option::None, }
                ],
                ::tidegate::__private::Options {
                    ..::core::default::Default::default()
                },
            ))
    }
    /// Describes a call of the task `fetch_weather`. Each argument is a value, or the handle of a run that gives one.
    #[allow(clippy::all, clippy::pedantic, clippy::nursery, single_use_lifetimes)]
    #[allow(deprecated)]
    pub fn call(
        lat: impl ::tidegate::Argument<f64>,
        lon: impl ::tidegate::Argument<f64>,
    ) -> ::tidegate::TaskCall<'static, f64> {
        ::tidegate::__private::given(
            (
                ::tidegate::Argument::into_given(lat),
                (::tidegate::Argument::into_given(lon), ()),
            ),
            Self::__tidegate_given(),
        )
    }
    /// [`call`](Self::call), submitted: starts a run of the task `fetch_weather` concurrently.
    #[allow(clippy::all, clippy::pedantic, clippy::nursery, single_use_lifetimes)]
    #[allow(deprecated)]
    pub fn submit(
        lat: impl ::tidegate::Argument<f64>,
        lon: impl ::tidegate::Argument<f64>,
    ) -> ::tidegate::RunHandle<f64> {
        Self::call(lat, lon).submit()
    }
    /// Describes calls of the task `fetch_weather`, one for each element of the lists among the arguments. See [`MapArgument`](tidegate::MapArgument).
    #[allow(clippy::all, clippy::pedantic, clippy::nursery, single_use_lifetimes)]
    #[allow(deprecated)]
    pub fn each<
        __TidegateList0: ::tidegate::MapArgument<f64>,
        __TidegateList1: ::tidegate::MapArgument<f64>,
    >(lat: __TidegateList0, lon: __TidegateList1) -> ::tidegate::MapCall<f64>
    where
        (
            <__TidegateList0 as ::tidegate::MapArgument<f64>>::Kind,
            (<__TidegateList1 as ::tidegate::MapArgument<f64>>::Kind, ()),
        ): ::tidegate::__private::Kinds<Any: ::tidegate::__private::HasList>,
    {
        ::tidegate::__private::each(
            (
                ::tidegate::MapArgument::into_list(lat),
                (::tidegate::MapArgument::into_list(lon), ()),
            ),
            &["lat", "lon"],
            Self::__tidegate_given(),
        )
    }
    /// [`each`](Self::each), submitted: starts a run of the task `fetch_weather` for each element of the lists among the arguments.
    #[allow(clippy::all, clippy::pedantic, clippy::nursery, single_use_lifetimes)]
    #[allow(deprecated)]
    pub fn map<
        __TidegateList0: ::tidegate::MapArgument<f64>,
        __TidegateList1: ::tidegate::MapArgument<f64>,
    >(lat: __TidegateList0, lon: __TidegateList1) -> ::tidegate::RunHandles<f64>
    where
        (
            <__TidegateList0 as ::tidegate::MapArgument<f64>>::Kind,
            (<__TidegateList1 as ::tidegate::MapArgument<f64>>::Kind, ()),
        ): ::tidegate::__private::Kinds<Any: ::tidegate::__private::HasList>,
    {
        Self::each(lat, lon).submit()
    }
    #[allow(clippy::all, clippy::pedantic, clippy::nursery, single_use_lifetimes)]
    #[allow(deprecated)]
    fn __tidegate_given() -> ::tidegate::__private::GivenParts<
        (::tidegate::Given<f64>, (::tidegate::Given<f64>, ())),
        ::tidegate::TaskCall<'static, f64>,
    > {
        ::tidegate::__private::GivenParts {
            definition: Self::definition(),
            record: |(lat, (lon, ()))| ::tidegate::__private::parameters([
                ("lat", ::tidegate::__private::given_recorded!(lat)),
                ("lon", ::tidegate::__private::given_recorded!(lon)),
            ]),
            inputs: |(lat, (lon, ()))| ::tidegate::__private::inputs([
                ("lat", ::tidegate::__private::given_hashed!(lat)),
                ("lon", ::tidegate::__private::given_hashed!(lon)),
            ]),
            codec: ::tidegate::__private::codec!(f64),
            needs_a_store: false,
            make: |(lat, (lon, ()))| fetch_weather(lat, lon),
        }
    }
}
