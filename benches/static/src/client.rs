//! Those who ask: wrk for many at a time, and one connection of our own.

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::TcpStream,
    path::Path,
};

use crate::{candidate::Candidate, process::pinned};

/// What a while of requests has cost.
#[derive(Clone, Copy)]
pub struct Load {
    /// The server's processor time of one request, in microseconds.
    pub cost: f64,
    pub a_second: f64,
}

/// What is asked for.
pub enum Asked<'a> {
    /// A file, the field that makes the request conditional, and how long the file is.
    Target(&'a str, Option<&'a str>, usize),
    Script(&'a Path),
}

pub fn wrk(candidate: &Candidate, asked: &Asked<'_>, connections: u64, seconds: u64) -> Load {
    let mut wrk = pinned(crate::CLIENTS);
    wrk.args([
        "wrk",
        "-t1",
        &format!("-c{connections}"),
        &format!("-d{seconds}s"),
    ]);
    let address = &candidate.process.address;
    match asked {
        Asked::Target(target, field, _) => {
            if let Some(field) = field {
                wrk.args(["-H", field]);
            }
            wrk.arg(format!("http://{address}{target}"));
        }
        Asked::Script(script) => {
            wrk.arg("-s").arg(script).arg(format!("http://{address}"));
        }
    }
    let before = candidate.process.worked();
    let output = wrk.output().expect("wrk is installed");
    let worked = candidate.process.worked() - before;
    let report = String::from_utf8(output.stdout).expect("wrk writes text");
    let name = candidate.name;
    let is_clean = !report.contains("Non-2xx") && !report.contains("Socket errors");
    assert!(output.status.success() && is_clean, "{name}: {report}");
    let figure = |mark: &str| -> f64 {
        let line = report.lines().find(|line| line.contains(mark));
        let line = line.unwrap_or_else(|| panic!("{name}: {report}"));
        let words = line.split_whitespace();
        let figure = words.filter_map(|word| word.parse().ok()).next();
        figure.expect("the line has a number")
    };
    let (requests, a_second) = (figure("requests in"), figure("Requests/sec:"));
    // What is under way when the time is up has cost something too.
    let requests = match *asked {
        Asked::Target(_, _, length) if length > PIECEMEAL => bytes(&report) / length as f64,
        _ => requests,
    };
    Load {
        cost: worked / requests,
        a_second,
    }
}

/// From here on a file is so long that a share of it counts.
const PIECEMEAL: usize = 1 << 20;

/// How many bytes wrk has read: `.. requests in 2.00s, 1.23GB read`.
fn bytes(report: &str) -> f64 {
    let line = report.lines().find_map(|line| line.strip_suffix("B read"));
    let words = line.and_then(|line| line.rsplit(' ').next());
    let words = words.expect("wrk says how much it has read");
    let (number, unit) = words.split_at(words.len() - 1);
    let unit = match unit {
        "K" => 1 << 10,
        "M" => 1 << 20,
        "G" => 1 << 30,
        _ => panic!("a unit that is not known: {words}"),
    };
    number.parse::<f64>().expect("it is a number") * f64::from(unit)
}

/// One connection that is kept.
pub struct Connection(BufReader<TcpStream>);

impl Connection {
    pub fn new(address: &str) -> Self {
        let stream = TcpStream::connect(address).expect("the server listens");
        Self(BufReader::new(stream))
    }

    /// Sends a GET with these lines of fields and reads the answer to its end: its status, and the value of the field `name`.
    pub fn get(&mut self, target: &str, lines: &str, name: &str) -> (u16, Option<String>) {
        let request = format!("GET {target} HTTP/1.1\r\nhost: localhost\r\n{lines}\r\n");
        let sent = self.0.get_mut().write_all(request.as_bytes());
        sent.expect("the server reads");
        let mut line = String::new();
        self.0.read_line(&mut line).expect("the server answers");
        let status: u16 = line[9..12].parse().expect("a status is three digits");
        let (mut length, mut wanted) = (0, None);
        loop {
            line.clear();
            self.0.read_line(&mut line).expect("the server answers");
            let Some((field, value)) = line.trim_end().split_once(": ") else {
                break;
            };
            if field.eq_ignore_ascii_case("content-length") && status != 304 {
                length = value.parse().expect("it is a number");
            }
            if field.eq_ignore_ascii_case(name) {
                wanted = Some(value.to_owned());
            }
        }
        let mut body = vec![0; length];
        self.0.read_exact(&mut body).expect("the body is whole");
        (status, wanted)
    }
}
