//! The server that is ours, in the process that is one.

use std::{convert::Infallible, future::pending, net::SocketAddr};

use http::{Request, Response};
use plywood_core::{Body, HttpBody};
use plywood_serve::{Listener, Server};
use tower_service::Service;

/// More than any of the benches opens.
const CONNECTIONS: usize = 15_000;

/// Serves on a free port, and says which.
pub async fn on_serve<S, B>(app: S)
where
    S: Service<Request<Body>, Response = Response<B>, Error = Infallible>
        + Clone
        + Send
        + Sync
        + 'static,
    S::Future: Send,
    B: HttpBody,
{
    let listener = Listener::bind("127.0.0.1:0").await;
    let listener = listener.expect("the loopback has a port");
    tell(listener.local_addr().expect("it is bound"));
    let server = Server::new(listener).max_connections(CONNECTIONS);
    server.serve_until(app, pending()).await;
}

/// Says where it listens to the process that has started this one.
pub fn tell(address: SocketAddr) {
    println!("{address}");
}
