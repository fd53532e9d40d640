use plywood_core::sheet::{Described, Sheet};
use tower_layer::Layer;

use super::{Asked, Digest, DigestAccounts, Lookup};
use crate::{Auth, AuthLayer, area::Area, auth};

/// Lets in whoever proves to know a password ([RFC 7616]).
///
/// A gate, and the shortest form of [`AuthLayer`] with the scheme [`Digest`] alone. Its options are the scheme's:
/// `DigestAuthLayer::from(Digest::of("the shed", file).allow_md5())`.
///
/// [RFC 7616]: https://www.rfc-editor.org/rfc/rfc7616
#[derive(Clone, Debug)]
pub struct DigestAuthLayer {
    digest: Digest,
    area: Area,
}

impl DigestAuthLayer {
    /// As [`Digest::new`].
    ///
    /// # Panics
    ///
    /// When `realm` is not printable ASCII.
    pub fn new<L: Into<Lookup>>(
        realm: &str,
        find: impl Fn(&Asked<'_>) -> L + Send + Sync + 'static,
    ) -> Self {
        Digest::new(realm, find).into()
    }

    /// As [`Digest::of`].
    ///
    /// # Panics
    ///
    /// When `realm` is not printable ASCII.
    pub fn of(realm: &str, accounts: impl DigestAccounts) -> Self {
        Digest::of(realm, accounts).into()
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

impl From<Digest> for DigestAuthLayer {
    fn from(digest: Digest) -> Self {
        let area = Area::default();
        Self { digest, area }
    }
}

impl From<DigestAuthLayer> for AuthLayer {
    fn from(layer: DigestAuthLayer) -> Self {
        let mut auth = Self::new(layer.digest);
        *auth.area() = layer.area;
        auth
    }
}

impl From<Digest> for AuthLayer {
    fn from(digest: Digest) -> Self {
        Self::new(digest)
    }
}

impl Described for DigestAuthLayer {
    fn sheet(&self) -> Sheet {
        auth::sheet(Sheet::of::<Self>())
    }
}

impl<S> Layer<S> for DigestAuthLayer {
    type Service = Auth<S>;

    fn layer(&self, inner: S) -> Auth<S> {
        AuthLayer::from(self.clone()).layer(inner)
    }
}
