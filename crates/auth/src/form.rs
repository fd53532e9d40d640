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

pub use self::{challenge::Invitation, layer::FormLoginLayer, page::Prompt, service::FormLogin};
