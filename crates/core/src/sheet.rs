//! What each layer says of itself, and the onion that a stack of layers is.
//!
//! The compiler does not see an order that cannot work: a login outside of the session that it asks for, a compression outside of
//! a layer that has hashed the body. So each layer is [`Described`] by a [`Sheet`], and an [`Onion`] of sheets prints itself and
//! gives [`Advice`].
//!
//! ```
//! use plywood_core::{Identity, sheet::{Act, Described, Onion, Sheet}};
//!
//! struct Guard;
//!
//! impl Described for Guard {
//!     fn sheet(&self) -> Sheet {
//!         Sheet::of::<Self>().needs::<Identity>("plywood_auth::BasicAuthLayer").acts(Act::Refuses)
//!     }
//! }
//!
//! let cors = Sheet::new("CorsLayer").acts(Act::MarksEveryAnswer);
//! let onion = Onion::of(&[&Guard, &cors]);
//! assert_eq!(onion.to_string(), "\
//! Guard          needs Identity; may refuse
//! | CorsLayer    marks every answer
//! ! Guard needs Identity, and nothing outside of it leaves one: add plywood_auth::BasicAuthLayer outside of it.
//! ! What Guard refuses lacks the marks of CorsLayer: put CorsLayer outside of Guard.
//! ");
//! ```

mod advice;
mod onion;

use std::{
    any::{TypeId, type_name},
    fmt,
};

pub use self::{
    advice::{Advice, Weight},
    onion::Onion,
};

/// A layer or a service that says what it reads, what it leaves and what it does to an answer.
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not say what it does, and the doctor cannot look at it",
    label = "it has no sheet",
    note = "a layer of somebody else's goes into a `Stack` by `.tower(..)`",
    note = "one of your own says what it reads, leaves and does as `plywood_core::sheet::Described`"
)]
pub trait Described {
    /// Its sheet.
    fn sheet(&self) -> Sheet;
}

impl<T: Described + ?Sized> Described for &T {
    fn sheet(&self) -> Sheet {
        (**self).sheet()
    }
}

/// A sheet describes itself: for a layer of somebody else's.
impl Described for Sheet {
    fn sheet(&self) -> Sheet {
        self.clone()
    }
}

/// What one layer says of itself.
#[derive(Clone, Debug)]
pub struct Sheet {
    name: &'static str,
    words: Vec<Word>,
    acts: Vec<Act>,
}

/// An extension that a layer has to do with.
#[derive(Clone, Copy, Debug)]
struct Word {
    id: TypeId,
    name: &'static str,
    part: Part,
}

/// What a layer has to do with an extension.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part {
    /// It cannot do without the request's; this layer usually leaves it.
    Needs(&'static str),
    Reads,
    Leaves,
    Hears,
    Tells,
}

/// What a layer does that others should know, because it bears on their order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Act {
    /// It may answer instead of the layers inside it.
    Refuses,
    /// Its fields belong on every answer, on a refusal too: CORS, security headers.
    MarksEveryAnswer,
    /// The bytes that go out are others than those that came: compression.
    ChangesBytes,
    /// It says something that holds of the bytes that pass it, and of no others: a digest, a signature.
    HashesBytes,
    /// It counts the bytes that pass: a log.
    CountsBytes,
    /// It decides by the path.
    ComparesPath,
    /// It hands on another path than it got, and leaves no [`Mount`](crate::Mount) that says so.
    RewritesPath,
}

impl Part {
    const fn is_need(self) -> bool {
        matches!(self, Self::Needs(_))
    }
}

impl Sheet {
    /// Of the layer `T`, which has to do with nothing yet.
    pub fn of<T: ?Sized>() -> Self {
        Self::new(short(type_name::<T>()))
    }

    /// Of somebody else's layer, by its name.
    pub const fn new(name: &'static str) -> Self {
        Self {
            name,
            words: Vec::new(),
            acts: Vec::new(),
        }
    }

    /// It cannot work without `T` in the request, which `usually` leaves: the path of a layer to add.
    #[must_use]
    pub fn needs<T: 'static>(self, usually: &'static str) -> Self {
        self.word::<T>(Part::Needs(usually))
    }

    /// It reads `T` in the request if it is there, and can do without.
    #[must_use]
    pub fn reads<T: 'static>(self) -> Self {
        self.word::<T>(Part::Reads)
    }

    /// It leaves `T` in the request, for those inside.
    #[must_use]
    pub fn leaves<T: 'static>(self) -> Self {
        self.word::<T>(Part::Leaves)
    }

    /// It reads `T` in the response if it is there, or learns of it by the [`Witness`](crate::Witness).
    #[must_use]
    pub fn hears<T: 'static>(self) -> Self {
        self.word::<T>(Part::Hears)
    }

    /// It leaves `T` in the response, or tells the [`Witness`](crate::Witness) of it, for those outside.
    #[must_use]
    pub fn tells<T: 'static>(self) -> Self {
        self.word::<T>(Part::Tells)
    }

    /// It does this.
    #[must_use]
    pub fn acts(mut self, act: Act) -> Self {
        self.acts.push(act);
        self
    }

    fn word<T: 'static>(mut self, part: Part) -> Self {
        let (id, name) = (TypeId::of::<T>(), short(type_name::<T>()));
        self.words.push(Word { id, name, part });
        self
    }

    /// The name of the layer.
    pub const fn name(&self) -> &'static str {
        self.name
    }

    fn has(&self, id: TypeId, part: Part) -> bool {
        self.words
            .iter()
            .any(|word| word.id == id && word.part == part)
    }
}

/// `Session` of `plywood_session_core::session::Session<T>`.
fn short(path: &'static str) -> &'static str {
    let path = path.split('<').next().unwrap_or(path);
    path.rsplit("::").next().unwrap_or(path)
}

/// What it has to do with extensions, and what it does.
impl fmt::Display for Sheet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let groups = [
            ("needs", Part::is_need as fn(Part) -> bool),
            ("reads", |part| part == Part::Reads),
            ("leaves", |part| part == Part::Leaves),
            ("hears", |part| part == Part::Hears),
            ("tells", |part| part == Part::Tells),
        ];
        let groups = groups.into_iter().filter_map(|(verb, is_one)| {
            let words = self.words.iter().filter(|word| is_one(word.part));
            let names: Vec<_> = words.map(|word| word.name).collect();
            (!names.is_empty()).then(|| format!("{verb} {}", names.join(", ")))
        });
        let all: Vec<_> = groups
            .chain(self.acts.iter().map(ToString::to_string))
            .collect();
        f.write_str(&all.join("; "))
    }
}

impl fmt::Display for Act {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Refuses => "may refuse",
            Self::MarksEveryAnswer => "marks every answer",
            Self::ChangesBytes => "changes the bytes",
            Self::HashesBytes => "hashes the bytes",
            Self::CountsBytes => "counts the bytes",
            Self::ComparesPath => "compares the path",
            Self::RewritesPath => "rewrites the path",
        })
    }
}
