//! What a variable takes, and how a value becomes its text.

use std::{borrow::Cow, fmt, sync::Arc};

use plywood_rule::{Arguments, Converter, Flaw, Variable};

use crate::{Uuid, Value, encode, value};

/// A converter of your own.
///
/// It is registered by [`MapBuilder::converter`](crate::MapBuilder::converter), under the name that patterns call it by.
///
/// ```
/// use http::Method;
/// use plywood_dispatch::{Convert, Map, Verdict};
///
/// /// A year of four digits, or `now`.
/// struct Year;
///
/// impl Convert for Year {
///     fn takes(&self, text: &str) -> bool {
///         text == "now" || (text.len() == 4 && text.bytes().all(|byte| byte.is_ascii_digit()))
///     }
/// }
///
/// let map = Map::builder().converter("year", |_| Ok(Year)).route("/in/<year:y>", "year").build()?;
/// assert!(matches!(map.find(&Method::GET, "/in/1999"), Verdict::Match(_)));
/// assert!(matches!(map.find(&Method::GET, "/in/99"), Verdict::NotFound));
/// # Ok::<(), plywood_dispatch::BuildError>(())
/// ```
pub trait Convert: Send + Sync + 'static {
    /// Does it take this text, which is decoded?
    ///
    /// It is asked once for a segment that the variable has alone, or for all the rest of the path where it [takes
    /// slashes](Self::takes_slashes). Where text or other variables stand beside it in a segment it is asked for each part that could be its
    /// own, the longest first, and takes no more than 255 bytes.
    fn takes(&self, text: &str) -> bool;

    /// The smaller, the earlier it is tried: 100, as `string`'s. `int` has 50 and `path` 200.
    fn weight(&self) -> i32 {
        100
    }

    /// May its text hold slashes? Then it takes all the rest of the path, but for what the rule says further on.
    fn takes_slashes(&self) -> bool {
        false
    }

    /// The text of a value, not encoded; `None` refuses it. By default the value as text, if it is one that [`takes`](Self::takes) takes.
    fn text(&self, value: &Value<'_>) -> Option<String> {
        let text = value.to_string();
        let is_one = !matches!(value, Value::List(_)) && self.takes(&text);
        is_one.then_some(text)
    }
}

/// Makes a converter from the arguments that a pattern gives it; or says what is wrong with them.
pub(crate) type MakeConverter =
    Arc<dyn Fn(&Arguments) -> Result<Arc<dyn Convert>, String> + Send + Sync>;

/// The name of the converter that is there with the feature `regex`.
const REGEX: &str = "regex";

/// The converter of one variable.
#[derive(Clone)]
pub(crate) enum Kind {
    There(Converter),
    Own {
        /// As the pattern calls it, arguments included: what is called the same takes the same.
        called: Arc<str>,
        converter: Arc<dyn Convert>,
    },
}

impl Kind {
    /// The converter of a variable, by the ones of your own.
    pub(crate) fn of(variable: &Variable, own: &[(String, MakeConverter)]) -> Result<Self, Flaw> {
        let name = variable.converter();
        // The last of a name, so that one of your own stands in place of one that is there.
        if let Some((_, make)) = own.iter().rev().find(|(own, _)| own == name) {
            let converter =
                make(variable.arguments()).map_err(|mend| variable.bad_arguments(mend))?;
            let called = format!("{name}{:?}", variable.arguments()).into();
            return Ok(Self::Own { called, converter });
        }
        if let Some(converter) = Converter::of(variable)? {
            return Ok(Self::There(converter));
        }
        if name == REGEX {
            return Self::regex(variable);
        }
        let names = own.iter().map(|(name, _)| &**name);
        let optional = cfg!(feature = "regex").then_some(REGEX);
        let known = Converter::NAMES.into_iter().chain(optional).chain(names);
        let known: Vec<&str> = known.collect();
        let mend = match crate::closest::word(name, known.iter().copied()) {
            Some(close) => format!("there is no converter {name:?}: did you mean {close:?}?"),
            None => format!("there is no converter {name:?}: take {}", known.join(", ")),
        };
        Err(variable.bad_converter(mend))
    }

    #[cfg(feature = "regex")]
    fn regex(variable: &Variable) -> Result<Self, Flaw> {
        let whole = crate::regex::Whole::new(variable.arguments());
        let converter = whole.map_err(|mend| variable.bad_arguments(mend))?;
        let pattern = &variable.arguments().placed()[0];
        Ok(Self::Own {
            called: format!("{REGEX}({pattern})").into(),
            converter: Arc::new(converter),
        })
    }

    #[cfg(not(feature = "regex"))]
    fn regex(variable: &Variable) -> Result<Self, Flaw> {
        let mend = "unknown converter \"regex\": it needs the feature `regex` of plywood-dispatch (`dispatch-regex` of plywood)";
        Err(variable.bad_converter(mend.to_owned()))
    }

    pub(crate) fn weight(&self) -> i32 {
        match self {
            Self::There(converter) => converter.weight(),
            Self::Own { converter, .. } => converter.weight(),
        }
    }

    pub(crate) fn takes_slashes(&self) -> bool {
        match self {
            Self::There(converter) => *converter == Converter::Path,
            Self::Own { converter, .. } => converter.takes_slashes(),
        }
    }

    /// Is a text refused that the pattern matches? So it is by a number's bounds.
    pub(crate) const fn has_bounds(&self) -> bool {
        match self {
            Self::There(Converter::Int {
                fixed_digits,
                min,
                max,
                ..
            }) => *fixed_digits > 0 || min.is_some() || max.is_some(),
            Self::There(Converter::Float { min, max, .. }) => min.is_some() || max.is_some(),
            _ => false,
        }
    }

    /// Does a text that the pattern matches keep to the bounds?
    pub(crate) fn keeps_bounds(&self, text: &str) -> bool {
        match self {
            Self::There(Converter::Int {
                fixed_digits,
                min,
                max,
                ..
            }) => {
                (*fixed_digits == 0 || text.len() == *fixed_digits)
                    && is_within(int(text), min.map(i128::from), max.map(i128::from))
            }
            Self::There(Converter::Float { min, max, .. }) => text
                .parse()
                .is_ok_and(|number| is_within(number, *min, *max)),
            _ => true,
        }
    }

    /// What a text that the pattern matches is read as.
    pub(crate) fn value<'a>(&self, text: &'a str) -> Value<'a> {
        let read = match self {
            Self::There(Converter::Int { .. }) => text.parse().map(Value::Int).ok(),
            Self::There(Converter::Float { .. }) => text.parse().map(Value::Float).ok(),
            Self::There(Converter::Uuid) => text.parse().map(Value::Uuid).ok(),
            _ => None,
        };
        read.unwrap_or(Value::Text(Cow::Borrowed(text)))
    }

    /// Adds the text of a value to a URL, encoded.
    pub(crate) fn write(&self, value: &Value<'_>, url: &mut String) -> Result<(), Box<Unfit>> {
        match self {
            Self::Own { converter, .. } => {
                let text = converter
                    .text(value)
                    .ok_or_else(|| Box::new(Unfit::no(value, self)))?;
                if text.contains('/') && !converter.takes_slashes() {
                    return Err(Box::new(Unfit::no(value, self)));
                }
                encode::push(url, &text, &encode::PATH);
                Ok(())
            }
            Self::There(converter) => write(converter, value, url).map_err(|is_final| {
                let mut unfit = Unfit::no(value, self);
                unfit.is_final = is_final;
                Box::new(unfit)
            }),
        }
    }
}

impl PartialEq for Kind {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::There(one), Self::There(two)) => one == two,
            (Self::Own { called: one, .. }, Self::Own { called: two, .. }) => one == two,
            _ => false,
        }
    }
}

impl fmt::Debug for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::There(converter) => converter.fmt(f),
            Self::Own { called, .. } => {
                f.write_str(called.split("Arguments {").next().unwrap_or(""))
            }
        }
    }
}

/// A value that a converter refused.
#[derive(Clone, Debug)]
pub(crate) struct Unfit {
    pub(crate) value: String,
    pub(crate) converter: String,
    /// Is it no value for such a converter at all? Then no other rule is tried.
    pub(crate) is_final: bool,
}

impl Unfit {
    fn no(value: &Value<'_>, kind: &Kind) -> Self {
        Self {
            value: value.to_string(),
            converter: kind.to_string(),
            is_final: false,
        }
    }
}

/// A whole number of any length; what is beyond all bounds is beyond them.
fn int(text: &str) -> i128 {
    let beyond = if text.starts_with('-') {
        i128::MIN
    } else {
        i128::MAX
    };
    text.parse().unwrap_or(beyond)
}

fn is_within<N: PartialOrd + Copy>(number: N, min: Option<N>, max: Option<N>) -> bool {
    min.is_none_or(|min| number >= min) && max.is_none_or(|max| number <= max)
}

/// Writes a value; what it says of one that is refused is whether it is none for such a converter at all.
fn write(converter: &Converter, value: &Value<'_>, url: &mut String) -> Result<(), bool> {
    use fmt::Write as _;
    const NEVER: bool = true;
    const NOT_HERE: bool = false;
    if wrote_plain(converter, value, url) {
        return Ok(());
    }
    match converter {
        Converter::Int {
            fixed_digits,
            min,
            max,
            signed,
        } => {
            let number = whole(value).ok_or(NEVER)?;
            let bounds = (min.map(i128::from), max.map(i128::from));
            if (number < 0 && !signed) || !is_within(number, bounds.0, bounds.1) {
                return Err(NOT_HERE);
            }
            let before = url.len();
            let width = *fixed_digits;
            match u64::try_from(number) {
                Ok(small) if width == 0 => encode::push_number(url, small),
                _ => write!(url, "{number:0width$}").expect("a text takes every text"),
            }
            if width > 0 && url.len() - before > width {
                return Err(NOT_HERE);
            }
        }
        Converter::Float { min, max, signed } => {
            let number = decimal(value).ok_or(NEVER)?;
            let is_negative = number.is_sign_negative();
            if !number.is_finite() || (is_negative && !signed) || !is_within(number, *min, *max) {
                return Err(NOT_HERE);
            }
            url.push_str(&value::float(number));
        }
        Converter::Any(items) => {
            let text = text(value).ok_or(NEVER)?;
            if !items.iter().any(|item| *item == text) {
                return Err(NEVER);
            }
            // A text with a slash is there to be refused: no segment has it.
            encode::push(url, &text, &encode::PATH);
        }
        Converter::Uuid => match value {
            Value::Uuid(uuid) => write!(url, "{uuid}").expect("a text takes every text"),
            Value::Text(text) if Uuid::is_one(text.as_bytes()) => url.push_str(text),
            _ => return Err(NOT_HERE),
        },
        Converter::String { min, max } => {
            let text = text(value).ok_or(NEVER)?;
            let length = || text.chars().count();
            let is_short = *min > 0 && text.is_empty() || *min > 1 && length() < *min;
            if is_short || max.is_some_and(|max| length() > max) || text.contains('/') {
                return Err(NOT_HERE);
            }
            encode::push(url, &text, &encode::PATH);
        }
        _ => {
            let text = text(value).ok_or(NEVER)?;
            if text.is_empty() || text.starts_with('/') {
                return Err(NOT_HERE);
            }
            encode::push(url, &text, &encode::PATH);
        }
    }
    Ok(())
}

/// Writes what most values are: text that needs no encoding, for a `string`; a whole number, for an `int`; neither with bounds.
fn wrote_plain(converter: &Converter, value: &Value<'_>, url: &mut String) -> bool {
    match (converter, value) {
        (Converter::String { min: 1, max: None }, Value::Text(text)) => {
            encode::push_segment(url, text)
        }
        (
            Converter::Int {
                fixed_digits: 0,
                min: None,
                max: None,
                ..
            },
            Value::Int(number),
        ) => u64::try_from(*number)
            .map(|number| encode::push_number(url, number))
            .is_ok(),
        _ => false,
    }
}

fn text<'v>(value: &'v Value<'_>) -> Option<Cow<'v, str>> {
    match value {
        Value::Text(text) => Some(Cow::Borrowed(text)),
        Value::List(_) | Value::Absent => None,
        other => Some(Cow::Owned(other.to_string())),
    }
}

fn whole(value: &Value<'_>) -> Option<i128> {
    match value {
        Value::Int(number) => Some(*number),
        Value::Text(text) => text.parse().ok(),
        #[expect(clippy::cast_possible_truncation, reason = "it has no fraction")]
        Value::Float(number) => {
            (number.fract() == 0.0 && number.abs() < 1e18).then_some(*number as i128)
        }
        _ => None,
    }
}

fn decimal(value: &Value<'_>) -> Option<f64> {
    match value {
        Value::Float(number) => Some(*number),
        #[expect(clippy::cast_precision_loss, reason = "a float is asked for")]
        Value::Int(number) => Some(*number as f64),
        Value::Text(text) => text.parse().ok(),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kind(variable: &str) -> Kind {
        let pattern = plywood_rule::Pattern::read(&format!("/{variable}")).unwrap();
        Kind::of(pattern.variables().next().unwrap(), &[]).unwrap()
    }

    fn written<'a>(variable: &str, value: impl Into<Value<'a>>) -> Option<String> {
        let mut url = String::new();
        let kind = kind(variable);
        kind.write(&value.into(), &mut url).ok()?;
        Some(url)
    }

    #[test]
    fn a_value_is_written_so_that_it_can_be_read_back_or_refused() {
        for (variable, value, expected) in [
            ("<x>", Value::from("a b/c"), None),
            ("<x>", Value::from("a b?"), Some("a%20b%3F")),
            ("<x>", Value::from(""), None),
            ("<x>", Value::from(7), Some("7")),
            ("<string(length=2):x>", Value::from("é!"), Some("%C3%A9!")),
            ("<string(length=2):x>", Value::from("abc"), None),
            ("<path:x>", Value::from("a/b c"), Some("a/b%20c")),
            ("<path:x>", Value::from("/a"), None),
            ("<int:x>", Value::from(5), Some("5")),
            ("<int:x>", Value::from("05"), Some("5")),
            ("<int:x>", Value::from(-5), None),
            ("<int:x>", Value::from(5.0), Some("5")),
            ("<int:x>", Value::from(5.5), None),
            ("<int(4):x>", Value::from(5), Some("0005")),
            ("<int(2):x>", Value::from(500), None),
            ("<int(4,signed=True):x>", Value::from(-5), Some("-005")),
            ("<int(min=3):x>", Value::from(2), None),
            ("<float:x>", Value::from(5), Some("5.0")),
            ("<float:x>", Value::from(f64::NAN), None),
            ("<float(signed=True):x>", Value::from(-0.5), Some("-0.5")),
            ("<any(a,\"b c\"):x>", Value::from("b c"), Some("b%20c")),
            ("<any(a,\"b c\"):x>", Value::from("b"), None),
            ("<uuid:x>", Value::from("x"), None),
        ] {
            assert_eq!(
                written(variable, value.clone()).as_deref(),
                expected,
                "{variable} {value}"
            );
        }
    }

    #[test]
    fn a_number_of_any_length_keeps_to_its_bounds() {
        let long = "9".repeat(60);
        assert!(kind("<int(min=1):x>").keeps_bounds(&long));
        assert!(!kind("<int(max=1):x>").keeps_bounds(&long));
        assert_eq!(kind("<int:x>").value(&long), Value::from(&long));
        assert_eq!(kind("<int:x>").value("007"), Value::from(7));
    }
}
