//! `#[derive(Publish)]`.

use proc_macro2::{Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::{Data, DeriveInput, Error, Fields, Result, spanned::Spanned};

use crate::{
    directory,
    name::Name,
    options::{Block, Field},
};

/// The `Directory` of a struct whose marked fields are directories.
pub(crate) fn derive(item: &DeriveInput) -> Result<TokenStream> {
    let why = "a struct with named fields can be published: others have no names";
    let Data::Struct(data) = &item.data else {
        return Err(Error::new(item.ident.span(), why));
    };
    let Fields::Named(fields) = &data.fields else {
        return Err(Error::new(item.ident.span(), why));
    };
    let options = Block::of_struct(&item.attrs)?;
    let krate = options.krate();
    let mut arms: Vec<(String, TokenStream)> = Vec::new();
    for field in &fields.named {
        let Some(mark) = Field::read(&field.attrs)? else {
            continue;
        };
        let ident = field.ident.as_ref().expect("the fields are named ones");
        let Name { text, span } = Name::of(mark.name.as_ref(), ident)?;
        if arms.iter().any(|(other, _)| *other == text) {
            return Err(Error::new(span, format!("there is another {text:?}")));
        }
        let child = quote_spanned!(here(field.ty.span())=> #krate::Child::node(&self.#ident));
        arms.push((text.clone(), quote!(#text => #child)));
    }
    if arms.is_empty() {
        let why = "nothing of this struct is published: put `#[publish]` on the fields that are";
        return Err(Error::new(item.ident.span(), why));
    }
    let fixed = directory::fixed(arms.iter().map(|(name, _)| name.as_str()));
    let arms = arms.iter().map(|(_, arm)| arm.clone());
    let lookup = directory::lookup(&krate, arms, &directory::nothing());
    let access = options.access.as_ref().map(|function| {
        let asks = quote_spanned!(here(function.span())=> #function(self, visit).await);
        directory::access(&krate, &asks)
    });
    let (generics, arguments, bounds) = item.generics.split_for_impl();
    let of = &item.ident;
    Ok(quote! {
        #[automatically_derived]
        #[allow(unused_variables, clippy::all, clippy::pedantic)]
        impl #generics #krate::Directory for #of #arguments #bounds {
            #access

            #lookup

            #fixed
        }
    })
}

/// There, but with the names of here: `self` and `visit` are ours, though a macro may have brought what is spanned.
fn here(span: Span) -> Span {
    span.resolved_at(Span::call_site())
}
