use std::time::Duration;

use plywood_session_core::{
    Change, Data, Id, Key, Record, SessionErrorKind, Store, Timestamp, Update, Vault, conformance,
};

/// So long a session lives in a test that is not about its end, and so long a store is waited for in one that is not about that.
pub(crate) const HOUR: Duration = Duration::from_secs(3600);

/// What has to be so of any store that several processes share. Each opens its own.
pub(crate) async fn hold<S: Store>(open: impl Fn() -> S) {
    conformance::check(open()).await;
    for seed in 1..=3 {
        conformance::model(open(), seed, 100).await;
    }
    a_thousand_updates_at_a_time_are_a_thousand([open(), open()]).await;
    what_one_deletes_the_other_does_not_restore([open(), open()]).await;
    an_end_beyond_all_time_is_kept(&open()).await;
    what_expires_goes(&open()).await;
}

async fn a_thousand_updates_at_a_time_are_a_thousand<S: Store>(stores: [S; 2]) {
    // All at once, the last one waits for all others.
    let vaults = stores.map(|store| {
        Vault::new(store)
            .store_timeout(HOUR)
            .clock(|time| Box::pin(tokio::time::sleep(time)))
    });
    let id = counted(&vaults[0]).await;
    let tasks: Vec<_> = (0..1000)
        .map(|task| tokio::spawn(count_up(vaults[task % 2].clone(), id)))
        .collect();
    for task in tasks {
        task.await.unwrap().unwrap();
    }
    for vault in vaults {
        assert_eq!(count(&vault, id).await, 1000);
    }
}

async fn what_one_deletes_the_other_does_not_restore<S: Store>(stores: [S; 2]) {
    let vaults = stores.map(Vault::new);
    let id = counted(&vaults[0]).await;
    let (sign_out, slow) = (vaults[0].session([id]), vaults[1].session([id]));
    assert!(slow.contains("count").await.unwrap());
    slow.insert("late", true).unwrap();
    sign_out.destroy();
    sign_out.commit().await.unwrap();
    let dropped = slow.commit().await.unwrap_err();
    assert_eq!(dropped.kind(), SessionErrorKind::Gone);
    for vault in &vaults {
        assert!(vault.session([id]).keys().await.unwrap().is_empty());
    }
}

async fn an_end_beyond_all_time_is_kept(store: &impl Store) {
    let never = Timestamp::from_millis(i64::MAX);
    let (key, record) = (key(), Record::new(Data::new(), never, never));
    assert!(store.create(&key, record.clone()).await.unwrap());
    assert!(store.load(&key).await.unwrap() == Some(record.clone()));
    let soon = Timestamp::now() + HOUR;
    assert!(store.touch(&key, soon).await.unwrap());
    assert_eq!(store.load(&key).await.unwrap().unwrap().expires, soon);
    assert!(store.touch(&key, never).await.unwrap());
    let mut next = record;
    next.version = u64::MAX;
    let saved = store.update(&key, 1, next.clone()).await.unwrap();
    assert_eq!(saved, Update::Saved);
    assert!(store.load(&key).await.unwrap() == Some(next));
}

async fn what_expires_goes(store: &impl Store) {
    // On a busy machine a session may have ended before it is touched, and then one is tried that lives for longer.
    let lives = [300, 3_000, 30_000, 300_000].map(Duration::from_millis);
    for life in lives {
        let (key, soon) = (key(), Timestamp::now() + life);
        let record = Record::new(Data::new(), soon, soon);
        assert!(store.create(&key, record.clone()).await.unwrap());
        // A touch does not go beyond the deadline.
        let touched = store.touch(&key, soon + HOUR).await.unwrap();
        if Timestamp::now() >= soon {
            continue;
        }
        assert!(touched);
        tokio::time::sleep(life + Duration::from_millis(20)).await;
        assert!(store.load(&key).await.unwrap().is_none());
        let late = store.update(&key, 1, record.clone()).await.unwrap();
        assert_eq!(late, Update::Gone);
        assert!(store.create(&key, record).await.unwrap());
        return;
    }
    panic!("the store takes minutes");
}

/// A record that belongs to somebody and lives for so long.
pub(crate) fn record_of(owner: &str, life: Duration) -> Record {
    let end = Timestamp::now() + life;
    Record::restored(Data::new(), 1, end, end, Some(owner.into()))
}

/// Before a record that was made to live for an hour has ended.
pub(crate) fn soon() -> Timestamp {
    Timestamp::now() + HOUR / 2
}

pub(crate) fn key() -> Key {
    Id::random().unwrap().key()
}

/// Makes a session with a count of zero.
pub(crate) async fn counted(vault: &Vault) -> Id {
    let session = vault.session([]);
    session.insert("count", 0).unwrap();
    match session.finish().await.unwrap().change {
        Change::Issue { id, .. } => id,
        other => panic!("a new id is issued, not {other:?}"),
    }
}

/// Adds one.
pub(crate) async fn count_up(
    vault: Vault,
    id: Id,
) -> Result<u32, plywood_session_core::SessionError> {
    let session = vault.session([id]);
    let more = |count: Option<u32>| count.map_or(u32::MAX, |count| count + 1);
    let count = session.update("count", more).await?;
    session.commit().await?;
    Ok(count)
}

pub(crate) async fn count(vault: &Vault, id: Id) -> u32 {
    let count = vault.session([id]).get("count").await.unwrap();
    count.expect("the session lives")
}
