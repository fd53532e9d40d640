//! Typed URLs: an enum of pages, both ways.

#![cfg(feature = "macros")]
#![allow(clippy::unwrap_used, reason = "a failed test says where by itself")]

use std::convert::Infallible;

use http::{Method, Request, Response, StatusCode};
use plywood_core::Body;
use plywood_dispatch::{Dispatch, Routes, Sought, UrlFor, Uuid};
use proptest::prelude::*;
use tower::ServiceExt;

#[derive(Clone, Debug, PartialEq, Routes)]
enum Page {
    #[route("/")]
    Home,
    #[route("/users/<int:id>", methods = ["GET", "DELETE"], name = "user")]
    User { id: u64 },
    #[route("/users/<int:id>", methods = ["POST"])]
    Rename { id: u64 },
    #[route("/<section>/<slug>.html")]
    Article { section: String, slug: String },
    #[route("/at/<float(signed=True):x>,<float(signed=True):y>")]
    Place(f64, f64),
    #[route("/day/<int(fixed_digits=4):year>-<int(fixed_digits=2):month>/")]
    Month { month: u8, year: u16 },
    #[route("/files/<path:file>/edit")]
    Edit { file: String },
    #[route("/things/<uuid:thing>")]
    Thing { thing: Uuid },
    #[route("/sp ace/ö")]
    Odd,
}

#[derive(Debug, PartialEq, Routes)]
enum Front {
    #[route("/<a>/<b>")]
    Two { a: String, b: String },
    #[route("/<path:p>")]
    Rest { p: String },
}

proptest! {
    #[test]
    fn whatever_a_page_holds_its_url_stays_on_the_host(a in "[/a.\\\\:]{0,4}", b in "/{0,3}[a.]{0,4}") {
        let mounted = Request::get("/").body(()).unwrap();
        let map = plywood_dispatch::Map::builder()
            .route(plywood_dispatch::Rule::new("/<any(\"\",b):a>/<path:b>").name("any"), ())
            .build()
            .unwrap();
        let root = plywood_dispatch::Base::new("h");
        let values = [("a", "".into()), ("b", b.as_str().into())];
        let mut urls: Vec<String> = map.bind(&root).url("any", &values).into_iter().collect();
        for page in [
            Front::Two { a, b: b.clone() },
            Front::Two { a: String::new(), b: b.clone() },
            Front::Rest { p: b },
        ] {
            urls.push(page.url());
            urls.push(UrlFor::of(&mounted).page(&page));
        }
        for url in urls {
            prop_assert!(url.starts_with('/') && !url.starts_with("//"), "{}", url);
        }
    }
}

#[test]
fn a_page_is_found_and_knows_its_url() {
    let pages = Page::pages().unwrap();
    let thing = "8b3c1f4e-5d0a-4a77-9d2e-1f0a3b4c5d6e".parse().unwrap();
    let text = str::to_owned;
    for (method, path, page, url) in [
        (Method::GET, "/", Page::Home, "/"),
        (Method::HEAD, "/users/7", Page::User { id: 7 }, "/users/7"),
        (
            Method::POST,
            "/users/007",
            Page::Rename { id: 7 },
            "/users/7",
        ),
        (
            Method::GET,
            "/news/a b.html",
            Page::Article {
                section: text("news"),
                slug: text("a b"),
            },
            "/news/a%20b.html",
        ),
        (
            Method::GET,
            "/at/1.5,-2.0",
            Page::Place(1.5, -2.0),
            "/at/1.5,-2.0",
        ),
        (
            Method::GET,
            "/day/0986-02/",
            Page::Month {
                month: 2,
                year: 986,
            },
            "/day/0986-02/",
        ),
        (
            Method::GET,
            "/files/a/b?/edit",
            Page::Edit { file: text("a/b?") },
            "/files/a/b%3F/edit",
        ),
        (
            Method::GET,
            "/things/8B3C1F4E-5D0A-4A77-9D2E-1F0A3B4C5D6E",
            Page::Thing { thing },
            "/things/8b3c1f4e-5d0a-4a77-9d2e-1f0a3b4c5d6e",
        ),
        (Method::GET, "/sp ace/ö", Page::Odd, "/sp%20ace/%C3%B6"),
    ] {
        assert_eq!(pages.find(&method, path), Sought::Page(page.clone()));
        assert_eq!(page.url(), url);
    }
    assert_eq!(Page::User { id: 7 }.name(), "user");
    assert_eq!(Page::Home.name(), "Home");
    assert_eq!(
        pages.map().url("user", &[("id", 7.into())]).unwrap(),
        "/users/7"
    );
    let put = pages.find(&Method::PUT, "/users/7");
    assert!(matches!(put, Sought::MethodNotAllowed(_)), "{put:?}");
    let without_slash = pages.find(&Method::GET, "/day/2026-11");
    assert!(matches!(without_slash, Sought::Redirect(_)));
    // No u64 is so large, and no u8 a month of three digits.
    let too_large = format!("/users/{}", "9".repeat(30));
    assert_eq!(pages.find(&Method::GET, &too_large), Sought::NotFound);
    assert_eq!(
        pages.find(&Method::GET, "/nowhere/at/all"),
        Sought::NotFound
    );
}

#[tokio::test]
async fn one_function_answers_every_page() {
    async fn answer(page: Page, request: Request<Body>) -> Response<Body> {
        let text = match page {
            Page::Home => UrlFor::of(&request).page(&Page::User { id: 7 }),
            Page::User { id } | Page::Rename { id } => format!("{} {id}", request.method()),
            other => format!("{other:?}"),
        };
        Response::new(text.into())
    }
    let inner = Dispatch::<Infallible>::builder()
        .pages(answer)
        .build()
        .unwrap();
    let site = Dispatch::<Infallible>::builder()
        .mount("/app", inner)
        .build()
        .unwrap();
    for (method, target, status, text) in [
        ("GET", "/app/", 200, "/app/users/7"),
        ("DELETE", "/app/users/7", 200, "DELETE 7"),
        ("POST", "/app/users/7", 200, "POST 7"),
        ("GET", "/app/at/1.5,2.5", 200, "Place(1.5, 2.5)"),
        ("GET", "/app/users/99999999999999999999999", 404, ""),
        ("PUT", "/app/users/7", 405, ""),
    ] {
        let request = Request::builder().method(method).uri(target);
        let request = request.body(Body::empty()).unwrap();
        let Ok(response) = site.clone().oneshot(request).await;
        assert_eq!(response.status(), StatusCode::from_u16(status).unwrap());
        assert_eq!(response.into_body().try_into_bytes().unwrap(), text);
    }
}

#[test]
fn pages_that_cannot_be_are_not_compiled() {
    let cases = trybuild::TestCases::new();
    cases.compile_fail("tests/pages/*.rs");
}

fn a_page() -> impl Strategy<Value = Page> {
    let text = "[^/\\\\\\p{Cc}]{1,8}";
    prop_oneof![
        Just(Page::Home),
        any::<u64>().prop_map(|id| Page::User { id }),
        (text, "[a-z]{1,5}").prop_map(|(section, slug)| Page::Article { section, slug }),
        (-1e9..1e9, -1e9..1e9).prop_map(|(x, y)| Page::Place(x, y)),
        (1_u8..=12, 0_u16..=9999).prop_map(|(month, year)| Page::Month { month, year }),
        "[^/\\\\\\p{Cc}]{1,4}(/[^/\\\\\\p{Cc}]{1,4}){0,2}".prop_map(|file| Page::Edit { file }),
        any::<u128>().prop_map(|bits| Page::Thing {
            thing: Uuid::from_u128(bits)
        }),
    ]
}

proptest! {
    #[test]
    fn what_a_page_builds_leads_back_to_it(page in a_page()) {
        let pages = Page::pages().unwrap();
        let url: http::Uri = page.url().parse().unwrap();
        // A text that is a dot segment is refused before any rule is asked; one that another page has as its own leads there.
        if let Ok(path) = plywood_core::Path::read(&url) {
            let method = Method::GET;
            let found = pages.find(&method, path.as_str());
            let shadowed = matches!(&page, Page::Article { section, .. } if ["users", "at", "files", "things"].contains(&&**section));
            prop_assert!(shadowed || found == Sought::Page(page.clone()), "{} {:?} {:?}", url, page, found);
        }
    }
}
