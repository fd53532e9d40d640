use std::{
    fs::File,
    io::{BufRead, BufReader},
    net::{Ipv4Addr, TcpListener},
    path::Path,
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

/// How long a server may take to start.
const PATIENCE: Duration = Duration::from_secs(30);

/// Tells the server's process id, and ends it when its input ends: at the drop, or when the test's process is no more, however it ended. It
/// itself ends with the server.
const KEEPER: &str = r#"
signal=$1; shift
exec 3<&0
"$@" 3<&- >&2 & server=$!
echo $server
exec >/dev/null
{ read -r _ <&3; kill -CONT $server; kill -$signal $server; } & reader=$!
wait $server
kill $reader
"#;

/// A process that does not outlive the test.
#[derive(Debug)]
pub(super) struct Leash {
    keeper: Child,
    server: String,
}

impl Leash {
    /// Starts a command, whose output goes to `log`. At the end it is sent `signal`.
    pub(super) fn start(command: &str, signal: &str, log: &Path) -> Self {
        let log = File::options().create(true).append(true).open(log);
        let mut keeper = Command::new("sh")
            .args(["-c", KEEPER, "sh", signal])
            .args(command.split(' '))
            .current_dir("/")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(log.expect("the directory is there"))
            .spawn()
            .expect("there is a shell");
        let mut server = String::new();
        BufReader::new(keeper.stdout.take().expect("it is piped"))
            .read_line(&mut server)
            .expect("the shell tells the process id");
        Self {
            keeper,
            server: server.trim().to_owned(),
        }
    }

    pub(super) fn signal(&self, signal: &str) {
        send(signal, &self.server);
    }

    pub(super) fn signal_children(&self, signal: &str) {
        let children = format!("/proc/{0}/task/{0}/children", self.server);
        let children = std::fs::read_to_string(children).expect("it runs");
        for child in children.split_whitespace() {
            send(signal, child);
        }
    }

    /// Ends the server at once, as a crash would, and waits until it has gone.
    pub(super) fn kill(mut self) {
        self.signal("KILL");
        let _ = self.keeper.wait();
    }

    /// Has the server ended by itself?
    pub(super) fn has_ended(&mut self) -> bool {
        matches!(self.keeper.try_wait(), Ok(Some(_)))
    }
}

impl Drop for Leash {
    fn drop(&mut self) {
        drop(self.keeper.stdin.take());
        let _ = self.keeper.wait();
    }
}

fn send(signal: &str, process: &str) {
    let told = Command::new("kill")
        .args([&format!("-{signal}"), process])
        .stderr(Stdio::null())
        .status();
    told.expect("kill is there");
}

/// A port that nobody listens on now.
pub(super) fn free_port() -> u16 {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("the loopback has a port");
    listener.local_addr().expect("it is bound").port()
}

/// Looks until it is so.
///
/// # Panics
///
/// When it is not so after half a minute; the server's last words are in the message.
pub(super) fn until(what: &str, log: &Path, mut so: impl FnMut() -> bool) {
    let end = Instant::now() + PATIENCE;
    while !so() {
        assert!(
            Instant::now() < end,
            "{what}; the server said: {}",
            std::fs::read_to_string(log).unwrap_or_default()
        );
        thread::sleep(Duration::from_millis(5));
    }
}
