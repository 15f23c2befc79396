//! Incidents in PagerDuty, by version 2 of its events.

use std::collections::BTreeMap;

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

/// How long a summary may be, by PagerDuty's documentation.
const LONGEST: usize = 1024;

/// Triggers incidents in a service of PagerDuty.
///
/// ```no_run
/// use tidegate::block::Notify;
/// use tidegate_blocks::PagerDutyWebhook;
///
/// # async fn example() -> tidegate::Result<()> {
/// let on_call = PagerDutyWebhook::new("the integration key of the service");
/// on_call.notify(Some("Nightly load has failed"), "3 rows were refused").await?;
/// # Ok(()) }
/// ```
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema, Block)]
#[block(
    name = "Pager Duty Webhook",
    slug = "pager-duty-webhook",
    documentation_url = "https://developer.pagerduty.com/docs/events-api-v2/trigger-events/",
    capabilities(Notify)
)]
pub struct PagerDutyWebhook {
    /// The integration key of a service for the Events API V2, also called its routing key.
    pub integration_key: Secret,
    /// The severity of the notification.
    #[serde(default)]
    pub notify_type: NotifyType,
    /// What the event comes from.
    #[serde(default = "source")]
    pub source: String,
    /// The part of the source that it is about.
    #[serde(default = "component")]
    pub component: String,
    /// The group of services that it belongs to.
    #[serde(default)]
    pub group: Option<String>,
    /// The class of the event.
    #[serde(default)]
    pub class_id: Option<String>,
    /// Where the account is.
    #[serde(default)]
    pub region_name: Region,
    /// An address that the incident leads to.
    #[serde(default)]
    pub clickable_url: Option<String>,
    /// What else the incident tells.
    #[serde(default)]
    pub custom_details: BTreeMap<String, String>,
}

/// What a notification is, and so how severe the incident.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum NotifyType {
    /// Severity `info`.
    #[default]
    Info,
    /// Severity `info`.
    Success,
    /// Severity `warning`.
    Warning,
    /// Severity `critical`.
    Failure,
}

/// Where the account of PagerDuty is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Region {
    /// The United States.
    #[default]
    Us,
    /// Europe.
    Eu,
}

fn source() -> String {
    "Tidegate".to_owned()
}

fn component() -> String {
    "Notification".to_owned()
}

impl PagerDutyWebhook {
    const NAME: &str = "Pager Duty Webhook";

    /// Incidents of the service with this key.
    #[must_use]
    pub fn new(integration_key: impl Into<String>) -> Self {
        Self {
            integration_key: Secret::new(integration_key.into()),
            notify_type: NotifyType::default(),
            source: source(),
            component: component(),
            group: None,
            class_id: None,
            region_name: Region::default(),
            clickable_url: None,
            custom_details: BTreeMap::new(),
        }
    }

    fn api(&self) -> &'static str {
        match self.region_name {
            Region::Us => "https://events.pagerduty.com",
            Region::Eu => "https://events.eu.pagerduty.com",
        }
    }

    pub(crate) fn request(
        &self,
        api: &str,
        subject: Option<&str>,
        body: &str,
    ) -> Result<Outgoing, Error> {
        let severity = match self.notify_type {
            NotifyType::Info | NotifyType::Success => "info",
            NotifyType::Warning => "warning",
            NotifyType::Failure => "critical",
        };
        let subject = subject.filter(|subject| !subject.is_empty());
        let mut details = self.custom_details.clone();
        // The summary is the title of the incident; what it leaves out is told in the details.
        if subject.is_some() || body.chars().count() > LONGEST {
            details.insert("body".to_owned(), body.to_owned());
        }
        let mut payload = json!({
            "summary": text::beginning(subject.unwrap_or(body), LONGEST),
            "severity": severity,
            "source": self.source,
            "component": self.component,
        });
        let more = [("group", &self.group), ("class", &self.class_id)];
        for (name, value) in more {
            if let Some(value) = value {
                payload[name] = value.as_str().into();
            }
        }
        if !details.is_empty() {
            payload["custom_details"] = json!(details);
        }
        let mut event = json!({
            "routing_key": self.integration_key.expose(),
            "event_action": "trigger",
            "payload": payload,
        });
        if let Some(url) = &self.clickable_url {
            event["links"] = json!([{ "href": url, "text": self.component }]);
        }
        Ok(Outgoing::json(Self::NAME, &format!("{api}/v2/enqueue"), &event)?.keeps_body())
    }
}

impl Notify for PagerDutyWebhook {
    fn notify<'a>(&'a self, subject: Option<&'a str>, body: &'a str) -> BoxFuture<'a, Result<()>> {
        async move {
            self.request(self.api(), subject, body)?.send().await?;
            Ok(())
        }
        .boxed()
    }
}
