//! A letter to the same people each time.

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use lettre::message::Mailbox;
use lettre::message::header::ContentType;
use lettre::{AsyncTransport, Message};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use tidegate::block::{Credentials, Nested, Notify};
use tidegate::{Block, Result};

use super::EmailServerCredentials;
use crate::error::{Error, Kind};

/// Sends letters through a server of one's own choice.
///
/// ```no_run
/// use tidegate::block::Notify;
/// use tidegate_blocks::{EmailServerCredentials, SmtpEmail};
///
/// # async fn example() -> tidegate::Result<()> {
/// let server = EmailServerCredentials::new("smtp.example.com");
/// let letters = SmtpEmail::new(server, "Flows <flows@example.com>", ["ada@example.com"]);
/// letters.notify(Some("Nightly load"), "3 rows were refused").await?;
/// # Ok(()) }
/// ```
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema, Block)]
#[block(
    name = "SMTP Email",
    slug = "smtp-email",
    documentation_url = "https://docs.prefect.io/integrations/prefect-email",
    capabilities(Notify)
)]
pub struct SmtpEmail {
    /// The server that takes the letters.
    pub email_server_credentials: Nested<EmailServerCredentials>,
    /// Whom they come from; without one, the name of the account.
    #[serde(default)]
    pub email_from: Option<String>,
    /// Whom they go to.
    pub email_to: Vec<String>,
    /// Who gets a copy.
    #[serde(default)]
    pub email_to_cc: Vec<String>,
    /// Who gets a copy that the others do not see.
    #[serde(default)]
    pub email_to_bcc: Vec<String>,
}

impl SmtpEmail {
    const NAME: &str = "SMTP Email";
    const SUBJECT: &str = "Tidegate notification";

    /// Letters from this sender to these recipients.
    #[must_use]
    pub fn new<S: Into<String>>(
        email_server_credentials: impl Into<Nested<EmailServerCredentials>>,
        email_from: impl Into<String>,
        email_to: impl IntoIterator<Item = S>,
    ) -> Self {
        Self {
            email_server_credentials: email_server_credentials.into(),
            email_from: Some(email_from.into()),
            email_to: email_to.into_iter().map(Into::into).collect(),
            email_to_cc: Vec::new(),
            email_to_bcc: Vec::new(),
        }
    }

    fn letter(&self, subject: Option<&str>, body: &str) -> Result<Message, Error> {
        let username = self.email_server_credentials.username.as_ref();
        let from = self.email_from.as_ref().or(username).ok_or_else(|| {
            Error::new(Self::NAME, Kind::Invalid, "it has no sender; put one into `email_from`")
        })?;
        let subject = subject.filter(|subject| !subject.is_empty()).unwrap_or(Self::SUBJECT);
        let mut letter = Message::builder().from(mailbox(from)?).subject(subject);
        for to in &self.email_to {
            letter = letter.to(mailbox(to)?);
        }
        for cc in &self.email_to_cc {
            letter = letter.cc(mailbox(cc)?);
        }
        for bcc in &self.email_to_bcc {
            letter = letter.bcc(mailbox(bcc)?);
        }
        letter.header(ContentType::TEXT_PLAIN).body(body.to_owned()).map_err(|error| {
            Error::new(Self::NAME, Kind::Invalid, "no letter can be made of it").caused_by(error)
        })
    }
}

fn mailbox(text: &str) -> Result<Mailbox, Error> {
    text.parse().map_err(|_| {
        let message = format!(
            "'{text}' is no email address; write it as `ada@example.com` or `Ada <ada@example.com>`"
        );
        Error::new(SmtpEmail::NAME, Kind::Invalid, message)
    })
}

impl Notify for SmtpEmail {
    fn notify<'a>(&'a self, subject: Option<&'a str>, body: &'a str) -> BoxFuture<'a, Result<()>> {
        async move {
            let letter = self.letter(subject, body)?;
            let server = self.email_server_credentials.client()?;
            server.send(letter).await.map_err(|error| {
                Error::new(Self::NAME, Kind::Other, "the server did not take the letter")
                    .caused_by(error)
            })?;
            Ok(())
        }
        .boxed()
    }
}
