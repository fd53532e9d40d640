use std::time::Duration;

use plywood_core::sheet::{Described, Sheet};
use tower_layer::Layer;

use crate::{Accounts, Auth, AuthLayer, Basic, IntoVerdict, Throttle, area::Area, auth};

/// Lets in whoever a check knows by the name and the password of HTTP Basic authentication ([RFC 7617]).
///
/// A gate, and the shortest form of [`AuthLayer`] with the scheme [`Basic`] alone: `AuthLayer::new(Basic::new(check))`.
///
/// | the request has | answer |
/// |---|---|
/// | an [`Identity`](plywood_core::Identity) already, from a layer outside | the inner service's |
/// | credentials that the check accepts | the inner service's |
/// | none, wrong ones, or another scheme | `401` with the challenge |
/// | Basic credentials that cannot be read | `400` |
/// | any, but the check could not find out | `503` |
///
/// [RFC 7617]: https://www.rfc-editor.org/rfc/rfc7617
#[derive(Clone, Debug)]
pub struct BasicAuthLayer {
    basic: Basic,
    area: Area,
}

impl BasicAuthLayer {
    /// As [`Basic::new`].
    pub fn new<V: IntoVerdict>(check: impl Fn(&str, &str) -> V + Send + Sync + 'static) -> Self {
        Basic::new(check).into()
    }

    /// As [`Basic::of`].
    pub fn of(accounts: impl Accounts) -> Self {
        Basic::of(accounts).into()
    }

    /// As [`Basic::realm`].
    ///
    /// # Panics
    ///
    /// When `realm` is not printable ASCII: no encoding is defined for a realm.
    #[must_use]
    pub fn realm(mut self, realm: &str) -> Self {
        self.basic = self.basic.realm(realm);
        self
    }

    /// As [`Basic::remember`].
    #[must_use]
    pub fn remember(mut self, time: Duration) -> Self {
        self.basic = self.basic.remember(time);
        self
    }

    /// As [`Basic::throttle`].
    #[must_use]
    pub fn throttle(mut self, throttle: impl Throttle) -> Self {
        self.basic = self.basic.throttle(throttle);
        self
    }

    /// As [`Basic::unlimited_attempts`].
    #[must_use]
    pub fn unlimited_attempts(mut self) -> Self {
        self.basic = self.basic.unlimited_attempts();
        self
    }

    /// As [`Basic::insecure_empty_passwords`].
    #[must_use]
    pub fn insecure_empty_passwords(mut self) -> Self {
        self.basic = self.basic.insecure_empty_passwords();
        self
    }

    /// As [`AuthLayer::below`].
    ///
    /// # Panics
    ///
    /// When no path can be below `prefix`: it does not begin with a slash, or it has dot segments, double slashes or control characters.
    #[must_use]
    pub fn below(mut self, prefix: &str) -> Self {
        self.area.add(prefix);
        self
    }
}

impl From<Basic> for BasicAuthLayer {
    fn from(basic: Basic) -> Self {
        let area = Area::default();
        Self { basic, area }
    }
}

impl From<BasicAuthLayer> for AuthLayer {
    fn from(layer: BasicAuthLayer) -> Self {
        let mut auth = Self::new(layer.basic);
        *auth.area() = layer.area;
        auth
    }
}

impl Described for BasicAuthLayer {
    fn sheet(&self) -> Sheet {
        auth::sheet(Sheet::of::<Self>())
    }
}

impl<S> Layer<S> for BasicAuthLayer {
    type Service = Auth<S>;

    fn layer(&self, inner: S) -> Auth<S> {
        AuthLayer::from(self.clone()).layer(inner)
    }
}
