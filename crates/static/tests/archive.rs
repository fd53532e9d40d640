//! A zip archive as a folder, through the public API, behind a lint.

#![allow(clippy::unwrap_used, reason = "all of this is a test")]

#[path = "static/site.rs"]
#[allow(dead_code, reason = "another test uses the rest")]
mod site;

use std::{
    fs,
    io::{Read, Write},
    sync::LazyLock,
    time::Duration,
};

use base64::{Engine, prelude::BASE64_STANDARD};
use bytes::Bytes;
use flate2::{Compression, Crc, read::GzDecoder, write::DeflateEncoder};
use http::{Request, Response};
use http_body_util::BodyExt;
use plywood_core::Body;
use plywood_static::{Cache, Files};
use proptest::prelude::*;
use tempfile::NamedTempFile;

/// A member as the directory and its bytes have it.
struct Member {
    name: &'static str,
    method: u16,
    flags: u16,
    attributes: u32,
    crc: u32,
    length: u32,
    data: Vec<u8>,
    extra: Vec<u8>,
}

fn stored(name: &'static str, content: &[u8]) -> Member {
    let mut crc = Crc::new();
    crc.update(content);
    Member {
        name,
        method: 0,
        flags: 0,
        attributes: 0,
        crc: crc.sum(),
        length: u32::try_from(content.len()).unwrap(),
        data: content.to_vec(),
        // 2024-01-02T03:04:05Z
        extra: [&b"UT\x05\0\x01"[..], &1_704_164_645_u32.to_le_bytes()].concat(),
    }
}

fn deflated(name: &'static str, content: &[u8]) -> Member {
    let mut encoder = DeflateEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(content).unwrap();
    Member {
        method: 8,
        data: encoder.finish().unwrap(),
        ..stored(name, content)
    }
}

/// The archive's bytes, and those of its directory among them.
fn archive(members: &[Member]) -> Vec<u8> {
    let (mut bytes, mut directory) = (Vec::new(), Vec::new());
    for member in members {
        let start = u32::try_from(bytes.len()).unwrap();
        let packed = u32::try_from(member.data.len()).unwrap();
        let name = u16::try_from(member.name.len()).unwrap();
        let extra = u16::try_from(member.extra.len()).unwrap();
        let common = [
            &20_u16.to_le_bytes()[..],
            &member.flags.to_le_bytes(),
            &member.method.to_le_bytes(),
            &[0; 4],
            &member.crc.to_le_bytes(),
            &packed.to_le_bytes(),
            &member.length.to_le_bytes(),
            &name.to_le_bytes(),
            &extra.to_le_bytes(),
        ]
        .concat();
        bytes.extend([b"PK\x03\x04", &common[..], member.name.as_bytes()].concat());
        bytes.extend([&member.extra[..], &member.data].concat());
        let attributes = member.attributes.to_le_bytes();
        let start = start.to_le_bytes();
        directory.extend([b"PK\x01\x02\x14\x03", &common[..], &[0; 6]].concat());
        directory.extend([&attributes[..], &start, member.name.as_bytes()].concat());
        directory.extend(&member.extra);
    }
    let count = u16::try_from(members.len()).unwrap().to_le_bytes();
    let length = u32::try_from(directory.len()).unwrap().to_le_bytes();
    let start = u32::try_from(bytes.len()).unwrap().to_le_bytes();
    bytes.extend(directory);
    bytes.extend([b"PK\x05\x06\0\0\0\0", &count[..], &count, &length, &start].concat());
    bytes.extend(*b"\x02\0--");
    bytes
}

fn file_of(bytes: &[u8]) -> NamedTempFile {
    let mut file = NamedTempFile::new().unwrap();
    file.write_all(bytes).unwrap();
    file
}

fn files(members: &[Member]) -> (NamedTempFile, Files) {
    let file = file_of(&archive(members));
    let files = Files::zip(file.path()).unwrap();
    (file, files)
}

async fn ask(files: &Files, target: &str, fields: &[(&str, &str)]) -> Response<Body> {
    let mut request = Request::get(target);
    for (name, value) in fields {
        request = request.header(*name, *value);
    }
    site::call(files.clone(), request.body(Body::empty()).unwrap()).await
}

/// Text of this length that packs well, but not to nothing.
fn text(length: usize) -> Vec<u8> {
    let words = (0..)
        .flat_map(|number: u32| format!("{} ", number.wrapping_mul(2_654_435_761)).into_bytes());
    words.take(length).collect()
}

#[tokio::test]
async fn members_are_files_with_tags_dates_and_ranges() {
    let large = text(300_000);
    let (_file, files) = files(&[
        stored("index.html", b"ok-index\n"),
        stored("docs/large.bin", &large),
        deflated("docs/small.css", b"body {}"),
        deflated("empty.txt", b""),
    ]);
    let response = ask(&files, "/", &[]).await;
    for (name, value) in [
        ("content-type", "text/html; charset=utf-8"),
        ("content-length", "9"),
        ("last-modified", "Tue, 02 Jan 2024 03:04:05 GMT"),
        ("accept-ranges", "bytes"),
        ("vary", "accept-encoding"),
    ] {
        assert_eq!(response.headers()[name], value, "{name}");
    }
    let etag = response.headers()["etag"].to_str().unwrap().to_owned();
    assert!(etag.starts_with('"'));
    assert_eq!(site::bytes(response.into_body()).await, "ok-index\n");
    let same = ask(&files, "/", &[("if-none-match", &etag)]).await;
    assert_eq!(same.status(), 304);

    let whole = ask(&files, "/docs/large.bin", &[]).await;
    assert_eq!(site::bytes(whole.into_body()).await, large);
    let part = ask(&files, "/docs/large.bin", &[("range", "bytes=100-199999")]).await;
    assert_eq!(part.headers()["content-range"], "bytes 100-199999/300000");
    assert_eq!(site::bytes(part.into_body()).await, &large[100..200_000]);

    let small = ask(&files, "/docs/small.css", &[("range", "bytes=0-3")]).await;
    assert_eq!(small.status(), 206);
    assert_eq!(site::bytes(small.into_body()).await, "body");
    let empty = ask(&files, "/empty.txt", &[]).await;
    assert_eq!(site::bytes(empty.into_body()).await, "");
    for (target, status) in [
        ("/docs", 404),
        ("/docs/", 404),
        ("/none", 404),
        ("/doc", 404),
    ] {
        assert_eq!(ask(&files, target, &[]).await.status(), status, "{target}");
    }
}

#[tokio::test]
async fn a_deflated_member_goes_out_as_gzip_or_is_inflated_on_its_way() {
    let content = text(500_000);
    let (_file, files) = files(&[deflated("a.txt", &content), stored("b.txt", b"plain")]);
    let gzip = ("accept-encoding", "gzip");
    let packed = ask(&files, "/a.txt", &[gzip]).await;
    assert_eq!(packed.headers()["content-encoding"], "gzip");
    assert_eq!(
        packed.headers()["content-type"],
        "text/plain; charset=utf-8"
    );
    let etag = packed.headers()["etag"].to_str().unwrap().to_owned();
    let packed = site::bytes(packed.into_body()).await;
    let mut unpacked = Vec::new();
    GzDecoder::new(&packed[..])
        .read_to_end(&mut unpacked)
        .unwrap();
    assert_eq!(unpacked, content);

    // A range is one of the packed bytes: of the head, of the middle, of the tail.
    let last = packed.len() - 1;
    for (from, to) in [(0, 4), (5, 20), (100, last - 4), (last - 2, last)] {
        let range = format!("bytes={from}-{to}");
        let fields = [gzip, ("range", &range), ("if-range", &etag)];
        let part = ask(&files, "/a.txt", &fields).await;
        assert_eq!(part.status(), 206, "{range}");
        assert_eq!(
            site::bytes(part.into_body()).await,
            &packed[from..=to],
            "{range}"
        );
    }
    let fields = [gzip, ("range", "bytes=0-1,9-12")];
    let parts = ask(&files, "/a.txt", &fields).await;
    assert_eq!(parts.status(), 206);
    let parts = site::bytes(parts.into_body()).await;
    let middle = &packed[9..13];
    assert!(parts.windows(4).any(|bytes| bytes == middle));

    let plain = ask(&files, "/a.txt", &[("range", "bytes=0-9")]).await;
    assert_eq!(plain.status(), 200);
    assert_eq!(plain.headers()["accept-ranges"], "none");
    assert_eq!(plain.headers()["content-length"], "500000");
    assert_ne!(plain.headers()["etag"], etag);
    assert_eq!(site::bytes(plain.into_body()).await, content);

    let stored = ask(&files, "/b.txt", &[gzip]).await;
    assert!(!stored.headers().contains_key("content-encoding"));
}

#[tokio::test]
async fn only_what_the_rules_for_names_let_through_is_there() {
    let link = Member {
        attributes: 0o120_777 << 16,
        ..stored("link.txt", b"a.txt")
    };
    let encrypted = Member {
        flags: 1,
        ..stored("locked.txt", b"x")
    };
    let foreign = Member {
        method: 93,
        ..stored("zstd.txt", b"x")
    };
    let (_file, files) = files(&[
        stored("a.txt", b"first"),
        stored("../up.txt", b"x"),
        stored("/root.txt", b"x"),
        stored("x/../../up.txt", b"x"),
        stored("x//y.txt", b"x"),
        stored("x\\y.txt", b"x"),
        stored(".env", b"x"),
        stored(".git/config", b"x"),
        stored("old.txt~", b"x"),
        stored("dir/", b""),
        stored("nul\0.txt", b"x"),
        link,
        encrypted,
        foreign,
        stored("a.txt", b"second"),
        stored("sub/b & c.txt", b"x"),
    ]);
    let files = files.listing();
    let fields = [("accept", "application/json")];
    let listed = async |target: &str| -> Vec<String> {
        let response = ask(&files, target, &fields).await;
        assert_eq!(response.status(), 200);
        let bytes = site::bytes(response.into_body()).await;
        let listing: serde_json::Value = serde_json::from_slice(&bytes).unwrap();
        let entries = listing["entries"].as_array().unwrap().iter();
        entries
            .map(|entry| entry["href"].as_str().unwrap().to_owned())
            .collect()
    };
    assert_eq!(listed("/").await, ["./sub/", "./a.txt"]);
    assert_eq!(listed("/sub/").await, ["./b%20&%20c.txt"]);
    let second = ask(&files, "/a.txt", &[]).await;
    assert_eq!(site::bytes(second.into_body()).await, "second");
}

#[tokio::test]
async fn a_member_that_lies_about_itself_ends_in_an_error_and_never_in_more_than_it_says() {
    let small = text(1000);
    let large = text(200_000);
    let lies =
        |member: fn(&'static str, &[u8]) -> Member, content: &[u8], length: u32, crc: u32| Member {
            crc,
            length,
            ..member("a.txt", content)
        };
    let honest = |content: &[u8]| stored("", content).crc;
    for (name, member) in [
        (
            "bomb",
            lies(
                deflated,
                &vec![0; 1 << 20],
                70_000,
                honest(&vec![0; 70_000]),
            ),
        ),
        ("small bomb", lies(deflated, &vec![0; 1 << 20], 100, 0)),
        ("too short", lies(deflated, &large, 200_001, honest(&large))),
        (
            "too short and small",
            lies(deflated, &small, 1001, honest(&small)),
        ),
        ("other sum", lies(deflated, &large, 200_000, 1)),
        ("other small sum", lies(deflated, &small, 1000, 1)),
    ] {
        let announced = member.length;
        let (_file, files) = files(&[member]);
        let response = ask(&files, "/a.txt", &[]).await;
        if announced < 65_536 {
            assert_eq!(response.status(), 500, "{name}");
            continue;
        }
        let mut body = response.into_body();
        let mut received = 0;
        let result = loop {
            match body.frame().await {
                Some(Ok(frame)) => received += frame.into_data().unwrap().len(),
                other => break other.is_none(),
            }
        };
        // What unpacks to the announced bytes and more is cut there, and its sum was right.
        assert_eq!(result, name == "bomb", "{name}");
        assert!(received <= announced as usize, "{name}");
    }
}

/// As Python's zipfile writes it when it is told that everything is too large for the small numbers.
#[tokio::test]
async fn an_archive_with_the_large_numbers_is_read() {
    const BY_PYTHON: &str = "\
        UEsDBC0AAAAAAIMYIlhNF0mD//////////8FABQAYS50eHQBABAAEQAAAAAAAAARAAAAAAAAAHN0b3JlZCBieSBQeXRob24KUEsDBC0AAAAIAI\
        MYIlgagbsx//////////8HABQAZC9iLnR4dAEAEAByAAAAAAAAABgAAAAAAAAAS0lNy0ksSU1RSKpUCKgsycjPU0ihrRAAUEsBAi0DLQAAAAAA\
        gxgiWE0XSYP//////////wUAFAAAAAAAAAAAAIABAAAAAGEudHh0AQAQABEAAAAAAAAAEQAAAAAAAABQSwECLQMtAAAACACDGCJYGoG7Mf////\
        //////BwAcAAAAAAAAAAAAgAH/////ZC9iLnR4dAEAGAByAAAAAAAAABgAAAAAAAAASAAAAAAAAABQSwYGLAAAAAAAAAAtAC0AAAAAAAAAAAAC\
        AAAAAAAAAAIAAAAAAAAAmAAAAAAAAACZAAAAAAAAAFBLBgcAAAAAMQEAAAAAAAABAAAAUEsFBgAAAAACAAIAmAAAAJkAAAAAAA==";
    let bytes = BASE64_STANDARD.decode(BY_PYTHON).unwrap();
    let file = file_of(&bytes);
    let files = Files::zip(file.path()).unwrap();
    for (target, expected) in [
        ("/a.txt", "stored by Python\n".to_owned()),
        ("/d/b.txt", "deflated by Python ".repeat(6)),
    ] {
        let response = ask(&files, target, &[]).await;
        assert_eq!(
            site::bytes(response.into_body()).await,
            expected,
            "{target}"
        );
    }
    for end in 1..bytes.len() {
        let file = file_of(&bytes[..end]);
        assert!(Files::zip(file.path()).is_err(), "{end}");
    }
}

#[test]
fn what_is_no_archive_is_an_error_that_names_it() {
    let whole = archive(&[stored("a.txt", b"ok-a\n")]);
    for bytes in [&b""[..], b"PK", &[b'x'; 100], &whole[1..]] {
        let file = file_of(bytes);
        let error = Files::zip(file.path()).unwrap_err();
        assert_eq!(error.path(), file.path());
        assert!(error.to_string().contains("zip archive"));
    }
    let error = Files::zip("/none/none.zip").unwrap_err();
    assert_eq!(error.kind(), std::io::ErrorKind::NotFound);
}

#[tokio::test]
async fn an_archive_may_stand_behind_a_program() {
    let bytes = [
        &b"#!/bin/sh\nexec unzip\n"[..],
        &archive(&[stored("a.txt", b"ok-a\n")]),
    ]
    .concat();
    let file = file_of(&bytes);
    let files = Files::zip(file.path()).unwrap();
    let response = ask(&files, "/a.txt", &[]).await;
    assert_eq!(site::bytes(response.into_body()).await, "ok-a\n");
}

#[tokio::test]
async fn an_archive_that_is_overwritten_is_an_error_and_one_that_is_replaced_is_read_on() {
    let larger = archive(&[stored("a.txt", &text(900_000))]);
    for rests in [false, true] {
        for member in [stored, deflated] {
            for accept in ["gzip", "identity"] {
                let file = file_of(&archive(&[member("a.txt", &text(500_000))]));
                if rests {
                    file.as_file().set_modified(std::time::UNIX_EPOCH).unwrap();
                }
                let files = Files::zip(file.path()).unwrap();
                let response = ask(&files, "/a.txt", &[("accept-encoding", accept)]).await;
                let mut overwritten = response.into_body();
                assert!(overwritten.frame().await.unwrap().is_ok());
                fs::write(file.path(), &larger).unwrap();
                assert!(overwritten.collect().await.is_err(), "{rests} {accept}");
            }
        }
    }

    let (file, files) = files(&[deflated("a.txt", &text(500_000))]);
    let replaced = ask(&files, "/a.txt", &[]).await;
    let other = file_of(&archive(&[stored("a.txt", b"new")]));
    fs::rename(other.path(), file.path()).unwrap();
    assert_eq!(site::bytes(replaced.into_body()).await, text(500_000));
}

#[tokio::test]
async fn a_small_member_is_unpacked_once_and_stays_at_hand() {
    let small = text(60_000);
    let (file, files) = files(&[deflated("a.txt", &small), deflated("b.txt", &text(70_000))]);
    let believed = |files: Files, fresh_for| files.cache(Cache::default().fresh_for(fresh_for));
    let kept = believed(files.clone(), Duration::MAX);
    let compared = believed(files.clone(), Duration::ZERO);
    let (uncached, modest) = (
        files.clone().cache(None),
        files.cache(Cache::default().memory(1 << 20)),
    );
    for files in [&kept, &compared, &uncached, &modest] {
        for target in ["/a.txt", "/a.txt", "/b.txt", "/b.txt"] {
            let response = ask(files, target, &[]).await;
            assert_eq!(response.status(), 200);
            assert!(!site::bytes(response.into_body()).await.is_empty());
        }
    }
    let counts = |files: &Files| {
        let counts = files.cache_counts();
        (counts.hits, counts.misses, counts.files)
    };
    assert_eq!(counts(&kept), (1, 3, 1));
    assert_eq!(counts(&compared), (1, 3, 1));
    assert_eq!(counts(&uncached), (0, 0, 0));
    // Larger than a 64th of its memory.
    assert_eq!(counts(&modest), (0, 4, 0));

    // Nothing of the archive is left to be unpacked.
    file.as_file().set_len(0).unwrap();
    let head = ask(&kept, "/a.txt", &[("range", "bytes=10-19")]).await;
    assert_eq!(head.status(), 206);
    assert_eq!(site::bytes(head.into_body()).await, &small[10..20]);
    assert_eq!(ask(&uncached, "/a.txt", &[]).await.status(), 500);
    assert_eq!(ask(&compared, "/a.txt", &[]).await.status(), 200);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]

    /// Whatever is done to an archive, it is refused or serves something: nothing panics, and nothing is longer than it says.
    #[test]
    fn a_broken_archive_breaks_nothing(
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6),
        cut in 0..40_usize,
    ) {
        static WHOLE: LazyLock<Vec<u8>> = LazyLock::new(|| {
            archive(&[
                stored("a.txt", b"ok-a\n"),
                deflated("b.txt", &text(2000)),
                deflated("c.txt", &text(70_000)),
            ])
        });
        let mut bytes = WHOLE.clone();
        // Most of what can go wrong stands in the directory and around it.
        let from = bytes.len() - 280;
        for (at, byte) in changes {
            let at = from + at.index(bytes.len() - from);
            bytes[at] = byte;
        }
        bytes.truncate(bytes.len() - if cut < 20 { 0 } else { cut });
        let file = file_of(&bytes);
        let Ok(files) = Files::zip(file.path()) else { return Ok(()) };
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(async {
            for target in ["/a.txt", "/b.txt", "/c.txt"] {
                for accept in ["gzip", "identity"] {
                    let response = ask(&files, target, &[("accept-encoding", accept)]).await;
                    let announced = response.headers().get("content-length").cloned();
                    let body = response.into_body().collect().await.map(http_body_util::Collected::to_bytes);
                    if let (Ok(body), Some(announced)) = (body, announced) {
                        let announced: usize = announced.to_str().unwrap().parse().unwrap();
                        assert_eq!(Bytes::len(&body), announced);
                    }
                }
            }
        });
    }
}
