impl Service {
    #[allow(clippy::all, clippy::pedantic, clippy::nursery, single_use_lifetimes)]
    fn transfer<'call>(self: Arc<Self>, cents: i64) -> ::tidegate::TaskCall<'call, ()>
    where
        Self: 'static,
    {
        ::tidegate::__private::transactional(::tidegate::__private::Parts {
            definition: {
                static __TIDEGATE_DEFINITION: ::std::sync::OnceLock<
                    ::tidegate::Definition,
                > = ::std::sync::OnceLock::new();
                __TIDEGATE_DEFINITION
                    .get_or_init(|| ::tidegate::__private::task_definition(
                        ::tidegate::__private::Source {
                            key: ::std::format!(
                                "{}::{}", ::core::any::type_name:: < Self > (), "transfer"
                            ),
                            name: "transfer",
                            description: ::core::option::Option::None,
                            number: 104716651429088007463083618742448570875u128,
                        },
                        ::std::vec![
                            ::tidegate::__private::Parameter { name :
                            ::core::convert::Into::into("cents"), type_name :
                            ::core::convert::Into::into("i64"), default :
                            ::core::option::Option::None, }
                        ],
                        ::tidegate::__private::Options {
                            log_prints: ::core::option::Option::Some(false),
                            ..::core::default::Default::default()
                        },
                    ))
            },
            arguments: (self, cents),
            record: |(_, cents)| ::tidegate::__private::parameters([
                ("cents", ::tidegate::__private::recorded!(cents)),
            ]),
            inputs: |(__tidegate_self, cents)| ::tidegate::__private::inputs([
                ("<Self>", ::tidegate::__private::hashed_type::<Self>()),
                ("self", ::tidegate::__private::hashed!(__tidegate_self)),
                ("cents", ::tidegate::__private::hashed!(cents)),
            ]),
            repeat: |(__tidegate_self, cents)| ::core::result::Result::Ok((
                ::tidegate::__private::cloned!(__tidegate_self, "self")?,
                ::tidegate::__private::cloned!(cents, "cents")?,
            )),
            run_name: ::core::option::Option::None,
            body: |
                __tidegate_transaction: &mut ::tidegate::SqlTransaction<'_>,
                (__tidegate_self, cents)|
            Self::__tidegate_original_transfer(
                __tidegate_self,
                __tidegate_transaction,
                cents,
            ),
            output: ::core::result::Result::Ok,
            conclude: |value| ::tidegate::__private::concluded!(value),
            codec: ::tidegate::__private::codec!(()),
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
    fn __tidegate_original_transfer(
        self: Arc<Self>,
        tx: &mut SqlTransaction,
        cents: i64,
    ) {
        todo()
    }
}
