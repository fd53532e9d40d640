//! The servers that are this program itself, each in a process of its own.

use std::path::Path;

use axum::{Router, routing::get, serve::ListenerExt};
use plywood_auth::{BasicAuthLayer, password::Htpasswd};
use plywood_bench_load::{on_serve, tell};
use plywood_compression::{Coding, CompressionLayer};
use plywood_static::Files;
use tokio::{net::TcpListener, runtime::Builder};
use tower::{Layer, ServiceBuilder, service_fn};

use crate::{answer::answer, peers, routes, site, stack};

/// Serves in this way, and says where. Logs are written beside `root`.
pub fn run(kind: &str, root: &Path) {
    let runtime = Builder::new_current_thread().enable_all().build();
    let runtime = runtime.expect("a runtime can be made");
    let log = || stack::log_to(&root.with_file_name(format!("{kind}.log")));
    let files = || Files::new(root).expect("it is a directory");
    let gzip = || CompressionLayer::new().level(Coding::Gzip, 4);
    let basic = || {
        let accounts = Htpasswd::open(site::accounts(root));
        BasicAuthLayer::of(accounts.expect("it is well-formed"))
    };
    // One `.layer()` for all of them, as axum's documentation advises: it boxes once.
    let rest = || {
        (
            peers::catch_panic(),
            peers::compression(),
            peers::sessions(),
        )
    };
    match kind {
        "six-layers" => runtime.block_on(on_serve(stack::layers_with(log()))),
        "bare" => runtime.block_on(on_serve(service_fn(answer))),
        "peers" => {
            let subscriber = peers::subscriber_to(&root.with_file_name("peers.log"));
            tracing::dispatcher::set_global_default(subscriber).expect("it is the first");
            runtime.block_on(on_axum(
                peers::router().layer((peers::trace_with_lines(), rest())),
            ));
        }
        "peers-without-lines" => {
            runtime.block_on(on_axum(peers::router().layer((peers::trace(), rest()))))
        }
        "axum" => {
            let hello = get(async || "hello, world\n");
            runtime.block_on(on_axum(Router::new().route(path(), hello)));
        }
        "files" => runtime.block_on(on_serve(files())),
        "gzip" => runtime.block_on(on_serve(gzip().layer(files()))),
        "log" => runtime.block_on(on_serve(log().layer(files()))),
        "basic" => runtime.block_on(on_serve(basic().layer(files()))),
        "all" => {
            let layers = ServiceBuilder::new()
                .layer(log())
                .layer(gzip())
                .layer(basic());
            runtime.block_on(on_serve(layers.service(files())));
        }
        _ => panic!("a server that is not known: {kind}"),
    }
}

/// The path of the target, without its query.
fn path() -> &'static str {
    routes::TARGET.split('?').next().unwrap_or_default()
}

async fn on_axum(app: Router) {
    let listener = TcpListener::bind("127.0.0.1:0").await;
    let listener = listener.expect("the loopback has a port");
    tell(listener.local_addr().expect("it is bound"));
    // As plywood-serve does.
    let listener =
        listener.tap_io(|stream| stream.set_nodelay(true).expect("it is a TCP connection"));
    axum::serve(listener, app).await.expect("it does not end");
}
