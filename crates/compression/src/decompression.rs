//! Requests whose body is coded.

mod body;
mod codings;
mod decoder;
mod error;
mod layer;
mod service;

pub use self::{
    error::{DecompressionError, DecompressionErrorKind},
    layer::DecompressionLayer,
    service::{Decompression, Judge},
};
