//! The layers of the login example around an axum `Router`: an app that is there already gets sessions and a login form.

use std::path::Path;

use axum::{Router, extract::Request, response::Html, routing::get};
use plywood::{
    auth::constant_time_eq,
    core::html,
    prelude::{
        AccessLogLayer, App, BoxError, CompressionLayer, ErrorPagesLayer, Fatal, FormLoginLayer,
        Identity, Lines, Listener, Server, ServiceBuilder, Session, SessionLayer, SqliteStore,
    },
};

/// axum's handlers find in the request what Plywood's layers left there.
async fn home(request: Request) -> Result<Html<String>, String> {
    let session = Session::of(&request).map_err(|error| error.to_string())?;
    let visits = session
        .update("visits", |visits: Option<u32>| visits.unwrap_or(0) + 1)
        .await
        .map_err(|error| error.to_string())?;
    let name = Identity::of(&request).map_or("stranger", Identity::name);
    let page = PAGE.replace("{visits}", &visits.to_string());
    Ok(Html(page.replace("{name}", &html::escape(name))))
}

const PAGE: &str = r#"<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Visits</title>
<main>
<h1>Hello, {name}</h1>
<p>This is visit {visits}.</p>
<form method="post" action="/logout"><button>Sign out</button></form>
</main>
</html>
"#;

fn check(name: &str, password: &str) -> Option<Identity> {
    let right = constant_time_eq(name, "ada") & constant_time_eq(password, "plywood");
    right.then(|| Identity::new(name))
}

fn app(data: &Path) -> Result<App, BoxError> {
    let router = Router::new().route("/", get(home));
    let store = SqliteStore::open(data.join("sessions.sqlite"))?;
    Ok(plywood::app(
        ServiceBuilder::new()
            .layer(AccessLogLayer::new(Lines::stdout()))
            .layer(ErrorPagesLayer::new())
            .layer(CompressionLayer::new())
            .layer(SessionLayer::new(store).cookies_by_scheme())
            .layer(FormLoginLayer::new(check))
            .service(router),
    ))
}

#[tokio::main]
async fn main() -> Result<(), Fatal> {
    let arguments = plywood_examples::Arguments::read();
    let listener = Listener::bind(&arguments.listen).await?;
    let server = Server::new(listener)
        .ready(|at| println!("Serving on {at} -- sign in as ada, password plywood"));
    Ok(server.serve(app(&arguments.data()?)?).await?)
}

#[cfg(test)]
mod tests {
    use plywood_test::Client;

    use super::*;

    #[tokio::test]
    async fn the_router_counts_visits_behind_the_form() {
        let data = tempfile::tempdir().unwrap();
        let client = Client::new(app(data.path()).unwrap());
        let stranger = client.get("/").header("accept", "text/html").await;
        assert_eq!(stranger.status(), 303);

        let account = [("username", "ada"), ("password", "plywood")];
        assert_eq!(client.post("/login").form(&account).await.status(), 303);
        client.get("/").await.expect_text_contains("This is visit 1.");
        let again = client.get("/").await.expect_text_contains("This is visit 2.");
        again.expect_text_contains("Hello, ada");
    }
}
