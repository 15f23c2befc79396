//! The result of a step is recorded: it must be serialisable and own its data.

use tidegate::step;

struct Connection;

async fn unrecordable() {
    let _ = step("connect").run(|| async { Ok::<_, std::io::Error>(Connection) }).await;
    let _ = step("connect").run_unrecorded(|| async { Ok::<_, std::io::Error>(Connection) }).await;
}

fn main() {}
