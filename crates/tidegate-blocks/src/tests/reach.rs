//! Where calls over HTTP get to: the address that was checked is the one that is connected to, and a redirect is checked again.

use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use reqwest::Method;
use tidegate::block::Notify;

use super::server::{Answer, Server};
use crate::net::names::LookUp;
use crate::net::{Outgoing, Reach};
use crate::{Error, SlackWebhook};

fn get(url: &str) -> Outgoing {
    Outgoing::new("Test", Method::GET, url).unwrap()
}

fn post(url: &str) -> Outgoing {
    Outgoing::json("Test", url, &"hello".into()).unwrap().reach(Reach::Everywhere)
}

/// Two servers on one port: what stands for the internet, and what must not be reached.
/// The first gives the answer that is made with the port.
async fn public_and_private(answer: impl FnOnce(u16) -> Answer) -> (Server, Server) {
    let private = Server::start([Answer::of(200, "private")]).await;
    let port = private.address.port();
    let place = SocketAddr::from((Ipv4Addr::new(127, 0, 0, 2), port));
    (Server::at(place, [answer(port)]).await, private)
}

/// Names whose address is another each time they are asked for.
struct Turning {
    addresses: Vec<IpAddr>,
    times: AtomicUsize,
}

impl LookUp for Turning {
    fn look_up(&self, _: &str) -> BoxFuture<'static, io::Result<Vec<IpAddr>>> {
        let time = self.times.fetch_add(1, Ordering::SeqCst);
        let address = self.addresses[time.min(self.addresses.len() - 1)];
        async move { Ok(vec![address]) }.boxed()
    }
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_name_that_turns_private_after_it_was_checked_leads_to_what_was_checked() {
    let (public, private) = public_and_private(|_| Answer::of(200, "public")).await;
    let names = Arc::new(Turning {
        addresses: vec![public.ip(), private.ip()],
        times: AtomicUsize::new(0),
    });
    let url = format!("http://turning.example:{}", public.address.port());
    let call = || get(&url).reach(Reach::Only(public.ip())).send_by(Arc::clone(&names) as _);

    assert_eq!(call().await.unwrap().body, b"public");
    assert_eq!(names.times.load(Ordering::SeqCst), 1, "nobody has asked for the address again");
    assert_eq!(public.asked().len(), 1);

    // From now on the name is private, and is refused before anybody connects.
    assert!(call().await.unwrap_err().is_private_address());
    assert_eq!((public.asked().len(), private.asked().len()), (0, 0));
}

#[tokio::test]
async fn a_name_with_one_private_address_among_others_is_not_reached() {
    struct Both;
    impl LookUp for Both {
        fn look_up(&self, _: &str) -> BoxFuture<'static, io::Result<Vec<IpAddr>>> {
            let both = ["8.8.8.8", "127.0.0.1"].map(|address| address.parse().unwrap());
            async move { Ok(both.to_vec()) }.boxed()
        }
    }
    let error = get("http://both.example").send_by(Arc::new(Both)).await.unwrap_err();
    assert!(error.is_private_address());
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_redirect_to_a_private_address_is_refused() {
    for host in ["127.0.0.1", "localhost", "[::ffff:127.0.0.1]", "2130706433"] {
        let inside = |port| Answer::redirect(307, format!("http://{host}:{port}/inside"));
        let (public, private) = public_and_private(inside).await;
        let call = get(&public.url()).reach(Reach::Only(public.ip()));
        let error = call.send().await.unwrap_err();
        assert!(error.is_private_address(), "{host}: {error}");
        assert_eq!((public.asked().len(), private.asked().len()), (1, 0));
    }
}

#[tokio::test]
async fn a_private_address_is_reached_by_no_spelling_of_it_unless_that_is_allowed() {
    let server = Server::start([Answer::of(200, "ok")]).await;
    let port = server.address.port();
    for host in [
        "127.0.0.1",
        "localhost",
        "[::1]",
        "[::ffff:7f00:1]",
        "2130706433",
        "0x7f.1",
        "0177.0.0.1",
        "0",
    ] {
        let webhook = SlackWebhook::new(format!("http://{host}:{port}/services/T0/B0/x"));
        let error = webhook.notify(None, "hello").await.unwrap_err();
        let error = error.downcast_ref::<Error>().unwrap();
        assert!(error.is_private_address(), "{host}: {error}");
    }
    assert_eq!(server.asked().len(), 0);

    let mut webhook = SlackWebhook::new(format!("{}/services/T0/B0/x", server.url()));
    webhook.allow_private_urls = true;
    webhook.notify(None, "hello").await.unwrap();
    assert_eq!(server.one().line, "POST /services/T0/B0/x");
}

#[tokio::test]
async fn a_redirect_takes_no_header_of_the_block_to_another_server() {
    let other = Server::start([Answer::of(200, "")]).await;
    let first = Server::start([Answer::redirect(308, format!("{}/there", other.url()))]).await;
    let call = post(&first.url()).header("authorization", "Bearer s3cret").unwrap();
    call.header("x-api-key", "s3cret").unwrap().send().await.unwrap();

    assert_eq!(first.one().header("x-api-key"), Some("s3cret"));
    let asked = other.one();
    assert_eq!((&*asked.line, &*asked.body), ("POST /there", b"\"hello\"".as_slice()));
    assert!(!format!("{:?}", asked.headers).contains("s3cret"));
    assert_eq!(asked.header("referer"), None);
}

#[tokio::test]
async fn a_redirect_takes_no_secret_message_to_another_server() {
    let other = Server::start([Answer::of(200, "")]).await;
    let first = Server::start([Answer::redirect(307, other.url())]).await;
    let error = post(&first.url()).keeps_body().send().await.unwrap_err();
    assert_eq!(error.status(), Some(307));
    assert_eq!(other.asked().len(), 0);

    // To another place of the same server it may go.
    let same = Server::start([Answer::redirect(307, "/there"), Answer::of(200, "")]).await;
    post(&same.url()).keeps_body().send().await.unwrap();
    assert_eq!(same.asked()[1].line, "POST /there");
}

#[tokio::test]
async fn what_is_posted_is_not_turned_into_a_question() {
    for status in [301, 302, 303] {
        let server = Server::start([Answer::redirect(status, "/there"), Answer::of(200, "")]).await;
        assert_eq!(post(&server.url()).send().await.unwrap_err().status(), Some(status));
        assert_eq!(server.asked().len(), 1);
    }
}

#[test]
fn a_redirect_does_not_lead_out_of_encryption() {
    let from = get("https://public.example/a").reach(Reach::Everywhere);
    let answer =
        hyper::Response::builder().status(307).header("location", "http://public.example/b");
    let answer = reqwest::Response::from(answer.body("").unwrap());
    assert!(crate::net::redirect::next(&from, &answer).is_err());
}

#[tokio::test]
async fn redirects_come_to_an_end() {
    let server = Server::start([Answer::redirect(307, "/again")]).await;
    let error = get(&server.url()).reach(Reach::Everywhere).send().await.unwrap_err();
    assert_eq!(error.to_string(), "Test: the service redirects more than 5 times");
    assert_eq!(server.asked().len(), 6);
}

#[tokio::test]
async fn an_answer_is_read_up_to_its_limit() {
    let server = Server::start([Answer::of(200, &"x".repeat(1_000_000))]).await;
    let answer = get(&server.url()).reach(Reach::Everywhere).send().await.unwrap();
    assert_eq!(answer.body.len(), 64 * 1024);
}

#[tokio::test]
async fn a_service_that_does_not_answer_is_given_up() {
    // It takes connections, and nobody ever reads from them.
    let silent = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", silent.local_addr().unwrap());
    let call = get(&url).reach(Reach::Everywhere).timeout(Duration::from_millis(50));
    assert!(call.send().await.unwrap_err().is_timed_out());
}

#[tokio::test]
async fn no_error_tells_the_url() {
    let refusing = Server::start([Answer::of(404, "no_service")]).await;
    let closed = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    let urls = [
        format!("{}/services/s3cret?token=s3cret", refusing.url()),
        format!("http://{closed}/services/s3cret"),
        "http://s3cret.invalid/s3cret".to_owned(),
        "ftp://s3cret/s3cret".to_owned(),
        "s3cret".to_owned(),
        "http://s3cret:x/".to_owned(),
    ];
    for url in urls {
        for allowed in [true, false] {
            let mut webhook = SlackWebhook::new(&url);
            webhook.allow_private_urls = allowed;
            let error = webhook.notify(None, "hello").await.unwrap_err();
            let told = format!("{error} {error:?} {webhook:?}");
            assert!(!told.contains("s3cret"), "{told}");
        }
    }
}
