//! Views as text: what they look like, and that no text of a record becomes markup.

use std::sync::Arc;
use std::time::Duration;

use expect_test::expect_file;
use maud::{Markup, html};
use serde_json::json;
use tidegate_core::{
    ArtifactId, ArtifactRecord, ArtifactType, CallCount, ConcurrencyLimit, Definition,
    DefinitionRecord, EventId, EventRecord, HoldId, LimitUse, LogLevel, LogRecord, Parameter,
    Resource, Run, RunId, RunKind, SlotHolder, State, StateType, Taken, Timestamp, VariableRecord,
};
use uuid::Uuid;

use super::activity::Bucket;
use super::dashboard::Dashboard;
use super::events::Events;
use super::flows::Flow;
use super::limits::Limit;
use super::logs::Logs;
use super::progress::Progress;
use super::run::{Cause, Tab};
use super::runs::Runs;
use super::task_runs::Calls;
use super::variables::{Variables, Wrong};
use super::*;
use crate::change::Again;
use crate::ui::filter::Filter;
use crate::ui::span::Span;

/// Texts that would do something on a page that does not escape them.
const PAYLOADS: [&str; 6] = [
    "<script>alert(1)</script>",
    "\"><img src=x onerror=alert(1)>",
    "' onmouseover='alert(1)",
    "javascript:alert(1)",
    "</title><svg onload=alert(1)>",
    "\u{202e}</textarea><iframe src=//evil.example>",
];

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_timestamp(1_764_000_000 + seconds, 0).unwrap()
}

fn run_of(kind: RunKind, number: u128, text: &str, states: Vec<State>) -> Run {
    let mut definition = Definition::new(kind, text);
    definition.description = Some(text.to_owned());
    let parameter = Parameter { name: text.to_owned(), type_name: text.to_owned(), default: None };
    definition.parameters.push(parameter);
    let mut run = Run::new(Arc::new(definition), text, at(0));
    run.id = RunId::from(Uuid::from_u128(number));
    run.tags = vec![text.to_owned()];
    run.parameters.insert(text.to_owned(), json!({ text: text }));
    run.parameters.insert("plain", text);
    run.start_time = Some(at(1));
    run.end_time = states.last().filter(|state| state.is_terminal()).map(|state| state.timestamp);
    run.run_count = 2;
    run.states = states;
    run
}

fn failed(text: &str) -> Vec<State> {
    let named = State::failed(at(65)).named(text.to_owned()).message(text.to_owned());
    vec![State::pending(at(0)), State::running(at(1)), named]
}

fn line(text: &str) -> LogRecord {
    LogRecord {
        flow_run_id: None,
        task_run_id: Some(RunId::from(Uuid::from_u128(2))),
        timestamp: at(3),
        level: LogLevel::Error,
        target: text.to_owned(),
        message: format!("{text}\u{1b}[31m"),
        fields: serde_json::Map::from_iter([(text.to_owned(), json!(text))]),
    }
}

fn artifact(artifact_type: ArtifactType, data: serde_json::Value, text: &str) -> ArtifactRecord {
    ArtifactRecord {
        id: ArtifactId::from(Uuid::from_u128(9)),
        key: Some(text.to_owned()),
        artifact_type,
        data,
        description: Some(text.to_owned()),
        flow_run_id: Some(RunId::from(Uuid::from_u128(1))),
        task_run_id: None,
        created: at(5),
        updated: at(5),
    }
}

/// Every view, with the same text wherever a record holds one.
fn everything(text: &str) -> Vec<(&'static str, Markup)> {
    let now = at(100);
    let flow = run_of(RunKind::Flow, 1, text, failed(text));
    let task = run_of(RunKind::Task, 2, text, failed(text));
    let filter = Filter {
        flow: Some(text.to_owned()),
        name: Some(text.to_owned()),
        tags: vec![text.to_owned(), text.to_owned()],
        state_name: Some(text.to_owned()),
        ..Filter::default()
    };
    let (flows, tasks, lines) = ([flow.clone()], [task.clone()], [line(text)]);
    let names = [(flow.id, text.to_owned()), (task.id, text.to_owned())];
    let counts = [(StateType::Failed, 3), (StateType::Completed, 1200)];
    let calls = [(StateType::Failed, 2), (StateType::Completed, 3), (StateType::Running, 1)]
        .map(|(state_type, calls)| CallCount { flow_run_id: flow.id, state_type, calls });
    let buckets = [Bucket { start: at(0), end: at(60), states: counts.to_vec() }];
    let kinds = [
        artifact(ArtifactType::Markdown, json!(format!("{text}\n\n[{text}]({text})")), text),
        artifact(ArtifactType::Table, json!([{ text: text, "b": 1 }]), text),
        artifact(ArtifactType::Image, json!(text), text),
        artifact(ArtifactType::Progress, json!(text), text),
    ];
    let event = EventRecord {
        id: EventId::from(Uuid::from_u128(7)),
        occurred: at(9),
        event: text.to_owned(),
        resource: Resource::new(text),
        related: Vec::new(),
        payload: json!({ text: text }),
        follows: None,
        flow_run_id: Some(flow.id),
        task_run_id: None,
    };
    let holder = SlotHolder {
        hold: HoldId::from(Uuid::from_u128(8)),
        slots: 2,
        run_id: Some(flow.id),
        since: at(40),
        lease: None,
    };
    let limit = Limit {
        used: LimitUse {
            limit: ConcurrencyLimit::for_tag(text, 3),
            held: vec![(None, 2)],
            decaying: Taken::slots(0, at(0)),
        },
        holders: vec![holder],
        waiting: vec![task.clone()],
    };
    let mut variable = VariableRecord::new(text, json!(text), at(0));
    variable.tags = vec![text.to_owned()];
    let [why, name, value, tags] = [text, text, text, text].map(str::to_owned);
    let wrong = Wrong { why, name, value, tags };
    let record =
        DefinitionRecord { definition: Arc::clone(&flow.definition), last_run: Some(flow.clone()) };
    vec![
        (
            "runs",
            runs::show(&Runs {
                filter: &filter,
                runs: &flows,
                callers: &names,
                calls: &calls,
                total: 1234,
                drawn: &flows,
                flows: &[text.to_owned()],
                now,
            }),
        ),
        (
            "dashboard",
            dashboard::show(&Dashboard {
                span: Span::Day,
                counts: &counts,
                buckets: &buckets,
                needy: &[dashboard::Needy { run: flow.clone(), alike: 7 }],
                running: &[dashboard::Going {
                    run: flow.clone(),
                    progress: Progress { all: 12, done: 3, failed: 2 },
                }],
                next: &flows,
                slow: &[dashboard::Slow {
                    flow: text.to_owned(),
                    p50: Duration::from_secs(3),
                    p95: Duration::from_secs(64),
                    runs: 12,
                }],
                seen: Some(at(50)),
                any: true,
                now,
            }),
        ),
        (
            "run",
            html! {
                (run::head(&flow, Some(&flow), &flow_run::actions(&flow, 12, Again::Nobody)))
                (run::trouble(&flow, &Cause { call: Some(&task), lines: &lines, again: Again::Nobody }))
                (run::facts(&flow, now))
                (flow_run::graph(&flow, 2))
                (run::tabs(&flow, Tab::Tasks, 12))
                (run::parameters(&flow))
                (history::show(&flow, now))
            },
        ),
        (
            "calls",
            task_runs::show(&Calls {
                of: flow.id,
                runs: &tasks,
                counts: &counts,
                state: None,
                offset: 0,
                now,
            }),
        ),
        (
            "logs",
            logs::show(&Logs {
                run: flow.id,
                at_least: LogLevel::Trace,
                lines: &lines,
                which: logs::Which::Around(7, 8),
                names: &names,
                going_on: true,
            }),
        ),
        ("flows", flows::show(&[Flow { record, last: flows.to_vec(), next: Some(at(200)) }], now)),
        (
            "artifacts",
            html! {
                (artifacts::list(&kinds, &names, 0, now))
                (artifacts::of_run(&kinds, now))
                (artifacts::page(&kinds[0], &kinds, &names, now))
            },
        ),
        (
            "events",
            events::show(&Events { events: &[event], names: &names, prefix: text, offset: 0, now }),
        ),
        ("limits", limits::show(&[limit], &names, now)),
        (
            "variables",
            variables::show(&Variables {
                variables: &[variable.clone()],
                edited: Some(&variable),
                wrong: Some(&wrong),
                deleted: Some(&variable),
                offset: 0,
                now,
            }),
        ),
    ]
}

/// The start tags of a page, each with its attributes as they stand there.
fn tags(page: &str) -> Vec<String> {
    let mut tags = Vec::new();
    let mut rest = page;
    while let Some(start) = rest.find('<') {
        rest = &rest[start + 1..];
        let end = rest.find('>').unwrap_or(rest.len());
        if !rest.starts_with('/') {
            tags.push(rest[..end].to_owned());
        }
        rest = &rest[end..];
    }
    tags
}

#[test]
fn no_text_of_a_record_becomes_markup() {
    for payload in PAYLOADS {
        let plain = everything("x");
        for ((view, page), (_, plain)) in everything(payload).into_iter().zip(plain) {
            let (page, plain) = (page.into_string(), plain.into_string());
            for tag in tags(&page) {
                let name = tag.split([' ', '/']).next().unwrap_or_default();
                let graph = tag.starts_with("img src=\"/runs/00000000-");
                let foreign = ["script", "img", "iframe", "style"].contains(&name) && !graph;
                assert!(!foreign, "{view}: <{tag}>");
                // What stands between quotes is a value; what is left are names.
                let names: String = tag.split('"').step_by(2).collect();
                for handler in ["onerror", "onload", "onmouseover", "javascript:", "style="] {
                    assert!(!names.contains(handler), "{view}: <{tag}>");
                }
                for way in ["href=\"javascript", "action=\"javascript", "src=\"javascript"] {
                    assert!(!tag.contains(way), "{view}: <{tag}>");
                }
            }
            // Links of an artifact that lead nowhere, and cells of numbers, may be left out; nothing may be added.
            assert!(tags(&page).len() <= tags(&plain).len() + 40, "{view}");
        }
    }
}

#[test]
fn pages_say_nothing_that_the_policy_of_content_forbids() {
    for (view, page) in everything("plain") {
        for tag in tags(&page.into_string()) {
            let names: String = tag.split('"').step_by(2).collect();
            assert!(!names.contains(" style=") && !names.contains(" on"), "{view}: <{tag}>");
        }
    }
}

#[test]
fn each_view_looks_like_this() {
    for (view, page) in everything("noisy-raccoon") {
        // A tag a line, so that a difference can be read.
        let page = page.into_string().replace('<', "\n<").replace("\n</", "</");
        let page = page.trim_start().to_owned() + "\n";
        match view {
            "runs" => expect_file!["tests/runs.html"].assert_eq(&page),
            "dashboard" => expect_file!["tests/dashboard.html"].assert_eq(&page),
            "run" => expect_file!["tests/run.html"].assert_eq(&page),
            "logs" => expect_file!["tests/logs.html"].assert_eq(&page),
            "limits" => expect_file!["tests/limits.html"].assert_eq(&page),
            _ => {}
        }
    }
}

#[test]
fn an_empty_store_says_what_to_do() {
    let now = at(0);
    let filter = Filter::default();
    let pages = [
        runs::show(&Runs {
            filter: &filter,
            runs: &[],
            callers: &[],
            calls: &[],
            total: 0,
            drawn: &[],
            flows: &[],
            now,
        }),
        flows::show(&[], now),
        limits::show(&[], &[], now),
        artifacts::list(&[], &[], 0, now),
        events::show(&Events { events: &[], names: &[], prefix: "", offset: 0, now }),
    ];
    for page in pages {
        assert!(page.into_string().contains("<pre class=\"code\">"));
    }
}
