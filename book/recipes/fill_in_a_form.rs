//! Fill in a form.

// ANCHOR: app
use http_body_util::{BodyExt, Limited};
use plywood::prelude::*;

const PAGE: &str = r#"<!doctype html><title>Join</title>
<form method="post" action="/join">
  <label>Your name <input name="name" required></label>
  <select name="plan">
    <option value="1">A month</option>
    <option value="12">A year</option>
  </select>
  <label><input type="checkbox" name="news"> Send me news</label>
  <button name="do" value="join">Join</button>
  <button name="do" value="ask">Ask us first</button>
</form>
<a href="/terms">Our terms</a>"#;

fn page(html: impl Into<Body>) -> Result<Response<Body>, BoxError> {
    let response =
        Response::builder().header("content-type", "text/html; charset=utf-8");
    Ok(response.body(html.into())?)
}

async fn ask(_: Request<Body>) -> Result<Response<Body>, BoxError> {
    page(PAGE)
}

async fn join(request: Request<Body>) -> Result<Response<Body>, BoxError> {
    let form = Limited::new(request.into_body(), 10_000).collect().await?;
    let form = form.to_bytes();
    let fields = form_urlencoded::parse(&form);
    let fields: Vec<_> =
        fields.map(|(name, value)| format!("{name}: {value}\n")).collect();
    Ok(Response::builder()
        .header("content-type", "text/plain; charset=utf-8")
        .body(fields.concat().into())?)
}

async fn terms(_: Request<Body>) -> Result<Response<Body>, BoxError> {
    page("<!doctype html><title>Our terms</title><p>Be kind.")
}

fn app() -> Result<App, BoxError> {
    let site = Dispatch::<BoxError>::builder()
        .get("/", ask)
        .post("/join", join)
        .get("/terms", terms)
        .build()?;
    Ok(plywood::app(
        ServiceBuilder::new().layer(ErrorPagesLayer::new()).service(site),
    ))
}
// ANCHOR_END: app

// ANCHOR: main
#[tokio::main]
async fn main() -> Result<(), BoxError> {
    let listener = Listener::bind("127.0.0.1:8000").await?;
    let server = Server::new(listener).ready(|at| println!("Serving on {at}"));
    Ok(server.serve(app()?).await?)
}
// ANCHOR_END: main

// ANCHOR: test
#[cfg(test)]
mod tests {
    use plywood_test::Client;

    #[tokio::test]
    async fn a_visitor_joins() {
        let client = Client::new(super::app().unwrap());
        let page = client.get("/").await;

        let form = page
            .form()
            .fill("Your name", "Ada Lovelace")
            .select_text("plan", "A year")
            .check("news");
        form.press("Join")
            .await
            .expect_text("name: Ada Lovelace\nplan: 12\nnews: on\ndo: join\n");
        form.uncheck("news")
            .press("Ask us first")
            .await
            .expect_text("name: Ada Lovelace\nplan: 12\ndo: ask\n");

        page.click("Our terms").await.expect_text_contains("Be kind.");
    }

    #[tokio::test]
    #[should_panic(expected = "\"plan\" has no option \"A week\"")]
    async fn nobody_joins_for_a_week() {
        let client = Client::new(super::app().unwrap());
        let form = client.get("/").await.form();
        form.select_text("plan", "A week").submit().await;
    }
}
// ANCHOR_END: test
