//! Look over the order of layers.

// ANCHOR: app
use plywood::{core::sheet::Onion, doctor, prelude::*};

async fn hello(_: Request<Body>) -> Result<Response<Body>, BoxError> {
    let response = Response::builder().header("content-type", "text/plain");
    Ok(response.body("hello\n".into())?)
}

fn app() -> (App, Onion) {
    let log = AccessLogLayer::new(Lines::stdout());
    let pages = ErrorPagesLayer::new();
    let compression = CompressionLayer::new();
    let sessions = SessionLayer::new(MemoryStore::new());
    let login = FormLoginLayer::new(|name: &str, password: &str| {
        (password == "plywood").then(|| Identity::new(name))
    });

    let onion = doctor(&[&log, &pages, &compression, &sessions, &login]);
    let stack = ServiceBuilder::new()
        .layer(log)
        .layer(pages)
        .layer(compression)
        .layer(sessions)
        .layer(login)
        .service_fn(hello);
    (plywood::app(stack), onion)
}
// ANCHOR_END: app

// ANCHOR: main
#[tokio::main]
async fn main() -> Result<(), BoxError> {
    let (app, onion) = app();
    print!("{onion}");
    let listener = Listener::bind("127.0.0.1:8000").await?;
    Ok(Server::new(listener).serve(app).await?)
}
// ANCHOR_END: main

// ANCHOR: layer
#[cfg(test)]
mod signing {
    use plywood::core::sheet::{Act, Described, Sheet};

    /// Signs each answer.
    pub(super) struct SigningLayer;

    impl Described for SigningLayer {
        fn sheet(&self) -> Sheet {
            Sheet::of::<Self>().acts(Act::HashesBytes)
        }
    }
}
// ANCHOR_END: layer

// ANCHOR: test
#[cfg(test)]
mod tests {
    use plywood::doctor::tower_http as theirs;

    use super::{signing::SigningLayer, *};

    #[test]
    fn the_order_is_sound() {
        let (_, onion) = app();
        assert!(onion.advice().is_empty(), "{onion}");
    }

    #[test]
    fn an_order_that_cannot_work_is_told() {
        let login = FormLoginLayer::new(|_: &str, _: &str| None);
        let onion = doctor(&[
            &CompressionLayer::new(),
            &SigningLayer,
            &login,
            &theirs::cors(),
        ]);
        assert_eq!(onion.to_string(), "\
CompressionLayer      hears NoCompress; changes the bytes
| SigningLayer        hashes the bytes
| | FormLoginLayer    needs Session; reads Mount, Identity, Client; leaves Identity; tells Identity, Failure; compares the path; may refuse
| | | CorsLayer       marks every answer
! CompressionLayer changes the bytes that SigningLayer has hashed: put SigningLayer outside of CompressionLayer.
! FormLoginLayer needs Session, and nothing outside of it leaves one: add plywood_session::SessionLayer outside of it.
! What FormLoginLayer refuses lacks the marks of CorsLayer: put CorsLayer outside of FormLoginLayer.
");
    }
}
// ANCHOR_END: test
