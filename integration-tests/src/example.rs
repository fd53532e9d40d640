use std::{
    io::{BufRead, BufReader, Read},
    os::fd::OwnedFd,
    process::{Child, Command, Stdio},
    sync::mpsc,
    thread,
    time::Duration,
};

/// How long an example may take to say where it listens.
const PATIENCE: Duration = Duration::from_secs(240);

/// One of the programs in `examples/`, or a recipe of the book, running as a process of its own.
///
/// # Panics
///
/// Whatever goes wrong is the failure of a test.
#[derive(Debug)]
pub struct Example {
    process: Child,
    address: String,
    output: mpsc::Receiver<String>,
}

impl Example {
    /// Builds it, starts it with these arguments, and waits until it says where it listens.
    pub fn start(name: &str, arguments: &[&str]) -> Self {
        Self::start_in(name, arguments, &[])
    }

    /// Does the same with something in its environment, too.
    pub fn start_in(name: &str, arguments: &[&str], environment: &[(&str, &str)]) -> Self {
        let mut command = Command::new(built("plywood-examples", name));
        Self::run(command.args(arguments).envs(environment.iter().copied()))
    }

    /// Does the same with a recipe, which takes what it is told from its environment.
    pub fn recipe(name: &str, environment: &[(&str, &str)]) -> Self {
        let program = built("plywood-book", &format!("recipe_{name}"));
        Self::run(Command::new(program).envs(environment.iter().copied()))
    }

    /// Does the same with a socket that listens already, which it gets as systemd passes one: as descriptor 3, meant for the process that
    /// `LISTEN_PID` names.
    pub fn recipe_on(name: &str, environment: &[(&str, &str)], socket: impl Into<OwnedFd>) -> Self {
        let program = built("plywood-book", &format!("recipe_{name}"));
        let passing = r#"LISTEN_PID=$$ LISTEN_FDS=1 exec "$0" 3<&0 </dev/null"#;
        let mut shell = Command::new("sh");
        shell.args(["-c", passing, &program]).stdin(socket.into());
        Self::run(shell.envs(environment.iter().copied()))
    }

    fn run(command: &mut Command) -> Self {
        let mut process = command
            .stdout(Stdio::piped())
            .spawn()
            .expect("it was built a moment ago");
        let output = lines(process.stdout.take().expect("it is piped"));
        let address = loop {
            let line = output
                .recv_timeout(PATIENCE)
                .expect("the example says where it listens");
            if let Some(at) = line.find("http://").or_else(|| line.find("unix:")) {
                let address = line[at..]
                    .split_whitespace()
                    .next()
                    .expect("it is not empty");
                break address.trim_end_matches('/').to_owned();
            }
        };
        Self {
            process,
            address,
            output,
        }
    }

    /// Where it listens: `http://127.0.0.1:PORT`, or `unix:PATH`.
    pub fn address(&self) -> &str {
        &self.address
    }

    /// The next line that it prints.
    pub fn line(&self) -> String {
        self.output
            .recv_timeout(PATIENCE)
            .expect("the example prints a line")
    }

    /// Asks it to stop by SIGTERM, and waits until it has ended well.
    pub fn stop(self) {
        self.tell_to_stop();
        self.wait();
    }

    /// Asks it to stop by SIGTERM.
    pub fn tell_to_stop(&self) {
        let told = Command::new("kill")
            .args(["-TERM", &self.process.id().to_string()])
            .status()
            .expect("kill is there");
        assert!(told.success());
    }

    /// Waits until it has ended well.
    pub fn wait(mut self) {
        assert!(self.process.wait().expect("it is our child").success());
    }
}

impl Drop for Example {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// The path of the built example.
fn built(package: &str, name: &str) -> String {
    let output = Command::new(env!("CARGO"))
        .args([
            "build",
            "--quiet",
            "--package",
            package,
            "--message-format=json",
            "--example",
            name,
        ])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .stderr(Stdio::inherit())
        .output()
        .expect("cargo runs");
    assert!(output.status.success(), "the example {name} does not build");
    String::from_utf8(output.stdout)
        .expect("cargo writes JSON")
        .lines()
        .filter_map(|line| serde_json::from_str::<serde_json::Value>(line).ok())
        .filter(|message| message["target"]["name"] == name)
        .find_map(|message| message["executable"].as_str().map(str::to_owned))
        .expect("cargo names the executable")
}

/// What comes out of the pipe, line by line; read on a thread of its own so that the pipe never fills.
fn lines(pipe: impl Read + Send + 'static) -> mpsc::Receiver<String> {
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || {
        for line in BufReader::new(pipe).lines().map_while(Result::ok) {
            if sender.send(line).is_err() {
                break;
            }
        }
    });
    receiver
}
