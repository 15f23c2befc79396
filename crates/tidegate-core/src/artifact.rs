//! Artifacts: what runs leave for people to look at. Nothing here shows one.

use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::id::identifier;
use crate::{RunId, Timestamp};

identifier! {
    /// The id of an artifact.
    ArtifactId
}

/// What kind of thing an artifact is, and so how it is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ArtifactType {
    /// Text with markup. A link is one too: `[text](url)`.
    Markdown,
    /// Rows and columns, as JSON.
    Table,
    /// The URL of an image.
    Image,
    /// How far something is, from 0 to 100.
    Progress,
}

impl ArtifactType {
    /// Every type.
    pub const ALL: [Self; 4] = [Self::Markdown, Self::Table, Self::Image, Self::Progress];

    /// The name in small letters, as stored: `markdown`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Markdown => "markdown",
            Self::Table => "table",
            Self::Image => "image",
            Self::Progress => "progress",
        }
    }
}

impl fmt::Display for ArtifactType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// An artifact as it is recorded. Artifacts of one key are versions of one thing: the newest is the latest.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ArtifactRecord {
    /// Its id.
    pub id: ArtifactId,
    /// What it is a version of; none for one that stands alone.
    pub key: Option<String>,
    /// What kind of thing it is.
    #[serde(rename = "type")]
    pub artifact_type: ArtifactType,
    /// The thing itself.
    pub data: Value,
    /// What it is, for people.
    pub description: Option<String>,
    /// The flow run that made it.
    pub flow_run_id: Option<RunId>,
    /// The task run that made it.
    pub task_run_id: Option<RunId>,
    /// When it was made.
    pub created: Timestamp,
    /// When its data was last changed.
    pub updated: Timestamp,
}

/// Whether the text can be the key of an artifact: lower-case letters, digits and dashes.
#[must_use]
pub fn is_artifact_key(key: &str) -> bool {
    let allowed = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    !key.is_empty() && key.len() <= 255 && key.chars().all(allowed)
}
