mod layer;
mod service;

pub use self::{layer::BasicAuthLayer, service::BasicAuth};
