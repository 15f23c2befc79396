//! A webhook of whatever service: the request is written in the block, with places for the message and for secrets.

use std::collections::BTreeMap;
use std::time::Duration;

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use reqwest::Method;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use tidegate::block::Notify;
use tidegate::{Block, Result, Secret};
use url::form_urlencoded;

use crate::error::{Error, Kind};
use crate::net::{Outgoing, Reach};
use crate::template::{self, Unknown, Values};

/// Calls any webhook. In every text of it, `{{subject}}`, `{{body}}`, `{{name}}` and `{{…}}` of the secrets are filled in.
///
/// ```no_run
/// use serde_json::json;
/// use tidegate::Secret;
/// use tidegate::block::Notify;
/// use tidegate_blocks::CustomWebhook;
///
/// # async fn example() -> tidegate::Result<()> {
/// let mut pager = CustomWebhook::new("pager", "https://pager.example.com/send");
/// pager.json_data = Some(json!({ "text": "{{body}}", "token": "{{token}}" }));
/// pager.secrets.insert("token".into(), Secret::new("hook-token".into()));
/// pager.notify(None, "3 rows were refused").await?;
/// # Ok(()) }
/// ```
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema, Block)]
#[block(
    name = "Custom Webhook",
    slug = "custom-webhook",
    documentation_url = "https://docs.prefect.io/latest/automate/events/automations-triggers#sending-notifications-with-automations",
    capabilities(Notify)
)]
pub struct CustomWebhook {
    /// Name of the webhook.
    pub name: String,
    /// The webhook URL.
    pub url: Secret,
    /// The webhook request method.
    #[serde(default)]
    pub method: WebhookMethod,
    /// What is asked for behind the `?`.
    #[serde(default)]
    pub params: Option<BTreeMap<String, String>>,
    /// JSON that is sent.
    #[serde(default)]
    pub json_data: Option<Value>,
    /// A form that is sent, or a text as it is. Not together with JSON.
    #[serde(default)]
    pub form_data: Option<FormData>,
    /// Headers that are sent.
    #[serde(default)]
    pub headers: Option<BTreeMap<String, String>>,
    /// Cookies that are sent.
    #[serde(default)]
    pub cookies: Option<BTreeMap<String, String>>,
    /// How many seconds the request may take.
    #[serde(default = "timeout")]
    pub timeout: f64,
    /// Whether the URL may lead to an address that is not public.
    #[serde(default)]
    pub allow_private_urls: bool,
    /// Secret values, by the names that stand for them.
    #[serde(default)]
    pub secrets: BTreeMap<String, Secret>,
}

/// How a webhook is called.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "UPPERCASE")]
pub enum WebhookMethod {
    /// It is asked.
    Get,
    /// Something is sent.
    #[default]
    Post,
    /// Something is put.
    Put,
    /// Something is changed.
    Patch,
    /// Something is deleted.
    Delete,
}

/// The fields of a form, or a text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum FormData {
    /// Fields, sent as a browser sends a form.
    Fields(BTreeMap<String, String>),
    /// A text, sent as it is.
    Text(String),
}

fn timeout() -> f64 {
    10.0
}

impl WebhookMethod {
    fn as_http(self) -> Method {
        match self {
            Self::Get => Method::GET,
            Self::Post => Method::POST,
            Self::Put => Method::PUT,
            Self::Patch => Method::PATCH,
            Self::Delete => Method::DELETE,
        }
    }
}

impl CustomWebhook {
    const NAME: &str = "Custom Webhook";

    /// A webhook of this name and URL that is posted nothing yet.
    #[must_use]
    pub fn new(name: impl Into<String>, url: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            url: Secret::new(url.into()),
            method: WebhookMethod::default(),
            params: None,
            json_data: None,
            form_data: None,
            headers: None,
            cookies: None,
            timeout: timeout(),
            allow_private_urls: false,
            secrets: BTreeMap::new(),
        }
    }

    fn invalid(&self, message: impl std::fmt::Display) -> Error {
        Error::new(Self::NAME, Kind::Invalid, format!("'{}': {message}", self.name))
    }

    fn request(&self, subject: Option<&str>, body: &str) -> Result<Outgoing, Error> {
        if self.json_data.is_some() && self.form_data.is_some() {
            return Err(self.invalid("it has both `json_data` and `form_data`; leave one out"));
        }
        let timeout = Duration::try_from_secs_f64(self.timeout)
            .map_err(|_| self.invalid("its `timeout` is no number of seconds"))?;
        let mut values: Values<'_> = self
            .secrets
            .iter()
            .map(|(name, secret)| (name.as_str(), secret.expose().as_str()))
            .collect();
        values.extend([
            ("subject", subject.unwrap_or("null")),
            ("body", body),
            ("name", &self.name),
        ]);
        let outgoing = self.filled(&values).map_err(|Unknown(key)| {
            let known = values.keys().copied().collect::<Vec<_>>().join(", ");
            self.invalid(format!("nothing stands for {{{{{key}}}}}; there are: {known}"))
        })??;
        // Secrets may be anywhere in it.
        Ok(outgoing.keeps_body().timeout(timeout).reach(Reach::private(self.allow_private_urls)))
    }

    fn filled(&self, values: &Values<'_>) -> Result<Result<Outgoing, Error>, Unknown> {
        let url = template::fill(self.url.expose(), values)?;
        let all = |texts: &Option<BTreeMap<String, String>>| {
            texts.as_ref().map_or(Ok(Vec::new()), |texts| template::fill_all(texts, values))
        };
        let (params, headers, cookies) =
            (all(&self.params)?, all(&self.headers)?, all(&self.cookies)?);
        let json =
            self.json_data.as_ref().map(|json| template::fill_json(json, values)).transpose()?;
        let form = self.form_data.as_ref().map(|form| form.filled(values)).transpose()?;
        let made = || {
            let pairs = params.iter().map(|(name, value)| (name.as_str(), value.as_str()));
            let mut outgoing = Outgoing::new(Self::NAME, self.method.as_http(), &url)?.query(pairs);
            if let Some(json) = json {
                let body = json.to_string().into_bytes();
                outgoing = outgoing.body(body).header("content-type", "application/json")?;
            }
            if let Some((kind, body)) = form {
                outgoing = outgoing.body(body.into_bytes()).header("content-type", kind)?;
            }
            if !cookies.is_empty() {
                let cookies: Vec<_> =
                    cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
                outgoing = outgoing.header("cookie", &cookies.join("; "))?;
            }
            headers
                .iter()
                .try_fold(outgoing, |outgoing, (name, value)| outgoing.header(name, value))
        };
        Ok(made())
    }
}

impl FormData {
    /// What kind of text it is, and the text.
    fn filled(&self, values: &Values<'_>) -> Result<(&'static str, String), Unknown> {
        match self {
            Self::Fields(fields) => {
                let fields = template::fill_all(fields, values)?;
                let form =
                    form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
                Ok(("application/x-www-form-urlencoded", form))
            }
            Self::Text(text) => Ok(("text/plain; charset=utf-8", template::fill(text, values)?)),
        }
    }
}

impl Notify for CustomWebhook {
    fn notify<'a>(&'a self, subject: Option<&'a str>, body: &'a str) -> BoxFuture<'a, Result<()>> {
        async move {
            self.request(subject, body)?.send().await?;
            Ok(())
        }
        .boxed()
    }
}
