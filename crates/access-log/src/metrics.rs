//! Counts of requests, for graphs.

mod layer;
mod service;

pub use self::{layer::MetricsLayer, service::Metrics};
