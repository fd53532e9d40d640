//! Pages from templates.

// ANCHOR: app
use std::sync::Arc;

use plywood::{
    csrf::{CsrfLayer, Token},
    prelude::*,
};
use serde::Serialize;

/// What the page shows. All of it but the token's field is text, which somebody may
/// have typed.
#[derive(Serialize)]
struct Notes {
    name: String,
    lines: Vec<String>,
    /// A whole `<input>`, made by us: the one thing that is HTML already.
    token: String,
}

type Template = Arc<dyn Fn(&Notes) -> Result<String, BoxError> + Send + Sync>;

async fn page(
    request: Request<Body>,
    template: Template,
) -> Result<Response<Body>, BoxError> {
    let token = Token::of(Session::of(&request)?).await?.field();
    let name = Identity::of(&request).map_or("stranger", Identity::name);
    let lines = vec!["buy <glue> & sand".to_owned(), "call Bob".to_owned()];
    let name = name.to_owned();
    // A template that fails is an error as any other: a page with 500.
    let html = template(&Notes { name, lines, token })?;
    Ok(Response::builder()
        .header("content-type", "text/html; charset=utf-8")
        .header("cache-control", "no-store")
        .body(html.into())?)
}

fn app(
    template: impl Fn(&Notes) -> Result<String, BoxError> + Send + Sync + 'static,
) -> App {
    let template: Template = Arc::new(template);
    Stack::new()
        .layer(ErrorPagesLayer::new())
        .layer(SessionLayer::new(MemoryStore::new()))
        .layer(CsrfLayer::new())
        .service(service_fn(move |request| {
            page(request, Arc::clone(&template))
        }))
}
// ANCHOR_END: app

// ANCHOR: minijinja
/// Read while the program runs: a designer changes them without Rust.
fn by_minijinja() -> Result<impl Fn(&Notes) -> Result<String, BoxError>, BoxError> {
    const LAYOUT: &str = r#"<!doctype html><html lang="en"><title>{% block title %}{% endblock %}</title>
<main>{% block main %}{% endblock %}</main></html>"#;
    const NOTES: &str = r#"{% extends "layout.html" %}
{% block title %}Notes of {{ name }}{% endblock %}
{% block main %}<ul>
  {%- for line in lines %}<li>{{ line }}</li>{% endfor -%}
</ul><form method="post">{{ token|safe }}<button>Add</button></form>{% endblock %}"#;

    // The names end in .html, and so everything is escaped for HTML.
    let mut templates = minijinja::Environment::new();
    templates.set_undefined_behavior(minijinja::UndefinedBehavior::Strict);
    templates.add_template("layout.html", LAYOUT)?;
    templates.add_template("notes.html", NOTES)?;
    Ok(move |notes: &Notes| {
        let values = minijinja::value::Serde(notes);
        Ok(templates.get_template("notes.html")?.render(values)?)
    })
}
// ANCHOR_END: minijinja

// ANCHOR: askama
/// Read by the compiler: a name that is wrong does not build.
#[derive(askama::Template)]
#[template(
    ext = "html",
    source = r#"<!doctype html><html lang="en"><title>Notes of {{ notes.name }}</title>
<main><ul>
  {%- for line in notes.lines %}<li>{{ line }}</li>{% endfor -%}
</ul><form method="post">{{ notes.token|safe }}<button>Add</button></form></main></html>"#
)]
struct NotesPage<'a> {
    notes: &'a Notes,
}

fn by_askama(notes: &Notes) -> Result<String, BoxError> {
    Ok(askama::Template::render(&NotesPage { notes })?)
}
// ANCHOR_END: askama

// ANCHOR: maud
/// Written in Rust: a layout is a function, and a tag that is not closed does not
/// build.
fn by_maud(notes: &Notes) -> String {
    let main = maud::html! {
        ul { @for line in &notes.lines { li { (line) } } }
        form method="post" { (maud::PreEscaped(&notes.token)) button { "Add" } }
    };
    let title = format!("Notes of {}", notes.name);
    layout(&title, &main).into_string()
}

fn layout(title: &str, main: &maud::Markup) -> maud::Markup {
    maud::html! {
        (maud::DOCTYPE)
        html lang="en" { title { (title) } main { (main) } }
    }
}
// ANCHOR_END: maud

// ANCHOR: main
#[tokio::main]
async fn main() -> Result<(), BoxError> {
    let app = match std::env::args().nth(1).as_deref() {
        Some("askama") => app(by_askama),
        Some("maud") => app(|notes| Ok(by_maud(notes))),
        _ => app(by_minijinja()?),
    };
    let listener = Listener::bind("127.0.0.1:8000").await?;
    let server = Server::new(listener).ready(|at| println!("Serving on {at}"));
    Ok(server.serve(app).await?)
}
// ANCHOR_END: main

// ANCHOR: test
#[cfg(test)]
mod tests {
    use plywood_test::Client;

    use super::*;

    #[tokio::test]
    async fn each_engine_escapes_what_is_text_and_keeps_our_own_html() {
        let apps = [
            app(by_minijinja().unwrap()),
            app(by_askama),
            app(|notes| Ok(by_maud(notes))),
        ];
        for app in apps {
            let client = Client::new(app);
            let page = client.get("/").await;
            let page = page.expect_text_contains("<title>Notes of stranger</title>");
            let page = page.expect_text_contains("<li>buy &");
            let page = page.expect_text_lacks("<glue>");
            // The form has its token, and so it may be sent.
            page.form().submit().await.expect_status(200);
            client.post("/").await.expect_status(403);
        }
    }

    #[tokio::test]
    async fn a_template_that_fails_is_an_error_page_and_tells_nothing() {
        let client = Client::new(app(|_| Err("line 3: no such value".into())));
        let reply = client.get("/").await.expect_status(500);
        reply.expect_text_lacks("line 3");
    }
}
// ANCHOR_END: test
