//! Keep your old users.

// ANCHOR: app
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use plywood::{
    auth::password::{Passwords, Stored},
    prelude::*,
};

/// The table of users as the old site has left it, with its hashes. In your program it is a database.
#[derive(Clone, Default)]
struct Users(Arc<Mutex<HashMap<String, String>>>);

impl Users {
    fn hash_of(&self, name: &str) -> Option<String> {
        let users = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        users.get(name).cloned()
    }

    /// With SQL: `update users set password = $2 where name = $1 and password = $3`.
    fn replace(&self, name: String, hash: String) {
        let mut users = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        users.insert(name, hash);
    }
}

async fn hello(request: Request<Body>) -> Result<Response<Body>, BoxError> {
    let who = Identity::of(&request).ok_or("only who is known comes here")?;
    Ok(Response::new(
        format!("hello again, {}\n", who.name()).into(),
    ))
}

fn app(users: &Users) -> App {
    let (reader, writer) = (users.clone(), users.clone());
    let accounts = Passwords::new(move |name| {
        let hash = reader.hash_of(&name);
        async move { Ok(hash.map(|hash| Stored::new(Identity::new(name), hash))) }
    })
    .rehash(move |name, hash| {
        writer.replace(name, hash);
        async { Ok(()) }
    });
    plywood::app(
        ServiceBuilder::new()
            .layer(ErrorPagesLayer::new())
            .layer(BasicAuthLayer::of(accounts))
            .service(service_fn(hello)),
    )
}
// ANCHOR_END: app

// ANCHOR: main
#[tokio::main]
async fn main() -> Result<(), BoxError> {
    let listener = Listener::bind("127.0.0.1:8000").await?;
    let server = Server::new(listener).ready(|at| println!("Serving on {at}"));
    Ok(server.serve(app(&Users::default())).await?)
}
// ANCHOR_END: main

// ANCHOR: test
#[cfg(test)]
mod tests {
    use plywood_test::Client;

    use super::*;

    #[tokio::test]
    async fn who_signs_in_with_an_old_hash_gets_a_new_one() {
        // The password is `correct horse`.
        let users = Users::default();
        for (name, hash) in [
            (
                "flask",
                "pbkdf2:sha256:1000$salt$6e8453a042a842bdb62de0d3c870ec1241e90ec0ce4f2589ab5e87927122c1e5",
            ),
            (
                "django",
                "pbkdf2_sha256$1000$salt$boRToEKoQr22LeDTyHDsEkHpDsDOTyWJq16HknEiweU=",
            ),
        ] {
            users.replace(name.to_owned(), hash.to_owned());
        }
        let client = Client::new(app(&users));
        for (name, right, wrong) in [
            ("flask", "Zmxhc2s6Y29ycmVjdCBob3JzZQ==", "Zmxhc2s6eA=="),
            ("django", "ZGphbmdvOmNvcnJlY3QgaG9yc2U=", "ZGphbmdvOng="),
        ] {
            let old = users.hash_of(name).unwrap();
            let get = |sent: &str| {
                client.get("/").header("authorization", format!("Basic {sent}"))
            };
            get(wrong).await.expect_status(401);
            assert_eq!(users.hash_of(name).unwrap(), old);
            get(right).await.expect_text_contains(name);
            let new = users.hash_of(name).unwrap();
            assert!(new.starts_with("$argon2id$"), "{new}");
            get(right).await.expect_text_contains(name);
            assert_eq!(users.hash_of(name).unwrap(), new);
        }
    }
}
// ANCHOR_END: test
