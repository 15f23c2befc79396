//! A workflow for where none was recorded: layers of tasks, made by dice that fall the same every time.

use std::collections::BTreeSet;
use std::time::Duration;

use crate::workflow::{Parent, Task, Workflow};

/// So many layers it has, and so many tasks at most in each.
const LAYERS: usize = 12;
const WIDTH: u64 = 24;

/// So many tasks at most a task waits for.
const PARENTS: u64 = 4;

/// The workflow of this seed. A task of the first layer waits for none; others wait for some of the layer before theirs, and now and
/// then for one of an earlier layer.
pub(crate) fn workflow(seed: u64) -> Workflow {
    let mut dice = Dice(seed);
    let mut tasks: Vec<Task> = Vec::new();
    let (mut layer_before, mut layer_start) = (0, 0);
    for layer in 0..LAYERS {
        for number in 0..1 + dice.below(WIDTH) {
            let mut parents = BTreeSet::new();
            if layer > 0 {
                for _ in 0..1 + dice.below(PARENTS) {
                    let width = (layer_start - layer_before) as u64;
                    parents.insert(layer_before + dice.below(width) as usize);
                }
                if dice.below(8) == 0 {
                    parents.insert(dice.below(layer_start as u64) as usize);
                }
            }
            let parent = |task| Parent { task, is_read: dice.below(4) > 0 };
            let parents = parents.into_iter().map(parent).collect();
            // Most tasks are short, and some are long, as in those that were recorded.
            let time = 1 << dice.below(10);
            tasks.push(Task {
                id: format!("layer-{layer}-task-{number}"),
                time: Duration::from_millis(100 * time + dice.below(100)),
                parents,
                bytes: dice.below(1 << 20),
            });
        }
        (layer_before, layer_start) = (layer_start, tasks.len());
    }
    Workflow { name: format!("generated-{seed}"), tasks }
}

/// SplitMix64.
struct Dice(u64);

impl Dice {
    /// A number below this one.
    fn below(&mut self, end: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut bits = self.0;
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (bits ^ (bits >> 31)) % end
    }
}
