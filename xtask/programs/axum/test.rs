//! A visitor of an axum router, without a socket.

use axum::{Router, routing::get};
use plywood_test::Client;

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let client = Client::new(Router::new().route("/", get(async || "hello")));
    client
        .get("/")
        .await
        .expect_status(200)
        .expect_text("hello");
    client.get("/nothing").await.expect_status(404);
}
