//! Rules about the code itself, so that they need no reviewer.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// What stands at the top of the repository.
const TOP: &[&str] = &[
    ".cargo",
    ".ci",
    ".gitignore",
    "ARCHITECTURE.md",
    "CHANGELOG.md",
    "Cargo.lock",
    "Cargo.toml",
    "LICENSE",
    "README.md",
    "RELIABILITY.md",
    "benches",
    "clippy.toml",
    "crates",
    "deny.toml",
    "docs",
    "examples",
    "rustfmt.toml",
    "tests",
];

/// What may stand there besides.
const MAY: &[&str] = &[".git", "target"];

/// Which sibling each crate may import: the arrows point toward the core.
const ARROWS: &[(&str, &[&str])] = &[
    ("tidegate-core", &[]),
    ("tidegate-macros", &[]),
    ("tidegate-store", &["tidegate-core"]),
    (
        "tidegate",
        &[
            "tidegate-core",
            "tidegate-macros",
            "tidegate-remote",
            "tidegate-server",
            "tidegate-store",
        ],
    ),
    ("tidegate-blocks", &["tidegate"]),
    ("tidegate-cli", &["tidegate"]),
    ("tidegate-remote", &["tidegate-core"]),
    ("tidegate-server", &["tidegate-core"]),
    ("tidegate-faults", &[]),
];

/// Crates of others that only these may import.
const HOMES: &[(&str, &[&str])] = &[
    ("rusqlite", &["tidegate-store", "tidegate-faults", "tidegate-blocks"]),
    ("syn", &["tidegate-macros"]),
    ("quote", &["tidegate-macros"]),
    ("tracing-subscriber", &["tidegate"]),
    ("axum", &["tidegate-server"]),
    ("maud", &["tidegate-server"]),
    ("pulldown-cmark", &["tidegate-server"]),
    ("clap", &["tidegate"]),
    ("comfy-table", &["tidegate"]),
    ("reqwest", &["tidegate-blocks"]),
    ("lettre", &["tidegate-blocks"]),
    ("tokio-postgres", &["tidegate-blocks"]),
];

/// The crate in which `unsafe` is allowed, and the file that allows it to one module.
const UNSAFE: (&str, &str) = ("tidegate-faults", "crates/tidegate-faults/src/lib.rs");

/// How many lines a file of a crate may have; its tests do not count.
const LINES: usize = 500;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

/// Files below a folder of the repository with this ending, with their text; `target` is left out.
fn files(folder: &str, ending: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut folders = vec![root().join(folder)];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                if path.file_name().is_some_and(|name| name != "target") {
                    folders.push(path);
                }
            } else if path.to_string_lossy().ends_with(ending) {
                let name = path.strip_prefix(root()).unwrap().display().to_string();
                found.push((name, fs::read_to_string(&path).unwrap()));
            }
        }
    }
    found.sort();
    assert!(!found.is_empty(), "there are no {ending} files in {folder}");
    found
}

/// Files that are part of a crate, without expected outputs.
fn modules() -> impl Iterator<Item = (String, String)> {
    files("crates", ".rs").into_iter().filter(|(name, _)| !name.contains("/tests/expanded/"))
}

fn is_test(name: &str) -> bool {
    name.contains("/tests/") || name.ends_with("/tests.rs")
}

/// No file is at fault.
fn check(faults: impl IntoIterator<Item = String>, rule: &str) {
    let faults: Vec<_> = faults.into_iter().collect();
    assert!(faults.is_empty(), "{rule}:\n  {}", faults.join("\n  "));
}

/// The names that a manifest lists under `[dependencies]`.
fn dependencies(manifest: &str) -> BTreeSet<&str> {
    let section = manifest.split("\n[").find_map(|section| section.strip_prefix("dependencies]\n"));
    let lines = section.unwrap_or_default().lines();
    lines
        .filter(|line| !line.starts_with('#'))
        .filter_map(|line| line.split(['.', ' ', '=']).next())
        .filter(|name| !name.is_empty())
        .collect()
}

/// The manifest of each crate, by its name.
fn manifests() -> BTreeMap<String, String> {
    files("crates", "Cargo.toml")
        .into_iter()
        .map(|(name, text)| (name.split('/').nth(1).unwrap().to_owned(), text))
        .collect()
}

#[test]
fn the_arrows_between_crates_point_toward_the_core() {
    let manifests = manifests();
    let crates: BTreeSet<&str> = ARROWS.iter().map(|(name, _)| *name).collect();
    assert_eq!(manifests.keys().map(String::as_str).collect::<BTreeSet<_>>(), crates);
    let faults = ARROWS.iter().flat_map(|(name, may)| {
        let imports = dependencies(&manifests[*name]);
        let siblings = imports.into_iter().filter(|import| crates.contains(import));
        let wrong = siblings.filter(|import| !may.contains(import));
        wrong.map(|import| format!("{name} imports {import}")).collect::<Vec<_>>()
    });
    check(faults, "a crate may import only what ARCHITECTURE.md says");
}

#[test]
fn what_belongs_to_one_crate_is_imported_by_no_other() {
    let manifests = manifests();
    let faults = HOMES.iter().flat_map(|(import, homes)| {
        let importers: BTreeSet<&str> = manifests
            .iter()
            .filter(|(_, manifest)| dependencies(manifest).contains(import))
            .map(|(name, _)| name.as_str())
            .collect();
        let homes: BTreeSet<&str> = homes.iter().copied().collect();
        let wrong = importers.symmetric_difference(&homes);
        wrong.map(|name| format!("{import} in {name}")).collect::<Vec<_>>()
    });
    check(faults, "some crates have one home");
}

/// The lints of a manifest, sorted; `section` is what comes before `lints`.
fn lints(manifest: &str, section: &str) -> BTreeSet<String> {
    let sections = manifest.split("\n[").filter(|text| text.starts_with(section));
    sections.flat_map(str::lines).filter(|line| line.contains(" = ")).map(str::to_owned).collect()
}

#[test]
fn unsafe_code_has_one_home() {
    let (home, file) = UNSAFE;
    let manifests = manifests();
    let lax = manifests.iter().filter(|(name, manifest)| {
        *name != home && !manifest.contains("[lints]\nworkspace = true")
    });
    check(lax.map(|(name, _)| name.clone()), "a crate has the lints of the workspace");

    let workspace = fs::read_to_string(root().join("Cargo.toml")).unwrap();
    let (strict, own) = (lints(&workspace, "workspace.lints."), lints(&manifests[home], "lints."));
    assert!(strict.len() > 10);
    check(
        strict.symmetric_difference(&own).filter(|line| !line.starts_with("unsafe_code ")).cloned(),
        "the home of unsafe code has all other lints of the workspace",
    );
    let astray = modules()
        .filter(|(name, text)| name != file && text.contains("allow(unsafe_code"))
        .map(|(name, _)| name);
    check(astray, "unsafe code is allowed in one place");
}

#[test]
fn every_module_says_what_it_is_in_its_first_line() {
    let faults = modules()
        .filter(|(_, text)| {
            !text.starts_with("//! ") && !text.starts_with("#![doc = include_str!(")
        })
        .map(|(name, _)| name);
    check(faults, "a module opens with `//!`");
}

#[test]
fn no_file_is_longer_than_a_head_can_hold() {
    let faults = modules()
        .filter(|(name, _)| !is_test(name))
        .map(|(name, text)| (name, text.lines().count()))
        .filter(|(_, lines)| *lines > LINES)
        .map(|(name, lines)| format!("{name} has {lines} lines"));
    check(faults, "a file has at most 500 lines, its tests aside");
}

#[test]
fn nothing_is_left_to_be_done_later() {
    let marks = [concat!("to", "do!"), concat!("TO", "DO"), concat!("FIX", "ME")];
    let folders = ["crates", "tests", "examples", "benches"];
    let faults = folders
        .into_iter()
        .flat_map(|folder| files(folder, ".rs"))
        .filter(|(_, text)| marks.iter().any(|mark| text.contains(mark)))
        .map(|(name, _)| name);
    check(faults, "what is not done is not merged");
}

#[test]
fn sql_is_spoken_in_the_store_only() {
    let words = ["SELECT ", "INSERT INTO", "UPDATE ", "DELETE FROM", "CREATE TABLE", "PRAGMA "];
    // What a task says to its transaction or to a database of its own is the user's SQL: in examples, and where promises of it are tested.
    let is_example = |line: &str| line.trim_start().starts_with("///");
    let of_users = [
        "crates/tidegate-blocks/src/tests/databases.rs",
        "crates/tidegate-core/src/store/suite/transactions.rs",
        "crates/tidegate-faults/tests/it/transactions.rs",
    ];
    let faults = modules()
        .filter(|(name, _)| !name.starts_with("crates/tidegate-store/"))
        .filter(|(name, _)| !of_users.contains(&name.as_str()))
        .filter(|(_, text)| {
            let mut code = text.lines().filter(|line| !is_example(line));
            code.any(|line| words.iter().any(|word| line.contains(word)))
        })
        .map(|(name, _)| name);
    check(faults, "SQL belongs in crates/tidegate-store");
}

#[test]
fn the_top_of_the_repository_holds_what_its_list_says() {
    let ignored = fs::read_to_string(root().join(".gitignore")).unwrap();
    let is_ignored = |name: &str| {
        ignored.lines().any(|pattern| match pattern.strip_prefix('*') {
            Some(ending) => name.ends_with(ending),
            None => pattern.trim_start_matches('/') == name,
        })
    };
    let there: BTreeSet<String> = fs::read_dir(root())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| !MAY.contains(&name.as_str()) && !is_ignored(name))
        .collect();
    let listed: BTreeSet<String> = TOP.iter().map(ToString::to_string).collect();
    check(there.symmetric_difference(&listed).cloned(), "either here or on the list, and not both");
}

/// Every id of a group in `data/behaviour_ids.txt`: a group and its numbers on each line.
fn behaviour_ids() -> BTreeSet<String> {
    let text = fs::read_to_string(root().join("tests/data/behaviour_ids.txt")).unwrap();
    let mut ids = BTreeSet::new();
    for line in text.lines() {
        let mut words = line.split(' ');
        let group = words.next().unwrap();
        ids.extend(words.map(|number| format!("{group}-{number}")));
    }
    assert!(ids.len() > 200);
    ids
}

/// The ids of these groups that a text names.
fn named_ids(text: &str, groups: &BTreeSet<&str>) -> BTreeSet<String> {
    text.split(|c: char| !c.is_ascii_uppercase() && !c.is_ascii_digit() && c != '-')
        .filter(|word| word.split_once('-').is_some_and(|(group, _)| groups.contains(group)))
        .map(ToOwned::to_owned)
        .collect()
}

#[test]
fn every_behaviour_is_either_tested_or_refused_with_a_reason() {
    let ids = behaviour_ids();
    let groups: BTreeSet<&str> = ids.iter().map(|id| id.split_once('-').unwrap().0).collect();
    let sources =
        files("tests/it", ".rs").into_iter().chain(modules().filter(|(name, _)| is_test(name)));
    let tested: BTreeSet<String> =
        sources.flat_map(|(_, text)| named_ids(&text, &groups)).collect();
    let refusals = fs::read_to_string(root().join("tests/behaviours.md")).unwrap();
    let refused = named_ids(&refusals, &groups);

    let named: BTreeSet<String> = tested.union(&refused).cloned().collect();
    check(ids.difference(&named).cloned(), "these ids are neither tested nor refused");
    check(named.difference(&ids).cloned(), "these ids do not exist");
    check(tested.intersection(&refused).cloned(), "these ids are tested, so they are not refused");
}
