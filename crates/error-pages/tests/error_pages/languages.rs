//! Pages in the visitor's language.

use http::{HeaderValue, Request};
use plywood_core::{Body, RequestId};
use plywood_error_pages::{ErrorPagesLayer, Language};

use crate::{filled, filled_by, get};

fn asking(accept: &str, languages: &'static str) -> Request<Body> {
    let mut request = get("/", accept);
    let languages = HeaderValue::from_static(languages);
    request.headers_mut().insert("accept-language", languages);
    let id = RequestId::new(HeaderValue::from_static("4f2a"));
    request.extensions_mut().insert(id);
    request
}

#[tokio::test]
async fn the_page_says_in_which_language_it_is() {
    for (languages, tag, title, request) in [
        (
            "de-CH, fr;q=0.9",
            "de",
            "Nicht gefunden",
            "Anfrage <code>4f2a",
        ),
        ("fr", "fr", "Page introuvable", "Requête <code>4f2a"),
        (
            "ja, en;q=0.1",
            "ja",
            "見つかりません",
            "リクエスト <code>4f2a",
        ),
        ("zh-TW,zh;q=0.9", "zh", "未找到", "请求 <code>4f2a"),
        ("tlh", "en", "Not Found", "Request <code>4f2a"),
    ] {
        let html = filled(404, &[], asking("text/html", languages)).await;
        assert_eq!(html.header("content-language"), Some(tag));
        let beginning = format!("<!doctype html>\n<html lang=\"{tag}\" dir=\"ltr\">");
        assert!(html.text.starts_with(&beginning), "{}", html.text);
        assert!(html.text.contains(&format!("<title>404 {title}</title>")));
        assert!(html.text.contains(request));

        let json = filled(404, &[], asking("application/json", languages)).await;
        assert_eq!(json.header("content-language"), Some(tag));
        assert_eq!(json.json()["title"], title);

        let text = filled(404, &[], asking("text/plain", languages)).await;
        assert!(text.text.starts_with(&format!("404 {title}\n")));
    }
}

#[tokio::test]
async fn several_lines_of_accept_language_are_one_field() {
    let mut request = asking("text/plain", "en;q=0.5");
    let more = HeaderValue::from_static("de");
    request.headers_mut().append("accept-language", more);
    let answer = filled(404, &[], request).await;
    assert_eq!(answer.header("content-language"), Some("de"));
}

#[tokio::test]
async fn one_language_alone_is_not_negotiated() {
    let layer = ErrorPagesLayer::new().languages([Language::Dutch]);
    let answer = filled_by(layer, 404, asking("text/html", "de")).await;
    assert_eq!(answer.header("content-language"), Some("nl"));
    let vary: Vec<_> = answer.headers.get_all("vary").iter().collect();
    assert_eq!(vary, ["accept"]);
}
