//! What becomes of the value of a run that completes: it is part of its record, or is written to a storage before the run is
//! recorded as completed; and what is made of a result that is there already. Nothing here decides which state a run ends in.

use std::sync::Arc;

use erased_serde::Serialize;
use tidegate_core::{RunId, State, StateResult};
use uuid::Uuid;

use crate::engine::conclude::{Failing, Unfinished};
use crate::engine::panics::Panic;
use crate::engine::{Body, Execution, LiveRun};
use crate::error::{Error, Result};
use crate::options::Keeping;
use crate::redact;
use crate::result::{Damage, Found, Header, ResultStorage, Unkept, Unreadable, json, read_object};
use crate::secret;

/// A result that must be in its storage before its run has completed.
pub(super) struct Unwritten {
    state: State,
    payload: Vec<u8>,
    serializer: String,
    storage: Arc<dyn ResultStorage>,
}

/// A result as it is written.
enum Written {
    /// JSON text that is short enough for the record.
    Inline(String),
    /// Bytes for a storage, and what made them.
    Payload(Vec<u8>, String),
}

impl LiveRun {
    /// Whether the value of a run that ends in `state` is kept. A returned state that has a result keeps that.
    fn keeps_result(&self, state: &State) -> bool {
        self.keeping() != Keeping::Never && state.is_completed() && state.result.is_none()
    }

    /// The state with its value as the result, however large it is: in the record, which is all that a transaction commits.
    pub(super) fn with_recorded_result<'a>(
        &self,
        state: State,
        value: Option<&'a (dyn Serialize + 'a)>,
    ) -> Result<State, Unkept> {
        let Some(value) = value.filter(|_| self.keeps_result(&state)) else { return Ok(state) };
        match encode(value) {
            Ok(json) => Ok(state.with_result(StateResult::Recorded { json: json.into() })),
            Err(unkept) => self.without_result(state, unkept),
        }
    }

    /// The state of a run whose result cannot be kept, unless that was asked for.
    fn without_result(&self, state: State, unkept: Unkept) -> Result<State, Unkept> {
        if self.keeping() == Keeping::Always {
            return Err(unkept);
        }
        self.logger().warning(format_args!(
            "'{}' completed without a result, so it runs again when its flow is resumed: {unkept}",
            self.name()
        ));
        Ok(state.with_result(StateResult::Unpersisted))
    }
}

impl Execution {
    /// The state with the value of the last attempt as its result; without, where nothing keeps it.
    pub(super) fn with_result(
        &self,
        state: State,
        body: &dyn Body,
    ) -> Result<State, Box<Unfinished>> {
        let kept_nowhere = self.live.engine().store().is_none() && !self.has_result_options();
        if kept_nowhere || !self.live.keeps_result(&state) {
            return Ok(state);
        }
        let Some(value) = body.encode() else { return Ok(state) };
        let unkept = match self.write(value) {
            Ok(Written::Inline(json)) => {
                return Ok(state.with_result(StateResult::Recorded { json: json.into() }));
            }
            Ok(Written::Payload(payload, serializer)) => match self.result_storage() {
                Some(storage) => {
                    let storage = Arc::clone(storage);
                    let unwritten = Unwritten { state, payload, serializer, storage };
                    return Err(Box::new(Unfinished::Unwritten(unwritten)));
                }
                None => Unkept::NoStorage { size: payload.len() },
            },
            Err(unkept) => unkept,
        };
        self.live
            .without_result(state, unkept)
            .map_err(|unkept| Box::new(Unfinished::Failing(self.failing_to_keep(unkept))))
    }

    /// Writes a value as the options say.
    fn write(&self, value: &dyn Serialize) -> Result<Written, Unkept> {
        let Some(serializer) = &self.options.result_serializer else {
            let json = encode(value)?;
            let limit = self.live.engine().settings().results_inline_limit;
            return Ok(if json.len() <= limit && !self.has_result_options() {
                Written::Inline(json)
            } else {
                Written::Payload(json.into_bytes(), "json".to_owned())
            });
        };
        let payload = Panic::catch_sync(|| secret::refused(|| serializer.serialize(value)))
            .map_err(|panic| Unkept::Unwritable(panic.to_string()))?
            .map_err(|error| Unkept::Unwritable(error.to_string()))?;
        without_secrets(&payload)?;
        if redact::is_active() {
            // A format may compress or encrypt, so that what is in it is not seen.
            encode(value).map(drop).or_else(Unkept::unless_secret)?;
        }
        self.live.engine().archive().learn_serializer(serializer);
        Ok(Written::Payload(payload, serializer.name().to_owned()))
    }

    /// Brings a result to its storage; the run has failed where that cannot be done.
    pub(super) async fn write_result(&self, unwritten: Unwritten) -> Result<State, Failing> {
        let Unwritten { state, payload, serializer, storage } = unwritten;
        let engine = self.live.engine();
        let key = self.result_key.clone().unwrap_or_else(|| key_of_its_own(self.live.id()));
        let header = Header::of(&payload, key, &serializer, engine.now(), None);
        let object = header.seal(&payload);
        drop(payload);
        let written =
            Panic::catch(async { storage.write(&header.storage_key, object).await }).await;
        match written.unwrap_or_else(|panic| Err(std::io::Error::other(panic.to_string()))) {
            Ok(()) => {
                engine.archive().learn_storage(&storage);
                let reference = header.reference(storage.name());
                let state = State { timestamp: engine.now(), ..state };
                Ok(state.with_result(StateResult::Persisted { reference: reference.into() }))
            }
            Err(cause) => Err(self.failing_to_keep(Unkept::Unwritten {
                storage: storage.location().into_owned(),
                key: header.storage_key,
                cause,
            })),
        }
    }

    /// Takes the result that another run has left under the key of this one, and gives the state that this one ends in without
    /// running. What makes that impossible fails the next attempt before it begins.
    pub(super) async fn stored_result(&mut self, body: &mut dyn Body) -> Option<State> {
        match self.take_stored(body).await {
            Ok(state) => state,
            Err(unreadable) => {
                self.trouble = Some(Error::result(self.live.label(), unreadable));
                None
            }
        }
    }

    async fn take_stored(&self, body: &mut dyn Body) -> Result<Option<State>, Unreadable> {
        let (Some(key), Some(storage)) = (&self.result_key, self.result_storage()) else {
            return Ok(None);
        };
        if self.live.keeping() == Keeping::Never || !body.is_recordable() {
            return Ok(None);
        }
        let engine = self.live.engine();
        let object = match read_object(&**storage, key).await {
            Ok(Some(object)) if !object.has_expired(engine.now()) => object,
            Ok(_) => return Ok(None),
            // What was a result once may be written anew; what is something else is not touched.
            Err(Unreadable::Damaged {
                damage: damage @ (Damage::Cut { .. } | Damage::Changed),
                ..
            }) => {
                self.warn_of_stored(key, &**storage, &damage);
                return Ok(None);
            }
            Err(unreadable) => return Err(unreadable),
        };
        let serializer = match &self.options.result_serializer {
            Some(serializer) if serializer.name() == object.header.serializer => {
                Arc::clone(serializer)
            }
            Some(_) | None => engine.archive().serializer(&object.header.serializer)?,
        };
        engine.archive().learn_storage(storage);
        let reference = object.header.reference(storage.name());
        match restore(&Found::Stored { object, serializer }, body) {
            Ok(()) => {
                let cached = State::cached(engine.now());
                Ok(Some(cached.with_result(StateResult::Persisted { reference: reference.into() })))
            }
            Err(unreadable) => {
                self.warn_of_stored(key, &**storage, &unreadable);
                Ok(None)
            }
        }
    }

    fn warn_of_stored(&self, key: &str, storage: &dyn ResultStorage, why: &dyn std::fmt::Display) {
        self.live.logger().warning(format_args!(
            "What is under the key `{key}` in {} is not taken as the result of '{}', which runs and writes it anew: {why}",
            storage.location(),
            self.live.name()
        ));
    }

    /// Takes the result of a run that completed in an earlier attempt as the value of the body.
    pub(super) async fn restore_result(&self, state: &State, body: &mut dyn Body) -> Result<()> {
        let unreadable = |unreadable| Error::result(self.live.label(), unreadable);
        let archive = self.live.engine().archive();
        if let Some(storage) = &self.options.result_storage {
            archive.learn_storage(storage);
        }
        if let Some(serializer) = &self.options.result_serializer {
            archive.learn_serializer(serializer);
        }
        let found = archive.find(state.result.as_ref()).await.map_err(unreadable)?;
        restore(&found, body).map_err(unreadable)
    }

    /// Whether the options say where or how the result is kept.
    fn has_result_options(&self) -> bool {
        self.options.says_where_results_are() || self.result_key.is_some()
    }

    /// Where the result goes that is not part of the record.
    fn result_storage(&self) -> Option<&Arc<dyn ResultStorage>> {
        let own = self.options.result_storage.as_ref();
        own.or_else(|| self.live.engine().archive().default_storage())
    }
}

/// The JSON text of a value.
fn encode(value: &dyn Serialize) -> Result<String, Unkept> {
    let json = Panic::catch_sync(|| secret::refused(|| json::encode(value)))
        .map_err(|panic| Unkept::Unwritable(panic.to_string()))?
        .map_err(|error| Unkept::Unwritable(error.to_string()))?;
    without_secrets(json.as_bytes())?;
    Ok(json)
}

/// A result with a secret in it is not kept: in the clear it may not be, and with a mask in its place it would be another result.
fn without_secrets(written: &[u8]) -> Result<(), Unkept> {
    if redact::is_in(written) { Err(Unkept::Secret) } else { Ok(()) }
}

/// Takes a result as the value of the body.
pub(super) fn restore(found: &Found, body: &mut dyn Body) -> Result<(), Unreadable> {
    Panic::catch_sync(|| found.give(&mut |result| body.restore(result)))
        .unwrap_or_else(|panic| Err(Unreadable::other_type(&panic.to_string())))
}

/// Whether only this run keeps its result under the key.
pub(super) fn is_key_of_its_own(key: &str, run: RunId) -> bool {
    key.strip_prefix(run.to_string().as_str()).is_some_and(|rest| rest.starts_with('-'))
}

/// A key that no other result has. Not the id of the run alone: an owner that has lost the run, and does not know it yet, must not
/// write where the next owner does.
fn key_of_its_own(run: RunId) -> String {
    format!("{run}-{:08x}", Uuid::now_v7().as_u128() as u32)
}
