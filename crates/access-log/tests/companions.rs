//! Server-Timing and metrics, through the public API and between two lints.

#![allow(clippy::unwrap_used, reason = "all of this is a test")]

use futures_util::FutureExt;
use http::{Request, Response};
use http_body_util::BodyExt;
use plywood_access_log::ServerTimingLayer;
use plywood_core::{Body, BoxError};
use plywood_lint::LintLayer;
use tower::{ServiceBuilder, ServiceExt, service_fn};

#[test]
fn the_time_stands_beside_what_the_service_says_and_each_layer_has_its_name() {
    let app = ServiceBuilder::new()
        .layer(LintLayer::new())
        .layer(ServerTimingLayer::new())
        .layer(ServerTimingLayer::new().name("app"))
        .layer(LintLayer::new())
        .service(service_fn(|_: Request<Body>| async {
            let response = Response::builder().header("server-timing", "db;dur=5");
            Ok::<_, BoxError>(response.body(Body::from("hello"))?)
        }));
    let request = Request::new(Body::empty());
    let response = app.oneshot(request).now_or_never().unwrap().unwrap();
    let timings = response.headers().get_all("server-timing");
    let timings: Vec<_> = timings
        .iter()
        .map(|timing| timing.to_str().unwrap())
        .collect();
    assert_eq!(timings[0], "db;dur=5");
    for (timing, name) in timings[1..].iter().zip(["app", "total"]) {
        let duration = timing
            .strip_prefix(name)
            .unwrap()
            .strip_prefix(";dur=")
            .unwrap();
        assert!(duration.parse::<f64>().unwrap() >= 0.0);
    }
    assert_eq!(timings.len(), 3);
    drop(response.into_body().collect().now_or_never());
}

#[test]
#[should_panic(expected = "is no token")]
fn a_name_is_a_token() {
    let _ = ServerTimingLayer::new().name("my app");
}

#[cfg(feature = "metrics")]
mod counted {
    use std::{
        collections::BTreeMap,
        sync::{Arc, Mutex},
    };

    use http::Method;
    use metrics::{
        Counter, CounterFn, Gauge, Histogram, HistogramFn, Key, KeyName, Metadata, Recorder,
        SharedString, Unit,
    };
    use plywood_access_log::MetricsLayer;
    use plywood_core::MatchedRoute;

    use super::*;

    type Seen = Arc<Mutex<BTreeMap<String, Vec<f64>>>>;

    /// Remembers all that is counted.
    struct Memory(Seen);

    struct Place(Seen, String);

    impl Place {
        fn add(&self, value: f64) {
            let mut seen = self.0.lock().unwrap();
            seen.entry(self.1.clone()).or_default().push(value);
        }
    }

    impl CounterFn for Place {
        fn increment(&self, value: u64) {
            self.add(f64::from(u32::try_from(value).unwrap()));
        }

        fn absolute(&self, _: u64) {
            panic!("it only grows");
        }
    }

    impl HistogramFn for Place {
        fn record(&self, value: f64) {
            self.add(value);
        }
    }

    impl Memory {
        fn place(&self, key: &Key) -> Arc<Place> {
            let labels: Vec<_> = key.labels().map(metrics::Label::value).collect();
            let name = format!("{} {}", key.name(), labels.join(" "));
            Arc::new(Place(Arc::clone(&self.0), name))
        }
    }

    impl Recorder for Memory {
        fn describe_counter(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}
        fn describe_gauge(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}
        fn describe_histogram(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}

        fn register_counter(&self, key: &Key, _: &Metadata<'_>) -> Counter {
            Counter::from_arc(self.place(key))
        }

        fn register_gauge(&self, _: &Key, _: &Metadata<'_>) -> Gauge {
            Gauge::noop()
        }

        fn register_histogram(&self, key: &Key, _: &Metadata<'_>) -> Histogram {
            Histogram::from_arc(self.place(key))
        }
    }

    #[test]
    fn requests_are_counted_by_route_and_never_by_path() {
        let seen = Seen::default();
        let app = ServiceBuilder::new()
            .layer(LintLayer::new())
            .layer(MetricsLayer::new().health_checks(["/healthz"]))
            .layer(LintLayer::new())
            .service(service_fn(|mut request: Request<Body>| async move {
                match request.uri().path() {
                    "/fail" => Err("no".into()),
                    "/healthz" | "/stranger" => Ok(Response::new(Body::empty())),
                    _ => {
                        MatchedRoute::new("/users/<id>").leave(&mut request);
                        Ok::<_, BoxError>(Response::new(Body::from("hello")))
                    }
                }
            }));
        metrics::with_local_recorder(&Memory(Arc::clone(&seen)), || {
            for (method, target) in [
                ("GET", "/users/1"),
                ("GET", "/users/2"),
                ("BREW", "/stranger"),
                ("GET", "/fail"),
                ("GET", "/healthz"),
            ] {
                let mut request = Request::get(target).body(Body::empty()).unwrap();
                *request.method_mut() = Method::from_bytes(method.as_bytes()).unwrap();
                if let Ok(response) = app.clone().oneshot(request).now_or_never().unwrap() {
                    drop(response.into_body().collect().now_or_never().unwrap());
                }
            }
        });
        let seen = seen.lock().unwrap();
        let of = |name: &str| seen.get(name).cloned().unwrap_or_default();
        let users = "GET /users/<id> 200 complete";
        assert_eq!(
            of(&format!("http_server_requests_total {users}")),
            [1.0, 1.0]
        );
        assert_eq!(
            of(&format!("http_server_response_body_bytes {users}")),
            [5.0, 5.0]
        );
        let times = of(&format!("http_server_request_duration_seconds {users}"));
        assert!(times.len() == 2 && times.iter().all(|time| (0.0..60.0).contains(time)));
        assert_eq!(
            of("http_server_requests_total _OTHER none 200 complete"),
            [1.0]
        );
        assert_eq!(
            of("http_server_requests_total GET none 500 service_failed"),
            [1.0]
        );
        assert_eq!(seen.len(), 9, "{seen:?}");
    }
}
