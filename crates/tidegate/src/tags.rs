//! Tags for everything that is called inside a future.

use std::sync::Arc;

use crate::engine::{Context, union};

/// Adds tags to every run that is called inside `future`.
///
/// ```
/// use tidegate::prelude::*;
///
/// #[task]
/// async fn tags() -> Vec<String> {
///     tidegate::runtime::task_run::tags()
/// }
///
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<()> { tidegate::testing::run_async(async {
/// let seen = tidegate::with_tags(["nightly"], async { tags().await }).await?;
/// assert_eq!(seen, ["nightly"]);
/// # Ok(()) }).await }
/// ```
///
/// # Cancel safety
///
/// As cancel safe as `future`.
pub async fn with_tags<F: Future>(
    tags: impl IntoIterator<Item = impl Into<String>>,
    future: F,
) -> F::Output {
    let mut context =
        Context::current().map_or_else(Context::default, |context| (*context).clone());
    context.tags = union(&context.tags, tags.into_iter().map(Into::into)).into();
    Arc::new(context).scope(future).await
}
