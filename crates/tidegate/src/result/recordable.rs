//! The bound of what must be recordable. It asks for nothing but serde's traits, and says what to do where they are missing.

use serde::Serialize;
use serde::de::DeserializeOwned;

/// A result that can be kept and read back: `Serialize` and `DeserializeOwned`.
///
/// ```
/// use serde::{Deserialize, Serialize};
///
/// #[derive(Serialize, Deserialize)]
/// struct Receipt {
///     number: u64,
/// }
///
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> tidegate::Result<()> { tidegate::testing::run_async(async {
/// let charge = || async { Ok::<_, std::io::Error>(Receipt { number: 7 }) };
/// assert_eq!(tidegate::step("charge card").run(charge).await?.number, 7);
/// # Ok(()) }).await }
/// ```
#[diagnostic::on_unimplemented(
    message = "a result that is kept must be `Serialize` and `Deserialize` and own its data, and `{Self}` is not",
    label = "needs a result that can be written and read",
    note = "derive `serde::Serialize` and `serde::Deserialize` for it",
    note = "the result of a step need not be kept: with `run_unrecorded` instead of `run`, the step runs again when its flow is resumed"
)]
pub trait Recordable: Serialize + DeserializeOwned {}

#[diagnostic::do_not_recommend]
impl<T: Serialize + DeserializeOwned> Recordable for T {}
