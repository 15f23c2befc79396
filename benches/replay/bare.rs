//! The floor: the same tasks in the same order on tokio alone, without runs, states and records.

use std::sync::Arc;

use futures_util::FutureExt;
use futures_util::future::{BoxFuture, Shared, join_all};
use tidegate::Result;
use tokio::sync::Semaphore;

use crate::play::Play;

/// Runs the tasks, each after its parents and with a slot if those are counted.
#[allow(
    clippy::disallowed_methods,
    reason = "each is joined by those that wait for it and at the end"
)]
pub(crate) async fn replay(play: &Arc<Play>) -> Result<()> {
    let slots = play.slots.map(|slots| Arc::new(Semaphore::new(slots)));
    let mut ends: Vec<Shared<BoxFuture<'static, bool>>> = Vec::new();
    for (number, task) in play.workflow.tasks.iter().enumerate() {
        let parents: Vec<_> = task.parents.iter().map(|parent| ends[parent.task].clone()).collect();
        let (play, slots) = (Arc::clone(play), slots.clone());
        let task = tokio::spawn(async move {
            join_all(parents).await;
            let _slot = match &slots {
                Some(slots) => slots.acquire().await.ok(),
                None => None,
            };
            play.run(number).await.is_ok()
        });
        ends.push(task.map(|ended| ended.unwrap_or(false)).boxed().shared());
    }
    let completed = join_all(ends).await.into_iter().all(|completed| completed);
    completed.then_some(()).ok_or_else(|| "a task failed on tokio alone".into())
}
