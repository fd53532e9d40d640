//! One app in several processes, on one machine or on many: sessions are in Redis, so that a visitor may come to any of them.

use std::sync::Arc;

use plywood::{auth::constant_time_eq, prelude::*, session_core::Store};

/// Where Redis is, unless the environment says otherwise.
const REDIS: &str = "redis://127.0.0.1:6379";

async fn home(request: Request<Body>, machine: Arc<str>) -> Result<Response<Body>, BoxError> {
    let name = Identity::of(&request).ok_or("a layer lets in only who has signed in")?.name();
    let more = |visits: Option<u64>| visits.unwrap_or(0) + 1;
    // Of two processes that count at once neither loses a visit: the store has the last word, and the loser counts again.
    let text = format!("Hello, {name}. This is machine {machine}, and your visit ");
    let visits = Session::of(&request)?.clone().update("visits", more).await?;
    Ok(Response::new(format!("{text}{visits}.\n").into()))
}

fn check(name: &str, password: &str) -> Option<Identity> {
    let right = constant_time_eq(name, "ada") & constant_time_eq(password, "plywood");
    right.then(|| Identity::new(name))
}

/// What every process runs. Nothing of a visitor is kept in it.
fn app(sessions: impl Store, machine: &str) -> Result<App, BoxError> {
    let machine: Arc<str> = machine.into();
    let home = move |request| home(request, Arc::clone(&machine));
    let site = Dispatch::<BoxError>::builder().get("/", home).build()?;
    let stack = ServiceBuilder::new()
        .layer(AccessLogLayer::new(Lines::stdout()))
        .layer(ErrorPagesLayer::new())
        .layer(SessionLayer::new(sessions).cookies_by_scheme())
        .layer(FormLoginLayer::new(check))
        .service(site);
    Ok(plywood::app(stack))
}

#[tokio::main]
async fn main() -> Result<(), Fatal> {
    let arguments = plywood_examples::Arguments::read();
    let redis = std::env::var("REDIS").unwrap_or_else(|_| REDIS.to_owned());
    let listener = Listener::bind(&arguments.listen).await?;
    let app = app(RedisStore::new(&redis)?, &listener.to_string())?;
    let server = Server::new(listener)
        .ready(|at| println!("Serving on {at} -- sign in as ada, password plywood"));
    Ok(server.serve(app).await?)
}

#[cfg(test)]
mod tests {
    use plywood_test::Client;

    use super::*;

    #[tokio::test]
    async fn who_signed_in_on_one_machine_is_known_on_the_other() {
        let sessions = MemoryStore::new();
        let [one, two] = ["one", "two"].map(|name| app(sessions.clone(), name).unwrap());
        let (one, two) = (Client::new(one), Client::new(two));
        let account = [("username", "ada"), ("password", "plywood")];
        one.post("/login").form(account).await.expect_status(303);
        let cookie = one.cookies().first().unwrap().to_string();

        one.get("/")
            .await
            .expect_text("Hello, ada. This is machine one, and your visit 1.\n");
        let there = two.get("/").header("cookie", &cookie).await;
        there.expect_text("Hello, ada. This is machine two, and your visit 2.\n");
        two.post("/logout").header("cookie", &cookie).await.expect_status(303);
        one.get("/").await.expect_status(401);
    }
}
