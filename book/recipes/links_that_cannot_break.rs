//! Links that cannot break.

// ANCHOR: app
use plywood::dispatch::{Routes, UrlFor};
use plywood::prelude::*;

#[derive(Debug, Routes)]
#[routes(crate = plywood::dispatch)]
enum Page {
    #[route("/", methods = ["GET"])]
    Home,
    #[route("/users/<int:id>", methods = ["GET"])]
    User { id: u64 },
    #[route("/users/<int:id>/files/<path:file>", methods = ["GET"])]
    File { id: u64, file: String },
}

/// Every page is answered, or this does not compile.
async fn answer(page: Page, request: Request<Body>) -> Response<Body> {
    let urls = UrlFor::of(&request);
    let text = match page {
        Page::Home => format!("see {}\n", urls.page(&Page::User { id: 7 })),
        Page::User { id } => {
            let file = "notes/a b.txt".to_owned();
            format!("{id} has {}\n", urls.page(&Page::File { id, file }))
        }
        Page::File { id, file } => format!("{file} of {id}\n"),
    };
    Response::new(text.into())
}

fn app() -> Result<App, BoxError> {
    let pages = Dispatch::<BoxError>::builder().pages(answer).build()?;
    let site = Dispatch::<BoxError>::builder().mount("/app", pages).build()?;
    Ok(plywood::app(
        ServiceBuilder::new().layer(ErrorPagesLayer::new()).service(site),
    ))
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
    async fn each_link_leads_to_its_page_wherever_the_pages_stand() {
        let client = Client::new(app().expect("the rules are right"));
        client.get("/app/").await.expect_text("see /app/users/7\n");
        let user = client.get("/app/users/7").await;
        user.expect_text("7 has /app/users/7/files/notes/a%20b.txt\n");
        let file = client.get("/app/users/7/files/notes/a%20b.txt").await;
        file.expect_text("notes/a b.txt of 7\n");
        let nobody = "/app/users/99999999999999999999";
        client.get(nobody).await.expect_status(404);
    }

    #[test]
    fn a_page_knows_its_url() {
        assert_eq!(Page::User { id: 7 }.url(), "/users/7");
    }
}
// ANCHOR_END: test
