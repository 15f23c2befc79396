//! Buckets, against servers that stand for those of the clouds: moto for S3, Azurite for Azure.

use std::process::Command;

use object_store::ObjectStoreExt;
use reqwest::Method;
use serde_json::json;
use tidegate::block::{ReadPath, WritePath};

use super::programs::{Program, free_port, installed};
use super::server::{Answer, Server};
use crate::net::{Outgoing, Reach};
use crate::{
    AwsCredentials, AzureBlobStorageContainer, AzureBlobStorageCredentials, Error, GcpCredentials,
    GcsBucket, MinIoCredentials, S3Bucket,
};

/// What every bucket does.
async fn check<B: ReadPath + WritePath>(bucket: &B, address: &str) {
    let place = bucket.write_path("2026/a b.csv", b"rain,7.5".to_vec()).await.unwrap();
    assert_eq!(place, format!("{address}/2026/a b.csv"));
    bucket.write_path("2026/a b.csv", b"rain,8.5".to_vec()).await.unwrap();
    assert_eq!(bucket.read_path("2026/a b.csv").await.unwrap(), b"rain,8.5");

    let large = vec![7; 3_000_000];
    bucket.write_path("large", large.clone()).await.unwrap();
    assert!(bucket.read_path("large").await.unwrap() == large);

    let error = bucket.read_path("nothing").await.unwrap_err();
    let error = error.downcast_ref::<Error>().unwrap();
    assert!(error.is_not_found(), "{error}");
    assert!(bucket.read_path("../nothing").await.is_err());
}

async fn send(method: Method, url: &str, body: &str) -> Result<Vec<u8>, Error> {
    let request = Outgoing::new("Test", method, url)?.reach(Reach::Everywhere);
    let request = request.header("content-type", "application/json")?;
    Ok(request.body(body.as_bytes().to_vec()).send().await?.body)
}

#[tokio::test]
async fn objects_are_kept_in_a_bucket_of_s3() {
    let Some(moto) = installed("python/bin/moto_server") else { return };
    let port = free_port().to_string();
    let _server = Program::start(&moto, ["-H", "127.0.0.1", "-p", &port], "Running on").await;
    let url = format!("http://127.0.0.1:{port}");
    send(Method::PUT, &format!("{url}/reports"), "").await.unwrap();

    let mut bucket = S3Bucket::new("reports", MinIoCredentials::new(&url, "root", "s3cret"));
    check(&bucket, "s3://reports").await;
    bucket.bucket_folder = "inner/".into();
    check(&bucket, "s3://reports/inner").await;
    let mut aws = AwsCredentials::new("AKIA1", "s3cret");
    aws.region_name = Some("eu-north-1".into());
    aws.aws_client_parameters.endpoint_url = Some(url);
    let bucket = S3Bucket::new("reports", aws);
    let store = bucket.store().unwrap();
    assert_eq!(store.head(&"inner/large".into()).await.unwrap().size, 3_000_000);
}

/// <https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html>
#[tokio::test]
async fn a_request_to_s3_is_signed_and_holds_no_secret() {
    let server = Server::start([Answer::of(200, "")]).await;
    let mut aws = AwsCredentials::new("AKIA1", "s3cret");
    aws.aws_session_token = Some(tidegate::Secret::new("t0ken".into()));
    aws.region_name = Some("eu-north-1".into());
    aws.aws_client_parameters.endpoint_url = Some(server.url());
    // The answer has no etag, which the client may mind.
    let _ = S3Bucket::new("reports", aws).write_path("a.csv", b"1".to_vec()).await;
    let asked = server.asked().remove(0);
    assert_eq!(asked.line, "PUT /reports/a.csv");
    let signature = asked.header("authorization").unwrap();
    assert!(signature.starts_with("AWS4-HMAC-SHA256 Credential=AKIA1/"), "{signature}");
    assert!(signature.contains("/eu-north-1/s3/aws4_request, SignedHeaders="), "{signature}");
    assert_eq!(asked.header("x-amz-security-token"), Some("t0ken"));
    assert!(!format!("{:?}", asked.headers).contains("s3cret"));
}

#[tokio::test]
async fn half_a_key_is_none() {
    let mut aws = AwsCredentials::new("AKIA1", "s3cret");
    aws.aws_secret_access_key = None;
    let error = S3Bucket::new("reports", aws).read_path("a").await.unwrap_err();
    assert!(error.to_string().contains("put in both or none"), "{error}");
}

/// The emulators there are leave out what Google documents, so this server says what is documented.
/// <https://cloud.google.com/storage/docs/xml-api/put-object>
#[tokio::test]
async fn objects_are_kept_in_a_bucket_of_google() {
    let stored = |body: &str| {
        let headers = [("etag", "\"1\""), ("last-modified", "Wed, 25 Nov 2026 16:30:00 GMT")];
        Answer(200, headers.map(|(name, value)| (name, value.to_owned())).to_vec(), body.to_owned())
    };
    let missing = "<Error><Code>NoSuchKey</Code></Error>";
    let server = Server::start([stored(""), stored("rain,7.5"), Answer::of(404, missing)]).await;
    let account = json!({
        "gcs_base_url": server.url(),
        "disable_oauth": true,
        "client_email": "",
        "private_key": "",
        "private_key_id": "",
    });
    let mut bucket = GcsBucket::new("reports", GcpCredentials::from_info(account.to_string()));
    bucket.bucket_folder = "inner".into();

    let place = bucket.write_path("2026/a b.csv", b"rain,7.5".to_vec()).await.unwrap();
    assert_eq!(place, "gs://reports/inner/2026/a b.csv");
    assert_eq!(bucket.read_path("2026/a b.csv").await.unwrap(), b"rain,7.5");
    let error = bucket.read_path("nothing").await.unwrap_err();
    assert!(error.downcast_ref::<Error>().unwrap().is_not_found(), "{error}");

    let asked = server.asked();
    let lines: Vec<_> = asked.iter().map(|asked| &*asked.line).collect();
    let expected = [
        "PUT /reports/inner%2F2026%2Fa%20b%2Ecsv",
        "GET /reports/inner%2F2026%2Fa%20b%2Ecsv",
        "GET /reports/inner%2Fnothing",
    ];
    assert_eq!(lines, expected);
    assert_eq!(asked[0].body, b"rain,7.5");
}

/// The account that Azurite has, whose key its documentation tells everybody.
const KEY: &str =
    "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==";

/// Makes a container, signed by hand: `node make.js PORT KEY`.
const MAKE: &str = r"
const [port, key] = process.argv.slice(1);
const date = new Date().toUTCString(), version = '2021-08-06';
const path = '/devstoreaccount1/reports';
const text = 'PUT' + '\n'.repeat(12) + `x-ms-date:${date}\nx-ms-version:${version}\n/devstoreaccount1${path}\nrestype:container`;
const hash = require('crypto').createHmac('sha256', Buffer.from(key, 'base64')).update(text).digest('base64');
const headers = { 'x-ms-date': date, 'x-ms-version': version, authorization: `SharedKey devstoreaccount1:${hash}`, 'content-length': 0 };
const request = { host: '127.0.0.1', port, path: path + '?restype=container', method: 'PUT', headers };
require('http').request(request, (answer) => process.exit(answer.statusCode === 201 ? 0 : 1)).end();
";

#[tokio::test]
async fn blobs_are_kept_in_a_container_of_azure() {
    let Some(azurite) = installed("node/node_modules/.bin/azurite-blob") else { return };
    let port = free_port().to_string();
    let options =
        ["--inMemoryPersistence", "--silent", "--skipApiVersionCheck", "--disableTelemetry"];
    let arguments = ["--blobHost", "127.0.0.1", "--blobPort", &port].into_iter().chain(options);
    let _server = Program::start(&azurite, arguments, "successfully listen").await;
    let made = Command::new("node").args(["-e", MAKE, &port, KEY]).status().unwrap();
    assert!(made.success());

    let account = format!(
        "DefaultEndpointsProtocol=http;AccountName=devstoreaccount1;AccountKey={KEY};BlobEndpoint=http://127.0.0.1:{port}/devstoreaccount1;"
    );
    let credentials = AzureBlobStorageCredentials::from_connection_string(account);
    let mut container = AzureBlobStorageContainer::new("reports", credentials);
    check(&container, "azure://reports").await;
    container.base_folder = Some("inner".into());
    check(&container, "azure://reports/inner").await;

    // A key that is not the account's opens nothing, and is not told.
    let wrong = format!(
        "AccountName=devstoreaccount1;AccountKey=d3Jvbmc=;BlobEndpoint=http://127.0.0.1:{port}/devstoreaccount1"
    );
    let credentials = AzureBlobStorageCredentials::from_connection_string(wrong);
    let error = AzureBlobStorageContainer::new("reports", credentials)
        .read_path("large")
        .await
        .unwrap_err();
    assert!(!format!("{error:?}").contains("d3Jvbmc="), "{error:?}");
}

#[tokio::test]
async fn what_does_not_say_who_it_is_for_is_refused() {
    let neither = AzureBlobStorageCredentials::default();
    let no_key = AzureBlobStorageCredentials::from_connection_string("AccountName=a");
    let mut half =
        AzureBlobStorageCredentials::from_account_url("https://acme.blob.core.windows.net");
    half.client_id = Some("me".into());
    for (credentials, told) in
        [(neither, "needs one of"), (no_key, "no AccountKey"), (half, "all or none")]
    {
        let error =
            AzureBlobStorageContainer::new("c", credentials).read_path("a").await.unwrap_err();
        assert!(error.to_string().contains(told), "{error}");
    }
    let mut both = GcpCredentials::from_file("a.json");
    both.service_account_info = Some(tidegate::Secret::new("{}".into()));
    let error = GcsBucket::new("b", both).read_path("a").await.unwrap_err();
    assert!(error.to_string().contains("leave one out"), "{error}");
}
