//! The graph of a flow run: what it called, and in which order. It is made from the records, while the run goes on and after; nothing
//! here runs anything.

use tidegate_core::graph::GraphBuilder;
pub use tidegate_core::graph::{Edge, EdgeKind, Graph, Group, Node, NodeState, Point, TextLine};
use tidegate_core::{RunId, RunKind, RunQuery};

use crate::engine::Engine;
use crate::error::{Error, Result};

impl Engine {
    /// What a flow run has called so far, in which order, and what became of it.
    ///
    /// Calls of tasks that were made in tasks, and what subflows have called, are in the nodes they were called in. A node comes after
    /// those whose handles it was given, and after those whose results the code that called it had seen: so `a().await?; b().await?`
    /// is a chain, and `join!(a(), b())` is a fork. See [`Graph`].
    ///
    /// ```
    /// use tidegate::prelude::*;
    /// use tidegate::Engine;
    ///
    /// #[task]
    /// async fn fetch(city: &str) -> u32 {
    ///     city.len() as u32
    /// }
    ///
    /// #[task]
    /// async fn save(sum: u32) {}
    ///
    /// #[flow]
    /// async fn pipeline() -> Result<()> {
    ///     let (rome, oslo) = tokio::join!(fetch("Rome"), fetch("Oslo"));
    ///     save(rome? + oslo?).await
    /// }
    ///
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<()> { tidegate::testing::run_async(async {
    /// let run = pipeline().submit();
    /// run.wait().await;
    /// let graph = Engine::current()?.graph(run.id().unwrap()).await?;
    /// assert_eq!((graph.nodes.len(), graph.edges.len()), (3, 2));
    /// assert!(graph.to_mermaid().starts_with("flowchart"));
    /// # Ok(()) }).await }
    /// ```
    ///
    /// # Errors
    ///
    /// No such flow run is recorded, or the store cannot be read.
    ///
    /// # Cancel safety
    ///
    /// Cancel safe.
    pub async fn graph(&self, flow_run_id: RunId) -> Result<Graph> {
        let store = self.require_store()?;
        let flow_run = match self.run_record(flow_run_id).await? {
            Some(run) if run.kind() == RunKind::Flow => run,
            Some(run) => {
                return Err(Error::configuration(format!(
                    "task run '{}' has no graph of its own: ask for that of the flow run it was called in",
                    run.name
                )));
            }
            None => {
                return Err(Error::configuration(format!(
                    "flow run {flow_run_id} is not recorded in the store of this engine"
                )));
            }
        };
        let mut builder = GraphBuilder::new(&flow_run);
        let mut flow_runs = vec![flow_run_id];
        while let Some(flow_run_id) = flow_runs.pop() {
            let query = RunQuery { flow_run_id: Some(flow_run_id), ..RunQuery::default() };
            let runs = store.runs(query).await.map_err(|error| Error::store(None, error))?;
            for run in &runs {
                builder.add(run);
                if run.kind() == RunKind::Flow {
                    flow_runs.push(run.id);
                }
            }
        }
        Ok(builder.build(self.now()))
    }
}
