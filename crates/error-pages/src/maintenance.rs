//! Down for maintenance, while a file is there.

mod flag;
mod layer;
mod notice;
mod service;

pub use self::{layer::MaintenanceLayer, service::Maintenance};
