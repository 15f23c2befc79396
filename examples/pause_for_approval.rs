//! A person decides: a flow waits for an input of a type, in its process or away from it, and goes on with what it is given.
//!
//! ```text
//! cargo run --example pause_for_approval                      the program answers its own question
//! cargo run --example pause_for_approval -- --leave           the flow leaves its process, and says its id
//! cargo run --example pause_for_approval -- --approve ID      another process goes on with it
//! ```

use std::time::Duration;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;
use tidegate::prelude::*;
use tidegate::{Engine, RunHandle, RunId, pause_flow_run, resume, suspend_flow_run};
use tidegate_examples::ApprovalArguments;

/// What a person is asked for. Its JSON Schema is kept with the run, as the form to be filled in.
#[derive(Serialize, Deserialize, JsonSchema)]
struct Approval {
    approved: bool,
    #[serde(default)]
    comment: String,
}

#[task]
async fn build(version: String) -> Result<u64> {
    println!("Built {version}.");
    Ok(3_141_592)
}

#[task]
async fn publish(version: String) -> Result<()> {
    println!("Published {version}.");
    Ok(())
}

/// Waits in its process: what it holds stays as it is.
#[flow]
async fn release(version: String) -> Result<()> {
    let bytes = build(version.clone()).await?;
    let approval = pause_flow_run()
        .wait_for_input::<Approval>()
        .description(format!("Shall {version} with its {bytes} bytes be released?"))
        .timeout("1d")
        .await?;
    decide(version, approval).await
}

/// Leaves its process, which may end. It runs again when it is resumed, and takes what it has built from the record.
#[flow]
async fn patient_release(version: String) -> Result<()> {
    build(version.clone()).await?;
    let approval = suspend_flow_run().wait_for_input::<Approval>().await?;
    decide(version, approval).await
}

async fn decide(version: String, approval: Approval) -> Result<()> {
    if !approval.approved {
        println!("{version} is held back: {}", approval.comment);
        return Ok(());
    }
    println!("{version} is approved: {}", approval.comment);
    publish(version).await
}

/// What a person would do, at a web page or in a chat.
async fn answer(release: &RunHandle<()>) -> Result<()> {
    while release.state().is_none_or(|state| state.name != "Paused") {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let id = release.id().ok_or("the run has no id")?;
    // What is asked stands among the inputs of the run, beside the form.
    let inputs = Engine::current()?.inputs(id).await?;
    let question = inputs.iter().find(|input| input.key.ends_with("-description"));
    println!("Asked: {}", question.map_or("", |input| input.value.as_str().unwrap_or_default()));

    // What does not fit is refused, and the run waits on.
    let refused = resume(id).input(json!({ "approved": "perhaps" })).await;
    println!("{}", refused.expect_err("it is no approval"));

    resume(id).input(Approval { approved: true, comment: "Go ahead.".into() }).await.map(drop)
}

#[tokio::main]
async fn main() -> Result<()> {
    match ApprovalArguments::from_command_line()? {
        ApprovalArguments::Here => {
            let release = release("2.0".into()).submit();
            let (released, answered) = tokio::join!(&release, answer(&release));
            answered.and(released)?;
        }
        ApprovalArguments::Leave => {
            let suspended = patient_release("2.0".into()).await.expect_err("it leaves");
            let id = suspended.run_id().filter(|_| suspended.is_suspended());
            let id = id.ok_or(suspended)?;
            println!("It goes on with: pause_for_approval --approve {id}");
        }
        ApprovalArguments::Approve { id, comment } => {
            let id: RunId = id.parse()?;
            resume(id).input(Approval { approved: true, comment }).await?;
        }
    }
    Engine::current()?.close().await
}
