#[ignore]
#[::core::prelude::v1::test]
fn works() {
    #[allow(clippy::unused_async)]
    async fn __tidegate_test() {
        assert_eq!(one() + 1, 2)
    }
    ::tidegate::testing::run(
        ::tidegate::testing::TestOptions {
            start_paused: true,
            worker_threads: ::core::option::Option::Some(4),
        },
        __tidegate_test(),
    )
}
