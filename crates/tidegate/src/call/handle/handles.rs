//! Handles to the runs of a map, or to any others, as one list. It watches runs; dropping it changes nothing.

mod collection;

use std::future::IntoFuture;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};

use futures_util::future::BoxFuture;
use tidegate_core::{CallKey, RunId, RunKind, graph};
use tokio::sync::Notify;

use super::shared::Asked;
use super::{RunHandle, WAITS_FOR_ITSELF};
use crate::argument::{AllowFailure, Later, digest_of};
use crate::canonical::Digest;
use crate::engine::{Dependency, LiveRun, Need, Upstream, gathered, waiting};
use crate::error::{Error, NotCompleted, Result};

/// Handles to several runs that give a `T` each, in order: what `name::map(..)` gives. Cheap to clone, and awaited for all values as
/// often as one likes.
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
/// let doubled = double::map([1, 2, 3]);
/// assert_eq!(doubled.len(), 3);
/// assert_eq!((&doubled[2]).await?, 6);
/// assert_eq!(doubled.await?, [2, 4, 6]);
/// # Ok(()) }).await }
/// ```
///
/// Where a run gives the list that is mapped over, nobody knows how many handles there are before it has ended: until then this holds
/// none. [`ready`](Self::ready) waits for them.
#[must_use = "the runs go on by themselves, but only awaiting their handles tells whether they failed"]
pub struct RunHandles<T>(Arc<Inner<T>>);

struct Inner<T> {
    known: OnceLock<Result<Known<T>>>,
    /// Of handles that are not known from the first.
    later: Option<LaterKnown>,
    kind: RunKind,
}

struct Known<T> {
    handles: Box<[RunHandle<T>]>,
    failure: Option<Arc<FirstFailure>>,
    /// What they are in the graph of a flow run, once it was asked for: there may be a million of them, and as many that depend on
    /// them.
    drawn: OnceLock<(RunId, Box<[graph::Upstream]>)>,
}

struct LaterKnown {
    key: Option<CallKey>,
    /// They were asked to cancel before it was known which they are.
    cancelled: AtomicBool,
    known: Notify,
}

/// The failure of the run that failed first, of several.
#[derive(Default)]
pub(in crate::call) struct FirstFailure {
    error: OnceLock<Error>,
    failed: Notify,
}

impl FirstFailure {
    pub(super) fn set(&self, error: &Error) {
        if self.error.set(error.clone()).is_ok() {
            self.failed.notify_waiters();
        }
    }

    async fn wait(&self) -> Error {
        loop {
            let failed = self.failed.notified();
            if let Some(error) = self.error.get() {
                return error.clone();
            }
            failed.await;
        }
    }
}

impl<T: Send + 'static> RunHandles<T> {
    pub(in crate::call) fn of(handles: Vec<RunHandle<T>>, failure: Arc<FirstFailure>) -> Self {
        Self::known(Ok(Known::of(handles, failure)))
    }

    pub(in crate::call) fn failed(error: Error) -> Self {
        Self::known(Err(error))
    }

    fn known(known: Result<Known<T>>) -> Self {
        let kind = known.as_ref().ok().and_then(|known| known.handles.first());
        let kind = kind.map_or(RunKind::Task, |handle| handle.0.kind());
        Self(Arc::new(Inner { known: OnceLock::from(known), later: None, kind }))
    }

    /// Handles that are known later.
    pub(in crate::call) fn later(kind: RunKind, key: Option<CallKey>) -> Self {
        let later =
            Some(LaterKnown { key, cancelled: AtomicBool::new(false), known: Notify::new() });
        Self(Arc::new(Inner { known: OnceLock::new(), later, kind }))
    }

    /// What makes them known.
    pub(in crate::call) fn knowing(&self) -> Knowing<T> {
        Knowing(Arc::clone(&self.0))
    }

    /// The handles of which it was known from the first how many there are.
    pub(crate) fn made_at_once(&self) -> Option<&[RunHandle<T>]> {
        match (&self.0.later, self.0.known.get()) {
            (None, Some(Ok(known))) => Some(&known.handles),
            (None | Some(_), _) => None,
        }
    }

    fn as_slice(&self) -> &[RunHandle<T>] {
        match self.0.known.get() {
            Some(Ok(known)) => &known.handles,
            Some(Err(_)) | None => &[],
        }
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.as_slice().len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.as_slice().is_empty()
    }

    /// The handle of this place.
    #[must_use]
    pub fn get(&self, index: usize) -> Option<&RunHandle<T>> {
        self.as_slice().get(index)
    }

    /// The handles, in order.
    pub fn iter(&self) -> std::slice::Iter<'_, RunHandle<T>> {
        self.as_slice().iter()
    }

    /// The handles, as soon as it is known how many there are: at once, unless a run gives the list that is mapped over.
    ///
    /// # Errors
    ///
    /// Why nothing was started: the lists have different lengths, or the run that was to give one did not complete.
    ///
    /// # Cancel safety
    ///
    /// Cancel safe.
    pub async fn ready(&self) -> Result<&[RunHandle<T>]> {
        match self.0.known().await {
            Ok(known) => Ok(&known.handles),
            Err(error) => Err(error.clone()),
        }
    }

    /// Cancels those of the runs that have not ended, and returns at once; whether there were any.
    ///
    /// Where it is not known yet which they are, they are cancelled as they begin. See [`RunHandle::cancel`].
    ///
    /// ```
    /// use tidegate::prelude::*;
    ///
    /// #[task]
    /// async fn patient(_number: u32) -> Result<()> {
    ///     std::future::pending().await
    /// }
    ///
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<()> { tidegate::testing::run_async(async {
    /// let handles = patient::map([1, 2]);
    /// assert!(handles.cancel());
    /// assert!(handles.await.unwrap_err().is_cancelled());
    /// # Ok(()) }).await }
    /// ```
    pub fn cancel(&self) -> bool {
        if let Some(later) = &self.0.later {
            later.cancelled.store(true, Ordering::SeqCst);
        }
        match self.0.known.get() {
            Some(Ok(known)) => known.cancel(),
            Some(Err(_)) => false,
            None => true,
        }
    }

    /// Waits until all runs have ended, whatever their ends.
    ///
    /// # Panics
    ///
    /// In one of the runs, which would wait for ever.
    ///
    /// # Cancel safety
    ///
    /// Cancel safe: dropping the wait does not touch the runs.
    pub async fn wait(&self) {
        let all = async {
            if let Ok(known) = self.0.known().await {
                for handle in &known.handles {
                    handle.wait().await;
                }
            }
        };
        waiting(all).await;
    }
}

impl<T> Known<T> {
    fn of(handles: Vec<RunHandle<T>>, failure: Arc<FirstFailure>) -> Self {
        Self { handles: handles.into(), failure: Some(failure), drawn: OnceLock::new() }
    }
}

impl<T: Send> Known<T> {
    fn cancel(&self) -> bool {
        let (mut any, mut living) = (false, Vec::new());
        for handle in &self.handles {
            match handle.0.cancel() {
                Asked::HasEnded => {}
                Asked::IsCancelled => any = true,
                Asked::Lives(live) => living.push(live),
            }
        }
        LiveRun::cancel_all(&living) || any
    }
}

impl<T> Inner<T> {
    async fn known(&self) -> &Result<Known<T>> {
        loop {
            let notified = self.later.as_ref().map(|later| later.known.notified());
            match (self.known.get(), notified) {
                (Some(known), _) => return known,
                (None, Some(notified)) => notified.await,
                (None, None) => unreachable!("handles that are not known now are known later"),
            }
        }
    }
}

/// Makes handles known. Dropped before, it says that they never will be.
pub(in crate::call) struct Knowing<T: Send>(Arc<Inner<T>>);

impl<T: Send> Knowing<T> {
    pub(in crate::call) fn set(&self, made: Result<(Vec<RunHandle<T>>, Arc<FirstFailure>)>) {
        let known = made.map(|(handles, failure)| Known::of(handles, failure));
        let _ = self.0.known.set(known);
        if let Some(later) = &self.0.later {
            if later.cancelled.load(Ordering::SeqCst)
                && let Some(Ok(known)) = self.0.known.get()
            {
                known.cancel();
            }
            later.known.notify_waiters();
        }
    }
}

impl<T: Send> Drop for Knowing<T> {
    fn drop(&mut self) {
        if self.0.known.get().is_none() {
            self.set(Err(Error::msg("the map was given up before its lists were known")));
        }
    }
}

impl<T: Clone + Send + 'static> RunHandles<T> {
    /// All values in order, or the error of the run that fails first.
    async fn outcome(&self) -> Result<Vec<T>> {
        let known = match self.0.known().await {
            Ok(known) => known,
            Err(error) => return Err(error.clone()),
        };
        let mut values = Vec::with_capacity(known.handles.len());
        for handle in &known.handles {
            if handle.0.is_around() {
                return Err(Error::configuration(WAITS_FOR_ITSELF));
            }
            if !handle.is_finished() {
                match &known.failure {
                    None => handle.0.wait().await,
                    Some(failure) => tokio::select! {
                        biased;
                        error = failure.wait() => return Err(error),
                        () = handle.0.wait() => {}
                    },
                }
            }
            handle.0.seen();
            values.push(handle.given().expect("a run that has ended has given something")?);
        }
        Ok(values)
    }
}

/// All of them are one upstream, so that what depends on a million runs waits for one thing.
impl<T: Send + 'static> Upstream for Inner<T> {
    fn id(&self) -> Option<RunId> {
        None
    }

    fn kind(&self) -> RunKind {
        self.kind
    }

    fn call_key(&self) -> Option<CallKey> {
        self.later.as_ref().and_then(|later| later.key)
    }

    fn has_ended(&self) -> bool {
        self.known.get().is_some_and(|known| match known {
            Ok(known) => known.handles.iter().all(RunHandle::is_finished),
            Err(_) => true,
        })
    }

    fn ended(&self) -> BoxFuture<'_, ()> {
        Box::pin(async {
            if let Ok(known) = self.known().await {
                for handle in &known.handles {
                    handle.0.wait().await;
                }
            }
        })
    }

    fn calls(&self, flow_run: RunId, into: &mut Vec<graph::Upstream>) -> bool {
        let Some(known) = self.known.get() else { return false };
        let Ok(Known { handles, drawn, .. }) = known else { return true };
        if let Some((drawn_for, upstream)) = drawn.get()
            && *drawn_for == flow_run
        {
            into.extend_from_slice(upstream);
            return true;
        }
        let (mut upstream, mut all) = (Vec::with_capacity(handles.len()), true);
        for handle in handles {
            all &= handle.0.calls(flow_run, &mut upstream);
        }
        let upstream = gathered(&upstream);
        into.extend_from_slice(&upstream);
        if all {
            let _ = drawn.set((flow_run, upstream.into()));
        }
        all
    }

    fn obstacle(&self, need: Need) -> Option<NotCompleted> {
        match self.known.get()? {
            Ok(known) => known.handles.iter().find_map(|handle| handle.0.obstacle(need)),
            Err(error) => Some(NotCompleted::new(self.kind, None, error.clone())),
        }
    }
}

impl<T: Send + 'static> RunHandles<T> {
    pub(in crate::call) fn dependency(&self, need: Need) -> Dependency {
        Dependency { upstream: Arc::clone(&self.0) as Arc<dyn Upstream>, need }
    }

    fn digest(&self, kind: &str) -> Option<Digest> {
        if self.0.later.is_some() {
            let key = self.0.call_key()?.to_bytes();
            return digest_of(kind, [Some(&key[..])]);
        }
        let keys = self.iter().map(|handle| handle.0.call_key().map(CallKey::to_bytes));
        let keys: Option<Vec<_>> = keys.collect();
        digest_of(kind, keys?.iter().map(|key| Some(&key[..])))
    }

    fn text(&self) -> String {
        match self.made_at_once() {
            Some(handles) => format!("results of {} runs", handles.len()),
            None => "results of the runs of a map".to_owned(),
        }
    }
}

impl<T: Clone + Send + 'static> Later<Vec<T>> for RunHandles<T> {
    fn dependencies(&self, into: &mut Vec<Dependency>) {
        into.push(self.dependency(Need::Completion));
    }

    fn digest(&self) -> Option<Digest> {
        Self::digest(self, "values")
    }

    fn text(&self) -> String {
        Self::text(self)
    }

    fn take(&self) -> Result<Vec<T>> {
        let given = |handle: &RunHandle<T>| handle.given().expect("a dependency has ended");
        self.iter().map(given).collect()
    }
}

impl<T: Clone + Send + 'static> Later<Vec<Result<T>>> for AllowFailure<RunHandles<T>> {
    fn dependencies(&self, into: &mut Vec<Dependency>) {
        into.push(self.0.dependency(Need::End));
    }

    fn digest(&self) -> Option<Digest> {
        self.0.digest("results")
    }

    fn text(&self) -> String {
        self.0.text()
    }

    fn take(&self) -> Result<Vec<Result<T>>> {
        let given = |handle: &RunHandle<T>| handle.given().expect("a dependency has ended");
        Ok(self.0.iter().map(given).collect())
    }
}

/// # Cancel safety
///
/// Cancel safe: dropping the future does not touch the runs.
impl<T: Clone + Send + 'static> IntoFuture for RunHandles<T> {
    type Output = Result<Vec<T>>;
    type IntoFuture = BoxFuture<'static, Result<Vec<T>>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(async move { waiting(self.outcome()).await })
    }
}

/// # Cancel safety
///
/// Cancel safe: dropping the future does not touch the runs.
impl<'a, T: Clone + Send + 'static> IntoFuture for &'a RunHandles<T> {
    type Output = Result<Vec<T>>;
    type IntoFuture = BoxFuture<'a, Result<Vec<T>>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(waiting(self.outcome()))
    }
}
