//! Letters by SMTP, to a server on this machine.

use tidegate::Secret;
use tidegate::block::Notify;

use super::email_server::{EmailServer, Encrypted};
use crate::{EmailServerCredentials, SmtpEmail, SmtpType};

/// A letter to a server, from somebody with this password.
fn letters(server: &EmailServer, smtp_type: SmtpType, password: &str) -> SmtpEmail {
    let mut credentials = EmailServerCredentials::new("localhost");
    credentials.smtp_server = server.address.ip().to_string();
    credentials.smtp_port = Some(server.address.port());
    credentials.smtp_type = smtp_type;
    credentials.verify = false;
    credentials.username = Some("ada".into());
    credentials.password = Secret::new(password.into());
    let mut letters = SmtpEmail::new(credentials, "Flows <flows@example.com>", ["ada@example.com"]);
    letters.email_to_cc = vec!["eve@example.com".into()];
    letters.email_to_bcc = vec!["boss@example.com".into()];
    letters
}

fn at(said: &[String], what: &str) -> Option<usize> {
    said.iter().position(|line| line == what)
}

#[tokio::test]
async fn a_letter_is_sent_with_the_account_of_the_sender() {
    let server = EmailServer::start(Encrypted::Never).await;
    let letters = letters(&server, SmtpType::Insecure, "s3cret");
    letters.notify(Some("Nightly load"), "3 rows were refused").await.unwrap();

    let said = server.said();
    let order = [
        "AUTH PLAIN AGFkYQBzM2NyZXQ=",
        "MAIL FROM:<flows@example.com>",
        "RCPT TO:<ada@example.com>",
        "RCPT TO:<eve@example.com>",
        "RCPT TO:<boss@example.com>",
        "DATA",
        "From: Flows <flows@example.com>",
        "Subject: Nightly load",
        "To: ada@example.com",
        "Cc: eve@example.com",
        "3 rows were refused",
        ".",
    ];
    for what in order {
        assert!(at(&said, what).is_some(), "{what} is missing in {said:#?}");
    }
    assert!(
        !said.iter().any(|line| line.starts_with("Bcc")),
        "the others do not see it: {said:#?}"
    );
}

#[tokio::test]
async fn nothing_is_told_before_the_connection_is_encrypted() {
    let server = EmailServer::start(Encrypted::WhenAsked).await;
    letters(&server, SmtpType::StartTls, "s3cret").notify(None, "hello").await.unwrap();
    let said = server.said();
    let encrypted = at(&said, "STARTTLS").unwrap();
    assert!(at(&said, "AUTH PLAIN AGFkYQBzM2NyZXQ=").unwrap() > encrypted);
    assert!(at(&said, "Subject: Tidegate notification").unwrap() > encrypted);

    let server = EmailServer::start(Encrypted::FromTheBeginning).await;
    letters(&server, SmtpType::Ssl, "s3cret").notify(None, "hello").await.unwrap();
    assert!(at(&server.said(), "hello").is_some());
}

#[tokio::test]
async fn a_server_that_does_not_encrypt_or_that_nobody_vouches_for_is_told_nothing() {
    let plain = EmailServer::start(Encrypted::Never).await;
    assert!(letters(&plain, SmtpType::StartTls, "s3cret").notify(None, "hello").await.is_err());
    assert!(!plain.said().iter().any(|line| line.starts_with("AUTH") || line.starts_with("MAIL")));

    let own = EmailServer::start(Encrypted::WhenAsked).await;
    let mut letters = letters(&own, SmtpType::StartTls, "s3cret");
    letters.email_server_credentials.verify = true;
    assert!(letters.notify(None, "hello").await.is_err());
    assert!(!own.said().iter().any(|line| line.starts_with("AUTH")));
}

#[tokio::test]
async fn a_wrong_password_is_told_to_nobody_else() {
    let server = EmailServer::start(Encrypted::Never).await;
    let error =
        letters(&server, SmtpType::Insecure, "wr0ng").notify(None, "hello").await.unwrap_err();
    assert_eq!(error.to_string(), "SMTP Email: the server did not take the letter");
    assert!(!format!("{error:?}").contains("wr0ng"));
}

#[tokio::test]
async fn what_is_no_address_is_said() {
    let server = EmailServer::start(Encrypted::Never).await;
    let mut letters = letters(&server, SmtpType::Insecure, "s3cret");
    letters.email_to = vec!["ada at example".into()];
    assert!(
        letters.notify(None, "hello").await.unwrap_err().to_string().contains("'ada at example'")
    );
    assert_eq!(server.said().len(), 0);
}
