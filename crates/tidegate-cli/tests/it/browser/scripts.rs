//! Whatever stands in a record is shown and never run: a corpus of script payloads in every field that a page shows, in a browser that would
//! notice if one ran. That it would is shown by a page which runs them.

use std::io::{BufRead, BufReader, Write as _};
use std::net::{SocketAddr, TcpListener};
use std::sync::{Arc, Mutex};

use serde_json::{Value, json};
use tidegate_core::{
    ArtifactId, ArtifactRecord, ArtifactType, BlockAnswer, BlockChange, BlockDocument,
    BlockDocumentId, BlockSchema, BlockSchemaId, BlockType, BlockTypeId, Clock, ConcurrencyLimit,
    Definition, EventId, EventRecord, LimitChange, LogLevel, LogRecord, Parameter, Resource, Run,
    RunId, RunKind, State, Store, Timestamp, VariableChange, VariableRecord, Write,
};
use tidegate_store::Sqlite;

use super::browser;
use super::page::Page;
use super::site::Site;

/// Texts, each with where it would run if it was put there as it is; `seen` is for what runs in none of these places.
const CORPUS: &str = include_str!("payloads.json");

/// A server of another host, which is never to be asked. It gives the pages of the control.
struct Canary {
    address: SocketAddr,
    asked: Arc<Mutex<Vec<String>>>,
    pages: Arc<Mutex<Vec<String>>>,
}

impl Canary {
    fn new() -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let address = listener.local_addr().unwrap();
        let asked = Arc::new(Mutex::new(Vec::new()));
        let pages = Arc::new(Mutex::new(Vec::<String>::new()));
        let (notes, shelf) = (Arc::clone(&asked), Arc::clone(&pages));
        std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let mut head = String::new();
                let mut reader = BufReader::new(stream);
                while reader.read_line(&mut head).is_ok_and(|read| read > 2) {}
                let path = head.split(' ').nth(1).unwrap_or_default().to_owned();
                let number = path.strip_prefix("/control/").and_then(|n| n.parse::<usize>().ok());
                let body = number.map(|number| shelf.lock().unwrap()[number].clone());
                if number.is_none() {
                    notes.lock().unwrap().push(path);
                }
                let body = body.unwrap_or_default();
                let answer = format!(
                    "HTTP/1.1 200 OK\r\ncontent-type: text/html; charset=utf-8\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}",
                    body.len()
                );
                let _ = reader.into_inner().write_all(answer.as_bytes());
            }
        });
        Self { address, asked, pages }
    }

    /// The corpus: where each runs, and the text.
    fn corpus(&self) -> Vec<(String, String)> {
        let corpus: Vec<(String, String)> = serde_json::from_str(CORPUS).unwrap();
        let beacon = format!("http://{}/beacon", self.address);
        let filled = |text: String| text.replace("RUN", "__ran()").replace("BEACON", &beacon);
        corpus.into_iter().map(|(place, text)| (place, filled(text))).collect()
    }

    fn asked(&self) -> Vec<String> {
        std::mem::take(&mut self.asked.lock().unwrap())
    }
}

#[test]
fn payloads_run_where_they_are_not_escaped() {
    let chromium = browser!();
    let canary = Canary::new();
    let corpus = canary.corpus();
    let page = Page::new(chromium, format!("http://{}", canary.address));
    page.notice_scripts();
    let mut quiet = Vec::new();
    for (number, (place, text)) in corpus.iter().enumerate() {
        let body = match place.as_str() {
            "html" => text.clone(),
            "attr" => format!("<input value=\"{text}\">"),
            "url" => format!("<a id=press href=\"{text}\">press</a>"),
            "js" => format!("<script>const text = \"{text}\";</script>"),
            _ => continue,
        };
        let mut pages = canary.pages.lock().unwrap();
        pages.resize(number + 1, String::new());
        pages[number] = format!("<!doctype html><title>x</title>{body}");
        drop(pages);
        page.open(&format!("/control/{number}"));
        if place == "url" {
            page.click("#press");
        }
        // What comes after the page is loaded comes soon after it.
        let mut ran = false;
        for _ in 0..40 {
            page.breathe();
            ran |= page.scripts_ran() > 0 || !canary.asked().is_empty();
            if ran {
                break;
            }
        }
        if !ran {
            quiet.push(text);
        }
    }
    page.take_faults();
    assert!(quiet.is_empty(), "these run nowhere, and prove nothing: {quiet:#?}");
}

#[test]
fn nothing_in_a_record_runs_on_any_page() {
    let chromium = browser!();
    let canary = Canary::new();
    let site = Site::new();
    let corpus: Vec<_> = canary.corpus().into_iter().map(|(_, text)| text).collect();
    let made = site.ask(|store| async move { fill(&store, &corpus).await });
    let page = site.page(chromium);
    page.notice_scripts();
    let mut faults = String::new();
    for path in made.paths() {
        page.open(&path);
        if page.count("body[data-live]") > 0 {
            page.wait("document.querySelector('#live').textContent !== 'As of now'");
        }
        for each in page.eval(ASTRAY).as_array().unwrap() {
            faults.push_str(&format!("{path}: {each}\n"));
        }
        for each in page.take_faults() {
            faults.push_str(&format!("{path}: {each}\n"));
        }
        if page.scripts_ran() > 0 {
            faults.push_str(&format!("{path}: a script ran\n"));
        }
    }
    assert!(faults.is_empty(), "{faults}");
    assert_eq!(canary.asked(), Vec::<String>::new());
}

/// What no page has, whatever it shows: code in attributes, links that are code, elements that fetch or hold pages. The page is asked as
/// the server gives it and as it is by now.
const ASTRAY: &str = r#"(async () => {
    const astray = [];
    const given = new DOMParser().parseFromString(await (await fetch(location.href)).text(), "text/html");
    for (const page of [given, document]) {
        for (const element of page.querySelectorAll("*")) {
            const say = (what) => astray.push(`${what}: ${element.outerHTML.slice(0, 160)}`);
            const name = element.localName;
            if (["iframe", "object", "embed", "base", "applet", "frame", "foreignobject"].includes(name)) say("an element that holds a page");
            if (name === "style" || (name === "meta" && element.httpEquiv)) say("an element that no page has");
            if (name === "script" && !/^\/assets\/[\w.-]+\.js$/.test(element.getAttribute("src") ?? "")) say("a script");
            for (const { name: attribute, value } of element.attributes) {
                if (/^on/i.test(attribute)) say("code in an attribute");
                if (attribute === "style" && page === given) say("style in an attribute");
                if (attribute === "srcdoc") say("a page in an attribute");
                if (/^(href|src|action|formaction|xlink:href|poster|data)$/i.test(attribute)) {
                    const url = new URL(value, location.href);
                    if (url.protocol !== "http:" && url.protocol !== "https:" && !/^data:image\/(png|jpeg|gif|webp);/.test(value)) say("a link that is none");
                    if (attribute !== "href" && url.origin !== location.origin && url.protocol !== "data:") say("it is from elsewhere");
                }
            }
        }
    }
    return astray;
})()"#;

/// What there is to be shown.
struct Made {
    runs: Vec<RunId>,
    all: RunId,
    task: RunId,
    artifacts: Vec<ArtifactId>,
    blocks: Vec<BlockDocumentId>,
}

impl Made {
    fn paths(&self) -> Vec<String> {
        let mut paths: Vec<String> = ["/", "/runs", "/runs?from=50", "/runs?state=FAILED", "/flows"]
            .into_iter()
            .chain(["/limits", "/variables", "/artifacts", "/events", "/blocks", "/settings"])
            .chain(["/artifacts?from=50", "/events?from=50", "/variables?from=50", "/search?q=%3C"])
            .chain(["/blocks/catalogue", "/blocks?q=%3Cscript%3E__ran()%3C/script%3E"])
            .chain(["/runs?flow=%3Cimg%20src=x%20onerror=__ran()%3E&name=%22%3E%3Cscript%3E__ran()%3C/script%3E"])
            .chain(["/search?q=%3Cscript%3E__ran()%3C/script%3E", "/events?prefix=%22%3E%3Cscript%3E__ran()"])
            .map(str::to_owned)
            .collect();
        paths.extend(self.runs.iter().map(|id| format!("/runs/{id}")));
        for run in [self.all, self.task] {
            for tab in ["logs", "tasks", "parameters", "artifacts", "history"] {
                paths.push(format!("/runs/{run}?tab={tab}"));
            }
        }
        paths.extend(self.artifacts.iter().map(|id| format!("/artifacts/{id}")));
        for block in &self.blocks {
            paths.extend(["", "/edit", "/delete"].map(|what| format!("/blocks/{block}{what}")));
        }
        paths
    }
}

async fn fill(store: &Sqlite, corpus: &[String]) -> Made {
    let now = Clock::system().now();
    let all = corpus.join("\n");
    let mut runs = Vec::new();
    for text in corpus {
        let run = run(RunKind::Flow, text, corpus, now);
        runs.push(run.id);
        store.put(Write::Begin(Box::new(run))).await.unwrap();
    }
    let mut flow = run(RunKind::Flow, &all, corpus, now);
    for text in corpus {
        flow.parameters.insert(text.clone(), json!({ "value": text, text: [text] }));
    }
    let mut task = run(RunKind::Task, &all, corpus, now);
    (task.flow_run_id, task.root_flow_run_id) = (Some(flow.id), Some(flow.id));
    task.parameters = flow.parameters.clone();
    let ids = (flow.id, task.id);
    store.put(Write::Begin(Box::new(flow))).await.unwrap();
    store.put(Write::Begin(Box::new(task))).await.unwrap();
    store.put_logs(corpus.iter().map(|text| line(ids, text, now)).collect());
    let mut artifacts = Vec::new();
    for text in corpus {
        for artifact in [
            (ArtifactType::Markdown, json!(text)),
            (ArtifactType::Markdown, json!(format!("[{text}]({text})"))),
            (ArtifactType::Table, json!([{ (text): text }])),
            (ArtifactType::Image, json!(text)),
            (ArtifactType::Progress, json!(text)),
        ] {
            let artifact = self::artifact(artifact, text, ids.0, now);
            artifacts.push(artifact.id);
            store.put(Write::Artifact(Box::new(artifact))).await.unwrap();
        }
        // Stores that check names keep such a text out, which is as good.
        let mut variable = VariableRecord::new(text, json!(text), now);
        variable.tags = vec![text.clone()];
        let _ = store.change_variable(VariableChange::Create(variable)).await;
        let limit = LimitChange::Create(ConcurrencyLimit::new(text, 1));
        let _ = store.change_limit(limit, now).await;
        let _ = store.put(Write::Event(Box::new(event(text, now)))).await;
    }
    let mut variable = VariableRecord::new("message", json!(all), now);
    variable.tags = corpus.to_vec();
    let _ = store.change_variable(VariableChange::Create(variable)).await;
    let blocks = blocks(store, corpus, now).await;
    store.flush().await.unwrap();
    // Of each kind of artifact all are looked at in lists; pages of their own are made alike.
    let artifacts = artifacts.into_iter().step_by(3).collect();
    Made { runs, all: ids.0, task: ids.1, artifacts, blocks }
}

fn run(kind: RunKind, text: &str, corpus: &[String], now: Timestamp) -> Run {
    let parameter = Parameter {
        name: text.to_owned(),
        type_name: text.to_owned(),
        default: Some(Value::from(text)),
    };
    let definition = Definition {
        key: text.to_owned(),
        description: Some(text.to_owned()),
        version: Some(text.to_owned()),
        tags: vec![text.to_owned()],
        parameters: vec![parameter],
        ..Definition::new(kind, text.to_owned())
    };
    let mut run = Run::new(Arc::new(definition), text.to_owned(), now);
    run.root_flow_run_id = (kind == RunKind::Flow).then_some(run.id);
    run.tags = corpus.to_vec();
    run.parameters.insert(text.to_owned(), text.to_owned());
    (run.start_time, run.end_time, run.run_count) = (Some(now), Some(now), 1);
    run.infrastructure_pid = Some(text.to_owned());
    run.states = vec![
        State::pending(now).message(text.to_owned()),
        State::running(now).named(text.to_owned()),
        State::failed(now).named(text.to_owned()).message(text.to_owned()),
    ];
    run
}

fn line((flow, task): (RunId, RunId), text: &str, now: Timestamp) -> LogRecord {
    LogRecord {
        flow_run_id: Some(flow),
        task_run_id: Some(task),
        timestamp: now,
        level: LogLevel::Error,
        target: text.to_owned(),
        message: text.to_owned(),
        fields: serde_json::Map::from_iter([(text.to_owned(), text.into())]),
    }
}

fn artifact(
    (artifact_type, data): (ArtifactType, Value),
    text: &str,
    run: RunId,
    now: Timestamp,
) -> ArtifactRecord {
    ArtifactRecord {
        id: ArtifactId::new(),
        key: Some(format!("{artifact_type} {text}")),
        artifact_type,
        data,
        description: Some(text.to_owned()),
        flow_run_id: Some(run),
        task_run_id: None,
        created: now,
        updated: now,
    }
}

fn event(text: &str, now: Timestamp) -> EventRecord {
    EventRecord {
        id: EventId::new(),
        occurred: now,
        event: text.to_owned(),
        resource: Resource::new(text).label("prefect.resource.name", text).label(text, text),
        related: vec![Resource::new(text).role(text).label("prefect.resource.name", text)],
        payload: json!({ (text): text }),
        follows: None,
        flow_run_id: None,
        task_run_id: None,
    }
}

/// A type and a block for each text; of blocks whose name a store refuses, one with a good name.
async fn blocks(store: &Sqlite, corpus: &[String], now: Timestamp) -> Vec<BlockDocumentId> {
    let mut made = Vec::new();
    for (number, text) in corpus.iter().enumerate() {
        let block_type = BlockType {
            id: BlockTypeId::new(),
            name: text.clone(),
            slug: format!("type-{number}"),
            logo_url: Some(text.clone()),
            documentation_url: Some(text.clone()),
            description: Some(text.clone()),
            code_example: Some(text.clone()),
            is_protected: false,
            created: now,
            updated: now,
        };
        let field = json!({ "type": "string", "title": text, "description": text, "default": text, "examples": [text] });
        let choice = json!({ "enum": [text, "other"], "title": text });
        let schema = BlockSchema {
            id: BlockSchemaId::new(),
            checksum: format!("blake3:{number}"),
            fields: json!({
                "title": text,
                "description": text,
                "type": "object",
                "properties": { "field": field, "choice": choice, (text): field },
            }),
            capabilities: vec![text.clone()],
            version: text.clone(),
            block_type_id: block_type.id,
            created: now,
            updated: now,
        };
        let mut document = BlockDocument {
            id: BlockDocumentId::new(),
            name: text.clone(),
            data: serde_json::Map::from_iter([
                ("field".to_owned(), text.as_str().into()),
                ("choice".to_owned(), text.as_str().into()),
                (text.clone(), json!({ (text): [text] })),
            ]),
            block_schema_id: schema.id,
            block_type_id: block_type.id,
            is_anonymous: false,
            created: now,
            updated: now,
        };
        let change =
            BlockChange::Register { block_type: Box::new(block_type), schema: Box::new(schema) };
        store.change_blocks(change).await.unwrap();
        let create = |document: &BlockDocument| BlockChange::Create(Box::new(document.clone()));
        if !matches!(store.change_blocks(create(&document)).await, Ok(BlockAnswer::Done)) {
            document.name = format!("block-{number}");
            store.change_blocks(create(&document)).await.unwrap();
        }
        made.push(document.id);
    }
    made
}
