//! The lint that warns: through `tracing`, and not for ever.

use std::{
    convert::Infallible,
    fmt::{self, Write},
    sync::{Arc, Mutex},
};

use http::{Request, Response};
use plywood_core::Body;
use plywood_lint::LintLayer;
use tower::{Layer, ServiceExt, service_fn};
use tracing::{
    Event, Level, Metadata, Subscriber,
    field::{Field, Visit},
    span,
};

/// Collects warnings as lines.
#[derive(Clone, Default)]
struct Lines(Arc<Mutex<Vec<String>>>);

struct Line(String);

impl Visit for Line {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        write!(self.0, " {field}={value:?}").expect("a string takes all");
    }
}

impl Subscriber for Lines {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        *metadata.level() <= Level::INFO
    }

    fn event(&self, event: &Event<'_>) {
        let mut line = Line(event.metadata().level().to_string());
        event.record(&mut line);
        self.0
            .lock()
            .expect("no test panics while it writes")
            .push(line.0);
    }

    fn new_span(&self, _: &span::Attributes<'_>) -> span::Id {
        span::Id::from_u64(1)
    }
    fn record(&self, _: &span::Id, _: &span::Record<'_>) {}
    fn record_follows_from(&self, _: &span::Id, _: &span::Id) {}
    fn enter(&self, _: &span::Id) {}
    fn exit(&self, _: &span::Id) {}
}

#[tokio::test]
async fn a_fault_is_warned_of_the_first_second_and_fourth_time_and_the_answer_passes() {
    let lines = Lines::default();
    let _guard = tracing::subscriber::set_default(lines.clone());
    let service = LintLayer::warning().layer(service_fn(|_: Request<Body>| async {
        let response = Response::builder().status(405);
        Ok::<_, Infallible>(response.body(Body::empty()).unwrap())
    }));
    for _ in 0..7 {
        let response = service.clone().oneshot(Request::new(Body::empty()));
        assert_eq!(response.await.unwrap().status(), 405);
    }

    let lines = lines.0.lock().unwrap();
    assert_eq!(lines.len(), 3, "{lines:#?}");
    for (line, time) in lines.iter().zip([1, 2, 4]) {
        assert!(line.starts_with("WARN"), "{line}");
        for part in [
            "H17",
            "A 405 has an Allow.",
            "RFC 9110 §15.5.6",
            &format!("time={time}"),
        ] {
            assert!(line.contains(part), "{part} in {line}");
        }
    }
}

#[tokio::test]
async fn advice_is_told_of_and_does_not_panic() {
    let lines = Lines::default();
    let _guard = tracing::subscriber::set_default(lines.clone());
    for lint in [LintLayer::new(), LintLayer::warning()] {
        let service = lint.layer(service_fn(|_: Request<Body>| async {
            Ok::<_, Infallible>(Response::new(Body::from("<p>hello")))
        }));
        service.oneshot(Request::new(Body::empty())).await.unwrap();
    }

    let lines = lines.0.lock().unwrap();
    assert_eq!(lines.len(), 2, "{lines:#?}");
    for line in lines.iter() {
        assert!(line.starts_with("INFO") && line.contains("H27"), "{line}");
    }
}
