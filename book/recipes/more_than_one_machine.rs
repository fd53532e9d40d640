//! More than one machine.

// ANCHOR: app
use std::sync::Arc;

use plywood::{auth::constant_time_eq, prelude::*, session_core::Store};

/// What every machine runs. Nothing of a visitor is kept in the process.
fn app(store: impl Store, machine: &str) -> Result<App, BoxError> {
    let machine: Arc<str> = machine.into();
    let home = move |request| home(request, Arc::clone(&machine));
    let site = Dispatch::<BoxError>::builder().get("/", home).build()?;
    Ok(plywood::app(
        ServiceBuilder::new()
            .layer(ErrorPagesLayer::new())
            .layer(SessionLayer::new(store))
            .layer(FormLoginLayer::new(check))
            .service(site),
    ))
}

async fn home(
    request: Request<Body>,
    machine: Arc<str>,
) -> Result<Response<Body>, BoxError> {
    let who = Identity::of(&request).ok_or("only who has signed in comes here")?;
    let more = |visits: Option<u32>| visits.unwrap_or(0) + 1;
    let visits = Session::of(&request)?.update("visits", more).await?;
    let page = format!("{}, visit {visits}, machine {machine}\n", who.name());
    Ok(Response::new(page.into()))
}

fn check(name: &str, password: &str) -> Option<Identity> {
    let right = constant_time_eq(name, "ada") & constant_time_eq(password, "plywood");
    right.then(|| Identity::new(name))
}
// ANCHOR_END: app

// ANCHOR: main
#[tokio::main]
async fn main() -> Result<(), BoxError> {
    let (url, machine) = (std::env::var("SESSIONS")?, std::env::var("MACHINE")?);
    let app = if url.starts_with("redis") {
        app(RedisStore::new(&url)?, &machine)?
    } else {
        app(PostgresStore::new(&url)?, &machine)?
    };
    let address = std::env::var("LISTEN").unwrap_or("127.0.0.1:8000".to_owned());
    let listener = Listener::bind(&address).await?;
    let server = Server::new(listener).ready(|at| println!("Serving on {at}"));
    Ok(server.serve(app).await?)
}
// ANCHOR_END: main

// ANCHOR: test
#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use plywood_test::Client;

    use super::*;

    /// A balancer: each request goes to the next machine.
    fn balanced(machines: [App; 2]) -> App {
        let turn = AtomicUsize::new(0);
        let next = move |request: Request<Body>| {
            let turn = turn.fetch_add(1, Ordering::Relaxed);
            machines[turn % 2].clone().oneshot(request)
        };
        let next = Arc::new(next);
        plywood::app(service_fn(move |request| next(request)))
    }

    #[tokio::test]
    async fn a_visitor_does_not_notice_which_machine_answers() {
        let store = MemoryStore::new();
        let machines = ["a", "b"].map(|name| app(store.clone(), name).unwrap());
        let client = Client::new(balanced(machines));
        let account = [("username", "ada"), ("password", "plywood")];
        client.post("/login").form(&account).await.expect_status(303);
        for page in ["ada, visit 1, machine b", "ada, visit 2, machine a"] {
            client.get("/").await.expect_text_contains(page);
        }
        // Signed out on one is signed out on all.
        client.post("/logout").await.expect_status(303);
        for _ in 0..2 {
            client.get("/").await.expect_status(401);
        }
    }
}
// ANCHOR_END: test
