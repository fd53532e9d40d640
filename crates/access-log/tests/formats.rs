//! What each format says of the same exchange, through the public API and between two lints.

#![allow(clippy::unwrap_used, reason = "all of this is a test")]

use std::sync::{Arc, Mutex};

use futures_util::FutureExt;
use http::{HeaderName, Request, Response, StatusCode, Version};
use http_body_util::BodyExt;
use plywood_access_log::{AccessLogLayer, Ending, Format};
use plywood_core::{Body, BoxError, Client, Identity, MatchedRoute, RequestId, Scheme};
use plywood_lint::LintLayer;
use proptest::prelude::*;
use serde_json::{Value, json};
use tower::{ServiceBuilder, ServiceExt, service_fn};

#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<String>>>);

impl Log {
    fn layer(&self) -> AccessLogLayer {
        let lines = Arc::clone(&self.0);
        AccessLogLayer::new(move |line: &[u8]| {
            let line = String::from_utf8(line.to_vec()).expect("a line is text");
            lines.lock().unwrap().push(line);
        })
        .utc()
    }

    fn lines(&self) -> Vec<String> {
        self.0.lock().unwrap().clone()
    }

    fn one(&self) -> String {
        let lines = self.lines();
        assert_eq!(lines.len(), 1, "{lines:?}");
        lines[0].clone()
    }
}

fn get(target: &str) -> Request<Body> {
    Request::get(target).body(Body::empty()).unwrap()
}

/// A request with everything that a line may say.
fn full() -> Request<Body> {
    let mut request = Request::post("/a%20b/c?page=2&token=hunter2")
        .header("host", "Shop.Example:8443")
        .header("user-agent", "curl/8 \"x\"")
        .header("referer", "https://ada:hunter2@a.example/?code=hunter2")
        .header("authorization", "Basic hunter2")
        .header("cookie", "theme=dark; sid=hunter2")
        .header("accept", "text/html")
        .header("accept", "image/png")
        .header("content-length", "7")
        .body(Body::from("request"))
        .unwrap();
    let peer = Client::tcp(([192, 0, 2, 7], 40312).into());
    let extensions = request.extensions_mut();
    extensions.insert(peer.proven([198, 51, 100, 1].into()));
    extensions.insert(Scheme::Https);
    extensions.insert(RequestId::new("id-1".parse().unwrap()));
    request
}

#[allow(clippy::unnecessary_wraps, reason = "an answer may be an error")]
fn answer(request: &mut Request<Body>) -> Result<Response<Body>, BoxError> {
    Identity::new("ada lovelace").scheme("Basic").tell(request);
    MatchedRoute::new("/a b/<name>")
        .endpoint("item")
        .leave(request);
    let response = Response::builder()
        .header("content-type", "text/plain")
        .header("set-cookie", "sid=hunter2")
        .header("location", "/next?token=hunter2");
    Ok(response.body("hello".into())?)
}

/// The line about one request, its answer read to the end.
fn logged(layer: AccessLogLayer, log: &Log, request: Request<Body>) -> String {
    exchange(layer, request, answer);
    log.one()
}

fn exchange(
    layer: AccessLogLayer,
    request: Request<Body>,
    answer: fn(&mut Request<Body>) -> Result<Response<Body>, BoxError>,
) {
    let app = ServiceBuilder::new()
        .layer(LintLayer::new())
        .layer(layer)
        .layer(LintLayer::new())
        .service(service_fn(move |mut request| {
            std::future::ready(answer(&mut request))
        }));
    let response = app.oneshot(request).now_or_never().unwrap();
    if let Ok(response) = response {
        let _ = response.into_body().collect().now_or_never().unwrap();
    }
}

fn apache(pattern: &str) -> String {
    let log = Log::default();
    let layer = log.layer().format(Format::apache(pattern).unwrap());
    logged(layer, &log, full())
}

fn nginx(pattern: &str) -> String {
    let log = Log::default();
    let layer = log.layer().format(Format::nginx(pattern).unwrap());
    logged(layer, &log, full())
}

#[test]
fn apaches_directives_say_what_they_do_there() {
    let process = std::process::id().to_string();
    for (pattern, expected) in [
        (
            "%h %a %{c}a %{c}h %l %A %f %k",
            "198.51.100.1 198.51.100.1 192.0.2.7 192.0.2.7 - - - -",
        ),
        ("%u", r"ada\x20lovelace"),
        (
            r#""%r""#,
            r#""POST /a%20b/c?page=2&token=[redacted] HTTP/1.1""#,
        ),
        (r#"\"%m\" \\ %%"#, r#""POST" \ %"#),
        ("%U%q %H", "/a b/c?page=2&token=[redacted] HTTP/1.1"),
        ("%s %>s %<s", "200 200 200"),
        ("%b %B", "5 5"),
        ("%v %V", "Shop.Example Shop.Example"),
        ("%p %{canonical}p %{remote}p %{local}p", "8443 8443 40312 -"),
        ("%P %{pid}P", &format!("{process} {process}")),
        ("%X %L %R", "+ id-1 item"),
        (
            "%{User-Agent}i %{Accept}i %{X}i",
            r#"curl/8 \"x\" text/html, image/png -"#,
        ),
        (
            "%{Referer}i",
            "https://ada:[redacted]@a.example/?code=[redacted]",
        ),
        ("%{Authorization}i %{Cookie}i", "[redacted] [redacted]"),
        (
            "%{Content-Type}o %{Set-Cookie}o %{X}o",
            "text/plain [redacted] -",
        ),
        ("%{Location}o", "/next?token=[redacted]"),
        ("%{theme}C %{sid}C %{x}C", "[redacted] [redacted] -"),
        (
            "%{CARGO_PKG_NAME}e %{NOT_SET_ANYWHERE}e",
            "plywood-access-log -",
        ),
        (
            "%{route}n %{endpoint}n %{ending}n %{auth_scheme}n %{scheme}n",
            "/a b/<name> item complete Basic https",
        ),
        (
            "%400,501{User-agent}i %!400,501{User-agent}i",
            r#"- curl/8 \"x\""#,
        ),
        (
            "%200,304>s %!200>s %404B %200{Content-Type}o %500{Content-Type}o",
            "200 - - text/plain -",
        ),
        ("%500P %400h", "- -"),
    ] {
        assert_eq!(apache(pattern), expected, "{pattern}");
    }
}

#[test]
fn numbers_and_times_have_their_form() {
    for (pattern, form) in [
        (
            "%t",
            r"^\[\d\d/[A-Z][a-z][a-z]/\d{4}:\d\d:\d\d:\d\d \+0000\]$",
        ),
        ("%{%Y-%m-%dT%H:%M:%S}t", r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d$"),
        (
            "%{sec}t %{begin:msec}t %{end:usec}t",
            r"^\d{10} \d{13} \d{16}$",
        ),
        ("%{msec_frac}t %{usec_frac}t", r"^\d{3} \d{6}$"),
        ("%D %T %{s}T %{ms}T %{us}T %^FB", r"^\d+ 0 0 \d+ \d+ \d+$"),
        ("%I %O", r"^\d{3} \d{3}$"),
    ] {
        assert!(matches(form, &apache(pattern)), "{pattern}");
    }
    for (pattern, form) in [
        (
            "$time_local",
            r"^\d\d/[A-Z][a-z][a-z]/\d{4}:\d\d:\d\d:\d\d \+0000$",
        ),
        ("$time_iso8601", r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+00:00$"),
        (
            "$msec $request_time $first_byte_time",
            r"^\d{10}\.\d{3} 0\.\d{3} 0\.\d{3}$",
        ),
        ("$request_length $bytes_sent $pid", r"^\d{3} \d{3} \d+$"),
    ] {
        assert!(matches(form, &nginx(pattern)), "{pattern}");
    }
}

/// A regular expression in the few words that are needed here: classes, `\d` with counts, `+`, and the rest as it stands.
fn matches(form: &str, text: &str) -> bool {
    use regex::Regex;
    Regex::new(form).unwrap().is_match(text)
}

#[test]
fn nginxs_variables_say_what_they_do_there() {
    for (pattern, expected) in [
        (
            "$remote_addr $realip_remote_addr $remote_port",
            "198.51.100.1 192.0.2.7 40312",
        ),
        ("$remote_user", r"ada\x20lovelace"),
        (
            "\"$request\"",
            r#""POST /a%20b/c?page=2&token=[redacted] HTTP/1.1""#,
        ),
        (
            "$request_method $request_uri",
            "POST /a%20b/c?page=2&token=[redacted]",
        ),
        ("$uri$is_args$args", "/a b/c?page=2&token=[redacted]"),
        ("${arg_page}x $arg_token $arg_none", "2x [redacted] -"),
        ("$status $body_bytes_sent $request_completion", "200 5 OK"),
        (
            "$host $server_name $server_port",
            "shop.example Shop.Example 8443",
        ),
        (
            "$server_protocol $scheme $https $pipe $request_id",
            "HTTP/1.1 https on . id-1",
        ),
        (
            "$http_user_agent $http_cookie",
            r"curl/8 \x22x\x22 [redacted]",
        ),
        (
            "$sent_http_content_type $cookie_theme",
            "text/plain [redacted]",
        ),
        ("$content_length $content_type", "7 -"),
        ("$upstream_addr $ssl_protocol $connection", "- - -"),
        ("$route $endpoint $ending", "/a b/<name> item complete"),
        (
            r#"escape=json {"agent":"$http_user_agent","none":"$http_x"}"#,
            r#"{"agent":"curl/8 \"x\"","none":""}"#,
        ),
        ("escape=none $http_user_agent|$http_x|", r#"curl/8 "x"||"#),
    ] {
        assert_eq!(nginx(pattern), expected, "{pattern}");
    }
}

#[test]
fn the_virtual_host_stands_first() {
    let log = Log::default();
    let layer = log.layer().format(Format::vhost_combined());
    let line = logged(layer.server_name("shop.internal"), &log, full());
    assert!(
        line.starts_with(r"shop.internal:8443 198.51.100.1 - ada\x20lovelace ["),
        "{line}"
    );
}

fn json_line(format: Format) -> Value {
    let log = Log::default();
    let line = logged(log.layer().format(format), &log, full());
    assert!(!line.contains("hunter2"), "{line}");
    serde_json::from_str(&line).unwrap_or_else(|error| panic!("{error}: {line}"))
}

#[test]
fn json_has_stable_names() {
    let mut line = json_line(Format::json());
    let members = line.as_object_mut().unwrap();
    let time = members.remove("time").unwrap();
    assert!(matches(
        r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$",
        time.as_str().unwrap()
    ));
    for name in ["duration_ms", "first_byte_ms"] {
        assert!(members.remove(name).unwrap().as_f64().unwrap() < 60_000.0);
    }
    let expected = json!({
        "client": "198.51.100.1",
        "user": "ada lovelace",
        "method": "POST",
        "target": "/a%20b/c?page=2&token=[redacted]",
        "version": "1.1",
        "host": "Shop.Example",
        "scheme": "https",
        "status": 200,
        "bytes": 5,
        "ending": "complete",
        "route": "/a b/<name>",
        "endpoint": "item",
        "request_id": "id-1",
        "referer": "https://ada:[redacted]@a.example/?code=[redacted]",
        "user_agent": "curl/8 \"x\"",
    });
    assert_eq!(line, expected);

    let log = Log::default();
    exchange(log.layer().format(Format::json()), get("/"), |_| {
        Ok(Response::new(Body::empty()))
    });
    let bare: Value = serde_json::from_str(&log.one()).unwrap();
    let names: Vec<_> = bare.as_object().unwrap().keys().cloned().collect();
    let mut expected = [
        "time",
        "method",
        "target",
        "version",
        "scheme",
        "status",
        "bytes",
        "duration_ms",
        "first_byte_ms",
        "ending",
    ];
    expected.sort_unstable();
    assert_eq!(names, expected, "what is absent is left out");
}

#[test]
fn ecs_and_open_telemetry_have_their_words() {
    let line = json_line(Format::ecs());
    for (name, value) in [
        ("ecs.version", json!("8.17.0")),
        ("source.ip", json!("198.51.100.1")),
        ("source.port", json!(40312)),
        ("user.name", json!("ada lovelace")),
        ("http.request.method", json!("POST")),
        ("http.request.body.bytes", json!(7)),
        ("http.response.status_code", json!(200)),
        ("http.response.body.bytes", json!(5)),
        ("http.response.mime_type", json!("text/plain")),
        ("url.path", json!("/a%20b/c")),
        ("url.query", json!("page=2&token=[redacted]")),
        ("url.domain", json!("Shop.Example")),
        ("url.port", json!(8443)),
        ("url.scheme", json!("https")),
        ("user_agent.original", json!("curl/8 \"x\"")),
        ("event.outcome", json!("success")),
        ("event.category", json!(["web"])),
    ] {
        assert_eq!(line[name], value, "{name}");
    }
    assert!(line["event.duration"].is_u64() && line["@timestamp"].is_string());

    let line = json_line(Format::open_telemetry());
    for (name, value) in [
        ("client.address", json!("198.51.100.1")),
        ("network.peer.address", json!("192.0.2.7")),
        ("network.peer.port", json!(40312)),
        ("network.protocol.version", json!("1.1")),
        ("http.request.method", json!("POST")),
        ("http.response.status_code", json!(200)),
        ("http.route", json!("/a b/<name>")),
        ("server.address", json!("Shop.Example")),
        ("server.port", json!(8443)),
        ("url.path", json!("/a%20b/c")),
        ("url.scheme", json!("https")),
        ("user_agent.original", json!("curl/8 \"x\"")),
    ] {
        assert_eq!(line[name], value, "{name}");
    }
    assert_eq!(line.get("error.type"), None);
    assert!(line["http.server.request.duration"].is_f64());
}

#[test]
fn the_w3cs_format_begins_with_its_directives() {
    let log = Log::default();
    let fields = "date time c-ip cs-username cs-method cs-uri-stem cs-uri-query sc-status sc-bytes cs(User-Agent) cs(X) sc(Content-Type)";
    let layer = log.layer().format(Format::w3c(fields).unwrap());
    exchange(layer.clone(), full(), answer);
    exchange(layer, full(), answer);
    let lines = log.lines();
    assert_eq!(
        lines[..3],
        [
            "#Software: Plywood",
            "#Version: 1.0",
            &format!("#Fields: {fields}")
        ]
    );
    assert_eq!(lines.len(), 5, "{lines:?}");
    let form = r"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d 198\.51\.100\.1 ada\+lovelace POST /a%20b/c page=2&token=\[redacted\] 200 5 curl/8\+%22x%22 - text/plain$";
    assert!(matches(form, &lines[4]), "{lines:?}");
}

#[test]
fn a_developer_sees_what_matters() {
    let log = Log::default();
    let line = logged(log.layer().format(Format::development(false)), &log, full());
    assert!(
        matches(
            r"^\d\d:\d\d:\d\d POST /a%20b/c\?page=2&token=\[redacted\] 200 5 B \d+ µs by ada\\x20lovelace$",
            &line
        ) || matches(r" B \d+\.\d+ m?s by ada\\x20lovelace$", &line),
        "{line}"
    );
    let log = Log::default();
    exchange(
        log.layer().format(Format::development(true)),
        get("/x"),
        |_| Err("no".into()),
    );
    let line = log.one();
    assert!(line.contains("\u{1b}[31m500\u{1b}[0m"), "{line:?}");
    assert!(
        line.ends_with(" \u{1b}[31mservice_failed\u{1b}[0m"),
        "{line:?}"
    );
}

#[test]
fn whoever_insists_sees_credentials() {
    let pattern = "%{Authorization}i %{theme}C %{sid}C %{X-Private}i %{Accept}i";
    let log = Log::default();
    let layer = log
        .layer()
        .format(Format::apache(pattern).unwrap())
        .cookies(["theme"])
        .insecure_fields([http::header::AUTHORIZATION])
        .redact_fields([http::header::ACCEPT]);
    assert_eq!(
        logged(layer, &log, full()),
        "Basic hunter2 dark [redacted] - [redacted]"
    );
}

#[test]
fn one_long_value_does_not_make_a_long_line() {
    let log = Log::default();
    let mut request = get(&format!("/{}", "a".repeat(40_000)));
    let agent = "b".repeat(40_000).parse().unwrap();
    request.headers_mut().insert("user-agent", agent);
    exchange(log.layer(), request, answer);
    let line = log.one();
    assert!(line.len() < 2 * 16 * 1024 + 200, "{}", line.len());
    assert!(line.contains("aaa... HTTP/1.1\""));
    assert!(line.ends_with("bbb...\""));

    let log = Log::default();
    let layer = log
        .layer()
        .field_limit(4)
        .format(Format::apache("%r|%{User-Agent}i").unwrap());
    assert_eq!(logged(layer, &log, full()), "POST /a%2... HTTP/1.1|curl...");
}

#[test]
fn it_is_said_how_it_ended() {
    let pattern = "%s %B %X %{ending}n %{Content-Type}o";
    let log = Log::default();
    let layer = log.layer().format(Format::apache(pattern).unwrap());
    exchange(layer.clone(), get("/"), |_| Err("no".into()));
    let mut old = get("/");
    *old.version_mut() = Version::HTTP_10;
    exchange(layer.clone(), old, |_| Ok(Response::new("hello".into())));
    let waiting = tower::Layer::layer(
        &layer.clone().dropped_status(StatusCode::REQUEST_TIMEOUT),
        service_fn(|_: Request<Body>| std::future::pending::<Result<Response<Body>, BoxError>>()),
    );
    assert!(waiting.oneshot(get("/")).now_or_never().is_none());
    let head = {
        let mut head = get("/");
        *head.method_mut() = http::Method::HEAD;
        head
    };
    let unread = tower::Layer::layer(
        &layer,
        service_fn(|_: Request<Body>| async {
            Ok::<_, BoxError>(Response::new(Body::from("hello")))
        }),
    );
    drop(unread.clone().oneshot(head).now_or_never());
    drop(unread.oneshot(get("/")).now_or_never());
    assert_eq!(
        log.lines(),
        [
            "500 0 X service_failed -",
            "200 5 - complete -",
            "408 0 X client_gone -",
            "200 0 + complete -",
            "200 0 X client_gone -",
        ]
    );
}

#[test]
fn what_is_logged_can_be_chosen() {
    let log = Log::default();
    let layer = log
        .layer()
        .format(Format::apache("%U %s").unwrap())
        .requests(|request| request.headers.get("x-quiet").is_none())
        .records(|record| record.status() != 304)
        .health_checks(["/healthz"]);
    let answer = |request: &mut Request<Body>| {
        let status = match request.uri().path() {
            "/304" => StatusCode::NOT_MODIFIED,
            "/%68ealthz" if request.uri().query() == Some("ill") => StatusCode::SERVICE_UNAVAILABLE,
            _ => StatusCode::OK,
        };
        Ok(Response::builder().status(status).body(Body::empty())?)
    };
    let mut quiet = get("/quiet");
    quiet
        .headers_mut()
        .insert(HeaderName::from_static("x-quiet"), "1".parse().unwrap());
    let mut conditional = get("/304");
    conditional
        .headers_mut()
        .insert("if-none-match", "*".parse().unwrap());
    for request in [
        quiet,
        conditional,
        get("/healthz"),
        get("/%68ealthz"),
        get("/%68ealthz?ill"),
        get("/200"),
    ] {
        exchange(layer.clone(), request, answer);
    }
    assert_eq!(log.lines(), ["/healthz 503", "/200 200"]);
}

#[test]
fn a_sample_is_a_part_and_errors_are_whole() {
    let log = Log::default();
    let seen = Arc::new(Mutex::new(0));
    let counter = Arc::clone(&seen);
    let layer = log
        .layer()
        .format(Format::apache("%s %{route}n").unwrap())
        .sample(
            |record| match record.route().and_then(MatchedRoute::endpoint_name) {
                Some("never") => 0,
                _ if record.status() >= 500 => 1,
                _ => 10,
            },
        )
        .observer(move |record| {
            assert_eq!(record.method(), http::Method::GET);
            assert_eq!(record.version(), Version::HTTP_11);
            assert!(record.client().is_none() && record.request_id().is_none());
            assert!(record.duration() >= record.first_byte().unwrap_or_default());
            assert!(record.uri().path().starts_with('/'));
            assert_eq!(record.identity(), None);
            assert!(record.ending() == Ending::Complete && record.bytes() == 0);
            *counter.lock().unwrap() += 1;
        });
    for _ in 0..500 {
        exchange(layer.clone(), get("/"), |_| {
            Ok(Response::new(Body::empty()))
        });
        exchange(layer.clone(), get("/never"), |request| {
            MatchedRoute::new("/never").endpoint("never").leave(request);
            Ok(Response::new(Body::empty()))
        });
    }
    for _ in 0..20 {
        exchange(layer.clone(), get("/broken"), |_| {
            Ok(Response::builder().status(500).body(Body::empty())?)
        });
    }
    let lines = log.lines();
    let of = |line: &str| lines.iter().filter(|other| *other == line).count();
    assert_eq!(of("500 -"), 20);
    assert!((25..=85).contains(&of("200 -")), "{}", of("200 -"));
    assert_eq!(of("200 /never"), 0);
    assert_eq!(*seen.lock().unwrap(), 1020);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn no_format_lets_a_client_forge_a_line(agent: Vec<u8>, referer: Vec<u8>, name: String) {
        for format in [
            Format::common(),
            Format::combined(),
            Format::vhost_combined(),
            Format::json(),
            Format::ecs(),
            Format::open_telemetry(),
            Format::development(false),
            Format::w3c("c-ip cs-username cs(User-Agent) cs(Referer)").unwrap(),
            Format::nginx("$remote_user $http_user_agent $http_referer").unwrap(),
            Format::nginx("escape=none $remote_user $http_user_agent $http_referer").unwrap(),
            Format::nginx("escape=json $remote_user $http_user_agent $http_referer").unwrap(),
        ] {
            let is_json = ["json", "ecs", "open_telemetry"].iter().any(|name| format!("{format:?}").ends_with(name));
            let mut request = get("/");
            for (field, value) in [("user-agent", &agent), ("referer", &referer)] {
                if let Ok(value) = value.as_slice().try_into() {
                    request.headers_mut().insert(field, value);
                }
            }
            request.extensions_mut().insert(Identity::new(name.as_str()));
            let log = Log::default();
            exchange(log.layer().format(format), request, |_| Ok(Response::new(Body::empty())));
            let line = log.lines().pop().unwrap();
            prop_assert!(!line.contains(char::is_control), "{:?}", line);
            prop_assert_eq!(line.lines().count(), 1);
            if is_json {
                let line: Result<Value, _> = serde_json::from_str(&line);
                prop_assert!(line.is_ok(), "{:?}", line);
            }
        }
    }
}
