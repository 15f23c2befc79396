//! Errors: what bodies may return, what callers get, and that nothing is lost between the two.

use std::error::Error as StdError;
use std::num::ParseIntError;

use tidegate::prelude::*;

#[task]
async fn parse(text: &str) -> Result<i32> {
    Ok(text.parse()?)
}

#[track_caller]
fn check(error: &tidegate::Error) {
    assert!(error.is_failed(), "{error}");
    assert!(error.downcast_ref::<ParseIntError>().is_some(), "{error}");
}

#[tidegate::test]
async fn a_call_can_be_the_last_expression_of_a_body() {
    #[flow]
    async fn last() -> Result<i32> {
        parse("7").await
    }
    assert_eq!(last().await.unwrap(), 7);
}

#[tidegate::test]
async fn the_error_of_the_user_is_found_by_its_type_through_every_run_that_passed_it_on() {
    #[flow]
    async fn inner() -> Result<i32> {
        parse("x").await
    }
    #[flow]
    async fn outer() -> Result<i32> {
        let number = inner().await?;
        Ok(number)
    }
    let error = outer().await.unwrap_err();
    check(&error);
    assert_eq!(
        error.state().unwrap().message.as_deref(),
        Some("Flow run encountered an exception: invalid digit found in string")
    );
}

#[tidegate::test]
async fn bodies_may_use_anyhow_and_lose_nothing() {
    fn library(text: &str) -> anyhow::Result<i32> {
        Ok(text.parse()?)
    }
    #[task]
    async fn with_anyhow() -> anyhow::Result<i32> {
        library("x")
    }
    #[flow]
    async fn around() -> anyhow::Result<i32> {
        Ok(with_anyhow().await?)
    }
    #[task]
    async fn with_ours() -> Result<i32> {
        Ok(library("x")?)
    }
    check(&with_anyhow().await.unwrap_err());
    check(&around().await.unwrap_err());
    assert!(with_ours().await.unwrap_err().is_failed());
}

#[tidegate::test]
async fn texts_and_boxed_errors_are_errors_too() {
    #[task]
    async fn text() -> Result<()> {
        Err("no temperature")?
    }
    #[task]
    async fn boxed() -> Result<(), Box<dyn StdError + Send + Sync>> {
        Err("no temperature".into())
    }
    #[task]
    async fn said() -> Result<()> {
        Err(tidegate::Error::msg("no temperature"))
    }
    for error in [text().await, boxed().await, said().await].map(Result::unwrap_err) {
        assert!(error.to_string().ends_with("failed: no temperature"), "{error}");
    }
}

#[tidegate::test]
async fn an_error_converts_into_those_of_other_houses() {
    #[derive(Debug, thiserror::Error)]
    enum Mine {
        #[error("the run failed")]
        Run(#[from] tidegate::Error),
    }
    async fn mine() -> Result<i32, Mine> {
        Ok(parse("x").await?)
    }
    async fn boxed() -> Result<i32, Box<dyn StdError>> {
        Ok(parse("x").await?)
    }
    async fn shared() -> Result<i32, Box<dyn StdError + Send + Sync>> {
        Ok(parse("x").await.map_err(tidegate::Error::into_std)?)
    }
    let mine = mine().await.unwrap_err();
    assert_eq!(mine.to_string(), "the run failed");
    assert!(mine.source().unwrap().to_string().contains("invalid digit"));
    assert!(boxed().await.unwrap_err().to_string().contains("invalid digit"));
    let back = tidegate::Error::from(shared().await.unwrap_err());
    check(&back);
}

#[tidegate::test]
async fn an_error_says_everything_once() {
    let error = parse("x").await.unwrap_err();
    assert_eq!(error.to_string(), "Task run 'parse' failed: invalid digit found in string");
    assert!(error.source().is_none());
    assert_eq!(format!("{error:?}"), error.to_string());
}
