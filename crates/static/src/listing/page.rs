//! The listing for people: a page without scripts, whose every text is escaped.

use std::fmt::{self, Write};

use plywood_core::html::escape;

use super::{
    Entry, Kind, Listing, MAX_ENTRIES,
    order::{Column, Order},
    time::rfc3339,
};

/// The style of the page, which its policy admits by its hash.
const STYLE: &str = include_str!("style.css");

/// Nothing is loaded, run, framed or sent from the page; its one style is known by its hash.
pub(crate) const POLICY: &str = "default-src 'none'; style-src 'sha256-DMe27oZCJDY46bkIGyLMX5ENRVhXp22/gHxxiT59K2g='; \
     base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

pub(crate) fn render(listing: &Listing) -> String {
    let mut html = String::with_capacity(4096 + listing.shown().len() * 256);
    write(&mut html, listing).expect("writing to a string does not fail");
    html
}

fn write(html: &mut String, listing: &Listing) -> fmt::Result {
    let path = escape(&listing.path);
    write!(
        html,
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <title>{path}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n<main>\n<h1>{path}</h1>\n\
         <table>\n<thead>\n<tr>"
    )?;
    for column in Column::ALL {
        head(html, listing.view.order, column)?;
    }
    html.push_str("</tr>\n</thead>\n<tbody>\n");
    if listing.has_parent {
        html.push_str("<tr><th scope=\"row\"><a class=\"directory\" href=\"../\">../</a></th><td class=\"size\"></td><td class=\"modified\"></td></tr>\n");
    }
    for entry in listing.shown() {
        row(html, entry)?;
    }
    html.push_str("</tbody>\n</table>\n");
    foot(html, listing)?;
    html.push_str("</main>\n</body>\n</html>\n");
    Ok(())
}

fn head(html: &mut String, order: Order, column: Column) -> fmt::Result {
    let (class, name) = match column {
        Column::Name => ("name", "Name"),
        Column::Size => ("size", "Size"),
        Column::Modified => ("modified", "Modified<span class=\"clock\"> (UTC)</span>"),
    };
    let (sorted, arrow) = match (order.column == column, order.descending) {
        (false, _) => ("", ""),
        (true, false) => (
            " aria-sort=\"ascending\"",
            " <span aria-hidden=\"true\">↑</span>",
        ),
        (true, true) => (
            " aria-sort=\"descending\"",
            " <span aria-hidden=\"true\">↓</span>",
        ),
    };
    let clicked = order.clicked(column);
    write!(
        html,
        "<th scope=\"col\" class=\"{class}\"{sorted}><a href=\"?sort={clicked}\">{name}{arrow}</a></th>"
    )
}

fn row(html: &mut String, entry: &Entry) -> fmt::Result {
    let href = entry.href();
    let (href, name) = (escape(&href), escape(&entry.name));
    match entry.kind {
        Kind::Directory => write!(
            html,
            "<tr><th scope=\"row\"><a class=\"directory\" href=\"{href}\">{name}/</a></th><td class=\"size\"></td>"
        )?,
        Kind::File { length } => write!(
            html,
            "<tr><th scope=\"row\"><a href=\"{href}\">{name}</a></th><td class=\"size\"><data value=\"{length}\">{}</data></td>",
            Size(length)
        )?,
    }
    html.push_str("<td class=\"modified\">");
    if let Some(modified) = entry.modified {
        let time = rfc3339(modified);
        let (day, clock) = (
            &time[..time.len() - 10],
            &time[time.len() - 9..time.len() - 4],
        );
        write!(
            html,
            "<time datetime=\"{time}\">{day}<span class=\"clock\"> {clock}</span></time>"
        )?;
    }
    html.push_str("</td></tr>\n");
    Ok(())
}

fn foot(html: &mut String, listing: &Listing) -> fmt::Result {
    let entries = listing.entries.len();
    match entries {
        0 => html.push_str("<p>Nothing is here.</p>\n"),
        1 => html.push_str("<p>1 entry</p>\n"),
        _ => writeln!(html, "<p>{entries} entries</p>")?,
    }
    if listing.is_cut {
        writeln!(
            html,
            "<p>There is more: only {MAX_ENTRIES} names were looked at.</p>"
        )?;
    }
    let (order, page, pages) = (listing.view.order, listing.view.page, listing.pages());
    if pages > 1 {
        html.push_str("<nav aria-label=\"Pages\">");
        if page > 1 {
            write!(
                html,
                "<a rel=\"prev\" href=\"?sort={order}&amp;page={}\">Previous</a>",
                page - 1
            )?;
        }
        if page < pages {
            write!(
                html,
                "<a rel=\"next\" href=\"?sort={order}&amp;page={}\">Next</a>",
                page + 1
            )?;
        }
        writeln!(html, "Page {page} of {pages}</nav>")?;
    }
    Ok(())
}

/// A number of bytes, for people: `512 B`, `1.5 KiB`.
struct Size(u64);

impl fmt::Display for Size {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const UNITS: [&str; 6] = ["KiB", "MiB", "GiB", "TiB", "PiB", "EiB"];
        let bytes = self.0;
        if bytes < 1024 {
            return write!(f, "{bytes} B");
        }
        // In tenths of the unit below, so that nothing overflows and nothing is a float.
        let (mut whole, mut unit) = (bytes, 0);
        while whole >= 1024 * 1024 {
            whole >>= 10;
            unit += 1;
        }
        let tenths = whole * 10 / 1024;
        let unit = UNITS[unit];
        if tenths < 100 {
            write!(f, "{}.{} {unit}", tenths / 10, tenths % 10)
        } else {
            write!(f, "{} {unit}", tenths / 10)
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, UNIX_EPOCH};

    use base64::{Engine, prelude::BASE64_STANDARD};
    use proptest::prelude::*;
    use sha2::{Digest, Sha256};

    use super::*;
    use crate::listing::{PAGE, View};

    fn listing(names: &[&str]) -> Listing {
        let entry = |name: &&str| Entry {
            name: (*name).to_owned(),
            kind: Kind::File { length: 1536 },
            modified: Some(UNIX_EPOCH + Duration::from_secs(1_704_164_645)),
        };
        Listing {
            path: "/docs/".to_owned(),
            has_parent: true,
            view: View::read(None),
            entries: names.iter().map(entry).collect(),
            is_cut: false,
        }
    }

    #[test]
    fn the_policy_admits_the_style() {
        let hash = BASE64_STANDARD.encode(Sha256::digest(STYLE));
        assert!(POLICY.contains(&format!("'sha256-{hash}'")), "{hash}");
    }

    #[test]
    fn a_row_has_a_link_a_size_and_a_date() {
        let html = render(&listing(&["a b.txt"]));
        for expected in [
            "<title>/docs/</title>",
            "<a class=\"directory\" href=\"../\">../</a>",
            "<a href=\"./a%20b.txt\">a b.txt</a>",
            "<data value=\"1536\">1.5 KiB</data>",
            "<time datetime=\"2024-01-02T03:04:05Z\">2024-01-02<span class=\"clock\"> 03:04</span></time>",
            "<th scope=\"col\" class=\"name\" aria-sort=\"ascending\"><a href=\"?sort=-name\">Name ",
            "<a href=\"?sort=size\">Size</a>",
            "<p>1 entry</p>",
        ] {
            assert!(html.contains(expected), "{expected}\n{html}");
        }
        assert!(!html.contains("<nav"));
    }

    #[test]
    fn pages_lead_to_each_other_in_the_same_order() {
        let names: Vec<_> = (0..=2 * PAGE)
            .map(|number| format!("{number}.txt"))
            .collect();
        let names: Vec<_> = names.iter().map(String::as_str).collect();
        let mut listing = listing(&names);
        listing.view = View::read(Some("sort=-size&page=2"));
        let html = render(&listing);
        for expected in [
            "href=\"?sort=-size&amp;page=1\">Previous",
            "href=\"?sort=-size&amp;page=3\">Next",
            "Page 2 of 3",
            "<p>2001 entries</p>",
        ] {
            assert!(html.contains(expected), "{expected}");
        }
        assert_eq!(html.matches("<data ").count(), PAGE);
        listing.view.page = 3;
        assert!(!render(&listing).contains("Next"));
    }

    #[test]
    fn sizes_are_short() {
        for (bytes, expected) in [
            (0, "0 B"),
            (1023, "1023 B"),
            (1024, "1.0 KiB"),
            (1536, "1.5 KiB"),
            (10 * 1024, "10 KiB"),
            (1024 * 1024 - 1, "1023 KiB"),
            (1024 * 1024, "1.0 MiB"),
            (5_000_000_000, "4.6 GiB"),
            (u64::MAX, "15 EiB"),
        ] {
            assert_eq!(Size(bytes).to_string(), expected);
        }
    }

    proptest! {
        #[test]
        fn no_name_marks_anything_up(name in "[a-c<>&\"'/: ]{1,12}", path in "[a-c<>&\"'/]{0,8}") {
            let mut listing = listing(&[&name]);
            let tags = |html: &str| html.matches('<').count();
            let quotes = |html: &str| html.matches('"').count();
            let plain = render(&self::listing(&["a"]));
            listing.path = path;
            let html = render(&listing);
            prop_assert_eq!(tags(&html), tags(&plain));
            prop_assert_eq!(quotes(&html), quotes(&plain));
        }
    }
}
