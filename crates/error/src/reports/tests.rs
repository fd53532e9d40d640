use std::{
    io,
    sync::{
        OnceLock,
        mpsc::{self, Receiver, Sender},
    },
};

use plywood_core::BoxError;

use super::*;
use crate::IncidentKind;

const PATIENCE: Duration = Duration::from_secs(240);

fn incident(word: &str) -> Incident {
    Incident::new(IncidentKind::Failed, &io::Error::other(word))
}

fn sends(sender: &Sender<Report>) -> impl Reporter + use<> {
    let sender = sender.clone();
    move |report: &Report| Ok(sender.send(report.clone())?)
}

fn subjects(receiver: &Receiver<Report>) -> Vec<String> {
    receiver.try_iter().map(|report| report.subject()).collect()
}

#[test]
fn a_group_is_reported_once_and_its_number_at_the_end() {
    let (sender, receiver) = mpsc::channel();
    let reports = Reports::to(sends(&sender)).start().unwrap();
    reports.tell(&incident("disk"));
    let first = receiver.recv_timeout(PATIENCE).unwrap();
    assert_eq!(first.subject(), "failed: disk");
    for _ in 0..10_000 {
        reports.tell(&incident("disk"));
    }
    assert!(reports.finish(PATIENCE));
    assert_eq!(subjects(&receiver), ["failed: disk, 10000 times"]);
}

#[test]
fn whoever_is_told_of_each_is_told_of_each() {
    let (sender, receiver) = mpsc::channel();
    let reports = Reports::each(sends(&sender)).start().unwrap();
    for word in ["a", "b", "a"] {
        reports.tell(&incident(word));
    }
    assert!(reports.finish(PATIENCE));
    assert_eq!(subjects(&receiver), ["failed: a", "failed: b", "failed: a"]);
}

#[test]
fn a_reporter_that_stands_still_holds_nobody_up_and_what_was_dropped_is_told() {
    let (sender, receiver) = mpsc::channel();
    let (open, gate) = mpsc::channel::<()>();
    let (at_gate, arrived) = mpsc::channel();
    let waits = move |report: &Report| {
        at_gate.send(())?;
        gate.recv()?;
        Ok(sender.send(report.clone())?)
    };
    let reports = Reports::each(waits).start().unwrap();
    reports.tell(&incident("first"));
    arrived.recv_timeout(PATIENCE).unwrap();
    // Nobody takes anything out now.
    let more = u64::try_from(QUEUE).unwrap() + 500;
    for _ in 0..more {
        reports.tell(&incident("more"));
    }
    for _ in 0..=more {
        open.send(()).unwrap();
    }
    assert!(reports.finish(PATIENCE));
    let told: Vec<_> = receiver.try_iter().collect();
    assert_eq!(told.len(), 1 + QUEUE);
    assert_eq!(told[1].missed(), 500);
}

#[test]
fn what_fails_is_tried_again_and_a_panic_ends_nothing() {
    let (sender, receiver) = mpsc::channel();
    let mut tries = 0;
    let fails = move |report: &Report| {
        tries += 1;
        match tries {
            1 => Err("no connection".into()),
            2 => panic!("no sense"),
            _ => Ok(sender.send(report.clone())?),
        }
    };
    let reports = Reports::to(fails).start().unwrap();
    for _ in 0..3 {
        reports.tell(&incident("disk"));
        assert!(reports.finish(PATIENCE));
    }
    // One report or several, as the thread came to it.
    let told: u64 = receiver.try_iter().map(|report| report.count()).sum();
    assert_eq!(told, 3);
}

#[test]
fn a_report_that_cannot_be_reported_holds_no_other_up() {
    let (sender, receiver) = mpsc::channel();
    let refuses = move |report: &Report| match report.incident().message() {
        "too long" => Err("400 Bad Request".into()),
        _ => Ok(sender.send(report.clone())?),
    };
    let reports = Reports::to(refuses).start().unwrap();
    reports.tell(&incident("too long"));
    assert!(reports.finish(PATIENCE));
    for word in ["disk", "bank"] {
        reports.tell(&incident(word));
        assert!(reports.finish(PATIENCE));
    }
    assert_eq!(subjects(&receiver), ["failed: disk", "failed: bank"]);
}

#[test]
fn an_error_without_a_text_and_a_payload_that_panics_end_nothing() {
    struct Again;

    impl Drop for Again {
        fn drop(&mut self) {
            std::panic::panic_any(Self);
        }
    }

    #[derive(Debug)]
    struct Wordless;

    impl fmt::Display for Wordless {
        fn fmt(&self, _: &mut fmt::Formatter<'_>) -> fmt::Result {
            panic!("no words")
        }
    }

    impl std::error::Error for Wordless {}

    let (sender, receiver) = mpsc::channel();
    let mut tries = 0;
    let fails = move |report: &Report| {
        tries += 1;
        match tries {
            1 => Err(Wordless.into()),
            2 => std::panic::panic_any(Again),
            _ => Ok(sender.send(report.clone())?),
        }
    };
    let reports = Reports::to(fails).start().unwrap();
    for _ in 0..4 {
        reports.tell(&incident("disk"));
        assert!(reports.finish(PATIENCE));
    }
    let told: u64 = receiver.try_iter().map(|report| report.count()).sum();
    assert_eq!(told, 4);
}

#[test]
fn what_waits_is_reported_when_the_last_handle_is_gone() {
    let (sender, receiver) = mpsc::channel();
    let reports = Reports::to(sends(&sender)).start().unwrap();
    drop(sender);
    let other = reports.clone();
    drop(reports);
    other.tell(&incident("disk"));
    other.tell(&incident("disk"));
    drop(other);
    let told: u64 = receiver.iter().map(|report| report.count()).sum();
    assert_eq!(told, 2, "and the thread has ended, or this would wait");
}

#[test]
fn a_flood_of_many_kinds_takes_no_more_room_than_one_of_a_few() {
    for kinds in [8, 200] {
        flood_of_many(kinds);
    }
}

fn flood_of_many(kinds: usize) {
    let (sender, receiver) = mpsc::channel();
    let builder = Reports::to(sends(&sender)).causes(kinds).hourly(1000);
    let reports = builder.start().unwrap();
    let letter = |number: u32| char::from(b'a' + u8::try_from(number).unwrap());
    for number in 0..26 * 26 {
        let word = [letter(number / 26), letter(number % 26)];
        reports.tell(&incident(&word.iter().collect::<String>()));
    }
    assert!(reports.finish(PATIENCE));
    let told: Vec<_> = receiver.try_iter().collect();
    assert_eq!(told.iter().map(Report::count).sum::<u64>(), 26 * 26);
    assert!(told.iter().any(Report::is_assorted));
}

#[test]
fn the_end_does_not_wait_for_what_is_told_meanwhile() {
    let own = Arc::new(OnceLock::<Reports>::new());
    let flooded = Arc::clone(&own);
    let (open, gate) = mpsc::channel::<()>();
    let flooded = move |report: &Report| {
        let reports = flooded.get().expect("it is set before anything is told");
        match report.incident().message() {
            "first" => {
                while reports.0.0.state().asked == 0 {
                    thread::yield_now();
                }
                reports.tell(&incident("second"));
            }
            "second" => reports.tell(&incident("third")),
            _ => gate.recv()?,
        }
        Ok(())
    };
    let reports = Reports::each(flooded).start().unwrap();
    own.set(reports.clone()).unwrap();
    reports.tell(&incident("first"));
    assert!(reports.finish(PATIENCE));
    open.send(()).unwrap();
}

#[test]
fn whoever_fails_does_not_keep_the_others_waiting() {
    let (sender, receiver) = mpsc::channel();
    let fails = {
        let sender = sender.clone();
        move |_: &Report| -> Result<(), BoxError> {
            sender.send("fails")?;
            Err("no connection".into())
        }
    };
    let well = move |_: &Report| Ok(sender.send("well")?);
    let reports = Reports::to(fails).to(well).start().unwrap();
    reports.tell(&incident("first"));
    assert!(reports.finish(PATIENCE));
    let asked: Vec<_> = receiver.try_iter().collect();
    assert_eq!(asked[0], "fails");
    reports.tell(&incident("second"));
    assert!(reports.finish(PATIENCE));
    let asked: Vec<_> = receiver.try_iter().collect();
    assert_eq!(asked, ["well", "fails", "fails"]);
}
