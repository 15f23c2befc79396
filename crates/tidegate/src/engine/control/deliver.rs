//! Handing requests from the store to the runs they are about. It acts on none of them.

use tidegate_core::{LeaseId, RequestQuery, Store, StoreError, Write};

use super::Roster;

/// Hands the open requests about runs under this lease to those that live here. One about a run that has ended has nothing left to ask
/// for.
pub(in crate::engine) async fn deliver_open(
    store: &dyn Store,
    roster: &Roster,
    lease: LeaseId,
) -> Result<(), StoreError> {
    let query = RequestQuery { lease: Some(lease), ..RequestQuery::default() };
    for request in store.requests(query).await? {
        match roster.find(request.run_id) {
            Some(live) => live.control().deliver(request),
            None => {
                let run = store.run(request.run_id).await?;
                if run.is_some_and(|run| run.is_terminal()) {
                    store.put(Write::EndRequest(request.id)).await?;
                }
            }
        }
    }
    Ok(())
}
