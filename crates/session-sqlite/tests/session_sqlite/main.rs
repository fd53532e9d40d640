//! The store, on real files.

#![allow(clippy::unwrap_used)]

mod killed;

use std::{fs, path::Path, sync::Arc, time::Duration};

use plywood_session_core::{
    Change, Data, Id, Key, Record, SessionErrorKind, Store, Timestamp, Update, Vault, conformance,
};
use plywood_session_sqlite::{OpenErrorKind, SqliteStore};
use tempfile::tempdir;

const HOUR: Duration = Duration::from_secs(3600);

fn key() -> Key {
    Id::random().unwrap().key()
}

fn record(lives: Duration) -> Record {
    let end = Timestamp::now() + lives;
    Record::new(Data::new(), end, end)
}

/// Makes a session with a count of zero.
async fn counted(vault: &Vault) -> Id {
    let session = vault.session([]);
    session.insert("count", 0).unwrap();
    match session.finish().await.unwrap().change {
        Change::Issue { id, .. } => id,
        other => panic!("a new id is issued, not {other:?}"),
    }
}

/// Adds one, so many times, from so many tasks, which take the vaults in turn.
async fn count_up(vaults: &[Vault], id: Id, tasks: usize, times: usize) {
    let tasks: Vec<_> = (0..tasks)
        .map(|task| {
            let vault = vaults[task % vaults.len()].clone();
            tokio::spawn(async move {
                for _ in 0..times {
                    let session = vault.session([id]);
                    let more = |count: Option<u32>| count.unwrap() + 1;
                    session.update("count", more).await.unwrap();
                    session.commit().await.unwrap();
                }
            })
        })
        .collect();
    for task in tasks {
        task.await.unwrap();
    }
}

#[tokio::test]
async fn a_file_keeps_the_rules_of_stores() {
    let directory = tempdir().unwrap();
    let store = SqliteStore::open(directory.path().join("sessions.db")).unwrap();
    conformance::check(store).await;
}

#[tokio::test]
async fn memory_keeps_the_rules_of_stores() {
    conformance::check(SqliteStore::in_memory().unwrap()).await;
}

#[tokio::test]
async fn a_durable_file_keeps_the_rules_of_stores() {
    let directory = tempdir().unwrap();
    let store = SqliteStore::open_durable(directory.path().join("sessions.db")).unwrap();
    conformance::check(store).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn it_answers_as_the_model_does() {
    let directory = tempdir().unwrap();
    for seed in 0..5 {
        let path = directory.path().join(format!("{seed}.db"));
        conformance::model(SqliteStore::open(path).unwrap(), seed, 60).await;
    }
}

#[tokio::test]
async fn a_file_from_before_owners_is_brought_up_to_date() {
    let directory = tempdir().unwrap();
    let path = directory.path().join("sessions.db");
    let id = counted(&Vault::new(SqliteStore::open(&path).unwrap())).await;
    let file = rusqlite::Connection::open(&path).unwrap();
    file.execute_batch(
        "DROP INDEX session_owner; ALTER TABLE session DROP COLUMN owner; PRAGMA user_version = 1",
    )
    .unwrap();
    drop(file);
    for _ in 0..2 {
        let vault = Vault::new(SqliteStore::open(&path).unwrap());
        let session = vault.session([id]);
        assert_eq!(session.get("count").await.unwrap(), Some(0));
        session.belongs_to("ada").unwrap();
        session.commit().await.unwrap();
    }
    let vault = Vault::new(SqliteStore::open(&path).unwrap());
    assert_eq!(vault.destroy_all("ada").await.unwrap(), 1);
}

#[tokio::test]
async fn sessions_survive_the_store() {
    let directory = tempdir().unwrap();
    let path = directory.path().join("sessions.db");
    let id = counted(&Vault::new(SqliteStore::open(&path).unwrap())).await;
    for _ in 0..3 {
        let vault = Vault::new(SqliteStore::open(&path).unwrap());
        count_up(&[vault], id, 1, 1).await;
    }
    let session = Vault::new(SqliteStore::open(&path).unwrap()).session([id]);
    assert_eq!(session.get("count").await.unwrap(), Some(3));
}

#[tokio::test]
async fn the_last_handle_leaves_one_file_behind() {
    let directory = tempdir().unwrap();
    let path = directory.path().join("sessions.db");
    let store = SqliteStore::open(&path).unwrap();
    let clone = store.clone();
    assert!(store.create(&key(), record(HOUR)).await.unwrap());
    drop(store);
    assert!(clone.create(&key(), record(HOUR)).await.unwrap());
    drop(clone);
    let files: Vec<_> = fs::read_dir(&directory).unwrap().collect();
    assert_eq!(files.len(), 1, "{files:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_thousand_updates_at_a_time_are_a_thousand() {
    let directory = tempdir().unwrap();
    let path = directory.path().join("sessions.db");
    for store in [
        SqliteStore::open(path).unwrap(),
        SqliteStore::in_memory().unwrap(),
    ] {
        let vault = Vault::new(store);
        let id = counted(&vault).await;
        count_up(std::slice::from_ref(&vault), id, 8, 125).await;
        let count = vault.session([id]).get::<u32>("count").await.unwrap();
        assert_eq!(count, Some(1000));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn two_stores_on_one_file_lose_nothing_between_them() {
    let directory = tempdir().unwrap();
    let path: Arc<Path> = directory.path().join("sessions.db").into();
    // Both open, and one makes the tables.
    let open = || {
        let path = Arc::clone(&path);
        tokio::task::spawn_blocking(move || Vault::new(SqliteStore::open(path).unwrap()))
    };
    let (one, other) = (open(), open());
    let vaults = [one.await.unwrap(), other.await.unwrap()];
    let id = counted(&vaults[0]).await;
    count_up(&vaults, id, 8, 125).await;
    for vault in vaults {
        let count = vault.session([id]).get::<u32>("count").await.unwrap();
        assert_eq!(count, Some(1000));
    }
}

#[tokio::test]
async fn what_one_store_deletes_the_other_does_not_restore() {
    let directory = tempdir().unwrap();
    let path = directory.path().join("sessions.db");
    let vaults = [(); 2].map(|()| Vault::new(SqliteStore::open(&path).unwrap()));
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

#[tokio::test]
async fn what_has_expired_leaves_the_file() {
    let directory = tempdir().unwrap();
    let path = directory.path().join("sessions.db");
    let store = SqliteStore::open(&path).unwrap();
    for _ in 0..500 {
        store.create(&key(), record(Duration::ZERO)).await.unwrap();
    }
    let lives = key();
    store.create(&lives, record(HOUR)).await.unwrap();
    drop(store);
    // A store begins by sweeping, a batch at a time.
    let rows = || -> u32 {
        let file = rusqlite::Connection::open(&path).unwrap();
        let count = file.query_row("SELECT count(*) FROM session", [], |row| row.get(0));
        count.unwrap()
    };
    assert_eq!(rows(), 501);
    for left in [301, 101, 1] {
        let store = SqliteStore::open(&path).unwrap();
        // Whose turn comes after the first batch.
        store.touch(&key(), Timestamp::now()).await.unwrap();
        assert!(store.load(&lives).await.unwrap().is_some());
        drop(store);
        assert!(rows() <= left, "{} {left}", rows());
    }
}

#[cfg(unix)]
#[test]
fn the_file_is_for_its_owner_alone() {
    use std::os::unix::fs::PermissionsExt;

    let directory = tempdir().unwrap();
    let _store = SqliteStore::open(directory.path().join("sessions.db")).unwrap();
    let mut files = 0;
    for file in fs::read_dir(&directory).unwrap() {
        let file = file.unwrap();
        let mode = file.metadata().unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{file:?}");
        files += 1;
    }
    // The log and its index too.
    assert_eq!(files, 3);
}

#[test]
fn what_cannot_be_opened_is_an_error_that_names_the_file() {
    let directory = tempdir().unwrap();
    let at = |name: &str| directory.path().join(name);
    fs::write(at("text.db"), "this is no database, ".repeat(100)).unwrap();
    fs::write(at("torn.db"), "SQLite format 3\0 and no more").unwrap();
    let foreign = rusqlite::Connection::open(at("foreign.db")).unwrap();
    foreign.execute_batch("CREATE TABLE orders (id)").unwrap();
    drop(SqliteStore::open(at("newer.db")).unwrap());
    let newer = rusqlite::Connection::open(at("newer.db")).unwrap();
    newer.pragma_update(None, "user_version", 3).unwrap();

    for (name, kind) in [
        ("missing/sessions.db", OpenErrorKind::Io),
        ("", OpenErrorKind::Io),
        ("text.db", OpenErrorKind::Sqlite),
        ("torn.db", OpenErrorKind::Sqlite),
        ("foreign.db", OpenErrorKind::Foreign),
        ("newer.db", OpenErrorKind::Newer),
    ] {
        let error = SqliteStore::open(at(name)).unwrap_err();
        assert_eq!(error.kind(), kind, "{error}");
        assert_eq!(error.path(), at(name));
        assert!(
            error.to_string().contains(at(name).to_str().unwrap()),
            "{error}"
        );
    }
}

#[tokio::test]
async fn the_file_holds_no_id() {
    let directory = tempdir().unwrap();
    let path = directory.path().join("sessions.db");
    let vault = Vault::new(SqliteStore::open(&path).unwrap());
    let id = counted(&vault).await;
    drop(vault);
    let bytes = fs::read(&path).unwrap();
    let finds = |needle: &[u8]| bytes.windows(needle.len()).any(|window| window == needle);
    assert!(finds(id.key().as_bytes()));
    assert!(!finds(id.as_str().as_bytes()));
}

#[tokio::test]
async fn a_request_that_gives_up_leaves_the_store_in_order() {
    let store = SqliteStore::in_memory().unwrap();
    let key = key();
    for _ in 0..50 {
        // Dropped when it is queued: it is carried out, and nobody hears of it.
        let create = store.create(&key, record(HOUR));
        tokio::select! {
            biased;
            _ = create => {}
            () = std::future::ready(()) => {}
        }
        assert!(store.load(&key).await.unwrap().is_some());
        let update = store.update(&key, 7, record(HOUR)).await.unwrap();
        assert_eq!(update, Update::Conflict);
        store.delete(&key).await.unwrap();
    }
}
