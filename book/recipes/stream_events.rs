//! Stream events.

// ANCHOR: app
use std::convert::Infallible;

use bytes::Bytes;
use futures_util::stream;
use http_body::Frame;
use http_body_util::StreamBody;
use plywood::prelude::*;
use tokio::sync::broadcast::{Receiver, Sender};

fn event(text: &str) -> Bytes {
    format!("data: {text}\n\n").into()
}

/// Everything that is said from now on.
fn body(said: Receiver<String>) -> Body {
    let frames = stream::unfold(said, |mut said| async {
        let text = said.recv().await.ok()?;
        Some((Ok::<_, Infallible>(Frame::data(event(&text))), said))
    });
    Body::new(StreamBody::new(frames))
}

fn app(news: Sender<String>) -> App {
    let events = move |_: Request<Body>| {
        let stream = Response::builder()
            .header("content-type", "text/event-stream")
            .header("cache-control", "no-store");
        let response = stream.body(body(news.subscribe())).map_err(BoxError::from);
        async { response }
    };
    let stack = ServiceBuilder::new()
        .layer(ErrorPagesLayer::new())
        .layer(CompressionLayer::new());
    plywood::app(stack.service_fn(events))
}
// ANCHOR_END: app

// ANCHOR: main
#[tokio::main]
async fn main() -> Result<(), BoxError> {
    let news = Sender::new(16);
    let clock = news.clone();
    tokio::spawn(async move {
        for second in 1.. {
            tokio::time::sleep(std::time::Duration::from_secs(1)).await;
            let _ = clock.send(format!("{second} s"));
        }
    });
    let listener = Listener::bind("127.0.0.1:8000").await?;
    Ok(Server::new(listener).serve(app(news)).await?)
}
// ANCHOR_END: main

// ANCHOR: test
#[cfg(test)]
mod tests {
    use http_body_util::BodyExt;

    use super::*;

    #[tokio::test]
    async fn each_event_leaves_before_the_next_is_known() {
        let news = Sender::new(16);
        let request = Request::get("/").header("accept-encoding", "gzip");
        let request = request.body(Body::empty()).expect("it is well-formed");
        let Ok(response) = app(news.clone()).oneshot(request).await;
        assert_eq!(response.headers()["content-encoding"], "gzip");
        let mut body = response.into_body();
        for text in ["one", "two", "three"] {
            news.send(text.to_owned()).expect("somebody listens");
            let frame =
                body.frame().await.expect("there is more").expect("it is whole");
            assert!(
                frame.data_ref().is_some_and(|coded| !coded.is_empty()),
                "{text}"
            );
        }
    }
}
// ANCHOR_END: test
