//! Cancelling by handles what has not begun: what waits for others, and maps of which it is not known yet what they map over.

use tidegate::prelude::*;
use tidegate::{State, StateType};

use crate::timeline::runs;

#[task]
async fn patient(_n: u32) -> Result<u32> {
    std::future::pending().await
}

#[task]
async fn list() -> Vec<u32> {
    vec![1, 2, 3]
}

async fn ends(task: &str) -> Vec<StateType> {
    let runs = runs().await;
    let runs = runs.iter().filter(|run| run.definition.name == task);
    runs.filter_map(|run| run.state()).map(State::state_type).collect()
}

#[tidegate::test]
async fn a_run_that_waits_for_others_is_cancelled_at_once() {
    #[task]
    async fn after(n: u32) -> u32 {
        n
    }
    #[flow]
    async fn pipeline() -> Result<()> {
        let first = patient::submit(1);
        let second = after::submit(&first);
        let third = after::submit(&second);
        while second.state().is_none_or(|state| state.state_type() != StateType::Pending) {
            tokio::task::yield_now().await;
        }
        assert!(second.cancel());
        assert!(second.await.unwrap_err().is_cancelled());
        assert!(third.await.unwrap_err().is_upstream());
        assert!(first.cancel());
        first.wait().await;
        Ok(())
    }
    pipeline().await.unwrap();
    assert_eq!(ends("patient").await, [StateType::Cancelled]);
    assert_eq!(ends("after").await.iter().filter(|end| **end == StateType::Cancelled).count(), 1);
}

#[tidegate::test]
async fn the_runs_of_a_map_are_cancelled_together() {
    #[flow]
    async fn pipeline() -> Result<()> {
        let known = patient::map([1, 2]);
        assert!(known.cancel());
        assert!(known.clone().await.unwrap_err().is_cancelled());
        assert!(!known.cancel(), "they have ended");

        let later = patient::map(list::submit());
        assert!(later.cancel());
        for handle in later.ready().await? {
            assert!(handle.await.unwrap_err().is_cancelled());
        }
        Ok(())
    }
    pipeline().await.unwrap();
    assert_eq!(ends("patient").await, [StateType::Cancelled; 5]);
}

#[tidegate::test]
async fn a_call_that_is_cancelled_before_it_is_made_is_never_made() {
    #[flow]
    async fn pipeline() -> Result<String> {
        let first = patient::submit(1);
        let then = first.then(|_| -> tidegate::TaskCall<'static, Vec<u32>> { unreachable!() });
        assert!(then.cancel());
        let error = (&then).await.unwrap_err();
        assert!(error.is_cancelled() && !then.cancel());
        first.cancel();
        Ok(error.to_string())
    }
    assert_eq!(pipeline().await.unwrap(), "the call was cancelled before it was made");
    assert_eq!(ends("patient").await, [StateType::Cancelled]);
}
