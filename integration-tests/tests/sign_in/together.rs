//! The form with other ways in beside it, in both orders, and what a 401 from further in becomes.

use std::{convert::Infallible, sync::Arc, time::Duration};

use http::{Request, Response, StatusCode, header};
use plywood_auth::{Attempts, AuthLayer, Basic, FormLoginLayer, RequireLayer};
use plywood_core::{Body, Client, Failure, Identity};
use plywood_lint::LintLayer;
use plywood_session::{MemoryStore, SessionLayer};
use tower::{Layer, ServiceBuilder, service_fn, util::BoxCloneSyncService};

use crate::site::{App, Browser, check, location, pages, site, site_of};

const BASIC: &str = r#"Basic realm="restricted", charset="UTF-8""#;
const FORM: &str = r#"SignIn form="/login""#;
const ADA: &str = "Basic YWRhOnBseXdvb2Q="; // ada:plywood
const EVE: &str = "Basic ZXZlOnd4eQ=="; // eve:wxy

/// Basic around a form that guards all, and inside of one that guards nothing.
fn both_ways() -> [App; 2] {
    let basic = || AuthLayer::new(Basic::new(check));
    let outside = ServiceBuilder::new()
        .map_response(|response: Response<_>| response.map(Body::new))
        .layer(LintLayer::new())
        .layer(SessionLayer::new(MemoryStore::new()))
        .layer(basic().optional())
        .layer(FormLoginLayer::new(check))
        .layer(LintLayer::new())
        .service(service_fn(pages));
    let inner = basic().layer(service_fn(pages));
    let (inside, _) = site_of(FormLoginLayer::new(check).optional(), inner);
    [BoxCloneSyncService::new(outside), inside]
}

fn challenges<B>(response: &Response<B>) -> Vec<&str> {
    let fields = response.headers().get_all(header::WWW_AUTHENTICATE).iter();
    fields.map(|field| field.to_str().unwrap()).collect()
}

fn program(app: &App) -> Browser {
    Browser::new(app).sending(header::ACCEPT, "*/*")
}

#[tokio::test]
async fn a_person_is_led_to_the_form_and_a_program_learns_of_every_way() {
    for (app, order) in both_ways().iter().zip([[BASIC, FORM], [FORM, BASIC]]) {
        let response = Browser::new(app).get("/inbox?x").await;
        assert_eq!(response.status(), StatusCode::SEE_OTHER);
        assert_eq!(location(&response), "/login?next=%2Finbox%3Fx");
        assert!(challenges(&response).is_empty());
        assert!(Failure::of(&response).is_none());

        let response = program(app).get("/inbox").await;
        assert_eq!(response.status(), StatusCode::UNAUTHORIZED);
        assert_eq!(challenges(&response), order);

        let mode = header::HeaderName::from_static("sec-fetch-mode");
        let mut script = program(app).sending(mode, "cors");
        let response = script.get("/inbox").await;
        assert_eq!(response.status(), StatusCode::UNAUTHORIZED);
        assert_eq!(challenges(&response), [FORM]);
    }
}

#[tokio::test]
async fn either_way_leads_in() {
    for app in &both_ways() {
        let mut browser = Browser::new(app);
        browser.sign_in("username=ada&password=plywood").await;
        assert_eq!(browser.get("/").await.body(), "hello ada");
        let mut curl = program(app).sending(header::AUTHORIZATION, ADA);
        assert_eq!(curl.get("/").await.body(), "hello ada");
        // Whoever sends the field is a program, even one that would like HTML.
        let mut curl = Browser::new(app).sending(header::AUTHORIZATION, EVE);
        let response = curl.get("/").await;
        assert_eq!(response.status(), StatusCode::UNAUTHORIZED);
        assert!(challenges(&response).contains(&BASIC));
    }
}

#[tokio::test]
async fn a_401_of_the_inner_service_leads_to_the_form_unless_it_has_its_own_challenge() {
    async fn refuse(request: Request<Body>) -> Result<Response<Body>, Infallible> {
        let mut response = Response::builder().status(StatusCode::UNAUTHORIZED);
        response = response.header(header::SET_COOKIE, "seen=1; Path=/");
        if request.uri().path() == "/own" {
            response = response.header(header::WWW_AUTHENTICATE, "Negotiate");
        }
        Ok(response.body("sign in!".into()).unwrap())
    }
    let form = FormLoginLayer::new(check).below("/inbox").open("/static");
    let (app, _) = site_of(form, service_fn(refuse));

    let response = Browser::new(&app).get("/free?x").await;
    assert_eq!(response.status(), StatusCode::SEE_OTHER);
    assert_eq!(location(&response), "/login?next=%2Ffree%3Fx");
    assert_eq!(response.headers()[header::SET_COOKIE], "seen=1; Path=/");
    assert_eq!(response.body(), "");
    let response = program(&app).get("/free").await;
    assert_eq!(challenges(&response), [FORM]);
    assert_eq!(response.body(), "sign in!");
    let response = Browser::new(&app).get("/own").await;
    assert_eq!(response.status(), StatusCode::UNAUTHORIZED);
    assert_eq!(challenges(&response), ["Negotiate"]);
}

#[tokio::test]
async fn a_sign_in_of_long_ago_is_asked_for_again() {
    let check = |name: &str, _: &str| {
        let identity = Identity::new(name);
        Some(match name {
            "old" => identity.authenticated_at(std::time::UNIX_EPOCH),
            _ => identity,
        })
    };
    let recent = RequireLayer::signed_in().max_age(Duration::from_secs(3600));
    let inner = recent.below("/pay").layer(service_fn(pages));
    let (app, _) = site_of(FormLoginLayer::new(check), inner);
    let mut browser = Browser::new(&app);
    browser.sign_in("username=old&password=x").await;
    assert_eq!(browser.get("/").await.body(), "hello old");
    let response = browser.get("/pay/now").await;
    assert_eq!(response.status(), StatusCode::SEE_OTHER);
    assert_eq!(location(&response), "/login?next=%2Fpay%2Fnow");
    let response = browser
        .clone()
        .sending(header::ACCEPT, "*/*")
        .get("/pay/now")
        .await;
    assert_eq!(response.status(), StatusCode::UNAUTHORIZED);
    assert_eq!(challenges(&response), [FORM]);
    browser.sign_in("username=new&password=x").await;
    assert_eq!(browser.get("/pay/now").await.body(), "hello new");
}

#[tokio::test]
async fn who_asks_to_stay_signed_in_does_and_the_next_person_does_not() {
    let two_weeks = Duration::from_secs(14 * 24 * 60 * 60);
    let (app, _) = site(FormLoginLayer::new(check).remember_me(two_weeks));
    let mut browser = Browser::new(&app);
    let page = browser.get("/login").await;
    assert!(page.body().contains(r#"name="remember" type="checkbox""#));

    let lasts = |response: &Response<String>| {
        let cookie = response.headers()[header::SET_COOKIE].to_str().unwrap();
        cookie.contains("Max-Age=")
    };
    let ada = "username=ada&password=plywood";
    let response = browser.post("/login", ada).await;
    assert!(!lasts(&response));
    let response = browser.post("/login", &format!("{ada}&remember=yes")).await;
    assert!(lasts(&response));
    let response = browser.post("/login", "username=eve&password=apple").await;
    assert!(!lasts(&response));

    let (app, _) = site(FormLoginLayer::new(check));
    let mut browser = Browser::new(&app);
    assert!(
        !browser
            .get("/login")
            .await
            .body()
            .contains(r#"type="checkbox""#)
    );
    let response = browser.post("/login", &format!("{ada}&remember=yes")).await;
    assert!(!lasts(&response));
}

#[tokio::test]
async fn whoever_guesses_sees_the_page_with_how_long_to_wait() {
    let long = Duration::from_secs(3600);
    let attempts = Attempts::new().per_client_and_account(2, long..=long);
    let (app, _) = site(FormLoginLayer::new(check).throttle(attempts));
    let from = |ip: [u8; 4]| {
        let place = move |mut request: Request<Body>| {
            let client = Client::tcp((ip, 40312).into());
            request.extensions_mut().insert(client);
            request
        };
        let app = tower::util::MapRequestLayer::new(place).layer(app.clone());
        Browser::new(&BoxCloneSyncService::new(app))
    };
    let mut thief = from([192, 0, 2, 1]);
    for _ in 0..3 {
        let response = thief.post("/login", "username=ada&password=x").await;
        assert_eq!(response.status(), StatusCode::FORBIDDEN);
    }
    for password in ["x", "plywood"] {
        let form = format!("username=ada&password={password}");
        let response = thief.post("/login?next=%2Finbox", &form).await;
        assert_eq!(response.status(), StatusCode::TOO_MANY_REQUESTS);
        assert!(response.headers().contains_key(header::RETRY_AFTER));
        assert!(Failure::of(&response).is_some());
        let page = response.body();
        assert!(page.contains("Try again in 60 minutes."), "{page}");
        assert!(page.contains(r#"action="/login?next=%2Finbox""#));
        assert_eq!(thief.cookie, None);
    }
    from([192, 0, 2, 2])
        .sign_in("username=ada&password=plywood")
        .await;
}

#[tokio::test]
async fn a_form_that_waits_for_its_accounts_counts_too() {
    let asked = Arc::new(std::sync::atomic::AtomicUsize::new(0));
    let count = Arc::clone(&asked);
    let slow = move |_: &str, _: &str| {
        count.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        plywood_auth::Verdict::later(async { Ok(None) })
    };
    let long = Duration::from_secs(3600);
    let attempts = Attempts::new().per_account(1, long..=long);
    let (app, _) = site(FormLoginLayer::new(slow).throttle(attempts));
    let mut browser = Browser::new(&app);
    for status in [403, 403, 429, 429] {
        let response = browser.post("/login", "username=ada&password=x").await;
        assert_eq!(response.status().as_u16(), status);
    }
    assert_eq!(asked.load(std::sync::atomic::Ordering::Relaxed), 2);
}
