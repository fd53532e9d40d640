mod network;
mod scheme;

pub use self::{
    network::{InvalidNetwork, Network},
    scheme::Addresses,
};
