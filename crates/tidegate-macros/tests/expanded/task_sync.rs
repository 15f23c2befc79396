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
                    ..::core::default::Default::default()
                },
            ))
    }
}
