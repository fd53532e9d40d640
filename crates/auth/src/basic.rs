mod layer;
mod scheme;

pub use self::{layer::BasicAuthLayer, scheme::Basic};
