//! One crate alone, without the facade: a password in front of whatever service there is.

use std::convert::Infallible;

use http::{Request, Response};
use plywood_auth::{BasicAuthLayer, constant_time_eq};
use plywood_core::{Body, HttpBody, HttpService, Identity};
use tower::{ServiceBuilder, service_fn};

async fn hello<B>(request: Request<B>) -> Result<Response<Body>, Infallible> {
    let name = Identity::of(&request).map_or("stranger", Identity::name);
    Ok(Response::new(format!("hello, {name}\n").into()))
}

fn app<B: HttpBody>() -> impl HttpService<B, ResBody = Body, Error = Infallible, Future: Send> {
    let password = BasicAuthLayer::new(|name, password| {
        let right = constant_time_eq(name, "ada") & constant_time_eq(password, "plywood");
        right.then(|| Identity::new(name))
    });
    ServiceBuilder::new()
        .layer(password.realm("the workshop"))
        .service(service_fn(hello))
}

#[tokio::main]
async fn main() -> std::io::Result<()> {
    let arguments = plywood_examples::Arguments::read();
    let listener = plywood::serve::Listener::bind(&arguments.listen).await?;
    let server = plywood::serve::Server::new(listener)
        .ready(|at| println!("Serving on {at} -- the name is ada, the password plywood"));
    server.serve(app::<Body>()).await
}

#[cfg(test)]
mod tests {
    use plywood_test::Client;

    use super::app;

    #[tokio::test]
    async fn the_password_opens_it() {
        let client = Client::new(app());
        client.get("/").await.expect_status(401);
        let reply = client.get("/").basic_auth("ada", "plywood").await;
        reply.expect_text_contains("hello, ada");
    }
}
