//! Apache's `%f`: which file a line's answer was made of.

use std::{
    convert::Infallible,
    fmt::Write,
    fs,
    path::Path,
    sync::{Arc, Mutex},
};

use futures_util::FutureExt;
use plywood::prelude::*;
use plywood_access_log::Format;

type Lines = Arc<Mutex<Vec<String>>>;

type Make<'m> = dyn Fn(AccessLogLayer) -> App + 'm;

fn log(format: Format) -> (AccessLogLayer, Lines) {
    let lines = Lines::default();
    let sink = Arc::clone(&lines);
    let layer = AccessLogLayer::new(move |line: &[u8]| {
        let line = String::from_utf8(line.to_vec()).unwrap();
        sink.lock().unwrap().push(line.trim_end().to_owned());
    });
    (layer.format(format), lines)
}

fn root() -> tempfile::TempDir {
    let root = tempfile::tempdir().unwrap();
    fs::create_dir(root.path().join("docs")).unwrap();
    for name in [
        "a.txt",
        "a b.txt",
        "docs/index.html",
        "page.html",
        "page.de.html",
        "app.js",
        "app.js.gz",
    ] {
        fs::write(root.path().join(name), "0123456789").unwrap();
    }
    root
}

fn request(method: &str, target: &str, fields: &[(&str, &str)]) -> Request<Body> {
    let request = Request::builder().method(method).uri(target);
    let request = fields.iter().fold(request, |request, (name, value)| {
        request.header(*name, *value)
    });
    request.body(Body::empty()).unwrap()
}

/// The lines of these requests, and their answers' heads.
fn lines(
    format: Format,
    app: impl FnOnce(AccessLogLayer) -> App,
    requests: impl IntoIterator<Item = Request<Body>>,
) -> (Vec<String>, String) {
    let (layer, lines) = log(format);
    let app = app(layer);
    let mut heads = String::new();
    for request in requests {
        let Ok(response) = app.clone().oneshot(request).now_or_never().unwrap();
        let (head, body) = response.into_parts();
        writeln!(heads, "{head:?}").unwrap();
        drop(body);
    }
    let lines = lines.lock().unwrap().clone();
    (lines, heads)
}

fn site(root: &Path) -> impl FnOnce(AccessLogLayer) -> App {
    let files = Files::new(root).unwrap().precompressed().languages(["de"]);
    move |log| plywood::app(ServiceBuilder::new().layer(log).service(files))
}

#[test]
fn a_line_names_the_file_that_was_served() {
    let root = root();
    for (request, expected) in [
        (request("GET", "/a.txt", &[]), "200 a.txt"),
        (request("HEAD", "/a.txt", &[]), "200 a.txt"),
        (request("GET", "/a%20b.txt", &[]), "200 a b.txt"),
        (
            request("GET", "/a.txt", &[("range", "bytes=0-3")]),
            "206 a.txt",
        ),
        (
            request("GET", "/a.txt", &[("range", "bytes=99-")]),
            "416 a.txt",
        ),
        (
            request("GET", "/a.txt", &[("if-none-match", "*")]),
            "304 a.txt",
        ),
        (
            request("GET", "/a.txt", &[("if-match", "\"x\"")]),
            "412 a.txt",
        ),
        (request("GET", "/docs/", &[]), "200 docs/index.html"),
        (request("GET", "/docs", &[]), "308 -"),
        (request("GET", "/none", &[]), "404 -"),
        (request("GET", "/.hidden", &[]), "404 -"),
        (request("POST", "/a.txt", &[]), "405 -"),
        (request("GET", "/page.html", &[]), "200 page.html"),
        (
            request("GET", "/page.html", &[("accept-language", "de")]),
            "200 page.de.html",
        ),
        (request("GET", "/app.js", &[]), "200 app.js"),
        (
            request("GET", "/app.js", &[("accept-encoding", "gzip")]),
            "200 app.js.gz",
        ),
    ] {
        let format = Format::apache("%s %f").unwrap();
        let about = format!("{request:?}");
        let (lines, _) = lines(format, site(root.path()), [request]);
        let (status, file) = expected.split_once(' ').unwrap();
        let file = match file {
            "-" => file.to_owned(),
            file => format!("{}/{file}", root.path().display()),
        };
        assert_eq!(lines, [format!("{status} {file}")], "{about}");
    }
}

/// The name without the root, and `-` if there is none.
fn below<'l>(line: &'l str, root: &Path) -> &'l str {
    let root = root.to_str().unwrap();
    line.strip_prefix(root).map_or(line, |rest| &rest[1..])
}

#[test]
fn files_below_a_prefix_before_and_behind_a_service_are_named() {
    let root = root();
    let own = |_: Request<Body>| async {
        let mut missing = Response::new(Body::from("not here"));
        *missing.status_mut() = StatusCode::NOT_FOUND;
        Ok::<_, Infallible>(missing)
    };
    let files = || Files::new(root.path()).unwrap();
    let before = |log: AccessLogLayer| {
        let layers = ServiceBuilder::new().layer(log);
        let files = files().layer().at("/static");
        plywood::app(layers.layer(files).service_fn(own))
    };
    let behind = |log: AccessLogLayer| {
        let layers = ServiceBuilder::new().layer(log);
        let files = files().last().at("/static");
        plywood::app(layers.layer(files).service_fn(own))
    };
    let one = |log: AccessLogLayer| {
        let layers = ServiceBuilder::new().layer(log);
        let file = Files::file(root.path().join("a.txt")).unwrap();
        plywood::app(layers.layer(file.layer().at("/robots.txt")).service_fn(own))
    };
    let apps: [(&Make, &str, &str); 5] = [
        (&before, "/static/a.txt", "a.txt"),
        (&before, "/a.txt", "-"),
        (&behind, "/static/docs/", "docs/index.html"),
        (&behind, "/static/none", "-"),
        (&one, "/robots.txt", "a.txt"),
    ];
    for (app, target, expected) in apps {
        let format = Format::apache("%f").unwrap();
        let (lines, _) = lines(format, app, [request("GET", target, &[])]);
        assert_eq!(below(&lines[0], root.path()), expected, "{target}");
    }
}

#[test]
fn the_place_of_a_file_stands_in_no_other_line_and_in_no_answer() {
    let root = root();
    let place = root.path().to_str().unwrap();
    let all = "%h %a %l %u %t %r %m %U %q %H %s %b %O %I %v %V %X %L %R %{route}n %{endpoint}n %{ending}n";
    let formats = [
        Format::common(),
        Format::combined(),
        Format::json(),
        Format::ecs(),
        Format::open_telemetry(),
        Format::development(false),
        Format::apache(all).unwrap(),
        Format::apache("%U").unwrap(),
    ];
    let requests = || [request("GET", "/a.txt", &[]), request("GET", "/a.txt", &[])];
    for format in formats {
        let (lines, heads) = lines(format, site(root.path()), requests());
        assert_eq!(lines.len(), 2);
        assert!(!lines.concat().contains(place), "{lines:?}");
        assert!(!heads.contains(place), "{heads}");
    }
    // Where it is wanted, the answer says no more than before, and another log beside says nothing of it.
    let (inner, others) = log(Format::json());
    let both = |log: AccessLogLayer| {
        let layers = ServiceBuilder::new().layer(log).layer(inner);
        let files = Files::new(root.path()).unwrap();
        plywood::app(layers.service(files))
    };
    let (lines, heads) = lines(Format::apache("%f").unwrap(), both, requests());
    assert!(lines.iter().all(|line| below(line, root.path()) == "a.txt"));
    assert!(!heads.contains(place), "{heads}");
    assert!(!others.lock().unwrap().concat().contains(place));
}
