//! Passwords: hashes of many origins verified, new ones made, password files read.
//!
//! [`Htpasswd`] are the accounts of a password file; [`Passwords`] those of a database whose hashes come from anywhere. Both go wherever this
//! crate takes [`Accounts`](crate::Accounts): to [`BasicAuthLayer::of`](crate::BasicAuthLayer::of) for one.

mod argon2;
mod bcrypt;
mod crypt;
mod foreign;
mod groups;
mod hash;
mod htpasswd;
mod parse;
mod passwords;
mod pbkdf2;
mod scrypt;
mod sha;
mod workers;

pub use self::{
    hash::{Kind, PasswordHash, hash},
    htpasswd::{Htpasswd, HtpasswdFile},
    parse::InvalidHash,
    passwords::{Passwords, Stored},
    workers::{Busy, Workers},
};
