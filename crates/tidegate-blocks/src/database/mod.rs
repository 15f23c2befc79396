//! A database of the application: statements with their values bound, and nothing that builds SQL out of texts.

mod job;
#[cfg(feature = "postgres")]
mod postgres;
#[cfg(feature = "sqlite")]
mod sqlite;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use tidegate::store::SqlParams;
use tidegate::{Block, Result, Secret, SqlRow};

use crate::error::{Error, Kind};
use job::{Done, Job};

/// A database: a file of SQLite, or a server of PostgreSQL.
///
/// Values are bound and never put into the statement: as `?1`, `?2` in SQLite, as `$1`, `$2` in PostgreSQL. Each call has a connection of
/// its own, which ends with it; a call that is dropped undoes what it had not finished.
///
/// ```
/// use tidegate_blocks::Database;
///
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> tidegate::Result<()> {
/// # let folder = tempfile::tempdir()?;
/// # let file = folder.path().join("rain.db").display().to_string();
/// let rain = Database::sqlite(file);
/// rain.execute("CREATE TABLE rain (city TEXT, mm REAL)", ()).await?;
/// rain.execute_many("INSERT INTO rain VALUES (?1, ?2)", [("Bergen", 7.5), ("Aarhus", 1.5)]).await?;
///
/// let wet = rain.fetch_all("SELECT city FROM rain WHERE mm > ?1", (5.0,)).await?;
/// assert_eq!(wet[0].get::<String>("city")?, "Bergen");
/// # Ok(()) }
/// ```
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema, Block)]
#[block(
    name = "Database",
    slug = "database",
    documentation_url = "https://docs.prefect.io/integrations/prefect-sqlalchemy",
    capabilities()
)]
pub struct Database {
    /// Which kind of database it is.
    pub driver: Driver,
    /// The name of the database; of SQLite, its file.
    #[serde(default)]
    pub database: Option<String>,
    /// The user name used to authenticate.
    #[serde(default)]
    pub username: Option<String>,
    /// The password used to authenticate.
    #[serde(default)]
    pub password: Option<Secret>,
    /// The host of the server, or the folder of its socket; without one, this machine.
    #[serde(default)]
    pub host: Option<String>,
    /// The port of the server.
    #[serde(default)]
    pub port: Option<u16>,
    /// Whether the connection is encrypted; it is unless the server is on this machine.
    #[serde(default)]
    pub sslmode: Option<SslMode>,
    /// A file with the certificates that the server is trusted by, in PEM; without one, those that the web is.
    #[serde(default)]
    pub sslrootcert: Option<String>,
}

/// Which kind of database it is. The names that SQLAlchemy has for its drivers are understood.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Driver {
    /// A file of SQLite.
    #[cfg(feature = "sqlite")]
    #[serde(alias = "sqlite+pysqlite", alias = "sqlite+aiosqlite")]
    Sqlite,
    /// A server of PostgreSQL.
    #[cfg(feature = "postgres")]
    #[serde(alias = "postgres", alias = "postgresql+psycopg2", alias = "postgresql+asyncpg")]
    Postgresql,
}

/// Whether a connection is encrypted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum SslMode {
    /// It is not.
    Disable,
    /// It is, and the server's certificate is checked.
    Require,
}

impl Database {
    const NAME: &str = "Database";

    /// A database of this kind, of which nothing else is known.
    #[must_use]
    pub fn new(driver: Driver) -> Self {
        Self {
            driver,
            database: None,
            username: None,
            password: None,
            host: None,
            port: None,
            sslmode: None,
            sslrootcert: None,
        }
    }

    /// The database in this file of SQLite, which is made when it is not there.
    #[cfg(feature = "sqlite")]
    #[must_use]
    pub fn sqlite(file: impl Into<String>) -> Self {
        Self { database: Some(file.into()), ..Self::new(Driver::Sqlite) }
    }

    /// The database of this name at a server of PostgreSQL.
    #[cfg(feature = "postgres")]
    #[must_use]
    pub fn postgresql(host: impl Into<String>, database: impl Into<String>) -> Self {
        let (host, database) = (Some(host.into()), Some(database.into()));
        Self { host, database, ..Self::new(Driver::Postgresql) }
    }

    /// Carries out a statement. Gives how many rows it changed.
    ///
    /// # Errors
    ///
    /// The database cannot be reached, or refuses. The cause is a [`SqlError`](tidegate::SqlError).
    ///
    /// # Cancel safety
    ///
    /// Dropped, the statement is undone, unless it was through already.
    pub async fn execute(&self, sql: &str, params: impl SqlParams) -> Result<u64> {
        let rows = vec![params.into_values()];
        Ok(self.carry_out(Job::Execute { sql: sql.to_owned(), rows }).await?.changed)
    }

    /// Carries out a statement once for each set of values, in one transaction: all of them or none. Gives how many rows were changed.
    ///
    /// # Errors
    ///
    /// As those of [`execute`](Self::execute).
    ///
    /// # Cancel safety
    ///
    /// Dropped, all of it is undone, unless it was through already.
    pub async fn execute_many<P: SqlParams>(
        &self,
        sql: &str,
        sets: impl IntoIterator<Item = P>,
    ) -> Result<u64> {
        let rows = sets.into_iter().map(SqlParams::into_values).collect();
        Ok(self.carry_out(Job::Execute { sql: sql.to_owned(), rows }).await?.changed)
    }

    /// Every row that a statement gives.
    ///
    /// # Errors
    ///
    /// As those of [`execute`](Self::execute).
    ///
    /// # Cancel safety
    ///
    /// Cancel safe.
    pub async fn fetch_all(&self, sql: &str, params: impl SqlParams) -> Result<Vec<SqlRow>> {
        self.fetch(sql, params, usize::MAX).await
    }

    /// The first rows that a statement gives.
    ///
    /// # Errors
    ///
    /// As those of [`execute`](Self::execute).
    ///
    /// # Cancel safety
    ///
    /// Cancel safe.
    pub async fn fetch_many(
        &self,
        sql: &str,
        params: impl SqlParams,
        most: usize,
    ) -> Result<Vec<SqlRow>> {
        self.fetch(sql, params, most).await
    }

    /// The first row that a statement gives, if it gives one.
    ///
    /// # Errors
    ///
    /// As those of [`execute`](Self::execute).
    ///
    /// # Cancel safety
    ///
    /// Cancel safe.
    pub async fn fetch_one(&self, sql: &str, params: impl SqlParams) -> Result<Option<SqlRow>> {
        Ok(self.fetch(sql, params, 1).await?.into_iter().next())
    }

    async fn fetch(&self, sql: &str, params: impl SqlParams, most: usize) -> Result<Vec<SqlRow>> {
        let job = Job::Fetch { sql: sql.to_owned(), params: params.into_values(), most };
        Ok(self.carry_out(job).await?.rows)
    }

    async fn carry_out(&self, job: Job) -> Result<Done, Error> {
        match self.driver {
            #[cfg(feature = "sqlite")]
            Driver::Sqlite => sqlite::carry_out(self, job).await,
            #[cfg(feature = "postgres")]
            Driver::Postgresql => postgres::carry_out(self, job).await,
        }
    }

    fn invalid(message: impl std::fmt::Display) -> Error {
        Error::new(Self::NAME, Kind::Invalid, message)
    }

    fn failed(message: impl std::fmt::Display) -> Error {
        Error::new(Self::NAME, Kind::Other, message)
    }
}
