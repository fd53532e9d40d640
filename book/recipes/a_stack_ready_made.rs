//! A ready-made stack.

// ANCHOR: app
use plywood::prelude::*;

async fn home(request: Request<Body>) -> Result<Response<Body>, BoxError> {
    let session = Session::of(&request)?;
    let visits =
        session.update("visits", |visits: Option<u64>| visits.unwrap_or(0) + 1);
    Ok(Response::new(format!("visit {}\n", visits.await?).into()))
}

fn app(development: bool) -> App {
    let mut site = if development {
        Stack::development()
    } else {
        Stack::site()
    };
    site.max_body = Some(64 * 1024);
    println!("{}", site.onion());
    site.service(service_fn(home))
}
// ANCHOR_END: app

// ANCHOR: main
#[tokio::main]
async fn main() -> Result<(), BoxError> {
    let development = std::env::args().any(|argument| argument == "--development");
    let listener = Listener::bind("127.0.0.1:8000").await?;
    Ok(Server::new(listener).serve(app(development)).await?)
}
// ANCHOR_END: main

// ANCHOR: test
#[cfg(test)]
mod tests {
    use plywood_test::Client;

    use super::*;

    #[tokio::test]
    async fn a_visitor_comes_again_and_another_site_does_not_post() {
        let client = Client::new(app(true));
        client.get("/").await.expect_text("visit 1\n");
        let reply = client.get("/").await.expect_text("visit 2\n");
        assert_eq!(reply.header("x-content-type-options"), "nosniff");
        let foreign = client.post("/").header("sec-fetch-site", "cross-site");
        foreign.await.expect_status(403);
        client.post("/").body("x".repeat(70_000)).await.expect_status(413);
    }
}
// ANCHOR_END: test
