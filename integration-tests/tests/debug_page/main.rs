//! The developer's page, and what the operator is told: over real servers, in a real Chromium, and around other people's services.

#![expect(clippy::unwrap_used, reason = "a test may")]

mod browser;
mod curl;
mod flood;
mod services;
mod session;

use std::sync::Once;

use plywood_debug::{DebugLayer, RequestEvents};
use tracing_subscriber::{layer::SubscriberExt, registry};

/// It stands here, because the source around a call is shown.
const SECRET: &str = "hunter2";

/// A page for whoever asks from here, with the events of the request. One subscriber listens to all in this program.
fn debug() -> DebugLayer {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let subscriber = registry().with(RequestEvents::new());
        tracing::subscriber::set_global_default(subscriber).unwrap();
    });
    DebugLayer::new(true).insecure_in_release_builds()
}
