#![no_main]

use libfuzzer_sys::fuzz_target;

// Nobody but the store has a use for it, so it is public nowhere.
#[allow(dead_code, reason = "the store uses the rest")]
#[path = "../../crates/session-redis/src/text.rs"]
mod text;

fuzz_target!(|bytes: &[u8]| {
    if let Ok(record) = text::read(bytes) {
        let written = text::write(&record).expect("what was JSON is JSON");
        assert!(written.starts_with(&text::beginning(&record, record.version)));
        assert!(text::read(written.as_bytes()).expect("it is read as it was written") == record);
    }
});
