use std::{future, io, net::SocketAddr, time::Duration};

use plywood_core::{Body, BoxError, HttpBody, HttpService};
use plywood_serve::{Listener, Server};
use tokio::runtime::Runtime;

use super::{
    exchange::{Answer, exchange},
    outcome::Unmet,
};

/// How long an answer may take.
const LIMIT: Duration = Duration::from_secs(1);

/// How often to ask before an answer counts as slow: a busy machine is slow now and then, whoever waits for a pipe is slow each time.
const ATTEMPTS: usize = 20;

/// A service behind plywood-serve, on a loopback socket of its own.
#[derive(Debug)]
pub(crate) struct Loopback {
    address: SocketAddr,
    runtime: Option<Runtime>,
}

impl Loopback {
    pub(crate) fn start<S>(app: S) -> io::Result<Self>
    where
        S: HttpService<Body, ResBody: HttpBody, Error: Into<BoxError>>,
    {
        let runtime = Runtime::new()?;
        let listener = runtime.block_on(Listener::bind("127.0.0.1:0"))?;
        let address = listener
            .local_addr()
            .expect("a TCP listener has an address");
        runtime.spawn(Server::new(listener).serve_until(app, future::pending()));
        Ok(Self {
            address,
            runtime: Some(runtime),
        })
    }

    /// Sends the bytes of a request, and gives the answer if it comes whole and in time.
    pub(crate) fn ask(&self, request: &[u8]) -> Result<Answer, Unmet> {
        let mut answer = self.exchange(request)?;
        for _ in 1..ATTEMPTS {
            if answer.took <= LIMIT {
                break;
            }
            answer = self.exchange(request)?;
        }
        if answer.took > LIMIT {
            return Err(Unmet::failed(
                "an answer within a second",
                format_args!("one after {:?}", answer.took),
            ));
        }
        Ok(answer)
    }

    fn exchange(&self, request: &[u8]) -> Result<Answer, Unmet> {
        exchange(self.address, request).map_err(|error| Unmet::failed("an answer", error))
    }
}

impl Drop for Loopback {
    /// Without a wait: a thread that hangs is what some cases are about.
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}
