//! `server start`: listens, says where, and goes on until the process is asked to stop. Flows run in other processes meanwhile.

use std::io;
use std::net::{IpAddr, SocketAddr};

use clap::Args;
use serde::Serialize;
use tidegate_server::ServeError;

use crate::cli::failure::{Done, Failure};
use crate::cli::output::Sheet;
use crate::cli::session::Session;
use crate::engine::Signals;
use crate::settings::parse_host;

/// Serve the database until this is stopped: pages at /, the API of Prefect's clients at /api.
#[derive(Debug, Args)]
#[command(after_help = "\
Other processes run flows on the same database meanwhile. Ctrl-C stops it when what it is asked at the time is answered.

On loopback nobody is asked who they are, unless there is a password or a key. On any other address it starts only with one of these: a
password is TIDEGATE_SERVER_AUTH=user:password in the environment, which Prefect's clients send with PREFECT_API_AUTH_STRING; a key is made
by `server key create`, and sent with PREFECT_API_KEY.

Examples:
  $ tidegate server start
  $ tidegate server start --port 8080 --database sqlite:app.db
  $ tidegate server start --host 0.0.0.0 --allow-host tide.example")]
pub(in crate::cli) struct Start {
    /// The address to listen at; TIDEGATE_SERVER_HOST, or 127.0.0.1
    #[arg(long, value_name = "ADDRESS", value_parser = host)]
    host: Option<IpAddr>,
    /// The port to listen at, 0 for any that is free; TIDEGATE_SERVER_PORT, or 4200
    #[arg(long)]
    port: Option<u16>,
    /// A name that others know it by, beside those of TIDEGATE_SERVER_ALLOWED_HOSTS; said again for each
    #[arg(long = "allow-host", value_name = "NAME")]
    allow_hosts: Vec<String>,
}

/// What is told of a server that listens.
#[derive(Serialize)]
struct Listening {
    ui_url: String,
    api_url: String,
    address: SocketAddr,
    database: String,
    asks_who_calls: bool,
}

impl Start {
    pub(super) async fn run(self, session: &Session) -> Done {
        // Whoever stops it while it starts is heard too.
        let mut signals = Signals::listen()?;
        let engine = session.engine_to_serve()?;
        let set = engine.server_address();
        let address =
            SocketAddr::new(self.host.unwrap_or(set.ip()), self.port.unwrap_or(set.port()));
        let mut serve = engine.serve(address);
        for name in self.allow_hosts {
            serve = serve.allow_host(name);
        }
        let server = serve.listen().await?.map_err(|error| not_listening(&error))?;
        let listening = Listening {
            ui_url: server.url(),
            api_url: server.api_url(),
            address: server.address(),
            database: engine.require_store()?.info().location,
            asks_who_calls: server.asks_who_calls(),
        };
        let output = session.output();
        output.show(&listening, || {
            Sheet::new()
                .line("Pages", &listening.ui_url)
                .line("API", &listening.api_url)
                .line("Prefect", format!("export PREFECT_API_URL={}", listening.api_url))
                .line("Database", &listening.database)
                .line(
                    "Callers",
                    if listening.asks_who_calls { "say who they are" } else { "of this machine" },
                )
        })?;
        output.tell("Ctrl-C stops it.")?;
        signals.next().await;
        output.tell("It stops when what it is asked is answered; Ctrl-C again ends it at once.")?;
        tokio::select! {
            stopped = server.stop() => Ok(stopped?),
            signal = signals.next() => signal.end_process(),
        }
    }
}

pub(super) fn host(typed: &str) -> Result<IpAddr, String> {
    parse_host(typed).ok_or_else(|| {
        "it is no address of a machine: write 127.0.0.1 or localhost, or 0.0.0.0 for all addresses of this one".to_owned()
    })
}

/// Why it does not listen, and what to do.
fn not_listening(error: &ServeError) -> Failure {
    let ServeError::Listen { address, source } = error else {
        return Failure::new(error.to_string());
    };
    let kind = source.kind();
    if kind == io::ErrorKind::AddrInUse {
        let taken = format!(
            "another program listens on {address} already; if it is a server of Tidegate, there is no need for a second"
        );
        return Failure::new(taken)
            .try_next(format!("{{program}} server status --port {}", address.port()))
            .try_next("{program} server start --port 0    for any port that is free");
    }
    let failure = Failure::new(format!("the server cannot listen on {address}: {source}"));
    if kind == io::ErrorKind::PermissionDenied {
        return failure.try_next("{program} server start --port 4200");
    }
    if kind == io::ErrorKind::AddrNotAvailable {
        return failure.try_next("{program} server start --host 127.0.0.1");
    }
    failure
}
