//! One layer for one path.

// ANCHOR: app
use plywood::prelude::*;

async fn site(request: Request<Body>) -> Result<Response<Body>, BoxError> {
    let name = Identity::of(&request).map_or("stranger", Identity::name).to_owned();
    Ok(Response::new(format!("hello, {name}\n").into()))
}

fn app() -> App {
    let password = BasicAuthLayer::new(|name, password| {
        (name == "ada" && password == "plywood").then(|| Identity::new(name))
    });
    let is_large = |head: &http::request::Parts| head.method == Method::PUT;
    plywood::app(
        ServiceBuilder::new()
            .layer(ErrorPagesLayer::new())
            .layer(when(at("/admin"), password))
            .layer(when(is_large, tower::limit::ConcurrencyLimitLayer::new(2)))
            .service_fn(site),
    )
}
// ANCHOR_END: app

// ANCHOR: main
#[tokio::main]
async fn main() -> Result<(), BoxError> {
    let listener = Listener::bind("127.0.0.1:8000").await?;
    Ok(Server::new(listener).serve(app()).await?)
}
// ANCHOR_END: main

// ANCHOR: test
#[cfg(test)]
mod tests {
    use plywood_test::Client;

    use super::*;

    #[tokio::test]
    async fn the_layer_runs_on_its_path_however_that_is_spelled() {
        let client = Client::new(app());
        client.get("/").await.expect_text("hello, stranger\n");
        client.get("/administrator").await.expect_text("hello, stranger\n");
        for path in ["/admin", "/admin/", "/admin/users", "//admin", "/%61dmin"] {
            client.get(path).await.expect_status(401);
            let reply = client.get(path).basic_auth("ada", "plywood").await;
            reply.expect_text("hello, ada\n");
        }
    }
}
// ANCHOR_END: test
