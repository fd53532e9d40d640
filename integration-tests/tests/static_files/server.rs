//! Our server, on a thread that may read only what its mode allows, also where root runs the tests.

use std::{net::SocketAddr, sync::mpsc, thread};

use plywood_serve::{Listener, Server};
use plywood_static::Files;
use rustix::thread::{CapabilitySet, capabilities, set_capabilities};
use tokio::{runtime::Builder, sync::oneshot};

/// A server of files, and the thread that it runs on; it ends when this is dropped.
pub(crate) struct Ours {
    pub(crate) address: SocketAddr,
    thread: Option<thread::JoinHandle<()>>,
    stop: Option<oneshot::Sender<()>>,
}

impl Ours {
    pub(crate) fn start(files: impl FnOnce() -> Files + Send + 'static) -> Self {
        let (tell, told) = mpsc::channel();
        let (stop, stopped) = oneshot::channel();
        let thread = thread::spawn(move || {
            give_up_privileges();
            let files = files();
            let runtime = Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(async {
                let listener = Listener::bind("127.0.0.1:0").await.unwrap();
                tell.send(listener.local_addr().unwrap()).unwrap();
                let stopped = async { drop(stopped.await) };
                Server::new(listener).serve_until(files, stopped).await;
            });
        });
        Self {
            address: told.recv().unwrap(),
            thread: Some(thread),
            stop: Some(stop),
        }
    }
}

impl Drop for Ours {
    fn drop(&mut self) {
        drop(self.stop.take());
        let _ = self.thread.take().unwrap().join();
    }
}

/// From here on a file's mode counts for this thread, and for those that it starts, even if it is root's.
fn give_up_privileges() {
    let mut sets = capabilities(None).unwrap();
    sets.effective
        .remove(CapabilitySet::DAC_OVERRIDE | CapabilitySet::DAC_READ_SEARCH);
    set_capabilities(None, sets).unwrap();
}
