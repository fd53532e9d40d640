//! Who may do what.

// ANCHOR: app
use std::time::Duration;

use plywood::{auth::Head, core::path::Path, prelude::*};

async fn page(request: Request<Body>) -> Result<Response<Body>, BoxError> {
    let who = Identity::of(&request).ok_or("only who has signed in comes here")?;
    Ok(Response::new(format!("{} is here\n", who.name()).into()))
}

/// Everybody has a drawer, and an admin has all.
fn is_own_drawer(head: &Head<'_>, who: &Identity) -> bool {
    let own = format!("/drawer/{}", who.name());
    let is_own = Path::read(head.uri()).is_ok_and(|path| path.below(&own).is_some());
    is_own || who.has_role("admin")
}

fn app(check: fn(&str, &str) -> Option<Identity>) -> Result<App, BoxError> {
    let site = Dispatch::<BoxError>::builder()
        .get("/", page)
        .get("/admin", page)
        .get("/drawer/<name>", page)
        .get("/pay", page)
        .build()?;
    let recent = Duration::from_secs(10 * 60);
    Ok(plywood::app(
        ServiceBuilder::new()
            .layer(ErrorPagesLayer::new())
            .layer(SessionLayer::new(MemoryStore::new()))
            .layer(FormLoginLayer::new(check))
            .layer(RequireLayer::signed_in().role("admin").below("/admin"))
            .layer(RequireLayer::signed_in().when(is_own_drawer).below("/drawer"))
            .layer(RequireLayer::signed_in().max_age(recent).below("/pay"))
            .service(site),
    ))
}
// ANCHOR_END: app

// ANCHOR: main
fn check(name: &str, password: &str) -> Option<Identity> {
    let right = plywood::auth::constant_time_eq(password, "plywood");
    let roles = if name == "ada" { &["admin"][..] } else { &[] };
    right.then(|| Identity::new(name).roles(roles.iter().copied()))
}

#[tokio::main]
async fn main() -> Result<(), BoxError> {
    let listener = Listener::bind("127.0.0.1:8000").await?;
    let server = Server::new(listener).ready(|at| println!("Serving on {at}"));
    Ok(server.serve(app(check)?).await?)
}
// ANCHOR_END: main

// ANCHOR: test
#[cfg(test)]
mod tests {
    use std::time::SystemTime;

    use plywood_test::Client;

    use super::*;

    async fn signed_in(name: &str) -> Client {
        let client = Client::new(app(check).unwrap());
        let account = [("username", name), ("password", "plywood")];
        client.post("/login").form(&account).await.expect_status(303);
        client
    }

    #[tokio::test]
    async fn a_role_and_a_rule_decide() {
        let (ada, eve) = (signed_in("ada").await, signed_in("eve").await);
        ada.get("/admin").await.expect_text_contains("ada is here");
        eve.get("/admin").await.expect_status(403);

        eve.get("/drawer/eve").await.expect_text_contains("eve is here");
        eve.get("/drawer/ada").await.expect_status(403);
        ada.get("/drawer/eve").await.expect_text_contains("ada is here");
    }

    #[tokio::test]
    async fn a_sign_in_of_long_ago_is_asked_for_again() {
        let long_ago = |name: &str, _: &str| {
            Some(Identity::new(name).authenticated_at(SystemTime::UNIX_EPOCH))
        };
        let old = Client::new(app(long_ago).unwrap());
        let account = [("username", "eve"), ("password", "plywood")];
        old.post("/login").form(&account).await.expect_status(303);
        old.get("/").await.expect_status(200);
        let pay = old.get("/pay").header("accept", "text/html").await;
        pay.expect_status(303).expect_header("location", "/login?next=%2Fpay");

        signed_in("eve").await.get("/pay").await.expect_status(200);
    }
}
// ANCHOR_END: test
