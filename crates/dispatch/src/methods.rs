use std::{collections::BTreeSet, fmt};

use http::{HeaderValue, Method};

/// The methods that a rule takes. Every one of them, unless some are named.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Methods {
    /// A bit for each of the standard's, so that the frequent ones are compared at once.
    bits: u16,
    named: Option<Box<[Method]>>,
}

impl Methods {
    pub(crate) const fn every() -> Self {
        Self {
            bits: u16::MAX,
            named: None,
        }
    }

    fn of(named: Vec<Method>) -> Self {
        Self {
            bits: named.iter().fold(0, |bits, method| bits | bit(method)),
            named: Some(named.into()),
        }
    }

    /// Reads names as a rule gives them. The error says how to mend them.
    pub(crate) fn read(names: &[String]) -> Result<Self, String> {
        if names.is_empty() {
            return Err("it names no method: leave the methods out to take every one".into());
        }
        let methods = names.iter().map(|name| {
            let upper = name.to_ascii_uppercase();
            if *name != upper && STANDARD.contains(&upper.as_str()) {
                return Err(format!("methods are case-sensitive: write {upper:?}"));
            }
            Method::from_bytes(name.as_bytes()).map_err(|_| {
                format!("{name:?} is not a method: it should be a token such as \"GET\"")
            })
        });
        methods.collect::<Result<_, _>>().map(Self::of)
    }

    /// A bit for each of the standard's.
    pub(crate) const fn bits(&self) -> u16 {
        self.bits
    }

    pub(crate) fn take(&self, method: &Method) -> bool {
        self.take_bit(bit(method), method)
    }

    /// The same, for whoever has the method's bit at hand.
    pub(crate) fn take_bit(&self, bit: u16, method: &Method) -> bool {
        self.bits & bit != 0 || (bit == 0 && self.take_by_name(method))
    }

    fn take_by_name(&self, method: &Method) -> bool {
        let named = self.named.as_ref();
        named.is_none_or(|named| named.contains(method))
    }

    pub(crate) fn named(&self) -> Option<&[Method]> {
        self.named.as_deref()
    }

    /// What both take, if they share anything: a method's name, or words for all of them.
    pub(crate) fn shared<'a>(&'a self, other: &'a Self) -> Option<&'a str> {
        match (self.named(), other.named()) {
            (None, None) => Some("every method"),
            (None, Some(named)) | (Some(named), None) => named.first().map(Method::as_str),
            (Some(one), Some(two)) => {
                let shared = one.iter().find(|method| two.contains(method));
                shared.map(Method::as_str)
            }
        }
    }

    /// GET implies HEAD ([RFC 9110 §9.3.2](https://www.rfc-editor.org/rfc/rfc9110#section-9.3.2)).
    pub(crate) fn imply_head(&mut self) {
        if let Some(named) = &self.named
            && named.contains(&Method::GET)
            && !named.contains(&Method::HEAD)
        {
            let with_head = [&**named, &[Method::HEAD]].concat();
            *self = Self::of(with_head);
        }
    }
}

/// The bit of one of the standard's methods; none of another one.
pub(crate) const fn bit(method: &Method) -> u16 {
    match *method {
        Method::GET => 1,
        Method::HEAD => 1 << 1,
        Method::POST => 1 << 2,
        Method::PUT => 1 << 3,
        Method::DELETE => 1 << 4,
        Method::OPTIONS => 1 << 5,
        Method::PATCH => 1 << 6,
        Method::CONNECT => 1 << 7,
        Method::TRACE => 1 << 8,
        _ => 0,
    }
}

const STANDARD: [&str; 9] = [
    "CONNECT", "DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT", "TRACE",
];

/// Every method of every rule that matches a path, sorted by name: what an `Allow` field lists
/// ([RFC 9110 §10.2.1](https://www.rfc-editor.org/rfc/rfc9110#section-10.2.1)).
///
/// [`Dispatch`](crate::Dispatch) leaves it in the request for its [fallback](crate::DispatchBuilder::method_fallback).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Allow(BTreeSet<Named>);

/// Sorted by name, because the sets are compared by people.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Named(Method);

impl PartialOrd for Named {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Named {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.0.as_str().cmp(other.0.as_str())
    }
}

impl Allow {
    /// The methods, sorted by name.
    pub fn methods(&self) -> impl Iterator<Item = &Method> {
        self.0.iter().map(|Named(method)| method)
    }

    /// Is it empty?
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(crate) fn extend(&mut self, methods: &[Method]) {
        self.0.extend(methods.iter().cloned().map(Named));
    }

    /// As an `Allow` field's value.
    pub fn header_value(&self) -> HeaderValue {
        HeaderValue::try_from(self.to_string()).expect("methods are tokens")
    }
}

impl fmt::Display for Allow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, method) in self.methods().enumerate() {
            let comma = if index == 0 { "" } else { ", " };
            write!(f, "{comma}{method}")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(names: &[&str]) -> Result<Methods, String> {
        Methods::read(
            &names
                .iter()
                .map(|&name| name.to_owned())
                .collect::<Vec<_>>(),
        )
    }

    #[test]
    fn unknown_methods_are_methods_and_lower_case_is_a_slip() {
        assert!(read(&["QUERY", "purge"]).is_ok());
        assert_eq!(
            read(&["get"]).unwrap_err(),
            "methods are case-sensitive: write \"GET\""
        );
        assert!(read(&["G ET"]).is_err());
        assert!(read(&[""]).is_err());
        assert!(read(&[]).is_err());
    }

    #[test]
    fn get_implies_head_once() {
        for (names, expected) in [
            (&["GET"][..], "GET, HEAD"),
            (&["GET", "HEAD"], "GET, HEAD"),
            (&["POST", "DELETE"], "DELETE, POST"),
        ] {
            let mut methods = read(names).unwrap();
            methods.imply_head();
            let mut allow = Allow::default();
            allow.extend(methods.named().unwrap());
            assert_eq!(allow.to_string(), expected);
            assert_eq!(methods.named().unwrap().len(), 2);
        }
    }
}
