//! What becomes of downloads while the disk changes below them: each ends whole or in an error, none with bytes of two states, and the others go
//! on.

use std::{
    fs::{self, File, Permissions},
    io::{Read, Write},
    net::{SocketAddr, TcpStream},
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    time::{Duration, Instant, SystemTime},
};

use plywood_integration_tests::conformance::exchange::{Answer, exchange, request};
use plywood_static::{Cache, Files};
use tempfile::TempDir;

use crate::server::Ours;

/// More than the sockets of both ends take, so that most of it is still to be read when something happens to the file.
const LARGE: usize = 16 << 20;

/// How long nothing may happen. A hang is a failure; it is generous, because the machine may be busy.
const PATIENCE: Duration = Duration::from_secs(240);

/// A folder that is served.
struct Site {
    directory: TempDir,
    server: Ours,
}

impl Site {
    /// With `large.bin`, all of whose bytes are `a`, and `small.txt`.
    fn new(cache: Option<Cache>) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let root = directory.path().to_owned();
        let server = Ours::start(move || Files::new(root).unwrap().cache(cache));
        let site = Self { directory, server };
        site.write("large.bin", &vec![b'a'; LARGE]);
        site.write("small.txt", b"small\n");
        site
    }

    /// Each in its turn: what is kept is found again at once, or nothing is kept.
    fn both() -> [Self; 2] {
        [Some(Cache::default().fresh_for(Duration::ZERO)), None].map(Self::new)
    }

    fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    /// A file that was written an hour ago.
    fn write(&self, name: &str, content: &[u8]) {
        fs::write(self.path(name), content).unwrap();
        rest(&self.path(name), 3600);
    }

    fn get(&self, target: &str) -> Answer {
        get(self.server.address, target)
    }

    /// Asks for `large.bin`, and takes no more than the head and a few bytes.
    fn begin(&self) -> Download {
        self.begin_with("")
    }

    fn begin_with(&self, fields: &str) -> Download {
        let mut stream = TcpStream::connect(self.server.address).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        let ask =
            format!("GET /large.bin HTTP/1.1\r\nhost: x\r\n{fields}connection: close\r\n\r\n");
        stream.write_all(ask.as_bytes()).unwrap();
        let mut received = vec![0; 4096];
        stream.read_exact(&mut received).unwrap();
        Download { stream, received }
    }

    fn others_go_on(&self) {
        assert_eq!(self.get("/small.txt").body, b"small\n");
    }
}

fn get(server: SocketAddr, target: &str) -> Answer {
    exchange(server, &request(b"GET", target.as_bytes(), &[])).unwrap()
}

fn rest(path: &Path, seconds: u64) {
    let modified = SystemTime::now() - Duration::from_secs(seconds);
    let file = File::options().write(true).open(path).unwrap();
    file.set_modified(modified).unwrap();
}

/// One that is under way.
struct Download {
    stream: TcpStream,
    received: Vec<u8>,
}

/// How it ended.
#[derive(Debug)]
struct Ended {
    /// What was announced.
    length: usize,
    body: Vec<u8>,
}

impl Download {
    /// Reads to the end, however it comes: by a close, or by a reset.
    fn end(mut self) -> Ended {
        let mut piece = vec![0; 1 << 16];
        loop {
            match self.stream.read(&mut piece) {
                Ok(0) => break,
                Ok(count) => self.received.extend_from_slice(&piece[..count]),
                Err(error) if error.kind() == std::io::ErrorKind::ConnectionReset => break,
                Err(error) => panic!("the download neither goes on nor ends: {error}"),
            }
        }
        let end = self
            .received
            .windows(4)
            .position(|bytes| bytes == b"\r\n\r\n");
        let body = self.received.split_off(end.unwrap() + 4);
        let head = String::from_utf8(self.received).unwrap();
        assert!(head.starts_with("HTTP/1.1 20"), "{head}");
        let length = head
            .lines()
            .find_map(|line| line.strip_prefix("content-length: "));
        Ended {
            length: length.unwrap().parse().unwrap(),
            body,
        }
    }
}

impl Ended {
    fn is_whole(&self) -> bool {
        self.body.len() == self.length
    }

    fn is_all(&self, byte: u8) -> bool {
        self.body.iter().all(|other| *other == byte)
    }
}

#[test]
fn a_download_of_a_deleted_file_goes_on_to_its_end() {
    for site in Site::both() {
        let download = site.begin();
        fs::remove_file(site.path("large.bin")).unwrap();
        assert_eq!(site.get("/large.bin").status, 404);
        let ended = download.end();
        assert!(
            ended.is_whole() && ended.is_all(b'a'),
            "{}",
            ended.body.len()
        );
        site.others_go_on();
    }
}

#[test]
fn a_download_of_a_replaced_file_is_of_the_old_one_and_the_next_of_the_new_one() {
    for site in Site::both() {
        let download = site.begin();
        let old = site.get("/large.bin");
        site.write("next.bin", &vec![b'b'; LARGE]);
        rest(&site.path("next.bin"), 1800);
        fs::rename(site.path("next.bin"), site.path("large.bin")).unwrap();
        let new = site.get("/large.bin");
        assert_eq!((new.body.len(), new.body[LARGE - 1]), (LARGE, b'b'));
        assert_ne!(old.field("etag"), new.field("etag"));
        let ended = download.end();
        assert!(
            ended.is_whole() && ended.is_all(b'a'),
            "{}",
            ended.body.len()
        );
        site.others_go_on();
    }
}

#[test]
fn a_download_of_a_file_that_becomes_shorter_ends_before_its_end() {
    for site in Site::both() {
        for length in [0, 5000, LARGE - 1] {
            site.write("large.bin", &vec![b'a'; LARGE]);
            let download = site.begin();
            let file = File::options().write(true).open(site.path("large.bin"));
            file.unwrap().set_len(length as u64).unwrap();
            let ended = download.end();
            assert!(!ended.is_whole() && ended.is_all(b'a'), "{length}");
            assert_eq!(site.get("/large.bin").body.len(), length);
            site.others_go_on();
        }
    }
}

#[test]
fn a_download_of_a_file_that_is_written_in_place_has_no_bytes_of_two_states() {
    for site in Site::both() {
        for ranges in [
            "",
            "range: bytes=1000-\r\n",
            "range: bytes=0-9000000,9000002-15000000\r\n",
        ] {
            site.write("large.bin", &vec![b'a'; LARGE]);
            let download = site.begin_with(ranges);
            fs::write(site.path("large.bin"), vec![b'b'; LARGE]).unwrap();
            let ended = download.end();
            assert!(!ended.is_whole(), "{ranges}");
            // The heads of parts have this letter too.
            let has_heads = ranges.contains(',');
            assert!(has_heads || ended.is_all(b'a'), "{ranges}");
            site.others_go_on();
        }
    }
}

#[test]
fn a_download_of_a_file_that_grows_has_what_was_announced_or_ends_before() {
    for site in Site::both() {
        let download = site.begin();
        let file = File::options().append(true).open(site.path("large.bin"));
        file.unwrap().write_all(b"more").unwrap();
        let ended = download.end();
        assert!(ended.body.len() <= LARGE && ended.is_all(b'a'));
        assert_eq!(ended.length, LARGE);
        assert!(site.get("/large.bin").body.ends_with(b"amore"));
        site.others_go_on();
    }
}

#[test]
fn a_download_of_a_file_that_becomes_unreadable_goes_on_and_is_the_last() {
    for site in Site::both() {
        let download = site.begin();
        let closed = Permissions::from_mode(0o0);
        fs::set_permissions(site.path("large.bin"), closed).unwrap();
        assert_eq!(site.get("/large.bin").status, 404);
        let ended = download.end();
        assert!(
            ended.is_whole() && ended.is_all(b'a'),
            "{}",
            ended.body.len()
        );
        site.others_go_on();
    }
}

#[test]
fn a_read_that_fails_ends_the_answer_and_not_the_server() {
    // Files of the kernel whose reading fails, or that are shorter than they say: nothing fails by itself on a sound disk.
    let root = Path::new("/sys/class/net/lo");
    assert!(fs::read(root.join("speed")).is_err(), "a file that fails");
    assert!(
        fs::read(root.join("mtu")).unwrap().len() < 100,
        "a short file"
    );
    for cache in [Some(Cache::default()), None] {
        let server = Ours::start(move || Files::new(root).unwrap().cache(cache));
        for _ in 0..3 {
            for name in ["/speed", "/mtu"] {
                let mut stream = TcpStream::connect(server.address).unwrap();
                stream.set_read_timeout(Some(PATIENCE)).unwrap();
                let ask = format!("GET {name} HTTP/1.1\r\nhost: x\r\n\r\n");
                stream.write_all(ask.as_bytes()).unwrap();
                let mut answer = Vec::new();
                // Without being asked for, the end of the connection is what says that the body is not whole.
                let _ = stream.read_to_end(&mut answer);
                let answer = String::from_utf8(answer).unwrap();
                let is_error = answer.starts_with("HTTP/1.1 500") || !answer.contains("\r\n\r\n");
                let body = answer.split("\r\n\r\n").nth(1).unwrap_or("");
                assert!(is_error || body.len() < 4096, "{name}: {answer}");
            }
            assert_eq!(get(server.address, "/none").status, 404);
        }
    }
}

/// How many descriptors of this file are open in this process.
fn descriptors(path: &Path) -> usize {
    let all = fs::read_dir("/proc/self/fd").unwrap();
    let links = all.filter_map(|link| fs::read_link(link.ok()?.path()).ok());
    // What is deleted says so behind its name.
    let is_it = |link: &PathBuf| {
        link.to_str()
            .is_some_and(|link| link.starts_with(path.to_str().unwrap()))
    };
    links.filter(is_it).count()
}

#[test]
fn hundreds_of_slow_readers_deny_nobody_the_service_and_leave_nothing() {
    const READERS: usize = 200;
    let site = Site::new(None);
    let file = site.path("large.bin");
    let begun: Vec<Download> = (0..READERS).map(|_| site.begin()).collect();
    assert_eq!(descriptors(&file), READERS);
    // All of them hold the file, and nobody else waits for them.
    for _ in 0..20 {
        site.others_go_on();
    }
    fs::remove_file(&file).unwrap();
    let mut begun = begun.into_iter();
    let last = begun.next_back().unwrap().end();
    assert!(last.is_whole() && last.is_all(b'a'));
    drop(begun);
    let end = Instant::now() + PATIENCE;
    while descriptors(&file) > 0 {
        assert!(Instant::now() < end, "{} are left", descriptors(&file));
        std::thread::sleep(Duration::from_millis(10));
    }
    site.others_go_on();
}
