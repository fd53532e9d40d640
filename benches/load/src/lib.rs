//! What the benches of whole servers have in common: servers in processes of their own, those who ask them, and turns that are taken.
//!
//! The server has one core and the clients the other. Candidates take turns, round by round; what counts is the processor time of the server's
//! process, user and system, by request. A ratio is taken in each round, and the tables have the median.

mod connection;
mod h2load;
mod process;
mod rounds;
mod serve;
mod settings;
mod tree;
mod wrk;

pub use self::{
    connection::Connection,
    h2load::h2load,
    process::{Process, pinned},
    rounds::{Candidate, Load, Loads, print, rounds},
    serve::{on_serve, tell},
    settings::{is_chosen, middle, setting},
    tree::Tree,
    wrk::{Asked, wrk},
};

/// The server's core, and the clients'.
pub const SERVER: &str = "0";
pub const CLIENTS: &str = "1";
