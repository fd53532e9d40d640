use ::scrypt::{Params, scrypt};

use super::parse::InvalidHash;
use crate::constant_time_eq;

/// In bytes.
const MOST_MEMORY: u64 = 128 << 20;
const MOST_WORK: u64 = 256 << 20;

/// scrypt, however it was written down.
#[derive(Clone)]
pub(super) struct Scrypt {
    params: Params,
    salt: Box<[u8]>,
    hash: Box<[u8]>,
}

impl Scrypt {
    pub(super) fn new(
        cost: u32,
        block_size: u32,
        lanes: u32,
        salt: &[u8],
        hash: &[u8],
    ) -> Result<Self, InvalidHash> {
        const FORM: InvalidHash = InvalidHash::malformed(
            "a power of two, a block size, a number of lanes, and a hash of 64 bytes",
        );
        if !cost.is_power_of_two() || cost < 2 || block_size == 0 || lanes == 0 {
            return Err(FORM);
        }
        let memory = u64::from(cost)
            .saturating_mul(u64::from(block_size))
            .saturating_mul(128);
        if memory > MOST_MEMORY || memory.saturating_mul(u64::from(lanes)) > MOST_WORK {
            return Err(InvalidHash::cost(
                "128 MiB at most, and 256 MiB in all lanes",
            ));
        }
        // Both of its writers make so many. A part of them would match too, and so would a line that was cut off.
        if hash.len() != 64 {
            return Err(FORM);
        }
        let cost = u8::try_from(cost.trailing_zeros()).map_err(|_| FORM)?;
        Ok(Self {
            params: Params::new(cost, block_size, lanes).map_err(|_| FORM)?,
            salt: salt.into(),
            hash: hash.into(),
        })
    }

    pub(super) fn cost(&self) -> u64 {
        (u64::from(self.params.r()) * u64::from(self.params.p())) << self.params.log_n()
    }

    pub(super) fn verify(&self, password: &[u8]) -> bool {
        let mut hash = vec![0; self.hash.len()];
        let hashed = scrypt(password, &self.salt, &self.params, &mut hash);
        hashed.is_ok() & constant_time_eq(&hash, &self.hash)
    }
}
