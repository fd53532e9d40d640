//! The gateway through real sockets.

#![expect(clippy::unwrap_used, reason = "a test may")]

mod bounds;
mod ending;
mod host;
mod protocol;
mod sockets;

use std::{convert::Infallible, net::SocketAddr, time::Duration};

use http::{Request, Response};
use http_body_util::BodyExt;
use plywood_core::{Body, Client, Scheme};
use plywood_lint::LintLayer;
use plywood_serve::{Listener, Server};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    sync::oneshot,
    task::JoinHandle,
    time::timeout,
};
use tower::Layer;

const PATIENCE: Duration = Duration::from_secs(240);

struct Running {
    address: Option<SocketAddr>,
    stop: oneshot::Sender<()>,
    ended: JoinHandle<()>,
}

async fn start<S>(address: &str, configure: impl FnOnce(Server) -> Server, app: S) -> Running
where
    S: plywood_core::HttpService<Body, ResBody = Body, Error = Infallible> + Sync,
{
    let listener = Listener::bind(address).await.unwrap();
    let bound = listener.local_addr();
    let (stop, stopped) = oneshot::channel();
    let server = configure(Server::new(listener));
    let app = LintLayer::new().layer(app);
    let ended = tokio::spawn(server.serve_until(app, async {
        let _ = stopped.await;
    }));
    Running {
        address: bound,
        stop,
        ended,
    }
}

impl Running {
    async fn connect(&self) -> TcpStream {
        TcpStream::connect(self.address.unwrap()).await.unwrap()
    }

    async fn end(self) {
        self.stop.send(()).unwrap();
        timeout(PATIENCE, self.ended).await.unwrap().unwrap();
    }
}

/// Answers with what the gateway left.
async fn describe(request: Request<Body>) -> Result<Response<Body>, Infallible> {
    let client = *Client::of(&request).expect("the gateway leaves it");
    let scheme = Scheme::of(&request).expect("the gateway leaves it");
    let (method, version) = (request.method().clone(), request.version());
    let sent = request.into_body().collect().await.unwrap().to_bytes();
    let text = format!("{method} {version:?} {scheme} {client} {}", sent.len());
    Ok(Response::builder()
        .header("content-type", "text/plain")
        .body(text.into())
        .unwrap())
}

async fn exchange(
    stream: &mut (impl AsyncReadExt + AsyncWriteExt + Unpin),
    request: &str,
) -> String {
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    timeout(PATIENCE, stream.read_to_end(&mut answer))
        .await
        .expect("the connection is closed")
        .unwrap();
    String::from_utf8(answer).unwrap()
}
