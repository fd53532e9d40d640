use std::{collections::BTreeSet, fmt};

use http::{HeaderValue, Method};

/// The methods that a rule takes. Every one of them, unless some are named.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Methods {
    Every,
    Named(Vec<Method>),
}

impl Methods {
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
        methods.collect::<Result<_, _>>().map(Self::Named)
    }

    pub(crate) fn take(&self, method: &Method) -> bool {
        match self {
            Self::Every => true,
            Self::Named(methods) => methods.contains(method),
        }
    }

    pub(crate) fn named(&self) -> Option<&[Method]> {
        match self {
            Self::Every => None,
            Self::Named(methods) => Some(methods),
        }
    }

    /// What both take, if they share anything: a method's name, or words for all of them.
    pub(crate) fn shared<'a>(&'a self, other: &'a Self) -> Option<&'a str> {
        match (self, other) {
            (Self::Every, Self::Every) => Some("every method"),
            (Self::Every, Self::Named(named)) | (Self::Named(named), Self::Every) => {
                named.first().map(Method::as_str)
            }
            (Self::Named(one), Self::Named(two)) => {
                let shared = one.iter().find(|method| two.contains(method));
                shared.map(Method::as_str)
            }
        }
    }

    /// GET implies HEAD ([RFC 9110 §9.3.2](https://www.rfc-editor.org/rfc/rfc9110#section-9.3.2)).
    pub(crate) fn imply_head(&mut self) {
        if let Self::Named(methods) = self
            && methods.contains(&Method::GET)
            && !methods.contains(&Method::HEAD)
        {
            methods.push(Method::HEAD);
        }
    }
}

const STANDARD: [&str; 9] = [
    "CONNECT", "DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT", "TRACE",
];

/// Every method of every rule that matches a path, sorted by name: what an `Allow` field lists
/// ([RFC 9110 §10.2.1](https://www.rfc-editor.org/rfc/rfc9110#section-10.2.1)).
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

    pub(crate) fn header_value(&self) -> HeaderValue {
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
