//! The runtime: what code may know of the run it belongs to.

use expect_test::expect;
use tidegate::prelude::*;
use tidegate::runtime::{self, StandIn, deployment, flow_run, task_run};
use tidegate::{Parameters, Run};

use crate::timeline::run_of;

/// Everything that the runtime says, as text.
fn everything() -> String {
    format!(
        "flow_run: id={} name={:?} tags={:?} flow_name={:?} flow_version={:?} parameters={} run_count={} \
         scheduled_start_time={} parent={} parent_deployment={:?} root={} api_url={:?} ui_url={:?} job_variables={}\n\
         task_run: id={} name={:?} tags={:?} task_name={:?} parameters={} run_count={} api_url={:?} ui_url={:?}\n\
         deployment: id={:?} name={:?} version={:?} flow_run_id={} parameters={}\n",
        some(flow_run::id()),
        flow_run::name(),
        flow_run::tags(),
        flow_run::flow_name(),
        flow_run::flow_version(),
        json(&flow_run::parameters()),
        flow_run::run_count(),
        some(flow_run::scheduled_start_time()),
        some(flow_run::parent_flow_run_id()),
        flow_run::parent_deployment_id(),
        some(flow_run::root_flow_run_id()),
        flow_run::api_url(),
        flow_run::ui_url(),
        json(&flow_run::job_variables()),
        some(task_run::id()),
        task_run::name(),
        task_run::tags(),
        task_run::task_name(),
        json(&task_run::parameters()),
        task_run::run_count(),
        task_run::api_url(),
        task_run::ui_url(),
        deployment::id(),
        deployment::name(),
        deployment::version(),
        some(deployment::flow_run_id()),
        json(&deployment::parameters()),
    )
}

fn some<T>(value: Option<T>) -> &'static str {
    if value.is_some() { "some" } else { "none" }
}

fn json(parameters: &Parameters) -> String {
    serde_json::to_string(parameters).unwrap()
}

/// RUNTIME-01, RUNTIME-06: without a deployment, it has no parameters.
#[tidegate::test(start_paused = true)]
async fn a_flow_knows_its_run() {
    #[flow(version = "2", tags = ["nightly"])]
    async fn pipeline(lat: f64, city: &str) -> String {
        let _ = (lat, city);
        everything()
    }
    let text = pipeline(38.9, "Rome").named("p").await.unwrap();
    expect![[r#"
        flow_run: id=some name=Some("p") tags=["nightly"] flow_name=Some("pipeline") flow_version=Some("2") parameters={"lat":38.9,"city":"Rome"} run_count=1 scheduled_start_time=some parent=none parent_deployment=None root=some api_url=None ui_url=None job_variables={}
        task_run: id=none name=None tags=[] task_name=None parameters={} run_count=0 api_url=None ui_url=None
        deployment: id=None name=None version=None flow_run_id=none parameters={}
    "#]].assert_eq(&text);
}

#[tidegate::test(start_paused = true)]
async fn the_ids_are_those_of_the_records() {
    #[flow]
    async fn pipeline() -> Result<()> {
        let run = |run: Run| (Some(run.id), run.root_flow_run_id, run.expected_start_time);
        assert_eq!(
            (flow_run::id(), flow_run::root_flow_run_id(), flow_run::scheduled_start_time()),
            run(run_of("pipeline").await)
        );
        Ok(())
    }
    pipeline().await.unwrap();
}

/// RUNTIME-05
#[tidegate::test(start_paused = true)]
async fn a_task_knows_its_run_and_its_flow_run() {
    #[task(task_run_name = "fetch-{city}", tags = ["http"])]
    async fn fetch(city: &str) -> String {
        let _ = city;
        everything()
    }
    #[flow]
    async fn pipeline() -> Result<String> {
        fetch("Rome").await
    }
    let text = pipeline().named("p").await.unwrap();
    expect![[r#"
        flow_run: id=some name=Some("p") tags=[] flow_name=Some("pipeline") flow_version=None parameters={} run_count=1 scheduled_start_time=some parent=none parent_deployment=None root=some api_url=None ui_url=None job_variables={}
        task_run: id=some name=Some("fetch-Rome") tags=["http"] task_name=Some("fetch") parameters={"city":"Rome"} run_count=1 api_url=None ui_url=None
        deployment: id=None name=None version=None flow_run_id=none parameters={}
    "#]].assert_eq(&text);
}

/// RUNTIME-02, RUNTIME-03, RUNTIME-04: the scheduled start time is none outside a run, as everything else is.
#[tidegate::test(start_paused = true)]
async fn outside_a_run_every_answer_is_empty() {
    expect![[r#"
        flow_run: id=none name=None tags=[] flow_name=None flow_version=None parameters={} run_count=0 scheduled_start_time=none parent=none parent_deployment=None root=none api_url=None ui_url=None job_variables={}
        task_run: id=none name=None tags=[] task_name=None parameters={} run_count=0 api_url=None ui_url=None
        deployment: id=None name=None version=None flow_run_id=none parameters={}
    "#]].assert_eq(&everything());
}

#[tidegate::test(start_paused = true)]
async fn a_task_outside_a_flow_has_no_flow_run() {
    #[task]
    async fn alone() -> (bool, u32) {
        (flow_run::id().is_none(), task_run::run_count())
    }
    assert_eq!(alone().await.unwrap(), (true, 1));
}

/// RUNTIME-08, RUNTIME-09: instead of the environment, a stand-in gives made-up facts, with their types.
#[tidegate::test(start_paused = true)]
async fn a_stand_in_gives_made_up_facts_inside_its_scope() {
    let stand_in = StandIn::new().flow_run_count(7).flow_run_name("n").task_run_tags(["a"]);
    let text = stand_in.clone().scope(async { everything() }).await;
    expect![[r#"
        flow_run: id=none name=Some("n") tags=[] flow_name=None flow_version=None parameters={} run_count=7 scheduled_start_time=none parent=none parent_deployment=None root=none api_url=None ui_url=None job_variables={}
        task_run: id=none name=None tags=["a"] task_name=None parameters={} run_count=0 api_url=None ui_url=None
        deployment: id=None name=None version=None flow_run_id=none parameters={}
    "#]].assert_eq(&text);
    assert_eq!(stand_in.sync_scope(flow_run::run_count), 7);
    assert_eq!(flow_run::run_count(), 0);
}

#[tidegate::test]
async fn a_run_can_be_carried_into_what_is_spawned_by_hand() {
    #[flow]
    async fn pipeline() -> Result<Vec<Option<String>>> {
        let name = || flow_run::name();
        let spawned = futures_util::future::ready(());
        let carried = runtime::in_current_run(async move {
            spawned.await;
            name()
        });
        #[allow(clippy::disallowed_methods, reason = "what users may do")]
        let (carried, lost) = (tokio::spawn(carried), tokio::spawn(async move { name() }));
        let thread = std::thread::spawn(runtime::in_current_run_sync(name));
        Ok(vec![carried.await?, lost.await?, thread.join().unwrap()])
    }
    let given = pipeline().named("p").await.unwrap();
    assert_eq!(given, [Some("p".to_owned()), None, Some("p".to_owned())]);
}
