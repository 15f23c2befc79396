//! Values that runs will give: of one run, of several in a list, or put together from such. They are read when the runs have ended,
//! and as often as there are calls that want them.

use std::sync::Arc;

use tidegate_core::RunKind;

use crate::call::RunHandle;
use crate::canonical::Digest;
use crate::engine::{Dependency, Need, Upstream};
use crate::error::Result;

/// Names what is hashed, and how; another way of hashing would have another name.
const DOMAIN: &[u8] = b"tidegate upstream 1\0";

/// A `T` that runs will give.
pub(crate) trait Later<T>: Send + Sync {
    /// The runs.
    fn dependencies(&self, into: &mut Vec<Dependency>);

    /// What tells it from others: the keys of the calls, since their values are not known when it is asked for. None where a call
    /// cannot be found again.
    fn digest(&self) -> Option<Digest>;

    /// What it is, for people.
    fn text(&self) -> String;

    /// The value, once the runs have ended as they have to.
    fn take(&self) -> Result<T>;
}

/// The digest of parts of a kind.
pub(crate) fn digest_of<'a>(
    kind: &str,
    parts: impl IntoIterator<Item = Option<&'a [u8]>>,
) -> Option<Digest> {
    let mut hasher = blake3::Hasher::new();
    hasher.update(DOMAIN);
    hasher.update(kind.as_bytes());
    hasher.update(b"\0");
    for part in parts {
        let part = part?;
        hasher.update(&(part.len() as u64).to_be_bytes());
        hasher.update(part);
    }
    Some(*hasher.finalize().as_bytes())
}

/// What a handle tells of its run, for people.
pub(super) fn text_of<T: Send>(handle: &RunHandle<T>) -> String {
    let noun = match handle.0.kind() {
        RunKind::Flow => "flow",
        RunKind::Task => "task",
    };
    match handle.id() {
        Some(id) => format!("result of {noun} run {id}"),
        None => format!("result of a {noun} run"),
    }
}

impl<T: Clone + Send + 'static> Later<T> for RunHandle<T> {
    fn dependencies(&self, into: &mut Vec<Dependency>) {
        into.push(Dependency { upstream: self.upstream(), need: Need::Completion });
    }

    fn digest(&self) -> Option<Digest> {
        let key = self.0.call_key()?.to_bytes();
        digest_of("value", [Some(&key[..])])
    }

    fn text(&self) -> String {
        text_of(self)
    }

    fn take(&self) -> Result<T> {
        self.given().expect("a dependency has ended")
    }
}

/// Values in a list.
pub(crate) struct All<L>(pub(crate) Box<[L]>);

impl<L> FromIterator<L> for All<L> {
    fn from_iter<I: IntoIterator<Item = L>>(parts: I) -> Self {
        Self(parts.into_iter().collect())
    }
}

impl<L> All<L> {
    fn hash<T>(&self) -> Option<Digest>
    where
        L: Later<T>,
    {
        let digests: Option<Vec<Digest>> = self.0.iter().map(Later::digest).collect();
        digest_of("list", digests?.iter().map(|digest| Some(&digest[..])))
    }

    fn say<T>(&self) -> String
    where
        L: Later<T>,
    {
        match &*self.0 {
            [] => "results of no runs".to_owned(),
            [one] => one.text(),
            [first, others @ ..] => format!("{} and {} more", first.text(), others.len()),
        }
    }
}

impl<T, L: Later<T>> Later<Vec<T>> for All<L> {
    fn dependencies(&self, into: &mut Vec<Dependency>) {
        self.0.iter().for_each(|part| part.dependencies(into));
    }

    fn digest(&self) -> Option<Digest> {
        self.hash()
    }

    fn text(&self) -> String {
        self.say()
    }

    fn take(&self) -> Result<Vec<T>> {
        self.0.iter().map(Later::take).collect()
    }
}

impl<T, const N: usize, L: Later<T>> Later<[T; N]> for All<L> {
    fn dependencies(&self, into: &mut Vec<Dependency>) {
        self.0.iter().for_each(|part| part.dependencies(into));
    }

    fn digest(&self) -> Option<Digest> {
        self.hash()
    }

    fn text(&self) -> String {
        self.say()
    }

    fn take(&self) -> Result<[T; N]> {
        let values = self.0.iter().map(Later::take).collect::<Result<Vec<T>>>()?;
        Ok(values.try_into().unwrap_or_else(|_| unreachable!("there are as many as were given")))
    }
}

impl<T> Later<T> for Arc<dyn Later<T>> {
    fn dependencies(&self, into: &mut Vec<Dependency>) {
        (**self).dependencies(into);
    }

    fn digest(&self) -> Option<Digest> {
        (**self).digest()
    }

    fn text(&self) -> String {
        (**self).text()
    }

    fn take(&self) -> Result<T> {
        (**self).take()
    }
}
