//! `server status`: whether a server answers where the settings say, or where it is told. It opens no database.

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use clap::Args;
use serde::Serialize;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use super::start::host;
use crate::cli::failure::{Done, Failure};
use crate::cli::output::Sheet;
use crate::cli::session::Session;
use crate::settings::{EngineSettings, Settings};

/// How long a server may take to answer.
const PATIENCE: Duration = Duration::from_secs(5);

/// No answer to what is asked here is longer.
const LONGEST: u64 = 64 * 1024;

/// Show whether a server answers, and whether its database does.
#[derive(Debug, Args)]
#[command(after_help = "\
The exit code is 0 if both answer.

Examples:
  $ tidegate server status
  $ tidegate server status --port 8080")]
pub(in crate::cli) struct Status {
    /// Its address; TIDEGATE_SERVER_HOST, or 127.0.0.1
    #[arg(long, value_name = "ADDRESS", value_parser = host)]
    host: Option<IpAddr>,
    /// Its port; TIDEGATE_SERVER_PORT, or 4200
    #[arg(long)]
    port: Option<u16>,
}

#[derive(Serialize)]
struct ServerStatus {
    api_url: String,
    healthy: bool,
    ready: bool,
}

impl Status {
    pub(super) async fn run(self, session: &Session) -> Done {
        let set = EngineSettings::of(&Settings::load()?)?.server.address();
        let mut address =
            SocketAddr::new(self.host.unwrap_or(set.ip()), self.port.unwrap_or(set.port()));
        if address.ip().is_unspecified() {
            address.set_ip(std::net::Ipv4Addr::LOCALHOST.into());
        }
        let api_url = format!("http://{address}/api");
        let healthy = asked(address, "/api/health").await.map_err(|error| {
            Failure::new(format!("no server answers at {api_url}: {error}"))
                .try_next("{program} server start")
        })?;
        let ready = healthy && asked(address, "/api/ready").await.unwrap_or(false);
        let status = ServerStatus { api_url, healthy, ready };
        session.output().show(&status, || {
            Sheet::new()
                .line("API", &status.api_url)
                .line("Server", if healthy { "answers" } else { "is something else" })
                .line("Database", if ready { "answers" } else { "does not answer" })
        })?;
        if ready { Ok(()) } else { Err(Failure::answered()) }
    }
}

/// Whether this is answered with 200.
async fn asked(address: SocketAddr, path: &str) -> io::Result<bool> {
    let ask = async {
        let mut stream = TcpStream::connect(address).await?;
        let request =
            format!("GET {path} HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\n\r\n");
        stream.write_all(request.as_bytes()).await?;
        let mut answer = Vec::new();
        stream.take(LONGEST).read_to_end(&mut answer).await?;
        Ok(answer.starts_with(b"HTTP/1.1 200 "))
    };
    tokio::time::timeout(PATIENCE, ask)
        .await
        .unwrap_or_else(|_| Err(io::ErrorKind::TimedOut.into()))
}
