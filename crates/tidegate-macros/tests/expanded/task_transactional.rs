#[allow(clippy::all, clippy::pedantic, clippy::nursery, single_use_lifetimes)]
fn transfer<'call, N: Into<i64> + 'static>(
    from: i64,
    to: i64,
    cents: N,
) -> ::tidegate::TaskCall<'call, i64> {
    ::tidegate::__private::argument_must_be_clone_to_be_retried(&from);
    ::tidegate::__private::argument_must_be_clone_to_be_retried(&to);
    ::tidegate::__private::argument_must_be_clone_to_be_retried(&cents);
    ::tidegate::__private::transactional(::tidegate::__private::Parts {
        definition: transfer::definition(),
        arguments: (from, to, cents),
        record: |(from, to, cents)| ::tidegate::__private::parameters([
            ("from", ::tidegate::__private::recorded!(from)),
            ("to", ::tidegate::__private::recorded!(to)),
            ("cents", ::tidegate::__private::recorded!(cents)),
        ]),
        inputs: |(from, to, cents)| ::tidegate::__private::inputs([
            ("<N>", ::tidegate::__private::hashed_type::<N>()),
            ("from", ::tidegate::__private::hashed!(from)),
            ("to", ::tidegate::__private::hashed!(to)),
            ("cents", ::tidegate::__private::hashed!(cents)),
        ]),
        repeat: |(from, to, cents)| ::core::result::Result::Ok((
            ::tidegate::__private::cloned!(from, "from")?,
            ::tidegate::__private::cloned!(to, "to")?,
            ::tidegate::__private::cloned!(cents, "cents")?,
        )),
        run_name: ::core::option::Option::Some(|(from, to, _)| {
            ::std::format!("{from}-{to}", from = from, to = to)
        }),
        body: |
            __tidegate_transaction: &mut ::tidegate::SqlTransaction<'_>,
            (from, to, cents)|
        transfer::original::<N>(__tidegate_transaction, from, to, cents),
        output: |output: Result<i64>| {
            output.map_err(|error| ::tidegate::__private::failure!(error))
        },
        conclude: |value| ::tidegate::__private::concluded!(value),
        codec: ::tidegate::__private::codec!(i64),
        result_key: ::core::option::Option::None,
    })
}
/// The task `transfer`: what is known of it before it runs, and its plain function.
#[allow(non_camel_case_types, missing_debug_implementations, dead_code)]
enum transfer {}
#[allow(dead_code)]
impl transfer {
    /// The plain function behind the task `transfer`, for unit tests.
    #[allow(
        clippy::missing_const_for_fn,
        clippy::missing_errors_doc,
        clippy::missing_panics_doc,
        clippy::must_use_candidate,
        clippy::needless_pass_by_value,
        clippy::unused_async
    )]
    fn original<N: Into<i64>>(
        tx: &mut SqlTransaction<'_>,
        from: i64,
        to: i64,
        cents: N,
    ) -> Result<i64> {
        todo()
    }
    /// What is known of the task `transfer` before any of its runs.
    #[must_use]
    fn definition() -> &'static ::tidegate::Definition {
        static __TIDEGATE_DEFINITION: ::std::sync::OnceLock<::tidegate::Definition> = ::std::sync::OnceLock::new();
        __TIDEGATE_DEFINITION
            .get_or_init(|| ::tidegate::__private::task_definition(
                ::tidegate::__private::Source {
                    key: ::std::string::String::from(::core::any::type_name::<Self>()),
                    name: "transfer",
                    description: ::core::option::Option::None,
                    number: 324353825018494275705586013058371391544u128,
                },
                ::std::vec![
                    ::tidegate::__private::Parameter { name :
                    ::core::convert::Into::into("from"), type_name :
                    ::core::convert::Into::into("i64"), default :
                    ::core::option::Option::None, }, ::tidegate::__private::Parameter {
                    name : ::core::convert::Into::into("to"), type_name :
                    ::core::convert::Into::into("i64"), default :
                    ::core::option::Option::None, }, ::tidegate::__private::Parameter {
                    name : ::core::convert::Into::into("cents"), type_name :
                    ::core::convert::Into::into("N"), default :
                    ::core::option::Option::None, }
                ],
                ::tidegate::__private::Options {
                    retries: ::core::option::Option::Some(2),
                    log_prints: ::core::option::Option::Some(false),
                    ..::core::default::Default::default()
                },
            ))
    }
}
