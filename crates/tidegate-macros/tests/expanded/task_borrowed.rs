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
}
