//! Artifacts: tables, texts, images and progress that runs leave for people to look at, by key as versions of one thing. How one is
//! shown is the business of who shows it.

use serde::Serialize;
use serde_json::Value;
use tidegate_core::{
    ArtifactId, ArtifactQuery, ArtifactRecord, ArtifactType, Order, RunId, Write, is_artifact_key,
};

use crate::engine::{Context, Engine};
use crate::error::{Error, Result};

/// An artifact that has been described and is not recorded yet.
///
/// ```
/// use tidegate::Artifact;
/// use tidegate::prelude::*;
///
/// #[task]
/// async fn report(rows: u32) -> Result<()> {
///     Artifact::markdown(format!("# Import\n{rows} rows")).key("import").create().await?;
///     Artifact::table(&[("Rome", 21.5), ("Oslo", 3.0)]).description("Temperatures").create().await?;
///     Ok(())
/// }
///
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<()> { tidegate::testing::run_async(async {
/// report(3).await?;
/// report(4).await?;
/// let engine = tidegate::Engine::current()?;
/// let latest = engine.artifacts().key("import").latest().list().await?;
/// assert_eq!(latest[0].data, "# Import\n4 rows");
/// assert_eq!(engine.artifacts().key("import").list().await?.len(), 2);
/// # Ok(()) }).await }
/// ```
#[derive(Clone, Debug)]
#[must_use = "an artifact is recorded by `create`"]
pub struct Artifact {
    artifact_type: ArtifactType,
    data: std::result::Result<Value, String>,
    key: Option<String>,
    description: Option<String>,
}

impl Artifact {
    /// Text with Markdown's markup.
    pub fn markdown(text: impl Into<String>) -> Self {
        Self::new(ArtifactType::Markdown, Ok(Value::String(text.into())))
    }

    /// A link, with the text to show for it: the URL itself, if that is empty.
    pub fn link(url: impl Into<String>, text: impl Into<String>) -> Self {
        let (url, text) = (url.into(), text.into());
        let text = if text.is_empty() { url.clone() } else { text };
        Self::markdown(format!("[{text}]({url})"))
    }

    /// A table: a list of rows, each a list or a map of cells, or a map of columns. What is no number, such as a NaN, is an empty cell.
    pub fn table<T: Serialize + ?Sized>(rows: &T) -> Self {
        Self::new(
            ArtifactType::Table,
            serde_json::to_value(rows).map_err(|error| error.to_string()),
        )
    }

    /// An image, by its URL.
    pub fn image(url: impl Into<String>) -> Self {
        Self::new(ArtifactType::Image, Ok(Value::String(url.into())))
    }

    /// How far something is, in percent from 0 to 100. [`Progress::update`] brings it up to date.
    pub fn progress(percent: f64) -> Self {
        Self::new(ArtifactType::Progress, Ok(percentage(percent)))
    }

    fn new(artifact_type: ArtifactType, data: std::result::Result<Value, String>) -> Self {
        Self { artifact_type, data, key: None, description: None }
    }

    /// What it is a version of: lower-case letters, digits and dashes, such as `daily-report`.
    pub fn key(mut self, key: impl Into<String>) -> Self {
        self.key = Some(key.into());
        self
    }

    /// What it is, for people.
    pub fn description(mut self, description: impl Into<String>) -> Self {
        self.description = Some(description.into());
        self
    }

    /// Records it, as made by the run that the calling code belongs to, if there is one.
    ///
    /// # Errors
    ///
    /// The key has other characters than it may have, the table cannot be written as JSON, the engine keeps no records, or the store
    /// cannot write.
    ///
    /// # Cancel safety
    ///
    /// Dropped once it was polled, it may be recorded or not.
    pub async fn create(self) -> Result<Progress> {
        let engine = Engine::current()?;
        let record = self.into_record(&engine)?;
        put(&engine, record.clone()).await?;
        Ok(Progress { engine, record })
    }

    /// The latest artifact of its key; records this one, if there is none. Says whether it did.
    ///
    /// # Errors
    ///
    /// As [`create`](Self::create); or it has no key.
    ///
    /// # Cancel safety
    ///
    /// Dropped once it was polled, it may be recorded or not.
    pub async fn get_or_create(self) -> Result<(ArtifactRecord, bool)> {
        let engine = Engine::current()?;
        let Some(key) = self.key.clone() else {
            return Err(Error::configuration(
                "an artifact without a key is no version of anything: give it one with `.key(..)`",
            ));
        };
        if let Some(found) = engine.artifacts().key(key).latest().list().await?.pop() {
            return Ok((found, false));
        }
        let record = self.into_record(&engine)?;
        put(&engine, record.clone()).await?;
        Ok((record, true))
    }

    fn into_record(self, engine: &Engine) -> Result<ArtifactRecord> {
        if let Some(key) = self.key.as_deref().filter(|key| !is_artifact_key(key)) {
            return Err(Error::configuration(format!(
                "`{key}` cannot be the key of an artifact: write lower-case letters, digits and dashes only, such as `daily-report`"
            )));
        }
        let data = self.data.map_err(|error| {
            Error::configuration(format!("the table cannot be written as JSON: {error}"))
        })?;
        let (flow_run_id, task_run_id) = Context::with(|context| {
            let id = |run: &Option<std::sync::Arc<crate::engine::LiveRun>>| {
                run.as_ref().map(|run| run.id())
            };
            (id(&context.flow), id(&context.task))
        })
        .unwrap_or_default();
        let now = engine.now();
        Ok(ArtifactRecord {
            id: ArtifactId::new(),
            key: self.key,
            artifact_type: self.artifact_type,
            data,
            description: self.description,
            flow_run_id,
            task_run_id,
            created: now,
            updated: now,
        })
    }
}

/// An artifact that was recorded; of progress, what brings it up to date.
#[derive(Clone, Debug)]
pub struct Progress {
    engine: Engine,
    record: ArtifactRecord,
}

impl Progress {
    /// Its id.
    #[must_use]
    pub fn id(&self) -> ArtifactId {
        self.record.id
    }

    /// The artifact as it was recorded last.
    #[must_use]
    pub fn record(&self) -> &ArtifactRecord {
        &self.record
    }

    /// Says how far it is now, in percent from 0 to 100.
    ///
    /// # Errors
    ///
    /// The artifact is no progress, or the store cannot write.
    ///
    /// # Cancel safety
    ///
    /// Dropped once it was polled, it may be recorded or not.
    pub async fn update(&mut self, percent: f64) -> Result<()> {
        if self.record.artifact_type != ArtifactType::Progress {
            return Err(Error::configuration(format!(
                "an artifact of the type {} has no progress: make a new version of it instead",
                self.record.artifact_type
            )));
        }
        self.record.data = percentage(percent);
        self.record.updated = self.engine.now();
        put(&self.engine, self.record.clone()).await
    }
}

/// A question for recorded artifacts. Made by [`Engine::artifacts`].
#[derive(Clone, Debug)]
#[must_use = "a question does nothing until it is asked with `list`"]
pub struct Artifacts {
    engine: Engine,
    query: ArtifactQuery,
}

impl Engine {
    /// The artifacts it has recorded.
    pub fn artifacts(&self) -> Artifacts {
        Artifacts { engine: self.clone(), query: ArtifactQuery::default() }
    }

    /// Deletes an artifact, and says whether it was there. The latest of its key is then the one before.
    ///
    /// # Errors
    ///
    /// The store cannot write, or the engine has none.
    ///
    /// # Cancel safety
    ///
    /// Dropped once it was polled, the artifact may be deleted or not.
    pub async fn delete_artifact(&self, id: ArtifactId) -> Result<bool> {
        let store = self.require_store()?;
        store.delete_artifact(id).await.map_err(|error| Error::store(None, error))
    }
}

impl Artifacts {
    /// The artifact of this id.
    pub fn id(mut self, id: ArtifactId) -> Self {
        self.query.id = Some(id);
        self
    }

    /// Artifacts of this key.
    pub fn key(mut self, key: impl Into<String>) -> Self {
        self.query.key = Some(key.into());
        self
    }

    /// Artifacts of this type; said twice, of either.
    pub fn of_type(mut self, artifact_type: ArtifactType) -> Self {
        self.query.types.push(artifact_type);
        self
    }

    /// Artifacts that this flow run made.
    pub fn of_flow_run(mut self, id: RunId) -> Self {
        self.query.flow_run_id = Some(id);
        self
    }

    /// Artifacts that this task run made.
    pub fn of_task_run(mut self, id: RunId) -> Self {
        self.query.task_run_id = Some(id);
        self
    }

    /// Of each key the newest only.
    pub fn latest(mut self) -> Self {
        self.query.latest = true;
        self
    }

    /// Oldest first instead of newest first.
    pub fn oldest_first(mut self) -> Self {
        self.query.order = Order::OldestFirst;
        self
    }

    /// At most this many.
    pub fn limit(mut self, limit: u64) -> Self {
        self.query.limit = Some(limit);
        self
    }

    /// The artifacts that match, newest first.
    ///
    /// # Errors
    ///
    /// The store cannot be read, or the engine has none.
    ///
    /// # Cancel safety
    ///
    /// Cancel safe.
    pub async fn list(self) -> Result<Vec<ArtifactRecord>> {
        let store = self.engine.require_store()?;
        store.artifacts(self.query.clone()).await.map_err(|error| Error::store(None, error))
    }
}

async fn put(engine: &Engine, record: ArtifactRecord) -> Result<()> {
    let store = engine.require_store()?;
    let written = store.put_acknowledged(Write::Artifact(Box::new(record))).await;
    written.map_err(|error| Error::store(None, error))
}

/// Within 0 and 100; what is no number is nothing done.
fn percentage(percent: f64) -> Value {
    Value::from(if percent.is_nan() { 0.0 } else { percent.clamp(0.0, 100.0) })
}
