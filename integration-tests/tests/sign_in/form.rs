use std::{
    sync::{Arc, Mutex, atomic::Ordering},
    task::{Context, Waker},
    time::{Duration, SystemTime},
};

use http::{Method, Request, Response, StatusCode, header};
use http_body_util::{Full, StreamBody};
use plywood_auth::{FormLoginLayer, MAX_CREDENTIAL, Verdict};
use plywood_core::{Body, BoxError, Failure, Identity};
use tower::{Layer, ServiceExt, service_fn};

use crate::site::{Browser, FORM, HTML, below, check, location, pages, site, site_of, told};

fn layer() -> FormLoginLayer {
    FormLoginLayer::new(check)
}

const ADA: &str = "username=ada&password=plywood";
const EVE: &str = "username=eve&password=apple";

#[tokio::test]
async fn a_stranger_in_a_browser_is_led_to_the_form_and_the_store_never_hears_of_it() {
    let (app, shelf) = site(layer());
    let mut stranger = Browser::new(&app);
    for (target, place) in [
        ("/inbox?page=2", "/login?next=%2Finbox%3Fpage%3D2"),
        ("/", "/login?next=%2F"),
        ("//inbox", "/login"),
    ] {
        let response = stranger.get(target).await;
        assert_eq!(response.status(), StatusCode::SEE_OTHER, "{target}");
        assert_eq!(location(&response), place);
        assert_eq!(response.headers()[header::CACHE_CONTROL], "no-store");
    }
    stranger.get("/login").await;
    stranger.post("/login", "username=ada&password=x").await;
    stranger.post("/logout", "").await;
    assert_eq!(shelf.asked.load(Ordering::Relaxed), 0);
    assert_eq!(stranger.cookie, None);
}

#[tokio::test]
async fn a_program_is_told_where_the_form_is() {
    let (app, _) = site(layer().login_path("/sign in"));
    for accept in ["*/*", "application/json", "text/plain", "image/png"] {
        let mut program = Browser::new(&app).sending(header::ACCEPT, accept);
        let response = program.get("/inbox").await;
        assert_eq!(response.status(), StatusCode::UNAUTHORIZED, "{accept}");
        assert_eq!(
            response.headers()[header::WWW_AUTHENTICATE],
            r#"SignIn form="/sign%20in""#
        );
        assert!(Failure::of(&response).is_some());
    }
}

#[tokio::test]
async fn what_is_not_safe_to_repeat_has_no_way_back() {
    let (app, _) = site(layer());
    let mut stranger = Browser::new(&app);
    let response = stranger.post("/transfer", "amount=1").await;
    assert_eq!(response.status(), StatusCode::SEE_OTHER);
    assert_eq!(location(&response), "/login");
}

#[tokio::test]
async fn who_signs_in_comes_back_to_the_page_and_is_known_there() {
    let seen = Arc::new(Mutex::new(None));
    let sink = Arc::clone(&seen);
    let inner = service_fn(move |request: Request<Body>| {
        *sink.lock().unwrap() = Identity::of(&request).cloned();
        pages(request)
    });
    let (app, shelf) = site_of(layer(), inner);
    let mut ada = Browser::new(&app);

    let response = ada.get("/inbox?page=2").await;
    let form = location(&response).to_owned();
    assert_eq!(ada.get(&form).await.status(), StatusCode::OK);

    let response = ada.post(&form, ADA).await;
    assert_eq!(response.status(), StatusCode::SEE_OTHER);
    assert_eq!(location(&response), "/inbox?page=2");
    assert_eq!(told(&response).as_deref(), Some("ada"));
    assert_eq!(shelf.sessions(), 1);

    let response = ada.get("/inbox?page=2").await;
    assert_eq!(response.body(), "hello ada");
    assert_eq!(told(&response).as_deref(), Some("ada"));

    let caller = seen.lock().unwrap().clone().unwrap();
    assert_eq!(caller.auth_scheme(), "form");
    assert!(caller.has_role("admin"));
    let age = SystemTime::now().duration_since(caller.since().unwrap());
    assert!(age.unwrap() < Duration::from_secs(600));
}

/// CVE-2024-38513, CVE-2018-1000519.
#[tokio::test]
async fn an_id_from_before_the_sign_in_is_worth_nothing_after_it() {
    let (app, shelf) = site(layer().below("/inbox"));
    let mut ada = Browser::new(&app);
    ada.get("/put").await;
    let before = ada.clone();
    assert!(before.cookie.is_some());

    ada.sign_in(ADA).await;
    assert_ne!(ada.cookie, before.cookie);
    assert_eq!(ada.get("/inbox").await.body(), "hello ada");
    assert_eq!(ada.get("/cart").await.body(), "a plane");
    let mut thief = before;
    assert_eq!(thief.get("/inbox").await.status(), StatusCode::SEE_OTHER);
    assert_eq!(shelf.sessions(), 1);

    // And again at each further sign-in.
    let mut before = ada.clone();
    ada.sign_in(ADA).await;
    assert_eq!(ada.get("/inbox").await.body(), "hello ada");
    assert_eq!(before.get("/inbox").await.status(), StatusCode::SEE_OTHER);
}

/// A button pressed twice, or an answer that was lost on its way: the id that the browser still has is dead by then.
#[tokio::test]
async fn a_sign_in_by_an_id_that_was_just_renewed_signs_in() {
    let (app, shelf) = site(layer());
    let mut ada = Browser::new(&app);
    ada.sign_in(ADA).await;
    let mut again = ada.clone();
    ada.sign_in(ADA).await;

    again.sign_in(ADA).await;
    assert_ne!(again.cookie, ada.cookie);
    assert_eq!(again.get("/inbox").await.body(), "hello ada");
    // The first of the two sign-ins has lost its session to the second, as one browser has one cookie.
    assert_eq!(ada.get("/inbox").await.status(), StatusCode::SEE_OTHER);
    assert_eq!(shelf.sessions(), 1);
}

#[tokio::test]
async fn an_id_that_somebody_made_up_is_not_adopted() {
    let (app, _) = site(layer());
    let mut ada = Browser::new(&app);
    ada.sign_in(ADA).await;
    let issued = ada.cookie.clone().unwrap();
    let (name, id) = issued.split_once('=').unwrap();
    let planted = format!("{name}={}", "A".repeat(id.len()));

    let mut victim = Browser::new(&app);
    victim.cookie = Some(planted.clone());
    victim.sign_in(ADA).await;
    assert_ne!(victim.cookie.as_deref(), Some(planted.as_str()));
    let mut thief = Browser::new(&app);
    thief.cookie = Some(planted);
    assert_eq!(thief.get("/").await.status(), StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn what_one_person_left_is_not_for_the_next_at_the_same_browser() {
    let (app, _) = site(layer());
    let mut browser = Browser::new(&app);
    browser.sign_in(ADA).await;
    browser.get("/put").await;
    browser.sign_in(ADA).await;
    assert_eq!(browser.get("/cart").await.body(), "a plane");
    browser.sign_in(EVE).await;
    assert_eq!(browser.get("/cart").await.body(), "");
    assert_eq!(browser.get("/").await.body(), "hello eve");
}

#[tokio::test]
async fn a_cookie_that_was_kept_over_the_sign_out_is_refused() {
    let (app, shelf) = site(layer());
    let mut ada = Browser::new(&app);
    ada.sign_in(ADA).await;
    let mut kept = ada.clone();

    let response = ada.post("/logout", "").await;
    assert_eq!(response.status(), StatusCode::SEE_OTHER);
    assert_eq!(location(&response), "/login");
    assert_eq!(ada.cookie, None);
    assert_eq!(shelf.sessions(), 0);
    assert_eq!(kept.get("/inbox").await.status(), StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn a_sign_out_leads_to_the_front_page_where_that_is_for_everybody() {
    let (app, _) = site(layer().below("/inbox").logout_path("/bye"));
    let mut ada = Browser::new(&app);
    ada.sign_in(ADA).await;
    let response = ada.post("/bye", "").await;
    assert_eq!(location(&response), "/");
    assert_eq!(ada.get("/").await.body(), "hello nobody");
}

#[tokio::test]
async fn a_get_signs_nobody_out() {
    let (app, _) = site(layer());
    let mut ada = Browser::new(&app);
    ada.sign_in(ADA).await;
    for method in [Method::GET, Method::HEAD, Method::OPTIONS, Method::PUT] {
        let request = Request::builder().method(method).uri("/logout");
        let response = ada.send(request, Body::empty()).await;
        assert_eq!(response.status(), StatusCode::METHOD_NOT_ALLOWED);
        assert_eq!(response.headers()[header::ALLOW], "POST");
    }
    assert_eq!(ada.get("/").await.body(), "hello ada");
}

#[tokio::test]
async fn the_login_page_takes_three_methods() {
    let (app, _) = site(layer());
    let mut browser = Browser::new(&app);
    let request = Request::builder().method(Method::DELETE).uri("/login");
    let response = browser.send(request, Body::empty()).await;
    assert_eq!(response.status(), StatusCode::METHOD_NOT_ALLOWED);
    assert_eq!(response.headers()[header::ALLOW], "GET, HEAD, POST");

    let page = browser.get("/login").await;
    let head = browser.send(Request::head("/login"), Body::empty()).await;
    assert_eq!(head.status(), StatusCode::OK);
    assert_eq!(head.body(), "");
    let length = page.body().len().to_string();
    assert_eq!(head.headers()[header::CONTENT_LENGTH], length.as_str());
}

#[tokio::test]
async fn the_login_page_is_safe_to_show() {
    let (app, _) = site(layer().title("Sign in to <Plywood>"));
    let page = Browser::new(&app).get("/login?next=%2Fa%22%3E%26b").await;
    let headers = page.headers();
    assert_eq!(headers[header::CONTENT_TYPE], "text/html; charset=utf-8");
    assert_eq!(headers[header::CACHE_CONTROL], "no-store");
    assert_eq!(headers[header::X_CONTENT_TYPE_OPTIONS], "nosniff");
    assert_eq!(headers[header::REFERRER_POLICY], "same-origin");
    let policy = headers[header::CONTENT_SECURITY_POLICY].to_str().unwrap();
    for rule in [
        "default-src 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    ] {
        assert!(policy.contains(rule), "{rule}");
    }
    assert!(page.body().contains("Sign in to &lt;Plywood&gt;"));
    assert!(
        page.body()
            .contains(r#"action="/login?next=%2Fa%22%3E%26b""#)
    );
}

/// CVE-2015-7576, CVE-2024-39329: neither the answer nor the page tells which was wrong.
#[tokio::test]
async fn a_wrong_name_and_a_wrong_password_are_answered_alike() {
    let (app, shelf) = site(layer());
    let mut pages = Vec::new();
    for name in ["ada", "bob"] {
        let mut browser = Browser::new(&app);
        let form = format!("username={name}&password=wrong");
        let response = browser.post("/login?next=%2Finbox", &form).await;
        assert_eq!(response.status(), StatusCode::FORBIDDEN);
        assert_eq!(response.headers()[header::CACHE_CONTROL], "no-store");
        assert_eq!(
            Failure::of(&response).unwrap().to_string(),
            "wrong name or password"
        );
        assert_eq!(told(&response), None);
        let typed = format!("value=\"{name}\"");
        assert!(response.body().contains(&typed));
        assert!(response.body().contains("action=\"/login?next=%2Finbox\""));
        assert!(!response.body().contains("value=\"wrong\""));
        pages.push(response.body().replace(&typed, ""));
    }
    assert_eq!(pages[0], pages[1]);
    assert_eq!(shelf.sessions(), 0);
}

#[tokio::test]
async fn a_name_is_shown_as_text() {
    let (app, _) = site(layer());
    let form = "username=%22%3E%3Cscript%3Ealert(1)%3C/script%3E&password=x";
    let response = Browser::new(&app).post("/login", form).await;
    assert!(!response.body().contains("<script"));
    assert!(response.body().contains("&quot;&gt;&lt;script&gt;"));
}

#[tokio::test]
async fn a_failed_attempt_ends_no_session() {
    let (app, _) = site(layer());
    let mut ada = Browser::new(&app);
    ada.sign_in(ADA).await;
    ada.post("/login", "username=eve&password=x").await;
    assert_eq!(ada.get("/").await.body(), "hello ada");
}

/// CVE-2023-49438, CVE-2014-3730, CVE-2017-7233, CVE-2026-40295.
#[tokio::test]
async fn a_sign_in_never_leads_to_another_site() {
    let (app, _) = site(layer());
    for (next, place) in [
        ("/inbox?page=2", "/inbox?page=2"),
        ("//evil.example", "/"),
        ("///evil.example", "/"),
        ("/\\evil.example", "/"),
        ("\\/evil.example", "/"),
        ("/\t/evil.example", "/"),
        ("/.//evil.example", "/"),
        ("https://evil.example/", "/"),
        ("https:evil.example", "/"),
        ("//a.example@evil.example", "/"),
        ("javascript:alert(1)", "/"),
        ("/\r\nlocation: //evil.example", "/"),
        ("/login", "/"),
        ("/logout", "/"),
        ("", "/"),
    ] {
        let next: String = form_urlencoded::byte_serialize(next.as_bytes()).collect();
        let in_query = format!("/login?next={next}");
        let response = Browser::new(&app).post(&in_query, ADA).await;
        assert_eq!(location(&response), place, "{next}");
        let in_form = format!("{ADA}&next={next}");
        let response = Browser::new(&app).post("/login", &in_form).await;
        assert_eq!(location(&response), place, "{next}");
    }
}

#[tokio::test]
async fn a_form_that_another_site_sends_is_refused() {
    let (app, _) = site(layer());
    let fetch_site = header::HeaderName::from_static("sec-fetch-site");
    for (name, value, status) in [
        (fetch_site.clone(), "cross-site", StatusCode::FORBIDDEN),
        (fetch_site.clone(), "same-site", StatusCode::FORBIDDEN),
        (fetch_site.clone(), "same-origin", StatusCode::SEE_OTHER),
        (fetch_site, "none", StatusCode::SEE_OTHER),
        (
            header::ORIGIN,
            "https://evil.example",
            StatusCode::FORBIDDEN,
        ),
        (
            header::ORIGIN,
            "https://a.example.evil.example",
            StatusCode::FORBIDDEN,
        ),
        (header::ORIGIN, "null", StatusCode::FORBIDDEN),
        (header::ORIGIN, "https://a.example", StatusCode::SEE_OTHER),
    ] {
        let mut browser = Browser::new(&app).sending(name.clone(), value);
        let response = browser.post("/login", ADA).await;
        assert_eq!(response.status(), status, "{name}: {value}");

        let mut ada = Browser::new(&app);
        ada.sign_in(ADA).await;
        let mut lured = ada.clone().sending(name.clone(), value);
        let response = lured.post("/logout", "").await;
        assert_eq!(response.status(), status, "{name}: {value}");
        let signed_in = ada.get("/").await.status() == StatusCode::OK;
        assert_eq!(signed_in, status == StatusCode::FORBIDDEN);
    }
}

#[tokio::test]
async fn the_form_is_bounded_and_must_be_one() {
    let (app, _) = site(FormLoginLayer::new(check).body_limit(64));
    let long = format!("{ADA}&x={}", "y".repeat(64));
    let exact = format!("{ADA}&x={}", "y".repeat(64 - ADA.len() - 3));
    for (content_type, body, status) in [
        (Some(FORM), exact.as_str(), StatusCode::SEE_OTHER),
        (
            Some("Application/X-WWW-Form-Urlencoded; charset=utf-8"),
            ADA,
            StatusCode::SEE_OTHER,
        ),
        (Some(FORM), &long, StatusCode::PAYLOAD_TOO_LARGE),
        (
            Some("application/json"),
            ADA,
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
        ),
        (
            Some("multipart/form-data; boundary=x"),
            ADA,
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
        ),
        (None, ADA, StatusCode::UNSUPPORTED_MEDIA_TYPE),
        (
            Some(FORM),
            "username=ada&password=%ff",
            StatusCode::BAD_REQUEST,
        ),
        (Some(FORM), "", StatusCode::FORBIDDEN),
        (Some(FORM), "username=ada", StatusCode::FORBIDDEN),
    ] {
        for stream in [false, true] {
            let mut request = Request::post("/login");
            if let Some(content_type) = content_type {
                request = request.header(header::CONTENT_TYPE, content_type);
            }
            let body = if stream {
                pieces(body)
            } else {
                Body::from(body.to_owned())
            };
            let response = Browser::new(&app).send(request, body).await;
            assert_eq!(response.status(), status, "{content_type:?} {stream}");
            if status != StatusCode::SEE_OTHER {
                assert!(Failure::of(&response).is_some());
            }
        }
    }
}

/// The text, a few bytes at a time.
fn pieces(text: &str) -> Body {
    let frames: Vec<_> = text
        .as_bytes()
        .chunks(7)
        .map(|chunk| Ok::<_, BoxError>(http_body::Frame::data(chunk.to_vec().into())))
        .collect();
    Body::new(StreamBody::new(futures_util::stream::iter(frames)))
}

#[tokio::test]
async fn a_form_that_breaks_off_is_no_sign_in() {
    let (app, shelf) = site(layer());
    let request = || Request::post("/login").header(header::CONTENT_TYPE, FORM);

    let frames = [
        Ok(http_body::Frame::data(ADA.into())),
        Err(BoxError::from("gone")),
    ];
    let body = Body::new(StreamBody::new(futures_util::stream::iter(frames)));
    let response = Browser::new(&app).send(request(), body).await;
    assert_eq!(response.status(), StatusCode::BAD_REQUEST);

    // The client goes while the server still waits for the rest.
    let waiting = futures_util::stream::pending::<Result<http_body::Frame<_>, BoxError>>();
    let body = Body::new(StreamBody::new(waiting));
    let mut browser = Browser::new(&app);
    {
        let mut call = Box::pin(browser.send(request(), body));
        let mut cx = Context::from_waker(Waker::noop());
        assert!(call.as_mut().poll(&mut cx).is_pending());
    }
    assert_eq!(shelf.sessions(), 0);
}

#[tokio::test]
async fn without_a_session_the_answer_names_the_layer_to_add() {
    let app = layer().layer(service_fn(
        async |_: Request<Body>| -> Result<_, BoxError> { Ok(Response::new(Body::from("secret"))) },
    ));
    for (method, target) in [
        (Method::GET, "/"),
        (Method::GET, "/login"),
        (Method::POST, "/login"),
        (Method::POST, "/logout"),
    ] {
        let request = Request::builder().method(method).uri(target);
        let request = request.body(Body::empty()).unwrap();
        let response = app.clone().oneshot(request).await.unwrap();
        assert_eq!(response.status(), StatusCode::INTERNAL_SERVER_ERROR);
        let failure = Failure::of(&response).unwrap().to_string();
        for word in [
            "FormLoginLayer",
            "plywood-auth",
            "SessionLayer",
            "plywood-session",
        ] {
            assert!(failure.contains(word), "{failure}");
        }
        let text = response.into_body().try_into_bytes().unwrap();
        assert_eq!(text, "500 Internal Server Error\n");
    }
}

#[tokio::test]
async fn nobody_gets_in_while_the_store_is_broken() {
    let (app, shelf) = site(layer().below("/inbox"));
    let mut ada = Browser::new(&app);
    ada.sign_in(ADA).await;
    shelf.broken.store(true, Ordering::Relaxed);

    let mut asked = Vec::new();
    asked.push(ada.clone().get("/inbox").await);
    // The free part does not know who this is, and says so rather than to show the page of a stranger.
    asked.push(ada.clone().get("/").await);
    asked.push(ada.clone().post("/login", ADA).await);
    asked.push(Browser::new(&app).post("/login", ADA).await);
    asked.push(ada.clone().post("/logout", "").await);
    for response in asked {
        assert_eq!(response.status(), StatusCode::SERVICE_UNAVAILABLE);
        assert!(Failure::of(&response).is_some());
        assert!(!response.headers().contains_key(header::LOCATION));
        assert_eq!(told(&response), None);
    }

    shelf.broken.store(false, Ordering::Relaxed);
    assert_eq!(ada.get("/inbox").await.body(), "hello ada");
}

#[tokio::test]
async fn a_check_may_take_a_wait_and_may_fail() {
    let layer = FormLoginLayer::new(|name: &str, password: &str| {
        let found = match name {
            "down" => Err(BoxError::from("the directory is down")),
            _ => Ok(check(name, password)),
        };
        Verdict::later(async move {
            tokio::task::yield_now().await;
            found
        })
    });
    let (app, shelf) = site(layer);
    let mut browser = Browser::new(&app);
    for (form, status) in [
        ("username=ada&password=x", StatusCode::FORBIDDEN),
        ("username=down&password=x", StatusCode::SERVICE_UNAVAILABLE),
    ] {
        assert_eq!(browser.post("/login", form).await.status(), status);
        assert_eq!(shelf.sessions(), 0);
    }
    browser.sign_in(ADA).await;
    assert_eq!(browser.get("/").await.body(), "hello ada");
}

#[tokio::test]
async fn a_password_is_checked_as_it_was_typed_and_never_beyond_the_limit() {
    let heard = Arc::new(Mutex::new(None));
    let sink = Arc::clone(&heard);
    let layer = FormLoginLayer::new(move |_: &str, password: &str| -> Option<Identity> {
        *sink.lock().unwrap() = Some(password.to_owned());
        None
    });
    let (app, _) = site(layer.body_limit(32 * 1024));
    for (password, is_heard) in [
        (" lead and trail ".to_owned(), true),
        ("päss wörd 💡 &=+%".to_owned(), true),
        ("x".repeat(64), true),
        ("x".repeat(MAX_CREDENTIAL), true),
        ("x".repeat(MAX_CREDENTIAL + 1), false),
        (String::new(), false),
    ] {
        let form = form_urlencoded::Serializer::new(String::new())
            .append_pair("username", "ada")
            .append_pair("password", &password)
            .finish();
        Browser::new(&app).post("/login", &form).await;
        let heard = heard.lock().unwrap().take();
        assert_eq!(heard, is_heard.then_some(password));
    }
}

#[tokio::test]
async fn no_spelling_of_the_path_passes_the_guard() {
    let (guarded, _) = site(layer().below("/admin"));
    let (opened, _) = site(layer().open("/static"));
    for (app, target, status) in [
        (&guarded, "/admin", StatusCode::SEE_OTHER),
        (&guarded, "//admin/x", StatusCode::SEE_OTHER),
        (&guarded, "/%61dmin/x", StatusCode::SEE_OTHER),
        (&guarded, "/x/../admin", StatusCode::NOT_FOUND),
        (&guarded, "/%2e%2fadmin/x", StatusCode::BAD_REQUEST),
        (&guarded, "/admin%2fx", StatusCode::BAD_REQUEST),
        (&guarded, "/admin%5cx", StatusCode::BAD_REQUEST),
        (&guarded, "/admin;/x", StatusCode::OK),
        (&guarded, "/", StatusCode::OK),
        (&opened, "/static/style.css", StatusCode::OK),
        (&opened, "//static/style.css", StatusCode::OK),
        (&opened, "/static/../admin", StatusCode::NOT_FOUND),
        (&opened, "/static/%2e%2e/admin", StatusCode::NOT_FOUND),
        (&opened, "/static%2f..%2fadmin", StatusCode::BAD_REQUEST),
        (&opened, "/static%5c..%5cadmin", StatusCode::BAD_REQUEST),
        (&opened, "/statics", StatusCode::SEE_OTHER),
        (&opened, "/STATIC/x", StatusCode::SEE_OTHER),
        (&opened, "/login/x", StatusCode::SEE_OTHER),
    ] {
        let response = Browser::new(app).get(target).await;
        assert_eq!(response.status(), status, "{target}");
    }
}

#[tokio::test]
async fn the_free_part_knows_who_is_there_and_the_open_part_does_not_ask() {
    let (app, shelf) = site(layer().below("/inbox").open("/static"));
    let mut ada = Browser::new(&app);
    assert_eq!(ada.get("/").await.body(), "hello nobody");
    ada.sign_in(ADA).await;
    assert_eq!(ada.get("/").await.body(), "hello ada");
    let asked = shelf.asked.load(Ordering::Relaxed);
    let response = ada.get("/static/style.css").await;
    assert_eq!(response.body(), "hello nobody");
    assert!(!response.headers().contains_key(header::VARY));
    assert_eq!(shelf.asked.load(Ordering::Relaxed), asked);
}

#[tokio::test]
async fn below_a_mount_every_address_has_its_prefix() {
    let (app, _) = site(layer().stylesheet("/style.css"));
    let app = below("/shop", app);
    let mut ada = Browser::new(&app);

    let response = ada.get("/shop/cart?item=3").await;
    assert_eq!(
        location(&response),
        "/shop/login?next=%2Fshop%2Fcart%3Fitem%3D3"
    );
    let form = location(&response).to_owned();
    let page = ada.get(&form).await;
    assert!(page.body().contains(&format!("action=\"{form}\"")));
    assert!(page.body().contains("href=\"/shop/style.css\""));

    let response = ada.post(&form, ADA).await;
    assert_eq!(location(&response), "/shop/cart?item=3");
    let response = ada.post("/shop/login", ADA).await;
    assert_eq!(location(&response), "/shop/");
    let response = ada.post("/shop/logout", "").await;
    assert_eq!(location(&response), "/shop/login");

    let mut program = Browser::new(&app).sending(header::ACCEPT, "*/*");
    let response = program.get("/shop/cart").await;
    assert_eq!(
        response.headers()[header::WWW_AUTHENTICATE],
        r#"SignIn form="/shop/login""#
    );
}

#[tokio::test]
async fn a_style_sheet_is_for_everybody() {
    let (app, _) = site(layer().stylesheet("/static/login.css"));
    let mut stranger = Browser::new(&app);
    let page = stranger.get("/login").await;
    assert!(
        page.body()
            .contains(r#"<link rel="stylesheet" href="/static/login.css">"#)
    );
    let policy = page.headers()[header::CONTENT_SECURITY_POLICY].to_str();
    assert!(policy.unwrap().contains("style-src 'self'"));
    assert_eq!(
        stranger.get("/static/login.css").await.status(),
        StatusCode::OK
    );
    assert_eq!(
        stranger.get("/static/other").await.status(),
        StatusCode::SEE_OTHER
    );
}

#[tokio::test]
async fn a_page_may_be_ones_own() {
    let layer = layer().page(|prompt| {
        let text = format!("{} {} {}", prompt.failed(), prompt.name(), prompt.action());
        let response = Response::builder().header("x-page", "own");
        response.body(Body::new(Full::from(text))).unwrap()
    });
    let (app, _) = site(layer);
    let mut browser = Browser::new(&app);
    let page = browser.get("/login?next=%2Finbox").await;
    assert_eq!(page.status(), StatusCode::OK);
    assert_eq!(page.body(), "false  /login?next=%2Finbox");
    assert_eq!(page.headers()["x-page"], "own");
    assert_eq!(page.headers()[header::CACHE_CONTROL], "no-store");
    let page = browser.post("/login", "username=bob&password=x").await;
    assert_eq!(page.status(), StatusCode::FORBIDDEN);
    assert_eq!(page.body(), "true bob /login");
}

#[tokio::test]
async fn who_has_proved_it_outside_is_not_asked_again() {
    let app = layer().layer(service_fn(async |request: Request<Body>| {
        let name = Identity::of(&request).unwrap().name().to_owned();
        Ok::<_, BoxError>(Response::new(Body::from(name)))
    }));
    let mut request = Request::get("/").header(header::ACCEPT, HTML);
    request
        .extensions_mut()
        .unwrap()
        .insert(Identity::new("grace"));
    let response = app
        .oneshot(request.body(Body::empty()).unwrap())
        .await
        .unwrap();
    assert_eq!(response.into_body().try_into_bytes().unwrap(), "grace");
}

#[tokio::test]
async fn a_record_that_is_not_ours_signs_nobody_in_and_locks_nobody_out() {
    let (app, _) = site(layer());
    let mut ada = Browser::new(&app);
    ada.sign_in(ADA).await;
    ada.get("/garble").await;
    assert_eq!(ada.get("/").await.status(), StatusCode::SEE_OTHER);
    ada.sign_in(ADA).await;
    assert_eq!(ada.get("/").await.body(), "hello ada");
}
