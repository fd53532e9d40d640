//! Readers who take their time: what memory the server has for each.

use std::{
    io::{BufRead, BufReader, Write},
    process::Stdio,
    time::{Duration, Instant},
};

use socket2::{Domain, Type};
use tokio::{
    net::{TcpSocket, TcpStream},
    runtime::Builder,
    task,
    time::sleep,
};

use plywood_bench_load::{CLIENTS, Connection, Tree, middle, pinned, setting};

use crate::candidate;

/// As many as 20,000 descriptors allow a server that opens the file for each.
const READERS: u64 = 9_900;
const LENGTH: usize = 10 << 20;

/// What a reader takes at a time, and how long it then rests.
const SIP: usize = 2 << 10;
const REST: Duration = Duration::from_secs(2);

pub fn run() {
    let readers = setting("READERS", READERS);
    let tree = Tree::new();
    tree.file("10m.bin", LENGTH);
    tree.file("1k.bin", 1 << 10);
    println!(
        "\n| {readers} slow readers of 10 MB | kB of the server for each | us of another who asks for 1 KB, before | meanwhile |\n|---|--:|--:|--:|"
    );
    for candidate in candidate::all(tree.path(), &tree.root(), 1000) {
        let address = &candidate.process.address;
        let quiet = patience(address);
        let before = candidate.process.memory();
        let program = std::env::current_exe().expect("this program has a path");
        let mut crowd = pinned(CLIENTS)
            .arg(program)
            .args(["read", address, &readers.to_string()])
            .stdout(Stdio::piped())
            .stdin(Stdio::piped())
            .spawn()
            .expect("taskset is installed");
        let mut line = String::new();
        let output = crowd.stdout.take().expect("it is piped");
        let read = BufReader::new(output).read_line(&mut line);
        read.expect("the readers say that all of them read");
        let each = (candidate.process.memory() - before) / readers as f64;
        let meanwhile = patience(address);
        println!(
            "| {} | {each:.1} | {quiet:.0} | {meanwhile:.0} |",
            candidate.name
        );
        crowd.kill().expect("it is our child");
        crowd.wait().expect("it is our child");
    }
}

/// How long another one waits for a small file, in microseconds.
fn patience(address: &str) -> f64 {
    let mut connection = Connection::new(address);
    let times = (0..200).map(|_| {
        let started = Instant::now();
        let (status, _) = connection.get("/1k.bin", "", "etag");
        assert_eq!(status, 200);
        started.elapsed().as_secs_f64() * 1e6
    });
    middle(times.collect())
}

/// Reads `readers` times from the server, slowly, and says when all are at it.
pub fn read(address: &str, readers: u64) {
    let address = address.parse().expect("it is an address");
    let runtime = Builder::new_current_thread().enable_all().build();
    runtime.expect("a runtime can be made").block_on(async {
        for _ in 0..readers {
            let socket = socket2::Socket::new(Domain::IPV4, Type::STREAM, None);
            let socket = socket.expect("descriptors are left: see `ulimit -n`");
            // As on a network. On the loopback a segment has 64 kB, and the kernel keeps twenty of them for each connection.
            socket.set_tcp_mss(1460).expect("it is a TCP socket");
            socket
                .set_recv_buffer_size(8 << 10)
                .expect("it is a socket");
            socket.set_nonblocking(true).expect("it is a socket");
            let socket = TcpSocket::from_std_stream(socket.into());
            let stream = socket.connect(address).await.expect("the server listens");
            let request = b"GET /10m.bin HTTP/1.1\r\nhost: localhost\r\n\r\n";
            let sent = stream.try_write(request).expect("there is space");
            assert_eq!(sent, request.len());
            task::spawn(sip(stream));
        }
        // All have had some of it, and the server has come to rest.
        sleep(3 * REST).await;
        println!("reading");
        std::io::stdout().flush().expect("somebody listens");
        sleep(Duration::from_secs(600)).await;
    });
}

async fn sip(stream: TcpStream) {
    let mut sip = [0; SIP];
    loop {
        stream.readable().await.expect("it is a socket");
        match stream.try_read(&mut sip) {
            Ok(0) => panic!("the server has ended the download"),
            Err(error) if error.kind() != std::io::ErrorKind::WouldBlock => panic!("{error}"),
            _ => sleep(REST).await,
        }
    }
}
