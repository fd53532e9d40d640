use http::{Request, Uri};
use hyper_util::{client::legacy, rt::TokioExecutor};
use plywood_core::Body;
use tower::service_fn;

use crate::Client;

impl Client {
    /// A visitor of the server at that URL, as in `http://127.0.0.1:8000`: the same tests, over the wire. It speaks HTTP/1.1 and keeps its
    /// connections.
    ///
    /// A [`base`](Self::base) changes the Host that is sent and the URL by which cookies and redirects are understood; the server stays where it
    /// is. Extensions do not go over a wire: what a gateway leaves, this server's gateway leaves. The lint sees the answers as they come off the
    /// wire, and leaves the fields of the connection to the server.
    ///
    /// It needs tokio's runtime, and the feature `url`.
    ///
    /// # Panics
    ///
    /// If it is no `http` URL, or has a path. Of TLS the client knows nothing.
    #[track_caller]
    pub fn over(url: &str) -> Self {
        let server: Uri = match url.parse() {
            Ok(server) => server,
            Err(error) => panic!("{url:?} is no URL: {error}"),
        };
        let scheme = server.scheme_str();
        assert!(
            scheme == Some("http"),
            "only `http` is spoken here, as in `http://127.0.0.1:8000`: {url:?}"
        );
        let connections = legacy::Client::builder(TokioExecutor::new()).build_http::<Body>();
        let service = service_fn(move |mut request: Request<Body>| {
            let target = absolute(&server, request.uri());
            *request.uri_mut() = target;
            connections.request(request)
        });
        Self::new(service).over_a_wire().base(url)
    }
}

/// The target with the address of the server. The Host that is sent is a field of the request.
fn absolute(server: &Uri, target: &Uri) -> Uri {
    let mut parts = server.clone().into_parts();
    parts.path_and_query = target.path_and_query().cloned();
    Uri::from_parts(parts).expect("a scheme, an authority and a path are a URL")
}
