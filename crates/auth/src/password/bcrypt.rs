use std::fmt::Write;

use base64::{
    Engine,
    alphabet::BCRYPT,
    engine::{GeneralPurpose, general_purpose::NO_PAD},
};
use ring::digest::{SHA256, digest};

use super::parse::InvalidHash;
use crate::constant_time_eq;

const BASE64: GeneralPurpose = GeneralPurpose::new(&BCRYPT, NO_PAD);

/// The doublings of the work: 16 take some seconds.
const MOST: u32 = 16;

/// What bcrypt looks at.
const LONGEST: usize = 72;

/// `$2y$12$` and 53 characters: the salt, and the hash.
#[derive(Clone)]
pub(super) struct Bcrypt {
    cost: u32,
    salt: [u8; 16],
    hash: [u8; 23],
    /// Is the password hashed by SHA-256 first, as Django does so that none is too long?
    is_prehashed: bool,
}

impl Bcrypt {
    pub(super) fn parse(text: &str, is_prehashed: bool) -> Result<Self, InvalidHash> {
        const FORM: InvalidHash =
            InvalidHash::malformed("`$2y$`, two digits, `$`, and 53 characters of base64");
        let mut fields = text.split('$').skip(1);
        let (Some("2a" | "2b" | "2y"), Some(cost), Some(rest), None) =
            (fields.next(), fields.next(), fields.next(), fields.next())
        else {
            return Err(FORM);
        };
        if cost.len() != 2 || !cost.bytes().all(|byte| byte.is_ascii_digit()) || rest.len() != 53 {
            return Err(FORM);
        }
        let cost: u32 = cost.parse().map_err(|_| FORM)?;
        if cost < 4 {
            return Err(FORM);
        }
        if cost > MOST {
            return Err(InvalidHash::cost("a bcrypt cost of 16 at most"));
        }
        let (salt, hash) = rest.split_at_checked(22).ok_or(FORM)?;
        let decode = |text: &str, into: &mut [u8]| {
            let decoded = BASE64.decode_slice(text, into);
            decoded.ok().filter(|length| *length == into.len())
        };
        let mut parsed = Self {
            cost,
            salt: [0; 16],
            hash: [0; 23],
            is_prehashed,
        };
        decode(salt, &mut parsed.salt).ok_or(FORM)?;
        decode(hash, &mut parsed.hash).ok_or(FORM)?;
        Ok(parsed)
    }

    pub(super) fn cost(&self) -> u64 {
        u64::from(self.cost)
    }

    pub(super) fn verify(&self, password: &[u8]) -> bool {
        let hashed;
        let mut key = [0; LONGEST];
        let password = if self.is_prehashed {
            hashed = hexadecimal(digest(&SHA256, password).as_ref());
            hashed.as_bytes()
        } else {
            password
        };
        // One that is refused costs as much as any, so that its length is all that the time could tell.
        let fits = password.len() <= LONGEST && !password.contains(&0);
        if fits {
            key[..password.len()].copy_from_slice(password);
        }
        // The NUL at the end is a part of the key, where there is room for it.
        let used = (password.len() + 1).min(LONGEST);
        let computed = ::bcrypt::bcrypt(self.cost, self.salt, &key[..used]);
        constant_time_eq(&computed[..23], self.hash) & fits
    }
}

fn hexadecimal(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(2 * bytes.len());
    for byte in bytes {
        write!(text, "{byte:02x}").expect("a text takes what is written");
    }
    text
}
