//! Plywood's layers in all orders: each pair, and stacks of five, over one table of requests.

#![expect(clippy::unwrap_used, reason = "a test may")]

mod errors;
mod invariants;
mod liars;
mod question;
mod site;
mod stack;

use std::{
    collections::{BTreeMap, BTreeSet},
    io::Write,
    path::PathBuf,
    sync::Once,
    time::{Duration, SystemTime},
};

use http::{StatusCode, header};
use plywood::prelude::Failure;

use crate::{
    invariants::Answers,
    question::Question,
    stack::{Answer, Outcome, Sheet, Stack},
};

const HOUR: Duration = Duration::from_secs(3600);

/// A folder of files, and a panic hook that keeps the one panic that is meant to itself.
fn files() -> PathBuf {
    static QUIET: Once = Once::new();
    QUIET.call_once(|| {
        let tell = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |info| {
            if !info.to_string().contains(site::SECRET) {
                tell(info);
            }
        }));
    });
    let files = tempfile::tempdir().unwrap();
    std::fs::create_dir(files.path().join("deep")).unwrap();
    for (name, text) in [
        (
            "page.html",
            "<!doctype html><title>Page</title>".repeat(100),
        ),
        ("style.css", "body { color: red }\n".repeat(100)),
        ("deep/index.html", "deep".to_owned()),
    ] {
        let mut file = std::fs::File::create(files.path().join(name)).unwrap();
        file.write_all(text.as_bytes()).unwrap();
        // The tag of a file that was written just now is weak, and later it is not.
        file.set_modified(SystemTime::now() - HOUR).unwrap();
    }
    // The folder must outlive the test; the system's own cleaning takes it.
    files.keep()
}

/// Asks the whole table of every stack, and tells all that is wrong.
async fn run(stacks: impl IntoIterator<Item = Vec<Sheet>>) {
    let files = files();
    let mut wrong = BTreeMap::<_, Vec<_>>::new();
    for sheets in stacks {
        let stack = Stack::new(&sheets, &files);
        let mut prefixes = vec![""];
        if stack.lacks_session() {
            // Where such a login form lets through, the rest must still work.
            prefixes.push("/open");
        }
        let places: BTreeSet<_> = sheets.iter().filter_map(|sheet| sheet.place()).collect();
        prefixes.extend(places);
        for prefix in prefixes {
            for (question, fault) in faults(&stack, &question::table(prefix)).await {
                let place = (sheets.len(), format!("{question:?} through {sheets:?}"));
                wrong.entry(fault).or_default().push(place);
            }
        }
    }
    let told = wrong.iter().map(|(fault, places)| {
        let (_, example) = places.iter().min().unwrap();
        format!("{fault}\n  {} times, as in {example}\n", places.len())
    });
    let told = told.collect::<String>();
    assert!(wrong.is_empty(), "{} kinds of fault\n{told}", wrong.len());
}

async fn faults(stack: &Stack, table: &[Question]) -> Vec<(Question, String)> {
    let mut answers = Answers::default();
    let mut faults = Vec::new();
    for question in table {
        let outcome = stack.ask(question).await;
        let mut found = invariants::check(stack, question, &outcome, &mut answers);
        if let Outcome::Answered(answer) = &outcome
            && found.is_ok()
        {
            found = against_others(stack, question, answer).await;
        }
        faults.extend(found.err().map(|fault| (question.clone(), fault)));
    }
    faults
}

/// What has to agree with the answer to another request.
async fn against_others(stack: &Stack, question: &Question, answer: &Answer) -> Result<(), String> {
    if question.method != http::Method::GET {
        return Ok(());
    }
    if !question.asks_for_a_part()
        && let Outcome::Answered(head) = stack.ask(&question.of_head()).await
    {
        invariants::same_head(answer, &head)?;
    }
    let is_file = ["page.html", "style.css"]
        .iter()
        .any(|name| question.target.ends_with(name));
    if let Some(tag) = answer.head.headers.get(header::ETAG)
        && is_file
        && answer.head.status == StatusCode::OK
    {
        let again = question.clone().with("if-none-match", tag);
        if let Outcome::Answered(again) = stack.ask(&again).await {
            invariants::confirmed(answer, &again)?;
        }
    }
    Ok(())
}

#[tokio::test]
async fn each_layer_alone_keeps_the_contract() {
    run(Sheet::ALL.map(|sheet| vec![sheet])).await;
}

#[tokio::test]
async fn each_ordered_pair_of_layers_keeps_the_contract() {
    let pairs = Sheet::ALL.map(|outer| Sheet::ALL.map(|inner| vec![outer, inner]));
    run(pairs.into_iter().flatten()).await;
}

#[tokio::test]
async fn stacks_of_five_in_any_order_keep_the_contract() {
    let mut random = Random(0x9E37_79B9_7F4A_7C15);
    let stacks = (0..STACKS).map(|_| (0..5).map(|_| random.pick(&Sheet::ALL)).collect());
    run(stacks).await;
}

const STACKS: usize = 60;

/// The same numbers in each run: xorshift.
struct Random(u64);

impl Random {
    fn pick<T: Copy, const N: usize>(&mut self, of: &[T; N]) -> T {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        let place = (self.0 >> 32) % N as u64;
        of[usize::try_from(place).unwrap()]
    }
}

#[tokio::test]
async fn what_stands_once_more_below_a_mount_is_reached_there() {
    let files = files();
    for sheet in [Sheet::Mounts, Sheet::RegexRoutes] {
        let place = sheet.place().unwrap();
        let stack = Stack::new(&[sheet], &files);
        let table = question::table(place);
        let members = |one: &&Question| one.target == format!("{place}/members/page");
        let question = table.iter().find(members).unwrap();
        let Outcome::Answered(answer) = stack.ask(question).await else {
            panic!("{sheet:?}: no answer");
        };
        let told = String::from_utf8_lossy(&answer.bytes);
        assert_eq!(told, format!("{} {place}/members/page", site::INSIDE));
    }
}

#[tokio::test]
async fn a_login_form_without_a_session_says_which_layer_is_missing() {
    let files = files();
    for sheets in [
        &[Sheet::FormLogin][..],
        &[Sheet::ErrorPages, Sheet::FormLogin],
        &[
            Sheet::AccessLog,
            Sheet::ErrorPages,
            Sheet::FormLogin,
            Sheet::Session,
        ],
    ] {
        let stack = Stack::new(sheets, &files);
        let question = &question::table("")[0];
        let Outcome::Answered(answer) = stack.ask(question).await else {
            panic!("{sheets:?}: no answer");
        };
        assert_eq!(answer.head.status, StatusCode::INTERNAL_SERVER_ERROR);
        let failure = Failure::of(&answer.head).unwrap().to_string();
        assert!(
            failure.contains("`SessionLayer` of `plywood-session`"),
            "{failure}"
        );
        let told = String::from_utf8_lossy(&answer.bytes);
        assert!(!told.contains("SessionLayer"), "{told}");
    }
}
