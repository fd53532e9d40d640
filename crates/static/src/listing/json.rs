//! The listing for programs.

use std::fmt::Write;

use super::{Kind, Listing, time::rfc3339};

/// `{"path":…,"page":1,"pages":1,"truncated":false,"entries":[{"name":…,"href":…,"type":"file","size":1,"modified":…},…]}`
pub(crate) fn render(listing: &Listing) -> String {
    let mut text = String::with_capacity(128 + listing.shown().len() * 128);
    text.push_str("{\"path\":");
    quote(&mut text, &listing.path);
    let (page, pages, is_cut) = (listing.view.page, listing.pages(), listing.is_cut);
    write!(
        text,
        ",\"page\":{page},\"pages\":{pages},\"truncated\":{is_cut},\"entries\":["
    )
    .expect("writing to a string does not fail");
    for (index, entry) in listing.shown().iter().enumerate() {
        text.push_str(if index == 0 {
            "\n{\"name\":"
        } else {
            ",\n{\"name\":"
        });
        quote(&mut text, &entry.name);
        text.push_str(",\"href\":");
        quote(&mut text, &entry.href());
        match entry.kind {
            Kind::Directory => text.push_str(",\"type\":\"directory\""),
            Kind::File { length } => write!(text, ",\"type\":\"file\",\"size\":{length}")
                .expect("writing to a string does not fail"),
        }
        if let Some(modified) = entry.modified {
            text.push_str(",\"modified\":");
            quote(&mut text, &rfc3339(modified));
        }
        text.push('}');
    }
    text.push_str("]}\n");
    text
}

/// A string of [RFC 8259 §7](https://www.rfc-editor.org/rfc/rfc8259#section-7).
fn quote(json: &mut String, text: &str) {
    json.push('"');
    for character in text.chars() {
        match character {
            '"' | '\\' => json.extend(['\\', character]),
            '\0'..='\x1f' => write!(json, "\\u{:04x}", u32::from(character))
                .expect("writing to a string does not fail"),
            plain => json.push(plain),
        }
    }
    json.push('"');
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn what_is_quoted_reads_back(text in "[\\x00-\\x7f]{0,12}|.{0,12}") {
            let mut json = String::new();
            quote(&mut json, &text);
            let back: String = serde_json::from_str(&json).unwrap();
            prop_assert_eq!(back, text);
        }
    }
}
