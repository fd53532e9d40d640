//! A blog: posts and sessions in SQLite, pictures in a folder, a place for its author, pages for what goes wrong, and a feed.

mod author;
mod feed;
mod pages;
mod posts;

use std::{
    fs,
    path::{Path, PathBuf},
};

use plywood::{auth::constant_time_eq, prelude::*};
use plywood_error::{HttpError, OrRefuse};
use tower_http::csrf::CsrfLayer;

use self::posts::Posts;

/// What every handler finds in its request.
#[derive(Clone)]
struct Blog {
    posts: Posts,
    /// Where the pictures are.
    uploads: PathBuf,
}

impl Blog {
    fn open(data: &Path) -> Result<Self, BoxError> {
        let uploads = data.join("uploads");
        fs::create_dir_all(&uploads)?;
        Ok(Self {
            posts: Posts::open(&data.join("blog.sqlite"))?,
            uploads,
        })
    }

    fn of(request: &Request<Body>) -> Result<Self, HttpError> {
        let blog = request.extensions().get().cloned();
        blog.ok_or("the app leaves it in each request").map_err(HttpError::internal)
    }
}

async fn home(request: Request<Body>) -> Result<Response<String>, BoxError> {
    let posts = Blog::of(&request)?.posts.latest(20)?;
    pages::home(&request.into_parts().0, &posts).await
}

async fn post(request: Request<Body>) -> Result<Response<String>, BoxError> {
    let post = Blog::of(&request)?.posts.find(number(&request)?)?;
    pages::post(
        &request.into_parts().0,
        &post.or_refuse(HttpError::not_found)?,
    )
    .await
}

/// The number in the path.
fn number(request: &Request<Body>) -> Result<i64, HttpError> {
    let id = Params::of(request).get("id");
    id.and_then(|id| id.parse().ok()).or_refuse(HttpError::not_found)
}

/// Ada writes, and bob may only sign in.
fn check(name: &str, password: &str) -> Option<Identity> {
    let is_ada = constant_time_eq(name, "ada");
    let is_known = is_ada | constant_time_eq(name, "bob");
    let right = is_known & constant_time_eq(password, "plywood");
    right.then(|| Identity::new(name).roles(is_ada.then_some("author")))
}

fn app(data: &Path) -> Result<App, BoxError> {
    let blog = Blog::open(data)?;
    let site = Dispatch::<BoxError>::builder()
        .get("/", home)
        .get("/posts/<int:id>", post)
        .get("/feed.xml", feed::feed)
        .get("/author", author::desk)
        .post("/author/posts", author::publish)
        .post("/author/posts/<int:id>/remove", author::remove)
        .mount("/uploads", Files::new(&blog.uploads)?)
        .mount(
            "/static",
            Files::new(concat!(env!("CARGO_MANIFEST_DIR"), "/blog/static"))?,
        )
        .build()?;
    let stack = ServiceBuilder::new()
        .layer(AccessLogLayer::new(Lines::stdout()))
        .layer(ErrorPagesLayer::new().page(pages::error))
        .layer(CompressionLayer::new())
        .layer(CsrfLayer::new())
        .layer(
            SessionLayer::new(SqliteStore::open(data.join("sessions.sqlite"))?).cookies_by_scheme(),
        )
        .layer(FormLoginLayer::new(check).optional().stylesheet("/static/style.css"))
        .layer(RequireLayer::signed_in().role("author").below("/author"))
        .map_request(move |mut request: Request<Body>| {
            request.extensions_mut().insert(blog.clone());
            request
        })
        .service(site);
    Ok(plywood::app(stack))
}

#[tokio::main]
async fn main() -> Result<(), Fatal> {
    let arguments = plywood_examples::Arguments::read();
    let listener = Listener::bind(&arguments.listen).await?;
    let server = Server::new(listener)
        .ready(|at| println!("Serving on {at} -- sign in as ada, password plywood"));
    Ok(server.serve(app(&arguments.data()?)?).await?)
}

#[cfg(test)]
mod tests;
