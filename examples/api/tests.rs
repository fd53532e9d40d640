use plywood_test::Client;
use serde_json::{Value, json};

use super::*;

/// A client for each of two programs with a token.
fn clients() -> [Client; 2] {
    let names = ["one", "two"];
    let tokens = names.map(|_| Token::new("notes").unwrap());
    let known = tokens.iter().zip(names);
    let known = known.map(|(token, name)| (token.hash(), Identity::new(name)));
    let app = app(known.collect()).unwrap();
    tokens.map(|token| {
        let bearer = format!("Bearer {}", token.as_str());
        Client::new(app.clone()).header("authorization", bearer)
    })
}

#[tokio::test]
async fn notes_are_kept_for_whoever_wrote_them() {
    let [one, two] = clients();
    let made = one.post("/notes").json(&json!({"text": "buy milk"})).await;
    made.expect_status(201).expect_header("location", "/notes/1");
    let note = json!({"id": 1, "text": "buy milk"});
    assert_eq!(one.get("/notes/1").await.json::<Value>(), note);
    assert_eq!(one.get("/notes").await.json::<Value>(), json!([note]));

    assert_eq!(two.get("/notes").await.json::<Value>(), json!([]));
    two.get("/notes/1").await.expect_status(404);
    two.delete("/notes/1").await.expect_status(404);

    one.delete("/notes/1").await.expect_status(204);
    one.get("/notes/1").await.expect_status(404);
}

#[tokio::test]
async fn whatever_goes_wrong_is_json() {
    let [one, _] = clients();
    let stranger = one.stranger();
    let long = json!({"text": "x".repeat(LONGEST)});
    for (reply, status, detail) in [
        (
            one.get("/notes/7").await,
            404,
            Some("There is no such note."),
        ),
        (one.get("/elsewhere").await, 404, None),
        (one.put("/notes").await, 405, None),
        (
            one.post("/notes").body("milk").await,
            422,
            Some(r#"A note is written {"text": ".."}."#),
        ),
        (one.post("/notes").json(&long).await, 413, None),
        (
            stranger.get("/notes").header("authorization", "Bearer notes_x").await,
            401,
            None,
        ),
    ] {
        let reply = reply.expect_status(status);
        let problem: Value = reply.expect_header("content-type", "application/problem+json").json();
        assert_eq!(problem["status"], status);
        if let Some(detail) = detail {
            assert_eq!(problem["detail"], detail);
        }
    }
}

#[tokio::test]
async fn pages_of_other_origins_may_ask() {
    let [one, _] = clients();
    let preflight = one
        .options("/notes")
        .header("origin", "https://elsewhere.example")
        .header("access-control-request-method", "POST")
        .header("access-control-request-headers", "authorization");
    preflight
        .await
        .expect_status(200)
        .expect_header("access-control-allow-origin", "*");
    let refused = one.get("/notes/7").header("origin", "https://elsewhere.example").await;
    refused.expect_status(404).expect_header("access-control-allow-origin", "*");
}
