use plywood_core::sheet::{Described, Sheet};
use tower_layer::Layer;

use super::ServerTiming;

/// Says in [`Server-Timing`](https://www.w3.org/TR/server-timing/) how long the answer took to begin: `total;dur=12.345`, in milliseconds.
///
/// A browser's tools show it, and scripts of the page can read it. An editor: what the inner service says in the field stays, and a layer
/// inside may say something of its own by another name.
///
/// It tells everybody how long things take, which is how a guess at a password or a cache is told from another: meant for development, or
/// behind a layer that chooses who sees it.
///
/// ```
/// use http::{Request, Response};
/// use plywood_access_log::ServerTimingLayer;
/// use plywood_core::{Body, BoxError};
/// use tower::{ServiceBuilder, ServiceExt, service_fn};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), BoxError> {
/// let app = ServiceBuilder::new()
///     .layer(ServerTimingLayer::new())
///     .service(service_fn(|_: Request<Body>| async {
///         Ok::<_, BoxError>(Response::new(Body::from("hello")))
///     }));
/// let response = app.oneshot(Request::new(Body::empty())).await?;
/// let timing = response.headers()["server-timing"].to_str()?;
/// assert!(timing.starts_with("total;dur="), "{timing}");
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct ServerTimingLayer {
    pub(super) name: &'static str,
}

impl ServerTimingLayer {
    /// The time is called `total`.
    pub const fn new() -> Self {
        Self { name: "total" }
    }

    /// What the time is called: a token, such as `app` or `db`.
    ///
    /// # Panics
    ///
    /// When it is no token ([RFC 9110 §5.6.2](https://www.rfc-editor.org/rfc/rfc9110#section-5.6.2)).
    #[must_use]
    pub fn name(mut self, name: &'static str) -> Self {
        let is_of_token =
            |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
        assert!(
            !name.is_empty() && name.bytes().all(is_of_token),
            "{name:?} is no token: letters, digits and hyphens are"
        );
        self.name = name;
        self
    }
}

impl Default for ServerTimingLayer {
    fn default() -> Self {
        Self::new()
    }
}

impl Described for ServerTimingLayer {
    fn sheet(&self) -> Sheet {
        Sheet::of::<Self>()
    }
}

impl<S> Layer<S> for ServerTimingLayer {
    type Service = ServerTiming<S>;

    fn layer(&self, inner: S) -> ServerTiming<S> {
        ServerTiming {
            inner,
            layer: self.clone(),
        }
    }
}
