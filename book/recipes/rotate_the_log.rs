//! Rotate the log.

// ANCHOR: app
use std::{io, path::Path, time::Duration};

use plywood::{
    access_log::{LogFile, Period},
    prelude::*,
};

/// A file a day, and never more than 100 MB; packed; a month of them.
fn log(path: &Path) -> io::Result<Lines> {
    let file = LogFile::at(path)
        .every(Period::Day)
        .max_size(100 << 20)
        .keep_for(Duration::from_secs(30 * 24 * 60 * 60))
        .gzip();
    Lines::options().report(|trouble| eprintln!("{trouble}")).file(file)
}

fn app(lines: Lines) -> App {
    let pages = service_fn(|_: Request<Body>| async {
        Ok::<_, BoxError>(Response::new(Body::from("hello")))
    });
    plywood::app(
        ServiceBuilder::new()
            .layer(AccessLogLayer::new(lines))
            .layer(ErrorPagesLayer::new())
            .service(pages),
    )
}
// ANCHOR_END: app

// ANCHOR: main
#[tokio::main]
async fn main() -> Result<(), BoxError> {
    let listener = Listener::bind("127.0.0.1:8000").await?;
    Ok(Server::new(listener).serve(app(log(Path::new("access.log"))?)).await?)
}
// ANCHOR_END: main

// ANCHOR: test
#[cfg(test)]
mod tests {
    use std::{
        fs::{self, File},
        time::SystemTime,
    };

    use plywood_test::Client;

    use super::*;

    #[tokio::test]
    async fn yesterdays_file_is_put_away_and_packed() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("access.log");
        fs::write(&path, "a line of the day before yesterday\n").unwrap();
        let then = SystemTime::now() - Duration::from_secs(2 * 24 * 60 * 60);
        File::options()
            .write(true)
            .open(&path)
            .unwrap()
            .set_modified(then)
            .unwrap();

        let client = Client::new(app(log(&path).unwrap()));
        client.get("/").await.expect_status(200);
        drop(client);

        let today = fs::read_to_string(&path).unwrap();
        assert_eq!(today.lines().count(), 1);
        let mut names =
            fs::read_dir(folder.path()).unwrap().map(|file| file.unwrap().path());
        assert!(names.any(|name| name.extension().is_some_and(|end| end == "gz")));
    }
}
// ANCHOR_END: test
