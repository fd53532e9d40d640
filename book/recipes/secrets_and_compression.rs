//! Secrets and compression.

// ANCHOR: app
use plywood::prelude::*;

/// What the visitor searched for stands next to his token.
async fn search(request: Request<Body>) -> Result<Response<Body>, BoxError> {
    let wanted = request.uri().query().unwrap_or_default().replace('<', "&lt;");
    let page = format!(
        "<p>nothing like {wanted}</p>{}",
        "<p>a long page</p>\n".repeat(200)
    );
    let token = "<input type=hidden name=token value=d41d8cd98f00b204>";
    let response =
        Response::builder().header("content-type", "text/html; charset=utf-8");
    let mut response = response.body(Body::from(page + token))?;
    response.extensions_mut().insert(NoCompress::KeepVary);
    Ok(response)
}

/// Nothing here is secret, but how much of it there is may be.
async fn orders(_: Request<Body>) -> Result<Response<Body>, BoxError> {
    let response =
        Response::builder().header("content-type", "text/html; charset=utf-8");
    Ok(response.body("<p>an order</p>\n".repeat(500).into())?)
}

fn app() -> App {
    let padded =
        ServiceBuilder::new().layer(CompressionLayer::new().random_padding(200));
    let orders = padded.service_fn(orders);
    let site =
        ServiceBuilder::new().layer(CompressionLayer::new()).service_fn(search);
    plywood::app(
        ServiceBuilder::new().layer(ErrorPagesLayer::new()).service_fn(
            move |request: Request<Body>| {
                let (orders, site) = (orders.clone(), site.clone());
                async move {
                    match request.uri().path() {
                        "/orders" => Ok::<_, BoxError>(
                            orders.oneshot(request).await?.map(Body::new),
                        ),
                        _ => Ok(site.oneshot(request).await?.map(Body::new)),
                    }
                }
            },
        ),
    )
}
// ANCHOR_END: app

// ANCHOR: main
#[tokio::main]
async fn main() -> Result<(), BoxError> {
    let listener = Listener::bind("127.0.0.1:8000").await?;
    Ok(Server::new(listener).serve(app()).await?)
}
// ANCHOR_END: main

// ANCHOR: test
#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use plywood_test::Client;

    use super::*;

    #[tokio::test]
    async fn the_length_tells_nothing_or_less() {
        let client = Client::new(app());
        let guess = |text: &'static str| {
            let client = client.clone();
            async move {
                let reply = client.get(text).header("accept-encoding", "gzip").await;
                let reply = reply.expect_header("vary", "accept-encoding");
                reply.bytes().len()
            }
        };
        // A right guess is as long as a wrong one.
        assert_eq!(guess("/?d41d8cd98f").await, guess("/?0123456789").await);

        let mut lengths = HashSet::new();
        for _ in 0..20 {
            lengths.insert(guess("/orders").await);
        }
        assert!(lengths.len() > 1);
    }
}
// ANCHOR_END: test
