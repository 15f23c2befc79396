//! Servers of PostgreSQL. The connection of a call is driven by the call itself: nothing goes on when that is dropped.

mod decode;
mod encode;

use std::net::IpAddr;
use std::pin::pin;
use std::time::Duration;

use futures_util::future::{Either, select};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use tidegate::store::SqlErrorKind;
use tidegate::{SqlError, SqlValue};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio_postgres::types::ToSql;
use tokio_postgres::{Client, Config, Connection, NoTls};
use tokio_postgres_rustls::MakeRustlsConnect;

use super::job::{self, Done, Job};
use super::{Database, SslMode};
use crate::error::Error;
use crate::tls;

/// How long one attempt to connect may take.
const CONNECT: Duration = Duration::from_secs(10);

pub(super) async fn carry_out(database: &Database, job: Job) -> Result<Done, Error> {
    let host = database.host.as_deref().unwrap_or("localhost");
    let mut config = Config::new();
    config.host(host).connect_timeout(CONNECT).application_name("tidegate");
    config.port(database.port.unwrap_or(5432));
    if let Some(name) = &database.database {
        config.dbname(name);
    }
    if let Some(username) = &database.username {
        config.user(username);
    }
    if let Some(password) = &database.password {
        config.password(password.expose());
    }
    let usual = if is_here(host) { SslMode::Disable } else { SslMode::Require };
    match database.sslmode.unwrap_or(usual) {
        SslMode::Disable => {
            config.ssl_mode(tokio_postgres::config::SslMode::Disable);
            let (client, connection) = config.connect(NoTls).await.map_err(unreachable)?;
            drive(client, connection, job).await
        }
        SslMode::Require => {
            config.ssl_mode(tokio_postgres::config::SslMode::Require);
            let (client, connection) =
                config.connect(encrypted(database)?).await.map_err(unreachable)?;
            drive(client, connection, job).await
        }
    }
}

/// Whether the way to the server does not leave this machine.
fn is_here(host: &str) -> bool {
    host == "localhost"
        || host.starts_with('/')
        || host.parse().is_ok_and(|address: IpAddr| address.is_loopback())
}

fn encrypted(database: &Database) -> Result<MakeRustlsConnect, Error> {
    let Some(file) = &database.sslrootcert else {
        return Ok(MakeRustlsConnect::new(tls::usual()));
    };
    let unusable = || Database::invalid("its `sslrootcert` is no file with certificates in PEM");
    let mut roots = rustls::RootCertStore::empty();
    let certificates =
        CertificateDer::pem_file_iter(file).map_err(|error| unusable().caused_by(error))?;
    for certificate in certificates {
        let added = certificate.map_err(|error| unusable().caused_by(error))?;
        roots.add(added).map_err(|error| unusable().caused_by(error))?;
    }
    if roots.is_empty() {
        return Err(unusable());
    }
    Ok(MakeRustlsConnect::new(tls::trusting(roots)))
}

async fn drive<S, T>(
    mut client: Client,
    connection: Connection<S, T>,
    job: Job,
) -> Result<Done, Error>
where
    S: AsyncRead + AsyncWrite + Unpin,
    T: AsyncRead + AsyncWrite + Unpin,
{
    let job = pin!(run(&mut client, job));
    let done = match select(job, pin!(connection)).await {
        Either::Left((done, _)) => done,
        Either::Right((Err(error), _)) => return Err(unreachable(error)),
        Either::Right((Ok(()), job)) => job.await,
    };
    done.map_err(|error| Database::failed("it refused the statement").caused_by(error))
}

async fn run(client: &mut Client, job: Job) -> Result<Done, SqlError> {
    match job {
        Job::Execute { sql, rows } => {
            execute(client, &sql, rows).await.map_err(|error| described(&sql, &error))
        }
        Job::Fetch { sql, params, most } => fetch(client, &sql, params, most).await,
    }
}

async fn execute(
    client: &mut Client,
    sql: &str,
    sets: Vec<Vec<SqlValue>>,
) -> Result<Done, tokio_postgres::Error> {
    let mut changed = 0;
    // One statement is a transaction by itself; some, such as VACUUM, can be in none.
    if let [params] = &*sets {
        let params: Vec<_> = params.iter().map(encode::Bound).collect();
        let statement = client.prepare(sql).await?;
        changed = client.execute(&statement, &bound(&params)).await?;
    } else {
        let transaction = client.transaction().await?;
        let statement = transaction.prepare(sql).await?;
        for params in &sets {
            let params: Vec<_> = params.iter().map(encode::Bound).collect();
            changed += transaction.execute(&statement, &bound(&params)).await?;
        }
        transaction.commit().await?;
    }
    Ok(Done { changed, rows: Vec::new() })
}

async fn fetch(
    client: &mut Client,
    sql: &str,
    params: Vec<SqlValue>,
    most: usize,
) -> Result<Done, SqlError> {
    let failed = |error: tokio_postgres::Error| described(sql, &error);
    let params: Vec<_> = params.iter().map(encode::Bound).collect();
    // What the statement does stays done, and of what it gives no more is fetched than was asked for.
    let transaction = client.transaction().await.map_err(failed)?;
    let statement = transaction.prepare(sql).await.map_err(failed)?;
    let portal = transaction.bind(&statement, &bound(&params)).await.map_err(failed)?;
    let limit = most;
    let most = i32::try_from(most).unwrap_or(0);
    let found = transaction.query_portal(&portal, most).await.map_err(failed)?;
    let columns = statement.columns().iter().map(|column| column.name().to_owned()).collect();
    let rows =
        found.iter().take(limit).map(|row| decode::row(sql, row)).collect::<Result<_, _>>()?;
    transaction.commit().await.map_err(failed)?;
    Ok(Done { changed: 0, rows: job::rows(columns, rows) })
}

fn bound<'a>(params: &'a [encode::Bound<'a>]) -> Vec<&'a (dyn ToSql + Sync)> {
    params.iter().map(|param| param as _).collect()
}

fn unreachable(error: tokio_postgres::Error) -> Error {
    let said = error.as_db_error().map(|said| format!(": {}", said.message())).unwrap_or_default();
    Database::failed(format!("the server cannot be spoken with{said}")).caused_by(error)
}

fn described(sql: &str, error: &tokio_postgres::Error) -> SqlError {
    let Some(said) = error.as_db_error() else {
        return SqlError::of(sql, SqlErrorKind::Other, error);
    };
    // Class 23 is that of constraints, class 22 that of values.
    let kind = match said.code().code().get(..2) {
        Some("23") => SqlErrorKind::Constraint,
        Some("22") => SqlErrorKind::Type,
        Some(_) | None => SqlErrorKind::Other,
    };
    SqlError::of(sql, kind, said.message())
}
