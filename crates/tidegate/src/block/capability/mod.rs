//! What blocks can do, as traits, so that code takes any block which can do what it needs. How a block does it is the business of the
//! block.

mod table;

use std::fmt;

use futures_util::future::BoxFuture;

use crate::error::Result;

pub use table::Capabilities;

/// Reads what is kept under a path.
///
/// ```
/// use futures_util::FutureExt;
/// use futures_util::future::BoxFuture;
/// use tidegate::Result;
/// use tidegate::block::ReadPath;
///
/// struct Fixed(&'static str);
///
/// impl ReadPath for Fixed {
///     fn read_path<'a>(&'a self, path: &'a str) -> BoxFuture<'a, Result<Vec<u8>>> {
///         async move { Ok(format!("{} of {path}", self.0).into_bytes()) }.boxed()
///     }
/// }
///
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<()> {
/// let anything: &dyn ReadPath = &Fixed("the content");
/// assert_eq!(anything.read_path("a.csv").await?, b"the content of a.csv");
/// # Ok(()) }
/// ```
pub trait ReadPath {
    /// What is kept under `path`.
    ///
    /// # Errors
    ///
    /// There is nothing, or it cannot be read.
    fn read_path<'a>(&'a self, path: &'a str) -> BoxFuture<'a, Result<Vec<u8>>>;
}

/// Keeps things under a path.
pub trait WritePath {
    /// Keeps `content` under `path`, in the place of what is there. Gives where it is now, in words of the block: a file, an address.
    ///
    /// # Errors
    ///
    /// It cannot be written.
    fn write_path<'a>(&'a self, path: &'a str, content: Vec<u8>) -> BoxFuture<'a, Result<String>>;
}

/// Tells people something.
pub trait Notify {
    /// Sends a message. What has no place for a subject puts it before the body.
    ///
    /// # Errors
    ///
    /// The message was not taken.
    fn notify<'a>(&'a self, subject: Option<&'a str>, body: &'a str) -> BoxFuture<'a, Result<()>>;
}

/// Opens a door: makes a client of a service for whoever has the block.
pub trait Credentials {
    /// What reaches the service.
    type Client;

    /// A client that is let in.
    ///
    /// # Errors
    ///
    /// The block has something in it that no client can be made with.
    fn client(&self) -> Result<Self::Client>;
}

/// Does a job that takes a while, outside of this process as a rule.
pub trait RunJob {
    /// Runs it to its end.
    ///
    /// # Errors
    ///
    /// The job could not be begun, or has failed.
    ///
    /// # Cancel safety
    ///
    /// Dropped, it ends the job.
    fn run<'a>(&'a self) -> BoxFuture<'a, Result<JobResult>>;
}

/// What a job came to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct JobResult {
    /// The exit code, of a job that is a process.
    pub exit_code: Option<i32>,
    /// What it has said, line by line.
    pub lines: Vec<String>,
}

impl JobResult {
    /// What a job came to that ended with `exit_code` and said `lines`.
    #[must_use]
    pub fn new(exit_code: Option<i32>, lines: Vec<String>) -> Self {
        Self { exit_code, lines }
    }
}

impl fmt::Display for JobResult {
    /// What it has said.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.lines.join("\n"))
    }
}
