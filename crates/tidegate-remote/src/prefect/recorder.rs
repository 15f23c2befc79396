//! Tells the server what was put, one thing after the other, and each until it is answered. Before something is told again it is looked
//! whether it was heard the first time, where the server does not know by itself.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use hyper::Method;
use serde_json::{Value, json};
use tidegate_core::store::{Change, Changed};
use tidegate_core::{
    Advance, ArtifactId, ArtifactRecord, EventRecord, LogRecord, MissingLimit, Run, RunId, RunKind,
    SlotAnswer, StoreError, StoreErrorKind, Write,
};
use tokio::time::timeout;

use super::answers::unsupported;
use super::kept::Known;
use super::shape;
use crate::http::{Server, Trouble};
use crate::outages::Outages;
use crate::queue::{Answer, Load, Queue, Queued, Turn};

/// How long one request may take.
const REQUEST_TIME: Duration = Duration::from_secs(60);

/// So many log lines are told together.
const LINES: usize = 200;

/// See the module.
pub(crate) struct Recorder {
    queue: Arc<Queue>,
    server: Server,
    known: Known,
    /// What the server calls the flows.
    flows: HashMap<String, String>,
    /// What the server calls the artifacts, whose data may change.
    artifacts: HashMap<ArtifactId, String>,
    outages: Outages,
}

/// Why something is not told.
pub(super) enum Untold {
    /// The server will not have it.
    Refused(StoreError),
    /// The queue closes, and no server is there.
    GivenUp(StoreError),
}

pub(super) type Told<T = ()> = Result<T, Untold>;

impl Recorder {
    pub(crate) fn new(queue: Arc<Queue>, server: Server, known: Known) -> Self {
        let outages = Outages::new(Arc::clone(&queue));
        Self { queue, server, known, flows: HashMap::new(), artifacts: HashMap::new(), outages }
    }

    /// Tells until the queue is closed.
    pub(crate) async fn run(mut self) {
        loop {
            match self.queue.next() {
                Turn::Rest(None) => self.queue.wake.notified().await,
                Turn::Rest(Some(rest)) => {
                    let _ = timeout(rest, self.queue.wake.notified()).await;
                }
                Turn::End => return self.queue.end(Ok(())),
                Turn::Send(load) => {
                    if let Err(error) = self.record(load).await {
                        return self.queue.end(Err(error));
                    }
                }
            }
        }
    }

    async fn record(&mut self, load: Load) -> Result<(), StoreError> {
        let Load { changes, logs } = load;
        let lines = logs.len();
        let mut given_up = None;
        for (change, answers) in together(changes) {
            let told = match &given_up {
                Some(error) => Err(Untold::GivenUp(StoreError::clone(error))),
                None => self.one(change).await,
            };
            let answer = match told {
                Ok(changed) => Ok(changed),
                Err(Untold::Refused(error)) => {
                    tracing::error!(target: "tidegate::remote", "{error}");
                    Err(error)
                }
                Err(Untold::GivenUp(error)) => Err(given_up.insert(error).clone()),
            };
            self.queue.done(answers.len(), 0);
            for waiting in answers {
                waiting.give(answer.clone());
            }
        }
        if given_up.is_none() {
            match self.lines(logs).await {
                Ok(()) => {}
                Err(Untold::Refused(error)) => {
                    tracing::warn!(target: "tidegate::remote", "log lines were not taken: {error}");
                }
                Err(Untold::GivenUp(error)) => given_up = Some(error),
            }
        }
        self.queue.done(0, lines);
        given_up.map_or(Ok(()), Err)
    }

    async fn one(&mut self, change: Change) -> Told<Changed> {
        match change {
            Change::Write(write) => {
                self.known.lock().check(&write).map_err(Untold::Refused)?;
                self.write(&write).await?;
                self.known.lock().apply(write);
                Ok(Changed::Written)
            }
            Change::EndLease { id, expires } => {
                let mut kept = self.known.lock();
                let ends = kept.leases.get(&id).is_some_and(|lease| lease.expires == expires);
                if ends {
                    kept.end_lease(id);
                }
                Ok(Changed::Was(ends))
            }
            Change::DeleteInput { run, key } => {
                Ok(Changed::Was(self.known.lock().delete_input(run, &key)))
            }
            Change::Lock { key, lease, .. } => {
                let mut kept = self.known.lock();
                let holder = *kept.locks.entry(key).or_insert(lease);
                Ok(Changed::Was(holder == lease))
            }
            Change::Slots(request) => Ok(Changed::Slots(match request.missing {
                MissingLimit::LeaveOut => {
                    SlotAnswer::Taken { limits: Vec::new(), missing: request.limits }
                }
                MissingLimit::Refuse => SlotAnswer::Missing(request.limits),
            })),
            Change::Variable(change) => self.variable(change).await.map(Changed::Variable),
            Change::DeleteArtifact(_) => Err(no("an artifact cannot be deleted")),
            Change::Limit { .. } => Err(no("limits cannot be changed")),
            Change::Blocks(_) => Err(no("blocks cannot be saved")),
            Change::DeleteRuns { .. } => Err(no("runs cannot be deleted")),
        }
    }

    async fn write(&mut self, write: &Write) -> Told {
        match write {
            Write::Begin(run) => self.begin(run).await,
            Write::Advance(advance) => self.advance(advance).await,
            Write::Define(definition) if definition.kind == RunKind::Flow => {
                self.flow(&definition.name).await.map(drop)
            }
            Write::Artifact(artifact) => self.artifact(artifact).await,
            Write::Event(event) => self.event(event).await,
            Write::Define(_)
            | Write::TakeLease(_)
            | Write::RenewLease { .. }
            | Write::ReleaseLease(_)
            | Write::Cache { .. }
            | Write::Transaction { .. }
            | Write::Input { .. }
            | Write::Unlock { .. }
            | Write::ReleaseSlots(_)
            | Write::Request(_)
            | Write::EndRequest(_) => Ok(()),
        }
    }

    /// The server gives a flow run that it knows already for the same key, and a task run for the same id.
    async fn begin(&mut self, run: &Run) -> Told {
        let parent = run.flow_run_id.and_then(|id| self.remote(id));
        match run.kind() {
            RunKind::Flow => {
                let flow = self.flow(&run.definition.name).await?;
                let tracking = match &parent {
                    Some(parent) => {
                        let task = shape::tracking(run, parent);
                        Some(id_of(&self.post("/task_runs/", &task).await?)?)
                    }
                    None => None,
                };
                let body = shape::flow_run(run, &flow, tracking.as_deref());
                let id = id_of(&self.post("/flow_runs/", &body).await?)?;
                self.known.lock().remote.insert(run.id, id);
            }
            RunKind::Task => {
                let body = shape::task_run(run, parent.as_deref(), &self.known.lock());
                self.post("/task_runs/", &body).await?;
            }
        }
        for (number, _) in run.states.iter().enumerate().skip(1) {
            self.state(run.id, run.kind(), number, &run.states[number]).await?;
        }
        Ok(())
    }

    async fn advance(&mut self, advance: &Advance) -> Told {
        let kind = self.known.lock().runs.get(&advance.run_id).map(Run::kind);
        let kind = kind.unwrap_or(RunKind::Task);
        if let Some(name) = &advance.name {
            let path = self.path(advance.run_id, kind);
            self.call(Method::PATCH, &path, &json!({ "name": name })).await?;
        }
        for (offset, state) in advance.states.iter().enumerate() {
            self.state(advance.run_id, kind, advance.after + offset, state).await?;
        }
        Ok(())
    }

    /// Enters a state, unless the run is in it already because it was heard though its answer was not.
    async fn state(
        &mut self,
        run: RunId,
        kind: RunKind,
        number: usize,
        state: &tidegate_core::State,
    ) -> Told {
        let path = self.path(run, kind);
        let body = json!({ "state": shape::state(run, number, state), "force": true });
        let known_by = shape::transition_id(run, number);
        let mut outage = false;
        loop {
            if outage {
                let now = self.call(Method::GET, &path, &Value::Null).await?;
                if now["state"]["state_details"]["transition_id"] == *known_by {
                    return Ok(());
                }
            }
            let set = format!("{path}/set_state");
            match self.try_call(Method::POST, &set, &body).await {
                Ok(_) => return Ok(()),
                Err(trouble) => self.trouble(trouble).await?,
            }
            outage = true;
        }
    }

    async fn flow(&mut self, name: &str) -> Told<String> {
        if let Some(id) = self.flows.get(name) {
            return Ok(id.clone());
        }
        let id = id_of(&self.post("/flows/", &json!({ "name": name })).await?)?;
        self.flows.insert(name.to_owned(), id.clone());
        Ok(id)
    }

    /// An artifact has no id before it is made, so it is looked for before it is made again.
    async fn artifact(&mut self, artifact: &ArtifactRecord) -> Told {
        let flow_run = artifact.flow_run_id.and_then(|id| self.remote(id));
        let text = artifact.data.as_str().map(str::to_owned);
        let data = text.unwrap_or_else(|| artifact.data.to_string());
        let body = json!({
            "key": artifact.key,
            "type": artifact.artifact_type,
            "description": artifact.description,
            "data": data,
            "flow_run_id": flow_run,
            "task_run_id": artifact.task_run_id,
        });
        if let Some(id) = self.artifacts.get(&artifact.id) {
            let path = format!("/artifacts/{id}");
            let body = json!({ "description": artifact.description, "data": body["data"] });
            return self.call(Method::PATCH, &path, &body).await.map(drop);
        }
        let mut outage = false;
        loop {
            if outage && let Some(flow_run) = &flow_run {
                let filter = json!({ "artifacts": { "flow_run_id": { "any_": [flow_run] } } });
                let found = self.post("/artifacts/filter", &filter).await?;
                let is_it =
                    |found: &Value| found["key"] == body["key"] && found["data"] == body["data"];
                let found = found.as_array().into_iter().flatten().find(|found| is_it(found));
                if let Some(found) = found {
                    self.artifacts.insert(artifact.id, id_of(found)?);
                    return Ok(());
                }
            }
            match self.try_call(Method::POST, "/artifacts/", &body).await {
                Ok(made) => {
                    self.artifacts.insert(artifact.id, id_of(&made)?);
                    return Ok(());
                }
                Err(trouble) => self.trouble(trouble).await?,
            }
            outage = true;
        }
    }

    async fn event(&mut self, event: &EventRecord) -> Told {
        let mut body = json!([{
            "id": event.id,
            "occurred": event.occurred,
            "event": event.event,
            "resource": event.resource,
            "related": event.related,
            "payload": if event.payload.is_object() { event.payload.clone() } else { json!({ "value": event.payload }) },
            "follows": event.follows,
        }])
        .to_string();
        // What the event has to do with is what the server calls by another id.
        if let Some((id, remote)) = event.flow_run_id.and_then(|id| Some((id, self.remote(id)?))) {
            body = body.replace(&id.to_string(), &remote);
        }
        let body = serde_json::from_str(&body).unwrap_or_default();
        self.post("/events", &body).await.map(drop)
    }

    async fn lines(&mut self, lines: Vec<LogRecord>) -> Told {
        for lines in lines.chunks(LINES) {
            let body = lines.iter().map(|line| {
                json!({
                    "name": line.target,
                    "level": line.level.number(),
                    "message": line.message,
                    "timestamp": line.timestamp,
                    "flow_run_id": line.flow_run_id.and_then(|id| self.remote(id)),
                    "task_run_id": line.task_run_id,
                })
            });
            let body = Value::Array(body.collect());
            self.post("/logs/", &body).await?;
        }
        Ok(())
    }

    fn remote(&self, flow_run: RunId) -> Option<String> {
        self.known.lock().remote.get(&flow_run).cloned()
    }

    fn path(&self, run: RunId, kind: RunKind) -> String {
        match kind {
            RunKind::Flow => {
                format!("/flow_runs/{}", self.remote(run).unwrap_or_else(|| run.to_string()))
            }
            RunKind::Task => format!("/task_runs/{run}"),
        }
    }

    pub(super) async fn post(&mut self, path: &str, body: &Value) -> Told<Value> {
        self.call(Method::POST, path, body).await
    }

    /// Asks until there is an answer. Only for what may be heard twice.
    pub(super) async fn call(&mut self, method: Method, path: &str, body: &Value) -> Told<Value> {
        loop {
            match self.try_call(method.clone(), path, body).await {
                Ok(answer) => return Ok(answer),
                Err(trouble) => self.trouble(trouble).await?,
            }
        }
    }

    async fn try_call(
        &mut self,
        method: Method,
        path: &str,
        body: &Value,
    ) -> Result<Value, Trouble> {
        let body = if body.is_null() { String::new() } else { body.to_string() };
        let answer = self.server.send(method, path, body.into(), REQUEST_TIME).await?;
        self.outages.over();
        Ok(serde_json::from_slice(&answer).unwrap_or_default())
    }

    /// Waits until it is worth another try, if it ever is.
    async fn trouble(&mut self, trouble: Trouble) -> Told {
        match trouble {
            Trouble::Unreachable { .. } | Trouble::Untrusted(_) | Trouble::Unauthorized(_) => {
                let (error, after) = (trouble.error(self.server.url()), trouble.after());
                self.outages.wait(error, after).await.map_err(Untold::GivenUp)
            }
            Trouble::TooLarge | Trouble::NotFound | Trouble::Refused(..) => {
                Err(Untold::Refused(trouble.error(self.server.url())))
            }
        }
    }
}

/// What begins a run and takes it further at once, as one, so that it is told with what it depends on; each with those who wait for it.
fn together(changes: Vec<Queued>) -> Vec<(Change, Vec<Answer>)> {
    let mut all: Vec<(Change, Vec<Answer>)> = Vec::with_capacity(changes.len());
    let mut begun: HashMap<RunId, usize> = HashMap::new();
    for Queued { change, answer, .. } in changes {
        if let Change::Write(Write::Begin(run)) = &change {
            begun.insert(run.id, all.len());
        }
        if let Change::Write(Write::Advance(advance)) = &change
            && let Some((Change::Write(Write::Begin(run)), answers)) =
                begun.get(&advance.run_id).and_then(|place| all.get_mut(*place))
            && run.lease == advance.lease
            && run.states.len() == advance.after
            && !advance.release
        {
            (**advance).clone().apply_to(run);
            answers.push(answer);
            continue;
        }
        all.push((change, vec![answer]));
    }
    all
}

fn no(what: &str) -> Untold {
    Untold::Refused(unsupported(what))
}

fn id_of(answer: &Value) -> Told<String> {
    answer["id"].as_str().map(str::to_owned).ok_or_else(|| {
        Untold::Refused(StoreError::new(
            StoreErrorKind::Other,
            "the server gave no id for what it was told of",
        ))
    })
}

pub(super) fn read<T: serde::de::DeserializeOwned>(answer: Value) -> Told<T> {
    serde_json::from_value(answer).map_err(|error| {
        let why = format!("what the server answered makes no sense ({error})");
        Untold::Refused(StoreError::new(StoreErrorKind::Other, why))
    })
}
