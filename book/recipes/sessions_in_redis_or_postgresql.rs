//! Sessions in Redis or PostgreSQL.

// ANCHOR: app
use plywood::{prelude::*, session_core::Store};

async fn app_on(url: &str) -> Result<App, BoxError> {
    // Without `ready` the first request would find out.
    if url.starts_with("redis") {
        let store = RedisStore::new(url)?.prefix("shop:");
        store.ready().await?;
        Ok(app(store))
    } else {
        let store = PostgresStore::new(url)?.table("shop.session")?;
        store.ready().await?;
        Ok(app(store))
    }
}

fn app(store: impl Store) -> App {
    plywood::app(
        ServiceBuilder::new()
            .layer(ErrorPagesLayer::new())
            .layer(SessionLayer::new(store))
            .service(service_fn(count)),
    )
}

async fn count(request: Request<Body>) -> Result<Response<Body>, BoxError> {
    let session = Session::of(&request)?;
    let more = |visits: Option<u32>| visits.unwrap_or(0) + 1;
    let page = match session.update("visits", more).await {
        Ok(visits) => Response::new(format!("visit {visits}\n").into()),
        // The store is down. A page that can do without it goes on here.
        Err(_) => Response::builder()
            .status(StatusCode::SERVICE_UNAVAILABLE)
            .header("retry-after", "1")
            .body(Body::empty())?,
    };
    Ok(page)
}
// ANCHOR_END: app

// ANCHOR: main
#[tokio::main]
async fn main() -> Result<(), BoxError> {
    // redis://host, or postgres://user@host/database
    let app = app_on(&std::env::var("SESSIONS")?).await?;
    let address = std::env::var("LISTEN").unwrap_or("127.0.0.1:8000".to_owned());
    let listener = Listener::bind(&address).await?;
    let server = Server::new(listener).ready(|at| println!("Serving on {at}"));
    Ok(server.serve(app).await?)
}
// ANCHOR_END: main

// ANCHOR: test
#[cfg(test)]
mod tests {
    use plywood_test::Client;

    use super::*;

    #[tokio::test]
    async fn visits_are_counted_whatever_the_store_is() {
        let client = Client::new(app(MemoryStore::new()));
        client.get("/").await.expect_text_contains("visit 1");
        client.get("/").await.expect_text_contains("visit 2");
    }

    #[tokio::test]
    async fn a_store_that_is_down_is_told_and_its_password_is_not() {
        // Nobody listens on this port.
        for url in [
            "redis://ada:s3cret@127.0.0.1:1",
            "postgres://ada:s3cret@127.0.0.1:1/shop",
        ] {
            let error = app_on(url).await.err().unwrap().to_string();
            assert!(error.contains("127.0.0.1:1"), "{error}");
            assert!(!error.contains("s3cret"), "{error}");
        }
        // What was counted could not be saved: nobody is told that it was.
        let store = RedisStore::new("redis://127.0.0.1:1").unwrap();
        let client = Client::new(app(store));
        client.get("/").await.expect_status(503);
    }
}
// ANCHOR_END: test
