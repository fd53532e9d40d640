//! The latest posts for readers of feeds ([RFC 4287](https://www.rfc-editor.org/rfc/rfc4287)).

use plywood::{
    core::{host, html::escape},
    prelude::*,
};
use plywood_error::{HttpError, OrRefuse};

use crate::{Blog, posts::Post};

pub(crate) async fn feed(request: Request<Body>) -> Result<Response<String>, BoxError> {
    let posts = Blog::of(&request)?.posts.latest(20)?;
    let host = host::of(request.uri(), request.headers()).or_refuse(HttpError::bad_request)?;
    let scheme = Scheme::of(&request).unwrap_or_default();
    let site = escape(&format!("{scheme}://{host}")).into_owned();
    let updated = posts.first().map_or("1970-01-01T00:00:00Z", |post| &post.written);
    let mut feed = format!(
        r#"<?xml version="1.0" encoding="utf-8"?>
<feed xmlns="http://www.w3.org/2005/Atom">
<title>Sheets</title>
<id>{site}/</id>
<link href="{site}/"/>
<link rel="self" href="{site}/feed.xml"/>
<author><name>ada</name></author>
<updated>{updated}</updated>
"#
    );
    for post in posts {
        feed += &entry(&site, &post);
    }
    feed += "</feed>\n";
    let response = Response::builder().header(header::CONTENT_TYPE, "application/atom+xml");
    Ok(response.body(feed)?)
}

fn entry(site: &str, post: &Post) -> String {
    let link = format!("{site}/posts/{}", post.id);
    let (title, text, written) = (escape(&post.title), escape(&post.text), &post.written);
    format!(
        "<entry><title>{title}</title><id>{link}</id><link href=\"{link}\"/><updated>{written}</updated><content>{text}</content></entry>\n"
    )
}
