//! Plywood side by side with its peers, in one process.
//!
//! ```text
//! cargo bench -p plywood-benches --bench stack           nanoseconds and allocations, as ratios
//! cargo bench -p plywood-benches --bench instructions    instructions, counted by callgrind
//! cargo bench -p plywood-benches --bench routing         finding a rule, building a URL
//! ```
//!
//! A candidate is a service that answers the same request in the same way. What is measured is what a server does for each request: clone the
//! service, wait until it is ready, call it, read the body to its end. The bare service is measured too, and what a stack costs is what it adds.

mod answer;
mod candidate;
pub mod crowd;
pub mod github;
mod interleaved;
mod peers;
mod request;
mod routes;
mod stack;

pub use self::{
    candidate::{Candidate, candidates, errors, layers, lines, logs},
    interleaved::{Figures, measure, spread},
};
