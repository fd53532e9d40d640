#![no_main]

use http::Uri;
use libfuzzer_sys::fuzz_target;
use plywood_core::path::{Path, encode};

fuzz_target!(|raw: &[u8]| {
    let Ok(uri) = Uri::try_from(raw) else {
        return;
    };
    let Ok(path) = Path::read(&uri) else {
        return;
    };
    let text = path.as_str();
    assert!(text.starts_with('/') && !text.contains("//") && !text.contains('\\'));
    assert!(!text.chars().any(|character| character.is_ascii_control()));
    assert!(
        path.segments()
            .all(|segment| segment != "." && segment != "..")
    );
    // Reading is the end of it: what was read, sent again, reads the same.
    let again: Uri = encode(text).parse().expect("what is encoded can be sent");
    assert_eq!(Path::read(&again).expect("and read").as_str(), text);
});
