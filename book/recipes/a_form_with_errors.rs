//! A form with errors beside its fields.

// ANCHOR: form
use std::collections::BTreeMap;

use http::request::Parts;
use http_body_util::{BodyExt, LengthLimitError, Limited};
use plywood::{
    core::html::escape,
    csrf::{CsrfLayer, Token},
    prelude::*,
    session::Level,
};
use serde::{Deserialize, de::DeserializeOwned};

/// No order is longer.
const LONGEST: usize = 16 * 1024;

/// What was typed, as it was typed: shown again beside what is wrong with it.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Typed {
    name: String,
    email: String,
    sheets: String,
    /// Boxes of one name: those that are checked.
    extras: Vec<String>,
}

/// An order that can be filled.
#[derive(Debug, PartialEq)]
struct Order {
    name: String,
    email: String,
    sheets: u32,
    is_express: bool,
}

/// What is wrong, by the name of the field.
type Errors = BTreeMap<&'static str, &'static str>;

impl Typed {
    /// The order, or all that is wrong with it at once.
    fn check(&self) -> Result<Order, Errors> {
        let mut errors = Errors::new();
        let (name, email) = (self.name.trim(), self.email.trim());
        if name.is_empty() {
            errors.insert("name", "Who are you?");
        }
        if !email.contains('@') {
            errors.insert("email", "An address has an @ in it.");
        }
        let sheets = self.sheets.trim().parse().unwrap_or(0);
        if !(1..=500).contains(&sheets) {
            errors.insert("sheets", "We cut from 1 to 500 sheets.");
        }
        if !errors.is_empty() {
            return Err(errors);
        }
        Ok(Order {
            name: name.to_owned(),
            email: email.to_owned(),
            sheets,
            is_express: self.extras.iter().any(|extra| extra == "express"),
        })
    }
}

/// Reads a form, within a bound.
async fn form<T: DeserializeOwned>(body: Body) -> Result<T, HttpError> {
    let body = match Limited::new(body, LONGEST).collect().await {
        Ok(body) => body.to_bytes(),
        Err(error) if error.is::<LengthLimitError>() => {
            return Err(HttpError::content_too_large());
        }
        Err(error) => return Err(HttpError::bad_request().because(error)),
    };
    serde_html_form::from_bytes(&body).or_refuse(HttpError::bad_request)
}
// ANCHOR_END: form

// ANCHOR: app
async fn show(request: Request<Body>) -> Result<Response<Body>, BoxError> {
    let (head, _) = request.into_parts();
    page(&head, StatusCode::OK, &Typed::default(), &Errors::new()).await
}

async fn take(request: Request<Body>) -> Result<Response<Body>, BoxError> {
    let (head, body) = request.into_parts();
    let typed: Typed = form(body).await?;
    let order = match typed.check() {
        Ok(order) => order,
        Err(errors) => {
            let status = StatusCode::UNPROCESSABLE_ENTITY;
            return page(&head, status, &typed, &errors).await;
        }
    };
    // Here it would be kept.
    let Order { name, sheets, .. } = order;
    let thanks = format!("Thank you, {name}: {sheets} sheets are on their way.");
    Session::of(&head)?.flash(Level::Success, thanks)?;
    Ok(Response::builder()
        .status(StatusCode::SEE_OTHER)
        .header(header::LOCATION, Mount::of(&head).absolute("/order"))
        .body(Body::empty())?)
}

async fn page(
    head: &Parts,
    status: StatusCode,
    typed: &Typed,
    errors: &Errors,
) -> Result<Response<Body>, BoxError> {
    let session = Session::of(head)?;
    let token = Token::of(session).await?.field();
    let messages = session.flashes().await?;
    let thanks: String = messages
        .iter()
        .map(|message| ["<p role=status>", &escape(&message.text), "</p>"].concat())
        .collect();
    let fields = [
        field("name", "Your name", &typed.name, errors),
        field("email", "Your address", &typed.email, errors),
        field("sheets", "Sheets", &typed.sheets, errors),
    ];
    let fields = fields.concat();
    let checked = if typed.extras.is_empty() {
        ""
    } else {
        " checked"
    };
    let html = format!(
        "<!doctype html><html lang=en><title>Order</title>{thanks}
        <form method=post novalidate>{token}{fields}
        <label><input type=checkbox name=extras value=express{checked}> Express</label>
        <button>Order</button></form>"
    );
    Ok(Response::builder()
        .status(status)
        .header("content-type", "text/html; charset=utf-8")
        .header("cache-control", "no-store")
        .body(html.into())?)
}

/// A field, with what is wrong about it where a screen reader finds it.
fn field(name: &str, label: &str, value: &str, errors: &Errors) -> String {
    let value = escape(value);
    let (mut state, mut note) = (String::new(), String::new());
    if let Some(error) = errors.get(name) {
        state = format!(" aria-invalid=true aria-describedby={name}-error");
        note = format!("<span id={name}-error>{}</span>", escape(error));
    }
    format!(
        "<p><label for={name}>{label}</label>
        <input id={name} name={name} value=\"{value}\"{state}>{note}</p>"
    )
}

fn app(sessions: SessionLayer) -> Result<App, BoxError> {
    let site = Dispatch::<BoxError>::builder()
        .get("/order", show)
        .post("/order", take)
        .build()?;
    Ok(Stack::new()
        .layer(ErrorPagesLayer::new())
        .layer(sessions)
        .layer(CsrfLayer::new().max_form(LONGEST))
        .service(site))
}
// ANCHOR_END: app

// ANCHOR: main
#[tokio::main]
async fn main() -> Result<(), BoxError> {
    let sessions = SessionLayer::new(MemoryStore::new()).cookies_by_scheme();
    let listener = Listener::bind("127.0.0.1:8000").await?;
    let server = Server::new(listener).ready(|at| println!("Serving on {at}/order"));
    Ok(server.serve(app(sessions)?).await?)
}
// ANCHOR_END: main

// ANCHOR: test
#[cfg(test)]
mod tests {
    use plywood_test::Client;

    use super::*;

    fn visitor() -> Client {
        Client::new(app(SessionLayer::new(MemoryStore::new())).unwrap())
    }

    #[test]
    fn all_that_is_wrong_is_told_at_once() {
        let errors = Typed::default().check().unwrap_err();
        assert!(errors.keys().eq(&["email", "name", "sheets"]));
        let typed = Typed {
            name: " Ada ".into(),
            email: "ada@example.org".into(),
            sheets: "12".into(),
            extras: vec!["express".into()],
        };
        assert_eq!(
            typed.check().unwrap(),
            Order {
                name: "Ada".into(),
                email: "ada@example.org".into(),
                sheets: 12,
                is_express: true,
            }
        );
    }

    #[tokio::test]
    async fn what_is_wrong_stands_beside_its_field_with_what_was_typed() {
        let form = visitor().get("/order").await.form();
        let reply = form
            .fill("Your name", "\"Ada\" <ada>")
            .fill("Sheets", "1000000")
            .check("extras")
            .submit()
            .await
            .expect_status(422)
            .expect_text_contains("<span id=sheets-error>We cut from 1 to 500")
            .expect_text_lacks("name-error")
            .expect_text_lacks("<ada>");
        // Only the rest is to be typed.
        let form = reply.form();
        assert_eq!(form.value("name"), Some("\"Ada\" <ada>"));
        assert_eq!(form.value("extras"), Some("express"));
        let corrected = form.fill("Sheets", "12").fill("email", "ada@example.org");
        corrected.submit().await.expect_status(303);
    }

    #[tokio::test]
    async fn the_page_that_follows_says_so_once_and_can_be_loaded_again() {
        let ada = visitor();
        let form = ada.get("/order").await.form();
        let form = form.fill("name", "Ada <3").fill("email", "ada@example.org");
        let reply = form.fill("sheets", "12").submit().follow(1).await;
        let page = reply.expect_text_contains("Thank you, Ada &lt;3: 12 sheets");
        assert_eq!(page.url(), "http://localhost/order");
        ada.get("/order").await.expect_text_lacks("Thank you");
    }

    #[tokio::test]
    async fn what_is_forged_or_too_long_is_refused() {
        let ada = visitor();
        ada.get("/order").await;
        let forged = ada.post("/order").form(&[("name", "Eve"), ("sheets", "1")]);
        forged.await.expect_status(403);
        let form = ada.get("/order").await.form();
        let long = "x".repeat(LONGEST);
        form.fill("name", long).submit().await.expect_status(413);
    }
}
// ANCHOR_END: test
