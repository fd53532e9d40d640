use std::{
    fs::{self, File},
    io::{BufRead, BufReader},
    net::{Ipv4Addr, TcpListener},
    path::Path,
    process::{self, Child, Command, Stdio},
    sync::atomic::{AtomicU16, Ordering},
    thread,
    time::{Duration, Instant},
};

/// How long a server may take to start. A hang is a failure; it is generous, because the machine may be busy.
const PATIENCE: Duration = Duration::from_secs(240);

/// Below it are ports for servers that everybody knows, and one that browsers refuse.
const LOWEST_PORT: u16 = 12_000;

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

    /// Stops it in its tracks, with all that work for it: it still holds its connections, and says nothing.
    pub(super) fn pause(&self) {
        // First the one that makes the others.
        halt(&self.server);
        self.children().split_whitespace().for_each(halt);
    }

    /// Lets it go on.
    pub(super) fn resume(&self) {
        send("CONT", &self.server);
        for child in self.children().split_whitespace() {
            send("CONT", child);
        }
    }

    fn children(&self) -> String {
        let children = format!("/proc/{0}/task/{0}/children", self.server);
        fs::read_to_string(children).expect("it runs")
    }

    /// Ends the server at once, as a crash would, and waits until it has gone.
    pub(super) fn kill(mut self) {
        send("KILL", &self.server);
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

/// Stops a process, and waits until it stands: it is told at once, but may have something to finish in the kernel, such as a child.
fn halt(process: &str) {
    send("STOP", process);
    let state = || {
        let status = fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
        status.rsplit_once(") ")?.1.chars().next()
    };
    let end = Instant::now() + PATIENCE;
    // One that has ended stands too.
    while !matches!(state(), None | Some('T' | 'Z' | 'X')) {
        assert!(Instant::now() < end, "{process} does not stand still");
        thread::sleep(Duration::from_millis(1));
    }
}

/// A port that nobody listens on now, and that the system gives to nobody who asks it for any: a server that goes finds its port again.
pub fn free_port() -> u16 {
    static NEXT: AtomicU16 = AtomicU16::new(0);
    let own = LOWEST_PORT..lowest_given();
    // Test programs that run at the same time begin at different places.
    let first = usize::try_from(process::id()).expect("32 bits fit") * 61;
    for _ in own.clone() {
        let next = first + usize::from(NEXT.fetch_add(1, Ordering::Relaxed));
        let port = own.clone().nth(next % own.len()).expect("it is below");
        if TcpListener::bind((Ipv4Addr::LOCALHOST, port)).is_ok() {
            return port;
        }
    }
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("the loopback has a port");
    listener.local_addr().expect("it is bound").port()
}

/// From here on the system gives ports to whoever asks for any.
fn lowest_given() -> u16 {
    let range = fs::read_to_string("/proc/sys/net/ipv4/ip_local_port_range").unwrap_or_default();
    let lowest = range.split_whitespace().next();
    lowest
        .and_then(|lowest| lowest.parse().ok())
        .unwrap_or(LOWEST_PORT)
}

/// Looks until it is so.
///
/// # Panics
///
/// When it is not so after some minutes; the server's last words are in the message.
pub(super) fn until(what: &str, log: &Path, mut so: impl FnMut() -> bool) {
    let end = Instant::now() + PATIENCE;
    while !so() {
        assert!(
            Instant::now() < end,
            "{what}; the server said: {}",
            fs::read_to_string(log).unwrap_or_default()
        );
        thread::sleep(Duration::from_millis(5));
    }
}
