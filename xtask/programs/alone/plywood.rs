//! A small app of the facade, without a socket.

use std::convert::Infallible;

use plywood::prelude::*;

async fn hello(request: Request<Body>) -> Result<Response<Body>, Infallible> {
    let name = Params::of(&request)
        .get("name")
        .unwrap_or("world")
        .to_owned();
    Ok(Response::new(format!("hello, {name}").into()))
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), BoxError> {
    let site = Dispatch::<Infallible>::builder()
        .get("/hello/<name>", hello)
        .build()?;
    let app = Stack::site().service(site);
    let request = Request::get("/hello/ada")
        .header("host", "a.example")
        .body(Body::empty())?;
    let Ok(response) = app.clone().oneshot(request).await;
    assert_eq!(response.status(), StatusCode::OK);
    assert!(response.headers().contains_key("content-security-policy"));
    Ok(())
}
