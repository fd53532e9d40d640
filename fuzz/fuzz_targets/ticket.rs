#![no_main]

use std::time::{Duration, UNIX_EPOCH};

use arbitrary::Arbitrary;
use libfuzzer_sys::fuzz_target;
use plywood_auth::ticket::{DigestType, SharedTicket};

#[derive(Arbitrary, Debug)]
struct Input<'a> {
    sent: &'a str,
    user: &'a str,
    tokens: Vec<&'a str>,
    data: &'a str,
    seconds: u32,
    ip: Option<[u8; 4]>,
}

const SECRET: &[u8] = b"a secret that no input has";

// Nobody can make a ticket without the secret, and one that is written is read as it was meant.
fuzz_target!(|input: Input<'_>| {
    let ip = input.ip.map(Into::into);
    for hash in [DigestType::WeakMd5, DigestType::Sha256, DigestType::Sha512] {
        assert!(SharedTicket::read(input.sent, hash, SECRET, ip).is_err());
        let time = UNIX_EPOCH + Duration::from_secs(input.seconds.into());
        let ticket = SharedTicket::new(input.user, time)
            .tokens(input.tokens.iter().copied())
            .data(input.data);
        let Ok(written) = ticket.write(hash, SECRET, ip) else {
            continue;
        };
        if written.len() <= 4096 && !written.ends_with('"') {
            assert_eq!(SharedTicket::read(&written, hash, SECRET, ip), Ok(ticket));
        }
        assert!(SharedTicket::read(&written, hash, b"another secret", ip).is_err());
    }
});
