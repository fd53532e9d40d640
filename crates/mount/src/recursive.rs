mod error;
mod forward;
mod include;
mod layer;
mod passage;
mod service;

pub use self::{
    error::{RecursionError, RecursionErrorKind},
    forward::{forward, forwarded_from},
    include::include,
    layer::RecursiveLayer,
    service::Recursive,
};
