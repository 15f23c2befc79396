//! Every route is met by every kind of caller: what it asks of them is what its table says.

use axum::http::Method;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use tidegate_server::{ApiKey, Config, Scope, routes};

use crate::asking::{Caller, store};

/// The routes that ask nothing of a caller. Whoever adds one says here why it tells nothing.
const OPEN: &[&str] = &[
    "GET /api/health",
    "GET /api/ready",
    // Who speaks on a socket says in its first message who they are.
    "GET /api/logs/out",
    "GET /api/events/in",
    "GET /api/events/out",
];

/// A path of a route, with something in the place of what varies.
fn filled(path: &str) -> String {
    let id = "00000000-0000-7000-8000-000000000000";
    path.split('/')
        .map(|part| if part.starts_with('{') { id } else { part })
        .collect::<Vec<_>>()
        .join("/")
}

#[tokio::test]
async fn every_route_asks_what_its_table_says_of_every_kind_of_caller() {
    let mut config = Config::new().basic_auth("admin:correct horse");
    let mut callers = vec![("nobody", None, None)];
    for scope in [Scope::Read, Scope::Run, Scope::Admin] {
        let (key, token) = ApiKey::create(scope.as_str(), scope).unwrap();
        config = config.key(key);
        callers.push((scope.as_str(), Some(format!("Bearer {token}")), Some(scope)));
    }
    let basic = |text: &str| Some(format!("Basic {}", STANDARD.encode(text)));
    callers.push(("who knows the password", basic("admin:correct horse"), Some(Scope::Admin)));
    callers.push(("who knows a wrong password", basic("admin:wrong horse"), None));
    callers.push(("who knows a wrong key", Some("Bearer tgk_00".to_owned()), None));
    callers.push(("who speaks of something else", Some("Digest x".to_owned()), None));
    let server = Caller::of(store(), config);

    let routes = routes();
    assert!(routes.len() > 10);
    for route in &routes {
        for (who, authorization, granted) in &callers {
            let caller = match authorization {
                Some(value) => server.clone().with("authorization", value),
                None => server.clone(),
            };
            let status = caller.send(route.method.clone(), &filled(route.path), None).await.status;
            let (method, path) = (&route.method, route.path);
            match granted {
                _ if route.scope == Scope::Open => {
                    assert!(status.as_u16() != 401, "{method} {path} for {who}")
                }
                None => assert_eq!(status, 401, "{method} {path} for {who}"),
                Some(granted) if *granted < route.scope => {
                    assert_eq!(status, 403, "{method} {path} for {who}");
                }
                Some(_) => assert!(
                    ![401, 403, 405].contains(&status.as_u16()),
                    "{method} {path} for {who}: {status}"
                ),
            }
        }
    }
    let open: Vec<String> = routes
        .iter()
        .filter(|route| route.scope == Scope::Open && !route.path.starts_with("/assets/"))
        .map(|route| format!("{} {}", route.method, route.path))
        .collect();
    assert_eq!(open, OPEN);
}

#[tokio::test]
async fn whoever_has_not_said_who_they_are_does_not_learn_which_routes_there_are() {
    let server = Caller::of(store(), Config::new().basic_auth("a:b"));
    server.get("/api/nothing").await.is(401);
    server.send(Method::DELETE, "/api/version", None).await.is(401);
    let known = server.with("authorization", format!("Basic {}", STANDARD.encode("a:b")));
    known.get("/api/nothing").await.is(404);
    known.send(Method::DELETE, "/api/version", None).await.is(405);
}
