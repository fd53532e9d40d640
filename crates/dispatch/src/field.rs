//! What the fields of [`Routes`](crate::Routes) may be.
//!
//! Each kind of converter wants a type that can hold what it reads: [`Int`] any integer, [`Float`] a float, [`Text`] and [`Rest`] an owned string, [`AUuid`] a
//! [`Uuid`]. A type of your own holds one by an `impl` of [`Field`].
//!
//! ```
//! use plywood_dispatch::{Field, PathWriter, field};
//!
//! #[derive(Debug, PartialEq)]
//! enum Section {
//!     News,
//!     Sport,
//! }
//!
//! // For `<any(news,sport):section>`, or any other text.
//! impl Field<field::Text> for Section {
//!     fn read(text: &str) -> Option<Self> {
//!         match text {
//!             "news" => Some(Self::News),
//!             "sport" => Some(Self::Sport),
//!             _ => None,
//!         }
//!     }
//!
//!     fn write(&self, url: &mut PathWriter<'_>) {
//!         url.segment(match self {
//!             Self::News => "news",
//!             Self::Sport => "sport",
//!         });
//!     }
//! }
//! assert_eq!(Section::read("news"), Some(Section::News));
//! ```

use std::{borrow::Cow, fmt};

use crate::{Uuid, encode, value};

/// What `int` reads: digits, with a minus in front where it is `signed`.
#[derive(Debug)]
pub enum Int {}

/// What `float` reads.
#[derive(Debug)]
pub enum Float {}

/// What `string` and `any` read: text without a slash.
#[derive(Debug)]
pub enum Text {}

/// What `path` reads: text, slashes included.
#[derive(Debug)]
pub enum Rest {}

/// What `uuid` reads.
#[derive(Debug)]
pub enum AUuid {}

/// A type that can hold what a kind of converter reads.
#[diagnostic::on_unimplemented(
    message = "a field of type `{Self}` cannot hold what this converter reads",
    label = "it wants a `Field<{Kind}>`",
    note = "`int` wants an integer, `float` a float, `string`, `any` and `path` a `String`, `uuid` a `plywood_dispatch::Uuid`; or implement `Field` for a type of your own"
)]
pub trait Field<Kind>: Sized {
    /// Reads the text, decoded. `None`, where it is no such value after all, such as a number too large for the type: then the page is not found.
    fn read(text: &str) -> Option<Self>;

    /// Writes it into a URL.
    fn write(&self, url: &mut PathWriter<'_>);
}

/// A URL's path that grows.
#[derive(Debug)]
pub struct PathWriter<'a> {
    url: &'a mut String,
    digits: usize,
}

impl<'a> PathWriter<'a> {
    pub(crate) const fn new(url: &'a mut String) -> Self {
        Self { url, digits: 0 }
    }

    /// Adds text that is encoded already.
    pub fn text(&mut self, text: &str) {
        self.url.push_str(text);
    }

    /// Adds text that is no more than a segment: a slash in it is encoded, too.
    ///
    /// An encoded slash is refused when it is asked for ([`Path`](plywood_core::Path)), so that such a URL leads nowhere, and to no other page.
    pub fn segment(&mut self, text: &str) {
        if encode::push_segment(self.url, text) {
            return;
        }
        for (index, part) in text.split('/').enumerate() {
            if index > 0 {
                self.url.push_str("%2F");
            }
            encode::push(self.url, part, &encode::PATH);
        }
    }

    /// Adds text that may hold slashes.
    pub fn rest(&mut self, text: &str) {
        encode::push(self.url, text, &encode::PATH);
    }

    /// The next number has at least so many characters, with zeros in front.
    pub const fn digits(&mut self, digits: usize) {
        self.digits = digits;
    }

    /// Adds a number.
    pub fn number(&mut self, number: impl fmt::Display) {
        use fmt::Write as _;
        let width = std::mem::take(&mut self.digits);
        let written = if width == 0 {
            write!(self.url, "{number}")
        } else {
            write!(self.url, "{number:0width$}")
        };
        written.expect("a text takes every text");
    }
}

macro_rules! ints {
    ($($int:ty)*) => {
        $(impl Field<Int> for $int {
            fn read(text: &str) -> Option<Self> {
                text.parse().ok()
            }

            fn write(&self, url: &mut PathWriter<'_>) {
                url.number(self);
            }
        })*
    };
}

ints!(u8 u16 u32 u64 u128 usize i8 i16 i32 i64 i128 isize);

impl Field<Float> for f64 {
    fn read(text: &str) -> Option<Self> {
        text.parse().ok()
    }

    fn write(&self, url: &mut PathWriter<'_>) {
        url.text(&value::float(*self));
    }
}

impl Field<Float> for f32 {
    fn read(text: &str) -> Option<Self> {
        text.parse().ok()
    }

    fn write(&self, url: &mut PathWriter<'_>) {
        let mut text = self.to_string();
        if !text.contains('.') {
            text.push_str(".0");
        }
        url.text(&text);
    }
}

macro_rules! texts {
    ($($text:ty)*) => {
        $(impl Field<Text> for $text {
            fn read(text: &str) -> Option<Self> {
                Some(text.to_owned().into())
            }

            fn write(&self, url: &mut PathWriter<'_>) {
                url.segment(self);
            }
        }

        impl Field<Rest> for $text {
            fn read(text: &str) -> Option<Self> {
                Some(text.to_owned().into())
            }

            fn write(&self, url: &mut PathWriter<'_>) {
                url.rest(self);
            }
        })*
    };
}

texts!(String Box<str> Cow<'static, str>);

impl Field<AUuid> for Uuid {
    fn read(text: &str) -> Option<Self> {
        text.parse().ok()
    }

    fn write(&self, url: &mut PathWriter<'_>) {
        url.number(self);
    }
}
