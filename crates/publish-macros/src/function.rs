//! A published function: what it takes, and how it is called.

use proc_macro2::{Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::{
    Error, Expr, FnArg, GenericArgument, Ident, ImplItemFn, Pat, PatType, Path, PathArguments,
    Result, Type, parse_quote, spanned::Spanned,
};

use crate::{
    name::Name,
    options::{self, Role},
};

/// A function and its mark.
pub(crate) struct Function {
    pub(crate) role: Role,
    pub(crate) name: Option<Name>,
    pub(crate) methods: Vec<Ident>,
    ident: Ident,
    is_async: bool,
    parameters: Vec<Parameter>,
}

struct Parameter {
    ident: Ident,
    name: String,
    kind: Kind,
}

enum Kind {
    Visit,
    Body,
    Required(Type),
    Optional(Type),
    List(Type),
    Rest(Type),
    Default(Type, Expr),
}

impl Function {
    /// Takes the marks off a function, and reads it; `None` if it is not published.
    pub(crate) fn take(function: &mut ImplItemFn) -> Result<Option<Self>> {
        let Some(options) = options::Function::take(&mut function.attrs)? else {
            return Ok(None);
        };
        // It is called on a value, with values, and says by its type what may come: whether or not it needs that.
        function.attrs.push(parse_quote!(#[allow(
            clippy::needless_pass_by_value,
            clippy::unnecessary_wraps,
            clippy::unused_async,
            clippy::unused_self,
        )]));
        let signature = &mut function.sig;
        if let Some(parameter) = signature.generics.params.first() {
            let why = "a published function has no generic parameters: a path says no types";
            return Err(Error::new(parameter.span(), why));
        }
        let takes_self = match signature.inputs.first() {
            Some(FnArg::Receiver(receiver)) => {
                receiver.reference.is_some() && receiver.mutability.is_none()
            }
            _ => false,
        };
        if !takes_self {
            let why = "a published function takes `&self`: many visitors call it at a time";
            return Err(Error::new(signature.ident.span(), why));
        }
        let parameters = signature.inputs.iter_mut().filter_map(|input| match input {
            FnArg::Typed(typed) => Some(Parameter::take(typed)),
            FnArg::Receiver(_) => None,
        });
        let parameters = parameters.collect::<Result<Vec<_>>>()?;
        let name = match options.role {
            Role::Page | Role::Directory => {
                Some(Name::of(options.name.as_ref(), &signature.ident)?)
            }
            _ => None,
        };
        let function = Self {
            role: options.role,
            name,
            methods: options.methods,
            ident: signature.ident.clone(),
            is_async: signature.asyncness.is_some(),
            parameters,
        };
        function.check()?;
        Ok(Some(function))
    }

    fn check(&self) -> Result<()> {
        let named = || {
            self.parameters
                .iter()
                .filter(|parameter| parameter.is_argument())
        };
        match self.role {
            Role::Page | Role::Index | Role::Default => {
                let mut after_rest = named()
                    .skip_while(|parameter| !matches!(parameter.kind, Kind::Rest(_)))
                    .skip(1);
                if let Some(late) = after_rest.next() {
                    let why = "nothing is left for a parameter after `rest`: put it before";
                    return Err(Error::new(late.ident.span(), why));
                }
                Ok(())
            }
            Role::Directory | Role::Access => match named().next() {
                Some(extra) => {
                    let why = "it gets no arguments but a `&Visit`";
                    Err(Error::new(extra.ident.span(), why))
                }
                None => Ok(()),
            },
            Role::Lookup => {
                let mut arguments = named();
                let first_is_one = arguments.next().is_some_and(Parameter::is_required);
                if first_is_one && arguments.next().is_none() {
                    return Ok(());
                }
                let why = "a lookup gets one argument, the name, of a type that is `FromStr`";
                Err(Error::new(self.ident.span(), why))
            }
        }
    }

    /// Where it stands.
    pub(crate) fn span(&self) -> Span {
        self.ident.span()
    }

    /// The expression of its page.
    pub(crate) fn page(&self, krate: &Path) -> TokenStream {
        let methods = if self.methods.is_empty() {
            quote!(#krate::macros::Method::GET)
        } else {
            let methods = self.methods.iter().map(|method| {
                let text = method.to_string();
                quote_spanned!(method.span()=> #krate::macros::method(#text))
            });
            quote!(#(#methods),*)
        };
        let reads = self.parameters.iter().map(Parameter::read);
        let passed = self.parameters.iter().map(|parameter| {
            let ident = &parameter.ident;
            if matches!(parameter.kind, Kind::Visit) {
                quote!(arguments.visit())
            } else {
                quote!(#ident)
            }
        });
        let call = self.call(passed);
        let is_raw = self
            .parameters
            .iter()
            .any(|parameter| matches!(parameter.kind, Kind::Body));
        let raw = is_raw.then(|| quote!(.raw()));
        quote! {
            #krate::Page::new([#methods], move |mut arguments: #krate::Arguments| {
                ::std::boxed::Box::pin(async move {
                    #(#reads)*
                    arguments.finish()?;
                    ::std::result::Result::Ok(#krate::Answer::answer(#call))
                })
            })
            #raw
        }
    }

    /// The expression of the directory that it gives, with what it is given in `visit`, and the name in `#name`.
    pub(crate) fn child(&self, krate: &Path, name: Option<&Ident>) -> TokenStream {
        let passed = self.parameters.iter().map(|parameter| {
            let name = name.filter(|_| parameter.is_required());
            name.map_or_else(|| quote!(visit), |name| quote!(#name))
        });
        let call = self.call(passed);
        quote!(#krate::Child::node(#call))
    }

    /// The type of the name that a lookup takes.
    pub(crate) fn name_type(&self) -> Option<&Type> {
        self.parameters
            .iter()
            .find_map(|parameter| match &parameter.kind {
                Kind::Required(of) => Some(of),
                _ => None,
            })
    }

    /// The expression that asks for access.
    pub(crate) fn access(&self) -> TokenStream {
        self.call(self.parameters.iter().map(|_| quote!(visit)))
    }

    fn call(&self, passed: impl Iterator<Item = TokenStream>) -> TokenStream {
        let ident = &self.ident;
        let wait = self.is_async.then(|| quote!(.await));
        quote_spanned!(ident.span()=> self.#ident(#(#passed),*) #wait)
    }
}

impl Parameter {
    fn take(typed: &mut PatType) -> Result<Self> {
        let options = options::Parameter::take(&mut typed.attrs)?;
        let ident = match &*typed.pat {
            Pat::Ident(pattern) => pattern.ident.clone(),
            Pat::Wild(wild) if matches!(*typed.ty, Type::Reference(_)) => {
                Ident::new("visit", wild.span())
            }
            other => {
                let why =
                    "a parameter of a published function is a plain name, which a field can have";
                return Err(Error::new(other.span(), why));
            }
        };
        let name = match &options.name {
            Some(name) => name.value(),
            None => syn::ext::IdentExt::unraw(&ident).to_string(),
        };
        let kind = Kind::of(&typed.ty, options)?;
        Ok(Self { ident, name, kind })
    }

    const fn is_argument(&self) -> bool {
        !matches!(self.kind, Kind::Visit | Kind::Body)
    }

    const fn is_required(&self) -> bool {
        matches!(self.kind, Kind::Required(_))
    }

    /// The statement that reads it.
    fn read(&self) -> TokenStream {
        let Self { ident, name, kind } = self;
        let span = ident.span();
        match kind {
            Kind::Visit => TokenStream::new(),
            Kind::Body => quote_spanned!(span=> let #ident = arguments.body();),
            Kind::Required(of) => {
                quote_spanned!(span=> let #ident = arguments.required::<#of>(#name)?;)
            }
            Kind::Optional(of) => {
                quote_spanned!(span=> let #ident = arguments.optional::<#of>(#name)?;)
            }
            Kind::List(of) => quote_spanned!(span=> let #ident = arguments.all::<#of>(#name)?;),
            Kind::Rest(of) => quote_spanned!(span=> let #ident = arguments.rest::<#of>(#name)?;),
            Kind::Default(of, value) => quote_spanned! {span=>
                let #ident: #of = match arguments.optional::<#of>(#name)? {
                    ::std::option::Option::Some(sent) => sent,
                    ::std::option::Option::None => #value,
                };
            },
        }
    }
}

impl Kind {
    fn of(of: &Type, options: options::Parameter) -> Result<Self> {
        let is_plain = options.name.is_none() && options.default.is_none() && !options.rest;
        let inner = |holder: &str| argument_of(of, holder).cloned();
        if matches!(of, Type::Reference(_)) {
            let why = "it should be `&Visit`, or a type of its own such as `String`";
            let is_visit = matches!(of, Type::Reference(to) if is_named(&to.elem, "Visit"));
            return if is_visit && is_plain {
                Ok(Self::Visit)
            } else {
                Err(Error::new(of.span(), why))
            };
        }
        if is_named(of, "Body") {
            return if is_plain {
                Ok(Self::Body)
            } else {
                Err(Error::new(of.span(), "the body has no name and no default"))
            };
        }
        if options.rest {
            let why = "what is left of the path is a list: it should be a `Vec<_>`, such as `Vec<String>`";
            return inner("Vec")
                .map(Self::Rest)
                .ok_or_else(|| Error::new(of.span(), why));
        }
        if let Some(default) = options.default {
            return Ok(Self::Default(of.clone(), default));
        }
        Ok(if let Some(inner) = inner("Option") {
            Self::Optional(inner)
        } else if let Some(inner) = inner("Vec") {
            Self::List(inner)
        } else {
            Self::Required(of.clone())
        })
    }
}

/// Is the type's last name this one?
fn is_named(of: &Type, name: &str) -> bool {
    matches!(of, Type::Path(path) if path.path.segments.last().is_some_and(|last| last.ident == name))
}

/// `T` of `Vec<T>`, wherever `Vec` is.
fn argument_of<'a>(of: &'a Type, holder: &str) -> Option<&'a Type> {
    let Type::Path(path) = of else { return None };
    let last = path
        .path
        .segments
        .last()
        .filter(|last| last.ident == holder)?;
    let PathArguments::AngleBracketed(arguments) = &last.arguments else {
        return None;
    };
    match arguments.args.first()? {
        GenericArgument::Type(of) => Some(of),
        _ => None,
    }
}
