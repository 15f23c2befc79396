/// Documented.
#[doc(hidden)]
#[cfg(unix)]
#[allow(dead_code)]
#[allow(clippy::too_many_arguments, reason = "so")]
#[deprecated]
#[warn(unused)]
#[allow(clippy::all, clippy::pedantic, clippy::nursery, single_use_lifetimes)]
pub(crate) fn r#loop<'call>(x: u8) -> ::tidegate::TaskCall<'call, ()> {
    ::tidegate::__private::task(::tidegate::__private::Parts {
        definition: r#loop::definition(),
        arguments: (x,),
        record: |(x,)| ::tidegate::__private::parameters([
            ("x", ::tidegate::__private::recorded!(x)),
        ]),
        inputs: |(x,)| ::tidegate::__private::inputs([
            ("x", ::tidegate::__private::hashed!(x)),
        ]),
        repeat: |(x,)| ::core::result::Result::Ok((
            ::tidegate::__private::cloned!(x, "x")?,
        )),
        run_name: ::core::option::Option::None,
        body: |(x,)| r#loop::original(x),
        output: |output: fmt::Result| {
            output.map_err(|error| ::tidegate::__private::failure!(error))
        },
        conclude: |value| ::tidegate::__private::concluded!(value),
        codec: ::tidegate::__private::codec!(()),
        result_key: ::core::option::Option::None,
    })
}
#[cfg(unix)]
/// The task `loop`: what is known of it before it runs, and its plain function.
#[doc(hidden)]
#[allow(non_camel_case_types, missing_debug_implementations, dead_code)]
pub(crate) enum r#loop {}
#[cfg(unix)]
#[allow(dead_code)]
impl r#loop {
    #[allow(dead_code)]
    #[expect(clippy::too_many_arguments, reason = "so")]
    #[tracing::instrument]
    #[warn(unused)]
    /// The plain function behind the task `loop`, for unit tests.
    #[allow(
        clippy::missing_const_for_fn,
        clippy::missing_errors_doc,
        clippy::missing_panics_doc,
        clippy::must_use_candidate,
        clippy::needless_pass_by_value,
        clippy::unused_async
    )]
    pub(crate) async fn original(#[allow(unused)] x: u8) -> fmt::Result {
        Ok(())
    }
    /// What is known of the task `loop` before any of its runs.
    #[must_use]
    pub(crate) fn definition() -> &'static ::tidegate::Definition {
        static __TIDEGATE_DEFINITION: ::std::sync::OnceLock<::tidegate::Definition> = ::std::sync::OnceLock::new();
        __TIDEGATE_DEFINITION
            .get_or_init(|| ::tidegate::__private::task_definition(
                ::tidegate::__private::Source {
                    key: ::std::string::String::from(::core::any::type_name::<Self>()),
                    name: "loop",
                    description: ::core::option::Option::Some("Documented."),
                    number: 110245516770366315108080743260920546094u128,
                },
                ::std::vec![
                    ::tidegate::__private::Parameter { name :
                    ::core::convert::Into::into("x"), type_name :
                    ::core::convert::Into::into("u8"), default :
                    ::core::option::Option::None, }
                ],
                ::tidegate::__private::Options {
                    log_prints: ::core::option::Option::Some(false),
                    ..::core::default::Default::default()
                },
            ))
    }
}
