use plywood_core::{
    AnyService, Body, BoxError, Failure, HttpBody, HttpService, Mount,
    sheet::{Described, Sheet},
};
use tower_layer::Layer;

use super::service::Recursive;

/// Lets the services inside it [`forward`](crate::forward) a request and [`include`](crate::include) another.
///
/// ```
/// use http::{Request, Response};
/// use plywood_core::{Body, BoxError};
/// use plywood_mount::{RecursiveLayer, forward, include};
/// use tower::{Layer, ServiceExt, service_fn};
///
/// async fn pages(request: Request<Body>) -> Result<Response<Body>, BoxError> {
///     match request.uri().path() {
///         "/old" => Ok(forward("/new", request)),
///         "/new" => {
///             let menu = include(&request, "/menu").await?.into_body();
///             let menu = String::from_utf8(menu.try_into_bytes().unwrap().to_vec())?;
///             Ok(Response::new(format!("{menu}; new page").into()))
///         }
///         _ => Ok(Response::new("the menu".into())),
///     }
/// }
///
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), BoxError> {
/// let app = RecursiveLayer::new().layer(service_fn(pages));
/// let response = app.oneshot(Request::get("/old").body(Body::empty())?).await?;
/// assert_eq!(response.into_body().try_into_bytes().unwrap(), "the menu; new page");
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct RecursiveLayer {
    depth: usize,
}

impl RecursiveLayer {
    /// Forwards and includes ten deep.
    pub const fn new() -> Self {
        Self { depth: 10 }
    }

    /// How often one request may go on, forwards and includes together. By default 10: more is a mistake. Beyond it the answer is `508`.
    #[must_use]
    pub const fn depth(mut self, depth: usize) -> Self {
        self.depth = depth;
        self
    }
}

impl Default for RecursiveLayer {
    fn default() -> Self {
        Self::new()
    }
}

impl Described for RecursiveLayer {
    fn sheet(&self) -> Sheet {
        Sheet::of::<Self>().reads::<Mount>().tells::<Failure>()
    }
}

impl<S> Layer<S> for RecursiveLayer
where
    S: HttpService<Body, ResBody: HttpBody, Error: Into<BoxError>> + Sync,
{
    type Service = Recursive<S>;

    fn layer(&self, inner: S) -> Recursive<S> {
        Recursive {
            shared: AnyService::new(inner.clone()),
            inner,
            depth: self.depth,
        }
    }
}
