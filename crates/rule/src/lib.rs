//! The syntax of URL rules such as `/users/<int(min=1):id>/<slug>.html`: parsing, checks and helpful errors.
//!
//! ```
//! use plywood_rule::{Converter, Pattern, Piece};
//!
//! let pattern = Pattern::read("/users/<int(min=1):id>").unwrap();
//! let Some(Piece::Variable(id)) = pattern.pieces().last() else { panic!() };
//! assert_eq!(id.name(), "id");
//! assert!(matches!(Converter::of(id), Ok(Some(Converter::Int { min: Some(1), .. }))));
//!
//! let error = Pattern::read("/users/<int:id").unwrap_err();
//! assert_eq!(error.mend(), "the bracket is not closed: write \"<int:id>\"");
//! assert_eq!(
//!     error.under("/users/<int:id"),
//!     "/users/<int:id\n       ^^^^^^^ the bracket is not closed: write \"<int:id>\"",
//! );
//! ```
//!
//! A pure tool: text goes in, a [`Pattern`] or a [`Flaw`] comes out. The dispatcher reads its rules with it when a map is built, and
//! `#[derive(Routes)]` when a program is compiled, so that the two cannot disagree.
//!
//! # What it does
//!
//! A pattern is text with variables: `<name>`, `<converter:name>` or `<converter(arguments):name>`. Arguments are numbers, `True`, `False`, words
//! and quoted texts, by place or by name. The syntax is Werkzeug's. [`Converter`] knows the converters that are always there, and what their
//! arguments mean. A [`Flaw`] says what is wrong, where, and how to mend it.
//!
//! # What it does not do
//!
//! It matches nothing. It does not know converters of your own, and leaves them to who does.
//!
//! # Security
//!
//! Rules come from the program, not from the network. Reading one takes one pass all the same, and never panics.

mod arguments;
mod converter;
mod flaw;
mod pattern;

pub use self::{
    arguments::{Argument, Arguments},
    converter::Converter,
    flaw::{Flaw, FlawKind},
    pattern::{Pattern, Piece, Variable},
};

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
mod readme {}
