//! The error pages of real services, for real browsers, and before judges.

#![expect(clippy::unwrap_used, reason = "a test may")]

mod browser;
mod judged;
mod services;
mod site;

use plywood::prelude::*;
use tokio::{sync::oneshot, task::JoinHandle};

/// A server of `app` on a port of its own, until it is stopped.
struct Running {
    address: String,
    stop: oneshot::Sender<()>,
    server: JoinHandle<()>,
}

impl Running {
    async fn serve(app: App) -> Self {
        let listener = Listener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let (stop, stopped) = oneshot::channel();
        let server = Server::new(listener).grace(std::time::Duration::ZERO);
        let server = tokio::spawn(server.serve_until(app, async {
            let _ = stopped.await;
        }));
        Self {
            address,
            stop,
            server,
        }
    }

    async fn stop(self) {
        self.stop.send(()).unwrap();
        self.server.await.unwrap();
    }
}
