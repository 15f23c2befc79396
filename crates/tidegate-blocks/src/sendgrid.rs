//! Letters by SendGrid. Each recipient gets one of their own and does not see the others.

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;
use tidegate::block::Notify;
use tidegate::{Block, Result, Secret};

use crate::error::{Error, Kind};
use crate::net::Outgoing;

/// Sends letters through an account of SendGrid.
///
/// ```no_run
/// use tidegate::block::Notify;
/// use tidegate_blocks::SendgridEmail;
///
/// # async fn example() -> tidegate::Result<()> {
/// let letters = SendgridEmail::new("SG.…", "flows@example.com", ["ada@example.com"]);
/// letters.notify(Some("Nightly load"), "3 rows were refused").await?;
/// # Ok(()) }
/// ```
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema, Block)]
#[block(
    name = "Sendgrid Email",
    slug = "sendgrid-email",
    documentation_url = "https://www.twilio.com/docs/sendgrid/api-reference/mail-send/mail-send",
    capabilities(Notify)
)]
pub struct SendgridEmail {
    /// The API key of the account.
    pub api_key: Secret,
    /// Whom letters come from.
    pub sender_email: String,
    /// Whom they go to.
    pub to_emails: Vec<String>,
}

impl SendgridEmail {
    const NAME: &str = "Sendgrid Email";
    const API: &str = "https://api.sendgrid.com";
    /// SendGrid takes no letter without a subject.
    const SUBJECT: &str = "Tidegate notification";

    /// Letters from this sender to these recipients.
    #[must_use]
    pub fn new<S: Into<String>>(
        api_key: impl Into<String>,
        sender_email: impl Into<String>,
        to_emails: impl IntoIterator<Item = S>,
    ) -> Self {
        Self {
            api_key: Secret::new(api_key.into()),
            sender_email: sender_email.into(),
            to_emails: to_emails.into_iter().map(Into::into).collect(),
        }
    }

    pub(crate) fn request(
        &self,
        api: &str,
        subject: Option<&str>,
        body: &str,
    ) -> Result<Outgoing, Error> {
        if self.to_emails.is_empty() {
            let message = "it has no recipient; put one into `to_emails`";
            return Err(Error::new(Self::NAME, Kind::Invalid, message));
        }
        let letters: Vec<_> =
            self.to_emails.iter().map(|email| json!({ "to": [{ "email": email }] })).collect();
        let subject = subject.filter(|subject| !subject.is_empty()).unwrap_or(Self::SUBJECT);
        let letter = json!({
            "personalizations": letters,
            "from": { "email": self.sender_email },
            "subject": subject,
            "content": [{ "type": "text/plain", "value": body }],
        });
        let outgoing = Outgoing::json(Self::NAME, &format!("{api}/v3/mail/send"), &letter)?;
        outgoing.header("authorization", &format!("Bearer {}", self.api_key.expose()))
    }
}

impl Notify for SendgridEmail {
    fn notify<'a>(&'a self, subject: Option<&'a str>, body: &'a str) -> BoxFuture<'a, Result<()>> {
        async move {
            self.request(Self::API, subject, body)?.send().await?;
            Ok(())
        }
        .boxed()
    }
}
