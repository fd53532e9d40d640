use std::{
    env,
    io::{Read, Write},
    net::{Ipv4Addr, TcpStream},
    time::Duration,
};

use tempfile::TempDir;

use super::leash::{Leash, free_port, until};

/// A Redis or Valkey of this test's own. It keeps its data over a restart, and has written what it has acknowledged.
///
/// # Panics
///
/// Whatever goes wrong is the failure of a test.
#[derive(Debug)]
pub struct RedisServer {
    // Before its directory, which goes after it.
    process: Option<Leash>,
    port: u16,
    directory: TempDir,
}

impl RedisServer {
    /// Starts one, and waits until it answers.
    pub fn start() -> Self {
        let directory = tempfile::tempdir().expect("there is a temporary directory");
        let mut server = Self {
            process: None,
            port: free_port(),
            directory,
        };
        server.restart();
        server
    }

    /// The address of the server that the environment's `REDIS_URL` names, or else of one that is started, and returned to be held.
    pub fn given_or_started() -> (String, Option<Self>) {
        if let Ok(url) = env::var("REDIS_URL") {
            return (url, None);
        }
        let server = Self::start();
        (server.url(), Some(server))
    }

    /// Its address: `redis://127.0.0.1:PORT`.
    pub fn url(&self) -> String {
        format!("redis://127.0.0.1:{}", self.port)
    }

    /// Where it listens.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Kills it as a crash would.
    pub fn kill(&mut self) {
        if let Some(process) = self.process.take() {
            process.kill();
        }
    }

    /// Starts it again on its port and its data, and waits until it answers.
    pub fn restart(&mut self) {
        self.kill();
        let log = self.directory.path().join("log");
        let program = ["redis-server", "valkey-server"]
            .into_iter()
            .find(|program| which(program))
            .expect("redis-server or valkey-server is installed");
        let options = "--bind 127.0.0.1 --save  --appendonly yes --appendfsync always";
        let directory = self.directory.path().display();
        let command = format!("{program} --port {} --dir {directory} {options}", self.port);
        self.process = Some(Leash::start(&command, "KILL", &log));
        until("Redis answers", &log, || self.answers());
    }

    /// Stops it in its tracks: it still holds its connections, and says nothing.
    pub fn pause(&self) {
        self.process.as_ref().expect("it runs").pause();
    }

    /// Lets it go on.
    pub fn resume(&self) {
        self.process.as_ref().expect("it runs").resume();
    }

    fn answers(&self) -> bool {
        let ask = || -> std::io::Result<bool> {
            let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, self.port))?;
            stream.set_read_timeout(Some(Duration::from_secs(1)))?;
            stream.write_all(b"PING\r\n")?;
            let mut answer = [0; 5];
            stream.read_exact(&mut answer)?;
            Ok(&answer == b"+PONG")
        };
        ask().unwrap_or(false)
    }
}

fn which(program: &str) -> bool {
    let path = env::var_os("PATH").unwrap_or_default();
    env::split_paths(&path).any(|directory| directory.join(program).is_file())
}
