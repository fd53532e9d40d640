//! Sessions in a SQLite file, whose process is killed two hundred times and whose account signs out everywhere.

#![allow(clippy::unwrap_used)]

use std::{
    collections::HashMap,
    env,
    io::{BufRead, BufReader, Write},
    path::Path,
    process::{Child, Command, Stdio},
};

use plywood::prelude::*;
use plywood_session_core::{Change, Id, Vault};
use plywood_test::Client;

const FILE: &str = "PLYWOOD_TEST_SESSION_FILE";

/// The process that is killed: its tasks sign in, write, renew and sign out for ever, and say what they have done once it is saved.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "the other test runs it in a process of its own"]
async fn a_process_that_writes() {
    let path = env::var_os(FILE).unwrap();
    let vault = Vault::new(SqliteStore::open(path).unwrap());
    let tasks: Vec<_> = (0..8)
        .map(|_| tokio::spawn(visit_for_ever(vault.clone())))
        .collect();
    for task in tasks {
        task.await.unwrap();
    }
}

async fn visit_for_ever(vault: Vault) {
    loop {
        let session = vault.session([]);
        session.insert("count", 0).unwrap();
        session.belongs_to("ada").unwrap();
        let mut id = issued(&session).await;
        say(&format!("count {} 0", id.as_str()));
        for count in 1..4 {
            let session = vault.session([id]);
            let more = |count: Option<u32>| count.unwrap() + 1;
            session.update("count", more).await.unwrap();
            session.commit().await.unwrap();
            say(&format!("count {} {count}", id.as_str()));
        }
        let session = vault.session([id]);
        session.renew();
        let old = id;
        id = issued(&session).await;
        say(&format!(
            "gone {}\nsaved: count {} 3",
            old.as_str(),
            id.as_str()
        ));
        if id
            .as_str()
            .starts_with(|first: char| first.is_ascii_uppercase())
        {
            let session = vault.session([id]);
            session.destroy();
            say(&format!("leaving {}", id.as_str()));
            session.commit().await.unwrap();
            say(&format!("gone {}", id.as_str()));
        }
    }
}

async fn issued(session: &Session) -> Id {
    match session.finish().await.unwrap().change {
        Change::Issue { id, .. } => id,
        other => panic!("a new id is issued, not {other:?}"),
    }
}

/// At once and as one piece, so that what is read was said.
fn say(news: &str) {
    std::io::stdout()
        .write_all(format!("saved: {news}\n").as_bytes())
        .unwrap();
}

fn start(path: &Path) -> Child {
    Command::new(env::current_exe().unwrap())
        .args([
            "--ignored",
            "--exact",
            "--nocapture",
            "a_process_that_writes",
        ])
        .env(FILE, path)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

/// What is known of a session: its count at least, that it is gone, or that it may be either.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Known {
    Counts(u32),
    Gone,
    Either,
}

fn learn(known: &mut HashMap<String, Known>, line: &str) -> Option<()> {
    let (_, news) = line.split_once("saved: ")?;
    let mut words = news.split(' ');
    let (what, id) = (words.next()?, words.next()?);
    let fact = match what {
        "count" => Known::Counts(words.next()?.parse().ok()?),
        "leaving" => Known::Either,
        _ => Known::Gone,
    };
    known.insert(id.to_owned(), fact);
    Some(())
}

async fn verify(vault: &Vault, known: &HashMap<String, Known>) {
    for (id, fact) in known {
        let session = vault.session([Id::parse(id).unwrap()]);
        let count: Option<u32> = session.get("count").await.unwrap();
        let right = match fact {
            // A change that was made and not yet told of: one more count, or a renewal.
            Known::Counts(least) => match count {
                Some(count) => (*least..=least + 1).contains(&count),
                None => *least == 3,
            },
            Known::Gone => count.is_none(),
            Known::Either => true,
        };
        assert!(right, "{fact:?}, and found {count:?}");
    }
}

#[tokio::test]
async fn a_process_that_is_killed_two_hundred_times_loses_nothing_that_it_acknowledged() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("sessions.db");
    let (mut known, mut lines_read) = (HashMap::new(), 0);
    for round in 0..200 {
        let mut child = start(&path);
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let mut told = HashMap::new();
        // It is killed in the middle of its work, at another place each time.
        for line in lines.by_ref().map_while(Result::ok).take(15 + round % 37) {
            learn(&mut told, &line);
            lines_read += 1;
        }
        child.kill().unwrap();
        child.wait().unwrap();
        // What it could still say before it died. The last line may be cut, and then it is the end of an id that is too short.
        for line in lines.map_while(Result::ok).filter(|line| !is_cut(line)) {
            learn(&mut told, &line);
        }
        if round % 20 == 0 {
            let vault = Vault::new(SqliteStore::open(&path).unwrap());
            verify(&vault, &told).await;
        }
        known.extend(told);
    }
    assert!(lines_read > 200 * 15, "{lines_read}");
    let vault = Vault::new(SqliteStore::open(&path).unwrap());
    verify(&vault, &known).await;
    drop(vault);
    is_whole(&path);
}

fn is_cut(line: &str) -> bool {
    let mut words = line.split(' ').skip_while(|word| *word != "saved:").skip(1);
    match (words.next(), words.next(), words.next()) {
        (Some("count"), Some(_), Some(count)) => count.len() != 1,
        (Some("count"), ..) => true,
        (_, Some(id), _) => id.len() != Id::LENGTH,
        _ => true,
    }
}

async fn home(request: Request<Body>) -> Result<Response<Body>, BoxError> {
    let who = Identity::of(&request).ok_or("only who has signed in comes here")?;
    Ok(Response::new(who.name().to_owned().into()))
}

#[tokio::test]
async fn an_account_that_signs_out_everywhere_is_signed_out_everywhere() {
    let directory = tempfile::tempdir().unwrap();
    let store = SqliteStore::open(directory.path().join("sessions.db")).unwrap();
    let sessions = SessionLayer::new(store);
    let check = |name: &str, password: &str| (password == "plywood").then(|| Identity::new(name));
    let app = ServiceBuilder::new()
        .layer(sessions.clone())
        .layer(FormLoginLayer::new(check))
        .service_fn(home);
    let clients = ["ada", "ada", "bob"].map(|name| (name, Client::new(app.clone())));
    for (name, client) in &clients {
        let account = [("username", *name), ("password", "plywood")];
        client.post("/login").form(account).await.expect_status(303);
        client.get("/").await.expect_text(name);
    }
    assert_eq!(sessions.vault().destroy_all("ada").await.unwrap(), 2);
    let [(_, here), (_, there), (_, bob)] = &clients;
    for client in [here, there] {
        client
            .get("/")
            .header("accept", "text/html")
            .await
            .expect_status(303);
    }
    bob.get("/").await.expect_text("bob");
}

/// SQLite's own look at every page.
fn is_whole(path: &Path) {
    let file = rusqlite::Connection::open(path).unwrap();
    let verdict: String = file
        .query_row("PRAGMA integrity_check", [], |row| row.get(0))
        .unwrap();
    assert_eq!(verdict, "ok");
}
