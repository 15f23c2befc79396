#[allow(clippy::all, clippy::pedantic, clippy::nursery, single_use_lifetimes)]
fn borrow<
    'call_,
    't0: 'call_,
    't1: 'call_,
    't2: 'call_,
    't3: 'call_,
    't4: 'call_,
    'a: 'call_,
    'call: 'call_,
>(
    one: &'t0 str,
    two: &'a mut Vec<&'call u8>,
    three: Cow<'t1, [&'t2 u8]>,
    four: &'static str,
    five: fn(&str) -> &str,
    six: Box<dyn Fn(&u8) + 't3>,
    seven: &'t4 (dyn Debug + Sync),
    eight: impl for<'b> Of<'b, &'b u8> + 'call_,
) -> ::tidegate::TaskCall<'call_, &'a u8> {
    ::tidegate::__private::task(::tidegate::__private::Parts {
        definition: borrow::definition(),
        arguments: (one, two, three, four, five, six, seven, eight),
        record: |(one, two, three, four, five, six, seven, eight)| ::tidegate::__private::parameters([
            ("one", ::tidegate::__private::recorded!(one)),
            ("two", ::tidegate::__private::recorded!(two)),
            ("three", ::tidegate::__private::recorded!(three)),
            ("four", ::tidegate::__private::recorded!(four)),
            ("five", ::tidegate::__private::recorded!(five)),
            ("six", ::tidegate::__private::recorded!(six)),
            ("seven", ::tidegate::__private::recorded!(seven)),
            ("eight", ::tidegate::__private::recorded!(eight)),
        ]),
        inputs: |(one, two, three, four, five, six, seven, eight)| ::tidegate::__private::inputs([
            ("one", ::tidegate::__private::hashed!(one)),
            ("two", ::tidegate::__private::hashed!(two)),
            ("three", ::tidegate::__private::hashed!(three)),
            ("four", ::tidegate::__private::hashed!(four)),
            ("five", ::tidegate::__private::hashed!(five)),
            ("six", ::tidegate::__private::hashed!(six)),
            ("seven", ::tidegate::__private::hashed!(seven)),
            ("eight", ::tidegate::__private::hashed!(eight)),
        ]),
        repeat: |(one, two, three, four, five, six, seven, eight)| ::core::result::Result::Ok((
            ::tidegate::__private::cloned!(one, "one")?,
            ::tidegate::__private::cloned!(two, "two")?,
            ::tidegate::__private::cloned!(three, "three")?,
            ::tidegate::__private::cloned!(four, "four")?,
            ::tidegate::__private::cloned!(five, "five")?,
            ::tidegate::__private::cloned!(six, "six")?,
            ::tidegate::__private::cloned!(seven, "seven")?,
            ::tidegate::__private::cloned!(eight, "eight")?,
        )),
        run_name: ::core::option::Option::None,
        body: |(one, two, three, four, five, six, seven, eight)| borrow::original(
            one,
            two,
            three,
            four,
            five,
            six,
            seven,
            eight,
        ),
        output: |output: io::Result<&'a u8>| {
            output.map_err(|error| ::tidegate::__private::failure!(error))
        },
        conclude: |value| ::tidegate::__private::concluded!(value),
        codec: ::core::option::Option::None,
        result_key: ::core::option::Option::None,
        viz_return_value: ::core::option::Option::None,
    })
}
/// The task `borrow`: what is known of it before it runs, and its plain function.
#[allow(non_camel_case_types, missing_debug_implementations, dead_code)]
enum borrow {}
#[allow(dead_code)]
impl borrow {
    /// The plain function behind the task `borrow`, for unit tests.
    #[allow(
        clippy::missing_const_for_fn,
        clippy::missing_errors_doc,
        clippy::missing_panics_doc,
        clippy::must_use_candidate,
        clippy::needless_pass_by_value,
        clippy::unused_async
    )]
    async fn original<'a, 'call>(
        one: &str,
        two: &'a mut Vec<&'call u8>,
        three: Cow<'_, [&u8]>,
        four: &'static str,
        five: fn(&str) -> &str,
        six: Box<dyn Fn(&u8) + '_>,
        seven: &(dyn Debug + Sync),
        eight: impl for<'b> Of<'b, &'b u8>,
    ) -> io::Result<&'a u8> {
        todo()
    }
    /// What is known of the task `borrow` before any of its runs.
    #[must_use]
    fn definition() -> &'static ::tidegate::Definition {
        static __TIDEGATE_DEFINITION: ::std::sync::OnceLock<::tidegate::Definition> = ::std::sync::OnceLock::new();
        __TIDEGATE_DEFINITION
            .get_or_init(|| ::tidegate::__private::task_definition(
                ::tidegate::__private::Source {
                    key: ::std::string::String::from(::core::any::type_name::<Self>()),
                    name: "borrow",
                    description: ::core::option::Option::None,
                    number: 297785666735222600270803701739397758874u128,
                },
                ::std::vec![
                    ::tidegate::__private::Parameter { name :
                    ::core::convert::Into::into("one"), type_name :
                    ::core::convert::Into::into("&str"), default :
                    ::core::option::Option::None, }, ::tidegate::__private::Parameter {
                    name : ::core::convert::Into::into("two"), type_name :
                    ::core::convert::Into::into("&'a mut Vec<&'call u8>"), default :
                    ::core::option::Option::None, }, ::tidegate::__private::Parameter {
                    name : ::core::convert::Into::into("three"), type_name :
                    ::core::convert::Into::into("Cow<'_, [&u8]>"), default :
                    ::core::option::Option::None, }, ::tidegate::__private::Parameter {
                    name : ::core::convert::Into::into("four"), type_name :
                    ::core::convert::Into::into("&'static str"), default :
                    ::core::option::Option::None, }, ::tidegate::__private::Parameter {
                    name : ::core::convert::Into::into("five"), type_name :
                    ::core::convert::Into::into("fn(&str) -> &str"), default :
                    ::core::option::Option::None, }, ::tidegate::__private::Parameter {
                    name : ::core::convert::Into::into("six"), type_name :
                    ::core::convert::Into::into("Box<dyn Fn(&u8) + '_>"), default :
                    ::core::option::Option::None, }, ::tidegate::__private::Parameter {
                    name : ::core::convert::Into::into("seven"), type_name :
                    ::core::convert::Into::into("&(dyn Debug + Sync)"), default :
                    ::core::option::Option::None, }, ::tidegate::__private::Parameter {
                    name : ::core::convert::Into::into("eight"), type_name :
                    ::core::convert::Into::into("impl for<'b> Of<'b, &'b u8>"), default :
                    ::core::option::Option::None, }
                ],
                ::tidegate::__private::Options {
                    log_prints: ::core::option::Option::Some(false),
                    ..::core::default::Default::default()
                },
            ))
    }
    /// Describes a call of the task `borrow`. Each argument is a value, or the handle of a run that gives one.
    #[allow(clippy::all, clippy::pedantic, clippy::nursery, single_use_lifetimes)]
    #[allow(deprecated)]
    fn call<__TidegateT0: for<'b> Of<'b, &'b u8> + 'static>(
        one: impl ::tidegate::Argument<&'static str>,
        two: impl ::tidegate::Argument<&'static mut Vec<&'static u8>>,
        three: impl ::tidegate::Argument<Cow<'static, [&'static u8]>>,
        four: impl ::tidegate::Argument<&'static str>,
        five: impl ::tidegate::Argument<fn(&str) -> &str>,
        six: impl ::tidegate::Argument<Box<dyn Fn(&u8) + 'static>>,
        seven: impl ::tidegate::Argument<&'static (dyn Debug + Sync)>,
        eight: impl ::tidegate::Argument<__TidegateT0>,
    ) -> ::tidegate::TaskCall<'static, &'static u8> {
        ::tidegate::__private::given(
            (
                ::tidegate::Argument::into_given(one),
                (
                    ::tidegate::Argument::into_given(two),
                    (
                        ::tidegate::Argument::into_given(three),
                        (
                            ::tidegate::Argument::into_given(four),
                            (
                                ::tidegate::Argument::into_given(five),
                                (
                                    ::tidegate::Argument::into_given(six),
                                    (
                                        ::tidegate::Argument::into_given(seven),
                                        (::tidegate::Argument::into_given(eight), ()),
                                    ),
                                ),
                            ),
                        ),
                    ),
                ),
            ),
            Self::__tidegate_given::<__TidegateT0>(),
        )
    }
    /// [`call`](Self::call), submitted: starts a run of the task `borrow` concurrently.
    #[allow(clippy::all, clippy::pedantic, clippy::nursery, single_use_lifetimes)]
    #[allow(deprecated)]
    fn submit<__TidegateT0: for<'b> Of<'b, &'b u8> + 'static>(
        one: impl ::tidegate::Argument<&'static str>,
        two: impl ::tidegate::Argument<&'static mut Vec<&'static u8>>,
        three: impl ::tidegate::Argument<Cow<'static, [&'static u8]>>,
        four: impl ::tidegate::Argument<&'static str>,
        five: impl ::tidegate::Argument<fn(&str) -> &str>,
        six: impl ::tidegate::Argument<Box<dyn Fn(&u8) + 'static>>,
        seven: impl ::tidegate::Argument<&'static (dyn Debug + Sync)>,
        eight: impl ::tidegate::Argument<__TidegateT0>,
    ) -> ::tidegate::RunHandle<&'static u8> {
        Self::call::<__TidegateT0>(one, two, three, four, five, six, seven, eight)
            .submit()
    }
    /// Describes calls of the task `borrow`, one for each element of the lists among the arguments. See [`MapArgument`](tidegate::MapArgument).
    #[allow(clippy::all, clippy::pedantic, clippy::nursery, single_use_lifetimes)]
    #[allow(deprecated)]
    fn each<
        __TidegateT0: for<'b> Of<'b, &'b u8> + 'static,
        __TidegateList0: ::tidegate::MapArgument<&'static str>,
        __TidegateList1: ::tidegate::MapArgument<&'static mut Vec<&'static u8>>,
        __TidegateList2: ::tidegate::MapArgument<Cow<'static, [&'static u8]>>,
        __TidegateList3: ::tidegate::MapArgument<&'static str>,
        __TidegateList4: ::tidegate::MapArgument<fn(&str) -> &str>,
        __TidegateList5: ::tidegate::MapArgument<Box<dyn Fn(&u8) + 'static>>,
        __TidegateList6: ::tidegate::MapArgument<&'static (dyn Debug + Sync)>,
        __TidegateList7: ::tidegate::MapArgument<__TidegateT0>,
    >(
        one: __TidegateList0,
        two: __TidegateList1,
        three: __TidegateList2,
        four: __TidegateList3,
        five: __TidegateList4,
        six: __TidegateList5,
        seven: __TidegateList6,
        eight: __TidegateList7,
    ) -> ::tidegate::MapCall<&'static u8>
    where
        (
            <__TidegateList0 as ::tidegate::MapArgument<&'static str>>::Kind,
            (
                <__TidegateList1 as ::tidegate::MapArgument<
                    &'static mut Vec<&'static u8>,
                >>::Kind,
                (
                    <__TidegateList2 as ::tidegate::MapArgument<
                        Cow<'static, [&'static u8]>,
                    >>::Kind,
                    (
                        <__TidegateList3 as ::tidegate::MapArgument<&'static str>>::Kind,
                        (
                            <__TidegateList4 as ::tidegate::MapArgument<
                                fn(&str) -> &str,
                            >>::Kind,
                            (
                                <__TidegateList5 as ::tidegate::MapArgument<
                                    Box<dyn Fn(&u8) + 'static>,
                                >>::Kind,
                                (
                                    <__TidegateList6 as ::tidegate::MapArgument<
                                        &'static (dyn Debug + Sync),
                                    >>::Kind,
                                    (
                                        <__TidegateList7 as ::tidegate::MapArgument<
                                            __TidegateT0,
                                        >>::Kind,
                                        (),
                                    ),
                                ),
                            ),
                        ),
                    ),
                ),
            ),
        ): ::tidegate::__private::Kinds<Any: ::tidegate::__private::HasList>,
    {
        ::tidegate::__private::each(
            (
                ::tidegate::MapArgument::into_list(one),
                (
                    ::tidegate::MapArgument::into_list(two),
                    (
                        ::tidegate::MapArgument::into_list(three),
                        (
                            ::tidegate::MapArgument::into_list(four),
                            (
                                ::tidegate::MapArgument::into_list(five),
                                (
                                    ::tidegate::MapArgument::into_list(six),
                                    (
                                        ::tidegate::MapArgument::into_list(seven),
                                        (::tidegate::MapArgument::into_list(eight), ()),
                                    ),
                                ),
                            ),
                        ),
                    ),
                ),
            ),
            &["one", "two", "three", "four", "five", "six", "seven", "eight"],
            Self::__tidegate_given::<__TidegateT0>(),
        )
    }
    /// [`each`](Self::each), submitted: starts a run of the task `borrow` for each element of the lists among the arguments.
    #[allow(clippy::all, clippy::pedantic, clippy::nursery, single_use_lifetimes)]
    #[allow(deprecated)]
    fn map<
        __TidegateT0: for<'b> Of<'b, &'b u8> + 'static,
        __TidegateList0: ::tidegate::MapArgument<&'static str>,
        __TidegateList1: ::tidegate::MapArgument<&'static mut Vec<&'static u8>>,
        __TidegateList2: ::tidegate::MapArgument<Cow<'static, [&'static u8]>>,
        __TidegateList3: ::tidegate::MapArgument<&'static str>,
        __TidegateList4: ::tidegate::MapArgument<fn(&str) -> &str>,
        __TidegateList5: ::tidegate::MapArgument<Box<dyn Fn(&u8) + 'static>>,
        __TidegateList6: ::tidegate::MapArgument<&'static (dyn Debug + Sync)>,
        __TidegateList7: ::tidegate::MapArgument<__TidegateT0>,
    >(
        one: __TidegateList0,
        two: __TidegateList1,
        three: __TidegateList2,
        four: __TidegateList3,
        five: __TidegateList4,
        six: __TidegateList5,
        seven: __TidegateList6,
        eight: __TidegateList7,
    ) -> ::tidegate::RunHandles<&'static u8>
    where
        (
            <__TidegateList0 as ::tidegate::MapArgument<&'static str>>::Kind,
            (
                <__TidegateList1 as ::tidegate::MapArgument<
                    &'static mut Vec<&'static u8>,
                >>::Kind,
                (
                    <__TidegateList2 as ::tidegate::MapArgument<
                        Cow<'static, [&'static u8]>,
                    >>::Kind,
                    (
                        <__TidegateList3 as ::tidegate::MapArgument<&'static str>>::Kind,
                        (
                            <__TidegateList4 as ::tidegate::MapArgument<
                                fn(&str) -> &str,
                            >>::Kind,
                            (
                                <__TidegateList5 as ::tidegate::MapArgument<
                                    Box<dyn Fn(&u8) + 'static>,
                                >>::Kind,
                                (
                                    <__TidegateList6 as ::tidegate::MapArgument<
                                        &'static (dyn Debug + Sync),
                                    >>::Kind,
                                    (
                                        <__TidegateList7 as ::tidegate::MapArgument<
                                            __TidegateT0,
                                        >>::Kind,
                                        (),
                                    ),
                                ),
                            ),
                        ),
                    ),
                ),
            ),
        ): ::tidegate::__private::Kinds<Any: ::tidegate::__private::HasList>,
    {
        Self::each(one, two, three, four, five, six, seven, eight).submit()
    }
    #[allow(clippy::all, clippy::pedantic, clippy::nursery, single_use_lifetimes)]
    #[allow(deprecated)]
    fn __tidegate_given<__TidegateT0: for<'b> Of<'b, &'b u8> + 'static>() -> ::tidegate::__private::GivenParts<
        (
            ::tidegate::Given<&'static str>,
            (
                ::tidegate::Given<&'static mut Vec<&'static u8>>,
                (
                    ::tidegate::Given<Cow<'static, [&'static u8]>>,
                    (
                        ::tidegate::Given<&'static str>,
                        (
                            ::tidegate::Given<fn(&str) -> &str>,
                            (
                                ::tidegate::Given<Box<dyn Fn(&u8) + 'static>>,
                                (
                                    ::tidegate::Given<&'static (dyn Debug + Sync)>,
                                    (::tidegate::Given<__TidegateT0>, ()),
                                ),
                            ),
                        ),
                    ),
                ),
            ),
        ),
        ::tidegate::TaskCall<'static, &'static u8>,
    > {
        ::tidegate::__private::GivenParts {
            definition: Self::definition(),
            record: |(one, (two, (three, (four, (five, (six, (seven, (eight, ()))))))))| ::tidegate::__private::parameters([
                ("one", ::tidegate::__private::given_recorded!(one)),
                ("two", ::tidegate::__private::given_recorded!(two)),
                ("three", ::tidegate::__private::given_recorded!(three)),
                ("four", ::tidegate::__private::given_recorded!(four)),
                ("five", ::tidegate::__private::given_recorded!(five)),
                ("six", ::tidegate::__private::given_recorded!(six)),
                ("seven", ::tidegate::__private::given_recorded!(seven)),
                ("eight", ::tidegate::__private::given_recorded!(eight)),
            ]),
            inputs: |(one, (two, (three, (four, (five, (six, (seven, (eight, ()))))))))| ::tidegate::__private::inputs([
                ("one", ::tidegate::__private::given_hashed!(one)),
                ("two", ::tidegate::__private::given_hashed!(two)),
                ("three", ::tidegate::__private::given_hashed!(three)),
                ("four", ::tidegate::__private::given_hashed!(four)),
                ("five", ::tidegate::__private::given_hashed!(five)),
                ("six", ::tidegate::__private::given_hashed!(six)),
                ("seven", ::tidegate::__private::given_hashed!(seven)),
                ("eight", ::tidegate::__private::given_hashed!(eight)),
            ]),
            codec: ::core::option::Option::None,
            needs_a_store: false,
            make: |(one, (two, (three, (four, (five, (six, (seven, (eight, ()))))))))| borrow(
                one,
                two,
                three,
                four,
                five,
                six,
                seven,
                eight,
            ),
        }
    }
}
