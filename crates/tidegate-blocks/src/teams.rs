//! Messages in Microsoft Teams, as adaptive cards to the webhook of a workflow.

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tidegate::block::Notify;
use tidegate::{Block, Result, Secret};

use crate::error::Error;
use crate::net::{Outgoing, Reach};

/// Sends messages to Microsoft Teams, by the URL of a workflow "when a Teams webhook request is received".
///
/// ```no_run
/// use tidegate::block::Notify;
/// use tidegate_blocks::MicrosoftTeamsWebhook;
///
/// # async fn example() -> tidegate::Result<()> {
/// let team = MicrosoftTeamsWebhook::new("https://prod-00.westeurope.logic.azure.com/workflows/…&sig=hook-token");
/// team.notify(Some("Nightly load"), "3 rows were refused").await?;
/// # Ok(()) }
/// ```
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema, Block)]
#[block(
    name = "Microsoft Teams Webhook",
    slug = "ms-teams-webhook",
    documentation_url = "https://learn.microsoft.com/microsoftteams/platform/webhooks-and-connectors/how-to/add-incoming-webhook",
    capabilities(Notify)
)]
pub struct MicrosoftTeamsWebhook {
    /// The Microsoft Power Automate (Workflows) URL used to send notifications to Teams.
    pub url: Secret,
    /// Whether long lines are wrapped.
    #[serde(default = "yes")]
    pub wrap: bool,
    /// Whether the URL may lead to an address that is not public.
    #[serde(default)]
    pub allow_private_urls: bool,
}

fn yes() -> bool {
    true
}

impl MicrosoftTeamsWebhook {
    const NAME: &str = "Microsoft Teams Webhook";

    /// A webhook with this URL, which has to be public.
    #[must_use]
    pub fn new(url: impl Into<String>) -> Self {
        Self { url: Secret::new(url.into()), wrap: true, allow_private_urls: false }
    }

    fn request(&self, subject: Option<&str>, body: &str) -> Result<Outgoing, Error> {
        let outgoing = Outgoing::json(Self::NAME, self.url.expose(), &self.card(subject, body))?;
        Ok(outgoing.reach(Reach::private(self.allow_private_urls)))
    }

    fn card(&self, subject: Option<&str>, body: &str) -> Value {
        let title = subject.filter(|subject| !subject.is_empty()).map(|subject| {
            json!({ "type": "TextBlock", "text": subject, "weight": "Bolder", "size": "Medium", "wrap": self.wrap })
        });
        let text = json!({ "type": "TextBlock", "text": body, "wrap": self.wrap });
        json!({
            "type": "message",
            "attachments": [{
                "contentType": "application/vnd.microsoft.card.adaptive",
                "contentUrl": null,
                "content": {
                    "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
                    "type": "AdaptiveCard",
                    "version": "1.4",
                    "body": title.into_iter().chain([text]).collect::<Vec<_>>(),
                },
            }],
        })
    }
}

impl Notify for MicrosoftTeamsWebhook {
    fn notify<'a>(&'a self, subject: Option<&'a str>, body: &'a str) -> BoxFuture<'a, Result<()>> {
        async move {
            self.request(subject, body)?.send().await?;
            Ok(())
        }
        .boxed()
    }
}
