#![no_main]

use libfuzzer_sys::fuzz_target;
use plywood_auth::password::{Kind, PasswordHash};

// No text makes the parser panic, and none that is taken costs more than the bounds allow: a target that hangs has found one that does.
fuzz_target!(|text: &str| {
    match text.parse::<PasswordHash>() {
        Ok(hash) => {
            assert_ne!(hash.kind(), Kind::PlainText);
            assert!(text.len() <= 1024);
            // Only the cheap ones are verified, or the fuzzer would do nothing else.
            if matches!(hash.kind(), Kind::Sha1 | Kind::Md5Crypt | Kind::Locked) {
                assert!(!hash.verify("a password that nobody has"));
            }
        }
        Err(error) => assert!(text.len() < 20 || !error.to_string().contains(text)),
    }
});
