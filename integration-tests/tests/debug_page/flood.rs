//! Many panics at a time: all are answered, each group is reported once, and nothing grows.

use std::{sync::mpsc, time::Duration};

use plywood::prelude::*;
use plywood_error::{Report, Reports};
use tokio::task::JoinSet;

const PATIENCE: Duration = Duration::from_secs(240);
const REQUESTS: u64 = 1_000;
const AT_A_TIME: u64 = 50;

async fn panics(request: Request<Body>) -> Result<Response<Body>, BoxError> {
    tokio::task::yield_now().await;
    match request.uri().path() {
        // What a client sends makes no group of its own.
        "/a" => panic!("no order {:?}", request.uri().query()),
        "/b" => panic!("another place"),
        _ => Err("no panic".into()),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_thousand_panics_are_all_answered_and_reported_once_a_group() {
    // As in production, where nobody looks at the page.
    let (sender, receiver) = mpsc::channel();
    let reports = Reports::to(move |report: &Report| Ok(sender.send(report.clone())?));
    let reports = reports.start().unwrap();
    let app = plywood::app(
        ServiceBuilder::new()
            .layer(ErrorPagesLayer::new().reports(&reports))
            .service(service_fn(panics)),
    );
    let mut askers = JoinSet::new();
    for asker in 0..AT_A_TIME {
        let app = app.clone();
        askers.spawn(async move {
            for number in 0..REQUESTS / AT_A_TIME {
                let path = ["/a", "/b", "/c"][usize::try_from(number % 3).unwrap()];
                let target = format!("{path}?number={asker}-{number}");
                let request = Request::get(target).body(Body::empty()).unwrap();
                let Ok(response) = app.clone().oneshot(request).await;
                assert_eq!(response.status(), StatusCode::INTERNAL_SERVER_ERROR);
            }
        });
    }
    while let Some(asked) = askers.join_next().await {
        asked.unwrap();
    }
    let mut first = Vec::new();
    while first.len() < 3 {
        first.push(receiver.recv_timeout(PATIENCE).unwrap());
    }
    // The pause is a quarter of an hour: nothing more is told before it is over, or the program ends.
    assert!(receiver.try_recv().is_err());
    assert!(reports.finish(PATIENCE));
    let rest: Vec<_> = receiver.try_iter().collect();
    assert!(rest.len() <= 3, "{rest:?}");
    let count = |reports: &[Report]| reports.iter().map(Report::count).sum::<u64>();
    assert_eq!(count(&first) + count(&rest), REQUESTS);
    let mut prints: Vec<_> = first
        .iter()
        .map(|report| report.incident().fingerprint())
        .collect();
    prints.sort();
    prints.dedup();
    assert_eq!(prints.len(), 3);
}
