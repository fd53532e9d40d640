//! Plywood's stacks with real servers, real browsers and other people's services: what the tests share.

pub mod conformance;
mod example;
mod servers;
mod valid;

pub use self::{
    example::Example,
    servers::{PostgresServer, RedisServer, WebServer, free_port},
    valid::faults_of_html,
};
