//! Plywood's stacks with real servers, real browsers and other people's services: what the tests share.

mod example;

pub use self::example::Example;
