//! The test of stores, tested: a plain store passes, and a store that breaks a rule is told which.

use plywood_session_core::{BoxError, Key, Record, Store, Timestamp, Update, conformance};

use crate::shelf::Shelf;

#[tokio::test]
async fn a_plain_store_passes() {
    conformance::check(Shelf::default()).await;
}

#[tokio::test]
async fn a_plain_store_answers_as_the_model_does() {
    for seed in 0..20 {
        conformance::model(Shelf::default(), seed, 100).await;
    }
}

#[tokio::test]
#[should_panic = "update"]
async fn a_store_that_resurrects_does_not_answer_as_the_model_does() {
    conformance::model(Upsert(Shelf::default()), 1, 100).await;
}

/// A store that saves by "insert or replace", as stores without a conditional update do.
struct Upsert(Shelf);

impl Store for Upsert {
    async fn create(&self, key: &Key, record: Record) -> Result<bool, BoxError> {
        self.0.create(key, record).await
    }

    async fn load(&self, key: &Key) -> Result<Option<Record>, BoxError> {
        self.0.load(key).await
    }

    async fn update(&self, key: &Key, expected: u64, record: Record) -> Result<Update, BoxError> {
        match self.0.update(key, expected, record.clone()).await? {
            Update::Gone => self.0.create(key, record).await.map(|_| Update::Saved),
            other => Ok(other),
        }
    }

    async fn rename(
        &self,
        key: &Key,
        expected: u64,
        new: &Key,
        record: Record,
        tombstone: Record,
    ) -> Result<Update, BoxError> {
        self.0.rename(key, expected, new, record, tombstone).await
    }

    async fn touch(&self, key: &Key, expires: Timestamp) -> Result<bool, BoxError> {
        self.0.touch(key, expires).await
    }

    async fn delete(&self, key: &Key) -> Result<Option<Record>, BoxError> {
        self.0.delete(key).await
    }

    async fn delete_all(&self, owner: &str, except: Option<&Key>) -> Result<u64, BoxError> {
        self.0.delete_all(owner, except).await
    }
}

#[tokio::test]
#[should_panic = "says `Gone`"]
async fn a_store_that_resurrects_is_told_so() {
    conformance::check(Upsert(Shelf::default())).await;
}
