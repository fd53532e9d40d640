use std::{
    env, fs,
    os::unix::fs::MetadataExt,
    path::{Path, PathBuf},
    process::Command,
};

use tempfile::TempDir;

use super::leash::{Leash, free_port, until};

/// A PostgreSQL of this test's own, with the database and the user `postgres` and no password.
///
/// PostgreSQL refuses to run as root. A test that does starts it as the user `postgres`, whom Debian's package makes.
///
/// # Panics
///
/// Whatever goes wrong is the failure of a test.
#[derive(Debug)]
pub struct PostgresServer {
    // Before its directory, which goes after it.
    process: Option<Leash>,
    port: u16,
    programs: PathBuf,
    is_root: bool,
    directory: TempDir,
}

impl PostgresServer {
    /// Makes a database, starts its server, and waits until it answers.
    pub fn start() -> Self {
        let directory = tempfile::tempdir().expect("there is a temporary directory");
        let made = fs::metadata(directory.path()).expect("it was made a moment ago");
        let mut server = Self {
            process: None,
            port: free_port(),
            programs: programs(),
            is_root: made.uid() == 0,
            directory,
        };
        if server.is_root {
            run(&format!("chown postgres {}", server.path().display()));
        }
        let options = "--username=postgres --auth=trust --encoding=UTF8 --locale=C --no-sync";
        run(&server.command("initdb", &format!("-D {} {options}", server.data())));
        server.restart();
        server
    }

    /// The address of the server that the environment's `DATABASE_URL` names, or else of one that is started, and returned to be held.
    pub fn given_or_started() -> (String, Option<Self>) {
        if let Ok(url) = env::var("DATABASE_URL") {
            return (url, None);
        }
        let server = Self::start();
        (server.url(), Some(server))
    }

    /// Its address: `postgres://postgres@127.0.0.1:PORT/postgres`.
    pub fn url(&self) -> String {
        format!("postgres://postgres@127.0.0.1:{}/postgres", self.port)
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
    ///
    /// It does not wait for the disk, which nobody pulls out here: what it has written survives its own end.
    pub fn restart(&mut self) {
        self.kill();
        let log = self.path().join("log");
        let options = format!(
            "-D {} -p {} -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c fsync=off",
            self.data(),
            self.port
        );
        let command = self.command("postgres", &options);
        // The processes of one that was killed hold its memory for a moment, and another does not start then.
        until("PostgreSQL starts", &log, || {
            let mut process = Leash::start(&command, "QUIT", &log);
            let ready = self.command(
                "pg_isready",
                &format!("--quiet --host=127.0.0.1 --port={}", self.port),
            );
            let mut ended = false;
            until("PostgreSQL answers", &log, || {
                ended = process.has_ended();
                ended || succeeds(&ready)
            });
            self.process = (!ended).then_some(process);
            !ended
        });
    }

    /// Stops it in its tracks, with all that work for it: it still holds its connections, and says nothing.
    pub fn pause(&self) {
        self.process.as_ref().expect("it runs").pause();
    }

    /// Lets it go on.
    pub fn resume(&self) {
        self.process.as_ref().expect("it runs").resume();
    }

    /// The command line that starts one of its programs, as somebody whom it accepts.
    fn command(&self, program: &str, arguments: &str) -> String {
        let program = self.programs.join(program);
        let words = if self.is_root {
            "setpriv --reuid=postgres --regid=postgres --init-groups "
        } else {
            ""
        };
        format!("{words}{} {arguments}", program.display())
    }

    fn data(&self) -> String {
        self.path().join("data").display().to_string()
    }

    fn path(&self) -> &Path {
        self.directory.path()
    }
}

/// Where the server's programs are: Debian keeps them out of the path, by version.
fn programs() -> PathBuf {
    let versions = fs::read_dir("/usr/lib/postgresql").into_iter().flatten();
    let newest = versions
        .flatten()
        .map(|version| version.path().join("bin"))
        .filter(|programs| programs.join("initdb").is_file())
        .max();
    let path = env::var_os("PATH").unwrap_or_default();
    newest
        .or_else(|| env::split_paths(&path).find(|programs| programs.join("initdb").is_file()))
        .expect("PostgreSQL's initdb is installed")
}

fn run(command: &str) {
    let output = words(command).output().expect("the program is there");
    assert!(output.status.success(), "{command}: {output:?}");
}

fn succeeds(command: &str) -> bool {
    words(command).status().is_ok_and(|status| status.success())
}

fn words(command: &str) -> Command {
    let mut words = command.split(' ');
    let mut process = Command::new(words.next().expect("a command has a first word"));
    // The user whom it becomes may not enter ours.
    process.args(words).current_dir("/");
    process
}
