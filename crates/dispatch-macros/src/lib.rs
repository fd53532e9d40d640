//! Derives typed URLs from an enum. Use it through plywood-dispatch with its feature `macros`.
//!
//! A rule that cannot be read, a field that its rule has no variable for, and a variable without a field do not compile. The syntax is read by
//! the same [`plywood_rule`] that reads it when a map is built.

mod page;
mod read;
mod write;

use proc_macro::TokenStream;
use syn::{DeriveInput, parse_macro_input};

/// Makes an enum the pages of a site: each variant has a rule, and its fields are the rule's variables.
///
/// Each variant has one `#[route("/pattern")]`, and in it optionally `methods = ["GET", "POST"]` and `name = "a name"`, which is the variant's
/// otherwise. The fields are called like the variables; a variant may also have them by place. See `plywood_dispatch::Routes`.
///
/// Where the crate is reached by another name, as through the facade, `#[routes(crate = plywood::dispatch)]` stands above the enum.
#[proc_macro_derive(Routes, attributes(route, routes))]
pub fn routes(input: TokenStream) -> TokenStream {
    let input = parse_macro_input!(input as DeriveInput);
    let written = read::home(&input).and_then(|home| {
        let pages = read::pages(&input)?;
        Ok(write::implementation(&input, &pages, &home))
    });
    written
        .unwrap_or_else(|error| error.to_compile_error())
        .into()
}
