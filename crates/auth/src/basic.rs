mod layer;
mod memory;
mod scheme;

pub use self::{layer::BasicAuthLayer, scheme::Basic};
