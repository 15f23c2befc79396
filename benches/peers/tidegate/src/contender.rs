//! Who is measured, and how: a function of this process, or another process that prints its seconds.

use std::path::{Path, PathBuf};
use std::process::Command;

/// One who can do the work of a row.
pub(crate) struct Contender {
    /// As the table calls it.
    pub(crate) name: &'static str,
    how: How,
}

enum How {
    Here(fn(u64) -> f64),
    /// A program that is given a folder, the work, and how much of it.
    Process {
        program: PathBuf,
        work: &'static str,
        environment: Option<(&'static str, &'static str)>,
    },
}

impl Contender {
    pub(crate) fn here(name: &'static str, work: fn(u64) -> f64) -> Self {
        Self { name, how: How::Here(work) }
    }

    /// This program, as a process of its own.
    pub(crate) fn ours(name: &'static str, work: &'static str, durability: &'static str) -> Self {
        let program = std::env::current_exe().expect("this program has a path");
        let environment = Some(("TIDEGATE_DURABILITY", durability));
        Self { name, how: How::Process { program, work, environment } }
    }

    pub(crate) fn durare(name: &'static str, work: &'static str, synced: bool) -> Self {
        let environment = synced.then_some(("PEER_SYNC", "full"));
        Self { name, how: How::Process { program: built("durare"), work, environment } }
    }

    pub(crate) fn cloacina(name: &'static str, work: &'static str) -> Self {
        Self { name, how: How::Process { program: built("cloacina"), work, environment: None } }
    }

    /// How many seconds so much work takes.
    pub(crate) fn run(&self, count: u64) -> f64 {
        match &self.how {
            How::Here(work) => work(count),
            How::Process { program, work, environment } => {
                let folder = tempfile::tempdir().expect("a folder for a database");
                let mut command = Command::new(program);
                command.arg(folder.path()).args([*work, &count.to_string()]);
                command.envs(environment.iter().copied());
                let output = command.output().expect("the program starts");
                let said = String::from_utf8_lossy(&output.stdout);
                said.lines().last().and_then(|line| line.trim().parse().ok()).unwrap_or_else(|| {
                    panic!(
                        "{} gave no time: {}",
                        self.name,
                        String::from_utf8_lossy(&output.stderr)
                    )
                })
            }
        }
    }
}

/// The folder of the peers' packages.
fn peers() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the package is in a folder")
}

/// Where a peer's packages are built: all in one folder, since they share much of what they depend on.
fn target() -> PathBuf {
    std::env::current_exe()
        .ok()
        .and_then(|program| program.ancestors().nth(2).map(|target| target.join("peers")))
        .expect("this program is in a target folder")
}

fn built(peer: &str) -> PathBuf {
    target().join("release").join(format!("peer-{peer}{}", std::env::consts::EXE_SUFFIX))
}

/// Builds the programs of the peers.
pub(crate) fn build_peers() {
    for peer in ["durare", "cloacina"] {
        eprintln!("building {peer}");
        let manifest = peers().join(peer).join("Cargo.toml");
        let status = Command::new("cargo")
            .args(["build", "--release", "--locked", "--quiet", "--manifest-path"])
            .arg(&manifest)
            .arg("--target-dir")
            .arg(target())
            .status()
            .expect("cargo starts");
        assert!(status.success(), "{} was not built", manifest.display());
    }
}
