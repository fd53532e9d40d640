//! What goes to `tracing`. Alone, because a subscriber is for all.

// The device that is always full is Linux's.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, reason = "all of this is a test")]

use std::{
    fmt::Debug,
    sync::{Arc, Mutex},
};

use plywood_access_log::{Events, Lines, LogFile, Sink};
use tracing::{
    Event, Level, Metadata, Subscriber,
    field::{Field, Visit},
    span,
};

type Heard = Arc<Mutex<Vec<(Level, String, String)>>>;

/// Hears events alone.
struct Listener(Heard);

impl Subscriber for Listener {
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        true
    }

    fn event(&self, event: &Event<'_>) {
        struct Message(String);

        impl Visit for Message {
            fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
                if field.name() == "message" {
                    self.0 = format!("{value:?}");
                }
            }
        }

        let mut message = Message(String::new());
        event.record(&mut message);
        let target = event.metadata().target().to_owned();
        let heard = (*event.metadata().level(), target, message.0);
        self.0.lock().unwrap().push(heard);
    }

    fn new_span(&self, _: &span::Attributes<'_>) -> span::Id {
        span::Id::from_u64(1)
    }

    fn record(&self, _: &span::Id, _: &span::Record<'_>) {}
    fn record_follows_from(&self, _: &span::Id, _: &span::Id) {}
    fn enter(&self, _: &span::Id) {}
    fn exit(&self, _: &span::Id) {}
}

#[test]
fn lines_may_be_events_and_trouble_is_one() {
    let heard = Heard::default();
    tracing::subscriber::set_global_default(Listener(Arc::clone(&heard))).unwrap();
    Events.write(b"a line");
    let full = Lines::options().file(LogFile::at("/dev/full")).unwrap();
    full.write(b"lost");
    drop(full);
    let heard = heard.lock().unwrap();
    assert_eq!(heard.len(), 2, "{heard:?}");
    assert_eq!(
        heard[0],
        (
            Level::INFO,
            "plywood_access_log::events".to_owned(),
            "a line".to_owned()
        )
    );
    assert_eq!(heard[1].0, Level::ERROR);
    assert!(
        heard[1]
            .2
            .starts_with("1 lines of the access log could not be written")
    );
}
