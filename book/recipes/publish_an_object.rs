//! Publish an object.

// ANCHOR: app
use std::sync::Mutex;

use plywood::prelude::*;
use plywood_publish::{Denied, Html, Publish, Visit, publish};

/// Its marked fields are directories: `/boards/`, `/office/`.
#[derive(Publish)]
struct Site {
    #[publish]
    boards: Boards,
    #[publish]
    office: Office,
}

struct Boards(Mutex<Vec<String>>);

#[publish]
impl Boards {
    #[publish(index)]
    fn list(&self) -> String {
        self.names().join("\n")
    }

    /// `/boards/find/oak`, `/boards/find?word=oak&most=3`.
    #[publish]
    async fn find(
        &self,
        word: String,
        #[publish(default = 10)] most: usize,
    ) -> String {
        let names = self.names().into_iter();
        let found = names.filter(|name| name.contains(&word)).take(most);
        found.collect::<Vec<_>>().join("\n")
    }

    /// A form with a field `name`, sent to `/boards/add`.
    #[publish(POST)]
    fn add(&self, name: String) -> StatusCode {
        self.0.lock().expect("no page panics").push(name);
        StatusCode::CREATED
    }

    /// `/boards/0/`, `/boards/1/`: each is a directory of its own.
    #[publish(lookup)]
    async fn board(&self, number: usize) -> Option<Board> {
        self.names().into_iter().nth(number).map(Board)
    }

    /// Without a mark it is not there for anybody.
    fn names(&self) -> Vec<String> {
        self.0.lock().expect("no page panics").clone()
    }
}

struct Board(String);

#[publish]
impl Board {
    #[publish(index)]
    fn page(&self, visit: &Visit) -> Html<String> {
        let crumbs = visit.trail().crumbs().skip(1);
        let links = crumbs
            .map(|crumb| format!("<a href=\"{}\">{}</a> ", crumb.href, crumb.name));
        let name = plywood::core::html::escape(&self.0);
        Html(format!(
            "<nav>{}</nav><h1>{name}</h1>\n",
            links.collect::<String>()
        ))
    }
}

struct Office;

#[publish]
impl Office {
    /// Asked before anything below `/office/` is looked at.
    #[publish(access)]
    async fn members_only(&self, visit: &Visit) -> Result<(), Denied> {
        match Identity::of(visit) {
            Some(_) => Ok(()),
            None => Err(Denied::forbidden("only for those who signed in")),
        }
    }

    #[publish(name = "price-list.txt")]
    fn prices(&self) -> &'static str {
        "oak: 7\n"
    }
}

fn app() -> App {
    let boards = ["oak plank", "birch plank"].map(str::to_owned);
    let site = Site {
        boards: Boards(Mutex::new(boards.into())),
        office: Office,
    };
    plywood::app(
        ServiceBuilder::new()
            .layer(ErrorPagesLayer::new())
            .service(Publish::new(site)),
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
    use plywood_test::Client;

    use super::*;

    #[tokio::test]
    async fn the_tree_is_the_site() {
        let client = Client::new(app());
        client
            .get("/boards")
            .follow(1)
            .await
            .expect_text("oak plank\nbirch plank");
        client.get("/boards/find/oak").await.expect_text("oak plank");
        client
            .get("/boards/find?word=plank&most=1")
            .await
            .expect_text("oak plank");
        client
            .post("/boards/add")
            .form([("name", "<teak>")])
            .await
            .expect_status(201);
        let page = client.get("/boards/2/").await;
        page.expect_text_contains("<a href=\"/boards/2/\">2</a>")
            .expect_text_contains("<h1>&lt;teak&gt;</h1>");
    }

    #[tokio::test]
    async fn what_was_not_published_or_does_not_fit_is_not_there() {
        let client = Client::new(app());
        for path in [
            "/boards/names",
            "/boards/9/",
            "/boards/find/oak/many",
            "/_site",
        ] {
            client.get(path).await.expect_status(404);
        }
        client.post("/boards/add").form([("nom", "x")]).await.expect_status(400);
        client.get("/boards/add").await.expect_status(405);
        client.get("/office/price-list.txt").await.expect_status(403);
    }
}
// ANCHOR_END: test
