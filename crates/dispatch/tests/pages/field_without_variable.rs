use plywood_dispatch::Routes;

#[derive(Routes)]
enum Page {
    #[route("/users/<int:id>")]
    User { id: u64, name: String },
    Home,
}

fn main() {}
