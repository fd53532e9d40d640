//! One binary with everything inside.

// ANCHOR: app
use plywood::prelude::*;
use rust_embed::RustEmbed;

/// The folder `public` beside `Cargo.toml`, as it is when the program is compiled.
#[derive(RustEmbed)]
#[folder = "public"]
struct Public;

async fn hello(_: Request<Body>) -> Result<Response<Body>, BoxError> {
    Ok(Response::new("Hello from the program\n".into()))
}

fn app() -> App {
    let files = Files::embedded::<Public>().precompressed();
    plywood::app(
        ServiceBuilder::new()
            .layer(ErrorPagesLayer::new())
            .layer(CompressionLayer::new())
            .layer(files.layer())
            .service(service_fn(hello)),
    )
}
// ANCHOR_END: app

// ANCHOR: main
#[tokio::main]
async fn main() -> Result<(), BoxError> {
    let listener = Listener::bind("127.0.0.1:8000").await?;
    let server = Server::new(listener).ready(|at| println!("Serving on {at}"));
    Ok(server.serve(app()).await?)
}
// ANCHOR_END: main

// ANCHOR: test
#[cfg(test)]
mod tests {
    use plywood_test::Client;

    use super::*;

    #[tokio::test]
    async fn pages_come_out_of_the_program() {
        let client = Client::new(app());
        let page = client.get("/").await.expect_status(200);
        let page = page.expect_text_contains("<h1>All in one</h1>");
        let tag = page.header("etag").to_owned();
        client.get("/").header("if-none-match", &tag).await.expect_status(304);
        client.get("/api").await.expect_text("Hello from the program\n");
    }
}
// ANCHOR_END: test
