//! The line to the server: one connection, shared by all requests, and made anew when it is lost.

use std::{
    sync::{
        Arc, Mutex, PoisonError, RwLock, Weak,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use redis::{
    AsyncConnectionConfig, Client, Cmd, ErrorKind, FromRedisValue, PushInfo, PushKind, RedisError,
    ServerErrorKind, aio::MultiplexedConnection,
};
use tokio::time::{Instant, timeout_at};

use crate::error::{Cause, ServerError};

#[derive(Debug)]
pub(crate) struct Line {
    client: Client,
    server: Arc<str>,
    timeout: Duration,
    open: Arc<Open>,
    connections: AtomicU64,
    // One at a time connects; the others wait for what comes of it.
    turn: tokio::sync::Mutex<()>,
    outage: Mutex<Option<(Instant, ServerError)>>,
}

/// The connection in use, with its number.
type Open = RwLock<Option<(u64, MultiplexedConnection)>>;

/// After a failure to connect or a server that did not answer nobody tries again for so long, and all hear the same error: a crowd must not
/// wait one after the other for a server that hangs.
const PAUSE: Duration = Duration::from_millis(100);

/// So many commands wait in front of the connection before their requests do.
const QUEUE: usize = 1024;

impl Line {
    pub(crate) fn new(client: Client, server: Arc<str>, timeout: Duration) -> Self {
        Self {
            client,
            server,
            timeout,
            open: Arc::default(),
            connections: AtomicU64::new(0),
            turn: tokio::sync::Mutex::default(),
            outage: Mutex::default(),
        }
    }

    /// A line to the same server with another bound.
    pub(crate) fn within(&self, timeout: Duration) -> Self {
        Self::new(self.client.clone(), Arc::clone(&self.server), timeout)
    }

    pub(crate) fn server(&self) -> &Arc<str> {
        &self.server
    }

    pub(crate) fn timeout(&self) -> Duration {
        self.timeout
    }

    /// Sends a command, once, and waits for its answer.
    pub(crate) async fn ask<T: FromRedisValue>(&self, command: &Cmd) -> Result<T, ServerError> {
        let deadline = Instant::now() + self.timeout;
        let (number, mut connection) = self.connected(deadline).await?;
        let answer = timeout_at(deadline, command.query_async(&mut connection)).await;
        match answer {
            Ok(Ok(answer)) => Ok(answer),
            Ok(Err(error)) if is_a_replica(&error) => {
                close(&self.open, number);
                Err(self.out(Cause::Redis(error)))
            }
            Ok(Err(error)) => {
                if error.is_unrecoverable_error() {
                    close(&self.open, number);
                }
                Err(self.error(Cause::Redis(error)))
            }
            Err(_) => {
                // It may be dead without having said so.
                close(&self.open, number);
                Err(self.out(Cause::Timeout(self.timeout)))
            }
        }
    }

    pub(crate) fn error(&self, cause: Cause) -> ServerError {
        ServerError::new(&self.server, cause)
    }

    async fn connected(
        &self,
        deadline: Instant,
    ) -> Result<(u64, MultiplexedConnection), ServerError> {
        if let Some(open) = look(&self.open) {
            return Ok(open);
        }
        let late = Cause::Timeout(self.timeout);
        let Ok(_turn) = timeout_at(deadline, self.turn.lock()).await else {
            return Err(self.error(late));
        };
        if let Some(open) = look(&self.open) {
            return Ok(open);
        }
        if let Some(error) = self.outage() {
            return Err(error);
        }
        match timeout_at(deadline, self.connect()).await {
            Ok(Ok(open)) => Ok(open),
            Ok(Err(error)) => Err(self.out(Cause::Redis(error))),
            Err(_) => Err(self.out(late)),
        }
    }

    fn outage(&self) -> Option<ServerError> {
        let outage = self.outage.lock().unwrap_or_else(PoisonError::into_inner);
        let (since, error) = outage.as_ref()?;
        (since.elapsed() < PAUSE).then(|| error.clone())
    }

    /// Notes that the server is out.
    fn out(&self, cause: Cause) -> ServerError {
        let error = self.error(cause);
        let mut outage = self.outage.lock().unwrap_or_else(PoisonError::into_inner);
        *outage = Some((Instant::now(), error.clone()));
        error
    }

    async fn connect(&self) -> Result<(u64, MultiplexedConnection), RedisError> {
        let number = self.connections.fetch_add(1, Ordering::Relaxed);
        let open = Arc::downgrade(&self.open);
        let config = AsyncConnectionConfig::new()
            .set_connection_timeout(None)
            .set_response_timeout(None)
            .set_pipeline_buffer_size(QUEUE)
            .set_push_sender(move |push: PushInfo| -> Result<(), ()> {
                if push.kind == PushKind::Disconnection {
                    Weak::upgrade(&open).inspect(|open| close(open, number));
                }
                Ok(())
            });
        let connection = self
            .client
            .get_multiplexed_async_connection_with_config(&config)
            .await?;
        let mut open = self.open.write().unwrap_or_else(PoisonError::into_inner);
        Ok(open.insert((number, connection)).clone())
    }
}

fn look(open: &Open) -> Option<(u64, MultiplexedConnection)> {
    open.read().unwrap_or_else(PoisonError::into_inner).clone()
}

/// Puts a connection out of use, unless another has taken its place.
fn close(open: &Open, number: u64) {
    let mut open = open.write().unwrap_or_else(PoisonError::into_inner);
    if open.as_ref().is_some_and(|(current, _)| *current == number) {
        *open = None;
    }
}

/// Does the connection lead to a server that takes no changes? After a failover another may lead to the right one.
fn is_a_replica(error: &RedisError) -> bool {
    let kinds = [ServerErrorKind::ReadOnly, ServerErrorKind::MasterDown];
    kinds.map(ErrorKind::Server).contains(&error.kind())
}
