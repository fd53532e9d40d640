//! nginx in front.

// ANCHOR: app
use std::{env, net::IpAddr, path::Path};

use plywood::prelude::*;
use plywood::tower_http::set_header::SetResponseHeaderLayer;

/// Believes nginx, which has written these two fields itself.
fn believe(mut request: Request<Body>) -> Request<Body> {
    let field = |name| request.headers().get(name)?.to_str().ok();
    let address =
        field("x-forwarded-for").and_then(|told| told.parse::<IpAddr>().ok());
    let is_https = field("x-forwarded-proto") == Some("https");
    if let (Some(client), Some(address)) = (Client::of(&request).copied(), address) {
        request.extensions_mut().insert(client.proven(address));
    }
    if is_https {
        request.extensions_mut().insert(Scheme::Https);
    }
    request
}

async fn home(request: Request<Body>) -> Result<Response<Body>, BoxError> {
    let client = Client::of(&request).ok_or("a gateway leaves the client")?;
    let scheme = Scheme::of(&request).unwrap_or_default();
    let text = format!("you came from {client} over {scheme}\n");
    Ok(Response::new(text.into()))
}

/// Who may have the file is asked here; nginx sends it.
fn invoice(files: &Files, request: &Request<Body>) -> Response<Body> {
    let name = Params::of(request).get("name").unwrap_or_default();
    match files.download(name) {
        Ok(download) => download.attachment().respond(request),
        Err(_) => Response::from(HttpError::not_found()),
    }
}

fn app(invoices: &Path) -> Result<App, BoxError> {
    let files = Files::new(invoices)?.x_accel_redirect("/protected");
    let login = BasicAuthLayer::new(|name: &str, password: &str| {
        let right = name == "ada" && password == "plywood";
        right.then(|| Identity::new(name))
    });
    let site = Dispatch::<BoxError>::builder()
        .get("/", home)
        .get("/invoices/<name>", move |request| {
            let response = invoice(&files, &request);
            async { Ok::<_, BoxError>(response) }
        })
        .build()?;
    let always_tls = SetResponseHeaderLayer::overriding(
        header::STRICT_TRANSPORT_SECURITY,
        HeaderValue::from_static("max-age=31536000"),
    );
    Ok(plywood::app(
        ServiceBuilder::new()
            .map_request(believe)
            .layer(AccessLogLayer::new(Lines::stdout()))
            .layer(always_tls)
            .layer(ErrorPagesLayer::new())
            .layer(login.below("/invoices"))
            .service(site),
    ))
}
// ANCHOR_END: app

// ANCHOR: main
#[tokio::main]
async fn main() -> Result<(), BoxError> {
    let invoices = env::var("INVOICES").unwrap_or("/srv/shop/invoices".to_owned());
    let app = app(Path::new(&invoices))?;
    let address = env::var("LISTEN").unwrap_or("unix:/run/shop.sock".to_owned());
    let listener = match Listener::inherited()? {
        Some(passed) => passed,
        None => Listener::bind(&address).await?,
    };
    let server = Server::new(listener).ready(|at| println!("Serving on {at}"));
    Ok(server.serve(app).await?)
}
// ANCHOR_END: main

// ANCHOR: test
#[cfg(test)]
mod tests {
    use std::fs;

    use plywood_test::Client;

    use super::*;

    #[tokio::test]
    async fn nginx_is_told_which_file_and_only_for_who_may_have_it() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("2026-7.pdf"), "%PDF-1.7 ...").unwrap();
        let client = Client::new(app(folder.path()).unwrap());

        client.get("/invoices/2026-7.pdf").await.expect_status(401);
        let ada = |path| client.get(path).basic_auth("ada", "plywood");
        ada("/invoices/2026-7.pdf")
            .await
            .expect_header("x-accel-redirect", "/protected/2026-7.pdf")
            .expect_text("");
        ada("/invoices/none.pdf").await.expect_status(404);
    }

    #[tokio::test]
    async fn what_nginx_says_counts() {
        let client = Client::new(app(&env::temp_dir()).unwrap());
        let told = client.get("/").header("x-forwarded-for", "192.0.2.7");
        let reply = told.header("x-forwarded-proto", "https").await;
        reply.expect_text("you came from 192.0.2.7 over https\n");
    }
}
// ANCHOR_END: test
