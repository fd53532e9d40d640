//! The debug page.

// ANCHOR: app
use plywood::debug::{DebugLayer, RequestEvents};
use plywood::prelude::*;
use tracing_subscriber::{layer::SubscriberExt, registry};

async fn order(request: Request<Body>) -> Result<Response<Body>, BoxError> {
    let number: u32 = Params::of(&request).parse("number").unwrap_or(0);
    tracing::info!(number, "looks the order up");
    let amount = [19, 90].get(number as usize).expect("every order has an amount");
    Ok(Response::new(format!("{amount} euros\n").into()))
}

fn app(debug: DebugLayer) -> Result<App, BoxError> {
    let site =
        Dispatch::<BoxError>::builder().get("/orders/<number>", order).build()?;
    Ok(plywood::app(
        ServiceBuilder::new()
            .layer(ErrorPagesLayer::new())
            .layer(debug.clone())
            .layer(SessionLayer::new(MemoryStore::new()))
            // Once more, innermost: it tells the one outside what it sees there.
            .layer(debug)
            .service(site),
    ))
}
// ANCHOR_END: app

// ANCHOR: main
#[tokio::main]
async fn main() -> Result<(), BoxError> {
    tracing::subscriber::set_global_default(registry().with(RequestEvents::new()))?;
    let debug =
        DebugLayer::new(std::env::args().any(|argument| argument == "--debug"));
    let listener = Listener::bind("127.0.0.1:8000").await?;
    let server = Server::new(listener).ready(|at| println!("Serving on {at}"));
    Ok(server.serve(app(debug)?).await?)
}
// ANCHOR_END: main

// ANCHOR: test
#[cfg(test)]
mod tests {
    use plywood_test::Client;

    use super::*;

    #[tokio::test]
    async fn the_developer_sees_the_cause_and_the_visitor_does_not() {
        let debug = |on| DebugLayer::new(on).insecure_in_release_builds();
        let client = |on| Client::new(app(debug(on)).expect("the rules are right"));
        client(false)
            .get("/orders/0")
            .await
            .expect_status(200)
            .expect_text("19 euros\n");

        let page = client(true)
            .get("/orders/7")
            .header("accept", "text/html")
            .await
            .expect_status(500);
        page.expect_text_contains("every order has an amount")
            .expect_text_contains("the_debug_page.rs:");

        let page = client(false)
            .get("/orders/7")
            .header("accept", "text/html")
            .await
            .expect_status(500);
        assert!(!page.text().contains("amount"));
    }
}
// ANCHOR_END: test
