//! Errors as JSON.

// ANCHOR: app
use std::{collections::BTreeMap, io, time::Duration};

use plywood::prelude::*;

/// What is in stock, as the database has it. Here it is a table, and the second shelf is broken.
fn shelf(number: u8) -> Result<BTreeMap<&'static str, u32>, io::Error> {
    match number {
        1 => Ok(BTreeMap::from([("lamp", 3), ("chair", 0)])),
        _ => Err(io::Error::other("shelf-2.db: not a database")),
    }
}

async fn take(request: Request<Body>) -> Result<Response<Body>, HttpError> {
    let params = Params::of(&request);
    let number = params.parse("shelf").or_refuse(HttpError::bad_request)?;
    let what = params.get("what").unwrap_or_default();

    // What nobody has said how to answer is a 500, and its words are for the log.
    let shelf = shelf(number)?;
    let left = shelf
        .get(what)
        .or_refuse(|| HttpError::not_found().detail("We do not sell that."))?;
    if *left == 0 {
        return Err(HttpError::conflict()
            .problem_type("https://shop.example/problems/sold-out")
            .title("Sold out")
            .detail(Public(format!("There is no {what} left.")))
            .member("expected", Public("2026-12-01")));
    }
    Ok(Response::new("taken\n".into()))
}

async fn closed(_: Request<Body>) -> Result<Response<Body>, HttpError> {
    Err(HttpError::service_unavailable(Duration::from_secs(3600)))
}

fn app() -> Result<App, BoxError> {
    let shop = Dispatch::<BoxError>::builder()
        .post("/shelves/<int:shelf>/<what>", take)
        .get("/orders", closed)
        .build()?;
    Ok(plywood::app(
        ServiceBuilder::new().layer(ErrorPagesLayer::new()).service(shop),
    ))
}
// ANCHOR_END: app

// ANCHOR: main
#[tokio::main]
async fn main() -> Result<(), BoxError> {
    let listener = Listener::bind("127.0.0.1:8000").await?;
    let server = Server::new(listener).ready(|at| println!("Serving on {at}"));
    Ok(server.serve(app()?).await?)
}
// ANCHOR_END: main

// ANCHOR: test
#[cfg(test)]
mod tests {
    use plywood_test::Client;
    use serde_json::json;

    use super::*;

    #[tokio::test]
    async fn an_error_says_what_a_program_can_read_and_hides_what_nobody_should() {
        let client = Client::new(app().expect("the rules are right"));
        let take = |path| client.post(path).header("accept", "application/json");
        take("/shelves/1/lamp").await.expect_status(200);

        let sold_out = take("/shelves/1/chair").await.expect_status(409);
        sold_out
            .expect_header("content-type", "application/problem+json")
            .expect_json(&json!({
                "type": "https://shop.example/problems/sold-out",
                "title": "Sold out",
                "status": 409,
                "detail": "There is no chair left.",
                "instance": "/shelves/1/chair",
                "expected": "2026-12-01",
            }));

        let broken = take("/shelves/2/lamp").await.expect_status(500);
        assert!(!broken.text().contains("shelf-2.db"));

        let closed = client.get("/orders").header("accept", "application/json");
        closed.await.expect_status(503).expect_header("retry-after", "3600");
        client
            .get("/shelves/1/lamp")
            .header("accept", "application/xml")
            .await
            .expect_status(405)
            .expect_header("content-type", "application/problem+xml");
    }
}
// ANCHOR_END: test
