//! Plywood's layers around a bare hyper service: no framework, no gateway of ours.

use std::{convert::Infallible, time::Duration};

use hyper::{body::Incoming, server::conn::http1};
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    service::TowerToHyperService,
};
use plywood::prelude::*;
use tokio::time::sleep;

async fn hello<B>(request: Request<B>) -> Result<Response<String>, Infallible> {
    let text = format!("hello from {}\n", request.uri().path());
    Ok(Response::new(text))
}

/// The stack serves a body of any kind: hyper's own on a socket, Plywood's in a test.
fn app<B: HttpBody>() -> impl HttpService<B, ResBody: HttpBody, Error = Infallible, Future: Send> {
    ServiceBuilder::new()
        .layer(AccessLogLayer::new(Lines::stdout()))
        .layer(ErrorPagesLayer::new())
        .layer(CompressionLayer::new())
        .service(service_fn(hello))
}

#[tokio::main]
async fn main() -> Result<(), Fatal> {
    let arguments = plywood_examples::Arguments::read();
    let listener = tokio::net::TcpListener::bind(&arguments.listen).await?;
    println!("Serving on http://{}", listener.local_addr()?);
    let app = app::<Incoming>();
    loop {
        let Ok((stream, peer)) = listener.accept().await else {
            // The client hung up, or no descriptor is left: neither may end the server.
            sleep(Duration::from_millis(200)).await;
            continue;
        };
        // What `plywood-serve` would leave: the access log names the client by it.
        let app = app.clone().map_request(move |mut request: Request<Incoming>| {
            request.extensions_mut().insert(Client::tcp(peer));
            request
        });
        let mut http1 = http1::Builder::new();
        http1.timer(TokioTimer::new());
        let connection =
            http1.serve_connection(TokioIo::new(stream), TowerToHyperService::new(app));
        tokio::spawn(connection);
    }
}

#[cfg(test)]
mod tests {
    use plywood_test::Client;

    use super::app;

    #[tokio::test]
    async fn it_answers_without_a_socket() {
        let client = Client::new(app());
        client.get("/there").await.expect_text_contains("hello from /there");
    }
}
