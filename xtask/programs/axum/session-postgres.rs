//! An axum handler asks a Postgres that is not there, and goes on in a second.

use axum::{
    Router,
    body::{Body, to_bytes},
    extract::State,
    http::Request,
    routing::get,
};
use plywood_session_core::Vault;
use plywood_session_postgres::PostgresStore;
use tower::ServiceExt;

async fn visit(State(vault): State<Vault>) -> String {
    let session = vault.session([]);
    session.insert("user", "ada").unwrap();
    session.commit().await.unwrap_err().to_string()
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let store = PostgresStore::new("postgres://ada@127.0.0.1:1/shop").unwrap();
    let app = Router::new()
        .route("/", get(visit))
        .with_state(Vault::new(store));
    let request = Request::get("/").body(Body::empty()).unwrap();
    let response = app.oneshot(request).await.unwrap();
    assert!(
        !to_bytes(response.into_body(), 4096)
            .await
            .unwrap()
            .is_empty()
    );
}
