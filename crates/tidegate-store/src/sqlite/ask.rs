//! How a question or a change gets to the database, and its answer back. What it is about is the business of who asks.

use futures_util::future::{BoxFuture, FutureExt, ready};
use rusqlite::Connection;
use tidegate_core::{RunId, StoreError};

use super::act;
use super::database::Database;
use super::error::{Doing, closed, failed};
use super::work::not_at_work;
use super::{Place, Sqlite};

impl Sqlite {
    pub(super) fn ask<T: Send + 'static>(
        &self,
        question: impl FnOnce(&mut Database) -> Result<T, StoreError> + Send + 'static,
    ) -> BoxFuture<'_, Result<T, StoreError>> {
        self.ask_of(None, question)
    }

    /// As [`ask`](Self::ask); a question about one run waits only for writes that may change it.
    pub(super) fn ask_of<T: Send + 'static>(
        &self,
        run: Option<RunId>,
        question: impl FnOnce(&mut Database) -> Result<T, StoreError> + Send + 'static,
    ) -> BoxFuture<'_, Result<T, StoreError>> {
        if let Err(error) = self.not_at_work() {
            return ready(Err(error)).boxed();
        }
        match &self.place {
            Place::File(file) => async move {
                file.writer.fresh(run).await?;
                file.readers.ask(question).await
            }
            .boxed(),
            Place::Memory(memory, _) => async move { memory.with(question) }.boxed(),
        }
    }

    /// Does something that changes about so many pages in the next transaction, after what was put before, and gives its answer.
    pub(super) fn act<T: Send + 'static>(
        &self,
        pages: usize,
        work: impl FnOnce(&Connection) -> rusqlite::Result<T> + Send + 'static,
    ) -> BoxFuture<'_, Result<T, StoreError>> {
        let place = self.info.location.clone();
        self.try_act(pages, move |connection| {
            work(connection).map_err(|error| failed(&place, Doing::Writing, error))
        })
    }

    /// As [`act`](Self::act), for what may fail by itself.
    pub(super) fn try_act<T: Send + 'static>(
        &self,
        pages: usize,
        work: impl FnOnce(&Connection) -> Result<T, StoreError> + Send + 'static,
    ) -> BoxFuture<'_, Result<T, StoreError>> {
        if let Err(error) = self.not_at_work() {
            return ready(Err(error)).boxed();
        }
        let (act, answer) = act::act(pages, work);
        match &self.place {
            Place::File(file) => file.writer.act(act),
            Place::Memory(memory, _) => memory.act(act),
        }
        async move { answer.await.unwrap_or_else(|_| Err(closed(&self.info.location))) }.boxed()
    }

    pub(super) fn not_at_work(&self) -> Result<(), StoreError> {
        not_at_work(&self.info.location)
    }
}
