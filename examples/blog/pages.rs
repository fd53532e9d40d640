//! The pages. Whatever somebody has written is escaped where it becomes HTML.

use http::request::Parts;
use plywood::{
    core::html::escape,
    error_pages::{Blank, Form},
    prelude::*,
    session::Flash,
};

use crate::posts::Post;

type Page = Result<Response<String>, BoxError>;

pub(crate) async fn home(head: &Parts, posts: &[Post]) -> Page {
    let list: String = posts.iter().map(preview).collect();
    let list = if list.is_empty() {
        "<p>Nothing is written yet.</p>"
    } else {
        &list
    };
    page(head, "Sheets", list).await
}

pub(crate) async fn post(head: &Parts, post: &Post) -> Page {
    page(head, &post.title, &article(post)).await
}

pub(crate) async fn desk(head: &Parts, posts: &[Post]) -> Page {
    let list: String = posts.iter().map(removable).collect();
    let form = include_str!("desk.html");
    page(
        head,
        "Write",
        &format!("{form}<ul class=\"desk\">{list}</ul>"),
    )
    .await
}

fn preview(post: &Post) -> String {
    let (id, title) = (post.id, escape(&post.title));
    let first = post.text.split("\n\n").next().unwrap_or_default();
    let (first, day) = (escape(first), &post.written[..10]);
    format!(
        "<article><h2><a href=\"/posts/{id}\">{title}</a></h2><time>{day}</time><p>{first}</p></article>"
    )
}

fn article(post: &Post) -> String {
    let picture = post.picture.as_deref().map_or_else(String::new, |name| {
        format!("<img src=\"/uploads/{name}\" alt=\"\">")
    });
    let text: String = post.text.split("\n\n").map(paragraph).collect();
    format!(
        "<article><time>{}</time>{picture}{text}</article>",
        &post.written[..10]
    )
}

fn paragraph(text: &str) -> String {
    format!("<p>{}</p>", escape(text))
}

fn message(flash: &Flash) -> String {
    let (level, text) = (flash.level.as_str(), escape(&flash.text));
    format!("<p role=\"status\" class=\"{level}\">{text}</p>")
}

fn removable(post: &Post) -> String {
    let (id, title) = (post.id, escape(&post.title));
    format!(
        "<li><a href=\"/posts/{id}\">{title}</a><form method=\"post\" action=\"/author/posts/{id}/remove\"><button aria-label=\"Remove “{title}”\">Remove</button></form></li>"
    )
}

/// What stands around all of them, with the messages that wait.
async fn page(head: &Parts, title: &str, content: &str) -> Page {
    let flashes = Session::of(head)?.flashes().await?;
    let messages: String = flashes.iter().map(message).collect();
    let visitor = match Identity::of(head) {
        Some(_) => include_str!("known.html"),
        None => "<a href=\"/author\">Sign in</a>",
    };
    let html = whole(title, visitor, &format!("{messages}{content}"));
    let response = Response::builder().header(header::CONTENT_TYPE, "text/html; charset=utf-8");
    Ok(response.body(html)?)
}

/// A page in the same dress for what went wrong. Programs get the built-in one, in the form that they read.
pub(crate) fn error(blank: &Blank<'_>) -> Option<Response<Body>> {
    if blank.form() != Form::Html {
        return None;
    }
    let detail = escape(blank.detail());
    let html = whole(
        blank.title(),
        "",
        &format!("<p>{detail}</p><p><a href=\"/\">To the front page</a></p>"),
    );
    Some(Response::new(html.into()))
}

fn whole(title: &str, visitor: &str, content: &str) -> String {
    format!(
        include_str!("page.html"),
        title = escape(title),
        visitor = visitor,
        content = content
    )
}
