//! How values are dressed in a family of formats: escapes, quotes, and what stands for an absent one.

use crate::{redact::Redaction, text};

/// A family of formats.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Dress {
    Apache,
    Nginx,
    /// nginx's `escape=json`: the inside of a string, empty when there is none.
    NginxJson,
    /// nginx's `escape=none`: empty when there is none.
    NginxNone,
    /// A member of a JSON object, which is left out when there is no value.
    Json,
    W3c,
}

/// Where one value goes.
#[derive(Debug)]
pub(crate) struct Out<'l> {
    pub(crate) line: &'l mut Vec<u8>,
    pub(crate) dress: Dress,
    /// What stands before a value, if there is one: a member's name.
    pub(crate) name: &'l [u8],
    pub(crate) redaction: &'l Redaction,
    /// So many bytes of a value from outside are written.
    pub(crate) limit: usize,
}

/// A value that is put together of several.
#[derive(Debug)]
pub(crate) struct Composed<'l> {
    pub(crate) line: &'l mut Vec<u8>,
    dress: Dress,
    redaction: &'l Redaction,
    limit: usize,
}

impl Composed<'_> {
    pub(crate) fn part(&mut self) -> Out<'_> {
        Out {
            line: self.line,
            dress: self.dress,
            name: &[],
            redaction: self.redaction,
            limit: self.limit,
        }
    }
}

/// What stands where a value was cut off.
const CUT: &[u8] = b"...";

type Escape = fn(&mut Vec<u8>, &[u8]);

impl Out<'_> {
    /// A value from outside.
    pub(crate) fn text(self, value: &[u8]) {
        let escape: Escape = match self.dress {
            Dress::Apache => text::apache,
            Dress::Nginx => text::nginx,
            Dress::NginxNone => text::bare,
            Dress::Json | Dress::NginxJson => text::json,
            Dress::W3c => text::w3c,
        };
        self.escaped(value, escape);
    }

    /// A value from outside whose field ends at a space in most formats.
    pub(crate) fn word(self, value: &[u8]) {
        let escape: Escape = match self.dress {
            Dress::Apache => text::apache_word,
            Dress::Nginx => text::nginx_word,
            _ => return self.text(value),
        };
        self.escaped(value, escape);
    }

    /// A value that an absent one may be told from, if it is there.
    pub(crate) fn text_if_any(self, value: Option<&[u8]>) {
        match value {
            Some(value) => self.text(value),
            None => self.absent(),
        }
    }

    /// A URL, or a part of one, without its secrets.
    pub(crate) fn url(self, url: &[u8]) {
        let escape: Escape = match self.dress {
            Dress::Apache => text::apache,
            Dress::Nginx => text::nginx,
            Dress::NginxNone => text::bare,
            Dress::Json | Dress::NginxJson => text::json,
            Dress::W3c => text::w3c_url,
        };
        let (redaction, limit) = (self.redaction, self.limit);
        self.plain(|line| {
            let whole = redaction.write(line, url, limit, escape);
            if !whole {
                line.extend_from_slice(CUT);
            }
        });
    }

    /// Something of our own making, with nothing in it to escape.
    pub(crate) fn plain(mut self, write: impl FnOnce(&mut Vec<u8>)) {
        self.begin();
        let quote = self.dress == Dress::Json;
        if quote {
            self.line.push(b'"');
        }
        write(self.line);
        if quote {
            self.line.push(b'"');
        }
    }

    /// A value that is put together of several.
    pub(crate) fn composed(self, write: impl FnOnce(&mut Composed<'_>)) {
        let (dress, redaction, limit) = (self.dress, self.redaction, self.limit);
        // The quotes stand around the whole of it.
        let dress = if dress == Dress::Json {
            Dress::NginxJson
        } else {
            dress
        };
        self.plain(|line| {
            write(&mut Composed {
                line,
                dress,
                redaction,
                limit,
            });
        });
    }

    /// A number, or whatever else stands without quotes in JSON.
    pub(crate) fn bare(mut self, write: impl FnOnce(&mut Vec<u8>)) {
        self.begin();
        write(self.line);
    }

    /// Writes the name, if there is one: in most formats there is none, and to append nothing is a call too.
    fn begin(&mut self) {
        if !self.name.is_empty() {
            self.line.extend_from_slice(self.name);
        }
    }

    pub(crate) fn number(self, value: u64) {
        self.bare(|line| text::number(line, value));
    }

    /// There is no value.
    pub(crate) fn absent(self) {
        match self.dress {
            Dress::Apache | Dress::Nginx | Dress::W3c => self.line.push(b'-'),
            Dress::NginxJson | Dress::NginxNone | Dress::Json => {}
        }
    }

    fn escaped(self, value: &[u8], escape: Escape) {
        let limit = self.limit;
        self.plain(|line| {
            escape(line, &value[..value.len().min(limit)]);
            if value.len() > limit {
                line.extend_from_slice(CUT);
            }
        });
    }
}
