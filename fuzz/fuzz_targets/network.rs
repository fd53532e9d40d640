#![no_main]

use std::net::IpAddr;

use libfuzzer_sys::fuzz_target;
use plywood_auth::Network;

// A range that is read is shown and read again, and holds its first address.
fuzz_target!(|text: &str| {
    let Ok(network) = text.parse::<Network>() else {
        return;
    };
    let shown = network.to_string();
    assert_eq!(shown.parse(), Ok(network), "{shown}");
    let (first, _) = shown.split_once('/').expect("it is shown with its prefix");
    let first: IpAddr = first.parse().expect("it begins with an address");
    assert!(network.contains(first), "{shown}");
});
