//! Plywood's cookbook. The chapters' own snippets are doc tests of this crate; the recipes' programs are its examples.

#[cfg(doctest)]
#[doc = include_str!("src/layers.md")]
mod layers {}
