//! Mount two apps.

// ANCHOR: app
use axum::{Router, routing::get};
use plywood::prelude::*;

async fn shop(request: Request<Body>) -> Result<Response<Body>, BoxError> {
    let mount = Mount::of(&request);
    if request.uri().path() == "/" {
        let to_the_cart = Response::builder().status(StatusCode::SEE_OTHER);
        let to_the_cart =
            to_the_cart.header("location", mount.location("/cart", None));
        return Ok(to_the_cart.body(Body::empty())?);
    }
    let page = format!("<a href=\"{}\">Pay</a>\n", mount.absolute("/pay"));
    let response = Response::builder().header("content-type", "text/html");
    Ok(response.body(page.into())?)
}

fn blog() -> Router {
    Router::new().route("/", get(|| async { "the blog\n" }))
}

fn site() -> Result<Mounts, BoxError> {
    let site = Mounts::<BoxError>::new();
    site.mount("/shop", service_fn(shop))?
        .mount("/blog", blog())?
        .mount("//blog.example.com/", blog())?;
    Ok(site)
}

fn app(site: Mounts) -> App {
    plywood::app(ServiceBuilder::new().layer(ErrorPagesLayer::new()).service(site))
}
// ANCHOR_END: app

// ANCHOR: main
#[tokio::main]
async fn main() -> Result<(), BoxError> {
    let listener = Listener::bind("127.0.0.1:8000").await?;
    Ok(Server::new(listener).serve(app(site()?)).await?)
}
// ANCHOR_END: main

// ANCHOR: test
#[cfg(test)]
mod tests {
    use plywood_test::Client;

    use super::*;

    #[tokio::test]
    async fn each_app_has_its_place_and_knows_it() {
        let client = Client::new(app(site().expect("the places are some")));
        // It was sent from /shop to /shop/cart.
        client
            .get("/shop")
            .follow(1)
            .await
            .expect_text("<a href=\"/shop/pay\">Pay</a>\n");
        client.get("/blog").await.expect_text("the blog\n");
        client.get("http://blog.example.com/").await.expect_text("the blog\n");
        client.get("/blogs").await.expect_status(404);
    }

    #[tokio::test]
    async fn the_table_changes_while_the_site_serves() {
        let site = site().expect("the places are some");
        let client = Client::new(app(site.clone()));
        assert!(site.unmount("/blog"));
        client.get("/blog").await.expect_status(404);
        site.mount("/news", blog()).expect("a place");
        client.get("/news").await.expect_text("the blog\n");
    }
}
// ANCHOR_END: test
