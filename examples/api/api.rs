//! A small API: notes, for programs with a token. What goes wrong is JSON too, and pages of other origins may ask.

mod notes;

use std::collections::HashMap;

use http_body_util::{BodyExt, Limited};
use plywood::{
    auth::bearer::{BearerLayer, Token, TokenHash},
    prelude::*,
};
use plywood_error::{HttpError, OrRefuse};
use serde::{Serialize, de::DeserializeOwned};
use tower_http::cors::{Any, CorsLayer};

use self::notes::{Draft, Notes};

/// More than anybody writes down at once.
const LONGEST: usize = 64 * 1024;

/// What is kept of the tokens: their hashes, and whose they are.
type Tokens = HashMap<TokenHash, Identity>;

async fn list(request: Request<Body>) -> Result<Response<String>, HttpError> {
    let (notes, owner) = caller(&request)?;
    json(StatusCode::OK, &notes.of(&owner))
}

async fn show(request: Request<Body>) -> Result<Response<String>, HttpError> {
    let (notes, owner) = caller(&request)?;
    let note = notes.find(&owner, number(&request)?).or_refuse(missing)?;
    json(StatusCode::OK, &note)
}

async fn add(request: Request<Body>) -> Result<Response<String>, HttpError> {
    let (notes, owner) = caller(&request)?;
    let draft: Draft = sent(request).await?;
    let note = notes.add(&owner, draft);
    let place = format!("/notes/{}", note.id).parse();
    let mut response = json(StatusCode::CREATED, &note)?;
    response
        .headers_mut()
        .insert(header::LOCATION, place.map_err(HttpError::internal)?);
    Ok(response)
}

async fn remove(request: Request<Body>) -> Result<Response<String>, HttpError> {
    let (notes, owner) = caller(&request)?;
    notes.remove(&owner, number(&request)?).or_refuse(missing)?;
    let mut response = Response::default();
    *response.status_mut() = StatusCode::NO_CONTENT;
    Ok(response)
}

fn missing() -> HttpError {
    HttpError::not_found().detail("There is no such note.")
}

/// The notes, and whose of them are asked for.
fn caller(request: &Request<Body>) -> Result<(Notes, String), HttpError> {
    let owner = Identity::of(request).map(|identity| identity.name().to_owned());
    let notes = request.extensions().get().cloned();
    let both = notes.zip(owner).ok_or("a layer that should stand outside does not");
    both.map_err(HttpError::internal)
}

/// The number in the path, which the rule has made sure of.
fn number(request: &Request<Body>) -> Result<u64, HttpError> {
    Params::of(request).get("id").and_then(|id| id.parse().ok()).or_refuse(missing)
}

/// What the body says.
async fn sent<T: DeserializeOwned>(request: Request<Body>) -> Result<T, HttpError> {
    let body = Limited::new(request.into_body(), LONGEST).collect().await;
    let body = body.or_refuse(HttpError::content_too_large)?.to_bytes();
    serde_json::from_slice(&body).or_refuse(|| {
        HttpError::unprocessable_content().detail(r#"A note is written {"text": ".."}."#)
    })
}

fn json(status: StatusCode, value: &impl Serialize) -> Result<Response<String>, HttpError> {
    let text = serde_json::to_string(value).map_err(HttpError::internal)?;
    let response = Response::builder()
        .status(status)
        .header(header::CONTENT_TYPE, "application/json");
    response.body(text).map_err(HttpError::internal)
}

fn app(tokens: Tokens) -> Result<App, BoxError> {
    let site = Dispatch::<BoxError>::builder()
        .get("/notes", list)
        .post("/notes", add)
        .get("/notes/<int:id>", show)
        .delete("/notes/<int:id>", remove)
        .build()?;
    let notes = Notes::default();
    let stack = ServiceBuilder::new()
        .layer(AccessLogLayer::new(Lines::stdout()))
        // Outside of the error pages, so that a script reads what went wrong, and of the tokens, which no preflight has.
        .layer(
            CorsLayer::new()
                .allow_origin(Any)
                .allow_methods([Method::GET, Method::POST, Method::DELETE])
                .allow_headers([header::AUTHORIZATION, header::CONTENT_TYPE]),
        )
        .map_request(move |mut request: Request<Body>| {
            request.extensions_mut().insert(notes.clone());
            // Nothing but JSON is spoken here: that holds for errors, too.
            let json = HeaderValue::from_static("application/json");
            request.headers_mut().insert(header::ACCEPT, json);
            request
        })
        .layer(ErrorPagesLayer::new())
        .layer(CompressionLayer::new())
        .layer(BearerLayer::new(move |hash| tokens.get(hash).cloned()))
        .service(site);
    Ok(plywood::app(stack))
}

#[tokio::main]
async fn main() -> Result<(), Fatal> {
    let arguments = plywood_examples::Arguments::read();
    let listener = Listener::bind(&arguments.listen).await?;
    let token = Token::new("notes")?;
    let tokens = Tokens::from([(token.hash(), Identity::new("you"))]);
    let server = Server::new(listener).ready(move |at| {
        println!("Serving on {at} -- try:");
        println!(
            "curl -H 'Authorization: Bearer {}' {at}/notes -d '{{\"text\":\"buy milk\"}}'",
            token.as_str()
        );
    });
    Ok(server.serve(app(tokens)?).await?)
}

#[cfg(test)]
mod tests;
