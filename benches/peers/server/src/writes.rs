//! How many flow runs are made and moved a second, by one client and by many.

use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

use serde_json::{Value, json};

use crate::client::Request;
use crate::load::{Pressed, press};
use crate::peer::{Kind, Peer};

/// What is written, in the order of the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Work {
    Create,
    CreateWithKey,
    SetState,
}

impl Work {
    pub(crate) const ALL: [Self; 3] = [Self::Create, Self::CreateWithKey, Self::SetState];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Create => "create a flow run",
            Self::CreateWithKey => "create one with an idempotency key",
            Self::SetState => "set its state (to RUNNING, to COMPLETED)",
        }
    }
}

/// What was measured of one server.
#[derive(Debug, Default)]
pub(crate) struct Rates {
    /// By what was written and by how many clients.
    pub(crate) each: BTreeMap<(Work, usize), Vec<f64>>,
    /// How many requests it refused, because it could not serve them then.
    pub(crate) refused: u64,
}

/// Measures one server once.
pub(crate) async fn measure(
    peer: &Peer,
    round: usize,
    clients: usize,
    time: Duration,
    rates: &mut Rates,
) {
    let mut keep = |work, pressed: &Pressed| {
        rates.each.entry((work, clients)).or_default().push(pressed.rate);
        rates.refused += pressed.refused;
    };
    let flow = if peer.kind == Kind::Floor { Value::Null } else { flow(peer).await };
    let mut number = 0;
    let mut create = |keyed: bool| {
        number += 1;
        let mut body = json!({
            "flow_id": flow,
            "parameters": { "n": number, "place": "Wilmington" },
            "tags": ["harbour"],
            "state": { "type": "PENDING" },
        });
        if keyed {
            body["idempotency_key"] = json!(format!("{round}-{clients}-{number}"));
        }
        Some(Request::post("/flow_runs/", &body))
    };
    let created = press(peer.address, clients, time, true, || create(false)).await;
    keep(Work::Create, &created);
    if peer.kind == Kind::Floor {
        return;
    }
    keep(Work::CreateWithKey, &press(peer.address, clients, time, false, || create(true)).await);

    let id = |answer: &Vec<u8>| {
        let run: Value = serde_json::from_slice(answer).expect("the answer is JSON");
        run["id"].as_str().expect("a run has an id").to_owned()
    };
    let ids: Vec<String> = created.answers.iter().map(id).collect();
    let of = |state: &str| {
        let body = json!({ "state": { "type": state } });
        ids.iter().map(move |id| Request::post(&format!("/flow_runs/{id}/set_state"), &body))
    };
    let mut moves: VecDeque<Request> = of("RUNNING").chain(of("COMPLETED")).collect();
    let moved = press(peer.address, clients, time, false, || moves.pop_front()).await;
    keep(Work::SetState, &moved);
}

/// The id of the flow that the runs are of.
async fn flow(peer: &Peer) -> Value {
    peer.client().json(&Request::post("/flows/", &json!({ "name": "tides" }))).await["id"].take()
}
