//! In a container.

// ANCHOR: app
use std::{
    env,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering::Relaxed},
    },
    time::Duration,
};

use plywood::{access_log::Format, prelude::*, serve::stop_signal};

/// Whether new requests should still come here: asked by who sends them.
#[derive(Clone, Default)]
struct Health(Arc<AtomicBool>);

impl Health {
    fn drain(&self) {
        self.0.store(true, Relaxed);
    }

    /// Tells of this process alone. A database that is down is no reason to kill it.
    fn answer(&self) -> Result<Response<Body>, HttpError> {
        if self.0.load(Relaxed) {
            return Err(HttpError::service_unavailable(Duration::from_secs(1)));
        }
        let answer = Response::builder()
            .header("content-type", "text/plain")
            .header("cache-control", "no-store");
        Ok(answer.body("ok\n".into()).expect("these fields are valid"))
    }
}

async fn home(_: Request<Body>) -> Result<Response<Body>, HttpError> {
    Ok(Response::new("hello from inside\n".into()))
}

fn app(health: &Health) -> Result<App, BoxError> {
    let health = health.clone();
    let site = Dispatch::<HttpError>::builder()
        .get("/", home)
        .get("/health", move |_: Request<Body>| {
            let answer = health.answer();
            async { answer }
        })
        .build()?;
    let log = AccessLogLayer::new(Lines::stdout())
        .format(Format::json())
        .health_checks(["/health"]);
    Ok(plywood::app(
        ServiceBuilder::new()
            .layer(log)
            .layer(ErrorPagesLayer::new())
            .service(site),
    ))
}
// ANCHOR_END: app

// ANCHOR: main
#[tokio::main]
async fn main() -> Result<(), BoxError> {
    let address = env::var("LISTEN").unwrap_or("127.0.0.1:8000".to_owned());
    let drain = env::var("DRAIN_SECONDS").unwrap_or("5".to_owned()).parse()?;
    let health = Health::default();
    let listener = Listener::bind(&address).await?;
    let server = Server::new(listener).ready(|at| println!("Serving on {at}"));
    server
        .grace(Duration::from_secs(20))
        .serve_until(app(&health)?, stopped(health, Duration::from_secs(drain)))
        .await;
    Ok(())
}

/// First the word that nobody should come any more, then a while for it to get
/// around, then the end.
async fn stopped(health: Health, drain: Duration) {
    if let Err(error) = stop_signal().await {
        eprintln!("no signal can be heard: {error}");
        std::future::pending::<()>().await;
    }
    health.drain();
    tokio::time::sleep(drain).await;
}
// ANCHOR_END: main

// ANCHOR: test
#[cfg(test)]
mod tests {
    use plywood_test::Client;

    use super::*;

    #[tokio::test]
    async fn who_asks_is_told_when_to_send_no_more() {
        let health = Health::default();
        let client = Client::new(app(&health).unwrap());
        client.get("/health").await.expect_text("ok\n");

        health.drain();
        client.get("/health").await.expect_status(503);
        // Who comes nevertheless is served.
        client.get("/").await.expect_text("hello from inside\n");
    }
}
// ANCHOR_END: test
