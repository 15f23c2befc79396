//! Deleting ended runs, whole trees of them, a few rows at a time. In a tree the newest goes first and the top-level run last, so
//! that what is left of it is always a tree. It decides nothing about which runs are wanted.

use rusqlite::{Connection, OptionalExtension, Row};
use tidegate_core::{Deleted, Run, RunKind, StateResult};
use uuid::Uuid;

use super::cache;
use super::request_row;
use super::row::time;
use super::run_row::kind_number;
use super::states;

/// How many runs of a tree are looked at together.
const AT_ONCE: u64 = 64;

/// The top-level runs that [`delete`] has begun and not finished.
pub(super) fn begun(connection: &Connection) -> rusqlite::Result<Vec<Uuid>> {
    connection.prepare_cached("SELECT id FROM deletions")?.query_map([], id)?.collect()
}

/// Deletes at most `?2` rows of a table that belong to the run `?1`.
macro_rules! of_run {
    ($table:literal, $column:literal) => {
        concat!(
            "DELETE FROM ",
            $table,
            " WHERE number IN (SELECT number FROM ",
            $table,
            " WHERE ",
            $column,
            " = ?1 LIMIT ?2)"
        )
    };
}

/// Deletes these top-level runs with everything inside them, as far as about so many rows go.
pub(super) fn delete(
    connection: &Connection,
    roots: &[Uuid],
    at_most: u64,
) -> rusqlite::Result<Deleted> {
    let begun = begun(connection)?;
    let mut deletion = Deletion { connection, begun, left: at_most, deleted: Deleted::default() };
    for root in roots {
        if deletion.left == 0 {
            deletion.deleted.more = true;
            break;
        }
        deletion.tree(*root)?;
    }
    Ok(deletion.deleted)
}

/// Trees of which something is deleted already, so that nobody may write about what is left of them.
#[derive(Debug)]
pub(super) struct Deleting(Vec<Uuid>);

impl Deleting {
    pub(super) fn now(connection: &Connection) -> rusqlite::Result<Self> {
        begun(connection).map(Self)
    }

    /// Whether the run belongs to such a tree.
    pub(super) fn includes(&self, run: &Run) -> bool {
        let above = [Some(run.id), run.root_flow_run_id, run.flow_run_id, run.task_run_id];
        !self.0.is_empty() && above.iter().flatten().any(|id| self.0.contains(id.as_uuid()))
    }
}

struct Deletion<'a> {
    connection: &'a Connection,
    /// Of which trees something is deleted already.
    begun: Vec<Uuid>,
    /// How many more rows may be deleted.
    left: u64,
    deleted: Deleted,
}

/// A run, and what is inside it.
struct Node {
    number: i64,
    id: Uuid,
    kind: NodeKind,
    ended: bool,
    created: i64,
    /// Its states, if they tell of results in result storages.
    results: Option<String>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum NodeKind {
    Flow,
    /// What is called in it is inside it.
    TaskOutsideFlows,
    /// What is called in it is inside its flow run.
    TaskInFlow,
}

/// What has become of a tree.
enum Outcome {
    Gone,
    /// There are more rows than may be deleted now.
    Smaller,
    /// Something in it has not ended after all.
    Alive,
}

/// The columns of a [`Node`].
macro_rules! select_nodes {
    ($which:literal) => {
        concat!(
            "SELECT number, id, kind, flow_run_id IS NULL, end_time IS NOT NULL, created, \
             CASE WHEN instr(states, '\"persisted\"') THEN states END FROM runs WHERE ",
            $which
        )
    };
}

const UNFINISHED: &str =
    "SELECT 1 FROM runs WHERE root_flow_run_id = ?1 AND end_time IS NULL LIMIT 1";

const IN_FLOW: &str = select_nodes!("flow_run_id = ?1 ORDER BY created DESC, number DESC LIMIT ?2");

const IN_TASK: &str = select_nodes!(
    "task_run_id = ?1 AND task_run_id IS NOT NULL AND flow_run_id IS NULL ORDER BY number DESC LIMIT ?2"
);

impl Deletion<'_> {
    fn tree(&mut self, root: Uuid) -> rusqlite::Result<()> {
        let found: Option<Node> = self
            .connection
            .prepare_cached(select_nodes!("id = ?1"))?
            .query_row([root.as_bytes().as_slice()], Node::read)
            .optional()?;
        let begun = self.begun.contains(&root);
        let outcome = match found {
            Some(node) if begun || self.has_ended(&node)? => self.delete_from(node)?,
            Some(_) => Outcome::Alive,
            None => Outcome::Gone,
        };
        match outcome {
            Outcome::Gone | Outcome::Alive if begun => self.forget(root),
            Outcome::Gone | Outcome::Alive => Ok(()),
            Outcome::Smaller => {
                self.deleted.more = true;
                if begun { Ok(()) } else { self.remember(root) }
            }
        }
    }

    /// Whether the run, and everything inside it, has ended.
    fn has_ended(&self, root: &Node) -> rusqlite::Result<bool> {
        let mut unfinished = self.connection.prepare_cached(UNFINISHED)?;
        let mut nodes = self.connection.prepare_cached(IN_TASK)?;
        let mut above = vec![(root.id, root.kind, root.ended)];
        while let Some((id, kind, ended)) = above.pop() {
            let id = id.as_bytes().as_slice();
            if !ended || (kind == NodeKind::Flow && unfinished.exists([id])?) {
                return Ok(false);
            }
            if kind == NodeKind::TaskOutsideFlows {
                for node in nodes.query_map((id, -1), Node::read)? {
                    let node = node?;
                    above.push((node.id, node.kind, node.ended));
                }
            }
        }
        Ok(true)
    }

    fn delete_from(&mut self, root: Node) -> rusqlite::Result<Outcome> {
        let mut above = vec![root];
        while let Some(node) = above.pop() {
            if !node.ended {
                return Ok(Outcome::Alive);
            }
            self.delete_logs_of(&node)?;
            self.delete_artifacts_of(&node)?;
            self.delete_events_of(&node)?;
            self.delete_transactions_of(&node)?;
            self.delete_inputs_of(&node)?;
            if self.left == 0 {
                return Ok(Outcome::Smaller);
            }
            let inside = self.inside(&node)?;
            if inside.is_empty() {
                self.delete_run(&node)?;
            } else {
                above.push(node);
                above.extend(inside.into_iter().rev());
            }
        }
        Ok(Outcome::Gone)
    }

    /// A few of the newest runs right inside this one.
    fn inside(&self, node: &Node) -> rusqlite::Result<Vec<Node>> {
        let sql = match node.kind {
            NodeKind::Flow => IN_FLOW,
            NodeKind::TaskOutsideFlows => IN_TASK,
            NodeKind::TaskInFlow => return Ok(Vec::new()),
        };
        let mut statement = self.connection.prepare_cached(sql)?;
        statement
            .query_map((node.id.as_bytes().as_slice(), bounded(AT_ONCE)), Node::read)?
            .collect()
    }

    fn delete_run(&mut self, node: &Node) -> rusqlite::Result<()> {
        self.connection
            .prepare_cached("DELETE FROM runs WHERE number = ?1")?
            .execute([node.number])?;
        request_row::forget_run(self.connection, node.id)?;
        let was_cached = cache::forget_run(self.connection, node.id)?;
        self.left -= 1;
        self.deleted.runs += 1;
        if was_cached {
            return Ok(());
        }
        // The results of a damaged history are not found any more, by nobody.
        let states = node.results.as_deref().zip(time(node.created));
        let states = states.and_then(|(text, created)| states::decode(text, created).ok());
        for state in states.into_iter().flatten() {
            // What a cached run has taken belongs to the run that computed it.
            if let Some(StateResult::Persisted { reference }) = state.result
                && state.name != "Cached"
            {
                self.deleted.results.push((node.id.into(), reference));
            }
        }
        Ok(())
    }

    fn delete_logs_of(&mut self, node: &Node) -> rusqlite::Result<()> {
        let lines =
            self.delete_of(node, of_run!("logs", "flow_run_id"), of_run!("logs", "task_run_id"))?;
        self.deleted.log_lines += lines;
        Ok(())
    }

    fn delete_artifacts_of(&mut self, node: &Node) -> rusqlite::Result<()> {
        self.delete_of(
            node,
            of_run!("artifacts", "flow_run_id"),
            of_run!("artifacts", "task_run_id"),
        )
        .map(drop)
    }

    fn delete_events_of(&mut self, node: &Node) -> rusqlite::Result<()> {
        self.delete_of(node, of_run!("events", "flow_run_id"), of_run!("events", "task_run_id"))
            .map(drop)
    }

    fn delete_transactions_of(&mut self, node: &Node) -> rusqlite::Result<()> {
        self.delete_of(
            node,
            of_run!("transaction_records", "flow_run_id"),
            of_run!("transaction_records", "task_run_id"),
        )
        .map(drop)
    }

    fn delete_inputs_of(&mut self, node: &Node) -> rusqlite::Result<()> {
        let sql = of_run!("run_inputs", "flow_run_id");
        self.delete_of(node, sql, sql).map(drop)
    }

    /// Deletes what a run has made, as far as it goes; how many rows.
    fn delete_of(&mut self, node: &Node, of_flow: &str, of_task: &str) -> rusqlite::Result<u64> {
        let sql = match node.kind {
            NodeKind::Flow => of_flow,
            NodeKind::TaskOutsideFlows | NodeKind::TaskInFlow => of_task,
        };
        let mut statement = self.connection.prepare_cached(sql)?;
        let rows = statement.execute((node.id.as_bytes().as_slice(), bounded(self.left)))? as u64;
        self.left -= rows;
        Ok(rows)
    }

    fn remember(&self, root: Uuid) -> rusqlite::Result<()> {
        self.connection
            .prepare_cached("INSERT OR IGNORE INTO deletions (id) VALUES (?1)")?
            .execute([root.as_bytes().as_slice()])
            .map(drop)
    }

    fn forget(&self, root: Uuid) -> rusqlite::Result<()> {
        self.connection
            .prepare_cached("DELETE FROM deletions WHERE id = ?1")?
            .execute([root.as_bytes().as_slice()])
            .map(drop)
    }
}

impl Node {
    fn read(row: &Row<'_>) -> rusqlite::Result<Self> {
        let (kind, outside): (i64, bool) = (row.get(2)?, row.get(3)?);
        let kind = match outside {
            _ if kind == kind_number(RunKind::Flow) => NodeKind::Flow,
            true => NodeKind::TaskOutsideFlows,
            false => NodeKind::TaskInFlow,
        };
        Ok(Self {
            number: row.get(0)?,
            id: id_at(row, 1)?,
            kind,
            ended: row.get(4)?,
            created: row.get(5)?,
            results: row.get(6)?,
        })
    }
}

pub(super) fn id(row: &Row<'_>) -> rusqlite::Result<Uuid> {
    id_at(row, 0)
}

fn id_at(row: &Row<'_>, column: usize) -> rusqlite::Result<Uuid> {
    row.get(column).map(Uuid::from_bytes)
}

pub(super) fn bounded(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

#[cfg(test)]
pub(super) mod tests {
    use super::super::open;
    use super::*;

    /// How SQLite goes about a question.
    pub(in super::super) fn plan(sql: &str) -> String {
        let connection = open::memory().unwrap();
        let mut statement = connection.prepare(&format!("EXPLAIN QUERY PLAN {sql}")).unwrap();
        let steps: Vec<String> =
            statement.raw_query().mapped(|row| row.get(3)).map(Result::unwrap).collect();
        steps.join("; ")
    }

    #[test]
    fn no_run_is_looked_at_that_is_not_inside_another() {
        let indexes = [
            (UNFINISHED, "runs_not_ended"),
            (IN_FLOW, "runs_by_flow_run"),
            (IN_TASK, "runs_by_task_run"),
        ];
        for (sql, index) in indexes {
            let plan = plan(sql);
            assert!(plan.contains(index) && !plan.contains("SCAN"), "{plan}");
            assert!(!plan.contains("TEMP B-TREE"), "{plan}");
        }
    }
}
