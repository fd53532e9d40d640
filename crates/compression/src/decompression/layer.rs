use std::sync::Arc;

use plywood_core::sheet::{Act, Described, Sheet};
use tower_layer::Layer;

use super::{Decompression, body::Bounds};

/// Decodes the bodies of requests, within bounds.
///
/// A body in `gzip`, `deflate`, `br` or `zstd`, as far as the features of this crate are on, reaches the inner service plain, without
/// `Content-Encoding`, `Content-Length` and the digests of the coded bytes. A request in another coding, or in several at a time, is answered
/// with 415 and the codings that can be read in `Accept-Encoding` ([RFC 9110 §15.5.16]). A body that is too long, or that grows too much, ends in
/// a [`DecompressionError`](crate::DecompressionError) while it is read; and if the inner service answers that with an error of its own, the answer
/// becomes a 413, or a 400 if the body was not in its coding.
///
/// Put it outside of whoever reads bodies, and inside of whoever decides who may send them.
///
/// ```
/// use http::{Request, Response, StatusCode};
/// use http_body_util::BodyExt;
/// use plywood_compression::DecompressionLayer;
/// use plywood_core::{Body, BoxError};
/// use tower::{ServiceBuilder, ServiceExt, service_fn};
///
/// async fn measure(request: Request<Body>) -> Result<Response<Body>, BoxError> {
///     let length = request.into_body().collect().await?.to_bytes().len();
///     Ok(Response::new(length.to_string().into()))
/// }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), BoxError> {
/// let app = ServiceBuilder::new().layer(DecompressionLayer::new()).service(service_fn(measure));
/// let request = Request::post("/").header("content-encoding", "compress").body(Body::from("?"))?;
/// let response = app.oneshot(request).await?;
/// assert_eq!(response.status(), StatusCode::UNSUPPORTED_MEDIA_TYPE);
/// # Ok(())
/// # }
/// ```
///
/// [RFC 9110 §15.5.16]: https://www.rfc-editor.org/rfc/rfc9110#section-15.5.16
#[derive(Clone, Debug)]
pub struct DecompressionLayer {
    bounds: Arc<Bounds>,
}

const MAX_SIZE: u64 = 16 << 20;

const MAX_RATIO: u64 = 100;

impl DecompressionLayer {
    /// Decodes up to 16 MiB, from bodies that grow up to 100 times.
    #[must_use]
    pub fn new() -> Self {
        Self {
            bounds: Arc::new(Bounds {
                size: MAX_SIZE,
                ratio: MAX_RATIO,
            }),
        }
    }

    /// The most bytes that a body may be long when it is decoded. The default is 16 MiB. Plain bodies are not measured.
    ///
    /// Coded, it may be a hundredth and 64 KiB longer than that, because there are coded bytes that decode to nothing.
    #[must_use]
    pub fn max_size(mut self, bytes: u64) -> Self {
        Arc::make_mut(&mut self.bounds).size = bytes;
        self
    }

    /// How many times a body may grow. It counts from the first mebibyte on.
    ///
    /// The default is 100. Pages and records grow 3 to 20 times; the worst that gzip can do is 1,032, and zstd and brotli know no end.
    #[must_use]
    pub fn max_ratio(mut self, times: u64) -> Self {
        Arc::make_mut(&mut self.bounds).ratio = times;
        self
    }

    pub(crate) fn bounds(&self) -> Bounds {
        *self.bounds
    }
}

impl Default for DecompressionLayer {
    fn default() -> Self {
        Self::new()
    }
}

impl Described for DecompressionLayer {
    fn sheet(&self) -> Sheet {
        Sheet::of::<Self>().acts(Act::Refuses)
    }
}

impl<S> Layer<S> for DecompressionLayer {
    type Service = Decompression<S>;

    fn layer(&self, inner: S) -> Decompression<S> {
        Decompression {
            inner,
            layer: self.clone(),
        }
    }
}
