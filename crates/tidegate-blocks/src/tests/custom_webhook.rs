//! A webhook that is written in the block.

use std::collections::BTreeMap;

use serde_json::json;
use tidegate::Secret;
use tidegate::block::Notify;

use super::server::{Answer, Server};
use crate::{CustomWebhook, FormData, WebhookMethod};

fn texts<const N: usize>(pairs: [(&str, &str); N]) -> BTreeMap<String, String> {
    pairs.map(|(name, value)| (name.to_owned(), value.to_owned())).into()
}

/// A webhook of this server that knows one secret.
fn webhook(server: &Server) -> CustomWebhook {
    let mut webhook = CustomWebhook::new("pager", format!("{}/{{{{token}}}}/send", server.url()));
    webhook.allow_private_urls = true;
    webhook.secrets.insert("token".into(), Secret::new("s3cret".into()));
    webhook
}

#[tokio::test]
async fn every_text_of_it_is_filled_in() {
    let server = Server::start([Answer::of(200, "")]).await;
    let mut webhook = webhook(&server);
    webhook.method = WebhookMethod::Put;
    webhook.params = Some(texts([("from", "{{name}} & co")]));
    webhook.headers = Some(texts([("x-token", "{{ token }}")]));
    webhook.cookies = Some(texts([("session", "{{token}}")]));
    webhook.json_data = Some(json!({
        "text": "{{subject}}: {{body}}",
        "deep": [{ "token": "{{token}}", "n": 1 }],
        "{{body}}": null,
    }));
    webhook.notify(Some("Nightly {{token}}"), "3 rows").await.unwrap();

    let asked = server.one();
    assert_eq!(asked.line, "PUT /s3cret/send?from=pager+%26+co");
    assert_eq!(asked.header("x-token"), Some("s3cret"));
    assert_eq!(asked.header("cookie"), Some("session=s3cret"));
    let expected = json!({
        // What is filled in is not looked at again: a message can bring no secret out.
        "text": "Nightly {{token}}: 3 rows",
        "deep": [{ "token": "s3cret", "n": 1 }],
        "{{body}}": null,
    });
    assert_eq!(asked.json(), expected);
}

#[tokio::test]
async fn a_form_is_sent_as_a_browser_does_and_a_text_as_it_is() {
    let server = Server::start([Answer::of(200, "")]).await;
    let mut webhook = webhook(&server);
    webhook.form_data = Some(FormData::Fields(texts([("text", "{{subject}}&{{body}}")])));
    webhook.notify(None, "a=b").await.unwrap();
    let asked = server.one();
    assert_eq!(asked.header("content-type"), Some("application/x-www-form-urlencoded"));
    assert_eq!(asked.body, b"text=null%26a%3Db");

    webhook.form_data = Some(FormData::Text("{{body}}".into()));
    webhook.headers = Some(texts([("content-type", "text/markdown")]));
    webhook.notify(None, "a=b").await.unwrap();
    let asked = server.one();
    assert_eq!(
        (asked.header("content-type"), &*asked.body),
        (Some("text/markdown"), b"a=b".as_slice())
    );
}

#[tokio::test]
async fn what_stands_for_nothing_is_said_before_anything_is_sent() {
    let server = Server::start([Answer::of(200, "")]).await;
    let mut webhook = webhook(&server);
    webhook.json_data = Some(json!("{{tokn}}"));
    let error = webhook.notify(None, "hello").await.unwrap_err();
    let told = "Custom Webhook: 'pager': nothing stands for {{tokn}}; there are: body, name, subject, token";
    assert_eq!(error.to_string(), told);

    webhook.form_data = Some(FormData::Text(String::new()));
    assert!(webhook.notify(None, "hello").await.unwrap_err().to_string().contains("both"));
    assert_eq!(server.asked().len(), 0);
}
