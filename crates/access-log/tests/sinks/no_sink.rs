//! What the lines of a log cannot be written to.

use plywood_access_log::{AccessLogLayer, Lines};

fn main() {
    let _ = AccessLogLayer::new(std::io::stdout());
    // The question mark is missing.
    let _ = AccessLogLayer::new(Lines::file("access.log"));
}
