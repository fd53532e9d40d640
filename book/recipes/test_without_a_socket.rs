//! Test without a socket.

// ANCHOR: app
use plywood::prelude::*;
use serde_json::{Value, json};

fn answer(value: &Value) -> Result<Response<Body>, BoxError> {
    let response = Response::builder().header("content-type", "application/json");
    Ok(response.body(value.to_string().into())?)
}

async fn add(request: Request<Body>) -> Result<Response<Body>, BoxError> {
    let item = Params::of(&request).get("item").unwrap_or_default().to_owned();
    let cart =
        Session::of(&request)?.update("cart", move |cart: Option<Vec<String>>| {
            let mut cart = cart.unwrap_or_default();
            cart.push(item.clone());
            cart
        });
    answer(&json!({ "items": cart.await?.len() }))
}

async fn show(request: Request<Body>) -> Result<Response<Body>, BoxError> {
    let cart: Option<Vec<String>> = Session::of(&request)?.get("cart").await?;
    answer(&json!({ "cart": cart.unwrap_or_default() }))
}

fn app(sessions: SessionLayer) -> Result<App, BoxError> {
    let shop = Dispatch::<BoxError>::builder()
        .get("/cart", show)
        .post("/cart/<item>", add)
        .build()?;
    Ok(plywood::app(
        ServiceBuilder::new()
            .layer(ErrorPagesLayer::new())
            .layer(sessions)
            .service(shop),
    ))
}
// ANCHOR_END: app

// ANCHOR: main
#[tokio::main]
async fn main() -> Result<(), BoxError> {
    let listener = Listener::bind("127.0.0.1:8000").await?;
    let server = Server::new(listener).ready(|at| println!("Serving on {at}"));
    let sessions = SessionLayer::new(MemoryStore::new());
    Ok(server.serve(app(sessions)?).await?)
}
// ANCHOR_END: main

// ANCHOR: test
#[cfg(test)]
mod tests {
    use plywood::prelude::*;
    use plywood_test::Client;

    use super::app;

    fn visitor(sessions: SessionLayer) -> Client {
        Client::new(app(sessions).unwrap())
    }

    fn sessions() -> SessionLayer {
        SessionLayer::new(MemoryStore::new())
    }

    #[tokio::test]
    async fn what_is_added_is_in_the_cart() {
        let ada = visitor(sessions());
        let bob = ada.stranger();
        ada.post("/cart/chair").await.expect_json_at("/items", &1);
        ada.post("/cart/table").await.expect_json_at("/items", &2);
        ada.get("/cart").await.expect_json_at("/cart/1", "table");
        bob.get("/cart").await.expect_json_at("/cart", &[(); 0]);
    }

    #[tokio::test]
    async fn nothing_is_added_by_looking() {
        let ada = visitor(sessions());
        ada.get("/cart/chair")
            .await
            .expect_status(405)
            .expect_header("allow", "OPTIONS, POST");
    }
    // ANCHOR_END: test

    // ANCHOR: session
    #[tokio::test]
    async fn a_cart_that_is_there_is_shown() {
        let sessions = sessions();
        let ada = visitor(sessions.clone());
        let session = ada.session(sessions.vault());
        session.insert("cart", ["lamp"]).await;

        ada.get("/cart").await.expect_json_at("/cart/0", "lamp");
        ada.post("/cart/chair").await.ok();
        let cart: Vec<String> = session.get("cart").await.unwrap();
        assert_eq!(cart, ["lamp", "chair"]);
    }
    // ANCHOR_END: session

    // ANCHOR: socket
    #[tokio::test]
    async fn the_cart_works_over_a_socket_too() {
        let listener = Listener::bind("127.0.0.1:0").await.unwrap();
        let ada = Client::over(&listener.to_string());
        let server = Server::new(listener).serve(app(sessions()).unwrap());
        let server = tokio::spawn(server);

        ada.post("/cart/chair").await.expect_json_at("/items", &1);
        ada.get("/cart").await.expect_json_at("/cart/0", "chair");
        server.abort();
    }
}
// ANCHOR_END: socket
