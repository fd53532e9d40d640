//! The login form and what is required behind it, over a real session and between two lints.

#![allow(clippy::unwrap_used, reason = "a failed test says where by itself")]

mod form;
mod require;
mod site;
mod together;
