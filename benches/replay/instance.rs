//! Recorded workflows in the form in which WfCommons publishes them, WfFormat 1.5. Only what a replay needs is read.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet, VecDeque};
use std::path::Path;
use std::time::Duration;

use serde_json::Value;

use crate::workflow::{Parent, Task, Workflow};

/// The version of the format that is read.
const VERSION: &str = "1.5";

/// The instances in this folder, by name; none where there is no such folder.
pub(crate) fn read_folder(folder: &Path) -> Result<Vec<Workflow>, String> {
    let Ok(entries) = std::fs::read_dir(folder) else { return Ok(Vec::new()) };
    let files: BTreeSet<_> = entries
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| path.extension().is_some_and(|extension| extension == "json"))
        .collect();
    let read = |path: &Path| {
        let text = std::fs::read_to_string(path).map_err(|error| error.to_string())?;
        let name = path.file_stem().unwrap_or_default().to_string_lossy();
        parse(&name, &text)
    };
    files
        .iter()
        .map(|path| {
            read(path).map_err(|error| {
                format!("{} cannot be replayed: {error}; take it out of the folder", path.display())
            })
        })
        .collect()
}

/// An instance from its JSON.
pub(crate) fn parse(name: &str, text: &str) -> Result<Workflow, String> {
    let instance: Value = serde_json::from_str(text).map_err(|error| error.to_string())?;
    if instance["schemaVersion"] != VERSION {
        return Err(format!(
            "it is of schemaVersion {}, and {VERSION} is read",
            instance["schemaVersion"]
        ));
    }
    let workflow = &instance["workflow"];
    let times = times(&workflow["execution"])?;
    let sizes = sizes(&workflow["specification"]);
    let tasks = list(&workflow["specification"]["tasks"], "workflow.specification.tasks")?;
    let ids = tasks.iter().map(|task| string(&task["id"])).collect::<Result<Vec<_>, _>>()?;
    let numbers: HashMap<&str, usize> = ids.iter().enumerate().map(|(i, id)| (*id, i)).collect();
    if numbers.len() < ids.len() {
        return Err("two tasks have the same id".into());
    }
    let parents = parents(tasks, &numbers)?;
    let order = sorted(&parents).map_err(|task| format!("task {} waits for itself", ids[task]))?;
    let places: HashMap<usize, usize> = order.iter().enumerate().map(|(i, t)| (*t, i)).collect();

    let task = |number: &usize| {
        let (id, inputs) = (ids[*number], strings(&tasks[*number]["inputFiles"]));
        let parent = |parent: &usize| Parent {
            task: places[parent],
            is_read: strings(&tasks[*parent]["outputFiles"]).iter().any(|f| inputs.contains(f)),
        };
        let parents: BTreeSet<Parent> = parents[*number].iter().map(parent).collect();
        let written = strings(&tasks[*number]["outputFiles"]);
        Ok(Task {
            id: id.to_owned(),
            time: *times.get(id).ok_or(format!("it does not say how long task {id} took"))?,
            parents: parents.into_iter().collect(),
            bytes: written.iter().filter_map(|file| sizes.get(file)).sum(),
        })
    };
    let tasks = order.iter().map(task).collect::<Result<_, String>>()?;
    Ok(Workflow { name: name.to_owned(), tasks })
}

/// How long each task took.
fn times<'a>(execution: &'a Value) -> Result<HashMap<&'a str, Duration>, String> {
    let tasks = list(&execution["tasks"], "workflow.execution.tasks")?;
    let time = |task: &'a Value| {
        let (id, seconds) = (string(&task["id"])?, &task["runtimeInSeconds"]);
        let time = seconds.as_f64().and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
        Ok((id, time.ok_or(format!("task {id} cannot have taken {seconds} seconds"))?))
    };
    tasks.iter().map(time).collect()
}

/// How large each file is.
fn sizes(specification: &Value) -> HashMap<&str, u64> {
    let files = specification["files"].as_array().into_iter().flatten();
    files.filter_map(|file| Some((file["id"].as_str()?, file["sizeInBytes"].as_u64()?))).collect()
}

/// For each task what it waits for, by the numbers of the file. An edge may be told by either of its ends.
fn parents(
    tasks: &[Value],
    numbers: &HashMap<&str, usize>,
) -> Result<Vec<BTreeSet<usize>>, String> {
    let number = |id: &str| {
        numbers.get(id).copied().ok_or(format!("it has an edge of task {id}, which is not there"))
    };
    let mut parents = vec![BTreeSet::new(); tasks.len()];
    for (task, told) in tasks.iter().enumerate() {
        for parent in strings(&told["parents"]) {
            parents[task].insert(number(parent)?);
        }
        for child in strings(&told["children"]) {
            parents[number(child)?].insert(task);
        }
    }
    Ok(parents)
}

/// The tasks, each after its parents; or one that waits for itself.
fn sorted(parents: &[BTreeSet<usize>]) -> Result<Vec<usize>, usize> {
    let mut children = BTreeMap::<usize, Vec<usize>>::new();
    let mut missing: Vec<usize> = parents.iter().map(BTreeSet::len).collect();
    for (task, parents) in parents.iter().enumerate() {
        parents.iter().for_each(|parent| children.entry(*parent).or_default().push(task));
    }
    let mut ready: VecDeque<usize> = (0..parents.len()).filter(|t| missing[*t] == 0).collect();
    let mut order = Vec::with_capacity(parents.len());
    while let Some(task) = ready.pop_front() {
        order.push(task);
        for child in children.get(&task).into_iter().flatten() {
            missing[*child] -= 1;
            if missing[*child] == 0 {
                ready.push_back(*child);
            }
        }
    }
    // What is left waits for what is left: going from parent to parent comes back to some task.
    let Some(mut task) = missing.iter().position(|missing| *missing > 0) else { return Ok(order) };
    let mut met = HashSet::new();
    while met.insert(task) {
        let waits_for = parents[task].iter().find(|parent| missing[**parent] > 0);
        task = *waits_for.expect("a task that is never ready has a parent that is not");
    }
    Err(task)
}

fn list<'a>(value: &'a Value, place: &str) -> Result<&'a [Value], String> {
    Ok(value.as_array().ok_or(format!("it has no list {place}"))?)
}

fn string(value: &Value) -> Result<&str, String> {
    value.as_str().ok_or_else(|| format!("a task has the id {value}, which is no text"))
}

fn strings(value: &Value) -> HashSet<&str> {
    value.as_array().into_iter().flatten().filter_map(Value::as_str).collect()
}
