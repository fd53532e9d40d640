#![no_main]

use http::HeaderValue;
use libfuzzer_sys::fuzz_target;
use plywood_header::local_reference::local;

fuzz_target!(|text: &str| {
    if let Some(local) = local(text) {
        assert_eq!(local, text);
        let seen = text.replace(['\t', '\n', '\r'], "").replace('\\', "/");
        assert!(seen.starts_with('/') && !seen.starts_with("//"));
        assert!(HeaderValue::from_str(text).is_ok());
    }
});
