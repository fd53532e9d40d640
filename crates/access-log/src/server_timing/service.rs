use std::{
    task::{Context, Poll},
    time::{Duration, Instant},
};

use http::{HeaderName, HeaderValue, Request, Response};
use plywood_core::future::{Edit, Edited};
use tower_service::Service;

use super::ServerTimingLayer;
use crate::text;

const SERVER_TIMING: HeaderName = HeaderName::from_static("server-timing");

/// The service that [`ServerTimingLayer`] makes.
#[derive(Clone, Debug)]
pub struct ServerTiming<S> {
    pub(super) inner: S,
    pub(super) layer: ServerTimingLayer,
}

impl<S, ReqBody, ResBody> Service<Request<ReqBody>> for ServerTiming<S>
where
    S: Service<Request<ReqBody>, Response = Response<ResBody>>,
{
    type Response = Response<ResBody>;
    type Error = S::Error;
    type Future = Edited<S::Future, Stamp>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, request: Request<ReqBody>) -> Self::Future {
        let stamp = Stamp {
            name: self.layer.name,
            began: Instant::now(),
        };
        Edited::new(self.inner.call(request), stamp)
    }
}

/// Writes the time into the response. You meet it only in the type of the service's future.
#[derive(Debug)]
pub struct Stamp {
    name: &'static str,
    began: Instant,
}

impl<B> Edit<B> for Stamp {
    type Body = B;

    fn edit(self, mut response: Response<B>) -> Response<B> {
        let value = metric(self.name, self.began.elapsed());
        response.headers_mut().append(SERVER_TIMING, value);
        response
    }
}

/// `name;dur=1.234`
fn metric(name: &str, duration: Duration) -> HeaderValue {
    let mut text = [name.as_bytes(), b";dur="].concat();
    let micros = u64::try_from(duration.as_micros()).unwrap_or(u64::MAX);
    text::number(&mut text, micros / 1000);
    text.push(b'.');
    text::digits(&mut text, micros % 1000, 3);
    HeaderValue::try_from(text).expect("a token and digits are visible ASCII")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_in_milliseconds() {
        for (micros, expected) in [
            (0, "a;dur=0.000"),
            (1_234_567, "a;dur=1234.567"),
            (50, "a;dur=0.050"),
        ] {
            assert_eq!(metric("a", Duration::from_micros(micros)), expected);
        }
    }
}
