use plywood_rule::Converter;
use proc_macro2::TokenStream;
use quote::{format_ident, quote, quote_spanned};
use syn::{DeriveInput, Path, spanned::Spanned};

use crate::page::{Field, Page, Step};

/// The `impl Routes` of an enum.
pub(crate) fn implementation(input: &DeriveInput, pages: &[Page], home: &Path) -> TokenStream {
    let name = &input.ident;
    let rules = pages.iter().map(|page| rule(page, home));
    let reads = pages
        .iter()
        .enumerate()
        .map(|(number, page)| read(number, page, home));
    let writes = pages.iter().map(|page| write(page, home));
    let names = pages.iter().map(|page| {
        let (variant, name) = (&page.variant, &page.name);
        quote!(Self::#variant { .. } => #name,)
    });
    // An enum without variants has nothing to be matched by reference.
    let body = |arms: Vec<TokenStream>| {
        if pages.is_empty() {
            quote!(match *self {})
        } else {
            quote!(match self { #(#arms)* })
        }
    };
    let write = body(writes.collect());
    let name_of = body(names.collect());
    quote! {
        #[automatically_derived]
        impl #home::Routes for #name {
            fn rules() -> ::std::vec::Vec<#home::Rule> {
                ::std::vec![#(#rules),*]
            }

            fn read<'text>(
                page: usize,
                mut texts: impl ::std::iter::Iterator<Item = &'text str>,
            ) -> ::std::option::Option<Self> {
                match page {
                    #(#reads)*
                    _ => ::std::option::Option::None,
                }
            }

            fn write(&self, url: &mut #home::PathWriter<'_>) {
                #write
            }

            fn name(&self) -> &'static str {
                #name_of
            }
        }
    }
}

fn rule(page: &Page, home: &Path) -> TokenStream {
    let (pattern, name) = (&page.pattern, &page.name);
    let methods = page
        .methods
        .as_ref()
        .map(|methods| quote!(.methods([#(#methods),*])));
    quote!(#home::Rule::new(#pattern) #methods .name(#name))
}

fn read(number: usize, page: &Page, home: &Path) -> TokenStream {
    // The texts come in the order of the variables.
    let reads = page.fields.iter().map(|field| {
        let bound = bound(field);
        let (ty, kind) = (&field.ty, kind(field, home));
        quote_spanned! {field.ty.span()=>
            let #bound = <#ty as #home::Field<#kind>>::read(texts.next()?)?;
        }
    });
    let made = variant(page);
    quote! {
        #number => {
            #(#reads)*
            ::std::option::Option::Some(#made)
        }
    }
}

/// The variant with its fields as they are bound: what makes it, and the pattern that takes it apart.
fn variant(page: &Page) -> TokenStream {
    let variant = &page.variant;
    if page.named {
        let fields = page.fields.iter().map(|field| {
            let (ident, bound) = (&field.ident, bound(field));
            quote!(#ident: #bound)
        });
        quote!(Self::#variant { #(#fields),* })
    } else if page.fields.is_empty() {
        quote!(Self::#variant {})
    } else {
        let mut fields: Vec<&Field> = page.fields.iter().collect();
        fields.sort_by_key(|field| field.place);
        let fields = fields.into_iter().map(bound);
        quote!(Self::#variant(#(#fields),*))
    }
}

fn write(page: &Page, home: &Path) -> TokenStream {
    let pattern = variant(page);
    let steps = page.steps.iter().map(|step| match step {
        Step::Text(text) => quote!(url.text(#text);),
        Step::Variable(index) => {
            let field = &page.fields[*index];
            let bound = bound(field);
            let (ty, kind) = (&field.ty, kind(field, home));
            let width = match &field.converter {
                Converter::Int { fixed_digits, .. } => *fixed_digits,
                _ => 0,
            };
            quote_spanned! {field.ty.span()=>
                url.digits(#width);
                <#ty as #home::Field<#kind>>::write(#bound, url);
            }
        }
    });
    quote! {
        #pattern => { #(#steps)* }
    }
}

fn bound(field: &Field) -> syn::Ident {
    format_ident!("value_of_{}", field.name)
}

/// What a field's type must be able to hold.
fn kind(field: &Field, home: &Path) -> TokenStream {
    let kind = match &field.converter {
        Converter::Int { .. } => "Int",
        Converter::Float { .. } => "Float",
        Converter::Path => "Rest",
        Converter::Uuid => "AUuid",
        _ => "Text",
    };
    let kind = format_ident!("{kind}");
    quote!(#home::field::#kind)
}
