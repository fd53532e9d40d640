//! `#[publish] impl Type { .. }`.

use proc_macro2::{Span, TokenStream};
use quote::{format_ident, quote};
use syn::{Error, ImplItem, ItemImpl, Path, Result, spanned::Spanned};

use crate::{
    directory,
    function::Function,
    options::{Block, Role},
};

/// The block without its marks, and the `Directory` that it describes.
pub(crate) fn publish(options: &Block, item: TokenStream) -> Result<TokenStream> {
    let span = item.span();
    let mut block: ItemImpl = syn::parse2(item).map_err(|_| {
        Error::new(
            span,
            "`#[publish]` stands on an `impl` block, and on functions inside of one that has it",
        )
    })?;
    if let Some((_, of, _)) = &block.trait_ {
        return Err(Error::new(
            of.span(),
            "publish functions of the type itself: `impl Type { .. }`",
        ));
    }
    let mut functions = Vec::new();
    for item in &mut block.items {
        if let ImplItem::Fn(function) = item {
            functions.extend(Function::take(function)?);
        }
    }
    if functions.is_empty() {
        let why = "nothing in this block is published: put `#[publish]` on the functions that are";
        return Err(Error::new(block.self_ty.span(), why));
    }
    let directory = described(&options.krate(), &block, &functions)?;
    Ok(quote!(#block #directory))
}

fn described(krate: &Path, block: &ItemImpl, functions: &[Function]) -> Result<TokenStream> {
    let (generics, _, bounds) = block.generics.split_for_impl();
    let of = &block.self_ty;
    let access =
        one(functions, Role::Access)?.map(|function| directory::access(krate, &function.access()));
    let index = page_method(krate, &format_ident!("index"), functions, Role::Index)?;
    let fallback = page_method(krate, &format_ident!("fallback"), functions, Role::Default)?;
    let arms = arms(krate, functions)?;
    let names = functions
        .iter()
        .filter_map(|function| function.name.as_ref());
    let fixed = directory::fixed(names.map(|name| name.text.as_str()));
    let other = match one(functions, Role::Lookup)? {
        None => directory::nothing(),
        Some(function) => {
            let name = format_ident!("other", span = Span::mixed_site());
            let name_type = function.name_type();
            let child = function.child(krate, Some(&name));
            quote! {
                #name => match <#name_type as ::std::str::FromStr>::from_str(#name) {
                    ::std::result::Result::Ok(#name) => #child,
                    ::std::result::Result::Err(_) => ::std::result::Result::Ok(::std::option::Option::None),
                }
            }
        }
    };
    let lookup = directory::lookup(krate, arms.into_iter(), &other);
    Ok(quote! {
        #[automatically_derived]
        #[allow(unused_variables, clippy::all, clippy::pedantic)]
        impl #generics #krate::Directory for #of #bounds {
            #access

            #lookup

            #fixed

            #index
            #fallback
        }
    })
}

/// An arm for each name: pages of one name are one page.
fn arms(krate: &Path, functions: &[Function]) -> Result<Vec<TokenStream>> {
    let mut names: Vec<&str> = Vec::new();
    let mut arms = Vec::new();
    for function in functions {
        let Some(name) = &function.name else { continue };
        let of_name: Vec<_> = functions
            .iter()
            .filter(|other| is_named(other, &name.text))
            .collect();
        if of_name.iter().any(|other| other.role != function.role)
            || (function.role == Role::Directory && of_name.len() > 1)
        {
            return Err(Error::new(
                name.span,
                format!("there is another {:?}", name.text),
            ));
        }
        if names.contains(&name.text.as_str()) {
            continue;
        }
        names.push(&name.text);
        let text = &name.text;
        arms.push(if function.role == Role::Directory {
            let child = function.child(krate, None);
            quote!(#text => #child)
        } else {
            let page = one_page(krate, &of_name)?;
            quote!(#text => ::std::result::Result::Ok(::std::option::Option::Some(#krate::Node::Page(#page))))
        });
    }
    Ok(arms)
}

fn is_named(function: &Function, text: &str) -> bool {
    function.name.as_ref().is_some_and(|name| name.text == text)
}

/// The page that takes the methods of all these functions.
fn one_page(krate: &Path, functions: &[&Function]) -> Result<TokenStream> {
    let mut taken: Vec<String> = Vec::new();
    for function in functions {
        let mut methods: Vec<_> = function.methods.iter().map(ToString::to_string).collect();
        if methods.is_empty() {
            methods.push("GET".into());
        }
        if let Some(twice) = methods.iter().find(|method| taken.contains(method)) {
            let why = format!("another function of this name takes {twice}");
            return Err(Error::new(function.span(), why));
        }
        taken.extend(methods);
    }
    let pages = functions.iter().map(|function| function.page(krate));
    let pages: Vec<_> = pages.collect();
    let (first, others) = pages
        .split_first()
        .expect("a name is of one function at least");
    Ok(quote!(#first #(.or(#others))*))
}

fn page_method(
    krate: &Path,
    method: &proc_macro2::Ident,
    functions: &[Function],
    role: Role,
) -> Result<Option<TokenStream>> {
    let of_role: Vec<_> = functions
        .iter()
        .filter(|function| function.role == role)
        .collect();
    if of_role.is_empty() {
        return Ok(None);
    }
    let page = one_page(krate, &of_role)?;
    Ok(Some(quote! {
        fn #method(&self) -> ::std::option::Option<#krate::Page<'_>> {
            ::std::option::Option::Some(#page)
        }
    }))
}

/// The only function of a role.
fn one(functions: &[Function], role: Role) -> Result<Option<&Function>> {
    let mut of_role = functions.iter().filter(|function| function.role == role);
    let first = of_role.next();
    match of_role.next() {
        Some(second) => Err(Error::new(
            second.span(),
            "there is another function of this role",
        )),
        None => Ok(first),
    }
}
