//! What errors are to Plywood: panics with the place where they happened.
//!
//! ```
//! use plywood_error::Panicked;
//!
//! Panicked::watch();
//! let panicked = Panicked::catch(|| panic!("the disk is full")).unwrap_err();
//! assert_eq!(panicked.message(), "the disk is full");
//! assert!(panicked.place().unwrap().file().ends_with(".rs"));
//! ```
//!
//! Words and tools of the first floor: no layer and no runtime. The error pages answer with them, and debug shows them.
//!
//! # What it does
//!
//! [`Panicked`] is a panic as an error: what it said, where it happened, and the calls that led there. A hook notes that in the thread that
//! panics, and then does what was done before.
//!
//! # What it does not do
//!
//! It answers nothing: the error pages do.
//!
//! # Security
//!
//! Nothing of this is for the visitor.

mod panicked;
mod place;

pub use self::{
    panicked::{Frame, Panicked, Trace},
    place::Place,
};

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
mod readme {}
