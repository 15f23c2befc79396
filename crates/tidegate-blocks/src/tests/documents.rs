//! Every block under a name: what it is called, what it can do, and that it comes back as it was, its secrets too.

use std::collections::BTreeMap;

use expect_test::expect;
use serde_json::json;
use tidegate::Block;
use tidegate::block::{self, Nested};

use crate::{
    AwsCredentials, AzureBlobStorageContainer, AzureBlobStorageCredentials, CustomWebhook,
    Database, DiscordWebhook, Driver, EmailServerCredentials, GcpCredentials, GcsBucket, Json,
    LocalFileSystem, MicrosoftTeamsWebhook, MinIoCredentials, PagerDutyWebhook, S3Bucket,
    S3Credentials, Secret, SendgridEmail, ShellOperation, SlackCredentials, SlackWebhook,
    SmtpEmail,
};

fn row<B: Block>() -> String {
    assert!(B::DESCRIPTION.is_some() && B::DOCUMENTATION_URL.is_some());
    format!("{} ({}): {}\n", B::TYPE_NAME, B::SLUG, B::CAPABILITIES.names().join(" "))
}

#[test]
fn the_names_of_the_blocks_are_those_that_prefect_has() {
    let rows = [
        row::<Secret>(),
        row::<Json>(),
        row::<LocalFileSystem>(),
        row::<S3Bucket>(),
        row::<AwsCredentials>(),
        row::<MinIoCredentials>(),
        row::<GcsBucket>(),
        row::<GcpCredentials>(),
        row::<AzureBlobStorageContainer>(),
        row::<AzureBlobStorageCredentials>(),
        row::<SlackWebhook>(),
        row::<SlackCredentials>(),
        row::<DiscordWebhook>(),
        row::<MicrosoftTeamsWebhook>(),
        row::<PagerDutyWebhook>(),
        row::<SendgridEmail>(),
        row::<CustomWebhook>(),
        row::<EmailServerCredentials>(),
        row::<SmtpEmail>(),
        row::<ShellOperation>(),
        row::<Database>(),
    ];
    expect![[r#"
        Secret (secret): 
        JSON (json): 
        Local File System (local-file-system): read-path write-path
        S3 Bucket (s3-bucket): read-path write-path
        AWS Credentials (aws-credentials): credentials
        MinIO Credentials (minio-credentials): credentials
        GCS Bucket (gcs-bucket): read-path write-path
        GCP Credentials (gcp-credentials): credentials
        Azure Blob Storage Container (azure-blob-storage-container): read-path write-path
        Azure Blob Storage Credentials (azure-blob-storage-credentials): credentials
        Slack Webhook (slack-webhook): notify
        Slack Credentials (slack-credentials): credentials
        Discord Webhook (discord-webhook): notify
        Microsoft Teams Webhook (ms-teams-webhook): notify
        Pager Duty Webhook (pager-duty-webhook): notify
        Sendgrid Email (sendgrid-email): notify
        Custom Webhook (custom-webhook): notify
        Email Server Credentials (email-server-credentials): credentials
        SMTP Email (smtp-email): notify
        Shell Operation (shell-operation): run-job
        Database (database): 
    "#]]
    .assert_eq(&rows.concat());
}

/// BLOCK-17: it gives the value back, JSON as well, and shows it in no text.
#[tidegate::test]
async fn a_secret_comes_back_and_is_not_shown() {
    Secret::new("sk-1234567890").save("key").await.unwrap();
    let key = Secret::load("secret/key").await.unwrap();
    assert_eq!(key.get(), "sk-1234567890");

    let login: Secret =
        serde_json::from_value(json!({ "value": { "user": "ada", "n": [1] } })).unwrap();
    login.save("login").await.unwrap();
    let login = Secret::load("login").await.unwrap();
    let read: serde_json::Value = login.json().unwrap();
    assert_eq!(read, json!({ "user": "ada", "n": [1] }));
    assert!(!key.json::<i32>().unwrap_err().to_string().contains("sk-"));

    let shown = format!("{key:?} {login:?} {}", serde_json::to_string(&login).unwrap());
    assert!(!shown.contains("sk-") && !shown.contains("ada"), "{shown}");
}

#[tidegate::test]
async fn json_comes_back() {
    Json::new(json!({ "lat": 38.9 })).save("place").await.unwrap();
    assert_eq!(Json::load("place").await.unwrap(), Json::new(json!({ "lat": 38.9 })));
}

/// BLOCK-20: which credentials a bucket has is told by the type of the block that it refers to.
#[tidegate::test]
async fn a_bucket_finds_the_credentials_it_was_saved_with() {
    MinIoCredentials::new("http://127.0.0.1:9000", "root", "s3cret").save("local").await.unwrap();
    let minio = S3Credentials::MinIo(Nested::load("local").await.unwrap());
    S3Bucket::new("reports", minio).save("reports").await.unwrap();
    S3Bucket::new("archive", AwsCredentials::new("AKIA1", "s3cret")).save("archive").await.unwrap();

    let S3Credentials::MinIo(minio) = S3Bucket::load("reports").await.unwrap().credentials else {
        panic!("they are of another type");
    };
    assert_eq!(
        (minio.document_name(), &**minio.minio_root_password.expose()),
        (Some("local"), "s3cret")
    );
    let S3Credentials::Aws(aws) = S3Bucket::load("archive").await.unwrap().credentials else {
        panic!("they are of another type");
    };
    assert_eq!(aws.aws_access_key_id.as_deref(), Some("AKIA1"));
}

#[tidegate::test]
async fn a_block_whose_type_is_not_known_does_what_it_can() {
    let folder = tempfile::tempdir().unwrap();
    LocalFileSystem::new(folder.path().to_str().unwrap()).save("files").await.unwrap();
    let any = block::load_any("local-file-system/files").await.unwrap();
    let files = any.as_write_path().unwrap();
    files.write_path("a.csv", b"1".to_vec()).await.unwrap();
    assert_eq!(std::fs::read(folder.path().join("a.csv")).unwrap(), b"1");
    assert!(any.as_notify().is_none());
}

#[tidegate::test]
async fn no_block_shows_its_secrets() {
    let mut webhook = CustomWebhook::new("pager", "https://example.com/s3cret");
    webhook.secrets = BTreeMap::from([("token".into(), tidegate::Secret::new("s3cret".into()))]);
    let mut database = Database::new(Driver::Postgresql);
    database.password = Some(tidegate::Secret::new("s3cret".into()));
    let mut server = EmailServerCredentials::new("gmail");
    server.password = tidegate::Secret::new("s3cret".into());
    let mut shell = ShellOperation::new(["true"]);
    shell.secret_env.insert("TOKEN".into(), tidegate::Secret::new("s3cret".into()));
    let azure =
        AzureBlobStorageCredentials::from_connection_string("AccountName=a;AccountKey=s3cret");
    let gcs = GcsBucket::new("b", GcpCredentials::from_info(r#"{"private_key":"s3cret"}"#));
    let blocks = (
        (
            SlackWebhook::new("s3cret"),
            SlackCredentials::new("s3cret"),
            DiscordWebhook::new("s3cret", "s3cret"),
        ),
        (MicrosoftTeamsWebhook::new("s3cret"), PagerDutyWebhook::new("s3cret")),
        (SendgridEmail::new("s3cret", "a", ["b"]), webhook, database),
        (SmtpEmail::new(server, "a", ["b"]), shell, gcs),
        (
            AzureBlobStorageContainer::new("c", azure),
            S3Bucket::new("b", AwsCredentials::new("a", "s3cret")),
        ),
    );
    let shown = format!("{blocks:?}");
    assert!(!shown.contains("s3cret"), "{shown}");
}
