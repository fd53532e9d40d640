//! The three layers, through their public API and between two lints.

#![allow(clippy::unwrap_used, reason = "a failed test says where by itself")]

mod basic;
mod form;
mod require;
mod site;
