mod challenge;
mod credentials;
mod destination;
mod layer;
mod origin;
mod page;
mod record;
mod service;
mod signing;
mod site;

pub(crate) use self::challenge::Door;
pub use self::{layer::FormLoginLayer, page::Prompt, service::FormLogin};
