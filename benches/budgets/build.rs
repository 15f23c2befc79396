//! How long a user waits for the first build of a first program, and how many crates that is. Minutes, so only when asked.

use std::path::Path;
use std::process::Command;
use std::time::Instant;

use crate::figures::Figures;
use crate::setup::folder;

/// Set to `1` to measure the build.
const ASKED: &str = "TIDEGATE_BENCH_BUILD";

const MAIN: &str = r#"
use tidegate::prelude::*;

#[task]
async fn greeting(name: String) -> String {
    format!("Hello, {name}!")
}

#[flow(log_prints)]
async fn hello(name: String) -> Result<()> {
    println!("{}", greeting(name).await?);
    Ok(())
}

#[tokio::main]
async fn main() -> Result<()> {
    hello("world".to_owned()).await?;
    Ok(())
}
"#;

pub(crate) fn measure(figures: &mut Figures) {
    if std::env::var_os(ASKED).is_none_or(|asked| asked != "1") {
        return;
    }
    let root =
        Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("benches/ is in the workspace");
    let folder = folder();
    write_crate(root, folder.path());

    let tree =
        cargo(folder.path(), &["tree", "--prefix=none", "--edges=normal,build", "--no-dedupe"]);
    let mut crates: Vec<&str> = tree.lines().map(|line| line.trim_end_matches(" (*)")).collect();
    crates.sort_unstable();
    crates.dedup();
    // The user's own crate is not one that they wait for.
    figures.keep("crates", crates.len() as f64 - 1.0);

    cargo(folder.path(), &["fetch"]);
    let started = Instant::now();
    cargo(folder.path(), &["build"]);
    figures.keep("build seconds", started.elapsed().as_secs_f64());
}

fn write_crate(root: &Path, folder: &Path) {
    let manifest = format!(
        "[package]\nname = \"hello\"\nedition = \"2024\"\n\n[dependencies]\ntidegate = {{ path = {:?} }}\n\
         tokio = {{ version = \"1\", features = [\"macros\", \"rt-multi-thread\"] }}\n\n[workspace]\n",
        root.join("crates/tidegate")
    );
    let write = |name: &str, text: &str| {
        std::fs::write(folder.join(name), text).expect("the folder can be written");
    };
    std::fs::create_dir(folder.join("src")).expect("the folder can be written");
    write("Cargo.toml", &manifest);
    write("src/main.rs", MAIN);
    // The versions of this workspace, so that the figure is of one thing.
    std::fs::copy(root.join("Cargo.lock"), folder.join("Cargo.lock"))
        .expect("the workspace has a lock file");
}

fn cargo(folder: &Path, arguments: &[&str]) -> String {
    let output = Command::new(env!("CARGO"))
        .args(arguments)
        .current_dir(folder)
        .env("CARGO_TARGET_DIR", folder.join("target"))
        .env_remove("RUSTFLAGS")
        .output()
        .expect("cargo can be started");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "cargo {arguments:?}: {said}");
    String::from_utf8_lossy(&output.stdout).into_owned()
}
