use plywood_dispatch::Routes;

#[derive(Routes)]
enum Page {
    #[route("/users/<int:id")]
    User { id: u64 },
    #[route("/<itn:id>")]
    Other { id: u64 },
}

fn main() {}
