//! The service contract of Plywood, checked by a layer.

mod layer;
mod service;

pub use self::{layer::LintLayer, service::Lint};
