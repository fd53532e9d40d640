use plywood_dispatch::Routes;

#[derive(Routes)]
enum Page {
    #[route("/users/<int:id>")]
    User,
    #[route("/<a>")]
    Other { b: String },
}

fn main() {}
