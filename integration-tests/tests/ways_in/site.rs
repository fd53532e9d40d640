//! A site with several ways in, behind plywood-serve.

use std::{convert::Infallible, future, time::Duration};

use plywood::{
    auth::{
        Basic,
        digest::{Account, Asked, Digest},
    },
    prelude::*,
};

const PASSWORD: &str = "plywood";

fn check(name: &str, password: &str) -> Option<Identity> {
    (name == "ada" && password == PASSWORD).then(|| Identity::new(name).roles(["admin"]))
}

fn account(asked: &Asked<'_>) -> Option<Account> {
    let ada = Identity::new("ada").roles(["admin"]);
    asked.is("ada").then(|| Account::by_password(ada, PASSWORD))
}

/// Greets, with the scheme by which somebody came.
async fn hello(request: Request<Body>) -> Result<Response<Body>, Infallible> {
    let caller = Identity::of(&request);
    let name = caller.map_or("nobody", Identity::name);
    let scheme = caller.map_or("no scheme", Identity::auth_scheme);
    let page =
        format!("<!doctype html><html lang=en><title>Hello</title><p>hello {name} by {scheme}");
    let response = Response::builder().header(header::CONTENT_TYPE, "text/html; charset=utf-8");
    Ok(response.body(page.into()).expect("the field is valid"))
}

/// A password, or Digest.
pub(crate) async fn tools() -> String {
    let ways = AuthLayer::new(Digest::new("the shed", account)).or(Basic::new(check));
    serve(ways.layer(service_fn(hello))).await
}

/// A password alone.
pub(crate) async fn dialog() -> String {
    serve(BasicAuthLayer::new(check).layer(service_fn(hello))).await
}

/// A form for people, and a password for programs.
pub(crate) async fn both() -> String {
    let stack = ServiceBuilder::new()
        .layer(SessionLayer::new(MemoryStore::new()).cookies_by_scheme())
        .layer(AuthLayer::new(Basic::new(check)).optional())
        .layer(FormLoginLayer::new(check).open("/open"))
        .service_fn(hello);
    serve(stack).await
}

/// Until the test is over; tells where.
async fn serve<S>(app: S) -> String
where
    S: HttpService<Body, ResBody: HttpBody, Error: Into<BoxError>>,
{
    let listener = Listener::bind("127.0.0.1:0")
        .await
        .expect("there is a port");
    let address = listener.local_addr().expect("it is a TCP listener");
    let server = Server::new(listener).grace(Duration::ZERO);
    tokio::spawn(server.serve_until(app, future::pending()));
    format!("http://{address}")
}
