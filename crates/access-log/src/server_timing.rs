//! What the browser's tools show of the time that an answer took.

mod layer;
mod service;

pub use self::{
    layer::ServerTimingLayer,
    service::{ServerTiming, Stamp},
};
