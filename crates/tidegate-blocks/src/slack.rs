//! Messages in Slack: by an incoming webhook, or as a bot with a token. Which channels there are is Slack's business.

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;
use tidegate::block::{Credentials, Notify};
use tidegate::{Block, Result, Secret};

use crate::error::{Error, Kind};
use crate::net::{Outgoing, Reach};
use crate::text;

/// Sends messages to the channel of an incoming webhook of Slack.
///
/// ```no_run
/// use tidegate::Block;
/// use tidegate::block::Notify;
/// use tidegate_blocks::SlackWebhook;
///
/// # async fn example() -> tidegate::Result<()> {
/// SlackWebhook::new("https://hooks.slack.com/services/T000/B000/hook-token").save("alerts").await?;
///
/// let alerts = SlackWebhook::load("alerts").await?;
/// alerts.notify(Some("Nightly load"), "3 rows were refused").await?;
/// # Ok(()) }
/// ```
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema, Block)]
#[block(
    name = "Slack Webhook",
    slug = "slack-webhook",
    documentation_url = "https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks",
    capabilities(Notify)
)]
pub struct SlackWebhook {
    /// Slack incoming webhook URL used to send notifications.
    pub url: Secret,
    /// Whether the URL may lead to an address that is not public.
    #[serde(default)]
    pub allow_private_urls: bool,
}

impl SlackWebhook {
    const NAME: &str = "Slack Webhook";

    /// A webhook with this URL, which has to be public.
    #[must_use]
    pub fn new(url: impl Into<String>) -> Self {
        Self { url: Secret::new(url.into()), allow_private_urls: false }
    }

    fn request(&self, subject: Option<&str>, body: &str) -> Result<Outgoing, Error> {
        let message = json!({ "text": text::below(subject, body) });
        let outgoing = Outgoing::json(Self::NAME, self.url.expose(), &message)?;
        Ok(outgoing.reach(Reach::private(self.allow_private_urls)))
    }
}

impl Notify for SlackWebhook {
    fn notify<'a>(&'a self, subject: Option<&'a str>, body: &'a str) -> BoxFuture<'a, Result<()>> {
        async move {
            self.request(subject, body)?.send().await?;
            Ok(())
        }
        .boxed()
    }
}

/// The token of a bot of Slack.
///
/// ```no_run
/// use tidegate::block::Credentials;
/// use tidegate_blocks::SlackCredentials;
///
/// # async fn example() -> tidegate::Result<()> {
/// let slack = SlackCredentials::new("xoxb-…").client()?;
/// slack.post_message("#data", "The table is there.").await?;
/// # Ok(()) }
/// ```
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema, Block)]
#[block(
    name = "Slack Credentials",
    slug = "slack-credentials",
    documentation_url = "https://docs.slack.dev/authentication/tokens",
    capabilities(Credentials)
)]
pub struct SlackCredentials {
    /// Bot user OAuth token for the Slack app used to perform actions.
    pub token: Secret,
}

impl SlackCredentials {
    /// The credentials with this token.
    #[must_use]
    pub fn new(token: impl Into<String>) -> Self {
        Self { token: Secret::new(token.into()) }
    }
}

impl Credentials for SlackCredentials {
    type Client = SlackClient;

    fn client(&self) -> Result<SlackClient> {
        Ok(SlackClient {
            token: self.token.clone(),
            api: "https://slack.com/api".to_owned(),
            reach: Reach::Public,
        })
    }
}

/// Speaks to Slack as a bot.
#[derive(Clone, Debug)]
pub struct SlackClient {
    token: Secret,
    api: String,
    reach: Reach,
}

/// What Slack answers, beside much else.
#[derive(Deserialize)]
struct Answer {
    ok: bool,
    error: Option<String>,
}

impl SlackClient {
    const NAME: &str = "Slack Credentials";

    /// One that speaks to a server on this machine.
    #[cfg(test)]
    pub(crate) fn at(mut self, api: String) -> Self {
        self.api = api;
        self.reach = Reach::Everywhere;
        self
    }

    /// Posts a message to a channel, which is named by its id or as `#name`.
    ///
    /// # Errors
    ///
    /// Slack refuses, or cannot be reached.
    ///
    /// # Cancel safety
    ///
    /// Dropped, the message may have been posted.
    pub async fn post_message(&self, channel: &str, text: &str) -> Result<()> {
        let url = format!("{}/chat.postMessage", self.api);
        let outgoing =
            Outgoing::json(Self::NAME, &url, &json!({ "channel": channel, "text": text }))?;
        let bearer = format!("Bearer {}", self.token.expose());
        let outgoing = outgoing.header("authorization", &bearer)?.reach(self.reach);
        let answer = outgoing.send().await?;
        // Slack says 200 whatever it thinks of a message.
        let answer: Answer = serde_json::from_slice(&answer.body).map_err(|_| {
            Error::new(
                Self::NAME,
                Kind::Other,
                "Slack has answered with something that is not its JSON",
            )
        })?;
        if answer.ok {
            return Ok(());
        }
        let said = answer.error.unwrap_or_default();
        Err(Error::new(Self::NAME, Kind::Other, format!("Slack did not take the message: {said}"))
            .into())
    }
}
