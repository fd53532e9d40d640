//! The servers that are this program itself, each in a process of its own and on one thread.

use std::{convert::Infallible, io::stdin, thread};

use http::{Request, Response};
use hyper::{body::Incoming, server::conn::http1};
use hyper_util::{rt::TokioIo, service::TowerToHyperService};
use plywood_bench_load::{on_serve, tell};
use plywood_core::BoxError;
use plywood_static::Files;
use tokio::{net::TcpListener, runtime::Builder, task};
use tower::Service;
use tower_http::services::ServeDir;

/// Serves `root` in this way, and says where.
pub fn run(kind: &str, root: &str) {
    let runtime = Builder::new_current_thread().enable_all().build();
    let runtime = runtime.expect("a runtime can be made");
    let files = || {
        let files = Files::new(root).expect("it is a directory");
        answer_questions(files.clone());
        files
    };
    match kind {
        "plywood" => runtime.block_on(on_serve(files())),
        "plywood-without-cache" => {
            let files = Files::new(root).expect("it is a directory");
            runtime.block_on(on_serve(files.cache(None)));
        }
        "plywood-on-hyper" => runtime.block_on(on_hyper(files())),
        "tower-http" => runtime.block_on(on_hyper(ServeDir::new(root))),
        "tower-http-on-serve" => runtime.block_on(on_serve(ServeDir::new(root))),
        _ => panic!("a server that is not known: {kind}"),
    }
}

/// Tells what the cache has done, for each line that comes in.
fn answer_questions(files: Files) {
    thread::spawn(move || {
        for _ in stdin().lines() {
            let counts = files.cache_counts();
            println!(
                "{} {} {} {}",
                counts.hits, counts.misses, counts.files, counts.memory
            );
        }
    });
}

async fn on_hyper<S, B>(app: S)
where
    S: Service<Request<Incoming>, Response = Response<B>, Error = Infallible>
        + Clone
        + Send
        + 'static,
    S::Future: Send,
    B: hyper::body::Body<Data: Send, Error: Into<BoxError>> + Send + 'static,
{
    let listener = TcpListener::bind("127.0.0.1:0").await;
    let listener = listener.expect("the loopback has a port");
    tell(listener.local_addr().expect("it is bound"));
    loop {
        let Ok((stream, _)) = listener.accept().await else {
            continue;
        };
        stream.set_nodelay(true).expect("it is a TCP connection");
        let service = TowerToHyperService::new(app.clone());
        let connection = http1::Builder::new().serve_connection(TokioIo::new(stream), service);
        task::spawn(async move {
            let _ = connection.await;
        });
    }
}
