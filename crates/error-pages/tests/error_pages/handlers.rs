//! Errors that a handler returns, and how they are answered.

use std::{error::Error, fmt, io, time::Duration};

use http::{HeaderValue, Method, Request, Response, StatusCode};
use plywood_core::{Body, BoxError};
use plywood_error::{HttpError, OrRefuse, Public};
use plywood_error_pages::ErrorPagesLayer;
use serde_json::json;
use tower::service_fn;

use crate::{answering, around, ask, get};

/// An error that somebody has put around another one.
#[derive(Debug)]
struct Wrapped(BoxError);

impl fmt::Display for Wrapped {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the secret wrapper")
    }
}

impl Error for Wrapped {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        Some(&*self.0)
    }
}

fn sold_out() -> HttpError {
    HttpError::conflict()
        .problem_type("https://shop.example/problems/sold-out")
        .title("Sold <out>")
        .detail(Public(format!("There are {} left.", 0)))
        .instance("/orders/7")
        .member("left", Public(0))
        .because("the secret row 7")
}

#[tokio::test]
async fn an_http_error_is_found_however_deep_it_is_wrapped() {
    type Make = fn() -> BoxError;
    let makes: [Make; 4] = [
        || sold_out().into(),
        || Wrapped(sold_out().into()).into(),
        || io::Error::other(sold_out()).into(),
        || Wrapped(io::Error::other(Wrapped(sold_out().into())).into()).into(),
    ];
    for make in makes {
        let app = answering(ErrorPagesLayer::new(), move || Err(make()));
        let answer = ask(app.clone(), get("/buy", "application/json")).await;
        assert_eq!(answer.status, 409);
        assert_eq!(
            answer.json(),
            json!({
                "type": "https://shop.example/problems/sold-out",
                "title": "Sold <out>",
                "status": 409,
                "detail": "There are 0 left.",
                "instance": "/orders/7",
                "left": 0,
            })
        );
        let html = ask(app.clone(), get("/buy", "text/html")).await;
        assert!(
            html.text
                .contains("<h1 dir=\"auto\"><span>409</span> Sold &lt;out&gt;</h1>")
        );
        assert!(html.text.contains("<p dir=\"auto\">There are 0 left.</p>"));
        let xml = ask(app.clone(), get("/buy", "application/xml")).await;
        assert!(xml.text.contains("<title>Sold &lt;out&gt;</title>"));
        assert!(xml.text.contains("<left>0</left>"));
        let text = ask(app, get("/buy", "text/plain")).await;
        assert_eq!(text.text, "409 Sold <out>\n\nThere are 0 left.\n");
        for answer in [html, xml, text] {
            assert_eq!(answer.status, 409);
            assert!(!answer.text.contains("secret"), "{}", answer.text);
            for value in answer.headers.values() {
                assert!(!value.to_str().unwrap().contains("secret"));
            }
        }
    }
}

#[tokio::test]
async fn the_fields_that_a_status_needs_come_along() {
    type Make = fn() -> HttpError;
    let makes: [(Make, u16, &str, &str); 6] = [
        (
            || HttpError::unauthorized(HeaderValue::from_static("Basic realm=\"x\"")),
            401,
            "www-authenticate",
            "Basic realm=\"x\"",
        ),
        (
            || HttpError::method_not_allowed(&[Method::GET, Method::HEAD]),
            405,
            "allow",
            "GET, HEAD",
        ),
        (
            || HttpError::range_not_satisfiable(9),
            416,
            "content-range",
            "bytes */9",
        ),
        (
            || HttpError::upgrade_required(HeaderValue::from_static("h2c")),
            426,
            "upgrade",
            "h2c",
        ),
        (
            || HttpError::too_many_requests(Duration::from_millis(1)),
            429,
            "retry-after",
            "1",
        ),
        (
            || HttpError::service_unavailable(Duration::from_secs(60)),
            503,
            "retry-after",
            "60",
        ),
    ];
    for (make, status, name, value) in makes {
        for accept in ["text/html", "application/json", "application/xml", "*/*"] {
            let app = answering(ErrorPagesLayer::new(), move || Err(make().into()));
            let answer = ask(app, get("/", accept)).await;
            assert_eq!((answer.status, answer.header(name)), (status, Some(value)));
            assert!(!answer.text.is_empty());
        }
    }
}

/// A handler that knows no `BoxError`.
async fn order(request: Request<Body>) -> Result<Response<Body>, HttpError> {
    let query = request.uri().query().unwrap_or_default();
    let number: u8 = query.parse().or_refuse(HttpError::bad_request)?;
    let stock = [(7, "a lamp")];
    let found = stock.into_iter().find(|(known, _)| *known == number);
    let (_, what) = found.or_refuse(|| HttpError::not_found().detail("No such order."))?;
    if request.uri().path() == "/file" {
        std::fs::read("/nowhere/secret.toml")?;
    }
    Ok(Response::new(what.into()))
}

#[tokio::test]
async fn a_handler_uses_the_question_mark() {
    let app = around(ErrorPagesLayer::new(), service_fn(order));
    for (target, status, says) in [
        ("/?7", 200, "a lamp"),
        ("/?x", 400, "The request could not be understood."),
        ("/?8", 404, "No such order."),
        ("/file?7", 500, "Something went wrong on our side."),
    ] {
        let answer = ask(app.clone(), get(target, "text/plain")).await;
        assert_eq!(answer.status, status);
        assert!(answer.text.contains(says), "{}", answer.text);
        assert!(!answer.text.contains("secret") && !answer.text.contains("invalid digit"));
    }
}

#[tokio::test]
async fn an_error_that_was_answered_further_in_is_told_as_it_says() {
    let app = answering(ErrorPagesLayer::new(), || Ok(sold_out().into()));
    let answer = ask(app, get("/buy", "application/json")).await;
    assert_eq!((answer.status, &answer.json()["left"]), (409, &json!(0)));

    // Somebody has decided otherwise since, and the words are no longer about this.
    let app = answering(ErrorPagesLayer::new(), || {
        let mut response = Response::from(sold_out());
        *response.status_mut() = StatusCode::NOT_FOUND;
        Ok(response)
    });
    let answer = ask(app, get("/buy", "application/json")).await;
    assert_eq!(answer.json()["type"], "about:blank");
    assert!(!answer.text.contains("left"));
}

#[tokio::test]
async fn a_code_that_nobody_has_registered_is_answered_as_it_is() {
    for (code, title) in [(419, "Client Error"), (599, "Server Error")] {
        let status = StatusCode::from_u16(code).unwrap();
        let app = answering(ErrorPagesLayer::new(), move || {
            Err(HttpError::new(status).into())
        });
        let answer = ask(app, get("/", "application/json")).await;
        assert_eq!(
            (answer.status, &answer.json()["title"]),
            (code, &json!(title))
        );
    }
}
