mod layer;
mod service;

pub(crate) use self::layer::sheet;
pub use self::{
    layer::AuthLayer,
    service::{Auth, Farewell},
};
