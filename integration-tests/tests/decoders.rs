//! Other people's decoders read what the compression wrote: gunzip, brotli, zstd, curl and Python.

#![expect(clippy::unwrap_used, reason = "a test may")]

use std::{
    io::Write,
    path::Path,
    process::{Command, Stdio},
    time::Duration,
};

use bytes::Bytes;
use futures_util::{StreamExt, stream};
use http_body::Frame;
use http_body_util::StreamBody;
use plywood::prelude::*;
use plywood_compression::Coding;
use tokio::sync::oneshot;

/// Each coding, the tool that reads it, and how Python does. Nobody has a tool for a naked `deflate`.
const READERS: [(Coding, Option<&[&str]>, &str); 4] = [
    (
        Coding::Zstd,
        Some(&["zstd", "--decompress", "--stdout"]),
        "import zstandard, io\nplain = zstandard.ZstdDecompressor().stream_reader(io.BytesIO(raw)).read()",
    ),
    (
        Coding::Br,
        Some(&["brotli", "--decompress", "--stdout"]),
        "import brotli\nplain = brotli.decompress(raw)",
    ),
    (
        Coding::Gzip,
        Some(&["gunzip", "--stdout"]),
        "import gzip\nplain = gzip.decompress(raw)",
    ),
    (
        Coding::Deflate,
        None,
        "import zlib\nplain = zlib.decompress(raw)",
    ),
];

/// Lines that differ, so that they compress like a page and not like a row of zeros.
fn lines(count: u32) -> String {
    let number = |at: u32| at.wrapping_mul(2_654_435_761) >> 12;
    let lines =
        (0..count).map(|at| format!("line {at} of the page, with the number {}\n", number(at)));
    lines.collect::<Vec<_>>().concat()
}

/// What a path holds.
fn plain(path: &str) -> String {
    match path {
        "/long" => lines(50_000),
        "/brief" => lines(50),
        _ => lines(500),
    }
}

/// `/brief`, `/short` and `/long` are at hand; `/stream` comes in pieces with a wait after each.
async fn site(request: Request<Body>) -> Result<Response<Body>, BoxError> {
    let path = request.uri().path().to_owned();
    let text = plain(&path);
    let body = if path == "/stream" {
        let pieces: Vec<_> = text
            .as_bytes()
            .chunks(777)
            .map(Bytes::copy_from_slice)
            .collect();
        let frames = stream::iter(pieces).then(|piece| async {
            tokio::task::yield_now().await;
            Ok::<_, BoxError>(Frame::data(piece))
        });
        Body::new(StreamBody::new(frames))
    } else {
        text.into()
    };
    Ok(Response::builder()
        .header("content-type", "text/plain")
        .body(body)?)
}

struct Site {
    address: String,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<std::thread::JoinHandle<()>>,
}

impl Site {
    fn start() -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .unwrap();
        let listener = runtime.block_on(Listener::bind("127.0.0.1:0")).unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let (stop, stopped) = oneshot::channel();
        let app = CompressionLayer::new().layer(service_fn(site));
        let thread = std::thread::spawn(move || {
            let server = Server::new(listener).grace(Duration::ZERO);
            runtime.block_on(server.serve_until(app, async {
                let _ = stopped.await;
            }));
        });
        Self {
            address,
            stop: Some(stop),
            thread: Some(thread),
        }
    }
}

impl Drop for Site {
    fn drop(&mut self) {
        drop(self.stop.take());
        self.thread.take().unwrap().join().unwrap();
    }
}

/// What `command` writes when it is given `input`.
fn through(command: &mut Command, input: &[u8]) -> Vec<u8> {
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("./test tools installs it");
    let mut stdin = child.stdin.take().unwrap();
    let input = input.to_vec();
    let writer = std::thread::spawn(move || stdin.write_all(&input));
    let output = child.wait_with_output().unwrap();
    writer.join().unwrap().unwrap();
    assert!(output.status.success(), "{command:?}");
    output.stdout
}

fn curl(arguments: &[&str]) -> Vec<u8> {
    let mut command = Command::new("curl");
    command.args(["--silent", "--show-error", "--fail", "--max-time", "240"]);
    through(command.args(arguments), b"")
}

fn python(program: &str, input: &[u8]) -> Vec<u8> {
    let python = Path::new(env!("CARGO_MANIFEST_DIR")).join("judges/environment/bin/python");
    let program = format!(
        "import sys\nraw = sys.stdin.buffer.read()\n{program}\nsys.stdout.buffer.write(plain)"
    );
    through(Command::new(python).args(["-c", &program]), input)
}

#[test]
fn each_tool_reads_its_coding() {
    let site = Site::start();
    for path in ["/brief", "/short", "/long", "/stream"] {
        let url = format!("{}{path}", site.address);
        for (coding, tool, program) in READERS {
            let accept = format!("accept-encoding: {}", coding.as_str());
            let raw = curl(&["--header", &accept, &url]);
            let plain = plain(path).into_bytes();
            assert!(
                raw.len() < plain.len() / 2,
                "{path} {coding:?}: {}",
                raw.len()
            );
            if let Some([tool, arguments @ ..]) = tool {
                let read = through(Command::new(tool).args(arguments), &raw);
                assert!(read == plain, "{tool} {path}");
            }
            assert!(python(program, &raw) == plain, "Python {path} {coding:?}");
        }
    }
}

#[test]
fn curl_reads_whatever_it_asks_for() {
    let site = Site::start();
    for path in ["/brief", "/short", "/long", "/stream"] {
        let url = format!("{}{path}", site.address);
        let head = curl(&[
            "--compressed",
            "--dump-header",
            "-",
            "--output",
            "/dev/null",
            &url,
        ]);
        let head = String::from_utf8(head).unwrap();
        assert!(head.contains("content-encoding: zstd"), "{head}");
        assert!(
            curl(&["--compressed", &url]) == plain(path).into_bytes(),
            "{path}"
        );
    }
}
