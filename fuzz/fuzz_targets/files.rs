#![no_main]

use std::{fs, sync::OnceLock, time::SystemTime};

use http::{HeaderMap, HeaderName, HeaderValue, Method, Request};
use http_body_util::BodyExt;
use libfuzzer_sys::fuzz_target;
use plywood_core::Body;
use plywood_static::Files;
use tempfile::TempDir;
use tokio::runtime::{Builder, Runtime};
use tower::ServiceExt;

const CANARY: &[u8] = b"canary-8d51e2";

struct Site {
    _base: TempDir,
    files: Files,
    content: Vec<u8>,
    runtime: Runtime,
}

/// A root with a file, something to hide in it, and the same beside it.
fn site() -> Site {
    let base = tempfile::tempdir().expect("there is a temporary directory");
    let root = base.path().join("root");
    fs::create_dir_all(root.join("sub/.git")).expect("it is ours");
    let content: Vec<u8> = (0..1000_u32).map(|at| (at % 251) as u8).collect();
    for (name, bytes) in [
        ("secret.txt", CANARY),
        ("root/.env", CANARY),
        ("root/sub/.git/config", CANARY),
        ("root/a.txt", &content),
        ("root/sub/index.html", &content),
        ("root/empty", &[]),
    ] {
        let path = base.path().join(name);
        fs::write(&path, bytes).expect("it is ours");
        let file = fs::File::options()
            .write(true)
            .open(path)
            .expect("it is there");
        let modified = SystemTime::UNIX_EPOCH + std::time::Duration::from_secs(1_704_164_645);
        file.set_modified(modified).expect("it is ours");
    }
    #[cfg(unix)]
    for (name, target) in [
        ("up", ".."),
        ("out.txt", "../secret.txt"),
        ("in.txt", "a.txt"),
    ] {
        std::os::unix::fs::symlink(target, root.join(name)).expect("it is ours");
    }
    Site {
        files: Files::new(&root).expect("it is a directory"),
        _base: base,
        content,
        runtime: Builder::new_current_thread()
            .build()
            .expect("it can be made"),
    }
}

/// A request as text: the target, or `HEAD` and the target, then a field on each line.
fn request(raw: &[u8]) -> Option<Request<Body>> {
    let mut lines = raw.split(|byte| *byte == b'\n');
    let first = lines.next()?;
    let (method, target) = match first.strip_prefix(b"HEAD ") {
        Some(target) => (Method::HEAD, target),
        None => (Method::GET, first),
    };
    let mut request = Request::builder().method(method).uri(target);
    for line in lines.take(16) {
        let at = line.iter().position(|byte| *byte == b':')?;
        let name = HeaderName::from_bytes(&line[..at]).ok()?;
        request = request.header(
            name,
            HeaderValue::from_bytes(line[at + 1..].trim_ascii()).ok()?,
        );
    }
    request.body(Body::empty()).ok()
}

fuzz_target!(|raw: &[u8]| {
    static SITE: OnceLock<Site> = OnceLock::new();
    let site = SITE.get_or_init(self::site);
    let Some(request) = request(raw) else { return };
    let is_head = request.method() == Method::HEAD;
    let (parts, body) = site.runtime.block_on(async {
        let Ok(response) = site.files.clone().oneshot(request).await;
        let (parts, body) = response.into_parts();
        let body = body.collect().await.expect("no file changes");
        (parts, body.to_bytes())
    });
    assert!(!body.windows(CANARY.len()).any(|window| window == CANARY));
    let field = |name| text(&parts.headers, name);
    let length = field("content-length").and_then(|length| length.parse::<usize>().ok());
    match parts.status.as_u16() {
        304 | 308 | 400 | 404 | 412 | 416 => assert!(body.is_empty()),
        200 | 206 if is_head => assert!(body.is_empty()),
        200 => {
            assert!(body == site.content || body.is_empty());
            assert_eq!(length, Some(body.len()));
        }
        206 => {
            assert_eq!(length, Some(body.len()));
            assert!(body.len() <= site.content.len());
            match field("content-range") {
                Some(range) => assert_eq!(body, site.content[slice(range)]),
                None => assert!(parts_are_slices(&body, &site.content)),
            }
        }
        status => panic!("{status}"),
    }
    if let Some(location) = field("location") {
        let path = location.split('?').next().expect("there is a first piece");
        assert!(path.starts_with('/') && !path.starts_with("//") && !path.contains('\\'));
    }
});

fn text<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let value = headers.get(name)?;
    Some(value.to_str().expect("what we write is text"))
}

/// What `bytes 0-4/1000` names.
fn slice(range: &str) -> std::ops::Range<usize> {
    let range = range.strip_prefix("bytes ").expect("the unit is bytes");
    let (range, length) = range.split_once('/').expect("the length follows");
    assert_eq!(length, "1000");
    let (first, last) = range.split_once('-').expect("it has two ends");
    first.parse().expect("a number")..last.parse::<usize>().expect("a number") + 1
}

/// Whether each part is the slice that its head names. The content has no text like a part's head.
fn parts_are_slices(body: &[u8], content: &[u8]) -> bool {
    const MARK: &[u8] = b"Content-Range: ";
    let heads = body.windows(MARK.len()).enumerate();
    let heads = heads
        .filter(|(_, window)| *window == MARK)
        .map(|(at, _)| at);
    let slices: Vec<_> = heads
        .map(|at| {
            let head = &body[at + MARK.len()..];
            let end = head.iter().position(|byte| *byte == b'\r');
            let (range, rest) = head.split_at(end.expect("the line ends"));
            let slice = slice(std::str::from_utf8(range).expect("it is text"));
            rest[4..].starts_with(&content[slice])
        })
        .collect();
    slices.len() > 1 && slices.iter().all(|is_slice| *is_slice)
}
