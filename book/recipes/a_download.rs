//! A download.

// ANCHOR: app
use std::path::Path;

use plywood::prelude::*;
use plywood::static_files::Download;

/// What was computed: saved under a name that a visitor may have chosen.
async fn report(request: Request<Body>) -> Result<Response<Body>, BoxError> {
    let table = "day;visitors\nmonday;7\n";
    let download = Download::bytes(table, "Besucher – Übersicht.csv").attachment();
    Ok(download.respond(&request))
}

/// What lies in a folder: the name comes from the visitor, and stays in there.
fn invoice(files: &Files, request: &Request<Body>) -> Response<Body> {
    let name = Params::of(request).get("name").unwrap_or_default();
    let Ok(download) = files.download(name) else {
        let mut missing = Response::new(Body::empty());
        *missing.status_mut() = StatusCode::NOT_FOUND;
        return missing;
    };
    download.attachment().respond(request)
}

fn app(invoices: &Path) -> Result<App, BoxError> {
    let files = Files::new(invoices)?;
    let site = Dispatch::<BoxError>::builder()
        .get("/report", report)
        .get("/invoices/<name>", move |request| {
            let response = invoice(&files, &request);
            async { Ok::<_, BoxError>(response) }
        })
        .build()?;
    Ok(plywood::app(
        ServiceBuilder::new().layer(ErrorPagesLayer::new()).service(site),
    ))
}
// ANCHOR_END: app

// ANCHOR: main
#[tokio::main]
async fn main() -> Result<(), BoxError> {
    let listener = Listener::bind("127.0.0.1:8000").await?;
    let server = Server::new(listener).ready(|at| println!("Serving on {at}"));
    Ok(server.serve(app(Path::new("invoices"))?).await?)
}
// ANCHOR_END: main

// ANCHOR: test
#[cfg(test)]
mod tests {
    use std::fs;

    use plywood_test::Client;

    use super::*;

    #[tokio::test]
    async fn downloads_have_names_and_are_resumed() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("2026-7.pdf"), "%PDF-1.7 ...").unwrap();
        let client = Client::new(app(folder.path()).unwrap());

        let report = client.get("/report").await.expect_status(200);
        let name = report.header("content-disposition");
        assert!(
            name.contains(
                "filename*=UTF-8''Besucher%20%E2%80%93%20%C3%9Cbersicht.csv"
            )
        );

        let invoice = client.get("/invoices/2026-7.pdf").await;
        let invoice = invoice.expect_header(
            "content-disposition",
            "attachment; filename=\"2026-7.pdf\"",
        );
        let tag = invoice.header("etag").to_owned();
        let rest = client.get("/invoices/2026-7.pdf").header("range", "bytes=5-7");
        rest.header("if-none-match", &tag).await.expect_status(304);
        let rest = client.get("/invoices/2026-7.pdf").header("range", "bytes=5-7");
        rest.await.expect_status(206).expect_text("1.7");

        client.get("/invoices/none.pdf").await.expect_status(404);
    }
}
// ANCHOR_END: test
