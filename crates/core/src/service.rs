mod any;

use std::mem;

use http::{Request, Response};
use tower_service::Service;

pub use self::any::AnyService;

/// Any tower service from an HTTP request to an HTTP response that can be cloned and moved across threads.
///
/// A bound alias: it is implemented for every such service, and for nothing else.
///
/// ```
/// use http::{Request, Response};
/// use plywood_core::{Body, HttpService};
///
/// fn accepts<S: HttpService<Body>>(service: S) -> S {
///     service
/// }
///
/// accepts(tower::service_fn(|_: Request<Body>| async {
///     Ok::<_, std::convert::Infallible>(Response::new(Body::from("hello")))
/// }));
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not an HTTP service that Plywood can wrap",
    note = "it must be `Service<Request<ReqBody>, Response = Response<_>> + Clone + Send + 'static`, with a `Send` future"
)]
pub trait HttpService<ReqBody>:
    Service<Request<ReqBody>, Response = Response<Self::ResBody>, Future: Send + 'static>
    + Clone
    + Send
    + 'static
{
    /// The body of its responses.
    type ResBody;
}

impl<S, ReqBody, ResBody> HttpService<ReqBody> for S
where
    S: Service<Request<ReqBody>, Response = Response<ResBody>, Future: Send + 'static>
        + Clone
        + Send
        + 'static,
{
    type ResBody = ResBody;
}

/// Takes the service that was polled ready, and leaves a fresh clone behind.
///
/// A service that was polled ready may hold what it reserved then (a permit, a connection), and its clone does not. A layer
/// that calls the inner service later than in its own `call` must move the ready one into its future: see [tower's doc].
///
/// [tower's doc]: https://docs.rs/tower/latest/tower/trait.Service.html#be-careful-when-cloning-inner-services
pub fn take_ready<S: Clone>(slot: &mut S) -> S {
    let fresh = slot.clone();
    mem::replace(slot, fresh)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, PartialEq)]
    struct Permit(bool);

    impl Clone for Permit {
        fn clone(&self) -> Self {
            Self(false)
        }
    }

    #[test]
    fn the_ready_one_is_taken_and_a_fresh_one_stays() {
        let mut slot = Permit(true);
        assert_eq!(take_ready(&mut slot), Permit(true));
        assert_eq!(slot, Permit(false));
    }
}
