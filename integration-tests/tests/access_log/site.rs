//! A folder behind the access log, over a loopback socket, and requests whose bytes are written by hand.

use std::{
    io::{Read, Write},
    net::{SocketAddr, TcpStream},
    path::Path,
    sync::mpsc,
    time::Duration,
};

use plywood::prelude::*;
use plywood_access_log::Format;
use tokio::runtime::{Builder, Runtime};

const PATIENCE: Duration = Duration::from_secs(240);

pub(crate) struct Site {
    // It serves as long as it lives.
    _runtime: Runtime,
    pub(crate) address: SocketAddr,
    lines: mpsc::Receiver<String>,
}

impl Site {
    /// What `serve` makes of the log.
    pub(crate) fn start(format: Format, serve: impl FnOnce(AccessLogLayer) -> App) -> Self {
        let (sender, lines) = mpsc::channel();
        let log = AccessLogLayer::new(move |line: &[u8]| {
            let _ = sender.send(String::from_utf8(line.to_vec()).unwrap());
        });
        let app = serve(log.format(format).server_name("server.example"));
        let runtime = Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .unwrap();
        let listener = runtime.block_on(Listener::bind("127.0.0.1:0")).unwrap();
        let address = listener.local_addr().unwrap();
        runtime.spawn(Server::new(listener).serve_until(app, std::future::pending()));
        Self {
            _runtime: runtime,
            address,
            lines,
        }
    }

    /// The next line.
    pub(crate) fn line(&self) -> String {
        self.lines.recv_timeout(PATIENCE).expect("a line comes")
    }
}

pub(crate) type App = plywood::App;

/// A folder; what is not there is answered as by the other servers.
pub(crate) fn folder(log: AccessLogLayer, path: &Path) -> App {
    let files = ServiceBuilder::new()
        .layer(log)
        .map_response(|response: Response<Body>| {
            if response.status() != StatusCode::NOT_FOUND {
                return response;
            }
            let mut missing = Response::new(Body::from("not here"));
            *missing.status_mut() = StatusCode::NOT_FOUND;
            missing
        })
        .map_response(|response: Response<_>| response.map(Body::new))
        .service(Files::new(path).unwrap());
    plywood::app(files)
}

/// Sends the request, and gives all that comes back.
pub(crate) fn ask(address: SocketAddr, request: &[u8]) -> Vec<u8> {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    stream.write_all(request).unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).unwrap();
    answer
}
