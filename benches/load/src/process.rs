//! A server in a process of its own, and what the system knows of it.

use std::{
    fs,
    io::{BufRead, BufReader, Write},
    path::Path,
    process::{Child, ChildStdout, Command, Stdio},
    thread::sleep,
    time::{Duration, Instant},
};

/// What the clock of `/proc` counts, in microseconds: Linux tells programs of 100 ticks a second, whatever its own are.
const TICK: f64 = 10_000.0;

pub struct Process {
    child: Child,
    said: Option<BufReader<ChildStdout>>,
    pub address: String,
}

impl Process {
    /// This program as a server of that kind.
    pub fn own(kind: &str, root: &Path) -> Self {
        let program = std::env::current_exe().expect("this program has a path");
        let mut child = pinned(crate::SERVER)
            .arg(program)
            .args(["serve", kind])
            .arg(root)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("taskset is installed");
        let mut address = String::new();
        let mut said = BufReader::new(child.stdout.take().expect("it is piped"));
        let read = said.read_line(&mut address);
        read.expect("the server says where it listens");
        Self {
            child,
            said: Some(said),
            address: address.trim().to_owned(),
        }
    }

    /// An nginx with these lines in its `http` block; `directory` is its own.
    pub fn nginx(directory: &Path, root: &Path, lines: &str) -> Self {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("the loopback has a port");
        let address = listener.local_addr().expect("it is bound").to_string();
        drop(listener);
        let (path, root) = (directory.display(), root.display());
        let configuration = format!(
            "daemon off; master_process off; worker_processes 1; pid {path}/pid; error_log {path}/error.log;
            worker_rlimit_nofile 20000;
            events {{ worker_connections 15000; }}
            http {{
                client_body_temp_path {path}/1; proxy_temp_path {path}/2; fastcgi_temp_path {path}/3; uwsgi_temp_path {path}/4; scgi_temp_path {path}/5;
                types {{ text/html html; text/plain txt; application/octet-stream bin; }}
                sendfile on; tcp_nopush on; keepalive_requests 1000000000;
                {lines}
                server {{ listen {address} reuseport; root {root}; }}
            }}"
        );
        let file = directory.join("nginx.conf");
        fs::write(&file, configuration).expect("the directory is ours");
        let child = pinned(crate::SERVER)
            .args(["/usr/sbin/nginx", "-c"])
            .arg(&file)
            .stderr(Stdio::null())
            .spawn()
            .expect("taskset is installed");
        let end = Instant::now() + Duration::from_secs(10);
        while std::net::TcpStream::connect(&address).is_err() {
            assert!(Instant::now() < end, "nginx is installed and starts");
            sleep(Duration::from_millis(10));
        }
        Self {
            child,
            said: None,
            address,
        }
    }

    /// Hits and misses of our cache, the files that it keeps, and the bytes that they take.
    pub fn cache(&mut self) -> Vec<u64> {
        let mut line = String::new();
        if let (Some(said), Some(stdin)) = (&mut self.said, &mut self.child.stdin) {
            stdin.write_all(b"\n").expect("the server reads");
            said.read_line(&mut line).expect("the server answers");
        }
        let words = line.split_whitespace();
        words
            .map(|word| word.parse().expect("it is a number"))
            .collect()
    }

    pub fn id(&self) -> String {
        self.child.id().to_string()
    }

    /// The processor time that it has used, in microseconds: of all its threads, also of those that have gone.
    pub fn worked(&self) -> f64 {
        let stat = fs::read_to_string(format!("/proc/{}/stat", self.child.id()));
        let stat = stat.expect("the server runs");
        let (_, fields) = stat.rsplit_once(')').expect("the name is in brackets");
        let fields: Vec<&str> = fields.split_whitespace().collect();
        let ticks = |at: usize| fields[at].parse::<f64>().expect("it is a number");
        (ticks(11) + ticks(12)) * TICK
    }

    /// What of memory is its own, in kB.
    pub fn memory(&self) -> f64 {
        let status = fs::read_to_string(format!("/proc/{}/status", self.child.id()));
        let status = status.expect("the server runs");
        let line = status
            .lines()
            .find_map(|line| line.strip_prefix("RssAnon:"));
        let line = line.expect("Linux tells it");
        let number = line.trim().trim_end_matches(" kB");
        number.parse().expect("it is a number")
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A command that runs on this core.
pub fn pinned(core: &str) -> Command {
    let mut command = Command::new("taskset");
    command.args(["-c", core]);
    command
}
