mod layer;
mod service;

pub use self::{layer::RequireLayer, service::Require};
