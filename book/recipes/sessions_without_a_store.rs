//! Sessions without a store.

// ANCHOR: app
use plywood::{prelude::*, session::Keys};

async fn choose(request: Request<Body>) -> Result<Response<Body>, BoxError> {
    let session = Session::of(&request)?;
    let language = match request.uri().query() {
        Some("de") => "de",
        _ => "en",
    };
    session.insert("language", language)?;
    Ok(Response::builder()
        .status(303)
        .header("location", "/")
        .body(Body::empty())?)
}

async fn greet(request: Request<Body>) -> Result<Response<Body>, BoxError> {
    let language: Option<String> = Session::of(&request)?.get("language").await?;
    let greeting = match language.as_deref() {
        Some("de") => "Guten Tag\n",
        _ => "Hello\n",
    };
    Ok(Response::builder()
        .header("content-type", "text/plain; charset=utf-8")
        .body(greeting.into())?)
}

fn app(keys: Keys) -> Result<App, BoxError> {
    let site = Dispatch::<BoxError>::builder()
        .get("/", greet)
        .get("/language", choose)
        .build()?;
    Ok(plywood::app(
        ServiceBuilder::new()
            .layer(ErrorPagesLayer::new())
            .layer(SessionLayer::sealed(keys))
            .service(site),
    ))
}
// ANCHOR_END: app

// ANCHOR: main
#[tokio::main]
async fn main() -> Result<(), BoxError> {
    // Once: head -c 32 /dev/urandom > session.key
    let keys = Keys::new(&std::fs::read("session.key")?)?;
    let listener = Listener::bind("127.0.0.1:8000").await?;
    let server = Server::new(listener).ready(|at| println!("Serving on {at}"));
    Ok(server.serve(app(keys)?).await?)
}
// ANCHOR_END: main

// ANCHOR: test
#[cfg(test)]
mod tests {
    use plywood_test::Client;

    use super::*;

    fn client() -> Client {
        let keys = Keys::new(b"7bc38b1d09e2c4f65a13de9b4a70612f").unwrap();
        Client::new(app(keys).unwrap())
    }

    #[tokio::test]
    async fn a_choice_is_remembered_by_any_machine_that_has_the_key() {
        let here = client();
        here.get("/").await.expect_text("Hello\n");
        here.get("/language?de").await.expect_status(303);
        here.get("/").await.expect_text("Guten Tag\n");

        let cookie =
            here.cookies().first().expect("it is kept in a cookie").to_string();
        assert!(!cookie.contains("language"), "{cookie}");
        let there = client().get("/").header("cookie", &cookie).await;
        there.expect_text("Guten Tag\n");
    }

    #[tokio::test]
    async fn a_cookie_that_was_changed_is_no_session() {
        let client = client();
        client.get("/language?de").await.expect_status(303);
        let cookie =
            client.cookies().first().expect("it is kept in a cookie").to_string();
        let forged = cookie.replacen(['A', 'b', '3'], "x", 1) + "x";
        let stranger = self::client().get("/").header("cookie", &forged).await;
        stranger.expect_text("Hello\n");
    }
}
// ANCHOR_END: test
