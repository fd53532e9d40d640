#![no_main]

use libfuzzer_sys::fuzz_target;
use plywood_rule::{Converter, Pattern};

fuzz_target!(|text: &str| {
    for read in [Pattern::read(text), Pattern::read_host(text)] {
        match read {
            Ok(pattern) => {
                for variable in pattern.variables() {
                    assert!(text[variable.at()].contains(variable.name()));
                    let _ = Converter::of(variable);
                }
            }
            Err(flaw) => {
                assert!(text.get(flaw.at()).is_some());
                let _ = flaw.under(text);
            }
        }
    }
});
