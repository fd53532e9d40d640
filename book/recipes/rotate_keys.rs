//! Rotate keys.

// ANCHOR: app
use std::{fs, path::Path};

use plywood::{prelude::*, session::Keys};

/// The keys in a folder, the newest first: `session-2026-11.key` before `session-2026-05.key`.
fn keys(folder: &Path) -> Result<Keys, BoxError> {
    let mut files: Vec<_> = fs::read_dir(folder)?
        .map(|entry| Ok(entry?.path()))
        .collect::<Result<_, std::io::Error>>()?;
    files.retain(|file| file.extension().is_some_and(|extension| extension == "key"));
    files.sort();
    let newest = files
        .pop()
        .ok_or("there is no key: head -c 32 /dev/urandom > session-2026-11.key")?;
    let first = Keys::new(&fs::read(newest)?)?;
    let mut older = files.iter().rev();
    older.try_fold(first, |keys, file| Ok(keys.older(&fs::read(file)?)?))
}

async fn count(request: Request<Body>) -> Result<Response<Body>, BoxError> {
    let session = Session::of(&request)?;
    let visits = session
        .update("visits", |visits: Option<u32>| visits.unwrap_or(0) + 1)
        .await?;
    Ok(Response::builder()
        .header("content-type", "text/plain; charset=utf-8")
        .body(format!("visit {visits}\n").into())?)
}

fn app(keys: Keys) -> App {
    plywood::app(
        ServiceBuilder::new()
            .layer(ErrorPagesLayer::new())
            .layer(SessionLayer::sealed(keys))
            .service(service_fn(count)),
    )
}
// ANCHOR_END: app

// ANCHOR: main
#[tokio::main]
async fn main() -> Result<(), BoxError> {
    let listener = Listener::bind("127.0.0.1:8000").await?;
    let server = Server::new(listener).ready(|at| println!("Serving on {at}"));
    Ok(server.serve(app(keys(Path::new("keys"))?)).await?)
}
// ANCHOR_END: main

// ANCHOR: test
#[cfg(test)]
mod tests {
    use plywood_test::Client;

    use super::*;

    fn client(folder: &Path) -> Client {
        Client::new(app(keys(folder).unwrap()))
    }

    fn cookie(client: &Client) -> String {
        client.cookies().first().expect("it is kept in a cookie").to_string()
    }

    #[tokio::test]
    async fn a_new_key_signs_nobody_out_and_the_old_one_can_go_later() {
        let folder = tempfile::tempdir().unwrap();
        let (old, new) = (
            folder.path().join("session-2026-05.key"),
            folder.path().join("session-2026-11.key"),
        );
        fs::write(&old, b"e1f0a9d35c847b2610fd42c96b8e3a57").unwrap();
        let may = client(folder.path());
        may.get("/").await.expect_text("visit 1\n");

        // Both keys: the old one opens, and what is set from now on is sealed by the new one.
        fs::write(&new, b"7bc38b1d09e2c4f65a13de9b4a70612f").unwrap();
        let november = client(folder.path());
        let kept = november.get("/").header("cookie", cookie(&may)).await;
        kept.expect_text("visit 2\n");

        // The old key goes, and only who has not come back since is forgotten.
        fs::remove_file(&old).unwrap();
        let later = || client(folder.path());
        let visitor = later().get("/").header("cookie", cookie(&november)).await;
        visitor.expect_text("visit 3\n");
        let absentee = later().get("/").header("cookie", cookie(&may)).await;
        absentee.expect_text("visit 1\n");
    }
}
// ANCHOR_END: test
