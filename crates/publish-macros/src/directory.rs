//! The functions of a `Directory`, whether a block of functions is published or the fields of a struct.

use proc_macro2::TokenStream;
use quote::quote;
use syn::Path;

/// Says who may enter: `asks` is an expression that is a `Result`.
pub(crate) fn access(krate: &Path, asks: &TokenStream) -> TokenStream {
    quote! {
        async fn access(
            &self,
            visit: &#krate::Visit,
        ) -> ::std::result::Result<(), #krate::Denied> {
            #asks
        }
    }
}

/// Finds what a name leads to: by the arms of the names that are written down, else by the arm `other`.
pub(crate) fn lookup(
    krate: &Path,
    arms: impl Iterator<Item = TokenStream>,
    other: &TokenStream,
) -> TokenStream {
    quote! {
        async fn lookup<'plywood>(
            &'plywood self,
            name: &'plywood str,
            visit: &#krate::Visit,
        ) -> ::std::result::Result<
            ::std::option::Option<#krate::Node<'plywood>>,
            #krate::macros::BoxError,
        > {
            match name {
                #(#arms,)*
                #other,
            }
        }
    }
}

/// The arm of `lookup` for names that lead nowhere.
pub(crate) fn nothing() -> TokenStream {
    quote!(_ => ::std::result::Result::Ok(::std::option::Option::None))
}

/// Says which names are written down.
pub(crate) fn fixed<'a>(names: impl Iterator<Item = &'a str>) -> TokenStream {
    quote! {
        fn is_fixed(&self, name: &str) -> bool {
            const NAMES: &[&str] = &[#(#names),*];
            NAMES.contains(&name)
        }
    }
}
