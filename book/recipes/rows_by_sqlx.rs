//! Rows by sqlx.

// ANCHOR: app
use std::time::Duration;

use http_body_util::{BodyExt, LengthLimitError, Limited};
use plywood::{core::html::escape, prelude::*};
use sqlx::{
    Error,
    postgres::{PgPool, PgPoolOptions},
};

/// What an error of the database is to the visitor. Its words are for the log.
fn refusal(error: Error) -> HttpError {
    match &error {
        Error::RowNotFound => HttpError::not_found().because(error),
        Error::Database(why) if why.is_unique_violation() => HttpError::conflict()
            .detail("Somebody has this name already.")
            .because(error),
        // It is down, or all connections stay busy: nobody should wait longer.
        Error::PoolTimedOut => {
            HttpError::service_unavailable(Duration::from_secs(1)).because(error)
        }
        _ => HttpError::internal(error),
    }
}

async fn join(
    request: Request<Body>,
    members: PgPool,
) -> Result<Response<Body>, BoxError> {
    let name = match Limited::new(request.into_body(), 200).collect().await {
        Ok(name) => name.to_bytes().into(),
        Err(error) if error.is::<LengthLimitError>() => {
            return Err(HttpError::content_too_large().into());
        }
        Err(error) => return Err(error),
    };
    let name = String::from_utf8(name).or_refuse(HttpError::bad_request)?;
    // A value is bound, and never written into the statement.
    let insert = "INSERT INTO member (name) VALUES ($1) RETURNING id";
    let (id,): (i64,) = sqlx::query_as(insert)
        .bind(name)
        .fetch_one(&members)
        .await
        .map_err(refusal)?;
    Ok(Response::builder()
        .status(StatusCode::CREATED)
        .header(header::LOCATION, format!("/members/{id}"))
        .body(Body::empty())?)
}

async fn visit(
    request: Request<Body>,
    members: PgPool,
) -> Result<Response<Body>, BoxError> {
    let id: i64 = Params::of(&request).parse("id").or_refuse(HttpError::not_found)?;
    // If the visitor leaves, or anything fails, neither of the two has happened.
    let mut both = members.begin().await.map_err(refusal)?;
    let count = "UPDATE member SET visits = visits + 1 WHERE id = $1
        RETURNING name, visits";
    let (name, visits): (String, i64) = sqlx::query_as(count)
        .bind(id)
        .fetch_one(&mut *both)
        .await
        .map_err(refusal)?;
    sqlx::query("INSERT INTO visit (member) VALUES ($1)")
        .bind(id)
        .execute(&mut *both)
        .await
        .map_err(refusal)?;
    both.commit().await.map_err(refusal)?;
    let page = format!("<!doctype html><p>{}, visit {visits}", escape(&name));
    Ok(Response::builder()
        .header("content-type", "text/html; charset=utf-8")
        .body(page.into())?)
}

fn app(members: PgPool) -> Result<App, BoxError> {
    let pool = members.clone();
    let site = Dispatch::<BoxError>::builder()
        .post("/members", move |request| join(request, pool.clone()))
        .get("/members/<int:id>", move |request| {
            visit(request, members.clone())
        })
        .build()?;
    Ok(plywood::app(
        ServiceBuilder::new().layer(ErrorPagesLayer::new()).service(site),
    ))
}
// ANCHOR_END: app

// ANCHOR: main
const SCHEMA: [&str; 2] = [
    "CREATE TABLE IF NOT EXISTS member (
        id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        name TEXT NOT NULL UNIQUE,
        visits BIGINT NOT NULL DEFAULT 0
    )",
    "CREATE TABLE IF NOT EXISTS visit (
        member BIGINT NOT NULL REFERENCES member,
        at TIMESTAMPTZ NOT NULL DEFAULT now()
    )",
];

/// Connections are made when they are wanted; nobody waits longer for one than this.
fn pool(url: &str, patience: Duration) -> Result<PgPool, Error> {
    let options = PgPoolOptions::new().max_connections(8).acquire_timeout(patience);
    options.connect_lazy(url)
}

#[tokio::main]
async fn main() -> Result<(), BoxError> {
    // postgres://user@host/database
    let members = pool(&std::env::var("DATABASE_URL")?, Duration::from_secs(3))?;
    for table in SCHEMA {
        sqlx::query(table).execute(&members).await?;
    }
    let app = app(members.clone())?;
    let address = std::env::var("LISTEN").unwrap_or("127.0.0.1:8000".to_owned());
    let listener = Listener::bind(&address).await?;
    let server = Server::new(listener).ready(|at| println!("Serving on {at}"));
    server.serve(app).await?;
    // Nobody is served any more.
    members.close().await;
    Ok(())
}
// ANCHOR_END: main

// ANCHOR: test
#[cfg(test)]
mod tests {
    use plywood_test::Client;

    use super::*;

    #[test]
    fn an_error_of_the_database_says_what_it_is_to_a_visitor() {
        for (error, status) in [
            (Error::RowNotFound, 404),
            (Error::PoolTimedOut, 503),
            (Error::PoolClosed, 500),
        ] {
            assert_eq!(refusal(error).status(), status);
        }
    }

    #[tokio::test]
    async fn a_database_that_is_down_is_told_and_its_password_is_not() {
        // Nobody listens on this port.
        let url = "postgres://ada:s3cret@127.0.0.1:1/shop";
        let members = pool(url, Duration::from_millis(50)).unwrap();
        let client = Client::new(app(members).unwrap());
        let reply = client.get("/members/1").await.expect_status(503);
        reply.expect_header("retry-after", "1").expect_text_lacks("s3cret");
    }

    #[tokio::test]
    async fn what_is_no_name_does_not_reach_the_database() {
        let url = "postgres://ada@127.0.0.1:1/shop";
        let members = pool(url, Duration::from_millis(50)).unwrap();
        let client = Client::new(app(members).unwrap());
        let join = || client.post("/members");
        join().body("x".repeat(201)).await.expect_status(413);
        join().body(b"\xff".as_slice()).await.expect_status(400);
        client.get("/members/one").await.expect_status(404);
    }
}
// ANCHOR_END: test
