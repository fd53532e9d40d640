//! Where a request has been below a layer, so that it does not go in circles.

use std::sync::Arc;

use http::{Method, Request, Uri, uri::PathAndQuery};
use plywood_core::{AnyService, BoxError, Carrier, Mount, Path};

use super::{RecursionError, RecursionErrorKind as Kind};

/// One pass of a request through what stands below a layer. It travels in the request.
#[derive(Clone)]
pub(super) struct Passage(Arc<Pass>);

struct Pass {
    method: Method,
    /// The target as the layer saw it.
    target: Uri,
    before: Option<Passage>,
    /// How often it may still go on.
    left: usize,
    /// Where the layer stands.
    mount: Mount,
    /// What stands below the layer.
    service: AnyService<BoxError>,
}

impl Passage {
    /// The first one, of a request that has come to the layer.
    pub(super) fn begin<B>(
        request: &Request<B>,
        service: AnyService<BoxError>,
        depth: usize,
    ) -> Self {
        Self(Arc::new(Pass {
            method: request.method().clone(),
            target: request.uri().clone(),
            before: None,
            left: depth,
            mount: Mount::of(request),
            service,
        }))
    }

    /// The one that a request is on.
    pub(super) fn of(carrier: &impl Carrier) -> Option<&Self> {
        carrier.extensions().get()
    }

    pub(super) fn service(&self) -> AnyService<BoxError> {
        self.0.service.clone()
    }

    /// The target before this one.
    pub(super) fn came_from(&self) -> Option<&Uri> {
        self.0.before.as_ref().map(|before| &before.0.target)
    }

    /// Points the request at `target`, which is absolute within the site, and begins its next pass.
    pub(super) fn go_on<B>(
        &self,
        target: &str,
        request: &mut Request<B>,
    ) -> Result<Self, RecursionError> {
        let error = |kind| RecursionError::new(kind, target);
        let Some(left) = self.0.left.checked_sub(1) else {
            return Err(error(Kind::TooDeep));
        };
        self.0.mount.point(target, request).map_err(error)?;
        let next = Self(Arc::new(Pass {
            method: request.method().clone(),
            target: request.uri().clone(),
            before: Some(self.clone()),
            left,
            mount: self.0.mount.clone(),
            service: self.service(),
        }));
        if self.passes().any(|pass| pass.is_at(&next.0)) {
            return Err(error(Kind::Loop));
        }
        request.extensions_mut().insert(next.clone());
        Ok(next)
    }

    fn passes(&self) -> impl Iterator<Item = &Pass> {
        std::iter::successors(Some(&*self.0), |pass| {
            pass.before.as_ref().map(|pass| &*pass.0)
        })
    }
}

impl Pass {
    /// Another query may be another answer, and so may another method.
    fn is_at(&self, other: &Self) -> bool {
        self.target.path_and_query() == other.target.path_and_query() && self.method == other.method
    }
}

/// Where a layer stands, as far as its forwards go.
trait Stand {
    /// Points a request at a target of this site, and puts it back below this mount.
    fn point<B>(&self, target: &str, request: &mut Request<B>) -> Result<(), Kind>;
}

impl Stand for Mount {
    fn point<B>(&self, target: &str, request: &mut Request<B>) -> Result<(), Kind> {
        let target = target.parse::<PathAndQuery>().ok();
        let target = target
            .filter(|target| target.as_str().starts_with('/'))
            .ok_or(Kind::Target)?;
        let mut parts = Mount::of(request)
            .original_uri(request.uri())
            .clone()
            .into_parts();
        parts.path_and_query = Some(target);
        let uri = Uri::from_parts(parts).map_err(|_| Kind::Target)?;
        Path::read(&uri).map_err(|_| Kind::Target)?;
        *request.uri_mut() = uri;
        request.extensions_mut().remove::<Self>();
        if self.prefix().is_empty() {
            return Ok(());
        }
        let prefix: Uri = self.prefix().parse().map_err(|_| Kind::OutsideMount)?;
        let prefix = Path::read(&prefix).map_err(|_| Kind::OutsideMount)?;
        match Self::enter(request, prefix.as_str()) {
            Ok(true) => Ok(()),
            _ => Err(Kind::OutsideMount),
        }
    }
}
