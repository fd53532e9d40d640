//! The line to the server: a few connections, each lent to one verb at a time.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use deadpool_postgres::{
    ClientWrapper, Hook, HookError, Manager, ManagerConfig, Object, Pool, PoolError,
    RecyclingMethod, Runtime, TimeoutType, Timeouts,
};
use tokio::{
    sync::OnceCell,
    time::{Instant, timeout_at},
};
use tokio_postgres::{Config, NoTls, Row, types::ToSql};

use crate::{
    error::{Cause, ServerError},
    table::Table,
};

pub(crate) struct Line {
    pool: Pool,
    server: Arc<str>,
    timeout: Duration,
    pub(crate) table: Arc<Table>,
    // Whether the table was looked at.
    ready: OnceCell<()>,
    outage: Mutex<Option<(Instant, ServerError)>>,
    /// When the server has answered anybody last.
    heard: Mutex<Option<Instant>>,
}

/// After a failure to connect or a server that did not answer nobody tries again for so long, and all hear the same error: a crowd must not wait
/// one after the other for a server that hangs.
const PAUSE: Duration = Duration::from_millis(100);

/// Two processes that make or change the table at the same time do it one after the other. The number is `plywsess`.
const LOCK: i64 = 0x706c_7977_7365_7373;

pub(crate) type Parameter<'a> = &'a (dyn ToSql + Sync);

impl Line {
    pub(crate) fn new(
        config: Config,
        server: Arc<str>,
        table: Arc<Table>,
        connections: usize,
        timeout: Duration,
    ) -> Self {
        // Whoever has given up must not leave something behind that waits for a lock.
        let bound = bound(timeout);
        let bounded = Hook::async_fn(move |client: &mut ClientWrapper, _| {
            let bound = bound.clone();
            Box::pin(async move {
                client
                    .batch_execute(&bound)
                    .await
                    .map_err(HookError::Backend)
            })
        });
        let recycling_method = RecyclingMethod::Fast;
        let manager = Manager::from_config(config, NoTls, ManagerConfig { recycling_method });
        let pool = Pool::builder(manager)
            .max_size(connections)
            .runtime(Runtime::Tokio1)
            .post_create(bounded)
            .build();
        Self {
            pool: pool.expect("the one thing that it may lack is a runtime"),
            server,
            timeout,
            table,
            ready: OnceCell::new(),
            outage: Mutex::default(),
            heard: Mutex::default(),
        }
    }

    pub(crate) fn error(&self, cause: impl Into<Cause>) -> ServerError {
        ServerError::new(&self.server, cause)
    }

    pub(crate) fn timeout(&self) -> Duration {
        self.timeout
    }

    /// A connection for one verb, which has the line's time for it.
    pub(crate) async fn turn(&self) -> Result<Turn<'_>, ServerError> {
        self.turn_within(self.timeout).await
    }

    pub(crate) async fn turn_within(&self, time: Duration) -> Result<Turn<'_>, ServerError> {
        let deadline = Instant::now() + time;
        let ready = self.ready.get_or_try_init(|| self.prepare(deadline, time));
        let late = |_| self.error(Cause::Timeout(time));
        timeout_at(deadline, ready).await.map_err(late)??;
        self.connected(deadline, time).await
    }

    /// Makes the table, or brings it up to date, unless it is what it should be.
    async fn prepare(&self, deadline: Instant, time: Duration) -> Result<(), ServerError> {
        let mut turn = self.connected(deadline, time).await?;
        if turn.steps_left().await?.is_none() {
            return Ok(());
        }
        // The lock ends with the connection, however this ends.
        turn.spoiled = true;
        // Not within the transaction: what another has made while this one waited is seen by the next transaction only.
        let wait = time.as_millis();
        turn.batch(&format!(
            "SET statement_timeout = {wait}; SELECT pg_advisory_lock({LOCK})"
        ))
        .await?;
        match turn.steps_left().await? {
            Some(steps) => turn.batch(&format!("BEGIN; {steps} COMMIT")).await,
            None => Ok(()),
        }
    }

    async fn connected(&self, deadline: Instant, time: Duration) -> Result<Turn<'_>, ServerError> {
        if let Some(error) = self.outage() {
            return Err(error);
        }
        // Whoever comes to the server has half of the time left for it: if that was not enough, the server is to blame and not the crowd.
        let timeouts = Timeouts {
            wait: Some(time / 2),
            create: Some(time),
            recycle: Some(time),
        };
        let got = timeout_at(deadline, self.pool.timeout_get(&timeouts)).await;
        match got {
            Ok(Ok(client)) => Ok(Turn {
                line: self,
                client: Some(client),
                deadline,
                time,
                spoiled: false,
            }),
            Ok(Err(PoolError::Timeout(TimeoutType::Wait))) => {
                Err(self.error(Cause::Busy(time / 2)))
            }
            Ok(Err(
                PoolError::Backend(error) | PoolError::PostCreateHook(HookError::Backend(error)),
            )) => Err(self.out(error)),
            Ok(Err(_)) | Err(_) => Err(self.late(deadline, time)),
        }
    }

    fn outage(&self) -> Option<ServerError> {
        let outage = self.outage.lock().unwrap_or_else(PoisonError::into_inner);
        let (since, error) = outage.as_ref()?;
        (since.elapsed() < PAUSE).then(|| error.clone())
    }

    /// Gives up. A server is out that has answered nobody in all of the line's time: one that has is busy with this row, and works.
    fn late(&self, deadline: Instant, time: Duration) -> ServerError {
        let cause = Cause::Timeout(time);
        let heard = *self.heard.lock().unwrap_or_else(PoisonError::into_inner);
        if time < self.timeout || heard.is_some_and(|heard| heard + time > deadline) {
            self.error(cause)
        } else {
            self.out(cause)
        }
    }

    fn hear(&self) {
        let mut heard = self.heard.lock().unwrap_or_else(PoisonError::into_inner);
        *heard = Some(Instant::now());
    }

    /// Notes that the server is out.
    fn out(&self, cause: impl Into<Cause>) -> ServerError {
        // Those that lie there are as dead as the one that did not answer.
        self.pool.retain(|_, _| false);
        let error = self.error(cause);
        let mut outage = self.outage.lock().unwrap_or_else(PoisonError::into_inner);
        *outage = Some((Instant::now(), error.clone()));
        error
    }
}

/// A connection, lent for one verb.
pub(crate) struct Turn<'a> {
    line: &'a Line,
    // There until the drop.
    client: Option<Object>,
    deadline: Instant,
    time: Duration,
    /// It may be lost, in the middle of something, or lead to a server that no longer takes changes: nobody else is given it.
    spoiled: bool,
}

impl Turn<'_> {
    pub(crate) async fn query(
        &mut self,
        statement: &str,
        parameters: &[Parameter<'_>],
    ) -> Result<Vec<Row>, ServerError> {
        self.ask(async |client| {
            let statement = client.prepare_cached(statement).await?;
            client.query(&statement, parameters).await
        })
        .await
    }

    /// Says how many rows were changed.
    pub(crate) async fn execute(
        &mut self,
        statement: &str,
        parameters: &[Parameter<'_>],
    ) -> Result<u64, ServerError> {
        self.ask(async |client| {
            let statement = client.prepare_cached(statement).await?;
            client.execute(&statement, parameters).await
        })
        .await
    }

    async fn steps_left(&mut self) -> Result<Option<String>, ServerError> {
        let table = &self.line.table;
        let rows = self.query(&table.version, &[]).await?;
        let row = rows.first();
        let there = row.is_some_and(|row| row.get(0));
        let comment: Option<&str> = row.and_then(|row| row.get(1));
        let taken = table.steps_taken(there, comment);
        let taken = taken.map_err(|cause| self.line.error(cause));
        taken.map(|taken| table.steps_left(taken))
    }

    async fn batch(&mut self, statements: &str) -> Result<(), ServerError> {
        self.ask(async |client| client.batch_execute(statements).await)
            .await
    }

    async fn ask<T>(
        &mut self,
        act: impl AsyncFnOnce(&Object) -> Result<T, tokio_postgres::Error>,
    ) -> Result<T, ServerError> {
        let client = self.client.as_ref().expect("it is there until the drop");
        let answer = timeout_at(self.deadline, act(client)).await;
        let error = match answer {
            Ok(Ok(answer)) => {
                self.line.hear();
                return Ok(answer);
            }
            Ok(Err(error)) => self.line.error(error),
            Err(_) => self.line.late(self.deadline, self.time),
        };
        self.spoiled = true;
        Err(error)
    }
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        if self.spoiled {
            drop(self.client.take().map(Object::take));
        }
    }
}

/// The server's own bound on a statement. Zero would be none.
fn bound(timeout: Duration) -> String {
    format!("SET statement_timeout = {}", timeout.as_millis().max(1))
}

#[cfg(test)]
mod tests {
    use std::net::TcpListener;

    use super::*;

    #[tokio::test]
    async fn a_server_that_has_told_nobody_anything_is_out_for_who_had_the_time() {
        let silent = TcpListener::bind("127.0.0.1:0").unwrap();
        let mut config = Config::new();
        config
            .host("127.0.0.1")
            .port(silent.local_addr().unwrap().port())
            .user("ada");
        let table = Table::new("session").unwrap().into();
        let time = Duration::from_millis(50);
        let line = Line::new(config, "silent".into(), table, 1, time);
        for (given, heard, out) in [
            (time / 5, None, false),
            (time, Some(Instant::now() + PAUSE * 1000), false),
            (time, None, true),
        ] {
            *line.heard.lock().unwrap() = heard;
            assert!(line.turn_within(given).await.is_err());
            assert_eq!(line.outage.lock().unwrap().is_some(), out, "{given:?}");
        }
    }
}
