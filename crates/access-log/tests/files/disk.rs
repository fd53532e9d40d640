//! Disks that fill up: no line is torn, each one that is lost is counted, and the service goes on.

use std::{
    convert::Infallible,
    fs::{self, File},
    path::Path,
    process::Command,
    thread,
};

use futures_util::FutureExt;
use http::{Request, Response};
use http_body_util::BodyExt;
use plywood_access_log::{AccessLogLayer, Format, Lines, LogFile};
use plywood_core::Body;
use tower::{Layer, ServiceExt, service_fn};

use crate::{
    Folder, Told, lines,
    process::{expect, told_path},
};

const THREADS: usize = 4;
const REQUESTS: usize = 500;

/// The bytes that a small disk has.
const DISK: u64 = 64 << 10;

/// A disk of memory, in a world of our own where that takes no leave, else in everybody's.
const SMALL_DISK: &str = r#"
disk=$1; shift
mount='mount -t tmpfs -o size=64k tmpfs "$0"'
for world in "unshare --user --map-root-user --mount" "unshare --mount"; do
    if $world sh -c "$mount" "$disk" 2>/dev/null; then
        exec $world sh -c "$mount && exec \"\$@\"" "$disk" "$@"
    fi
done
# Where nobody may mount anything, the limit of a file's size stands in for the disk's.
trap '' XFSZ; ulimit -f 64; exec "$@"
"#;

#[test]
fn a_disk_that_fills_up_tears_no_line_and_stops_nobody() {
    let name = "disk::a_disk_that_fills_up_tears_no_line_and_stops_nobody";
    if let Some(path) = told_path() {
        return until_it_is_full(&path);
    }
    let folder = Folder::new();
    let disk = folder.0.path().join("disk");
    fs::create_dir(&disk).unwrap();
    let mut command = Command::new("bash");
    command.args(["-c", SMALL_DISK, "bash"]).arg(&disk);
    command.arg(std::env::current_exe().unwrap());
    expect(
        &mut command,
        name,
        &disk.join("access.log"),
        "lost some, tore none",
    );
}

/// The same where the system takes a part of a line, and then nothing.
#[test]
fn a_limit_in_the_middle_of_a_line_tears_none() {
    let name = "disk::a_limit_in_the_middle_of_a_line_tears_none";
    if let Some(path) = told_path() {
        return until_it_is_full(&path);
    }
    let folder = Folder::new();
    let mut command = Command::new("bash");
    command.args(["-c", "trap '' XFSZ; ulimit -f 64; exec \"$0\" \"$@\""]);
    command.arg(std::env::current_exe().unwrap());
    expect(&mut command, name, &folder.log(), "lost some, tore none");
}

/// Requests whose lines have no room, all of them answered.
fn until_it_is_full(path: &Path) {
    let told = Told::default();
    let log = Lines::options()
        .report(told.hear())
        .file(LogFile::at(path))
        .unwrap();
    let layer = AccessLogLayer::new(log.clone()).format(Format::apache("%r").unwrap());
    let ask = |target: String| {
        let app = layer.layer(service_fn(async |_: Request<Body>| {
            Ok::<_, Infallible>(Response::new(Body::from("hello")))
        }));
        let request = Request::get(target).body(Body::empty()).unwrap();
        let Ok(response) = app.oneshot(request).now_or_never().unwrap();
        let body = response.into_body().collect().now_or_never().unwrap();
        assert_eq!(body.unwrap().to_bytes(), "hello");
    };
    thread::scope(|scope| {
        for thread in 0..THREADS {
            let (ask, log) = (&ask, &log);
            scope.spawn(move || {
                for number in 0..REQUESTS {
                    ask(format!("/{thread}/{number}/{}", "x".repeat(number % 97)));
                    if number % 10 == 0 {
                        log.flush();
                    }
                }
            });
        }
    });
    log.flush();
    let text = fs::read_to_string(path).unwrap();
    let whole = text.matches('\n').count();
    let lost = usize::try_from(log.dropped()).unwrap();
    assert!(
        text.len() as u64 <= DISK && lost > 100,
        "{} {lost}",
        text.len()
    );
    // The last line may wait for its end.
    let waits = usize::from(!text.ends_with('\n'));
    assert_eq!(whole + waits + lost, THREADS * REQUESTS);
    are_whole(text.lines().take(whole));

    // Somebody makes room.
    let file = File::options().write(true).open(path).unwrap();
    file.set_len(0).unwrap();
    ask("/after".to_owned());
    drop(layer);
    drop(log);
    let found = lines(path);
    assert_eq!(found.last().unwrap(), "GET /after HTTP/1.1");
    assert!(found.len() <= 1 + waits);
    let told = told.all();
    assert!(told.contains("could not be written"), "{told}");
    println!("lost some, tore none");
}

/// Each line is one that was written, and those of a thread stand in their order.
fn are_whole<'l>(lines: impl Iterator<Item = &'l str>) {
    let mut next = [0; THREADS];
    for line in lines {
        let target = line
            .strip_prefix("GET /")
            .and_then(|line| line.strip_suffix(" HTTP/1.1"));
        let mut parts = target.unwrap_or_else(|| panic!("torn: {line}")).split('/');
        let mut number = || parts.next().unwrap().parse::<usize>().unwrap();
        let (thread, number) = (number(), number());
        assert!(number >= next[thread], "{line}");
        assert_eq!(parts.next().unwrap(), "x".repeat(number % 97));
        next[thread] = number + 1;
    }
}
