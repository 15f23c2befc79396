//! What Prefect's own client keeps beside runs, and what its command lists of it. Of a block with a secret, the other side is a program.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tidegate::schemars::{self, JsonSchema};
use tidegate::{Block, Engine, Secret};
use tidegate_core::{BlockDocumentQuery, EventQuery};
use tidegate_server::Config;

use super::client::Client;

/// The type that `kept.py` has too.
#[derive(Debug, Serialize, Deserialize, JsonSchema, Block)]
struct Login {
    user: String,
    password: Secret,
    note: Option<String>,
}

#[tokio::test(flavor = "multi_thread")]
async fn blocks_limits_variables_artifacts_and_events_of_prefects_own_client_are_kept_and_listed() {
    let engine = Engine::builder().database("sqlite::memory:").open().unwrap();
    let store = Arc::clone(engine.store().unwrap());
    let rusty = Login {
        user: "ferris".into(),
        password: "hunter-of-ferris".into(),
        note: Some("n".into()),
    };
    rusty.save("rusty").on(&engine).await.unwrap();
    let config = Config::new().vault(engine.vault().unwrap());
    let Some(client) = Client::of(Arc::clone(&store), config, None).await else { return };

    let told = client.run("kept.py").await;
    assert_eq!(
        told["blocks"],
        json!({
            "taken": true,
            "inbox": ["hopper", "hunter-of-hopper", "work"],
            "sender": ["Robot", "hunter-of-robot"],
            "other": ["inline", "hunter-inline"],
            "secrets": ["sk-1234-hunter", {"a": ["hunter"]}],
            "any": "hopper",
            "rusty": ["ferris", "hunter-of-ferris", "n"],
            "masked": true,
        })
    );
    assert_eq!(told["variables"], json!([{"deg": 38}, "none"]));
    assert_eq!(told["artifacts"], json!(["# high tide", 70.0]));
    assert_eq!(told["cached"], json!([2, 2, 1]));
    assert_eq!(told["again"], 2);
    assert_eq!(told["limited"], json!([true, [1, 2, 3]]));

    // What the client has saved, the program loads; and the store has no secret that is not sealed.
    let work = Login::load("work").on(&engine).await.unwrap();
    assert_eq!((&*work.user, work.password.expose().as_str()), ("hopper", "hunter-of-hopper"));
    let query = BlockDocumentQuery { anonymous: true, ..BlockDocumentQuery::default() };
    let documents = store.block_documents(query).await.unwrap();
    assert!(!format!("{documents:?}").contains("hunter"), "{documents:?}");
    let events = store.events(EventQuery::default()).await.unwrap();
    let turned = events.iter().find(|event| event.event == "tide.turned").unwrap();
    assert_eq!(turned.id.to_string(), told["event"].as_str().unwrap());

    listings(&client).await;
    client.close().await;
    engine.close().await.unwrap();
}

/// What Prefect's command prints of all this.
async fn listings(client: &Client) {
    let lists = [
        ("version", "3.8.3"),
        ("server status", "available"),
        ("flow ls", "limited"),
        ("flow-run ls", "COMPLETED"),
        ("task-run ls", "computed"),
        ("block ls", "inbox"),
        ("block type ls", "mailbox"),
        ("block type inspect login", "Who one is somewhere"),
        ("block inspect login/work", "********"),
        ("variable ls", "lat"),
        ("variable get lat", "38"),
        ("concurrency-limit ls", "few"),
        ("concurrency-limit inspect few", "few"),
        ("gcl ls", "api"),
        ("gcl inspect db", "db"),
        ("gcl create new --limit 2", "new"),
        ("artifact ls", "progress"),
        ("artifact inspect words", "# high tide"),
        ("deployment ls", ""),
        ("work-pool ls", ""),
    ];
    let (first, has) = lists[0];
    assert!(client.command(first).await.contains(has));
    let json = ["flow-run ls --output json --limit 20", "task-run ls --output json --limit 20"];
    let lines: Vec<&str> = lists.iter().map(|(line, _)| *line).chain(json).collect();
    let mut printed = client.commands(&lines).await;
    let tasks: Value = serde_json::from_str(&printed.pop().unwrap()).unwrap();
    let runs: Value = serde_json::from_str(&printed.pop().unwrap()).unwrap();
    for ((line, has), printed) in lists.iter().zip(printed) {
        assert!(printed.contains(has), "prefect {line}:\n{printed}");
    }

    let named = |flow_run: &&Value| flow_run["run_count"] == 2;
    let again = runs.as_array().unwrap().iter().find(named).unwrap()["id"].as_str().unwrap();
    let task = tasks[0]["id"].as_str().unwrap();
    let lines = [
        &format!("flow-run inspect {again}"),
        &format!("flow-run logs {again}"),
        &format!("task-run inspect {task}"),
        &format!("flow-run delete {again} --no-prompt"),
        "flow-run ls --output json --limit 20",
    ];
    let printed = client.commands(&lines).await;
    for (printed, has) in printed.iter().zip([again, "once more", task, again]) {
        assert!(printed.contains(has), "{has}:\n{printed}");
    }
    assert!(!printed[4].contains(again), "{}", printed[4]);
}
