//! How a server for letters is reached. It connects to nobody: a client does when a letter is sent.

use std::time::Duration;

use lettre::transport::smtp::authentication::Credentials as Login;
use lettre::transport::smtp::client::{Tls, TlsParameters};
use lettre::{AsyncSmtpTransport, Tokio1Executor};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use tidegate::block::Credentials;
use tidegate::{Block, Result, Secret, run_logger};

use crate::error::{Error, Kind};

/// How long the server may take for each answer.
const TIMEOUT: Duration = Duration::from_secs(10);

/// What opens a server for letters.
///
/// ```no_run
/// use tidegate::block::Credentials;
/// use tidegate_blocks::EmailServerCredentials;
///
/// # async fn example() -> tidegate::Result<()> {
/// let mut server = EmailServerCredentials::new("gmail");
/// server.username = Some("ada@gmail.com".into());
/// server.password = tidegate::Secret::new("an app password".into());
/// assert!(server.client()?.test_connection().await?);
/// # Ok(()) }
/// ```
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema, Block)]
#[block(
    name = "Email Server Credentials",
    slug = "email-server-credentials",
    documentation_url = "https://docs.prefect.io/integrations/prefect-email",
    capabilities(Credentials)
)]
pub struct EmailServerCredentials {
    /// The name of the account, if the server asks for one.
    #[serde(default)]
    pub username: Option<String>,
    /// Its password.
    #[serde(default = "no_password")]
    pub password: Secret,
    /// The server's host, or one of: aol, att, comcast, gmail, icloud, outlook, yahoo.
    #[serde(default = "gmail")]
    pub smtp_server: String,
    /// How the connection is secured.
    #[serde(default)]
    pub smtp_type: SmtpType,
    /// The server's port, if it is not the usual one.
    #[serde(default)]
    pub smtp_port: Option<u16>,
    /// Whether the server's certificate is checked.
    #[serde(default = "yes")]
    pub verify: bool,
}

/// How a connection to a server is secured.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "UPPERCASE")]
pub enum SmtpType {
    /// By TLS, from its beginning. Port 465.
    #[default]
    Ssl,
    /// By TLS, before anything is sent. Port 587.
    StartTls,
    /// Not at all. Port 25.
    Insecure,
}

fn no_password() -> Secret {
    Secret::new(String::new())
}

fn gmail() -> String {
    "gmail".to_owned()
}

fn yes() -> bool {
    true
}

impl EmailServerCredentials {
    const NAME: &str = "Email Server Credentials";

    /// A server that asks for no account; it is reached by TLS.
    #[must_use]
    pub fn new(smtp_server: impl Into<String>) -> Self {
        Self {
            username: None,
            password: no_password(),
            smtp_server: smtp_server.into(),
            smtp_type: SmtpType::default(),
            smtp_port: None,
            verify: true,
        }
    }

    fn host(&self) -> &str {
        match self.smtp_server.to_ascii_lowercase().as_str() {
            "aol" => "smtp.aol.com",
            "att" => "smtp.mail.att.net",
            "comcast" => "smtp.comcast.net",
            "gmail" => "smtp.gmail.com",
            "icloud" => "smtp.mail.me.com",
            "outlook" => "smtp-mail.outlook.com",
            "yahoo" => "smtp.mail.yahoo.com",
            _ => &self.smtp_server,
        }
    }

    fn port(&self) -> u16 {
        self.smtp_port.unwrap_or(match self.smtp_type {
            SmtpType::Ssl => 465,
            SmtpType::StartTls => 587,
            SmtpType::Insecure => 25,
        })
    }

    fn tls(&self) -> Result<Tls, Error> {
        let parameters = || {
            let parameters = TlsParameters::builder(self.host().to_owned())
                .dangerous_accept_invalid_certs(!self.verify)
                .dangerous_accept_invalid_hostnames(!self.verify)
                .build_rustls();
            parameters.map_err(|error| {
                Error::new(Self::NAME, Kind::Invalid, "no TLS can be spoken with that server")
                    .caused_by(error)
            })
        };
        Ok(match self.smtp_type {
            SmtpType::Ssl => Tls::Wrapper(parameters()?),
            SmtpType::StartTls => Tls::Required(parameters()?),
            SmtpType::Insecure => Tls::None,
        })
    }
}

impl Credentials for EmailServerCredentials {
    type Client = AsyncSmtpTransport<Tokio1Executor>;

    fn client(&self) -> Result<Self::Client> {
        let mut client = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(self.host())
            .port(self.port())
            .tls(self.tls()?)
            .timeout(Some(TIMEOUT));
        if let Some(username) = &self.username {
            if self.smtp_type == SmtpType::Insecure || !self.verify {
                run_logger().warning(
                    "The password of the email server can be read by others on its way. Use `smtp_type` SSL or STARTTLS, and `verify`.",
                );
            }
            client =
                client.credentials(Login::new(username.clone(), self.password.expose().clone()));
        }
        Ok(client.build())
    }
}
