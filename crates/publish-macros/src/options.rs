//! What stands in the brackets of `#[publish(..)]`.

use syn::{
    Attribute, Error, Expr, ExprLit, Ident, Lit, LitStr, Path, Result, Token,
    ext::IdentExt,
    meta::ParseNestedMeta,
    parse::{Parse, ParseStream, Parser},
    parse_quote,
    spanned::Spanned,
};

/// Of a block, or of a struct.
#[derive(Default)]
pub(crate) struct Block {
    krate: Option<Path>,
    pub(crate) access: Option<Path>,
}

impl Block {
    /// The crate in which everything is.
    pub(crate) fn krate(&self) -> Path {
        self.krate
            .clone()
            .unwrap_or_else(|| syn::parse_quote!(::plywood_publish))
    }

    fn read(&mut self, meta: &ParseNestedMeta<'_>, is_struct: bool) -> Result<()> {
        if meta.path.is_ident("crate") {
            self.krate = Some(meta.value()?.call(Path::parse_mod_style)?);
            return Ok(());
        }
        if is_struct && meta.path.is_ident("access") {
            self.access = Some(meta.value()?.parse()?);
            return Ok(());
        }
        Err(meta.error(if is_struct {
            "expected `access = function` or `crate = path`"
        } else {
            "expected `crate = path` or nothing: what is published is marked inside of the block"
        }))
    }

    pub(crate) fn of_struct(attributes: &[Attribute]) -> Result<Self> {
        let mut options = Self::default();
        for attribute in attributes.iter().filter(|attribute| is_publish(attribute)) {
            attribute.parse_nested_meta(|meta| options.read(&meta, true))?;
        }
        Ok(options)
    }
}

impl Parse for Block {
    fn parse(input: ParseStream<'_>) -> Result<Self> {
        let mut options = Self::default();
        let parser = syn::meta::parser(|meta| options.read(&meta, false));
        parser.parse2(input.parse()?)?;
        Ok(options)
    }
}

/// What a function is.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Role {
    Page,
    Index,
    Default,
    Directory,
    Lookup,
    Access,
}

/// Of a function.
pub(crate) struct Function {
    pub(crate) role: Role,
    pub(crate) name: Option<LitStr>,
    pub(crate) methods: Vec<Ident>,
}

impl Function {
    /// Takes the attributes off, and reads them; `None` if the function is not marked.
    pub(crate) fn take(attributes: &mut Vec<Attribute>) -> Result<Option<Self>> {
        let Some(marks) = take_marks(attributes)? else {
            return Ok(None);
        };
        let mut options = Self {
            role: Role::Page,
            name: None,
            methods: Vec::new(),
        };
        for_each_meta(&marks, |meta| options.read(&meta))?;
        let is_page = matches!(options.role, Role::Page | Role::Index | Role::Default);
        if let (false, Some(method)) = (is_page, options.methods.first()) {
            return Err(Error::new(method.span(), "only pages have methods"));
        }
        if let (false, Some(name)) = (
            matches!(options.role, Role::Page | Role::Directory),
            &options.name,
        ) {
            return Err(Error::new(
                name.span(),
                "only pages and directories have names",
            ));
        }
        Ok(Some(options))
    }

    fn read(&mut self, meta: &ParseNestedMeta<'_>) -> Result<()> {
        let role = match meta.path.get_ident().map(ToString::to_string).as_deref() {
            Some("name") => {
                self.name = Some(meta.value()?.parse()?);
                return Ok(());
            }
            Some("index") => Role::Index,
            Some("default") => Role::Default,
            Some("directory") => Role::Directory,
            Some("lookup") => Role::Lookup,
            Some("access") => Role::Access,
            Some(method) if method.chars().all(|c| c.is_ascii_uppercase() || c == '_') => {
                self.methods.extend(meta.path.get_ident().cloned());
                return Ok(());
            }
            _ => {
                return Err(meta.error(
                    "expected `name = \"..\"`, a method such as `POST`, or one of `index`, `default`, `directory`, `lookup`, `access`",
                ));
            }
        };
        if self.role != Role::Page {
            return Err(meta.error("a function is one thing: it should have one role"));
        }
        self.role = role;
        Ok(())
    }
}

/// Of a parameter.
#[derive(Default)]
pub(crate) struct Parameter {
    pub(crate) name: Option<LitStr>,
    pub(crate) default: Option<Expr>,
    pub(crate) rest: bool,
}

impl Parameter {
    pub(crate) fn take(attributes: &mut Vec<Attribute>) -> Result<Self> {
        let mut options = Self::default();
        let Some(marks) = take_marks(attributes)? else {
            return Ok(options);
        };
        for_each_meta(&marks, |meta| {
            if meta.path.is_ident("name") {
                options.name = Some(meta.value()?.parse()?);
            } else if meta.path.is_ident("rest") {
                options.rest = true;
            } else if meta.path.is_ident("default") {
                options.default = Some(if meta.input.peek(Token![=]) {
                    meta.value()?.parse().map(owned)?
                } else {
                    parse_quote!(::std::default::Default::default())
                });
            } else {
                return Err(
                    meta.error("expected `name = \"..\"`, `default`, `default = value` or `rest`")
                );
            }
            Ok(())
        })?;
        Ok(options)
    }
}

/// Of a field of a struct.
pub(crate) struct Field {
    pub(crate) name: Option<LitStr>,
}

impl Field {
    pub(crate) fn read(attributes: &[Attribute]) -> Result<Option<Self>> {
        let mut attributes = attributes.to_vec();
        let Some(marks) = take_marks(&mut attributes)? else {
            return Ok(None);
        };
        let mut name = None;
        for_each_meta(&marks, |meta| {
            if meta.path.is_ident("name") {
                name = Some(meta.value()?.parse()?);
                return Ok(());
            }
            Err(meta.error("expected `name = \"..\"` or nothing: a field is a directory"))
        })?;
        Ok(Some(Self { name }))
    }
}

fn is_publish(attribute: &Attribute) -> bool {
    let segments = &attribute.path().segments;
    segments
        .last()
        .is_some_and(|last| last.ident.unraw() == "publish")
}

/// The one mark, taken off.
fn take_marks(attributes: &mut Vec<Attribute>) -> Result<Option<Attribute>> {
    let mut marks = attributes.extract_if(.., |attribute| is_publish(attribute));
    let mark = marks.next();
    match marks.next() {
        Some(second) => Err(Error::new(
            second.span(),
            "one `#[publish(..)]` is enough: put everything into it",
        )),
        None => Ok(mark),
    }
}

fn for_each_meta(
    mark: &Attribute,
    read: impl FnMut(ParseNestedMeta<'_>) -> Result<()>,
) -> Result<()> {
    match &mark.meta {
        syn::Meta::Path(_) => Ok(()),
        _ => mark.parse_nested_meta(read),
    }
}

/// A text that stands for the default of a parameter becomes what the parameter is.
fn owned(value: Expr) -> Expr {
    match value {
        Expr::Lit(ExprLit {
            lit: Lit::Str(text),
            ..
        }) => parse_quote!(::std::convert::Into::into(#text)),
        other => other,
    }
}
