//! The canary: a program lets a secret out in every way there is, dies, and goes on. Not one byte that it wrote has the secret in it, in
//! any form: not on its standard output and error, nor in the database, its `-wal` and `-shm`, the results and the backups.

mod forms;
mod leaks;

use std::path::{Path, PathBuf};

use crate::child::{Child, Left, is_process};
use crate::proof::{dice, say, seed};
use forms::Canary;

/// What the secret was let out by, as the program marks it: each must be found, in the output or in a file.
const SINKS: &[&str] = &[
    "log trace",
    "log debug",
    "log info",
    "log warning",
    "log error",
    "log critical",
    "log base64",
    "log base64 for urls",
    "log url",
    "log json",
    "log json twice",
    "log debug text",
    "tracing field",
    "tracing message",
    "tracing debug",
    "tracing display",
    "print",
    "artifact markdown",
    "artifact description",
    "artifact link",
    "artifact link text",
    "artifact table",
    "artifact column",
    "artifact image",
    "artifact progress",
    "event name",
    "event resource",
    "event label",
    "event related",
    "event payload",
    "block shown",
    "parameter text",
    "parameter debug",
    "parameter name",
    "parameter list",
    "parameter cut",
    "task run name",
    "name",
    "task name",
    "task tag",
    "subflow parameter",
    "subflow name",
    "error",
    "error cause",
    "error context",
    "error shown",
    "panic",
    "panic any",
    "state message",
    "flow error",
    "flow error shown",
    "flow parameter",
    "flow name",
    "tag",
    "before the crash",
    "after the crash",
    "crash parameter",
];

/// What must not be in the record with a mask in it, since it would be read back as something else.
const REFUSED: &[&str] = &["refused", "result", "result long", "result compressed"];

const KEY: &str = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";

/// Fewer bytes than this would say that something was not looked at.
const BYTES: usize = 1_000_000;

/// Every file below a folder, and what is in it.
fn files(folder: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path));
        } else {
            let bytes = std::fs::read(&path).unwrap();
            found.push((path, bytes));
        }
    }
    found
}

fn has(bytes: &[u8], text: &str) -> bool {
    bytes.windows(text.len()).any(|window| window == text.as_bytes())
}

#[test]
fn a_secret_is_in_no_byte_that_a_program_writes() {
    let seed = seed();
    let mut dice = dice(seed);
    let middle: String = (0..24).map(|_| dice.alphanumeric()).collect();
    let canary = Canary::of(&middle);
    let scratch = tempfile::tempdir().unwrap();
    let home = scratch.path();
    let child = |format: &str| {
        Child::at(home)
            .env("CANARY", canary.text())
            .env("CANARY_HOME", home)
            .env("TIDEGATE_ENCRYPTION_KEY", KEY)
            .env("TIDEGATE_LOGGING_LEVEL", "TRACE")
            .env("TIDEGATE_LOGGING_FORMAT", format)
            .env("TIDEGATE_RESULTS_INLINE_LIMIT", "256")
    };
    let run = |child: Child| {
        child.start(|| leaks::run(&PathBuf::from(std::env::var_os("CANARY_HOME").unwrap()))).wait()
    };
    if is_process() {
        run(child("console"));
    }
    let died = run(child("console").env("CANARY_DIES", "1"));
    assert!(!died.success, "it has not died: {}", died.stderr);
    let after_the_crash = files(home);
    let went_on = run(child("json"));
    assert!(went_on.success, "{}", went_on.stderr);
    assert!(went_on.stdout.contains("recovered: 1"), "{}", went_on.stdout);

    let output = |when: &str, left: Left| {
        [("stdout", left.stdout), ("stderr", left.stderr)]
            .map(|(name, text)| (PathBuf::from(format!("{when}/{name}")), text.into_bytes()))
    };
    let mut written = after_the_crash;
    written.extend(files(home));
    let record = written.len();
    written.extend(output("before the crash", died));
    written.extend(output("after the crash", went_on));

    let mut bytes = 0;
    for (path, content) in &written {
        bytes += content.len();
        if let Some(found) = canary.find(content) {
            panic!("TIDEGATE_SEED={seed}: the secret is in {}, {found}", path.display());
        }
    }
    let is_there = |name: &str| written.iter().any(|(path, _)| path.ends_with(name));
    for name in [
        "tidegate.db",
        "tidegate.db-wal",
        "tidegate.db-shm",
        "backup.db",
        "backup-again.db",
        "stdout",
        "stderr",
    ] {
        assert!(is_there(name), "{name} was not looked at");
    }
    let in_results = |(path, _): &(PathBuf, _)| path.starts_with(home.join("tidegate.db.results"));
    assert!(written.iter().any(in_results), "no result was looked at");
    for sink in SINKS {
        let marked = format!("<{sink}> ");
        assert!(
            written.iter().any(|(_, content)| has(content, &marked)),
            "nothing of `{sink}` is there"
        );
    }
    for name in REFUSED {
        let marked = format!("<{name}> ");
        for (path, content) in &written[..record] {
            assert!(!has(content, &marked), "`{name}` is in {}", path.display());
        }
    }
    assert!(bytes > BYTES, "only {bytes} bytes were looked at");
    say(&format!(
        "canary: a secret was let out in {} ways, by a program that died and went on; {} forms of it looked for in {} bytes of {} files \
         and streams, none found; TIDEGATE_SEED={seed}",
        SINKS.len(),
        canary.forms(),
        bytes,
        written.len(),
    ));
}
