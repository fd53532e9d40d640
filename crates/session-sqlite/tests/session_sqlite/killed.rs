//! A process that is killed in the middle of its work loses nothing of what it has said it did.

use std::{
    env,
    io::{BufRead, BufReader, Write},
    process::{Child, Command, Stdio},
};

use plywood_session_core::{Id, Vault};
use plywood_session_sqlite::SqliteStore;
use tempfile::tempdir;

use crate::counted;

const FILE: &str = "PLYWOOD_TEST_SESSION_FILE";

/// The process that is killed: it makes sessions for ever, and prints the id of each once it is saved.
#[tokio::test]
#[ignore = "the other test runs it in a process of its own"]
async fn a_process_that_writes() {
    let path = env::var_os(FILE).unwrap();
    let vault = Vault::new(SqliteStore::open(path).unwrap());
    let tasks: Vec<_> = (0..8)
        .map(|_| tokio::spawn(save_for_ever(vault.clone())))
        .collect();
    for task in tasks {
        task.await.unwrap();
    }
}

async fn save_for_ever(vault: Vault) {
    loop {
        let id = counted(&vault).await;
        let session = vault.session([id]);
        session.insert("count", 1).unwrap();
        session.commit().await.unwrap();
        let line = format!("saved {}\n", id.as_str());
        std::io::stdout().write_all(line.as_bytes()).unwrap();
    }
}

fn start(path: &std::path::Path) -> Child {
    Command::new(env::current_exe().unwrap())
        .args([
            "--ignored",
            "--exact",
            "--nocapture",
            "killed::a_process_that_writes",
        ])
        .env(FILE, path)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

#[tokio::test]
async fn a_killed_process_loses_nothing_that_it_acknowledged() {
    let directory = tempdir().unwrap();
    let path = directory.path().join("sessions.db");
    let mut saved = Vec::new();
    for round in 0..5 {
        let mut child = start(&path);
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let id = |line: String| {
            let (_, id) = line.split_once("saved ")?;
            Id::parse(id)
        };
        saved.extend(
            lines
                .by_ref()
                .map_while(Result::ok)
                .filter_map(id)
                .take(50 + round * 17),
        );
        child.kill().unwrap();
        child.wait().unwrap();
        // What it could still print before it died.
        saved.extend(lines.map_while(Result::ok).filter_map(id));
    }
    assert!(saved.len() >= 250, "{}", saved.len());
    let vault = Vault::new(SqliteStore::open(&path).unwrap());
    for id in saved {
        let count = vault.session([id]).get::<u32>("count").await.unwrap();
        assert_eq!(count, Some(1));
    }
}
