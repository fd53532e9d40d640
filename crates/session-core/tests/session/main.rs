//! The handle, without a request.
#![allow(clippy::unwrap_used)]

#[cfg(feature = "conformance")]
mod conformance;
mod flash;
mod moved;
mod shelf;
mod verbs;

use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use plywood_session_core::{
    Change, Finished, Id, Known, NoSession, Sender, Session, SessionError, SessionErrorKind,
    Timestamp, Use, Vault,
};
use shelf::Shelf;

const NOTHING: [&str; 0] = [];

fn shop() -> (Shelf, Vault) {
    let shelf = Shelf::default();
    (shelf.clone(), Vault::new(shelf))
}

/// The id of a session with `user` in it, and a shelf that has forgotten the calls it took.
async fn signed_in(shelf: &Shelf, vault: &Vault) -> Id {
    let session = vault.session([]);
    session.insert("user", "ada").unwrap();
    let id = issued(&session).await;
    shelf.calls();
    id
}

async fn issued(session: &Session) -> Id {
    match session.finish().await.unwrap().change {
        Change::Issue { id, .. } => id,
        other => panic!("a new id is issued, not {other:?}"),
    }
}

async fn change(session: &Session) -> Change {
    session.finish().await.unwrap().change
}

async fn user(vault: &Vault, id: Id) -> Option<String> {
    vault.session([id]).get("user").await.unwrap()
}

fn one_more(count: Option<u32>) -> u32 {
    count.unwrap_or(0) + 1
}

#[tokio::test]
async fn nothing_is_loaded_until_a_value_is_asked_for_and_then_once() {
    let (shelf, vault) = shop();
    let id = signed_in(&shelf, &vault).await;

    let session = vault.session([id]);
    assert!(session.is_known());
    assert_eq!(shelf.calls(), NOTHING);

    assert_eq!(session.get("user").await.unwrap(), Some("ada".to_owned()));
    assert!(session.contains("user").await.unwrap());
    assert!(!session.contains("cart").await.unwrap());
    assert_eq!(session.clone().keys().await.unwrap(), ["user"]);
    assert_eq!(shelf.calls(), ["load"]);
}

#[tokio::test]
async fn a_client_without_an_id_costs_the_store_nothing_to_read() {
    let (shelf, vault) = shop();
    let session = vault.session([]);
    assert!(!session.is_known());
    assert_eq!(session.get::<String>("user").await.unwrap(), None);
    assert_eq!(session.close(), Use::Read);
    assert_eq!(shelf.calls(), NOTHING);
}

#[tokio::test]
async fn closing_says_what_was_done() {
    let (shelf, vault) = shop();
    let id = signed_in(&shelf, &vault).await;
    assert_eq!(vault.session([id]).close(), Use::Untouched);

    let looked = vault.session([id]);
    looked.is_known();
    assert_eq!(looked.close(), Use::Looked);

    let read = vault.session([id]);
    read.contains("user").await.unwrap();
    assert_eq!(read.close(), Use::Read);

    let written = vault.session([id]);
    written.remove("user");
    assert_eq!(written.close(), Use::Unsaved);
}

#[tokio::test]
async fn an_empty_session_is_never_stored() {
    let (shelf, vault) = shop();
    let session = vault.session([]);
    session.remove("user");
    session.clear();
    session.renew();
    session.insert("a", 1).unwrap();
    session.remove("a");
    assert_eq!(change(&session).await, Change::Keep);
    assert_eq!(shelf.calls(), NOTHING);
    assert!(shelf.records().is_empty());
}

#[tokio::test]
async fn an_id_that_the_store_does_not_know_is_never_adopted() {
    let (shelf, vault) = shop();
    let forged = Id::random().unwrap();
    let session = vault.session([forged]);
    assert_eq!(session.get::<String>("user").await.unwrap(), None);
    session.insert("user", "ada").unwrap();
    let id = issued(&session).await;
    assert_ne!(id, forged);
    assert_eq!(user(&vault, forged).await, None);
    assert_eq!(user(&vault, id).await.as_deref(), Some("ada"));
    assert_eq!(shelf.records().len(), 1);
}

#[tokio::test]
async fn the_store_sees_a_hash_and_never_the_id() {
    let (shelf, vault) = shop();
    let id = signed_in(&shelf, &vault).await;
    let (key, record) = shelf.records().remove(0);
    assert_eq!(key, id.key());
    assert_ne!(key.as_bytes(), id.as_str().as_bytes());
    assert!(!format!("{record:?}{:?}", record.data).contains(id.as_str()));
}

#[tokio::test]
async fn a_session_that_has_expired_is_not_found_though_the_store_still_has_it() {
    let (shelf, vault) = shop();
    let id = signed_in(&shelf, &vault).await;
    let past = Timestamp::from_millis(Timestamp::now().millis() - 1);

    for end in [0, 1] {
        let id = if end == 0 {
            id
        } else {
            signed_in(&shelf, &vault).await
        };
        shelf.change(id.key(), |record| match end {
            0 => record.expires = past,
            _ => record.deadline = past,
        });
        assert_eq!(user(&vault, id).await, None);
        let session = vault.session([id]);
        session.insert("user", "bob").unwrap();
        assert_ne!(issued(&session).await, id);
    }
}

#[tokio::test]
async fn of_two_ids_the_one_that_lives_is_used() {
    let (shelf, vault) = shop();
    let (id, stale) = (signed_in(&shelf, &vault).await, Id::random().unwrap());
    for ids in [[stale, id], [id, stale]] {
        let session = vault.session(ids);
        assert_eq!(session.get("user").await.unwrap(), Some("ada".to_owned()));
    }
    shelf.calls();
    let crowd = std::iter::repeat_n(stale, 1000);
    assert!(!vault.session(crowd).contains("user").await.unwrap());
    assert_eq!(shelf.calls().len(), Session::MAX_IDS);
}

#[tokio::test]
async fn two_requests_that_insert_different_keys_lose_neither() {
    let (shelf, vault) = shop();
    let id = signed_in(&shelf, &vault).await;
    let (one, other) = (vault.session([id]), vault.session([id]));
    for session in [&one, &other] {
        assert!(session.contains("user").await.unwrap());
    }
    one.insert("one", 1).unwrap();
    other.insert("other", 2).unwrap();
    assert_eq!(change(&one).await, Change::Keep);
    assert_eq!(change(&other).await, Change::Keep);
    let keys = vault.session([id]).keys().await.unwrap();
    assert_eq!(keys, ["one", "other", "user"]);
}

#[tokio::test]
async fn an_update_is_made_again_of_what_a_faster_request_left() {
    let (shelf, vault) = shop();
    let id = signed_in(&shelf, &vault).await;
    let sessions = [(); 10].map(|()| vault.session([id]));
    for session in &sessions {
        assert_eq!(session.update("count", one_more).await.unwrap(), 1);
    }
    for session in &sessions {
        session.commit().await.unwrap();
    }
    let count = vault.session([id]).get::<u32>("count").await.unwrap();
    assert_eq!(count, Some(10));
}

#[tokio::test]
async fn who_loses_to_another_process_in_step_waits_and_falls_out_of_it() {
    let (shelf, vault) = shop();
    let id = signed_in(&shelf, &vault).await;
    let (waits, other) = (Arc::new(Mutex::new(Vec::new())), shelf.clone());
    let seen = Arc::clone(&waits);
    let patient = vault.clone().clock(move |time| {
        let mut waits = seen.lock().unwrap();
        waits.push(time);
        other.rival(waits.len() < 8);
        Box::pin(std::future::ready(()))
    });
    shelf.rival(true);
    let session = patient.session([id]);
    session.update("count", one_more).await.unwrap();
    session.commit().await.unwrap();
    let waits = waits.lock().unwrap();
    assert_eq!(waits.len(), 8);
    for (lost, wait) in (1..).zip(&*waits) {
        assert!(*wait < Duration::from_millis(1 << 5.min(lost)), "{waits:?}");
    }
    assert!(waits.iter().any(|wait| *wait != waits[0]), "{waits:?}");
}

#[tokio::test]
async fn who_always_loses_learns_of_it() {
    let (shelf, vault) = shop();
    let id = signed_in(&shelf, &vault).await;
    shelf.rival(true);
    let session = vault.session([id]);
    session.update("count", one_more).await.unwrap();
    shelf.calls();
    let error = session.commit().await.unwrap_err();
    assert_eq!(error.kind(), SessionErrorKind::Conflict);
    let saves = shelf.calls().into_iter().filter(|call| *call == "update");
    assert_eq!(saves.count(), 32);
}

#[tokio::test]
async fn without_a_conflict_an_update_is_made_once() {
    let (shelf, vault) = shop();
    let id = signed_in(&shelf, &vault).await;
    let session = vault.session([id]);
    let mut calls = 0;
    let count = move |_: Option<u32>| {
        calls += 1;
        calls
    };
    assert_eq!(session.update("calls", count).await.unwrap(), 1);
    session.commit().await.unwrap();
    assert_eq!(shelf.calls(), ["load", "update"]);
    let calls = vault.session([id]).get::<u32>("calls").await.unwrap();
    assert_eq!(calls, Some(1));
}

#[tokio::test]
async fn a_closure_may_use_the_session_that_it_updates() {
    let (_, vault) = shop();
    let session = vault.session([]);
    let inner = session.clone();
    let update = session.update("a", move |_: Option<u32>| {
        inner.insert("b", 2).unwrap();
        1
    });
    assert_eq!(update.await.unwrap(), 1);
    assert_eq!(session.keys().await.unwrap(), ["a", "b"]);
}

#[tokio::test]
async fn clones_that_update_one_value_do_not_overtake_each_other() {
    let (_, vault) = shop();
    let session = vault.session([]);
    let inner = session.clone();
    let mut interfere = true;
    let sum = session.update("n", move |n: Option<u32>| {
        if std::mem::take(&mut interfere) {
            inner.insert("n", 40).unwrap();
        }
        n.unwrap_or(0) + 2
    });
    assert_eq!(sum.await.unwrap(), 42);
    assert_eq!(session.get("n").await.unwrap(), Some(42));
}

#[tokio::test]
async fn a_slower_request_does_not_bring_a_destroyed_session_back() {
    let (shelf, vault) = shop();
    for renews in [false, true] {
        let id = signed_in(&shelf, &vault).await;
        let slow = vault.session([id]);
        assert!(slow.contains("user").await.unwrap());
        slow.insert("user", "mallory").unwrap();
        if renews {
            slow.renew();
        }

        let sign_out = vault.session([id]);
        sign_out.destroy();
        assert_eq!(change(&sign_out).await, Change::Remove);

        // By now the client may have another cookie: this answer leaves it alone.
        assert_eq!(change(&slow).await, Change::Keep);
        assert_eq!(user(&vault, id).await, None);
        assert!(shelf.records().is_empty());
    }
}

#[tokio::test]
async fn a_commit_says_that_another_request_has_ended_or_renewed_the_session() {
    for renews in [false, true] {
        let (shelf, vault) = shop();
        let id = signed_in(&shelf, &vault).await;
        let (slow, fast) = (vault.session([id]), vault.session([id]));
        assert!(slow.contains("user").await.unwrap());
        slow.insert("cart", 1).unwrap();
        if renews {
            fast.renew();
        } else {
            fast.destroy();
        }
        fast.commit().await.unwrap();
        for _ in 0..2 {
            let error = slow.commit().await.unwrap_err();
            assert_eq!(error.kind(), SessionErrorKind::Gone);
            slow.remove("cart");
        }
        // With nothing to save there is nothing to say, and the layer's save drops what is left.
        assert_eq!(change(&slow).await, Change::Keep);
        let late = vault.session([id]);
        if renews {
            late.insert("cart", 1).unwrap();
            let error = late.commit().await.unwrap_err();
            assert_eq!(error.kind(), SessionErrorKind::Gone);
        }
    }
}

#[tokio::test]
async fn what_is_inserted_after_destroy_begins_another_session() {
    let (shelf, vault) = shop();
    let id = signed_in(&shelf, &vault).await;
    let session = vault.session([id]);
    session.insert("lost", true).unwrap();
    session.destroy();
    assert_eq!(session.keys().await.unwrap(), NOTHING);
    session.insert("notice", "signed out").unwrap();
    let new = issued(&session).await;
    assert_ne!(new, id);
    assert_eq!(user(&vault, id).await, None);
    assert_eq!(vault.session([new]).keys().await.unwrap(), ["notice"]);
    assert_eq!(shelf.records().len(), 1);
}

#[tokio::test]
async fn destroy_deletes_all_that_the_client_named() {
    let (shelf, vault) = shop();
    let (one, other) = (
        signed_in(&shelf, &vault).await,
        signed_in(&shelf, &vault).await,
    );
    let session = vault.session([one, other]);
    session.destroy();
    assert_eq!(change(&session).await, Change::Remove);
    assert!(shelf.records().is_empty());
}

#[tokio::test]
async fn a_new_session_that_is_destroyed_in_its_own_request_leaves_nothing() {
    let (shelf, vault) = shop();
    let session = vault.session([]);
    session.insert("a", 1).unwrap();
    session.commit().await.unwrap();
    session.destroy();
    assert_eq!(change(&session).await, Change::Keep);
    assert!(shelf.records().is_empty());
}

#[tokio::test]
async fn renew_keeps_the_values_and_kills_the_old_id() {
    let (shelf, vault) = shop();
    let old = signed_in(&shelf, &vault).await;
    let session = vault.session([old]);
    session.renew();
    session.insert("role", "admin").unwrap();
    let new = issued(&session).await;
    assert_eq!(shelf.calls(), ["load", "rename"]);
    assert_ne!(new, old);
    assert_eq!(vault.session([old]).keys().await.unwrap(), NOTHING);
    assert_eq!(vault.session([new]).keys().await.unwrap(), ["role", "user"]);
    assert_eq!(shelf.records().len(), 1);
}

#[tokio::test]
async fn renew_loses_no_change_of_a_request_that_was_faster() {
    let (shelf, vault) = shop();
    let old = signed_in(&shelf, &vault).await;
    let (sign_in, cart) = (vault.session([old]), vault.session([old]));
    assert!(sign_in.contains("user").await.unwrap());
    cart.insert("cart", [1, 2]).unwrap();
    cart.commit().await.unwrap();
    sign_in.renew();
    let new = issued(&sign_in).await;
    assert_eq!(vault.session([new]).keys().await.unwrap(), ["cart", "user"]);
}

#[tokio::test]
async fn renew_does_not_move_the_deadline() {
    let (shelf, vault) = shop();
    let old = signed_in(&shelf, &vault).await;
    let before = shelf.records().remove(0).1.deadline;
    let session = vault.session([old]);
    session.renew();
    issued(&session).await;
    assert_eq!(shelf.records().remove(0).1.deadline, before);
}

#[tokio::test]
async fn a_write_that_changes_nothing_is_no_write() {
    let (shelf, vault) = shop();
    let id = signed_in(&shelf, &vault).await;
    let session = vault.session([id]);
    session.insert("user", "ada").unwrap();
    session.remove("absent");
    assert_eq!(change(&session).await, Change::Keep);
    assert_eq!(shelf.calls(), ["load"]);
}

#[tokio::test]
async fn the_store_hears_of_a_visit_once_in_a_tenth_of_the_idle_timeout() {
    let (shelf, vault) = shop();
    let id = signed_in(&shelf, &vault).await;
    for (left, calls) in [(95, ["load"].as_slice()), (85, &["load", "touch"])] {
        let expires = Timestamp::now() + Vault::IDLE_TIMEOUT * left / 100;
        shelf.change(id.key(), |record| record.expires = expires);
        let session = vault.session([id]);
        assert!(session.contains("user").await.unwrap());
        let unsaved = session.close() == Use::Unsaved;
        assert_eq!(unsaved, calls.contains(&"touch"));
        session.finish().await.unwrap().slid.unwrap();
        assert_eq!(shelf.calls(), calls);
    }
    let (_, record) = shelf.records().remove(0);
    assert!(record.expires.since(Timestamp::now()) > Vault::IDLE_TIMEOUT * 99 / 100);
    assert_eq!(record.version, 1);
}

#[tokio::test]
async fn use_does_not_carry_a_session_past_its_deadline() {
    let (shelf, vault) = shop();
    let id = signed_in(&shelf, &vault).await;
    let deadline = Timestamp::now() + Duration::from_secs(60);
    shelf.change(id.key(), |record| {
        record.expires = deadline;
        record.deadline = deadline;
    });
    let session = vault.session([id]);
    session.insert("a", 1).unwrap();
    session.commit().await.unwrap();
    let (_, record) = shelf.records().remove(0);
    assert_eq!((record.expires, record.deadline), (deadline, deadline));
    // And no visit is worth a write any more.
    let session = vault.session([id]);
    assert!(session.contains("a").await.unwrap());
    assert_eq!(session.close(), Use::Read);
}

#[tokio::test]
async fn the_longest_timeouts_mean_never_and_do_not_overflow() {
    let shelf = Shelf::default();
    let vault = Vault::new(shelf.clone())
        .idle_timeout(Duration::MAX)
        .absolute_timeout(Duration::MAX);
    let id = signed_in(&shelf, &vault).await;
    assert_eq!(user(&vault, id).await.as_deref(), Some("ada"));
}

#[tokio::test]
async fn what_is_too_large_is_refused() {
    let shelf = Shelf::default();
    let vault = Vault::new(shelf.clone()).max_size(1000);
    let session = vault.session([]);
    let error = session.insert("page", "x".repeat(1001)).unwrap_err();
    assert_eq!(
        (error.kind(), error.key()),
        (SessionErrorKind::TooLarge, "page")
    );

    for half in ["a", "b"] {
        session.insert(half, "x".repeat(600)).unwrap();
    }
    let error = session.commit().await.unwrap_err();
    assert_eq!(error.kind(), SessionErrorKind::TooLarge);
    assert!(shelf.records().is_empty());
}

#[tokio::test]
async fn what_could_be_written_and_not_be_read_again_is_refused() {
    let nested =
        |depth| (0..depth).fold(serde_json::json!(1), |value, _| serde_json::json!([value]));
    let (shelf, vault) = shop();
    let session = vault.session([]);
    session.insert("deep", nested(Vault::MAX_DEPTH)).unwrap();
    let error = session
        .insert("deeper", nested(Vault::MAX_DEPTH + 1))
        .unwrap_err();
    assert_eq!(
        (error.kind(), error.key()),
        (SessionErrorKind::Value, "deeper")
    );
    assert!(error.to_string().contains("deeper than 64"), "{error}");
    let deeper = move |_: Option<serde_json::Value>| nested(100);
    assert!(session.update("deep", deeper).await.is_err());
    change(&session).await;
    let text = serde_json::to_string(&*shelf.records().remove(0).1.data).unwrap();
    assert!(serde_json::from_str::<serde_json::Value>(&text).is_ok());
}

#[tokio::test]
async fn a_value_of_another_type_is_an_error_that_names_its_key() {
    let (shelf, vault) = shop();
    let id = signed_in(&shelf, &vault).await;
    let session = vault.session([id]);
    let error = session.get::<u32>("user").await.unwrap_err();
    assert_eq!(
        (error.kind(), error.key()),
        (SessionErrorKind::Value, "user")
    );
    assert!(error.to_string().contains("\"user\""), "{error}");
    let error = session.update("user", one_more).await.unwrap_err();
    assert_eq!(error.kind(), SessionErrorKind::Value);
    // Keys of a map must be text in JSON.
    let pairs = std::collections::HashMap::from([((1, 2), 3)]);
    let error = session.insert("pairs", pairs).unwrap_err();
    assert_eq!(error.kind(), SessionErrorKind::Value);
}

#[tokio::test]
async fn a_change_after_the_response_is_refused() {
    let (shelf, vault) = shop();
    let id = signed_in(&shelf, &vault).await;
    for closes in [true, false] {
        let session = vault.session([id]);
        if closes {
            session.close();
        } else {
            assert_eq!(change(&session).await, Change::Keep);
        }
        let error = session.insert("late", 1).unwrap_err();
        assert_eq!(
            (error.kind(), error.key()),
            (SessionErrorKind::Closed, "late")
        );
        let error = session.update("late", one_more).await.unwrap_err();
        assert_eq!(error.kind(), SessionErrorKind::Closed);
        session.destroy();
        session.commit().await.unwrap();
        assert_eq!(user(&vault, id).await.as_deref(), Some("ada"));
    }
}

#[tokio::test]
async fn a_commit_is_seen_by_the_same_request_and_the_next() {
    let (shelf, vault) = shop();
    let session = vault.session([]);
    session.insert("a", 1).unwrap();
    session.commit().await.unwrap();
    assert_eq!(session.get("a").await.unwrap(), Some(1));
    session.insert("b", 2).unwrap();
    let id = issued(&session).await;
    assert_eq!(shelf.calls(), ["create", "update"]);
    assert_eq!(vault.session([id]).keys().await.unwrap(), ["a", "b"]);
}

#[tokio::test]
async fn whichever_store_call_fails_there_is_an_error_and_no_half() {
    type Act = fn(&Session);
    let acts: [(&str, Act); 7] = [
        ("visit", |_| {}),
        ("renew", Session::renew),
        ("sign in to be remembered", |session| {
            session.renew();
            session.belongs_to("ada").unwrap();
            session.expire_after(Duration::from_secs(60));
            session.insert("role", "admin").unwrap();
        }),
        ("sign in", |session| {
            session.renew();
            session.insert("role", "admin").unwrap();
        }),
        ("write", |session| session.insert("role", "admin").unwrap()),
        ("sign out", Session::destroy),
        ("sign out with a notice", |session| {
            session.destroy();
            session.insert("notice", "bye").unwrap();
        }),
    ];
    // Whoever looks first has loaded the session, and a visit moves its end, which is near.
    for ((name, act), looks) in acts.iter().flat_map(|act| [(act, true), (act, false)]) {
        let mut failed = Vec::new();
        for call in 1.. {
            let (shelf, vault) = shop();
            let id = signed_in(&shelf, &vault).await;
            let soon = Timestamp::now() + Duration::from_secs(60);
            shelf.change(id.key(), |record| record.expires = soon);
            shelf.fail_at(call);
            let session = vault.session([id]);
            let looked = if looks {
                session.contains("user").await.map(drop)
            } else {
                Ok(())
            };
            let result = match looked {
                Ok(()) => {
                    act(&session);
                    session.finish().await
                }
                Err(error) => Err(error),
            };
            let calls = shelf.calls();
            shelf.fail_at(0);
            let error = match result {
                Ok(Finished {
                    change,
                    slid: Err(error),
                }) => {
                    assert_eq!((*name, change), ("visit", Change::Keep));
                    assert!(shelf.records()[0].1.expires == soon);
                    error
                }
                Err(error) => error,
                Ok(_) => break,
            };
            failed.push(calls[call - 1]);
            assert_eq!(error.kind(), SessionErrorKind::Store, "{name}");
            assert!(error.to_string().contains("fallen down"), "{error}");
            // Either nothing happened, or the session is over; nobody has a right that was half given.
            let keys = vault.session([id]).keys().await.unwrap();
            assert!(
                keys == ["user"] || keys.is_empty(),
                "{name} {call}: {keys:?}"
            );
            assert!(shelf.records().len() <= 1, "{name} {call}");
        }
        match (*name, looks) {
            ("visit", true) => assert_eq!(failed, ["load", "touch"]),
            ("visit", false) => assert_eq!(failed, NOTHING),
            _ => assert!(!failed.is_empty(), "{name} asks the store"),
        }
    }
}

#[tokio::test]
async fn a_handler_that_saw_its_commit_fail_decides_and_the_layer_does_not_try_again() {
    let (shelf, vault) = shop();
    let session = vault.session([]);
    session.insert("a", 1).unwrap();
    shelf.fail_at(1);
    session.commit().await.unwrap_err();
    assert_eq!(session.get::<u32>("a").await.unwrap(), None);
    assert_eq!(change(&session).await, Change::Keep);
    assert!(shelf.records().is_empty());
}

#[tokio::test]
async fn a_touch_that_fails_is_told_and_is_no_failure() {
    let (shelf, vault) = shop();
    let id = signed_in(&shelf, &vault).await;
    let soon = Timestamp::now() + Duration::from_secs(60);
    shelf.change(id.key(), |record| record.expires = soon);
    shelf.fail_at(2);
    let session = vault.session([id]);
    assert!(session.contains("user").await.unwrap());
    let finished = session.finish().await.unwrap();
    assert_eq!(finished.change, Change::Keep);
    assert!(finished.slid.is_err());
}

#[tokio::test]
async fn a_store_that_hangs_is_waited_for_so_long_and_no_longer() {
    let shelf = Shelf::default();
    let vault = Vault::new(shelf.clone())
        .clock(|time| Box::pin(tokio::time::sleep(time)))
        .store_timeout(Duration::from_millis(5));
    let id = signed_in(&shelf, &vault).await;
    shelf.hang(true);
    let reader = vault.session([id]);
    let read = reader.get::<String>("user").await.unwrap_err();
    let (one, other) = (vault.session([id]), vault.session([id]));
    one.renew();
    other.insert("a", 1).unwrap();
    let saved = [one.commit().await, other.finish().await.map(drop)];
    for error in saved.into_iter().map(Result::unwrap_err).chain([read]) {
        assert_eq!(error.kind(), SessionErrorKind::Store);
        assert!(error.to_string().contains("within 5ms"), "{error}");
    }
    assert!(vault.destroy_all("ada").await.is_err());

    // When it works again, so does everything, and nothing of all that was done.
    shelf.hang(false);
    let session = vault.session([id]);
    assert_eq!(session.keys().await.unwrap(), ["user"]);
    session.insert("a", 1).unwrap();
    assert_eq!(change(&session).await, Change::Keep);
}

/// Says by which id it is known, and counts how often it was asked.
struct Counted(Vault, Id, Arc<AtomicUsize>);

impl Sender for Counted {
    fn vault(&self) -> &Vault {
        &self.0
    }

    fn known(&self) -> Known {
        self.2.fetch_add(1, Ordering::Relaxed);
        Known::by_ids([self.1])
    }
}

#[tokio::test]
async fn what_a_client_sent_is_read_when_its_session_is_used_and_then_once() {
    let (shelf, vault) = shop();
    let id = signed_in(&shelf, &vault).await;
    let asked = Arc::new(AtomicUsize::new(0));
    let session = || Session::sent_by(Counted(vault.clone(), id, Arc::clone(&asked)));
    let untouched = session();
    assert_eq!(untouched.close(), Use::Untouched);
    assert!(
        untouched
            .sender::<Counted>()
            .is_some_and(|sender| sender.1 == id)
    );
    drop(untouched);
    assert_eq!(asked.load(Ordering::Relaxed), 0);

    let used = session();
    assert!(used.is_known());
    assert_eq!(used.get("user").await.unwrap(), Some("ada".to_owned()));
    used.clone().insert("a", 1).unwrap();
    assert_eq!(change(&used).await, Change::Keep);
    assert_eq!(asked.load(Ordering::Relaxed), 1);

    // A change needs it too, and so does an end.
    let ended = session();
    ended.destroy();
    assert_eq!(change(&ended).await, Change::Remove);
    assert_eq!(asked.load(Ordering::Relaxed), 2);
    assert_eq!(user(&vault, id).await, None);
}

#[test]
fn a_missing_layer_is_an_error_that_names_the_fix() {
    let error: NoSession = Session::of(&http::Request::new(())).unwrap_err();
    let message = error.to_string();
    assert!(message.contains("SessionLayer") && message.contains("plywood-session"));
}

#[test]
fn the_handle_crosses_threads_and_so_do_its_futures() {
    fn crosses<T: Send + Sync>(_: &T) {}
    fn moves<T: Send>(_: T) {}
    let (_, vault) = shop();
    let session = vault.session([]);
    crosses(&session);
    moves(session.get::<String>("a"));
    moves(session.update("a", one_more));
    moves(session.commit());
    let _: Option<SessionError> = None;
}

#[test]
fn the_futures_of_the_handle_stay_small() {
    let (_, vault) = shop();
    let session = vault.session([]);
    for (size, most) in [
        (size_of_val(&session.get::<String>("a")), 544),
        (size_of_val(&session.commit()), 800),
        (size_of_val(&session.finish()), 856),
    ] {
        assert!(size <= most, "{size}");
    }
}
