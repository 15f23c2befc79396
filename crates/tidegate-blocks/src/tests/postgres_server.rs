//! A private server of PostgreSQL in a folder of its own, with a password and a certificate.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

use super::programs::{free_port, skipped};

/// A server that is running; it is stopped when it is dropped.
pub(super) struct PostgresServer {
    programs: PathBuf,
    folder: TempDir,
    pub(super) port: u16,
}

impl PostgresServer {
    /// Starts one, if its programs are on this machine.
    pub(super) fn start() -> Option<Self> {
        let Some(programs) = programs() else {
            skipped("a server of PostgreSQL");
            return None;
        };
        let server = Self { programs, folder: tempfile::tempdir().unwrap(), port: free_port() };
        let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
        fs::write(server.file("password"), "s3cret\n").unwrap();
        fs::write(server.certificate(), made.cert.pem()).unwrap();
        fs::write(server.file("key.pem"), made.signing_key.serialize_pem()).unwrap();
        Command::new("chmod").arg("600").arg(server.file("key.pem")).status().unwrap();
        if is_root() {
            // It refuses to be run by root.
            let given =
                Command::new("chown").args(["-R", "postgres"]).arg(server.folder.path()).status();
            assert!(given.unwrap().success());
        }
        let password = format!("--pwfile={}", server.file("password"));
        server.run(
            "initdb",
            &["-U", "ada", "-A", "scram-sha-256", &password, "--no-sync", "-E", "UTF8"],
        );
        let options = format!(
            "-p {} -k {} -c listen_addresses=127.0.0.1 -c fsync=off -c ssl=on -c ssl_cert_file={} -c ssl_key_file={}",
            server.port,
            server.folder.path().display(),
            server.certificate(),
            server.file("key.pem"),
        );
        let log = server.file("log");
        server.run("pg_ctl", &["-w", "-l", &log, "-o", &options, "start"]);
        Some(server)
    }

    fn file(&self, name: &str) -> String {
        self.folder.path().join(name).display().to_string()
    }

    pub(super) fn certificate(&self) -> String {
        self.file("certificate.pem")
    }

    fn run(&self, program: &str, arguments: &[&str]) {
        let program = self.programs.join(program);
        let mut command = if is_root() {
            let mut command = Command::new("runuser");
            command.args(["-u", "postgres", "--"]).arg(&program);
            command
        } else {
            Command::new(&program)
        };
        command.arg("-D").arg(self.file("data")).args(arguments).current_dir(self.folder.path());
        // Not as an output of its own: the server would hold it open.
        let out =
            fs::File::create(std::env::temp_dir().join(format!("postgres-{}", self.port))).unwrap();
        let status = command.stdout(out.try_clone().unwrap()).stderr(out).status().unwrap();
        let said = std::env::temp_dir().join(format!("postgres-{}", self.port));
        let text = fs::read_to_string(&said).unwrap_or_default();
        let _ = fs::remove_file(&said);
        assert!(status.success(), "{}: {text}", program.display());
    }
}

impl Drop for PostgresServer {
    fn drop(&mut self) {
        if Path::new(&self.file("data/postmaster.pid")).exists() {
            self.run("pg_ctl", &["-m", "immediate", "stop"]);
        }
    }
}

fn is_root() -> bool {
    rustix::process::getuid().is_root()
}

/// The newest of the versions that are installed where Debian puts them, or whatever is on the path.
fn programs() -> Option<PathBuf> {
    let versions = fs::read_dir("/usr/lib/postgresql").into_iter().flatten();
    let mut folders: Vec<_> =
        versions.filter_map(|version| Some(version.ok()?.path().join("bin"))).collect();
    folders.sort();
    let path = std::env::var_os("PATH").unwrap_or_default();
    folders.splice(0..0, std::env::split_paths(&path));
    folders.into_iter().rev().find(|folder| folder.join("initdb").exists())
}
