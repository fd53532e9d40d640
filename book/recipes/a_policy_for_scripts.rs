//! A policy for scripts.

// ANCHOR: app
use plywood::{
    core::html,
    csp::{CspLayer, Nonce, Policy},
    prelude::*,
};

async fn search(request: Request<Body>) -> Result<Response<Body>, BoxError> {
    let nonce = Nonce::of(&request).ok_or("no policy with a nonce stands outside")?;
    let wanted = html::escape(request.uri().query().unwrap_or("nothing"));
    let page = format!(
        "<!doctype html><title>Search</title><p>You asked for {wanted}.\
         <script nonce=\"{nonce}\">document.title += ' - done'</script>"
    );
    Ok(Response::builder()
        .header("content-type", "text/html; charset=utf-8")
        .header("cache-control", "no-store")
        .body(page.into())?)
}

fn app() -> Result<App, BoxError> {
    let policy = Policy::new().directive("script-src", "'self' 'nonce'")?;
    let stack =
        Stack::new().layer(CspLayer::new(policy)).layer(ErrorPagesLayer::new());
    Ok(stack.service(service_fn(search)))
}
// ANCHOR_END: app

// ANCHOR: main
#[tokio::main]
async fn main() -> Result<(), BoxError> {
    let listener = Listener::bind("127.0.0.1:8000").await?;
    Ok(Server::new(listener).serve(app()?).await?)
}
// ANCHOR_END: main

// ANCHOR: test
#[cfg(test)]
mod tests {
    use plywood_test::Client;

    use super::*;

    #[tokio::test]
    async fn each_page_has_a_nonce_of_its_own_and_a_smuggled_script_has_none() {
        let client = Client::new(app().unwrap());
        let nonce = |text: &str| {
            let (_, rest) = text.split_once("nonce=\"").unwrap();
            rest.split('"').next().unwrap().to_owned()
        };
        let reply = client.get("/?%3Cscript%3Ealert(1)%3C/script%3E").await;
        let first = nonce(reply.text());
        assert!(
            reply
                .header("content-security-policy")
                .contains(&format!("'nonce-{first}'"))
        );
        assert_eq!(reply.text().matches("<script").count(), 1);
        assert_ne!(nonce(client.get("/").await.text()), first);
    }
}
// ANCHOR_END: test
