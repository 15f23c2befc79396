#![doc = include_str!("../README.md")]
#![cfg_attr(
    not(feature = "full"),
    allow(dead_code, reason = "no block uses all of what they share")
)]

#[cfg(feature = "bucket")]
mod bucket;
#[cfg(feature = "custom-webhook")]
mod custom_webhook;
#[cfg(feature = "database")]
mod database;
#[cfg(feature = "discord")]
mod discord;
#[cfg(feature = "email")]
mod email;
mod error;
#[cfg(feature = "json")]
mod json;
#[cfg(feature = "local-file-system")]
mod local_file_system;
#[cfg(feature = "http")]
mod net;
#[cfg(feature = "pagerduty")]
mod pagerduty;
#[cfg(feature = "secret")]
mod secret;
#[cfg(feature = "sendgrid")]
mod sendgrid;
#[cfg(feature = "shell")]
mod shell;
#[cfg(feature = "slack")]
mod slack;
#[cfg(feature = "teams")]
mod teams;
#[cfg(feature = "custom-webhook")]
mod template;
#[cfg(test)]
mod tests;
#[cfg(feature = "text")]
mod text;
#[cfg(feature = "tls")]
mod tls;

#[cfg(feature = "s3")]
pub use bucket::{AwsClientParameters, AwsCredentials, MinIoCredentials, S3Bucket, S3Credentials};
#[cfg(feature = "azure")]
pub use bucket::{AzureBlobStorageContainer, AzureBlobStorageCredentials};
#[cfg(feature = "gcs")]
pub use bucket::{GcpCredentials, GcsBucket};
#[cfg(feature = "custom-webhook")]
pub use custom_webhook::{CustomWebhook, FormData, WebhookMethod};
#[cfg(feature = "database")]
pub use database::{Database, Driver, SslMode};
#[cfg(feature = "discord")]
pub use discord::DiscordWebhook;
#[cfg(feature = "email")]
pub use email::{EmailServerCredentials, SmtpEmail, SmtpType};
pub use error::Error;
#[cfg(feature = "json")]
pub use json::Json;
#[cfg(feature = "local-file-system")]
pub use local_file_system::LocalFileSystem;
#[cfg(feature = "pagerduty")]
pub use pagerduty::{NotifyType, PagerDutyWebhook, Region};
#[cfg(feature = "secret")]
pub use secret::Secret;
#[cfg(feature = "sendgrid")]
pub use sendgrid::SendgridEmail;
#[cfg(feature = "shell")]
pub use shell::ShellOperation;
#[cfg(feature = "slack")]
pub use slack::{SlackClient, SlackCredentials, SlackWebhook};
#[cfg(feature = "teams")]
pub use teams::MicrosoftTeamsWebhook;
