//! Remember a visitor.

// ANCHOR: app
use plywood::prelude::*;

async fn count(request: Request<Body>) -> Result<Response<Body>, BoxError> {
    let session = Session::of(&request)?;
    let visits = session
        .update("visits", |visits: Option<u32>| visits.unwrap_or(0) + 1)
        .await?;
    Ok(Response::builder()
        .header("content-type", "text/plain; charset=utf-8")
        .body(format!("visit {visits}\n").into())?)
}

fn app() -> App {
    plywood::app(
        ServiceBuilder::new()
            .layer(ErrorPagesLayer::new())
            .layer(SessionLayer::new(MemoryStore::new()))
            .service(service_fn(count)),
    )
}
// ANCHOR_END: app

// ANCHOR: main
#[tokio::main]
async fn main() -> Result<(), BoxError> {
    let listener = Listener::bind("127.0.0.1:8000").await?;
    let server = Server::new(listener).ready(|at| println!("Serving on {at}"));
    Ok(server.serve(app()).await?)
}
// ANCHOR_END: main

// ANCHOR: test
#[cfg(test)]
mod tests {
    use plywood_test::Client;

    use super::*;

    #[tokio::test]
    async fn visits_are_counted_for_each_visitor() {
        let ada = Client::new(app());
        let bob = ada.stranger();
        ada.get("/").await.expect_text_contains("visit 1");
        ada.get("/").await.expect_text_contains("visit 2");
        bob.get("/").await.expect_text_contains("visit 1");
    }
}
// ANCHOR_END: test
