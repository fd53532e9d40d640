//! A connection that is kept as long as the server keeps it, and raw requests over it.

use std::{
    io::{self, BufRead, BufReader, Read, Write},
    net::{SocketAddr, TcpStream},
    time::Duration,
};

/// How long an answer may take, on a busy machine too.
const PATIENCE: Duration = Duration::from_secs(240);

/// What came back: status, `Location`, body.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) location: Option<String>,
    pub(crate) body: Vec<u8>,
}

pub(crate) struct Connection {
    server: SocketAddr,
    kept: Option<BufReader<TcpStream>>,
}

impl Connection {
    pub(crate) const fn new(server: SocketAddr) -> Self {
        Self { server, kept: None }
    }

    /// Asks for `target`, whose bytes are sent as they are.
    pub(crate) fn get(&mut self, target: &[u8]) -> io::Result<Reply> {
        let mut stream = match self.kept.take() {
            Some(stream) => stream,
            None => self.connect()?,
        };
        let request = [b"GET ", target, b" HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n"];
        stream.get_mut().write_all(&request.concat())?;
        let mut line = String::new();
        stream.read_line(&mut line)?;
        let status = line.get(9..12).and_then(|status| status.parse().ok());
        let mut reply = Reply {
            status: status.ok_or(io::ErrorKind::InvalidData)?,
            location: None,
            body: Vec::new(),
        };
        // hyper leaves the connection when it cannot read the request.
        let mut is_kept = reply.status < 400 || reply.status == 404;
        loop {
            line.clear();
            stream.read_line(&mut line)?;
            let Some((name, value)) = line.trim_end().split_once(": ") else {
                break;
            };
            match name {
                "connection" => is_kept &= value != "close",
                "location" => reply.location = Some(value.to_owned()),
                "content-length" => {
                    let length = value.parse().map_err(io::Error::other)?;
                    reply.body = vec![0; length];
                }
                _ => {}
            }
        }
        stream.read_exact(&mut reply.body)?;
        self.kept = is_kept.then_some(stream);
        Ok(reply)
    }

    fn connect(&self) -> io::Result<BufReader<TcpStream>> {
        let stream = TcpStream::connect(self.server)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        stream.set_nodelay(true)?;
        Ok(BufReader::new(stream))
    }
}
