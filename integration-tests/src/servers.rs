//! Real servers for the tests: from the system's packages, on a free port of the loopback, with a temporary directory of their own.

mod leash;
mod postgres;
mod redis;
mod web;

pub use self::{leash::free_port, postgres::PostgresServer, redis::RedisServer, web::WebServer};
