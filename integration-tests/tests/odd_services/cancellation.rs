//! A client that leaves at any moment: each exchange is polled `n` times and dropped, for every `n` until it is whole.

use std::{future::poll_fn, pin::pin, sync::Arc, task::Poll};

use bytes::Bytes;
use futures_util::{StreamExt, stream};
use http_body::Frame;
use http_body_util::{BodyExt, StreamBody};
use plywood::prelude::*;
use plywood_session_core::{Key, Record, Store, Timestamp, Update};
use tokio::{sync::Semaphore, task::yield_now};
use tower::limit::ConcurrencyLimitLayer;

use crate::around::{self, Around};

/// A store that takes its time before each step and after it.
#[derive(Clone)]
struct Slow(MemoryStore);

macro_rules! slowly {
    ($step:expr) => {{
        yield_now().await;
        let done = $step.await;
        yield_now().await;
        done
    }};
}

impl Store for Slow {
    async fn create(&self, key: &Key, record: Record) -> Result<bool, BoxError> {
        slowly!(self.0.create(key, record))
    }

    async fn load(&self, key: &Key) -> Result<Option<Record>, BoxError> {
        slowly!(self.0.load(key))
    }

    async fn update(&self, key: &Key, expected: u64, record: Record) -> Result<Update, BoxError> {
        slowly!(self.0.update(key, expected, record))
    }

    async fn rename(
        &self,
        key: &Key,
        expected: u64,
        new: &Key,
        record: Record,
        tombstone: Record,
    ) -> Result<Update, BoxError> {
        slowly!(self.0.rename(key, expected, new, record, tombstone))
    }

    async fn touch(&self, key: &Key, expires: Timestamp) -> Result<bool, BoxError> {
        slowly!(self.0.touch(key, expires))
    }

    async fn delete(&self, key: &Key) -> Result<Option<Record>, BoxError> {
        slowly!(self.0.delete(key))
    }

    async fn delete_all(&self, owner: &str, except: Option<&Key>) -> Result<u64, BoxError> {
        slowly!(self.0.delete_all(owner, except))
    }
}

/// Counts twice in the session, with waits, and streams both numbers, with waits. All the while it holds the one permit.
async fn count(
    request: Request<Body>,
    permits: Arc<Semaphore>,
) -> Result<Response<Body>, BoxError> {
    let permit = permits.try_acquire_owned()?;
    let more = |count: Option<u32>| count.unwrap_or(0) + 1;
    let mut counts = [0, 0];
    if let Ok(session) = Session::of(&request) {
        counts[0] = session.update("first", more).await?;
        yield_now().await;
        counts[1] = session.update("second", more).await?;
    }
    yield_now().await;
    let frames = stream::iter(counts).then(move |count| {
        let _ = &permit;
        async move {
            yield_now().await;
            Ok::<_, BoxError>(Frame::data(Bytes::from(format!("{count} "))))
        }
    });
    let response = Response::builder().header("content-type", "text/plain");
    Ok(response.body(Body::new(StreamBody::new(frames)))?)
}

/// Each layer around a service that takes one request at a time.
fn each(permits: &Arc<Semaphore>) -> Vec<Around> {
    let permits = Arc::clone(permits);
    let service = ServiceBuilder::new()
        .layer(ConcurrencyLimitLayer::new(1))
        .service_fn(move |request| count(request, Arc::clone(&permits)));
    around::each(&service, &SessionLayer::new(Slow(MemoryStore::new())))
}

struct Answer {
    status: StatusCode,
    cookie: Option<String>,
    text: String,
}

async fn exchange(around: &Around, path: &str, cookie: Option<&str>) -> Answer {
    let mut request = Request::get(path);
    if let Some(cookie) = cookie {
        request = request.header(header::COOKIE, cookie);
    }
    let request = request.body(Body::empty()).unwrap();
    let response = around.service.clone().oneshot(request).await.unwrap();
    let cookie = response.headers().get(header::SET_COOKIE);
    let cookie = cookie.map(|cookie| {
        cookie
            .to_str()
            .unwrap()
            .split(';')
            .next()
            .unwrap()
            .to_owned()
    });
    let status = response.status();
    let bytes = response.into_body().collect().await.unwrap().to_bytes();
    Answer {
        status,
        cookie,
        text: String::from_utf8(bytes.to_vec()).unwrap(),
    }
}

/// Polls at most so often, and lets others run in between.
async fn polled<T>(future: impl Future<Output = T>, times: usize) -> Option<T> {
    let mut future = pin!(future);
    for _ in 0..times {
        if let Poll::Ready(done) = poll_fn(|cx| Poll::Ready(future.as_mut().poll(cx))).await {
            return Some(done);
        }
        yield_now().await;
    }
    None
}

/// Leaves after each number of polls, and gives the number that it takes to stay to the end.
async fn leave_after_each(around: &Around, path: &str, permits: &Semaphore) -> usize {
    let cookie = exchange(around, "/", None).await.cookie;
    let cookie = cookie.as_deref();
    let name = around.name;
    for polls in 0.. {
        around.log.take();
        let whole = polled(exchange(around, path, cookie), polls).await;

        let lines = around.log.take();
        let called = usize::from(polls > 0);
        if ["access log", "all"].contains(&name) {
            assert_eq!(lines.len(), called, "{name} after {polls} polls: {lines:?}");
        }
        assert!(
            lines.len() <= called,
            "{name} after {polls} polls: {lines:?}"
        );
        assert_eq!(permits.available_permits(), 1, "{name} after {polls} polls");

        let next = exchange(around, "/", cookie).await;
        assert_eq!(next.status, StatusCode::OK, "{name} after {polls} polls");
        let (first, second) = next.text.trim().split_once(' ').unwrap();
        assert_eq!(first, second, "{name} after {polls} polls: half is saved");
        if whole.is_some() {
            return polls;
        }
    }
    unreachable!("it ends")
}

#[tokio::test]
async fn a_client_may_leave_at_any_moment() {
    let permits = Arc::new(Semaphore::new(1));
    for around in each(&permits) {
        let polls = leave_after_each(&around, "/", &permits).await;
        assert!(polls > 3, "{}: {polls} polls are no waits", around.name);
    }
}

#[tokio::test]
async fn a_client_may_leave_while_a_gate_asks_who_it_is() {
    let permits = Arc::new(Semaphore::new(1));
    for around in each(&permits) {
        let stranger = exchange(&around, "/account/page", None).await;
        let is_gate = ["all", "all, inside out"].contains(&around.name);
        assert_eq!(stranger.status == StatusCode::UNAUTHORIZED, is_gate);
        leave_after_each(&around, "/account/page", &permits).await;
    }
}
