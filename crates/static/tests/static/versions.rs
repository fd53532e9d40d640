//! A file that changes all the time: whatever is answered under a strong tag is one state of it, and always the same one.

use std::{
    collections::HashMap,
    fs::{self, File},
    io::{Seek, Write},
    path::Path,
    sync::atomic::{AtomicBool, AtomicUsize, Ordering::Relaxed},
    thread,
    time::{Duration, UNIX_EPOCH},
};

use http::Request;
use http_body_util::BodyExt;
use plywood_core::Body;
use plywood_static::{Cache, Files};
use tokio::runtime::Builder;

use crate::site::{self, Site};

/// One that is kept with its bytes, one that is kept open, and how they are asked for.
const FILES: [(&str, usize, &str); 4] = [
    ("small.bin", 5_000, ""),
    ("small.bin", 5_000, "bytes=10-2000"),
    ("large.bin", 400_000, ""),
    ("large.bin", 400_000, "bytes=10-300000"),
];

/// How many states the files go through, at least, and how many answers are read.
const VERSIONS: usize = 100;
const ANSWERS: usize = 1_000;

/// The state of this number: it is all one byte, and has a date of its own, long ago.
fn dated(file: &File, version: usize) {
    let seconds = 1_000_000_000 + version as u64;
    let modified = UNIX_EPOCH + Duration::from_secs(seconds);
    file.set_modified(modified).unwrap();
}

fn content(version: usize, length: usize) -> Vec<u8> {
    let byte = u8::try_from(version % 251).expect("it is below 256");
    vec![byte; length]
}

/// As deployments should.
fn by_rename(path: &Path, version: usize, length: usize) {
    let next = path.with_extension("next");
    let mut file = File::create(&next).unwrap();
    file.write_all(&content(version, length)).unwrap();
    dated(&file, version);
    fs::rename(next, path).unwrap();
}

/// As they should not: in pieces, and only then dated.
fn in_place(path: &Path, version: usize, length: usize) {
    let mut file = File::options().write(true).open(path).unwrap();
    file.rewind().unwrap();
    for piece in content(version, length).chunks(length / 4) {
        file.write_all(piece).unwrap();
        thread::yield_now();
    }
    dated(&file, version);
}

/// Says that it is over when it is dropped, also by a test that fails: the writer would go on for ever.
struct Over<'a>(&'a AtomicBool);

impl Drop for Over<'_> {
    fn drop(&mut self) {
        self.0.store(true, Relaxed);
    }
}

/// Serves the files while `write` changes them.
fn changed_by(write: fn(&Path, usize, usize), cache: Option<Cache>) {
    let mut site = Site::new();
    for (name, length, _) in FILES {
        site = site.file(name, &content(0, length));
        dated(
            &File::options()
                .write(true)
                .open(site.root().join(name))
                .unwrap(),
            0,
        );
    }
    let files = Files::new(site.root()).unwrap().cache(cache);
    let (over, versions) = (AtomicBool::new(false), AtomicUsize::new(0));
    thread::scope(|scope| {
        scope.spawn(|| {
            for version in 1.. {
                for (name, length, _) in [FILES[0], FILES[2]] {
                    write(&site.root().join(name), version, length);
                }
                versions.store(version, Relaxed);
                if over.load(Relaxed) && version >= VERSIONS {
                    break;
                }
                thread::sleep(Duration::from_micros(200));
            }
        });
        let _over = Over(&over);
        let mut states: HashMap<String, u8> = HashMap::new();
        let (mut answers, mut whole) = (0, 0);
        while answers < ANSWERS || versions.load(Relaxed) < VERSIONS {
            for (name, _, range) in FILES {
                answers += 1;
                let Some((tag, body)) = ask(&files, name, range) else {
                    continue;
                };
                whole += 1;
                if tag.starts_with("W/") {
                    continue;
                }
                let byte = body[0];
                let is_one = body == vec![byte; body.len()];
                assert!(is_one, "{name} {range}: two states under {tag}");
                let state = states.entry(format!("{name} {tag}")).or_insert(byte);
                assert_eq!(*state, byte, "{name} {range}: two states share {tag}");
            }
        }
        assert!(states.len() > 1 && whole > 10, "{} {whole}", states.len());
    });
}

/// The tag and the bytes, if the body came to its end.
fn ask(files: &Files, name: &str, range: &str) -> Option<(String, Vec<u8>)> {
    let runtime = Builder::new_current_thread().build().unwrap();
    let request = Request::get(format!("/{name}")).header("range", range);
    let request = request.body(Body::empty()).unwrap();
    let response = runtime.block_on(site::call(files.clone(), request));
    assert!(response.status().is_success(), "{}", response.status());
    let tag = response.headers()["etag"].to_str().unwrap().to_owned();
    let body = runtime.block_on(response.into_body().collect()).ok()?;
    Some((tag, body.to_bytes().to_vec()))
}

/// Nothing is kept, what is kept is compared at once, and what is kept is believed for a moment.
fn caches() -> [Option<Cache>; 3] {
    let fresh_for =
        |milliseconds| Some(Cache::default().fresh_for(Duration::from_millis(milliseconds)));
    [fresh_for(0), fresh_for(5), None]
}

#[test]
fn a_file_that_is_replaced_by_renames_is_one_state_under_each_tag() {
    for cache in caches() {
        changed_by(by_rename, cache);
    }
}

#[test]
fn a_file_that_is_written_in_place_is_one_state_under_each_strong_tag() {
    for cache in caches() {
        changed_by(in_place, cache);
    }
}
