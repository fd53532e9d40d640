//! Try this, then that.

// ANCHOR: app
use plywood::prelude::*;

async fn prices(_: Request<Body>) -> Result<Response<Body>, BoxError> {
    Ok(Response::new("new prices\n".into()))
}

fn new_app() -> Result<Dispatch<BoxError>, BoxError> {
    Ok(Dispatch::builder().get("/prices", prices).build()?)
}

/// What has served for years. In your house it is a proxy to it, or the app itself.
async fn old_app(request: Request<Body>) -> Result<Response<Body>, BoxError> {
    let (head, body) = request.into_parts();
    let length = http_body_util::BodyExt::collect(body).await?.to_bytes().len();
    let text = format!(
        "as ever: {} {} with {length} bytes\n",
        head.method, head.uri
    );
    Ok(Response::new(text.into()))
}

fn app() -> Result<App, BoxError> {
    let cascade =
        Cascade::<BoxError>::new().then(new_app()?).then(service_fn(old_app));
    Ok(plywood::app(
        ServiceBuilder::new().layer(ErrorPagesLayer::new()).service(cascade),
    ))
}
// ANCHOR_END: app

// ANCHOR: main
#[tokio::main]
async fn main() -> Result<(), BoxError> {
    let listener = Listener::bind("127.0.0.1:8000").await?;
    Ok(Server::new(listener).serve(app()?).await?)
}
// ANCHOR_END: main

// ANCHOR: test
#[cfg(test)]
mod tests {
    use plywood_test::Client;

    use super::*;

    #[tokio::test]
    async fn the_new_app_has_what_it_has_and_the_old_one_the_rest() {
        let client = Client::new(app().expect("the rules are some"));
        client.get("/prices").await.expect_text("new prices\n");
        client
            .get("/orders")
            .await
            .expect_text("as ever: GET /orders with 0 bytes\n");
        let reply = client.post("/orders").body("three boards").await;
        reply.expect_text("as ever: POST /orders with 12 bytes\n");
        // The new app knows the path and not the method: that is an answer.
        client.post("/prices").await.expect_status(405);
    }
}
// ANCHOR_END: test
