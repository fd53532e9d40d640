//! Names in certificates as text.

use std::fmt::Write;

use x509_parser::{
    oid_registry::asn1_rs::Oid,
    x509::{AttributeTypeAndValue, X509Name},
};

/// A name as [RFC 4514] writes it: the last part first, and what has a meaning there escaped, so that no value can pass for two.
///
/// [RFC 4514]: https://www.rfc-editor.org/rfc/rfc4514
pub(super) fn to_text(name: &X509Name<'_>) -> String {
    let parts: Vec<_> = name.iter_rdn().collect();
    let mut text = String::new();
    for part in parts.into_iter().rev() {
        if !text.is_empty() {
            text.push(',');
        }
        for (index, attribute) in part.iter().enumerate() {
            if index > 0 {
                text.push('+');
            }
            write_attribute(&mut text, attribute);
        }
    }
    text
}

fn write_attribute(text: &mut String, attribute: &AttributeTypeAndValue<'_>) {
    let oid = attribute.attr_type();
    if let Some(name) = short(oid) {
        text.push_str(name);
    } else {
        text.push_str(&oid.to_id_string());
    }
    text.push('=');
    if let Some(value) = plain(attribute) {
        write_escaped(text, value);
    } else {
        text.push('#');
        for byte in attribute.as_slice() {
            write!(text, "{byte:02x}").expect("a text takes everything");
        }
    }
}

/// [RFC 4514 §3](https://www.rfc-editor.org/rfc/rfc4514#section-3)
fn short(oid: &Oid<'_>) -> Option<&'static str> {
    Some(match oid.to_id_string().as_str() {
        "2.5.4.3" => "CN",
        "2.5.4.7" => "L",
        "2.5.4.8" => "ST",
        "2.5.4.10" => "O",
        "2.5.4.11" => "OU",
        "2.5.4.6" => "C",
        "2.5.4.9" => "STREET",
        "0.9.2342.19200300.100.1.25" => "DC",
        "0.9.2342.19200300.100.1.1" => "UID",
        _ => return None,
    })
}

/// A value that is a text which a person can read.
pub(super) fn plain<'v>(attribute: &'v AttributeTypeAndValue<'_>) -> Option<&'v str> {
    let value = attribute.as_str().ok()?;
    is_plain(value).then_some(value)
}

pub(super) fn is_plain(text: &str) -> bool {
    !text.is_empty() && !text.contains(char::is_control)
}

fn write_escaped(text: &mut String, value: &str) {
    let last = value.chars().count() - 1;
    for (index, character) in value.chars().enumerate() {
        let at_an_end = index == 0 || index == last;
        if matches!(character, '"' | '+' | ',' | ';' | '<' | '>' | '\\' | '=')
            || (character == ' ' && at_an_end)
            || (character == '#' && index == 0)
        {
            text.push('\\');
        }
        text.push(character);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_has_a_meaning_is_escaped() {
        for (value, expected) in [
            ("Ada Lovelace", "Ada Lovelace"),
            ("ada,O=Admins", "ada\\,O\\=Admins"),
            (" a ", "\\ a\\ "),
            ("#a#", "\\#a#"),
            ("a+b\\c", "a\\+b\\\\c"),
            ("é", "é"),
        ] {
            let mut text = String::new();
            write_escaped(&mut text, value);
            assert_eq!(text, expected);
        }
    }
}
