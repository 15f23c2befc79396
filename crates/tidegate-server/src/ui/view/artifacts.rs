//! Artifacts, each shown as what it is.

use maud::{Markup, html};
use serde_json::Value;
use tidegate_core::{ArtifactRecord, ArtifactType, RunId, Timestamp};

use super::run::pretty;
use crate::ui::markdown;
use crate::ui::part::{self, Pager};

/// How many a page lists.
pub(in crate::ui) const PAGE: u64 = 50;

const FIRST: &str = "Artifact::markdown(\"# 3 cities\").key(\"report\").create().await?;";

/// The page of all artifacts: of each key the latest. `names` are those of the runs that made them.
pub(in crate::ui) fn list(
    artifacts: &[ArtifactRecord],
    names: &[(RunId, String)],
    offset: u64,
    now: Timestamp,
) -> Markup {
    html! {
        div.head { h1 { "Artifacts" } }
        @if artifacts.is_empty() && offset == 0 {
            (part::empty("No artifacts yet", "Runs leave reports, tables, links, images and progress for people to look at.", Some(FIRST)))
        } @else {
            div.wide {
                table.folds {
                    thead { tr { th { "Artifact" } th { "Type" } th { "Updated" } th { "Made by" } } }
                    tbody {
                        @for artifact in artifacts {
                            tr {
                                td.first {
                                    a.name href={ "/artifacts/" (artifact.id) } { (name(artifact)) }
                                    @if let Some(about) = &artifact.description { span.sub { (super::runs::first_line(about)) } }
                                }
                                td { (artifact.artifact_type) }
                                td.tight { (part::ago(now, artifact.updated)) }
                                td { (maker(artifact, names)) }
                            }
                        }
                    }
                }
            }
            (Pager { total: None, offset, here: artifacts.len() as u64, size: PAGE, one: "artifact" }.show(|from| format!("/artifacts?from={from}")))
        }
    }
}

/// The artifacts of a run.
pub(in crate::ui) fn of_run(artifacts: &[ArtifactRecord], now: Timestamp) -> Markup {
    html! {
        section #artifacts data-part {
            @if artifacts.is_empty() {
                (part::empty("No artifacts", "What its code leaves for people to look at appears here.", Some(FIRST)))
            }
            @for artifact in artifacts { (one(artifact, now)) }
        }
    }
}

/// The page of one artifact, with the versions of its key.
pub(in crate::ui) fn page(
    artifact: &ArtifactRecord,
    versions: &[ArtifactRecord],
    names: &[(RunId, String)],
    now: Timestamp,
) -> Markup {
    html! {
        nav.crumb aria-label="Where this is" { a href="/artifacts" { "Artifacts" } " / " (artifact.artifact_type) }
        div.head { h1 { (name(artifact)) } span.tail.soft { (part::ago(now, artifact.updated)) } }
        article.artifact { (content(artifact)) }
        @if versions.len() > 1 {
            section {
                h2 { "Versions" }
                div.wide {
                    table {
                        thead { tr { th { "Made" } th { "By" } } }
                        tbody {
                            @for version in versions {
                                tr {
                                    td { a.name href={ "/artifacts/" (version.id) } aria-current=[(version.id == artifact.id).then_some("true")] { (part::ago(now, version.created)) } }
                                    td { (maker(version, names)) }
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}

fn one(artifact: &ArtifactRecord, now: Timestamp) -> Markup {
    html! {
        article.artifact {
            div.bar {
                h3 { a href={ "/artifacts/" (artifact.id) } { (name(artifact)) } }
                span.soft { (artifact.artifact_type) }
                span.tail.soft { (part::ago(now, artifact.updated)) }
            }
            (content(artifact))
        }
    }
}

/// What it is about, and what it is.
fn content(artifact: &ArtifactRecord) -> Markup {
    html! {
        @if let Some(about) = &artifact.description { (markdown::show(about)) }
        (data(artifact))
    }
}

fn name(artifact: &ArtifactRecord) -> String {
    artifact.key.clone().unwrap_or_else(|| format!("{} without a key", artifact.artifact_type))
}

/// The run that made it.
pub(in crate::ui) fn maker_id(artifact: &ArtifactRecord) -> Option<RunId> {
    artifact.task_run_id.or(artifact.flow_run_id)
}

fn maker(artifact: &ArtifactRecord, names: &[(RunId, String)]) -> Markup {
    html! {
        @match maker_id(artifact) {
            Some(id) => { (part::named_run(id, names)) }
            None => { span.soft { "–" } }
        }
    }
}

fn data(artifact: &ArtifactRecord) -> Markup {
    let plain = || html! { pre.code { (pretty(&artifact.data)) } };
    match (artifact.artifact_type, &artifact.data) {
        (ArtifactType::Markdown, Value::String(text)) => markdown::show(text),
        (ArtifactType::Table, data) => table(data).unwrap_or_else(plain),
        (ArtifactType::Image, Value::String(url)) => image(url),
        (ArtifactType::Progress, data) => data.as_f64().map_or_else(plain, progress),
        (ArtifactType::Markdown | ArtifactType::Image, _) => plain(),
    }
}

fn progress(percent: f64) -> Markup {
    let percent = percent.clamp(0.0, 100.0);
    html! {
        div.bar {
            progress max="100" value=(percent) {}
            span.num { (format!("{percent:.0}%")) }
        }
    }
}

/// An image of this server is shown; of another it is not asked for, so that looking at a run tells nobody that one does.
fn image(url: &str) -> Markup {
    let picture = ["data:image/png;", "data:image/jpeg;", "data:image/gif;", "data:image/webp;"];
    html! {
        @if picture.iter().any(|start| url.starts_with(start)) {
            img src=(url) alt="" loading="lazy";
        } @else if markdown::leads_to_a_page(url) {
            p { a href=(url) rel="noopener noreferrer nofollow" { (url) } }
        } @else {
            p { code { (url) } }
        }
    }
}

/// A list of objects, or of lists, or an object of columns, as a table.
fn table(data: &Value) -> Option<Markup> {
    // Prefect's clients send tables as JSON text.
    let parsed: Value;
    let data = match data {
        Value::String(text) => {
            parsed = serde_json::from_str(text).ok()?;
            &parsed
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_) => {
            data
        }
    };
    let rows = data.as_array()?;
    let mut columns: Vec<&str> = Vec::new();
    for row in rows {
        for key in row.as_object()?.keys() {
            if !columns.contains(&key.as_str()) {
                columns.push(key);
            }
        }
    }
    let is_numeric =
        |column: &str| rows.iter().filter_map(|row| row.get(column)).all(Value::is_number);
    Some(html! {
        div.wide {
            table.data-table {
                thead { tr { @for column in &columns { th.right[is_numeric(column)] { (column) } } } }
                tbody {
                    @for row in rows {
                        tr {
                            @for column in &columns {
                                @let value = row.get(*column);
                                td.num.right[value.is_some_and(Value::is_number)] { (value.map(pretty).unwrap_or_default()) }
                            }
                        }
                    }
                }
            }
        }
    })
}
