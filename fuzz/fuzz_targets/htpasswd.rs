#![no_main]

use std::{fs, path::PathBuf, sync::LazyLock};

use libfuzzer_sys::fuzz_target;
use plywood_auth::{digest::Htdigest, password::Htpasswd};

static PATH: LazyLock<PathBuf> =
    LazyLock::new(|| std::env::temp_dir().join(format!("plywood-fuzz-{}", std::process::id())));

// As a file of passwords, of digests and of groups: no panic, and an error names a line that is there.
fuzz_target!(|text: &[u8]| {
    fs::write(&*PATH, text).expect("there is a disk");
    let lines = text.split(|byte| *byte == b'\n').count();
    let errors = [
        Htpasswd::open(&*PATH).err(),
        Htpasswd::at(&*PATH).allow_plain_text().open().err(),
        Htdigest::open(&*PATH).err(),
    ];
    for error in errors.into_iter().flatten() {
        assert!(
            error.line().is_none_or(|line| (1..=lines).contains(&line)),
            "{error}"
        );
    }
});
