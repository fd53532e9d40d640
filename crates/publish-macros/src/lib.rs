//! The macros of `plywood-publish`, which re-exports them: depend on that crate, and read about them there.

mod block;
mod directory;
mod fields;
mod function;
mod name;
mod options;

use proc_macro::TokenStream;
use syn::parse_macro_input;

/// Publishes what is marked in an `impl` block, and writes the block's type a `Directory`.
///
/// On a function of the block:
///
/// | attribute | the function is |
/// |---|---|
/// | `#[publish]` | a page under its own name |
/// | `#[publish(name = "style.css")]` | a page under this name |
/// | `#[publish(POST)]`, `#[publish(GET, PUT)]` | a page for these methods; without any, for `GET`. Pages of one name are one page |
/// | `#[publish(index)]` | the page of the directory itself |
/// | `#[publish(default)]` | the page of all that is not found here or below; the path from here on is its arguments, such as `#[publish(rest)]` |
/// | `#[publish(directory)]` | gives the directory under its name, or under another with `name` |
/// | `#[publish(lookup)]` | gives the directory for a name that is not written down, which it gets as its one argument, of any type that is `FromStr` |
/// | `#[publish(access)]` | asked, with a `&Visit`, whether a visitor may go on: `Result<(), Denied>` |
///
/// Functions take `&self`, and may be `async`. A page's parameters get, in their order, what is left of the path, and by their names the fields of the query
/// and of a form:
///
/// | parameter | gets |
/// |---|---|
/// | `item: T` | the one value; `T` is any type that is `FromStr` |
/// | `item: Option<T>` | `None` if there is none |
/// | `item: Vec<T>` | all of them |
/// | `#[publish(default = 1)] item: T` | the default if there is none; without a value, that of the type |
/// | `#[publish(rest)] path: Vec<T>` | all that is left of the path |
/// | `#[publish(name = "item-no")] item: T` | the field of this name |
/// | `visit: &Visit` | the request's head, and the way here |
/// | `body: Body` | the body, which is then no form |
///
/// `Option`, `Vec` and `Body` are known by their names: a type of yours that is called so is taken for them.
///
/// Where the crate has another name, as in the facade: `#[publish(crate = plywood::publish)]` on the block.
#[proc_macro_attribute]
pub fn publish(options: TokenStream, item: TokenStream) -> TokenStream {
    let options = parse_macro_input!(options as options::Block);
    block::publish(&options, item.into())
        .unwrap_or_else(syn::Error::into_compile_error)
        .into()
}

/// Publishes the fields of a struct that are marked, each of which is a directory: `#[publish]`, or `#[publish(name = "other-name")]`.
///
/// On the struct, `#[publish(access = function)]` names the function that is asked, with the struct and a `&Visit`, whether a visitor may go on, and
/// `#[publish(crate = plywood::publish)]` the crate where it has another name.
#[proc_macro_derive(Publish, attributes(publish))]
pub fn derive_publish(item: TokenStream) -> TokenStream {
    fields::derive(&parse_macro_input!(item as syn::DeriveInput))
        .unwrap_or_else(syn::Error::into_compile_error)
        .into()
}
