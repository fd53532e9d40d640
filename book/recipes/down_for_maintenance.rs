//! Down for maintenance.

// ANCHOR: app
use std::{net::IpAddr, path::Path, time::Duration};

use plywood::prelude::*;

async fn shop(_: Request<Body>) -> Response<Body> {
    Response::new("Welcome to the shop\n".into())
}

async fn health(_: Request<Body>) -> Response<Body> {
    Response::new("alive\n".into())
}

fn app(flag: &Path, operator: IpAddr) -> Result<App, BoxError> {
    let maintenance = MaintenanceLayer::new(flag)
        .retry_after(Duration::from_secs(600))
        .exempt(move |head| {
            let path = plywood::core::Path::read(&head.uri);
            path.is_ok_and(|path| path.as_str() == "/health")
                || Client::of(head).and_then(Client::ip) == Some(operator)
        });
    let site = Dispatch::<BoxError>::builder()
        .get("/", shop)
        .get("/health", health)
        .build()?;
    Ok(plywood::app(
        ServiceBuilder::new()
            .layer(ErrorPagesLayer::new())
            .layer(maintenance)
            .service(site),
    ))
}
// ANCHOR_END: app

// ANCHOR: main
#[tokio::main]
async fn main() -> Result<(), BoxError> {
    let app = app(Path::new("maintenance.html"), [192, 0, 2, 7].into())?;
    let listener = Listener::bind("127.0.0.1:8000").await?;
    let server = Server::new(listener).ready(|at| println!("Serving on {at}"));
    Ok(server.serve(app).await?)
}
// ANCHOR_END: main

// ANCHOR: test
#[cfg(test)]
mod tests {
    use std::fs;

    use plywood_test::Client as Visitor;

    use super::*;

    #[tokio::test]
    async fn the_shop_is_closed_while_the_file_is_there() {
        let folder = tempfile::tempdir().unwrap();
        let flag = folder.path().join("maintenance.html");
        fs::write(&flag, "<!doctype html><title>Soon</title>Back at noon.").unwrap();
        let operator = IpAddr::from([192, 0, 2, 7]);
        let visitor =
            Visitor::new(app(&flag, operator).expect("the rules are right"));

        let closed = visitor.get("/").header("accept", "text/html").await;
        closed
            .expect_status(503)
            .expect_header("retry-after", "600")
            .expect_text_contains("Back at noon.");
        visitor.get("/health").await.expect_status(200);
        let known = Client::tcp((operator, 40312).into());
        visitor.get("/").extension(known).await.expect_status(200);
    }

    #[tokio::test]
    async fn without_the_file_it_is_open() {
        let folder = tempfile::tempdir().unwrap();
        let app = app(
            &folder.path().join("maintenance.html"),
            [192, 0, 2, 7].into(),
        );
        let visitor = Visitor::new(app.expect("the rules are right"));
        visitor.get("/").await.expect_status(200);
    }
}
// ANCHOR_END: test
