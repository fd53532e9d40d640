//! Whose the session is, how long it lives, and when it is saved.

use std::time::Duration;

use plywood_session_core::{
    Change, Flash, Id, Level, Record, Session, SessionErrorKind, Timestamp, Use, Vault,
};

use crate::{NOTHING, change, issued, one_more, shop, signed_in, user};

const HOUR: Duration = Duration::from_secs(3600);

async fn of_owner(vault: &Vault, owner: &str) -> Id {
    let session = vault.session([]);
    session.insert("user", owner).unwrap();
    session.belongs_to(owner).unwrap();
    issued(&session).await
}

#[tokio::test]
async fn signing_out_everywhere_ends_all_sessions_of_one_owner() {
    let (_, vault) = shop();
    let adas = [of_owner(&vault, "ada").await, of_owner(&vault, "ada").await];
    let bob = of_owner(&vault, "bob").await;
    assert_eq!(vault.destroy_all("ada").await.unwrap(), 2);
    for id in adas {
        assert_eq!(user(&vault, id).await, None);
    }
    assert_eq!(user(&vault, bob).await.as_deref(), Some("bob"));
    assert_eq!(vault.destroy_all("ada").await.unwrap(), 0);
}

#[tokio::test]
async fn a_new_password_ends_all_other_sessions() {
    let (_, vault) = shop();
    let (here, there) = (of_owner(&vault, "ada").await, of_owner(&vault, "ada").await);
    let session = vault.session([here]);
    session.renew();
    assert_eq!(session.destroy_others().await.unwrap(), 1);
    let here = issued(&session).await;
    assert_eq!(user(&vault, here).await.as_deref(), Some("ada"));
    assert_eq!(user(&vault, there).await, None);

    let nobody = vault.session([]);
    assert_eq!(nobody.destroy_others().await.unwrap(), 0);
}

#[tokio::test]
async fn the_owner_stays_when_the_session_is_renewed_and_goes_when_it_is_cleared() {
    let (shelf, vault) = shop();
    let id = of_owner(&vault, "ada").await;
    let session = vault.session([id]);
    session.renew();
    let id = issued(&session).await;
    assert_eq!(shelf.records()[0].1.owner.as_deref(), Some("ada"));

    let session = vault.session([id]);
    session.clear();
    session.insert("cart", 1).unwrap();
    change(&session).await;
    assert_eq!(shelf.records()[0].1.owner, None);
    // To belong to somebody else is a change by itself.
    let session = vault.session([id]);
    session.belongs_to("bob").unwrap();
    change(&session).await;
    assert_eq!(shelf.records()[0].1.owner.as_deref(), Some("bob"));
}

#[tokio::test]
async fn an_owner_alone_makes_no_session_and_a_long_one_is_refused() {
    let (shelf, vault) = shop();
    let session = vault.session([]);
    session.belongs_to("ada").unwrap();
    assert_eq!(change(&session).await, Change::Keep);
    assert_eq!(shelf.calls(), NOTHING);

    let error = vault
        .session([])
        .belongs_to(&"x".repeat(Record::MAX_OWNER + 1));
    assert_eq!(error.unwrap_err().kind(), SessionErrorKind::TooLarge);
}

#[tokio::test]
async fn a_session_that_is_remembered_lives_longer_and_one_of_great_rights_shorter() {
    let (shelf, vault) = shop();
    for time in [Vault::ABSOLUTE_TIMEOUT * 3, HOUR / 4] {
        let id = signed_in(&shelf, &vault).await;
        let session = vault.session([id]);
        session.expire_after(time);
        let Change::Issue {
            id: issued,
            lifetime,
            lasting,
        } = change(&session).await
        else {
            panic!("the cookie is issued again")
        };
        assert_eq!((issued, lasting), (id, true));
        assert!(time.abs_diff(lifetime) < Duration::from_secs(60));
        // Neither use nor another write moves the end.
        let session = vault.session([id]);
        session.insert("a", 1).unwrap();
        assert_eq!(change(&session).await, Change::Keep);
        let session = vault.session([id]);
        assert!(session.contains("a").await.unwrap());
        assert_eq!(session.close(), Use::Read);
        let (_, record) = shelf.records().remove(0);
        assert_eq!(record.expires, record.deadline);
        let left = record.deadline.since(Timestamp::now());
        assert!(time.abs_diff(left) < Duration::from_secs(60));
        let session = vault.session([id]);
        session.destroy();
        change(&session).await;
    }
}

#[tokio::test]
async fn a_new_session_may_be_remembered_from_its_beginning() {
    let (_, vault) = shop();
    let session = vault.session([]);
    session.insert("user", "ada").unwrap();
    session.expire_after(HOUR);
    let Change::Issue { lasting, .. } = change(&session).await else {
        panic!("a cookie is issued")
    };
    assert!(lasting);
}

#[tokio::test]
async fn a_request_that_ignores_the_session_leaves_no_trace() {
    let (shelf, vault) = shop();
    let id = signed_in(&shelf, &vault).await;
    let soon = Timestamp::now() + HOUR;
    shelf.change(id.key(), |record| record.expires = soon);
    let session = vault.session([id]);
    assert!(session.contains("user").await.unwrap());
    session.ignore();
    assert_eq!(session.close(), Use::Read);

    let session = vault.session([id]);
    session.insert("a", 1).unwrap();
    session.ignore();
    assert_eq!(change(&session).await, Change::Keep);
    assert_eq!(shelf.calls(), ["load"]);
    assert_eq!(shelf.records()[0].1.expires, soon);
}

#[tokio::test]
async fn the_secret_is_made_once_and_two_pages_agree_on_it() {
    let (shelf, vault) = shop();
    let id = signed_in(&shelf, &vault).await;
    let (one, other) = (vault.session([id]), vault.session([id]));
    for session in [&one, &other] {
        assert!(session.contains("user").await.unwrap());
    }
    let secret = one.csrf_secret().await.unwrap();
    assert_eq!(secret.len(), 32);
    assert_eq!(other.csrf_secret().await.unwrap(), secret);
    assert_eq!(one.csrf_secret().await.unwrap(), secret);
    shelf.calls();
    let later = vault.session([id]);
    assert_eq!(later.csrf_secret().await.unwrap(), secret);
    change(&later).await;
    assert_eq!(shelf.calls(), ["load"]);
}

#[tokio::test]
async fn the_secret_is_another_after_a_sign_in() {
    let (_, vault) = shop();
    let session = vault.session([]);
    let secret = session.csrf_secret().await.unwrap();
    let id = issued(&session).await;
    let session = vault.session([id]);
    session.renew();
    session.insert("user", "ada").unwrap();
    let new = session.csrf_secret().await.unwrap();
    assert_ne!(new, secret);
    let id = issued(&session).await;
    assert_eq!(vault.session([id]).csrf_secret().await.unwrap(), new);
}

#[tokio::test]
async fn the_secret_of_a_session_that_is_over_is_an_error() {
    let (shelf, vault) = shop();
    let id = signed_in(&shelf, &vault).await;
    let slow = vault.session([id]);
    assert!(slow.contains("user").await.unwrap());
    let sign_out = vault.session([id]);
    sign_out.destroy();
    change(&sign_out).await;
    let error = slow.csrf_secret().await.unwrap_err();
    assert_eq!(error.kind(), SessionErrorKind::Gone);
}

#[tokio::test]
async fn messages_that_were_taken_can_wait_once_more() {
    let (shelf, vault) = shop();
    let id = signed_in(&shelf, &vault).await;
    let session = vault.session([id]);
    session.flash(Level::Info, "one").unwrap();
    session.flash(Level::Info, "two").unwrap();
    change(&session).await;
    let session = vault.session([id]);
    let taken = session.flashes().await.unwrap();
    session.flash(Level::Info, "three").unwrap();
    session.keep_flashes(taken).unwrap();
    change(&session).await;
    let flashes: Vec<Flash> = vault.session([id]).flashes().await.unwrap();
    let texts: Vec<&str> = flashes.iter().map(|flash| &*flash.text).collect();
    assert_eq!(texts, ["one", "two", "three"]);
}

fn closed(session: &Session) -> bool {
    let error = session.insert("late", 1).err();
    error.is_some_and(|error| error.kind() == SessionErrorKind::Closed)
}

#[tokio::test]
async fn a_late_change_is_kept_when_it_was_announced() {
    let (shelf, vault) = shop();
    let id = signed_in(&shelf, &vault).await;
    let session = vault.session([id]);
    session.late_save();
    session.insert("early", 1).unwrap();
    assert_eq!(session.close(), Use::Unsaved);
    assert_eq!(session.finish_head().await.unwrap().change, Change::Keep);
    assert!(session.is_open());

    session.update("count", one_more).await.unwrap();
    session.renew();
    session.expire_after(HOUR);
    assert_eq!(change(&session).await, Change::Keep);
    let keys = vault.session([id]).keys().await.unwrap();
    assert_eq!(keys, ["count", "early", "user"]);
    assert!(!session.is_open() && closed(&session));
}

#[tokio::test]
async fn a_late_change_of_a_session_that_the_client_does_not_know_is_refused() {
    let (shelf, vault) = shop();
    for ids in [vec![], vec![Id::random().unwrap()]] {
        let session = vault.session(ids);
        session.late_save();
        session.close();
        let _ = session.finish_head().await.unwrap();
        assert!(!session.is_open() && closed(&session));
    }
    // After a late sign-out there is nothing to be changed, and no cookie for a new session.
    let id = signed_in(&shelf, &vault).await;
    let session = vault.session([id]);
    session.late_save();
    session.close();
    let _ = session.finish_head().await.unwrap();
    session.destroy();
    assert!(closed(&session));
    change(&session).await;
    assert!(shelf.records().is_empty());
}
