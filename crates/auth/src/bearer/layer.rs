use plywood_core::sheet::{Described, Sheet};
use tower_layer::Layer;

use super::{Bearer, TokenHash, Tokens};
use crate::{Auth, AuthLayer, IntoVerdict, area::Area, auth};

/// Lets in whoever sends a token that is known ([RFC 6750]).
///
/// A gate, and the shortest form of [`AuthLayer`] with the scheme [`Bearer`] alone.
///
/// ```
/// use std::collections::HashMap;
///
/// use http::{Request, StatusCode};
/// use plywood_auth::bearer::{BearerLayer, Token};
/// use plywood_core::{Body, BoxError, Identity};
/// use tower::{ServiceBuilder, ServiceExt, service_fn};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), BoxError> {
/// let token = Token::new("notes")?;
/// let robot = Identity::new("robot").roles(["notes:read"]);
/// let kept = HashMap::from([(token.hash(), robot)]);
///
/// let app = ServiceBuilder::new()
///     .layer(BearerLayer::new(move |hash| kept.get(hash).cloned()).scope("notes:read"))
///     .service(service_fn(async |_: Request<Body>| {
///         Ok::<_, BoxError>(http::Response::new(Body::from("hello")))
///     }));
///
/// let sent = format!("Bearer {}", token.as_str());
/// for (sent, status) in [(sent.as_str(), StatusCode::OK), ("Bearer wrong", StatusCode::UNAUTHORIZED)] {
///     let request = Request::get("/").header("authorization", sent);
///     let response = app.clone().oneshot(request.body(Body::empty())?).await?;
///     assert_eq!(response.status(), status);
/// }
/// # Ok(())
/// # }
/// ```
///
/// [RFC 6750]: https://www.rfc-editor.org/rfc/rfc6750
#[derive(Clone, Debug)]
pub struct BearerLayer {
    bearer: Bearer,
    area: Area,
}

impl BearerLayer {
    /// As [`Bearer::new`].
    pub fn new<V: IntoVerdict>(look_up: impl Fn(&TokenHash) -> V + Send + Sync + 'static) -> Self {
        Bearer::new(look_up).into()
    }

    /// As [`Bearer::of`].
    pub fn of(tokens: impl Tokens) -> Self {
        Bearer::of(tokens).into()
    }

    /// As [`Bearer::realm`].
    ///
    /// # Panics
    ///
    /// When `realm` is not printable ASCII.
    #[must_use]
    pub fn realm(mut self, realm: &str) -> Self {
        self.bearer = self.bearer.realm(realm);
        self
    }

    /// As [`Bearer::scope`].
    ///
    /// # Panics
    ///
    /// When it is no scope.
    #[must_use]
    pub fn scope(mut self, scope: &str) -> Self {
        self.bearer = self.bearer.scope(scope);
        self
    }

    /// As [`AuthLayer::below`].
    ///
    /// # Panics
    ///
    /// When no path can be below `prefix`.
    #[must_use]
    pub fn below(mut self, prefix: &str) -> Self {
        self.area.add(prefix);
        self
    }
}

impl From<Bearer> for BearerLayer {
    fn from(bearer: Bearer) -> Self {
        let area = Area::default();
        Self { bearer, area }
    }
}

impl From<BearerLayer> for AuthLayer {
    fn from(layer: BearerLayer) -> Self {
        let mut auth = Self::new(layer.bearer);
        *auth.area() = layer.area;
        auth
    }
}

impl Described for BearerLayer {
    fn sheet(&self) -> Sheet {
        auth::sheet(Sheet::of::<Self>())
    }
}

impl<S> Layer<S> for BearerLayer {
    type Service = Auth<S>;

    fn layer(&self, inner: S) -> Auth<S> {
        AuthLayer::from(self.clone()).layer(inner)
    }
}
