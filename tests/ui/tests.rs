//! What cannot be a test.

#[tidegate::test(start_pausd = true, worker_threads = "four")]
async fn with_arguments(x: u8) {}

#[tidegate::test(retries = 3)]
async fn generic<T>() {}

#[tidegate::test]
#[test]
fn twice() {}

fn main() {}
