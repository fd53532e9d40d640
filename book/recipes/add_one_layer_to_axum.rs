//! Add one layer to an axum service.

// ANCHOR: app
use axum::{Router, routing::get};
use plywood_compression::CompressionLayer;

async fn list() -> String {
    "a line that compresses well\n".repeat(1000)
}

fn app() -> Router {
    Router::new().route("/", get(list)).layer(CompressionLayer::new())
}
// ANCHOR_END: app

// ANCHOR: main
#[tokio::main]
async fn main() -> std::io::Result<()> {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:8000").await?;
    axum::serve(listener, app()).await
}
// ANCHOR_END: main

// ANCHOR: test
#[cfg(test)]
mod tests {
    use plywood_test::Client;

    use super::*;

    #[tokio::test]
    async fn the_router_compresses() {
        let client = Client::new(app());
        let reply = client.get("/").header("accept-encoding", "gzip").await;
        let reply = reply
            .expect_header("content-encoding", "gzip")
            .expect_header("vary", "accept-encoding");
        assert!(reply.bytes().len() < 1000);
    }
}
// ANCHOR_END: test
