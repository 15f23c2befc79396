//! Tags: of definitions, of calls, and of everything inside a scope.

use tidegate::prelude::*;
use tidegate::{Engine, with_tags};

use crate::timeline::runs;

#[task(tags = ["t1"])]
async fn fetch() {}

/// The tags of each run of the test, in the order of their making.
async fn check(expected: &[&[&str]]) {
    let tags: Vec<_> = runs().await.into_iter().map(|run| run.tags).collect();
    assert_eq!(tags, expected);
}

/// TAGS-01
#[tidegate::test(start_paused = true)]
async fn scopes_add_up_and_the_tasks_own_tags_stay() {
    #[flow]
    async fn pipeline() -> Result<()> {
        fetch().await?;
        with_tags(["in1"], async {
            fetch().await?;
            with_tags(["in2"], fetch()).await
        })
        .await?;
        Ok(())
    }
    with_tags(["out"], async { pipeline().await }).await.unwrap();
    let (outermost, inner) = (["out", "t1"], ["in1", "out", "t1"]);
    check(&[&["out"], &outermost, &inner, &["in1", "in2", "out", "t1"]]).await;
}

/// TAGS-01
#[tidegate::test(start_paused = true)]
async fn a_call_has_the_tags_of_where_it_was_made_and_of_where_it_is_awaited() {
    #[allow(clippy::async_yields_async, reason = "where the call is made is the point")]
    let made = with_tags(["made"], async { fetch() }).await;
    with_tags(["awaited"], made).await.unwrap();
    check(&[&["awaited", "made", "t1"]]).await;
}

/// TAGS-02
#[tidegate::test(start_paused = true)]
async fn a_subflow_has_the_tags_of_the_scopes_and_not_those_of_its_parent() {
    #[flow]
    async fn child() {}
    #[flow(tags = ["own"])]
    async fn parent() -> Result<()> {
        child().await
    }
    with_tags(["o"], async { parent().await }).await.unwrap();
    check(&[&["o", "own"], &["o"]]).await;
}

/// TAGS-03
#[tidegate::test(start_paused = true)]
async fn tags_of_a_call_replace_those_of_the_task() {
    with_tags(["out"], async { fetch().tags(["new"]).await }).await.unwrap();
    check(&[&["new", "out"]]).await;
}

#[tidegate::test(start_paused = true)]
async fn tags_are_sorted_and_without_repetition() {
    fetch().tags(["b", "a", "b"]).await.unwrap();
    check(&[&["a", "b"]]).await;
}

#[tidegate::test(start_paused = true)]
async fn what_is_submitted_has_the_tags_too() {
    #[flow]
    async fn pipeline() {
        with_tags(["in"], async { fetch().submit().wait().await }).await;
    }
    pipeline().await.unwrap();
    check(&[&[], &["in", "t1"]]).await;
}

/// TAGS-05: all of the tags asked for.
#[tidegate::test(start_paused = true)]
async fn runs_are_found_by_all_of_the_tags_asked_for() {
    fetch().tags(["a"]).await.unwrap();
    fetch().tags(["a", "b"]).await.unwrap();
    let runs = || Engine::current().unwrap().runs();
    assert_eq!(runs().tag("a").count().await.unwrap(), 2);
    assert_eq!(runs().tag("a").tag("b").count().await.unwrap(), 1);
    assert_eq!(runs().tag("A").count().await.unwrap(), 0);
}
