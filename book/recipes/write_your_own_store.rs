//! Write your own store.

// ANCHOR: app
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use plywood::{
    prelude::*,
    session_core::{Key, Record, Store, Timestamp, Update},
};

/// Sessions in a map, as an example: a database has a table where this has a map, and a transaction where this has a lock.
#[derive(Clone, Default)]
struct MapStore(Arc<Mutex<HashMap<Key, Record>>>);

impl MapStore {
    /// Does something to the records that have not expired. The others count as absent.
    fn live<T>(&self, act: impl FnOnce(&mut HashMap<Key, Record>) -> T) -> T {
        let mut records = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        records.retain(|_, record| !record.is_expired(Timestamp::now()));
        act(&mut records)
    }
}

/// Replaces a record, if it is still the one that somebody has seen.
fn swap(
    records: &mut HashMap<Key, Record>,
    key: &Key,
    expected: u64,
    record: Record,
) -> Update {
    match records.get_mut(key) {
        None => Update::Gone,
        Some(kept) if kept.version != expected => Update::Conflict,
        Some(kept) => {
            *kept = record;
            Update::Saved
        }
    }
}

impl Store for MapStore {
    async fn create(&self, key: &Key, record: Record) -> Result<bool, BoxError> {
        Ok(self.live(|records| {
            let absent = !records.contains_key(key);
            if absent {
                records.insert(*key, record);
            }
            absent
        }))
    }

    async fn load(&self, key: &Key) -> Result<Option<Record>, BoxError> {
        Ok(self.live(|records| records.get(key).cloned()))
    }

    async fn update(
        &self,
        key: &Key,
        expected: u64,
        record: Record,
    ) -> Result<Update, BoxError> {
        Ok(self.live(|records| swap(records, key, expected, record)))
    }

    async fn rename(
        &self,
        key: &Key,
        expected: u64,
        new: &Key,
        record: Record,
        tombstone: Record,
    ) -> Result<Update, BoxError> {
        Ok(self.live(|records| {
            let update = swap(records, key, expected, tombstone);
            if update == Update::Saved {
                records.insert(*new, record);
            }
            update
        }))
    }

    async fn touch(&self, key: &Key, expires: Timestamp) -> Result<bool, BoxError> {
        Ok(self.live(|records| match records.get_mut(key) {
            None => false,
            Some(record) => {
                record.expires = expires;
                true
            }
        }))
    }

    async fn delete(&self, key: &Key) -> Result<Option<Record>, BoxError> {
        Ok(self.live(|records| records.remove(key)))
    }

    async fn delete_all(
        &self,
        owner: &str,
        except: Option<&Key>,
    ) -> Result<u64, BoxError> {
        Ok(self.live(|records| {
            let before = records.len();
            records.retain(|key, record| {
                record.owner.as_deref() != Some(owner) || except == Some(key)
            });
            (before - records.len()) as u64
        }))
    }
}

async fn count(request: Request<Body>) -> Result<Response<Body>, BoxError> {
    let session = Session::of(&request)?;
    let visits = session
        .update("visits", |visits: Option<u32>| visits.unwrap_or(0) + 1)
        .await?;
    Ok(Response::builder()
        .header("content-type", "text/plain; charset=utf-8")
        .body(format!("visit {visits}\n").into())?)
}

fn app(store: MapStore) -> App {
    plywood::app(
        ServiceBuilder::new()
            .layer(ErrorPagesLayer::new())
            .layer(SessionLayer::new(store))
            .service(service_fn(count)),
    )
}
// ANCHOR_END: app

// ANCHOR: main
#[tokio::main]
async fn main() -> Result<(), BoxError> {
    let listener = Listener::bind("127.0.0.1:8000").await?;
    let server = Server::new(listener).ready(|at| println!("Serving on {at}"));
    Ok(server.serve(app(MapStore::default())).await?)
}
// ANCHOR_END: main

// ANCHOR: test
#[cfg(test)]
mod tests {
    use plywood_session_core::conformance;
    use plywood_test::Client;

    use super::*;

    #[tokio::test]
    async fn it_keeps_the_rules_of_stores() {
        conformance::check(MapStore::default()).await;
    }

    #[tokio::test]
    async fn it_answers_as_the_model_does() {
        for seed in 0..5 {
            conformance::model(MapStore::default(), seed, 50).await;
        }
    }

    #[tokio::test]
    async fn visits_are_counted() {
        let client = Client::new(app(MapStore::default()));
        client.get("/").await.expect_text("visit 1\n");
        client.get("/").await.expect_text("visit 2\n");
    }
}
// ANCHOR_END: test
