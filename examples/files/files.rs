//! A folder to browse, to watch and to download from.

use std::path::Path;

use plywood::{core::html, core::path, prelude::*, static_files::Download};

async fn home(_: Request<Body>) -> Result<Response<Body>, BoxError> {
    Ok(page("Files", "<p><a href=\"/files/\">Look around</a></p>"))
}

/// A player, which fetches the video by ranges: `/watch/holiday.webm`.
async fn watch(request: Request<Body>) -> Result<Response<Body>, BoxError> {
    let name = Params::of(&request).get("name").unwrap_or_default();
    let (title, source) = (html::escape(name), path::encode(name));
    let body = format!(
        "<video controls src=\"/files/{source}\"></video>\n\
         <p><a href=\"/save/{source}\">Save it</a> or <a href=\"/files/\">look around</a></p>",
        source = html::escape(&source),
    );
    Ok(page(&title, &body))
}

/// The same file, to be saved: `/save/holiday.webm`. What is not there is the 404 of the error pages.
fn save(files: &Files, request: &Request<Body>) -> Response<Body> {
    let name = Params::of(request).get("name").unwrap_or_default();
    let download = files.download(name).map(Download::attachment);
    download.map_or_else(|_| not_found(), |download| download.respond(request))
}

fn app(folder: &Path) -> Result<App, BoxError> {
    let files = Files::new(folder)?.listing();
    let saved = files.clone();
    let site = Dispatch::<BoxError>::builder()
        .get("/", home)
        .get("/watch/<path:name>", watch)
        .get("/save/<path:name>", move |request| {
            let response = save(&saved, &request);
            async { Ok::<_, BoxError>(response) }
        })
        .mount("/files", files)
        .build()?;
    let stack = ServiceBuilder::new()
        .layer(AccessLogLayer::new(Lines::stdout()))
        .layer(ErrorPagesLayer::new())
        .layer(CompressionLayer::new())
        .service(site);
    Ok(plywood::app(stack))
}

fn page(title: &str, body: &str) -> Response<Body> {
    let page = include_str!("page.html").replace("{title}", title).replace("{body}", body);
    let mut response = Response::new(page.into());
    let html = HeaderValue::from_static("text/html; charset=utf-8");
    response.headers_mut().insert("content-type", html);
    response
}

fn not_found() -> Response<Body> {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::NOT_FOUND;
    response
}

#[tokio::main]
async fn main() -> Result<(), Fatal> {
    let arguments = plywood_examples::Arguments::read();
    let (listener, folder) = (Listener::bind(&arguments.listen).await?, arguments.data()?);
    let app = app(&folder)?;
    let server = Server::new(listener)
        .ready(move |at| println!("Serving on {at} -- what lies in {}", folder.display()));
    Ok(server.serve(app).await?)
}

#[cfg(test)]
mod tests;
