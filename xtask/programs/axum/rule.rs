//! An axum handler explains what is wrong with a rule.

use axum::{
    Router,
    body::{Body, to_bytes},
    http::Request,
    routing::post,
};
use plywood_rule::Pattern;
use tower::ServiceExt;

async fn explain(rule: String) -> String {
    Pattern::read(&rule).map_or_else(|error| error.mend().to_string(), |_| "right".to_owned())
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let app = Router::new().route("/", post(explain));
    let mends = "the bracket is not closed: write \"<int:id>\"";
    for (rule, answer) in [("/users/<int:id>", "right"), ("/users/<int:id", mends)] {
        let request = Request::post("/").body(Body::from(rule)).unwrap();
        let response = app.clone().oneshot(request).await.unwrap();
        assert_eq!(to_bytes(response.into_body(), 1024).await.unwrap(), answer);
    }
}
