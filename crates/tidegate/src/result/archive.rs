//! Where an engine keeps results that are not part of the record of their run, and finds them again: its storages and its
//! serializers, by the names that records give them. It never decides which results are kept.

use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tidegate_core::{ResultReference, StateResult};

use super::object::{Damage, Object};
use super::serializer::built_in;
use super::{
    LocalFiles, ResultSerializer, ResultStorage, SerializerError, TakeValue, Unreadable, json,
};

/// The storages and serializers of an engine.
#[derive(Debug, Default)]
pub(crate) struct Archive {
    /// Where results go that were told no other place.
    default: Option<Arc<dyn ResultStorage>>,
    storages: Mutex<Vec<Arc<dyn ResultStorage>>>,
    serializers: Mutex<Vec<Arc<dyn ResultSerializer>>>,
}

/// A result that was found, and can be read.
pub(crate) enum Found {
    /// In the record itself.
    Inline(Arc<str>),
    /// In a storage.
    Stored { object: Object, serializer: Arc<dyn ResultSerializer> },
}

impl Archive {
    /// Keeps results in `default`, and reads them from `storages` too.
    pub(crate) fn new(
        default: Option<Arc<dyn ResultStorage>>,
        storages: Vec<Arc<dyn ResultStorage>>,
        serializers: Vec<Arc<dyn ResultSerializer>>,
    ) -> Self {
        let storages = default.iter().cloned().chain(storages).collect();
        Self { default, storages: Mutex::new(storages), serializers: Mutex::new(serializers) }
    }

    pub(crate) fn default_storage(&self) -> Option<&Arc<dyn ResultStorage>> {
        self.default.as_ref()
    }

    /// Knows this storage from now on.
    pub(crate) fn learn_storage(&self, storage: &Arc<dyn ResultStorage>) {
        let mut known = lock(&self.storages);
        if !known.iter().any(|other| other.name() == storage.name()) {
            known.push(Arc::clone(storage));
        }
    }

    /// Knows this serializer from now on.
    pub(crate) fn learn_serializer(&self, serializer: &Arc<dyn ResultSerializer>) {
        let mut known = lock(&self.serializers);
        if !known.iter().any(|other| other.name() == serializer.name()) {
            known.push(Arc::clone(serializer));
        }
    }

    /// Finds the result that a state speaks of, and checks that it is whole.
    pub(crate) async fn find(&self, result: Option<&StateResult>) -> Result<Found, Unreadable> {
        match result {
            Some(StateResult::Recorded { json }) => Ok(Found::Inline(Arc::clone(json))),
            Some(StateResult::Persisted { reference }) => self.fetch(reference).await,
            Some(StateResult::Unpersisted) | None => Err(Unreadable::NotKept),
        }
    }

    async fn fetch(&self, reference: &ResultReference) -> Result<Found, Unreadable> {
        let storage = self
            .storage(&reference.storage)
            .ok_or_else(|| Unreadable::UnknownStorage(reference.storage.clone()))?;
        let serializer = self.serializer(&reference.serializer)?;
        let object = read(&*storage, &reference.key).await?;
        let object = object.ok_or_else(|| Unreadable::missing(&*storage, &reference.key))?;
        let object = object
            .is(reference)
            .map_err(|damage| Unreadable::damaged(&*storage, &reference.key, damage))?;
        Ok(Found::Stored { object, serializer })
    }

    /// Removes a result of which no record tells any more.
    pub(crate) async fn remove(&self, reference: &ResultReference) -> std::io::Result<()> {
        match self.storage(&reference.storage) {
            Some(storage) => storage.delete(&reference.key).await,
            None => Err(std::io::Error::other("this program does not know the storage")),
        }
    }

    fn storage(&self, name: &str) -> Option<Arc<dyn ResultStorage>> {
        let known = lock(&self.storages).iter().find(|storage| storage.name() == name).cloned();
        // What is named by the path of a folder is that folder, whether or not this process has written to it.
        known
            .or_else(|| Path::new(name).is_absolute().then(|| Arc::new(LocalFiles::new(name)) as _))
    }

    /// The serializer of this name.
    pub(crate) fn serializer(&self, name: &str) -> Result<Arc<dyn ResultSerializer>, Unreadable> {
        let known = lock(&self.serializers).iter().find(|known| known.name() == name).cloned();
        known
            .or_else(|| built_in(name))
            .ok_or_else(|| Unreadable::UnknownSerializer(name.to_owned()))
    }
}

/// The object under a key, if there is one and it is whole.
pub(crate) async fn read(
    storage: &dyn ResultStorage,
    key: &str,
) -> Result<Option<Object>, Unreadable> {
    let bytes =
        storage.read(key).await.map_err(|cause| Unreadable::unreachable(storage, key, cause))?;
    let opened: Result<Option<Object>, Damage> =
        bytes.map(|bytes| Object::open(key, bytes)).transpose();
    opened.map_err(|damage| Unreadable::damaged(storage, key, damage))
}

impl Found {
    /// Lets `take` read it.
    pub(crate) fn give(&self, take: TakeValue<'_>) -> Result<(), Unreadable> {
        match self {
            Self::Inline(json) => json::decode(json, take).map_err(Into::into),
            Self::Stored { object, serializer } => {
                let mut given = false;
                let deserialized = serializer.deserialize(object.payload(), &mut |result| {
                    given = true;
                    take(result)
                });
                match deserialized {
                    Ok(()) if !given => Err("its serializer gave no value".into()),
                    deserialized => deserialized,
                }
            }
        }
        .map_err(|error: SerializerError| Unreadable::other_type(&error.to_string()))
    }
}

/// What these locks guard is changed in one step.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
