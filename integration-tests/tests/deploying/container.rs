//! A process that drains: who sends requests is told to send no more, and what comes meanwhile is served.

use std::{net::TcpStream, time::Instant};

use plywood_integration_tests::Example;

use super::{PATIENCE, exchange};

fn get(address: &str, path: &str) -> Option<String> {
    let mut stream = TcpStream::connect(address).ok()?;
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    Some(exchange(&mut stream, path))
}

#[test]
fn before_it_ends_it_says_so_and_serves_who_comes() {
    // So long that it is over only because the test says so, a second time.
    let environment = [("LISTEN", "127.0.0.1:0"), ("DRAIN_SECONDS", "3600")];
    let program = Example::recipe("in_a_container", &environment);
    let address = program.address().trim_start_matches("http://").to_owned();
    let health = || get(&address, "/health").unwrap();
    assert!(health().ends_with("ok\n"));

    program.tell_to_stop();
    let end = Instant::now() + PATIENCE;
    while !health().starts_with("HTTP/1.1 503 ") {
        assert!(Instant::now() < end, "it never says so");
    }
    assert!(get(&address, "/").unwrap().ends_with("hello from inside\n"));
}

#[test]
fn after_the_draining_it_ends_well() {
    let environment = [("LISTEN", "127.0.0.1:0"), ("DRAIN_SECONDS", "0")];
    let program = Example::recipe("in_a_container", &environment);
    // Who is answered is past the moment at which a signal would just kill it.
    let address = program.address().trim_start_matches("http://");
    assert!(get(address, "/health").unwrap().ends_with("ok\n"));
    program.stop();
}
