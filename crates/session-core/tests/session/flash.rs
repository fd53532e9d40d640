//! Messages for the next page.

use plywood_session_core::{Flash, Level, Session, SessionErrorKind};

use crate::{NOTHING, change, shop, signed_in};

fn texts(flashes: &[Flash]) -> Vec<&str> {
    flashes.iter().map(|flash| &*flash.text).collect()
}

async fn taken(session: &Session) -> Vec<Flash> {
    session.flashes().await.unwrap()
}

#[tokio::test]
async fn a_message_waits_for_the_page_that_shows_it_and_is_shown_once() {
    let (shelf, vault) = shop();
    let id = signed_in(&shelf, &vault).await;
    let session = vault.session([id]);
    session.flash(Level::Success, "saved").unwrap();
    session.flash(Level::Warning, "nearly full").unwrap();
    session.commit().await.unwrap();

    // A request in between that looks at other things.
    let between = vault.session([id]);
    assert!(between.contains("user").await.unwrap());
    change(&between).await;

    let page = vault.session([id]);
    let flashes = taken(&page).await;
    assert_eq!(texts(&flashes), ["saved", "nearly full"]);
    assert_eq!(flashes[1].level.as_str(), "warning");
    assert_eq!(taken(&page).await, []);
    page.commit().await.unwrap();
    let next = vault.session([id]);
    assert_eq!(taken(&next).await, []);
    assert_eq!(next.keys().await.unwrap(), ["user"]);
}

#[tokio::test]
async fn a_page_without_messages_writes_nothing() {
    let (shelf, vault) = shop();
    let id = signed_in(&shelf, &vault).await;
    for session in [vault.session([id]), vault.session([])] {
        assert_eq!(taken(&session).await, []);
        change(&session).await;
    }
    assert_eq!(shelf.calls(), ["load"]);
}

#[tokio::test]
async fn a_message_that_comes_while_others_are_shown_waits_for_the_next_page() {
    let (shelf, vault) = shop();
    let id = signed_in(&shelf, &vault).await;
    let first = vault.session([id]);
    first.flash(Level::Info, "saved").unwrap();
    first.commit().await.unwrap();

    let (page, late) = (vault.session([id]), vault.session([id]));
    assert_eq!(texts(&taken(&page).await), ["saved"]);
    for text in ["saved", "late"] {
        late.flash(Level::Info, text).unwrap();
    }
    late.commit().await.unwrap();
    page.commit().await.unwrap();
    let flashes = taken(&vault.session([id])).await;
    assert_eq!(texts(&flashes), ["saved", "late"]);
}

#[tokio::test]
async fn messages_that_nobody_reads_do_not_grow_without_end() {
    let (_, vault) = shop();
    let session = vault.session([]);
    for number in 0..100 {
        session.flash(Level::Info, number.to_string()).unwrap();
    }
    let flashes = taken(&session).await;
    assert_eq!(flashes.len(), Session::MAX_FLASHES);
    assert_eq!(flashes[0].text, "84");
}

#[tokio::test]
async fn something_else_under_the_key_is_no_message() {
    let (_, vault) = shop();
    let session = vault.session([]);
    session.insert(Session::FLASH_KEY, "mine").unwrap();
    assert_eq!(taken(&session).await, []);
    session.flash(Level::Info, "theirs").unwrap();
    assert_eq!(texts(&taken(&session).await), ["theirs"]);
    assert_eq!(session.keys().await.unwrap(), NOTHING);
}

#[test]
fn a_message_after_the_response_is_refused() {
    let (_, vault) = shop();
    let session = vault.session([]);
    session.close();
    let error = session.flash(Level::Info, "late").unwrap_err();
    assert_eq!(error.kind(), SessionErrorKind::Closed);
}
