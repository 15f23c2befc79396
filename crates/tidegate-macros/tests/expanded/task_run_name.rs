#[allow(clippy::all, clippy::pedantic, clippy::nursery, single_use_lifetimes)]
fn named<'call>(
    x: u8,
    unused: u8,
    y: f64,
    width: usize,
    r#type: u8,
) -> ::tidegate::TaskCall<'call, ()> {
    ::tidegate::__private::task(::tidegate::__private::Parts {
        definition: named::definition(),
        arguments: (x, unused, y, width, r#type),
        record: |(x, unused, y, width, r#type)| ::tidegate::__private::parameters([
            ("x", ::tidegate::__private::recorded!(x)),
            ("unused", ::tidegate::__private::recorded!(unused)),
            ("y", ::tidegate::__private::recorded!(y)),
            ("width", ::tidegate::__private::recorded!(width)),
            ("type", ::tidegate::__private::recorded!(r#type)),
        ]),
        inputs: |(x, unused, y, width, r#type)| ::tidegate::__private::inputs([
            ("x", ::tidegate::__private::hashed!(x)),
            ("unused", ::tidegate::__private::hashed!(unused)),
            ("y", ::tidegate::__private::hashed!(y)),
            ("width", ::tidegate::__private::hashed!(width)),
            ("type", ::tidegate::__private::hashed!(r#type)),
        ]),
        repeat: |(x, unused, y, width, r#type)| ::core::result::Result::Ok((
            ::tidegate::__private::cloned!(x, "x")?,
            ::tidegate::__private::cloned!(unused, "unused")?,
            ::tidegate::__private::cloned!(y, "y")?,
            ::tidegate::__private::cloned!(width, "width")?,
            ::tidegate::__private::cloned!(r#type, "type")?,
        )),
        run_name: ::core::option::Option::Some(|(x, _, y, width, r#type), _| {
            ::core::result::Result::Ok(
                ::std::format!(
                    "{{hello}}-{x}-{y:>width$.1}-{x}-{type}", x = x, y = y, width =
                    width, r#type = r#type
                ),
            )
        }),
        body: |(x, unused, y, width, r#type)| named::original(
            x,
            unused,
            y,
            width,
            r#type,
        ),
        output: ::core::result::Result::Ok,
        conclude: |value| ::tidegate::__private::concluded!(value),
        codec: ::tidegate::__private::codec!(()),
        result_key: ::core::option::Option::None,
        viz_return_value: ::core::option::Option::None,
    })
}
/// The task `named`: what is known of it before it runs, and its plain function.
#[allow(non_camel_case_types, missing_debug_implementations, dead_code)]
enum named {}
#[allow(dead_code)]
impl named {
    /// The plain function behind the task `named`, for unit tests.
    #[allow(
        clippy::missing_const_for_fn,
        clippy::missing_errors_doc,
        clippy::missing_panics_doc,
        clippy::must_use_candidate,
        clippy::needless_pass_by_value,
        clippy::unused_async
    )]
    async fn original(x: u8, unused: u8, y: f64, width: usize, r#type: u8) {}
    /// What is known of the task `named` before any of its runs.
    #[must_use]
    fn definition() -> &'static ::tidegate::Definition {
        static __TIDEGATE_DEFINITION: ::std::sync::OnceLock<::tidegate::Definition> = ::std::sync::OnceLock::new();
        __TIDEGATE_DEFINITION
            .get_or_init(|| ::tidegate::__private::task_definition(
                ::tidegate::__private::Source {
                    key: ::std::string::String::from(::core::any::type_name::<Self>()),
                    name: "named",
                    description: ::core::option::Option::None,
                    number: 287560198222478691906417409197108998083u128,
                },
                ::std::vec![
                    ::tidegate::__private::Parameter { name :
                    ::core::convert::Into::into("x"), type_name :
                    ::core::convert::Into::into("u8"), default :
                    ::core::option::Option::None, }, ::tidegate::__private::Parameter {
                    name : ::core::convert::Into::into("unused"), type_name :
                    ::core::convert::Into::into("u8"), default :
                    ::core::option::Option::None, }, ::tidegate::__private::Parameter {
                    name : ::core::convert::Into::into("y"), type_name :
                    ::core::convert::Into::into("f64"), default :
                    ::core::option::Option::None, }, ::tidegate::__private::Parameter {
                    name : ::core::convert::Into::into("width"), type_name :
                    ::core::convert::Into::into("usize"), default :
                    ::core::option::Option::None, }, ::tidegate::__private::Parameter {
                    name : ::core::convert::Into::into("type"), type_name :
                    ::core::convert::Into::into("u8"), default :
                    ::core::option::Option::None, }
                ],
                ::tidegate::__private::Options {
                    log_prints: ::core::option::Option::Some(false),
                    ..::core::default::Default::default()
                },
            ))
    }
    /// Describes a call of the task `named`. Each argument is a value, or the handle of a run that gives one.
    #[allow(clippy::all, clippy::pedantic, clippy::nursery, single_use_lifetimes)]
    #[allow(deprecated)]
    fn call(
        x: impl ::tidegate::Argument<u8>,
        unused: impl ::tidegate::Argument<u8>,
        y: impl ::tidegate::Argument<f64>,
        width: impl ::tidegate::Argument<usize>,
        r#type: impl ::tidegate::Argument<u8>,
    ) -> ::tidegate::TaskCall<'static, ()> {
        ::tidegate::__private::given(
            (
                ::tidegate::Argument::into_given(x),
                (
                    ::tidegate::Argument::into_given(unused),
                    (
                        ::tidegate::Argument::into_given(y),
                        (
                            ::tidegate::Argument::into_given(width),
                            (::tidegate::Argument::into_given(r#type), ()),
                        ),
                    ),
                ),
            ),
            Self::__tidegate_given(),
        )
    }
    /// [`call`](Self::call), submitted: starts a run of the task `named` concurrently.
    #[allow(clippy::all, clippy::pedantic, clippy::nursery, single_use_lifetimes)]
    #[allow(deprecated)]
    fn submit(
        x: impl ::tidegate::Argument<u8>,
        unused: impl ::tidegate::Argument<u8>,
        y: impl ::tidegate::Argument<f64>,
        width: impl ::tidegate::Argument<usize>,
        r#type: impl ::tidegate::Argument<u8>,
    ) -> ::tidegate::RunHandle<()> {
        Self::call(x, unused, y, width, r#type).submit()
    }
    /// Describes calls of the task `named`, one for each element of the lists among the arguments. See [`MapArgument`](tidegate::MapArgument).
    #[allow(clippy::all, clippy::pedantic, clippy::nursery, single_use_lifetimes)]
    #[allow(deprecated)]
    fn each<
        __TidegateList0: ::tidegate::MapArgument<u8>,
        __TidegateList1: ::tidegate::MapArgument<u8>,
        __TidegateList2: ::tidegate::MapArgument<f64>,
        __TidegateList3: ::tidegate::MapArgument<usize>,
        __TidegateList4: ::tidegate::MapArgument<u8>,
    >(
        x: __TidegateList0,
        unused: __TidegateList1,
        y: __TidegateList2,
        width: __TidegateList3,
        r#type: __TidegateList4,
    ) -> ::tidegate::MapCall<()>
    where
        (
            <__TidegateList0 as ::tidegate::MapArgument<u8>>::Kind,
            (
                <__TidegateList1 as ::tidegate::MapArgument<u8>>::Kind,
                (
                    <__TidegateList2 as ::tidegate::MapArgument<f64>>::Kind,
                    (
                        <__TidegateList3 as ::tidegate::MapArgument<usize>>::Kind,
                        (<__TidegateList4 as ::tidegate::MapArgument<u8>>::Kind, ()),
                    ),
                ),
            ),
        ): ::tidegate::__private::Kinds<Any: ::tidegate::__private::HasList>,
    {
        ::tidegate::__private::each(
            (
                ::tidegate::MapArgument::into_list(x),
                (
                    ::tidegate::MapArgument::into_list(unused),
                    (
                        ::tidegate::MapArgument::into_list(y),
                        (
                            ::tidegate::MapArgument::into_list(width),
                            (::tidegate::MapArgument::into_list(r#type), ()),
                        ),
                    ),
                ),
            ),
            &["x", "unused", "y", "width", "type"],
            Self::__tidegate_given(),
        )
    }
    /// [`each`](Self::each), submitted: starts a run of the task `named` for each element of the lists among the arguments.
    #[allow(clippy::all, clippy::pedantic, clippy::nursery, single_use_lifetimes)]
    #[allow(deprecated)]
    fn map<
        __TidegateList0: ::tidegate::MapArgument<u8>,
        __TidegateList1: ::tidegate::MapArgument<u8>,
        __TidegateList2: ::tidegate::MapArgument<f64>,
        __TidegateList3: ::tidegate::MapArgument<usize>,
        __TidegateList4: ::tidegate::MapArgument<u8>,
    >(
        x: __TidegateList0,
        unused: __TidegateList1,
        y: __TidegateList2,
        width: __TidegateList3,
        r#type: __TidegateList4,
    ) -> ::tidegate::RunHandles<()>
    where
        (
            <__TidegateList0 as ::tidegate::MapArgument<u8>>::Kind,
            (
                <__TidegateList1 as ::tidegate::MapArgument<u8>>::Kind,
                (
                    <__TidegateList2 as ::tidegate::MapArgument<f64>>::Kind,
                    (
                        <__TidegateList3 as ::tidegate::MapArgument<usize>>::Kind,
                        (<__TidegateList4 as ::tidegate::MapArgument<u8>>::Kind, ()),
                    ),
                ),
            ),
        ): ::tidegate::__private::Kinds<Any: ::tidegate::__private::HasList>,
    {
        Self::each(x, unused, y, width, r#type).submit()
    }
    #[allow(clippy::all, clippy::pedantic, clippy::nursery, single_use_lifetimes)]
    #[allow(deprecated)]
    fn __tidegate_given() -> ::tidegate::__private::GivenParts<
        (
            ::tidegate::Given<u8>,
            (
                ::tidegate::Given<u8>,
                (
                    ::tidegate::Given<f64>,
                    (::tidegate::Given<usize>, (::tidegate::Given<u8>, ())),
                ),
            ),
        ),
        ::tidegate::TaskCall<'static, ()>,
    > {
        ::tidegate::__private::GivenParts {
            definition: Self::definition(),
            record: |(x, (unused, (y, (width, (r#type, ())))))| ::tidegate::__private::parameters([
                ("x", ::tidegate::__private::given_recorded!(x)),
                ("unused", ::tidegate::__private::given_recorded!(unused)),
                ("y", ::tidegate::__private::given_recorded!(y)),
                ("width", ::tidegate::__private::given_recorded!(width)),
                ("type", ::tidegate::__private::given_recorded!(r#type)),
            ]),
            inputs: |(x, (unused, (y, (width, (r#type, ())))))| ::tidegate::__private::inputs([
                ("x", ::tidegate::__private::given_hashed!(x)),
                ("unused", ::tidegate::__private::given_hashed!(unused)),
                ("y", ::tidegate::__private::given_hashed!(y)),
                ("width", ::tidegate::__private::given_hashed!(width)),
                ("type", ::tidegate::__private::given_hashed!(r#type)),
            ]),
            codec: ::tidegate::__private::codec!(()),
            needs_a_store: false,
            make: |(x, (unused, (y, (width, (r#type, ())))))| named(
                x,
                unused,
                y,
                width,
                r#type,
            ),
        }
    }
}
