//! What a check cannot answer.

use plywood_auth::BasicAuthLayer;
use plywood_core::Identity;

fn says_yes(name: &str, _: &str) -> bool {
    name == "ada"
}

async fn waits(name: &str, _: &str) -> Option<Identity> {
    Some(Identity::new(name))
}

fn main() {
    let _ = BasicAuthLayer::new(says_yes);
    let _ = BasicAuthLayer::new(waits);
}
