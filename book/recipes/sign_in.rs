//! Sign in.

// ANCHOR: app
use std::path::Path;

use plywood::{auth::constant_time_eq, prelude::*};

async fn home(request: Request<Body>) -> Result<Response<Body>, BoxError> {
    let who = Identity::of(&request).ok_or("only who has signed in comes here")?;
    Ok(Response::builder()
        .header("content-type", "text/plain; charset=utf-8")
        .body(format!("hello, {}\n", who.name()).into())?)
}

fn check(name: &str, password: &str) -> Option<Identity> {
    // With `&`, a wrong name takes as long as a wrong password.
    let right = constant_time_eq(name, "ada") & constant_time_eq(password, "plywood");
    right.then(|| Identity::new(name).roles(["author"]))
}

fn app(data: &Path) -> Result<App, BoxError> {
    let site = Dispatch::<BoxError>::builder().get("/", home).build()?;
    let store = SqliteStore::open(data.join("sessions.sqlite"))?;
    Ok(plywood::app(
        ServiceBuilder::new()
            .layer(ErrorPagesLayer::new())
            .layer(SessionLayer::new(store))
            .layer(FormLoginLayer::new(check))
            .service(site),
    ))
}
// ANCHOR_END: app

// ANCHOR: main
#[tokio::main]
async fn main() -> Result<(), BoxError> {
    let listener = Listener::bind("127.0.0.1:8000").await?;
    let server = Server::new(listener).ready(|at| println!("Serving on {at}"));
    Ok(server.serve(app(Path::new("."))?).await?)
}
// ANCHOR_END: main

// ANCHOR: test
#[cfg(test)]
mod tests {
    use plywood_test::Client;

    use super::*;

    #[tokio::test]
    async fn ada_signs_in_and_out() {
        let data = tempfile::tempdir().unwrap();
        let client = Client::new(app(data.path()).unwrap());

        let stranger = client.get("/").header("accept", "text/html").await;
        stranger.expect_status(303).expect_header("location", "/login?next=%2F");

        let account = [("username", "ada"), ("password", "plywood")];
        client.post("/login").form(&account).await.expect_status(303);
        client.get("/").await.expect_text_contains("hello, ada");

        client.post("/logout").await.expect_status(303);
        client.get("/").await.expect_status(401);
    }
}
// ANCHOR_END: test
