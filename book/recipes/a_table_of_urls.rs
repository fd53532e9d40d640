//! A table of URLs.

// ANCHOR: app
use plywood::dispatch::Rule;
use plywood::prelude::*;

async fn page(request: Request<Body>) -> Response<Body> {
    let params = Params::of(&request);
    let page: u64 = params.parse("page").unwrap_or(1);
    Response::new(format!("articles, page {page}\n").into())
}

async fn article(request: Request<Body>) -> Response<Body> {
    let params = Params::of(&request);
    let [year, slug] =
        ["year", "slug"].map(|name| params.get(name).unwrap_or_default());
    Response::new(format!("{slug} of {year}\n").into())
}

async fn shop(request: Request<Body>) -> Response<Body> {
    let user = Params::of(&request).get("user").unwrap_or_default();
    Response::new(format!("the shop of {user}\n").into())
}

fn site() -> Result<Dispatch, BoxError> {
    let rule = Rule::new;
    let site = Dispatch::builder()
        .server_name("example.com")
        // One page, one URL: /articles/page/1 leads to /articles/.
        .get(rule("/articles/").name("articles").default("page", 1), page)
        .get(
            rule("/articles/page/<int(min=1):page>").name("articles"),
            page,
        )
        .get(
            rule("/<int(fixed_digits=4):year>/<slug>.html").name("article"),
            article,
        )
        .redirect("/archive/<int:year>/<slug>", "/<year>/<slug>.html")
        .get(rule("/").name("shop").subdomain("<user>"), shop)
        .build()?;
    Ok(site)
}

fn app(site: Dispatch) -> App {
    plywood::app(ServiceBuilder::new().layer(ErrorPagesLayer::new()).service(site))
}
// ANCHOR_END: app

// ANCHOR: main
#[tokio::main]
async fn main() -> Result<(), BoxError> {
    let site = site()?;
    print!("{site}");
    let listener = Listener::bind("127.0.0.1:8000").await?;
    Ok(Server::new(listener).serve(app(site)).await?)
}
// ANCHOR_END: main

// ANCHOR: test
#[cfg(test)]
mod tests {
    use plywood_test::Client;

    use super::*;

    #[tokio::test]
    async fn every_page_has_one_url() {
        let client = Client::new(app(site().expect("the rules are right")));
        let get = |path: &str| client.get(&format!("http://example.com{path}"));
        get("/articles/").await.expect_text("articles, page 1\n");
        get("/articles/page/2").await.expect_text("articles, page 2\n");
        get("/2026/a-table.html").await.expect_text("a-table of 2026\n");
        for (path, location) in [
            ("/articles", "/articles/"),
            ("/articles/page/1", "/articles/"),
            ("/archive/2026/a-table", "/2026/a-table.html"),
        ] {
            let answer = get(path).await;
            answer.expect_status(308).expect_header("location", location);
        }
        get("/articles/page/0").await.expect_status(404);
        let shop = client.get("http://ada.example.com/").await;
        shop.expect_text("the shop of ada\n");
    }

    #[test]
    fn the_table_can_be_read() {
        let table = "\
GET HEAD         /articles/                               articles
GET HEAD         /articles/page/<int(min=1):page>         articles
GET HEAD         /<int(fixed_digits=4):year>/<slug>.html  article
*                /archive/<int:year>/<slug>               redirect
GET HEAD         <user>/                                  shop
";
        assert_eq!(site().expect("the rules are right").to_string(), table);
    }
}
// ANCHOR_END: test
