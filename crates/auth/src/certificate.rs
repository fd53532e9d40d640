//! Certificates of clients, as a gateway that speaks TLS has verified them.
//!
//! [`ClientCertificates`] is the scheme for [`AuthLayer`](crate::AuthLayer), and [`Certificate`] its pure part.

mod name;
mod parsed;
mod scheme;

pub use self::{
    parsed::{Certificate, InvalidCertificate},
    scheme::ClientCertificates,
};
