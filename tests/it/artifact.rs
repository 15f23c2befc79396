//! Artifacts: what runs leave for people to look at.

use serde_json::json;
use tidegate::prelude::*;
use tidegate::{Artifact, ArtifactType, Engine, RunId};

use crate::timeline::run_of;

fn engine() -> Engine {
    Engine::current().unwrap()
}

/// ARTIFACT-01
#[tidegate::test]
async fn each_kind_of_artifact_is_recorded_with_the_runs_that_made_it() {
    #[task]
    async fn make() -> Result<()> {
        Artifact::markdown("# Title").create().await?;
        Artifact::link("https://example.com", "example").create().await?;
        Artifact::table(&[json!({"city": "Rome", "t": 21.5})]).create().await?;
        Artifact::progress(12.5).create().await?;
        Artifact::image("https://example.com/cat.png").description("a cat").create().await?;
        Ok(())
    }
    #[flow]
    async fn pipeline() -> Result<()> {
        make().await
    }
    pipeline().await.unwrap();
    let (flow, task) = (run_of("pipeline").await.id, run_of("make").await.id);
    let made = engine().artifacts().oldest_first().list().await.unwrap();
    assert!(
        made.iter().all(|each| each.flow_run_id == Some(flow) && each.task_run_id == Some(task))
    );
    let made: Vec<_> = made.iter().map(|each| (each.artifact_type.as_str(), &each.data)).collect();
    assert_eq!(
        made,
        [
            ("markdown", &json!("# Title")),
            ("markdown", &json!("[example](https://example.com)")),
            ("table", &json!([{"city": "Rome", "t": 21.5}])),
            ("progress", &json!(12.5)),
            ("image", &json!("https://example.com/cat.png")),
        ]
    );
    let images = engine().artifacts().of_type(ArtifactType::Image).of_task_run(task).list().await;
    assert_eq!(images.unwrap()[0].description.as_deref(), Some("a cat"));
    assert!(engine().artifacts().of_flow_run(RunId::new()).list().await.unwrap().is_empty());
}

/// ARTIFACT-02, ARTIFACT-09
#[tidegate::test]
async fn artifacts_of_one_key_are_versions_of_one_thing() {
    Artifact::markdown("old").key("report").create().await.unwrap();
    let new = Artifact::markdown("new").key("report").create().await.unwrap();
    let latest = async || engine().artifacts().latest().list().await.unwrap();
    assert_eq!(engine().artifacts().key("report").list().await.unwrap().len(), 2);
    let found = latest().await;
    assert_eq!((found.len(), &found[0].data), (1, &json!("new")));
    assert!(engine().delete_artifact(new.id()).await.unwrap());
    assert_eq!(latest().await[0].data, "old");
}

/// ARTIFACT-03, ARTIFACT-07
#[tidegate::test]
async fn an_artifact_can_be_made_outside_a_run_and_an_unknown_key_has_none() {
    let made = Artifact::markdown("text").create().await.unwrap();
    assert_eq!((made.record().flow_run_id, made.record().task_run_id), (None, None));
    assert!(engine().artifacts().key("unknown").latest().list().await.unwrap().is_empty());
}

/// ARTIFACT-04
#[tidegate::test]
async fn a_key_has_lower_case_letters_digits_and_dashes() {
    for key in ["Upper", "a b", "a_b", "", "ä"] {
        let error = Artifact::markdown("").key(key).create().await.unwrap_err();
        assert!(error.is_configuration(), "{key}");
        assert!(error.to_string().contains("lower-case letters, digits and dashes"), "{error}");
    }
    Artifact::markdown("").key("a-1").create().await.unwrap();
}

/// ARTIFACT-06
#[tidegate::test]
async fn what_is_there_is_not_made_again() {
    let (first, created) = Artifact::markdown("a").key("k").get_or_create().await.unwrap();
    assert!(created);
    let (second, created) = Artifact::markdown("b").key("k").get_or_create().await.unwrap();
    assert!(!created);
    assert_eq!((second.id, second.data), (first.id, json!("a")));
    assert!(Artifact::markdown("c").get_or_create().await.unwrap_err().is_configuration());
}

/// ARTIFACT-08
#[tidegate::test]
async fn tables_are_stored_as_given_and_what_is_no_number_is_empty() {
    let mut columns = std::collections::BTreeMap::new();
    columns.insert("t", vec![1.5, f64::NAN]);
    for (table, stored) in [
        (Artifact::table(&[("Rome", 1), ("Oslo", 2)]), json!([["Rome", 1], ["Oslo", 2]])),
        (Artifact::table(&columns), json!({"t": [1.5, null]})),
    ] {
        assert_eq!(table.create().await.unwrap().record().data, stored);
    }
    let keys_that_are_no_texts = std::collections::BTreeMap::from([(vec![1], 1)]);
    assert!(Artifact::table(&keys_that_are_no_texts).create().await.is_err());
}

#[tidegate::test]
async fn progress_is_brought_up_to_date_in_place() {
    let mut progress = Artifact::progress(0.0).key("load").create().await.unwrap();
    for (percent, stored) in [(50.0, 50.0), (200.0, 100.0), (-3.0, 0.0), (f64::NAN, 0.0)] {
        progress.update(percent).await.unwrap();
        let found = engine().artifacts().key("load").list().await.unwrap();
        assert_eq!((found.len(), found[0].data.as_f64()), (1, Some(stored)));
        assert!(found[0].updated >= found[0].created);
    }
    let mut text = Artifact::markdown("").create().await.unwrap();
    assert!(text.update(1.0).await.unwrap_err().is_configuration());
}

#[tidegate::test]
async fn artifacts_go_with_the_runs_that_made_them() {
    #[flow]
    async fn pipeline() -> Result<()> {
        Artifact::markdown("inside").create().await.map(drop)
    }
    pipeline().await.unwrap();
    Artifact::markdown("outside").create().await.unwrap();
    let store = engine().store().unwrap().clone();
    let everything =
        tidegate::store::Expired { beyond_newest: Some(0), ..tidegate::store::Expired::default() };
    store.delete_runs(everything, 1000).await.unwrap();
    let left = engine().artifacts().list().await.unwrap();
    assert_eq!(left.iter().map(|each| &each.data).collect::<Vec<_>>(), [&json!("outside")]);
}
