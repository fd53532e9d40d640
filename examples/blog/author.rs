//! What only the author may do. The layer outside has seen to that.

use std::fs;

use multer::{Constraints, Multipart, SizeLimit};
use plywood::{prelude::*, session::Level};
use plywood_error::{HttpError, OrRefuse};

use crate::{Blog, number, pages};

/// A post with its picture is no longer than this.
const LARGEST: u64 = 4 << 20;

pub(crate) async fn desk(request: Request<Body>) -> Result<Response<String>, BoxError> {
    let posts = Blog::of(&request)?.posts.latest(100)?;
    pages::desk(&request.into_parts().0, &posts).await
}

pub(crate) async fn publish(request: Request<Body>) -> Result<Response<String>, BoxError> {
    let blog = Blog::of(&request)?;
    let session = Session::of(&request)?.clone();
    let draft = Draft::read(request).await?;
    if draft.title.trim().is_empty() || draft.text.trim().is_empty() {
        session.flash(Level::Error, "A post has a title and a text.")?;
        return to("/author");
    }
    // A form has the line breaks of the internet.
    let text = draft.text.trim().replace("\r\n", "\n");
    let id = blog.posts.add(draft.title.trim(), &text)?;
    if !draft.picture.is_empty() {
        let Some(kind) = kind_of_picture(&draft.picture) else {
            session.flash(
                Level::Warning,
                "It is published, without what is no picture.",
            )?;
            return to(&format!("/posts/{id}"));
        };
        // The name is ours: a visitor's might be that of a page.
        let name = format!("{id}.{kind}");
        fs::write(blog.uploads.join(&name), &draft.picture)?;
        blog.posts.illustrate(id, &name)?;
    }
    session.flash(Level::Success, "It is published.")?;
    to(&format!("/posts/{id}"))
}

pub(crate) async fn remove(request: Request<Body>) -> Result<Response<String>, BoxError> {
    let (blog, id) = (Blog::of(&request)?, number(&request)?);
    let post = blog.posts.find(id)?.or_refuse(HttpError::not_found)?;
    blog.posts.remove(id)?;
    if let Some(picture) = post.picture {
        fs::remove_file(blog.uploads.join(picture))?;
    }
    Session::of(&request)?.flash(Level::Success, format!("“{}” is gone.", post.title))?;
    to("/author")
}

/// What the form sends.
#[derive(Default)]
struct Draft {
    title: String,
    text: String,
    /// Nothing where none was chosen.
    picture: Vec<u8>,
}

impl Draft {
    async fn read(request: Request<Body>) -> Result<Self, HttpError> {
        let form = request.headers().get(header::CONTENT_TYPE);
        let form = form.and_then(|form| form.to_str().ok());
        let form = form.and_then(|form| multer::parse_boundary(form).ok());
        let boundary = form.or_refuse(HttpError::unsupported_media_type)?;
        let limit = SizeLimit::new().whole_stream(LARGEST);
        let limits = Constraints::new().size_limit(limit);
        let body = http_body_util::BodyDataStream::new(request.into_body());
        let mut form = Multipart::with_constraints(body, boundary, limits);
        let mut draft = Self::default();
        while let Some(field) = form.next_field().await.map_err(refusal)? {
            match field.name() {
                Some("title") => draft.title = field.text().await.map_err(refusal)?,
                Some("text") => draft.text = field.text().await.map_err(refusal)?,
                Some("picture") => draft.picture = field.bytes().await.map_err(refusal)?.into(),
                _ => {}
            }
        }
        Ok(draft)
    }
}

fn refusal(error: multer::Error) -> HttpError {
    match error {
        multer::Error::StreamSizeExceeded { .. } => HttpError::content_too_large()
            .detail("A post with its picture has 4 megabytes at most.")
            .because(error),
        _ => HttpError::bad_request().because(error),
    }
}

/// By its first bytes, whatever its name says.
fn kind_of_picture(picture: &[u8]) -> Option<&'static str> {
    let kinds: [(&[u8], &str); 3] = [
        (b"\x89PNG\r\n\x1a\n", "png"),
        (b"\xff\xd8\xff", "jpg"),
        (b"GIF8", "gif"),
    ];
    let found = kinds.iter().find(|(first, _)| picture.starts_with(first));
    found.map(|(_, kind)| *kind)
}

/// The next page is fetched by GET, so that to load it again sends nothing twice.
fn to(target: &str) -> Result<Response<String>, BoxError> {
    let response = Response::builder().status(StatusCode::SEE_OTHER);
    Ok(response.header(header::LOCATION, target).body(String::new())?)
}
