//! The hashes of Unix `crypt`: <https://www.akkadia.org/drepper/SHA-crypt.txt>, and MD5 as Poul-Henning Kamp made it.

use md5::{Digest, Md5};
use sha_crypt::{Params, sha256_crypt, sha512_crypt};

use super::{
    hash::Kind,
    parse::{InvalidHash, number},
};
use crate::constant_time_eq;

const ROUNDS: u32 = 5000;
const FEWEST: u32 = 1000;
const MOST: u32 = 1_000_000;

/// Each round looks at the whole password, up to three times.
const LONGEST: usize = 1024;

/// `$6$rounds=5000$salt$hash`
#[derive(Clone)]
pub(super) struct Crypt {
    function: Function,
    salt: Box<[u8]>,
    hash: Box<[u8]>,
}

#[derive(Clone, Copy)]
enum Function {
    Md5(&'static str),
    Sha256(u32),
    Sha512(u32),
}

impl Crypt {
    pub(super) fn parse(text: &str) -> Result<Self, InvalidHash> {
        const FORM: InvalidHash = InvalidHash::malformed(
            "`$`, `apr1`, `1`, `5` or `6`, `$`, for the last two `rounds=..$`, the salt, `$`, and the hash",
        );
        let mut fields = text.split('$').skip(1).peekable();
        let name = fields.next().ok_or(FORM)?;
        let mut rounds = ROUNDS;
        if matches!(name, "5" | "6")
            && let Some(number_of) = fields
                .peek()
                .and_then(|field| field.strip_prefix("rounds="))
        {
            rounds = number(number_of).ok_or(FORM)?.max(FEWEST);
            fields.next();
        }
        if rounds > MOST {
            return Err(InvalidHash::cost("1,000,000 rounds at most"));
        }
        let (function, longest_salt, length) = match name {
            "1" => (Function::Md5("$1$"), 8, 22),
            "apr1" => (Function::Md5("$apr1$"), 8, 22),
            "5" => (Function::Sha256(rounds), 16, 43),
            "6" => (Function::Sha512(rounds), 16, 86),
            _ => return Err(FORM),
        };
        let (Some(salt), Some(hash), None) = (fields.next(), fields.next(), fields.next()) else {
            return Err(FORM);
        };
        let in_alphabet = |byte: u8| ALPHABET.contains(&byte);
        if salt.len() > longest_salt || hash.len() != length || !hash.bytes().all(in_alphabet) {
            return Err(FORM);
        }
        Ok(Self {
            function,
            salt: salt.as_bytes().into(),
            hash: hash.as_bytes().into(),
        })
    }

    pub(super) const fn kind(&self) -> Kind {
        match self.function {
            Function::Md5(_) => Kind::Md5Crypt,
            Function::Sha256(_) | Function::Sha512(_) => Kind::ShaCrypt,
        }
    }

    pub(super) fn cost(&self) -> u64 {
        match self.function {
            Function::Md5(_) => 0,
            Function::Sha256(rounds) => u64::from(rounds) * 2,
            Function::Sha512(rounds) => u64::from(rounds) * 2 + 1,
        }
    }

    pub(super) fn verify(&self, password: &[u8]) -> bool {
        let fits = password.len() <= LONGEST;
        let password = if fits { password } else { &[] };
        let params = |rounds| Params::new(rounds).expect("the bounds are inside of the standard's");
        let hash = match self.function {
            Function::Md5(magic) => {
                let hash = md5_crypt(password, magic.as_bytes(), &self.salt);
                encode(&hash, &MD5_ORDER)
            }
            Function::Sha256(rounds) => {
                let hash = sha256_crypt(password, &self.salt, params(rounds));
                encode(&hash, &order::<32>())
            }
            Function::Sha512(rounds) => {
                let hash = sha512_crypt(password, &self.salt, params(rounds));
                encode(&hash, &order::<64>())
            }
        };
        constant_time_eq(hash, &self.hash) & fits
    }
}

const ALPHABET: &[u8; 64] = b"./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// Which bytes of the hash go into four characters, the highest first.
type Triples = Vec<[Option<usize>; 3]>;

/// The order of the SHA hashes: three thirds, rotated from one to the next.
fn order<const LENGTH: usize>() -> Triples {
    let third = LENGTH / 3;
    let mut triples: Triples = Vec::with_capacity(third + 1);
    let mut places = [0, third, 2 * third];
    for _ in 0..third {
        triples.push(places.map(Some));
        let [first, second, third] = places.map(|place| place + 1);
        places = if LENGTH == 64 {
            [second, third, first]
        } else {
            [third, first, second]
        };
    }
    triples.push(if LENGTH == 64 {
        [None, None, Some(63)]
    } else {
        [None, Some(31), Some(30)]
    });
    triples
}

const MD5_ORDER: [[Option<usize>; 3]; 6] = [
    [Some(0), Some(6), Some(12)],
    [Some(1), Some(7), Some(13)],
    [Some(2), Some(8), Some(14)],
    [Some(3), Some(9), Some(15)],
    [Some(4), Some(10), Some(5)],
    [None, None, Some(11)],
];

/// Six bits a character, the lowest first.
fn encode(hash: &[u8], order: &[[Option<usize>; 3]]) -> Vec<u8> {
    let mut encoded = Vec::with_capacity(hash.len() * 4 / 3 + 2);
    for triple in order {
        let present = triple.iter().flatten().count();
        let mut bits = triple.iter().fold(0_usize, |bits, place| {
            bits << 8 | place.map_or(0, |place| usize::from(hash[place]))
        });
        for _ in 0..=present {
            encoded.push(ALPHABET[bits & 63]);
            bits >>= 6;
        }
    }
    encoded
}

fn md5_crypt(password: &[u8], magic: &[u8], salt: &[u8]) -> [u8; 16] {
    let mut inner = Md5::new();
    for part in [password, salt, password] {
        inner.update(part);
    }
    let inner = inner.finalize();
    let mut outer = Md5::new();
    for part in [password, magic, salt] {
        outer.update(part);
    }
    for piece in password.chunks(16) {
        outer.update(&inner[..piece.len()]);
    }
    let mut length = password.len();
    while length > 0 {
        let first = password.first().copied().unwrap_or_default();
        outer.update([if length & 1 == 1 { 0 } else { first }]);
        length >>= 1;
    }
    let mut hash: [u8; 16] = outer.finalize().into();
    for round in 0..1000 {
        let mut next = Md5::new();
        let is_odd = round % 2 == 1;
        next.update(if is_odd { password } else { &hash });
        if round % 3 != 0 {
            next.update(salt);
        }
        if round % 7 != 0 {
            next.update(password);
        }
        next.update(if is_odd { &hash[..] } else { password });
        hash = next.finalize().into();
    }
    hash
}
