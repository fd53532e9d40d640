use ::argon2::{Algorithm, Argon2 as Function, Params, Version};
use base64::{Engine, prelude::BASE64_STANDARD_NO_PAD};
use ring::rand::{SecureRandom, SystemRandom};

use super::parse::{InvalidHash, number};
use crate::constant_time_eq;

const MEMORY: u32 = 19 * 1024;
const PASSES: u32 = 2;
const LANES: u32 = 1;

/// In KiB.
const MOST_MEMORY: u32 = 256 * 1024;
const MOST_WORK: u64 = 1024 * 1024;
const MOST_LANES: u32 = 64;

/// `$argon2id$v=19$m=19456,t=2,p=1$salt$hash`
#[derive(Clone)]
pub(super) struct Argon2 {
    function: Function<'static>,
    /// Argon2id, in its last version.
    is_current: bool,
    salt: Box<[u8]>,
    hash: Box<[u8]>,
}

impl Argon2 {
    pub(super) fn parse(text: &str) -> Result<Self, InvalidHash> {
        const FORM: InvalidHash = InvalidHash::malformed(
            "`$argon2id$v=19$m=..,t=..,p=..$salt$hash`, salt and hash in base64 without padding",
        );
        let mut fields = text.split('$').skip(1);
        let algorithm = match fields.next() {
            Some("argon2id") => Algorithm::Argon2id,
            Some("argon2i") => Algorithm::Argon2i,
            Some("argon2d") => Algorithm::Argon2d,
            _ => return Err(FORM),
        };
        let mut field = fields.next().ok_or(FORM)?;
        // Before the version had a number, there was 16.
        let mut version = Version::V0x10;
        if let Some(number) = field.strip_prefix("v=") {
            version = match number {
                "16" => Version::V0x10,
                "19" => Version::V0x13,
                _ => return Err(FORM),
            };
            field = fields.next().ok_or(FORM)?;
        }
        let mut costs = field.split(',');
        let mut cost = |name: &str| {
            let cost = costs.next().and_then(|cost| cost.strip_prefix(name));
            cost.and_then(number).ok_or(FORM)
        };
        let (memory, passes, lanes) = (cost("m=")?, cost("t=")?, cost("p=")?);
        if costs.next().is_some() {
            return Err(FORM);
        }
        if memory > MOST_MEMORY
            || u64::from(memory) * u64::from(passes) > MOST_WORK
            || lanes > MOST_LANES
        {
            return Err(InvalidHash::cost(
                "256 MiB, 1 GiB in all passes, and 64 lanes at most",
            ));
        }
        let mut bytes = || {
            let field = fields.next().ok_or(FORM)?;
            BASE64_STANDARD_NO_PAD.decode(field).map_err(|_| FORM)
        };
        let (salt, hash) = (bytes()?, bytes()?);
        if fields.next().is_some() || salt.len() < 8 || hash.len() < 16 || hash.len() > 128 {
            return Err(FORM);
        }
        let params = Params::new(memory, passes, lanes, Some(hash.len())).map_err(|_| FORM)?;
        Ok(Self {
            function: Function::new(algorithm, version, params),
            is_current: (algorithm, version) == (Algorithm::Argon2id, Version::V0x13),
            salt: salt.into(),
            hash: hash.into(),
        })
    }

    pub(super) fn hash(password: &[u8]) -> String {
        let mut salt = [0; 16];
        SystemRandom::new()
            .fill(&mut salt)
            .expect("the system gives random bytes");
        let params = Params::new(MEMORY, PASSES, LANES, Some(32))
            .expect("they are in the standard's bounds");
        let mut hash = [0; 32];
        Function::new(Algorithm::Argon2id, Version::V0x13, params)
            .hash_password_into(password, &salt, &mut hash)
            .expect("a password, a salt and a hash of these lengths are allowed");
        let (salt, hash) = (
            BASE64_STANDARD_NO_PAD.encode(salt),
            BASE64_STANDARD_NO_PAD.encode(hash),
        );
        format!("$argon2id$v=19$m={MEMORY},t={PASSES},p={LANES}${salt}${hash}")
    }

    pub(super) fn cost(&self) -> u64 {
        let params = self.function.params();
        u64::from(params.m_cost()) * u64::from(params.t_cost())
    }

    pub(super) fn verify(&self, password: &[u8]) -> bool {
        let mut hash = vec![0; self.hash.len()];
        let hashed = self
            .function
            .hash_password_into(password, &self.salt, &mut hash);
        hashed.is_ok() & constant_time_eq(&hash, &self.hash)
    }

    pub(super) fn is_outdated(&self) -> bool {
        let params = self.function.params();
        let (memory, passes) = (params.m_cost(), params.t_cost());
        let is_strong = (memory >= MEMORY && passes >= PASSES) || memory >= 46 * 1024;
        !self.is_current || !is_strong || self.hash.len() < 32 || self.salt.len() < 16
    }
}
