//! A password on a path.

// ANCHOR: app
use plywood::{auth::constant_time_eq, prelude::*};

async fn front(_: Request<Body>) -> Result<Response<Body>, BoxError> {
    Ok(Response::new("for everybody\n".into()))
}

async fn report(request: Request<Body>) -> Result<Response<Body>, BoxError> {
    let who = Identity::of(&request).ok_or("only who is known comes here")?;
    Ok(Response::new(
        format!("the report for {}\n", who.name()).into(),
    ))
}

fn check(name: &str, password: &str) -> Option<Identity> {
    // With `&`, a wrong name takes as long as a wrong password.
    let right = constant_time_eq(name, "ada") & constant_time_eq(password, "plywood");
    right.then(|| Identity::new(name))
}

fn app() -> Result<App, BoxError> {
    let site = Dispatch::<BoxError>::builder()
        .get("/", front)
        .get("/team/report", report)
        .build()?;
    Ok(plywood::app(
        ServiceBuilder::new()
            .layer(ErrorPagesLayer::new())
            .layer(BasicAuthLayer::new(check).realm("the team").below("/team"))
            .service(site),
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

    use super::*;

    const ADA: &str = "Basic YWRhOnBseXdvb2Q="; // ada:plywood
    const WRONG: &str = "Basic YWRhOng="; // ada:x

    #[tokio::test]
    async fn the_path_asks_for_the_password_however_it_is_spelled() {
        let client = Client::new(app().unwrap());
        client.get("/").await.expect_text_contains("everybody");
        for path in ["/team/report", "//team/report", "/%74eam/report"] {
            let stranger = client.get(path).await;
            let challenge = r#"Basic realm="the team", charset="UTF-8""#;
            stranger.expect_status(401).expect_header("www-authenticate", challenge);
        }
        let ada = client.get("/team/report").header("authorization", ADA).await;
        ada.expect_text_contains("the report for ada");
    }

    #[tokio::test]
    async fn whoever_guesses_has_to_wait() {
        let client = Client::new(app().unwrap());
        let mut statuses = Vec::new();
        for _ in 0..60 {
            let guess =
                client.get("/team/report").header("authorization", WRONG).await;
            statuses.push(guess.status().as_u16());
        }
        assert_eq!(statuses[0], 401);
        assert!(statuses.contains(&429), "{statuses:?}");
    }
}
// ANCHOR_END: test
