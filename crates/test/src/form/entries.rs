//! What of a form is sent.
//!
//! [Constructing the entry list](https://html.spec.whatwg.org/multipage/form-control-infrastructure.html#constructing-form-data-set), and
//! the three ways to encode it.

use form_urlencoded::Serializer;

use crate::{
    Multipart,
    control::{Choice, Control, File, Kind},
};

/// A name and what is sent under it.
#[derive(Clone, Debug)]
pub(super) struct Entry {
    name: String,
    value: Value,
}

#[derive(Clone, Debug)]
enum Value {
    Text(String),
    File(File),
}

/// A body, encoded.
pub(super) enum Sent {
    Text(&'static str, String),
    Multipart(Multipart),
}

/// The entries of these controls, if the one at `pressed` is the button that was pressed.
pub(super) fn of(
    controls: &[Control],
    pressed: Option<usize>,
    forced: &[(String, String)],
) -> Vec<Entry> {
    let mut entries = Vec::new();
    for (place, control) in controls.iter().enumerate() {
        if !control.disabled && !control.in_datalist {
            add(&mut entries, control, Some(place) == pressed);
        }
    }
    entries.extend(forced.iter().map(|(name, value)| Entry::text(name, value)));
    entries
}

fn add(entries: &mut Vec<Entry>, control: &Control, is_pressed: bool) {
    let name = &control.name;
    match &control.kind {
        Kind::Button(button) if is_pressed && button.image => {
            // The place that was pressed, in pixels.
            for axis in ["x", "y"] {
                let name = if name.is_empty() {
                    axis.to_owned()
                } else {
                    format!("{name}.{axis}")
                };
                entries.push(Entry::text(&name, "0"));
            }
        }
        _ if name.is_empty() => return,
        Kind::Button(button) if is_pressed => entries.push(Entry::text(name, &button.value)),
        Kind::Button(_)
        | Kind::Check { checked: false, .. }
        | Kind::Radio { checked: false, .. } => return,
        Kind::Check { value, .. } | Kind::Radio { value, .. } => {
            entries.push(Entry::text(name, value));
        }
        Kind::Select(select) => {
            let sent = |option: &&Choice| option.selected && !option.disabled;
            let options = select.options.iter().filter(sent);
            entries.extend(options.map(|option| Entry::text(name, option.value())));
        }
        Kind::File { files, .. } if files.is_empty() => entries.push(Entry::file(
            name,
            File {
                name: String::new(),
                media_type: "application/octet-stream".into(),
                bytes: Default::default(),
            },
        )),
        Kind::File { files, .. } => {
            entries.extend(files.iter().map(|file| Entry::file(name, file.clone())));
        }
        Kind::Input { word, .. } if word == "hidden" && name.eq_ignore_ascii_case("_charset_") => {
            entries.push(Entry::text(name, "UTF-8"));
        }
        Kind::Input { value, .. } | Kind::Area(value) => entries.push(Entry::text(name, value)),
    }
    if let (Some(name), Kind::Input { .. } | Kind::Area(_)) = (&control.direction, &control.kind) {
        entries.push(Entry::text(name, "ltr"));
    }
}

impl Entry {
    fn text(name: &str, value: &str) -> Self {
        Self {
            name: with_line_ends(name),
            value: Value::Text(with_line_ends(value)),
        }
    }

    fn file(name: &str, file: File) -> Self {
        Self {
            name: with_line_ends(name),
            value: Value::File(file),
        }
    }

    /// As it is sent where no files can be: a file by its name.
    pub(super) fn pair(&self) -> (String, String) {
        let value = match &self.value {
            Value::Text(text) => text,
            Value::File(file) => &file.name,
        };
        (self.name.clone(), value.clone())
    }
}

impl Sent {
    pub(super) fn new(enctype: &str, entries: &[Entry]) -> Self {
        match enctype {
            "multipart/form-data" => Self::Multipart(multipart(entries)),
            "text/plain" => {
                let lines = entries.iter().map(Entry::pair);
                let lines = lines.map(|(name, value)| format!("{name}={value}\r\n"));
                Self::Text("text/plain", lines.collect())
            }
            _ => Self::Text("application/x-www-form-urlencoded", encoded(entries)),
        }
    }
}

pub(super) fn encoded(entries: &[Entry]) -> String {
    let pairs = entries.iter().map(Entry::pair);
    Serializer::new(String::new()).extend_pairs(pairs).finish()
}

fn multipart(entries: &[Entry]) -> Multipart {
    entries.iter().fold(Multipart::new(), |form, entry| {
        let name = &*entry.name;
        match &entry.value {
            Value::Text(text) => form.text(name, text),
            Value::File(file) => form.file(name, &file.name, &file.media_type, file.bytes.clone()),
        }
    })
}

/// A line ends with CR and LF when it is sent, whatever it was before.
fn with_line_ends(text: &str) -> String {
    text.replace("\r\n", "\n").replace(['\r', '\n'], "\r\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_end_with_cr_and_lf() {
        assert_eq!(
            with_line_ends("a\nb\r\nc\rd\n\r"),
            "a\r\nb\r\nc\r\nd\r\n\r\n"
        );
    }
}
