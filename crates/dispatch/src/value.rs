use std::{borrow::Cow, fmt, str::FromStr};

/// A value of a variable: what a URL is built from, and what its text is read as.
///
/// Numbers, texts, lists of them, and options become one by `into`. What is [`Absent`](Self::Absent) is left out of a URL.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Value<'a> {
    /// A text.
    Text(Cow<'a, str>),
    /// A whole number.
    Int(i128),
    /// A number with a point.
    Float(f64),
    /// A UUID.
    Uuid(Uuid),
    /// Several values; in a query, the key is repeated.
    List(Vec<Value<'a>>),
    /// Nothing.
    Absent,
}

impl Value<'_> {
    /// The text, if it is one.
    pub fn as_text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The number, if it is a whole one.
    pub const fn as_int(&self) -> Option<i128> {
        match self {
            Self::Int(number) => Some(*number),
            _ => None,
        }
    }

    /// The number, if it has a point.
    pub const fn as_float(&self) -> Option<f64> {
        match self {
            Self::Float(number) => Some(*number),
            _ => None,
        }
    }

    /// The same, with texts of its own.
    pub fn into_owned(self) -> Value<'static> {
        match self {
            Self::Text(text) => Value::Text(Cow::Owned(text.into_owned())),
            Self::Int(number) => Value::Int(number),
            Self::Float(number) => Value::Float(number),
            Self::Uuid(uuid) => Value::Uuid(uuid),
            Self::List(list) => Value::List(list.into_iter().map(Value::into_owned).collect()),
            Self::Absent => Value::Absent,
        }
    }
}

/// A whole number equals the same number with a point; a text equals no number.
impl PartialEq for Value<'_> {
    fn eq(&self, other: &Self) -> bool {
        #[expect(
            clippy::cast_precision_loss,
            reason = "numbers in URLs are compared as they were written"
        )]
        match (self, other) {
            (Self::Text(one), Self::Text(two)) => one == two,
            (Self::Int(one), Self::Int(two)) => one == two,
            (Self::Float(one), Self::Float(two)) => one == two,
            (Self::Int(int), Self::Float(float)) | (Self::Float(float), Self::Int(int)) => {
                *int as f64 == *float
            }
            (Self::Uuid(one), Self::Uuid(two)) => one == two,
            (Self::List(one), Self::List(two)) => one == two,
            (Self::Absent, Self::Absent) => true,
            _ => false,
        }
    }
}

/// As it stands in a query, not encoded; of a list the values, with commas.
impl fmt::Display for Value<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(text) => f.write_str(text),
            Self::Int(number) => number.fmt(f),
            Self::Float(number) => float(*number).fmt(f),
            Self::Uuid(uuid) => uuid.fmt(f),
            Self::List(list) => {
                for (index, value) in list.iter().enumerate() {
                    let comma = if index == 0 { "" } else { "," };
                    write!(f, "{comma}{value}")?;
                }
                Ok(())
            }
            Self::Absent => Ok(()),
        }
    }
}

/// A float as text: always with a point, never with an exponent.
pub(crate) fn float(number: f64) -> String {
    let mut text = number.to_string();
    if number.is_finite() && !text.contains('.') {
        text.push_str(".0");
    }
    text
}

impl<'a> From<&'a str> for Value<'a> {
    fn from(text: &'a str) -> Self {
        Self::Text(Cow::Borrowed(text))
    }
}

impl<'a> From<&'a String> for Value<'a> {
    fn from(text: &'a String) -> Self {
        Self::Text(Cow::Borrowed(text))
    }
}

impl From<String> for Value<'_> {
    fn from(text: String) -> Self {
        Self::Text(Cow::Owned(text))
    }
}

impl From<bool> for Value<'_> {
    /// `true` or `false`.
    fn from(yes: bool) -> Self {
        Self::Text(Cow::Borrowed(if yes { "true" } else { "false" }))
    }
}

macro_rules! from_numbers {
    ($($int:ty)*) => {
        $(impl From<$int> for Value<'_> {
            fn from(number: $int) -> Self {
                Self::Int(number as i128)
            }
        })*
    };
}

#[allow(clippy::cast_lossless, reason = "one macro for every width")]
mod ints {
    use super::Value;

    from_numbers!(u8 u16 u32 u64 usize i8 i16 i32 i64 isize i128);
}

impl From<f32> for Value<'_> {
    fn from(number: f32) -> Self {
        Self::Float(number.into())
    }
}

impl From<f64> for Value<'_> {
    fn from(number: f64) -> Self {
        Self::Float(number)
    }
}

impl From<Uuid> for Value<'_> {
    fn from(uuid: Uuid) -> Self {
        Self::Uuid(uuid)
    }
}

impl<'a, T: Into<Value<'a>>> From<Option<T>> for Value<'a> {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Absent, Into::into)
    }
}

impl<'a, T: Into<Value<'a>>> From<Vec<T>> for Value<'a> {
    fn from(values: Vec<T>) -> Self {
        Self::List(values.into_iter().map(Into::into).collect())
    }
}

impl<'a, T: Into<Value<'a>>, const N: usize> From<[T; N]> for Value<'a> {
    fn from(values: [T; N]) -> Self {
        Self::List(values.into_iter().map(Into::into).collect())
    }
}

/// A UUID as it stands in a URL ([RFC 9562 §4](https://www.rfc-editor.org/rfc/rfc9562#section-4)): 128 bits, written in lower case.
///
/// It has no methods of its own to speak of: the `uuid` crate's type becomes one by its `as_u128`.
///
/// ```
/// use plywood_dispatch::Uuid;
///
/// let uuid: Uuid = "8B3C1F4E-5D0A-4A77-9D2E-1F0A3B4C5D6E".parse().unwrap();
/// assert_eq!(uuid.to_string(), "8b3c1f4e-5d0a-4a77-9d2e-1f0a3b4c5d6e");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Uuid(u128);

impl Uuid {
    /// The UUID of these bits.
    pub const fn from_u128(bits: u128) -> Self {
        Self(bits)
    }

    /// Its bits.
    pub const fn as_u128(self) -> u128 {
        self.0
    }

    /// Is it one, with its hyphens in place?
    pub(crate) fn is_one(text: &[u8]) -> bool {
        text.len() == 36
            && text.iter().enumerate().all(|(index, byte)| match index {
                8 | 13 | 18 | 23 => *byte == b'-',
                _ => byte.is_ascii_hexdigit(),
            })
    }
}

impl fmt::Display for Uuid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bits = self.0;
        write!(
            f,
            "{:08x}-{:04x}-{:04x}-{:04x}-{:012x}",
            bits >> 96,
            (bits >> 80) & 0xffff,
            (bits >> 64) & 0xffff,
            (bits >> 48) & 0xffff,
            bits & 0xffff_ffff_ffff,
        )
    }
}

/// Why a text is no [`Uuid`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NoUuid;

impl fmt::Display for NoUuid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a UUID should be 32 hexadecimal digits with four hyphens: 8-4-4-4-12")
    }
}

impl std::error::Error for NoUuid {}

impl FromStr for Uuid {
    type Err = NoUuid;

    fn from_str(text: &str) -> Result<Self, NoUuid> {
        if !Self::is_one(text.as_bytes()) {
            return Err(NoUuid);
        }
        let digits = text.bytes().filter(|&byte| byte != b'-');
        let bits = digits.fold(0, |bits, byte| {
            let digit = char::from(byte).to_digit(16).unwrap_or_default();
            (bits << 4) | u128::from(digit)
        });
        Ok(Self(bits))
    }
}

/// The values of a match, by name: what the path holds, read as its converters say, and the rule's defaults.
#[derive(Clone, Debug, PartialEq)]
pub struct Values<'a>(pub(crate) Vec<(&'a str, Value<'a>)>);

impl<'a> Values<'a> {
    /// The value of this name.
    pub fn get(&self, name: &str) -> Option<&Value<'a>> {
        find(&self.0, name)
    }

    /// All of them: those of the host, of the path, then the defaults.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Value<'a>)> {
        self.0.iter().map(|(name, value)| (*name, value))
    }

    /// Sets one, in place of the one before.
    pub(crate) fn set(&mut self, name: &'a str, value: Value<'a>) {
        match self.0.iter_mut().find(|(own, _)| *own == name) {
            Some((_, own)) => *own = value,
            None => self.0.push((name, value)),
        }
    }
}

/// The value of a name that is there: what is absent is not.
pub(crate) fn find<'v, 'a>(values: &'v [(&str, Value<'a>)], name: &str) -> Option<&'v Value<'a>> {
    let value = values
        .iter()
        .find_map(|(own, value)| (*own == name).then_some(value));
    value.filter(|value| !matches!(value, Value::Absent))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_equal_and_texts_are_not_numbers() {
        assert_eq!(Value::from(1), Value::from(1.0));
        assert_ne!(Value::from("1"), Value::from(1));
        assert_eq!(Value::from(None::<u8>), Value::Absent);
        assert_ne!(Value::from([1, 2]), Value::from([2, 1]));
    }

    #[test]
    fn floats_have_a_point_and_no_exponent() {
        for (number, text) in [
            (1.0, "1.0"),
            (1.5, "1.5"),
            (-0.25, "-0.25"),
            (1e16, "10000000000000000.0"),
            (1e-7, "0.0000001"),
        ] {
            assert_eq!(float(number), text);
        }
    }

    #[test]
    fn a_uuid_is_read_in_any_case_and_written_in_lower_case() {
        for text in [
            "8b3c1f4e5d0a4a779d2e1f0a3b4c5d6e",
            "8b3c1f4e-5d0a-4a77-9d2e-1f0a3b4c5d6g",
            "8b3c1f4e-5d0a-4a77-9d2e-1f0a3b4c5d6",
            "",
        ] {
            assert_eq!(text.parse::<Uuid>(), Err(NoUuid), "{text}");
        }
        let small = Uuid::from_u128(0x0102_0304_0506_0708_090a_0b0c_0d0e_0f10);
        assert_eq!(small.to_string(), "01020304-0506-0708-090a-0b0c0d0e0f10");
        assert_eq!(small.to_string().parse(), Ok(small));
    }
}
