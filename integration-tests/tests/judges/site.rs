//! The site that is judged: every layer of a usual stack, over pages of all kinds, on a socket.

use std::{
    fs::File,
    io::Write,
    net::SocketAddr,
    panic,
    path::Path,
    time::{Duration, SystemTime},
};

use http::{HeaderValue, StatusCode};
use plywood::prelude::*;
use serde_json::json;
use tempfile::TempDir;

const HOUR: Duration = Duration::from_secs(3600);

/// A site that listens on a free port of the loopback interface, until it is dropped with the runtime.
pub(crate) struct Site {
    pub(crate) address: SocketAddr,
    files: TempDir,
}

impl Site {
    pub(crate) async fn start() -> Self {
        let files = tempfile::tempdir().unwrap();
        fill(files.path());
        let listener = Listener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let app = app(files.path());
        tokio::spawn(Server::new(listener).serve_until(app, std::future::pending()));
        Self { address, files }
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// The root of the files under `/static`.
    pub(crate) fn files(&self) -> &Path {
        self.files.path()
    }
}

fn fill(folder: &Path) {
    let page = "<!doctype html><title>Page</title><p>A line that compresses well.</p>\n";
    for (name, content) in [
        ("page.html", page.repeat(100).into_bytes()),
        ("style.css", b"body { color: red }\n".repeat(100)),
        ("small.txt", b"a few words\n".repeat(20)),
        ("empty.txt", Vec::new()),
        ("picture.png", b"\x89PNG\r\n\x1a\n".repeat(500)),
        // Too long to be sent in one piece, or to be kept with its bytes.
        ("long.bin", b"\x01\x02\x03\x04....".repeat(200_000)),
        ("packed.txt", b"a few words\n".repeat(2000)),
        ("packed.txt.gz", gzip(&b"a few words\n".repeat(2000))),
    ] {
        let mut file = File::create(folder.join(name)).unwrap();
        file.write_all(&content).unwrap();
        // What was written just now has no strong tag and no date yet.
        file.set_modified(SystemTime::now() - HOUR).unwrap();
    }
    std::fs::create_dir(folder.join("deep")).unwrap();
    std::fs::write(folder.join("deep/index.html"), page.repeat(3)).unwrap();
    std::fs::create_dir(folder.join("bare")).unwrap();
    std::fs::write(folder.join("bare/<b> & ü.txt"), "odd\n".repeat(100)).unwrap();
}

fn gzip(content: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(content).unwrap();
    encoder.finish().unwrap()
}

fn app(files: &Path) -> App {
    let site = Dispatch::<BoxError>::builder()
        .get("/", page)
        .get("/json", list)
        .get("/large", large)
        .get("/visits", visits)
        .get("/members", page)
        .get("/gone", async |_: Request<Body>| empty(StatusCode::GONE))
        .get("/nothing", async |_: Request<Body>| {
            empty(StatusCode::NO_CONTENT)
        })
        .get("/items/<id>", item)
        .post("/items", create)
        .get("/panics", panics)
        .get("/fails", async |_: Request<Body>| {
            Err::<Response<Body>, BoxError>("as it must".into())
        })
        .mount("/static", Files::new(files).unwrap())
        .mount(
            "/files",
            Files::new(files).unwrap().listing().precompressed(),
        )
        .build()
        .unwrap();
    let check = |name: &str, password: &str| {
        (name == "ada" && password == "plywood").then(|| Identity::new(name))
    };
    let stack = ServiceBuilder::new()
        .layer(AccessLogLayer::new(|_: &[u8]| ()))
        .layer(ErrorPagesLayer::new())
        .layer(CompressionLayer::new())
        .layer(SessionLayer::new(MemoryStore::new()))
        .layer(BasicAuthLayer::new(check).below("/members"))
        .service(site);
    plywood::app(stack)
}

fn html(body: String) -> Response<Body> {
    let head = Response::builder()
        .header("content-type", "text/html; charset=utf-8")
        .header("cache-control", "max-age=60");
    head.body(body.into()).unwrap()
}

fn json(status: StatusCode, value: &serde_json::Value) -> Response<Body> {
    let head = Response::builder()
        .status(status)
        .header("content-type", "application/json")
        .header("cache-control", "max-age=60");
    head.body(value.to_string().into()).unwrap()
}

fn empty(status: StatusCode) -> Response<Body> {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = status;
    response
}

async fn page(_: Request<Body>) -> Result<Response<Body>, BoxError> {
    Ok(html(
        "<!doctype html><title>Home</title><p>Hello.</p>".to_owned(),
    ))
}

async fn large(_: Request<Body>) -> Result<Response<Body>, BoxError> {
    let line = "<p>A line that compresses well.</p>\n";
    let response = html(format!(
        "<!doctype html><title>Large</title>{}",
        line.repeat(200)
    ));
    Ok(response)
}

async fn visits(request: Request<Body>) -> Result<Response<Body>, BoxError> {
    let session = Session::of(&request)?;
    let visits = session.get::<u32>("visits").await?.unwrap_or(0) + 1;
    session.insert("visits", visits)?;
    let page = format!("<!doctype html><title>Visits</title><p>{visits}</p>");
    let mut response = html(page);
    let headers = response.headers_mut();
    headers.insert("cache-control", HeaderValue::from_static("no-store"));
    Ok(response)
}

async fn list(_: Request<Body>) -> Result<Response<Body>, BoxError> {
    Ok(json(StatusCode::OK, &json!({ "items": [1, 2, 3] })))
}

async fn item(request: Request<Body>) -> Result<Response<Body>, BoxError> {
    match Params::of(&request).get("id").map(str::parse::<u8>) {
        Some(Ok(id)) if id < 100 => Ok(json(StatusCode::OK, &json!({ "id": id }))),
        _ => Ok(empty(StatusCode::NOT_FOUND)),
    }
}

async fn create(request: Request<Body>) -> Result<Response<Body>, BoxError> {
    let body = http_body_util::BodyExt::collect(request.into_body()).await?;
    match serde_json::from_slice::<serde_json::Value>(&body.to_bytes()) {
        Ok(value) if value["name"].is_string() => Ok(json(StatusCode::CREATED, &value)),
        _ => Ok(empty(StatusCode::UNPROCESSABLE_ENTITY)),
    }
}

async fn panics(_: Request<Body>) -> Result<Response<Body>, BoxError> {
    panic::resume_unwind(Box::new("as it must"))
}
