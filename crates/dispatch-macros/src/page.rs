use plywood_rule::Converter;
use syn::{Ident, LitStr, Type};

/// A variant, read.
pub(crate) struct Page {
    pub(crate) variant: Ident,
    pub(crate) pattern: LitStr,
    pub(crate) methods: Option<Vec<LitStr>>,
    pub(crate) name: String,
    pub(crate) steps: Vec<Step>,
    /// In the order of the variables.
    pub(crate) fields: Vec<Field>,
    pub(crate) named: bool,
}

/// What a URL is put together of.
pub(crate) enum Step {
    /// Text, encoded.
    Text(String),
    /// The variable of this number.
    Variable(usize),
}

pub(crate) struct Field {
    /// The variable's.
    pub(crate) name: String,
    /// The field's, in the variant; by place, what it is bound to.
    pub(crate) ident: Ident,
    /// Where it stands among the variant's fields.
    pub(crate) place: usize,
    pub(crate) converter: Converter,
    pub(crate) ty: Type,
}
