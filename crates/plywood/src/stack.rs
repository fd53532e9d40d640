use std::{any::type_name, fmt};

use plywood_core::{
    Body, HttpBody, HttpService,
    sheet::{Described, Onion, Sheet},
};
use tower_layer::{Identity, Layer};

use crate::{App, Never, app, doctor};

/// The layers of an app, top-down as they are written: the first is the outermost.
///
/// Like tower's `ServiceBuilder`, and it knows what stands in it: it prints itself as an onion, and warns through `tracing` of an order that
/// cannot work, once, when it is built.
///
/// ```
/// use plywood::{Stack, prelude::*};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), BoxError> {
/// async fn hello(request: Request<Body>) -> Result<Response<Body>, BoxError> {
///     let visits = Session::of(&request)?.update("visits", |n: Option<u64>| n.unwrap_or(0) + 1);
///     Ok(Response::new(format!("visit {}", visits.await?).into()))
/// }
///
/// let stack = Stack::new()
///     .layer(ErrorPagesLayer::new())
///     .layer(CompressionLayer::new())
///     .layer(SessionLayer::new(MemoryStore::new()).insecure_cookies());
/// assert_eq!(
///     stack.onion().to_string().lines().map(|line| line.split("  ").next().unwrap()).collect::<Vec<_>>(),
///     ["ErrorPagesLayer", "| CompressionLayer", "| | SessionLayer"],
/// );
///
/// let client = plywood_test::Client::new(stack.service(service_fn(hello)));
/// client.get("/").await.expect_text("visit 1");
/// client.get("/").await.expect_text("visit 2");
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
#[must_use = "a stack does nothing until it is built around a service"]
pub struct Stack<L = Identity> {
    layers: L,
    sheets: Vec<Sheet>,
}

impl Stack {
    /// No layer yet.
    pub const fn new() -> Self {
        Self {
            layers: Identity::new(),
            sheets: Vec::new(),
        }
    }
}

impl Default for Stack {
    fn default() -> Self {
        Self::new()
    }
}

/// A stack with one more layer, inside of the others.
pub type Deeper<M, L> = Stack<tower_layer::Stack<M, L>>;

impl<L> Stack<L> {
    /// Adds a layer of Plywood's, or another that describes itself, inside of those before.
    pub fn layer<M: Described>(self, layer: M) -> Deeper<M, L> {
        let sheet = layer.sheet();
        self.sheet(layer, sheet)
    }

    /// Adds any tower layer inside of those before.
    ///
    /// The layers of tower-http whose place matters are known to the [doctor](crate::doctor()) by their names; of others it sees the name alone.
    pub fn tower<M>(self, layer: M) -> Deeper<M, L> {
        let sheet = doctor::sheet_of_name(type_name::<M>()).unwrap_or_else(Sheet::of::<M>);
        self.sheet(layer, sheet)
    }

    /// Adds a layer that runs for the requests that `predicate` is true of: see [`plywood_when::when`].
    #[cfg(feature = "when")]
    pub fn when<M: Described>(
        self,
        predicate: impl Fn(&http::request::Parts) -> bool + Send + Sync + 'static,
        layer: M,
    ) -> Deeper<plywood_when::WhenLayer<M>, L> {
        self.layer(plywood_when::when(predicate, layer))
    }

    /// Mounts a service at `place`: what goes there passes the layers before this one, and none of those after.
    ///
    /// `place` is as [`plywood_mount::Mounts`] takes it: `/static`, or `//api.example.com/v1`. Of two mounts that hold one another the inner place is
    /// to be written first, as everything in a stack that should be asked first.
    ///
    /// # Errors
    ///
    /// `place` is none.
    #[cfg(feature = "mount")]
    pub fn mount<S>(
        self,
        place: &str,
        service: S,
    ) -> Result<Deeper<plywood_mount::MountsLayer<S::Error>, L>, plywood_mount::BuildError>
    where
        S: HttpService<Body, ResBody: HttpBody, Error: Send + 'static> + Sync,
    {
        let mounts = plywood_mount::Mounts::new();
        mounts.mount(place, service)?;
        Ok(self.layer(mounts.layer()))
    }

    /// What stands in it, outermost first, with what is wrong with the order.
    pub fn onion(&self) -> Onion {
        let sheets: Vec<_> = self.sheets.iter().map(|sheet| sheet as _).collect();
        Onion::of(&sheets)
    }

    /// Puts all layers around `service`, and warns of an order that cannot work: see [`doctor`](crate::doctor()).
    ///
    /// The outermost of the layers that may fail must be inside of an `ErrorPagesLayer`, or the compiler says so.
    pub fn service<S>(self, service: S) -> App
    where
        L: Layer<S, Service: HttpService<Body, ResBody: HttpBody, Error: Never> + Sync>,
    {
        let sheets: Vec<_> = self.sheets.iter().map(|sheet| sheet as _).collect();
        doctor(&sheets);
        app(self.layers.layer(service))
    }

    /// The app of what is [mounted](Self::mount): all else is an empty 404.
    #[cfg(feature = "mount")]
    pub fn build(self) -> App
    where
        L: Layer<
                plywood_mount::Mounts<std::convert::Infallible>,
                Service: HttpService<Body, ResBody: HttpBody, Error: Never> + Sync,
            >,
    {
        self.service(plywood_mount::Mounts::new())
    }

    fn sheet<M>(self, layer: M, sheet: Sheet) -> Deeper<M, L> {
        let mut sheets = self.sheets;
        sheets.push(sheet);
        Stack {
            layers: tower_layer::Stack::new(layer, self.layers),
            sheets,
        }
    }
}

/// As an onion, outermost first.
impl<L> fmt::Display for Stack<L> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.onion().fmt(f)
    }
}
