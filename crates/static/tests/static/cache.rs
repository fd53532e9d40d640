//! What is kept of files, and what is not.

use std::{
    fs::{self, File},
    sync::atomic::{AtomicBool, Ordering::Relaxed},
    thread,
    time::{Duration, Instant, UNIX_EPOCH},
};

use http::{HeaderValue, Method};
use plywood_static::{Cache, CacheCounts, Files};

use crate::site::{self, Site};

/// A hang is a failure. It is generous, because the machine may be busy.
const PATIENCE: Duration = Duration::from_secs(240);

/// Never looks at the disk again.
fn for_ever(files: Files) -> Files {
    files.cache(Cache::default().fresh_for(Duration::MAX))
}

/// Looks at the disk each time.
fn watchful(files: Files) -> Files {
    files.cache(Cache::default().fresh_for(Duration::ZERO))
}

/// How many hits, misses and files.
fn counts(site: &Site) -> (u64, u64, usize) {
    let counts = site.files().cache_counts();
    (counts.hits, counts.misses, counts.files)
}

#[tokio::test]
async fn what_was_asked_for_is_answered_without_the_disk() {
    let large = vec![b'x'; 1 << 20];
    let site = Site::new()
        .settled("a.txt", b"0123456789")
        .settled("large.bin", &large)
        .settled("empty.txt", b"")
        .with(for_ever);
    let targets = ["/a.txt", "/large.bin", "/empty.txt"];
    let mut first = Vec::new();
    for target in targets {
        first.push(site.get(target).await);
    }
    assert_eq!(counts(&site), (0, 3, 3));
    fs::remove_dir_all(site.root()).unwrap();
    for (target, first) in targets.into_iter().zip(first) {
        let again = site.get(target).await;
        assert_eq!(again.status(), first.status());
        assert_eq!(again.headers(), first.headers());
        let bytes = site::bytes(again.into_body()).await;
        assert_eq!(bytes, site::bytes(first.into_body()).await);
    }
    assert_eq!(counts(&site), (3, 3, 3));
}

#[tokio::test]
async fn conditions_ranges_and_head_are_answered_from_what_is_kept() {
    let site = Site::new().settled("a.txt", b"0123456789").with(for_ever);
    let etag = site.get("/a.txt").await.headers()["etag"].clone();
    let etag = etag.to_str().unwrap();
    for (method, name, value, status, body) in [
        (Method::GET, "if-none-match", etag, 304, ""),
        (Method::GET, "if-match", "\"other\"", 412, ""),
        (Method::GET, "range", "bytes=2-3", 206, "23"),
        (Method::GET, "range", "bytes=20-", 416, ""),
        (Method::HEAD, "accept", "*/*", 200, ""),
        (Method::GET, "accept", "*/*", 200, "0123456789"),
    ] {
        let response = site.ask(method, "/a.txt", &[(name, value)]).await;
        assert_eq!(response.status(), status, "{name}");
        assert_eq!(site::bytes(response.into_body()).await, body, "{name}");
    }
    assert_eq!(counts(&site), (6, 1, 1));
}

#[tokio::test]
async fn what_is_not_there_or_has_not_come_to_rest_is_not_kept() {
    let site = Site::new()
        .young("new.txt", b"new")
        .settled(".env", b"secret")
        .settled("a.txt~", b"backup")
        .settled("docs/a.txt", b"a")
        .with(for_ever);
    for target in [
        "/new.txt",
        "/none.txt",
        "/.env",
        "/a.txt~",
        "/docs",
        "/docs/",
        "/x/../a",
    ] {
        site.get(target).await;
        site.get(target).await;
    }
    let (hits, _, files) = counts(&site);
    assert_eq!((hits, files), (0, 0));
}

#[tokio::test]
async fn a_change_is_seen_as_soon_as_the_disk_is_looked_at() {
    let site = Site::new().settled("a.txt", b"one").with(watchful);
    assert_eq!(site.text("/a.txt").await, (200, "one".to_owned()));
    assert_eq!(site.text("/a.txt").await, (200, "one".to_owned()));
    assert_eq!(counts(&site), (1, 1, 1));

    // In place, with the same length.
    let site = site.file("a.txt", b"two");
    assert_eq!(site.text("/a.txt").await, (200, "two".to_owned()));

    let site = site.settled("b.txt", b"six");
    fs::rename(site.root().join("b.txt"), site.root().join("a.txt")).unwrap();
    assert_eq!(site.text("/a.txt").await, (200, "six".to_owned()));

    fs::remove_file(site.root().join("a.txt")).unwrap();
    assert_eq!(site.text("/a.txt").await.0, 404);
    assert_eq!(counts(&site).2, 0);
}

#[cfg(unix)]
#[tokio::test]
async fn what_takes_the_place_of_a_kept_file_is_judged_as_any_other() {
    use std::os::unix::fs::symlink;

    let site = Site::new()
        .settled("a.txt", b"one")
        .settled("docs/b.txt", b"two")
        .settled("c.txt", b"six")
        .with(watchful);
    for target in ["/a.txt", "/docs/b.txt", "/c.txt"] {
        assert_eq!(site.text(target).await.0, 200);
    }
    let at = |name| site.root().join(name);
    fs::remove_file(at("a.txt")).unwrap();
    symlink("../secret.txt", at("a.txt")).unwrap();
    fs::rename(at("docs"), at("old")).unwrap();
    symlink("old", at("docs")).unwrap();
    fs::remove_file(at("c.txt")).unwrap();
    fs::create_dir(at("c.txt")).unwrap();
    for target in ["/a.txt", "/docs/b.txt", "/c.txt"] {
        assert_eq!(site.text(target).await, (404, String::new()), "{target}");
    }
}

#[tokio::test]
async fn it_takes_no_more_than_it_was_given() {
    let (small, large) = (vec![b'x'; 5000], vec![b'y'; 20_000]);
    let mut site = Site::new();
    for at in 0..150 {
        site = site.settled(&format!("small-{at}"), &small);
        site = site.settled(&format!("large-{at}"), &large);
    }
    let cache = Cache::default().memory(512 * 1024).descriptors(16);
    let site = site
        .settled("hot", b"hot")
        .with(|files| files.cache(cache.fresh_for(Duration::MAX)));
    for at in 0..150 {
        assert_eq!(site.text(&format!("/small-{at}")).await.1.len(), 5000);
        assert_eq!(site.text(&format!("/large-{at}")).await.1.len(), 20_000);
        assert_eq!(site.text("/hot").await, (200, "hot".to_owned()));
        let CacheCounts {
            memory,
            descriptors,
            ..
        } = site.files().cache_counts();
        assert!(memory <= 512 * 1024, "{memory}");
        assert!(descriptors <= 16, "{descriptors}");
    }
    let counts = site.files().cache_counts();
    assert!(counts.files > 50, "{counts:?}");
    assert!(counts.descriptors > 0, "{counts:?}");
    // What is asked for all the time never makes room.
    assert_eq!(counts.misses, 301);
}

#[tokio::test]
async fn without_it_nothing_is_kept() {
    let site = Site::new()
        .settled("a.txt", b"one")
        .with(|files| files.cache(None));
    site.get("/a.txt").await;
    let site = site.settled("a.txt", b"two");
    assert_eq!(site.text("/a.txt").await, (200, "two".to_owned()));
    assert_eq!(site.files().cache_counts(), CacheCounts::default());
}

#[tokio::test]
async fn other_options_begin_anew() {
    let site = Site::new().settled("a.txt", b"one").with(for_ever);
    let before = site.get("/a.txt").await;
    assert_eq!(before.headers()["cache-control"], "no-cache");
    let site = site.with(|files| files.cache_control(HeaderValue::from_static("no-store")));
    let after = site.get("/a.txt").await;
    assert_eq!(after.headers()["cache-control"], "no-store");
    assert_eq!(counts(&site), (0, 1, 1));
}

#[cfg(unix)]
#[tokio::test]
async fn a_large_file_that_is_replaced_while_it_is_sent_goes_on_as_it_was() {
    use http_body_util::BodyExt;

    let (old, new) = (vec![b'o'; 1 << 20], vec![b'n'; 1 << 20]);
    for cache in [for_ever, watchful] {
        let site = Site::new().settled("a.bin", &old).with(cache);
        site.get("/a.bin").await;
        let mut body = site.get("/a.bin").await.into_body();
        body.frame().await.unwrap().unwrap();
        let site = site.settled("b.bin", &new);
        fs::rename(site.root().join("b.bin"), site.root().join("a.bin")).unwrap();
        let rest = site::bytes(body).await;
        assert!(rest.iter().all(|byte| *byte == b'o'));
    }
}

#[tokio::test]
async fn a_large_file_that_is_kept_and_overwritten_is_read_anew() {
    let site = Site::new()
        .settled("a.bin", &vec![b'o'; 1 << 20])
        .with(for_ever);
    assert_eq!(site.text("/a.bin").await.0, 200);
    let new = vec![b'n'; 1 << 20];
    let site = site.file("a.bin", &new);
    assert_eq!(site.text("/a.bin").await.1.as_bytes(), new);
}

/// Ends the readers when the writer has ended, however it has.
struct Over<'a>(&'a AtomicBool);

impl Drop for Over<'_> {
    fn drop(&mut self) {
        self.0.store(true, Relaxed);
    }
}

/// A file is replaced all the time while many ask for it: each tag comes with the bytes that it names.
#[test]
fn under_one_tag_there_are_the_bytes_of_one_state() {
    // Each state is the second of its date.
    let site = Site::new().settled("a.txt", &[5; 9000]).with(watchful);
    let (files, root) = (site.files(), site.root());
    let is_over = AtomicBool::new(false);
    thread::scope(|scope| {
        for _ in 0..3 {
            scope.spawn(|| {
                while !is_over.load(Relaxed) {
                    let request = http::Request::get("/a.txt").body(plywood_core::Body::empty());
                    let runtime = tokio::runtime::Builder::new_current_thread().build();
                    runtime.unwrap().block_on(async {
                        let response = site::call(files.clone(), request.unwrap()).await;
                        let modified = response.headers()["last-modified"].clone();
                        let body = site::bytes(response.into_body()).await;
                        let second = modified.to_str().unwrap()[23..25].parse::<u8>().unwrap();
                        assert!(body.iter().all(|byte| *byte == second), "{modified:?}");
                    });
                }
            });
        }
        let _over = Over(&is_over);
        let begun = Instant::now();
        // So many states, and as many more as it takes until somebody has come twice to a new one.
        for (count, state) in (0..60_u8).cycle().enumerate() {
            if count >= 500 && files.cache_counts().misses > 1 {
                break;
            }
            assert!(begun.elapsed() < PATIENCE, "no change was ever noticed");
            let path = root.join("next");
            fs::write(&path, vec![state; 9000]).unwrap();
            let file = File::options().write(true).open(&path).unwrap();
            let modified = UNIX_EPOCH + Duration::from_secs(u64::from(state));
            file.set_modified(modified).unwrap();
            fs::rename(path, root.join("a.txt")).unwrap();
        }
    });
}

#[tokio::test]
async fn of_packed_files_it_is_kept_which_are_there() {
    let site = Site::new()
        .settled("a.txt", b"plain")
        .settled("a.txt.gz", b"packed")
        .with(|files| for_ever(files.precompressed()));
    let ask = async || {
        let fields = [("accept-encoding", "br, gzip")];
        let response = site.ask(Method::GET, "/a.txt", &fields).await;
        assert_eq!(response.headers()["content-encoding"], "gzip");
        assert_eq!(site::bytes(response.into_body()).await, "packed");
    };
    ask().await;
    // The file, the packed one, and that there is none in the other coding.
    assert_eq!(counts(&site), (0, 3, 3));
    fs::remove_dir_all(site.root()).unwrap();
    ask().await;
    assert_eq!(counts(&site), (3, 3, 3));
}

#[tokio::test]
async fn a_packed_file_that_appears_or_goes_is_seen() {
    let site = Site::new()
        .settled("a.txt", b"plain")
        .with(|files| watchful(files.precompressed()));
    let ask = async |site: &Site| {
        let fields = [("accept-encoding", "br, gzip")];
        let response = site.ask(Method::GET, "/a.txt", &fields).await;
        site::bytes(response.into_body()).await
    };
    assert_eq!(ask(&site).await, "plain");
    let site = site.settled("a.txt.gz", b"packed");
    assert_eq!(ask(&site).await, "packed");
    assert_eq!(ask(&site).await, "packed");
    fs::remove_file(site.root().join("a.txt.gz")).unwrap();
    assert_eq!(ask(&site).await, "plain");
}
