//! From a policy and what is known of a run to a key. Pure: the same facts have the same key in every build, forever.

use std::fmt;

use tidegate_core::{CacheKey, RunId};

use super::{CacheMember, CachePolicy};
use crate::canonical::Digest;
use crate::inputs::{Input, Inputs};

/// Changes when keys are made otherwise, so that nothing is found under an old one by mistake.
const VERSION: &[u8] = b"tidegate cache key 1";

/// What is known of a run.
#[derive(Debug)]
pub(crate) struct Facts<'a> {
    /// The key of its task.
    pub(crate) task: &'a str,
    /// The number of its task's source, if it has one.
    pub(crate) source: Option<u128>,
    /// Its flow run, or itself outside of one.
    pub(crate) run: RunId,
    /// The arguments of its flow run.
    pub(crate) flow: Option<&'a Inputs>,
    /// Its own arguments.
    pub(crate) inputs: &'a Inputs,
}

/// An argument that is part of a key and has no hash.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Uncacheable {
    argument: &'static str,
    type_name: &'static str,
    /// Why not, where its type is `Serialize`.
    reason: Option<String>,
    /// Whether it is one of the flow, and not of the task.
    of_flow: bool,
}

/// The key of what a run computes; none if nothing is known that the policy asks for.
pub(crate) fn key_of_policy(
    policy: &CachePolicy,
    facts: &Facts<'_>,
) -> Result<Option<CacheKey>, Uncacheable> {
    let mut hasher = blake3::Hasher::new();
    hasher.update(VERSION);
    text(&mut hasher, b't', facts.task);
    // Part of what the task is, whatever its results depend on.
    arguments(&mut hasher, b'<', facts.inputs.instance()).map_err(|wrong| wrong.of(false))?;
    let mut known = false;
    for member in policy.members() {
        known |= match member {
            CacheMember::Inputs => inputs(&mut hasher, policy, facts.inputs)?,
            CacheMember::TaskSource => source(&mut hasher, facts.source),
            CacheMember::RunId => {
                hasher.update(b"r");
                hasher.update(facts.run.as_uuid().as_bytes());
                true
            }
            CacheMember::FlowParameters => flow(&mut hasher, facts.flow)?,
        };
    }
    Ok(known.then(|| CacheKey::from_bytes(hasher.finalize().into())))
}

/// The key that a key function has made.
pub(crate) fn key_of_text(key: &str) -> CacheKey {
    let mut hasher = blake3::Hasher::new();
    hasher.update(VERSION);
    text(&mut hasher, b'k', key);
    CacheKey::from_bytes(hasher.finalize().into())
}

/// The key of a transaction that was given this one.
pub(crate) fn key_of_transaction(key: &str) -> CacheKey {
    let mut hasher = blake3::Hasher::new();
    hasher.update(VERSION);
    text(&mut hasher, b'x', key);
    CacheKey::from_bytes(hasher.finalize().into())
}

fn text(hasher: &mut blake3::Hasher, tag: u8, text: &str) {
    hasher.update(&[tag]);
    hasher.update(&(text.len() as u64).to_le_bytes());
    hasher.update(text.as_bytes());
}

fn source(hasher: &mut blake3::Hasher, source: Option<u128>) -> bool {
    if let Some(number) = source {
        hasher.update(b"s");
        hasher.update(&number.to_le_bytes());
    }
    source.is_some()
}

fn inputs(
    hasher: &mut blake3::Hasher,
    policy: &CachePolicy,
    inputs: &Inputs,
) -> Result<bool, Uncacheable> {
    if inputs.arguments().next().is_none() {
        return Ok(false);
    }
    let matters = |name: &str| policy.excluded().binary_search_by(|out| (**out).cmp(name)).is_err();
    arguments(hasher, b'i', inputs.arguments().filter(|(name, _)| matters(name)))
        .map_err(|wrong| wrong.of(false))?;
    Ok(true)
}

fn flow(hasher: &mut blake3::Hasher, flow: Option<&Inputs>) -> Result<bool, Uncacheable> {
    let Some(inputs) = flow.filter(|inputs| inputs.arguments().next().is_some()) else {
        return Ok(false);
    };
    arguments(hasher, b'f', inputs.arguments()).map_err(|wrong| wrong.of(true))?;
    Ok(true)
}

/// Hashes arguments in the order of their names, so that the signature may be put in another.
fn arguments<'a>(
    hasher: &mut blake3::Hasher,
    tag: u8,
    arguments: impl Iterator<Item = (&'static str, &'a Input)>,
) -> Result<(), Opaque<'a>> {
    let mut digests: Vec<(&str, &Digest)> = arguments
        .map(|(name, input)| match input {
            Input::Hashed(digest) => Ok((name, digest)),
            Input::Opaque { type_name, reason } => Err(Opaque { name, type_name, reason }),
        })
        .collect::<Result<_, _>>()?;
    digests.sort_unstable();
    hasher.update(&[tag]);
    hasher.update(&(digests.len() as u64).to_le_bytes());
    for (name, digest) in digests {
        text(hasher, b'n', name);
        hasher.update(digest);
    }
    Ok(())
}

/// An argument without a hash.
struct Opaque<'a> {
    name: &'static str,
    type_name: &'static str,
    reason: &'a Option<String>,
}

impl Opaque<'_> {
    fn of(self, of_flow: bool) -> Uncacheable {
        let Self { name, type_name, reason } = self;
        Uncacheable { argument: name, type_name, reason: reason.clone(), of_flow }
    }
}

/// What is wrong with which argument, and what to do.
impl fmt::Display for Uncacheable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { argument, type_name, reason, of_flow } = self;
        let of = if *of_flow { " of the flow" } else { "" };
        write!(f, "the argument '{argument}'{of}, a `{type_name}`, cannot be hashed: ")?;
        match reason {
            Some(reason) => f.write_str(reason)?,
            None => f.write_str("it is not `Serialize`")?,
        }
        if *of_flow {
            f.write_str("; leave FLOW_PARAMETERS out of the cache policy")
        } else {
            write!(f, "; leave it out of the key with `- \"{argument}\"`")
        }
    }
}
