//! Files through compression with a cache: a file is compressed once, wherever it stands, and none is taken for another.

#![cfg(unix)]
#![expect(clippy::unwrap_used, reason = "a test may")]

use std::{
    convert::Infallible,
    fs::{self, File},
    io::Read,
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, SystemTime},
};

use flate2::read::GzDecoder;
use http_body_util::BodyExt;
use plywood::{App, app, prelude::*};

/// A page, all of it in one letter: each is as long as the others. The long one is read from the disk in pieces.
fn page(letter: &str, lines: usize) -> String {
    format!("<p>{}</p>\n", letter.repeat(20)).repeat(lines)
}

/// Puts a file there at once, as a deployment does whose files all have one date.
fn deploy(root: &Path, name: &str, text: &str) {
    let staged = root.join("staged");
    fs::write(&staged, text).unwrap();
    let long_ago = SystemTime::UNIX_EPOCH + Duration::from_secs(86_400);
    let file = File::options().write(true).open(&staged).unwrap();
    file.set_modified(long_ago).unwrap();
    fs::rename(staged, root.join(name)).unwrap();
}

/// The tag, and the text that was compressed.
async fn get(app: &App, path: &str) -> (HeaderValue, String) {
    let request = Request::get(path).header("accept-encoding", "gzip");
    let request = request.body(Body::empty()).unwrap();
    let Ok(response) = app.clone().oneshot(request).await;
    assert_eq!(response.headers()["content-encoding"], "gzip", "{path}");
    let tag = response.headers()["etag"].clone();
    let coded = response.into_body().collect().await.unwrap().to_bytes();
    let mut text = String::new();
    GzDecoder::new(&*coded).read_to_string(&mut text).unwrap();
    (tag, text)
}

#[tokio::test]
async fn a_file_is_compressed_once_and_its_successor_anew() {
    for lines in [100, 50_000] {
        let root = tempfile::tempdir().unwrap();
        let [a, b] = ["a", "b"].map(|letter| page(letter, lines));
        deploy(root.path(), "page.html", &a);
        fs::hard_link(root.path().join("page.html"), root.path().join("same.html")).unwrap();

        // From then on the disk tells lies, and says that they are the file: only who does not ask it still knows the truth.
        let lies = Arc::new(AtomicBool::new(false));
        // Nor is there a cache in between, which would not see its successor for a second.
        let files = Files::new(root.path()).unwrap().cache(None);
        let lying = Arc::clone(&lies);
        let disk = service_fn(move |request: Request<Body>| {
            let (files, lying) = (files.clone(), Arc::clone(&lying));
            async move {
                let response = files.oneshot(request).await?;
                let is_lie = lying.load(Ordering::Relaxed);
                let lie = |_| Body::from(page("z", lines));
                Ok::<_, Infallible>(if is_lie { response.map(lie) } else { response })
            }
        });
        let layer = CompressionLayer::new().cache(1 << 20);
        let app = app(layer.layer(disk));

        let (tag, text) = get(&app, "/page.html").await;
        assert!(text == a, "{lines}");
        lies.store(true, Ordering::Relaxed);
        for path in ["/page.html", "/same.html"] {
            assert!(get(&app, path).await == (tag.clone(), a.clone()), "{path}");
        }

        lies.store(false, Ordering::Relaxed);
        deploy(root.path(), "page.html", &b);
        let after = get(&app, "/page.html").await;
        assert_eq!(after.0, tag, "neither the length nor the date has changed");
        assert!(after.1 == b, "{lines}");
    }
}
