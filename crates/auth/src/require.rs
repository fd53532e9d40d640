mod layer;
mod service;
mod stale;

pub use self::{layer::RequireLayer, service::Require, stale::StaleSignIn};
