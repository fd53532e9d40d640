use std::sync::Arc;

use http::Request;
use plywood_core::{MatchedRoute, Mount};

use crate::{Base, Link, PathWriter, Routes, UrlError, Value, encode, table::Table};

/// Builds the URLs of the dispatcher whose rule a request matched, where it stands: below its mounts, at its host.
///
/// ```
/// use http::{Request, Response};
/// use plywood_core::{Body, BoxError};
/// use plywood_dispatch::{Dispatch, Rule, UrlFor};
/// use tower::ServiceExt;
///
/// async fn home(request: Request<Body>) -> Result<Response<Body>, BoxError> {
///     let user = UrlFor::of(&request).url("user", &[("id", 7.into())])?;
///     Ok(Response::new(user.into()))
/// }
/// # async fn user(_: Request<Body>) -> Response<Body> { Response::default() }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), BoxError> {
/// let shop = Dispatch::<BoxError>::builder()
///     .get("/", home)
///     .get(Rule::new("/users/<int:id>").name("user"), user)
///     .build()?;
/// let site = Dispatch::<BoxError>::builder().mount("/shop", shop).build()?;
///
/// let response = site.oneshot(Request::get("/shop/").body(Body::empty())?).await?;
/// assert_eq!(response.into_body().try_into_bytes().unwrap(), "/shop/users/7");
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct UrlFor {
    table: Option<Arc<Table>>,
    base: Base,
}

impl UrlFor {
    /// For the dispatcher whose rule the request matched; below a mount, that of the dispatcher furthest in.
    ///
    /// A service that is mounted, and no dispatcher itself, has no URLs to build.
    pub fn of<B>(request: &Request<B>) -> Self {
        let route = MatchedRoute::of(request);
        let table = route
            .and_then(MatchedRoute::table)
            .and_then(|table| table.downcast::<Table>().ok());
        let prefix = Mount::of(request);
        let mut base = crate::dispatch::base_of(request).script_name(prefix.prefix());
        if let Some(table) = &table
            && !table.host_matching
        {
            base.subdomain = Some(table.default_subdomain.clone().into());
        }
        Self { table, base }
    }

    /// Builds the URL of the rules of a name: a path, unless the rule has another host.
    ///
    /// # Errors
    ///
    /// [`UrlError`] when there is no rule of the name for these values, or a converter refuses one.
    pub fn url(&self, name: &str, values: &[(&str, Value<'_>)]) -> Result<String, UrlError> {
        self.link(name)?.url(values)
    }

    /// The URL of a page of an enum, below the same mounts.
    pub fn page(&self, page: &impl Routes) -> String {
        let mut url = self.base.script_name.trim_end_matches('/').to_owned();
        let path = url.len();
        page.write(&mut PathWriter::new(&mut url));
        encode::single_slash(&mut url, path);
        encode::no_dot_segments(&mut url, path);
        url
    }

    /// A URL to be built with options.
    ///
    /// # Errors
    ///
    /// [`UrlError`] when no dispatcher has left a rule in the request.
    pub fn link<'a>(&'a self, name: &'a str) -> Result<Link<'a>, UrlError> {
        let table = self.table.as_deref();
        let table = table.ok_or_else(|| UrlError::nowhere(name))?;
        Ok(Link::new(table, &self.base, name))
    }
}
