//! Error documents: pages that the same service answers at another path.

mod document;
mod fetch;
mod layer;
mod service;

pub use self::{
    document::ErrorDocument, fetch::Fetch, layer::ErrorDocumentsLayer, service::ErrorDocuments,
};
