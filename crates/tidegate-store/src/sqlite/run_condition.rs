//! Conditions on runs as SQL. Every value is bound, never written into the text; each part says true or false, and never nothing.

use rusqlite::types::Value;
use tidegate_core::{RunCondition, RunField, RunTime, Timestamp};
use uuid::Uuid;

use super::states;

/// The text of a condition, and the values of its parameters in order.
#[derive(Debug, Default)]
pub(super) struct Written {
    pub(super) text: String,
    pub(super) values: Vec<Value>,
}

/// Writes a condition on a row of `runs`.
pub(super) fn write(condition: &RunCondition) -> Written {
    let mut written = Written::default();
    written.condition(condition);
    written
}

impl Written {
    fn condition(&mut self, condition: &RunCondition) {
        match condition {
            RunCondition::All(all) => self.joined(all, " AND ", "1"),
            RunCondition::Any(any) => self.joined(any, " OR ", "0"),
            RunCondition::Not(one) => self.around("(", one, ") IS NOT TRUE"),
            RunCondition::Id(ids) => self.ids("id", ids.iter().map(|id| id.as_uuid())),
            RunCondition::Name(names) => self.texts("name IN ", names, ""),
            RunCondition::NameLike(part) => self.like("name", part),
            RunCondition::Definition(names) => self.of_definition(|of| {
                of.texts("definitions.name IN ", names, "");
            }),
            RunCondition::DefinitionLike(part) => {
                self.of_definition(|of| of.like("definitions.name", part));
            }
            RunCondition::Version(versions) => self.of_definition(|of| {
                of.texts("json_extract(content, '$.version') IN ", versions, "");
            }),
            RunCondition::DefinitionTags(tags) => {
                self.of_definition(|of| of.all_tags("content, '$.tags'", tags));
            }
            RunCondition::AnyDefinitionTag(tags) => {
                self.of_definition(|of| of.any_tag("content, '$.tags'", tags));
            }
            RunCondition::DefinitionUntagged => self.of_definition(|of| {
                of.text.push_str("NOT EXISTS (SELECT 1 FROM json_each(content, '$.tags'))");
            }),
            RunCondition::StateType(types) => {
                let numbers = types.iter().map(|each| states::number(*each).into());
                self.one_of("state_type", numbers);
            }
            RunCondition::StateName(names) => self.texts("state_name IN ", names, ""),
            RunCondition::Tags(tags) => self.all_tags("runs.tags", tags),
            RunCondition::AnyTag(tags) => self.any_tag("runs.tags", tags),
            RunCondition::Untagged => self.text.push_str("runs.tags IS NULL"),
            RunCondition::Deployment(ids) => {
                self.ids("deployment_id", ids.iter().map(|id| id.as_uuid()));
            }
            RunCondition::FlowRun(ids) => {
                self.ids("flow_run_id", ids.iter().map(|id| id.as_uuid()));
            }
            RunCondition::TaskRun(ids) => {
                self.ids("task_run_id", ids.iter().map(|id| id.as_uuid()));
            }
            RunCondition::Since(time, since) => self.at(*time, ">=", *since),
            RunCondition::Until(time, until) => self.at(*time, "<=", *until),
            RunCondition::Unset(field) => {
                let column = match field {
                    RunField::Time(time) => column(*time),
                    RunField::FlowRun => "flow_run_id",
                    RunField::TaskRun => "task_run_id",
                    RunField::Deployment => "deployment_id",
                };
                self.text.push_str(column);
                self.text.push_str(" IS NULL");
            }
            RunCondition::InFlowRun(one) => {
                self.around("flow_run_id IN (SELECT id FROM runs WHERE kind = 0 AND ", one, ")");
            }
            RunCondition::HasTaskRun(one) => {
                let inside = "id IN (SELECT flow_run_id FROM runs WHERE kind = 1 AND ";
                self.around(inside, one, ")");
            }
            // Of flow runs there are few, and they are looked through once.
            RunCondition::HasSubflow => self.text.push_str(
                "id IN (SELECT task_run_id FROM runs WHERE kind = 0 AND flow_run_id IS NOT NULL AND task_run_id IS NOT NULL)",
            ),
        }
    }

    fn joined(&mut self, all: &[RunCondition], word: &str, if_none: &str) {
        if all.is_empty() {
            self.text.push_str(if_none);
            return;
        }
        self.text.push('(');
        for (place, each) in all.iter().enumerate() {
            if place > 0 {
                self.text.push_str(word);
            }
            self.condition(each);
        }
        self.text.push(')');
    }

    fn around(&mut self, before: &str, one: &RunCondition, after: &str) {
        self.text.push_str(before);
        self.condition(one);
        self.text.push_str(after);
    }

    fn of_definition(&mut self, write: impl FnOnce(&mut Self)) {
        self.text.push_str("definition IN (SELECT definitions.id FROM definitions WHERE ");
        write(self);
        self.text.push(')');
    }

    /// `texts` as one parameter, however many there are.
    fn texts(&mut self, before: &str, texts: &[String], after: &str) {
        self.text.push_str(before);
        self.text.push_str("(SELECT value FROM json_each(?))");
        self.text.push_str(after);
        self.values.push(list(texts));
    }

    fn one_of(&mut self, column: &str, values: impl Iterator<Item = Value>) {
        let before = self.values.len();
        self.values.extend(values);
        let marks = vec!["?"; self.values.len() - before].join(", ");
        self.text.push_str(&format!("{column} IN ({marks})"));
    }

    fn ids<'a>(&mut self, column: &str, ids: impl Iterator<Item = &'a Uuid>) {
        self.one_of(column, ids.map(|id| id.as_bytes().to_vec().into()));
    }

    fn like(&mut self, column: &str, part: &str) {
        self.text.push_str(column);
        self.text.push_str(" LIKE ? ESCAPE '\\'");
        let escaped = part.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_");
        self.values.push(format!("%{escaped}%").into());
    }

    fn all_tags(&mut self, of: &str, tags: &[String]) {
        self.text.push('(');
        self.text.push_str(if tags.is_empty() { "1" } else { "" });
        for (place, tag) in tags.iter().enumerate() {
            self.text.push_str(if place > 0 { " AND " } else { "" });
            self.text.push_str(&format!("EXISTS (SELECT 1 FROM json_each({of}) WHERE value = ?)"));
            self.values.push(tag.clone().into());
        }
        self.text.push(')');
    }

    fn any_tag(&mut self, of: &str, tags: &[String]) {
        let before = format!("EXISTS (SELECT 1 FROM json_each({of}) WHERE value IN ");
        self.texts(&before, tags, ")");
    }

    fn at(&mut self, time: RunTime, how: &str, than: Timestamp) {
        self.text.push_str(&format!("{} {how} ?", column(time)));
        self.values.push(than.timestamp_micros().into());
    }
}

/// The column of a time.
pub(super) fn column(time: RunTime) -> &'static str {
    match time {
        RunTime::Created => "created",
        RunTime::ExpectedStart => "expected_start_time",
        RunTime::Start => "start_time",
        RunTime::End => "end_time",
        RunTime::NextScheduled => "next_scheduled_start_time",
    }
}

/// Texts as a JSON array.
fn list(texts: &[String]) -> Value {
    serde_json::Value::from(texts).to_string().into()
}
