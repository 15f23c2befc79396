//! The legal moves, drawn from the rules as a table that people read (`moves.md`, shown at `transition`).

use std::fmt::Write as _;
use std::time::Duration;

use expect_test::expect_file;

use super::{new_run, noon, seconds};
use crate::{
    Delays, FlowView, Proposal, RetryPolicy, Run, RunId, RunKind, SlotsView, State, StateData,
    StateResult, StateType, Timestamp, Verdict, transition,
};

#[test]
fn the_legal_moves_are_as_drawn() {
    let mut drawing = String::from(
        "Of a run in the state at the left, to which the state at the top is proposed under the \
         core rules.\nEvery answer that some circumstance brings about is shown: `yes`, a state \
         entered instead, `wait` (for\nthe scheduled time, or a slot), `no` (the proposer goes by the state the \
         run has), `abort` (the proposer gives up).\n",
    );
    draw(&mut drawing, RunKind::Flow);
    draw(&mut drawing, RunKind::Task);
    expect_file!["../moves.md"].assert_eq(&drawing);
}

fn draw(drawing: &mut String, kind: RunKind) {
    writeln!(drawing, "\n**{kind:?} runs**\n").unwrap();
    write!(drawing, "| |").unwrap();
    for to in StateType::ALL {
        write!(drawing, " {to} |").unwrap();
    }
    writeln!(drawing, "\n|---|{}", "---|".repeat(StateType::ALL.len())).unwrap();
    for from in [None].into_iter().chain(StateType::ALL.map(Some)) {
        match from {
            Some(from) => write!(drawing, "| **{from}** |").unwrap(),
            None => write!(drawing, "| none yet |").unwrap(),
        }
        for to in StateType::ALL {
            write!(drawing, " {} |", answers(kind, from, to).join(", ")).unwrap();
        }
        writeln!(drawing).unwrap();
    }
}

/// What comes of a move, over all circumstances that the rules look at.
fn answers(kind: RunKind, from: Option<StateType>, to: StateType) -> Vec<String> {
    let now = noon();
    let mut answers = Vec::new();
    for run in runs(kind, from) {
        let running = State::running(now);
        let paused = State::paused(now);
        let ended = State::completed(now);
        let flows: &[FlowView<'_>] = match kind {
            RunKind::Flow => &[FlowView::None],
            RunKind::Task => &[&running, &paused, &ended]
                .map(|state| FlowView::Some { state: Some(state), run_count: 1 }),
        };
        for flow in flows {
            let views = [SlotsView::Taken, SlotsView::Full { until: now + seconds(10) }];
            let views = if kind == RunKind::Task { &views[..] } else { &views[..1] };
            for (state, slots) in
                states(to, now).into_iter().flat_map(|s| views.iter().map(move |v| (s.clone(), *v)))
            {
                let proposal = Proposal { flow: *flow, slots, ..Proposal::new(state) };
                let mut run = run.clone();
                let answer = match transition(&mut run, proposal, now) {
                    Verdict::Accept => "yes".to_owned(),
                    Verdict::Replace(_) => format!("*{}*", run.state().unwrap().name),
                    Verdict::Wait(_) => "wait".to_owned(),
                    Verdict::Reject(rejection) if rejection.abort => "abort".to_owned(),
                    Verdict::Reject(_) => "no".to_owned(),
                };
                if !answers.contains(&answer) {
                    answers.push(answer);
                }
            }
        }
    }
    let order = |answer: &String| match answer.as_str() {
        "yes" => 0,
        "wait" => 2,
        "no" => 3,
        "abort" => 4,
        _ => 1,
    };
    answers.sort_by_key(order);
    answers
}

/// Runs in states of this type, in all circumstances that the rules look at.
fn runs(kind: RunKind, from: Option<StateType>) -> Vec<Run> {
    let before = noon() - seconds(60);
    let states = match from {
        Some(from) => states(from, before).into_iter().map(Some).collect(),
        None => vec![None],
    };
    let mut runs = Vec::new();
    for state in states {
        for deployed in [false, true] {
            for retries in [0, 1] {
                let mut run = new_run(kind);
                run.run_count = 1;
                run.policy.retry =
                    RetryPolicy::new(retries, Delays::Fixed(Duration::from_secs(10)), 0.0).unwrap();
                if deployed {
                    run.deployment_id = Some((*RunId::new().as_uuid()).into());
                    run.infrastructure_pid = Some("4711".into());
                }
                run.states.extend(state.clone());
                runs.push(run);
            }
        }
    }
    runs
}

/// States of this type, with all that the rules look at.
fn states(state_type: StateType, at: Timestamp) -> Vec<State> {
    let (past, future) = (noon() - seconds(10), noon() + seconds(300));
    let kept = StateResult::Recorded { json: "1".into() };
    let pause = |reschedule, timeout| {
        State::new("Paused", StateData::Paused { timeout, reschedule, key: None }, at)
    };
    match state_type {
        StateType::Scheduled => vec![State::scheduled(past, at), State::scheduled(future, at)],
        StateType::Pending => {
            let data = StateData::Pending { scheduled_time: Some(future) };
            vec![State::pending(at), State::submitting(at), State::new("Pending", data, at)]
        }
        StateType::Running => vec![State::running(at)],
        StateType::Completed => vec![State::completed(at), State::completed(at).with_result(kept)],
        StateType::Failed => vec![State::failed(at)],
        StateType::Cancelled => vec![State::cancelled(at)],
        StateType::Crashed => vec![State::crashed(at)],
        StateType::Paused => vec![
            pause(false, None),
            pause(false, Some(past)),
            pause(true, None),
            pause(true, Some(past)),
        ],
        StateType::Cancelling => vec![State::cancelling(at)],
    }
}
