//! A layer that does not say what it does.

use plywood_core::sheet::Onion;

struct Silent;

fn main() {
    let _ = Onion::of(&[&Silent]);
}
