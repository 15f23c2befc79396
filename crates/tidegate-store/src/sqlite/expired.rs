//! Which top-level runs can be deleted. It looks at no more runs than are too old or too many, and deletes none.

use std::collections::HashSet;

use rusqlite::{Connection, OptionalExtension};
use tidegate_core::Expired;
use uuid::Uuid;

use super::deletion::{begun, bounded, id};

/// Top-level runs that can be deleted.
#[derive(Debug)]
pub(super) struct Candidates {
    pub(super) roots: Vec<Uuid>,
    /// Whether there may be others.
    pub(super) more: bool,
}

/// At most so many of the top-level runs that can be deleted. While something of any is deleted already, no others.
pub(super) fn candidates(
    connection: &Connection,
    expired: &Expired,
    limit: u64,
) -> rusqlite::Result<Candidates> {
    let begun = begun(connection)?;
    if !begun.is_empty() {
        return Ok(Candidates { roots: begun, more: true });
    }
    let Expired { ended_before, beyond_newest, run, ended_lately } = *expired;
    let lately = ended_lately.map_or(i64::MAX, |time| time.timestamp_micros());
    let mut found = Vec::new();
    if let Some(time) = ended_before {
        let before = time.timestamp_micros().min(lately);
        found.extend(ended_before_time(connection, before, limit)?);
    }
    if let Some(count) = beyond_newest {
        found.extend(ended_beyond(connection, count, lately, limit)?);
    }
    if let Some(run) = run {
        let this = (run.as_uuid().as_bytes().as_slice(), lately, bounded(limit));
        found.extend(
            connection
                .prepare_cached(THIS_ONE)?
                .query_map(this, id)?
                .collect::<Result<Vec<_>, _>>()?,
        );
    }
    let more = found.len() as u64 >= limit;
    let mut seen = HashSet::new();
    found.retain(|id| seen.insert(*id));
    Ok(Candidates { roots: found, more })
}

/// What both questions for candidates have in common. It says in the words of the indexes that they will do.
macro_rules! ended_at_top {
    ($which:literal) => {
        concat!(
            "SELECT id FROM runs WHERE flow_run_id IS NULL AND task_run_id IS NULL AND end_time IS NOT NULL AND ",
            $which,
            " AND NOT EXISTS (SELECT 1 FROM runs AS inner WHERE inner.root_flow_run_id = runs.id AND inner.end_time IS NULL) \
             AND NOT EXISTS (SELECT 1 FROM runs AS inner WHERE inner.flow_run_id IS NULL AND inner.task_run_id = runs.id \
             AND inner.task_run_id IS NOT NULL AND inner.end_time IS NULL) \
             ORDER BY created, number LIMIT "
        )
    };
}

/// What ended before a time was made before it, so that what is newer is not looked at.
const ENDED_BEFORE: &str = concat!(ended_at_top!("created < ?1 AND end_time < ?1"), "?2");

const NEWEST_BEYOND: &str = "SELECT created, number FROM runs WHERE flow_run_id IS NULL AND task_run_id IS NULL \
     ORDER BY created DESC, number DESC LIMIT 1 OFFSET ?1";

const ENDED_BEYOND: &str = concat!(
    ended_at_top!("created <= ?1 AND (created, number) <= (?1, ?2) AND end_time < ?3"),
    "?4"
);

const THIS_ONE: &str = concat!(ended_at_top!("id = ?1 AND end_time < ?2"), "?3");

fn ended_before_time(
    connection: &Connection,
    time: i64,
    limit: u64,
) -> rusqlite::Result<Vec<Uuid>> {
    connection.prepare_cached(ENDED_BEFORE)?.query_map((time, bounded(limit)), id)?.collect()
}

fn ended_beyond(
    connection: &Connection,
    count: u64,
    lately: i64,
    limit: u64,
) -> rusqlite::Result<Vec<Uuid>> {
    let newest_beyond: Option<(i64, i64)> = connection
        .prepare_cached(NEWEST_BEYOND)?
        .query_row([bounded(count)], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    let Some((created, number)) = newest_beyond else { return Ok(Vec::new()) };
    connection
        .prepare_cached(ENDED_BEYOND)?
        .query_map((created, number, lately, bounded(limit)), id)?
        .collect()
}

#[cfg(test)]
mod tests {
    use super::super::deletion::tests::plan;
    use super::*;

    #[test]
    fn no_run_is_looked_at_that_is_not_at_the_top() {
        for sql in [ENDED_BEFORE, NEWEST_BEYOND, ENDED_BEYOND] {
            let plan = plan(sql);
            assert!(plan.contains("runs USING INDEX runs_at_top"), "{plan}");
            assert!(!plan.contains("TEMP B-TREE"), "{plan}");
        }
        for sql in [ENDED_BEFORE, ENDED_BEYOND] {
            let plan = plan(sql);
            assert!(!plan.contains("SCAN"), "{plan}");
            assert!(plan.contains("runs_not_ended") && plan.contains("runs_by_task_run"), "{plan}");
        }
    }
}
