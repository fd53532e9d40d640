//! A field and a function of a value, published. The macros are used through plywood-publish.

use http::Request;
use plywood_core::{Body, BoxError};
use plywood_publish::{Publish, publish};
use tower::ServiceExt;

#[derive(Publish)]
struct Site {
    #[publish]
    shop: Shop,
}

struct Shop;

#[publish]
impl Shop {
    #[publish(index)]
    fn front(&self) -> &'static str {
        "what would you like?"
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), BoxError> {
    let site = Publish::new(Site { shop: Shop });
    let request = Request::get("/shop/").body(Body::empty())?;
    let response = site.oneshot(request).await?;
    assert_eq!(
        response.into_body().try_into_bytes().unwrap(),
        "what would you like?"
    );
    Ok(())
}
