//! What a page offers to a visitor without scripts: forms, their controls, links.
//!
//! The tokens are the [HTML standard's](https://html.spec.whatwg.org/multipage/parsing.html). No tree is built: which form owns a control, and
//! what disables it, is decided while reading, by the standard's form element pointer and a stack of what is open.

mod reader;
mod stack;

use http::Uri;

use crate::{client::authority, control::Control, location};

/// A page that was read.
#[derive(Clone, Debug, Default)]
pub(crate) struct Page {
    /// Of the first `base` that has one.
    pub(crate) base: Option<String>,
    pub(crate) forms: Vec<FormTag>,
    pub(crate) controls: Vec<Control>,
    pub(crate) anchors: Vec<Anchor>,
}

/// A `form` and its attributes.
#[derive(Clone, Debug, Default)]
pub(crate) struct FormTag {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) action: String,
    pub(crate) method: String,
    pub(crate) enctype: String,
}

/// An `a` or `area` that leads somewhere.
#[derive(Clone, Debug, Default)]
pub(crate) struct Anchor {
    pub(crate) href: String,
    pub(crate) text: String,
}

impl Page {
    pub(crate) fn read(html: &str) -> Self {
        reader::read(html)
    }

    /// Where a reference on this page leads. The page itself stands at `url`.
    pub(crate) fn resolve(&self, url: &Uri, reference: &str) -> Result<Uri, String> {
        let base = self.base.as_deref().and_then(|base| at(url, base));
        let target = at(base.as_ref().unwrap_or(url), reference);
        let target = target.ok_or_else(|| format!("{reference:?} is not a place on the web"))?;
        if authority(&target).eq_ignore_ascii_case(authority(url)) {
            Ok(target)
        } else {
            Err(format!(
                "{reference:?} leads to another host, which this client does not know"
            ))
        }
    }
}

/// Resolves a reference as it stands in HTML, where more is allowed than in a URL.
fn at(base: &Uri, reference: &str) -> Option<Uri> {
    use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};

    /// What a URL must not have, and a browser encodes.
    const FOREIGN: &AsciiSet = &CONTROLS
        .add(b' ')
        .add(b'"')
        .add(b'<')
        .add(b'>')
        .add(b'\\')
        .add(b'^')
        .add(b'`')
        .add(b'{')
        .add(b'|')
        .add(b'}');
    let reference = reference.trim_matches(|c: char| c <= ' ');
    let reference = reference.replace(['\t', '\n', '\r'], "");
    let encoded = utf8_percent_encode(&reference, FOREIGN).to_string();
    location::resolve(base, &encoded)
}

/// Text as it is shown: without white space around it, and with single spaces in it.
pub(crate) fn collapsed(text: &str) -> String {
    let words = text.split_ascii_whitespace();
    words.collect::<Vec<_>>().join(" ")
}
