//! A headless Chromium for all tests of the process, spoken to in its DevTools protocol over two pipes. It knows nothing of the pages, and
//! listens on no port.

use std::collections::HashMap;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, LazyLock, Mutex, MutexGuard};
use std::time::Duration;

use serde_json::{Value, json};

/// How long an answer may take. Machines on which many things are tested at once are slow.
pub(super) const BOUND: Duration = Duration::from_secs(60);

/// Under which names it is installed.
const NAMES: [&str; 4] = ["chromium", "chromium-browser", "google-chrome", "chrome"];

/// What keeps it from asking others, from saving power, and from drawing by chance.
const SWITCHES: [&str; 15] = [
    "--headless",
    "--remote-debugging-pipe",
    "--disable-gpu",
    "--disable-quic",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-extensions",
    "--disable-background-timer-throttling",
    "--disable-backgrounding-occluded-windows",
    "--disable-renderer-backgrounding",
    "--hide-scrollbars",
    "--no-first-run",
    "--force-color-profile=srgb",
];

/// The one of this process; none where it is not installed. It ends with the process, since its pipes do.
static CHROMIUM: LazyLock<Option<Chromium>> = LazyLock::new(|| Some(Chromium::start(&program()?)));

/// The browser. A conversation with it is a session; the browser itself has one too.
pub(super) struct Chromium {
    outbox: Mutex<Outbox>,
    sessions: Arc<Mutex<HashMap<String, Sender<Value>>>>,
    own: Mutex<Receiver<Value>>,
}

struct Outbox {
    pipe: ChildStdin,
    last_id: u64,
}

/// The browser, unless it is not installed, which is said.
pub(super) fn chromium() -> Option<&'static Chromium> {
    let chromium = CHROMIUM.as_ref();
    if chromium.is_none() {
        println!(
            "skipped: Chromium is not installed; install the package `chromium` of your system"
        );
    }
    chromium
}

fn program() -> Option<PathBuf> {
    let folders: Vec<_> = std::env::split_paths(&std::env::var_os("PATH")?).collect();
    let places = NAMES.iter().flat_map(|name| folders.iter().map(move |folder| folder.join(name)));
    places.into_iter().find(|place| place.is_file())
}

impl Chromium {
    /// A shell puts the pipes where the browser looks for them, and removes the profile when the browser has ended.
    fn start(program: &Path) -> Self {
        const RUN: &str = r#"profile=$(mktemp -d) && trap 'rm -rf "$profile"' EXIT
            "$@" --user-data-dir="$profile" 3<&0 4>&1 </dev/null >/dev/null 2>&1"#;
        let mut command = Command::new("sh");
        command.args(["-c", RUN, "sh"]).arg(program).args(SWITCHES);
        if is_root() {
            // It refuses to run as root otherwise, as machines that build do.
            command.arg("--no-sandbox");
        }
        command.stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut process = command.spawn().unwrap();
        let pipe = process.stdin.take().unwrap();
        let said = process.stdout.take().unwrap();
        let (own_sender, own) = channel();
        let sessions = Arc::new(Mutex::new(HashMap::from([(String::new(), own_sender)])));
        let table = Arc::clone(&sessions);
        std::thread::spawn(move || {
            deliver(BufReader::new(said), &table);
            // Whoever waits for more learns that there is no more.
            table.lock().unwrap().clear();
            let _ = process.wait();
        });
        let outbox = Mutex::new(Outbox { pipe, last_id: 0 });
        Self { outbox, sessions, own: Mutex::new(own) }
    }

    /// Sends a command, and gives the number under which it is answered.
    pub(super) fn send(&self, session: &str, method: &str, params: &Value) -> u64 {
        let mut outbox = self.outbox.lock().unwrap();
        outbox.last_id += 1;
        let mut message = json!({ "id": outbox.last_id, "method": method, "params": params });
        if !session.is_empty() {
            message["sessionId"] = session.into();
        }
        let mut bytes = message.to_string().into_bytes();
        bytes.push(0);
        outbox.pipe.write_all(&bytes).expect("the browser listens");
        outbox.last_id
    }

    /// Asks the browser itself.
    pub(super) fn ask(&self, method: &str, params: &Value) -> Value {
        self.ask_first(&self.own.lock().unwrap(), method, params)
    }

    fn ask_first(
        &self,
        own: &MutexGuard<'_, Receiver<Value>>,
        method: &str,
        params: &Value,
    ) -> Value {
        let id = self.send("", method, params);
        loop {
            let message = own.recv_timeout(BOUND).expect("the browser answers");
            if message["id"] == id {
                assert!(message["error"].is_null(), "{method}: {}", message["error"]);
                return message["result"].clone();
            }
        }
    }

    /// Begins a conversation with a page.
    pub(super) fn attach(&self, target: &str) -> (String, Receiver<Value>) {
        // Nobody else asks until the session is known, so nothing that it says is lost.
        let own = self.own.lock().unwrap();
        let params = json!({ "targetId": target, "flatten": true });
        let answer = self.ask_first(&own, "Target.attachToTarget", &params);
        let session = answer["sessionId"].as_str().unwrap().to_owned();
        let (sender, receiver) = channel();
        self.sessions.lock().unwrap().insert(session.clone(), sender);
        (session, receiver)
    }

    /// Ends it.
    pub(super) fn detach(&self, session: &str) {
        self.sessions.lock().unwrap().remove(session);
    }
}

/// Gives each message to the session that it is of, until there are no more.
fn deliver(mut said: impl BufRead, sessions: &Mutex<HashMap<String, Sender<Value>>>) {
    let mut bytes = Vec::new();
    while said.read_until(0, &mut bytes).is_ok_and(|read| read > 0) {
        let Ok(message) =
            serde_json::from_slice::<Value>(bytes.strip_suffix(&[0]).unwrap_or(&bytes))
        else {
            return;
        };
        bytes.clear();
        let session = message["sessionId"].as_str().unwrap_or_default();
        if let Some(session) = sessions.lock().unwrap().get(session) {
            let _ = session.send(message.clone());
        }
    }
}

fn is_root() -> bool {
    let answer = Command::new("id").arg("-u").output();
    answer.is_ok_and(|answer| answer.stdout.trim_ascii() == b"0")
}
