//! An axum handler whose sessions are in one file.

use axum::{Router, body::Body, extract::State, http::Request, routing::get};
use plywood_session_core::Vault;
use plywood_session_sqlite::SqliteStore;
use tower::ServiceExt;

async fn visit(State(vault): State<Vault>) -> String {
    let session = vault.session([]);
    session.insert("user", "ada").unwrap();
    session.commit().await.unwrap();
    session.get("user").await.unwrap().unwrap()
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let folder = tempfile::tempdir().unwrap();
    let store = SqliteStore::open(folder.path().join("sessions.db")).unwrap();
    let app = Router::new()
        .route("/", get(visit))
        .with_state(Vault::new(store));
    let request = Request::get("/").body(Body::empty()).unwrap();
    assert_eq!(app.oneshot(request).await.unwrap().status(), 200);
    assert!(folder.path().join("sessions.db").exists());
}
