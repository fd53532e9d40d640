//! A rule as the tree holds it: a part for each segment, and one for its host.

use std::sync::Arc;

use plywood_rule::{Converter, Piece};

use crate::convert::{Convert, Kind};

/// What stands between two slashes.
#[derive(Clone, Debug)]
pub(crate) enum Part {
    Text(String),
    Dynamic(Arc<Dynamic>),
}

/// A part with variables.
#[derive(Debug, PartialEq)]
pub(crate) struct Dynamic {
    pub(crate) items: Box<[Item]>,
    /// Does it take all the rest of the path?
    pub(crate) rest: bool,
    /// Does the rule end with a slash behind it, which a path may lack?
    pub(crate) slashed: bool,
    pub(crate) weight: Weight,
}

/// What a part with variables is made of.
#[derive(Debug, PartialEq)]
pub(crate) enum Item {
    Text(Box<str>),
    Variable(Class),
}

/// What a variable takes, before bounds are looked at. Variables of one class are told apart by nothing.
#[derive(Clone)]
pub(crate) enum Class {
    /// So many characters, at least and at most, without a slash.
    Text {
        min: usize,
        max: Option<usize>,
    },
    Digits {
        signed: bool,
    },
    Decimal {
        signed: bool,
    },
    Any(Vec<String>),
    Uuid,
    /// Anything that does not begin with a slash; as short as may be.
    Rest,
    Own {
        called: Arc<str>,
        converter: Arc<dyn Convert>,
    },
}

impl Class {
    fn of(kind: &Kind) -> Self {
        match kind {
            Kind::Own { called, converter } => Self::Own {
                called: Arc::clone(called),
                converter: Arc::clone(converter),
            },
            Kind::There(converter) => match converter {
                Converter::String { min, max } => Self::Text {
                    min: *min,
                    max: *max,
                },
                Converter::Int { signed, .. } => Self::Digits { signed: *signed },
                Converter::Float { signed, .. } => Self::Decimal { signed: *signed },
                Converter::Any(items) => Self::Any(items.clone()),
                Converter::Uuid => Self::Uuid,
                // Path; there is no other one.
                _ => Self::Rest,
            },
        }
    }
}

impl PartialEq for Class {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (
                Self::Text { min, max },
                Self::Text {
                    min: low,
                    max: high,
                },
            ) => (min, max) == (low, high),
            (Self::Digits { signed: one }, Self::Digits { signed: two })
            | (Self::Decimal { signed: one }, Self::Decimal { signed: two }) => one == two,
            (Self::Any(one), Self::Any(two)) => one == two,
            (Self::Own { called: one, .. }, Self::Own { called: two, .. }) => one == two,
            (Self::Uuid, Self::Uuid) | (Self::Rest, Self::Rest) => true,
            _ => false,
        }
    }
}

impl std::fmt::Debug for Class {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Text { .. } => "Text",
            Self::Digits { .. } => "Digits",
            Self::Decimal { .. } => "Decimal",
            Self::Any(_) => "Any",
            Self::Uuid => "Uuid",
            Self::Rest => "Rest",
            Self::Own { .. } => "Own",
        })
    }
}

/// Where a part stands among those that could be tried: the smaller, the earlier.
///
/// More texts come first, then longer ones; more variables, then lighter ones.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Weight {
    texts: isize,
    lengths: Vec<(usize, isize)>,
    variables: isize,
    kinds: Vec<i32>,
}

impl Weight {
    fn text(&mut self, text: &str) {
        self.texts -= 1;
        let place = self.lengths.len();
        self.lengths
            .push((place, -(text.chars().count().cast_signed())));
    }

    fn variable(&mut self, kind: &Kind) {
        self.variables -= 1;
        self.kinds.push(kind.weight());
    }
}

/// The parts of a pattern; `kinds` are the converters of its variables.
pub(crate) fn parts(pieces: &[Piece], kinds: &[Kind]) -> Vec<Part> {
    let mut kinds = kinds.iter();
    let mut parts = Vec::new();
    let mut draft = Draft::default();
    for piece in pieces {
        match piece {
            Piece::Text(text) => draft.text(text),
            Piece::Variable(_) => draft.variable(kinds.next().expect("one for each variable")),
            Piece::Slash if draft.rest => draft.raw("/"),
            Piece::Slash => parts.push(std::mem::take(&mut draft).part()),
        }
    }
    let slashed = draft.rest && draft.take_slash();
    let mut last = draft;
    last.slashed = slashed;
    parts.push(last.part());
    if slashed {
        parts.push(Part::Text(String::new()));
    }
    parts
}

#[derive(Default)]
struct Draft {
    items: Vec<Item>,
    has_variables: bool,
    rest: bool,
    slashed: bool,
    weight: Weight,
}

impl Draft {
    fn text(&mut self, text: &str) {
        self.weight.text(text);
        self.raw(text);
    }

    fn raw(&mut self, text: &str) {
        match self.items.last_mut() {
            Some(Item::Text(before)) => *before = [&**before, text].concat().into(),
            _ => self.items.push(Item::Text(text.into())),
        }
    }

    fn variable(&mut self, kind: &Kind) {
        self.weight.variable(kind);
        self.has_variables = true;
        self.rest |= kind.takes_slashes();
        self.items.push(Item::Variable(Class::of(kind)));
    }

    /// Takes a slash off the end.
    fn take_slash(&mut self) -> bool {
        let Some(Item::Text(text)) = self.items.last_mut() else {
            return false;
        };
        let Some(shorter) = text.strip_suffix('/') else {
            return false;
        };
        if shorter.is_empty() {
            self.items.pop();
        } else {
            *text = shorter.into();
        }
        true
    }

    fn part(self) -> Part {
        if !self.has_variables {
            return Part::Text(match self.items.into_iter().next() {
                Some(Item::Text(text)) => text.into(),
                _ => String::new(),
            });
        }
        Part::Dynamic(Arc::new(Dynamic {
            items: self.items.into(),
            rest: self.rest,
            slashed: self.slashed,
            weight: self.weight,
        }))
    }
}
