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
//! [`HttpError`] is an error that knows how it is answered: the status, what the visitor may read, the fields that the status needs, and the cause, which
//! is for the operator alone. Return it from a handler, by `?` too; the error pages find it, however deep it is wrapped.
//!
//! # What it does not do
//!
//! It answers nothing: the error pages do.
//!
//! # Security
//!
//! Nothing of this is for the visitor.

mod http_error;
mod or_refuse;
mod panicked;
mod place;
mod public;

pub use self::{
    http_error::HttpError,
    or_refuse::OrRefuse,
    panicked::{Frame, Panicked, Trace},
    place::Place,
    public::{Public, PublicText},
};

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
mod readme {}
