//! An API with tokens.

// ANCHOR: app
use std::collections::HashMap;

use plywood::{
    auth::bearer::{BearerLayer, Token, TokenHash},
    auth::jwt::{Claims, KeySet, Verifier},
    prelude::*,
};

/// What is kept of the tokens: their hashes, and what each may. A table of a database does as well.
type Kept = HashMap<TokenHash, Identity>;

async fn notes(request: Request<Body>) -> Result<Response<Body>, BoxError> {
    let who = Identity::of(&request).ok_or("only who has a token comes here")?;
    // What else a signed token says; nothing of one that is looked up.
    let team = Claims::of(&request).and_then(|claims| claims.text("team"));
    let text = format!("notes of {}, {}\n", who.name(), team.unwrap_or("alone"));
    Ok(Response::new(text.into()))
}

fn site() -> Result<Dispatch<BoxError>, BoxError> {
    Ok(Dispatch::<BoxError>::builder()
        .get("/api/notes", notes)
        .post("/api/notes/new", notes)
        .build()?)
}

/// With tokens of our own.
fn app(kept: Kept) -> Result<App, BoxError> {
    Ok(plywood::app(
        ServiceBuilder::new()
            .layer(ErrorPagesLayer::new())
            .layer(
                BearerLayer::new(move |hash| kept.get(hash).cloned())
                    .scope("read")
                    .below("/api"),
            )
            .layer(RequireLayer::signed_in().role("write").below("/api/notes/new"))
            .service(site()?),
    ))
}

/// With tokens that an issuer has signed.
fn issued(verifier: Verifier) -> Result<App, BoxError> {
    Ok(plywood::app(
        ServiceBuilder::new()
            .layer(ErrorPagesLayer::new())
            .layer(BearerLayer::of(verifier).scope("read").below("/api"))
            .service(site()?),
    ))
}
// ANCHOR_END: app

// ANCHOR: main
#[tokio::main]
async fn main() -> Result<(), BoxError> {
    // The keys of an issuer, from a file; without one, a token of our own.
    let app = if let Some(keys) = std::env::args().nth(1) {
        let verifier =
            Verifier::new(KeySet::open(keys)?).issuer("https://id.example");
        issued(verifier.audience("notes"))?
    } else {
        let token = Token::new("notes")?;
        println!("Your token, shown this once: {}", token.as_str());
        let robot = Identity::new("robot").roles(["read"]);
        app(Kept::from([(token.hash(), robot)]))?
    };
    let listener = Listener::bind("127.0.0.1:8000").await?;
    let server = Server::new(listener).ready(|at| println!("Serving on {at}"));
    Ok(server.serve(app).await?)
}
// ANCHOR_END: main

// ANCHOR: test
#[cfg(test)]
mod tests {
    use plywood::auth::jwt::{Algorithm, SigningKey};
    use plywood_test::Client;
    use serde_json::json;

    use super::*;

    #[tokio::test]
    async fn a_token_is_shown_once_and_its_hash_is_kept() {
        let (reader, writer) =
            (Token::new("notes").unwrap(), Token::new("notes").unwrap());
        let kept = Kept::from([
            (reader.hash(), Identity::new("reader").roles(["read"])),
            (
                writer.hash(),
                Identity::new("writer").roles(["read", "write"]),
            ),
        ]);
        let client = Client::new(app(kept).unwrap());
        let bearer = |token: &Token| format!("Bearer {}", token.as_str());

        let challenge = r#"Bearer realm="restricted", scope="read""#;
        let stranger = client.get("/api/notes").await;
        stranger.expect_status(401).expect_header("www-authenticate", challenge);
        let wrong = client
            .get("/api/notes")
            .header("authorization", "Bearer notes_1234")
            .await;
        let challenge =
            r#"Bearer realm="restricted", error="invalid_token", scope="read""#;
        wrong.expect_status(401).expect_header("www-authenticate", challenge);

        let read =
            client.get("/api/notes").header("authorization", bearer(&reader)).await;
        read.expect_status(200).expect_text_contains("notes of reader, alone");
        for (token, status) in [(&reader, 403), (&writer, 200)] {
            let written =
                client.post("/api/notes/new").header("authorization", bearer(token));
            written.await.expect_status(status);
        }
    }

    #[tokio::test]
    async fn a_token_of_the_issuer_says_who_it_is() {
        let issuer = SigningKey::generate(Algorithm::Es256).unwrap().id("2026");
        let verifier = Verifier::new(issuer.verifying_key())
            .issuer("https://id.example")
            .audience("notes");
        let client = Client::new(issued(verifier).unwrap());
        let claims = json!({
            "iss": "https://id.example", "aud": "notes", "sub": "ada",
            "exp": 4_000_000_000_u64, "scope": "read", "team": "engines",
        });
        let bearer = format!("Bearer {}", issuer.sign(&claims).unwrap());
        let read = client.get("/api/notes").header("authorization", bearer).await;
        read.expect_status(200).expect_text_contains("notes of ada, engines");
    }
}
// ANCHOR_END: test
