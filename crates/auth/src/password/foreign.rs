//! The hashes of Werkzeug and of Django.

use base64::{Engine, prelude::BASE64_STANDARD};

use super::{
    argon2::Argon2,
    bcrypt::Bcrypt,
    hash::Form,
    parse::{InvalidHash, hexadecimal, number},
    pbkdf2::{Function, Pbkdf2},
    scrypt::Scrypt,
};

/// What is in the text, if it begins as a hash of one of the two does.
pub(super) fn parse(text: &str) -> Option<Result<Form, InvalidHash>> {
    let (method, rest) = text.split_once('$')?;
    Some(match method {
        "argon2" => Argon2::parse(&text["argon2".len()..]).map(Form::Argon2),
        "bcrypt" => Bcrypt::parse(rest, false).map(Form::Bcrypt),
        "bcrypt_sha256" => Bcrypt::parse(rest, true).map(Form::Bcrypt),
        "pbkdf2_sha1" => django_pbkdf2(Function::Sha1, rest),
        "pbkdf2_sha256" => django_pbkdf2(Function::Sha256, rest),
        "scrypt" if rest.matches('$').count() == 4 => django_scrypt(rest),
        _ if method == "scrypt" || method.starts_with("scrypt:") => werkzeug_scrypt(method, rest),
        _ if method == "pbkdf2" || method.starts_with("pbkdf2:") => werkzeug_pbkdf2(method, rest),
        _ => return None,
    })
}

/// `iterations$salt$hash`, the hash in base64.
fn django_pbkdf2(function: Function, text: &str) -> Result<Form, InvalidHash> {
    const FORM: InvalidHash =
        InvalidHash::malformed("`pbkdf2_sha256$iterations$salt$hash`, the hash in base64");
    let fields: Vec<_> = text.split('$').collect();
    let [iterations, salt, hash] = fields[..] else {
        return Err(FORM);
    };
    let iterations = number(iterations).ok_or(FORM)?;
    let hash = BASE64_STANDARD.decode(hash).map_err(|_| FORM)?;
    Pbkdf2::new(function, iterations, salt.as_bytes(), &hash).map(Form::Pbkdf2)
}

/// `cost$salt$block size$lanes$hash`, the hash in base64.
fn django_scrypt(text: &str) -> Result<Form, InvalidHash> {
    const FORM: InvalidHash =
        InvalidHash::malformed("`scrypt$cost$salt$block size$lanes$hash`, the hash in base64");
    let fields: Vec<_> = text.split('$').collect();
    let [cost, salt, block_size, lanes, hash] = fields[..] else {
        return Err(FORM);
    };
    let (Some(cost), Some(block_size), Some(lanes)) =
        (number(cost), number(block_size), number(lanes))
    else {
        return Err(FORM);
    };
    let hash = BASE64_STANDARD.decode(hash).map_err(|_| FORM)?;
    Scrypt::new(cost, block_size, lanes, salt.as_bytes(), &hash).map(Form::Scrypt)
}

/// `scrypt:cost:block size:lanes` and `salt$hash`, the hash in hexadecimal.
fn werkzeug_scrypt(method: &str, text: &str) -> Result<Form, InvalidHash> {
    const FORM: InvalidHash =
        InvalidHash::malformed("`scrypt:cost:block size:lanes$salt$hash`, the hash in hexadecimal");
    let numbers: Option<Vec<_>> = method.split(':').skip(1).map(number).collect();
    let (cost, block_size, lanes) = match numbers.ok_or(FORM)?[..] {
        [] => (32768, 8, 1),
        [cost, block_size, lanes] => (cost, block_size, lanes),
        _ => return Err(FORM),
    };
    let (salt, hash) = text.split_once('$').ok_or(FORM)?;
    let hash = hexadecimal(hash).ok_or(FORM)?;
    Scrypt::new(cost, block_size, lanes, salt.as_bytes(), &hash).map(Form::Scrypt)
}

/// `pbkdf2:function:iterations` and `salt$hash`, the hash in hexadecimal.
fn werkzeug_pbkdf2(method: &str, text: &str) -> Result<Form, InvalidHash> {
    const FORM: InvalidHash = InvalidHash::malformed(
        "`pbkdf2:sha256:iterations$salt$hash`, of sha1, sha256 or sha512, the hash in hexadecimal",
    );
    let parameters: Vec<_> = method.split(':').skip(1).collect();
    let (function, iterations) = match parameters[..] {
        [function, iterations] => (function, number(iterations).ok_or(FORM)?),
        // It had none in old versions, and each of them another default: this is today's.
        [function] => (function, 1_000_000),
        [] => ("sha256", 1_000_000),
        _ => return Err(FORM),
    };
    let function = Function::named(function).ok_or(FORM)?;
    let (salt, hash) = text.split_once('$').ok_or(FORM)?;
    let hash = hexadecimal(hash).ok_or(FORM)?;
    Pbkdf2::new(function, iterations, salt.as_bytes(), &hash).map(Form::Pbkdf2)
}
