impl Service {
    #[allow(clippy::all, clippy::pedantic, clippy::nursery, single_use_lifetimes)]
    fn open<'call>(path: PathBuf) -> ::tidegate::TaskCall<'call, Self>
    where
        Self: 'call,
    {
        ::tidegate::__private::task(::tidegate::__private::Parts {
            definition: {
                static __TIDEGATE_DEFINITION: ::std::sync::OnceLock<
                    ::tidegate::Definition,
                > = ::std::sync::OnceLock::new();
                __TIDEGATE_DEFINITION
                    .get_or_init(|| ::tidegate::__private::task_definition(
                        ::tidegate::__private::Source {
                            key: ::std::format!(
                                "{}::{}", ::core::any::type_name:: < Self > (), "open"
                            ),
                            name: "open",
                            description: ::core::option::Option::None,
                            number: 179769491868946025214125294832236855270u128,
                        },
                        ::std::vec![
                            ::tidegate::__private::Parameter { name :
                            ::core::convert::Into::into("path"), type_name :
                            ::core::convert::Into::into("PathBuf"), default :
                            ::core::option::Option::None, }
                        ],
                        ::tidegate::__private::Options {
                            log_prints: ::core::option::Option::Some(false),
                            ..::core::default::Default::default()
                        },
                    ))
            },
            arguments: (path,),
            record: |(path,)| ::tidegate::__private::parameters([
                ("path", ::tidegate::__private::recorded!(path)),
            ]),
            inputs: |(path,)| ::tidegate::__private::inputs([
                ("<Self>", ::tidegate::__private::hashed_type::<Self>()),
                ("path", ::tidegate::__private::hashed!(path)),
            ]),
            repeat: |(path,)| ::core::result::Result::Ok((
                ::tidegate::__private::cloned!(path, "path")?,
            )),
            run_name: ::core::option::Option::None,
            body: |(path,)| Self::__tidegate_original_open(path),
            output: |output: Result<Self>| {
                output.map_err(|error| ::tidegate::__private::failure!(error))
            },
            conclude: |value| ::tidegate::__private::concluded!(value),
            codec: ::tidegate::__private::codec!(Self),
            result_key: ::core::option::Option::None,
            viz_return_value: ::core::option::Option::None,
        })
    }
    #[doc(hidden)]
    #[allow(
        clippy::missing_const_for_fn,
        clippy::missing_errors_doc,
        clippy::missing_panics_doc,
        clippy::must_use_candidate,
        clippy::needless_pass_by_value,
        clippy::unused_async
    )]
    async fn __tidegate_original_open(path: PathBuf) -> Result<Self> {}
}
