//! What services of messages are asked, against what their makers document.

use serde_json::json;
use tidegate::block::{Credentials, Notify};

use super::server::{Answer, Server};
use crate::net::Reach;
use crate::{
    DiscordWebhook, MicrosoftTeamsWebhook, NotifyType, PagerDutyWebhook, SendgridEmail,
    SlackCredentials, SlackWebhook,
};

/// <https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks>
#[tokio::test]
async fn slack_is_sent_a_text() {
    let server = Server::start([Answer::of(200, "ok")]).await;
    let mut webhook = SlackWebhook::new(format!("{}/services/T000/B000/hook-token", server.url()));
    webhook.allow_private_urls = true;

    webhook.notify(None, "3 rows were refused").await.unwrap();
    let asked = server.one();
    assert_eq!(asked.line, "POST /services/T000/B000/hook-token");
    assert_eq!(asked.json(), json!({ "text": "3 rows were refused" }));

    webhook.notify(Some("Nightly load"), "3 rows were refused").await.unwrap();
    assert_eq!(server.one().json(), json!({ "text": "Nightly load\n3 rows were refused" }));
}

#[tokio::test]
async fn what_slack_says_of_a_message_it_refuses_is_told() {
    let server = Server::start([Answer::of(404, "no_service")]).await;
    let mut webhook = SlackWebhook::new(server.url());
    webhook.allow_private_urls = true;
    let error = webhook.notify(None, "hello").await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "Slack Webhook: the service refused with 404 Not Found: no_service"
    );
    assert_eq!(error.downcast_ref::<crate::Error>().unwrap().status(), Some(404));
}

/// <https://docs.slack.dev/reference/methods/chat.postMessage>
#[tokio::test]
async fn slack_is_spoken_to_as_a_bot() {
    let refusal = r#"{"ok":false,"error":"channel_not_found"}"#;
    let server = Server::start([Answer::of(200, r#"{"ok":true}"#), Answer::of(200, refusal)]).await;
    let slack = SlackCredentials::new("xoxb-1").client().unwrap().at(server.url());

    slack.post_message("#data", "hello").await.unwrap();
    let asked = server.one();
    assert_eq!(asked.line, "POST /chat.postMessage");
    assert_eq!(asked.header("authorization"), Some("Bearer xoxb-1"));
    assert_eq!(asked.json(), json!({ "channel": "#data", "text": "hello" }));

    let error = slack.post_message("#nowhere", "hello").await.unwrap_err();
    let told = "Slack Credentials: Slack did not take the message: channel_not_found";
    assert_eq!(error.to_string(), told);
}

/// <https://discord.com/developers/docs/resources/webhook#execute-webhook>
#[tokio::test]
async fn discord_is_sent_content_that_mentions_nobody() {
    let server = Server::start([Answer::of(204, "")]).await;
    let mut webhook = DiscordWebhook::new("123", "hook-token");
    webhook.botname = Some("Tidegate".into());
    for request in webhook.requests(&server.url(), Some("Nightly load"), "@everyone look").unwrap()
    {
        request.reach(Reach::Everywhere).send().await.unwrap();
    }
    let asked = server.one();
    assert_eq!(asked.line, "POST /webhooks/123/hook-token");
    let expected = json!({
        "content": "**Nightly load**\n@everyone look",
        "tts": false,
        "username": "Tidegate",
        "allowed_mentions": { "parse": [] },
    });
    assert_eq!(asked.json(), expected);
}

#[tokio::test]
async fn a_message_too_long_for_discord_is_sent_in_several() {
    let server = Server::start([Answer::of(204, "")]).await;
    let body = "a line of rain\n".repeat(300);
    for request in
        DiscordWebhook::new("123", "hook-token").requests(&server.url(), None, &body).unwrap()
    {
        request.reach(Reach::Everywhere).send().await.unwrap();
    }
    let pieces: Vec<String> = server
        .asked()
        .iter()
        .map(|asked| asked.json()["content"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(pieces.concat(), body);
    assert!(pieces.iter().all(|piece| piece.len() <= 2000 && piece.ends_with('\n')));
    assert_eq!(pieces.len(), 3);
}

/// <https://learn.microsoft.com/microsoftteams/platform/webhooks-and-connectors/how-to/connectors-using>
#[tokio::test]
async fn teams_is_sent_an_adaptive_card() {
    let server = Server::start([Answer::of(202, "")]).await;
    let mut webhook =
        MicrosoftTeamsWebhook::new(format!("{}/workflows/1?sig=hook-token", server.url()));
    webhook.allow_private_urls = true;
    webhook.notify(Some("Nightly load"), "3 rows were refused").await.unwrap();
    let asked = server.one();
    assert_eq!(asked.line, "POST /workflows/1?sig=hook-token");
    let expected = json!({
        "type": "message",
        "attachments": [{
            "contentType": "application/vnd.microsoft.card.adaptive",
            "contentUrl": null,
            "content": {
                "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
                "type": "AdaptiveCard",
                "version": "1.4",
                "body": [
                    { "type": "TextBlock", "text": "Nightly load", "weight": "Bolder", "size": "Medium", "wrap": true },
                    { "type": "TextBlock", "text": "3 rows were refused", "wrap": true },
                ],
            },
        }],
    });
    assert_eq!(asked.json(), expected);
}

/// <https://developer.pagerduty.com/docs/events-api-v2/trigger-events/>
#[tokio::test]
async fn pagerduty_is_sent_an_event_that_triggers() {
    let accepted = r#"{"status":"success","message":"Event processed","dedup_key":"1"}"#;
    let server = Server::start([Answer::of(202, accepted)]).await;
    let mut webhook = PagerDutyWebhook::new("key");
    webhook.notify_type = NotifyType::Failure;
    webhook.group = Some("loads".into());
    webhook.class_id = Some("data".into());
    webhook.clickable_url = Some("https://example.com/runs/1".into());
    webhook.custom_details.insert("rows".into(), "3".into());

    let request =
        webhook.request(&server.url(), Some("Nightly load"), "3 rows were refused").unwrap();
    request.reach(Reach::Everywhere).send().await.unwrap();
    let asked = server.one();
    assert_eq!(asked.line, "POST /v2/enqueue");
    let expected = json!({
        "routing_key": "key",
        "event_action": "trigger",
        "payload": {
            "summary": "Nightly load",
            "severity": "critical",
            "source": "Tidegate",
            "component": "Notification",
            "group": "loads",
            "class": "data",
            "custom_details": { "rows": "3", "body": "3 rows were refused" },
        },
        "links": [{ "href": "https://example.com/runs/1", "text": "Notification" }],
    });
    assert_eq!(asked.json(), expected);
}

#[tokio::test]
async fn a_summary_too_long_for_pagerduty_is_told_whole_in_the_details() {
    let server = Server::start([Answer::of(202, "")]).await;
    let body = "x".repeat(2000);
    let request = PagerDutyWebhook::new("key").request(&server.url(), None, &body).unwrap();
    request.reach(Reach::Everywhere).send().await.unwrap();
    let event = server.one().json();
    assert_eq!(event["payload"]["summary"].as_str().unwrap().chars().count(), 1024);
    assert_eq!(event["payload"]["custom_details"]["body"], *body);
}

/// <https://www.twilio.com/docs/sendgrid/api-reference/mail-send/mail-send>
#[tokio::test]
async fn sendgrid_is_sent_a_letter_for_each_recipient() {
    let server = Server::start([Answer::of(202, "")]).await;
    let letters =
        SendgridEmail::new("SG.1", "flows@example.com", ["ada@example.com", "eve@example.com"]);
    let request =
        letters.request(&server.url(), Some("Nightly load"), "3 rows were refused").unwrap();
    request.reach(Reach::Everywhere).send().await.unwrap();
    let asked = server.one();
    assert_eq!(asked.line, "POST /v3/mail/send");
    assert_eq!(asked.header("authorization"), Some("Bearer SG.1"));
    let expected = json!({
        "personalizations": [
            { "to": [{ "email": "ada@example.com" }] },
            { "to": [{ "email": "eve@example.com" }] },
        ],
        "from": { "email": "flows@example.com" },
        "subject": "Nightly load",
        "content": [{ "type": "text/plain", "value": "3 rows were refused" }],
    });
    assert_eq!(asked.json(), expected);
}

#[test]
fn a_letter_to_nobody_is_not_sent() {
    let letters = SendgridEmail::new("SG.1", "flows@example.com", [] as [&str; 0]);
    let error = letters.request("http://localhost", None, "hello").err().unwrap();
    assert!(error.is_invalid());
}
