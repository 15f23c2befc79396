//! In which row of what it is in a bar stands: the first that is free when it begins. One that has a row keeps it, so that nothing that is
//! drawn moves when something new begins.

use std::cmp::Reverse;
use std::collections::{BTreeSet, BinaryHeap};

/// A bar that needs a row, in time.
#[derive(Clone, Copy, Debug)]
pub(super) struct Need {
    /// When it begins, or is expected to.
    pub(super) from: i64,
    /// When its row is free again; none while nobody knows.
    pub(super) until: Option<i64>,
    /// The row that it had.
    pub(super) had: Option<u32>,
}

/// The row of each.
pub(super) fn rows(needs: &[Need]) -> Vec<u32> {
    let mut rows = vec![0; needs.len()];
    let mut until: Vec<i64> = Vec::new();
    let mut order = Vec::new();
    for (index, need) in needs.iter().enumerate() {
        match need.had {
            Some(row) => {
                rows[index] = row;
                until.resize(until.len().max(row as usize + 1), i64::MIN);
                let known = &mut until[row as usize];
                *known = need.until.unwrap_or(i64::MAX).max(*known);
            }
            None => order.push(index),
        }
    }
    order.sort_by_key(|index| (needs[*index].from, *index));
    let mut free: BTreeSet<u32> = BTreeSet::new();
    let mut taken: BinaryHeap<Reverse<(i64, u32)>> =
        until.iter().zip(0..).map(|(until, row)| Reverse((*until, row))).collect();
    let mut next = taken.len() as u32;
    for index in order {
        let need = needs[index];
        while let Some(Reverse((_, row))) = taken.peek().filter(|each| each.0.0 <= need.from) {
            free.insert(*row);
            taken.pop();
        }
        let row = free.pop_first().unwrap_or_else(|| {
            next += 1;
            next - 1
        });
        rows[index] = row;
        taken.push(Reverse((need.until.unwrap_or(i64::MAX), row)));
    }
    rows
}
