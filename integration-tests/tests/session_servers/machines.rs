//! The recipe *more than one machine* and the example `many_machines`: two processes behind a balancer.

use std::{
    io::{Read, Write},
    net::TcpStream,
    thread,
};

use plywood_integration_tests::{Example, PostgresServer, RedisServer};

/// A browser that the balancer sends from one machine to the other.
struct Visitor<'a> {
    machines: &'a [String; 2],
    asked: usize,
    cookie: String,
}

impl<'a> Visitor<'a> {
    fn new(machines: &'a [String; 2]) -> Self {
        Self {
            machines,
            asked: 0,
            cookie: String::new(),
        }
    }

    /// The status and the body of the answer.
    fn ask(&mut self, head: &str, body: &str) -> (u16, String) {
        let mut stream = TcpStream::connect(&self.machines[self.asked % 2]).unwrap();
        self.asked += 1;
        let (cookie, length) = (&self.cookie, body.len());
        let request = format!(
            "{head} HTTP/1.1\r\nHost: shop.test\r\nCookie: {cookie}\r\nContent-Type: application/x-www-form-urlencoded\r\n\
             Content-Length: {length}\r\nConnection: close\r\n\r\n{body}"
        );
        stream.write_all(request.as_bytes()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        for line in head.lines() {
            if let Some(cookie) = line.strip_prefix("set-cookie: ") {
                self.cookie = cookie.split(';').next().unwrap().into();
            }
        }
        (head[9..12].parse().unwrap(), body.to_owned())
    }
}

fn machines(store: &str) -> [Example; 2] {
    ["a", "b"].map(|machine| {
        let environment = [
            ("SESSIONS", store),
            ("MACHINE", machine),
            ("LISTEN", "127.0.0.1:0"),
        ];
        Example::recipe("more_than_one_machine", &environment)
    })
}

fn addresses(machines: &[Example; 2]) -> [String; 2] {
    let host = |machine: &Example| machine.address().replace("http://", "");
    machines.each_ref().map(host)
}

fn share(store: &str) {
    let running = machines(store);
    let machines = addresses(&running);
    let mut ada = Visitor::new(&machines);
    let (status, _) = ada.ask("POST /login", "username=ada&password=plywood");
    assert_eq!(status, 303);
    for n in 1..=10 {
        let (status, page) = ada.ask("GET /", "");
        let machine = ["a", "b"][n % 2];
        assert_eq!(
            (status, &*page),
            (200, &*format!("ada, visit {n}, machine {machine}\n"))
        );
    }

    // Pages with many parts ask both machines at a time.
    thread::scope(|scope| {
        for first in 0..8 {
            let (machines, cookie) = (&machines, ada.cookie.clone());
            scope.spawn(move || {
                let mut part = Visitor {
                    machines,
                    asked: first,
                    cookie,
                };
                for _ in 0..10 {
                    assert_eq!(part.ask("GET /", "").0, 200);
                }
            });
        }
    });
    assert!(ada.ask("GET /", "").1.starts_with("ada, visit 91,"));

    let before = ada.cookie.clone();
    assert_eq!(ada.ask("POST /logout", "").0, 303);
    ada.cookie = before;
    for _ in 0..2 {
        assert_eq!(ada.ask("GET /", "").0, 401);
    }
}

#[test]
fn two_processes_share_sessions_in_redis() {
    let (url, _server) = RedisServer::given_or_started();
    share(&url);
}

#[test]
fn two_processes_share_sessions_in_postgresql() {
    let (url, _server) = PostgresServer::given_or_started();
    share(&url);
}

#[test]
fn a_machine_whose_store_is_away_answers_503_and_then_goes_on() {
    let mut server = RedisServer::start();
    let running = machines(&server.url());
    let machines = addresses(&running);
    let mut ada = Visitor::new(&machines);
    ada.ask("POST /login", "username=ada&password=plywood");
    server.kill();
    for _ in 0..4 {
        assert_eq!(ada.ask("GET /", "").0, 503);
        // Who has no session needs no store to be told so.
        let cookie = std::mem::take(&mut ada.cookie);
        assert_eq!(ada.ask("GET /", "").0, 401);
        ada.cookie = cookie;
    }
    server.restart();
    let page = |n: usize| format!("ada, visit {n}, machine {}\n", ["a", "b"][n % 2]);
    thread::sleep(std::time::Duration::from_millis(150));
    for n in 1..=4 {
        assert_eq!(ada.ask("GET /", "").1, page(n));
    }
}

#[test]
fn the_example_knows_its_visitor_in_each_process_and_in_one_that_is_new() {
    let (url, _server) = RedisServer::given_or_started();
    let start = || {
        let environment = [("REDIS", &*url)];
        Example::start_in("many_machines", &["--listen", "127.0.0.1:0"], &environment)
    };
    let greeting = |machine: &Example, visit: usize| {
        let machine = machine.address();
        (
            200,
            format!("Hello, ada. This is machine {machine}, and your visit {visit}.\n"),
        )
    };
    let mut running = [start(), start()];
    let machines = addresses(&running);
    let mut ada = Visitor::new(&machines);
    assert_eq!(ada.ask("POST /login", "username=ada&password=wrong").0, 403);
    assert_eq!(ada.ask("GET /", "").0, 401);
    assert_eq!(
        ada.ask("POST /login", "username=ada&password=plywood").0,
        303
    );
    for visit in 1..=4 {
        let machine = &running[visit % 2];
        assert_eq!(ada.ask("GET /", ""), greeting(machine, visit));
    }
    let (asked, cookie) = (ada.asked, ada.cookie);

    // One goes, and one that has never heard of her takes its place.
    std::mem::replace(&mut running[0], start()).stop();
    let machines = addresses(&running);
    let mut ada = Visitor {
        machines: &machines,
        asked,
        cookie,
    };
    for visit in 5..=6 {
        let machine = &running[visit % 2];
        assert_eq!(ada.ask("GET /", ""), greeting(machine, visit));
    }
    let cookie = ada.cookie.clone();
    assert_eq!(ada.ask("POST /logout", "").0, 303);
    ada.cookie = cookie;
    for _ in 0..2 {
        assert_eq!(ada.ask("GET /", "").0, 401);
    }
}
