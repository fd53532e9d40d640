//! Started by systemd.

// ANCHOR: app
use std::{env, path::PathBuf, time::Duration};

use plywood::prelude::*;

async fn home(request: Request<Body>) -> Result<Response<Body>, BoxError> {
    let more = |visits: Option<u32>| visits.unwrap_or(0) + 1;
    let visits = Session::of(&request)?.update("visits", more).await?;
    Ok(Response::new(format!("visit {visits}\n").into()))
}

fn app(sessions: SessionLayer) -> Result<App, BoxError> {
    let site = Dispatch::<BoxError>::builder().get("/", home).build()?;
    Ok(plywood::app(
        ServiceBuilder::new()
            .layer(AccessLogLayer::new(Lines::stdout()))
            .layer(ErrorPagesLayer::new())
            .layer(sessions)
            .service(site),
    ))
}
// ANCHOR_END: app

// ANCHOR: main
#[tokio::main]
async fn main() -> Result<(), BoxError> {
    // The folder that the unit's StateDirectory= names, or this one.
    let data =
        env::var_os("STATE_DIRECTORY").map_or_else(PathBuf::new, PathBuf::from);
    let store = SqliteStore::open(data.join("sessions.sqlite"))?;
    let app = app(SessionLayer::new(store))?;

    // The socket that the .socket unit has opened, or one of our own.
    let address = env::var("LISTEN").unwrap_or("127.0.0.1:8000".to_owned());
    let listener = match Listener::inherited()? {
        Some(passed) => passed,
        None => Listener::bind(&address).await?,
    };
    let server = Server::new(listener).ready(|at| println!("Serving on {at}"));
    Ok(server.grace(Duration::from_secs(20)).serve(app).await?)
}
// ANCHOR_END: main

// ANCHOR: test
#[cfg(test)]
mod tests {
    use plywood_test::Client;

    use super::*;

    #[tokio::test]
    async fn visits_outlast_a_restart() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("sessions.sqlite");
        let start = || {
            let store = SqliteStore::open(&file).unwrap();
            app(SessionLayer::new(store)).unwrap()
        };
        let before = Client::new(start());
        let reply = before.get("/").await.expect_text("visit 1\n");
        let cookie = reply.cookies().remove(0);

        let after = Client::new(start());
        after.store_cookie(&format!(
            "{}={}; Secure; Path=/",
            cookie.name(),
            cookie.value()
        ));
        after.get("/").await.expect_text("visit 2\n");
    }
}
// ANCHOR_END: test
