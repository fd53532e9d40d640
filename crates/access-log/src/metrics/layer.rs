use http::Method;
use metrics::{Label, counter, histogram};
use plywood_core::{
    MatchedRoute,
    sheet::{Act, Described, Sheet},
};
use tower_layer::Layer;

use super::Metrics;
use crate::{AccessLogLayer, Format, Record};

/// Counts requests through the [`metrics`](https://docs.rs/metrics) facade, for whichever exporter is installed.
///
/// | metric | is |
/// |---|---|
/// | `http_server_requests_total` | a counter of requests |
/// | `http_server_request_duration_seconds` | a histogram of the time to the last byte |
/// | `http_server_response_body_bytes` | a histogram of the bytes of the body that were handed on |
///
/// Each has the labels `method` (`_OTHER` for those that are not of RFC 9110 or PATCH), `route` (the pattern of the rule that dispatch found, else
/// `none`: never the path, of which there are too many), `status`, and `ending` ([`Ending`](crate::Ending)).
///
/// A wrapper, like the log: a request counts when its body is over, whatever became of it. To count those of an access log alone, show its records
/// to [`observe`](Self::observe).
#[derive(Clone, Debug)]
pub struct MetricsLayer(AccessLogLayer);

impl MetricsLayer {
    /// All requests are counted.
    pub fn new() -> Self {
        let log = AccessLogLayer::new(|_: &[u8]| {}).format(Format::nothing());
        Self(log.sample(|_| 0).observer(Self::observe))
    }

    /// Leaves out the requests for these paths, as long as they are answered well.
    #[must_use]
    pub fn health_checks(self, paths: impl IntoIterator<Item = impl Into<Box<str>>>) -> Self {
        Self(self.0.health_checks(paths))
    }

    /// Counts one request: for [`AccessLogLayer::observer`].
    pub fn observe(record: &Record<'_>) {
        let route = record.route().map_or("none", MatchedRoute::pattern);
        let labels = vec![
            Label::from_static_parts("method", method(record.method())),
            Label::new("route", route.to_owned()),
            Label::new("status", record.status().to_string()),
            Label::from_static_parts("ending", record.ending().as_str()),
        ];
        #[expect(
            clippy::cast_precision_loss,
            reason = "a histogram is no exact science"
        )]
        let bytes = record.bytes() as f64;
        counter!("http_server_requests_total", labels.clone()).increment(1);
        histogram!("http_server_request_duration_seconds", labels.clone())
            .record(record.duration());
        histogram!("http_server_response_body_bytes", labels).record(bytes);
    }
}

/// A client may send any token, and a label of each would fill the memory.
fn method(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::PATCH => "PATCH",
        Method::DELETE => "DELETE",
        Method::OPTIONS => "OPTIONS",
        Method::CONNECT => "CONNECT",
        Method::TRACE => "TRACE",
        _ => "_OTHER",
    }
}

impl Default for MetricsLayer {
    fn default() -> Self {
        Self::new()
    }
}

impl Described for MetricsLayer {
    fn sheet(&self) -> Sheet {
        Sheet::of::<Self>()
            .hears::<MatchedRoute>()
            .acts(Act::CountsBytes)
    }
}

impl<S> Layer<S> for MetricsLayer {
    type Service = Metrics<S>;

    fn layer(&self, inner: S) -> Metrics<S> {
        Metrics(self.0.layer(inner))
    }
}
