//! Compress what is worth it.

// ANCHOR: app
use plywood::{compression::Coding, prelude::*};

async fn report(_: Request<Body>) -> Result<Response<Body>, BoxError> {
    let lines = "name,price\nplywood,12\n".repeat(5000);
    let response = Response::builder()
        .header("content-type", "text/csv")
        .header("etag", "\"7\"");
    Ok(response.body(lines.into())?)
}

fn compression() -> CompressionLayer {
    CompressionLayer::new()
        .codings([Coding::Zstd, Coding::Br, Coding::Gzip])
        // Long reports may cost twice the time.
        .level_by(|coding, _, size| match coding {
            Coding::Gzip if size > Some(50_000) => Some(6),
            _ => None,
        })
        // What has a strong tag is compressed once.
        .cache(32 << 20)
}

fn app() -> App {
    let stack =
        ServiceBuilder::new().layer(ErrorPagesLayer::new()).layer(compression());
    plywood::app(stack.service_fn(report))
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
    use plywood_test::Client;

    use super::*;

    #[tokio::test]
    async fn who_can_read_it_gets_it_short() {
        let client = Client::new(app());
        for _ in 0..2 {
            let reply = client.get("/").header("accept-encoding", "gzip").await;
            let reply = reply
                .expect_header("content-encoding", "gzip")
                .expect_header("vary", "accept-encoding")
                .expect_header("etag", "W/\"7\"");
            assert!(reply.bytes().len() < 1000);
        }
        let reply = client.get("/").header("accept-encoding", "identity").await;
        assert_eq!(reply.expect_header("etag", "\"7\"").bytes().len(), 110_000);
    }
}
// ANCHOR_END: test
