//! A session that has moved to a new id, while other requests still hold the old one.

use plywood_session_core::{Change, Id, Session, Vault};

use crate::{NOTHING, change, issued, shelf::Shelf, shop, signed_in, user};

/// A session that was renewed: its old id and its new one.
async fn renewed(shelf: &Shelf, vault: &Vault) -> (Id, Id) {
    let old = signed_in(shelf, vault).await;
    let session = vault.session([old]);
    session.renew();
    let new = issued(&session).await;
    shelf.calls();
    (old, new)
}

#[tokio::test]
async fn the_old_id_is_dead_at_once() {
    let (shelf, vault) = shop();
    let (old, new) = renewed(&shelf, &vault).await;
    assert_eq!(vault.session([old]).keys().await.unwrap(), NOTHING);
    assert_eq!(user(&vault, new).await.as_deref(), Some("ada"));
    // And of both cookies the live one is used.
    for ids in [[old, new], [new, old]] {
        assert!(vault.session(ids).contains("user").await.unwrap());
    }
}

#[tokio::test]
async fn a_request_that_holds_the_old_id_begins_no_other_session() {
    type Act = fn(&Session);
    let acts: [(&str, Act); 4] = [
        ("inserts", |session| session.insert("cart", 1).unwrap()),
        ("signs in", |session| {
            session.renew();
            session.insert("user", "mallory").unwrap();
        }),
        ("clears", |session| {
            session.clear();
            session.insert("cart", 1).unwrap();
        }),
        ("flashes", |session| {
            session
                .flash(plywood_session_core::Level::Info, "lost")
                .unwrap();
        }),
    ];
    for (name, act) in acts {
        let (shelf, vault) = shop();
        let (old, new) = renewed(&shelf, &vault).await;
        let session = vault.session([old]);
        act(&session);
        assert_eq!(change(&session).await, Change::Keep, "{name}");
        assert_eq!(shelf.calls(), ["load"], "{name}");
        assert_eq!(shelf.records().len(), 1, "{name}");
        assert_eq!(user(&vault, new).await.as_deref(), Some("ada"), "{name}");
    }
}

#[tokio::test]
async fn a_sign_out_by_the_old_id_ends_the_renewed_session() {
    let (shelf, vault) = shop();
    let (old, new) = renewed(&shelf, &vault).await;
    let again = vault.session([new]);
    again.renew();
    let newest = issued(&again).await;

    let sign_out = vault.session([old]);
    sign_out.destroy();
    assert_eq!(change(&sign_out).await, Change::Remove);
    assert!(shelf.records().is_empty());
    for id in [old, new, newest] {
        assert_eq!(user(&vault, id).await, None);
    }
}

#[tokio::test]
async fn a_sign_out_that_has_loaded_before_the_renewal_ends_it_too() {
    let (shelf, vault) = shop();
    let old = signed_in(&shelf, &vault).await;
    let sign_out = vault.session([old]);
    assert!(sign_out.contains("user").await.unwrap());
    let sign_in = vault.session([old]);
    sign_in.renew();
    issued(&sign_in).await;
    sign_out.destroy();
    assert_eq!(change(&sign_out).await, Change::Remove);
    assert!(shelf.records().is_empty());
}

#[tokio::test]
async fn a_sign_out_whose_call_fails_can_be_tried_again() {
    let mut failures = 0;
    for call in 1.. {
        let (shelf, vault) = shop();
        let (old, _) = renewed(&shelf, &vault).await;
        shelf.fail_at(call);
        let sign_out = vault.session([old]);
        sign_out.destroy();
        let result = sign_out.finish().await;
        shelf.fail_at(0);
        if result.is_ok() {
            assert!(shelf.records().is_empty());
            break;
        }
        failures += 1;
        let again = vault.session([old]);
        again.destroy();
        assert_eq!(change(&again).await, Change::Remove);
        assert!(shelf.records().is_empty(), "{call}");
    }
    assert_eq!(failures, 3);
}

#[tokio::test]
async fn a_slow_writer_that_loaded_before_the_renewal_changes_nothing() {
    let (shelf, vault) = shop();
    let old = signed_in(&shelf, &vault).await;
    let slow = vault.session([old]);
    assert!(slow.contains("user").await.unwrap());
    slow.insert("user", "mallory").unwrap();
    let sign_in = vault.session([old]);
    sign_in.renew();
    let new = issued(&sign_in).await;
    assert_eq!(change(&slow).await, Change::Keep);
    assert_eq!(user(&vault, new).await.as_deref(), Some("ada"));
}

#[tokio::test]
async fn what_is_inserted_after_a_sign_out_by_the_old_id_is_kept() {
    let (shelf, vault) = shop();
    let (old, _) = renewed(&shelf, &vault).await;
    let session = vault.session([old]);
    session.destroy();
    session.insert("notice", "bye").unwrap();
    let id = issued(&session).await;
    assert_eq!(vault.session([id]).keys().await.unwrap(), ["notice"]);
    assert_eq!(shelf.records().len(), 1);
}
