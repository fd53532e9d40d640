//! A minimal app behind access log, error pages, compression, sessions and a login form.

use std::path::Path;

use plywood::{auth::constant_time_eq, core::html, prelude::*};

async fn home(request: Request<Body>) -> Result<Response<Body>, BoxError> {
    let name = Identity::of(&request).map_or("stranger", Identity::name);
    let page = include_str!("home.html").replace("{name}", &html::escape(name));
    Ok(Response::builder()
        .header("content-type", "text/html; charset=utf-8")
        .body(page.into())?)
}

fn check(name: &str, password: &str) -> Option<Identity> {
    let right = constant_time_eq(name, "ada") & constant_time_eq(password, "plywood");
    right.then(|| Identity::new(name))
}

fn app(data: &Path) -> Result<App, BoxError> {
    let files = Files::new(concat!(env!("CARGO_MANIFEST_DIR"), "/login/static"))?;
    let site = Dispatch::<BoxError>::builder().get("/", home).mount("/static", files).build()?;
    let login = FormLoginLayer::new(check).open("/static").stylesheet("/static/style.css");
    let store = SqliteStore::open(data.join("sessions.sqlite"))?;
    let stack = ServiceBuilder::new()
        .layer(AccessLogLayer::new(Lines::stdout()))
        .layer(ErrorPagesLayer::new())
        .layer(CompressionLayer::new())
        .layer(SessionLayer::new(store).cookies_by_scheme())
        .layer(login)
        .service(site);
    Ok(plywood::app(stack))
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
mod tests;
