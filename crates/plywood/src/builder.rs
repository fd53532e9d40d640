use plywood_core::{Body, HttpBody, HttpService};
use tower::ServiceBuilder;
use tower_layer::Layer;

use crate::{App, Never, app};

/// What a [`Stack`](crate::Stack) can, for tower's `ServiceBuilder`, which knows nothing of what stands in it.
///
/// ```
/// use plywood::{ServiceBuilderExt, prelude::*};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), BoxError> {
/// async fn page(request: Request<Body>) -> Result<Response<Body>, BoxError> {
///     Ok(Response::new(Mount::of(&request).prefix().to_owned().into()))
/// }
///
/// let password = BasicAuthLayer::new(|_, _| None);
/// let app = ServiceBuilder::new()
///     .layer(ErrorPagesLayer::new())
///     .mount("/public", service_fn(page))?
///     .when(at("/admin"), password)
///     .app(service_fn(page));
///
/// let client = plywood_test::Client::new(app);
/// client.get("/public/x").await.expect_text("/public");
/// client.get("/admin").await.expect_status(401);
/// # Ok(())
/// # }
/// ```
pub trait ServiceBuilderExt<L>: Sized {
    /// Adds a layer that runs for the requests that `predicate` is true of: see [`plywood_when::when`].
    #[cfg(feature = "when")]
    fn when<M>(
        self,
        predicate: impl Fn(&http::request::Parts) -> bool + Send + Sync + 'static,
        layer: M,
    ) -> ServiceBuilder<tower_layer::Stack<plywood_when::WhenLayer<M>, L>>;

    /// Mounts a service at `place`: what goes there passes the layers before this one, and none of those after. See
    /// [`Stack::mount`](crate::Stack::mount).
    ///
    /// # Errors
    ///
    /// `place` is none.
    #[cfg(feature = "mount")]
    fn mount<S>(
        self,
        place: &str,
        service: S,
    ) -> Result<Mounted<S::Error, L>, plywood_mount::BuildError>
    where
        S: HttpService<Body, ResBody: HttpBody, Error: Send + 'static> + Sync;

    /// Puts all layers around `service`, and gives the whole its name: see [`app`](crate::app()).
    fn app<S>(self, service: S) -> App
    where
        L: Layer<S, Service: HttpService<Body, ResBody: HttpBody, Error: Never> + Sync>;
}

/// A builder with one more layer: mounts.
#[cfg(feature = "mount")]
pub type Mounted<E, L> = ServiceBuilder<tower_layer::Stack<plywood_mount::MountsLayer<E>, L>>;

impl<L> ServiceBuilderExt<L> for ServiceBuilder<L> {
    #[cfg(feature = "when")]
    fn when<M>(
        self,
        predicate: impl Fn(&http::request::Parts) -> bool + Send + Sync + 'static,
        layer: M,
    ) -> ServiceBuilder<tower_layer::Stack<plywood_when::WhenLayer<M>, L>> {
        self.layer(plywood_when::when(predicate, layer))
    }

    #[cfg(feature = "mount")]
    fn mount<S>(
        self,
        place: &str,
        service: S,
    ) -> Result<Mounted<S::Error, L>, plywood_mount::BuildError>
    where
        S: HttpService<Body, ResBody: HttpBody, Error: Send + 'static> + Sync,
    {
        let mounts = plywood_mount::Mounts::new();
        mounts.mount(place, service)?;
        Ok(self.layer(mounts.layer()))
    }

    fn app<S>(self, service: S) -> App
    where
        L: Layer<S, Service: HttpService<Body, ResBody: HttpBody, Error: Never> + Sync>,
    {
        app(self.service(service))
    }
}
