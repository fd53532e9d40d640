//! Each field in its place, and no secret in any.

use http::{Method, Request, Response, Version};
use http_body_util::BodyExt;
use plywood_core::{Body, Client, Identity, Mount};
use proptest::prelude::*;
use tower::ServiceExt;

use crate::{Log, app, get, hello, logged, unescaped};

#[tokio::test]
async fn a_line_has_every_field_in_its_place() {
    let log = Log::default();
    let mut request = get("/a?b=c");
    request
        .headers_mut()
        .insert("referer", "https://example.com/".parse().unwrap());
    request
        .headers_mut()
        .insert("user-agent", "curl/8 \"x\"".parse().unwrap());
    let client = Client::tcp(([192, 0, 2, 250], 4000).into());
    request.extensions_mut().insert(client);
    let app = app(log.layer().utc(), |request| {
        Identity::new("ada").tell(request);
        hello(request)
    });
    let response = app.oneshot(request).await.unwrap();
    response.into_body().collect().await.unwrap();

    let line = &log.lines()[0];
    assert!(line.starts_with("192.0.2.250 - ada ["), "{line}");
    let end = r#" +0000] "GET /a?b=c HTTP/1.1" 200 5 "https://example.com/" "curl/8 \"x\"""#;
    assert!(line.ends_with(end), "{line}");
    let time = log.one().time;
    let shape = time.replace(|character: char| character.is_ascii_digit(), "0");
    assert_eq!(shape.len(), 26);
    assert!(shape.ends_with("/0000:00:00:00 +0000"), "{time}");
}

#[tokio::test]
async fn the_common_format_ends_with_the_bytes() {
    let log = Log::default();
    let app = app(log.layer().common(), hello);
    let mut request = get("/");
    request
        .headers_mut()
        .insert("user-agent", "curl/8".parse().unwrap());
    drop(
        app.oneshot(request)
            .await
            .unwrap()
            .into_body()
            .collect()
            .await,
    );
    assert!(log.lines()[0].ends_with(r#"] "GET / HTTP/1.1" 200 5"#));
}

#[tokio::test]
async fn the_client_is_who_the_gateway_says_and_no_header() {
    for (client, expected) in [
        (None, "-"),
        (Some(Client::unix()), "unix:"),
        (
            Some(Client::tcp("[2001:db8::1]:9".parse().unwrap())),
            "2001:db8::1",
        ),
        (
            Some(Client::tcp(([127, 0, 0, 1], 9).into()).proven([198, 51, 100, 7].into())),
            "198.51.100.7",
        ),
    ] {
        let mut request = get("/");
        request
            .headers_mut()
            .insert("x-forwarded-for", "203.0.113.5".parse().unwrap());
        request
            .headers_mut()
            .insert("forwarded", "for=203.0.113.5".parse().unwrap());
        request.extensions_mut().extend(
            client
                .map(|client| {
                    let mut extensions = http::Extensions::new();
                    extensions.insert(client);
                    extensions
                })
                .unwrap_or_default(),
        );
        assert_eq!(logged(request, hello).await.host, expected);
    }
}

#[tokio::test]
async fn the_user_is_whom_auth_let_in_inside_or_outside() {
    let mut request = get("/");
    request.extensions_mut().insert(Identity::new("outside"));
    assert_eq!(logged(request, hello).await.user, "outside");
    assert_eq!(logged(get("/"), hello).await.user, "-");
    let named = |name: &'static str| {
        move |request: &Request<Body>| {
            Identity::new(name).tell(request);
            hello(request)
        }
    };
    assert_eq!(logged(get("/"), named("ada")).await.user, "ada");
    assert_eq!(
        logged(get("/"), named("a b\r\n\"]")).await.user,
        r#"a\x20b\r\n\"\x5d"#
    );
    assert_eq!(logged(get("/"), named("-")).await.user, r"\x2d");
}

#[tokio::test]
async fn the_target_is_the_one_that_was_sent() {
    for (method, target, version, expected) in [
        (
            Method::GET,
            "//a/%2e?q#f",
            Version::HTTP_10,
            "GET //a/%2e?q HTTP/1.0",
        ),
        (Method::OPTIONS, "*", Version::HTTP_11, "OPTIONS * HTTP/1.1"),
        (
            Method::CONNECT,
            "a:443",
            Version::HTTP_11,
            "CONNECT a:443 HTTP/1.1",
        ),
        (
            Method::GET,
            "http://a/b",
            Version::HTTP_11,
            "GET http://a/b HTTP/1.1",
        ),
        (
            Method::GET,
            "http://u:p@a/b",
            Version::HTTP_11,
            "GET http://u:[redacted]@a/b HTTP/1.1",
        ),
        (
            Method::CONNECT,
            "u:p@a:443",
            Version::HTTP_11,
            "CONNECT a:443 HTTP/1.1",
        ),
        (
            Method::GET,
            "https://a/b?c",
            Version::HTTP_2,
            "GET /b?c HTTP/2.0",
        ),
        (
            Method::CONNECT,
            "a:443",
            Version::HTTP_2,
            "CONNECT a:443 HTTP/2.0",
        ),
    ] {
        let mut request = get(target);
        *request.method_mut() = method;
        *request.version_mut() = version;
        assert_eq!(logged(request, hello).await.request(), expected);
    }
    let mut request = get("/shop/cart?x=1");
    assert!(Mount::enter(&mut request, "/shop").unwrap());
    assert_eq!(
        logged(request, hello).await.request(),
        "GET /shop/cart?x=1 HTTP/1.1"
    );
}

#[tokio::test]
async fn no_credential_is_written() {
    let mut request = get("/?password=hunter2&q=1&ticket=hunter2");
    for (name, value) in [
        ("authorization", "Basic hunter2"),
        ("cookie", "sid=hunter2"),
        ("referer", "https://ada:hunter2@a/?reset_token=hunter2"),
    ] {
        request.headers_mut().insert(name, value.parse().unwrap());
    }
    let log = Log::default();
    let app = app(log.layer(), |_| {
        let response = Response::builder().header("set-cookie", "sid=hunter2");
        Ok(response.body(Body::empty())?)
    });
    drop(app.oneshot(request).await.unwrap());
    assert!(!log.lines()[0].contains("hunter2"), "{:?}", log.lines());
    assert!(log.lines()[0].contains("q=1"));
}

#[tokio::test]
async fn what_is_redacted_can_be_chosen() {
    let log = Log::default();
    let more = app(log.layer().redact(["seat"]), hello);
    drop(more.oneshot(get("/?seat=1&pin=2&row=3")).await.unwrap());
    assert_eq!(
        log.one().request(),
        "GET /?seat=[redacted]&pin=[redacted]&row=3 HTTP/1.1"
    );

    let log = Log::default();
    let whole = app(log.layer().insecure_queries(), hello);
    drop(whole.oneshot(get("/?seat=1&pin=2")).await.unwrap());
    assert_eq!(log.one().request(), "GET /?seat=1&pin=2 HTTP/1.1");
}

proptest! {
    #[test]
    fn every_line_parses_and_gives_back_what_was_sent(
        path in "/[!\"\\$-;=@-~é]{0,30}",
        referer: Vec<u8>,
        user_agent: Vec<u8>,
        name: String,
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let mut request = Request::new(Body::empty());
        let expected = if let Ok(uri) = path.parse::<http::Uri>() {
            *request.uri_mut() = uri;
            path
        } else {
            "/".to_owned()
        };
        let mut expect_field = |field: &'static str, value: &[u8]| match value.try_into() {
            Ok::<http::HeaderValue, _>(header) => {
                request.headers_mut().insert(field, header);
                value.to_vec()
            }
            Err(_) => b"-".to_vec(),
        };
        // Without the marks that begin a query or a name, as redaction has a test of its own.
        let referer: Vec<u8> = referer.into_iter().filter(|byte| !b"?#@".contains(byte)).collect();
        let expected_referer = expect_field("referer", &referer);
        let expected_user_agent = expect_field("user-agent", &user_agent);
        let user = name.clone();
        let fields = runtime.block_on(logged(request, move |request| {
            Identity::new(user.clone()).tell(request);
            hello(request)
        }));
        prop_assert_eq!(fields.request(), format!("GET {expected} HTTP/1.1"));
        prop_assert_eq!(fields.referer.unwrap(), expected_referer);
        prop_assert_eq!(fields.user_agent.unwrap(), expected_user_agent);
        if !name.is_empty() {
            prop_assert_eq!(unescaped(&fields.user).unwrap(), name.into_bytes());
        }
        prop_assert_eq!((&*fields.status, &*fields.bytes), ("200", "5"));
    }
}
