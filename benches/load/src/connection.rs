use std::{
    io::{BufRead, BufReader, Read, Write},
    net::TcpStream,
};

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
