//! Messages in Discord, by the webhook of a channel. A message mentions nobody: what is in it may come from anywhere.

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;
use tidegate::block::Notify;
use tidegate::{Block, Result, Secret};

use crate::error::Error;
use crate::net::Outgoing;
use crate::text;

/// How long one message may be, by Discord's documentation.
const LONGEST: usize = 2000;

/// Sends messages to the channel of a webhook of Discord. A long one is sent in several.
///
/// ```no_run
/// use tidegate::block::Notify;
/// use tidegate_blocks::DiscordWebhook;
///
/// # async fn example() -> tidegate::Result<()> {
/// // Of https://discord.com/api/webhooks/<id>/<token>.
/// let channel = DiscordWebhook::new("1234567890", "hook-token");
/// channel.notify(None, "The table is there.").await?;
/// # Ok(()) }
/// ```
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema, Block)]
#[block(
    name = "Discord Webhook",
    slug = "discord-webhook",
    documentation_url = "https://discord.com/developers/docs/resources/webhook#execute-webhook",
    capabilities(Notify)
)]
pub struct DiscordWebhook {
    /// The first of the two parts of the webhook's URL.
    pub webhook_id: Secret,
    /// The second of the two parts of the webhook's URL.
    pub webhook_token: Secret,
    /// The name that messages come from, instead of the webhook's own.
    #[serde(default)]
    pub botname: Option<String>,
    /// Whether messages are read aloud.
    #[serde(default)]
    pub tts: bool,
    /// Where the picture is that messages come with, instead of the webhook's own.
    #[serde(default)]
    pub avatar_url: Option<String>,
}

impl DiscordWebhook {
    const NAME: &str = "Discord Webhook";
    const API: &str = "https://discord.com/api";

    /// The webhook with this id and token.
    #[must_use]
    pub fn new(webhook_id: impl Into<String>, webhook_token: impl Into<String>) -> Self {
        Self {
            webhook_id: Secret::new(webhook_id.into()),
            webhook_token: Secret::new(webhook_token.into()),
            botname: None,
            tts: false,
            avatar_url: None,
        }
    }

    /// The requests that carry a message, in order.
    pub(crate) fn requests(
        &self,
        api: &str,
        subject: Option<&str>,
        body: &str,
    ) -> Result<Vec<Outgoing>, Error> {
        let subject = subject.filter(|subject| !subject.is_empty());
        let message = text::below(subject.map(|subject| format!("**{subject}**")).as_deref(), body);
        let url =
            format!("{api}/webhooks/{}/{}", self.webhook_id.expose(), self.webhook_token.expose());
        let pieces = text::pieces(&message, LONGEST).into_iter().map(|piece| {
            let mut message = json!({
                "content": piece,
                "tts": self.tts,
                "allowed_mentions": { "parse": [] },
            });
            if let Some(name) = &self.botname {
                message["username"] = name.as_str().into();
            }
            if let Some(url) = &self.avatar_url {
                message["avatar_url"] = url.as_str().into();
            }
            Outgoing::json(Self::NAME, &url, &message)
        });
        pieces.collect()
    }
}

impl Notify for DiscordWebhook {
    fn notify<'a>(&'a self, subject: Option<&'a str>, body: &'a str) -> BoxFuture<'a, Result<()>> {
        async move {
            for request in self.requests(Self::API, subject, body)? {
                request.send().await?;
            }
            Ok(())
        }
        .boxed()
    }
}
