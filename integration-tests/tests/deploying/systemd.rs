//! What systemd does to a service, done by hand: a socket that is passed, the word that it is ready, a stop and a start.

use std::{
    net::{TcpListener, TcpStream},
    os::unix::net::{UnixDatagram, UnixListener, UnixStream},
};

use plywood_integration_tests::Example;
use tempfile::TempDir;

use super::{PATIENCE, answer, ask, exchange};

/// A folder of the service's own, and where systemd would listen for its word.
struct Unit {
    folder: TempDir,
    notify: UnixDatagram,
}

impl Unit {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let notify = UnixDatagram::bind(folder.path().join("notify")).unwrap();
        notify.set_read_timeout(Some(PATIENCE)).unwrap();
        Self { folder, notify }
    }

    fn environment(&self) -> [(&'static str, String); 2] {
        let path = |name: &str| self.folder.path().join(name).display().to_string();
        [
            ("STATE_DIRECTORY", path("")),
            ("NOTIFY_SOCKET", path("notify")),
        ]
    }

    fn start(&self, socket: impl Into<std::os::fd::OwnedFd>) -> Example {
        let environment = self.environment();
        let environment: Vec<_> = environment
            .iter()
            .map(|(name, value)| (*name, &**value))
            .collect();
        Example::recipe_on("started_by_systemd", &environment, socket)
    }

    fn told(&self) -> String {
        let mut buffer = [0; 64];
        let length = self.notify.recv(&mut buffer).unwrap();
        String::from_utf8_lossy(&buffer[..length]).into_owned()
    }
}

fn connect(socket: &TcpListener) -> TcpStream {
    let stream = TcpStream::connect(socket.local_addr().unwrap()).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    stream
}

#[test]
fn who_comes_before_the_process_or_between_two_of_them_waits_and_is_answered() {
    let unit = Unit::new();
    let socket = TcpListener::bind("127.0.0.1:0").unwrap();
    let mut early = connect(&socket);
    ask(&mut early, "/");

    let first = unit.start(socket.try_clone().unwrap());
    assert_eq!(
        first.address(),
        format!("http://{}", socket.local_addr().unwrap())
    );
    assert!(answer(&mut early).ends_with("visit 1\n"));
    first.stop();

    // Nobody serves, and nobody is refused.
    let mut between = connect(&socket);
    ask(&mut between, "/");
    let second = unit.start(socket.try_clone().unwrap());
    assert!(answer(&mut between).ends_with("visit 1\n"));
    assert!(exchange(&mut connect(&socket), "/").ends_with("visit 1\n"));
    second.stop();
}

#[test]
fn systemd_is_told_when_it_is_ready_and_when_it_stops() {
    let unit = Unit::new();
    let socket = TcpListener::bind("127.0.0.1:0").unwrap();
    let program = unit.start(socket);
    assert_eq!(unit.told(), "READY=1");
    // Ready is who can be stopped well.
    program.tell_to_stop();
    assert_eq!(unit.told(), "STOPPING=1");
    program.wait();
}

#[test]
fn a_unix_socket_is_passed_alike_and_its_file_stays() {
    let unit = Unit::new();
    let path = unit.folder.path().join("shop.sock");
    let socket = UnixListener::bind(&path).unwrap();
    for _ in 0..2 {
        let program = unit.start(socket.try_clone().unwrap());
        assert_eq!(program.address(), format!("unix:{}", path.display()));
        let mut stream = UnixStream::connect(&path).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        assert!(exchange(&mut stream, "/").ends_with("visit 1\n"));
        program.stop();
        assert!(path.exists());
    }
}

#[test]
fn a_socket_that_is_meant_for_another_process_is_not_taken() {
    let unit = Unit::new();
    let [state, _] = unit.environment();
    let program = Example::recipe(
        "started_by_systemd",
        &[
            (state.0, &state.1),
            ("LISTEN", "127.0.0.1:0"),
            ("LISTEN_FDS", "1"),
            ("LISTEN_PID", "1"),
        ],
    );
    let address = program.address().trim_start_matches("http://");
    let mut stream = TcpStream::connect(address).unwrap();
    assert!(exchange(&mut stream, "/").ends_with("visit 1\n"));
    program.stop();
}
