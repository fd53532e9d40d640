//! Stand behind a proxy.

// ANCHOR: app
use std::net::IpAddr;

use plywood::prelude::*;

/// Believes the proxy: it speaks HTTPS to the world, and the last address that it
/// wrote is its client's.
fn believe(mut request: Request<Body>) -> Request<Body> {
    let told = request.headers().get_all("x-forwarded-for").iter().next_back();
    let last = told.and_then(|line| line.to_str().ok()?.rsplit(',').next());
    let address = last.and_then(|address| address.trim().parse::<IpAddr>().ok());
    if let (Some(client), Some(address)) = (Client::of(&request).copied(), address) {
        request.extensions_mut().insert(client.proven(address));
    }
    request.extensions_mut().insert(Scheme::Https);
    request
}

async fn home(request: Request<Body>) -> Result<Response<Body>, BoxError> {
    let client = Client::of(&request).ok_or("a gateway leaves the client")?;
    let scheme = Scheme::of(&request).unwrap_or_default();
    Ok(Response::new(
        format!("you came from {client} over {scheme}\n").into(),
    ))
}

fn app() -> App {
    plywood::app(
        ServiceBuilder::new()
            .map_request(believe)
            .layer(AccessLogLayer::new(Lines::stdout()))
            .layer(ErrorPagesLayer::new())
            .service(service_fn(home)),
    )
}
// ANCHOR_END: app

// ANCHOR: main
#[tokio::main]
async fn main() -> Result<(), BoxError> {
    let listener = Listener::bind("unix:app.sock").await?;
    let server = Server::new(listener).ready(|at| println!("Serving on {at}"));
    Ok(server.serve(app()).await?)
}
// ANCHOR_END: main

// ANCHOR: test
#[cfg(test)]
mod tests {
    use plywood_test::Client;

    use super::app;

    #[tokio::test]
    async fn the_proxys_word_counts_and_the_clients_does_not() {
        let client = Client::new(app());
        let told = ("x-forwarded-for", "203.0.113.66, 192.0.2.7");
        let reply = client.get("/").header(told.0, told.1).await;
        reply.expect_text("you came from 192.0.2.7 over https\n");
    }
}
// ANCHOR_END: test
