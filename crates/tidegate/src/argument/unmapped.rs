//! Saying of an argument of a map which it is: one value for all calls, or something to take elements of.

/// One value for all calls of a map. Made by [`unmapped`].
#[derive(Clone, Debug)]
pub struct Unmapped<X>(pub(crate) X);

/// Gives the whole of a list, a set or handles to each call of a map, instead of one element.
///
/// ```
/// use tidegate::prelude::*;
///
/// #[task]
/// async fn scale(number: f64, by: f64) -> f64 {
///     number * by
/// }
///
/// #[task]
/// async fn pick(index: usize, of: Vec<f64>) -> f64 {
///     of[index]
/// }
///
/// #[flow]
/// async fn pipeline() -> Result<Vec<f64>> {
///     let scaled = scale::map([1.0, 2.0, 3.0], 10.0);
///     pick::map([2, 0], unmapped(&scaled)).await
/// }
///
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<()> { tidegate::testing::run_async(async {
/// assert_eq!(pipeline().await?, [30.0, 10.0]);
/// # Ok(()) }).await }
/// ```
pub fn unmapped<X>(whole: X) -> Unmapped<X> {
    Unmapped(whole)
}

/// What an iterator gave, one element for each call of a map. Made by [`mapped`].
#[derive(Clone, Debug)]
pub struct Mapped<T>(pub(crate) Vec<T>);

/// Takes what an iterator gives, one element for each call of a map. The iterator is used up first.
///
/// ```
/// use tidegate::prelude::*;
///
/// #[task]
/// async fn double(number: u32) -> u32 {
///     2 * number
/// }
///
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<()> { tidegate::testing::run_async(async {
/// let odd = (1..=9).filter(|number| number % 2 == 1);
/// assert_eq!(double::map(mapped(odd)).await?, [2, 6, 10, 14, 18]);
/// # Ok(()) }).await }
/// ```
pub fn mapped<T>(elements: impl IntoIterator<Item = T>) -> Mapped<T> {
    Mapped(elements.into_iter().collect())
}
