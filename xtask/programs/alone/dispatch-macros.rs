//! An enum of pages knows their URLs. The macro is used through plywood-dispatch.

use plywood_dispatch::Routes;

#[derive(Debug, PartialEq, Routes)]
enum Page {
    #[route("/")]
    Home,
    #[route("/users/<int:id>")]
    User { id: u64 },
}

fn main() {
    assert_eq!(Page::Home.url(), "/");
    assert_eq!(Page::User { id: 7 }.url(), "/users/7");
}
