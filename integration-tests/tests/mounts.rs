//! Mounts, rules, cascades, forwards, published trees and a layer for one path: inside axum, around axum, over a socket, asked by curl.

#![expect(clippy::unwrap_used, reason = "a test may")]

use std::{
    convert::Infallible,
    fs,
    io::{Read, Write},
    net::{SocketAddr, TcpStream},
    path::{Path, PathBuf},
    process::Command,
    sync::mpsc,
    time::Duration,
};

use axum::{
    Router,
    extract::Request as AxumRequest,
    routing::{any, get, post},
};
use http_body_util::BodyExt;
use plywood::{
    mount::{RecursiveLayer, forward},
    prelude::*,
};
use plywood_lint::LintLayer;
use plywood_test::Client as TestClient;
use tempfile::TempDir;

/// Where it stands, and a redirect to its own directory.
async fn shop(request: Request<Body>) -> Result<Response<Body>, Infallible> {
    let mount = Mount::of(&request);
    if request.uri().path() == "/cart" {
        let location = mount.location("/cart/", request.uri().query());
        let response = Response::builder().status(308).header("location", location);
        return Ok(response.body(Body::empty()).unwrap());
    }
    let text = format!(
        "the shop has {} and pays at {}",
        request.uri().path(),
        mount.absolute("/pay")
    );
    Ok(Response::new(text.into()))
}

/// An axum app that does not know where it is mounted.
fn axum_app() -> Router {
    Router::new()
        .route(
            "/hello",
            get(|uri: Uri| async move { format!("axum has {uri}") }),
        )
        .route(
            "/upload",
            post(|body: axum::body::Bytes| async move { body.len().to_string() }),
        )
}

fn mounts() -> Mounts<Infallible> {
    let mounts = Mounts::new();
    let inner = Mounts::<Infallible>::new();
    inner.mount("/deep", service_fn(shop)).unwrap();
    mounts.mount("/shop", service_fn(shop)).unwrap();
    mounts.mount("/axum", axum_app()).unwrap();
    mounts.mount("/a/b", inner).unwrap();
    mounts
}

#[tokio::test]
async fn the_same_mounts_stand_inside_axum_around_axum_and_alone() {
    let inside = Router::new()
        .route("/own", get(|| async { "own" }))
        .fallback_service(mounts());
    let around = mounts();
    around.fallback(Router::new().route("/own", get(|| async { "own" })));
    for app in [plywood::app(inside), plywood::app(around)] {
        let app = LintLayer::new().layer(app);
        let client = TestClient::new(app);
        client.get("/own").await.expect_text("own");
        client
            .get("/shop/x")
            .await
            .expect_text("the shop has /x and pays at /shop/pay");
        client
            .get("/a/b/deep/x")
            .await
            .expect_text("the shop has /x and pays at /a/b/deep/pay");
        client
            .get("/axum/hello?q")
            .await
            .expect_text("axum has /hello?q");
        // A redirect leads back to where the service is mounted, and from there to the answer.
        let reply = client.get("/a/b/deep/cart?item=3").follow(1).await;
        reply.expect_text("the shop has /cart/ and pays at /a/b/deep/pay");
        assert_eq!(client.get("/shopping").await.status(), 404);
    }
}

#[tokio::test]
async fn below_axums_nest_the_mounts_still_read_what_is_left() {
    let app = Router::new().nest_service("/site", mounts());
    let client = TestClient::new(app);
    client
        .get("/site/shop/x")
        .await
        .expect_text("the shop has /x and pays at /shop/pay");
}

/// A table of rules, by the facade's names.
mod rules {
    use plywood::dispatch::{DispatchBuilder, Params, Rule, UrlFor};

    use super::*;

    /// Who it is, and where the next one is: here, and for a mail.
    async fn user(request: Request<Body>) -> Response<Body> {
        let id: u32 = Params::of(&request).get("id").unwrap().parse().unwrap();
        let urls = UrlFor::of(&request);
        let next = [("id", (id + 1).into()), ("from", "a b".into())];
        let whole = urls.link("user").unwrap().external().url(&next[..1]);
        let text = format!(
            "{id} {} {}",
            urls.url("user", &next).unwrap(),
            whole.unwrap()
        );
        Response::new(text.into())
    }

    async fn years(request: Request<Body>) -> Response<Body> {
        let year = UrlFor::of(&request).url("year", &[("year", 1999.into())]);
        let query = request.uri().query().unwrap_or_default();
        Response::new(format!("{} {query}", year.unwrap()).into())
    }

    pub(super) fn table() -> DispatchBuilder<Infallible> {
        Dispatch::builder()
            .get(Rule::new("/users/<int:id>").name("user"), user)
            .redirect("/people/<int:id>", "users/<id>")
            .get("/years/", years)
            .get(
                Rule::new(r#"/years/<regex("[0-9]{4}"):year>"#).name("year"),
                years,
            )
    }

    pub(super) fn deep(inner: Dispatch<Infallible>) -> Mounts<Infallible> {
        let [outer, middle, lowest] = std::array::from_fn(|_| Mounts::<Infallible>::new());
        lowest.mount("/c", inner).unwrap();
        middle.mount("/b d", lowest).unwrap();
        outer.mount("/a", middle).unwrap();
        outer
    }
}

/// Each way in which the same rules can stand somewhere, and the prefix that they have there.
fn rules_everywhere() -> Vec<(&'static str, App)> {
    let table = || rules::table().build().unwrap();
    let own = || Router::new().route("/own", get(|| async { "own" }));
    let around = rules::table().fallback(own()).build().unwrap();
    let below = rules::deep(table());
    below.fallback(own());
    let dispatches = Dispatch::<Infallible>::builder()
        .mount(
            "/a",
            Dispatch::<Infallible>::builder()
                .mount("/b d", rules::deep(table()))
                .build()
                .unwrap(),
        )
        .fallback(own());
    vec![
        ("", plywood::app(own().fallback_service(table()))),
        ("", plywood::app(around)),
        ("/a/b%20d/c", plywood::app(below)),
        (
            "/a/b%20d/c",
            plywood::app(own().fallback_service(rules::deep(table()))),
        ),
        (
            "/a/b%20d/a/b%20d/c",
            plywood::app(dispatches.build().unwrap()),
        ),
    ]
}

#[tokio::test]
async fn the_same_rules_stand_inside_axum_around_axum_and_below_mounts() {
    for (prefix, app) in rules_everywhere() {
        let client = TestClient::new(LintLayer::new().layer(app));
        let at = |path: &str| format!("{prefix}{path}");
        client.get("/own").await.expect_text("own");
        let user = format!("7 {prefix}/users/8?from=a+b http://localhost{prefix}/users/8");
        client.get(&at("/users/7")).await.expect_text(&user);
        // Both redirects lead back to where the rules stand, and keep the query.
        let reply = client.get(&at("/people/7")).follow(1).await;
        reply.expect_text(&user);
        let reply = client.get(&at("/years?a=b")).follow(1).await;
        reply.expect_text(&format!("{prefix}/years/1999 a=b"));
        let reply = client.get(&at("/years/1999")).await;
        reply.expect_text(&format!("{prefix}/years/1999 "));
        for missing in ["/users/x", "/users/7/", "/years/99", "/years/19999"] {
            client.get(&at(missing)).await.expect_status(404);
        }
        let reply = client.post(&at("/users/7")).await;
        assert_eq!(reply.status(), 405);
        assert_eq!(reply.headers()["allow"], "GET, HEAD, OPTIONS");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn curl_follows_the_redirects_of_the_same_rules() {
    for (number, (prefix, _)) in rules_everywhere().into_iter().enumerate() {
        let site = Site::of(|_| rules_everywhere().swap_remove(number).1).await;
        let user = format!(
            "7 {prefix}/users/8?from=a+b {} 200",
            site.at(&format!("{prefix}/users/8"))
        );
        for (option, path, expected) in [
            ("--location", "/people/7", user.clone()),
            (
                "--location",
                "/years?a=b",
                format!("{prefix}/years/1999 a=b 200"),
            ),
            ("--http2-prior-knowledge", "/users/7", user),
            ("--http2-prior-knowledge", "/people/7", " 308".to_owned()),
        ] {
            let url = site.at(&format!("{prefix}{path}"));
            let answer = curl(strings(&[option, &url])).await;
            assert_eq!(answer, expected, "{option} {url}");
        }
    }
}

/// The new app knows nothing yet; the old one takes it all.
fn strangler(folder: &Path) -> App {
    let new = Router::new().route("/new", any(|| async { "new" }));
    // One that reads the whole body before it says that it is not the one.
    let greedy = any(|request: AxumRequest| async move {
        let mut body = request.into_body();
        while let Some(Ok(_)) = body.frame().await {}
        StatusCode::NOT_FOUND
    });
    let cascade = Cascade::<BoxError>::new()
        .then(new)
        .then(Router::new().fallback(greedy))
        .then(service_fn(measure))
        .memory(1000)
        .limit(20 << 20)
        .folder(folder);
    plywood::app(
        ServiceBuilder::new()
            .layer(ErrorPagesLayer::new())
            .service(cascade),
    )
}

/// How long the body is, and the sum of its bytes.
async fn measure(request: Request<Body>) -> Result<Response<Body>, BoxError> {
    let (mut length, mut sum) = (0_u64, 0_u64);
    let mut body = request.into_body();
    while let Some(frame) = body.frame().await {
        if let Ok(data) = frame?.into_data() {
            length += data.len() as u64;
            sum += data.iter().map(|&byte| u64::from(byte)).sum::<u64>();
        }
    }
    Ok(Response::new(format!("{length} {sum}").into()))
}

struct Site {
    address: SocketAddr,
    folder: TempDir,
}

impl Site {
    async fn of(app: impl FnOnce(&Path) -> App) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let listener = Listener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let app = app(folder.path());
        tokio::spawn(Server::new(listener).serve_until(app, std::future::pending()));
        Self { address, folder }
    }

    fn at(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// A file of so many bytes for curl to send, outside of the cascade's folder.
    fn upload(bytes: usize) -> (TempDir, PathBuf, String) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("upload");
        let content: Vec<u8> = (0..bytes)
            .map(|at| u8::try_from(at % 251).unwrap())
            .collect();
        let sum: u64 = content.iter().map(|&byte| u64::from(byte)).sum();
        fs::write(&path, content).unwrap();
        (folder, path, format!("{bytes} {sum}"))
    }
}

async fn curl(arguments: Vec<String>) -> String {
    let curl = move || {
        let output = Command::new("curl")
            .args([
                "--silent",
                "--show-error",
                "--max-time",
                "300",
                "--write-out",
                " %{http_code}",
            ])
            .args(arguments)
            .output()
            .expect("curl is installed by ./test tools");
        assert!(
            output.status.success(),
            "{}",
            String::from_utf8_lossy(&output.stderr)
        );
        String::from_utf8_lossy(&output.stdout).into_owned()
    };
    tokio::task::spawn_blocking(curl).await.unwrap()
}

fn strings(arguments: &[&str]) -> Vec<String> {
    arguments.iter().map(ToString::to_string).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn curl_uploads_ten_megabytes_to_the_third_of_a_cascade() {
    let site = Site::of(strangler).await;
    let (_folder, path, expected) = Site::upload(10 << 20);
    let data = format!("@{}", path.display());
    let upload = ["--data-binary", &data, &site.at("/x")].map(str::to_owned);
    for more in [
        &[][..],
        &["--header", "transfer-encoding: chunked"],
        &["--http2-prior-knowledge"],
        &["--header", "expect: 100-continue"],
    ] {
        let answer = curl([strings(more), upload.to_vec()].concat()).await;
        assert_eq!(answer, format!("{expected} 200"), "{more:?}");
        assert_eq!(fs::read_dir(site.folder.path()).unwrap().count(), 0);
    }
    // The first one answers without the body.
    let answer = curl(strings(&["--data-binary", &data, &site.at("/new")])).await;
    assert_eq!(answer, "new 200");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_upload_beyond_the_limit_is_413_over_the_wire() {
    let site = Site::of(strangler).await;
    let (_folder, path, _) = Site::upload(21 << 20);
    let data = format!("@{}", path.display());
    let arguments = [
        "--data-binary",
        &data,
        "--output",
        "/dev/null",
        &site.at("/x"),
    ];
    assert_eq!(curl(strings(&arguments)).await, " 413");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_client_that_vanishes_in_the_middle_of_an_upload_is_no_upload() {
    let (ended, ends) = mpsc::channel();
    let app = move |folder: &Path| {
        let last = service_fn(move |request: Request<Body>| {
            let ended = ended.clone();
            async move {
                let whole = request.into_body().collect().await;
                ended
                    .send(whole.map(|_| ()).map_err(|error| error.to_string()))
                    .unwrap();
                Ok::<_, BoxError>(Response::new(Body::empty()))
            }
        });
        let greedy = service_fn(|request: Request<Body>| async move {
            let mut body = request.into_body();
            while let Some(Ok(_)) = body.frame().await {}
            let response = Response::builder().status(404);
            Ok::<_, BoxError>(response.body(Body::empty())?)
        });
        let cascade = Cascade::<BoxError>::new().then(greedy).then(last);
        plywood::app(
            ServiceBuilder::new()
                .layer(ErrorPagesLayer::new())
                .service(cascade.memory(0).folder(folder)),
        )
    };
    let site = Site::of(app).await;
    let address = site.address;
    // hyper drops a call whose client is gone, so that the last service may never be asked; what it must not see is an end.
    let seen = tokio::task::spawn_blocking(move || {
        let mut stream = TcpStream::connect(address).unwrap();
        stream
            .write_all(b"POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 1000000\r\n\r\n")
            .unwrap();
        stream.write_all(&vec![7; 300_000]).unwrap();
        drop(stream);
        // The server is there for the next one.
        let mut stream = TcpStream::connect(address).unwrap();
        stream
            .write_all(
                b"POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 3\r\nconnection: close\r\n\r\nabc",
            )
            .unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        assert!(answer.starts_with("HTTP/1.1 200 "), "{answer}");
        let patience = Duration::from_secs(240);
        let first = ends.recv_timeout(patience).unwrap();
        [Some(first), ends.try_recv().ok()]
    })
    .await
    .unwrap();
    let complete = seen.iter().flatten().filter(|end| end.is_ok()).count();
    assert_eq!(complete, 1, "{seen:?}");
    assert_eq!(fs::read_dir(site.folder.path()).unwrap().count(), 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_forward_and_a_layer_for_one_path_over_the_wire() {
    let site = Site::of(|_| {
        let pages = service_fn(|request: Request<Body>| async move {
            Ok::<_, Infallible>(match request.uri().path() {
                "/old" => forward("/page?from=old", request),
                _ => Response::new(format!("{} {}", request.method(), request.uri()).into()),
            })
        });
        plywood::app(
            ServiceBuilder::new()
                .layer(when(
                    at("/private"),
                    BasicAuthLayer::new(|_: &str, _: &str| None),
                ))
                .layer(RecursiveLayer::new())
                .service(pages),
        )
    })
    .await;
    for (path, expected) in [
        ("/old", "GET /page?from=old 200"),
        ("/page", "GET /page 200"),
        ("/privateer", "GET /privateer 200"),
        ("/%70rivate/x", "401 Unauthorized\n 401"),
    ] {
        assert_eq!(
            curl(strings(&["--path-as-is", &site.at(path)])).await,
            expected,
            "{path}"
        );
    }
    let answer = curl(strings(&["--data", "a=b", &site.at("/old")])).await;
    assert_eq!(answer, "POST /page?from=old 200");
}

/// A tree of values, by the facade's name of the crate.
mod tree {
    use plywood::publish::{Publish, Visit, publish};

    #[derive(Publish)]
    #[publish(crate = plywood::publish)]
    pub(super) struct Tree {
        #[publish]
        pub(super) shop: Shop,
    }

    pub(super) struct Shop;

    #[publish(crate = plywood::publish)]
    impl Shop {
        #[publish(index)]
        fn index(&self, visit: &Visit) -> String {
            let links = visit.trail().crumbs().map(|crumb| crumb.href);
            links.collect::<Vec<_>>().join(" ")
        }

        #[publish(GET, POST)]
        async fn board(&self, number: u32, #[publish(default = "oak")] wood: String) -> String {
            format!("{wood} {number}")
        }
    }

    pub(super) fn published() -> Publish<Tree> {
        Publish::new(Tree { shop: Shop })
    }
}

#[tokio::test]
async fn a_published_tree_stands_inside_axum_around_axum_and_below_a_mount() {
    let pages = || ErrorPagesLayer::new().layer(tree::published());
    let inside = Router::new().fallback_service(pages());
    let around = Mounts::<Infallible>::new();
    around.mount("/", pages()).unwrap();
    for app in [plywood::app(inside), plywood::app(around)] {
        let client = TestClient::new(app);
        client.get("/shop").follow(1).await.expect_text("/ /shop/");
        client.get("/shop/board/7").await.expect_text("oak 7");
        let reply = client
            .post("/shop/board")
            .form([("number", "7"), ("wood", "ash")])
            .await;
        reply.expect_text("ash 7");
        client.get("/shop/board/seven").await.expect_status(404);
    }
    let mounted = Mounts::<Infallible>::new();
    let deeper = Mounts::<Infallible>::new();
    deeper.mount("/b c", pages()).unwrap();
    mounted.mount("/a", deeper).unwrap();
    let client = TestClient::new(mounted);
    client
        .get("/a/b%20c/shop")
        .follow(1)
        .await
        .expect_text("/a/b%20c/ /a/b%20c/shop/");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn curl_sends_a_form_to_a_published_function() {
    let site = Site::of(|_| plywood::app(ErrorPagesLayer::new().layer(tree::published()))).await;
    let at = |path| site.at(path);
    let form = ["--data", "number=7", "--data-urlencode", "wood=ash & elm"];
    for (arguments, expected) in [
        (
            [&form[..], &[&at("/shop/board")]].concat(),
            "ash & elm 7 200",
        ),
        (
            vec!["--location", "--get", "--data", "x=y", &at("/shop")],
            "/ /shop/ 200",
        ),
        (
            vec![
                "--output",
                "/dev/null",
                "--data",
                "number=x",
                &at("/shop/board"),
            ],
            " 400",
        ),
        (
            vec!["--output", "/dev/null", "--data", "x", &at("/shop/board/x")],
            " 404",
        ),
        (
            vec![
                "--output",
                "/dev/null",
                "--form",
                "number=7",
                &at("/shop/board"),
            ],
            " 415",
        ),
        (
            vec![
                "--output",
                "/dev/null",
                "--request",
                "PUT",
                &at("/shop/board/7"),
            ],
            " 405",
        ),
    ] {
        assert_eq!(curl(strings(&arguments)).await, expected, "{arguments:?}");
    }
}
