//! Send only the difference.

// ANCHOR: app
use std::sync::{
    Arc,
    atomic::{AtomicU32, Ordering::Relaxed},
};

use plywood::{compression::Dictionaries, prelude::*};

/// The prices change, one at a time; everything else stays.
fn list(version: u32) -> String {
    let price = |item: u32| {
        item.wrapping_mul(2_654_435_761) % 997 + u32::from(item <= version)
    };
    let items =
        (1..=800).map(|item| format!("<li>item {item}, {} euro</li>\n", price(item)));
    items.collect::<Vec<_>>().concat()
}

fn app(version: Arc<AtomicU32>) -> App {
    let page = move |_: Request<Body>| {
        let page = Response::builder()
            .header("content-type", "text/html; charset=utf-8")
            // A browser forgets a dictionary with the page that it was.
            .header("cache-control", "max-age=3600");
        let response = page
            .body(Body::from(list(version.load(Relaxed))))
            .map_err(BoxError::from);
        async { response }
    };
    let dictionaries = Dictionaries::new().answers("/prices/*", "/prices/*");
    let compression = CompressionLayer::new().dictionaries(dictionaries);
    plywood::app(
        ServiceBuilder::new()
            .layer(ErrorPagesLayer::new())
            .layer(compression)
            .service_fn(page),
    )
}
// ANCHOR_END: app

// ANCHOR: main
#[tokio::main]
async fn main() -> Result<(), BoxError> {
    let listener = Listener::bind("127.0.0.1:8000").await?;
    Ok(Server::new(listener).serve(app(Arc::default())).await?)
}
// ANCHOR_END: main

// ANCHOR: test
#[cfg(test)]
mod tests {
    use base64::{Engine, engine::general_purpose::STANDARD};
    use plywood_test::Client;
    use sha2::{Digest, Sha256};

    use super::*;

    #[tokio::test]
    async fn whoever_holds_the_last_version_gets_what_is_new() {
        let version = Arc::new(AtomicU32::new(0));
        let client = Client::new(app(Arc::clone(&version)));
        let first =
            client.get("/prices/today").header("accept-encoding", "gzip, br").await;
        let whole = first.expect_header("content-encoding", "br");
        assert!(whole.header("use-as-dictionary").starts_with("match=\"/prices/*\""));

        version.store(1, Relaxed);
        let held = STANDARD.encode(Sha256::digest(list(0)));
        let second = client
            .get("/prices/tomorrow")
            .header("accept-encoding", "gzip, br, dcb")
            .header("available-dictionary", format!(":{held}:"))
            .await
            .expect_header("content-encoding", "dcb");
        assert!(second.bytes().len() * 10 < whole.bytes().len());
    }
}
// ANCHOR_END: test
