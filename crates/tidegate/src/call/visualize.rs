//! Visualising a flow before it runs: the graph of a dry run. What a dry run is, the engine says.

use crate::builder::open_dry;
use crate::call::FlowCall;
use crate::engine::{DryRun, Engine};
use crate::error::{Error, Result};
use crate::graph::Graph;

impl<'a, T: Send + 'a> FlowCall<'a, T> {
    /// The graph that this call would have, found out by a dry run.
    ///
    /// The code of the flow runs, and that of its subflows. Tasks do not: each gives a stand-in for its value at once. Nothing is
    /// recorded, no hook is called, and no cache is asked. So what the flow does itself, outside of tasks, is done: write it into
    /// tasks.
    ///
    /// The stand-in is what the task says with `viz_return_value = ..`. Of a task that says none it is made up from the type: a number is
    /// 1, a switch is on, a text says `stand-in`, an option is there, a list has one element, and an enum is its first variant. A subflow
    /// with a `viz_return_value` does not run either, and stands in the graph as one node.
    ///
    /// ```
    /// use tidegate::prelude::*;
    ///
    /// #[task]
    /// async fn list_cities(country: &str) -> Vec<String> {
    ///     panic!("asks a server in {country}")
    /// }
    ///
    /// #[task(viz_return_value = 20.5)]
    /// async fn forecast(city: String) -> f64 {
    ///     panic!("asks a server about {city}")
    /// }
    ///
    /// #[flow]
    /// async fn pipeline(country: String) -> Result<f64> {
    ///     let mut warmest = f64::MIN;
    ///     for city in list_cities(&country).await? {
    ///         warmest = forecast(city).await?.max(warmest);
    ///     }
    ///     Ok(warmest)
    /// }
    ///
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<()> {
    /// let graph = pipeline("Norway".into()).visualize().await?;
    /// let mermaid = graph.to_mermaid();
    /// assert!(mermaid.contains("list_cities") && mermaid.contains("forecast"));
    /// # Ok(()) }
    /// ```
    ///
    /// Only calls that are described in the flow belong to the dry run: what code calls that the flow has moved into `tokio::spawn` belongs
    /// to no flow, there as in a real run, and really runs.
    ///
    /// # Errors
    ///
    /// Nothing can stand in for the result of a task, whose name the error tells; the flow itself fails, mostly since a stand-in is not what
    /// its code expects; or it calls and calls, since no stand-in tells it to end.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future ends the dry run.
    pub async fn visualize(self) -> Result<Graph> {
        let name = self.name().unwrap_or_default().to_owned();
        let engine = open_dry()?;
        let dry_run = engine.dry_run().expect("an engine that was opened for a dry run");
        let ended = self.perform_dry(&engine, dry_run).await;
        if let Some(trouble) = dry_run.trouble() {
            return Err(trouble);
        }
        ended.map_err(|error| {
            Error::configuration(format!(
                "flow '{name}' fails in a dry run, in which tasks give stand-ins and no results: {}; say `viz_return_value = ..` at the \
                 tasks whose results its code looks at",
                error.root_text()
            ))
        })?;
        engine.close().await?;
        dry_run.graph(engine.now()).ok_or_else(|| {
            Error::configuration(format!("flow '{name}' was not begun, so it has no graph"))
        })
    }

    async fn perform_dry(self, engine: &Engine, dry_run: &DryRun) -> Result<()> {
        let call = self.0.plan(|plan| {
            plan.engine = Some(engine.clone());
            (plan.context, plan.call_key, plan.made) = (None, None, None);
        });
        tokio::select! {
            biased;
            trouble = dry_run.stopped() => Err(trouble),
            ended = Self(call) => ended.map(drop),
        }
    }
}
