/// Documented.
#[should_panic]
#[::core::prelude::v1::test]
fn works() -> Result<()> {
    #[allow(clippy::unused_async)]
    async fn __tidegate_test() -> Result<()> {
        Ok(())
    }
    ::tidegate::testing::run(
        ::tidegate::testing::TestOptions {
            start_paused: false,
            worker_threads: ::core::option::Option::None,
        },
        __tidegate_test(),
    )
}
