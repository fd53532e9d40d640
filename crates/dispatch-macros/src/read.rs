use plywood_rule::{Converter, Pattern, Piece, Variable};
use syn::{
    Attribute, Data, DeriveInput, Error, Fields, Ident, LitStr, Path, Result, Token, Variant,
    bracketed,
    parse::{Parse, ParseStream},
    punctuated::Punctuated,
    spanned::Spanned,
};

use crate::page::{Field, Page, Step};

/// The pages of an enum.
pub(crate) fn pages(input: &DeriveInput) -> Result<Vec<Page>> {
    let Data::Enum(data) = &input.data else {
        return Err(Error::new(
            input.ident.span(),
            "routes are derived for an enum: each of its variants is a page",
        ));
    };
    if !input.generics.params.is_empty() {
        return Err(Error::new(
            input.generics.span(),
            "an enum of pages has no parameters: leave them out",
        ));
    }
    let mut pages = Vec::new();
    let mut mistakes: Option<Error> = None;
    for variant in &data.variants {
        match page(variant) {
            Ok(page) => pages.push(page),
            Err(mistake) => match &mut mistakes {
                Some(all) => all.combine(mistake),
                None => mistakes = Some(mistake),
            },
        }
    }
    match mistakes {
        Some(mistakes) => Err(mistakes),
        None => Ok(pages),
    }
}

/// Where the macro's crate is reached.
pub(crate) fn home(input: &DeriveInput) -> Result<Path> {
    let mut home: Path = syn::parse_quote!(::plywood_dispatch);
    for attribute in &input.attrs {
        if attribute.path().is_ident("routes") {
            attribute.parse_nested_meta(|meta| {
                if meta.path.is_ident("crate") {
                    home = meta.value()?.parse()?;
                    return Ok(());
                }
                Err(meta.error("there is no such option: take `crate`"))
            })?;
        }
    }
    Ok(home)
}

/// What stands in `#[route(..)]`.
struct Route {
    pattern: LitStr,
    methods: Option<Vec<LitStr>>,
    name: Option<LitStr>,
}

impl Parse for Route {
    fn parse(input: ParseStream<'_>) -> Result<Self> {
        let mut route = Self {
            pattern: input.parse()?,
            methods: None,
            name: None,
        };
        while !input.is_empty() {
            input.parse::<Token![,]>()?;
            if input.is_empty() {
                break;
            }
            let option: Ident = input.parse()?;
            input.parse::<Token![=]>()?;
            if option == "methods" {
                let inside;
                bracketed!(inside in input);
                let methods = Punctuated::<LitStr, Token![,]>::parse_terminated(&inside)?;
                route.methods = Some(methods.into_iter().collect());
            } else if option == "name" {
                route.name = Some(input.parse()?);
            } else {
                let message = format!("there is no option `{option}`: take `methods` or `name`");
                return Err(Error::new(option.span(), message));
            }
        }
        Ok(route)
    }
}

fn page(variant: &Variant) -> Result<Page> {
    let is_route = |attribute: &&Attribute| attribute.path().is_ident("route");
    let mut routes = variant.attrs.iter().filter(is_route);
    let Some(attribute) = routes.next() else {
        let message = format!(
            "the page `{}` has no rule: write #[route(\"/..\")] above it",
            variant.ident
        );
        return Err(Error::new(variant.ident.span(), message));
    };
    if let Some(second) = routes.next() {
        return Err(Error::new(
            second.span(),
            "a page has one rule: take one of them away",
        ));
    }
    let route: Route = attribute.parse_args()?;
    let text = route.pattern.value();
    let refuse = |flaw: &plywood_rule::Flaw| {
        let indented = flaw.under(&text).replace('\n', "\n    ");
        let message = format!("this rule cannot be read:\n    {indented}");
        Error::new(route.pattern.span(), message)
    };
    let pattern = Pattern::read(&text).map_err(|flaw| refuse(&flaw))?;
    let pattern = pattern.with_single_slashes();
    let mut fields = Vec::new();
    for (index, variable) in pattern.variables().enumerate() {
        let converter = Converter::of(variable).map_err(|flaw| refuse(&flaw))?;
        let converter = converter.ok_or_else(|| {
            let names = Converter::NAMES.join(", ");
            let mend =
                format!("a field has one of the converters that are always there: take {names}");
            refuse(&variable.bad_converter(mend))
        })?;
        fields.push(field(variant, &route.pattern, index, variable, converter)?);
    }
    if variant.fields.len() > fields.len() {
        return Err(stray_field(variant, &route.pattern, &fields));
    }
    Ok(Page {
        steps: steps(&pattern),
        variant: variant.ident.clone(),
        methods: route.methods,
        name: route
            .name
            .map_or_else(|| variant.ident.to_string(), |name| name.value()),
        pattern: route.pattern,
        fields,
        named: matches!(variant.fields, Fields::Named(_)),
    })
}

/// The field of a variable: the one of its name, or of its place.
fn field(
    variant: &Variant,
    pattern: &LitStr,
    index: usize,
    variable: &Variable,
    converter: Converter,
) -> Result<Field> {
    let name = variable.name();
    let mut all = variant.fields.iter().enumerate();
    let found = match &variant.fields {
        Fields::Unnamed(_) => all.nth(index),
        _ => all.find(|(_, field)| field.ident.as_ref().is_some_and(|ident| ident == name)),
    };
    let Some((place, own)) = found else {
        let message = format!(
            "the rule has a variable `{name}`, and the page `{}` no field for it: add one, or take the variable away",
            variant.ident
        );
        return Err(Error::new(pattern.span(), message));
    };
    let by_place = || Ident::new(&format!("field_{place}"), own.span());
    Ok(Field {
        name: name.to_owned(),
        ident: own.ident.clone().unwrap_or_else(by_place),
        place,
        converter,
        ty: own.ty.clone(),
    })
}

fn stray_field(variant: &Variant, pattern: &LitStr, fields: &[Field]) -> Error {
    let known = |ident: &Ident| fields.iter().any(|field| field.ident == *ident);
    let mut idents = variant
        .fields
        .iter()
        .filter_map(|field| field.ident.as_ref());
    match idents.find(|ident| !known(ident)) {
        Some(stray) => {
            let message = format!(
                "no variable of the rule is called `{stray}`: write <{stray}> or <converter:{stray}> into it, or take the field away"
            );
            Error::new(stray.span(), message)
        }
        None => Error::new(
            pattern.span(),
            "the page has more fields than the rule has variables",
        ),
    }
}

fn steps(pattern: &Pattern) -> Vec<Step> {
    let mut steps = Vec::new();
    let mut text = String::new();
    let mut variables = 0;
    for piece in pattern.pieces() {
        match piece {
            Piece::Slash => text.push('/'),
            Piece::Text(piece) => encode(piece, &mut text),
            Piece::Variable(_) => {
                if !text.is_empty() {
                    steps.push(Step::Text(std::mem::take(&mut text)));
                }
                steps.push(Step::Variable(variables));
                variables += 1;
            }
        }
    }
    if !text.is_empty() {
        steps.push(Step::Text(text));
    }
    steps
}

/// Percent-encodes what cannot stand in a path (RFC 3986, section 3.3).
fn encode(text: &str, url: &mut String) {
    for byte in text.bytes() {
        let stands = byte.is_ascii_alphanumeric() || b"!$&'()*+,/:;=@_.-~".contains(&byte);
        if stands {
            url.push(char::from(byte));
        } else {
            url.extend(["%".to_owned(), format!("{byte:02X}")]);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(source: &str) -> std::result::Result<usize, String> {
        let input: DeriveInput = syn::parse_str(source).unwrap();
        match pages(&input) {
            Ok(pages) => Ok(pages.len()),
            Err(error) => Err(error.to_string()),
        }
    }

    #[test]
    fn pages_are_read() {
        let source = r#"enum Page {
            #[route("/")] Home,
            #[route("/users/<int:id>", methods = ["GET"], name = "user")] User { id: u64 },
            #[route("/<a>-<b>")] Pair(String, String),
        }"#;
        assert_eq!(read(source), Ok(3));
        assert_eq!(read("enum Page {}"), Ok(0));
    }

    #[test]
    fn what_does_not_fit_says_how_to_mend_it() {
        for (source, message) in [
            (
                "struct Page;",
                "routes are derived for an enum: each of its variants is a page",
            ),
            (
                "enum Page { Home }",
                "the page `Home` has no rule: write #[route(\"/..\")] above it",
            ),
            (
                r#"enum Page { #[route("/users/<int:id")] User { id: u64 } }"#,
                "this rule cannot be read:\n    /users/<int:id\n           ^^^^^^^ the bracket is not closed: write \"<int:id>\"",
            ),
            (
                r#"enum Page { #[route("/<own:id>")] User { id: u64 } }"#,
                "this rule cannot be read:\n    /<own:id>\n     ^^^^^^^^ a field has one of the converters that are always there: take string, int, float, path, any, uuid",
            ),
            (
                r#"enum Page { #[route("/<int:id>")] User }"#,
                "the rule has a variable `id`, and the page `User` no field for it: add one, or take the variable away",
            ),
            (
                r#"enum Page { #[route("/")] User { id: u64 } }"#,
                "no variable of the rule is called `id`: write <id> or <converter:id> into it, or take the field away",
            ),
            (
                r#"enum Page { #[route("/")] User(u64) }"#,
                "the page has more fields than the rule has variables",
            ),
            (
                r#"enum Page { #[route("/", verb = "GET")] Home }"#,
                "there is no option `verb`: take `methods` or `name`",
            ),
        ] {
            assert_eq!(read(source), Err(message.to_owned()), "{source}");
        }
    }
}
